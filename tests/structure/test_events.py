"""The catalogue of events, compared with the contract and the code."""

import json

from eal.core import clock
from eal.core.events.catalogue import CATALOGUE
from eal.core.events.envelope import Event
from eal.domain.events.wire import EventView
from tests.structure.checks import catalogue
from tests.structure.project import HERE, report


def test_the_catalogue_has_the_promised_and_emitted_types() -> None:
    report(catalogue.faults(HERE))
    assert catalogue.catalogue(HERE) == CATALOGUE


def test_the_documented_envelope_equals_the_sent_one() -> None:
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
