"""classify_reply: the class of a reply, and the days that it names.

An item has `from`, `subject`, `headers` (an object, or a list of objects with name and value), `body` and
`received_at`, and optionally the labels `classification`, `return_date` and `resume_after`.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from eal.ai.engines.embedded.replies import engine
from eal.ai.replies import ReplyInput
from tools.evaluate import measures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import date

    from tools.evaluate.sets import Item, Json

    type Pairs = list[tuple[Item, Json]]


DAYS = {"return_date": "out_of_office", "resume_after": "not_now"}
"""The fields that are days, and the class that has each."""


def reply_of(item: Item) -> ReplyInput:
    content = item.content
    received = str(content.get("received_at") or "")
    at = datetime.fromisoformat(received) if received else datetime.now(UTC)
    return ReplyInput(
        sender=str(content.get("from") or ""),
        subject=str(content.get("subject") or ""),
        body=str(content.get("body") or content.get("text") or ""),
        received_at=at,
        headers=_headers(content.get("headers") or {}),
    )


def _headers(given: Any) -> Mapping[str, str]:
    if isinstance(given, dict):
        return {str(name): str(value) for name, value in given.items()}
    pairs = [
        (entry["name"], entry["value"]) if isinstance(entry, dict) else (entry[0], entry[1])
        for entry in given
    ]
    return {str(name): str(value) for name, value in pairs}


def label(item: Item) -> str:
    labels = item.labels
    return str(labels.get("classification") or labels.get("class") or labels.get("intent") or "")


def _embedded() -> Callable[[Item], Json]:
    def answer(item: Item) -> Json:
        classification, provenance = engine.judge(reply_of(item))
        found = {**asdict(classification), "provenance": asdict(provenance)}
        return {**found, **{field: _iso(found[field]) for field in DAYS}}

    return answer


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


ENGINES = {"embedded": _embedded}


def report(items: Sequence[Item], answers: Sequence[Json]) -> Iterator[str]:
    pairs = [(item, answer) for item, answer in zip(items, answers, strict=True) if label(item)]
    if not pairs:
        return
    expected = [label(item) for item, _ in pairs]
    got = [str(answer["classification"]) for _, answer in pairs]
    right = [a == b for a, b in zip(expected, got, strict=True)]
    confidences = [float(answer["confidence"]) for _, answer in pairs]
    yield (
        f"classification: accuracy {measures.share(sum(right), len(right))}, "
        f"macro-F1 {measures.macro_f1(expected, got):.3f}, "
        f"ECE {measures.calibration_error(confidences, right):.3f}, coverage at 97% right "
        f"{measures.coverage(confidences, right, 0.97):.2f}"
    )
    sure = [ok for ok, (_, answer) in zip(right, pairs, strict=True) if not answer["unsure"]]
    yield f"  answered {len(sure) / len(right):.2f}, of these right {sum(sure) / max(1, len(sure)):.3f}"
    yield from _classes(expected, got)
    yield from _authors(pairs)
    yield from measures.confusion(expected, got)
    for field, kind in DAYS.items():
        yield from _days(field, kind, pairs)


def _classes(expected: Sequence[str], got: Sequence[str]) -> Iterator[str]:
    for label in sorted(set(expected)):
        hits = sum(a == b == label for a, b in zip(expected, got, strict=True))
        found = hits / max(1, got.count(label))
        yield f"  {label}: recall {measures.share(hits, expected.count(label))}, precision {found:.3f}"


def _authors(pairs: Pairs) -> Iterator[str]:
    found: dict[str, list[bool]] = defaultdict(list)
    for item, answer in pairs:
        found[item.author].append(label(item) == answer["classification"])
    if len(found) > 1:
        for author, right in sorted(found.items()):
            yield f"  author {author}: {len(right)} items, accuracy {sum(right) / len(right):.3f}"


def _days(field: str, kind: str, pairs: Pairs) -> Iterator[str]:
    """Results of the day of the mails whose class is found, because only these have one."""
    right = [
        str(item.labels.get(field) or "") == str(answer[field] or "")
        for item, answer in pairs
        if label(item) == answer["classification"] == kind and field in item.labels
    ]
    if right:
        yield f"{field}: {measures.share(sum(right), len(right))}"
