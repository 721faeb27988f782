"""Prospects: qualification from the list, objects that are left out as a whole, conversion, erasure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.dashboard import signed_in
from tools.fixtures.dashboard import examples

if TYPE_CHECKING:
    from tools.fixtures.dashboard import FakeApi

ID = "pros_01kq09bekje6vbq5xe2b60xtww"
PROSPECT = f"/prospects/{ID}"


def serve(api: FakeApi, **changes: Any) -> None:
    prospect = {**examples()["getProspect"][1], **changes}
    api.responses["getProspect"] = lambda _: (200, prospect)


def test_the_pending_prospects_of_the_list_are_qualified_together(api: FakeApi) -> None:
    sample = examples()["listProspects"][1]["data"][0]
    qualified = {**sample["qualification"], "status": "qualified"}
    rows = [
        {**sample, "id": f"{ID}1"},
        {**sample, "id": f"{ID}2", "qualification": qualified},
        {**sample, "id": f"{ID}3"},
    ]
    api.responses["listProspects"] = lambda _: (200, {"data": rows, "next_cursor": None})
    done = signed_in().fill("/prospects", "qualifyPending")

    assert (done.status, done.location) == (303, "/prospects?done=qualifyPending")
    assert api.sent("qualifyProspects")[0].body == {"prospect_ids": [f"{ID}1", f"{ID}3"]}


def test_a_prospect_is_qualified_on_its_page(api: FakeApi) -> None:
    signed_in().fill(PROSPECT, "qualifyProspects")

    assert api.sent("qualifyProspects")[0].body == {"prospect_ids": [ID]}


def test_an_empty_address_is_left_out_and_need_not_be_filled(api: FakeApi) -> None:
    api.responses["createProspect"] = lambda _: (201, {"id": ID})
    form = signed_in().get("/prospects/new").text
    done = signed_in().fill("/prospects/new", "createProspect", company="Harbor", source="manual")

    assert 'name="address.line1"' in form
    assert not [line for line in form.splitlines() if 'name="address.line1"' in line and " required" in line]
    assert (done.status, done.location) == (303, f"{PROSPECT}?done=createProspect")
    assert api.sent("createProspect")[0].body == {
        "company": "Harbor",
        "source": "manual",
        "phones": [],
        "contact": None,
        "address": None,
    }


def test_an_edit_leaves_the_address_alone(api: FakeApi) -> None:
    signed_in().fill(PROSPECT, "updateProspect", company="Harbor", outreach_state="contacted", source="fair")

    body = api.sent("updateProspect")[0].body
    assert body is not None
    assert "address" not in body
    assert body["contact"] is None


def test_an_address_is_changed_with_its_country(api: FakeApi) -> None:
    address = {"line1": "1 Bay St", "line2": None, "city": "Toronto", "state": "ON", "postal_code": "M5J"}
    serve(api, address={**address, "country": "CA"})
    assert 'value="CA"' in signed_in().get(PROSPECT).text
    names = {f"address.{name}": value or "" for name, value in address.items()}
    signed_in().fill(PROSPECT, "updateProspectAddress", **names, **{"address.country": "CA"})

    assert api.sent("updateProspect")[0].body == {"address": {**address, "country": "CA"}}


@pytest.mark.parametrize(
    ("changes", "text", "has_form"),
    [
        ({}, "Convert to a lead", True),
        ({"email": None, "phones": []}, "Add an e-mail address or a phone number", False),
        ({"lead_id": "lead_01kq09bekje6vbq5xe2b60xtww"}, "This prospect became a lead", False),
    ],
)
def test_what_can_be_converted(api: FakeApi, changes: dict[str, Any], text: str, has_form: bool) -> None:
    serve(api, **changes)
    shown = signed_in().get(PROSPECT)

    assert text in shown.words
    assert ('value="convertProspect"' in shown.text) == has_form


def test_a_prospect_is_erased_after_the_word_was_typed(api: FakeApi) -> None:
    assert signed_in().fill(PROSPECT, "eraseProspect").status == 422
    assert not api.sent("eraseProspect")
    assert (
        signed_in().fill(PROSPECT, "eraseProspect", _confirmation="erase").location.startswith("/prospects?")
    )
