"""Train an adapter of the large encoder, with heads on its vectors, in JAX: matrices of low rank that are added to the
weights of the upper layers (LoRA, arXiv 2106.09685).

Two runs on one machine agree in their figures but not in every bit, because threads sum in any order.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from sklearn.linear_model import LogisticRegression

from eal.ai.engines.embedded.encoder import LARGE, load, relative_position_buckets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    type Integers = NDArray[np.int32]
    type Floats = NDArray[np.float32]
    type Weights = dict[str, jax.Array]

FIRST_LAYER = 8
"""The layers below keep the published weights: their output is computed once for each text."""
LAYERS = 12
DIMENSIONS = 768
MATRICES = {
    "query": (768, 768), "key": (768, 768), "value": (768, 768), "mixed": (768, 768), "inner": (768, 3072),
    "outer": (3072, 768),
}  # fmt: skip
ATTENTION_HEADS = 12
RANK = 16
SCALE = 2.0
"""Scale of the product of two matrices."""

# For an adapter of the small encoder, a half or a double of the rates changed no field by more than a point, on authors
# that were left out. The large one has a lower rate and an epoch less, of which only this has been tried.
EPOCHS = 3
RATE = 7e-4
HEAD_RATE = 1e-2
DECAY = 0.01
WARM_UP = 0.06  # of all steps
LOWEST_RATE = 0.02  # of the full one, at the end
AVERAGING = 0.98  # of the weights over the steps
LABEL_SMOOTHING = 0.05
DROPPED_SEGMENTS = 0.3  # texts that lose one of their exchanges
DROPPED_TOKENS = 0.05
DROPPED_DIMENSIONS = 0.1
BATCH_TOKENS = 2_048
LENGTHS = (32, 64, 80, 96, 112, 128, 160, 192, 256)
"""Lengths to which texts of a batch are padded: JAX compiles one program for each."""
VECTOR_SCALE = 8.0
"""Vectors of length 1 are small inputs for a head."""
NO_LABEL = -1
INITIAL_TEXTS = 1_200
"""The heads start from a logistic regression on the vectors of so many texts, without an adapter."""
ABSENT_CLASS = -3.0
"""The initial bias of a class that no such text has."""

_SEED = 0


class Text(NamedTuple):
    """A text to train on: token ids; the number of the segment of each token; a class for each field, or `NO_LABEL`."""

    tokens: Sequence[int]
    segments: Sequence[int]
    labels: Sequence[int]


class Field(NamedTuple):
    classes: int
    importance: float


class Trained(NamedTuple):
    """`arrays` are the adapter's. Each field has weights (dimensions, classes) and a bias."""

    arrays: dict[str, Floats]
    heads: list[tuple[Floats, Floats]]
    losses: list[float]


@dataclass(frozen=True, slots=True)
class _Batch:
    hidden: Floats
    mask: Floats
    labels: Integers
    counts: Floats


def train(texts: Sequence[Text], fields: Sequence[Field], report: Callable[[str], None]) -> Trained:
    frozen, words = _frozen()
    below = _below(texts, frozen, words)
    chance = np.random.default_rng(_SEED)
    theta = {"adapter": _new_adapter(chance), "heads": _first_heads(texts, below, fields, frozen, chance)}
    optimizer = optax.chain(optax.clip_by_global_norm(1.0), optax.scale_by_adam(b2=0.99))
    step = jax.jit(partial(_step, frozen=frozen, fields=fields, optimizer=optimizer))
    state, mean, number, losses = optimizer.init(theta), theta, 0, []
    steps = EPOCHS * len(list(_groups(texts, None)))
    for epoch in range(EPOCHS):
        lost = []
        for length, group in _groups(texts, chance):
            batch = _batch(texts, below, length, group, chance)
            kept = chance.random((len(batch.mask), DIMENSIONS)) >= DROPPED_DIMENSIONS
            rate = min(1.0, (number + 1) / (WARM_UP * steps)) * max(LOWEST_RATE, 1 - number / steps)
            averaging = min(AVERAGING, (1 + number) / (10 + number))
            theta, state, mean, loss = step(
                theta, state, mean, batch.hidden, batch.mask, batch.labels, batch.counts,
                (kept / (1 - DROPPED_DIMENSIONS)).astype(np.float32), np.float32(rate), np.float32(averaging),
            )  # fmt: skip
            lost.append(float(loss))
            number += 1
        losses.append(float(np.mean(lost)))
        report(f"epoch {epoch + 1}: loss {losses[-1]:.3f}")
    return _trained(mean, len(fields), losses)


