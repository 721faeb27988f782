"""Vendors, the overlap of secrets, and connection health."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eal.core import signing
from eal.domain.integrations.connections import VendorConnection
from eal.domain.integrations.model import (
    VENDORS,
    ConnectionHealth,
    Failure,
    StoredSecret,
    VendorSpec,
    can_sign,
    purpose,
)
from tests.support.time import START

MOMENTS = st.timedeltas(timedelta(days=-1), timedelta(days=1)).map(lambda span: START + span)


@pytest.mark.parametrize("spec", VENDORS.values(), ids=VENDORS)
def test_a_vendor_with_a_receiver_signs_with_one_of_its_secrets(spec: VendorSpec) -> None:
    assert spec.signing is None or spec.signing in spec.secrets
    assert spec.signing is not None or not spec.kinds


def test_each_secret_is_encrypted_for_its_own_purpose() -> None:
    purposes = [purpose(vendor, name) for vendor, spec in VENDORS.items() for name in spec.secrets]

    assert len(set(purposes)) == len(purposes)
    assert purpose("callrail", "signing_key") == "callrail.signing"
    assert purpose("crm", "signing_secret") == "crm.signing_secret"


@given(st.none() | MOMENTS, st.none() | MOMENTS)
def test_the_latest_webhook_decides_the_connection_health(
    event: datetime | None, failure: datetime | None
) -> None:
    health = ConnectionHealth(
        last_event_at=event,
        last_failure=Failure(at=failure, reason="invalid_signature") if failure else None,
    )

    if event is None and failure is None:
        expected = "waiting"
    elif failure is None or (event is not None and event >= failure):
        expected = "healthy"
    else:
        expected = "failing"
    assert health.status == expected


@given(MOMENTS, MOMENTS)
def test_a_replaced_secret_is_accepted_before_the_end_of_its_overlap(end: datetime, now: datetime) -> None:
    secret = StoredSecret(ciphertext="x", updated_at=START, mark="m", previous="y", previous_until=end)

    assert secret.previous_accepted_until(now) == (end if now < end else None)


@given(MOMENTS)
def test_at_most_one_failure_per_minute_is_recorded(now: datetime) -> None:
    connection = VendorConnection(
        organization_id="org_x",
        mode="live",
        vendor="callrail",
        last_failure=Failure(at=START, reason="invalid_json"),
    )

    assert connection.just_failed(now) == (now < START + timedelta(minutes=1))


@given(st.binary(max_size=80))
def test_a_standard_secret_can_sign_if_it_has_the_standards_length(key: bytes) -> None:
    assert can_sign(signing.PREFIX + base64.b64encode(key).decode()) == (24 <= len(key) <= 64)


@given(st.text(max_size=60))
def test_each_secret_that_can_sign_signs(text: str) -> None:
    for secret in (text, signing.PREFIX + text):
        if can_sign(secret):
            sent = signing.headers([secret], "push", 1, b"{}")
            assert sent["x-eal-signature"] == signing.eal_signature(secret, 1, b"{}")
            assert sent["webhook-signature"].startswith("v1,")


def test_a_generated_secret_can_sign() -> None:
    assert can_sign(signing.new_secret())
