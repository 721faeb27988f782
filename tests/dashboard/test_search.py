"""Finding a resource by its id, and the calls of the API behind its page."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import TYPE_CHECKING

import pytest

from eal_dashboard.pages import PAGES
from eal_dashboard.pages.search import by_prefix
from tests.support.dashboard import signed_in
from tools.fixtures.dashboard import SESSION, SESSION_TEXT, ULID, address, calls_of, examples

if TYPE_CHECKING:
    from eal_dashboard.page import Page
    from tools.fixtures.dashboard import FakeApi

DETAILS = [page for page in PAGES if page.parameters and page.calls]


@pytest.mark.parametrize(
    ("prefix", "path"),
    [
        ("lead", "/leads/{}"),
        ("call", "/calls/{}"),
        ("clm", "/claims/{}"),
        ("evt", "/settings/webhooks/events/{}"),
        ("chk", "/audit-log/checkpoints/{}"),
        ("review_request", "/reviews/requests/{}"),
        ("review", "/reviews/{}"),
        ("org", "/settings/grants/{}"),
    ],
)
def test_an_id_leads_to_its_page(prefix: str, path: str, api: FakeApi) -> None:
    identifier = f"{prefix}_{ULID[:-1]}x"
    found = signed_in().get(f"/search?id=%20{identifier}%20")

    assert (found.status, found.location) == (303, path.format(identifier))
    assert signed_in().get(found.location).status == 200


def test_every_kind_of_id_with_a_page_of_its_own_is_found(api: FakeApi) -> None:
    table = by_prefix(PAGES)

    paths = {page.path for page, _ in table.values()}
    one_id = {page.path for page in PAGES if re.fullmatch(r"[^{]*/{\w+_id}", page.path)}
    assert paths == one_id


def test_the_own_organization_is_in_the_settings(api: FakeApi) -> None:
    found = signed_in().get(f"/search?id={SESSION['organization']['id']}")

    assert found.location == "/settings/organization"


def test_a_request_leads_to_what_it_changed(api: FakeApi) -> None:
    member = signed_in()
    found = member.get("/search?id=C6AF9AC6-7b61-11e6-9a41-93e8deadbeef")

    assert found.location == "/audit-log?request_id=c6af9ac6-7b61-11e6-9a41-93e8deadbeef"
    assert member.get(found.location).status == 200
    assert api.sent("listAuditLog")[-1].query["request_id"] == "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"


def test_an_id_of_somebody_else_is_not_found(api: FakeApi) -> None:
    api.responses["getLead"] = lambda _: (404, {"error": {"code": "not_found", "message": "No."}})
    member = signed_in()
    shown = member.get(member.get(f"/search?id=lead_{ULID}").location)

    assert shown.status == 404
    assert "There is nothing at this address." in shown.words


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"photo_{ULID}", "IDs that begin with photo_ have no page of their own."),
        (f"nothing_{ULID}", "IDs that begin with nothing_ have no page of their own."),
        ("lead_1", "This is not an ID."),
        ("../../settings", "This is not an ID."),
        ("//evil.example.com", "This is not an ID."),
        ("<script>alert(1)</script>", "This is not an ID."),
    ],
)
def test_what_is_no_id_is_not_found_and_leads_nowhere(text: str, said: str, api: FakeApi) -> None:
    shown = signed_in().get(f"/search?id={text}")

    assert shown.status == 404
    assert said in shown.words
    assert "<script>alert" not in shown.text
    assert api.requests == []


def test_a_search_for_nothing_says_what_to_enter(api: FakeApi) -> None:
    shown = signed_in().get("/search?id=")

    assert shown.status == 200
    assert "Paste the ID" in shown.words


# ---------------------------------------------------------------- the calls behind a page


@pytest.mark.parametrize("page", DETAILS, ids=lambda page: page.path)
def test_a_page_of_a_resource_shows_its_calls_without_making_them_twice(page: Page, api: FakeApi) -> None:
    shown = signed_in().get(address(page))

    received = [call.operation for call in calls_of(page)]
    assert sorted(request.operation for request in api.requests) == sorted(received)
    for number, operation in enumerate(received, 1):
        text = _code(shown.text, f"api-{number}-json")
        assert json.loads(text) == examples()[operation][1]
        assert f'curl --fail-with-body \\\n  "{api.url}/' in _code(shown.text, f"api-{number}-curl")
    assert SESSION_TEXT not in shown.text


def _code(html: str, identity: str) -> str:
    found = re.search(rf'<code id="{identity}">(.*?)</code>', html, re.DOTALL)
    assert found, identity
    return unescape(found[1])


def test_the_curl_command_has_the_query_of_the_call_and_the_name_of_the_key(api: FakeApi) -> None:
    text = signed_in().get(f"/audit-log/checkpoints/chk_{ULID}?from=chk_{ULID}").text

    assert _code(text, "api-1-curl") == (
        f'curl --fail-with-body \\\n  "{api.url}/audit-log/checkpoints/chk_{ULID}/consistency?from=chk_{ULID}" \\\n'
        '  --header "Authorization: Bearer $EAL_API_KEY"'
    )


def test_a_failed_optional_call_is_not_shown(api: FakeApi) -> None:
    api.responses["getAuditProof"] = lambda _: (503, {"error": {"code": "unavailable", "message": "Later."}})
    text = signed_in().get(f"/audit-log/aud_{ULID}").text

    assert "api-1-json" in text
    assert "api-2-json" not in text


def test_lists_have_no_calls(api: FakeApi) -> None:
    assert "As JSON and curl" not in signed_in().get("/leads").words
