"""Lambda's Runtime API on loopback, and a function in a process under Lambda's runtime client.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tools.bench.processes import resident_mb
from tools.bench.server import Request, Response, Server

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from tools.bench.layout import Layout

_PREFIX = "/2018-06-01/runtime"
_MAX_WAIT_SECONDS = 120.0
"""Under valgrind, the start of a process takes half a minute."""


class RunFailed(Exception):
    """A measured program failed. The message has its output or the end of its log."""


@dataclass(frozen=True, slots=True)
class Invocation:
    """A response, and the seconds from the first byte of the event to the last byte of the response."""

    response: Any
    seconds: float
    responded_at: float


@dataclass(frozen=True, slots=True)
class Usage:
    """Seconds of processor time, and the memory that is resident at the end.

    Not wait4's ru_maxrss, which begins with that of the process that forked.
    """

    processor: float
    megabytes: float


class Runtime:
    """A process of a function, which receives events one by one."""

    def __init__(
        self,
        layout: Layout,
        folder: Path,
        environment: Mapping[str, str],
        log: Path,
        under: Sequence[str] = (),
    ) -> None:
        """`under` is the command of a program that runs the process, such as valgrind."""
        self._events: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._responses: queue.SimpleQueue[tuple[str, bytes, float]] = queue.SimpleQueue()
        self._sent_at = 0.0
        self._number = 0
        self._log = log
        self._server = Server(self._respond)
        with log.open("wb") as output:
            self.spawned_at = time.perf_counter()
            self._process = subprocess.Popen(
                [*under, layout.python, "-m", "awslambdaric", "app.handler"],
                cwd=folder,
                env={
                    **environment,
                    "PYTHONPATH": os.pathsep.join([str(folder), str(layout.opt(folder))]),
                    # Lambda's file system is read-only, so each cold start compiles app.py.
                    "PYTHONDONTWRITEBYTECODE": "1",
                    "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self._server.port}",
                    "LAMBDA_TASK_ROOT": str(folder),
                    "_HANDLER": "app.handler",
                },
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def invoke(self, event: object) -> Invocation:
        """Send an event and wait for its response.

        Raises: RunFailed.
        """
        self._events.put(json.dumps(event).encode())
        kind, body, at = self._next_response()
        if kind != "response":
            raise RunFailed(f"{body.decode(errors='replace')}\n{self.log_tail()}")
        return Invocation(json.loads(body), at - self._sent_at, at)

    def _next_response(self) -> tuple[str, bytes, float]:
        deadline = time.monotonic() + _MAX_WAIT_SECONDS
        while True:
            try:
                return self._responses.get(timeout=0.2)
            except queue.Empty:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise RunFailed(f"no response\n{self.log_tail()}") from None

    def wait(self) -> None:
        """Wait until the process ends by itself."""
        self._process.wait()
        self._server.close()

    def close(self) -> Usage:
        """Kill the process. Returns what it used."""
        # SIGTERM has no effect: the runtime client waits in a blocking call in C++, where Python handlers do not run.
        megabytes = resident_mb(self._process.pid)
        self._process.send_signal(signal.SIGKILL)
        _, status, usage = os.wait4(self._process.pid, 0)
        self._process.returncode = os.waitstatus_to_exitcode(status)
        self._server.close()
        return Usage(usage.ru_utime + usage.ru_stime, megabytes)

    def log_tail(self) -> str:
        return self._log.read_text(errors="replace")[-3000:]

    def _respond(self, request: Request) -> Response:
        if request.path == f"{_PREFIX}/invocation/next":
            event = self._events.get()
            self._number += 1
            response = Response(200, event, self._headers())
            self._sent_at = time.perf_counter()
            return response
        self._responses.put((request.path.rpartition("/")[2], request.body, request.at))
        return Response(202, b'{"status":"OK"}', {"Content-Type": "application/json"})

    def _headers(self) -> dict[str, str]:
        return {
            "Content-Type": "application/json",
            "Lambda-Runtime-Aws-Request-Id": f"8476a536-e9f4-11e8-9739-{self._number:012d}",
            "Lambda-Runtime-Deadline-Ms": str(round(time.time() * 1000) + 30_000),
            "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:us-east-1:123456789012:function:bench",
            "Lambda-Runtime-Trace-Id": "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0",
        }


@contextmanager
def running(layout: Layout, folder: Path, environment: Mapping[str, str], log: Path) -> Iterator[Runtime]:
    """Run the function in `folder`, and kill its process at the end."""
    runtime = Runtime(layout, folder, environment, log)
    try:
        yield runtime
    finally:
        runtime.close()
