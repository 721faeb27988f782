"""The postal address of a lead, a prospect or a loss."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """`state` and `country` are codes, such as NY and US."""

    line1: str
    city: str
    state: str
    postal_code: str
    line2: str | None = None
    country: str = "US"
