"""classify_call: intent, urgency, qualified and safety of a transcript.

An item of another file has `transcript`, and optionally `intent`, `urgency`, `qualified` and `safety`. An item is a
voicemail if its `kind` or `voicemail` says so.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict
from typing import TYPE_CHECKING

from eal.ai.engines.embedded.calls import engine as embedded
from eal.ai.tasks.classify_call.task import CLASSIFY_CALL, CallInput
from tools.evaluate import bedrock, measures
from tools.evaluate.calls import is_voicemail, label, transcript

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from eal.ai.classification import Classification
    from tools.evaluate.sets import Item, Json

FIELDS = ("intent", "urgency", "qualified")
LONG_WORDS = 200


def _embedded() -> Callable[[Item], Json]:
    return lambda item: _answer(embedded.classify_call(transcript(item), voicemail=is_voicemail(item)))


def _bedrock() -> Callable[[Item], Json]:
    judge = bedrock.judge(CLASSIFY_CALL)

    def answer(item: Item) -> Json:
        judgement, provenance = judge(
            CallInput(transcript=transcript(item), voicemail=is_voicemail(item), input_sha256="")
        )
        return bedrock.with_provenance(_answer(judgement), provenance)

    return answer


ENGINES = {"embedded": _embedded, "bedrock": _bedrock}


def _answer(got: Classification) -> Json:
    return asdict(got)


def report(items: Sequence[Item], answers: Sequence[Json]) -> Iterator[str]:
    pairs = list(zip(items, answers, strict=True))
    for field in FIELDS:
        yield from _field(field, [(item, answer) for item, answer in pairs if field in item.labels])
    yield from _all_fields(
        [(item, answer) for item, answer in pairs if all(f in item.labels for f in FIELDS)]
    )
    yield from _safety([(item, answer) for item, answer in pairs if "safety" in item.labels])
    yield from bedrock.cost(answers)


type Pairs = list[tuple[Item, Json]]


def _field(field: str, pairs: Pairs) -> Iterator[str]:
    if not pairs:
        return
    expected, got = _values(field, pairs)
    right = [a == b for a, b in zip(expected, got, strict=True)]
    confidences = [_confidence(answer, field) for _, answer in pairs]
    yield (
        f"{field}: accuracy {measures.share(sum(right), len(right))}, macro-F1 {measures.macro_f1(expected, got):.3f}, "
        f"ECE {measures.calibration_error(confidences, right):.3f}, coverage at 95% right "
        f"{measures.coverage(confidences, right, 0.95):.2f}, at 97% right "
        f"{measures.coverage(confidences, right, 0.97):.2f}"
    )
    sure = [ok for ok, (_, answer) in zip(right, pairs, strict=True) if field not in answer["unsure"]]
    yield f"  answered {len(sure) / len(right):.2f}, of these right {sum(sure) / max(1, len(sure)):.3f}"
    for name, part in _parts(pairs):
        yield f"  {name}: {len(part)} items, accuracy {measures.accuracy(*_values(field, part)):.3f}"
    yield from measures.confusion(expected, got)


def _all_fields(pairs: Pairs) -> Iterator[str]:
    if pairs:
        right = sum(all(item.labels[f] == answer[f] for f in FIELDS) for item, answer in pairs)
        yield f"all three fields: {measures.share(right, len(pairs))}"


def _safety(pairs: Pairs) -> Iterator[str]:
    dangers = [answer["safety"] for item, answer in pairs if item.labels["safety"]]
    others = [answer["safety"] for item, answer in pairs if not item.labels["safety"]]
    if dangers:
        yield f"safety: recall {measures.share(sum(dangers), len(dangers))}"
    if others:
        yield f"safety: false alarms {measures.share(sum(others), len(others))}"


def _parts(pairs: Pairs) -> Iterator[tuple[str, Pairs]]:
    """The pairs by length and by author; none if there is only one part."""
    found: dict[str, Pairs] = defaultdict(list)
    for item, answer in pairs:
        words = len(transcript(item).split())
        found["200 words and more" if words >= LONG_WORDS else "fewer than 200 words"].append((item, answer))
        if item.author:
            found[f"author {item.author}"].append((item, answer))
    if len(found) > 1:
        yield from sorted(found.items(), key=lambda part: (part[0].startswith("author"), part[0]))


def _values(field: str, pairs: Pairs) -> tuple[list[str], list[str]]:
    return [label(item.labels[field]) for item, _ in pairs], [label(answer[field]) for _, answer in pairs]


def _confidence(answer: Json, field: str) -> float:
    confidences = answer["confidences"]
    return float(confidences[field] if confidences else answer["confidence"])
