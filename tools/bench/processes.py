"""The emulator's processes: itself, and one for each execution environment of a function. Needs Linux's /proc."""

from __future__ import annotations

import os
import re
import signal
import time
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_FUNCTION = re.compile(rb"/ministack-lambda-[^/]*-([A-Za-z]+)-[0-9A-F]+-[^-/]+/_worker")
"""The folder of an environment has the function's name, which ends with the logical id and a suffix."""
_GLANCE_SECONDS = 0.03


@dataclass(frozen=True, slots=True)
class Environment:
    """An execution environment of a function, such as WorkersRelayOutbox."""

    pid: int
    function: str


def environments(emulator: int) -> list[Environment]:
    """The children of the emulator that run a function."""
    found = []
    for pid in _children(emulator):
        try:
            named = _FUNCTION.search((_PROC / str(pid) / "cmdline").read_bytes())
        except OSError:
            continue  # the process has ended
        if named:
            found.append(Environment(pid, named[1].decode()))
    return found


def busy(candidates: list[Environment]) -> list[Environment]:
    """The environments that use the CPU at this moment, and so are probably in an invocation."""
    before = {environment.pid: _cpu_ticks(environment.pid) for environment in candidates}
    time.sleep(_GLANCE_SECONDS)
    return [
        environment for environment in candidates if _cpu_ticks(environment.pid) > before[environment.pid]
    ]


def kill(environment: Environment) -> None:
    try:
        os.kill(environment.pid, signal.SIGKILL)
    except ProcessLookupError:
        return  # it has ended by itself


def resident_mb(pid: int) -> float:
    """The memory of a process; 0 if it has ended."""
    try:
        status = (_PROC / str(pid) / "status").read_text()
    except OSError:
        return 0.0
    return next(
        (int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS")), 0.0
    )


def _children(parent: int) -> list[int]:
    pids = [int(process.name) for process in _PROC.glob("[0-9]*")]
    return [pid for pid in pids if (fields := _stat(pid)) and int(fields[1]) == parent]


def _cpu_ticks(pid: int) -> int:
    fields = _stat(pid)
    return int(fields[11]) + int(fields[12]) if fields else 0


def _stat(pid: int) -> list[str]:
    """The fields after the process's name, its state first (proc_pid_stat(5)); empty if it has ended."""
    try:
        return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
