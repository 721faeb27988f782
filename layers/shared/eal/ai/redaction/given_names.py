"""Given names that are common in North America and are neither words nor places, from names.toml."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from eal.ai import toml

STORED: dict[str, str] = toml.load(Path(__file__).with_name("names.toml"))


@cache
def given_names() -> frozenset[str]:
    """The names, in lower case."""
    return frozenset(STORED["given_names"].split())


@cache
def certain() -> frozenset[str]:
    """The names that are names in text without capitals, too."""
    return given_names() - frozenset(STORED["given_names_that_are_words"].split())
