"""Sign-in, sign-out and switching, and what an attacker can try with them."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from eal_dashboard.session import FRAME, SESSION
from eal_dashboard.sign_in import SIGNING_IN, safe_path
from tests.support.dashboard import Person, signed_in

if TYPE_CHECKING:
    from tools.fixtures.dashboard import FakeApi


def begun(person: Person, to: str = "/leads") -> dict[str, str]:
    started = person.post("/sign-in", {"to": to})
    assert started.status == 303
    assert started.location.startswith("https://login.example.com/oauth2/authorize?")
    return {name: values[0] for name, values in parse_qs(urlsplit(started.location).query).items()}


def test_a_sign_in_proves_its_code_and_returns_to_the_page(api: FakeApi) -> None:
    person = Person()
    query = begun(person)
    back = person.get(f"/signed-in?code=abc&state={query['state']}")

    assert (back.status, back.location) == (303, "/leads")
    body = api.sent("createSession")[0].body
    assert body is not None
    challenge = base64.urlsafe_b64encode(hashlib.sha256(body["verifier"].encode()).digest()).decode()
    assert challenge.rstrip("=") == query["code_challenge"]
    assert (body["code"], body["nonce"]) == ("abc", query["nonce"])
    assert body["redirect_uri"] == query["redirect_uri"] == "https://dashboard.example.com/signed-in"
    assert person.cookies.keys() == {SESSION, FRAME}
    for cookie in back.cookies:
        assert "Secure" in cookie
        assert "HttpOnly" in cookie
        assert "samesite=lax" in cookie.lower()
        assert "Path=/" in cookie
        assert "Domain" not in cookie
    assert person.get("/leads").status == 200


@pytest.mark.parametrize("state", ["", "forged"])
def test_a_forged_state_reaches_no_session(state: str, api: FakeApi) -> None:
    person = Person()
    begun(person)
    shown = person.get(f"/signed-in?code=abc&state={state}")

    assert shown.status == 400
    assert not api.requests
    assert SESSION not in person.cookies


@pytest.mark.parametrize("planted", ["...", ".n.v.Lw", "s...", "", "."])
def test_a_planted_cookie_without_a_state_proves_no_sign_in(planted: str, api: FakeApi) -> None:
    for query in ("?code=abc&state=", "?code=abc", "?code=abc&state=s"):
        shown = Person({SIGNING_IN: planted}).get(f"/signed-in{query}")

        assert shown.status == 400
        assert not api.requests


def test_a_sign_in_of_another_browser_cannot_be_finished_here(api: FakeApi) -> None:
    query = begun(Person())
    victim = Person()
    assert victim.get(f"/signed-in?code=abc&state={query['state']}").status == 400
    assert not api.requests


def test_a_callback_works_once(api: FakeApi) -> None:
    person = Person()
    query = begun(person)
    person.get(f"/signed-in?code=abc&state={query['state']}")
    assert SIGNING_IN not in person.cookies
    assert person.get(f"/signed-in?code=abc&state={query['state']}").status == 400


def test_a_refused_sign_in_sets_no_session(api: FakeApi) -> None:
    api.responses["createSession"] = lambda _: (403, {"error": {"code": "sign_in_refused", "message": "No."}})
    person = Person()
    query = begun(person)
    shown = person.get(f"/signed-in?code=abc&state={query['state']}")

    assert shown.status == 403
    assert "The sign-in was refused." in shown.words
    assert SESSION not in person.cookies


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("unknown_member", "No organization has invited this e-mail address."),
        ("other_account", "This e-mail address is bound to another account."),
        ("unverified_email", "The e-mail address of this account is not verified."),
        ("invalid_code", "The sign-in was refused. Try again."),
    ],
)
def test_a_refusal_says_what_the_person_can_do(reason: str, said: str, api: FakeApi) -> None:
    details = {"reason": reason}
    api.responses["createSession"] = lambda _: (
        403,
        {"error": {"code": "sign_in_refused", "message": "No.", "details": details}},
    )
    person = Person()
    query = begun(person)
    assert said in person.get(f"/signed-in?code=abc&state={query['state']}").words


def test_a_planted_session_is_replaced_and_ended(api: FakeApi) -> None:
    person = Person({SESSION: "eal_session_planted000000000000000000000000"})
    query = begun(person)
    person.get(f"/signed-in?code=abc&state={query['state']}")

    assert "planted" not in person.cookies[SESSION]
    (ended,) = api.sent("endSession")
    assert "planted" in ended.headers["Authorization"]


def test_signing_in_again_asks_for_the_password_and_stays_in_place(api: FakeApi) -> None:
    member = signed_in(mode="test")
    query = parse_qs(
        urlsplit(member.post("/sign-in", {"again": "1", "to": "/settings/api-keys/new"}).location).query
    )
    assert query["prompt"] == ["login"]
    back = member.get(f"/signed-in?code=abc&state={query['state'][0]}")

    assert back.location == "/settings/api-keys/new"
    body = api.sent("createSession")[0].body
    assert body is not None
    assert (body["organization_id"], body["mode"]) == ("org_01kq09bekje6vbq5xe2b60xtww", "test")


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example.com",
        "/\\evil.example.com",
        "https://evil.example.com",
        "/\t/evil.example.com",
        "evil",
        "",
        "/a\r\nb: c",
    ],
)
def test_no_address_leads_to_another_host(path: str, api: FakeApi) -> None:
    assert safe_path(path) == "/"
    person = Person()
    query = begun(person, path)
    assert person.get(f"/signed-in?code=abc&state={query['state']}").location == "/"


def test_a_session_that_the_api_refuses_is_forgotten_and_the_page_remembered(api: FakeApi) -> None:
    api.responses["listLeads"] = lambda _: (401, {"error": {"code": "invalid_key", "message": "No."}})
    member = signed_in()
    shown = member.get("/leads?status=new")

    assert (shown.status, shown.location) == (303, "/sign-in?why=ended&to=%2Fleads%3Fstatus%3Dnew")
    assert not member.cookies


def test_a_lost_frame_is_read_from_the_api(api: FakeApi) -> None:
    member = signed_in()
    del member.cookies[FRAME]
    assert member.get("/leads").status == 200
    assert FRAME in member.cookies


@pytest.mark.parametrize("text", ["", "x", "e30", "bnVsbA", "W10", "eyJvcmdhbml6YXRpb25zIjpbMV19"])
def test_a_broken_frame_is_read_from_the_api(text: str, api: FakeApi) -> None:
    member = signed_in()
    member.cookies[FRAME] = text
    assert member.get("/leads").status == 200


def test_signing_out_ends_the_session_everywhere(api: FakeApi) -> None:
    member = signed_in()
    out = member.post("/sign-out", {})

    assert api.sent("endSession")
    assert out.location.startswith("https://login.example.com/logout?client_id=dashboard")
    assert not member.cookies


def test_switching_replaces_the_session(api: FakeApi) -> None:
    member = signed_in()
    before = member.cookies[FRAME]
    api.responses["updateSession"] = lambda request: (
        200,
        {**api._examples["updateSession"][1], "mode": "test", "session": "eal_session_" + "n" * 38},
    )
    done = member.post("/switch", {"mode": "test", "to": "/leads"})

    assert (done.status, done.location) == (303, "/leads")
    assert api.sent("updateSession")[0].body == {"mode": "test"}
    assert member.cookies[SESSION] == "eal_session_" + "n" * 38
    assert member.cookies[FRAME] != before
    assert "Test mode" in member.get("/leads").words
