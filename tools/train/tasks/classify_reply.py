"""Train the head of classify_reply. Its temperature and its threshold are chosen on authors that were left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from eal.ai.engines.embedded import ngrams
from eal.ai.engines.embedded.heads import probabilities
from eal.ai.engines.embedded.replies import engine, features
from eal.ai.replies import ReplyClass
from tools.evaluate import measures
from tools.evaluate.sets import read_sets, sha256
from tools.evaluate.tasks.classify_reply import label, reply_of
from tools.evaluate.vectors import CachedEncoder
from tools.train import linear

if TYPE_CHECKING:
    from numpy.typing import NDArray

CLASSES = [reply_class.value for reply_class in ReplyClass]
STRENGTH = 1.0
TARGET = 0.97
"""Share of the classifications that are not unsure which must be right."""


def train() -> tuple[dict[str, NDArray[np.generic]], list[str]]:
    """The arrays of the head, and the report."""
    items = read_sets(engine.TASK, "train")
    encoder = CachedEncoder()
    read = [features.read(reply_of(item)) for item in items]
    dense = np.stack([features.dense(encoder.encode(features.sentences)) for features in read]).astype(
        np.float64
    )
    blocks = [features.blocks for features in read]
    labels = np.array([CLASSES.index(label(item)) for item in items])
    scores = np.zeros((len(items), len(CLASSES)))
    for rest, held in linear.folds([item.author for item in items]):
        idf = linear.frequencies([block for block, in_rest in zip(blocks, rest, strict=True) if in_rest])
        rows = linear.matrix(dense, [ngrams.weighted(block, idf) for block in blocks])
        weights, bias = linear.classes_by_margin(rows[rest], labels[rest], len(CLASSES), STRENGTH)
        scores[held] = rows[held] @ weights + bias
    temperature = linear.temperature(scores, labels)
    found, confidences = [], []
    for reply, shares in zip(read, probabilities(scores / temperature), strict=True):
        chances = {ReplyClass(name): float(share) for name, share in zip(CLASSES, shares, strict=True)}
        kind, confidence, _ = engine.decided(reply, chances)
        found.append(kind.value)
        confidences.append(confidence)
    expected = [label(item) for item in items]
    right = np.array([a == b for a, b in zip(expected, found, strict=True)])
    threshold = linear.threshold(np.array(confidences), right, TARGET)
    idf = linear.frequencies(blocks)
    rows = linear.matrix(dense, [ngrams.weighted(block, idf) for block in blocks])
    weights, bias = linear.classes_by_margin(rows, labels, len(CLASSES), STRENGTH)
    return {
        "classification.classes": np.array(CLASSES),
        "classification.bias": bias.astype(np.float32),
        "classification.temperature": np.array(temperature, np.float32),
        "classification.dense": weights[: dense.shape[1]].astype(np.float16),
        "classification.sparse": weights[dense.shape[1] :].astype(np.float16),
        "idf": idf.astype(np.float32),
        "threshold": np.array(threshold, np.float32),
        "data_sha256": np.array(sha256(items)),
    }, [
        f"{len(items)} replies; of authors that were left out: accuracy {right.mean():.3f}, "
        f"macro-F1 {measures.macro_f1(expected, found):.3f}, "
        f"ECE {measures.calibration_error(confidences, list(right)):.3f}",
    ]
