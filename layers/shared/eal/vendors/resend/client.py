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

if TYPE_CHECKING:
    from eal.core.json import Json
    from eal.core.tenancy import Mode
    from eal.vendors.loose_json import Body

BASE = "https://api.resend.com"
SECONDS_APART = 1.0
"""Per process. Resend allows a team two requests per second (one of its pages says five). If more workers than that
have mails of one team, Resend returns 429 and their messages are deferred."""
PAGE_MAILS = 100
_MAX_MESSAGE_ID_CHARACTERS = 998
_MAX_REFERENCES = 50
_AUTOMATIC_PRECEDENCES = frozenset({"bulk", "auto_reply", "junk", "list"})


@dataclass(frozen=True, slots=True)
class Page:
    """Received mails, the newest first, and whether there are older ones."""

    mails: list[Body]
    has_more: bool


class Mails(Protocol):
    """The requests to Resend. Raises the exceptions of `VendorApi.get`."""

    def received(self, email_id: str) -> MailBody:
        """The body of a received mail."""
        ...

    def page(self, after: str | None) -> Page:
        """The newest received mails, or those older than the mail with the id `after`."""
        ...


@dataclass(frozen=True, slots=True)
class Resend:
    api: VendorApi

    def received(self, email_id: str) -> MailBody:
        return parse_mail_body(self.api.get(f"/emails/receiving/{quote(email_id, safe='')}"))

    def page(self, after: str | None) -> Page:
        query = {"limit": str(PAGE_MAILS), **({"after": after} if after else {})}
        response = self.api.get("/emails/receiving", query)
        return Page(loose_json.members(response, "data"), response.get("has_more") is True)


class Simulated:
    """Test mode: a mail's body is that of the simulated mailbox or a text that says so, and no mail was missed."""

    def received(self, email_id: str) -> MailBody:
        if simulated := mailbox.received(email_id):
            return parse_mail_body(simulated)
        return MailBody(text=f"Test mode calls no vendor. This text stands in for the body of {email_id}.")

    def page(self, after: str | None) -> Page:
        return Page([], has_more=False)


def connect(mode: Mode, api_key: str, *, budget: int | None = None) -> Mails:
    """The API in live mode, and a simulation in test mode."""
    if mode == "test":
        return Simulated()
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
        in_reply_to=headers.get("in-reply-to", "")[:_MAX_MESSAGE_ID_CHARACTERS] or None,
        references=tuple(headers.get("references", "").split())[:_MAX_REFERENCES],
        automatic=_is_automatic(headers),
    )


def _first_value(value: Json) -> str:
    """The header's value, or the first one of a repeated header."""
    first = value[0] if isinstance(value, list) and value else value
    return loose_json.clean(first) if isinstance(first, str) else ""


def _is_automatic(headers: dict[str, str]) -> bool:
    """Whether headers mark the mail as an automatic response, by RFC 3834 or the conventions before it."""
    submitted = headers.get("auto-submitted", "no").partition(";")[0].strip().lower()
    return (
        submitted != "no"
        or headers.get("precedence", "").lower() in _AUTOMATIC_PRECEDENCES
        or any(name in headers for name in ("x-autoreply", "x-autorespond"))
        or headers.get("content-type", "").lower().startswith("multipart/report")
        or headers.get("return-path", "").strip() == "<>"
    )
