"""POST /v1/claims/{claim_id}/notes."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from eal.domain.claims.notes import store
from tests.support.claims import add_note, audit_records, closed_claim, hold, move, new_claim, shown
from tests.support.faults import overtaken
from tests.support.http import ApiResponse, call
from tests.support.pipeline import items

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

READING = {
    "material": "drywall",
    "value": 38,
    "unit": "%",
    "dry_standard": 12.5,
    "place": "Bathroom, east wall",
    "taken_at": "2026-04-24T15:05:00Z",
}


def _post(tenant: Tenant, claim_id: str, body: dict[str, Any], **headers: str) -> ApiResponse:
    return call("POST", f"/v1/claims/{claim_id}/notes", key=tenant.write, json_body=body, headers=headers)


def test_a_note_is_stored_as_it_was_written(tenant: Tenant) -> None:
    claim = new_claim(tenant)
    text = "Kitchen 12'6\" x 10', 8' ceiling.\nCarpet is wet — pad too."

    response = _post(tenant, claim["id"], {"text": text, "author": "technician"})

    note = response.json
    assert (response.status, note["kind"], note["text"], note["author"]) == (201, "note", text, "technician")
    assert note["text_sha256"] == hashlib.sha256(text.encode()).hexdigest()
    assert (note["claim_id"], note["corrects"], note["reading"]) == (claim["id"], None, None)
    assert (note["text_deleted_at"], note["created_by"].startswith("key_")) == (None, True)
    assert note["id"].startswith("note_")
    assert shown(tenant, claim["id"]) == claim
    assert "salt" not in response.text


def test_a_moisture_reading_has_numbers_a_text_or_both(tenant: Tenant) -> None:
    claim_id = new_claim(tenant)["id"]

    both = _post(tenant, claim_id, {"kind": "moisture_reading", "text": "Wet.", "reading": READING}).json
    assert both["reading"] == {**READING, "taken_at": "2026-04-24T15:05:00.000Z"}
    bare = {"material": "oak", "value": 9.25, "unit": "WME"}
    only = _post(tenant, claim_id, {"kind": "moisture_reading", "reading": bare}).json
    assert only["reading"] == {**bare, "dry_standard": None, "place": None, "taken_at": None}
    assert (only["text"], only["text_sha256"]) == (None, None)
    assert _post(tenant, claim_id, {"kind": "moisture_reading", "text": "Drywall 38%."}).status == 201


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, ""),
        ({"text": "  "}, "/text"),
        ({"text": None}, ""),
        ({"text": "x" * 10_001}, "/text"),
        ({"text": "bell \u0007"}, "/text"),
        ({"text": 5}, "/text"),
        ({"text": "Wet.", "kind": "photo"}, "/kind"),
        ({"text": "Wet.", "reading": READING}, ""),
        ({"kind": "moisture_reading"}, ""),
        ({"text": "Wet.", "author": "x" * 201}, "/author"),
        ({"text": "Wet.", "author": "a\nb"}, "/author"),
        ({"text": "Wet.", "corrects": "note_01kq09bekje6vbq5xe2b60xtww"}, "/corrects"),
        ({"text": "Wet.", "corrects": "clm_01kq09bekje6vbq5xe2b60xtww"}, "/corrects"),
        ({"text": "Wet.", "id": "note_1"}, "/id"),
        ({"text": "Wet.", "salt": None}, "/salt"),
        *(
            ({"kind": "moisture_reading", "reading": {**READING, name: value}}, f"/reading/{name}")
            for name, value in (
                ("value", -1), ("value", 10_001), ("value", "38"), ("value", True), ("value", 1e-200),
                ("material", ""), ("material", None), ("unit", "x" * 21), ("unit", "%\n%"), ("dry_standard", -0.1),
                ("place", "x" * 201), ("taken_at", "2026-04-24"), ("taken_at", "9999-01-01T00:00:00Z"),
                ("meter", "M1"),
            )
        ),
    ],
)  # fmt: skip
def test_an_invalid_note_is_422_and_adds_nothing(tenant: Tenant, body: dict[str, Any], pointer: str) -> None:
    claim_id = new_claim(tenant)["id"]

    response = _post(tenant, claim_id, body)

    assert (response.status, response.error) == (422, "validation_error"), response.text
    assert [field["pointer"] for field in response.json["error"]["details"]["fields"]] == [pointer]
    assert items("CLAIM_NOTE") == []


def test_a_correction_names_the_old_note_which_stays(tenant: Tenant) -> None:
    claim_id = new_claim(tenant)["id"]
    old = add_note(tenant, claim_id, "Kitchen is 12 x 10.")

    new = add_note(tenant, claim_id, "Kitchen is 12 x 11.", corrects=old["id"])

    assert new["corrects"] == old["id"]
    assert call("GET", f"/v1/claims/{claim_id}/notes/{old['id']}", key=tenant.read).json == old


def test_a_note_of_another_claim_cannot_be_corrected(tenant: Tenant) -> None:
    old = add_note(tenant, new_claim(tenant)["id"])

    response = _post(tenant, new_claim(tenant)["id"], {"text": "No.", "corrects": old["id"]})

    assert response.status == 422
    assert response.json["error"]["details"]["fields"][0]["pointer"] == "/corrects"


def test_a_closed_claim_takes_no_note_until_it_is_reopened(tenant: Tenant) -> None:
    claim_id = closed_claim(tenant)["id"]

    response = _post(tenant, claim_id, {"text": "Late."})
    assert (response.status, response.error) == (409, "conflict")
    assert response.json["error"]["details"]["status"] == "closed"
    move(tenant, claim_id, "open", "More damage.")
    assert _post(tenant, claim_id, {"text": "Late."}).status == 201


def test_a_claim_that_is_closed_meanwhile_takes_no_note(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim_id = new_claim(tenant)["id"]

    with overtaken(monkeypatch, lambda: move(tenant, claim_id, "closed", "Done.")):
        assert _post(tenant, claim_id, {"text": "Late."}).status == 409

    assert items("CLAIM_NOTE") == []


def test_a_claim_on_hold_takes_notes(tenant: Tenant) -> None:
    claim_id = new_claim(tenant)["id"]
    hold(tenant, claim_id)

    assert _post(tenant, claim_id, {"text": "Wet."}).status == 201


def test_an_unknown_claim_is_404(tenant: Tenant, stranger: Tenant) -> None:
    claim_id = new_claim(tenant)["id"]

    for unknown in ("clm_01kq09bekje6vbq5xe2b60xtww", "x", "lead_01kq09bekje6vbq5xe2b60xtww"):
        assert _post(tenant, unknown, {"text": "Wet."}).status == 404
    assert _post(stranger, claim_id, {"text": "Wet."}).status == 404
    body = {"text": "Wet."}
    assert call("POST", f"/v1/claims/{claim_id}/notes", key=tenant.test_admin, json_body=body).status == 404


def test_if_match_is_compared_with_the_version_of_the_claim(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim_id = new_claim(tenant)["id"]

    assert _post(tenant, claim_id, {"text": "Wet."}, **{"If-Match": '"2"'}).status == 412
    assert _post(tenant, claim_id, {"text": "Wet."}, **{"If-Match": '"1"'}).status == 201
    with overtaken(monkeypatch, lambda: hold(tenant, claim_id)):
        assert _post(tenant, claim_id, {"text": "Wet."}, **{"If-Match": '"1"'}).status == 412


def test_many_notes_at_once_are_all_added(tenant: Tenant) -> None:
    claim = new_claim(tenant)

    with ThreadPoolExecutor(10) as pool:
        made = list(pool.map(lambda number: add_note(tenant, claim["id"], f"Note {number}"), range(30)))

    page = call("GET", f"/v1/claims/{claim['id']}/notes", key=tenant.read).json
    assert {note["id"] for note in page["data"]} == {note["id"] for note in made}
    assert shown(tenant, claim["id"]) == claim


def test_a_repeated_request_with_its_idempotency_key_adds_one_note(tenant: Tenant) -> None:
    claim_id = new_claim(tenant)["id"]

    first, again = (_post(tenant, claim_id, {"text": "Wet."}, **{"Idempotency-Key": "one"}) for _ in "ab")

    assert (first.status, again.status, again.json) == (201, 201, first.json)
    assert len(items("CLAIM_NOTE")) == 1


def test_the_audit_log_has_commitments_of_what_was_written(tenant: Tenant) -> None:
    claim_id = new_claim(tenant)["id"]
    body = {"kind": "moisture_reading", "text": "Wet.", "author": "Dana", "reading": READING}
    note = _post(tenant, claim_id, body).json

    (record,) = audit_records(tenant, "claim_note.created")
    assert record["resource"] == {"type": "claim_note", "id": note["id"]}
    changes = {change["field"]: change["to"] for change in record["changes"]}
    assert (changes["claim_id"], changes["type"]) == (claim_id, "moisture_reading")
    for name in ("text", "author", "reading"):
        assert changes[name].startswith("hmac-sha256:")
    assert not {"salt", "text_sha256"} & changes.keys()


def test_the_number_of_notes_of_a_claim_is_limited(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MAX_NOTES", 2)
    claim_id, other = new_claim(tenant)["id"], new_claim(tenant)["id"]
    first = add_note(tenant, claim_id)
    assert _post(tenant, claim_id, {"kind": "moisture_reading", "reading": READING}).status == 201

    response = _post(tenant, claim_id, {"text": "Carpet is dry.", "corrects": first["id"]})

    assert (response.status, response.error) == (409, "conflict")
    assert response.json["error"]["details"]["limit"] == 2
    add_note(tenant, other)
