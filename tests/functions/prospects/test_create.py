"""POST /v1/prospects."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from eal.core.table.item import decode, encode
from eal.domain.prospects.wire import MAX_ENRICHMENT_BYTES, Enrichment, Website
from tests.support.http import call

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

PROSPECT = {
    "company": " Harbor Property Management ",
    "contact": {"first_name": "Robin", "last_name": "Okafor", "title": "Facilities Director"},
    "email": "Robin.Okafor@Example.com",
    "phones": ["(415) 555-0142", "415.555.0142"],
    "website": "harbor.example.com/about",
    "address": {"line1": "200 Bay St", "city": "Oakland", "state": "CA", "postal_code": "94607"},
    "source": "trade_show",
    "notes": "Manages 40 buildings",
    "metadata": {"list": "spring"},
    "enrichment": {"industry": "property", "employees": 120, "rating": 4.5, "public": False, "owner": None},
    "assigned_to": "Sam",
}


def test_a_prospect_is_stored_as_shown(tenant: Tenant) -> None:
    response = call("POST", "/v1/prospects", key=tenant.write, json_body=PROSPECT)

    assert (response.status, response.headers["ETag"]) == (201, '"1"')
    shown = response.json
    assert shown["id"].startswith("pros_")
    assert shown["company"] == "Harbor Property Management"
    assert shown["contact"] == PROSPECT["contact"]
    assert shown["email"] == "robin.okafor@example.com"
    assert shown["phones"] == ["+14155550142"]
    assert shown["website"] == "https://harbor.example.com/about"
    assert shown["address"]["country"] == "US"
    assert shown["enrichment"] == PROSPECT["enrichment"]
    assert shown["outreach_state"] == "not_started"
    assert shown["lead_id"] is None
    assert shown["qualification"] == {
        "status": "pending",
        "confidence": None,
        "reasons": [],
        "provenance": None,
        "qualified_at": None,
    }
    assert "salt" not in shown
    assert call("GET", f"/v1/prospects/{shown['id']}", key=tenant.read).json == shown


def test_a_company_or_an_email_is_sufficient(tenant: Tenant) -> None:
    for body in ({"company": "Harbor"}, {"email": "a@example.com"}):
        response = call("POST", "/v1/prospects", key=tenant.write, json_body=body)
        assert (response.status, response.json["source"], response.json["contact"]) == (201, "api", None)


def test_an_empty_contact_is_null(tenant: Tenant) -> None:
    body = {"company": "Harbor", "contact": {"title": None}}

    assert call("POST", "/v1/prospects", key=tenant.write, json_body=body).json["contact"] is None


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"company": None, "email": None}, ""),
        ({"company": "  "}, "/company"),
        ({"email": "not an address"}, "/email"),
        ({"phones": ["12"]}, "/phones/0"),
        ({"phones": ["+14155550100"] * 11}, "/phones"),
        ({"website": "javascript:alert(1)"}, "/website"),
        ({"website": "https://user:secret@example.com"}, "/website"),
        ({"website": "localhost"}, "/website"),
        ({"website": "example.com/\x00"}, "/website"),
        ({"contact": {"first_name": ""}}, "/contact/first_name"),
        ({"contact": {"shoe_size": 44}}, "/contact/shoe_size"),
        ({"source": "Trade Show"}, "/source"),
        ({"address": {"line1": "x"}}, "/address/city"),
        ({"metadata": {"k": 1}}, "/metadata/k"),
        ({"notes": "x" * 10_001}, "/notes"),
        ({"notes": "a\x00b"}, "/notes"),
        ({"company": "a\nb"}, "/company"),
        ({"enrichment": {"a": "b\x07"}}, "/enrichment/a"),
        ({"notes": "漢" * 9_000, "metadata": {f"k{n}": "漢" * 500 for n in range(20)}}, ""),
        ({"outreach_state": "converted"}, "/outreach_state"),
        ({"outreach_state": None}, "/outreach_state"),
        ({"qualification": {"status": "qualified"}}, "/qualification"),
        ({"lead_id": "lead_01kq09bekje6vbq5xe2b60xtww"}, "/lead_id"),
        ({"enrichment": {"a": {}}}, "/enrichment/a"),
        ({"enrichment": {"a": []}}, "/enrichment/a"),
        ({"enrichment": {"a": 10**30}}, "/enrichment/a"),
        ({"enrichment": {"a": 1e308}}, "/enrichment/a"),
        ({"enrichment": {"a": 1e-300}}, "/enrichment/a"),
        ({"enrichment": {"a": "x" * 1001}}, "/enrichment/a"),
        ({"enrichment": {"a": "\ud800"}}, "/enrichment/a"),
        ({"enrichment": {f"k{n}": n for n in range(51)}}, "/enrichment"),
        ({"enrichment": {f"k{n}": "x" * 1000 for n in range(17)}}, "/enrichment"),
    ],
)
def test_an_invalid_field_is_named_by_a_pointer(
    tenant: Tenant, change: dict[str, object], pointer: str
) -> None:
    response = call("POST", "/v1/prospects", key=tenant.write, json_body={**PROSPECT, **change})

    assert (response.status, response.error) == (422, "validation_error")
    assert pointer in [field["pointer"] for field in response.json["error"]["details"]["fields"]]
    assert call("GET", "/v1/prospects", key=tenant.read).json["data"] == []


def test_an_infinite_number_is_refused(tenant: Tenant) -> None:
    body = '{"company": "Harbor", "enrichment": {"a": 1e999999}}'

    assert call("POST", "/v1/prospects", key=tenant.write, body=body).status == 422


def test_a_duplicate_email_is_a_conflict_with_the_id_of_the_first(tenant: Tenant) -> None:
    first = call("POST", "/v1/prospects", key=tenant.write, json_body=PROSPECT).json

    response = call(
        "POST", "/v1/prospects", key=tenant.write, json_body={"email": "robin.OKAFOR@example.com"}
    )

    assert (response.status, response.error) == (409, "conflict")
    details = response.json["error"]["details"]
    assert (details["id"], details["matched_on"]) == (first["id"], "email")
    assert [prospect["id"] for prospect in call("GET", "/v1/prospects", key=tenant.read).json["data"]] == [
        first["id"]
    ]


def test_other_tenants_modes_and_leads_can_have_the_same_contact(tenant: Tenant, stranger: Tenant) -> None:
    for key in (tenant.write, tenant.test_admin, stranger.write):
        assert call("POST", "/v1/prospects", key=key, json_body=PROSPECT).status == 201
    lead = {"email": PROSPECT["email"]}
    assert call("POST", "/v1/leads", key=tenant.write, json_body=lead).status == 201


def test_a_repeated_request_has_one_effect_and_one_response(tenant: Tenant) -> None:
    headers = {"Idempotency-Key": "list-17"}
    first = call("POST", "/v1/prospects", key=tenant.write, json_body=PROSPECT, headers=headers)

    again = call("POST", "/v1/prospects", key=tenant.write, json_body=PROSPECT, headers=headers)

    assert (again.status, again.json, again.headers["ETag"]) == (201, first.json, '"1"')
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len(call("GET", "/v1/prospects", key=tenant.read).json["data"]) == 1


def test_personal_values_are_commitments_in_the_audit_log(tenant: Tenant) -> None:
    made = call("POST", "/v1/prospects", key=tenant.write, json_body=PROSPECT).json

    log = call("GET", f"/v1/audit-log?resource_type=prospect&resource_id={made['id']}", key=tenant.read)

    (record,) = log.json["data"]
    changes = {change["field"]: change["to"] for change in record["changes"]}
    assert record["action"] == "prospect.created"
    assert (changes["source"], changes["outreach_state"]) == ("trade_show", "not_started")
    hidden = {"company", "contact", "email", "phones", "website", "address", "notes", "metadata"}
    for field in hidden | {"enrichment", "assigned_to"}:
        assert changes[field].startswith("hmac-sha256:"), field
    for value in ("Harbor", "Okafor", "example.com", "+1415", "Bay St", "40 buildings", "Sam", "spring"):
        assert value not in log.text


_VALUES = st.one_of(st.text(max_size=1100), st.integers(), st.floats(), st.booleans(), st.none())
_ENRICHMENTS = st.dictionaries(st.text(max_size=60), _VALUES, max_size=60)
_enrichment: TypeAdapter[Enrichment] = TypeAdapter(Enrichment)
_website: TypeAdapter[str] = TypeAdapter(Website)


@given(_ENRICHMENTS)
def test_an_enrichment_is_rejected_or_stored_unchanged_within_its_limits(sent: dict[str, object]) -> None:
    try:
        kept = _enrichment.validate_python(sent)
    except ValidationError:
        return

    assert {name: value.strip() if isinstance(value, str) else value for name, value in sent.items()} == kept
    assert {name: type(value) for name, value in kept.items() if isinstance(value, bool)} == {
        name: bool for name, value in sent.items() if isinstance(value, bool)
    }
    assert len(kept) <= 50
    assert len(json.dumps(kept, ensure_ascii=False).encode()) <= MAX_ENRICHMENT_BYTES
    assert decode(encode(kept)) == kept
    for value in kept.values():
        number = cast("dict[str, str]", encode(value)).get("N")
        if number is not None and Decimal(number):
            # What DynamoDB takes: 38 digits, from 1E-130 to 9.9E+125.
            assert len(Decimal(number).as_tuple().digits) <= 38
            assert Decimal("1E-130") <= abs(Decimal(number)) < Decimal("1E+126")


@given(st.text(max_size=40) | st.from_regex(r"(https?://)?[a-z.:/@?#\\ ]{1,30}", fullmatch=True))
def test_a_website_is_rejected_or_normalised_once(text: str) -> None:
    try:
        address = _website.validate_python(text)
    except ValidationError:
        return

    assert address.lower().startswith(("https://", "http://"))
    assert text in (address, address.removeprefix("https://"))
    assert _website.validate_python(address) == address
