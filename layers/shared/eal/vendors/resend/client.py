"""Resend's API, where a received mail's body is: the vendor itself in live mode, nobody in test mode."""

from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote

from eal.core import settings
from eal.core.json import Json
from eal.core.tenancy import Mode
from eal.domain.outreach.model import MailBody
from eal.vendors import loose_json
from eal.vendors.http import Api
from eal.vendors.loose_json import Body

BASE = "https://api.resend.com"
SECONDS_APART = 1.0
"""Resend allows a team two requests a second (one of its pages says five); two workers at most ask at once."""
MOST_A_PAGE = 100
_LONGEST_ID_HEADER = 998
_MOST_REFERENCES = 50
_BY_MACHINE = frozenset({"bulk", "auto_reply", "junk", "list"})


@dataclass(frozen=True, slots=True)
class Page:
    """Mails that came, the newest first, and whether there are older ones."""

    mails: list[Body]
    has_more: bool


class Mails(Protocol):
    """What Resend is asked for. Every method raises what `Api.get` does."""

    def received(self, email_id: str) -> MailBody:
        """What is inside of a mail that came."""
        ...

    def page(self, after: str | None) -> Page:
        """Mails that came: the newest ones, or those older than one of them."""
        ...


@dataclass(frozen=True, slots=True)
class Resend:
    api: Api

    def received(self, email_id: str) -> MailBody:
        return mail_body_in(self.api.get(f"/emails/receiving/{quote(email_id, safe='')}"))

    def page(self, after: str | None) -> Page:
        query = {"limit": str(MOST_A_PAGE), **({"after": after} if after else {})}
        answer = self.api.get("/emails/receiving", query)
        return Page(loose_json.members(answer, "data"), answer.get("has_more") is True)


class Simulated:
    """Test mode: a mail has a body that says so, and none was missed."""

    def received(self, email_id: str) -> MailBody:
        return MailBody(text=f"Test mode calls no vendor. This text stands in for the body of {email_id}.")

    def page(self, after: str | None) -> Page:
        return Page([], has_more=False)


def connect(mode: Mode, api_key: str, *, budget: int | None = None) -> Mails:
    """The API as a tenant's mode may reach it: the one place where that is decided."""
    if mode == "test":
        return Simulated()
    base = settings.vendor_api_url("resend") or BASE
    authorization = f"Bearer {api_key}"
    return Resend(Api(base=base, authorization=authorization, seconds_apart=SECONDS_APART, budget=budget))


def mail_body_in(body: Body) -> MailBody:
    """A received mail as the API shows it. Header names are matched whatever their case."""
    headers = {name.lower(): _one(value) for name, value in loose_json.member(body, "headers").items()}
    return MailBody(
        text=loose_json.text(body, "text", 10**7),
        html=loose_json.text(body, "html", 10**7),
        in_reply_to=headers.get("in-reply-to", "")[:_LONGEST_ID_HEADER] or None,
        references=tuple(headers.get("references", "").split())[:_MOST_REFERENCES],
        automatic=_is_automatic(headers),
    )


def _one(value: Json) -> str:
    """A header that came once, or the first of several."""
    first = value[0] if isinstance(value, list) and value else value
    return loose_json.clean(first) if isinstance(first, str) else ""


def _is_automatic(headers: dict[str, str]) -> bool:
    """RFC 3834, and what machines sent before it: to be told before anybody reads a word."""
    submitted = headers.get("auto-submitted", "no").partition(";")[0].strip().lower()
    return (
        submitted != "no"
        or headers.get("precedence", "").lower() in _BY_MACHINE
        or any(name in headers for name in ("x-autoreply", "x-autorespond"))
        or headers.get("content-type", "").lower().startswith("multipart/report")
        or headers.get("return-path", "").strip() == "<>"
    )
