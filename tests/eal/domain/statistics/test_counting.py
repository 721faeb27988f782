"""Histories of leads in any order, with duplicates and losses: the counters equal a recount."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import batched
from typing import TYPE_CHECKING, Any

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from eal.core import clock, ids
from eal.core.caller import Caller, worker
from eal.core.table.read import get
from eal.core.tenancy import Tenant
from eal.domain.leads import capture, erasure, store
from eal.domain.leads.vocabulary import TRANSITIONS
from eal.domain.leads.wire import LeadCreate, LeadTransition, LeadUpdate
from eal.domain.statistics.model import cohort_of, source_in, start_of, tally_of
from eal.domain.statistics.store import buckets_since, tally_key
from tests.support.aws import aws_in_process
from tests.support.http import load_app
from tests.support.pipeline import sqs_event
from tests.support.time import Clock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eal.domain.leads.vocabulary import Status

SOURCES = ("web_form", "call")
STEPS = st.tuples(
    st.integers(0, 7), st.sampled_from(["move", "move", "source", "erase", "count", "count", "wait"])
)


@pytest.fixture(scope="module")
def one_cloud() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch, aws_in_process(patch):
        yield


@dataclass(slots=True)
class Known:
    """The expected state of a lead."""

    source: str
    created: str
    status: Status = "new"
    reached: set[str] = field(default_factory=lambda: {"new"})
    contacted: bool = False
    erased: bool = False


class History:
    """Changes leads of a new tenant, and tracks the expected counters."""

    def __init__(self, time: Clock) -> None:
        self.organization_id = ids.new("org", clock.now())
        self.time = time
        self.leads: dict[str, Known] = {}
        self.counted: dict[str, Known] = {}

    def by(self) -> Caller:
        return worker("tests", Tenant(self.organization_id, "live"), "tests")

    def step(self, number: int, what: str) -> None:
        alive = [lead_id for lead_id, known in self.leads.items() if not known.erased]
        if what == "wait":
            self.time.advance(hours=7 * (number + 1))
        elif what == "count" and self.leads:
            self.count([list(self.leads)[number % len(self.leads)]])
        elif number >= len(alive):
            self.create(SOURCES[number % 2])
        else:
            self.change(alive[number], what)

    def create(self, source: str) -> None:
        by = self.by()
        body = LeadCreate(email=f"person{len(self.leads)}@example.com", source=source)
        lead, _ = capture.capture(body, "error", by)
        by.transaction.commit()
        self.leads[lead.id] = Known(source, by.at.strftime("%Y-%m-%d"))

    def change(self, lead_id: str, what: str) -> None:
        known, by = self.leads[lead_id], self.by()
        if what == "erase":
            erasure.erase(lead_id, by)
            known.erased = True
        elif what == "source":
            known.source = SOURCES[known.source == SOURCES[0]]
            store.update(lead_id, LeadUpdate(source=known.source), by)
        elif known.status != "won":
            to = TRANSITIONS[known.status][0]
            store.transition(lead_id, LeadTransition(to=to, reason="test"), by)
            known.status, known.contacted = to, known.contacted or to == "contacted"
            known.reached.add(to)
        by.transaction.commit()

    def count(self, lead_ids: list[str]) -> None:
        bodies = [
            json.dumps(
                {
                    "organization_id": self.organization_id,
                    "mode": "live",
                    "request_id": "tests",
                    "data": {"id": lead_id},
                }
            )
            for lead_id in lead_ids
        ]
        response = load_app("workers/count_activity").handler(sqs_event("CountQueue", bodies), None)
        assert response == {"batchItemFailures": []}
        for lead_id in lead_ids:
            known = self.leads[lead_id]
            if not known.erased:
                self.counted[lead_id] = replace(known, reached=set(known.reached))
            elif lead_id in self.counted:
                self.counted[lead_id].erased = True

    def check(self) -> None:
        tally = tally_of(get(tally_key(Tenant(self.organization_id, "live"))))
        present = [known for known in self.counted.values() if not known.erased]
        assert tally.lead_status == Counter(known.status for known in present)
        _, since = start_of("90d", self.time.at)
        buckets = buckets_since("LEAD_STATS", "day", since, self.by())
        for source in SOURCES:
            found = cohort_of([bucket for bucket in buckets if source_in(bucket) == source])
            expected = [known for known in self.counted.values() if known.source == source]
            assert found.total == len(expected)
            assert found.by_status == Counter(known.status for known in expected)
            assert found.reached == Counter(status for known in expected for status in known.reached)
            assert sum(found.first_contact.values()) == sum(known.contacted for known in expected)
        by_day = {
            day: cohort_of([bucket for bucket in buckets if str(bucket["sk"]).startswith(day)]).total
            for day in {str(bucket["sk"]).partition("#")[0] for bucket in buckets}
        }
        days = Counter(known.created for known in self.counted.values())
        assert {day: total for day, total in by_day.items() if total} == days


@settings(max_examples=40)
@given(steps=st.lists(STEPS, max_size=40), data=st.data())
def test_the_counters_equal_a_recount(one_cloud: None, steps: list[tuple[int, str]], data: Any) -> None:
    """Most messages are lost or late. Only the last one of each lead must arrive, in any order, once or more."""
    with pytest.MonkeyPatch.context() as patch:
        time = Clock()
        patch.setattr("eal.core.clock.now", time.now)
        history = History(time)
        for number, what in steps:
            history.step(number, what)
        history.check()

        last = data.draw(st.permutations([*history.leads, *history.leads]))
        for batch in batched(last, data.draw(st.integers(1, 10)), strict=False):
            history.count(list(batch))

        history.check()
        assert {lead_id for lead_id, known in history.leads.items() if not known.erased} <= set(
            history.counted
        )
