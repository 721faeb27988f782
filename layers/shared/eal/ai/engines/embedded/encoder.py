"""Three sentence encoders in NumPy alone: text in, vectors out.

all-MiniLM-L6-v2 (`encoder`, 384 numbers a vector) reads every English text. all-mpnet-base-v2 (768 numbers) takes eight
times the work, and reads only one text of each call (decision 0071). multilingual-e5-small (384 numbers) reads each
sentence of a call for dangers, in English and Spanish (decision 0076).

The weights of the first two are int8 with one scale for each row of the embeddings and each column of a matrix, those
of the third 4-bit with one scale for 32 numbers. `layers/models` converts them from the published models; cosines to
the originals are above 0.99, and to the published 4-bit weights 1. onnxruntime would run the same models, but is
reported to abort at import on Lambda's arm64 (microsoft/onnxruntime#10038).
"""

from __future__ import annotations

import unicodedata
from copy import copy
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Self, cast

import numpy as np

from eal.ai.engines.embedded.unigram import UnigramTokenizer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    type Floats = NDArray[np.float32 | np.float64]

SMALL = "encoder.npz"
LARGE = "large_encoder.npz"
MULTILINGUAL = "multilingual_encoder.npz"
DIMENSIONS = 384
"""Dimensions of a vector of `encoder()`."""
MAX_TOKENS = 256
"""Maximum number of tokens of one text. Both models have positions for 512, and were trained on 128; further tokens are
ignored."""
_HEADS = 12
_MAX_BATCH_TOKENS = 2_048  # bounds the memory of a batch: 2,048 tokens take 25 MB in the widest layer
_MAX_WORD_CHARACTERS = 100
_EPSILON = np.float32(1e-12)
# MPNet adds a trained bias to the attention of two tokens, by their relative position, as T5 does (arXiv 1910.10683).
# In each direction, distances below 8 have a bucket each, and the longer ones share 8 buckets.
_EXACT_DISTANCES = 8
_MAX_DISTANCE = 128
# As in BERT's own tokenizer, with its gap before 2B920.
_IDEOGRAPHS = (
    (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x2A6DF), (0x2A700, 0x2B81F),
    (0x2B920, 0x2CEAF), (0x2F800, 0x2FA1F),
)  # fmt: skip


