"""The limits of a text, by its type and network."""

MAX_SLUG_CHARACTERS = 100
