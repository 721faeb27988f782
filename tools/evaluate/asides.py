"""Dangers said as an aside: fresh sentences of the set `dangers`, each put into an ordinary long call of another hand.

python -m tools.evaluate.asides > asides.jsonl
python -m tools.evaluate dangers --set asides.jsonl
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from typing import TYPE_CHECKING

from tools.evaluate.sets import Item, read_sets

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

COUNT = 120
"""Number of asides in each of English and Spanish (with mixed) that the command writes."""
MIN_WORDS = 110
"""Minimum length of a call that an aside is put into: under a minute of talk."""
_CALLER = "Caller:"


def asides(items: Iterable[Item], count: int) -> list[Item]:
    """At most `count` asides in each language, of these items of the set `dangers`. The choice of the sentences, of the
    calls and of the places depends on the ids alone.
    """
    by_hash = sorted(items, key=lambda item: _number(item.id))
    return [aside for english in (True, False) for aside in _asides(by_hash, count, english=english)]


def _asides(items: Iterable[Item], count: int, *, english: bool) -> list[Item]:
    own = [item for item in items if (item.content["language"] == "en") is english]
    calls = [item for item in own if _is_long_call(item)]
    said = [item for item in own if item.labels["danger"] and "\n" not in item.content["text"]]
    return [_inserted(item, [call for call in calls if call.author != item.author]) for item in said[:count]]


def _is_long_call(item: Item) -> bool:
    text = item.content["text"]
    return (
        item.content["setting"] == "call"
        and len(text.split()) >= MIN_WORDS
        and bool(_later_turns(text.split("\n")))
    )


def _later_turns(turns: Sequence[str]) -> list[int]:
    """The positions of the caller's turns after his first."""
    return [position for position, turn in enumerate(turns) if turn.startswith(_CALLER)][1:]


def _inserted(said: Item, calls: list[Item]) -> Item:
    """A call with the sentence after another one of the caller, behind his first turn."""
    number = _number(said.id)
    call = calls[number % len(calls)]
    turns = call.content["text"].split("\n")
    later = _later_turns(turns)
    position = later[number // 7 % len(later)]
    sentences = re.split(r"(?<=[.!?]) ", turns[position])
    sentences.insert(1 + number // 11 % len(sentences), said.content["text"].removeprefix(_CALLER).strip())
    turns[position] = " ".join(sentences)
    return Item(
        f"{said.id}-in-{call.id}",
        {**said.content, "id": f"{said.id}-in-{call.id}", "text": "\n".join(turns), "setting": "aside"},
    )


def _number(key: str) -> int:
    return int(hashlib.sha256(key.encode()).hexdigest()[:12], 16)


if __name__ == "__main__":
    for written in asides(read_sets("dangers", "fresh"), COUNT):
        sys.stdout.write(json.dumps(written.content, ensure_ascii=False) + "\n")
