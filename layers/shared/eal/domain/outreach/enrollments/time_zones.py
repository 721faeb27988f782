"""The time zone of a recipient, by the state of a US address."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eal.domain.leads.address import Address

_STATES = {
    "America/New_York": (
        "CT Connecticut, DC District of Columbia, DE Delaware, FL Florida, GA Georgia, ME Maine, MD Maryland, "
        "MA Massachusetts, NH New Hampshire, NJ New Jersey, NY New York, NC North Carolina, OH Ohio, PA Pennsylvania, "
        "RI Rhode Island, SC South Carolina, VT Vermont, VA Virginia, WV West Virginia"
    ),
    "America/Detroit": "MI Michigan",
    "America/Indiana/Indianapolis": "IN Indiana",
    "America/Kentucky/Louisville": "KY Kentucky",
    "America/Chicago": (
        "AL Alabama, AR Arkansas, IL Illinois, IA Iowa, KS Kansas, LA Louisiana, MN Minnesota, MS Mississippi, "
        "MO Missouri, NE Nebraska, ND North Dakota, OK Oklahoma, SD South Dakota, TN Tennessee, TX Texas, WI Wisconsin"
    ),
    "America/Denver": "CO Colorado, MT Montana, NM New Mexico, UT Utah, WY Wyoming",
    "America/Boise": "ID Idaho",
    "America/Phoenix": "AZ Arizona",
    "America/Los_Angeles": "CA California, NV Nevada, OR Oregon, WA Washington",
    "America/Anchorage": "AK Alaska",
    "Pacific/Honolulu": "HI Hawaii",
    "America/Puerto_Rico": "PR Puerto Rico, VI Virgin Islands",
    "Pacific/Guam": "GU Guam, MP Northern Mariana Islands",
    "Pacific/Pago_Pago": "AS American Samoa",
}
"""The zone in which most people of a state live. Fourteen states have a second one, an hour away (49 CFR 71)."""

_ZONES = {
    name.lower(): zone
    for zone, states in _STATES.items()
    for state in states.split(", ")
    for name in (state[:2], state[3:])
}


def zone_of(address: Address | None, default: str) -> str:
    """The zone of an address in a US state, by its code or name; otherwise the default."""
    if address is None or address.country.upper() not in ("US", "USA", "UNITED STATES"):
        return default
    return _ZONES.get(address.state.strip().rstrip(".").lower(), default)
