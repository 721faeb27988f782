"""Each reader of a long text takes linear time for a text at its limit, whatever the text repeats."""

from __future__ import annotations

import time
from datetime import date
from typing import TYPE_CHECKING

import pytest

from eal.ai import content_policy, transcript
from eal.ai.engines.embedded.claims.sentences import sentences
from eal.ai.engines.embedded.claims.tokens import tokens
from eal.ai.engines.embedded.content import opinions, orders
from eal.ai.engines.embedded.replies import dates, mail, rules
from eal.ai.redaction.transcript import find
from eal.domain.claims.notes.wire import MAX_TEXT_CHARACTERS as MAX_NOTE_CHARACTERS
from eal.domain.content.limits import MAX_BODY_CHARACTERS
from eal.domain.content.wire import MAX_INSTRUCTIONS_CHARACTERS
from eal.domain.outreach import templates
from eal.domain.reviews.wire import MAX_TEXT_CHARACTERS as MAX_REVIEW_CHARACTERS

if TYPE_CHECKING:
    from collections.abc import Callable

_PUBLISHED = content_policy.PolicyFacts(is_published=True)
_READERS: dict[str, tuple[int, Callable[[str], object]]] = {
    "content": (MAX_BODY_CHARACTERS, lambda text: content_policy.findings({"body": text}, _PUBLISHED)),
    "instructions": (MAX_INSTRUCTIONS_CHARACTERS, orders.read),
    "note of a claim": (MAX_NOTE_CHARACTERS, lambda text: sentences(text, tokens(text))),
    "reply": (mail.MAX_BODY_CHARACTERS, lambda text: rules.wishes_no_more(mail.written(text).text)),
    "return date": (dates.MAX_CHARACTERS, lambda text: dates.return_date(text, date(2026, 1, 1))),
    "review": (MAX_REVIEW_CHARACTERS, lambda text: opinions.opinion(text, None)),
    "template": (templates.MAX_BODY_CHARACTERS, templates.faults_in_body),
    "transcript": (transcript.MAX_CHARACTERS // 2, find),
}
_REPEATED = (
    "1,", "1.", "1 ", "a ", "a-", "a@", "a.", "\n-", "\n ", " -", "..", "$1", "in ", "“a", "[a](", "{{", "<a", "stop ",
    "take a@a", "Dana ", "one ", "'a",
)  # fmt: skip
_MAX_GROWTH = 8.0
"""Maximum growth of the time for four times as many characters: halfway between linear (4) and quadratic (16)."""


@pytest.mark.no_cover
@pytest.mark.parametrize("name", _READERS)
def test_the_time_of_a_text_field_is_linear(name: str) -> None:
    limit, read = _READERS[name]

    slow = [unit for unit in _REPEATED if _growth(read, unit, limit) > _MAX_GROWTH]

    assert not slow


def _growth(read: Callable[[str], object], unit: str, limit: int) -> float:
    growth = 0.0
    for _ in range(3):  # another process may have slowed one of them
        small, large = (_seconds(read, (unit * limit)[:size]) for size in (limit // 4, limit))
        growth = large / small
        if growth <= _MAX_GROWTH:
            break
    return growth


def _seconds(read: Callable[[str], object], text: str) -> float:
    started = time.process_time()
    read(text)
    return max(time.process_time() - started, 1e-4)
