"""GET /v1/r/{token}."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from eal.domain.outreach import addresses
from tests.support.callrail import actions, stored
from tests.support.faults import Killed, overtaken, watched_calls
from tests.support.http import ApiResponse, call
from tests.support.reviews import PAGE_URL, request_shown, requested, set_up

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


@pytest.fixture
def request_(tenant: Tenant) -> dict[str, Any]:
    set_up(tenant)
    return requested(tenant)


def path_of(tenant: Tenant, request: dict[str, Any]) -> str:
    return f"/v1/r/{addresses.review_token(tenant.in_mode('live'), request['id'])}"


def _follow(tenant: Tenant, request: dict[str, Any], method: str = "GET", **headers: str) -> ApiResponse:
    return call(method, path_of(tenant, request), headers=headers)


def test_the_link_leads_to_the_page_for_reviews_and_records_the_visit(
    tenant: Tenant, request_: dict[str, Any]
) -> None:
    response = _follow(tenant, request_)

    assert (response.status, response.headers["Location"], response.text) == (302, PAGE_URL, "")
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in response.headers
    shown = request_shown(tenant, request_["id"])
    assert (shown["version"], shown["visited_at"] is not None) == (2, True)
    assert actions("review_request", tenant.id) == ["review_request.created", "review_request.visited"]


def test_only_the_first_visit_is_recorded(tenant: Tenant, request_: dict[str, Any]) -> None:
    _follow(tenant, request_)
    first = request_shown(tenant, request_["id"])

    for _ in range(3):
        assert _follow(tenant, request_).status == 302

    assert request_shown(tenant, request_["id"]) == first


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Purpose": "prefetch"},
        {"Sec-Purpose": "prefetch;prerender"},
        {"Purpose": "prefetch"},
        {"X-Moz": "prefetch"},
    ],
)
def test_a_prefetch_is_no_visit(tenant: Tenant, request_: dict[str, Any], headers: dict[str, str]) -> None:
    assert _follow(tenant, request_, **headers).status == 302

    assert request_shown(tenant, request_["id"])["visited_at"] is None


def test_head_is_no_visit(tenant: Tenant, request_: dict[str, Any]) -> None:
    response = _follow(tenant, request_, "HEAD")

    assert (response.status, response.headers["Location"]) == (302, PAGE_URL)
    assert request_shown(tenant, request_["id"])["visited_at"] is None


def test_two_visits_at_once_are_one(
    tenant: Tenant, request_: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with overtaken(monkeypatch, lambda: _follow(tenant, request_)):
        assert _follow(tenant, request_).status == 302

    assert actions("review_request", tenant.id).count("review_request.visited") == 1


def test_a_visit_that_is_killed_anywhere_is_recorded_by_the_next(
    tenant: Tenant, request_: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    done = False
    for kill_after in range(1, 20):
        with watched_calls(monkeypatch) as calls:
            calls.kill_after = kill_after
            try:
                done = _follow(tenant, request_).status == 302
            except Killed:
                continue
        if done:
            break

    assert done
    assert actions("review_request", tenant.id).count("review_request.visited") == 1


def test_every_customer_is_led_to_the_same_page(tenant: Tenant) -> None:
    pages = {"facebook_review_url": "https://www.facebook.com/acme/reviews", "other_review_url": PAGE_URL}
    set_up(tenant)
    requests = [requested(tenant, email=f"c{number}@example.com") for number in range(3)]
    body = {"settings": {"reviews": pages}}
    assert call("PATCH", "/v1/organizations/me", key=tenant.admin, json_body=body).status == 200

    locations = {_follow(tenant, request).headers["Location"] for request in requests}

    assert locations == {pages["facebook_review_url"]}, "the first one that is set, in a fixed order"


def test_an_erased_customer_still_gets_to_the_page(tenant: Tenant, request_: dict[str, Any]) -> None:
    other = {**request_, "id": f"{request_['id'][:-1]}{'0' if request_['id'][-1] != '0' else '1'}"}

    assert _follow(tenant, other).headers["Location"] == PAGE_URL


def test_without_a_page_the_answer_says_what_to_do(tenant: Tenant, request_: dict[str, Any]) -> None:
    body = {"settings": {"reviews": None}}
    assert call("PATCH", "/v1/organizations/me", key=tenant.admin, json_body=body).status == 200

    response = _follow(tenant, request_)

    assert response.status == 404
    assert "answer the e-mail" in response.text
    assert request_shown(tenant, request_["id"])["visited_at"] is None


def test_a_forged_or_broken_token_is_404_and_leads_nowhere(
    tenant: Tenant, stranger: Tenant, request_: dict[str, Any]
) -> None:
    live = tenant.in_mode("live")
    token = addresses.review_token(live, request_["id"])
    foreign = addresses.review_token(stranger.in_mode("live"), request_["id"])
    unsubscribe = addresses.unsubscribe_token(live, request_["email_id"])
    forged = [
        token[:-1], token + "a", token[:-1] + ("a" if token[-1] != "a" else "b"), token.upper(),
        token[:53] + foreign[53:], unsubscribe, "x", "é" * 77, "%00", "a" * 2000,
    ]  # fmt: skip
    for text in forged:
        response = call("GET", f"/v1/r/{text}")
        assert response.status == 404, text
        assert "Location" not in response.headers
    assert call("POST", f"/v1/u/{token}", body="List-Unsubscribe=One-Click").status == 404
    assert stored("SUPPRESSION", tenant.id) == []


def test_the_token_is_not_logged(
    tenant: Tenant, request_: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.clear()
    _follow(tenant, request_)

    logged = "".join(str(record.__dict__) for record in caplog.records)
    assert caplog.records
    assert path_of(tenant, request_).rpartition("/")[2][:60] not in logged
    assert "dana" not in logged


@pytest.mark.parametrize(
    "url",
    [
        "http://g.page/acme",
        "javascript:alert(1)",
        "https://localhost/x",
        "https://10.0.0.1/x",
        "https://user:pass@g.page/x",
        "https://g.page:8443/x",
        "https://g.page/x y",
        "https://g.page/x\r\nSet-Cookie: a=b",
        'https://g.page/"><script>',
        "//g.page/x",
        "",
        f"https://g.page/{'x' * 500}",
    ],
)
def test_a_page_is_a_public_https_address(tenant: Tenant, url: str) -> None:
    body = {"settings": {"reviews": {"google_review_url": url}}}

    assert call("PATCH", "/v1/organizations/me", key=tenant.admin, json_body=body).status == 422


@pytest.mark.parametrize(
    "url",
    [
        "https://search.google.com/local/writereview?placeid=ChIJN1t_tDeuEmsRUsoyG83frY4",
        "https://g.page/r/CabcDEF/review",
        "https://www.facebook.com/acme/reviews/?ref=page_internal#x",
    ],
)
def test_usual_pages_are_accepted(tenant: Tenant, url: str) -> None:
    body = {"settings": {"reviews": {"google_review_url": url}}}

    response = call("PATCH", "/v1/organizations/me", key=tenant.admin, json_body=body)
    assert response.json["settings"]["reviews"] == {
        "google_review_url": url,
        "facebook_review_url": None,
        "other_review_url": None,
    }
