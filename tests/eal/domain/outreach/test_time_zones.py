"""The time zone of a recipient."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from eal.domain.leads.address import Address
from eal.domain.outreach.enrollments.time_zones import _ZONES, zone_of

TENANT = "America/New_York"


def _address(state: str, country: str = "US") -> Address:
    return Address(line1="1 Elm St", city="X", state=state, postal_code="1", country=country)


@pytest.mark.parametrize(
    ("state", "zone"),
    [
        ("CA", "America/Los_Angeles"),
        ("ca", "America/Los_Angeles"),
        ("California", "America/Los_Angeles"),
        (" north dakota ", "America/Chicago"),
        ("AZ", "America/Phoenix"),
        ("D.C", TENANT),
        ("DC", "America/New_York"),
        ("Ontario", TENANT),
        ("XX", TENANT),
    ],
)
def test_a_us_state_has_a_zone_by_code_or_name(state: str, zone: str) -> None:
    assert zone_of(_address(state), TENANT) == zone


def test_other_countries_and_unknown_places_have_the_default() -> None:
    assert zone_of(_address("CA", "CA"), "Europe/London") == "Europe/London"
    assert zone_of(None, "Europe/London") == "Europe/London"


def test_there_are_all_states_and_territories_and_every_zone_exists() -> None:
    codes = {name for name in _ZONES if len(name) == 2}

    assert len(codes) == 56  # 50 states, DC, and five inhabited territories
    assert len(_ZONES) == 2 * len(codes)
    assert all(ZoneInfo(zone).key == zone for zone in _ZONES.values())
