"""The category and class of the water, as stated, or as the stated source determines the category (IICRC S500)."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Literal

from eal.ai.claims.extraction import MeasureConflict, WaterLevel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eal.ai.claims.extraction import Quote

_DIGITS = {
    "1": 1,
    "i": 1,
    "one": 1,
    "2": 2,
    "ii": 2,
    "two": 2,
    "3": 3,
    "iii": 3,
    "three": 3,
    "4": 4,
    "iv": 4,
    "four": 4,
}
_MAX_CATEGORY = 3


@cache
def _stated() -> dict[str, re.Pattern[str]]:
    number = r"(?P<number>[1-4]|i{1,3}|iv|one|two|three|four)\b"
    return {
        "water_category": re.compile(
            rf"\bcat(?:egory|\.)?(?: of (?:the )?(?:water|loss))?[ :-]{{0,3}}#?{number}"
        ),
        "water_class": re.compile(rf"\bclass(?: of (?:the )?(?:water|loss|drying))?[ :-]{{0,3}}#?{number}"),
    }


@cache
def _not_stated() -> re.Pattern[str]:
    return re.compile(
        r"(?:\b(?:not|no longer|isn't|wasn't|if|unless|rather than|instead of|may become|could become"
        r"|might|from|was)\b(?: \w+){0,3} $)"
    )


@cache
def _sources() -> tuple[tuple[int, re.Pattern[str]], ...]:
    return (
        (3, re.compile(
            r"\b(?:sewage|sewer|septic|feces|fecal|black ?water|(?:river|creek|storm surge|ocean"
            r"|sea) (?:water|flood\w*)|sewer line|main line back|rising (?:river|creek|flood)"
            r"|ground ?surface flood\w*)\b"
        )),
        (2, re.compile(
            r"\b(?:gr[ae]y ?water|(?:washing machine|washer|dishwasher) (?:drain|discharge|overflow\w*"
            r"|backed)|sump pump (?:fail\w+|backup|overflow)|aquarium|toilet overflow\w* with urine"
            r"|(?:dishwasher|washing machine) overflow\w*)\b"
        )),
        (1, re.compile(
            r"\b(?:suppl(?:y|ies) (?:line|hose|pipe|tube)|ice ?maker|water heater (?:tank )?(?:failed"
            r"|failure|leak\w*|burst|ruptur\w+)|(?:burst|broken|frozen|split|failed) (?:\w+ )?(?:pipe"
            r"|water line|line)|pipe (?:burst|break|broke|split|froze)"
            r"|clean water|angle stop|copper (?:line|pipe|pinhole)|pinhole leak)\b"
        )),
    )  # fmt: skip


type Field = Literal["water_category", "water_class"]


def levels(
    field: Field, sentences: Sequence[tuple[str, Quote]], known: int | None
) -> tuple[WaterLevel | None, list[MeasureConflict]]:
    """The category or class: of the sentences in their order, the last statement counts. `known` is the claim's."""
    stated: list[WaterLevel] = []
    for words, quote in sentences:
        lowered = words.lower()
        for match in _stated()[field].finditer(lowered):
            value = _DIGITS[match["number"]]
            if (field == "water_category" and value > _MAX_CATEGORY) or _not_stated().search(
                lowered[: match.start()]
            ):
                continue
            stated.append(WaterLevel(value=value, basis="stated", evidence=quote))
    if stated:
        kept = stated[-1]
        others = [fact for fact in stated if fact.value != kept.value]
        texts = [str(fact.value) for fact in others]
        if known is not None and known != kept.value:
            texts.append(f"{known} (claim)")
        if not texts:
            return kept, []
        return kept, [
            MeasureConflict(
                room=None, field=field, subject=None, kept=str(kept.value), others=tuple(dict.fromkeys(texts)),
                evidence=tuple(dict.fromkeys([kept.evidence, *(fact.evidence for fact in others)])),
            )
        ]  # fmt: skip
    if field == "water_category" and known is None:
        return _by_source(sentences), []
    return None, []


def _by_source(sentences: Sequence[tuple[str, Quote]]) -> WaterLevel | None:
    for value, pattern in _sources():
        for words, quote in sentences:
            if pattern.search(words.lower()):
                return WaterLevel(value=value, basis="source", evidence=quote)
    return None
