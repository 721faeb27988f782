"""Service areas: postal codes and distances."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eal.domain.organization_settings.service_area import Point, contains, miles

if TYPE_CHECKING:
    from eal.domain.organization_settings.service_area import ServiceArea


def _point(latitude: float, longitude: float) -> Point:
    return {"latitude": latitude, "longitude": longitude}


CHICAGO, EVANSTON, NEW_YORK = _point(41.8781, -87.6298), _point(42.0451, -87.6877), _point(40.7128, -74.0060)
AREA: ServiceArea = {
    "center": CHICAGO,
    "radius_miles": 15,
    "postal_codes": ["60601", "46320"],
}
POINTS = st.builds(_point, st.floats(-90, 90), st.floats(-180, 180))


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (CHICAGO, NEW_YORK, 711.0),
        (CHICAGO, EVANSTON, 11.9),
        (_point(0.0, 0.0), _point(0.0, 180.0), 12436.9),
        (_point(0.0, 179.5), _point(0.0, -179.5), 69.1),
        (_point(90.0, 0.0), _point(90.0, 123.0), 0.0),
    ],
)
def test_distances_are_great_circles(first: Point, second: Point, expected: float) -> None:
    assert miles(first, second) == pytest.approx(expected, abs=0.5)


@given(POINTS, POINTS, POINTS)
def test_a_distance_is_a_metric(first: Point, second: Point, third: Point) -> None:
    assert miles(first, first) == 0
    assert miles(first, second) == pytest.approx(miles(second, first))
    assert 0 <= miles(first, second) <= 12_500
    assert miles(first, third) <= miles(first, second) + miles(second, third) + 1e-3


def test_either_the_postal_code_or_the_distance_is_enough() -> None:
    assert contains(AREA, postal_code="46320", point=NEW_YORK) is True
    assert contains(AREA, postal_code="10001", point=EVANSTON) is True
    assert contains(AREA, postal_code="60601-1234") is True
    assert contains(AREA, postal_code=" 60601 ") is True


def test_outside_requires_both_tests() -> None:
    assert contains(AREA, postal_code="10001", point=NEW_YORK) is False
    assert contains(AREA, postal_code="10001") is None
    assert contains(AREA, point=NEW_YORK) is None


def test_an_area_of_one_kind_is_decided_by_that_kind() -> None:
    listed: ServiceArea = {"postal_codes": ["60601"]}
    around: ServiceArea = {"center": AREA["center"], "radius_miles": 15}

    assert contains(listed, postal_code="10001") is False
    assert contains(around, point=NEW_YORK) is False
    assert contains(around, postal_code="60601") is None


@pytest.mark.parametrize("area", [None, {}, {"postal_codes": []}])
def test_without_an_area_the_result_is_none(area: ServiceArea | None) -> None:
    assert contains(area, postal_code="60601", point=_point(0, 0)) is None


@given(POINTS, st.floats(0.1, 500))
def test_the_border_is_inside(point: Point, radius: float) -> None:
    distance = miles(CHICAGO, point)
    area: ServiceArea = {"center": AREA["center"], "radius_miles": distance}

    assert contains(area, point=point) is True
    further: ServiceArea = {"center": AREA["center"], "radius_miles": radius}
    assert contains(further, point=point) is (distance <= radius)
