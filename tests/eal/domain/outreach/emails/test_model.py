"""An e-mail's status follows from what happened to it, in whatever order that became known."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eal.domain.outreach.deliverability.model import Metric, metrics_of
from eal.domain.outreach.emails.model import (
    MAX_OCCURRENCES_OF_A_TYPE,
    Email,
    EmailStatus,
    Occurrence,
    OccurrenceType,
    with_occurrence,
)

if TYPE_CHECKING:
    from random import Random

AT = datetime(2026, 4, 24, 17, 42, 11, tzinfo=UTC)
QUEUED = Email(
    id="email_01kq09bekje6vbq5xe2b60xtww",
    created_at=AT,
    updated_at=AT,
    version=1,
    salt="00" * 16,
    to="dana@example.com",
    from_name="Kim Lee",
    from_email="kim@acme.example",
    subject="Your roof",
    idempotency_key="draft_01kq09bekje6vbq5xe2b60xtww",
    send_at=AT,
    sent_at=AT,
    occurrences=(Occurrence(type="queued", at=AT),),
)
TYPES: list[OccurrenceType] = [
    "sent", "delayed", "delivered", "opened", "clicked", "replied", "bounced", "complained", "failed", "suppressed",
]  # fmt: skip


def occurrence(kind: OccurrenceType, minutes: int = 1, detail: str | None = None) -> Occurrence:
    return Occurrence(type=kind, at=AT + timedelta(minutes=minutes), detail=detail)


def after(*occurrences: Occurrence) -> Email:
    email = QUEUED
    for occurrence in occurrences:
        email = with_occurrence(email, occurrence)
    return email


occurrences = st.builds(
    occurrence,
    st.sampled_from(TYPES),
    st.integers(min_value=0, max_value=30),
    st.sampled_from([None, "Permanent", "Transient", "quota"]),
)


@given(st.lists(occurrences, max_size=40), st.randoms())
def test_any_order_and_any_repetition_make_the_same_email(happened: list[Occurrence], random: Random) -> None:
    shuffled = [*happened, *happened[: len(happened) // 2]]
    random.shuffle(shuffled)

    assert after(*shuffled) == after(*happened)


@given(st.lists(occurrences, max_size=60))
def test_the_occurrences_are_in_the_order_of_their_times_and_bounded(happened: list[Occurrence]) -> None:
    kept = after(*happened).occurrences

    assert [occurrence.at for occurrence in kept] == sorted(occurrence.at for occurrence in kept)
    for kind in {(occurrence.type, occurrence.is_hard_bounce) for occurrence in kept}:
        of_a_kind = [
            occurrence for occurrence in kept if (occurrence.type, occurrence.is_hard_bounce) == kind
        ]
        assert len(of_a_kind) <= MAX_OCCURRENCES_OF_A_TYPE


@given(st.lists(occurrences, max_size=30))
def test_an_occurrence_takes_no_metric_away(happened: list[Occurrence]) -> None:
    metrics: frozenset[Metric] = frozenset()
    email = QUEUED
    for occurrence in happened:
        email = with_occurrence(email, occurrence)
        assert metrics <= metrics_of(email)
        metrics = metrics_of(email)


@pytest.mark.parametrize(
    ("happened", "status"),
    [
        ([], "queued"),
        (["delivered"], "queued"),
        (["bounced"], "queued"),
        (["sent"], "sent"),
        (["sent", "delayed"], "delayed"),
        (["sent", "delayed", "delivered"], "delivered"),
        (["sent", "opened"], "delivered"),
        (["sent", "clicked"], "delivered"),
        (["sent", "replied"], "delivered"),
        (["sent", "bounced"], "bounced"),
        (["sent", "bounced", "delivered"], "delivered"),
        (["sent", "delivered", "complained"], "complained"),
        (["sent", "delivered", "failed"], "delivered"),
        (["sent", "failed"], "failed"),
        (["failed"], "failed"),
        (["suppressed"], "suppressed"),
    ],
)
def test_the_status_is_the_strongest_of_what_happened(
    happened: list[OccurrenceType], status: EmailStatus
) -> None:
    assert after(*map(occurrence, happened)).status == status


@pytest.mark.parametrize("kind", ["failed", "suppressed", "bounced", "delivered"])
def test_an_event_before_the_sending_is_recorded_leaves_an_email_in_the_queue(kind: OccurrenceType) -> None:
    known = replace(QUEUED, sent_at=None, vendor="resend", vendor_email_id="e1")
    early = with_occurrence(known, occurrence(kind))

    assert early.status == "queued"
    assert with_occurrence(early, occurrence("sent")).status == kind


def test_an_email_that_was_given_up_and_is_reported_after_all_is_in_the_queue_again() -> None:
    given_up = with_occurrence(replace(QUEUED, sent_at=None), occurrence("failed", detail="unknown"))
    assert given_up.status == "failed"
    known = replace(given_up, vendor="resend", vendor_email_id="e1")

    assert with_occurrence(known, occurrence("delivered")).status == "queued"


def test_a_permanent_bounce_outweighs_a_delivery() -> None:
    email = after(occurrence("sent"), occurrence("delivered"), occurrence("bounced", detail="Permanent"))

    assert email.status == "bounced"
    assert metrics_of(email) == {"sent", "delivered", "hard_bounced"}


def test_the_reason_is_that_of_the_status() -> None:
    failed = after(occurrence("sent"), occurrence("failed", detail="reached_daily_quota"))

    assert failed.reason == "reached_daily_quota"
    assert with_occurrence(failed, occurrence("delivered")).reason is None


def test_what_was_never_sent_has_no_metrics() -> None:
    email = replace(QUEUED, sent_at=None)

    assert metrics_of(with_occurrence(email, occurrence("suppressed"))) == frozenset()
