"""What an audit record can hold."""

from __future__ import annotations

from typing import Any

import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from eal.core import audit
from eal.core.table.item import decode, encode

_SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters())
_VALUES = st.recursive(_SCALARS, lambda one: st.lists(one) | st.dictionaries(st.text(), one), max_leaves=8)


def _has_a_form(value: Any) -> bool:
    try:
        rfc8785.dumps(value)
    except ValueError:
        return False
    return True


@given(_VALUES)
def test_what_passes_is_hashed_before_and_after_the_table(value: Any) -> None:
    if audit.can_be_hashed(value):
        assert _has_a_form(value)
        assert _has_a_form(decode(encode(value)))
    else:
        assert not _has_a_form(value) or _has_a_large_float(value)


def _has_a_large_float(value: Any) -> bool:
    """The table gives it back as an integer, which is too large then."""
    match value:
        case float():
            return abs(value) >= 2**53
        case dict():
            return any(map(_has_a_large_float, value.values()))
        case list():
            return any(map(_has_a_large_float, value))
        case _:
            return False
