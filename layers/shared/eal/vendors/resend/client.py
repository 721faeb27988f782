"""Resend's API, which returns the bodies of received mails. Test mode sends no request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote

from eal.core import settings
from eal.domain.outreach.mail import MailBody
from eal.vendors import loose_json
from eal.vendors.http import VendorApi
from eal.vendors.resend import mailbox
from eal.vendors.resend.webhooks import MAX_MESSAGE_ID_CHARACTERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eal.core.json import Json
    from eal.core.tenancy import Mode
    from eal.vendors.loose_json import Body

BASE = "https://api.resend.com"
SECONDS_APART = 1.0
"""Pause between two requests of a process. Resend allows a team two requests per second (one of its pages says five).
If more workers than that have mails of one team, Resend returns 429 and their messages are deferred."""
PAGE_MAILS = 100
_MAX_REFERENCES = 50
"""The newest: the last one is what the mail answers."""
_WITH_VALUE = (
    "auto-submitted", "content-type", "precedence", "return-path", "x-auto-response-suppress",
    "x-ms-exchange-generated-message-source",
)  # fmt: skip
_BY_PRESENCE = (
    "list-id", "list-unsubscribe", "x-autoreply", "x-autorespond", "x-autoresponder", "x-failed-recipients",
    "x-ms-exchange-message-is-ndr",
)  # fmt: skip
"""Headers that `eal.ai.engines.embedded.replies` reads; of these only whether they are there, because their values may
name people."""
_MAX_HEADER_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class ResendPage:
    """Received mails, the newest first, and whether there are older ones."""

    mails: list[Body]
    has_more: bool


class Mails(Protocol):
    """The requests to Resend. Raises the exceptions of `VendorApi.get`."""

    def received(self, email_id: str) -> MailBody:
        """The body of a received mail."""
        ...

    def page(self, after: str | None) -> ResendPage:
        """The newest received mails, or those older than the mail with the id `after`."""
        ...


@dataclass(frozen=True, slots=True)
class Resend:
    api: VendorApi

    def received(self, email_id: str) -> MailBody:
        return parse_mail_body(self.api.get(f"/emails/receiving/{quote(email_id, safe='')}"))

    def page(self, after: str | None) -> ResendPage:
        query = {"limit": str(PAGE_MAILS), **({"after": after} if after else {})}
        response = self.api.get("/emails/receiving", query)
        return ResendPage(loose_json.members(response, "data"), response.get("has_more") is True)


class SimulatedResend:
    """Test mode: a mail's body is that of the simulated mailbox or a text that says so, and no mail was missed."""

    def received(self, email_id: str) -> MailBody:
        if simulated := mailbox.received(email_id):
            return parse_mail_body(simulated)
        return MailBody(text=f"Test mode calls no vendor. This text stands in for the body of {email_id}.")

    def page(self, after: str | None) -> ResendPage:
        return ResendPage([], has_more=False)


def connect(mode: Mode, api_key: str, *, budget: int | None = None) -> Mails:
    """The API in live mode, and a simulation in test mode."""
    if mode == "test":
        return SimulatedResend()
    base = settings.vendor_api_url("resend") or BASE
    authorization = f"Bearer {api_key}"
    return Resend(
        VendorApi(base=base, authorization=authorization, seconds_apart=SECONDS_APART, budget=budget)
    )


def parse_mail_body(body: Body) -> MailBody:
    """A received mail from the API's representation. Header names are case-insensitive."""
    headers = {
        name.lower(): _first_value(value) for name, value in loose_json.member(body, "headers").items()
    }
    return MailBody(
        text=loose_json.text(body, "text", 10**7),
        html=loose_json.text(body, "html", 10**7),
        in_reply_to=next(_message_ids(headers.get("in-reply-to", "")), None),
        references=tuple(_message_ids(headers.get("references", "")))[-_MAX_REFERENCES:],
        headers=_kept(headers),
    )


def _first_value(value: Json) -> str:
    """The header's value, or the first one of a repeated header."""
    first = value[0] if isinstance(value, list) and value else value
    return loose_json.clean(first) if isinstance(first, str) else ""


def _message_ids(value: str) -> Iterator[str]:
    """The message ids in a header, which may be folded."""
    return (found for found in value.split() if len(found) <= MAX_MESSAGE_ID_CHARACTERS)


def _kept(headers: dict[str, str]) -> dict[str, str]:
    """The headers that show whether a machine sent the mail. Of return paths only the empty one does."""
    kept = {name: headers[name][:_MAX_HEADER_CHARACTERS] for name in _WITH_VALUE if name in headers}
    if kept.get("return-path", "<>").strip() != "<>":
        del kept["return-path"]
    return kept | {name: "" for name in _BY_PRESENCE if name in headers}
