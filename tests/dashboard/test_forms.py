"""Forms: what the API gets, how a refusal is shown, and what happens to lost responses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eal_dashboard import client, forms
from eal_dashboard.inputs import Posted
from eal_dashboard.page import Form
from eal_dashboard.pages import PAGES
from tests.support.dashboard import signed_in
from tools.fixtures.dashboard import examples

if TYPE_CHECKING:
    from tools.fixtures.dashboard import FakeApi, Received

LEAD = "/leads/lead_01kq09bekje6vbq5xe2b60xtww"
KEYS = "/settings/api-keys"


def error(status: int, code: str, **details: Any) -> tuple[int, dict[str, Any]]:
    return status, {"error": {"code": code, "message": "The API's sentence.", "details": details}}


def test_a_change_has_the_version_and_key_of_the_form_and_leads_back(api: FakeApi) -> None:
    member = signed_in()
    hidden = member.get(LEAD).hidden("transitionLead")
    done = member.post(LEAD, {**hidden, "to": "contacted", "reason": "", "notes": "Called back"})

    assert (done.status, done.location) == (303, f"{LEAD}?done=transitionLead")
    (sent,) = api.sent("transitionLead")
    assert sent.body == {"to": "contacted", "notes": "Called back"}
    assert sent.headers["If-Match"] == '"1"'
    assert sent.headers["Idempotency-Key"] == hidden["_key"]
    assert "The lead was moved." in member.get(done.location).words


def test_a_refused_form_keeps_what_was_entered_and_names_the_field(api: FakeApi) -> None:
    fields = [{"location": "body", "pointer": "/phones/0", "message": "This is no phone number."}]
    api.responses["createLead"] = lambda _: error(422, "validation_error", fields=fields)
    shown = signed_in().fill("/leads/new", "createLead", first_name="Dana <b>", phones="555")

    assert shown.status == 422
    assert "This is no phone number." in shown.words
    assert 'aria-invalid="true"' in shown.text
    assert "Dana &lt;b&gt;" in shown.text
    assert api.sent("createLead")[0].body["phones"] == ["555"]  # type: ignore[index]


def test_a_stale_form_says_so_and_gets_the_current_version(api: FakeApi) -> None:
    api.responses["transitionLead"] = lambda _: error(412, "precondition_failed")
    shown = signed_in().fill(LEAD, "transitionLead", to="contacted")

    assert shown.status == 412
    assert "Somebody changed this while you were looking at it." in shown.words


def test_a_stale_form_takes_over_what_somebody_else_changed_and_keeps_what_the_person_did(
    api: FakeApi,
) -> None:
    _, lead = examples()["getLead"]
    member = signed_in()
    entered = {
        "first_name": lead["first_name"],
        "last_name": "Reyes-Lopez",
        "company": "",
        "email": lead["email"],
        "phones": "\r\n".join(lead["phones"]),
        "loss_type": lead["loss_type"],
        "assigned_to": "Ben",
        "notes": lead["notes"] or "",
    }
    hidden = member.get(LEAD).hidden("updateLead")
    theirs = {"company": "Acme", "assigned_to": "Ann <b>", "phones": ["+13125550111"], "version": 2}
    api.responses["getLead"] = lambda _: (200, {**lead, **theirs})
    api.responses["updateLead"] = lambda _: error(412, "precondition_failed")

    shown = member.post(LEAD, {**hidden, **entered})

    assert shown.status == 412
    assert "The form now has their changes, with yours on top" in shown.words
    assert "Somebody else changed this to “Ann <b>”. What you entered is kept here." in shown.words
    assert shown.text.count("Somebody else changed this") == 1
    assert "Ann &lt;b&gt;" in shown.text
    for value in ('value="Acme"', 'value="Reyes-Lopez"', 'value="Ben"', ">+13125550111<"):
        assert value in shown.text

    # Sent again as it is now shown, it has both people's changes, and their version.
    del api.responses["updateLead"]
    api.requests.clear()
    again = {**entered, "company": "Acme", "phones": "+13125550111"}
    assert member.post(LEAD, {**shown.hidden("updateLead"), **again}).status == 303
    (sent,) = api.sent("updateLead")
    assert sent.headers["If-Match"] == '"2"'
    assert sent.body is not None
    assert (sent.body["company"], sent.body["last_name"], sent.body["assigned_to"]) == (
        "Acme",
        "Reyes-Lopez",
        "Ben",
    )


def test_a_form_that_is_refused_for_another_reason_keeps_the_version_that_the_person_saw(
    api: FakeApi,
) -> None:
    """So a change that somebody else made meanwhile is noticed when the form is sent again."""
    _, lead = examples()["getLead"]
    member = signed_in()
    hidden = member.get(LEAD).hidden("updateLead")
    api.responses["getLead"] = lambda _: (200, {**lead, "version": 2})
    api.responses["updateLead"] = lambda _: error(422, "validation_error")

    shown = member.post(LEAD, {**hidden, "first_name": "Dana"})

    again = shown.hidden("updateLead")
    assert (again["_etag"], again["_seen"]) == ('"1"', hidden["_seen"])
    assert again["_key"] != hidden["_key"]


def test_a_form_without_an_answer_is_sent_again_with_the_same_key(api: FakeApi) -> None:
    """The change may have been made: with another key it would be made twice."""
    member = signed_in()
    hidden = member.get("/leads/new").hidden("createLead")
    api.responses["createLead"] = lambda _: error(504, "unavailable")

    shown = member.post("/leads/new", {**hidden, "first_name": "Dana"})

    assert "Try again: the change is not made twice." in shown.words
    assert shown.hidden("createLead")["_key"] == hidden["_key"]


@pytest.mark.parametrize("seen", ["", "[]", "{", '{"phones": 3, "loss_type": [[]], "notes": {}, "x": 1}'])
def test_a_stale_form_with_a_forged_memory_is_shown_all_the_same(seen: str, api: FakeApi) -> None:
    api.responses["updateLead"] = lambda _: error(412, "precondition_failed")
    member = signed_in()
    hidden = member.get(LEAD).hidden("updateLead")

    shown = member.post(LEAD, {**hidden, "_seen": seen, "first_name": "Dana"})

    assert shown.status == 412
    assert "Somebody changed this while you were looking at it." in shown.words


def test_a_secret_is_shown_in_the_response_itself_and_kept_nowhere(api: FakeApi) -> None:
    shown = signed_in().fill(f"{KEYS}/new", "createApiKey", name="Form", scopes=["read", "write"])

    assert shown.status == 200
    assert "eal_live_…" in shown.text
    assert shown.headers["cache-control"] == "no-store"
    assert shown.cookies == []
    assert api.sent("createApiKey")[0].body == {
        "name": "Form",
        "scopes": ["read", "write"],
        "allowed_cidrs": [],
    }


def test_a_key_whose_text_was_lost_is_said_to_be_lost(api: FakeApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "READ_SECONDS", 0.2)
    keys: list[str] = []

    def lose_the_first(request: Received) -> tuple[int, dict[str, Any]]:
        keys.append(request.headers["Idempotency-Key"])
        if len(keys) == 1:
            raise ConnectionAbortedError
        return 201, {"id": "key_01kq09bekje6vbq5xe2b60xtww", "key": None, "name": "Form", "scopes": ["read"]}

    api.responses["createApiKey"] = lose_the_first
    shown = signed_in().fill(f"{KEYS}/new", "createApiKey", name="Form", scopes=["read"])

    assert len(keys) == 2
    assert len(set(keys)) == 1
    assert "The key was created, but its text is lost" in shown.words


def test_a_form_of_another_organization_or_mode_changes_nothing(api: FakeApi) -> None:
    hidden = signed_in(mode="test").get(LEAD).hidden("transitionLead")
    shown = signed_in(mode="live").post(LEAD, {**hidden, "to": "lost"})

    assert shown.status == 409
    assert "You switched to another organization or mode" in shown.words
    assert not api.sent("transitionLead")


@pytest.mark.parametrize(
    "form", [form.key for page in PAGES if page.path == "/settings/members" for form in page.forms]
)
def test_a_viewer_who_posts_an_admin_form_directly_is_refused(form: str, api: FakeApi) -> None:
    tenant = signed_in().get("/settings/members").hidden("inviteMember")["_tenant"]
    shown = signed_in("viewer").post(
        "/settings/members", {"_form": form, "_tenant": tenant, "member_id": "mem_1"}
    )

    assert shown.status == 403
    assert not api.sent(form)


def test_a_member_who_forges_the_role_in_the_cookie_meets_the_api(api: FakeApi) -> None:
    api.responses["inviteMember"] = lambda _: error(403, "insufficient_scope", required="admin")
    forged = signed_in("owner")
    shown = forged.fill("/settings/members", "inviteMember", email="sam@example.com", role="member")

    assert shown.status == 403
    assert "The API's sentence." in shown.words


def test_what_needs_a_recent_sign_in_leads_there_and_back(api: FakeApi) -> None:
    api.responses["createApiKey"] = lambda _: error(403, "reauthentication_required")
    shown = signed_in().fill(f"{KEYS}/new", "createApiKey", name="Form", scopes=["read"])

    assert (shown.status, shown.location) == (303, "/sign-in?why=again&to=%2Fsettings%2Fapi-keys%2Fnew")
    assert shown.cookies == []  # the session goes on


def test_an_old_sign_in_is_confirmed_before_the_form_is_filled(api: FakeApi) -> None:
    old = signed_in(auth_time="2020-01-01T00:00:00.000Z").get(f"{KEYS}/new")
    assert "Confirm that it is you" in old.words
    assert "Confirm that it is you" not in signed_in().get(f"{KEYS}/new").words


def test_a_replay_is_counted_before_it_is_sent(api: FakeApi) -> None:
    api.responses["replayWebhook"] = lambda request: (
        200,
        {
            "count": 3,
            "counts_all": True,
            "since": "2026-04-24T00:00:00.000Z",
            "until": "2026-04-25T00:00:00.000Z",
            "only": request.body and request.body.get("only"),
            "webhook_id": "wh_1",
        },
    )
    page, member = "/settings/webhooks/wh_01kq09bekje6vbq5xe2b60xtww", signed_in()
    counted = member.fill(page, "countReplay", since="2026-04-23T19:00", until="", only="missing")

    assert "Replay 3 events?" in counted.words
    assert api.sent("replayWebhook")[0].body == {
        "dry_run": True,
        "since": "2026-04-24T00:00:00.000Z",
        "only": "missing",
    }
    done = member.post(page, counted.hidden("replayWebhook"))
    assert done.status == 303
    assert api.sent("replayWebhook")[1].body == {"since": "2026-04-24T00:00:00.000Z", "only": "missing"}


def test_an_object_without_any_value_becomes_null_and_leaves_the_others(api: FakeApi) -> None:
    signed_in().fill("/settings/organization", "sender", **{"settings.sender.name": ""})
    assert api.sent("updateOwnOrganization")[0].body == {"settings": {"sender": None}}


def test_times_are_entered_in_the_zone_of_the_organization() -> None:
    form = forms.bound(Form("createApiKey", ("expires_at",)), "tenant")
    posted = Posted((("expires_at", "2026-07-01T09:30"),))
    assert forms.read(form, posted, "America/Chicago") == {"expires_at": "2026-07-01T14:30:00.000Z"}


@given(st.lists(st.tuples(st.sampled_from(["name", "scopes", "expires_at", "allowed_cidrs"]), st.text())))
def test_no_text_in_any_field_breaks_a_form(pairs: list[tuple[str, str]]) -> None:
    form = forms.bound(Form("createApiKey", ("name", "scopes", "expires_at", "allowed_cidrs")), "tenant")
    body = forms.read(form, Posted(tuple(pairs)), "Asia/Kathmandu")
    assert body.keys() <= {"name", "scopes", "expires_at", "allowed_cidrs"}


def test_a_refused_form_does_not_show_that_an_earlier_one_succeeded(api: FakeApi) -> None:
    person = signed_in()
    before = person.get(f"{LEAD}?done=transitionLead")
    api.responses["transitionLead"] = lambda _: error(409, "invalid_transition")
    fields = {**before.hidden("transitionLead"), "status": "contacted"}
    refused = person.post(f"{LEAD}?done=transitionLead", fields)
    done = next(form.done for page in PAGES for form in page.forms if form.operation == "transitionLead")

    assert done in before.words
    assert "The API's sentence." in refused.words
    assert done not in refused.words


def test_a_link_from_another_record_fills_a_form(api: FakeApi) -> None:
    shown = signed_in().get("/reviews/requests/new?name=Dana+%22R%22&email=dana%40example.com&lead_id=lead_1")

    assert 'value="Dana &#34;R&#34;"' in shown.text
    assert 'value="dana@example.com"' in shown.text
