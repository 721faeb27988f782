"""Contributions, counters and windows."""

from __future__ import annotations

from collections import Counter as Sum
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, get_args

import hypothesis.strategies as st
import pytest
from hypothesis import given

from eal.domain.leads.model import Lead
from eal.domain.statistics import model
from eal.domain.statistics.model import NOW, Contribution, Counter, Window, cohort_of, difference, tally_of
from tests.support.time import START

if TYPE_CHECKING:
    from eal.core.table.item import Item

WINDOWS: tuple[Window, ...] = get_args(Window.__value__)
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))
CONTRIBUTIONS = st.dictionaries(
    st.sampled_from([NOW, Counter("LEAD_STATS#day", "2026-11-25#api"), Counter("LEAD_STATS#day", "2026-11-25#x")]),
    st.dictionaries(st.sampled_from(["created", "reached#new", "status#new"]), st.integers(1, 3), min_size=1),
)  # fmt: skip


def _lead(**fields: object) -> Lead:
    known: dict[str, object] = {
        "id": "lead_x",
        "status": "new",
        "source": "web_form",
        "version": 1,
        "salt": "00",
    }
    times = {"created_at": START, "updated_at": START}
    return Lead(**{**known, **times, **fields})  # type: ignore[arg-type]


def test_a_lead_counts_in_the_tally_and_in_the_hour_and_the_day_of_its_creation() -> None:
    lead = _lead(status="contacted", reached=("new", "contacted"), contacted_at=START + timedelta(seconds=90))

    found = model.of_lead(lead)

    assert found[NOW] == {"lead_status#contacted": 1}
    hour = found[Counter("LEAD_STATS#hour", "2026-04-24T17#web_form")]
    assert hour == found[Counter("LEAD_STATS#day", "2026-04-24#web_form")]
    assert {name for name in hour if "first_contact" not in name} == {
        "created", "status#contacted", "reached#new", "reached#contacted",
    }  # fmt: skip
    assert cohort_of([hour]).first_contact.keys() == {571}
    assert len(found) == 3


@given(CONTRIBUTIONS, CONTRIBUTIONS)
def test_the_difference_turns_one_contribution_into_the_other(
    before: Contribution, after: Contribution
) -> None:
    counters: dict[tuple[Counter, str], int] = Sum()
    for contribution in (before, difference(before, after)):
        for counter, amounts in contribution.items():
            for name, amount in amounts.items():
                counters[counter, name] += amount

    flat = {(counter, name): n for counter, amounts in after.items() for name, n in amounts.items()}
    assert {counter: count for counter, count in counters.items() if count} == flat
    assert difference(after, after) == {}


@pytest.mark.parametrize("window", WINDOWS)
@given(until=MOMENTS)
def test_a_window_is_complete_and_its_first_bucket_has_not_expired(window: Window, until: datetime) -> None:
    unit, since = model.start_of(window, until)

    span = timedelta(**({"hours": 24} if window == "24h" else {"days": int(window[:-1])}))
    bucket = timedelta(**{f"{unit}s": 1})
    assert span <= until - since < span + bucket
    end = model.expires_at(Counter(f"LEAD_STATS#{unit}", f"{model.bucket_name(unit, since)}#api"))
    assert end is not None
    assert end > until + timedelta(hours=1)
    assert (since.minute, since.second, since.microsecond) == (0, 0, 0)


@given(MOMENTS, st.sampled_from(WINDOWS))
def test_leads_created_in_a_window_are_in_its_buckets(created: datetime, window: Window) -> None:
    (bucket,) = (
        counter.sk
        for counter in model.of_lead(_lead(created_at=created))
        if counter.kind == f"LEAD_STATS#{model.start_of(window, created)[0]}"
    )

    unit, since = model.start_of(window, created)
    assert model.bucket_name(unit, since) <= bucket
    later_unit, later = model.start_of(window, created + timedelta(days=92))
    assert bucket.partition("#")[0] < model.bucket_name(later_unit, later)


def test_the_tally_does_not_expire() -> None:
    assert model.expires_at(NOW) is None


def test_the_tally_leaves_out_zeros() -> None:
    item: Item = {
        "pk": "org_x#live#TALLY", "sk": "now", "kind": "TALLY",
        "lead_status#new": 2, "lead_status#won": 0, "lead_status#lost": -1,
        "call_intent#water": 3, "call_qualified#undetermined": 1,
    }  # fmt: skip

    found = tally_of(item)

    assert (found.lead_status, found.call_intent) == ({"new": 2}, {"water": 3})
    assert found.call_qualified == {"undetermined": 1}
    assert tally_of(None).lead_status == {}


def test_an_erased_resource_leaves_only_the_tally() -> None:
    counted = model.of_lead(_lead())

    assert model.of_erased(counted) == {
        counter: amounts for counter, amounts in counted.items() if counter != NOW
    }
