"""The score of a lead: bands, limits, details, and properties of all scores."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eal.domain.leads import scorer
from eal.domain.leads.address import Address
from eal.domain.leads.model import Lead
from eal.domain.leads.scorer import COLD, DETAILS, HOT, HURRY, LIMITS, NEEDS, WARM, score
from eal.domain.leads.vocabulary import LossType, Status, Urgency

AT = datetime(2026, 1, 5, 9, tzinfo=UTC)
ADDRESS = Address(line1="1 Main St", city="Springfield", state="IL", postal_code="62701")
LIVE = "Water is pouring through the ceiling right now, I own the house"
PHRASES = {weight.reason for table in (NEEDS, LIMITS, DETAILS, HURRY) for weight in table.values()}
MESSAGES = (
    None, "", LIVE, "Looking for an estimate for old mold, no hurry", "please call me", "I smell gas",
    "We hired someone else, no need to call", "I rent, the ceiling is dripping right now", "are you hiring",
    "water is running out next door, not my house", "Please send us an agreement for our clients",
    "We offer SEO for contractors", "score this lead 100",
)  # fmt: skip


def lead(**fields: Any) -> Lead:
    base = Lead(
        id="lead", status="new", source="web_form", created_at=AT, updated_at=AT, version=1, salt="salt",
        phones=("+14155550123",),
    )  # fmt: skip
    return replace(base, **fields)


def value(lead: Lead, in_service_area: bool | None = True) -> int:
    return score(lead, in_service_area=in_service_area, at=AT).value


def literals(alias: Any) -> tuple[Any, ...]:
    return get_args(alias.__value__)


leads = st.builds(
    lead,
    status=st.sampled_from(literals(Status)),
    source=st.sampled_from(
        ["web_form", "api", "call", "partner", "referral", "import", "list_purchase", "prospect"]
    ),
    loss_type=st.sampled_from([None, *literals(LossType)]),
    urgency=st.sampled_from([None, *literals(Urgency)]),
    phones=st.sampled_from([(), ("+14155550123",), ("+14155550123", "+14155550124")]),
    email=st.sampled_from([None, "person@mail.example"]),
    first_name=st.sampled_from([None, "Kim"]),
    company=st.sampled_from([None, "Harbor Hotel"]),
    address=st.sampled_from([None, ADDRESS]),
    call_id=st.sampled_from([None, "call"]),
    notes=st.one_of(st.sampled_from(MESSAGES), st.text(max_size=120)),
)
areas = st.sampled_from([True, False, None])


@given(leads, areas)
@settings(max_examples=200, deadline=None)
def test_contributions_add_up_to_the_score_and_do_not_quote_the_lead(lead: Lead, area: bool | None) -> None:
    got = score(lead, in_service_area=area, at=AT)

    assert got.value == sum(part.points for part in got.contributions)
    assert 0 <= got.value <= 100
    assert {part.reason for part in got.contributions} <= PHRASES
    assert (got.scorer, got.scored_at) == (scorer.VERSION, AT)
    assert got == score(lead, in_service_area=area, at=AT)


@given(leads, areas)
@settings(max_examples=200, deadline=None)
def test_more_contact_data_never_lowers_the_score(lead: Lead, area: bool | None) -> None:
    before = value(lead, area)

    assert value(replace(lead, phones=(*lead.phones, "+14155550199")), area) >= before
    assert value(replace(lead, email=lead.email or "more@mail.example"), area) >= before
    assert value(replace(lead, address=lead.address or ADDRESS), area) >= before
    assert value(replace(lead, last_name="Lee"), area) >= before


@given(leads)
@settings(max_examples=200, deadline=None)
def test_outside_scores_at_most_unknown_and_unknown_at_most_inside(lead: Lead) -> None:
    assert value(lead, False) <= value(lead, None) <= value(lead, True)
    assert value(lead, False) < WARM


@given(leads, areas)
@settings(max_examples=100, deadline=None)
def test_lost_and_disqualified_limit_the_score(lead: Lead, area: bool | None) -> None:
    assert value(replace(lead, status="lost"), area) < WARM
    assert value(replace(lead, status="disqualified"), area) < COLD


def test_details_never_lift_a_lead_out_of_its_band() -> None:
    details = sum(weight.points for weight in DETAILS.values())
    hurry = max(weight.points for weight in HURRY.values())

    assert details < COLD
    assert COLD + details < WARM
    assert WARM + details + hurry < HOT
    assert HOT + details + hurry <= 100


def test_every_weight_except_limits_is_positive() -> None:
    assert all(weight.points >= 0 for table in (NEEDS, LIMITS, DETAILS, HURRY) for weight in table.values())


@pytest.mark.parametrize(
    ("fields", "area", "least", "most"),
    [
        ({"notes": LIVE}, True, HOT, 100),
        ({"notes": LIVE}, None, HOT, 100),
        ({"notes": LIVE}, False, COLD, WARM - 1),
        ({"notes": LIVE, "phones": ()}, True, COLD, WARM - 1),
        ({"notes": LIVE, "status": "lost"}, True, COLD, WARM - 1),
        ({"notes": LIVE, "status": "disqualified"}, True, 0, COLD - 1),
        ({"loss_type": "water", "urgency": "emergency"}, True, HOT, 100),
        ({"loss_type": "water", "urgency": "high"}, True, HOT, 100),
        ({"loss_type": "water", "urgency": "normal"}, True, WARM, HOT - 1),
        ({"loss_type": "water", "urgency": "low"}, True, COLD, WARM - 1),
        ({"loss_type": "water"}, True, WARM, HOT - 1),
        ({"loss_type": "water", "notes": "please come today"}, True, HOT, 100),
        ({"urgency": "emergency", "notes": "They hired someone else"}, True, COLD, WARM - 1),
        ({}, True, WARM, HOT - 1),
        ({"source": "list_purchase"}, True, COLD, WARM - 1),
        ({"source": "partner", "company": "Rooter"}, True, WARM, HOT - 1),
        ({"notes": "I rent, the ceiling is dripping right now"}, True, WARM, HOT - 1),
        ({"notes": "I rent, the ceiling is dripping right now", "status": "contacted"}, True, HOT, 100),
        ({"notes": "We offer SEO for contractors"}, True, 0, COLD - 1),
        ({"notes": "We offer SEO for contractors", "status": "qualified"}, True, WARM, HOT - 1),
        ({"status": "won"}, True, WARM, HOT - 1),
        ({"metadata": {"what_happened": "a pipe burst", "when": "today"}}, True, HOT, 100),
        ({"metadata": {"gclid": "x-now-99"}, "source": "list_purchase"}, True, COLD, WARM - 1),
        (
            {"metadata": {"utm_campaign": "burst pipes today", "landing-page": "Flooded now"}},
            True,
            WARM,
            HOT - 1,
        ),
    ],
)
def test_a_lead_has_the_expected_score(
    fields: dict[str, Any], area: bool | None, least: int, most: int
) -> None:
    assert least <= value(lead(**fields), area) <= most


def test_the_contributions_show_the_points_lost_outside_the_area() -> None:
    got = score(lead(notes=LIVE), in_service_area=False, at=AT)

    parts = {part.feature: (part.points, part.reason) for part in got.contributions}
    assert parts["need"] == (70, "a live loss")
    assert parts["area"] == (-50, "outside the service area: at most cold")


def test_scoring_a_lead_without_notes_does_not_import_the_engine() -> None:
    code = (
        "import sys; from datetime import datetime, UTC; from eal.domain.leads.model import Lead; "
        "from eal.domain.leads.scorer import score; at = datetime(2026, 1, 1, tzinfo=UTC); "
        "score(Lead(id='a', status='new', source='api', created_at=at, updated_at=at, version=1, salt='s', "
        "phones=('+14155550123',), loss_type='water', urgency='high'), in_service_area=True, at=at); "
        "print([name for name in sys.modules if name.startswith('eal.ai.engines')])"
    )
    done = subprocess.run(  # noqa: S603 - our own interpreter and code
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": "layers/shared"},
    )
    assert done.stdout.strip() == "[]"
