"""Stripe: its webhooks' signature, and what they say of a tenant's own subscription.

Sources: stripe-python's `_webhook.py`, `_event.py` and `_subscription.py`; Stripe's OpenAPI fixtures; its changelog of
2025-03-31.basil, which moved the current period from the subscription to its items.
"""

import hashlib
import hmac
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Final

from eal.core.tenancy import Mode
from eal.domain.integrations.scheme import Scheme
from eal.domain.organizations.subscriptions import BillingEvent, Subscription, Terms
from eal.vendors import loose_json
from eal.vendors.loose_json import Body

VENDOR = "stripe"

_LONGEST_TIME = 12
"""Digits: more is no time, and int() must not be kept busy."""
_LONGEST_ID = 200
_LONGEST_STATUS = 40
_MOST_SIGNATURES = 20

_STEPS: Final = {"created": 0, "deleted": 2}
"""In one second, a subscription begins first and ends last; what else happens to it lies between, and is told apart by
what each says was before."""
_CHANGES = "customer.subscription."


def is_signed(headers: Mapping[str, str], body: bytes, secrets: Collection[str]) -> bool:
    """Whether one of the `v1` signatures in `Stripe-Signature` is by one of the secrets over `t.body`.

    The key is the secret's whole text, `whsec_` included: unlike Svix's, it is not base64 of anything.
    """
    timestamp, given = _parts(headers)
    if not timestamp:
        return False
    signed = f"{timestamp}.".encode() + body
    genuine = False
    for secret in secrets:
        expected = hmac.digest(secret.encode(), signed, hashlib.sha256).hex().encode()
        for one in given:
            genuine |= hmac.compare_digest(expected, one)
    return genuine


def signed_at(headers: Mapping[str, str]) -> int:
    """The signature's time, of a header that `is_signed` has found good."""
    return int(_parts(headers)[0])


SCHEME = Scheme(vendor=VENDOR, is_signed=is_signed, signed_at=signed_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What an event tells of one subscription. `organization_id` is the tenant that its metadata names, if any."""

    mode: Mode
    organization_id: str | None
    subscription: Subscription


def subscription_in(raw: bytes) -> Told | None:
    """What an event says of a subscription; None for every other event.

    Invoices and checkouts are among those: whatever they do to a subscription, Stripe also sends as its own change, and
    a checkout alone proves no payment.
    Raises: ValueError for a subscription event that lacks what every one has.
    """
    body: Body = json.loads(raw)
    kind = loose_json.text(body, "type") or ""
    if loose_json.text(body, "object") != "event" or not kind.startswith(_CHANGES):
        return None
    subscription = loose_json.member(loose_json.member(body, "data"), "object")
    event_id, at = loose_json.text(body, "id", _LONGEST_ID), loose_json.unix(body, "created")
    subscription_id = loose_json.text(subscription, "id", _LONGEST_ID)
    status = loose_json.text(subscription, "status", _LONGEST_STATUS)
    if not (event_id and at and subscription_id and status):
        raise ValueError("the event lacks its id, its time, its subscription or the subscription's status")
    step = _STEPS.get(kind.removeprefix(_CHANGES), 1)
    began_at = loose_json.unix(subscription, "created") or loose_json.unix(subscription, "start_date")
    told = BillingEvent(
        id=event_id,
        order=f"{int(at.timestamp()):011d}{step}",
        terms=replace(
            _terms(subscription), cancel_at_period_end=subscription.get("cancel_at_period_end") is True
        ),
        before=_terms(loose_json.member(loose_json.member(body, "data"), "previous_attributes")),
    )
    return Told(
        mode="live" if body.get("livemode") is True else "test",
        organization_id=loose_json.text(
            loose_json.member(subscription, "metadata"), "tenant_id", _LONGEST_ID
        ),
        subscription=Subscription.of(subscription_id, [told], began_at),
    )


def _terms(subscription: Body) -> Terms:
    items = loose_json.members(loose_json.member(subscription, "items"), "data")
    ends = [end for one in (*items, subscription) if (end := loose_json.unix(one, "current_period_end"))]
    ends_with_period = subscription.get("cancel_at_period_end")
    return Terms(
        status=loose_json.text(subscription, "status", _LONGEST_STATUS),
        cancel_at_period_end=ends_with_period if isinstance(ends_with_period, bool) else None,
        plan=_plan(items),
        current_period_end=max(ends, default=None),
    )


def _plan(items: list[Body]) -> str | None:
    """What the tenant pays for: the first item's price, by the name that its account has given it, or by its id."""
    for one in items:
        price = loose_json.member(one, "price") or loose_json.member(one, "plan")
        if found := loose_json.text(price, "lookup_key", _LONGEST_ID) or loose_json.text(
            price, "id", _LONGEST_ID
        ):
            return found
    return None


def _parts(headers: Mapping[str, str]) -> tuple[str, list[bytes]]:
    """The header's time, empty where it is none, and its `v1` signatures; other schemes do not count."""
    pairs = [one.strip().partition("=") for one in headers.get("stripe-signature", "").split(",")]
    times = [value for name, _, value in pairs if name == "t"]
    good = [one for one in times[:1] if one.isascii() and one.isdigit() and len(one) <= _LONGEST_TIME]
    signatures = [value.encode(errors="replace") for name, _, value in pairs if name == "v1"]
    return (good[0] if good else ""), signatures[:_MOST_SIGNATURES]
