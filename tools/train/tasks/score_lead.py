"""Train the head of score_lead. Its temperature is chosen on authors that were left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from eal.ai.engines.embedded import lead_notes, ngrams
from eal.ai.engines.embedded.heads import probabilities
from eal.ai.leads import BANDS
from eal.domain.leads import scorer
from tools.evaluate.sets import read_sets, sha256
from tools.evaluate.tasks.score_lead import is_in_area, label, lead_of, order
from tools.evaluate.vectors import CachedEncoder
from tools.train import linear

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tools.evaluate.sets import Item

STRENGTH = 1.0
HOUSE, HOUSE_WEIGHT = "house", 0.3
"""The author of the leads that hand-written patterns were tuned on, and the weight of each: they are as many as all
others. Chosen by leaving authors out."""


def train() -> tuple[dict[str, NDArray[np.generic]], list[str]]:
    """The arrays of the head, and the report."""
    items = [item for item in read_sets(lead_notes.TASK, "train") if lead_of(item).notes]
    encoder = CachedEncoder()
    read = [_features(item) for item in items]
    dense = np.stack([notes.dense(encoder) for notes in read]).astype(np.float64)
    blocks = [notes.blocks for notes in read]
    labels = np.array([BANDS.index(label(item)) for item in items])
    authors = [item.author for item in items]
    examples = np.array([HOUSE_WEIGHT if author == HOUSE else 1.0 for author in authors])
    scores = np.zeros((len(items), len(BANDS)))
    for rest, held in linear.folds(authors):
        idf = linear.frequencies([block for block, in_rest in zip(blocks, rest, strict=True) if in_rest])
        rows = linear.matrix(dense, [ngrams.weighted(block, idf) for block in blocks])
        weights, bias = linear.classes_by_margin(
            rows[rest], labels[rest], len(BANDS), STRENGTH, examples[rest]
        )
        scores[held] = rows[held] @ weights + bias
    others = np.array([author != HOUSE for author in authors])
    temperature = linear.temperature(scores[others], labels[others])
    shares = probabilities(scores[others] / temperature)
    right = shares.argmax(1) == labels[others]
    expected = [
        (BANDS[place], float(share @ np.arange(4)))
        for place, share in zip(labels[others], shares, strict=True)
    ]
    idf = linear.frequencies(blocks)
    rows = linear.matrix(dense, [ngrams.weighted(block, idf) for block in blocks])
    weights, bias = linear.classes_by_margin(rows, labels, len(BANDS), STRENGTH, examples)
    return {
        f"{lead_notes.HEAD}.classes": np.array(BANDS),
        f"{lead_notes.HEAD}.bias": bias.astype(np.float32),
        f"{lead_notes.HEAD}.temperature": np.array(temperature, np.float32),
        f"{lead_notes.HEAD}.dense": weights[: dense.shape[1]].astype(np.float16),
        f"{lead_notes.HEAD}.sparse": weights[dense.shape[1] :].astype(np.float16),
        "idf": idf.astype(np.float32),
        "data_sha256": np.array(sha256(items)),
    }, [
        f"{len(items)} leads; of authors that were left out, without {HOUSE}: band right {right.mean():.3f}, "
        f"order {order(expected):.3f}",
    ]


def _features(item: Item) -> lead_notes.NoteFeatures:
    lead = lead_of(item)
    return lead_notes.features(lead.notes or "", scorer.facts(lead, is_in_area(item, lead)))
