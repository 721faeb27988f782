"""A cell of a CSV file that people open in a spreadsheet."""

import re

_SIGNS = r"=+\-@\0＝＋－＠"  # noqa: RUF001 - wide ones too
"""Characters that a spreadsheet may read as the start of a formula (OWASP, CSV injection; ASVS 5.0, 1.2.10). At the
start of a cell, it may skip white space before them."""
_AT_START = rf"(?='*[{_SIGNS}\t\r\n])"
_SEPARATOR = r"[;\t\r\n]\"*"
"""Where another cell may begin: a spreadsheet that separates cells by semicolons, as in many locales, or by tabs does
not know that the quotes around them began after a comma."""
_BARE = re.compile(rf"(^){_AT_START}|({_SEPARATOR})(?='*[{_SIGNS}])")
_ESCAPED = re.compile(rf"(^)'{_AT_START}|({_SEPARATOR})'(?='*[{_SIGNS}])")


def escape_formulas(text: str) -> str:
    """The text as a cell that no spreadsheet evaluates: each part that starts like a formula gets an apostrophe."""
    return _BARE.sub(r"\1\2'", text)


def unescape_formulas(cell: str) -> str:
    """The text of a cell that `escape_formulas` made."""
    return _ESCAPED.sub(r"\1\2", cell)
