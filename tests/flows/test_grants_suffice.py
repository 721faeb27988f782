"""What each function asks of AWS, its role allows: the emulators do not check, so this does."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import botocore.client

from eal.core import clock
from eal.vendors.callrail import reconcile
from eal.vendors.resend import reconcile as resend_reconcile
from tests.flows.test_call_to_webhook import SIGNING_KEY
from tests.support.aws import ACCESS, AUDIT_BUCKET, INBOUND_BUCKET, STATE, UPLOADS_BUCKET
from tests.support.http import load_app, match, proxy_event
from tests.support.imports import QUEUE, put
from tests.support.inbound import SECRETS, SIGNERS
from tests.support.pipeline import Pipeline, sqs_event
from tests.support.template import ROOT, functions, resources
from tests.support.vendor_apis import CallrailApi, ResendApi, serving
from tools.demo.callrail import Call, signature
from tools.demo.receiver import receiver

if TYPE_CHECKING:
    import pytest

    from tests.support.tenants import Tenant

NAMES = {
    STATE: "StateTable",
    ACCESS: "AccessTable",
    INBOUND_BUCKET: "InboundBucket",
    AUDIT_BUCKET: "AuditBucket",
    UPLOADS_BUCKET: "UploadsBucket",
    "schedules": "SchedulesRole",
}
TRANSACTED = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "Get": "GetItem"}

OBJECTS = {
    "HeadObject": "GetObject",
    "ListObjectsV2": "ListBucket",
    "CreateMultipartUpload": "PutObject",
    "UploadPart": "PutObject",
    "CompleteMultipartUpload": "PutObject",
    "ListParts": "ListMultipartUploadParts",
}
"""S3's calls whose grant has another name."""

KEYS = {"GenerateMac": "MacKey", "Sign": "SigningKey", "GetPublicKey": "SigningKey"}
"""The keys that are asked for something else than secrets."""

UNUSED = {
    ("workers/normalise_callrail", "dynamodb:DeleteItem"): "a lead's update may give a contact back",
    ("workers/import_leads", "dynamodb:DeleteItem"): "a lead's update may give a contact back",
    ("workers/sweep_outbox", "dynamodb:PutItem"): "here the relay has left it nothing to number",
    ("workers/sweep_outbox", "dynamodb:UpdateItem"): "here the relay has left it nothing to number",
}
"""What workers may write to the State table and do not here, and why."""

type Need = tuple[str, str]
"""An IAM action and the logical id of what it is done to; a query of an index ends in `/index`, an item of the Access
table in its kind of keys."""


