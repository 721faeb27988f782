"""all-MiniLM-L6-v2, a sentence encoder, in NumPy alone: text in, unit vectors of 384 numbers out.

The weights are int8 with one scale for each row of the embeddings and each column of a matrix. `layers/models` converts
them from the published model; cosines to the original are above 0.996. onnxruntime would run the same model, but is
reported to abort at import on Lambda's arm64 (microsoft/onnxruntime#10038).
"""

from __future__ import annotations

import unicodedata
from copy import copy
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Self

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    type Floats = NDArray[np.float32 | np.float64]

DIMENSIONS = 384
MAX_TOKENS = 256
"""Of one text. The model has positions for 512, and was trained on 128; further tokens are ignored."""
_LAYERS = 6
_HEADS = 12
_MAX_BATCH_TOKENS = 2_048  # bounds the memory of a batch: 2,048 tokens take 13 MB in the widest layer
_MAX_WORD_CHARACTERS = 100
_SCALE = np.float32((DIMENSIONS / _HEADS) ** -0.5)
_EPSILON = np.float32(1e-12)
# As in BERT's own tokenizer, with its gap before 2B920.
_IDEOGRAPHS = (
    (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x2A6DF), (0x2A700, 0x2B81F),
    (0x2B920, 0x2CEAF), (0x2F800, 0x2FA1F),
)  # fmt: skip


class Tokenizer:
    """WordPiece, uncased, as BERT's: the ids of words, or of the longest known pieces of a word."""

    def __init__(self, vocabulary: Mapping[str, int]) -> None:
        self._ids = vocabulary
        self._longest = max(map(len, vocabulary))
        self._first, self._last, self._unknown = (vocabulary[name] for name in ("[CLS]", "[SEP]", "[UNK]"))

    def ids(self, text: str, limit: int = MAX_TOKENS) -> list[int]:
        """At most `limit` ids, with those of the start and the end."""
        found = [self._first]
        for word in _words(text):
            found += self._pieces(word)
            if len(found) >= limit:
                break
        return [*found[: limit - 1], self._last]

    def _pieces(self, word: str) -> list[int]:
        if len(word) > _MAX_WORD_CHARACTERS:
            return [self._unknown]
        pieces: list[int] = []
        start = 0
        while start < len(word):
            prefix = "##" if start else ""
            for end in range(min(len(word), start + self._longest), start, -1):
                piece = self._ids.get(prefix + word[start:end])
                if piece is not None:
                    pieces.append(piece)
                    start = end
                    break
            else:
                return [self._unknown]
        return pieces


def _words(text: str) -> Iterator[str]:
    """Words in lower case without accents; each punctuation mark and ideograph is a word of its own."""
    word: list[str] = []
    for character in unicodedata.normalize("NFD", "".join(map(_cleaned, text))):
        category = unicodedata.category(character)
        if category == "Mn":
            continue
        if not character.isspace() and not _stands_alone(character, category):
            word.append(character.lower())
            continue
        if word:
            yield "".join(word)
            word = []
        if not character.isspace():
            yield character.lower()
    if word:
        yield "".join(word)


def _cleaned(character: str) -> str:
    if character in "\t\n\r":
        return " "
    if character == "\ufffd" or unicodedata.category(character) in ("Cc", "Cf", "Co"):
        return ""
    return f" {character} " if _is_ideograph(ord(character)) else character


def _stands_alone(character: str, category: str) -> bool:
    # BERT counts all ASCII signs as punctuation, such as "$" and "^".
    return category[0] == "P" or (character.isascii() and not character.isalnum())


def _is_ideograph(code: int) -> bool:
    return any(first <= code <= last for first, last in _IDEOGRAPHS)


