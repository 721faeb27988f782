"""Content that is written by a brief: its types, its brief and its text."""

import re
from dataclasses import dataclass
from typing import Literal

from eal.ai.tone import Tone

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
"""Maximum length of a post's text with its hashtags and links, in the network's counting: `posted_length`."""


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
