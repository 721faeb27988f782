"""Values of audit records."""

from __future__ import annotations

from typing import Any

import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from eal.core import audit
from eal.core.table.item import decode, encode

_SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters())
_VALUES = st.recursive(
    _SCALARS, lambda child: st.lists(child) | st.dictionaries(st.text(), child), max_leaves=8
)


def _is_canonical(value: Any) -> bool:
    try:
        rfc8785.dumps(value)
    except ValueError:
        return False
    return True


@given(_VALUES)
def test_an_accepted_value_can_be_hashed_before_and_after_storage(value: Any) -> None:
    if audit.can_be_hashed(value):
        assert _is_canonical(value)
        assert _is_canonical(decode(encode(value)))
    else:
        assert not _is_canonical(value) or _has_a_large_float(value)


def _has_a_large_float(value: Any) -> bool:
    """The table returns it as an integer, which is then too large for RFC 8785."""
    match value:
        case float():
            return abs(value) >= 2**53
        case dict():
            return any(map(_has_a_large_float, value.values()))
        case list():
            return any(map(_has_a_large_float, value))
        case _:
            return False
