"""eal.vendors.resend.webhooks: the signature, against two libraries by the scheme's authors, and parsed bodies."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
import standardwebhooks
import svix.webhooks
from hypothesis import given
from hypothesis import strategies as st

from eal.domain.integrations.scheme import SignedRequest
from eal.domain.outreach.mail import Mail, MailEvent
from eal.vendors.resend.webhooks import is_signed, parse_webhook

AT = datetime(2026, 4, 24, 17, 42, 11, tzinfo=UTC)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
GOLDEN = {
    "svix-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "svix-timestamp": "1614265330",
    "svix-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}
BODY = b'{"test": 2432232314}'
KEYS = st.binary(min_size=1, max_size=64).map(lambda key: "whsec_" + base64.b64encode(key).decode())
IDS = st.from_regex(r"msg_[A-Za-z0-9]{1,30}", fullmatch=True)
TIMES = st.datetimes(datetime(2001, 1, 1), datetime(2100, 1, 1)).map(lambda at: at.replace(microsecond=0))


def test_the_documented_vector_is_signed() -> None:
    assert is_signed(SignedRequest(GOLDEN, BODY), [SECRET])
    assert is_signed(SignedRequest(GOLDEN, BODY), ["whsec_" + base64.b64encode(b"another").decode(), SECRET])


@given(KEYS, IDS, TIMES, st.text())
def test_signatures_of_svix_and_standard_webhooks_are_accepted(
    secret: str, message_id: str, at: datetime, body: str
) -> None:
    for library in (svix.webhooks.Webhook(secret), standardwebhooks.Webhook(secret)):
        signature = library.sign(message_id, at, body)
        headers = {
            "svix-id": message_id,
            "svix-timestamp": str(int(at.replace(tzinfo=UTC).timestamp())),
            "svix-signature": f"v1a,AAAA {signature} v1,AAAA",
        }
        assert is_signed(SignedRequest(headers, body.encode()), [secret])
        assert not is_signed(SignedRequest(headers, body.encode() + b" "), [secret])
        assert not is_signed(SignedRequest({**headers, "svix-id": message_id + "x"}, body.encode()), [secret])


@pytest.mark.parametrize(
    "wrong",
    [
        {"svix-id": ""},
        {"svix-timestamp": ""},
        {"svix-timestamp": "1614265331"},
        {"svix-timestamp": "-1614265330"},
        {"svix-timestamp": "9" * 5000},
        {"svix-timestamp": "١٦١٤٢٦٥٣٣٠"},
        {"svix-signature": ""},
        {"svix-signature": GOLDEN["svix-signature"].replace("v1,", "v2,")},
        {"svix-signature": GOLDEN["svix-signature"].removeprefix("v1,")},
        {"svix-signature": "v1,☃"},
    ],
)
def test_any_other_header_is_not_a_signature(wrong: dict[str, str]) -> None:
    assert not is_signed(SignedRequest({**GOLDEN, **wrong}, BODY), [SECRET])


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_☃", "whsec_%%%", "re_key"])
def test_an_invalid_secret_matches_no_signature(secret: str) -> None:
    assert not is_signed(SignedRequest(GOLDEN, BODY), [secret])


@given(
    st.dictionaries(st.sampled_from(sorted(GOLDEN)), st.text()), st.binary(), st.lists(st.text(), max_size=2)
)
def test_arbitrary_headers_are_not_a_signature(
    headers: dict[str, str], body: bytes, secrets: list[str]
) -> None:
    assert is_signed(SignedRequest(headers, body), secrets) is False


def _parse(kind: str, **data: Any) -> MailEvent | Mail | None:
    body = {"type": kind, "created_at": "2026-02-22T23:41:12.126Z", "data": {"email_id": "e1", **data}}
    return parse_webhook(json.dumps(body).encode(), "msg_1", AT)


def test_a_bounce_has_its_reason() -> None:
    parsed = _parse(
        "email.bounced",
        to=["Bounced <BOUNCED@resend.dev>"],
        bounce={"type": "Permanent", "subType": "General", "message": "rejected", "diagnosticCode": "x"},
    )

    assert isinstance(parsed, MailEvent)
    assert (parsed.type, parsed.vendor_email_id, parsed.vendor_event_id) == ("bounced", "e1", "msg_1")
    assert parsed.recipients == ("bounced@resend.dev",)
    assert (parsed.bounce_type, parsed.bounce_subtype, parsed.reason) == ("Permanent", "General", "rejected")


def test_a_mail_cannot_disguise_the_type_of_a_file() -> None:
    parsed = _parse(
        "email.received",
        **{"from": "sam@example.com", "to": ["in@example.com"]},
        subject="Our \u2066invoice\u2069",
        attachments=[{"filename": "invoice\u202efdp.exe"}],
    )

    assert isinstance(parsed, Mail)
    assert (parsed.subject, parsed.attachments) == ("Our invoice", ("invoicefdp.exe",))


def test_a_click_has_neither_its_recipient_nor_the_query_of_the_link() -> None:
    parsed = _parse(
        "email.clicked",
        click={"ipAddress": "203.0.113.9", "link": "https://a.example/x?token=1", "userAgent": "Browser"},
    )

    assert isinstance(parsed, MailEvent)
    assert parsed.link == "https://a.example/x?***"
    assert "203.0.113.9" not in str(parsed)
    assert "Browser" not in str(parsed)


@pytest.mark.parametrize(
    ("kind", "data", "reason"),
    [
        ("email.failed", {"failed": {"reason": "reached_daily_quota"}}, "reached_daily_quota"),
        ("email.suppressed", {"suppressed": {"reason": "previous_bounce"}}, "previous_bounce"),
        ("email.delivered", {}, None),
        ("email.delivery_delayed", {"tags": [{"name": "a", "value": "b"}]}, None),
    ],
)
def test_the_other_known_types_are_events(kind: str, data: dict[str, Any], reason: str | None) -> None:
    parsed = _parse(kind, **data)

    assert isinstance(parsed, MailEvent)
    assert parsed.reason == reason


@pytest.mark.parametrize(
    "kind", ["email.sent", "email.scheduled", "contact.created", "domain.updated", "x", ""]
)
def test_an_unknown_type_is_none(kind: str) -> None:
    assert _parse(kind) is None


@pytest.mark.parametrize("kind", ["email.bounced", "email.received"])
def test_a_mail_without_an_id_is_rejected(kind: str) -> None:
    with pytest.raises(ValueError, match="has no mail id"):
        _parse(kind, email_id="")


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
MEMBERS = (
    "to",
    "cc",
    "from",
    "subject",
    "bounce",
    "click",
    "failed",
    "suppressed",
    "created_at",
    "attachments",
)


@given(
    st.sampled_from(["email.bounced", "email.clicked", "email.received", "email.suppressed"]),
    st.dictionaries(st.sampled_from(MEMBERS), JSON),
)
def test_an_invalid_member_does_not_affect_the_others(kind: str, data: dict[str, Any]) -> None:
    parsed = _parse(kind, **data)

    assert parsed is not None
    assert parsed.vendor_email_id == "e1"
