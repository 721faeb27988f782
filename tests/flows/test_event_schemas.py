"""Every type of the catalogue, emitted by the code itself, against its schema. Every other flow is held to it too."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from eal.core.events import catalogue
from eal.core.events.catalogue import CATALOGUE
from tests.support.events import validator
from tests.support.http import call, load_app, proxy_event
from tests.support.pipeline import Pipeline, items
from tests.support.receiver import Receiver, Response, receiving
from tests.support.webhooks import register
from tools.fixtures.callrail import Call, signature

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

SIGNING_KEY = "callrail-signing-key"


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_the_example_is_what_the_schema_allows(name: str) -> None:
    described = catalogue.types()[name]

    assert described.example["type"] == name
    validator(name).validate(described.example)
    other = next(one for one in CATALOGUE if one != name)
    assert not Draft202012Validator(dict(described.schema)).is_valid(catalogue.types()[other].example)


def test_each_type_as_the_code_emits_it_is_what_its_schema_allows(tenant: Tenant, receiver: Receiver) -> None:
    register(tenant, receiver.url, ["*", "audit.log.event"])

    _receive_a_call(tenant)
    _keep_a_lead(tenant)
    _replace_a_key(tenant)
    _lose_an_endpoint(tenant)

    received = [json.loads(request.body) for request in receiver.requests]
    assert {event["type"] for event in received} == set(CATALOGUE)
    for event in received:
        validator(event["type"]).validate(event)
    assert {item["type"]["S"] for item in items("EVENT")} == set(CATALOGUE) - catalogue.BY_NAME_ONLY


def _call(tenant: Tenant, method: str, path: str, body: object = None) -> Any:
    answer = call(method, path, key=tenant.admin, json_body=body)
    assert answer.status < 300, answer.text
    return answer.json if answer.text else None


def _receive_a_call(tenant: Tenant) -> None:
    body = {"settings": {}, "secrets": {"signing_key": SIGNING_KEY}}
    connection = _call(tenant, "PUT", "/v1/integrations/callrail", body)["connection_id"]
    said = Call.new().event("post-call")
    event = proxy_event(
        "POST",
        f"/v1/inbound/callrail/{connection}/post-call",
        headers={"Content-Type": "application/json", "Signature": signature(said, SIGNING_KEY)},
        body=said.decode(),
    )
    assert load_app("inbound/callrail").handler(event, None)["statusCode"] == 202
    Pipeline().run()


def _keep_a_lead(tenant: Tenant) -> None:
    lead = _call(tenant, "POST", "/v1/leads", {"email": "a@example.com", "loss_type": "water"})
    path = f"/v1/leads/{lead['id']}"
    _call(tenant, "PATCH", path, {"notes": "Basement."})
    _call(tenant, "DELETE", path)
    Pipeline().run()


def _replace_a_key(tenant: Tenant) -> None:
    made = _call(tenant, "POST", "/v1/api-keys", {"name": "A", "scopes": ["read"]})
    _call(tenant, "POST", f"/v1/api-keys/{made['id']}/rotate")
    _call(tenant, "DELETE", f"/v1/api-keys/{made['id']}")
    Pipeline().run()


def _lose_an_endpoint(tenant: Tenant) -> None:
    with receiving() as gone:
        gone.responses = [Response(410)]
        register(tenant, gone.url, ["lead.created"], filter={"data.status": {"eq": "new"}}, rate_limit=60)
        _call(tenant, "POST", "/v1/leads", {"email": "b@example.com"})
        Pipeline().run()
