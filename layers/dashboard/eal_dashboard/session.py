"""The member's session: two cookies. The API alone decides what a session is worth."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from eal_dashboard.operations import Json

SESSION = "__Host-session"
"""The session's text. Only the API can read it."""
FRAME = "__Host-frame"
"""Cookie with the values that the frame of each page shows, so that no page asks for it. A member who changes it
deceives nobody else: the API decides by the session alone."""
RECENT = timedelta(minutes=10)
"""The API wants a sign-in of the last ten minutes for what is dangerous."""
IDLE_SECONDS = 3600
"""The API ends a session that nobody used for this long; the page warns before."""
MAX_ORGANIZATIONS = 12
"""Maximum number of organizations in the cookie, which browsers limit to 4 KB. The account page lists all."""
_TEXT = re.compile(r"[A-Za-z0-9_]{20,200}")


@dataclass(frozen=True)
class SignedInMember:
    """The session, as a page shows it."""

    id: str
    email: str
    name: str
    role: str
    organization_id: str
    organization: str
    organizations: tuple[tuple[str, str], ...]
    mode: str
    timezone: str
    auth_time: str

    @property
    def is_test(self) -> bool:
        return self.mode == "test"

    @property
    def tenant(self) -> str:
        """The organization and mode for which a form was made."""
        return f"{self.organization_id}:{self.mode}"

    def is_recent(self, now: datetime) -> bool:
        """Whether the sign-in is recent enough for what is dangerous."""
        try:
            return now - datetime.fromisoformat(self.auth_time) < RECENT
        except (ValueError, TypeError):
            return False

    @classmethod
    def of(cls, session: Json, timezone: str) -> SignedInMember:
        """The member of a response of `/session`."""
        member, organization = session["member"], session["organization"]
        others = session.get("organizations", [])[:MAX_ORGANIZATIONS]
        return cls(
            id=str(member["id"]),
            email=str(member["email"]),
            name=str(member.get("name") or member["email"]),
            role=str(member["role"]),
            organization_id=str(organization["id"]),
            organization=str(organization["name"]),
            organizations=tuple((str(other["id"]), str(other["name"])) for other in others),
            mode=str(session["mode"]),
            timezone=timezone,
            auth_time=str(session["auth_time"]),
        )

    def to_text(self) -> str:
        content = json.dumps(self.__dict__, separators=(",", ":"), ensure_ascii=False)
        return base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")

    @classmethod
    def from_text(cls, text: str) -> SignedInMember | None:
        """None if the text is not one of `to_text`."""
        try:
            content = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            others = tuple((str(identity), str(name)) for identity, name in content.pop("organizations"))
            return cls(organizations=others, **{name: str(value) for name, value in content.items()})
        except (ValueError, TypeError, KeyError, AttributeError):
            return None


def text_of(request: Request) -> str:
    """The session's text, or an empty one."""
    text = request.cookies.get(SESSION, "")
    return text if _TEXT.fullmatch(text) else ""


def member_of(request: Request) -> SignedInMember | None:
    return SignedInMember.from_text(request.cookies.get(FRAME, ""))


def keep(response: Response, member: SignedInMember, text: str | None = None) -> None:
    """Set the cookies. They end with the browser; the session itself ends at the API."""
    if text is not None:
        _set(response, SESSION, text)
    _set(response, FRAME, member.to_text())


def forget(response: Response) -> None:
    for name in (SESSION, FRAME):
        response.delete_cookie(name, path="/", secure=True, httponly=True, samesite="lax")


def _set(response: Response, name: str, value: str) -> None:
    response.set_cookie(name, value, path="/", secure=True, httponly=True, samesite="lax")


def now() -> datetime:
    return datetime.now(UTC)
