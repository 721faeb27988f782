"""Whose items train the adapter of classify_call."""

ADAPTER_AUTHORS = frozenset({
    "ada", "ben", "cruz", "dev", "elm", "fitz", "house", "iris", "kay", "lena", "moss", "nora", "quinn", "rosa",
})  # fmt: skip
"""The calibration needs the others: the adapter is too sure of what it was trained on."""