class WordPieceTokenizer:
    """WordPiece, uncased, as BERT's: the ids of words, or of the longest known pieces of a word."""

    def __init__(self, vocabulary: Mapping[str, int]) -> None:
        self._ids = vocabulary
        self._longest = max(map(len, vocabulary))
        ends = ("<s>", "</s>") if "<s>" in vocabulary else ("[CLS]", "[SEP]")  # MPNet's has BERT's as well
        self._first, self._last, self._unknown = (vocabulary[name] for name in (*ends, "[UNK]"))

    def ids(self, text: str, limit: int = MAX_TOKENS) -> list[int]:
        """The token ids of a text: at most `limit`, with those of the start and the end."""
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
    """A model. `dimensions` is the length of its vectors.

    Matrices of int8 stay so in memory, and each becomes float32 while it is used. The conversion takes 0.1 s for each
    batch of the large model, which so takes 120 MB instead of 360. Matrices of 4 bits become float32 at once.
    """

    def __init__(self, arrays: Mapping[str, NDArray[np.generic]]) -> None:
        self._words = cast("NDArray[np.int8 | np.uint8]", arrays["words"])
        self._word_scales = _floats(arrays["words.scale"])
        self._positions = _floats(arrays["positions"])
        self._distances = _floats(arrays["distances"]) if "distances" in arrays else None
        self._epsilon = (
            np.float32(arrays["epsilon"].astype(np.float32)[0]) if "epsilon" in arrays else _EPSILON
        )
        self._matrices = {
            name: _matrix(array, arrays[f"{name}.scale"])
            for name, array in arrays.items()
            if name.endswith(".weight")
        }
        self._vectors = {
            name: _floats(array)
            for name, array in arrays.items()
            if name.endswith((".bias", ".gain", ".shift", ".weight.scale"))
        }
        self._adapter: Mapping[str, Floats] = {}
        self._layers = sum(name.endswith(".query.weight") for name in self._matrices)
        self.dimensions = self._positions.shape[1]
        self._scale = np.float32((self.dimensions / _HEADS) ** -0.5)

    def adapted(self, adapter: Mapping[str, Floats]) -> Self:
        """The model with an adapter: the products of the adapter's matrices of low rank are added to the model's own
        matrices (LoRA, arXiv 2106.09685). Both models share their own matrices.
        """
        other = copy(self)
        other._adapter = adapter
        return other

    def hidden(self, batch: Sequence[Sequence[int]]) -> tuple[Floats, Floats]:
        """A vector for each token of each row of ids (rows, longest, dimensions), and 1 where a row has a token, else
        0 (rows, longest).
        """
        count, longest = len(batch), max(map(len, batch))
        ids = np.zeros((count, longest), np.int64)
        mask = np.zeros((count, longest), np.float32)
        for row, own in enumerate(batch):
            ids[row, : len(own)] = own
            mask[row, : len(own)] = 1
        hidden = self._normalised(self._embedded(ids) + self._positions[:longest], "start")
        added = ((1 - mask) * np.float32(-1e9))[:, None, None, :]  # nothing looks at what only fills the row
        if self._distances is not None:
            added = added + self._distances[relative_position_buckets(longest)].transpose(2, 0, 1)
        for layer in range(self._layers):
            hidden = self._normalised(hidden + self._attention(hidden, added, layer), f"{layer}.attention")
            inner = _gelu(self._linear(hidden, f"{layer}.inner"))
            hidden = self._normalised(hidden + self._linear(inner, f"{layer}.outer"), f"{layer}.output")
        return hidden, mask

    def _embedded(self, ids: NDArray[np.int64]) -> Floats:
        words, scales = self._words[ids], self._word_scales[ids]
        if words.dtype == np.uint8:
            return _unpacked(words.view(np.uint8), scales)
        return words.astype(np.float32) * scales[..., None]

    def _attention(self, hidden: Floats, added: Floats, layer: int) -> Floats:
        count, length, _ = hidden.shape
        query, key, value = (
            self._linear(hidden, f"{layer}.{name}").reshape(count, length, _HEADS, -1).transpose(0, 2, 1, 3)
            for name in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 1, 3, 2) * self._scale + added
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        scores /= scores.sum(-1, keepdims=True)
        mixed = (scores @ value).transpose(0, 2, 1, 3).reshape(count, length, self.dimensions)
        return self._linear(mixed, f"{layer}.mixed")

    def _linear(self, x: Floats, name: str) -> Floats:
        matrix = self._matrices[f"{name}.weight"]
        product: Floats = x @ matrix.astype(np.float32, copy=False)
        if matrix.dtype == np.int8:
            product = product * self._vectors[f"{name}.weight.scale"]
        product = product + self._vectors[f"{name}.bias"]
        if f"{name}.down" not in self._adapter:
            return product
        added: Floats = (x @ self._adapter[f"{name}.down"]) @ self._adapter[f"{name}.up"]
        return product + added + self._adapter[f"{name}.shift"]

    def _normalised(self, x: Floats, name: str) -> Floats:
        x = x - x.mean(-1, keepdims=True)
        x = x / np.sqrt(np.square(x).mean(-1, keepdims=True) + self._epsilon)
        return x * self._vectors[f"{name}.gain"] + self._vectors[f"{name}.shift"]


class SentenceEncoder(Encoder):
    """An English model with its tokenizer: one vector for each text."""

    def __init__(self, arrays: Mapping[str, NDArray[np.generic]]) -> None:
        super().__init__(arrays)
        words = bytes(arrays["vocabulary"].astype(np.uint8)).decode().split("\n")
        self.tokenizer = WordPieceTokenizer({word: number for number, word in enumerate(words)})

    def encode(self, texts: Sequence[str], limit: int = MAX_TOKENS) -> Floats:
        """One unit vector for each text; texts of similar length share a batch."""
        ids = [self.tokenizer.ids(text, limit) for text in texts]
        vectors = np.zeros((len(texts), self.dimensions), np.float32)
        for batch in batches([len(token_id) for token_id in ids], _MAX_BATCH_TOKENS):
            hidden, mask = self.hidden([ids[position] for position in batch])
            vectors[batch] = unit(np.einsum("btd,bt->bd", hidden, mask))
        return vectors


