"""Whether a place is inside an organization's service area."""

from math import asin, cos, radians, sin, sqrt

from eal.errors import Json

_EARTH_MILES = 3958.8


def contains(
    area: dict[str, Json] | None,
    *,
    postal_code: str | None = None,
    latitude: float | None = None,
    longitude: float | None = None,
) -> bool | None:
    """True where the postal code is listed or the distance is within the radius; None where it cannot be known.

    `area` has the shape of `ServiceAreaView`. A ZIP+4 counts as its five digits.
    """
    if not area:
        return None
    listed = area.get("postal_codes") or []
    center, radius = area.get("center"), area.get("radius_miles")
    has_radius = isinstance(center, dict) and isinstance(radius, int | float)
    verdicts: list[bool] = []
    if isinstance(listed, list) and listed and postal_code:
        verdicts.append(_five(postal_code) in {_five(str(code)) for code in listed})
    if (
        isinstance(center, dict)
        and isinstance(radius, int | float)
        and latitude is not None
        and longitude is not None
    ):
        there = (float(str(center["latitude"])), float(str(center["longitude"])))
        verdicts.append(miles(there, (latitude, longitude)) <= radius)
    if any(verdicts):
        return True
    # What was not looked at might have said yes: a postal code that is not listed may lie within the radius.
    looked_at_all = len(verdicts) == int(bool(listed)) + int(has_radius)
    return False if looked_at_all and verdicts else None


def miles(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The great-circle distance of two points in degrees (haversine)."""
    (lat1, lon1), (lat2, lon2) = (tuple(map(radians, point)) for point in (one, other))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * _EARTH_MILES * asin(min(1, sqrt(half)))


def _five(postal_code: str) -> str:
    return (
        postal_code.strip().upper()[:5] if postal_code.strip()[:5].isdigit() else postal_code.strip().upper()
    )
