"""What people write to a tenant through its tracker, beside calling: web forms and text messages."""

from dataclasses import dataclass, field
from typing import Literal

from eal.core.clock import Instant

PERSONAL = frozenset({"from_number", "to_number", "content_sha256", "agent", "page"})
"""Fields that are, or may hold, personal data: the audit log shows commitments to them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form that was sent. What was filled in goes to its lead; `lead_id` is None where nobody could be reached.

    `fields` are as they were filled in, what no field of a lead could take too; empty where there is no lead.
    """

    id: str
    vendor: str
    vendor_form_id: str
    submitted_at: Instant
    created_at: Instant
    version: int
    salt: str
    page: str | None = None
    lead_id: str | None = None
    fields: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SentText:
    """A text message as its tracker tells of it. `media` is how many pictures came with it: their addresses are
    short-lived, and open them to whoever has them."""

    vendor: str
    vendor_text_id: str
    direction: Literal["received", "sent"]
    at: Instant
    from_number: str | None = None
    to_number: str | None = None
    content: str | None = None
    media: int = 0
    conversation_id: str | None = None
    agent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(SentText):
    """A text message as it is stored."""

    id: str
    created_at: Instant
    version: int
    salt: str
