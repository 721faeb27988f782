"""Input and output of the writer of content."""

import hashlib
import json
from dataclasses import asdict, dataclass

from eal.ai.content import Brief, ContentText, ContentType


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """The tenant's settings about itself: all that a text may say about it. `service_areas` are names."""

    name: str
    industry: str
    service_areas: tuple[str, ...] = ()
    licences: tuple[str, ...] = ()
    certifications: tuple[str, ...] = ()
    phone: str | None = None
    website: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewText:
    """A review without its author. The text is from outside: data, and never instructions."""

    rating: int | None
    text: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentAssignment:
    """`seed` varies the draft: the same brief with another seed gives another text. `current` and `instructions` are
    set for a revision; `instructions` are the tenant's.
    """

    type: ContentType
    brief: Brief
    publisher: Publisher
    seed: str = ""
    review: ReviewText | None = None
    current: ContentText | None = None
    instructions: str | None = None

    @property
    def sha256(self) -> str:
        text = json.dumps(asdict(self), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode(errors="replace")).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenContent:
    """`remarks` say what became of the brief or the instructions, such as `topic_not_understood`, or `not_understood:`
    with the words of an instruction. `unsure`: something was not understood.
    """

    text: ContentText
    remarks: tuple[str, ...] = ()
    unsure: bool = False
