"""The task `extract_claim`: its input, and the rules that hold whatever a model answers. Its input is
`eal.ai.claims.evidence.ClaimFile`, its output `eal.ai.claims.extraction.Extraction`.

A model adds items and exclusions. Rooms, measures, the water and the summaries of photos remain those of the embedded
engine: its grammar reads lengths within a millimetre, and a photo's pixels are another task.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

from eal.ai.claims.extraction import Exclusion, MeasureConflict, Room, ScopeItem
from eal.ai.claims.vocabulary import Unit
from eal.ai.engines.bedrock.engine import Question
from eal.ai.engines.embedded.claims import engine as embedded
from eal.ai.engines.embedded.claims.materials import description
from eal.ai.engines.embedded.claims.rooms import canonical
from eal.ai.engines.embedded.claims.tokens import number, tokens
from eal.ai.tasks.extract_claim.answer import ExtractionAnswer
from eal.ai.tasks.extract_claim.shown import shown
from eal.ai.tasks.prompt import Prompt, prompt
from eal.ai.tasks.task import AiTask, Consultation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from eal.ai.claims.evidence import ClaimFile
    from eal.ai.claims.extraction import Extraction, Quote
    from eal.ai.claims.vocabulary import Activity
    from eal.ai.tasks.extract_claim.answer import Item
    from eal.ai.tasks.extract_claim.shown import ShownEvidence

NAME = "extract_claim"
VERSION = 1
"""The number of the prompt file. A change of the prompt's text, the answer or the rules is a new number."""
MAX_TOKENS = 4_000
"""Sixty items of about 60 tokens."""
DEADLINE_SECONDS = 28.0
"""Time limit of a request, less than the client's read timeout of 30 s: a reply comes in one piece when its last token
is written."""
SURE = 0.8
"""Below this confidence, an item is worth a second look."""

_AGREE, _DIFFER, _ALONE = 0.95, 0.5, 0.6
"""Confidence of an item that both engines have, that both have with different quantities, and that one has. They are
assumptions: no model has been measured on the labelled claims yet."""
_CODE = re.compile(r"\b[A-Z]{2,}\b|[A-Za-z]{0,20}\d[<>/+\-&]\d?|[<>+&]")
"""Pattern of a category or selector code."""
_MIN_SHARED = 4
_TOLERANCE = 0.02


def _consultation(given: ClaimFile) -> Consultation[ExtractionAnswer, Extraction]:
    evidence = shown(given)
    question = Question(
        system=_prompt().text,
        text=f"Kind of loss: {given.facts.loss_type or 'unknown'}.\n{evidence.shown()}\nRecord the extraction.",
        tool="record_extraction",
        answer=ExtractionAnswer,
        max_tokens=MAX_TOKENS,
        faults=lambda answer: [*faults(answer, evidence)],
        deadline_seconds=DEADLINE_SECONDS,
    )
    return Consultation(question, lambda first, answer: combined(first, answer, evidence))


def faults(answer: ExtractionAnswer, evidence: ShownEvidence) -> Iterator[str]:
    """The faults of an answer of the right form. The texts are for the model, which may repair it."""
    for place, exclusion in enumerate(answer.exclusions):
        if evidence.quote(exclusion.source, exclusion.quote) is None:
            yield f"exclusions {place}: the quote is not in source {exclusion.source}. Copy it exactly."
    for place, item in enumerate(answer.items):
        quote = evidence.quote(item.source, item.quote)
        if quote is None:
            yield f"items {place}: the quote is not in source {item.source}. Copy it exactly, or leave the item out."
        else:
            yield from (f"items {place}: {fault}" for fault in _item_faults(item, quote))


def _item_faults(item: Item, quote: Quote) -> Iterator[str]:
    if (item.quantity > 0) != (item.unit != "none"):
        yield "quantity and unit go together: 0 and none if nobody stated one."
    if item.quantity > 0 and not _is_stated(item.quantity, quote.text):
        yield "the quantity is not in the quote, and is no product of two numbers in it."
    if not _is_named(item.description, quote.text):
        yield "no word of the description is in the quote."
    codes = [found for found in _CODE.findall(item.description) if found not in quote.text]
    if codes:
        yield "the description is a code. Name the material in plain words of the quote."


def _is_stated(quantity: float, text: str) -> bool:
    sequence = tokens(text)
    found = [number(sequence, at) for at in range(len(sequence))]
    values = [float(match[0]) for match in found if match]
    values += [float(digits.replace(",", "")) for digits in re.findall(r"\d[\d,]*(?:\.\d+)?", text)]
    products = (a * b for a, b in combinations(values, 2))
    return any(_near(quantity, value) for value in (*values, *products))


def _near(first: float, other: float) -> bool:
    return abs(first - other) <= _TOLERANCE * max(first, other)


def _is_named(words: str, text: str) -> bool:
    """Whether a word of the description begins as a word of the quote does, or means the same material."""
    stems = {word[:_MIN_SHARED] for word in re.findall(r"\w+", text.lower())}
    named = any(word[:_MIN_SHARED] in stems for word in re.findall(r"\w+", words.lower()))
    return named or description(words) == description(text)


