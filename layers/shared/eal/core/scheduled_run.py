"""What a schedule starts: a run over many things, of which one's failure keeps no other from its turn."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

from eal.core import observe

if TYPE_CHECKING:
    from collections.abc import Iterator


class PartsFailed(Exception):
    """Parts of a run failed, after all others were done: an alarm tells, and the next run tries them again."""


class ScheduledRun:
    """`with ScheduledRun("sweep") as run:` and in it `with run.part(shard=3):` for each thing that may fail alone.

    What fails in a part is logged with what the part is about. The run's end raises PartsFailed if any did.
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
    def part(self, **about: str | int) -> Iterator[None]:
        try:
            yield
        except Exception:  # the edge of a worker: told by PartsFailed once the others are done
            observe.logger.exception("part_failed", extra={"worker": self._worker, **about})
            self._failed += 1
