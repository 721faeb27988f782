"""POST /v1/claims."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from eal.core import clock as eal_clock
from eal.core import ids
from eal.domain.claims.model import folded
from tests.support.callrail import actions
from tests.support.claims import CLAIM, audit_records, closed_claim, new_claim
from tests.support.http import ApiResponse, call
from tests.support.pipeline import items

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def _create(tenant: Tenant, body: dict[str, Any]) -> ApiResponse:
    return call("POST", "/v1/claims", key=tenant.write, json_body=body)


def _pointers(response: ApiResponse) -> list[str]:
    assert (response.status, response.error) == (422, "validation_error"), response.text
    return [field["pointer"] for field in response.json["error"]["details"]["fields"]]


def test_a_new_claim_is_open_and_has_the_fields_of_the_body(tenant: Tenant) -> None:
    response = _create(tenant, CLAIM)

    claim = response.json
    assert (response.status, response.headers["ETag"]) == (201, '"1"')
    assert claim["id"].startswith("clm_")
    assert claim["insured"] == {"name": "Dana Reyes", "email": "dana@example.com", "phone": "+14155550123"}
    assert claim["address"] == {**CLAIM["address"], "line2": None, "country": "US"}
    for name in (
        "claim_number", "carrier", "policy_number", "date_of_loss", "loss_type", "water_category", "water_class",
    ):  # fmt: skip
        assert claim[name] == CLAIM[name]
    assert (claim["status"], claim["version"]) == ("open", 1)
    for name in (
        "lead_id", "call_id", "status_reason", "closed_at", "legal_hold", "evidence_deleted_at",
    ):  # fmt: skip
        assert claim[name] is None
    assert call("GET", f"/v1/claims/{claim['id']}", key=tenant.read).json == claim
    assert actions("claim", tenant.id) == ["claim.created"]


def test_a_number_or_an_insured_is_enough(tenant: Tenant) -> None:
    assert _create(tenant, {"claim_number": "1"}).status == 201
    assert _create(tenant, {"insured": {"name": "Dana Reyes"}}).status == 201
    assert _pointers(_create(tenant, {"carrier": "Example Mutual"})) == [""]
    assert _pointers(_create(tenant, {})) == [""]


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"water_category": 4}, "/water_category"),
        ({"water_category": 0}, "/water_category"),
        ({"water_category": "2"}, "/water_category"),
        ({"water_category": True}, "/water_category"),
        ({"water_class": 5}, "/water_class"),
        ({"water_class": 2.5}, "/water_class"),
        ({"loss_type": "flood"}, "/loss_type"),
        ({"date_of_loss": "2026-02-30"}, "/date_of_loss"),
        ({"date_of_loss": "20260422"}, "/date_of_loss"),
        ({"date_of_loss": "2026-W17-1"}, "/date_of_loss"),
        ({"date_of_loss": "2026-04-22T10:00:00Z"}, "/date_of_loss"),
        ({"date_of_loss": "9999-12-31"}, "/date_of_loss"),
        ({"insured": {"email": "dana@example.com"}}, "/insured/name"),
        ({"insured": {"name": "Dana", "phone": "12"}}, "/insured/phone"),
        ({"insured": "Dana"}, "/insured"),
        ({"carrier": " "}, "/carrier"),
        ({"carrier": "a\nb"}, "/carrier"),
        ({"carrier": "x" * 101}, "/carrier"),
        ({"claim_number": "x" * 65}, "/claim_number"),
        ({"claim_number": "a\tb"}, "/claim_number"),
        ({"status": "closed"}, "/status"),
        ({"salt": "0"}, "/salt"),
        ({"lead_id": "lead_01kq09bekje6vbq5xe2b60xtww"}, "/lead_id"),
        ({"lead_id": "call_01kq09bekje6vbq5xe2b60xtww"}, "/lead_id"),
        ({"lead_id": "../ORGANIZATION"}, "/lead_id"),
        ({"call_id": "call_01kq09bekje6vbq5xe2b60xtww"}, "/call_id"),
        ({"call_id": ""}, "/call_id"),
    ],
)
def test_an_invalid_field_is_422_and_creates_nothing(
    tenant: Tenant, fields: dict[str, object], pointer: str
) -> None:
    assert _pointers(_create(tenant, {"claim_number": "1", **fields})) == [pointer]
    assert items("CLAIM") == []
    assert items("CLAIM_NUMBER") == []


def test_a_loss_of_today_in_the_easternmost_zone_is_not_in_the_future(tenant: Tenant, clock: Any) -> None:
    clock.at = eal_clock.parse("2026-04-24T11:00:00Z")
    assert _create(tenant, {"claim_number": "1", "date_of_loss": "2026-04-25"}).status == 201
    assert _pointers(_create(tenant, {"claim_number": "2", "date_of_loss": "2026-04-26"})) == [
        "/date_of_loss"
    ]


def test_a_claim_names_a_lead_and_a_call_of_its_own_tenant(tenant: Tenant, stranger: Tenant) -> None:
    body = {"email": "dana@example.com"}
    own = call("POST", "/v1/leads", key=tenant.write, json_body=body).json["id"]
    test = call("POST", "/v1/leads", key=tenant.test_admin, json_body=body).json["id"]
    foreign = call("POST", "/v1/leads", key=stranger.write, json_body=body).json["id"]
    reported = {
        "vendor": "other",
        "vendor_call_id": "1",
        "caller_number": "+14155550134",
        "direction": "inbound",
        "answered": True,
        "started_at": "2026-04-20T10:00:00Z",
        "duration_seconds": 60,
    }
    reported_call = call("POST", "/v1/calls", key=tenant.write, json_body=reported)
    assert reported_call.status == 201, reported_call.text

    claim = new_claim(tenant, **CLAIM, lead_id=own, call_id=reported_call.json["id"])

    assert (claim["lead_id"], claim["call_id"]) == (own, reported_call.json["id"])
    for other in (test, foreign):
        assert _pointers(_create(tenant, {"claim_number": "2", "lead_id": other})) == ["/lead_id"]


def test_an_erased_lead_cannot_be_named(tenant: Tenant) -> None:
    lead_id = call("POST", "/v1/leads", key=tenant.write, json_body={"email": "a@example.com"}).json["id"]
    assert call("DELETE", f"/v1/leads/{lead_id}", key=tenant.admin).status == 204

    assert _pointers(_create(tenant, {"claim_number": "2", "lead_id": lead_id})) == ["/lead_id"]


@pytest.mark.parametrize("number", ["0725-448812", " 0725-448812 "])
@pytest.mark.parametrize("carrier", ["Example Mutual", "EXAMPLE  mutual"])
def test_a_second_claim_with_the_number_of_a_carrier_is_409(
    tenant: Tenant, carrier: str, number: str
) -> None:
    first = new_claim(tenant, **CLAIM)

    response = _create(tenant, {"carrier": carrier, "claim_number": number})

    assert (response.status, response.error) == (409, "conflict")
    details = response.json["error"]["details"]
    assert (details["id"], details["matched_on"]) == (first["id"], "claim_number")
    assert len(items("CLAIM")) == 1


def test_the_number_of_a_closed_claim_stays_taken(tenant: Tenant) -> None:
    closed_claim(tenant, **CLAIM)

    assert _create(tenant, CLAIM).status == 409


def test_another_carrier_tenant_or_mode_can_have_the_number(tenant: Tenant, stranger: Tenant) -> None:
    new_claim(tenant, **CLAIM)

    assert _create(tenant, {**CLAIM, "carrier": "Sample Casualty"}).status == 201
    assert _create(tenant, {**CLAIM, "carrier": None}).status == 201
    assert _create(stranger, CLAIM).status == 201
    assert call("POST", "/v1/claims", key=tenant.test_admin, json_body=CLAIM).status == 201


def test_a_separator_in_a_carrier_or_number_confuses_nothing(tenant: Tenant) -> None:
    assert _create(tenant, {"carrier": "a#b", "claim_number": "c"}).status == 201
    assert _create(tenant, {"carrier": "a", "claim_number": "b#c"}).status == 201
    assert _create(tenant, {"claim_number": "a#b#c"}).status == 201


def test_the_longest_carrier_and_number_fit_into_keys(tenant: Tenant) -> None:
    longest = {"carrier": "\u0390" * 100, "claim_number": "\u0390" * 64}

    assert _create(tenant, longest).status == 201
    assert _create(tenant, longest).status == 409
    page = call("GET", f"/v1/claims?carrier={'%CE%90' * 100}", key=tenant.read)
    assert len(page.json["data"]) == 1


def test_of_concurrent_claims_with_one_number_one_is_created(tenant: Tenant) -> None:
    with ThreadPoolExecutor(8) as pool:
        responses = list(pool.map(lambda _: _create(tenant, CLAIM).status, range(16)))

    assert sorted(responses) == [201, *[409] * 15]
    assert len(items("CLAIM")) == len(items("CLAIM_NUMBER")) == 1


def test_a_repeated_request_with_its_idempotency_key_is_replayed(tenant: Tenant) -> None:
    headers = {"Idempotency-Key": "once"}
    first, again = (
        call("POST", "/v1/claims", key=tenant.write, json_body=CLAIM, headers=headers) for _ in range(2)
    )

    assert (first.status, again.status, again.json) == (201, 201, first.json)
    assert again.headers["Idempotent-Replayed"] == "true"


def test_the_audit_log_has_commitments_of_personal_values(tenant: Tenant) -> None:
    new_claim(tenant, **CLAIM)

    (record,) = audit_records(tenant, "claim.created")
    changes = {change["field"]: change["to"] for change in record["changes"]}
    assert changes["carrier"] == "Example Mutual"
    assert (changes["water_category"], changes["date_of_loss"]) == (2, "2026-04-22")
    for name in ("claim_number", "policy_number", "insured", "address"):
        assert str(changes[name]).startswith("hmac-sha256:")
    assert not {"salt", "id"} & changes.keys()


@given(st.text(min_size=1, max_size=64))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert folded(folded(text)) == folded(text)
    assert len(folded(text).encode(errors="replace")) <= 6 * len(text)


def test_ids_sort_by_creation(tenant: Tenant) -> None:
    made = [new_claim(tenant)["id"] for _ in range(3)]

    assert made == sorted(made)
    assert all(ids.is_id("clm", claim_id) for claim_id in made)
