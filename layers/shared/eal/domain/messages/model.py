"""Reports of a call tracker in addition to calls: web forms and text messages."""

from dataclasses import dataclass, field
from typing import Literal

from eal.core.clock import Instant

PERSONAL = frozenset({"from_number", "to_number", "content_sha256", "agent", "page"})
"""Fields that are, or may contain, personal data: the audit log shows commitments to them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebForm:
    """A submitted form. Its data goes to its lead; `lead_id` is None if the form has no e-mail and no phone number.

    `fields` are the form's fields as submitted, including those that no field of a lead can store. They are empty if
    there is no lead.
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
    """A text message as the tracker reports it.

    `media` is the number of pictures. Their URLs are not stored, because they expire soon and need no authentication.
    """

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
