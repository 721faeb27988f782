"""Elapsed time in a process that Lambda freezes between invocations."""

from __future__ import annotations

import time
from typing import NamedTuple, Self


class Moment(NamedTuple):
    """A time on both clocks: the monotonic one may stand still while Lambda freezes the process, and the wall clock may
    be set back.
    """

    monotonic: float
    wall: float

    @classmethod
    def now(cls) -> Self:
        return cls(time.monotonic(), time.time())

    def age(self) -> float:
        """Seconds since then."""
        now = self.now()
        return max(now.monotonic - self.monotonic, now.wall - self.wall)
