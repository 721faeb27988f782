"""The engine's regular expressions, compiled when the layer is built.

Compiling its 220 patterns takes half of a cold classify_call (docs/decisions/0003), and always comes to the same: lists
of integers. So the build lets the engine judge a call, a lead and a prospect, and stores what it compiled beside this
file (`python -m eal.ai.engines.rules.patterns`).

`_sre` is private to CPython. What is stored names the format that it has, and is not used by a Python of another one;
without it, and for a pattern that is not in it, `re.compile` does the work, with the same result: a test compares them.
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

type _Compiled = tuple[int, bytes, int, dict[str, int], tuple[str | None, ...]]

_asked: set[str] = set()


def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern, without flags, as `re.compile` makes it."""
    _asked.add(pattern)
    stored = _stored().get(pattern)
    if stored is None:
        return re.compile(pattern)
    flags, code, groups, names, indexes = stored
    found = _sre.compile(pattern, flags, array.array("I", code).tolist(), groups, names, indexes)
    return cast("re.Pattern[str]", found)


@cache
def _stored() -> dict[str, _Compiled]:
    """What the build stored, if it is in this Python's format."""
    if not STORED.exists():
        return {}
    made_for, patterns = marshal.loads(STORED.read_bytes())  # noqa: S302 - written by our own build, in the same layer
    return cast("dict[str, _Compiled]", patterns) if made_for == FORMAT else {}


def encode(pattern: str) -> _Compiled:
    """The parts that `_sre.compile` takes."""
    from re import _compiler, _parser  # type: ignore[attr-defined]

    parsed = _parser.parse(pattern, 0)
    code = array.array("I", _compiler._code(parsed, 0)).tobytes()
    names = parsed.state.groupdict
    indexes: list[str | None] = [None] * parsed.state.groups
    for name, index in names.items():
        indexes[index] = name
    return parsed.state.flags, code, parsed.state.groups - 1, dict(names), tuple(indexes)


def store() -> int:
    """Write the patterns that judging a call, a lead's notes or a prospect asks for. Returns how many."""
    from eal.ai.engines.rules.engine import classify_call
    from eal.ai.engines.rules.prospects import ProspectFacts, qualify_prospect
    from eal.ai.engines.rules.reading import read_lead

    STORED.unlink(missing_ok=True)
    _stored.cache_clear()
    classify_call(
        "Agent: Is everyone safe?\nCaller: Yes, but a pipe burst and our ceiling fell. I own the house."
    )
    for message in ("A pipe burst. We own the house.", "nothing of the trade is in this one", "x"):
        read_lead(message)
    for company in ("Harbor Hotel", "x"):
        qualify_prospect(
            ProspectFacts(company, "owner", "x@mail.example", True, {"industry": "x"}, "x", True)
        )
    STORED.write_bytes(marshal.dumps((FORMAT, {one: encode(one) for one in sorted(_asked)})))
    return len(_asked)
