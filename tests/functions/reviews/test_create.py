"""POST /v1/reviews."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.callrail import actions, events, stored
from tests.support.claims import audit_records
from tests.support.faults import Killed, watched_calls
from tests.support.http import call
from tests.support.reviews import PATH, REVIEW, ingested, post, shown

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def test_a_new_review_is_shown_and_announced_once(tenant: Tenant) -> None:
    response = post(tenant)

    review = response.json
    assert (response.status, response.headers["ETag"]) == (201, '"1"')
    assert {name: review[name] for name in REVIEW} == REVIEW
    assert (review["status"], review["version"], review["reply"]) == ("received", 1, None)
    assert events("review.received", tenant.id) == [review]
    assert actions("review", tenant.id) == ["review.received"]
    assert shown(tenant, review["id"]) == {**review, "earlier_versions": [], "responses": []}


def test_the_same_review_again_changes_nothing(tenant: Tenant) -> None:
    first = ingested(tenant)

    again = post(tenant)

    assert (again.status, again.json) == (200, first)
    assert actions("review", tenant.id) == ["review.received"]
    assert events("review.updated", tenant.id) == []


def test_a_changed_review_is_a_new_version_and_not_a_second_review(tenant: Tenant) -> None:
    first = ingested(tenant)

    changed = ingested(tenant, rating=5, text="They came back and made it good.")

    assert (changed["id"], changed["version"]) == (first["id"], 2)
    (earlier,) = shown(tenant, first["id"])["earlier_versions"]
    assert (earlier["version"], earlier["rating"], earlier["text"]) == (1, 2, REVIEW["text"])
    assert events("review.updated", tenant.id) == [changed]
    assert len(events("review.received", tenant.id)) == 1
    assert len(stored("REVIEW", tenant.id)) == 1


def test_an_author_who_takes_the_text_back_leaves_the_stars(tenant: Tenant) -> None:
    review = ingested(tenant)

    assert ingested(tenant, text=None)["text"] is None
    assert shown(tenant, review["id"])["earlier_versions"][0]["text"] == REVIEW["text"]


def test_a_new_name_alone_is_no_earlier_version(tenant: Tenant) -> None:
    review = ingested(tenant)

    assert ingested(tenant, author="Dana")["version"] == 2
    assert shown(tenant, review["id"])["earlier_versions"] == []


def test_an_outdated_report_does_not_undo_a_later_change(tenant: Tenant) -> None:
    ingested(tenant, rating=1, edited_at="2026-04-25T10:00:00Z")
    changed = ingested(tenant, rating=4, edited_at="2026-04-26T10:00:00Z")

    late = post(tenant, rating=1, edited_at="2026-04-25T10:00:00Z")

    assert (late.status, late.json) == (200, changed)


def test_the_same_id_at_another_surface_is_another_review(tenant: Tenant) -> None:
    assert ingested(tenant)["id"] != ingested(tenant, surface="facebook", rating=None)["id"]


def test_modes_and_tenants_do_not_share_reviews(tenant: Tenant, stranger: Tenant) -> None:
    ids = {ingested(tenant)["id"], ingested(tenant, tenant.test_admin)["id"], ingested(stranger)["id"]}

    assert len(ids) == 3
    assert len(stored("REVIEW_CLAIM", tenant.id)) == 1


def test_parallel_reports_of_a_review_make_one(tenant: Tenant) -> None:
    with ThreadPoolExecutor(8) as threads:
        responses = list(threads.map(lambda _: post(tenant), range(8)))

    assert {response.status for response in responses} <= {200, 201}
    assert [response.status for response in responses].count(201) == 1
    assert len({response.json["id"] for response in responses}) == 1
    assert len(events("review.received", tenant.id)) == 1
    (total,) = stored("REVIEW_STATS", tenant.id)
    assert (total["reviews"], total["rated"]) == (1, 1)


@pytest.mark.parametrize("rating", [2, 5])
def test_a_report_that_is_killed_anywhere_is_completed_by_the_next(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, rating: int
) -> None:
    """A new review, and a changed one."""
    ingested(tenant, external_id="other")
    if rating != REVIEW["rating"]:
        ingested(tenant)
    done = False
    for kill_after in range(1, 20):
        with watched_calls(monkeypatch) as calls:
            calls.kill_after = kill_after
            with suppress(Killed):
                done = post(tenant, rating=rating).status in (200, 201)
        if done:
            break

    assert done
    assert len(stored("REVIEW", tenant.id)) == 2
    assert len(events("review.received", tenant.id)) == 2
    assert len(events("review.updated", tenant.id)) == (rating != REVIEW["rating"])
    (total,) = stored("REVIEW_STATS", tenant.id)
    assert (total["reviews"], total["stars"]) == (2, REVIEW["rating"] + rating)


def test_a_review_names_an_existing_lead_and_keeps_it(tenant: Tenant, stranger: Tenant) -> None:
    lead_id = call("POST", "/v1/leads", key=tenant.write, json_body={"email": "dana@example.com"}).json["id"]
    foreign = call("POST", "/v1/leads", key=stranger.write, json_body={"email": "a@example.com"}).json["id"]

    for wrong in (foreign, "lead_1", lead_id[:-1] + ("0" if lead_id[-1] != "0" else "1")):
        refused = post(tenant, lead_id=wrong)
        assert (refused.status, refused.error) == (422, "validation_error")
        assert refused.json["error"]["details"]["fields"][0]["pointer"] == "/lead_id"
    assert stored("REVIEW", tenant.id) == []

    assert ingested(tenant, lead_id=lead_id)["lead_id"] == lead_id
    assert ingested(tenant, rating=3)["lead_id"] == lead_id
    assert len(call("GET", f"{PATH}?lead_id={lead_id}", key=tenant.read).json["data"]) == 1


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"surface": "angi"}, "/surface"),
        ({"external_id": ""}, "/external_id"),
        ({"external_id": "a\nb"}, "/external_id"),
        ({"rating": 0}, "/rating"),
        ({"rating": 6}, "/rating"),
        ({"rating": 4.5}, "/rating"),
        ({"rating": True}, "/rating"),
        ({"text": "x" * 5001}, "/text"),
        ({"text": "a\x00b"}, "/text"),
        ({"author": "a\rb"}, "/author"),
        ({"reviewed_at": "2999-01-01T00:00:00Z"}, "/reviewed_at"),
        ({"reviewed_at": None}, "/reviewed_at"),
        ({"status": "deleted"}, "/status"),
        ({"reply": {"text": "Thanks"}}, "/reply"),
    ],
)
def test_what_no_surface_can_show_is_refused(tenant: Tenant, fields: dict[str, Any], pointer: str) -> None:
    response = post(tenant, **fields)

    assert (response.status, response.error) == (422, "validation_error"), response.text
    assert response.json["error"]["details"]["fields"][0]["pointer"] == pointer
    assert stored("REVIEW", tenant.id) == []


def test_the_audit_log_has_no_words_of_the_customer(tenant: Tenant) -> None:
    ingested(tenant)
    ingested(tenant, text="Changed, and still late.")

    records = [*audit_records(tenant, "review.received"), *audit_records(tenant, "review.updated")]
    assert len(records) == 2
    shown_values = str(records)
    for word in ("Dana", "late", "AbFvOqm"):
        assert word not in shown_values
    assert "hmac-sha256:" in shown_values
