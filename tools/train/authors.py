"""Whose items train the adapter of classify_call."""

ADAPTER_AUTHORS = frozenset({
    "abel", "ada", "ben", "beth", "cole", "cruz", "dev", "dora", "earl", "elm", "faye", "fitz", "gus", "hope", "house",
    "ike", "iris", "kay", "kip", "lena", "moss", "nora", "quinn", "rosa",
})  # fmt: skip
"""The calibration needs the others: the adapter is too sure of what it was trained on."""
