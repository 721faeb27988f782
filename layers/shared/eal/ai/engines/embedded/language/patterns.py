"""The engine's regular expressions, compiled when the layer is built.

Compiling the patterns takes longer than all else in the first reading of a lead, a prospect or a sentence (decision
0079), and always produces the same integers. The layer's build (`build.py`) stores them in a file next to this module,
and `compiled` loads them from there.

`_sre` is private to CPython. The file names its format; a Python with another format ignores it. Without the file, and
for a pattern that is not in it, `re.compile` does the work. A test compares both results.
"""

from __future__ import annotations

import _sre  # type: ignore[import-not-found]
import array
import marshal
import re
from functools import cache
from pathlib import Path
from typing import cast

FORMAT = (_sre.MAGIC, _sre.CODESIZE)
STORED = Path(__file__).with_name("patterns.bin")

type Compiled = tuple[int, bytes, int, dict[str, int], tuple[str | None, ...]]
"""The arguments of `_sre.compile` after the pattern: flags, code, groups, names of groups, and their indexes."""

requested: set[str] = set()
"""The patterns that this process used. The build stores them."""


def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern, without flags, as `re.compile` makes it."""
    requested.add(pattern)
    entry = stored().get(pattern)
    if entry is None:
        return re.compile(pattern)
    flags, code, groups, names, indexes = entry
    found = _sre.compile(pattern, flags, array.array("I", code).tolist(), groups, names, indexes)
    return cast("re.Pattern[str]", found)


@cache
def stored() -> dict[str, Compiled]:
    """The patterns that the build stored, or none if they are in another Python's format."""
    if not STORED.exists():
        return {}
    made_for, patterns = marshal.loads(STORED.read_bytes())  # noqa: S302 - written by our own build, in the same layer
    return cast("dict[str, Compiled]", patterns) if made_for == FORMAT else {}
