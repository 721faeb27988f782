"""Google's reviews are ingested once, follow their changes, and disappear when Google no longer shows them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from eal.core import aws, settings
from eal.core.caller import system
from eal.core.clock import rfc3339
from eal.core.table.item import to_attributes
from eal.domain.reviews.store import REVIEWS
from eal.vendors.google_business import client, polling
from eal.vendors.google_business.client import VENDOR
from tests.support import reviews
from tests.support.callrail import actions
from tests.support.callrail import events as emitted
from tests.support.faults import Killed, overtaken, watched_calls
from tests.support.google import connect, requested, serving
from tests.support.http import call
from tests.support.reconciliation import consume, enqueue, run
from tools.fixtures.google_business import ACCOUNT, LOCATION, FakeGoogle, error

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.tenants import Tenant
    from tests.support.time import Clock
    from tools.fixtures.google_business import ApiResponse, Request

LIST = f"/v4/accounts/{ACCOUNT}/locations/{LOCATION}/reviews"


@pytest.fixture
def google(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGoogle]:
    fake = FakeGoogle(clock=lambda: clock.now().isoformat().replace("+00:00", "Z"))
    with serving(fake, monkeypatch):
        yield fake


@pytest.fixture
def connected(clock: Clock, tenant: Tenant) -> None:
    connect(tenant.admin)


def poll(clock: Clock, **later: float) -> None:
    """The next scheduled run."""
    clock.advance(**(later or {"minutes": 15}))
    assert run(VENDOR)


def shown(tenant: Tenant, key: str | None = None) -> dict[str, dict[str, Any]]:
    """The tenant's reviews by their ids at Google."""
    response = call("GET", "/v1/reviews?limit=100", key=key or tenant.read)
    assert response.status == 200, response.text
    return {review["external_id"].rpartition("/")[2]: review for review in response.json["data"]}


def health(tenant: Tenant) -> dict[str, Any]:
    (listed,) = call("GET", "/v1/integrations", key=tenant.admin).json["data"]
    found: dict[str, Any] = listed["health"]
    assert (
        call("PUT", "/v1/integrations/google_business", key=tenant.admin, json_body={}).json["health"]
        == found
    )
    return found


@pytest.mark.usefixtures("connected")
def test_the_first_poll_ingests_all_reviews_with_what_google_shows(
    clock: Clock, tenant: Tenant, google: FakeGoogle
) -> None:
    name = google.write(
        "r1", starRating="TWO", comment=" Late,\r\nbut dry. ", createTime="2026-04-01T10:00:00.123456789Z"
    )
    google.write(
        "r2",
        reviewer={"displayName": "A Google user", "isAnonymous": True},
        starRating="STAR_RATING_UNSPECIFIED",
    )
    poll(clock)

    found = shown(tenant)
    assert {
        key: found["r1"][key] for key in ("surface", "external_id", "rating", "text", "author", "reviewed_at")
    } == {
        "surface": "google",
        "external_id": name,
        "rating": 2,
        "text": "Late,\nbut dry.",
        "author": "Dana R.",
        "reviewed_at": "2026-04-01T10:00:00.123Z",
    }
    assert (found["r2"]["rating"], found["r2"]["text"], found["r2"]["author"]) == (None, None, None)
    assert len(emitted("review.received", tenant.id)) == 2
    assert actions("review", tenant.id) == ["review.received"] * 2


@pytest.mark.usefixtures("connected")
def test_a_known_review_is_not_ingested_again_and_a_changed_one_is_a_new_version(
    clock: Clock, tenant: Tenant, google: FakeGoogle
) -> None:
    google.write("r1", starRating="ONE", comment="Bad.")
    for _ in range(3):
        poll(clock)
    google.write("r1", starRating="FOUR", comment="They came back.")
    poll(clock)
    poll(clock)

    (review,) = shown(tenant).values()
    detail = reviews.shown(tenant, review["id"])
    assert (detail["version"], detail["rating"], detail["text"]) == (2, 4, "They came back.")
    assert [version["text"] for version in detail["earlier_versions"]] == ["Bad."]
    assert len(emitted("review.received", tenant.id)) == len(emitted("review.updated", tenant.id)) == 1


