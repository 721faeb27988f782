"""Claims: decisions with the version of their item, corrections of measures, notes and sign-offs."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.dashboard import signed_in
from tools.fixtures.dashboard import examples

if TYPE_CHECKING:
    from tools.fixtures.dashboard import FakeApi

CLAIM = "/claims/clm_01kq09bekje6vbq5xe2b60xtww"
ITEM = "item_01kq09bekje6vbq5xe2b60xtww"
OTHER = "item_01kq09bekje6vbq5xe2b60xtwx"


def with_items(api: FakeApi, *statuses: str) -> None:
    """A scope with an item for each status; their versions are 2, 3, ..."""
    status, scope = examples()["getClaimScope"]
    first, scope["data"] = scope["data"][0], []
    for number, item_status in enumerate(statuses):
        item = copy.deepcopy(first) | {"status": item_status, "version": number + 2}
        item["id"] = ITEM if number == 0 else OTHER
        if item_status == "proposed":
            item |= {"decision": None, "quantity": item["engine"]["quantity"]}
        scope["data"].append(item)
    api.responses["getClaimScope"] = lambda _: (status, scope)


def with_claim(api: FakeApi, **values: Any) -> None:
    status, claim = examples()["getClaim"]
    api.responses["getClaim"] = lambda _: (status, claim | values)


def error(status: int, code: str, **details: Any) -> tuple[int, dict[str, Any]]:
    return status, {"error": {"code": code, "message": "The API's sentence.", "details": details}}


def test_a_decision_has_the_version_of_its_item_and_leads_back_to_it(api: FakeApi) -> None:
    with_items(api, "proposed", "proposed")
    member = signed_in()
    hidden = member.get(f"{CLAIM}/scope?status=proposed").hidden("acceptItem")
    done = member.post(f"{CLAIM}/scope?status=proposed", hidden)

    assert hidden["item_id"] == ITEM
    assert (done.status, done.location) == (303, f"{CLAIM}/scope?status=proposed&done=acceptItem#{ITEM}")
    (sent,) = api.sent("updateClaimScopeItem")
    assert (sent.path["item_id"], sent.body) == (ITEM, {"status": "accepted"})
    assert sent.headers["If-Match"] == '"2"'


def test_an_edit_sends_the_values_of_the_item(api: FakeApi) -> None:
    done = signed_in().fill(
        f"{CLAIM}/scope",
        "editItem",
        item_id=ITEM,
        **{
            "values.activity": "remove",
            "values.description": "carpet",
            "values.room": "kitchen",
            "values.quantity": "118.5",
            "values.unit": "SF",
            "values.quantity_basis": "measured",
            "values.note": "",
            "reason": "Measured again.",
        },
    )

    assert done.status == 303
    (sent,) = api.sent("updateClaimScopeItem")
    assert sent.body is not None
    assert (sent.body["status"], sent.body["reason"]) == ("edited", "Measured again.")
    assert sent.body["values"] == {
        "activity": "remove",
        "description": "carpet",
        "room": "kitchen",
        "quantity": 118.5,
        "unit": "SF",
        "quantity_basis": "measured",
        "note": None,
    }


def test_a_refused_decision_is_shown_at_its_item_only(api: FakeApi) -> None:
    with_items(api, "proposed", "proposed")
    api.responses["updateClaimScopeItem"] = lambda _: error(412, "precondition_failed")
    member = signed_in()
    hidden = member.get(f"{CLAIM}/scope").hidden("rejectItem")
    shown = member.post(f"{CLAIM}/scope", {**hidden, "item_id": OTHER, "reason": "Not part of this loss."})

    assert shown.status == 412
    assert shown.text.count("Somebody changed this") == 1
    assert shown.text.count('value="Not part of this loss."') == 1
    second = shown.text[shown.text.index(f'id="{OTHER}"') :]
    assert "Somebody changed this" in second
    assert 'name="_etag" value="&#34;3&#34;"' in second


def test_the_value_of_the_engine_stays_beside_that_of_the_person(api: FakeApi) -> None:
    words = signed_in().get(f"{CLAIM}/scope").words

    assert "125 SF" in words
    assert "The engine: remove carpet, 120 SF" in words
    assert "Remove 120 SF of wet carpet in the kitchen." in words


@pytest.mark.parametrize(
    ("remaining", "expected"),
    [(23, "23 more reach this confidence"), (0, "No more undecided items reach this confidence.")],
)
def test_items_are_accepted_in_portions(api: FakeApi, remaining: int, expected: str) -> None:
    with_items(api, "proposed")
    api.responses["acceptClaimScopeItems"] = lambda _: (200, {"accepted": [ITEM], "remaining": remaining})
    shown = signed_in().fill(f"{CLAIM}/scope", "acceptClaimScopeItems", min_confidence="0.9", room="")

    assert shown.status == 200
    assert expected in shown.words
    assert api.sent("acceptClaimScopeItems")[0].body == {"min_confidence": 0.9}
    assert ('value="acceptClaimScopeItems"' in shown.text) == bool(remaining)


def test_measures_are_sent_as_objects_without_the_empty_rows(api: FakeApi) -> None:
    done = signed_in().fill(
        f"{CLAIM}/rooms",
        "updateClaimRoom",
        **{
            "measures.height": "8",
            "measures.pieces.kind": ["main", "closet", ""],
            "measures.pieces.length": ["12.5", "4", ""],
            "measures.pieces.width": ["11", "2", ""],
            "measures.openings.kind": ["door", ""],
            "measures.openings.width": ["3", ""],
            "measures.openings.height": ["", ""],
            "measures.openings.count": ["2", "1"],
            "reason": "",
        },
    )

    assert done.status == 303
    (sent,) = api.sent("updateClaimRoom")
    assert sent.body is not None
    assert sent.body["measures"] == {
        "height": 8.0,
        "pieces": [
            {"kind": "main", "length": 12.5, "width": 11.0},
            {"kind": "closet", "length": 4.0, "width": 2.0},
        ],
        "openings": [{"kind": "door", "width": 3.0, "count": 2}],
    }
    assert sent.headers["If-Match"] == '"2"'


def test_a_measure_that_is_no_number_stays_in_its_row(api: FakeApi) -> None:
    shown = signed_in().fill(
        f"{CLAIM}/rooms",
        "updateClaimRoom",
        **{
            "measures.height": "",
            "measures.pieces.kind": "main",
            "measures.pieces.length": "twelve <b>",
            "measures.pieces.width": "11",
            "reason": "",
        },
    )

    assert shown.status == 422
    assert "Enter a number." in shown.words
    assert 'value="twelve &lt;b&gt;"' in shown.text
    assert not api.sent("updateClaimRoom")


def test_a_correction_is_a_new_note_that_names_the_old_one(api: FakeApi) -> None:
    member = signed_in()
    hidden = member.get(f"{CLAIM}/notes").hidden("correctReading")
    entered = {"reading.material": "drywall", "reading.value": "14", "reading.unit": "%", "text": "Dry now."}
    done = member.post(f"{CLAIM}/notes", {**hidden, **entered})

    assert done.status == 303
    assert api.sent("createClaimNote")[0].body == {
        "kind": "moisture_reading",
        "corrects": "note_01kq09bekje6vbq5xe2b60xtww",
        "reading": {"material": "drywall", "value": 14.0, "unit": "%"},
        "text": "Dry now.",
    }


def blocked(api: FakeApi) -> None:
    status, checks = examples()["getClaimChecks"]
    checks["data"][0]["level"] = "block"
    api.responses["getClaimChecks"] = lambda _: (status, checks)


def test_a_finding_blocks_the_sign_off_until_it_has_a_reason(api: FakeApi) -> None:
    blocked(api)
    with_items(api, "edited")
    member = signed_in()
    shown = member.get(f"{CLAIM}/sign-off")
    done = member.post(
        f"{CLAIM}/sign-off",
        {**shown.hidden("signOffClaim"), "acknowledge.reason": "The owner keeps the floor.", "signer": ""},
    )

    assert "1 finding needs a reason" in shown.words
    assert "Carpet is removed in kitchen, and nothing replaces it." in shown.words
    assert done.status == 303
    assert api.sent("signOffClaim")[0].body == {
        "acknowledge": [
            {"check_id": "chk_01kq09bekje6vbq5xe2b60xtww", "reason": "The owner keeps the floor."}
        ]
    }


def test_an_undecided_item_leaves_no_way_to_sign_off_and_shows_the_findings(api: FakeApi) -> None:
    blocked(api)
    with_items(api, "edited", "proposed")
    shown = signed_in().get(f"{CLAIM}/sign-off")

    assert 'value="signOffClaim"' not in shown.text
    assert "1 of 2 items undecided" in shown.words
    assert "Carpet is removed in kitchen, and nothing replaces it." in shown.words


def test_a_running_extraction_is_looked_at_again_until_it_ends(api: FakeApi) -> None:
    with_claim(api, status="extracting")
    shown = signed_in().get(CLAIM)
    with_claim(api, status="ready_for_review")
    ended = signed_in().get(f"{CLAIM}?progress=1", hx_request="true")

    assert f'hx-get="{CLAIM}?progress=1"' in shown.text
    assert "The extraction is finished." in ended.words
    assert "hx-get" not in ended.text


def test_only_an_admin_may_reopen_a_claim(api: FakeApi) -> None:
    with_claim(api, status="closed", closed_at="2026-04-24T17:42:11.314Z")

    assert "Reopen claim" in signed_in("admin").get(CLAIM).words
    assert "Reopen claim" not in signed_in("member").get(CLAIM).words


def test_a_claim_on_legal_hold_offers_no_erasure(api: FakeApi) -> None:
    assert 'value="eraseClaim"' in signed_in().get(CLAIM).text
    with_claim(
        api, legal_hold={"reason": "Case 12", "placed_at": "2026-04-24T17:42:11.314Z", "placed_by": "key_1"}
    )
    shown = signed_in().get(CLAIM)
    assert 'value="eraseClaim"' not in shown.text
    assert 'value="releaseLegalHold"' in shown.text
    assert "Case 12" in shown.words


def test_a_claim_can_be_opened_without_a_policyholder_and_an_address(api: FakeApi) -> None:
    done = signed_in().fill("/claims/new", "createClaim", carrier="Example Mutual", loss_type="water")

    assert done.status == 303
    assert api.sent("createClaim")[0].body == {
        "carrier": "Example Mutual",
        "loss_type": "water",
        "insured": None,
        "address": None,
    }


def test_claims_are_searched_by_number(api: FakeApi) -> None:
    found = signed_in().get("/claims?claim_number=0725-448812")

    assert api.sent("listClaims")[0].query["claim_number"] == "0725-448812"
    assert 'value="0725-448812"' in found.text


@pytest.mark.parametrize(("cursor", "says"), [(None, "No claim matches"), ("abc", "Show more")])
def test_a_first_page_without_matches_leads_to_the_next_one(
    api: FakeApi, cursor: str | None, says: str
) -> None:
    api.responses["listClaims"] = lambda _: (200, {"data": [], "next_cursor": cursor})

    assert says in signed_in().get("/claims?claim_number=0725-448812").words
