"""Resend's answers to a send, as outcomes of the sender; and the simulated mailbox."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from eal.domain.outreach.sending.transport import Deferred, Message, RefusedForGood
from eal.vendors.http import VendorApi
from eal.vendors.resend import client, mailbox
from eal.vendors.resend.sending import KEY_RETRY_SECONDS, WAITS, ResendTransport
from tests.support.vendor_apis import ResendApi, Trouble, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = "Bearer re_s3cret"
NOW = datetime(2026, 4, 24, 17, 42, tzinfo=UTC)
MESSAGE = Message(
    email_id="email_01kq09bekje6vbq5xe2b60xtww",
    idempotency_key="enr_01kq09bekje6vbq5xe2b60xtww/0",
    sender='"Acme \\"Dry\\" Restoration, Inc." <hello@acme.example>',
    to="dana@example.com",
    reply_to="hello@acme.example",
    subject="Your roof \N{EM DASH} über",
    text="Hello",
    html="<p>Hello</p>",
    headers={"List-Unsubscribe": "<https://api.example.com/u/x>"},
)


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[ResendApi]:
    resend = ResendApi("resend", KEY)
    with serving(resend, monkeypatch):
        yield resend


def resend_at(api: ResendApi, authorization: str = KEY) -> ResendTransport:
    return ResendTransport(VendorApi(base=api.url, authorization=authorization, waits=WAITS), "mark")


def error(status: int, name: str, **headers: str) -> Trouble:
    body = f'{{"statusCode": {status}, "name": "{name}", "message": "Because."}}'
    return Trouble(
        status=status,
        headers={key.replace("_", "-"): value for key, value in headers.items()},
        body=body.encode(),
    )


def test_an_accepted_email_has_the_vendors_id(api: ResendApi) -> None:
    accepted = resend_at(api).send(MESSAGE, NOW)

    assert accepted.vendor_email_id in api.sending.sent
    assert resend_at(api).send(MESSAGE, NOW) == accepted


@pytest.mark.parametrize(
    ("response", "seconds", "may_have_arrived"),
    [
        (error(429, "rate_limit_exceeded", Retry_After="30"), 30, False),
        (error(429, "daily_quota_exceeded"), 3600, False),
        (error(429, "daily_quota_exceeded", Retry_After="7200"), 7200, False),
        (error(429, "monthly_quota_exceeded"), 21600, False),
        (error(503, "application_error", Retry_After="120"), 120, True),
        (error(401, "missing_api_key"), KEY_RETRY_SECONDS, False),
        (error(401, "restricted_api_key"), KEY_RETRY_SECONDS, False),
        (error(403, "invalid_api_key"), KEY_RETRY_SECONDS, False),
    ],
)
def test_what_ends_by_itself_defers_the_email(
    api: ResendApi, response: Trouble, seconds: int, may_have_arrived: bool
) -> None:
    api.troubles = [response]

    with pytest.raises(Deferred) as deferred:
        resend_at(api).send(MESSAGE, NOW)

    assert (deferred.value.seconds, deferred.value.may_have_arrived) == (seconds, may_have_arrived)
    assert len(api.requests) == 1


@pytest.mark.parametrize(
    "trouble", [Trouble(hang_up=True), Trouble(status=500), Trouble(status=200, body=b"<p>")]
)
def test_no_clear_answer_is_repeated_and_then_an_unknown_outcome(api: ResendApi, trouble: Trouble) -> None:
    api.troubles = [trouble] * 4

    with pytest.raises(Deferred) as deferred:
        resend_at(api).send(MESSAGE, NOW)

    assert deferred.value.may_have_arrived
    assert len(api.requests) == 4
    assert {request.headers["idempotency-key"] for request in api.requests} == {MESSAGE.idempotency_key}


def test_an_answer_without_an_id_is_an_unknown_outcome(api: ResendApi) -> None:
    api.troubles = [Trouble(status=200, body=b"{}")]

    with pytest.raises(Deferred) as deferred:
        resend_at(api).send(MESSAGE, NOW)

    assert deferred.value.may_have_arrived


@pytest.mark.parametrize(
    ("status", "name", "is_of_sender", "may_have_arrived"),
    [
        (400, "invalid_idempotency_key", False, False),
        (403, "validation_error", True, False),
        (409, "invalid_idempotent_request", False, True),
        (422, "invalid_from_address", False, False),
        (422, "missing_required_field", False, False),
    ],
)
def test_a_refusal_has_the_vendors_reason(
    api: ResendApi, status: int, name: str, is_of_sender: bool, may_have_arrived: bool
) -> None:
    api.troubles = [error(status, name)]

    with pytest.raises(RefusedForGood) as refused:
        resend_at(api).send(MESSAGE, NOW)

    assert refused.value.reason == "Resend refused the e-mail: Because."
    assert refused.value.is_of_sender == is_of_sender
    assert refused.value.may_have_arrived == may_have_arrived
    assert "dana" not in str(refused.value)


def test_a_refusal_without_json_has_its_status(api: ResendApi) -> None:
    api.troubles = [Trouble(status=413, body=b"<html>")]

    with pytest.raises(RefusedForGood) as refused:
        resend_at(api).send(MESSAGE, NOW)

    assert refused.value.reason == "Resend refused the e-mail: status 413"


def test_a_key_that_no_header_can_have_is_a_refused_key(api: ResendApi) -> None:
    with pytest.raises(Deferred) as deferred:
        resend_at(api, "Bearer re_\r\nX: y").send(MESSAGE, NOW)

    assert deferred.value.seconds == KEY_RETRY_SECONDS
    assert not api.requests


def test_e_mails_are_paced(api: ResendApi, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("eal.vendors.http.pause", pauses.append)
    paced = ResendTransport(
        VendorApi(base=api.url, authorization=KEY, seconds_apart=0.5, waits=WAITS), "mark"
    )

    for _ in range(3):
        paced.send(MESSAGE, NOW)

    assert len(pauses) >= 2
    assert all(0 < pause <= 0.5 for pause in pauses)


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("bounced@mailbox.test", "bounced"),
        ("bounced+17@mailbox.test", "bounced"),
        ("replies-question+a+b@mailbox.test", "replies-question"),
        ("failed@mailbox.test", "failed"),
        ("bounced@example.com", "delivered"),
        ("nobody@mailbox.test", "delivered"),
        ("bounced@mailbox.test.example.com", "delivered"),
    ],
)
def test_the_name_decides_what_happens_only_at_the_reserved_domain(address: str, name: str) -> None:
    assert mailbox.name_of(address) == name


def test_the_domain_is_reserved_and_has_no_mail() -> None:
    """RFC 6761, section 6.2: names below .test do not resolve outside of a test."""
    assert mailbox.DOMAIN.rpartition(".")[2] == "test"


@pytest.mark.parametrize("name", sorted(mailbox.REPLIES))
def test_an_answer_has_a_body_and_the_headers_of_its_kind(name: str) -> None:
    body = client.SimulatedResend().received(mailbox.reply_id(name, MESSAGE.email_id, NOW))

    assert body.text
    assert not re.search(r"[{}]", body.text)
    assert body.in_reply_to == mailbox.message_id_of(MESSAGE.email_id)
    assert ("auto-submitted" in body.headers) == (name in ("ooo", "autoreply"))


@pytest.mark.parametrize(
    "vendor_email_id",
    [
        "",
        "e1",
        "simulated_reply/",
        "simulated_reply/x/email_1/2026-04-24",
        "simulated_reply/ooo/email_1/x",
    ],
)
def test_any_other_id_is_a_text_that_says_so(vendor_email_id: str) -> None:
    body = client.SimulatedResend().received(vendor_email_id)

    assert body.text
    assert body.text.startswith("Test mode calls no vendor.")
