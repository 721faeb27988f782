"""The reading of a lead's notes by phrases, for the score of a request, which must not import NumPy.

`leads.toml` has the phrases. A phrase states a fact, so an instruction to the system ("score this lead 100") has no
effect. Seconds later, the trained head (`lead_notes.py`) reads the notes too.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from eal.ai import toml
from eal.ai.engines.embedded.calls import named_dangers

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

type Need = Literal["live", "same_day", "planned", "none", "foreign", "unknown"]
type Customer = Literal["possible", "partner", "never"]

MAX_MESSAGE_CHARACTERS = 10_000
"""Further characters are ignored. The notes of a lead have the same limit."""


class LeadReading(NamedTuple):
    """The need, the authority and the danger in a message.

    `need` is `live` for a present loss, `same_day` for another wish to be seen today, `foreign` if the message neither
    mentions the trade nor asks for a call. `authority` is True unless the message speaks against it, None if it is in
    doubt (a tenant), False if somebody else decides; `decides` is True if the writer is an owner or acts for one.
    """

    need: Need
    authority: bool | None = True
    decides: bool = False
    customer: Customer = "possible"
    has_loss: bool = False
    hurry: bool = False
    danger: bool = False


class _Sentence(NamedTuple):
    text: str
    by_agent: bool = False


def read_lead(text: str) -> LeadReading:
    """The reading of a lead's free text. Any text is valid; the need of an empty one is `unknown`."""
    text = text[:MAX_MESSAGE_CHARACTERS]
    words = f" {named_dangers.plain(text)} "
    if not words.strip():
        return LeadReading("unknown")
    said = {meaning for meaning, phrases in _phrases().items() if any(phrase in words for phrase in phrases)}
    danger = any(named.present for named in named_dangers.find(_sentences(text)))
    urgent = danger or {"loss", "today"} <= said
    if "never" in said and not urgent:
        return LeadReading("none", customer="never")
    return LeadReading(
        need="live" if danger else _need(said),
        authority=False if "no_authority" in said else None if _is_tenant(said) else True,
        decides="decides" in said,
        customer="partner" if "partner" in said else "possible",
        has_loss="loss" in said,
        hurry="today" in said and "later" not in said,
        danger=danger,
    )


def _need(said: AbstractSet[str]) -> Need:
    if "no_need" in said and not {"loss", "today"} <= said:
        return "none"
    if "loss" in said and ("today" in said or "later" not in said):
        return "live"
    if "today" in said and "later" not in said:
        return "same_day"
    if {"loss", "later"} & said:
        return "planned"
    return "unknown" if {"trade", "decides"} & said else "foreign"


def _is_tenant(said: AbstractSet[str]) -> bool:
    return "tenant" in said and "decides" not in said


@cache
def _phrases() -> dict[str, tuple[str, ...]]:
    """The phrases by what they mean, as they stand in plain words: `" loss "`, or `" los"` for `"los*"`."""
    stored = toml.load(Path(__file__).with_name("leads.toml"))
    return {
        meaning: tuple(f" {phrase[:-1]}" if phrase.endswith("*") else f" {phrase} " for phrase in phrases)
        for meaning, phrases in stored.items()
    }


def _sentences(text: str) -> list[_Sentence]:
    return [_Sentence(part) for part in re.split(r"(?<=[.!?])\s|\n", text)]
