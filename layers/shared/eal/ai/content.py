"""Content that is written by a brief: what a writer is given, and what it returns."""

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from typing import Literal

from eal.ai.writing import Tone

type ContentType = Literal["blog_post", "video_script", "social_post", "review_response"]
type Network = Literal["facebook", "instagram", "linkedin", "x", "google_business", "nextdoor"]
type Length = Literal["short", "medium", "long"]

MAX_POST_CHARACTERS: dict[Network, int] = {
    "facebook": 63_206,
    "instagram": 2_200,
    "linkedin": 3_000,
    "x": 280,
    "google_business": 1_500,
    "nextdoor": 8_192,
}
"""Of a post's text with its hashtags and links, in the network's counting: `posted_length`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    topic: str | None = None
    keywords: tuple[str, ...] = ()
    tone: Tone | None = None
    audience: str | None = None
    length: Length | None = None
    network: Network | None = None
    review_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    narration: str
    on_screen_text: str
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentText:
    """Everything that a revision holds. A part that the type does not have is null or empty.

    `body` is Markdown in a blog post, and plain text otherwise. Hashtags have no `#`.
    """

    title: str | None = None
    body: str | None = None
    slug: str | None = None
    excerpt: str | None = None
    seo_title: str | None = None
    seo_description: str | None = None
    scenes: tuple[Scene, ...] = ()
    hashtags: tuple[str, ...] = ()
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """What the tenant's settings say about it, and all that a text may say about it. `service_areas` are names."""

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


_X_URL_CHARACTERS = 23
_URL = r"https?://\S+"


def posted_text(text: ContentText) -> str:
    """A social post as the network gets it: the text, its links and its hashtags."""
    hashtags = " ".join(f"#{hashtag}" for hashtag in text.hashtags)
    return "\n\n".join(filter(None, (text.body, "\n".join(text.links), hashtags)))


def posted_length(network: Network, text: ContentText) -> int:
    """The length of a social post in the network's counting.

    X counts a link as 23 characters, and each character outside of the Latin, Greek, Cyrillic and similar scripts as
    two (docs.x.com, "Counting characters"). The others count characters.
    """
    posted = posted_text(text)
    if network != "x":
        return len(posted)
    return sum(1 if _counts_once(letter) else 2 for letter in re.sub(_URL, "-" * _X_URL_CHARACTERS, posted))


def _counts_once(letter: str) -> bool:
    """The ranges of twitter-text's configuration v3."""
    point = ord(letter)
    return (
        point <= 0x10FF or 0x2000 <= point <= 0x200D or 0x2010 <= point <= 0x201F or 0x2032 <= point <= 0x2037
    )
