"""The type of a JSON value, and the bound of its numbers."""

from collections.abc import Mapping, Sequence
from typing import Annotated


class _AsItIs:
    """Annotation for pydantic: passes JSON values through without validation."""

    def __get_pydantic_core_schema__(self, _source: object, _handler: object) -> dict[str, str]:
        return {"type": "any"}


type Json = Annotated[
    bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None,
    _AsItIs(),
]

MAX_NUMBER = 2**53 - 1
"""The largest integer that every JSON reader keeps exactly (RFC 8259, section 6)."""