def _frozen() -> tuple[Weights, Floats]:
    """The encoder's weights as float32, and its word vectors."""
    arrays = load(LARGE)

    def floats(name: str) -> Floats:
        array = arrays[name].astype(np.float32)
        return array * arrays[f"{name}.scale"].astype(np.float32) if arrays[name].dtype == np.int8 else array

    words = arrays["words"].astype(np.float32) * arrays["words.scale"].astype(np.float32)[:, None]
    names = [
        name
        for name in arrays
        if name[0].isdigit() or name.startswith(("start.", "positions", "distances", "epsilon"))
    ]
    return {name: jnp.asarray(floats(name)) for name in names if not name.endswith(".scale")}, words


def _below(texts: Sequence[Text], frozen: Weights, words: Floats) -> list[Floats]:
    """The output of the layers that no adapter changes, for each token of each text."""

    def lower(tokens: jax.Array, mask: jax.Array) -> jax.Array:
        hidden = _normalised(tokens + frozen["positions"][: tokens.shape[1]], "start", frozen)
        for layer in range(FIRST_LAYER):
            hidden = _layer(hidden, mask, layer, frozen, {})
        return hidden

    compiled = jax.jit(lower)
    found: dict[int, Floats] = {}
    for length, group in _groups(texts, None):
        tokens = np.zeros((_rows(length), length, DIMENSIONS), np.float32)
        mask = _empty_mask(length)
        for row, index in enumerate(group):
            own = texts[index].tokens
            tokens[row, : len(own)] = words[list(own)]
            mask[row, : len(own)] = 1
        hidden = np.asarray(compiled(tokens, mask))
        found |= {index: hidden[row, : len(texts[index].tokens)].copy() for row, index in enumerate(group)}
    return [found[index] for index in range(len(texts))]


