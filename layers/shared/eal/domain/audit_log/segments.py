"""The segments of the archive, read in the order of `seq`."""

from __future__ import annotations

import gzip
import io
import json
import re
from collections import deque
from datetime import timedelta
from itertools import takewhile
from math import inf
from typing import IO, TYPE_CHECKING, NamedTuple, cast

from eal.core import aws, settings
from eal.core.clock import parse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future
    from datetime import datetime

    from eal.core.table.item import Item
    from eal.core.tenancy import Tenant

MAX_RECORDS_PER_SEGMENT = 1000
"""A smaller value would hide existing segments from `before`."""
MARGIN = timedelta(days=7)
"""Records are numbered almost in the order of `created_at`: one that the relay failed to publish is numbered by a later
sweep. A week is ample, because a sweep that fails raises an alarm every minute."""
LATE_SECONDS = 3600
"""The least lateness that readers of a log assume. The head of the archive has a larger one if it occurred."""
_MAX_PREFETCHED = 16
"""Segments that are fetched concurrently: a quiet tenant has many small ones, and most of the time is S3's latency."""
_NAME = re.compile(r"(\d{12})-(\d{12})\.jsonl\.gz")


class Gap(Exception):
    """A segment is missing or its content does not match its name. Such an archive is neither exported nor listed."""


class Segment(NamedTuple):
    name: str
    first: int
    last: int

    @property
    def record_count(self) -> int:
        return self.last - self.first + 1


def first_from(tenant: Tenant, seq: int) -> Segment | None:
    """The first segment that begins at `seq` or later."""
    return next(_listed(tenant, seq, page_size=1), None)


def from_time(tenant: Tenant, bound: datetime, size: int) -> int:
    """The first number of the last segment that begins with a record created before `bound`; 1 if there is none.

    A binary search: it reads the first lines of about twenty segments for a million records.
    """
    low, high = 1, size
    while low < high:
        middle = (low + high + 1) // 2
        segment = first_from(tenant, middle)
        if segment and segment.first <= high and _first_created_at(segment) < bound:
            low = segment.first
        else:
            high = middle - 1
    return low


def read(tenant: Tenant, start: int, size: int) -> Iterator[tuple[Segment, bytes]]:
    """The compressed segments from the one that begins at `start` to the one that contains record `size`.

    Raises: Gap.
    """
    return fetched(_consecutive(_listed(tenant, start, page_size=1000), start, size))


def after(tenant: Tenant, seq: int, size: int) -> Iterator[Segment]:
    """The segments with records after number `seq` and up to `size`, oldest first.

    Raises: Gap.
    """
    if seq >= size:
        return
    containing = next(before(tenant, seq + 2), None) or first_from(tenant, seq + 1)
    start = containing.first if containing else seq + 1
    yield from _consecutive(_listed(tenant, start, page_size=1000), start, size)


def before(tenant: Tenant, seq: int) -> Iterator[Segment]:
    """The segments with records before number `seq`, newest first. The oldest can have expired.

    S3 lists in ascending order only, so each list begins as many numbers earlier as a segment can have.

    Raises: Gap.
    """
    while seq > 1:
        found = _beginning_in(tenant, max(seq - MAX_RECORDS_PER_SEGMENT, 1), seq)
        if not found:
            oldest = first_from(tenant, 1)
            if oldest and oldest.first < seq:
                raise Gap(f"no segment contains record {seq - 1}")
            return
        for segment in reversed(found):
            if segment.last < seq - 1:
                raise Gap(f"expected a segment that ends with record {seq - 1}, found {segment.last}")
            seq = segment.first
            yield segment


def fetched(found: Iterator[Segment], records: float = inf) -> Iterator[tuple[Segment, bytes]]:
    """The segments with their compressed content. Up to 16 are fetched concurrently, or as many as have `records`."""
    from concurrent.futures import ThreadPoolExecutor

    pending: deque[tuple[Segment, Future[bytes]]] = deque()
    with ThreadPoolExecutor(_MAX_PREFETCHED) as pool:
        for segment in found:
            pending.append((segment, pool.submit(_fetch, segment.name)))
            if len(pending) == _MAX_PREFETCHED or sum(ahead.record_count for ahead, _ in pending) >= records:
                oldest, body = pending.popleft()
                yield oldest, body.result()
        while pending:
            oldest, body = pending.popleft()
            yield oldest, body.result()


def lines(segment: Segment, compressed: bytes) -> Iterator[tuple[int, bytes]]:
    """The number and the archived line of each record, with the line end.

    Raises: Gap.
    """
    seq = segment.first - 1
    with gzip.GzipFile(fileobj=io.BytesIO(compressed)) as unpacked:
        for seq, line in enumerate(unpacked, segment.first):
            yield seq, line
    if seq != segment.last:
        raise Gap(f"segment {segment.first} to {segment.last} ends with record {seq}")


def first_created_at(compressed: IO[bytes]) -> datetime:
    """The time at which a segment's first record was created. Only the first line is read."""
    with gzip.GzipFile(fileobj=compressed) as unpacked:
        return created_at_of(json.loads(unpacked.readline()))


def created_at_of(record: Item) -> datetime:
    return parse(cast("str", record["created_at"]))


def _consecutive(found: Iterator[Segment], start: int, size: int) -> Iterator[Segment]:
    """The segments from `start` up to `size`. Raises: Gap."""
    expected = start
    for segment in found:
        if segment.first != expected:
            raise Gap(f"expected a segment that begins with record {expected}, found {segment.first}")
        expected = segment.last + 1
        yield segment
        if segment.last >= size:
            return
    raise Gap(f"the archive ends before record {expected}, but {size} records are archived")


def _beginning_in(tenant: Tenant, start: int, end: int) -> list[Segment]:
    return [*takewhile(lambda segment: segment.first < end, _listed(tenant, start, page_size=1000))]


def _listed(tenant: Tenant, seq: int, *, page_size: int) -> Iterator[Segment]:
    prefix = f"audit/{tenant.organization_id}/{tenant.mode}/"
    # A name is longer than the number, so it sorts after it, and the segment that begins with `seq` is listed.
    after = f"{prefix}{seq:012d}"
    while True:
        page = aws.s3_sdk().list_objects_v2(
            Bucket=settings.audit_bucket(), Prefix=prefix, StartAfter=after, MaxKeys=page_size
        )
        for listed in page.get("Contents", []):
            after = listed["Key"]
            if name := _NAME.fullmatch(after.removeprefix(prefix)):
                yield Segment(after, int(name[1]), int(name[2]))
        if not page.get("IsTruncated"):
            return


def _first_created_at(segment: Segment) -> datetime:
    body = aws.s3_sdk().get_object(Bucket=settings.audit_bucket(), Key=segment.name)["Body"]
    try:
        return first_created_at(cast("IO[bytes]", body))
    finally:
        body.close()


def _fetch(name: str) -> bytes:
    return aws.s3_sdk().get_object(Bucket=settings.audit_bucket(), Key=name)["Body"].read()
