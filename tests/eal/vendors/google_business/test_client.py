"""The client of Google's APIs against a faithful fake."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from eal.vendors import http
from eal.vendors.google_business import client
from eal.vendors.google_business.client import Credentials, GoogleLocation, is_review_name
from eal.vendors.http import Busy, RequestBudgetSpent, ResponseTooLarge, VendorRefused
from tests.support.google import requested, serving
from tools.fixtures.google_business import (
    ACCOUNT,
    CLIENT_ID,
    CLIENT_SECRET,
    LOCATION,
    REFRESH_TOKEN,
    FakeGoogle,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

CREDENTIALS = Credentials(client_id=CLIENT_ID, client_secret=CLIENT_SECRET, refresh_token=REFRESH_TOKEN)
HERE = GoogleLocation(ACCOUNT, LOCATION)


@pytest.fixture(autouse=True)
def local(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAGE", "local")


@pytest.fixture
def google(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGoogle]:
    fake = FakeGoogle()
    with serving(fake, monkeypatch):
        yield fake


def connected(budget: int | None = None) -> client.Profile:
    return client.connect("live", CREDENTIALS, budget=budget)


def ids(page: client.GoogleReviewPage) -> list[object]:
    return [review["reviewId"] for review in page.reviews]


def test_reviews_are_paged_with_the_last_changed_first(google: FakeGoogle) -> None:
    for number in range(120):
        google.write(f"r{number}", updateTime=f"2026-04-01T00:{number // 60:02}:{number % 60:02}Z")
    profile, pages, token = connected(), [], None
    for _ in range(3):
        page = profile.page(HERE, token)
        pages.append(ids(page))
        token = page.next_page

    assert [len(page) for page in pages] == [50, 50, 20]
    listed = [review_id for page in pages for review_id in page]
    assert listed == [f"r{number}" for number in reversed(range(120))]
    assert token is None
    assert len(google.tokens) == 1


def test_an_expired_access_token_is_replaced_once_in_each_request(google: FakeGoogle) -> None:
    google.token_uses = 2
    google.write("r1")
    profile = connected()

    assert [ids(profile.page(HERE, None)) for _ in range(5)] == [["r1"]] * 5
    assert len(google.tokens) == 3


def test_an_access_token_that_google_never_accepts_is_a_refusal(google: FakeGoogle) -> None:
    google.token_uses = 0

    with pytest.raises(VendorRefused) as refused:
        connected().page(HERE, None)

    assert refused.value.status == 401
    assert len(google.tokens) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        Credentials(client_id="other", client_secret=CLIENT_SECRET, refresh_token=REFRESH_TOKEN),
        Credentials(client_id=CLIENT_ID, client_secret="\x00\n", refresh_token=REFRESH_TOKEN),
        Credentials(client_id=CLIENT_ID, client_secret=CLIENT_SECRET, refresh_token="é & x=1"),
    ],
)
def test_refused_credentials_are_one_refusal_whatever_is_wrong(
    google: FakeGoogle, wrong: Credentials
) -> None:
    with pytest.raises(VendorRefused) as refused:
        client.connect("live", wrong).page(HERE, None)

    assert refused.value.status == 401
    assert google.requests == []


def test_credentials_are_not_shown() -> None:
    assert CLIENT_SECRET not in repr(CREDENTIALS)
    assert REFRESH_TOKEN not in repr(connected())


def test_accounts_and_locations_are_found(google: FakeGoogle) -> None:
    google.accounts[ACCOUNT] = {str(number): {} for number in range(250)}
    profile = connected()

    assert profile.only_account() == ACCOUNT
    assert len(profile.locations(ACCOUNT)) == 250
    google.accounts["1002"] = {}
    assert profile.only_account() is None


def test_a_reply_is_put_replaced_and_deleted_any_number_of_times(google: FakeGoogle) -> None:
    name = google.write("r1")
    profile = connected()
    for text in ("Thank you.", "Thank you.", "Thank you — Dana é"):
        profile.put_reply(name, text)
        assert google.reply(name) == text
    for _ in range(2):
        profile.delete_reply(name)
        assert google.reply(name) is None


def test_whether_a_review_exists(google: FakeGoogle) -> None:
    name = google.write("r1")
    profile = connected()
    assert profile.has_review(name)
    google.erase("r1")
    assert not profile.has_review(name)
    google.next = [{"status": 403}]
    with pytest.raises(VendorRefused):
        profile.has_review(name)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [({"Retry-After": "90"}, 90), ({"Retry-After": "5"}, 60), ({"Retry-After": "0"}, 60), ({}, 60)],
)
def test_a_throttled_request_is_busy_for_the_seconds_that_google_says(
    google: FakeGoogle, headers: dict[str, str], seconds: int
) -> None:
    profile = connected()
    profile.page(HERE, None)
    google.next = [{"status": 429, "headers": headers}] * 4

    with pytest.raises(Busy) as busy:
        profile.page(HERE, None)

    assert busy.value.retry_after == seconds
    assert busy.value.is_throttled


@pytest.mark.parametrize(("seconds", "pause"), [("0", 0.5), ("1", 1), ("5", 5)])
def test_a_request_is_repeated_after_a_pause_whatever_google_says(
    monkeypatch: pytest.MonkeyPatch, seconds: str, pause: float
) -> None:
    fake = FakeGoogle()
    with serving(fake, monkeypatch) as pauses:
        profile = connected()
        profile.page(HERE, None)
        pauses.clear()
        fake.next = [{"status": 503, "headers": {"Retry-After": seconds}}]
        profile.page(HERE, None)

    assert max(pauses) == pause  # the others keep the pace


def test_a_spent_quota_is_busy(google: FakeGoogle) -> None:
    google.quota = 1
    profile = connected()
    profile.page(HERE, None)
    with pytest.raises(Busy):
        profile.page(HERE, None)


def test_the_budget_counts_requests_for_reviews_only(google: FakeGoogle) -> None:
    profile = connected(budget=2)
    profile.only_account()
    profile.locations(ACCOUNT)
    profile.page(HERE, None)
    profile.page(HERE, None)
    with pytest.raises(RequestBudgetSpent):
        profile.page(HERE, None)


@pytest.mark.parametrize("status", [301, 302, 307])
def test_a_redirect_is_not_followed(google: FakeGoogle, status: int) -> None:
    profile = connected()
    profile.page(HERE, None)
    google.next = [{"status": status, "headers": {"Location": f"{google.url}/v1/accounts"}}]

    with pytest.raises(VendorRefused) as refused:
        profile.page(HERE, None)

    assert refused.value.status == status
    assert requested(google) == [f"/v4/{HERE.name}/reviews"]


@pytest.mark.parametrize("body", ["[]", "null", "{", "<html>", "[" * 100_000, '"\\ud800"'])
def test_what_is_no_json_object_is_retried_and_then_busy(google: FakeGoogle, body: str) -> None:
    profile = connected()
    profile.page(HERE, None)
    google.next = [{"status": 200, "body": body}] * 4
    with pytest.raises(Busy):
        profile.page(HERE, None)


@pytest.mark.parametrize(
    "body", ['{"reviews": 3}', '{"reviews": [1, null, []]}', "{}", '{"reviews": {}, "nextPageToken": 7}']
)
def test_members_of_other_types_are_no_reviews(google: FakeGoogle, body: str) -> None:
    profile = connected()
    profile.page(HERE, None)
    google.next = [{"status": 200, "body": body}]
    assert profile.page(HERE, None) == ([], None)


def test_a_page_has_no_more_reviews_than_google_documents(google: FakeGoogle) -> None:
    profile = connected()
    profile.page(HERE, None)
    google.next = [{"status": 200, "body": json.dumps({"reviews": [{}] * 10_000})}]
    assert len(profile.page(HERE, None).reviews) == client.PAGE_REVIEWS


def test_a_page_beyond_the_largest_response_is_too_large(
    google: FakeGoogle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "MAX_RESPONSE_BYTES", 1000)
    profile = connected()
    profile.page(HERE, None)
    google.write("r1", comment="x" * 2000)
    with pytest.raises(ResponseTooLarge):
        profile.page(HERE, None)


def test_ids_from_settings_are_one_segment_of_the_path(google: FakeGoogle) -> None:
    with pytest.raises(VendorRefused):
        connected().page(GoogleLocation("../../v1/accounts?x=", "1/2#"), None)
    assert requested(google) == ["/v4/accounts/../../v1/accounts?x=/locations/1/2#/reviews"]


@pytest.mark.parametrize(
    ("name", "valid"),
    [
        ("accounts/1/locations/2/reviews/AbFvOqk_-9", True),
        ("accounts/1/locations/2/reviews/..", False),
        ("accounts/1/locations/2/reviews/a?b", False),
        ("accounts/1/locations/2/reviews/a\n", False),
        ("reviews/1", False),
    ],
)
def test_review_names(name: str, valid: bool) -> None:
    assert is_review_name(name) is valid


def test_test_mode_sends_no_request(google: FakeGoogle) -> None:
    name = google.write("r1")
    profile = client.connect("test", CREDENTIALS)
    profile.put_reply(name, "Thank you.")
    profile.delete_reply(name)

    assert profile.only_account() == "test"
    assert profile.locations(ACCOUNT) == ()
    assert profile.page(HERE, None) == ((), None)
    assert profile.has_review(name)
    assert google.requests == []
    assert google.tokens == {}


def test_the_fake_is_used_on_the_local_stack_only(
    google: FakeGoogle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STAGE", "production")
    profile = connected()
    assert isinstance(profile, client.GoogleBusiness)
    assert profile.reviews_api.base == "https://mybusiness.googleapis.com"
    assert profile.tokens.base == "https://oauth2.googleapis.com"
