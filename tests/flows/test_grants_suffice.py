"""What each function asks of AWS, its role allows: the emulators do not check, so this does."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import botocore.client

from tests.flows.test_call_to_webhook import SIGNING_KEY
from tests.support.aws import ACCESS, AUDIT_BUCKET, INBOUND_BUCKET, STATE
from tests.support.http import load_app, match, proxy_event
from tests.support.pipeline import Pipeline
from tests.support.template import functions, resources
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
}
TRANSACTED = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "Get": "GetItem"}

type Need = tuple[str, str]
"""An IAM action and the logical id of what it is done to; a query of an index ends in `/index`."""


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
            (f"dynamodb:{TRANSACTED[kind]}", NAMES[request["TableName"]])
            for one in arguments["TransactItems"]
            for kind, request in one.items()
        ]
    if operation == "BatchGetItem":
        return [("dynamodb:BatchGetItem", NAMES[table]) for table in arguments["RequestItems"]]
    match service:
        case "dynamodb":
            index = "/index" if "IndexName" in arguments else ""
            return [(f"dynamodb:{operation}", NAMES[arguments["TableName"]] + index)]
        case "s3":
            return [(f"s3:{operation}", NAMES[arguments["Bucket"]])]
        case "sqs":
            return [("sqs:SendMessage", arguments["QueueUrl"].rsplit("/", 1)[1])]
        case "kms":
            return [(f"kms:{operation}", "MacKey" if operation == "GenerateMac" else "SecretsKey")]
        case "events":
            return [(f"events:{operation}", "Bus")]
        case _:
            raise AssertionError(f"{service} {operation}: teach this test what it needs")


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
                granted |= {(action, name + index) for action in actions}
    return granted


def test_every_call_to_aws_is_granted(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    needs = Needs(monkeypatch)

    def call(method: str, path: str, body: object = None) -> Any:
        headers = {"Authorization": f"Bearer {tenant.admin}", "Content-Type": "application/json"}
        event = proxy_event(
            method, path, headers=headers, body=json.dumps(body) if body is not None else None
        )
        answer = needs.invoke(match(method, path.partition("?")[0])[0], event)
        assert answer["statusCode"] < 400, answer
        return json.loads(answer["body"] or "null")

    with receiver() as inbox:
        everything = {"url": inbox.url, "events": ["*", "audit.log.event"]}
        webhook = call("POST", "/v1/webhooks", everything)
        connection = call(
            "PUT", "/v1/integrations/callrail", {"settings": {}, "secrets": {"signing_key": SIGNING_KEY}}
        )
        body = Call.new().event("post-call")
        path = f"/v1/inbound/callrail/{connection['connection_id']}/post-call"
        event = proxy_event(
            "POST", path, headers={"Signature": signature(body, SIGNING_KEY)}, body=body.decode()
        )
        assert needs.invoke("inbound/callrail", event)["statusCode"] == 202
        Pipeline(needs.invoke).run()
        needs.invoke("workers/sweep_outbox", {})
    lead = call("POST", "/v1/leads?on_duplicate=update", {"email": "a@example.com"})
    call("PATCH", f"/v1/leads/{lead['id']}", {"email": "b@example.com"})
    call("POST", f"/v1/leads/{lead['id']}/transitions", {"to": "contacted"})
    call("POST", f"/v1/leads/{lead['id']}/score")
    call("GET", f"/v1/leads/{lead['id']}/history?limit=1")
    erased = call("POST", "/v1/leads", {"email": "erased@example.com"})
    call("DELETE", f"/v1/leads/{erased['id']}")
    Pipeline(needs.invoke).run()
    key = call("POST", "/v1/api-keys", {"name": "x", "scopes": ["admin"]})
    call("POST", f"/v1/api-keys/{key['id']}/rotate", {"overlap_seconds": 0})
    for path in ("leads", "calls", "api-keys", "webhooks", "audit-log"):
        page = call("GET", f"/v1/{path}?limit=1")
        if page["next_cursor"]:
            call("GET", f"/v1/{path}?limit=1&cursor={page['next_cursor']}")
        call("GET", f"/v1/{path}/{page['data'][0]['id']}")
    call("GET", "/v1/leads?status=contacted")
    call("GET", "/v1/organizations/me")
    call("GET", "/v1/health")
    call("DELETE", f"/v1/api-keys/{call('GET', '/v1/api-keys?limit=1')['data'][0]['id']}")
    call("DELETE", f"/v1/webhooks/{webhook['id']}")

    lacking = {folder: found - _granted(folder) for folder, found in needs.of.items()}
    assert not {folder: sorted(some) for folder, some in lacking.items() if some}
    idle = {one["CodeUri"].removeprefix("functions/") for one in functions().values()} - set(needs.of)
    assert idle == {"openapi/get", "unknown_route/answer"}, "every other function is tried here"
