"""Every change has exactly one audit record, in the very transaction that makes it: each write to AWS is looked at."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import botocore.client
import pytest

from eal.core import aws, clock, settings
from eal.core.clock import rfc3339
from eal.core.table.item import from_attributes
from tests.support import archive, imports, inbound
from tests.support.callrail import connect
from tests.support.endpoints import Endpoint, made_by, sample_with_made, with_key
from tests.support.http import call, load_app
from tests.support.pipeline import Pipeline, sqs_event, workers
from tests.support.tenants import new_tenant
from tools.fixtures.callrail import Call
from tools.fixtures.receiver import receiver
from tools.fixtures.template import ROOT

if TYPE_CHECKING:
    from eal.core.table.item import Item
    from tests.support.tenants import Tenant

RESOURCES = {
    "LEAD": "lead", "CALL": "call", "PROSPECT": "prospect", "ORGANIZATION": "organization", "K": "api_key",
    "MEMBER": "member", "GRANT": "grant", "INTEGRATION": "integration", "WEBHOOK": "webhook",
    "LEAD_IMPORT": "lead_import", "AUDIT_EXPORT": "audit_export", "AUDIT_CHECKPOINT": "audit_checkpoint",
    "DELIVERY": "delivery", "EMAIL_EVENT": "email_event",
}  # fmt: skip
"""What a customer owns: the kind of its item, and the type in its record. `K` is a key in the Access table."""
PARTS = {
    "KEY", "KEY_COUNT", "C", "CHILD", "MEMBER_EMAIL", "LEAD_CONTACT", "LEAD_HISTORY", "LEAD_TOMBSTONE",
    "PROSPECT_CONTACT", "PROSPECT_TOMBSTONE", "CALL_CLAIM", "CALL_RUNS", "TRANSCRIPT", "LEAD_IMPORT_ERRORS",
    "AUDIT_CHECKPOINT_HEAD", "AUDIT_EXPORTS_OPEN", "EMAIL_EVENT_CLAIM", "EMAIL_EVENT_RECIPIENT", "LEAD_IMPORTS",
    "WEBHOOK_COUNT",
}  # fmt: skip
"""Items that change with a resource and have no record of their own. `C` is a connection in the Access table."""
STEPS = {("workers/import_leads", "LEAD_IMPORT"), ("workers/deliver_webhook", "DELIVERY")}
"""Resources that a worker moves on beside the changes that it records: what was asked of them has records."""
ACTS = {("webhooks/test", "webhook"), ("webhooks/replay", "webhook")}
"""Records of what an endpoint did for a resource, which stays as it is."""
BESIDE = {"IDEMPOTENCY", "ANSWER", "EVENT", "TASK", "AUDIT"}
"""What a write puts beside the change."""
BOOKKEEPING = {
    "ARCHIVE", "AUDIT_TILE", "AUDIT_EXPORT_PROGRESS", "DELIVERY", "COUNTED", "LEAD_STATS", "TALLY", "WEBHOOK_HEALTH",
    "RECONCILIATION",
}  # fmt: skip
"""Workers' progress and counters (`eal.core.table.progress`): no customer's, and made anew from what is."""
NUMBERING = {"feedpk", "feedsk", "numbered_at", "seq", "previous_hash", "hash", "pending"}
"""The attributes that the relay adds to what is in the outbox, or removes."""
STAMPS = {"last_used_at", "last_used_ip", "last_event_at", "last_failure", "stamped", "full_minute"}
"""What the Access table keeps of uses, beside the minutes' counters."""


class Touched(NamedTuple):
    """An item that a call writes: before, after as far as the call says it, and the names that an update sets."""

    table: str
    kind: str
    item: Item
    verb: str
    names: frozenset[str]


