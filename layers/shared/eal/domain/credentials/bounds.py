"""The bounds of the caller's own key, an expiry or networks, bound every credential that the caller makes or
changes."""

from __future__ import annotations

from ipaddress import ip_network
from typing import TYPE_CHECKING

from eal.core.errors import InsufficientScope

if TYPE_CHECKING:
    from datetime import datetime
    from ipaddress import IPv4Network, IPv6Network

    from eal.core.caller import Caller


def require_expiry_within_own(by: Caller, expires_at: datetime | None) -> None:
    """Raises: InsufficientScope if the caller's key expires before."""
    if by.key.expires_at and not (expires_at and expires_at <= by.key.expires_at):
        message = "This key has an expiry, and cannot give access that lasts longer."
        raise InsufficientScope(message, reason="bound", bound="expires_at")


def require_networks_within_own(by: Caller, allowed_cidrs: tuple[str, ...] | None) -> None:
    """Raises: InsufficientScope for a network outside those of the caller's key, or for none."""
    if by.key.allowed_cidrs and not (allowed_cidrs and _are_within(allowed_cidrs, by.key.allowed_cidrs)):
        message = "This key is bound to networks, and cannot give access from others."
        raise InsufficientScope(message, reason="bound", bound="allowed_cidrs")


def require_unbounded_key(by: Caller, *, until: datetime | None = None) -> None:
    """Require a caller's key that may give access from every address until `until`, or for ever.

    Raises: InsufficientScope if the caller's key is bound to networks, or expires before.
    """
    require_expiry_within_own(by, until)
    require_networks_within_own(by, None)


def _are_within(inner: tuple[str, ...], outer: tuple[str, ...]) -> bool:
    return all(any(_is_within(ip_network(own), ip_network(other)) for other in outer) for own in inner)


def _is_within(inner: IPv4Network | IPv6Network, outer: IPv4Network | IPv6Network) -> bool:
    return inner.version == outer.version and inner.subnet_of(outer)  # type: ignore[arg-type]  # of one version
