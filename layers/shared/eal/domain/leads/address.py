"""The postal address of a lead, a prospect or a loss."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """`state` is a code or a name, as it was given, and `country` a code such as US."""

    line1: str
    city: str
    state: str
    postal_code: str
    line2: str | None = None
    country: str = "US"