class Watch:
    """Looks at every write of DynamoDB before it is sent. `unlike` collects what breaks the rule."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.unlike: list[str] = []
        self.audited = 0
        self.folder = ""
        self.ran: Counter[str] = Counter()
        self._send = botocore.client.BaseClient._make_api_call  # type: ignore[attr-defined]
        monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", self._watched())

    def invoke(self, folder: str, event: dict[str, Any]) -> Any:
        self.folder = folder
        self.ran[folder] += 1
        return load_app(folder).handler(event, None)

    def _watched(self) -> Any:
        def watched(client: Any, operation: str, arguments: dict[str, Any]) -> Any:
            if operation == "TransactWriteItems":
                writes = [(verb, one) for each in arguments["TransactItems"] for verb, one in each.items()]
                seen = [self._touched(client, verb, one) for verb, one in writes if verb != "ConditionCheck"]
                answer = self._send(client, operation, arguments)
                self._check(seen)
                return answer
            if operation in ("PutItem", "UpdateItem", "DeleteItem"):
                self._check_alone(self._touched(client, operation.removesuffix("Item"), arguments))
            elif operation in (
                "BatchWriteItem",
                "ExecuteStatement",
                "ExecuteTransaction",
                "BatchExecuteStatement",
            ):
                self.unlike.append(f"{self.folder} calls {operation}")
            return self._send(client, operation, arguments)

        return watched

    def _touched(self, client: Any, verb: str, request: dict[str, Any]) -> Touched:
        if verb == "Put":
            item = from_attributes(request["Item"])
        else:
            at = {"TableName": request["TableName"], "Key": request["Key"], "ConsistentRead": True}
            old = self._send(client, "GetItem", at).get("Item") or {}
            item = {**from_attributes(request["Key"]), **from_attributes(old)}
        pieces = str(item["pk"]).split("#")
        kind = pieces[0] if request["TableName"] == settings.access_table() else pieces[2]
        return Touched(request["TableName"], kind, item, verb, _named(request))

    def _check(self, seen: list[Touched]) -> None:
        kinds = {one.kind for one in seen}
        if all(_is_numbering(one) for one in seen) or kinds <= BOOKKEEPING:
            return
        for kind in kinds - set(RESOURCES) - PARTS - BESIDE - BOOKKEEPING:
            self.unlike.append(
                f"{self.folder} writes {kind}: add it to RESOURCES, PARTS or BOOKKEEPING in this file"
            )
        records = [one.item for one in seen if (one.kind, one.verb) == ("AUDIT", "Put")]
        counted = Counter((one["organization_id"], *_resource(one).values()) for one in records)
        changed = {
            (RESOURCES[one.kind], str(one.item["vendor" if one.kind == "INTEGRATION" else "id"]))
            for one in seen
            if one.kind in RESOURCES
        }
        steps = {pair for pair in changed if (self.folder, pair[0].upper()) in STEPS}
        recorded = {pair[1:] for pair in counted if (self.folder, pair[1]) not in ACTS}
        if not changed - steps <= recorded <= changed or set(counted.values()) - {1}:
            self.unlike.append(f"{self.folder} changes {sorted(changed)} and records {dict(counted)}")
        elif not records and not steps:
            self.unlike.append(f"{self.folder} writes {sorted(kinds)} without a record")
        else:
            self.audited += 1

    def _check_alone(self, one: Touched) -> None:
        if one.table == settings.access_table():
            fine = {name for name in one.names if name not in STAMPS and not _is_minute(name)} == set()
        elif self.folder == "workers/erase_traces":  # carries out an erasure that was audited
            fine = (one.kind, one.verb) in {
                ("EVENT", "Update"), ("LEAD_HISTORY", "Delete"), ("IDEMPOTENCY", "Update"), ("ANSWER", "Delete"),
                ("LEAD_TOMBSTONE", "Update"), ("PROSPECT_TOMBSTONE", "Update"), ("FORM", "Delete"), ("TEXT", "Delete"),
                ("REPLY", "Delete"), ("REPLY_BODY", "Delete"), ("EMAIL_EVENT", "Delete"),
                ("EMAIL_EVENT_RECIPIENT", "Delete"),
            }  # fmt: skip
        else:
            fine = one.kind in BOOKKEEPING or (self.folder, one.kind) in STEPS or _is_archived(one)
        if not fine:
            self.unlike.append(f"{self.folder} writes {one.kind} alone, {one.verb} {sorted(one.names)}")


def _named(request: dict[str, Any]) -> frozenset[str]:
    """The attributes that an update names in its expression, placeholders resolved."""
    names: dict[str, str] = request.get("ExpressionAttributeNames", {})
    words = request.get("UpdateExpression", "").replace(",", " ").split()
    keywords = {"SET", "ADD", "REMOVE", "DELETE", "=", "+", "-"}
    return frozenset(names.get(word, word) for word in words if word not in keywords and word[0] != ":")


def _is_minute(name: str) -> bool:
    return name[:1] == "m" and name[1:].isdigit()


def _is_numbering(one: Touched) -> bool:
    """The relay's own transactions: numbers and marks on the outbox, and the head that counts them."""
    if one.kind == "SEQUENCE":
        return one.verb == "Put"
    return one.kind in BESIDE and one.verb == "Update" and one.names <= NUMBERING


def _is_archived(one: Touched) -> bool:
    """The archive's mark on the head that counts the log: none of its records waits any more."""
    return (one.kind, one.verb, one.names) == ("SEQUENCE", "Update", frozenset({"gsi1pk", "gsi1sk"}))


def _resource(record: Item) -> dict[str, str]:
    resource = record["resource"]
    assert isinstance(resource, dict)
    return {"type": str(resource["type"]), "id": str(resource["id"])}


@pytest.fixture
def tenant(cloud: None) -> Tenant:
    """Below another organization: only such a one can grant."""
    return new_tenant(parent=new_tenant("Network").id)


