"""Twilio's webhooks: their signature, and their forms.

Sources: twilio-python's `request_validator.py`; Twilio's pages on webhook security, on status callbacks and on TwiML's
Gather.
"""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlsplit

from eal.domain.integrations.scheme import Acceptance, Scheme, SignedRequest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

VENDOR: Final = "twilio"
MESSAGE, MESSAGE_STATUS, VOICE_STATUS, VOICE_KEY = "message", "message-status", "voice-status", "voice-key"
ALERT_PARAMETER = "alert"
"""The parameter of the addresses that we give with a request. It names the alert, also if the answer was lost."""
_PORTS: Final[Mapping[str, int]] = {"https": 443, "http": 80}
_MAX_FIELDS = 200
"""Twilio sends some 40. More take time, and are not Twilio's."""
_MAX_VALUE_CHARACTERS = 2000


def is_signed(request: SignedRequest, secrets: Collection[str]) -> bool:
    """Whether `X-Twilio-Signature` is the base64 of HMAC-SHA1, under one of the auth tokens, over one of the addresses
    and the form's fields: sorted by name, each name followed by its value.

    Twilio signs the address with or without its port, so both are tried. Values of a repeated field are sorted, and
    each counts once.
    """
    given = request.headers.get("x-twilio-signature", "").strip().encode(errors="replace")
    form = _pairs(request.body)
    fields = "".join(name + value for name, value in sorted(set(form or ())))
    genuine = False
    for secret in secrets:
        for url in request.urls:
            for signed in _with_and_without_port(url):
                digest = hmac.digest(
                    secret.encode(), (signed + fields).encode(errors="surrogatepass"), "sha1"
                )
                genuine |= hmac.compare_digest(base64.b64encode(digest), given)
    return genuine and form is not None


def spoken(text: str) -> Acceptance:
    """The response that says a text to who is on the phone."""
    return _twiml(f"<Say>{escape(text)}</Say>")


def asked_again(text: str) -> Acceptance:
    """The response that says a text and waits for another key, which goes to the same address."""
    return _twiml(asking(text))


def written(text: str) -> Acceptance:
    """The response that answers a text with a text."""
    return _twiml(f"<Message>{escape(text)}</Message>")


def asking(text: str, url: str = "") -> str:
    """TwiML that says a text and sends a key that is pressed meanwhile, or within five seconds, to an address: by
    default to the one from which Twilio has the TwiML."""
    action = f' action="{escape(url)}"' if url else ""
    return f'<Gather input="dtmf" numDigits="1" timeout="5"{action} method="POST"><Say>{escape(text)}</Say></Gather>'


def _twiml(verbs: str) -> Acceptance:
    return Acceptance(200, f'<?xml version="1.0" encoding="UTF-8"?><Response>{verbs}</Response>', "text/xml")


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a webhook that matter here. A missing one is empty."""

    account: str
    sid: str
    status: str
    sender: str
    recipient: str
    text: str
    digits: str
    error: str

    @classmethod
    def of(cls, body: bytes) -> Form:
        """Raises: ValueError for a body that is no form."""
        pairs = _pairs(body)
        if pairs is None:
            raise ValueError("the body is not a form")
        values = {name: value[:_MAX_VALUE_CHARACTERS] for name, value in pairs}

        def first(*names: str) -> str:
            return next(filter(None, (values.get(name) for name in names)), "")

        return cls(
            account=first("AccountSid"),
            sid=first("MessageSid", "SmsSid", "CallSid"),
            status=first("MessageStatus", "SmsStatus", "CallStatus"),
            sender=first("From"),
            recipient=first("To"),
            text=first("Body"),
            digits=first("Digits"),
            error=first("ErrorCode"),
        )


def _pairs(body: bytes) -> list[tuple[str, str]] | None:
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MAX_FIELDS)
    except ValueError:
        return None


def _with_and_without_port(url: str) -> Iterator[str]:
    yield url
    parts = urlsplit(url)
    host, _, port = parts.netloc.partition(":")
    default = _PORTS.get(parts.scheme)
    other = host if port else f"{host}:{default}"
    yield parts._replace(netloc=other).geturl()


def _is_form(body: bytes) -> bool:
    return bool(_pairs(body))


SCHEME = Scheme(
    vendor=VENDOR,
    is_signed=is_signed,
    id_parameter=ALERT_PARAMETER,
    has_form=_is_form,
    form="a form",
    acceptance=_twiml(""),
)
