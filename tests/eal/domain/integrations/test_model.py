"""Vendors, secrets' ends, and health."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eal.core import signing
from eal.domain.integrations.connections import Connection
from eal.domain.integrations.model import VENDORS, Failure, Health, Secret, Terms, can_sign, purpose
from tests.support.time import START

MOMENTS = st.timedeltas(timedelta(days=-1), timedelta(days=1)).map(lambda span: START + span)


@pytest.mark.parametrize("terms", VENDORS.values(), ids=VENDORS)
def test_a_vendor_with_a_receiver_signs_with_one_of_its_secrets(terms: Terms) -> None:
    assert terms.signing is None or terms.signing in terms.secrets
    assert terms.signing is not None or not terms.kinds


def test_each_secret_is_encrypted_for_a_purpose_of_its_own() -> None:
    purposes = [purpose(vendor, name) for vendor, terms in VENDORS.items() for name in terms.secrets]

    assert len(set(purposes)) == len(purposes)
    assert purpose("callrail", "signing_key") == "callrail.signing"
    assert purpose("crm", "signing_secret") == "crm.signing_secret"


@given(st.none() | MOMENTS, st.none() | MOMENTS)
def test_the_newest_that_came_decides_health(event: datetime | None, failure: datetime | None) -> None:
    health = Health(
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
def test_a_replaced_secret_is_accepted_until_its_end_and_not_at_it(end: datetime, now: datetime) -> None:
    secret = Secret(ciphertext="x", updated_at=START, previous="y", previous_until=end)

    assert secret.previous_accepted_until(now) == (end if now < end else None)


@given(MOMENTS)
def test_a_failure_a_minute_is_written(now: datetime) -> None:
    connection = Connection(
        organization_id="org_x",
        mode="live",
        vendor="callrail",
        last_failure=Failure(at=START, reason="invalid_json"),
    )

    assert connection.just_failed(now) == (now < START + timedelta(minutes=1))


@given(st.binary(max_size=80))
def test_a_standard_secret_can_sign_where_it_is_of_the_standards_length(key: bytes) -> None:
    assert can_sign(signing.PREFIX + base64.b64encode(key).decode()) == (24 <= len(key) <= 64)


@given(st.text(max_size=60))
def test_what_can_sign_signs(text: str) -> None:
    for secret in (text, signing.PREFIX + text):
        if can_sign(secret):
            sent = signing.headers([secret], "push", 1, b"{}")
            assert sent["x-eal-signature"] == signing.eal_signature(secret, 1, b"{}")
            assert sent["webhook-signature"].startswith("v1,")


def test_a_new_secret_of_ours_can_sign() -> None:
    assert can_sign(signing.new_secret())
