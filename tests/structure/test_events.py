"""The catalogue of events, against the contract and the code."""

import json

from eal.core import clock
from eal.core.events.catalogue import CATALOGUE, Event
from eal.domain.events.wire import EventView
from tests.structure.checks import catalogue
from tests.structure.project import HERE, report


def test_the_catalogue_is_what_is_promised_and_emitted() -> None:
    report(catalogue.faults(HERE))
    assert catalogue.catalogue(HERE) == CATALOGUE


def test_the_documented_envelope_is_the_one_that_is_sent() -> None:
    event = Event(
        id="evt_1",
        type="lead.created",
        created_at=clock.now(),
        tenant_id="org_1",
        mode="live",
        sequence=1,
        data={},
    )

    sent = json.loads(event.body())

    assert EventView.model_validate(sent).model_dump(mode="json") == sent
