"""GET /v1/claims."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.claims import closed_claim, new_claim, shown
from tests.support.faults import watched_calls
from tests.support.http import call

if TYPE_CHECKING:
    from tests.support.tenants import Tenant
    from tests.support.time import Clock


def _ids(tenant: Tenant, query: str = "") -> list[str]:
    """The ids of all pages, two claims each."""
    found: list[str] = []
    cursor = ""
    while True:
        response = call("GET", f"/v1/claims?limit=2&{query}{cursor}", key=tenant.read)
        assert response.status == 200, response.text
        found += [claim["id"] for claim in response.json["data"]]
        if response.json["next_cursor"] is None:
            return found
        cursor = f"&cursor={response.json['next_cursor']}"


def test_pages_contain_every_claim_once_newest_first(tenant: Tenant, stranger: Tenant) -> None:
    made = [new_claim(tenant)["id"] for _ in range(5)]
    new_claim(stranger)

    assert _ids(tenant) == made[::-1]
    assert _ids(tenant, "order=asc") == made
    (first, *_) = call("GET", "/v1/claims", key=tenant.read).json["data"]
    assert first == shown(tenant, made[-1])


def test_each_filter_finds_its_claims(tenant: Tenant) -> None:
    lead_id = call("POST", "/v1/leads", key=tenant.write, json_body={"email": "a@example.com"}).json["id"]
    insured = {"name": "Dana Reyes"}
    mutual, other = "Example Mutual", "Sample Casualty"
    april = new_claim(
        tenant, insured=insured, carrier=mutual, loss_type="water", date_of_loss="2026-04-22", lead_id=lead_id
    )["id"]
    may = new_claim(tenant, insured=insured, carrier=other, loss_type="fire", date_of_loss="2026-05-01")["id"]
    closed = closed_claim(tenant, insured=insured, carrier=mutual, loss_type="fire")["id"]

    assert _ids(tenant, "status=closed") == [closed]
    assert _ids(tenant, "status=open") == [may, april]
    assert _ids(tenant, "status=signed_off") == []
    assert _ids(tenant, "carrier=example%20%20MUTUAL") == [closed, april]
    assert _ids(tenant, "carrier=Example") == []
    assert _ids(tenant, "carrier=Example%20Mutual&status=open") == [april]
    assert _ids(tenant, "carrier=Example%20Mutual&loss_type=fire") == [closed]
    assert _ids(tenant, "loss_type=fire") == [closed, may]
    assert _ids(tenant, "loss_type=fire&status=open") == [may]
    assert _ids(tenant, f"lead_id={lead_id}") == [april]
    assert _ids(tenant, "call_id=call_01kq09bekje6vbq5xe2b60xtww") == []
    assert _ids(tenant, "date_of_loss_after=2026-05-01") == [may]
    assert _ids(tenant, "date_of_loss_before=2026-05-01") == [april]
    assert _ids(tenant, "date_of_loss_after=2026-04-22&date_of_loss_before=2026-05-02") == [may, april]


def test_a_carriers_claim_number_finds_its_claim_in_two_reads(
    tenant: Tenant, stranger: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = new_claim(tenant, claim_number="0725 4488-A", carrier="Example Mutual", loss_type="water")
    new_claim(tenant, claim_number="0725 4488-A", carrier="Sample Casualty")
    new_claim(stranger, claim_number="0725 4488-A", carrier="Example Mutual")
    found = "claim_number=%200725%20%204488-a%20&carrier=EXAMPLE%20mutual"

    with watched_calls(monkeypatch) as calls:
        response = call("GET", f"/v1/claims?{found}", key=tenant.read)

    assert response.json == {"data": [made], "next_cursor": None}
    assert calls.made == ["UpdateItem", "GetItem", "GetItem"]
    assert _ids(tenant, f"{found}&status=open&loss_type=water") == [made["id"]]
    assert _ids(tenant, f"{found}&created_after={made['created_at']}") == [made["id"]]
    for other in ("status=closed", "loss_type=fire", f"created_before={made['created_at']}"):
        assert _ids(tenant, f"{found}&{other}") == []
    assert _ids(tenant, "claim_number=0725&carrier=Example%20Mutual") == []
    assert call("GET", f"/v1/claims?{found}", key=tenant.test_admin).json["data"] == []


def test_a_claim_number_without_a_carrier_filters_the_list(tenant: Tenant) -> None:
    made = [
        new_claim(tenant, claim_number="HO-17 B", carrier=carrier)["id"]
        for carrier in ("Example Mutual", "Sample Casualty")
    ]
    made.append(new_claim(tenant, claim_number="ho-17  b")["id"])
    new_claim(tenant, claim_number="HO-17")
    new_claim(tenant)

    assert _ids(tenant, "claim_number=HO-17%20b") == made[::-1]
    assert _ids(tenant, "claim_number=HO-17%20b&status=closed") == []


def test_a_changed_claim_number_is_found_under_its_new_value_only(tenant: Tenant) -> None:
    claim = new_claim(tenant, claim_number="1", carrier="Example Mutual")["id"]
    assert (
        call("PATCH", f"/v1/claims/{claim}", key=tenant.write, json_body={"claim_number": "2"}).status == 200
    )

    for query in ("", "&carrier=Example%20Mutual"):
        assert _ids(tenant, f"claim_number=1{query}") == []
        assert _ids(tenant, f"claim_number=2{query}") == [claim]


def test_a_changed_carrier_and_status_are_found_under_their_new_values(tenant: Tenant) -> None:
    claim = new_claim(tenant, claim_number="1", carrier="Example Mutual")["id"]
    body = {"carrier": "Sample Casualty"}
    assert call("PATCH", f"/v1/claims/{claim}", key=tenant.write, json_body=body).status == 200

    assert _ids(tenant, "carrier=Example%20Mutual") == []
    assert _ids(tenant, "carrier=sample%20casualty") == [claim]


def test_a_range_of_time_and_updates(tenant: Tenant, clock: Clock) -> None:
    old = new_claim(tenant)["id"]
    clock.advance(hours=1)
    at = shown(tenant, new := new_claim(tenant)["id"])["created_at"]
    clock.advance(hours=1)
    body = {"carrier": "Example Mutual"}
    changed = call("PATCH", f"/v1/claims/{old}", key=tenant.write, json_body=body).json["updated_at"]

    assert _ids(tenant, f"created_after={at}") == [new]
    assert _ids(tenant, f"created_before={at}") == [old]
    assert _ids(tenant, f"updated_after={changed}") == [old]
    assert _ids(tenant, f"updated_after={at}") == [new, old]


@pytest.mark.parametrize(
    "query",
    [
        "status=done", "loss_type=flood", "date_of_loss_after=yesterday", "date_of_loss_before=2026-02-30", "carrier=",
        "insured=Dana", "claim_number=", "claim_number=" + "1" * 65,
    ],
)  # fmt: skip
def test_an_invalid_or_unknown_parameter_is_422(tenant: Tenant, query: str) -> None:
    assert call("GET", f"/v1/claims?{query}", key=tenant.read).status == 422


def test_a_cursor_is_bound_to_its_filters(tenant: Tenant) -> None:
    for _ in range(3):
        new_claim(tenant)
    cursor = call("GET", "/v1/claims?limit=1&status=open", key=tenant.read).json["next_cursor"]

    response = call("GET", f"/v1/claims?limit=1&status=closed&cursor={cursor}", key=tenant.read)

    assert (response.status, response.error) == (400, "invalid_cursor")