class Needs:
    """Records, for the function that runs, what its AWS calls need."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.of: dict[str, set[Need]] = defaultdict(set)
        self.folder = ""
        send = botocore.client.BaseClient._make_api_call  # type: ignore[attr-defined]

        def recorded(client: Any, operation: str, arguments: dict[str, Any]) -> Any:
            if self.folder:
                self.of[self.folder] |= set(
                    _needs(client.meta.service_model.service_name, operation, arguments)
                )
            return send(client, operation, arguments)

        monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", recorded)

    def invoke(self, folder: str, event: dict[str, Any]) -> Any:
        self.folder = folder
        try:
            return load_app(folder).handler(event, None)
        finally:
            self.folder = ""


def _needs(service: str, operation: str, arguments: dict[str, Any]) -> list[Need]:
    if operation in ("TransactWriteItems", "TransactGetItems"):
        return [
            (
                f"dynamodb:{TRANSACTED[kind]}",
                _table(request["TableName"], request.get("Key") or request["Item"]),
            )
            for one in arguments["TransactItems"]
            for kind, request in one.items()
        ]
    if operation == "BatchGetItem":
        return [
            ("dynamodb:BatchGetItem", _table(table, one))
            for table, asked in arguments["RequestItems"].items()
            for one in asked["Keys"]
        ]
    match service:
        case "dynamodb":
            index = "/index" if "IndexName" in arguments else ""
            item = arguments.get("Key") or arguments.get("Item") or {}
            return [(f"dynamodb:{operation}", _table(arguments["TableName"], item) + index)]
        case "s3":
            actions = [OBJECTS.get(operation, operation)]
            actions += ["PutObjectRetention"] if "ObjectLockMode" in arguments else []
            return [(f"s3:{action}", NAMES[arguments["Bucket"]]) for action in actions]
        case "sqs":
            return [("sqs:SendMessage", arguments["QueueUrl"].rsplit("/", 1)[1])]
        case "kms":
            return [(f"kms:{operation}", KEYS.get(operation, "SecretsKey"))]
        case "events":
            return [(f"events:{operation}", "Bus")]
        case "scheduler":
            role = arguments["Target"]["RoleArn"].rsplit("/", 1)[1]
            return [(f"scheduler:{operation}", "Schedules"), ("iam:PassRole", NAMES[role])]
        case _:
            raise AssertionError(f"{service} {operation}: teach this test what it needs")


def _table(name: str, item: dict[str, Any]) -> str:
    """The table; of the Access table, with the kind of its keys, as conditions name it: `AccessTable/K#*`."""
    return f"AccessTable/{item['pk']['S'][:2]}*" if name == ACCESS else NAMES[name]


def _granted(folder: str) -> set[Need]:
    (role,) = (
        one["Role"]["Fn::GetAtt"].partition(".")[0]
        for one in functions().values()
        if one["CodeUri"] == f"functions/{folder}"
    )
    granted: set[Need] = set()
    for policy in resources("AWS::IAM::Role")[role]["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            where = (
                statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
            )
            for one in map(json.dumps, where):
                name = re.findall(r"[A-Z][A-Za-z]+", one.replace("Fn::GetAtt", "").replace("Fn::Sub", ""))[0]
                index = "/index" if "/index/" in one else ""
                keys = statement.get("Condition", {}).get("ForAllValues:StringLike", {})
                kinds = [f"/{one}" for one in keys.get("dynamodb:LeadingKeys", [])] or [index]
                granted |= {(action, name + kind) for action in actions for kind in kinds}
    return granted


def _reconcile(needs: Needs, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call and a mail are found missing, fetched and normalised."""
    now = clock.now()
    missed = {"id": "CAL9", "company_id": "COM1", "start_time": now.isoformat(), "duration": 0}
    mail = {"id": "m1", "created_at": now.isoformat(), "from": "dana@example.com", "text": "Yes."}
    for module in (reconcile, resend_reconcile):
        monkeypatch.setattr(module, "SETTLING_TIME", timedelta(0))
    with (
        serving(CallrailApi("callrail", 'Token token="a key"', calls=[missed]), monkeypatch),
        serving(ResendApi("resend", "Bearer a key", mails=[mail]), monkeypatch),
    ):
        needs.invoke("workers/reconcile_callrail", {})
        needs.invoke("workers/reconcile_resend", {})
        Pipeline(needs.invoke).run()