@pytest.mark.usefixtures("connected")
def test_a_poll_reads_back_to_the_one_before_and_a_full_one_follows_after_a_day(
    clock: Clock, tenant: Tenant, google: FakeGoogle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "PAGE_REVIEWS", 2)
    old = clock.now() - timedelta(days=30)
    for number in range(6):
        google.write(f"old{number}", updateTime=(old + timedelta(minutes=number)).isoformat())
    pages = []
    for later in ({"minutes": 15}, {"minutes": 15}, {"hours": 23}, {"hours": 1}):
        before = requested(google).count(LIST)
        poll(clock, **later)
        pages.append(requested(google).count(LIST) - before)

    assert pages == [3, 1, 1, 3]
    assert len(shown(tenant)) == 6


@pytest.mark.usefixtures("connected")
def test_a_review_that_google_no_longer_shows_is_deleted_by_the_next_full_poll(
    clock: Clock, tenant: Tenant, google: FakeGoogle
) -> None:
    google.write("r1")
    google.write("r2")
    poll(clock)
    google.erase("r1")
    poll(clock)
    assert shown(tenant)["r1"]["status"] == "received"

    poll(clock, days=1)
    poll(clock, days=1)

    assert {name: review["status"] for name, review in shown(tenant).items()} == {
        "r1": "deleted",
        "r2": "received",
    }
    assert actions("review", tenant.id).count("review.deleted_at_source") == 1
    google.write("r1")
    poll(clock)
    assert shown(tenant)["r1"]["status"] == "received"


