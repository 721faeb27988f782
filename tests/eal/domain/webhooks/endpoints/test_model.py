"""The event types to which an endpoint subscribes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from eal.core.events.catalogue import BY_NAME_ONLY, CATALOGUE
from eal.domain.webhooks.endpoints.model import Endpoint

START = datetime(2026, 4, 24, 17, 42, 11, tzinfo=UTC)
ENDPOINT = Endpoint(
    id="wh_1",
    url="https://example.com",
    events=("*",),
    enabled=True,
    secret="ciphertext",
    secret_prefix="whsec_abcd",
    created_at=START,
    updated_at=START,
    version=1,
)


@pytest.mark.parametrize("event_type", sorted(CATALOGUE))
def test_the_star_includes_all_types_except_audit_records(event_type: str) -> None:
    assert ENDPOINT.subscribes_to(event_type) == (event_type not in BY_NAME_ONLY)
    assert replace(ENDPOINT, events=(event_type,)).subscribes_to(event_type)
    assert not replace(ENDPOINT, events=("some.other",)).subscribes_to(event_type)
    assert replace(ENDPOINT, events=("*", *BY_NAME_ONLY)).subscribes_to(event_type)
