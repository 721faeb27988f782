"""The board of leads: its columns, what a card shows, and moves that are refused."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest

from eal_dashboard.pages.leads import MOVES
from tests.support.dashboard import signed_in
from tools.fixtures.dashboard import examples

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.support.dashboard import Page
    from tools.fixtures.dashboard import FakeApi, Received

BOARD = "/leads?view=board"
HOSTILE = "</option></select><script>alert(1)</script>\"'{{7*7}}"
DANA, SAM = "lead_01kq09bekje6vbq5xe2b60xtw1", "lead_01kq09bekje6vbq5xe2b60xtw2"


def lead(lead_id: str, status: str, **changes: Any) -> dict[str, Any]:
    (sample,) = examples()["listLeads"][1]["data"]
    return {**sample, "id": lead_id, "status": status, **changes}


@pytest.fixture
def leads(api: FakeApi) -> dict[str, dict[str, Any]]:
    """The leads that the API has, by id. The first page of a column has two of them."""
    stored: dict[str, dict[str, Any]] = {}

    def listed(request: Received) -> tuple[int, dict[str, Any]]:
        found = [lead for lead in stored.values() if lead["status"] == request.query["status"]]
        start = int(request.query.get("cursor", "0"))
        following = str(start + 2) if len(found) > start + 2 else None
        return 200, {"data": found[start : start + 2], "next_cursor": following}

    api.responses["listLeads"] = listed
    api.responses["getLead"] = lambda request: (200, stored[request.path["lead_id"]])
    api.responses["transitionLead"] = lambda request: (
        200,
        stored[request.path["lead_id"]] | {"status": (request.body or {})["to"]},
    )
    return stored


def columns(page: Page) -> Mapping[str, str]:
    """The HTML of each column."""
    found = re.findall(r'<section class="column" data-status="(\w+)".*?</section>', page.text, re.DOTALL)
    texts = re.findall(r'<section class="column".*?</section>', page.text, re.DOTALL)
    return dict(zip(found, texts, strict=True))


def hidden(page: Page, lead_id: str) -> dict[str, str]:
    """The hidden fields of a lead's form."""
    (form,) = [form for form in re.findall(r"<form.*?</form>", page.text, re.DOTALL) if lead_id in form]
    found = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form)
    return {name: unescape(value) for name, value in found}


def move(page: Page, lead_id: str, **fields: str) -> Page:
    return signed_in().post(BOARD, {**hidden(page, lead_id), **fields})


def choices(text: str) -> list[str]:
    return [value for value in re.findall(r'<option value="(\w*)"', text) if value]


def test_a_column_for_each_status_with_its_leads_and_their_number(api: FakeApi, leads: Any) -> None:
    leads[DANA], leads[SAM] = lead(DANA, "new", first_name="Dana"), lead(SAM, "won", first_name="Sam")

    found = columns(signed_in().get(BOARD))

    assert [*found] == [*MOVES]
    assert "Dana" in found["new"]
    assert "Sam" in found["won"]
    assert "No leads" in found["lost"]
    assert '<span class="count">1<' in found["new"]
    assert {request.query["status"] for request in api.sent("listLeads")} == {*MOVES}
    assert not api.sent("getLead")


@pytest.mark.parametrize("status", MOVES)
def test_a_card_offers_the_moves_of_its_status_only(status: str, leads: Any) -> None:
    leads[DANA] = lead(DANA, status)

    text = columns(signed_in().get(BOARD))[status]

    assert choices(text) == [*MOVES[status]]
    assert text.count(" selected>") == bool(MOVES[status])
    assert ("<form" in text) == bool(MOVES[status])


def test_a_viewer_sees_the_board_without_forms(leads: Any) -> None:
    leads[DANA] = lead(DANA, "new")

    shown = signed_in("viewer").get(BOARD)

    assert DANA in shown.text
    assert "moveLead" not in shown.text


def test_a_move_sends_the_version_of_the_card_and_returns_to_it(api: FakeApi, leads: Any) -> None:
    leads[DANA], leads[SAM] = lead(DANA, "new", version=7), lead(SAM, "new", version=9)

    done = move(signed_in().get(BOARD), SAM, to="contacted", reason="")

    (sent,) = api.sent("transitionLead")
    assert (sent.path["lead_id"], sent.body, sent.headers["If-Match"]) == (SAM, {"to": "contacted"}, '"9"')
    assert (done.status, done.location) == (303, f"/leads?view=board&done=moveLead#{SAM}")
    assert "The lead was moved." in signed_in().get(done.location.partition("#")[0]).words


