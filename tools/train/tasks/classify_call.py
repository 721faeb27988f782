"""Train the heads of classify_call from the calls and exchanges in tools/evaluate/sets.

Everything that is chosen (temperatures, calibration, thresholds) is chosen on scores of authors that were left out.
What depends on the adapter is chosen on the authors that its training left out.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from eal.ai.classification import Intent, Urgency
from eal.ai.engines.embedded import ngrams
from eal.ai.engines.embedded.calls import engine, reading
from eal.ai.engines.embedded.encoder import LARGE
from eal.ai.engines.embedded.heads import Heads, probabilities, read
from tools.evaluate import measures
from tools.evaluate.calls import is_voicemail, label, transcript
from tools.evaluate.sets import read_sets, sha256
from tools.evaluate.vectors import CachedEncoder
from tools.train import linear
from tools.train.authors import ADAPTER_AUTHORS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from eal.ai.engines.embedded.calls.engine import CallModel, Inputs
    from eal.ai.engines.embedded.calls.reading import Reading
    from tools.evaluate.sets import Item
    from tools.train.linear import Floats, Labels

TASK = "classify_call"
CLASSES = {
    "intent": tuple(intent.value for intent in Intent),
    "urgency": tuple(urgency.value for urgency in Urgency),
    "qualified": ("true", "false", "null"),
}
HAZARDS = {
    "gas": "gas_smell", "electrical": "electrical", "collapse": "structure_failing", "trapped": "person_trapped",
    "carbon_monoxide": "carbon_monoxide", "fire": "fire_burning", "other": "person_in_danger",
}  # fmt: skip
"""The kinds of danger in the sets, and their names in a classification."""

# Chosen by leaving authors out; a half or a double of each changes no field by more than half a point.
STRENGTH = 0.5
RELEVANCE_STRENGTH = 10.0
RELEVANCE_BIAS = 1.0  # in favour of keeping an exchange: losing one costs more than keeping small talk
LONG_WORDS = 200
SMALL_TALK = 6  # intake exchanges in a lengthened copy of a call
TARGET = 0.97  # of the answered fields are right
DANGER_RECALL = 0.95  # of both heads alone, on calls of authors most of whom tell dangers oddly on purpose
EXCHANGE_FALSE_ALARMS = 0.01
HAZARD_TARGET = 0.9
"""Share of the named kinds of danger that must be right."""

_SEED = 20251126


@dataclass(frozen=True, slots=True)
class Example:
    """A call of the set, or a lengthened copy of one, which only trains."""

    item: Item
    read: Reading
    original: bool

    @property
    def author(self) -> str:
        return self.item.author

    @property
    def calibrates(self) -> bool:
        """Whether neither the adapter nor the heads that score it were trained on it."""
        return self.original and self.author not in ADAPTER_AUTHORS


def train() -> tuple[dict[str, NDArray[np.generic]], list[str]]:
    """The arrays of the heads, and the report."""
    calls, exchanges = read_sets(TASK, "train"), read_sets("exchanges", "train")
    encoder = CachedEncoder()
    report: list[str] = [f"{len(calls)} calls, {len(exchanges)} exchanges"]
    examples, snippets = examples_of(calls), snippets_of(exchanges)
    longer = [Example(call, _read(call), original=False) for call in lengthened(calls, exchanges)]

    arrays: dict[str, NDArray[np.generic]] = {}
    arrays["idf"] = linear.frequencies([ngrams.of_clauses(example.read.clauses) for example in examples])
    arrays |= relevance_head(examples, snippets, encoder)
    model = engine.with_adapter(encoder, _heads(arrays), CachedEncoder(LARGE))
    everything = examples + longer + snippets
    inputs = {id(example): engine.prepare(example.read, model) for example in everything}
    arrays |= field_heads(examples, longer, inputs, model, report)
    arrays |= danger_heads(examples, snippets, inputs, model, report)
    arrays["data_sha256"] = np.array(sha256([*calls, *exchanges]))
    return arrays, report


def examples_of(calls: Sequence[Item]) -> list[Example]:
    """The calls in which the caller says anything."""
    read = [Example(call, _read(call), original=True) for call in calls]
    return [example for example in read if example.read.caller_spoke]


def snippets_of(exchanges: Sequence[Item]) -> list[Example]:
    read = [Example(item, _read(item), original=True) for item in exchanges]
    return [example for example in read if example.read.exchanges]


def _heads(arrays: dict[str, NDArray[np.generic]]) -> Heads:
    return read({"data_sha256": np.array(""), **arrays})


def _read(item: Item) -> Reading:
    return reading.read(transcript(item), voicemail=is_voicemail(item))


def lengthened(calls: Sequence[Item], exchanges: Sequence[Item]) -> Iterator[Item]:
    """Copies of half of the short dialogues with small talk around what they say."""
    chance = random.Random(_SEED)  # noqa: S311 - reproducible, no secret
    small_talk = [transcript(item) for item in exchanges if item.kind == "intake"]
    for call in calls[::2]:
        lines = transcript(call).split("\n")
        if len(lines) < 3 or ":" not in lines[0] or len(transcript(call).split()) >= LONG_WORDS:
            continue
        added = chance.sample(small_talk, SMALL_TALK)
        text = "\n".join([lines[0], *added[: SMALL_TALK // 2], *lines[1:], *added[SMALL_TALK // 2 :]])
        yield replace(call, content={**call.content, "text": text})


def relevance_head(
    examples: Sequence[Example], snippets: Sequence[Example], encoder: CachedEncoder
) -> dict[str, NDArray[np.generic]]:
    """Tells what any call has (intake exchanges) from what calls begin with. Later exchanges of calls may be either."""
    positive = [text for example in examples for text in _texts(example, 2)]
    positive += [example.read.whole(example.read.exchanges) for example in examples]
    negative = [
        text for snippet in snippets if snippet.item.kind == "intake" for text in _texts(snippet, None)
    ]
    rows = encoder.encode(positive + negative, engine.MAX_EXCHANGE_TOKENS).astype(np.float64)
    labels = np.array([True] * len(positive) + [False] * len(negative))
    weights, bias = linear.yes_or_no(rows * 4, labels, RELEVANCE_STRENGTH)
    return stored(
        "relevance",
        ("relevant",),
        (weights * 4)[:, None],
        np.array([bias + RELEVANCE_BIAS]),
        1.0,
        ngrams=False,
    )


def _texts(example: Example, most: int | None) -> list[str]:
    return [example.read.text(exchange) for exchange in example.read.exchanges[:most]]


def field_heads(
    examples: Sequence[Example],
    longer: Sequence[Example],
    inputs: dict[int, Inputs],
    model: CallModel,
    report: list[str],
) -> dict[str, NDArray[np.generic]]:
    everything = [*examples, *longer]
    prepared = [inputs[id(example)] for example in everything]
    original = np.array([example.original for example in everything])
    unseen = np.array([example.calibrates for example in everything])
    authors = [example.author for example in everything]
    new = [example for example in everything if example.calibrates]
    adapted_vectors = model.adapted.encode([inputs[id(example)].text for example in new])
    vectors = np.stack([prepared_call.vector for prepared_call in prepared]).astype(np.float64)
    arrays: dict[str, NDArray[np.generic]] = {}
    mixes, calibrations, thresholds = [], [], []
    for name, classes in CLASSES.items():
        labels = np.array([classes.index(label(example.item.labels[name])) for example in everything])
        rows = linear.matrix(vectors, [prepared_call.text_ngrams for prepared_call in prepared])
        width = vectors.shape[1]
        by_vector, by_ngrams = np.zeros((2, len(labels), len(classes)))
        bias = np.zeros_like(by_vector)
        for train, test in linear.folds(authors):
            weights, one_bias = linear.classes_by_margin(rows[train], labels[train], len(classes), STRENGTH)
            by_vector[test], by_ngrams[test] = (
                rows[test][:, :width] @ weights[:width],
                rows[test][:, width:] @ weights[width:],
            )
            bias[test] = one_bias
        scores = by_vector + by_ngrams + bias
        temperature = linear.temperature(scores[original], labels[original])
        by_adapted = model.adapter[name].scores(adapted_vectors).astype(np.float64)
        mix = linear.mix(scores[unseen] / temperature, by_adapted, labels[unseen])
        shares = engine.mixed(scores[unseen] / temperature, by_adapted, mix).astype(np.float64)
        best = shares.argmax(1)
        parts = (by_vector[unseen], by_ngrams[unseen], by_adapted)
        agreement = np.column_stack([part.argmax(1) == best for part in parts]).astype(float)
        right = best == labels[unseen]
        calibration = linear.calibration(shares, agreement, right)
        confidences = np.array(
            [
                engine.calibrated(float(row.max()), list(agree), calibration)
                for row, agree in zip(shares, agreement, strict=True)
            ]
        )
        level = linear.threshold(confidences, right, TARGET)
        mixes.append(mix)
        calibrations.append(calibration)
        thresholds.append(level)
        report += _field_report(name, classes, labels[unseen], best, confidences, level, new)
        weights, one_bias = linear.classes_by_margin(rows, labels, len(classes), STRENGTH)
        arrays |= stored(name, classes, weights, one_bias, temperature)
        if name == "intent":
            vectors = np.column_stack([vectors, probabilities(scores / temperature)])
    arrays["mix"], arrays["calibration"] = np.array(mixes), np.array(calibrations)
    arrays["thresholds"] = np.array(thresholds)
    return arrays


def _field_report(
    name: str,
    classes: tuple[str, ...],
    labels: Labels,
    best: Labels,
    confidences: Floats,
    level: float,
    examples: Sequence[Example],
) -> Iterator[str]:
    right = best == labels
    words = np.array([len(transcript(example.item).split()) for example in examples])
    expected, got = [classes[k] for k in labels], [classes[k] for k in best]
    sure = confidences >= level
    yield (
        f"{name}: accuracy {right.mean():.3f}, macro-F1 {measures.macro_f1(expected, got):.3f}, ECE "
        f"{measures.calibration_error(list(confidences), list(right)):.3f}, threshold {level:.3f}: answered "
        f"{sure.mean():.2f}, of these right {right[sure].mean():.3f}"
    )
    yield f"  short {right[words < LONG_WORDS].mean():.3f}, long {right[words >= LONG_WORDS].mean():.3f}"
    for author in sorted({example.author for example in examples}):
        own = np.array([example.author == author for example in examples])
        yield f"  {author}: {right[own].mean():.3f}"


def danger_heads(
    examples: Sequence[Example],
    snippets: Sequence[Example],
    inputs: dict[int, Inputs],
    model: CallModel,
    report: list[str],
) -> dict[str, NDArray[np.generic]]:
    """The danger head, how much the adapter's counts beside it, and their thresholds; and the kind of a danger."""
    everything = [*examples, *snippets]
    prepared = [inputs[id(example)] for example in everything]
    labels = np.array(
        [bool(example.item.labels.get("safety", example.item.labels.get("danger"))) for example in everything]
    )
    rows = linear.matrix(
        np.stack([prepared_call.whole_vector for prepared_call in prepared]),
        [prepared_call.whole_ngrams for prepared_call in prepared],
    )
    owners = np.array(
        [number for number, prepared_call in enumerate(prepared) for _ in prepared_call.exchanges]
    )
    parts = linear.matrix(
        np.concatenate([prepared_call.vectors for prepared_call in prepared]),
        [sparse for prepared_call in prepared for sparse in prepared_call.ngrams],
    )
    whole, best_part = np.zeros(len(labels)), np.full(len(labels), -9.0)
    for train, test in linear.folds([example.author for example in everything]):
        weights, bias = linear.classes_by_margin(rows[train], labels[train].astype(np.intp), 2, STRENGTH)
        whole[test] = rows[test] @ weights[:, 1] + bias[1]
        held_out = np.flatnonzero(test[owners])
        scores = parts[held_out] @ weights[:, 1] + bias[1]
        np.maximum.at(best_part, owners[held_out], scores)
    calls = np.array(["safety" in example.item.labels for example in everything])
    part_level = float(np.quantile(best_part[calls & ~labels], 1 - EXCHANGE_FALSE_ALARMS))

    unseen = np.flatnonzero(
        [example.calibrates and "safety" in example.item.labels for example in everything]
    )
    adapted_vectors = model.adapted.encode([prepared[number].text for number in unseen])
    adapted = model.adapter["danger"].scores(adapted_vectors)[:, 0].astype(np.float64)
    dangerous, both = labels[unseen], (whole[unseen] + best_part[unseen]) / 2
    (first, second), _ = linear.yes_or_no(np.column_stack([both, adapted]), dangerous, 1.0)
    mix = second / first
    both = engine.danger_in_call(whole[unseen], best_part[unseen], adapted, mix)
    level = float(np.quantile(both[dangerous], 1 - DANGER_RECALL))
    found = (both > level) | (best_part[unseen] > part_level)
    report.append(
        f"danger: the adapter's head counts {mix:.3f}, thresholds {level:.3f} for a call, {part_level:.3f} for an "
        f"exchange: recall {measures.share(int(found[dangerous].sum()), int(dangerous.sum()))}, "
        f"false alarms {measures.share(int(found[~dangerous].sum()), int((~dangerous).sum()))}"
    )
    weights, bias = linear.classes_by_margin(rows, labels.astype(np.intp), 2, STRENGTH)
    arrays = stored("danger", ("danger",), weights[:, 1:], bias[1:], 1.0)
    arrays["danger_mix"] = np.array(mix)
    arrays["danger_thresholds"] = np.array([level, part_level])
    return arrays | hazard_head(snippets, inputs, report)


