"""Every change has exactly one audit record, in the same transaction: the tests check each write to DynamoDB."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

import pytest

from eal.core import aws, clock, settings
from eal.core.clock import rfc3339
from eal.core.table.item import from_attributes
from eal.domain.alerts import links
from eal.domain.audit_log import waiting
from tests.support import alerts, dispatch, emails, imports, inbound, partiql, photos, publishing, twilio
from tests.support.callrail import connect
from tests.support.claims import add_note, closed_claim, hold, move
from tests.support.endpoints import Endpoint, made_by, sample_with_made, with_key
from tests.support.http import call, load_app
from tests.support.inbound import receive
from tests.support.pipeline import Pipeline, sqs_event, workers
from tests.support.reviews import REVIEW
from tests.support.sequences import active, be_ready, enrolled, prospect
from tests.support.tenants import new_child
from tests.support.time import freeze
from tools.fixtures.callrail import Call
from tools.fixtures.receiver import receiver
from tools.fixtures.template import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eal.core.table.item import Item
    from tests.support.tenants import Tenant

RESOURCES = {
    "LEAD": "lead", "CALL": "call", "PROSPECT": "prospect", "ORGANIZATION": "organization", "K": "api_key",
    "MEMBER": "member", "GRANT": "grant", "INTEGRATION": "integration", "WEBHOOK": "webhook",
    "LEAD_IMPORT": "lead_import", "AUDIT_EXPORT": "audit_export", "AUDIT_CHECKPOINT": "audit_checkpoint",
    "DELIVERY": "delivery", "EMAIL_EVENT": "email_event", "OUTREACH_SEQUENCE": "sequence", "ENROLLMENT": "enrollment",
    "EMAIL": "email", "CLAIM": "claim", "CLAIM_NOTE": "claim_note", "SUPPRESSION": "suppression", "SENDER": "sender",
    "REPLY": "reply", "DRAFT": "draft", "CLAIM_PHOTO": "claim_photo", "TEST_CLOCK": "test_clock",
    "CLAIM_SCOPE_DECISION": "claim_scope_item", "CLAIM_SIGN_OFF": "claim_sign_off", "CONTENT": "content",
    "FEED_ADDRESS": "feed_address", "ALERT": "alert",
    "REVIEW": "review", "REVIEW_REQUEST": "review_request", "CLAIM_ROOM_CORRECTION": "claim_room",
}  # fmt: skip
"""Resources: the kind of the item, and the type in its audit record. `K` is an API key in the Access table."""
PARTS = {
    "KEY", "KEY_COUNT", "KEY_QUOTA", "FAMILY", "INVITATIONS",
    "C", "CHILD", "MEMBER_EMAIL", "LEAD_CONTACT", "LEAD_HISTORY", "LEAD_TOMBSTONE",
    "PROSPECT_CONTACT", "PROSPECT_TOMBSTONE", "CALL_CLAIM", "CALL_RUNS", "TRANSCRIPT", "CORRECTION", "CALLBACK",
    "CALL_TOMBSTONE", "RECORDING", "CLAIM_NUMBER", "CLAIM_RETENTION", "CLAIM_TOMBSTONE", "CLAIM_PHOTO_REGISTER",
    "LEAD_IMPORT_ERRORS", "AUDIT_CHECKPOINT_HEAD", "AUDIT_EXPORTS_OPEN", "EMAIL_EVENT_CLAIM", "EMAIL_EVENT_RECIPIENT",
    "LEAD_IMPORTS", "WEBHOOK_COUNT", "ENROLLMENT_CLAIM", "EMAIL_CONTENT", "EMAIL_VENDOR_ID", "SUPPRESSION_CLAIM",
    "SOFT_BOUNCES", "DELIVERABILITY", "SENDER_HOUR", "REPLY_BODY", "REPLY_CLAIM", "DRAFT_RECIPIENT", "CLAIM_EXTRACTION",
    "CLAIM_DECISIONS", "CONTENT_REVISION", "CONTENT_SLUG", "CONTENT_DUE", "FEED_POST",
    "REVIEW_CLAIM", "REVIEW_VERSION", "REVIEW_STATS", "REVIEW_REQUEST_CLAIM",
    "S", "M", "MEMBER_SESSIONS",
}  # fmt: skip
"""Items that change together with a resource, without a record. In the Access table, `C` is a connection,
`S` a session and `M` the account of an address."""
STEPS = {
    ("workers/import_leads", "LEAD_IMPORT"),
    ("workers/send_emails", "TEST_CLOCK"),
    ("workers/deliver_webhook", "DELIVERY"),
    ("workers/fetch_recording", "RECORDING"),
    ("workers/inspect_photo", "CLAIM_PHOTO"),
    ("workers/write_content", "CONTENT"),
}
"""Workers' progress on a resource, without a record. The request that started it has a record."""
ACTS = {
    ("integrations/check", "integration"), ("webhooks/test", "webhook"), ("webhooks/replay", "webhook"),
    ("sessions/create", "session"), ("sessions/end_own", "session"), ("sessions/update_own", "session"),
    ("sessions/update_own", "member"), ("organizations/end_member_session", "session"),
    ("organizations/end_member_sessions", "session"), ("organizations/remove_member", "session"),
    ("organizations/update_member", "session"),
}  # fmt: skip
"""Endpoints that write a record about a resource without a change of it."""
ACCOMPANYING = {"IDEMPOTENCY", "RESPONSE", "EVENT", "TASK", "AUDIT", "PENDING"}
"""Items that a transaction writes in addition to the change."""
BOOKKEEPING = {
    "ARCHIVE", "AUDIT_TILE", "AUDIT_EXPORT_PROGRESS", "CRM_HEALTH", "DELIVERY", "COUNTED", "LEAD_STATS",
    "CALL_STATS", "DELIVERY_ENTRY", "DELIVERY_RESPONSE",
    "TALLY", "WEBHOOK_HEALTH", "WEBHOOK_REPLAY", "RECONCILIATION", "RECORDING_HEALTH", "AI_USAGE", "DUE",
    "SEND_LEASE", "SEND_COUNT", "REVIEW_REPLY_LEASE", "ALERT_HELP", "TEXT_ANSWER", "CHECK_LEASE",
}  # fmt: skip
"""Workers' progress and counters (`eal.core.table.progress`), which can be computed again from resources."""
NUMBERING = {"feedpk", "feedsk", "numbered_at", "seq", "previous_hash", "hash"}
"""The attributes that the relay sets on items of the outbox."""
STAMPS = {"last_used_at", "last_used_ip", "last_event_at", "last_failure", "stamped", "full_minute"}
"""The attributes of the Access table about uses, in addition to the counters per minute."""


