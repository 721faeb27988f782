"""The sentences of the e-mail writer, by goal and place in the e-mail, from sentences.toml."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, NamedTuple

from eal.ai import toml

type Goal = Literal[
    "introduction",
    "referral_partner",
    "estimate_follow_up",
    "scheduling",
    "thank_you",
    "feedback",
    "documents",
    "missed_call",
    "job_update",
    "re_engagement",
    "seasonal",
    "apology",
    "follow_up",
    "general",
]


class Sentences(NamedTuple):
    """An e-mail has one of each, and no `middle` if it has to be brief."""

    subjects: tuple[str, ...]
    openings: tuple[str, ...]
    middles: tuple[str, ...]
    asks: tuple[str, ...]


_STORED = toml.load(Path(__file__).with_suffix(".toml"))

BY_GOAL: dict[Goal, Sentences] = {
    goal: Sentences(*(tuple(lists[name]) for name in Sentences._fields))
    for goal, lists in _STORED["by_goal"].items()
}
FIRST_CONTACT: frozenset[Goal] = frozenset({"introduction", "referral_partner", "seasonal"})
"""Goals of which the recipient may not know the company: the e-mail says who writes."""
MENTION_REQUEST: frozenset[Goal] = frozenset({"follow_up", "re_engagement", "general"})
"""Goals of e-mails that mention what the recipient asked for."""

IDENTITY: list[str] = _STORED["identity"]
REQUESTS: list[str] = _STORED["requests"]
NEEDED: list[str] = _STORED["needed"]
"""Sentences for an e-mail that asks for documents, if the instructions name them."""
CARING: list[str] = _STORED["caring"]
FRIENDLY: list[str] = _STORED["friendly"]
POINTS: list[str] = _STORED["points"]
"""Sentences for the points of the instructions, after the first such point."""
LOSSES: dict[str, str] = _STORED["losses"]
"""Names of losses in an e-mail. Others are not named."""
GREETINGS: dict[str, list[str]] = _STORED["greetings"]
NAMELESS_GREETINGS: dict[str, list[str]] = _STORED["nameless_greetings"]
CLOSINGS: dict[str, list[str]] = _STORED["closings"]
CONTRACTIONS: dict[str, str] = _STORED["contractions"]
"""Contractions for friendly e-mails."""
