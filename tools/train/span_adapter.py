"""Train an adapter of the multilingual encoder, with heads on the vectors of sentences, in JAX: matrices of low rank
that are added to the weights of the upper layers (LoRA, arXiv 2106.09685).

A window (eal.ai.engines.embedded.calls.windows) has sentences that are together dangerous, of which at least one must
score high, and others of which none may. Two runs on one machine agree in their figures but not in every bit, because
threads sum in any order.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax

from eal.ai.engines.embedded.encoder import MULTILINGUAL, MultilingualEncoder, load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from eal.ai.engines.embedded.calls.windows import Window

    type Integers = NDArray[np.int32]
    type Floats = NDArray[np.float32]
    type Weights = dict[str, jax.Array]

FIRST_LAYER = 6
"""The layers below keep the published weights."""
LAYERS = 12
DIMENSIONS = 384
MATRICES = {
    "query": (384, 384), "key": (384, 384), "value": (384, 384), "mixed": (384, 384), "inner": (384, 1536),
    "outer": (1536, 384),
}  # fmt: skip
ATTENTION_HEADS = 12
RANK = 16
SCALE = 2.0
"""Factor of the product of two matrices."""
RATE = 7e-4
HEAD_RATE = 3e-3
DECAY = 0.01
WARM_UP = 0.06  # of all steps
LOWEST_RATE = 0.02  # of the full one, at the end
AVERAGING = 0.98  # of the weights over the steps
DROPPED_TOKENS = 0.05
DROPPED_DIMENSIONS = 0.1
BATCH_TOKENS = 3_072
LENGTHS = (24, 32, 48, 64, 96, 128, 176, 240)
"""Lengths to which windows of a batch are padded: JAX compiles one program for each."""
MAX_SPANS = 48
KINDS_IMPORTANCE = 0.3
NO_LABEL = -1
_SEED = 0


class Example(NamedTuple):
    """A window to train on. `dangerous` is 1 for each span of which at least one is dangerous, 0 for each that is not,
    and -1 for each that is not trained on. `kind` is the class of the dangerous ones, and `status` of why the others
    are not, or `NO_LABEL`.
    """

    window: Window
    dangerous: tuple[int, ...]
    kind: int
    status: int
    weight: float = 1.0


class Trained(NamedTuple):
    """The arrays of the adapter; the weights (dimensions, classes) and the bias of the danger head, of the head for the
    kinds and of that for the statuses.
    """

    arrays: dict[str, Floats]
    heads: dict[str, tuple[Floats, Floats]]
    losses: list[float]


class _Batch(NamedTuple):
    ids: Integers
    mask: Floats
    pool: Floats
    dangerous: Floats
    harmless: Floats
    kind: Integers
    status: Integers
    weight: Floats


def train(
    epochs: int,
    examples: Callable[[int], Sequence[Example]],
    kinds: int,
    statuses: int,
    report: Callable[[str], None],
    start: Trained | None = None,
    pace: float = 1.0,
) -> Trained:
    """The adapter after all epochs. `examples` gives those of an epoch, by its number from 0. A training that goes on
    from an earlier one has a lower pace, the factor of the rates.
    """
    frozen = _frozen()
    chance = np.random.default_rng(_SEED)
    theta = (
        _weights(start)
        if start
        else {"adapter": _new_adapter(chance), "heads": _new_heads(chance, 1 + kinds + statuses)}
    )
    optimizer = optax.chain(optax.clip_by_global_norm(1.0), optax.scale_by_adam(b2=0.99))
    step = jax.jit(partial(_step, frozen=frozen, kinds=kinds, optimizer=optimizer))
    state, mean, number, losses = optimizer.init(theta), theta, 0, []
    planned = 0
    for epoch in range(epochs):
        own = list(examples(epoch))
        groups = list(_groups([example.window for example in own], chance))
        planned = planned or epochs * len(groups)
        lost = []
        for length, group in groups:
            batch = _batch([own[index] for index in group], length, chance)
            kept = chance.random((len(batch.mask), MAX_SPANS, DIMENSIONS)) >= DROPPED_DIMENSIONS
            rate = (
                min(1.0, (number + 1) / (WARM_UP * planned)) * max(LOWEST_RATE, 1 - number / planned) * pace
            )
            averaging = min(AVERAGING, (1 + number) / (10 + number))
            theta, state, mean, loss = step(
                theta, state, mean, batch, (kept / (1 - DROPPED_DIMENSIONS)).astype(np.float32),
                np.float32(rate), np.float32(averaging),
            )  # fmt: skip
            lost.append(float(loss))
            number += 1
        losses.append(float(np.mean(lost)))
        report(f"epoch {epoch + 1}: {len(own)} windows, loss {losses[-1]:.3f}")
    return _trained(mean, kinds, losses)


def _frozen() -> Weights:
    """The encoder's weights as float32, the matrices of its layers as bfloat16, which some processors multiply at
    several times the speed.
    """
    model = MultilingualEncoder(load(MULTILINGUAL))
    pieces = np.arange(len(model._words))
    found = {name: jnp.asarray(array, jnp.bfloat16) for name, array in model._matrices.items()}
    found |= {
        name: jnp.asarray(array) for name, array in model._vectors.items() if not name.endswith(".scale")
    }
    return found | {
        "words": jnp.asarray(model._embedded(pieces)),
        "positions": jnp.asarray(model._positions),
        "epsilon": jnp.asarray(model._epsilon),
    }


def _groups(windows: Sequence[Window], chance: np.random.Generator) -> Iterator[tuple[int, list[int]]]:
    """Windows of similar length, as many as fit a batch, in random order."""
    by_length: dict[int, list[int]] = {}
    for index, window in enumerate(windows):
        length = next(padded for padded in LENGTHS if len(window.tokens) <= padded)
        by_length.setdefault(length, []).append(index)
    groups: list[tuple[int, list[int]]] = []
    for length, indexes in by_length.items():
        chance.shuffle(indexes)
        rows = BATCH_TOKENS // length
        groups += [(length, indexes[start : start + rows]) for start in range(0, len(indexes), rows)]
    chance.shuffle(groups)
    yield from groups


def _batch(examples: Sequence[Example], length: int, chance: np.random.Generator) -> _Batch:
    """The examples with some of their tokens left out, filled up to the rows of a batch."""
    rows = BATCH_TOKENS // length
    ids = np.zeros((rows, length), np.int32)
    mask = np.zeros((rows, length), np.float32)
    mask[:, 0] = 1
    pool = np.zeros((rows, MAX_SPANS, length), np.float32)
    dangerous, harmless = np.zeros((2, rows, MAX_SPANS), np.float32)
    kind, status = np.full((2, rows), NO_LABEL, np.int32)
    weight = np.zeros(rows, np.float32)
    for row, example in enumerate(examples):
        size = len(example.window.tokens)
        ids[row, :size] = example.window.tokens
        kept = chance.random(size) >= DROPPED_TOKENS
        kept[0] = True
        mask[row, :size] = kept
        for number, (start, end) in enumerate(example.window.spans[:MAX_SPANS]):
            own = kept[start:end] if kept[start:end].any() else np.ones(end - start, bool)
            pool[row, number, start:end] = own / own.sum()
            dangerous[row, number] = example.dangerous[number] == 1
            harmless[row, number] = example.dangerous[number] == 0
        kind[row], status[row], weight[row] = example.kind, example.status, example.weight
    return _Batch(ids, mask, pool, dangerous, harmless, kind, status, weight)


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


def _new_heads(chance: np.random.Generator, classes: int) -> Weights:
    return {
        "weight": jnp.asarray(chance.normal(0, 0.02, (DIMENSIONS, classes)), jnp.float32),
        "bias": jnp.zeros(classes, jnp.float32),
    }


def _step(
    theta: dict[str, Weights],
    state: optax.OptState,
    mean: dict[str, Weights],
    batch: _Batch,
    kept: jax.Array,
    rate: jax.Array,
    averaging: jax.Array,
    *,
    frozen: Weights,
    kinds: int,
    optimizer: optax.GradientTransformation,
) -> tuple[dict[str, Weights], optax.OptState, dict[str, Weights], jax.Array]:
    """One step of Adam, with the decay of AdamW for the adapter, and the running mean of all weights."""

    def loss(theta: dict[str, Weights]) -> jax.Array:
        vectors = _vectors(batch.ids, batch.mask, batch.pool, frozen, theta["adapter"]) * kept
        scores = vectors @ theta["heads"]["weight"] + theta["heads"]["bias"]
        found = _highest(scores[..., 0], batch.dangerous)
        wrong = _highest(scores[..., 0], batch.harmless)
        has_danger, has_others = batch.dangerous.max(1), batch.harmless.max(1)
        total = jax.nn.softplus(-found) * has_danger + jax.nn.softplus(wrong) * has_others
        best = jnp.argmax(jnp.where(batch.dangerous > 0, scores[..., 0], -1e9), 1)
        named = jnp.take_along_axis(scores[..., 1 : 1 + kinds], best[:, None, None], 1)[:, 0]
        total += KINDS_IMPORTANCE * _likelihood(named, batch.kind)
        worst = jnp.argmax(jnp.where(batch.harmless > 0, scores[..., 0], -1e9), 1)
        why = jnp.take_along_axis(scores[..., 1 + kinds :], worst[:, None, None], 1)[:, 0]
        total += KINDS_IMPORTANCE * _likelihood(why, batch.status)
        return (total * batch.weight).sum() / batch.weight.sum()

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


def _highest(scores: jax.Array, among: jax.Array) -> jax.Array:
    return jnp.where(among > 0, scores, -1e9).max(1) * among.max(1)


def _likelihood(scores: jax.Array, labels: jax.Array) -> jax.Array:
    shares = jax.nn.log_softmax(scores)
    own = jnp.take_along_axis(shares, jnp.maximum(labels, 0)[:, None], 1)[:, 0]
    return -own * (labels != NO_LABEL)


def _vectors(
    ids: jax.Array, mask: jax.Array, pool: jax.Array, frozen: Weights, adapter: Weights
) -> jax.Array:
    hidden = frozen["words"][ids] + frozen["positions"][: ids.shape[1]]
    hidden = _normalised(hidden, "start", frozen)
    for layer in range(LAYERS):
        hidden = _layer(hidden, mask, layer, frozen, adapter)
    return pool @ hidden


def _layer(hidden: jax.Array, mask: jax.Array, layer: int, frozen: Weights, adapter: Weights) -> jax.Array:
    """A layer as `eal.ai.engines.embedded.encoder` computes it, in a form that JAX can differentiate."""
    rows, length, _ = hidden.shape

    def linear(inputs: jax.Array, name: str) -> jax.Array:
        name = f"{layer}.{name}"
        narrow = inputs.astype(jnp.bfloat16)
        product = (narrow @ frozen[f"{name}.weight"]).astype(jnp.float32) + frozen[f"{name}.bias"]
        if f"{name}.up" not in adapter:
            return product
        added = (narrow @ adapter[f"{name}.down"].astype(jnp.bfloat16)) @ adapter[f"{name}.up"].astype(
            jnp.bfloat16
        )
        return product + added.astype(jnp.float32) * SCALE + adapter[f"{name}.shift"]

    query, key, value = (
        linear(hidden, name).reshape(rows, length, ATTENTION_HEADS, -1).transpose(0, 2, 1, 3)
        for name in ("query", "key", "value")
    )
    scale = np.float32((DIMENSIONS / ATTENTION_HEADS) ** -0.5)
    ignored = ((1 - mask) * -1e9)[:, None, None, :]
    attention = jax.nn.softmax(query @ key.transpose(0, 1, 3, 2) * scale + ignored)
    seen = (attention @ value).transpose(0, 2, 1, 3).reshape(rows, length, DIMENSIONS)
    hidden = _normalised(hidden + linear(seen, "mixed"), f"{layer}.attention", frozen)
    inner = jax.nn.gelu(linear(hidden, "inner"), approximate=False)
    return _normalised(hidden + linear(inner, "outer"), f"{layer}.output", frozen)


def _normalised(inputs: jax.Array, name: str, weights: Weights) -> jax.Array:
    centred = inputs - inputs.mean(-1, keepdims=True)
    scaled = centred * jax.lax.rsqrt(jnp.square(centred).mean(-1, keepdims=True) + weights["epsilon"])
    return scaled * weights[f"{name}.gain"] + weights[f"{name}.shift"]


def _trained(mean: Mapping[str, Weights], kinds: int, losses: list[float]) -> Trained:
    arrays = {
        name: np.asarray(array, np.float32) * np.float32(SCALE if name.endswith(".up") else 1)
        for name, array in mean["adapter"].items()
    }
    weight, bias = (np.asarray(mean["heads"][name], np.float32) for name in ("weight", "bias"))
    cut = {"danger": slice(0, 1), "kind": slice(1, 1 + kinds), "status": slice(1 + kinds, None)}
    return Trained(arrays, {name: (weight[:, part], bias[part]) for name, part in cut.items()}, losses)


def _weights(trained: Trained) -> dict[str, Weights]:
    """The reverse of `_trained`."""
    adapter = {
        name: jnp.asarray(array / np.float32(SCALE if name.endswith(".up") else 1))
        for name, array in trained.arrays.items()
    }
    weight = np.concatenate([weights for weights, _ in trained.heads.values()], 1)
    bias = np.concatenate([own for _, own in trained.heads.values()])
    return {"adapter": adapter, "heads": {"weight": jnp.asarray(weight), "bias": jnp.asarray(bias)}}


def scores(trained: Trained, windows: Sequence[Window]) -> list[Floats]:
    """The scores of each window's spans (spans, classes of all heads), by the same computation as in training."""
    theta = _weights(trained)
    weight, bias = (np.asarray(theta["heads"][name]) for name in ("weight", "bias"))
    compiled = jax.jit(partial(_vectors, frozen=_frozen(), adapter=theta["adapter"]))
    found: list[Floats] = [np.zeros((0, len(bias)), np.float32)] * len(windows)
    for length, group in _groups(windows, np.random.default_rng(0)):
        batch = _batch(
            [Example(windows[i], (0,) * len(windows[i].spans), -1, -1) for i in group], length, _Full()
        )
        vectors = np.asarray(compiled(batch.ids, batch.mask, batch.pool))
        for row, index in enumerate(group):
            found[index] = vectors[row, : len(windows[index].spans)] @ weight + bias
    return found


class _Full(np.random.Generator):
    """Leaves no token out."""

    def __init__(self) -> None:
        super().__init__(np.random.PCG64(0))

    def random(self, size):  # type: ignore[no-untyped-def, override]
        return np.ones(size)
