"""Length of a social post or an answer to a review, in the counting of the place where it is published."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_POST_CHARACTERS = {
    "facebook": 63_206,
    "instagram": 2_200,
    "linkedin": 3_000,
    "x": 280,
    "google_business": 1_500,
    "nextdoor": 8_192,
}
MAX_REPLY_BYTES = 4_096
"""Limits of the networks, as in eal.ai.content and eal.domain.content.limits, which a test compares. The API
decides."""
_X_URL_CHARACTERS = 23
_X_RANGES = ((0, 0x10FF), (0x2000, 0x200D), (0x2010, 0x201F), (0x2032, 0x2037))
"""Ranges of characters that X counts once; it counts the others twice."""


@dataclass(frozen=True)
class PostLength:
    """`unit` is what the network counts."""

    count: int
    limit: int
    unit: str = "characters"

    @property
    def left(self) -> int:
        return self.limit - self.count


def posted(body: str, links: Sequence[str], hashtags: Sequence[str]) -> str:
    """A social post as the network gets it."""
    tags = " ".join(f"#{hashtag.removeprefix('#')}" for hashtag in hashtags)
    return "\n\n".join(filter(None, (body, "\n".join(links), tags)))


def of_post(network: str | None, text: str) -> PostLength | None:
    """The length of a post, as `posted` returns it; None for a network without a known limit."""
    if network not in MAX_POST_CHARACTERS:
        return None
    if network != "x":
        return PostLength(len(text), MAX_POST_CHARACTERS[network])
    letters = re.sub(r"https?://\S+", "-" * _X_URL_CHARACTERS, text)
    return PostLength(sum(1 if _counts_once(letter) else 2 for letter in letters), MAX_POST_CHARACTERS["x"])


def of_reply(text: str) -> PostLength:
    return PostLength(len(text.encode(errors="replace")), MAX_REPLY_BYTES, "bytes")


def _counts_once(letter: str) -> bool:
    return any(first <= ord(letter) <= last for first, last in _X_RANGES)
