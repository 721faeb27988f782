"""Train the adapter of classify_call: the large encoder's upper layers for calls, and heads for the fields.

Takes about an hour of two cores. classify_call is trained after it, and decides how much its heads count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from eal.ai.engines.embedded import relevance
from eal.ai.engines.embedded.calls import engine
from eal.ai.engines.embedded.encoder import LARGE, SentenceEncoder, load
from eal.ai.engines.embedded.heads import read as read_heads
from tools.evaluate.calls import label
from tools.evaluate.sets import read_sets, sha256
from tools.evaluate.vectors import CachedEncoder
from tools.train import adapter
from tools.train.adapter import NO_LABEL, Field, Text
from tools.train.authors import ADAPTER_AUTHORS
from tools.train.tasks import classify_call
from tools.train.tasks.classify_call import CLASSES, Example

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from eal.ai.engines.embedded.encoder import WordPieceTokenizer
    from eal.ai.engines.embedded.relevance import Exchange

FIELDS = {
    **{name: Field(len(classes), 0.7 if name == "qualified" else 1.0) for name, classes in CLASSES.items()},
    "danger": Field(2, 0.7),
}


def train() -> tuple[dict[str, NDArray[np.generic]], list[str]]:
    """The arrays of the adapter and of its heads, and the report."""
    calls, exchanges = (
        [item for item in read_sets(name, "train") if item.author in ADAPTER_AUTHORS]
        for name in (classify_call.TASK, "exchanges")
    )
    examples = classify_call.examples_of(calls)
    snippets = classify_call.snippets_of(exchanges)
    encoder, tokenizer = CachedEncoder(), SentenceEncoder(load(LARGE)).tokenizer
    relevance_head = read_heads(
        {"data_sha256": np.array(""), **classify_call.relevance_head(examples, snippets, encoder)}
    )["relevance"]
    texts = []
    for example in [*examples, *snippets]:
        alone = [example.read.text(exchange) for exchange in example.read.exchanges]
        scores = relevance_head.scores(encoder.encode(alone, engine.MAX_EXCHANGE_TOKENS))[:, 0]
        relevant = [example.read.exchanges[position] for position in relevance.relevant(scores)]
        texts.append(_text(example, relevant, tokenizer))
    report = [f"{len(examples)} calls and {len(snippets)} exchanges of {len(ADAPTER_AUTHORS)} authors"]
    trained = adapter.train(texts, list(FIELDS.values()), report.append)
    arrays: dict[str, NDArray[np.generic]] = {
        name: array.astype(np.float16) for name, array in trained.arrays.items()
    }
    for name, (weights, bias) in zip(FIELDS, trained.heads, strict=True):
        if name == "danger":  # one score: that of a danger over that of none
            weights, bias = weights[:, 1:] - weights[:, :1], bias[1:] - bias[:1]
        classes = CLASSES.get(name, ("danger",))
        arrays |= classify_call.stored(
            name, classes, weights.astype(np.float64), bias.astype(np.float64), 1.0, ngrams=False
        )
    arrays["data_sha256"] = np.array(sha256([*calls, *exchanges]))
    return arrays, report


def _text(example: Example, relevant: Sequence[Exchange], tokenizer: WordPieceTokenizer) -> Text:
    tokens = tokenizer.ids(example.read.whole(relevant))
    sizes = [
        len(tokenizer.ids(example.read.text(exchange))) - 2 for exchange in relevant
    ]  # without start and end
    segments = np.repeat(np.arange(len(relevant)), sizes)
    padded = [0, *segments, *[len(relevant) - 1] * len(tokens)]
    fields = [_class(example, name) for name in FIELDS]
    return Text(tokens, padded[: len(tokens)], fields)


def _class(example: Example, name: str) -> int:
    labels = example.item.labels
    if name == "danger":
        return int(bool(labels.get("safety", labels.get("danger"))))
    return CLASSES[name].index(label(labels[name])) if name in labels else NO_LABEL
