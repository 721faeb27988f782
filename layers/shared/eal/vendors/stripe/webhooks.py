"""Stripe's webhooks: their signature, and their events about a tenant's own subscription.

Sources: stripe-python's `_webhook.py`, `_event.py` and `_subscription.py`; Stripe's OpenAPI fixtures; its changelog of
2025-03-31.basil, which moved the current period from the subscription to its items.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from eal.domain.integrations.scheme import Scheme, SignedRequest
from eal.domain.organizations.subscriptions import BillingEvent, Subscription, SubscriptionTerms
from eal.vendors import loose_json

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from eal.core.tenancy import Mode
    from eal.vendors.loose_json import Body

VENDOR = "stripe"

_MAX_TIMESTAMP_DIGITS = 12
"""int() takes quadratic time in the number of digits."""
_MAX_ID_CHARACTERS = 200
_MAX_STATUS_CHARACTERS = 40
_MAX_SIGNATURES = 20

_STEPS: Final = {"created": 0, "deleted": 2}
"""Within one second, a subscription is created first and deleted last. Other events are in between, and ordered by
their previous values (`BillingEvent.follows`)."""
_TYPE_PREFIX = "customer.subscription."


def is_signed(request: SignedRequest, secrets: Collection[str]) -> bool:
    """Whether one of the `v1` signatures in `Stripe-Signature` is by one of the secrets over `t.body`.

    The key is the complete text of the secret, including `whsec_`: unlike Svix's, it is not base64.
    """
    timestamp, given = _parts(request.headers)
    if not timestamp:
        return False
    signed = f"{timestamp}.".encode() + request.body
    genuine = False
    for secret in secrets:
        expected = hmac.digest(secret.encode(), signed, hashlib.sha256).hex().encode()
        for signature in given:
            genuine |= hmac.compare_digest(expected, signature)
    return genuine


def signed_at(headers: Mapping[str, str]) -> int:
    """The signature's time in Unix seconds, from a header that `is_signed` has accepted."""
    return int(_parts(headers)[0])


SCHEME = Scheme(vendor=VENDOR, is_signed=is_signed, signed_at=signed_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionEvent:
    """An event of one subscription. `organization_id` is the tenant in the subscription's metadata, or None."""

    mode: Mode
    organization_id: str | None
    subscription: Subscription


def parse_subscription_event(raw: bytes) -> SubscriptionEvent | None:
    """The event of a subscription; None for every other event.

    Invoices and checkouts are ignored: Stripe also sends their effect on a subscription as an event of the
    subscription, and a checkout alone does not prove a payment.

    Raises: ValueError for a subscription event without a required field.
    """
    body: Body = json.loads(raw)
    kind = loose_json.text(body, "type") or ""
    if loose_json.text(body, "object") != "event" or not kind.startswith(_TYPE_PREFIX):
        return None
    subscription = loose_json.member(loose_json.member(body, "data"), "object")
    event_id, at = loose_json.text(body, "id", _MAX_ID_CHARACTERS), loose_json.unix_time(body, "created")
    subscription_id = loose_json.text(subscription, "id", _MAX_ID_CHARACTERS)
    status = loose_json.text(subscription, "status", _MAX_STATUS_CHARACTERS)
    if not (event_id and at and subscription_id and status):
        raise ValueError("the event lacks its id, its time, its subscription or the subscription's status")
    step = _STEPS.get(kind.removeprefix(_TYPE_PREFIX), 1)
    began_at = loose_json.unix_time(subscription, "created") or loose_json.unix_time(
        subscription, "start_date"
    )
    event = BillingEvent(
        id=event_id,
        order=f"{int(at.timestamp()):011d}{step}",
        terms=replace(
            _terms(subscription), cancel_at_period_end=subscription.get("cancel_at_period_end") is True
        ),
        before=_terms(loose_json.member(loose_json.member(body, "data"), "previous_attributes")),
    )
    return SubscriptionEvent(
        mode="live" if body.get("livemode") is True else "test",
        organization_id=loose_json.text(
            loose_json.member(subscription, "metadata"), "tenant_id", _MAX_ID_CHARACTERS
        ),
        subscription=Subscription.of(subscription_id, [event], began_at),
    )


def _terms(subscription: Body) -> SubscriptionTerms:
    items = loose_json.members(loose_json.member(subscription, "items"), "data")
    ends = [
        end
        for source in (*items, subscription)
        if (end := loose_json.unix_time(source, "current_period_end"))
    ]
    ends_with_period = subscription.get("cancel_at_period_end")
    return SubscriptionTerms(
        status=loose_json.text(subscription, "status", _MAX_STATUS_CHARACTERS),
        cancel_at_period_end=ends_with_period if isinstance(ends_with_period, bool) else None,
        plan=_plan(items),
        current_period_end=max(ends, default=None),
    )


def _plan(items: list[Body]) -> str | None:
    """The first item's price: its lookup key, or its id."""
    for item in items:
        price = loose_json.member(item, "price") or loose_json.member(item, "plan")
        if found := loose_json.text(price, "lookup_key", _MAX_ID_CHARACTERS) or loose_json.text(
            price, "id", _MAX_ID_CHARACTERS
        ):
            return found
    return None


def _parts(headers: Mapping[str, str]) -> tuple[str, list[bytes]]:
    """The header's time, or an empty text if it is invalid, and its `v1` signatures; other schemes are ignored."""
    pairs = [pair.strip().partition("=") for pair in headers.get("stripe-signature", "").split(",")]
    times = [value for name, _, value in pairs if name == "t"]
    valid = [
        time for time in times[:1] if time.isascii() and time.isdigit() and len(time) <= _MAX_TIMESTAMP_DIGITS
    ]
    signatures = [value.encode(errors="replace") for name, _, value in pairs if name == "v1"]
    return (valid[0] if valid else ""), signatures[:_MAX_SIGNATURES]