class ItemWrite(NamedTuple):
    """A write of one item: its attributes (before the write, except for a Put), and the names that an update sets."""

    table: str
    kind: str
    item: Item
    verb: str
    names: frozenset[str]


class Watch:
    """Checks every write to DynamoDB. `violations` are the writes that break the rule."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.violations: list[str] = []
        self.audited = 0
        self.folder = ""
        self.ran: Counter[str] = Counter()
        self._send = aws.Client.call
        monkeypatch.setattr(aws.Client, "call", self._watched())

    def invoke(self, folder: str, event: dict[str, Any]) -> Any:
        self.folder = folder
        self.ran[folder] += 1
        return load_app(folder).handler(event, None)

    def _watched(self) -> Any:
        def watched(client: Any, operation: str, arguments: dict[str, Any]) -> Any:
            if operation == "TransactWriteItems":
                requests = [pair for item in arguments["TransactItems"] for pair in item.items()]
                writes = [
                    self._item_write(client, verb, request)
                    for verb, request in requests
                    if verb != "ConditionCheck"
                ]
                response = self._send(client, operation, arguments)
                self._check(writes)
                return response
            if operation in ("PutItem", "UpdateItem", "DeleteItem"):
                self._check_alone(self._item_write(client, operation.removesuffix("Item"), arguments))
            elif operation == "BatchWriteItem":
                for verb, request in _batched(arguments):
                    self._check_alone(self._item_write(client, verb, request))
            elif operation == "BatchExecuteStatement":
                for statement in arguments["Statements"]:
                    self._check_alone(self._item_write(client, "Update", partiql.update_of(statement)))
            elif operation in ("ExecuteStatement", "ExecuteTransaction"):
                self.violations.append(f"{self.folder} calls {operation}")
            return self._send(client, operation, arguments)

        return watched

    def _item_write(self, client: Any, verb: str, request: dict[str, Any]) -> ItemWrite:
        if verb == "Put":
            item = from_attributes(request["Item"])
        else:
            arguments = {"TableName": request["TableName"], "Key": request["Key"], "ConsistentRead": True}
            old = self._send(client, "GetItem", arguments).get("Item") or {}
            item = {**from_attributes(request["Key"]), **from_attributes(old)}
        pieces = str(item["pk"]).split("#")
        kind = pieces[0] if request["TableName"] == settings.access_table() or len(pieces) < 3 else pieces[2]
        return ItemWrite(request["TableName"], kind, item, verb, _named(request))

    def _check(self, writes: list[ItemWrite]) -> None:
        kinds = {write.kind for write in writes}
        if all(_is_numbering(write) for write in writes) or kinds <= BOOKKEEPING:
            return
        for kind in kinds - set(RESOURCES) - PARTS - ACCOMPANYING - BOOKKEEPING:
            self.violations.append(
                f"{self.folder} writes {kind}: add it to RESOURCES, PARTS or another set of this file"
            )
        records = [write.item for write in writes if (write.kind, write.verb) == ("AUDIT", "Put")]
        counted = Counter((record["organization_id"], *_resource(record).values()) for record in records)
        changed = {
            (RESOURCES[write.kind], str(write.item["vendor" if write.kind == "INTEGRATION" else "id"]))
            for write in writes
            if write.kind in RESOURCES
        }
        steps = {pair for pair in changed if (self.folder, pair[0].upper()) in STEPS}
        recorded = {pair[1:] for pair in counted if (self.folder, pair[1]) not in ACTS}
        if not changed - steps <= recorded <= changed or set(counted.values()) - {1}:
            self.violations.append(f"{self.folder} changes {sorted(changed)} and records {dict(counted)}")
        elif not records and not steps:
            self.violations.append(f"{self.folder} writes {sorted(kinds)} without a record")
        else:
            self.audited += 1

    def _check_alone(self, write: ItemWrite) -> None:
        if write.table == settings.access_table():
            allowed = {name for name in write.names if name not in STAMPS and not _is_minute(name)} == set()
        elif self.folder == "workers/erase_traces":  # carries out an erasure that was audited
            allowed = (write.kind, write.verb) in {
                ("EVENT", "Update"), ("LEAD_HISTORY", "Delete"), ("IDEMPOTENCY", "Update"), ("RESPONSE", "Delete"),
                ("LEAD_TOMBSTONE", "Update"), ("PROSPECT_TOMBSTONE", "Update"), ("FORM", "Delete"), ("TEXT", "Delete"),
                ("REPLY", "Delete"), ("CALLBACK", "Delete"), ("REPLY_BODY", "Delete"), ("EMAIL_EVENT", "Delete"),
                ("EMAIL_EVENT_RECIPIENT", "Delete"), ("DELIVERY", "Put"), ("CLAIM_NOTE", "Update"),
                ("DELIVERY_RESPONSE", "Delete"),
                ("CLAIM_NOTE", "Delete"), ("CLAIM_PHOTO", "Delete"), ("CLAIM_PHOTO_REGISTER", "Update"),
                ("CLAIM_EXTRACTION", "Delete"), ("CLAIM_SCOPE_DECISION", "Delete"), ("CLAIM_DECISIONS", "Delete"),
                ("CLAIM_ROOM_CORRECTION", "Delete"),
                ("CLAIM_SIGN_OFF", "Put"), ("CLAIM_SIGN_OFF", "Delete"),
                ("EMAIL", "Delete"), ("DRAFT", "Delete"), ("DRAFT_RECIPIENT", "Delete"),
                ("EMAIL_CONTENT", "Delete"), ("EMAIL_VENDOR_ID", "Delete"), ("EMAIL_TOMBSTONE", "Put"),
                ("SOFT_BOUNCES", "Delete"), ("ENROLLMENT", "Update"), ("SUPPRESSION", "Update"),
                ("CONTENT_REVISION", "Delete"),
            }  # fmt: skip
        else:
            allowed = (
                write.kind in BOOKKEEPING
                or (self.folder, write.kind) in STEPS
                or _is_archived(write)
                or _is_published(write)
            )
        if not allowed:
            self.violations.append(
                f"{self.folder} writes {write.kind} alone, {write.verb} {sorted(write.names)}"
            )


def _named(request: dict[str, Any]) -> frozenset[str]:
    """The attributes in an update expression, with placeholders resolved."""
    names: dict[str, str] = request.get("ExpressionAttributeNames", {})
    words = request.get("UpdateExpression", "").replace(",", " ").split()
    keywords = {"SET", "ADD", "REMOVE", "DELETE", "=", "+", "-"}
    return frozenset(names.get(word, word) for word in words if word not in keywords and word[0] != ":")


def _batched(arguments: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The verb of each write of a batch, with its request as a single operation has it."""
    for table, requests in arguments["RequestItems"].items():
        for member in requests:
            ((name, request),) = member.items()
            yield name.removesuffix("Request"), {"TableName": table, **request}


