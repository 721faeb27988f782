"""A sentence encoder with a cache on disk, because the sets are encoded again and again."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np

from eal.ai.engines.embedded.encoder import MAX_TOKENS, SMALL, SentenceEncoder, load

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

STORED = Path(__file__).resolve().parents[2] / ".local" / "vectors.sqlite"


class CachedEncoder(SentenceEncoder):
    """Encodes each text once, and remembers the vectors by the hashes of the model and the text."""

    def __init__(self, name: str = SMALL, stored: Path = STORED) -> None:
        super().__init__(load(name))
        model = files("eal_models").joinpath(name).read_bytes()
        self._version = hashlib.sha256(model).hexdigest()
        self._stored = stored
        stored.parent.mkdir(exist_ok=True)
        with closing(self._connect()) as database, database:
            database.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB)")

    def adapted(self, adapter: Mapping[str, NDArray[np.float32 | np.float64]]) -> Self:
        other = super().adapted(adapter)
        digest = hashlib.sha256(self._version.encode())
        for name in sorted(adapter):
            digest.update(name.encode() + adapter[name].tobytes())
        other._version = digest.hexdigest()
        return other

    def encode(self, texts: Sequence[str], limit: int = MAX_TOKENS) -> NDArray[np.float32]:
        keys = [hashlib.sha256(f"{self._version} {limit} {text}".encode()).digest() for text in texts]
        found = self._read(keys)
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in found}
        for start in range(0, len(missing), 256):
            part = list(missing)[start : start + 256]
            fresh = super().encode([missing[key] for key in part], limit)
            found |= dict(zip(part, fresh, strict=True))
            with closing(self._connect()) as database, database:
                rows = [
                    (key, vector.astype(np.float32).tobytes())
                    for key, vector in zip(part, fresh, strict=True)
                ]
                database.executemany("INSERT OR IGNORE INTO vectors VALUES (?, ?)", rows)
        return np.stack([found[key] for key in keys]) if keys else np.zeros((0, self.dimensions), np.float32)

    def _read(self, keys: Sequence[bytes]) -> dict[bytes, NDArray[np.float32]]:
        found: dict[bytes, NDArray[np.float32]] = {}
        with closing(self._connect()) as database:
            for start in range(0, len(keys), 500):
                part = keys[start : start + 500]
                marks = ",".join("?" * len(part))
                query = f"SELECT key, vector FROM vectors WHERE key IN ({marks})"  # noqa: S608 - question marks only
                for key, vector in database.execute(query, part):
                    found[key] = np.frombuffer(vector, np.float32)
        return found

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self._stored, timeout=60)
