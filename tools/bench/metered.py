"""A function with a meter of its processor time. It is deployed as app.py, next to the function itself as program.py.

With `components.json` next to it, which `warm` writes for one of its programs, the time is divided among components. A
component's time is without that of the components that it calls. Reading the clock twice adds about a microsecond to
each of its calls.
"""

from __future__ import annotations

import os
import threading
import time
from collections import defaultdict
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

REPORT = {"report": True}
"""The event whose response is the microseconds of each component since the last report."""

EXIT = {"exit": True}
"""The event after which the process ends by itself, as valgrind needs it."""

_spent: defaultdict[str, int] = defaultdict(int)
_running: list[str] = []
_since = 0


def _switch() -> None:
    """Give the time since the last switch to the component that ran."""
    global _since
    now = time.process_time_ns()  # with that of threads, in which a worker sends
    if _running:
        _spent[_running[-1]] += now - _since
    _since = now


def metered(component: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def call(*arguments: Any, **named: Any) -> Any:
        _switch()
        _running.append(component)
        try:
            return function(*arguments, **named)
        finally:
            _switch()
            _running.pop()

    return call


class _MeteredClient:
    """An AWS client whose operations are a component."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._client, name)
        return value if name == "exceptions" else metered("AWS client", value)


def _divide() -> None:
    """Put meters around the parts of a request. Modules are patched before others take names from them."""
    from eal.core import aws
    from eal.core.table import item

    for name in ("load", "dump", "to_attributes", "from_attributes"):
        setattr(item, name, metered("items", getattr(item, name)))
    client = _MeteredClient(aws.dynamodb())
    aws.dynamodb = lambda: client  # type: ignore[assignment,return-value]  # it has the same operations

    from eal.core import observe
    from eal.core.transaction import Transaction
    from eal.core.wire import Wire
    from eal.entry.http import auth, idempotency
    from eal.entry.http.request import Request, Response
    from eal.entry.http.route import Route

    for component, owner, names in (
        ("authenticate and throttle", auth, ("authenticate",)),
        ("parse and validate", Request, ("json_object",)),
        ("parse and validate", Route, ("arguments",)),
        ("idempotency", idempotency, ("of",)),
        ("idempotency", idempotency.Idempotency, ("record",)),
        ("audit, event and commit", Transaction, ("audit", "emit", "commit")),
        ("serialise", Route, ("call",)),
        ("serialise", Response, ("as_proxy_response",)),
        ("log", observe, ("begin", "bind", "flush")),
        ("log", observe.logger, ("info",)),
    ):
        for name in names:
            setattr(owner, name, metered(component, getattr(owner, name)))
    Request.__init__ = metered("parse and validate", Request.__init__)  # type: ignore[method-assign]
    of = Wire.of.__func__  # type: ignore[attr-defined]
    Wire.of = classmethod(metered("views", of))  # type: ignore[assignment]


@cache
def _program() -> Callable[..., Any]:
    """The handler next to this file. Imported by the first event, because the meters must be in place before."""
    is_divided = Path(__file__).with_name("components.json").exists()
    if is_divided:
        _divide()
    program = import_module("program")
    if is_divided:
        route = program.app.route
        program.app._route = route._replace(endpoint=metered("domain", route.endpoint))
    return metered("rest", program.handler)


def handler(event: dict[str, Any], context: object) -> Any:
    if event == REPORT:
        report = {component: nanoseconds / 1000 for component, nanoseconds in _spent.items()}
        _spent.clear()
        return report
    if event == EXIT:
        threading.Timer(0.5, os._exit, (0,)).start()
        return {}
    return _program()(event, context)
