"""The signature scheme of a vendor's webhooks. Each vendor with a receiver has one, in its `webhooks` module."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping


@dataclass(frozen=True, slots=True)
class Scheme:
    """The differences between vendors.

    `is_signed(headers, body, secrets)` returns, in constant time, whether one of the secrets signed exactly this body.
    Header names are lower-case. `signed_at(headers)` is the signature's time in Unix seconds, if the vendor signs a
    time: the receiver rejects a time out of its tolerance as a replay. `id_header` is the header with the delivery's
    id, for a vendor whose bodies have no id.
    """

    vendor: str
    is_signed: Callable[[Mapping[str, str], bytes, Collection[str]], bool]
    signed_at: Callable[[Mapping[str, str]], int] | None = None
    id_header: str | None = None
