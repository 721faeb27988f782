"""A scheduled run over many parts. A failed part does not keep the others from running."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

from eal.core import observe

if TYPE_CHECKING:
    from collections.abc import Iterator


class PartsFailed(Exception):
    """Parts of a run failed; all others are done. An alarm fires, and the next run tries the failed ones again."""


class ScheduledRun:
    """`with ScheduledRun("sweep") as run:`, and within it `with run.part(shard=3):` for each part that may fail alone.

    A failure is logged with the fields of its part. The end of the run raises PartsFailed if any part failed.
    """

    def __init__(self, worker: str) -> None:
        self._worker = worker
        self._failed = 0

    def __enter__(self) -> Self:
        observe.begin("", worker=self._worker)
        return self

    def __exit__(self, kind: object, fault: BaseException | None, trace: object) -> None:
        observe.flush()
        if fault is None and self._failed:
            raise PartsFailed(f"{self._failed} parts of {self._worker} failed; the log says why")

    @contextmanager
    def part(self, **fields: str | int) -> Iterator[None]:
        try:
            yield
        except Exception:  # the edge of a worker: PartsFailed reports it when the others are done
            observe.logger.exception("part_failed", extra={"worker": self._worker, **fields})
            self._failed += 1
