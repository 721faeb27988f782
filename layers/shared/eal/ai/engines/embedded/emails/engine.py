"""Composes an e-mail: a sentence for each place in it, chosen by the hash of the assignment among those that fit.

The same assignment gives the same e-mail. Another recipient or another word in the instructions gives another one.
"""

from __future__ import annotations

import hashlib
import string
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from eal.ai.engines.embedded.emails import brief as briefs
from eal.ai.engines.embedded.emails import sentences
from eal.ai.provenance import timed
from eal.ai.writing import WrittenEmail

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from eal.ai.engines.embedded.emails.brief import EmailBrief
    from eal.ai.engines.embedded.emails.sentences import Sentences
    from eal.ai.provenance import Provenance
    from eal.ai.writing import Assignment

ENGINE = "embedded"
VERSION = "email-writer-1"

_MAX_SUBJECT_CHARACTERS = 150
_MAX_NAME_CHARACTERS = 60


def write(given: Assignment) -> tuple[WrittenEmail, Provenance]:
    return timed(lambda: _composed(given), engine=ENGINE, model=VERSION, input_sha256=given.sha256)


def _composed(given: Assignment) -> WrittenEmail:
    brief = briefs.read(given.instructions)
    facts = facts_of(given, brief)
    parts = sentences.BY_GOAL[brief.goal]
    subject = given.subject or _Choice(given.sha256, facts).one("subject", parts.subjects)
    paragraphs = _paragraphs(brief, parts, given, _Choice(given.sha256, dict(facts)))
    if given.tone == "friendly":
        paragraphs = [_contracted(paragraph) for paragraph in paragraphs]
    return WrittenEmail(
        subject=subject[:_MAX_SUBJECT_CHARACTERS].strip(),
        body=framed(given, facts, paragraphs),
        remarks=(f"goal:{brief.goal}", *brief.left_out),
        unsure=brief.goal == "general" or bool(brief.left_out),
    )


def _paragraphs(brief: EmailBrief, parts: Sentences, given: Assignment, chosen: _Choice) -> list[str]:
    opening = []
    if given.tone == "empathetic":
        opening.append(chosen.once("caring", sentences.CARING))
    elif given.tone == "friendly":
        opening.append(chosen.once("friendly", sentences.FRIENDLY))
    opening.append(chosen.once("opening", parts.openings))
    if brief.goal in sentences.FIRST_CONTACT and chosen.facts["organization"] not in opening[-1]:
        opening.append(chosen.once("identity", sentences.IDENTITY))
    if brief.goal in sentences.MENTION_REQUEST and "request" in chosen.facts:
        opening.append(chosen.once("request", sentences.REQUESTS))
    if brief.goal == "documents" and "documents" in chosen.facts:
        opening.append(chosen.once("needed", sentences.NEEDED))
    points = _points(brief.says)
    middle = [] if given.tone == "brief" else [chosen.once("middle", parts.middles)]
    asks = _asks(brief.asks) or [chosen.once("ask", parts.asks)]
    return [" ".join(paragraph) for paragraph in (opening, points, middle, asks) if paragraph]


def framed(given: Assignment, facts: Mapping[str, str], paragraphs: Sequence[str]) -> str:
    """The body: the paragraphs between a greeting and the sender's signature."""
    chosen = _Choice(given.sha256, dict(facts))
    return "\n\n".join((_greeting(given, facts, chosen), *paragraphs, _signature(given, chosen)))


def facts_of(given: Assignment, brief: EmailBrief) -> dict[str, str]:
    """The facts that an e-mail may name. Unknown ones are left out, so that no sentence has a gap."""
    recipient = given.recipient
    notes = recipient.notes or ""
    loss = brief.loss or recipient.loss_type
    damage = sentences.LOSSES.get(loss or "")
    place = briefs.place_in(given.instructions)
    if place is None and brief.loss in (None, recipient.loss_type):  # the notes are about the loss on record
        place = briefs.place_in(notes)
    if damage and place:
        damage = f"{damage} {place}"
    found = {
        "first_name": _name(recipient.first_name),
        "last_name": _name(recipient.last_name),
        "company": _name(recipient.company),
        "city": _name(recipient.city),
        "organization": " ".join(given.organization.split()),
        "industry": " ".join(given.industry.split()).lower(),
        "damage": damage,
        "request": briefs.request_in(notes),
        "documents": briefs.documents_in(given.instructions),
    }
    return {name: value for name, value in found.items() if value}


def _name(text: str | None) -> str:
    """A name on one line. A text that is no name, such as a sentence or an address of a page, is none."""
    words = " ".join((text or "").split())
    is_name = len(words) <= _MAX_NAME_CHARACTERS and not any(mark in words for mark in '{}<>[]()@/\\:;!?"')
    return words if is_name else ""


@dataclass(frozen=True, slots=True)
class _Choice:
    seed: str
    facts: dict[str, str]

    def once(self, place: str, candidates: Sequence[str]) -> str:
        """`one` for the body, which names the loss once."""
        text = self.one(place, candidates)
        if self.facts.get("damage", text) in text:
            self.facts.pop("damage", None)
        return text

    def one(self, place: str, candidates: Sequence[str]) -> str:
        """One of the sentences whose facts are all known, filled in. Those with more facts are preferred."""
        fitting = [text for text in candidates if fields_of(text) <= self.facts.keys()]
        specific = [text for text in fitting if fields_of(text) - {"organization", "industry"}]
        digest = hashlib.sha256(f"{self.seed}/{place}".encode()).digest()
        pool = specific if specific and digest[0] % 2 else fitting
        return pool[int.from_bytes(digest[1:5]) % len(pool)].format_map(self.facts)


@cache
def fields_of(text: str) -> frozenset[str]:
    """The names in the braces of a sentence."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name)


def _points(says: Sequence[str]) -> list[str]:
    said = [f"{_capitalized(point)}." for point in says[:1]]
    said += [
        sentences.POINTS[number % len(sentences.POINTS)].format(point=point)
        for number, point in enumerate(says[1:])
    ]
    return said


def _asks(asks: Sequence[str]) -> list[str]:
    """A question by "whether" needs no other word order."""
    starts = (
        "Could you tell me whether {question}?",
        "And do you know whether {question}?",
        "I would also like to know whether {question}.",
    )
    return [start.format(question=question) for start, question in zip(starts, asks, strict=False)]


def _greeting(given: Assignment, facts: Mapping[str, str], chosen: _Choice) -> str:
    named = [text for text in sentences.GREETINGS[given.tone] if fields_of(text) <= facts.keys()]
    if not named and "first_name" in facts:
        named = ["Dear {first_name},"]
    return chosen.one("greeting", named or sentences.NAMELESS_GREETINGS[given.tone])


def _signature(given: Assignment, chosen: _Choice) -> str:
    """The closing, the sender's name, and the organization if that does not contain it."""
    closing = chosen.one("closing", sentences.CLOSINGS[given.tone])
    sender = " ".join((given.sender_name or given.organization).split())
    organization = " ".join(given.organization.split())
    names = [sender] if organization.casefold() in sender.casefold() else [sender, organization]
    return "\n".join((closing, *names))


def _contracted(text: str) -> str:
    for whole, short in sentences.CONTRACTIONS.items():
        text = text.replace(whole, short)
    return text


def _capitalized(text: str) -> str:
    return text[:1].upper() + text[1:]
