"""A draft: its way from the instructions or the text to one e-mail."""

from dataclasses import dataclass
from typing import Literal

from eal.ai.content_policy import Finding
from eal.ai.provenance import Provenance
from eal.ai.tone import Tone
from eal.core.clock import Instant

type DraftStatus = Literal["writing", "failed", "draft", "queued", "sent", "not_sent"]
type DraftReason = Literal["recipient_not_found", "ai_disabled", "engine_failed", "suppressed", "refused"]
"""Why a draft is `failed`: the first three; or `not_sent`: the others."""

MAX_SUBJECT_CHARACTERS, MAX_BODY_CHARACTERS, MAX_INSTRUCTIONS_CHARACTERS = 250, 10_000, 2_000

EDITABLE: frozenset[DraftStatus] = frozenset({"draft", "failed"})
"""Statuses in which a draft may be edited. A text for a failed draft makes a draft of it."""
PERSONAL = frozenset({"to", "subject", "body", "instructions", "findings", "input_sha256"})
"""Fields that are, or may contain, personal data: the audit log shows commitments to them.

The hash of the input is one, because instructions can be short enough to be guessed and verified by the hash.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """`salt` is for the audit log's commitments. It is stored only here and never shown.

    `instructions` and `tone` are set if the AI writes it, and `provenance` and `remarks` once it has: slugs about what
    the engine left out or could not read. `edited`: a person has changed what it wrote. `findings` are those of the
    content policy for the present text. At most one of `lead_id` and `prospect_id` is set. `email_id` is set from
    sending on, and `reason` for `failed` and `not_sent`.
    """

    id: str
    status: DraftStatus
    to: str
    created_at: Instant
    updated_at: Instant
    version: int
    salt: str
    lead_id: str | None = None
    prospect_id: str | None = None
    subject: str | None = None
    body: str | None = None
    instructions: str | None = None
    tone: Tone | None = None
    findings: tuple[Finding, ...] = ()
    remarks: tuple[str, ...] = ()
    provenance: Provenance | None = None
    edited: bool = False
    reason: DraftReason | None = None
    email_id: str | None = None

    @property
    def is_editable(self) -> bool:
        return self.status in EDITABLE

    @property
    def texts(self) -> dict[str, str]:
        """The texts that the content policy reads."""
        return {"subject": self.subject or "", "body": self.body or ""}
