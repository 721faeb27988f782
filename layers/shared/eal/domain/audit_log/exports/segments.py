"""The archive's segments, read in the order of their records' numbers."""

from __future__ import annotations

import gzip
import io
import json
import re
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import IO, TYPE_CHECKING, NamedTuple, cast

from eal.core import aws, settings
from eal.domain.audit_log.exports.model import created_at

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future
    from datetime import datetime

    from eal.core.tenancy import Tenant


MARGIN = timedelta(days=7)
"""Records are numbered as the relay sees them, nearly in the order of their times and not quite: one whose publishing
failed is numbered when a sweep succeeds, and a sweep that fails raises an alarm each minute. A week is ample."""
_AHEAD = 16
"""Segments that are fetched at once: a quiet tenant's are small and many, and waiting for S3 would take most time."""
_NAME = re.compile(r"(\d{12})-(\d{12})\.jsonl\.gz")


class Gap(Exception):
    """A segment is missing or does not hold what its name says: no export is made of such an archive."""


class Segment(NamedTuple):
    name: str
    first: int
    last: int


def first_from(tenant: Tenant, seq: int) -> Segment | None:
    """The first segment that begins at `seq` or later."""
    return next(_listed(tenant, seq, each=1), None)


def from_time(tenant: Tenant, since: datetime, size: int) -> int:
    """The number at which the last segment begins that has all records from `since` on in it or after it.

    By halving: about twenty segments' first lines are read for a million records, and not the years before.
    """
    border = since - MARGIN
    low, high = 1, size
    while low < high:
        middle = (low + high + 1) // 2
        segment = first_from(tenant, middle)
        if segment and segment.first <= high and _opens_at(segment) < border:
            low = segment.first
        else:
            high = middle - 1
    return low


def read(tenant: Tenant, start: int, size: int) -> Iterator[tuple[Segment, bytes]]:
    """The segments from the one that begins at `start` to the one that holds `size`, compressed, a few fetched ahead.

    Raises: Gap.
    """
    waiting: deque[tuple[Segment, Future[bytes]]] = deque()
    with ThreadPoolExecutor(_AHEAD) as pool:
        for segment in _consecutive(_listed(tenant, start, each=1000), start, size):
            waiting.append((segment, pool.submit(_fetched, segment.name)))
            if len(waiting) == _AHEAD:
                oldest, body = waiting.popleft()
                yield oldest, body.result()
        while waiting:
            oldest, body = waiting.popleft()
            yield oldest, body.result()


def lines(segment: Segment, compressed: bytes) -> Iterator[tuple[int, bytes]]:
    """Each record's number and its line, with the line's end, as it is archived.

    Raises: Gap.
    """
    seq = segment.first - 1
    with gzip.GzipFile(fileobj=io.BytesIO(compressed)) as unpacked:
        for seq, line in enumerate(unpacked, segment.first):
            yield seq, line
    if seq != segment.last:
        raise Gap(f"segment {segment.first} to {segment.last} ends with record {seq}")


def first_made_at(compressed: IO[bytes]) -> datetime:
    """When a segment's first record was made. No more of the segment is read than that takes."""
    with gzip.GzipFile(fileobj=compressed) as unpacked:
        return created_at(json.loads(unpacked.readline()))


def _consecutive(found: Iterator[Segment], start: int, size: int) -> Iterator[Segment]:
    """The segments from `start` up to `size`, each where the one before ends."""
    expected = start
    for segment in found:
        if segment.first != expected:
            raise Gap(
                f"record {expected} should begin a segment, and the next one begins with {segment.first}"
            )
        expected = segment.last + 1
        yield segment
        if segment.last >= size:
            return
    raise Gap(f"the archive ends before record {expected}, and {size} records are said to be archived")


def _listed(tenant: Tenant, seq: int, *, each: int) -> Iterator[Segment]:
    prefix = f"audit/{tenant.organization_id}/{tenant.mode}/"
    after = (
        f"{prefix}{seq:012d}"  # a name goes on after the number, so the segment that begins with it is listed
    )
    while True:
        answer = aws.patient_s3().list_objects_v2(
            Bucket=settings.audit_bucket(), Prefix=prefix, StartAfter=after, MaxKeys=each
        )
        for listed in answer.get("Contents", []):
            after = listed["Key"]
            if name := _NAME.fullmatch(after.removeprefix(prefix)):
                yield Segment(after, int(name[1]), int(name[2]))
        if not answer.get("IsTruncated"):
            return


def _opens_at(segment: Segment) -> datetime:
    body = aws.patient_s3().get_object(Bucket=settings.audit_bucket(), Key=segment.name)["Body"]
    try:
        return first_made_at(cast("IO[bytes]", body))
    finally:
        body.close()


def _fetched(name: str) -> bytes:
    return aws.patient_s3().get_object(Bucket=settings.audit_bucket(), Key=name)["Body"].read()
