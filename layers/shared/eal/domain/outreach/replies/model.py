"""A reply: a received e-mail as it is stored."""

from dataclasses import dataclass

from eal.core.clock import Instant
from eal.domain.outreach.mail import Mail, Missing


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply(Mail):
    """A stored e-mail. Its body is an item of its own; if there is none, `body_missing` has the reason."""

    id: str
    created_at: Instant
    version: int
    salt: str
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    automatic: bool = False
    body_missing: Missing | None = None
