"""Modes and planes: which of a tenant's data an item belongs to."""

from typing import Literal

type Mode = Literal["live", "test"]
"""The key decides: neither mode sees the other's data."""
type Plane = Mode | Literal["both"]
"""An item lives in one mode's data or, for organizations, members and keys, in both."""