def _rows(length: int) -> int:
    return max(8, BATCH_TOKENS // length)


def _empty_mask(length: int) -> Floats:
    """A row without a text has one token, because the mean of none is undefined."""
    mask = np.zeros((_rows(length), length), np.float32)
    mask[:, 0] = 1
    return mask


def _groups(texts: Sequence[Text], chance: np.random.Generator | None) -> Iterator[tuple[int, list[int]]]:
    """Texts of similar length, as many as fit a batch, in random order if there is a generator."""
    by_length: dict[int, list[int]] = {}
    for index, text in enumerate(texts):
        length = next(padded for padded in LENGTHS if len(text.tokens) <= padded)
        by_length.setdefault(length, []).append(index)
    groups: list[tuple[int, list[int]]] = []
    for length, indexes in by_length.items():
        if chance is not None:
            chance.shuffle(indexes)
        groups += [
            (length, indexes[start : start + _rows(length)])
            for start in range(0, len(indexes), _rows(length))
        ]
    if chance is not None:
        chance.shuffle(groups)
    yield from groups


def _batch(
    texts: Sequence[Text],
    below: Sequence[Floats],
    length: int,
    group: Sequence[int],
    chance: np.random.Generator,
) -> _Batch:
    """The texts of a group with some of their exchanges and tokens left out."""
    rows = _rows(length)
    hidden = np.zeros((rows, length, DIMENSIONS), np.float32)
    mask = _empty_mask(length)
    labels = np.full((rows, len(texts[0].labels)), NO_LABEL, np.int32)
    counts = np.zeros(rows, np.float32)
    for row, index in enumerate(group):
        size = len(texts[index].tokens)
        segments = np.array(texts[index].segments)
        hidden[row, :size], labels[row], counts[row] = below[index], texts[index].labels, 1
        kept = np.ones(size, bool)
        if segments.max() > 1 and chance.random() < DROPPED_SEGMENTS:
            left_out = segments == chance.integers(segments.max() + 1)
            if (~left_out).sum() > 10:
                kept &= ~left_out
        kept &= chance.random(size) >= DROPPED_TOKENS
        kept[0] = True
        mask[row, :size] = kept
    return _Batch(hidden, mask, labels, counts)


def _new_adapter(chance: np.random.Generator) -> Weights:
    """Random matrices times zeros: at first the adapter changes nothing."""
    found: Weights = {}
    for layer in range(FIRST_LAYER, LAYERS):
        for name, (inputs, outputs) in MATRICES.items():
            down = chance.standard_normal((inputs, RANK)) / np.sqrt(inputs)
            found[f"{layer}.{name}.down"] = jnp.asarray(down, jnp.float32)
            found[f"{layer}.{name}.up"] = jnp.zeros((RANK, outputs), jnp.float32)
            found[f"{layer}.{name}.shift"] = jnp.zeros(outputs, jnp.float32)
    return found


def _first_heads(
    texts: Sequence[Text],
    below: Sequence[Floats],
    fields: Sequence[Field],
    frozen: Weights,
    chance: np.random.Generator,
) -> Weights:
    """Logistic regressions on the vectors of some texts without an adapter."""
    chosen = sorted(chance.choice(len(texts), min(INITIAL_TEXTS, len(texts)), replace=False))
    some, their = [texts[index] for index in chosen], [below[index] for index in chosen]
    compiled = jax.jit(partial(_pooled, frozen=frozen, adapter={}))
    vectors = np.zeros((len(some), DIMENSIONS), np.float32)
    for length, group in _groups(some, None):
        hidden = np.zeros((_rows(length), length, DIMENSIONS), np.float32)
        mask = _empty_mask(length)
        for row, index in enumerate(group):
            hidden[row, : len(their[index])] = their[index]
            mask[row, : len(their[index])] = 1
        vectors[group] = np.asarray(compiled(hidden, mask))[: len(group)]
    found: Weights = {}
    for number, field in enumerate(fields):
        labels = np.array([text.labels[number] for text in some])
        known = labels != NO_LABEL
        model = LogisticRegression(C=0.5, max_iter=200).fit(vectors[known] * VECTOR_SCALE, labels[known])
        weights, bias = np.zeros((DIMENSIONS, field.classes)), np.full(field.classes, ABSENT_CLASS)
        if field.classes == 2:
            weights[:, 1], bias[:] = model.coef_[0], (0, model.intercept_[0])
        else:
            weights[:, model.classes_], bias[model.classes_] = model.coef_.T, model.intercept_
        found[f"{number}.weight"] = jnp.asarray(weights, jnp.float32)
        found[f"{number}.bias"] = jnp.asarray(bias, jnp.float32)
    return found


def _step(
    theta: dict[str, Weights],
    state: optax.OptState,
    mean: dict[str, Weights],
    hidden: jax.Array,
    mask: jax.Array,
    labels: jax.Array,
    counts: jax.Array,
    kept: jax.Array,
    rate: jax.Array,
    averaging: jax.Array,
    *,
    frozen: Weights,
    fields: Sequence[Field],
    optimizer: optax.GradientTransformation,
) -> tuple[dict[str, Weights], optax.OptState, dict[str, Weights], jax.Array]:
    """One step of Adam, with the decay of AdamW for the adapter, and the running mean of all weights."""

    def loss(theta: dict[str, Weights]) -> jax.Array:
        vectors = _pooled(hidden, mask, frozen, theta["adapter"]) * kept * VECTOR_SCALE
        total = jnp.zeros(())
        for number, field in enumerate(fields):
            scores = vectors @ theta["heads"][f"{number}.weight"] + theta["heads"][f"{number}.bias"]
            shares = jax.nn.log_softmax(scores)
            own = labels[:, number]
            right = jnp.take_along_axis(shares, jnp.maximum(own, 0)[:, None], 1)[:, 0]
            likelihood = (1 - LABEL_SMOOTHING) * right + LABEL_SMOOTHING * shares.mean(1)
            total -= field.importance * (likelihood * counts * (own != NO_LABEL)).sum() / counts.sum()
        return total

    value, gradients = jax.value_and_grad(loss)(theta)
    updates, state = optimizer.update(gradients, state)
    after = {
        "adapter": jax.tree.map(
            lambda old, by: old - RATE * rate * (by + DECAY * old), theta["adapter"], updates["adapter"]
        ),
        "heads": jax.tree.map(lambda old, by: old - HEAD_RATE * rate * by, theta["heads"], updates["heads"]),
    }
    mean = jax.tree.map(lambda old, new: averaging * old + (1 - averaging) * new, mean, after)
    return after, state, mean, value


def _pooled(hidden: jax.Array, mask: jax.Array, frozen: Weights, adapter: Weights) -> jax.Array:
    for layer in range(FIRST_LAYER, LAYERS):
        hidden = _layer(hidden, mask, layer, frozen, adapter)
    pooled = (hidden * mask[..., None]).sum(1)
    return pooled / jnp.sqrt(jnp.square(pooled).sum(-1, keepdims=True) + 1e-12)


def _layer(hidden: jax.Array, mask: jax.Array, layer: int, frozen: Weights, adapter: Weights) -> jax.Array:
    """A layer as `eal.ai.engines.embedded.encoder` computes it, in a form that JAX can differentiate.

    The adapter's matrices are not added to the frozen ones: the gradient of the sum would be as large as these.
    """
    rows, length, _ = hidden.shape

    def linear(inputs: jax.Array, name: str) -> jax.Array:
        name = f"{layer}.{name}"
        product = inputs @ frozen[f"{name}.weight"] + frozen[f"{name}.bias"]
        if f"{name}.up" not in adapter:
            return product
        return (
            product
            + (inputs @ adapter[f"{name}.down"]) @ adapter[f"{name}.up"] * SCALE
            + adapter[f"{name}.shift"]
        )

    query, key, value = (
        linear(hidden, name).reshape(rows, length, ATTENTION_HEADS, -1).transpose(0, 2, 1, 3)
        for name in ("query", "key", "value")
    )
    scale = np.float32((DIMENSIONS / ATTENTION_HEADS) ** -0.5)
    distances = frozen["distances"][relative_position_buckets(length)].transpose(2, 0, 1)
    ignored = ((1 - mask) * -1e9)[:, None, None, :]
    attention = jax.nn.softmax(query @ key.transpose(0, 1, 3, 2) * scale + distances + ignored)
    seen = (attention @ value).transpose(0, 2, 1, 3).reshape(rows, length, DIMENSIONS)
    hidden = _normalised(hidden + linear(seen, "mixed"), f"{layer}.attention", frozen)
    inner = jax.nn.gelu(linear(hidden, "inner"), approximate=False)
    return _normalised(hidden + linear(inner, "outer"), f"{layer}.output", frozen)


def _normalised(inputs: jax.Array, name: str, weights: Weights) -> jax.Array:
    centred = inputs - inputs.mean(-1, keepdims=True)
    scaled = centred * jax.lax.rsqrt(jnp.square(centred).mean(-1, keepdims=True) + weights["epsilon"])
    return scaled * weights[f"{name}.gain"] + weights[f"{name}.shift"]


def _trained(mean: Mapping[str, Weights], fields: int, losses: list[float]) -> Trained:
    arrays = {
        name: np.asarray(array, np.float32) * np.float32(SCALE if name.endswith(".up") else 1)
        for name, array in mean["adapter"].items()
    }
    heads = [
        (
            np.asarray(mean["heads"][f"{number}.weight"], np.float32) * np.float32(VECTOR_SCALE),
            np.asarray(mean["heads"][f"{number}.bias"], np.float32),
        )
        for number in range(fields)
    ]
    return Trained(arrays, heads, losses)
