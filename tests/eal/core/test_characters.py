"""Characters that no text contains: control characters, and characters that hide or reorder what is read."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eal.core.characters import without_controls, without_reordering
from eal.core.wire import one_line, prose

if TYPE_CHECKING:
    from collections.abc import Callable

REORDER_OR_HIDE = [
    *"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u206a\u206f\ufff9\ufffb\U000e0001\U000e0041"
]
INVISIBLE = [*"\u00ad\u115f\u1160\u180e\u200b\u2060\u2064\u3164\ufeff\uffa0"]
NAMES = [
    "O'Brien-Smith",
    "\u0639\u0644\u06cc\u200c\u0631\u0636\u0627",  # Ali-Reza in Persian, with a zero-width non-joiner
    "\u0dc1\u0dca\u200d\u0dbb\u0dd3",  # Sri in Sinhala, with a zero-width joiner
    "👩\u200d🔧 Dana",
    "❤\ufe0f",  # with a variation selector
    "Acme\u200e (\u05d0\u05d1)\u200f",
    "李\U000e0100",  # an ideographic variant
]


def _is_refused(clean: Callable[[str], str], text: str) -> bool:
    try:
        clean(text)
    except ValueError:
        return True
    return False


@pytest.mark.parametrize("character", REORDER_OR_HIDE, ids=ascii)
def test_what_reorders_or_hides_is_refused_everywhere(character: str) -> None:
    text = f"invoice{character}fdp.exe"

    for clean in (one_line, prose):
        with pytest.raises(ValueError, match=re.escape(f"It contains U+{ord(character):04X}.")):
            clean(text)
    assert without_controls(text) == without_reordering(text) == "invoicefdp.exe"


@pytest.mark.parametrize("character", INVISIBLE, ids=ascii)
def test_what_is_invisible_is_refused_in_a_line_and_kept_in_pasted_prose(character: str) -> None:
    with pytest.raises(ValueError, match="invisible characters"):
        one_line(f"Ac{character}me")
    assert prose(f"Ac{character}me") == f"Ac{character}me"


@pytest.mark.parametrize("separator", ["\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"], ids=ascii)
def test_no_line_ends_inside_a_line(separator: str) -> None:
    assert _is_refused(one_line, f"a{separator}b")


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_names_of_every_script_are_kept(name: str) -> None:
    assert one_line(name) == prose(name) == without_controls(name) == name


@given(st.text())
def test_a_line_has_no_control_and_no_direction_but_marks(text: str) -> None:
    if _is_refused(one_line, text):
        return
    assert not [character for character in text if unicodedata.category(character) in ("Cc", "Zl", "Zp")]
    assert not {unicodedata.bidirectional(character) for character in text} & {
        *("LRE", "RLE", "LRO", "RLO", "PDF"),
        *("LRI", "RLI", "FSI", "PDI"),
    }


@given(st.text())
def test_what_is_cleaned_passes(text: str) -> None:
    assert prose(without_controls(text)) == without_controls(text)