@pytest.fixture
def watch(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> Watch:
    return Watch(monkeypatch)


WRITING = [endpoint for endpoint in with_key() if endpoint.method != "GET"]


@pytest.mark.parametrize("endpoint", WRITING, ids=lambda endpoint: endpoint.name)
def test_each_write_endpoint_records_each_change_once(
    tenant: Tenant, watch: Watch, endpoint: Endpoint
) -> None:
    path, body = made_by(endpoint, tenant.admin), endpoint.sample()
    if path is None:
        path, body = endpoint.sample_path(), sample_with_made(endpoint, tenant.admin)
    if endpoint.name == "PATCH /v1/organizations/{organization_id}":
        path = f"/v1/organizations/{_child(tenant)}"
    if (
        endpoint.name == "PUT /v1/organizations/me/grants/{parent_id}"
    ):  # the same one again would change nothing
        assert call("DELETE", path, key=tenant.admin).status == 204
    watch.folder, watch.audited = endpoint.folder, 0

    answer = call(endpoint.method, path, key=tenant.admin, json_body=body)

    assert answer.status < 300, answer.text
    assert "\n".join(watch.unlike) == ""
    assert watch.audited > 0


def _child(tenant: Tenant) -> str:
    return str(call("POST", "/v1/organizations", key=tenant.admin, json_body={"name": "North"}).json["id"])


def test_each_worker_records_each_change_once(tenant: Tenant, watch: Watch) -> None:
    pipeline = Pipeline(watch.invoke)
    with receiver() as inbox:
        everything = {"url": inbox.url, "events": ["*", "audit.log.event"]}
        webhook = call("POST", "/v1/webhooks", key=tenant.admin, json_body=everything).json
        connection, rung = connect(tenant.admin), Call.new()
        for kind in ("pre-call", "post-call"):
            assert connection.send(kind, rung.event(kind)).status == 202
            pipeline.run()
        lead = call("GET", "/v1/leads", key=tenant.read).json["data"][0]
        crm = {"settings": {"url": inbox.url}, "secrets": {"signing_secret": "x" * 24}}
        call("PUT", "/v1/integrations/crm", key=tenant.admin, json_body=crm)
        call("POST", f"/v1/leads/{lead['id']}/push-to-crm", key=tenant.admin)
        for vendor in inbound.SECRETS:
            body = json.loads((ROOT / f"events/inbound/{vendor}.json").read_text())["body"].encode()
            other = inbound.connect(vendor, tenant.admin)
            assert other.receive(other.url_event(body)).status == 202
        watch.folder = "webhooks/replay"
        replayed = {"since": rfc3339(clock.now() - timedelta(hours=1))}
        assert (
            call("POST", f"/v1/webhooks/{webhook['id']}/replay", key=tenant.admin, json_body=replayed).status
            == 202
        )
        pipeline.run()
        call("DELETE", f"/v1/leads/{lead['id']}", key=tenant.admin)
        call("POST", "/v1/audit-log/exports", key=tenant.admin, json_body={"format": "csv"})
        imported = imports.new_import(tenant)
        pipeline.run()
        message = imports.put(imported, "email\na@example.com\nb@example.com\n")
        watch.invoke("workers/import_leads", sqs_event(imports.QUEUE, [message]))
        pipeline.run()
        watch.folder = "workers/sign_checkpoints"
        archive.sign()
        pipeline.run()
        watch.invoke("workers/sweep_outbox", {})

    assert "\n".join(watch.unlike) == ""
    unreached = {*workers().values(), "workers/relay_outbox"} - set(watch.ran)
    assert unreached == set(), "add requests to this test that reach these workers"
    actors = {record["actor"]["id"] for record in _log(tenant) if record["actor"]["type"] == "worker"}
    assert actors >= {"classify_call", "qualify_call", "export_audit", "import_leads", "sign_checkpoints"}


def _log(tenant: Tenant) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = call("GET", "/v1/audit-log?limit=200", key=tenant.read).json["data"]
    return found


def test_a_write_past_the_log_is_seen(tenant: Tenant, watch: Watch) -> None:
    """That the watch can fail: a lead put alone, and one deleted in a transaction without a record."""
    made = call("POST", "/v1/leads", key=tenant.admin, json_body={"email": "a@example.com"}).json
    answer = aws.dynamodb().query(
        TableName=settings.state_table(),
        KeyConditionExpression="pk = :pk AND sk = :sk",
        ExpressionAttributeValues={":pk": {"S": f"{tenant.id}#live#LEAD"}, ":sk": {"S": made["id"]}},
    )
    assert watch.unlike == []

    aws.dynamodb().put_item(TableName=settings.state_table(), Item=answer["Items"][0])
    key = {name: answer["Items"][0][name] for name in ("pk", "sk")}
    delete = {"Delete": {"TableName": settings.state_table(), "Key": key}}
    aws.dynamodb().transact_write_items(TransactItems=[delete])  # type: ignore[list-item]

    assert len(watch.unlike) == 2