def test_the_filters_stay_after_a_move(leads: Any) -> None:
    leads[DANA] = lead(DANA, "new")
    address = f"{BOARD}&loss_type=water&assigned_to=Ann"

    done = signed_in().post(address, {**hidden(signed_in().get(address), DANA), "to": "contacted"})

    assert done.location == f"/leads?view=board&assigned_to=Ann&loss_type=water&done=moveLead#{DANA}"


def stale(_: Received) -> tuple[int, dict[str, Any]]:
    return 412, {"error": {"code": "precondition_failed", "message": "The lead has another version."}}


def test_a_stale_card_is_refused_and_the_page_shows_what_changed(api: FakeApi, leads: Any) -> None:
    leads[DANA] = lead(DANA, "new", version=1, score=82)
    before = signed_in().get(BOARD)
    leads[DANA] = lead(DANA, "contacted", version=2, score=90, assigned_to="Ann <b>")
    api.responses["transitionLead"] = stale

    refused = move(before, DANA, to="lost", reason="No answer")

    assert refused.status == 412
    assert "Dana Reyes was not moved" in refused.words
    assert "It is now Contacted" in refused.words
    assert "by the API key key_" in refused.words
    assert "Status New Contacted Assigned to none Ann <b> Score 82 90" in refused.words
    assert "Ann &lt;b&gt;" in refused.text
    (form,) = [form for form in re.findall(r"<form.*?</form>", refused.text, re.DOTALL) if DANA in form]
    assert choices(form) == [*MOVES["contacted"]]
    assert '<option value="lost" selected>' in form
    assert 'value="No answer"' in form
    assert "moveLead" not in columns(refused)["contacted"]

    del api.responses["transitionLead"]
    api.requests.clear()
    assert move(refused, DANA, to="lost", reason="No answer").status == 303
    (again,) = api.sent("transitionLead")
    assert (again.headers["If-Match"], again.body) == ('"2"', {"to": "lost", "reason": "No answer"})
    assert again.headers["Idempotency-Key"] != hidden(before, DANA)["_key"]


def test_a_stale_card_whose_change_is_not_on_it_says_so(api: FakeApi, leads: Any) -> None:
    leads[DANA] = lead(DANA, "new", version=1)
    before = signed_in().get(BOARD)
    leads[DANA] |= {"version": 2, "notes": "Called."}
    api.responses["transitionLead"] = stale

    refused = move(before, DANA, to="contacted")

    assert "Its card is unchanged" in refused.words
    assert "Changed since" not in refused.words


def test_a_move_that_is_not_possible_any_more_is_chosen_again(api: FakeApi, leads: Any) -> None:
    leads[DANA] = lead(DANA, "new", version=1)
    before = signed_in().get(BOARD)
    leads[DANA] = lead(DANA, "contacted", version=2)
    api.responses["transitionLead"] = stale

    refused = move(before, DANA, to="contacted")

    (form,) = [form for form in re.findall(r"<form.*?</form>", refused.text, re.DOTALL) if DANA in form]
    assert "Choose" in form
    assert (choices(form), "selected" in form) == ([*MOVES["contacted"]], False)


def test_a_stale_card_of_a_lead_that_is_won_has_no_form(api: FakeApi, leads: Any) -> None:
    leads[DANA] = lead(DANA, "scheduled", version=1)
    before = signed_in().get(BOARD)
    leads[DANA] = lead(DANA, "won", version=2)
    api.responses["transitionLead"] = stale

    refused = move(before, DANA, to="lost", reason="Too late")

    assert "A lead that is won can no longer be moved." in refused.words
    assert "moveLead" not in refused.text


def test_a_move_without_its_reason_keeps_the_form_and_marks_the_field(api: FakeApi, leads: Any) -> None:
    leads[DANA] = lead(DANA, "new")
    fault = {"pointer": "/reason", "message": "Required if 'to' is 'lost'.", "type": "missing"}
    api.responses["transitionLead"] = lambda _: (
        422,
        {"error": {"code": "validation_failed", "message": "?", "details": {"fields": [fault]}}},
    )

    refused = move(signed_in().get(BOARD), DANA, to="lost")

    assert refused.status == 422
    assert "Required if 'to' is 'lost'." in refused.words
    assert '<option value="lost" selected>' in refused.text
    assert "It is now" not in refused.words


