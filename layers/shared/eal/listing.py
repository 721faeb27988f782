"""What every list shares: its query parameters and the shape of its answer."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from eal.clock import Instant
from eal.wire import Wire

DEFAULT_LIMIT = 50
MOST = 200
_DIGITS = 9  # what is longer is larger, and need not be read: Python refuses to beyond 4,300 digits


def _plain(value: object) -> object:
    """Python's own spellings of a number, such as 1_0, are none of a query's.

    Raises: PydanticCustomError.
    """
    if isinstance(value, str) and not (value.isascii() and value.removeprefix("-").isdigit()):
        raise PydanticCustomError("int_parsing", "must be a whole number in plain digits")
    return value


def _cut(value: object) -> object:
    """A larger limit is cut and not refused, so that a client may ask for as much as there is."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        digits = value.lstrip("0")
        return min(int(digits or "0"), MOST) if len(digits) <= _DIGITS else MOST
    return value


PLAIN_DIGITS = BeforeValidator(_plain)
"""For each number in a query."""


class ListQuery(Wire):
    """`limit`, `cursor`, `order` and the creation range: lists add their own filters to these."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    limit: Annotated[
        int,
        Field(
            ge=1,
            le=MOST,
            description=f"Items a page, {MOST} at most: a larger number is cut to that. A page may have fewer.",
            # Not a rule of the request: a client that keeps it would refuse what we take.
            json_schema_extra=lambda schema: schema.pop("maximum", None),
        ),
        BeforeValidator(_plain),
        BeforeValidator(_cut),
        PLAIN_DIGITS,
    ] = DEFAULT_LIMIT
    cursor: Annotated[
        str | None,
        Field(
            description="`next_cursor` of the page before.",
            # base64url of {"id":…: see eal.cursor.
            json_schema_extra={"pattern": "^eyJpZCI6[A-Za-z0-9_-]+$"},
        ),
    ] = None
    order: Annotated[Literal["asc", "desc"], Field(description="By creation; newest first by default.")] = (
        "desc"
    )
    created_after: Annotated[Instant | None, Field(description="Inclusive.")] = None
    created_before: Annotated[Instant | None, Field(description="Exclusive.")] = None

    def filters(self) -> str:
        """The query without what may change from page to page, in a canonical form."""
        return self.model_dump_json(exclude={"limit", "cursor"}, exclude_none=True)

    def creation_range(self) -> tuple[datetime | None, datetime | None]:
        return self.created_after, self.created_before


class PageView[T: BaseModel](Wire):
    """One page of a list."""

    data: list[T]
    next_cursor: Annotated[
        str | None,
        Field(
            description="Give it as `cursor` to go on. Null, and nothing else, ends a list: a page that goes through "
            "many items for few that fit its filters ends early, short or even empty, with a cursor."
        ),
    ]
