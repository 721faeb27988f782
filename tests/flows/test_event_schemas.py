"""Every event type of the catalogue, emitted by the code, against its schema. `Pipeline` validates all other events."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from eal.core.events import catalogue, schemas
from eal.core.events.catalogue import CATALOGUE
from eal.domain.outreach.emails.store import EMAILS
from eal.domain.outreach.review_requests import following
from tests.support import alerts, emails, reviews
from tests.support.events import validator
from tests.support.http import call, load_app, proxy_event
from tests.support.inbound import connect
from tests.support.pipeline import Pipeline, items
from tests.support.publishing import published
from tests.support.receiver import Receiver, Response, receiving
from tests.support.replies import classified_by_webhook
from tests.support.webhooks import register
from tools.fixtures.callrail import Call, signature

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

SIGNING_KEY = "callrail-signing-key"


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_the_example_of_a_type_is_valid_for_its_schema_only(name: str) -> None:
    described = schemas.types()[name]

    assert described.example["type"] == name
    validator(name).validate(described.example)
    other = next(event_type for event_type in CATALOGUE if event_type != name)
    assert not Draft202012Validator(dict(described.schema)).is_valid(schemas.types()[other].example)


def test_each_emitted_type_is_valid_for_its_schema(tenant: Tenant, receiver: Receiver) -> None:
    register(tenant, receiver.url, ["*", "audit.log.event"])

    _receive_a_call(tenant)
    _create_update_and_erase_a_lead(tenant)
    _erase_a_call(tenant)
    _rotate_and_revoke_a_key(tenant)
    _request_and_ingest_a_review(tenant)
    _send_emails_that_bounce(tenant)
    _receive_a_reply(tenant)
    _extract_and_erase_a_claim(tenant)
    _publish_content(tenant)
    _alert_the_person_on_call(tenant)
    _disable_an_endpoint(tenant)

    received = [json.loads(request.body) for request in receiver.requests]
    assert {event["type"] for event in received} == set(CATALOGUE)
    for event in received:
        validator(event["type"]).validate(event)
    assert {item["type"]["S"] for item in items("EVENT")} == set(CATALOGUE) - catalogue.BY_NAME_ONLY


def _call(tenant: Tenant, method: str, path: str, body: object = None) -> Any:
    response = call(method, path, key=tenant.admin, json_body=body)
    assert response.status < 300, response.text
    return response.json if response.text else None


def _receive_a_call(tenant: Tenant) -> None:
    settings = {"settings": {}, "secrets": {"signing_key": SIGNING_KEY}}
    connection = _call(tenant, "PUT", "/v1/integrations/callrail", settings)["connection_id"]
    body = Call.new().event("post-call")
    event = proxy_event(
        "POST",
        f"/v1/inbound/callrail/{connection}/post-call",
        headers={"Content-Type": "application/json", "Signature": signature(body, SIGNING_KEY)},
        body=body.decode(),
    )
    assert load_app("inbound/callrail").handler(event, None)["statusCode"] == 202
    Pipeline().run()


def _erase_a_call(tenant: Tenant) -> None:
    (received,) = call("GET", "/v1/calls", key=tenant.read).json["data"]
    assert call("DELETE", f"/v1/calls/{received['id']}", key=tenant.admin).status == 204
    Pipeline().run()


def _alert_the_person_on_call(tenant: Tenant) -> None:
    alerts.set_up(tenant)
    alerts.asked(tenant)


def _create_update_and_erase_a_lead(tenant: Tenant) -> None:
    lead = _call(tenant, "POST", "/v1/leads", {"email": "a@example.com", "loss_type": "water"})
    path = f"/v1/leads/{lead['id']}"
    _call(tenant, "PATCH", path, {"notes": "Basement."})
    _call(tenant, "DELETE", path)
    Pipeline().run()


def _rotate_and_revoke_a_key(tenant: Tenant) -> None:
    key = _call(tenant, "POST", "/v1/api-keys", {"name": "A", "scopes": ["read"]})
    _call(tenant, "POST", f"/v1/api-keys/{key['id']}/rotate")
    _call(tenant, "DELETE", f"/v1/api-keys/{key['id']}")
    Pipeline().run()


def _request_and_ingest_a_review(tenant: Tenant) -> None:
    reviews.set_up(tenant)
    request = reviews.requested(tenant)
    by = emails.sender(tenant)
    email = emails.record_sent(EMAILS.get(by.tenant, request["email_id"]), tenant)
    following.follow(email, by)
    by.transaction.commit()
    for rating in (2, 5):
        reviews.ingested(tenant, rating=rating)
    Pipeline().run()


def _send_emails_that_bounce(tenant: Tenant) -> None:
    connection = connect("resend", tenant.admin)
    for number in range(5):  # the fifth pauses the sender
        emails.report(connection, emails.bounced(emails.sent(tenant, f"gone{number}@example.com")))
    Pipeline().run()


def _receive_a_reply(tenant: Tenant) -> None:
    classified_by_webhook(tenant.admin)
    Pipeline().run()


def _extract_and_erase_a_claim(tenant: Tenant) -> None:
    claim = _call(tenant, "POST", "/v1/claims", {"insured": {"name": "Dana Reyes"}})
    path = f"/v1/claims/{claim['id']}"
    _call(tenant, "POST", f"{path}/notes", {"text": "Kitchen 12 x 10. Remove 20 SF of wet drywall."})
    _call(tenant, "POST", f"{path}/extract")
    Pipeline().run()
    _call(tenant, "DELETE", path)
    Pipeline().run()


def _publish_content(tenant: Tenant) -> None:
    published(tenant)
    Pipeline().run()


def _disable_an_endpoint(tenant: Tenant) -> None:
    with receiving() as endpoint:
        endpoint.responses = [Response(410)]
        register(tenant, endpoint.url, ["lead.created"], filter={"data.status": {"eq": "new"}}, rate_limit=60)
        _call(tenant, "POST", "/v1/leads", {"email": "b@example.com"})
        Pipeline().run()
