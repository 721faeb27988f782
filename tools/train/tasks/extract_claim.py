"""Fit the confidence of the items of extract_claim.

The rules were corrected by the claims that they are fitted to here, so that fewer items are wrong than in the notes of
others. The curve's slope is that of these claims; its height is that of batches which were measured before any rule was
corrected by them.
"""

from __future__ import annotations

import json
from dataclasses import asdict, astuple
from typing import TYPE_CHECKING

import numpy as np

from eal.ai.engines.embedded.claims import scope
from eal.ai.engines.embedded.claims.confidence import NAMES, Curve, Signals
from eal.ai.engines.embedded.claims.names import Names
from eal.ai.engines.embedded.claims.reading import read
from tools.evaluate import measures
from tools.evaluate.sets import read_sets, sha256
from tools.evaluate.tasks.extract_claim import file_of, is_item, paired

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tools.evaluate.sets import Item

FIRST_PRECISION = 0.814
"""The mean precision of the five batches of `road`, each at its first measurement; see the README of the sets."""
AUTHORS = ("house", "road")
"""`morgan` is left out: it is by another author, and measures the confidence as `reese` does."""
STRENGTH = 1.0
_STEPS, _PRECISION = 60, 4

type Floats = NDArray[np.float64]


def train() -> tuple[bytes, list[str]]:
    """The curve as a file, and the report."""
    items = [item for item in read_sets("extract_claim", "train") if item.author in AUTHORS]
    read_items = [stated for item in items for stated in _read(item)]
    signals = np.array([astuple(stated) for stated, _ in read_items], dtype=np.float64)
    right = np.array([is_right for _, is_right in read_items], dtype=np.float64)
    weights = _fitted(signals, right)
    intercept = _raised_to(FIRST_PRECISION, signals @ weights)
    curve: Curve = {
        "data_sha256": sha256(items),
        "intercept": round(intercept, _PRECISION),
        "weights": {
            name: round(float(weight), _PRECISION) for name, weight in zip(NAMES, weights, strict=True)
        },
    }
    shares = _share(signals @ weights + intercept)
    error = measures.calibration_error(
        [float(share) for share in shares], [bool(is_right) for is_right in right]
    )
    return f"{json.dumps(curve, indent=2)}\n".encode(), [
        f"{len(right)} items of {len(items)} claims; {right.mean():.3f} of them right, by rules that know the claims; "
        f"confidence {shares.min():.2f} to {shares.max():.2f}, mean {shares.mean():.3f}; ECE {error:.3f}",
    ]


def _read(item: Item) -> list[tuple[Signals, bool]]:
    """The signals of each item of a claim, and whether a label has it."""
    reading = read(file_of(item))
    sized = [measure.room for measure in reading.measures if measure.room and measure.field == "size"]
    listed = scope.listed(reading.stated, Names(reading.mentions, sized))
    found = [asdict(scope.item(stated)) for stated in listed]
    surplus = paired(item.labels["items"], found, is_item)[2]
    return [(Signals.of(stated), shown not in surplus) for stated, shown in zip(listed, found, strict=True)]


def _fitted(signals: Floats, right: Floats) -> Floats:
    """The weights of a logistic regression by Newton's method. The intercept is not penalized, and not returned."""
    rows = np.hstack([signals, np.ones((len(signals), 1))])
    penalty = np.diag([STRENGTH] * signals.shape[1] + [1e-6])
    weights = np.zeros(rows.shape[1])
    for _ in range(_STEPS):
        shares = _share(rows @ weights)
        slope = rows.T @ (right - shares) - penalty @ weights
        curvature = rows.T @ (rows * (shares * (1 - shares))[:, None]) + penalty
        weights += np.linalg.solve(curvature, slope)
    return weights[:-1]


def _raised_to(mean: float, scores: Floats) -> float:
    """The intercept with which the shares have this mean."""
    low, high = -20.0, 20.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if _share(scores + middle).mean() < mean else (low, middle)
    return low


def _share(scores: Floats) -> Floats:
    shares: Floats = 1 / (1 + np.exp(-scores))
    return shares