def combined(first: Extraction, answer: ExtractionAnswer, evidence: ShownEvidence) -> Extraction:
    """Both engines' items. What either excludes is excluded. The quantity is the embedded engine's if they differ, and
    the difference is a conflict, which a person decides.
    """
    exclusions = [*first.exclusions]
    for exclusion in answer.exclusions:
        if quote := evidence.quote(exclusion.source, exclusion.quote):
            exclusions.append(Exclusion(exclusion.reason, quote))
    by_model = [
        stated
        for item in answer.items
        if (quote := evidence.quote(item.source, item.quote))
        and not _is_excluded((stated := _item_of(item, quote, first.rooms)).evidence, exclusions)
    ]
    waiting: dict[_Work, list[ScopeItem]] = defaultdict(list)
    for stated in by_model:
        waiting[_work(stated)].append(stated)
    items: list[ScopeItem] = []
    conflicts = [*first.conflicts]
    for item in first.items:
        same = (
            waiting[_work(item)] or waiting[(None, item.activity, item.description)]
        )  # or of no room that it named
        match = next((stated for stated in same if _agree(item, stated)), same[0] if same else None)
        if match is None:
            seen = any(evidence.has(quote) for quote in item.evidence)
            if not seen:
                items.append(item)
            elif not _is_excluded(item.evidence, exclusions):
                items.append(replace(item, confidence=min(item.confidence, _ALONE)))
            continue
        same.remove(match)
        if _agree(item, match):
            items.append(replace(item, confidence=max(item.confidence, _AGREE)))
        else:
            items.append(replace(item, confidence=_DIFFER))
            conflicts.append(_conflict(item, match))
    items += [stated for group in waiting.values() for stated in group]
    return replace(
        first,
        rooms=(*first.rooms, *_new_rooms(first.rooms, items)),
        items=tuple(items),
        exclusions=tuple(dict.fromkeys(exclusions)),
        conflicts=tuple(conflicts),
    )


type _Work = tuple[str | None, Activity, str]


def _work(item: ScopeItem) -> _Work:
    return item.room, item.activity, item.description


def _item_of(item: Item, quote: Quote, rooms: Sequence[Room]) -> ScopeItem:
    has_quantity = item.quantity > 0
    return ScopeItem(
        room=_room(item.room, rooms),
        activity=item.activity,
        description=description(item.description),
        quantity=round(item.quantity, 2) if has_quantity else None,
        unit=Unit(item.unit) if item.unit != "none" else None,
        quantity_basis=item.basis if has_quantity else None,
        evidence=(quote,),
        confidence=_ALONE,
    )


def _room(name: str, rooms: Sequence[Room]) -> str | None:
    """The room of the embedded engine that a name means; a new one if there is none."""
    if not name.strip():
        return None
    given = canonical(name)
    same = [room.name for room in rooms if canonical(room.name) == given]
    longer = [room.name for room in rooms if canonical(room.name).endswith(f" {given}")]
    if same:
        return same[0]
    return longer[0] if len(longer) == 1 else given


def _new_rooms(rooms: Sequence[Room], items: Iterable[ScopeItem]) -> Iterator[Room]:
    known = {room.name for room in rooms}
    for item in items:
        if item.room and item.room not in known:
            known.add(item.room)
            yield Room(name=item.room, evidence=item.evidence)


def _is_excluded(evidence: Sequence[Quote], exclusions: Iterable[Exclusion]) -> bool:
    """Whether all words that show an item are words of an exclusion."""
    return all(
        any(
            (exclusion.quote.source, exclusion.quote.source_id) == (quote.source, quote.source_id)
            and quote.text in exclusion.quote.text
            for exclusion in exclusions
        )
        for quote in evidence
    )


def _agree(first: ScopeItem, other: ScopeItem) -> bool:
    if first.quantity is None or other.quantity is None:
        return first.quantity is other.quantity
    return first.unit is other.unit and _near(first.quantity, other.quantity)


def _conflict(item: ScopeItem, other: ScopeItem) -> MeasureConflict:
    return MeasureConflict(
        room=item.room,
        field="quantity",
        subject=f"{item.activity} {item.description}",
        kept=_amount(item),
        others=(_amount(other),),
        evidence=tuple(dict.fromkeys((*item.evidence, *other.evidence))),
    )


def _amount(item: ScopeItem) -> str:
    return "none" if item.quantity is None else f"{item.quantity:g} {item.unit}"


def _prompt() -> Prompt:
    return prompt(NAME, VERSION)


EXTRACT_CLAIM = AiTask(
    name=NAME,
    prompt=_prompt,
    embedded_version=embedded.VERSION,
    embedded=embedded.judge,
    is_unsure=lambda extraction: (
        not extraction.items or any(item.confidence < SURE for item in extraction.items)
    ),
    is_certain=lambda _: False,
    consultation=_consultation,
    with_reason=lambda extraction, reason: replace(extraction, remarks=(*extraction.remarks, reason)),
)