@pytest.mark.usefixtures("connected")
def test_what_only_a_list_lacks_is_not_deleted(
    clock: Clock, tenant: Tenant, google: FakeGoogle, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = google.write("r1")
    poll(clock)
    monkeypatch.setattr(FakeGoogle, "_list", lambda *_: (200, {}))
    poll(clock, days=1)

    assert shown(tenant)["r1"]["status"] == "received"
    assert requested(google)[-1] == f"/v4/{name}"


@pytest.mark.usefixtures("connected")
def test_reviews_that_others_reported_are_no_concern_of_a_poll(
    clock: Clock, tenant: Tenant, google: FakeGoogle
) -> None:
    google.write("r1")
    other = f"accounts/{ACCOUNT}/locations/{LOCATION}/reviews/../../.."
    for surface, external_id in (("google", "AbFvOq"), ("google", other), ("yelp", "y1")):
        reviews.ingested(tenant, surface=surface, external_id=external_id)
    poll(clock)

    assert {review["status"] for review in shown(tenant).values()} == {"received"}
    assert not any(".." in path for path in requested(google))


@pytest.mark.usefixtures("connected")
def test_replies_that_were_written_at_google_are_shown_and_followed(
    clock: Clock, tenant: Tenant, google: FakeGoogle
) -> None:
    at = "2026-04-02T10:00:00Z"
    google.write("r1", reviewReply={"comment": "Thank you, Dana.", "updateTime": at})
    poll(clock)

    reply = shown(tenant)["r1"]["reply"]
    assert (reply["text"], reply["status"], reply["content_id"]) == ("Thank you, Dana.", "posted", None)
    assert reply["posted_at"] == "2026-04-02T10:00:00.000Z"
    del google.accounts[ACCOUNT][LOCATION]["r1"]["reviewReply"]
    poll(clock, days=1)
    assert shown(tenant)["r1"]["reply"] is None


@pytest.mark.usefixtures("connected")
def test_every_location_of_the_only_account_is_polled(
    clock: Clock, tenant: Tenant, google: FakeGoogle
) -> None:
    for location in ("2001", "2002", "3"):
        google.write(f"r{location}", location=location)
    poll(clock)
    assert set(shown(tenant)) == {"r2001", "r2002", "r3"}


def test_settings_choose_the_account_and_the_location(
    clock: Clock, tenant: Tenant, google: FakeGoogle
) -> None:
    connect(tenant.admin, account_id="accounts/1002", location_id="locations/2")
    google.write("r1")
    google.write("r2", account="1002", location="2")
    google.write("r3", account="1002", location="3")
    poll(clock)

    assert set(shown(tenant)) == {"r2"}
    assert set(requested(google)) == {"/v4/accounts/1002/locations/2/reviews"}


@pytest.mark.usefixtures("connected")
def test_several_accounts_need_the_setting(clock: Clock, tenant: Tenant, google: FakeGoogle) -> None:
    google.write("r1", account="1002")
    poll(clock)

    assert shown(tenant) == {}
    assert health(tenant)["last_failure"]["reason"] == "not_configured"
    connect(tenant.admin, account_id="1002")
    poll(clock)
    assert set(shown(tenant)) == {"r1"}
    assert health(tenant)["status"] == "healthy"


@pytest.mark.usefixtures("connected")
def test_a_location_that_google_refuses_does_not_keep_the_others_from_being_polled(
    clock: Clock, tenant: Tenant, google: FakeGoogle
) -> None:
    google.unverified = {"1"}
    google.write("r1", location="1")
    google.write("r2", location="2")
    poll(clock)
    assert set(shown(tenant)) == {"r2"}
    assert health(tenant)["status"] == "healthy"

    google.unverified = {"1", "2", LOCATION}
    poll(clock)
    assert health(tenant)["last_failure"]["reason"] == "refused"


@pytest.mark.usefixtures("connected")
@pytest.mark.parametrize("requests", [1, 2, 3, 5])
def test_the_next_run_continues_where_the_budget_ended(
    clock: Clock, tenant: Tenant, google: FakeGoogle, monkeypatch: pytest.MonkeyPatch, requests: int
) -> None:
    monkeypatch.setattr(client, "PAGE_REVIEWS", 2)
    monkeypatch.setattr(polling, "MAX_REQUESTS_PER_RUN", requests)
    for location in ("1", "2"):
        for number in range(5):
            google.write(f"r{location}-{number}", location=location)
    seen = []
    for _ in range(10):
        poll(clock)
        seen.append(len(shown(tenant)))

    assert seen[0] <= 2 * requests
    assert seen[-1] == 10
    assert len(emitted("review.received", tenant.id)) == 10


@pytest.mark.usefixtures("connected")
def test_a_page_token_that_google_does_not_accept_any_more_begins_the_list_again(
    clock: Clock, tenant: Tenant, google: FakeGoogle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "PAGE_REVIEWS", 1)
    monkeypatch.setattr(polling, "MAX_REQUESTS_PER_RUN", 2)
    for number in range(4):
        google.write(f"r{number}")
    poll(clock)
    assert len(shown(tenant)) == 2
    answered = FakeGoogle.respond

    def forgetful(self: FakeGoogle, request: Request) -> ApiResponse:
        return error(400, "Invalid.") if "pageToken" in request.query else answered(self, request)

    with monkeypatch.context() as patch:
        patch.setattr(FakeGoogle, "respond", forgetful)
        poll(clock)
    for _ in range(2):
        poll(clock)

    assert set(shown(tenant)) == {"r0", "r1", "r2", "r3"}


@pytest.mark.usefixtures("connected")
def test_a_run_ends_in_time_even_if_google_is_slow(
    clock: Clock, tenant: Tenant, google: FakeGoogle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "PAGE_REVIEWS", 1)
    for number in range(6):
        google.write(f"r{number}")
    answered = FakeGoogle.respond

    def slowly(self: FakeGoogle, request: Request) -> ApiResponse:
        clock.advance(seconds=50)
        return answered(self, request)

    monkeypatch.setattr(FakeGoogle, "respond", slowly)
    poll(clock)
    assert len(shown(tenant)) < 6
    for _ in range(6):
        poll(clock)
    assert len(shown(tenant)) == 6


@pytest.mark.parametrize(
    ("troubles", "reason"),
    [
        ([{"status": 429, "headers": {"Retry-After": "1500"}}], "throttled"),
        ([{"status": 503}] * 4, "unavailable"),
        ([{"hang_up": True}] * 4, "unavailable"),
        ([{"status": 302, "headers": {"Location": "/token"}}], "refused"),
    ],
)
@pytest.mark.usefixtures("connected")
def test_a_fault_of_google_is_shown_and_ends_by_itself(
    clock: Clock, tenant: Tenant, google: FakeGoogle, troubles: list[dict[str, object]], reason: str
) -> None:
    google.write("r1")
    google.next = list(troubles)
    poll(clock)

    assert shown(tenant) == {}
    found = health(tenant)
    assert (found["status"], found["last_failure"]["reason"]) == ("failing", reason)
    poll(clock, hours=1)
    assert health(tenant) == {
        "status": "healthy",
        "last_event_at": rfc3339(clock.now()),
        "last_failure": None,
    }
    assert set(shown(tenant)) == {"r1"}


@pytest.mark.usefixtures("connected")
def test_the_seconds_that_google_requests_are_waited(
    clock: Clock, tenant: Tenant, google: FakeGoogle
) -> None:
    google.next = [{"status": 429, "headers": {"Retry-After": "3000"}}]
    poll(clock)
    before = len(google.requests)
    poll(clock, minutes=49)
    assert len(google.requests) == before
    poll(clock, minutes=1)
    assert len(google.requests) > before


@pytest.mark.usefixtures("connected")
def test_a_revoked_refresh_token_is_shown_until_there_is_a_new_one(
    clock: Clock, tenant: Tenant, google: FakeGoogle
) -> None:
    google.write("r1")
    google.revoked = True
    poll(clock)
    assert health(tenant)["last_failure"]["reason"] == "unauthorized"
    google.revoked = False
    poll(clock, hours=1)
    assert health(tenant)["status"] == "healthy"


@pytest.mark.parametrize("missing", ["client_id", "client_secret"])
def test_incomplete_credentials_send_no_request(
    clock: Clock, tenant: Tenant, google: FakeGoogle, missing: str
) -> None:
    connect(tenant.admin)
    part = "settings" if missing == "client_id" else "secrets"
    body = {part: {missing: None}}
    assert call("PUT", "/v1/integrations/google_business", key=tenant.admin, json_body=body).status == 200
    poll(clock)

    assert health(tenant)["last_failure"]["reason"] == "not_configured"
    assert google.tokens == {}


def test_without_a_refresh_token_nothing_is_enqueued(tenant: Tenant, google: FakeGoogle) -> None:
    body = {"settings": {"client_id": "x"}}
    assert call("PUT", "/v1/integrations/google_business", key=tenant.admin, json_body=body).status == 200
    assert enqueue(VENDOR) == []
    assert health(tenant)["status"] == "waiting"


def test_a_throttled_tenant_does_not_delay_another(
    clock: Clock, tenant: Tenant, stranger: Tenant, google: FakeGoogle
) -> None:
    connect(tenant.admin)
    connect(stranger.admin)
    google.write("r1")
    clock.advance(minutes=15)
    first, second = enqueue(VENDOR)
    google.next = [{"status": 429, "headers": {"Retry-After": "900"}}]
    assert consume(VENDOR, first)
    assert consume(VENDOR, second)

    assert sorted([len(shown(tenant)), len(shown(stranger))]) == [0, 1]


def test_two_tenants_of_one_profile_have_a_review_each(
    clock: Clock, tenant: Tenant, stranger: Tenant, google: FakeGoogle
) -> None:
    connect(tenant.admin)
    connect(stranger.admin)
    google.write("r1")
    poll(clock)
    assert shown(tenant)["r1"]["id"] != shown(stranger)["r1"]["id"]


def test_test_mode_sends_no_request(clock: Clock, tenant: Tenant, google: FakeGoogle) -> None:
    connect(tenant.test_admin)
    google.write("r1")
    poll(clock)

    assert (google.requests, google.tokens) == ([], {})
    assert shown(tenant, tenant.test_admin) == {}


@pytest.mark.usefixtures("connected")
@pytest.mark.parametrize(
    "review",
    [
        {"reviewId": "../../../v1/accounts"},
        {"reviewId": ""},
        {"reviewId": 7},
        {"createTime": "yesterday"},
        {"createTime": None},
        {"updateTime": "9999-12-31T23:59:59Z"},
    ],
)
def test_a_review_without_an_id_or_times_is_skipped_and_counted(
    clock: Clock,
    tenant: Tenant,
    google: FakeGoogle,
    capsys: pytest.CaptureFixture[str],
    review: dict[str, object],
) -> None:
    google.write("r1")
    google.write("r2")
    google.accounts[ACCOUNT][LOCATION]["r1"] |= review
    poll(clock)

    assert set(shown(tenant)) == {"r2"}
    assert '"reviews_unreadable":[1.0]' in capsys.readouterr().out


@pytest.mark.usefixtures("connected")
@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"starRating": "SIX"}, (None, None, "Dana R.")),
        ({"starRating": 5}, (None, None, "Dana R.")),
        ({"comment": "a\ud800\x00b" + "x" * 6000}, (5, "ab" + "x" * 4997, "Dana R.")),
        ({"reviewer": "Dana"}, (5, None, None)),
        ({"reviewer": {"displayName": "Dana\r\nBcc: x"}}, (5, None, "Dana Bcc: x")),
        ({"reviewReply": "thanks", "comment": ["x"]}, (5, None, "Dana R.")),
    ],
)
def test_unknown_values_are_left_out(
    clock: Clock,
    tenant: Tenant,
    google: FakeGoogle,
    members: dict[str, object],
    expected: tuple[int | None, str | None, str | None],
) -> None:
    google.write("r1")
    google.accounts[ACCOUNT][LOCATION]["r1"] |= members
    poll(clock)
    poll(clock)

    review = shown(tenant)["r1"]
    assert (review["rating"], review["text"] and review["text"][:4999], review["author"]) == expected
    assert review["version"] == 1


