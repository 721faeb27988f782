"""Archived audit records: pages of the list, and look-ups of one record, read from the segments.

Segments are ordered by `seq`, and so are these pages. A record has almost the place of its creation in that order: the
head of the archive says how much earlier than its predecessors a record was created at most.
"""

from __future__ import annotations

import json
from collections import deque
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple, cast

from eal.core import ids
from eal.core.table.page import MAX_PAGE_BYTES, json_string_bytes
from eal.core.table.read import get
from eal.domain.audit_log import checkpoints, segments
from eal.domain.audit_log.segments import LATE_SECONDS, MAX_RECORDS_PER_SEGMENT, created_at_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from eal.core.table.item import Item
    from eal.core.tenancy import Tenant
    from eal.domain.audit_log.model import TimeRange
    from eal.domain.audit_log.segments import Segment

MAX_SEGMENTS_READ = 200
"""Objects that a page may read: a quiet tenant has a few records in each. After that it returns a cursor."""
MAX_RECORDS_READ = 20_000
"""Records that a page may examine for a filter: half a second of a function with 512 MB."""


class _Log(NamedTuple):
    """The number of archived records, and how much earlier than one before it a record was created at most."""

    size: int
    lateness: timedelta

    @classmethod
    def read(cls, tenant: Tenant) -> _Log:
        head = get(checkpoints.archive_head_key(tenant)) or {}
        late_seconds = cast("int", head.get("late_seconds", LATE_SECONDS))
        return cls(cast("int", head.get("archived", 0)), timedelta(seconds=late_seconds))


def find(tenant: Tenant, record_id: str) -> Item | None:
    """An archived record, or None.

    Raises: segments.Gap.
    """
    log, at = _Log.read(tenant), ids.created_at(record_id)
    start = segments.from_time(tenant, at - log.lateness, log.size)
    found = segments.fetched(segments.after(tenant, start - 1, log.size), MAX_RECORDS_PER_SEGMENT)
    quoted = f'"{record_id}"'.encode()
    for segment, compressed in found:
        for seq, line in segments.lines(segment, compressed):
            if seq == segment.first and _is_after(json.loads(line), record_id, log):
                return None
            if quoted in line and (record := cast("Item", json.loads(line)))["id"] == record_id:
                return record
    return None


def newest_first(
    tenant: Tenant, span: TimeRange, below: int | None, limit: int, keep: Callable[[Item], bool]
) -> tuple[list[Item], int | None]:
    """A page of the records below a number, by default all, and the number below which the next page begins; None at
    the end.

    Raises: segments.Gap.
    """
    log, page = _Log.read(tenant), _Page(limit)
    if below is None:
        below = _end(tenant, span.until, log)
    for segment, compressed in segments.fetched(segments.before(tenant, below), MAX_RECORDS_PER_SEGMENT):
        matching: deque[_Line] = deque(maxlen=limit + 1)  # one more shows that others are left
        others_are_older = segment.first == 1
        for line in _lines(segment, compressed):
            if line.seq == segment.first:
                others_are_older |= created_at_of(line.record) < span.since - log.lateness
            if line.seq < below and span.has(line.record) and keep(line.record):
                matching.append(line)
        for line in reversed(matching):
            if not page.add(line):
                return page.records, line.seq + 1
        if others_are_older:
            break
        below = segment.first
        if page.ends_after(segment):
            return page.records, below
    return page.records, None


def oldest_first(
    tenant: Tenant, span: TimeRange, above: int | None, limit: int, keep: Callable[[Item], bool]
) -> tuple[list[Item], int | None]:
    """A page of the records above a number, by default all, and the number above which the next page begins; None at
    the end.

    Raises: segments.Gap.
    """
    log, page = _Log.read(tenant), _Page(limit)
    if above is None:
        above = segments.from_time(tenant, span.since - log.lateness, log.size) - 1
    for segment, compressed in segments.fetched(
        segments.after(tenant, above, log.size), MAX_RECORDS_PER_SEGMENT
    ):
        for line in _lines(segment, compressed):
            if line.seq == segment.first and _is_after(line.record, span.until, log):
                return page.records, None
            if line.seq > above and span.has(line.record) and keep(line.record) and not page.add(line):
                return page.records, line.seq - 1
        above = segment.last
        if page.ends_after(segment):
            return page.records, above
    return page.records, None


class _Line(NamedTuple):
    seq: int
    text: bytes
    record: Item


def _lines(segment: Segment, compressed: bytes) -> Iterator[_Line]:
    for seq, text in segments.lines(segment, compressed):
        yield _Line(seq, text, json.loads(text))


class _Page:
    """The records of a page, and what was read for them."""

    def __init__(self, limit: int) -> None:
        self.records: list[Item] = []
        self._limit = limit
        self._bytes = 0
        self._segments_read = self._records_read = 0

    def add(self, line: _Line) -> bool:
        """False if the page is full."""
        size = json_string_bytes(line.text.decode())
        if self.records and (len(self.records) == self._limit or self._bytes + size > MAX_PAGE_BYTES):
            return False
        self.records.append(line.record)
        self._bytes += size
        return True

    def ends_after(self, segment: Segment) -> bool:
        """Count a segment. Whether the page is full or has read as much as it may."""
        self._segments_read += 1
        self._records_read += segment.record_count
        return (
            len(self.records) == self._limit
            or self._segments_read >= MAX_SEGMENTS_READ
            or self._records_read >= MAX_RECORDS_READ
        )


def _end(tenant: Tenant, until: str, log: _Log) -> int:
    """The lowest number such that it and all higher ones belong to records that are not before `until`."""
    later = ids.created_at(until) + log.lateness + timedelta(milliseconds=1)
    last = segments.first_from(tenant, segments.from_time(tenant, later, log.size))
    return last.last + 1 if last else 1


def _is_after(record: Item, until: str, log: _Log) -> bool:
    """Whether the record and all with higher numbers are not before `until`."""
    return created_at_of(record) > ids.created_at(until) + log.lateness
