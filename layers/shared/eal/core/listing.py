"""Common parts of all lists: the query parameters and the shape of its page."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from eal.core.clock import Instant
from eal.core.cursor import CursorScope
from eal.core.schema import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, PydanticCustomError
from eal.core.tenancy import Tenant
from eal.core.wire import Wire

DEFAULT_LIMIT = 50
MAX_LIMIT = 200
_DIGITS = 9
"""A longer number exceeds any limit and is not parsed: Python refuses texts of more than 4,300 digits."""


def _plain(value: object) -> object:
    """Refuse Python's own spellings of a number, such as 1_0.

    Raises: PydanticCustomError.
    """
    if isinstance(value, str) and not (value.isascii() and value.removeprefix("-").isdigit()):
        raise PydanticCustomError("int_parsing", "Must be a whole number, in digits only.")
    return value


def _cut(value: object) -> object:
    """Reduce a larger limit instead of refusing it, so that a client can request as much as possible."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        digits = value.lstrip("0")
        return min(int(digits or "0"), MAX_LIMIT) if len(digits) <= _DIGITS else MAX_LIMIT
    return value


PLAIN_DIGITS = BeforeValidator(_plain)
"""Validator of each number in a query."""


class ListQuery(Wire):
    """`limit`, `cursor`, `order` and the creation range. Each list adds its own filters."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    limit: Annotated[
        int,
        Field(
            ge=1,
            le=MAX_LIMIT,
            description=f"Maximum number of items per page; values above {MAX_LIMIT} are reduced to {MAX_LIMIT}.",
            # A larger value is accepted: a client that enforced a maximum would refuse it.
            json_schema_extra=lambda schema: schema.pop("maximum", None),
        ),
        BeforeValidator(_plain),
        BeforeValidator(_cut),
        PLAIN_DIGITS,
    ] = DEFAULT_LIMIT
    cursor: Annotated[
        str | None,
        Field(
            description="`next_cursor` of the previous page.",
            # base64url of {"id":…: see core/cursor.py.
            json_schema_extra={"pattern": "^eyJpZCI6[A-Za-z0-9_-]+$"},
        ),
    ] = None
    order: Literal["asc", "desc"] = "desc"
    """Order by creation time; newest first by default."""
    created_after: Instant | None = None
    """Only items created at or after this time."""
    created_before: Instant | None = None
    """Only items created before this time."""

    _route: str = PrivateAttr("")

    def bind(self, route: str) -> None:
        """Bind the query to its list: its cursors are valid for no other."""
        self._route = route

    def cursor_scope(self, tenant: Tenant) -> CursorScope:
        """The parts of the request to which the list's cursors are bound: tenant, route and filters, but not `limit`
        and `cursor`."""
        if not self._route:
            raise AssertionError("bind the query to its route before it makes or reads a cursor")
        filters = self.model_dump_json(exclude={"limit", "cursor"}, exclude_none=True)
        return CursorScope(tenant=tenant, route=self._route, filters=filters)

    def creation_range(self) -> tuple[datetime | None, datetime | None]:
        return self.created_after, self.created_before


class PageView[T: BaseModel](Wire):
    """One page of a list."""

    data: list[T]
    """The items of this page."""
    next_cursor: str | None
    """Pass it as `cursor` to get the next page. Null on the last page, and only there. A page that is not the last has
    `limit` items, unless they exceed 4 MB, or few of the 3,000 items that it read match the filters."""
