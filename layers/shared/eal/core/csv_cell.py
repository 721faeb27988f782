"""A cell of a CSV file that people open in a spreadsheet."""

_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")  # noqa: RUF001 - wide ones too
"""Characters that a spreadsheet may read as the start of a formula (OWASP, CSV injection; ASVS 5.0, 1.2.10)."""


def harmless(text: str) -> str:
    """The text as a cell that no spreadsheet evaluates: a text that starts like a formula gets an apostrophe."""
    return f"'{text}" if text.startswith(_FORMULAS) else text
