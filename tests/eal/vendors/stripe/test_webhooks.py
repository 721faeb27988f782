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

from eal.vendors.stripe.webhooks import is_signed, parse_subscription_event, signed_at

SECRET = "whsec_test_secret"
BODY = b'{"id":"evt_1"}'
GOOD = "50868aaa3067b0a95bb93d04466adc5a72ed56628e103aa6d8effd14c7eb0f37"
SECRETS = st.from_regex(r"whsec_[A-Za-z0-9]{1,40}", fullmatch=True)


def test_the_golden_vector_is_signed() -> None:
    headers = {"stripe-signature": f"t=1713980531,v1={GOOD}"}

    assert is_signed(headers, BODY, [SECRET])
    assert is_signed(headers, BODY, ["whsec_other", SECRET])
    assert signed_at(headers) == 1713980531


@given(SECRETS, SECRETS, st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_we_and_stripe_agree(secret: str, other: str, body: str) -> None:
    header = stripe.WebhookSignature.generate_signature_header(body, secret)

    for one in (secret, other):
        try:
            stripe.WebhookSignature.verify_header(body.encode(), header, one, 300)
        except stripe.SignatureVerificationError:
            theirs = False
        else:
            theirs = True
        assert is_signed({"stripe-signature": header}, body.encode(), [one]) is theirs


def test_any_of_several_signatures_is_enough_and_other_schemes_do_not_count() -> None:
    assert is_signed({"stripe-signature": f"t=1713980531,v1=00,v1={GOOD},v0=11"}, BODY, [SECRET])
    assert is_signed({"stripe-signature": f"t=1713980531, v1={GOOD}"}, BODY, [SECRET])
    assert not is_signed({"stripe-signature": f"t=1713980531,v0={GOOD}"}, BODY, [SECRET])


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
def test_any_other_header_is_not(header: str) -> None:
    assert not is_signed({"stripe-signature": header}, BODY, [SECRET])


@given(st.text(), st.binary())
def test_anything_at_all_is_answered(header: str, body: bytes) -> None:
    assert is_signed({"stripe-signature": header}, body, [SECRET]) is False


def _event(kind: str = "customer.subscription.updated", **subscription: Any) -> bytes:
    thing = {"id": "sub_1", "object": "subscription", "status": "active", **subscription}
    event = {
        "id": "evt_1", "object": "event", "created": 1776000100, "livemode": True,
        "type": kind, "data": {"object": thing},
    }  # fmt: skip
    return json.dumps(event).encode()


def test_plan_and_period_are_the_items() -> None:
    items = {"data": [{"current_period_end": 1778592000, "price": {"id": "price_pro", "lookup_key": "pro"}}]}
    told = parse_subscription_event(_event(items=items, metadata={"tenant_id": "org_1"}))

    assert told is not None
    assert (told.mode, told.organization_id) == ("live", "org_1")
    assert told.subscription.plan == "pro"
    assert told.subscription.current_period_end == datetime(2026, 5, 12, 13, 20, tzinfo=UTC)


def test_before_basil_the_period_was_the_subscriptions() -> None:
    told = parse_subscription_event(
        _event(current_period_end=1778592000, items={"data": [{"plan": {"id": "old"}}]})
    )

    assert told is not None
    assert told.subscription.plan == "old"
    assert told.subscription.current_period_end is not None


@pytest.mark.parametrize(
    "kind", ["invoice.paid", "checkout.session.completed", "customer.created", "somebody.new", ""]
)
def test_no_other_event_is_about_a_subscription(kind: str) -> None:
    assert parse_subscription_event(_event(kind)) is None


def test_a_thin_event_is_none_of_these() -> None:
    body = {"id": "evt_1", "object": "v2.core.event", "type": "customer.subscription.updated"}

    assert parse_subscription_event(json.dumps(body).encode()) is None


@pytest.mark.parametrize("lacking", [{"id": ""}, {"status": None}])
def test_a_subscription_event_that_lacks_the_least_is_refused(lacking: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="lacks"):
        parse_subscription_event(_event(**lacking))


def test_a_second_holds_beginning_change_and_end_in_this_order() -> None:
    kinds = ("created", "updated", "deleted")
    told = [parse_subscription_event(_event(f"customer.subscription.{kind}")) for kind in kinds]

    orders = [one.subscription.events[0].order for one in told if one]
    assert orders == sorted(orders)
    assert len(set(orders)) == len(kinds)


def test_stripes_own_clock_is_near_ours() -> None:
    header = stripe.WebhookSignature.generate_signature_header("{}", SECRET)

    assert abs(signed_at({"stripe-signature": header}) - time.time()) < 300
