"""POST /v1/outreach/suppressions."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pytest

from eal.domain.outreach.suppressions import store
from tests.support import sequences
from tests.support.callrail import stored
from tests.support.faults import overtaken
from tests.support.http import call

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

PATH = "/v1/outreach/suppressions"


def suppress(tenant: Tenant, key: str | None = None, **body: Any) -> Any:
    response = call("POST", PATH, key=key or tenant.write, json_body=body)
    assert response.status in (200, 201), response.text
    return response.json


def test_an_address_is_suppressed_by_the_hash_of_its_lower_case(tenant: Tenant) -> None:
    body = {"address": "Dana@Example.com", "reason": "unsubscribed", "note": "On the phone"}
    response = call("POST", PATH, key=tenant.write, json_body=body)

    assert response.status == 201
    shown = response.json
    assert (shown["address"], shown["domain"], shown["reason"]) == ("dana@example.com", None, "unsubscribed")
    assert shown["address_sha256"] == hashlib.sha256(b"dana@example.com").hexdigest()
    assert (shown["source"], shown["note"]) == ("api", "On the phone")
    assert store.find(tenant.in_mode("live"), "dana@example.com")
    assert store.find(tenant.in_mode("test"), "dana@example.com") is None
    assert store.find(tenant.in_mode("live"), "other@example.com") is None


def test_the_source_can_be_what_another_system_knows(tenant: Tenant) -> None:
    shown = suppress(tenant, address="dana@example.com", reason="unsubscribed", source="unsubscribe_link")

    assert shown["source"] == "unsubscribe_link"
    assert call("GET", f"{PATH}?source=unsubscribe_link", key=tenant.read).json["data"] == [shown]


def test_the_audit_log_has_no_address_and_no_note(tenant: Tenant) -> None:
    suppress(tenant, address="dana@example.com", note="On the phone")

    (record,) = [record for record in stored("AUDIT", tenant.id) if record["action"] == "suppression.created"]
    assert "dana" not in str(record)
    assert hashlib.sha256(b"dana@example.com").hexdigest() not in str(record)
    assert "phone" not in str(record)


def test_a_domain_is_suppressed_without_its_subdomains(tenant: Tenant) -> None:
    shown = suppress(tenant, domain="@Competitor.Example")

    assert (shown["address"], shown["domain"], shown["reason"]) == (None, "competitor.example", "manual")
    live = tenant.in_mode("live")
    assert store.find(live, "a@competitor.example")
    assert store.find(live, "a@mail.competitor.example") is None


def test_a_topic_is_suppressed_without_the_other_mail(tenant: Tenant) -> None:
    reviews = suppress(tenant, address="dana@example.com", topic="reviews")
    live = tenant.in_mode("live")
    found = store.find(live, "dana@example.com", "reviews")
    assert reviews["topic"] == "reviews"
    assert found
    assert found.id == reviews["id"]
    assert store.find(live, "dana@example.com") is None

    all_mail = suppress(tenant, address="dana@example.com")

    assert (all_mail["topic"], all_mail["id"] != reviews["id"]) == ("all", True)
    assert suppress(tenant, address="dana@example.com", topic="reviews") == reviews
    assert store.find(live, "dana@example.com")
    assert call("DELETE", f"{PATH}/{reviews['id']}", key=tenant.admin).status == 204
    assert store.find(live, "dana@example.com", "reviews"), "all e-mail includes every topic"


def test_what_is_suppressed_already_is_200_with_the_same_suppression(tenant: Tenant) -> None:
    first = suppress(tenant, address="dana@example.com")
    response = call(
        "POST", PATH, key=tenant.write, json_body={"address": "dana@example.com", "reason": "bounced"}
    )

    assert (response.status, response.json) == (200, first)
    assert len(stored("SUPPRESSION", tenant.id)) == 1


def test_a_wish_of_the_recipient_replaces_another_reason_and_is_not_replaced(tenant: Tenant) -> None:
    first = suppress(tenant, address="dana@example.com", reason="bounced")
    response = call(
        "POST", PATH, key=tenant.write, json_body={"address": "dana@example.com", "reason": "complained"}
    )
    assert response.status == 200
    assert (response.json["id"], response.json["reason"], response.json["version"]) == (
        first["id"],
        "complained",
        2,
    )

    again = suppress(tenant, address="dana@example.com", reason="manual")
    assert again == response.json
    (item,) = stored("SUPPRESSION", tenant.id)
    assert item["gsi1pk"] == f"{tenant.id}#live#SUPPRESSION#reason#complained"


def test_an_open_enrollment_of_the_address_stops(tenant: Tenant) -> None:
    sequences.be_ready(tenant)
    sequence = sequences.active(tenant)
    enrollment = sequences.enrolled(tenant, sequence["id"], sequences.prospect(tenant))

    suppress(tenant, address="robin@example.com")

    path = f"{sequences.SEQUENCES}/{sequence['id']}/enrollments/{enrollment['id']}"
    shown = call("GET", path, key=tenant.read).json
    assert (shown["status"], shown["stop_reason"]) == ("stopped", "suppressed")


def test_of_two_concurrent_requests_one_creates(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    with overtaken(monkeypatch, lambda: suppress(tenant, address="dana@example.com")):
        response = call("POST", PATH, key=tenant.write, json_body={"address": "dana@example.com"})

    assert response.status == 200
    assert len(stored("SUPPRESSION", tenant.id)) == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"reason": "manual"},
        {"address": "dana@example.com", "domain": "example.com"},
        {"address": "dana"},
        {"domain": "example"},
        {"domain": "a b.example"},
        {"domain": "dana@example.com"},
        {"address": "dana@example.com", "reason": "bored"},
        {"address": "dana@example.com", "note": ""},
        {"address": "dana@example.com", "note": "a\u0000b"},
        {"address": None, "domain": None},
    ],
)
def test_an_invalid_body_is_422(tenant: Tenant, body: dict[str, Any]) -> None:
    response = call("POST", PATH, key=tenant.write, json_body=body)

    assert (response.status, response.error) == (422, "validation_error")
    assert stored("SUPPRESSION", tenant.id) == []
