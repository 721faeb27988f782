"""Whether a postal code or a point is inside an organization's service area."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from collections.abc import Sequence

_EARTH_MILES = 3958.8


class Point(TypedDict):
    """A position in degrees."""

    latitude: float
    longitude: float


class ServiceArea(TypedDict, total=False):
    """The stored form: a center with a radius, postal codes, or both."""

    center: Point
    radius_miles: float
    postal_codes: Sequence[str]


def contains(
    area: ServiceArea | None, *, postal_code: str | None = None, point: Point | None = None
) -> bool | None:
    """True if the postal code is listed or the point is within the radius; None if the arguments do not decide it.

    A ZIP+4 counts as its five digits.
    """
    area = area or {}
    listed, center, radius = area.get("postal_codes"), area.get("center"), area.get("radius_miles")
    verdicts: list[bool | None] = []
    if listed:
        verdicts.append(_five(postal_code) in {_five(code) for code in listed} if postal_code else None)
    if center and radius is not None:
        verdicts.append(miles(center, point) <= radius if point else None)
    if True in verdicts:
        return True
    # A test that could not be made might have succeeded: a postal code that is not listed may be within the radius.
    return None if None in verdicts or not verdicts else False


def miles(start: Point, end: Point) -> float:
    """The great-circle distance between two points (haversine)."""
    lat1, lon1, lat2, lon2 = (
        radians(degrees) for point in (start, end) for degrees in (point["latitude"], point["longitude"])
    )
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * _EARTH_MILES * asin(min(1, sqrt(half)))


def _five(postal_code: str) -> str:
    code = postal_code.strip().upper()
    return code[:5] if code[:5].isdigit() else code
