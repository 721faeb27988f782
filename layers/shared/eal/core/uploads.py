"""The objects that an S3 event notification names.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypedDict, cast
from urllib.parse import unquote_plus

from eal.core import clock

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from eal.core.json import Json


class UploadForm(NamedTuple):
    key: str
    at: datetime


class _Object(TypedDict):
    key: str


class _S3(TypedDict):
    object: _Object


class _Record(TypedDict):
    eventTime: str
    s3: _S3


def in_notification(message: Mapping[str, Json]) -> Iterator[UploadForm]:
    """Every object of the notification. S3's test event, which a change of the configuration causes, has none."""
    for record in cast("list[_Record]", message.get("Records", [])):
        yield UploadForm(unquote_plus(record["s3"]["object"]["key"]), clock.parse(record["eventTime"]))
