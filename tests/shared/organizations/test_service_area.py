"""Whether a place is inside a service area."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eal.organizations.settings.service_area import contains, miles

if TYPE_CHECKING:
    from eal.errors import Json

CHICAGO, EVANSTON, NEW_YORK = (41.8781, -87.6298), (42.0451, -87.6877), (40.7128, -74.0060)
AREA: dict[str, Json] = {
    "center": {"latitude": CHICAGO[0], "longitude": CHICAGO[1]},
    "radius_miles": 15,
    "postal_codes": ["60601", "46320"],
}
POINTS = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (CHICAGO, NEW_YORK, 711.0),
        (CHICAGO, EVANSTON, 11.9),
        ((0.0, 0.0), (0.0, 180.0), 12436.9),
        ((0.0, 179.5), (0.0, -179.5), 69.1),
        ((90.0, 0.0), (90.0, 123.0), 0.0),
    ],
)
def test_distances_are_great_circles(
    one: tuple[float, float], other: tuple[float, float], expected: float
) -> None:
    assert miles(one, other) == pytest.approx(expected, abs=0.5)


@given(POINTS, POINTS, POINTS)
def test_a_distance_is_a_metric(
    one: tuple[float, float], other: tuple[float, float], third: tuple[float, float]
) -> None:
    assert miles(one, one) == 0
    assert miles(one, other) == pytest.approx(miles(other, one))
    assert 0 <= miles(one, other) <= 12_500
    assert miles(one, third) <= miles(one, other) + miles(other, third) + 1e-3


def test_either_the_postal_code_or_the_distance_is_enough() -> None:
    assert contains(AREA, postal_code="46320", latitude=NEW_YORK[0], longitude=NEW_YORK[1]) is True
    assert contains(AREA, postal_code="10001", latitude=EVANSTON[0], longitude=EVANSTON[1]) is True
    assert contains(AREA, postal_code="60601-1234") is True
    assert contains(AREA, postal_code=" 60601 ") is True


def test_outside_needs_both_looked_at() -> None:
    assert contains(AREA, postal_code="10001", latitude=NEW_YORK[0], longitude=NEW_YORK[1]) is False
    assert contains(AREA, postal_code="10001") is None
    assert contains(AREA, latitude=NEW_YORK[0], longitude=NEW_YORK[1]) is None
    assert contains(AREA, latitude=NEW_YORK[0]) is None


def test_an_area_of_one_kind_is_decided_by_it() -> None:
    listed: dict[str, Json] = {"postal_codes": ["60601"]}
    around: dict[str, Json] = {"center": AREA["center"], "radius_miles": 15}

    assert contains(listed, postal_code="10001") is False
    assert contains(around, latitude=NEW_YORK[0], longitude=NEW_YORK[1]) is False
    assert contains(around, postal_code="60601") is None


@pytest.mark.parametrize("area", [None, {}, {"postal_codes": []}])
def test_without_an_area_nothing_is_known(area: dict[str, Json] | None) -> None:
    assert contains(area, postal_code="60601", latitude=0, longitude=0) is None


@given(POINTS, st.floats(0.1, 500))
def test_the_border_is_inside(point: tuple[float, float], radius: float) -> None:
    distance = miles(CHICAGO, point)
    area: dict[str, Json] = {"center": AREA["center"], "radius_miles": distance}

    assert contains(area, latitude=point[0], longitude=point[1]) is True
    further: dict[str, Json] = {"center": AREA["center"], "radius_miles": radius}
    assert contains(further, latitude=point[0], longitude=point[1]) is (distance <= radius)