class Encoder:
    """The model, with its weights as float32."""

    def __init__(self, arrays: Mapping[str, NDArray[np.generic]]) -> None:
        words = bytes(arrays["vocabulary"].astype(np.uint8)).decode().split("\n")
        self.tokenizer = Tokenizer({word: number for number, word in enumerate(words)})
        self._words = arrays["words"].astype(np.int8)
        self._word_scales = _floats(arrays["words.scale"])
        self._positions = _floats(arrays["positions"])
        self._weights = {
            name: _floats(array) * _floats(arrays[f"{name}.scale"])
            if array.dtype == np.int8
            else _floats(array)
            for name, array in arrays.items()
            if name.startswith(("0.", "1.", "2.", "3.", "4.", "5.", "start.")) and not name.endswith(".scale")
        }

    def adapted(self, adapter: Mapping[str, Floats]) -> Self:
        """The model with an adapter, the products of whose matrices of low rank are added to its weights (LoRA,
        arXiv 2106.09685). Both share what the adapter does not change.
        """
        other = copy(self)
        other._weights = dict(self._weights)
        for down in (name for name in adapter if name.endswith(".down")):
            name = down.removesuffix(".down")
            other._weights[f"{name}.weight"] = (
                self._weights[f"{name}.weight"] + adapter[down] @ adapter[f"{name}.up"]
            )
            other._weights[f"{name}.bias"] = self._weights[f"{name}.bias"] + adapter[f"{name}.shift"]
        return other

    def encode(self, texts: Sequence[str], limit: int = MAX_TOKENS) -> Floats:
        """One unit vector for each text; texts of similar length share a batch."""
        ids = [self.tokenizer.ids(text, limit) for text in texts]
        vectors = np.zeros((len(texts), DIMENSIONS), np.float32)
        for batch in _batches([len(one) for one in ids]):
            vectors[batch] = self._forward([ids[position] for position in batch])
        return vectors

    def _forward(self, batch: list[list[int]]) -> Floats:
        count, longest = len(batch), max(map(len, batch))
        ids = np.zeros((count, longest), np.int64)
        mask = np.zeros((count, longest), np.float32)
        for row, one in enumerate(batch):
            ids[row, : len(one)] = one
            mask[row, : len(one)] = 1
        hidden = self._words[ids].astype(np.float32) * self._word_scales[ids][..., None]
        hidden = self._normalised(hidden + self._positions[:longest], "start")
        ignored = ((1 - mask) * np.float32(-1e9))[:, None, None, :]
        for layer in range(_LAYERS):
            hidden = self._normalised(hidden + self._attention(hidden, ignored, layer), f"{layer}.attention")
            inner = _gelu(self._linear(hidden, f"{layer}.inner"))
            hidden = self._normalised(hidden + self._linear(inner, f"{layer}.outer"), f"{layer}.output")
        pooled = np.einsum("btd,bt->bd", hidden, mask)
        return unit(pooled)

    def _attention(self, hidden: Floats, ignored: Floats, layer: int) -> Floats:
        count, length, _ = hidden.shape
        query, key, value = (
            self._linear(hidden, f"{layer}.{name}").reshape(count, length, _HEADS, -1).transpose(0, 2, 1, 3)
            for name in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 1, 3, 2) * _SCALE + ignored
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        scores /= scores.sum(-1, keepdims=True)
        mixed = (scores @ value).transpose(0, 2, 1, 3).reshape(count, length, DIMENSIONS)
        return self._linear(mixed, f"{layer}.mixed")

    def _linear(self, x: Floats, name: str) -> Floats:
        product: Floats = x @ self._weights[f"{name}.weight"]
        return product + self._weights[f"{name}.bias"]

    def _normalised(self, x: Floats, name: str) -> Floats:
        x = x - x.mean(-1, keepdims=True)
        x = x / np.sqrt(np.square(x).mean(-1, keepdims=True) + _EPSILON)
        return x * self._weights[f"{name}.gain"] + self._weights[f"{name}.shift"]


def unit(vectors: Floats) -> Floats:
    """The rows scaled to length 1; a row of zeros remains."""
    norms = np.sqrt(np.square(vectors).sum(-1, keepdims=True))
    return vectors / np.maximum(norms, _EPSILON)


def _gelu(x: Floats) -> Floats:
    """x·Φ(x), with the error function by Abramowitz and Stegun 7.1.26, whose error is below 1.5e-7."""
    z = np.abs(x) * np.float32(0.7071067811865476)
    t = 1 / (1 + np.float32(0.3275911) * z)
    series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    tail: Floats = (series * np.exp(-z * z)).astype(np.float32) * np.float32(0.5)
    return x * np.where(x < 0, tail, 1 - tail)


def _floats(array: NDArray[np.generic]) -> Floats:
    return array.astype(np.float32)


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Positions of texts, the shortest first, in groups whose padded size is at most `_MAX_BATCH_TOKENS`."""
    batch: list[int] = []
    for position in sorted(range(len(lengths)), key=lambda one: lengths[one]):
        if batch and (len(batch) + 1) * lengths[position] > _MAX_BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(position)
    if batch:
        yield batch


def load() -> dict[str, NDArray[np.generic]]:
    """The arrays of the models layer. Raises: FileNotFoundError if neither the layer nor `make` has built them."""
    path = files("eal_models").joinpath("encoder.npz")
    with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        return dict(arrays)


@cache
def encoder() -> Encoder:
    return Encoder(load())
