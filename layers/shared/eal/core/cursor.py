"""Cursors: the position after a page, authenticated, and bound to tenant, mode, route and filters."""

import base64
import binascii
import hashlib
import hmac
import json
from typing import NamedTuple, cast

from eal.core import settings
from eal.core.errors import InvalidCursor
from eal.core.secrets import derived_key
from eal.core.tenancy import Tenant


class CursorScope(NamedTuple):
    """The list that a cursor belongs to. `filters` is the query without limit and cursor, as canonical JSON."""

    tenant: Tenant
    route: str
    filters: str


class Position(NamedTuple):
    """The item after which the next page begins: its id, and its position in an index that is not ordered by id."""

    id: str
    at: int | None = None


def seal(scope: CursorScope, position: Position) -> str:
    """The cursor as the API returns it: base64url of `{"id":…}` with a MAC."""
    body: dict[str, str | int] = {"id": position.id}
    if position.at is not None:
        body["at"] = position.at
    body["mac"] = _mac(scope, position)
    return base64.urlsafe_b64encode(json.dumps(body, separators=(",", ":")).encode()).decode().rstrip("=")


def unseal(scope: CursorScope, text: str) -> Position:
    """The position in a cursor.

    Raises: InvalidCursor for anything but a cursor that `seal` made for this list.
    """
    try:
        body = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        position = Position(cast("str", body["id"]), body.get("at"))
        genuine = hmac.compare_digest(cast("str", body["mac"]).encode(), _mac(scope, position).encode())
    except (ValueError, binascii.Error, KeyError, TypeError, AttributeError, RecursionError):
        genuine = False
        position = Position("")
    if not genuine:
        raise InvalidCursor(
            "The cursor does not belong to this list. Pass the next_cursor of the previous page with the same "
            "filters and order, or start again without a cursor."
        )
    return position


def _mac(scope: CursorScope, position: Position) -> str:
    message = json.dumps([*scope.tenant, scope.route, scope.filters, position.id, position.at])
    digest = hmac.digest(derived_key("cursor", settings.cursor_key()), message.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest[:16]).decode().rstrip("=")
