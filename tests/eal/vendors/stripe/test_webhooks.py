"""eal.vendors.stripe.webhooks: the signature, against Stripe's own library, and parsed subscription events."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest
import stripe
from hypothesis import given
from hypothesis import strategies as st

from eal.domain.integrations.scheme import SignedRequest
from eal.vendors.stripe.webhooks import is_signed, parse_subscription_event, signed_at

SECRET = "whsec_test_secret"
BODY = b'{"id":"evt_1"}'
GOOD = "50868aaa3067b0a95bb93d04466adc5a72ed56628e103aa6d8effd14c7eb0f37"
SECRETS = st.from_regex(r"whsec_[A-Za-z0-9]{1,40}", fullmatch=True)


def test_the_golden_vector_is_signed() -> None:
    headers = {"stripe-signature": f"t=1713980531,v1={GOOD}"}

    assert is_signed(SignedRequest(headers, BODY), [SECRET])
    assert is_signed(SignedRequest(headers, BODY), ["whsec_other", SECRET])
    assert signed_at(headers) == 1713980531


@given(SECRETS, SECRETS, st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_our_verification_agrees_with_stripes_library(secret: str, other: str, body: str) -> None:
    header = stripe.WebhookSignature.generate_signature_header(body, secret)

    for key in (secret, other):
        try:
            stripe.WebhookSignature.verify_header(body.encode(), header, key, 300)
        except stripe.SignatureVerificationError:
            theirs = False
        else:
            theirs = True
        assert is_signed(SignedRequest({"stripe-signature": header}, body.encode()), [key]) is theirs


def test_any_v1_signature_is_enough_and_other_schemes_are_ignored() -> None:
    assert is_signed(
        SignedRequest({"stripe-signature": f"t=1713980531,v1=00,v1={GOOD},v0=11"}, BODY), [SECRET]
    )
    assert is_signed(SignedRequest({"stripe-signature": f"t=1713980531, v1={GOOD}"}, BODY), [SECRET])
    assert not is_signed(SignedRequest({"stripe-signature": f"t=1713980531,v0={GOOD}"}, BODY), [SECRET])


@pytest.mark.parametrize(
    "header",
    [
        "",
        f"v1={GOOD}",
        f"t=,v1={GOOD}",
        f"t=1713980532,v1={GOOD}",
        f"t={'9' * 5000},v1={GOOD}",
        "t=1713980531",
    ],
)
def test_any_other_header_is_not_a_signature(header: str) -> None:
    assert not is_signed(SignedRequest({"stripe-signature": header}, BODY), [SECRET])


@given(st.text(), st.binary())
def test_arbitrary_headers_are_not_a_signature(header: str, body: bytes) -> None:
    assert is_signed(SignedRequest({"stripe-signature": header}, body), [SECRET]) is False


def _event(kind: str = "customer.subscription.updated", **subscription: Any) -> bytes:
    thing = {"id": "sub_1", "object": "subscription", "status": "active", **subscription}
    event = {
        "id": "evt_1", "object": "event", "created": 1776000100, "livemode": True,
        "type": kind, "data": {"object": thing},
    }  # fmt: skip
    return json.dumps(event).encode()


def test_plan_and_period_are_those_of_the_items() -> None:
    items = {"data": [{"current_period_end": 1778592000, "price": {"id": "price_pro", "lookup_key": "pro"}}]}
    event = parse_subscription_event(_event(items=items, metadata={"tenant_id": "org_1"}))

    assert event is not None
    assert (event.mode, event.organization_id) == ("live", "org_1")
    assert event.subscription.plan == "pro"
    assert event.subscription.current_period_end == datetime(2026, 5, 12, 13, 20, tzinfo=UTC)


def test_before_api_version_basil_the_period_is_the_subscriptions() -> None:
    event = parse_subscription_event(
        _event(current_period_end=1778592000, items={"data": [{"plan": {"id": "old"}}]})
    )

    assert event is not None
    assert event.subscription.plan == "old"
    assert event.subscription.current_period_end is not None


@pytest.mark.parametrize(
    "kind", ["invoice.paid", "checkout.session.completed", "customer.created", "somebody.new", ""]
)
def test_other_events_are_none(kind: str) -> None:
    assert parse_subscription_event(_event(kind)) is None


def test_a_thin_event_is_none() -> None:
    body = {"id": "evt_1", "object": "v2.core.event", "type": "customer.subscription.updated"}

    assert parse_subscription_event(json.dumps(body).encode()) is None


@pytest.mark.parametrize("lacking", [{"id": ""}, {"status": None}])
def test_a_subscription_event_without_a_required_field_is_rejected(lacking: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="lacks"):
        parse_subscription_event(_event(**lacking))


def test_events_in_one_second_are_ordered_created_updated_deleted() -> None:
    kinds = ("created", "updated", "deleted")
    events = [parse_subscription_event(_event(f"customer.subscription.{kind}")) for kind in kinds]

    orders = [event.subscription.events[0].order for event in events if event]
    assert orders == sorted(orders)
    assert len(set(orders)) == len(kinds)


def test_the_time_of_a_signature_is_read() -> None:
    header = stripe.WebhookSignature.generate_signature_header("{}", SECRET)

    assert abs(signed_at({"stripe-signature": header}) - time.time()) < 300
