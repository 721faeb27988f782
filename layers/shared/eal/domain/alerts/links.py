"""The link of an alert: it shows the call, and lets the person take it or pass it on without signing in."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from eal.core import link_tokens, settings

if TYPE_CHECKING:
    from eal.core.tenancy import Tenant

_PURPOSE = "alert_link"


class SentAlert(NamedTuple):
    """The alert that a link names, and whose it is."""

    tenant: Tenant
    alert_id: str


def token_of(alert_id: str, tenant: Tenant) -> str:
    """The token in `/v1/a/{token}`."""
    return link_tokens.token(_PURPOSE, tenant, alert_id)


def url_of(token: str) -> str:
    """For workers: an endpoint does not know the API's address."""
    return f"{settings.public_base_url()}/v1/a/{token}"


def read(token: str) -> SentAlert | None:
    """The alert that a token names, or None for anything but a token that we made."""
    found = link_tokens.read(_PURPOSE, token, "alert")
    return SentAlert(*found) if found else None
