"""E-mails that are written by instructions: what a writer is told, and what it returns."""

import hashlib
import json
from dataclasses import asdict, dataclass

from eal.ai.tone import Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """The known facts about the lead or prospect. `notes` are text from outside: data, and never instructions."""

    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    city: str | None = None
    loss_type: str | None = None
    notes: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """`instructions` are the tenant's. `sender_name` is null if the tenant has set no sender. A `subject` is kept."""

    instructions: str
    tone: Tone
    organization: str
    industry: str
    recipient: Recipient
    sender_name: str | None = None
    subject: str | None = None

    @property
    def sha256(self) -> str:
        text = json.dumps(asdict(self), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode(errors="replace")).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenEmail:
    """`remarks` are slugs about what became of the instructions. `unsure`: their goal was not understood."""

    subject: str
    body: str
    remarks: tuple[str, ...] = ()
    unsure: bool = False