def _is_minute(name: str) -> bool:
    return name[:1] == "m" and name[1:].isdigit()


def _is_numbering(write: ItemWrite) -> bool:
    """The relay's writes: numbers of items of the outbox, the item with the newest number, and the entry of a log."""
    if write.kind in {"SEQUENCE", "AUDIT_LOG"}:
        return write.verb == "Put"
    return write.kind in ACCOMPANYING and write.verb == "Update" and write.names <= NUMBERING


def _is_archived(write: ItemWrite) -> bool:
    """The archiver's write that removes the mark of a log with records to archive."""
    return (write.kind, write.verb, write.names) == ("SEQUENCE", "Update", frozenset({waiting.MARK}))


def _is_published(write: ItemWrite) -> bool:
    """The relay's removal of published items from their pointer."""
    return (write.kind, write.verb) in {("PENDING", "Delete"), ("PENDING", "Update")}


def _resource(record: Item) -> dict[str, str]:
    resource = record["resource"]
    assert isinstance(resource, dict)
    return {"type": str(resource["type"]), "id": str(resource["id"])}


@pytest.fixture
def tenant(cloud: None) -> Tenant:
    """A child organization, because only a child can grant."""
    return new_child()


@pytest.fixture
def watch(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> Watch:
    return Watch(monkeypatch)


WITH_RECORDING = json.loads(json.loads((ROOT / "events/calls/create.json").read_text())["body"])
WRITING = [endpoint for endpoint in with_key() if endpoint.method != "GET" and endpoint.route.scope != "read"]


@pytest.mark.parametrize("endpoint", WRITING, ids=lambda endpoint: endpoint.name)
def test_each_write_endpoint_records_each_change_once(
    tenant: Tenant, watch: Watch, endpoint: Endpoint
) -> None:
    path = made_by(endpoint, tenant.admin) or endpoint.sample_path()
    body = sample_with_made(endpoint, tenant.admin)
    if endpoint.name == "PATCH /v1/organizations/{organization_id}":
        path = f"/v1/organizations/{_child(tenant)}"
    if endpoint.name == "PUT /v1/organizations/me/grants/{parent_id}":  # an equal grant would change nothing
        assert call("DELETE", path, key=tenant.admin).status == 204
    if endpoint.name == "POST /v1/outreach/sender/resume":  # one that is not paused stays as it is
        emails.pause_sender(tenant)
    if endpoint.name == "DELETE /v1/content/feed-address":
        assert call("POST", path, key=tenant.admin).status == 201
    key = tenant.test_admin if endpoint.name == "POST /v1/outreach/test-clock" else tenant.admin
    watch.folder, watch.audited = endpoint.folder, 0

    response = call(endpoint.method, path, key=key, json_body=body)

    assert response.status < 300, response.text
    assert "\n".join(watch.violations) == ""
    assert watch.audited > 0


def _child(tenant: Tenant) -> str:
    return str(call("POST", "/v1/organizations", key=tenant.admin, json_body={"name": "North"}).json["id"])


def test_each_worker_records_each_change_once(
    tenant: Tenant, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline = Pipeline(watch.invoke)
    with receiver() as inbox:
        everything = {"url": inbox.url, "events": ["*", "audit.log.event"]}
        webhook = call("POST", "/v1/webhooks", key=tenant.admin, json_body=everything).json
        alerts.set_up(tenant)
        connection, incoming = connect(tenant.admin), Call.new()
        for kind in ("pre-call", "post-call"):
            assert connection.send(kind, incoming.event(kind)).status == 202
            pipeline.run()
        (classified,) = call("GET", "/v1/calls", key=tenant.read).json["data"]
        with monkeypatch.context() as patch:
            freeze(patch).advance(minutes=11)
            step = dispatch.escalation(tenant, classified["id"], 1, 0)
            watch.invoke("workers/escalate_dispatch", sqs_event("EscalateQueue", [step]))
        (alert, *_) = alerts.alerts(tenant, classified["id"])
        account = twilio.connected(tenant.admin)
        for sent in (account.reported(alert, "delivered"), account.text(alerts.ANN_PHONE, "2")):
            assert receive("twilio", sent.event()).status == 200
        pipeline.run()
        token = links.token_of(alert["id"], tenant.in_mode("live"))
        assert call("POST", f"/v1/a/{token}", body="decision=take").status == 200
        lead = call("GET", "/v1/leads", key=tenant.read).json["data"][0]
        crm = {"settings": {"url": inbox.url}, "secrets": {"signing_secret": "x" * 24}}
        call("PUT", "/v1/integrations/crm", key=tenant.admin, json_body=crm)
        call("POST", f"/v1/leads/{lead['id']}/push-to-crm", key=tenant.admin)
        for vendor in inbound.SECRETS:
            body = json.loads((ROOT / f"events/inbound/{vendor}.json").read_text())["body"].encode()
            other = inbound.connect(vendor, tenant.admin)
            assert other.receive(other.url_event(body)).status == 202
        watch.folder = "webhooks/replay"
        replay = {"since": rfc3339(clock.now() - timedelta(hours=1))}
        assert (
            call("POST", f"/v1/webhooks/{webhook['id']}/replay", key=tenant.admin, json_body=replay).status
            == 202
        )
        pipeline.run()
        invited = {"email": "b@example.com", "role": "viewer"}
        assert call("POST", "/v1/organizations/me/members", key=tenant.admin, json_body=invited).status == 201
        ordered = {"to": "a@example.com", "lead_id": lead["id"], "instructions": "Follow up."}
        assert call("POST", "/v1/outreach/drafts", key=tenant.admin, json_body=ordered).status == 202
        pipeline.run()
        call("DELETE", f"/v1/leads/{lead['id']}", key=tenant.admin)
        call("POST", "/v1/audit-log/exports", key=tenant.admin, json_body={"format": "csv"})
        imported = imports.new_import(tenant)
        pipeline.run()
        message = imports.put(imported, "email\na@example.com\nb@example.com\n")
        watch.invoke("workers/import_leads", sqs_event(imports.QUEUE, [message]))
        pipeline.run()
        for vendor in ("callrail", "resend"):
            with_api_key = {"secrets": {"api_key": "a key"}}
            call("PUT", f"/v1/integrations/{vendor}", key=tenant.test_admin, json_body=with_api_key)
        with_token = {"secrets": {"refresh_token": "a token"}}
        call("PUT", "/v1/integrations/google_business", key=tenant.test_admin, json_body=with_token)
        answer_review(tenant)
        call("POST", "/v1/calls", key=tenant.test_admin, json_body=WITH_RECORDING)
        pipeline.run()
        keeps_none = {"settings": {"recordings": {"enabled": False}}}
        assert call("PATCH", "/v1/organizations/me", key=tenant.admin, json_body=keeps_none).status == 200
        be_ready(tenant)
        enrolled(tenant, active(tenant)["id"], person := prospect(tenant))
        call("POST", f"/v1/prospects/{person['id']}/convert", key=tenant.admin)
        call("POST", "/v1/outreach/test-clock", key=tenant.test_admin, json_body={"advance_seconds": 60})
        pipeline.run()
        watch.invoke("workers/enqueue_sends", {})
        resend = inbound.connect("resend", tenant.admin)
        raw = json.dumps(emails.bounced(emails.sent(tenant))).encode()
        assert resend.receive(resend.url_event(raw, resend.headers(raw, "msg_2"))).status == 202
        mails = inbound.connect("resend", tenant.test_admin)
        mail = {"email_id": "m1", "from": "dana@example.com", "subject": "Please take me off your list."}
        raw = json.dumps({"type": "email.received", "data": mail}).encode()
        assert mails.receive(mails.url_event(raw)).status == 202
        pipeline.run()
        post = {"type": "blog_post", "brief": {"topic": "A burst pipe"}}
        post_id = call("POST", "/v1/content", key=tenant.write, json_body=post).json["id"]
        pipeline.run()
        shorter = {"instructions": "Make it shorter."}
        call("POST", f"/v1/content/{post_id}/revisions", key=tenant.write, json_body=shorter)
        pipeline.run()
        watch.invoke("workers/enqueue_retention", {})
        for claim in (closed_claim(tenant), closed_claim(tenant)):
            hold(tenant, claim["id"])
            call("DELETE", f"/v1/claims/{claim['id']}/legal-hold", key=tenant.admin)
            move(tenant, claim["id"], "open", "More damage.")
            add_note(tenant, claim["id"])
            content = photos.photo()
            photos.upload(photos.declare(tenant, claim["id"], content), content)
            photos.upload(photos.declare(tenant, claim["id"], content, sha256="0" * 64), content)
            pipeline.run()
            add_note(tenant, claim["id"], "Remove 20 SF of drywall in the hall.")
            call("POST", f"/v1/claims/{claim['id']}/extract", key=tenant.write)
            pipeline.run()
            accepted = {"min_confidence": 0}
            call("POST", f"/v1/claims/{claim['id']}/scope/accept", key=tenant.write, json_body=accepted)
            (room,) = call("GET", f"/v1/claims/{claim['id']}/rooms", key=tenant.read).json["data"]
            corrected = {"measures": {"height": 9.0}}
            path = f"/v1/claims/{claim['id']}/rooms/{room['id']}"
            assert call("PATCH", path, key=tenant.write, json_body=corrected).status == 200
            signed = call("POST", f"/v1/claims/{claim['id']}/sign-off", key=tenant.write, json_body={})
            assert signed.status == 202, signed.text
            pipeline.run()
            move(tenant, claim["id"], "closed", "Done.")
        call("DELETE", f"/v1/claims/{claim['id']}", key=tenant.admin)
        with monkeypatch.context() as patch:
            freeze(patch).advance(days=91)
            watch.invoke("workers/enqueue_retention", {})
            pipeline.run()
        at = clock.now() + timedelta(minutes=1)
        scheduled = publishing.schedule(tenant, publishing.approved(tenant), at)
        with monkeypatch.context() as patch:
            freeze(patch, at)
            step = publishing.message(tenant, scheduled)
            watch.invoke("workers/publish_content", sqs_event("PublishQueue", [step]))
        watch.invoke("workers/enqueue_reconciliations", {})
        watch.invoke("workers/enqueue_checkpoints", {})
        pipeline.run()
        watch.invoke("workers/sweep_outbox", {})
    nowhere = {"url": "http://127.0.0.1:65535/hooks"}
    call("PATCH", f"/v1/webhooks/{webhook['id']}", key=tenant.admin, json_body=nowhere)
    call("PUT", "/v1/integrations/crm", key=tenant.admin, json_body={"settings": nowhere})
    for number in range(2):  # what is second goes to the slow lane
        late = {"email": f"late{number}@example.com"}
        lead = call("POST", "/v1/leads", key=tenant.admin, json_body=late).json
        call("POST", f"/v1/leads/{lead['id']}/push-to-crm", key=tenant.admin)
        pipeline.run()

    assert "\n".join(watch.violations) == ""
    unreached = {*workers().values(), "workers/relay_outbox"} - set(watch.ran)
    assert unreached == set(), "add requests to this test that reach these workers"
    assert {record["action"] for record in _log(tenant)} >= {
        "claim.extraction_requested",
        "claim.extracted",
        "claim.review_began",
        "claim_scope_item.accepted",
        "claim_room.corrected",
        "claim.signed_off",
        "claim_sign_off.created",
        "claim_sign_off.bundled",
        "claim.evidence_deleted",
        "claim.erased",
        "claim_photo.ready",
        "claim_photo.rejected",
        "content.published",
    }
    actors = {record["actor"]["id"] for record in _log(tenant) if record["actor"]["type"] == "worker"}
    recorded = {record["action"] for record in _log(tenant, tenant.test_admin)}
    assert recorded >= {"call.recording_stored", "call.recording_deleted", "reply.classified"}
    assert "review.replied" in recorded
    assert {"email.bounced", "suppression.created"} <= {record["action"] for record in _log(tenant)}
    assert actors >= {
        "classify_call",
        "escalate_dispatch",
        "send_alert",
        "qualify_call",
        "export_audit",
        "import_leads",
        "publish_content",
        "sign_checkpoints",
        "stop_enrollments",
        "write_email",
        "write_content",
    }


def answer_review(tenant: Tenant) -> None:
    """Publish a response to a review in test mode, by hand."""
    review = call("POST", "/v1/reviews", key=tenant.test_admin, json_body=REVIEW).json
    order = {"type": "review_response", "brief": {"review_id": review["id"]}}
    path = f"/v1/content/{call('POST', '/v1/content', key=tenant.test_admin, json_body=order).json['id']}"
    assert call("POST", f"{path}/cancel", key=tenant.test_admin).status == 200
    call("PATCH", path, key=tenant.test_admin, json_body={"body": "We are sorry that you had to wait."})
    for status in ("in_review", "approved", "published"):
        moved = call("POST", f"{path}/transitions", key=tenant.test_admin, json_body={"to": status})
        assert moved.status == 200, moved.text


def _log(tenant: Tenant, key: str | None = None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        response = call("GET", f"/v1/audit-log?limit=200{cursor}", key=key or tenant.read)
        found += response.json["data"]
        if not (following := response.json.get("next_cursor")):
            return found
        cursor = f"&cursor={quote(following)}"


def test_a_write_without_an_audit_record_is_a_violation(tenant: Tenant, watch: Watch) -> None:
    """A lead that is put alone, and one that is deleted in a transaction without a record."""
    lead = call("POST", "/v1/leads", key=tenant.admin, json_body={"email": "a@example.com"}).json
    response = aws.dynamodb().query(
        TableName=settings.state_table(),
        KeyConditionExpression="pk = :pk AND sk = :sk",
        ExpressionAttributeValues={":pk": {"S": f"{tenant.id}#live#LEAD"}, ":sk": {"S": lead["id"]}},
    )
    assert watch.violations == []

    aws.dynamodb().put_item(TableName=settings.state_table(), Item=response["Items"][0])
    key = {name: response["Items"][0][name] for name in ("pk", "sk")}
    delete = {"Delete": {"TableName": settings.state_table(), "Key": key}}
    aws.dynamodb().transact_write_items(TransactItems=[delete])  # type: ignore[list-item]

    assert len(watch.violations) == 2