def hazard_head(
    snippets: Sequence[Example], inputs: dict[int, Inputs], report: list[str]
) -> dict[str, NDArray[np.generic]]:
    """The head for the kind of a danger, and the share from which it gives the danger its name."""
    dangers = [snippet for snippet in snippets if snippet.item.labels.get("hazard") in HAZARDS]
    kinds = sorted(set(HAZARDS.values()))
    labels = np.array([kinds.index(HAZARDS[danger.item.labels["hazard"]]) for danger in dangers])
    vectors = np.stack([inputs[id(danger)].whole_vector for danger in dangers]).astype(np.float64)
    rows = linear.csr_matrix(vectors * 2)
    shares = np.zeros((len(labels), len(kinds)))
    for train, test in linear.folds([danger.author for danger in dangers]):
        weights, bias = linear.classes_by_margin(rows[train], labels[train], len(kinds), 1.0)
        shares[test] = probabilities(rows[test] @ weights + bias)
    right = shares.argmax(1) == labels
    level = linear.threshold(shares.max(1), right, HAZARD_TARGET)
    named = shares.max(1) >= level
    report.append(
        f"hazard: {right.mean():.3f} right; named from {level:.3f}: {named.mean():.2f}, of these right "
        f"{right[named].mean():.3f}"
    )
    weights, bias = linear.classes_by_margin(rows, labels, len(kinds), 1.0)
    arrays = stored("hazard", tuple(kinds), weights * 2, bias, 1.0, ngrams=False)
    return arrays | {"hazard_threshold": np.array(level)}


def stored(
    name: str,
    classes: tuple[str, ...],
    weights: Floats,
    bias: Floats,
    temperature: float,
    *,
    ngrams: bool = True,
) -> dict[str, NDArray[np.generic]]:
    """A head's arrays, as `heads.read` reads them; weights as float16, whose rounding changes no decision."""
    from eal.ai.engines.embedded.ngrams import BUCKETS

    width = len(weights) - (BUCKETS if ngrams else 0)
    found: dict[str, NDArray[np.generic]] = {
        f"{name}.classes": np.array(classes),
        f"{name}.bias": bias.astype(np.float32),
        f"{name}.temperature": np.array(temperature, np.float32),
        f"{name}.dense": weights[:width].astype(np.float16),
    }
    if ngrams:
        found[f"{name}.sparse"] = weights[width:].astype(np.float16)
    return found