def test_every_call_to_aws_is_granted(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    needs = Needs(monkeypatch)

    def call(method: str, path: str, body: object = None, key: str = tenant.admin) -> Any:
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        event = proxy_event(
            method, path, headers=headers, body=json.dumps(body) if body is not None else None
        )
        answer = needs.invoke(match(method, path.partition("?")[0])[0], event)
        assert answer["statusCode"] < 400, answer
        return json.loads(answer["body"] or "null")

    def text(path: str) -> str:
        event = proxy_event("GET", path, headers={"Authorization": f"Bearer {tenant.admin}"})
        answer = needs.invoke(match("GET", path)[0], event)
        assert answer["statusCode"] == 200, answer
        return str(answer["body"])

    with receiver() as inbox:
        everything = {"url": inbox.url, "events": ["*", "audit.log.event"]}
        webhook = call("POST", "/v1/webhooks", everything)
        callrail = {
            "settings": {"account_id": "ACC1"},
            "secrets": {"signing_key": SIGNING_KEY, "api_key": "a key"},
        }
        call("PUT", "/v1/integrations/callrail", callrail)
        connection = call("PUT", "/v1/integrations/callrail", {})
        body = Call.new().event("post-call")
        path = f"/v1/inbound/callrail/{connection['connection_id']}/post-call"
        event = proxy_event(
            "POST", path, headers={"Signature": signature(body, SIGNING_KEY)}, body=body.decode()
        )
        assert needs.invoke("inbound/callrail", {**event, "body": "{}"})["statusCode"] == 401
        assert needs.invoke("inbound/callrail", event)["statusCode"] == 202
        for vendor in SECRETS:
            secrets = {
                "signing_secret": SECRETS[vendor],
                **({"api_key": "a key"} if vendor == "resend" else {}),
            }
            connection = call("PUT", f"/v1/integrations/{vendor}", {"secrets": secrets})
            body = json.loads((ROOT / f"events/inbound/{vendor}.json").read_text())["body"].encode()
            path = f"/v1/inbound/{vendor}/{connection['connection_id']}/events"
            event = proxy_event(
                "POST", path, headers=SIGNERS[vendor](body, SECRETS[vendor]), body=body.decode()
            )
            assert needs.invoke(f"inbound/{vendor}", {**event, "body": "{}"})["statusCode"] == 401
            assert needs.invoke(f"inbound/{vendor}", event)["statusCode"] == 202
        _reconcile(needs, monkeypatch)
        needs.invoke("workers/sweep_outbox", {})
    lead = call("POST", "/v1/leads?on_duplicate=update", {"email": "a@example.com"})
    call("PATCH", f"/v1/leads/{lead['id']}", {"email": "b@example.com"})
    call("POST", f"/v1/leads/{lead['id']}/transitions", {"to": "contacted"})
    call("POST", f"/v1/leads/{lead['id']}/score")
    call("GET", f"/v1/leads/{lead['id']}/history?limit=1")
    crm = {"settings": {"url": inbox.url}, "secrets": {"signing_secret": SIGNING_KEY * 2}}
    call("PUT", "/v1/integrations/crm", crm)
    call("POST", f"/v1/leads/{lead['id']}/push-to-crm")
    call("GET", "/v1/leads/stats")
    erased = call("POST", "/v1/leads", {"email": "erased@example.com"})
    call("DELETE", f"/v1/leads/{erased['id']}")
    Pipeline(needs.invoke).run()
    uploaded = call("POST", "/v1/leads/import", {"format": "csv", "on_duplicate": "update"})
    told = put(uploaded, "email,notes\nimported@example.com,\nimported@example.com,more\nwrong,\n")
    assert needs.invoke("workers/import_leads", sqs_event(QUEUE, [told])) == {"batchItemFailures": []}
    assert call("GET", f"/v1/leads/imports/{uploaded['id']}")["failed"] == 1
    reached = {"email": "p@example.com", "enrichment": {"postal_code": "94601"}}
    prospect = call("POST", "/v1/prospects", reached)
    call("POST", "/v1/prospects/qualify", {"prospect_ids": [prospect["id"]]})
    call("PATCH", f"/v1/prospects/{prospect['id']}", {"email": "q@example.com"})
    call("POST", f"/v1/prospects/{prospect['id']}/convert")
    call("GET", f"/v1/prospects/{prospect['id']}")
    call("GET", "/v1/prospects?outreach_state=converted")
    call("DELETE", f"/v1/prospects/{prospect['id']}")
    key = call("POST", "/v1/api-keys", {"name": "x", "scopes": ["admin"]})
    call("PATCH", f"/v1/api-keys/{key['id']}", {"expires_at": "2099-01-01T00:00:00Z"})
    call("POST", f"/v1/api-keys/{key['id']}/rotate", {"overlap_seconds": 0})
    for path in ("leads", "calls", "api-keys", "webhooks", "audit-log", "events"):
        page = call("GET", f"/v1/{path}?limit=1")
        if page["next_cursor"]:
            call("GET", f"/v1/{path}?limit=1&cursor={page['next_cursor']}")
        call("GET", f"/v1/{path}/{page['data'][0]['id']}")
    call("GET", "/v1/webhooks/event-types?limit=1")
    path = f"/v1/webhooks/{webhook['id']}"
    call("PATCH", path, {"filter": {"data.id": {"exists": True}}})
    call("POST", f"{path}/rotate-secret")
    call("POST", f"{path}/test")
    call("POST", f"{path}/replay", {"since": webhook["created_at"], "only": "missing", "dry_run": True})
    call("POST", f"{path}/replay", {"since": webhook["created_at"]})
    page = call("GET", f"{path}/deliveries?limit=1")
    call("GET", f"{path}/deliveries?limit=1&cursor={page['next_cursor']}")
    call("GET", f"/v1/webhooks/deliveries/{page['data'][0]['id']}")
    call("POST", f"/v1/webhooks/deliveries/{page['data'][0]['id']}/retry")
    Pipeline(needs.invoke).run()
    call("GET", "/v1/leads?status=contacted")
    call("GET", "/v1/organizations/me")
    call("PATCH", "/v1/organizations/me", {"industry": "roofing"})
    child, other = (call("POST", "/v1/organizations", {"name": name}) for name in ("North", "South"))
    call("PATCH", f"/v1/organizations/{child['id']}", {"industry": "roofing"})
    call("GET", f"/v1/organizations/{child['id']}")
    for one in (child, other):
        grant = {"resources": ["leads"]}
        call("PUT", f"/v1/organizations/me/grants/{tenant.id}", grant, key=one["admin_key"]["key"])
    call("GET", "/v1/organizations/me/grants", key=child["admin_key"]["key"])
    for path in ("organizations?limit=1", "organizations/me/rollup?limit=1"):
        assert call("GET", f"/v1/{path}")["next_cursor"]
    call("DELETE", f"/v1/organizations/me/grants/{tenant.id}", key=child["admin_key"]["key"])
    member = call("POST", "/v1/organizations/me/members", {"email": "a@example.com", "role": "viewer"})
    call("POST", "/v1/organizations/me/members", {"email": "b@example.com", "role": "viewer"})
    assert call("GET", "/v1/organizations/me/members?limit=1")["next_cursor"]
    call("DELETE", f"/v1/organizations/me/members/{member['id']}")
    export = call("POST", "/v1/audit-log/exports", {"format": "jsonl"})
    Pipeline(needs.invoke).run()
    assert call("GET", f"/v1/audit-log/exports/{export['id']}")["status"] == "completed"
    call("PATCH", "/v1/organizations/me", {"industry": "restoration"})
    Pipeline(
        lambda folder, event: _relayed_alone(needs, folder, event)
    ).run()  # the archiver has a word to hear
    needs.invoke("workers/sign_checkpoints", {})
    assert ("sqs:SendMessage", "AuditQueue") in needs.of["workers/sign_checkpoints"]
    newest = call("GET", "/v1/audit-log/checkpoints?limit=1")["data"][0]
    call("GET", f"/v1/audit-log/checkpoints/{newest['id']}/consistency")
    call("GET", f"/v1/audit-log/{call('GET', '/v1/audit-log?limit=1&order=asc')['data'][0]['id']}/proof")
    assert text("/v1/audit-log/export.csv").startswith("id,action,")
    call("GET", "/v1/health")
    call("DELETE", f"/v1/api-keys/{call('GET', '/v1/api-keys?limit=1')['data'][0]['id']}")
    call("DELETE", f"/v1/webhooks/{webhook['id']}")
    assert call("GET", "/v1/integrations?limit=1")["next_cursor"]
    call("DELETE", "/v1/integrations/callrail")

    lacking = {folder: found - _granted(folder) for folder, found in needs.of.items()}
    assert not {folder: sorted(some) for folder, some in lacking.items() if some}
    writes = {(f"dynamodb:{one}Item", "StateTable") for one in ("Put", "Update", "Delete")}
    unused = {
        (folder, action)
        for folder, found in needs.of.items()
        if folder.startswith("workers/")
        for action, _ in (_granted(folder) - found) & writes
    }
    assert unused == set(UNUSED)
    idle = {one["CodeUri"].removeprefix("functions/") for one in functions().values()} - set(needs.of)
    assert idle == {"openapi/get", "unknown_route/answer"}, "every other function is tried here"


def _relayed_alone(needs: Needs, folder: str, event: dict[str, Any]) -> Any:
    return needs.invoke(folder, event) if folder == "workers/relay_outbox" else {"batchItemFailures": []}
