"""Linear heads by scikit-learn, and their calibration. Deterministic: one thread, fixed seed, fixed order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize, minimize_scalar
from scipy.sparse import csr_matrix as csr_matrix
from scipy.sparse import hstack
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from eal.ai.engines.embedded import ngrams
from eal.ai.engines.embedded.heads import probabilities

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from eal.ai.engines.embedded.ngrams import Block, Sparse

    type Floats = NDArray[np.float64]
    type Flags = NDArray[np.bool_]
    type Labels = NDArray[np.intp]

_SEED = 20251126


def frequencies(blocks: Sequence[Sequence[Block]]) -> Floats:
    """The inverse document frequency of each bucket."""
    counts = np.zeros(ngrams.BUCKETS)
    for document in blocks:
        counts[list({bucket for block in document for bucket in block})] += 1
    return np.log((1 + len(blocks)) / (1 + counts)) + 1


def matrix(vectors: Floats, sparse: Sequence[Sparse]) -> csr_matrix:
    """Rows of a vector and n-grams, as a head reads them."""
    starts = np.cumsum([0, *(len(buckets) for buckets, _ in sparse)])
    columns = np.concatenate([buckets for buckets, _ in sparse])
    values = np.concatenate([values for _, values in sparse])
    grams = csr_matrix((values, columns, starts), shape=(len(sparse), ngrams.BUCKETS))
    return hstack([csr_matrix(vectors), grams]).tocsr()


def classes_by_margin(
    rows: csr_matrix, labels: Labels, count: int, strength: float, examples: Floats | None = None
) -> tuple[Floats, Floats]:
    """Weights (inputs, classes) and biases of a linear support vector machine, one class against the rest. `examples`
    are the weights of the rows."""
    machine = LinearSVC(C=strength, class_weight="balanced", random_state=_SEED, max_iter=2_000)
    machine.fit(rows, labels, sample_weight=examples)
    weights, bias = (
        np.zeros((rows.shape[1], count)),
        np.full(count, -3.0),
    )  # a class without examples never wins
    weights[:, machine.classes_] = machine.coef_.T
    bias[machine.classes_] = machine.intercept_
    return weights, bias


def yes_or_no(
    rows: csr_matrix | Floats, labels: Flags, strength: float, weights: Floats | None = None
) -> tuple[Floats, float]:
    """Weights and bias of a logistic regression for a yes."""
    model = LogisticRegression(
        C=strength, class_weight="balanced", max_iter=500, solver="liblinear", random_state=_SEED
    )
    model.fit(rows, labels, sample_weight=weights)
    return model.coef_[0], float(model.intercept_[0])


def temperature(scores: Floats, labels: Labels) -> float:
    """The temperature that makes the softmax of unseen scores most likely."""

    def loss(log_temperature: float) -> float:
        shares = probabilities(scores / np.exp(log_temperature))
        return -float(np.log(shares[np.arange(len(labels)), labels] + 1e-9).mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-4, 2), method="bounded").x))


def mix(first: Floats, second: Floats, labels: Labels) -> Floats:
    """The weights of two scores in the softmax that makes unseen labels most likely."""

    def loss(weights: Floats) -> float:
        shares = probabilities(weights[0] * first + weights[1] * second)
        return -float(np.log(shares[np.arange(len(labels)), labels] + 1e-9).mean())

    found: Floats = minimize(loss, (1.0, 0.5), method="Nelder-Mead").x
    return found


def calibration(shares: Floats, agreement: Floats, right: Flags) -> Floats:
    """The weights of `engine.calibrated`: of 1, the log odds of the winning class, and the agreement of the parts."""
    best = np.clip(shares.max(1), 1e-6, 1 - 1e-6)
    features = np.column_stack([np.log(best / (1 - best)), agreement])
    model = LogisticRegression(C=10, max_iter=500, random_state=_SEED).fit(features, right)
    return np.concatenate([model.intercept_, model.coef_[0]])


def threshold(confidences: Floats, right: Flags, target: float) -> float:
    """The lowest confidence above which at least the target share of unseen items is right."""
    order = np.argsort(-confidences, kind="stable")
    shares = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(shares >= target)
    return float(confidences[order[enough[-1]]]) if len(enough) else 1.0


def folds(authors: Sequence[str]) -> Iterator[tuple[Flags, Flags]]:
    """Yields for each author the items in training and those that are left out."""
    names = np.array(authors)
    for name in sorted(set(authors)):
        yield names != name, names == name
