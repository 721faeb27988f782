"""Every page: with the API's own examples, for each role, and with nothing. With hostile text: test_attacks.py."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from eal_dashboard.operations import OPERATIONS, SCOPES
from eal_dashboard.pages import PAGES
from eal_dashboard.views import environment
from tests.support.dashboard import signed_in
from tools.fixtures.dashboard import address, calls_of, examples

if TYPE_CHECKING:
    from eal_dashboard.page import Page
    from tools.fixtures.dashboard import FakeApi

HOSTILE = "<script>alert(1)</script>\"'{{7*7}}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)
def test_a_page_shows_the_examples_of_the_document(page: Page, api: FakeApi) -> None:
    shown = signed_in().get(address(page))

    assert shown.status == 200
    assert len(re.findall("<h1", shown.text)) == 1
    assert re.search(r"<title>[^<]+ · EAL</title>", shown.text)
    assert {request.operation for request in api.requests} == {call.operation for call in calls_of(page)}
    assert all(request.headers["X-EAL-Client-IP"] == "203.0.113.9" for request in api.requests)


@pytest.mark.parametrize("role", SCOPES)
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)
def test_a_role_sees_a_page_or_is_refused_without_a_call(page: Page, role: str, api: FakeApi) -> None:
    shown = signed_in(role).get(address(page))

    if page.is_visible(role):
        assert shown.status == 200
        for form in page.forms:
            has_form = f'name="_form" value="{form.key}"' in shown.text
            assert not has_form or OPERATIONS[form.operation].is_allowed(role)
    else:
        assert (shown.status, api.requests) == (403, [])
        assert "Your role does not include this page" in shown.words


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)
def test_a_page_without_javascript_has_no_inline_script_or_style(page: Page, api: FakeApi) -> None:
    text = signed_in().get(address(page)).text

    assert not re.search(r"<style|<script(?![^>]* src=)|\sstyle=|\son[a-z]+=|javascript:", text)
    # A person follows these links; no page loads them. The files of claims come from their bucket.
    fetched = re.sub(r'<a [^>]*rel="noopener noreferrer">', "", text)
    assert not re.search(r'(?:src|href)="(?:https?:)?//(?!storage\.example\.com/)', fetched)


@pytest.mark.parametrize("page", [page for page in PAGES if page.calls], ids=lambda page: page.path)
def test_empty_lists_have_a_text(page: Page, api: FakeApi) -> None:
    for name, (status, body) in examples().items():
        if isinstance(body.get("data"), list):
            api.responses[name] = lambda _, status=status: (status, {"data": [], "next_cursor": None})  # type: ignore[misc]

    assert signed_in().get(address(page)).status == 200


def hostile(value: Any, name: str = "") -> Any:
    """The value with hostile text in every string that can contain free text."""
    if isinstance(value, dict):
        return {key: hostile(member, key) for key, member in value.items()}
    if isinstance(value, list):
        return [hostile(member, name) for member in value]
    is_free = isinstance(value, str) and not re.search(
        r"(^|_)(at|acknowledge_by|next_opening|since|until|id|status|version|starts_on|key_id|public_key|signature)$",
        name,
    )
    return HOSTILE if is_free and value != "*" else value


@pytest.mark.parametrize("page", [page for page in PAGES if page.calls], ids=lambda page: page.path)
def test_a_failed_call_is_explained_and_an_optional_one_omitted(page: Page, api: FakeApi) -> None:
    for call in page.calls.values():
        api.responses[call.operation] = lambda _: (
            500,
            {"error": {"code": "internal_error", "message": "secret"}},
        )

    shown = signed_in().get(address(page))
    is_optional = all(call.optional for call in page.calls.values())
    assert shown.status == (200 if is_optional else 503)
    assert "secret" not in shown.text


@pytest.mark.parametrize(
    "page", [page for page in PAGES if page.parameters and page.calls], ids=lambda page: page.path
)
def test_what_does_not_exist_is_404(page: Page, api: FakeApi) -> None:
    for call in page.calls.values():
        api.responses[call.operation] = lambda _: (404, {"error": {"code": "not_found", "message": "No."}})

    shown = signed_in().get(address(page))
    assert shown.status == 404
    assert "There is nothing at this address" in shown.words


@pytest.mark.parametrize("page", [page for page in PAGES if page.parameters], ids=lambda page: page.path)
def test_an_address_with_another_path_in_it_calls_nothing(page: Page, api: FakeApi) -> None:
    for value in ("..?a", "..", "a;b", "%2e%2e"):
        path = page.address(dict.fromkeys(page.parameters, "x")).replace("/x", f"/{quote(value)}", 1)
        assert signed_in().get(path).status == 404
    assert not api.requests


def test_the_rows_that_follow_come_without_the_frame(api: FakeApi) -> None:
    rows = signed_in().get("/leads?cursor=abc", hx_request="true")

    assert rows.status == 200
    assert rows.text.strip().startswith("<tr>")
    assert "<html" not in rows.text
    assert api.sent("listLeads")[0].query["cursor"] == "abc"
    assert "hx-request" in rows.headers["vary"]


@pytest.mark.parametrize("page", [page for page in PAGES if page.calls], ids=lambda page: page.path)
def test_the_rows_of_every_list_can_be_shown_alone(page: Page, api: FakeApi) -> None:
    alone = signed_in().get(address(page), hx_request="true")

    assert alone.status == 200
    has_rows = "rows" in environment().get_template(page.template).blocks
    assert ("<html" in alone.text) != has_rows
