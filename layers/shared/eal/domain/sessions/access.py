"""Sessions in the Access table: one item per session, found by the hash of its text."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from eal.core import settings
from eal.core.clock import rfc3339
from eal.core.table.item import dump, load, to_attributes
from eal.core.table.read import batch_get
from eal.core.table.write import Operation, Stale, put_version
from eal.domain.credentials import counting
from eal.domain.sessions.model import IDLE, Session

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

    from eal.domain.credentials.counting import CredentialRefused, Use


def pk(fingerprint: str) -> str:
    return f"S#{fingerprint}"


def count_use(fingerprint: str, now: datetime, ip: str) -> Use[Session] | CredentialRefused[Session]:
    """Authenticate and count one request: a single UpdateItem. Refused if the session is unknown, idle for too long,
    past its end, or over its limit for this minute.
    """
    return counting.count_use(
        pk(fingerprint),
        Session,
        now,
        ip,
        condition="last_used_at > :idle",
        values={":idle": rfc3339(now - IDLE)},
    )


def read_all(fingerprints: Sequence[str]) -> list[Session]:
    """The sessions that exist, unordered.

    Raises: Unavailable.
    """
    items = batch_get(settings.access_table(), [{"pk": pk(fingerprint)} for fingerprint in fingerprints])
    return [load(Session, item) for item in items]


def put(session: Session) -> Operation:
    """The operation that stores a new session."""
    return put_version(settings.access_table(), {"pk": pk(session.fingerprint), **dump(session)}, was=0)


def delete(fingerprint: str) -> Operation:
    """The operation that ends a session: its next request is refused. A session that has ended already is no fault."""
    request = {
        "Delete": {
            "TableName": settings.access_table(),
            "Key": to_attributes({"pk": pk(fingerprint)}),
        }
    }
    return Operation(cast("TransactWriteItemTypeDef", request), lambda _old: Stale())