class MultilingualEncoder(Encoder):
    """The multilingual model with its tokenizer: one vector for each part of a text."""

    def __init__(self, arrays: Mapping[str, NDArray[np.generic]]) -> None:
        super().__init__(arrays)
        texts = {name: bytes(arrays[name].astype(np.uint8)).decode() for name in ("pieces", "normal")}
        self.tokenizer = UnigramTokenizer(
            texts["pieces"].split("\n"),
            [float(score) for score in arrays["piece_scores"].astype(np.float32)],
            dict(line.split("\t", 1) for line in texts["normal"].split("\n")),
            [int(number) for number in arrays["specials"].astype(np.int64)],
        )

    def encode_parts(
        self, texts: Sequence[Sequence[int]], parts: Sequence[Sequence[tuple[int, int]]]
    ) -> list[Floats]:
        """Returns for each text (ids of tokens) one vector for each of its parts (first token, and the one after the
        last): the mean over the part's tokens, each of which has read the whole text.
        """
        found: list[Floats] = [np.zeros((0, self.dimensions), np.float32)] * len(texts)
        for batch in batches([len(text) for text in texts], _MAX_BATCH_TOKENS):
            hidden, _ = self.hidden([texts[position] for position in batch])
            for row, position in enumerate(batch):
                if parts[position]:
                    found[position] = np.stack(
                        [hidden[row, start:end].mean(0) for start, end in parts[position]]
                    )
        return found


def _matrix(array: NDArray[np.generic], scale: NDArray[np.generic]) -> NDArray[np.int8] | Floats:
    """The matrix (inputs, outputs) as int8, or as float32 if it is stored in blocks of 4 bits."""
    if array.dtype != np.uint8:
        return array.astype(np.int8, copy=False)
    return np.ascontiguousarray(_unpacked(array.astype(np.uint8, copy=False), _floats(scale)).T)


def _unpacked(blocks: NDArray[np.uint8], scales: Floats) -> Floats:
    """The numbers of blocks of 4 bits (…, blocks, 16), each of which has a scale (…, blocks). In a block, the lower
    halves of the bytes come first (Q4_0 of llama.cpp).
    """
    numbers = np.concatenate([blocks & 15, blocks >> 4], axis=-1).astype(np.float32) - 8
    numbers *= scales[..., None]
    return numbers.reshape(*blocks.shape[:-2], -1)


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


def relative_position_buckets(length: int) -> NDArray[np.intp]:
    """The row of `distances` for the offset from the first token (row) to the second one (column)."""
    offsets = np.arange(length) - np.arange(length)[:, None]
    distances = np.abs(offsets)
    share = np.log(np.maximum(distances, 1) / _EXACT_DISTANCES) / np.log(_MAX_DISTANCE / _EXACT_DISTANCES)
    far = np.minimum(_EXACT_DISTANCES + (share * _EXACT_DISTANCES).astype(int), 2 * _EXACT_DISTANCES - 1)
    buckets = np.where(distances < _EXACT_DISTANCES, distances, far)
    return np.where(offsets > 0, 2 * _EXACT_DISTANCES + buckets, buckets)


def _floats(array: NDArray[np.generic]) -> Floats:
    return array.astype(np.float32)


def batches(lengths: Sequence[int], tokens: int) -> Iterator[list[int]]:
    """Positions of texts, the shortest first, in groups whose padded size is at most `tokens`."""
    batch: list[int] = []
    for position in sorted(range(len(lengths)), key=lambda index: lengths[index]):
        if batch and (len(batch) + 1) * lengths[position] > tokens:
            yield batch
            batch = []
        batch.append(position)
    if batch:
        yield batch


def load(name: str) -> dict[str, NDArray[np.generic]]:
    """The arrays of a model in the models layer: `SMALL`, `LARGE` or `MULTILINGUAL`.

    Raises: FileNotFoundError if neither the layer nor `make` has built them.
    """
    with files("eal_models").joinpath(name).open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        return dict(arrays)


@cache
def encoder() -> SentenceEncoder:
    """all-MiniLM-L6-v2."""
    return SentenceEncoder(load(SMALL))
