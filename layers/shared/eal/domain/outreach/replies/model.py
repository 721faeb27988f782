"""A reply: a received e-mail as it is stored, the e-mail that it answers, and what it means."""

from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Literal, Self

from eal.ai.provenance import Provenance
from eal.ai.replies import ReplyClass, ReplyClassification
from eal.core.audit import Actor
from eal.core.characters import without_controls
from eal.core.clock import Instant
from eal.domain.outreach.mail import Mail, Missing

type Match = Literal["reply_address", "message_id", "sender"]
"""The way in which the answered e-mail was found: by our address that only its recipient got, by the message id in
`In-Reply-To` or `References`, or, as a guess, as the newest e-mail to the sender."""
type SequenceEffect = Literal["stopped", "paused"]

PERSONAL = frozenset({"correction.note"})
"""Personal fields that classification adds: the audit log shows commitments to them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyRun:
    """The engine's classification of the reply, with its provenance."""

    at: Instant
    classification: ReplyClass
    confidence: float
    unsure: bool
    return_date: date | None = None
    resume_after: date | None = None
    reasons: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    engine: str
    model: str
    prompt_version: str | None = None
    input_sha256: str
    tokens: int = 0
    cost_microusd: int = 0
    latency_ms: int = 0
    fallback: bool = False

    @classmethod
    def of(cls, judged: ReplyClassification, provenance: Provenance, at: datetime) -> Self:
        return cls(
            at=at,
            **{member.name: getattr(judged, member.name) for member in fields(judged)},
            **{member.name: getattr(provenance, member.name) for member in fields(provenance)},
        )

    @property
    def provenance(self) -> Provenance:
        return Provenance(**{member.name: getattr(self, member.name) for member in fields(Provenance)})


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyCorrection:
    """A person's classification of the reply. It counts, and the engine's stays next to it."""

    at: Instant
    by: Actor
    classification: ReplyClass
    return_date: date | None = None
    resume_after: date | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply(Mail):
    """A stored e-mail. Its body is an item of its own; if there is none, `body_missing` has the reason.

    `headers` show whether a machine sent it. `handled_at` is when it was matched and had its effects; before that, it
    has neither match nor run. There is no run either if the organization has switched AI off, or if the engine kept
    failing. `suppression_ids` are the suppressions that it has caused and no correction has lifted.
    """

    id: str
    created_at: Instant
    version: int
    salt: str
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)
    body_missing: Missing | None = None
    handled_at: Instant | None = None
    match: Match | None = None
    email_id: str | None = None
    sequence_id: str | None = None
    enrollment_id: str | None = None
    lead_id: str | None = None
    prospect_id: str | None = None
    run: ReplyRun | None = None
    correction: ReplyCorrection | None = None
    needs_review: bool = False
    sequence_effect: SequenceEffect | None = None
    suppression_ids: tuple[str, ...] = ()

    @property
    def counts(self) -> ReplyRun | ReplyCorrection | None:
        """The classification that counts: a person's, or else the engine's."""
        return self.correction or self.run


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """The body as it was received, each part up to a size."""

    text: str | None = None
    html: str | None = None

    @property
    def readable(self) -> str:
        """The part that is read, without control characters: the text, or else the HTML."""
        return without_controls(self.text or self.html or "")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyRecord:
    """A reply with its body, which is an item of its own. A body that the vendor did not return is empty."""

    reply: Reply
    body: Body