@pytest.mark.usefixtures("connected")
def test_an_erased_review_is_not_ingested_again(clock: Clock, tenant: Tenant, google: FakeGoogle) -> None:
    google.write("r1")
    google.write("r2")
    poll(clock)
    by = system("tests", tenant.id, "tests")
    aws.dynamodb().delete_item(
        TableName=settings.state_table(),
        Key=to_attributes(REVIEWS.key(by.tenant, shown(tenant)["r1"]["id"])._asdict()),
    )
    google.write("r1", comment="I write again.")
    poll(clock, days=1)

    assert set(shown(tenant)) == {"r2"}


@pytest.mark.usefixtures("connected")
def test_the_run_after_a_killed_one_ingests_each_review_once(
    clock: Clock, tenant: Tenant, google: FakeGoogle, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(2):
        google.write(f"r{number}", reviewReply={"comment": "Thanks.", "updateTime": "2026-04-02T10:00:00Z"})
    (message,) = enqueue(VENDOR)
    kills = 0
    for number in range(1, 60):
        with watched_calls(monkeypatch) as calls:
            calls.kill_after = number
            try:
                consume(VENDOR, message)
            except Killed:
                kills += 1
                clock.advance(minutes=30)  # the visibility timeout, by which the claim has ended
                continue
            break

    assert kills > 5
    assert {name: review["reply"]["text"] for name, review in shown(tenant).items()} == {
        "r0": "Thanks.",
        "r1": "Thanks.",
    }
    assert len(emitted("review.received", tenant.id)) == 2
    assert actions("review", tenant.id).count("review.received") == 2


@pytest.mark.usefixtures("connected")
def test_a_message_that_arrives_twice_polls_once(clock: Clock, tenant: Tenant, google: FakeGoogle) -> None:
    google.write("r1")
    (message,) = enqueue(VENDOR)
    assert consume(VENDOR, message)
    before = len(google.requests)
    assert consume(VENDOR, message)
    assert len(google.requests) == before


@pytest.mark.usefixtures("connected")
def test_a_review_that_is_reported_meanwhile_is_one_review(
    clock: Clock, tenant: Tenant, google: FakeGoogle, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = google.write("r1", comment="Good.")
    (message,) = enqueue(VENDOR)
    with overtaken(monkeypatch, lambda: reviews.ingested(tenant, external_id=name, text="Good.", rating=5)):
        assert consume(VENDOR, message)

    (review,) = shown(tenant).values()
    assert (review["text"], review["author"]) == ("Good.", "Dana R.")
    assert len(emitted("review.received", tenant.id)) == 1
