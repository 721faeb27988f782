"""dangers: present dangers to life in sentences and calls, in English and Spanish.

An item of another file has `text` or `transcript`, and optionally `labels` with `danger`. An item of ours also has
`danger` (the kind and what it is), `language` and `setting`: how a danger is said, or why there is none. Its setting is
`call` if it is a whole call without a danger.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from eal.ai.engines.embedded.calls import danger_reader, dangers, reading, windows
from tools.evaluate import measures
from tools.evaluate.calls import is_voicemail, transcript

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tools.evaluate.sets import Item, Json

CURVE = (0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98)
"""Thresholds of the sentence reader for which the curve is printed. The product uses 0.5."""


def _embedded() -> Callable[[Item], Json]:
    reader = danger_reader.reader()

    def answer(item: Item) -> Json:
        read = reading.read(transcript(item), voicemail=is_voicemail(item))
        found = dangers.find(read, windows.sentences(read), reader)
        return {
            "safety": bool(found.hazards),
            "hazards": list(found.hazards),
            "named": any("rule" in sign.found_by and sign.present for sign in found.signs),
            "score": max((sign.score or 0.0 for sign in found.signs), default=0.0),
        }

    return answer


ENGINES = {"embedded": _embedded}

type Pairs = list[tuple[Item, Json]]


def report(items: Sequence[Item], answers: Sequence[Json]) -> Iterator[str]:
    pairs = [(item, answer) for item, answer in zip(items, answers, strict=True) if "danger" in item.labels]
    present = [pair for pair in pairs if pair[0].labels["danger"]]
    calls = [pair for pair in pairs if pair[0].content.get("setting") == "call"]
    misses = [
        pair for pair in pairs if not pair[0].labels["danger"] and pair[0].content.get("setting") != "call"
    ]
    yield from _table("dangers found", present)
    yield from _table("near misses raised", misses)
    yield from _table("ordinary calls raised", calls)
    if present:
        named = sum(set(answer["hazards"]) >= {_hazard(item)} for item, answer in present if answer["safety"])
        yield f"hazard named right: {measures.share(named, sum(answer['safety'] for _, answer in present))}"
    yield from _curve(present, misses, calls)


def _hazard(item: Item) -> str:
    return str(item.labels.get("hazard", ""))


def _table(title: str, pairs: Pairs) -> Iterator[str]:
    """The share raised of all, by language, and by language and by each of hand, setting and kind."""
    if not pairs:
        return
    yield f"{title}: {_share(pairs)}"
    groups: dict[tuple[str, str], Pairs] = defaultdict(list)
    for item, answer in pairs:
        language = str(item.content.get("language", "?"))
        groups["language", language].append((item, answer))
        for name, value in (
            ("hand", item.author),
            ("setting", item.content.get("setting", "?")),
            ("kind", str(item.content.get("danger", "?")).partition(".")[0]),
        ):
            groups[name, f"{value} {'en' if language == 'en' else 'es'}"].append((item, answer))
    for (name, value), part in sorted(groups.items()):
        yield f"  {name} {value}: {_share(part)}"


def _share(pairs: Pairs) -> str:
    return measures.share(sum(answer["safety"] for _, answer in pairs), len(pairs))


def _curve(present: Pairs, misses: Pairs, calls: Pairs) -> Iterator[str]:
    """The dangers that other thresholds of the sentence reader raise, in addition to those that phrases name."""
    yield "threshold: found en, es; near misses en, es; ordinary calls"
    for level in CURVE:
        parts = [
            [
                answer["named"] or answer["score"] >= level
                for item, answer in pairs
                if (item.content.get("language") == "en") is english
            ]
            for pairs in (present, misses)
            for english in (True, False)
        ]
        parts.append([answer["named"] or answer["score"] >= level for _, answer in calls])
        yield f"  {level}: " + ", ".join(f"{sum(part) / max(1, len(part)):.3f}" for part in parts)
