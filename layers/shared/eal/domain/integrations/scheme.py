"""What a vendor's receiver is made of: each module of `eal.vendors` that receives has one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping


@dataclass(frozen=True, slots=True)
class Scheme:
    """What differs from vendor to vendor.

    `is_signed(headers, body, secrets)` tells, in constant time, whether one of the secrets signed exactly this body;
    header names are lower-case. `signed_at(headers)` is the signature's own time in Unix seconds, for a vendor that
    signs one: what is further from now than the receiver tolerates is refused as a replay. `id_header` is the header
    that names a delivery, for a vendor whose bodies do not name themselves.
    """

    vendor: str
    is_signed: Callable[[Mapping[str, str], bytes, Collection[str]], bool]
    signed_at: Callable[[Mapping[str, str]], int] | None = None
    id_header: str | None = None
