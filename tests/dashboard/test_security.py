"""Headers, and requests that another site causes."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from eal_dashboard.assets import ASSETS, address
from tests.support.dashboard import SAME_ORIGIN, Person, signed_in

if TYPE_CHECKING:
    from tools.fixtures.dashboard import FakeApi

ADDRESSES = ["/", "/leads", "/sign-in", "/nowhere", "/signed-in", "/static/app.0000.css"]


@pytest.mark.parametrize("path", ADDRESSES)
def test_every_response_has_the_headers(path: str, api: FakeApi) -> None:
    headers = signed_in().get(path).headers

    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "img-src 'self' https://storage.example.com;" in policy
    assert "form-action 'self' https://login.example.com;" in policy
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["strict-transport-security"].startswith("max-age=63072000")
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"
    assert "access-control-allow-origin" not in headers


def test_the_policy_allows_the_hosts_of_our_buckets_and_no_other(api: FakeApi) -> None:
    assert signed_in().get("/").headers["content-security-policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https://storage.example.com; "
        "font-src 'self'; connect-src 'self' https://storage.example.com https://imports.example.com; "
        "form-action 'self' https://login.example.com; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
    )


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"sec-fetch-site": "cross-site", "origin": "https://dashboard.example.com"},
        {"origin": "https://evil.example.com"},
        {"origin": "null"},
        {},
    ],
)
@pytest.mark.parametrize("path", ["/settings/members", "/switch", "/sign-out", "/sign-in"])
def test_a_form_of_another_site_is_refused(path: str, headers: dict[str, str], api: FakeApi) -> None:
    shown = signed_in().post(path, {"_form": "removeMember", "member_id": "mem_1"}, headers)

    assert shown.status == 403
    assert "This form came from another site" in shown.words
    assert not api.requests


@pytest.mark.parametrize("headers", [SAME_ORIGIN, {"origin": "https://dashboard.example.com"}])
def test_a_form_of_ours_is_accepted(headers: dict[str, str], api: FakeApi) -> None:
    assert signed_in().post("/sign-out", {}, headers).status == 303


def test_no_get_changes_anything(api: FakeApi) -> None:
    member = signed_in()
    for path in ("/sign-out", "/switch"):
        assert member.get(path).status == 404
    member.get("/settings/members?_form=removeMember&member_id=mem_1")
    assert {request.operation for request in api.requests} == {"listMembers"}


def test_without_a_session_no_page_calls_the_api(api: FakeApi) -> None:
    assert Person().get("/leads").location == "/sign-in?to=%2Fleads"
    assert Person({"__Host-session": "../../x"}).get("/leads").status == 303
    assert not api.requests


def test_a_static_file_is_kept_for_a_year_and_compressed(api: FakeApi) -> None:
    path = address("app.css")
    plain = Person().get(path)
    assert (plain.status, plain.headers["cache-control"]) == (200, "public, max-age=31536000, immutable")
    assert plain.headers["content-type"] == "text/css; charset=utf-8"
    assert Person().get(path, accept_encoding="gzip, br").headers["content-encoding"] == "gzip"
    assert len(gzip.compress(ASSETS["htmx.min.js"].content)) < 15_000


def test_a_file_outside_the_folder_is_unknown(api: FakeApi) -> None:
    for path in ("/static/../app.py", "/static/%2e%2e%2fapp.py", "/static/app.css"):
        assert Person().get(path).status == 404


def test_an_unexpected_error_shows_nothing_of_itself(api: FakeApi) -> None:
    api.responses["listLeads"] = lambda _: (200, {"data": [{"id": "lead_1"}], "next_cursor": None})
    shown = signed_in().get("/leads")

    assert shown.status == 500
    assert "Something went wrong" in shown.words
    assert "UndefinedError" not in shown.text