def test_a_move_that_the_api_forbids_shows_its_message(api: FakeApi, leads: Any) -> None:
    leads[DANA] = lead(DANA, "new")
    message = "A lead with the status 'new' cannot become 'won'."
    api.responses["transitionLead"] = lambda _: (
        409,
        {"error": {"code": "illegal_transition", "message": message}},
    )

    refused = move(signed_in().get(BOARD), DANA, to="won")

    assert refused.status == 409
    assert message in refused.words


def test_a_lead_that_is_gone_is_said_to_be(api: FakeApi, leads: Any) -> None:
    leads[DANA] = lead(DANA, "new")
    before = signed_in().get(BOARD)
    leads.clear()
    for name in ("transitionLead", "getLead", "listLeadHistory"):
        api.responses[name] = lambda _: (404, {"error": {"code": "not_found", "message": "No such lead."}})

    refused = move(before, DANA, to="contacted")

    assert refused.status == 404
    assert "The lead was not moved. No such lead." in refused.words


def test_a_long_column_continues_alone(api: FakeApi, leads: Any) -> None:
    ids = [f"lead_01kq09bekje6vbq5xe2b60xtw{number}" for number in range(5)]
    leads |= {lead_id: lead(lead_id, "new") for lead_id in ids}
    leads[SAM + "x"] = lead(SAM + "x", "contacted")

    first = signed_in().get(BOARD)
    assert '<span class="count">2+<' in columns(first)["new"]
    (following,) = re.findall(r'class="button" href="([^"]+)" hx-get="\1"', first.text)
    address = following.replace("&amp;", "&")
    api.requests.clear()

    rows = signed_in().get(address, hx_request="true")
    assert re.findall(r'id="(lead_\w+)"', rows.text) == ids[2:4]
    assert rows.text.strip().startswith("<li")
    assert "<html" not in rows.text
    assert [request.query["status"] for request in api.requests] == ["new"]

    # Without JavaScript the link leads to the column alone.
    alone = signed_in().get(address)
    assert [*columns(alone)] == ["new"]
    assert 'href="/leads?view=board">All columns' in alone.text
    assert move(alone, ids[2], to="contacted").location == f"/leads?view=board&done=moveLead#{ids[2]}"


def test_an_unknown_column_or_view_breaks_nothing(api: FakeApi, leads: Any) -> None:
    assert signed_in().get(f"{BOARD}&column=nothing").status == 200
    assert signed_in().get(f"{BOARD}&column=nothing", hx_request="true").status == 200
    assert not api.requests
    del api.responses["listLeads"]
    assert "<table" in signed_in().get("/leads?view=nothing").text


def test_hostile_text_stays_text_on_a_card_and_above_the_board(api: FakeApi, leads: Any) -> None:
    hostile = {"first_name": HOSTILE, "assigned_to": HOSTILE, "phones": [HOSTILE]}
    leads[DANA] = lead(DANA, "new", version=1, **hostile)
    before = signed_in().get(BOARD)
    leads[DANA] = lead(DANA, "lost", version=2, **hostile)
    api.responses["transitionLead"] = stale
    api.responses["listLeadHistory"] = lambda _: (
        200,
        {"data": [examples()["listLeadHistory"][1]["data"][0] | {"reason": HOSTILE}], "next_cursor": None},
    )

    refused = move(before, DANA, to="contacted", reason=HOSTILE)

    for page in (before, refused):
        assert "<script>alert" not in page.text
        assert "&lt;script&gt;alert(1)" in page.text
        assert "49" not in page.words


def test_without_any_lead_the_board_says_where_they_come_from(leads: Any) -> None:
    assert "Leads come from qualified calls" in signed_in().get(BOARD).words
    filtered = signed_in().get(f"{BOARD}&loss_type=water")
    assert "Leads come from" not in filtered.words
    assert filtered.text.count("No leads") == len(MOVES)


def test_a_new_lead_that_waits_for_more_than_an_hour_is_marked(leads: Any) -> None:
    leads[DANA] = lead(DANA, "new", created_at="2026-04-24T17:42:11.314Z")
    leads[SAM] = lead(SAM, "new", created_at="2099-01-01T00:00:00.000Z")

    text = columns(signed_in().get(BOARD))["new"]

    assert re.findall(r'class="lead-card( late)?" id="(\w+)"', text) == [(" late", DANA), ("", SAM)]
    assert "Waiting less than a minute" in text
