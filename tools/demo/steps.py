"""The printed steps of the demonstration."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tools.fixtures.callrail import Call
    from tools.fixtures.client import Stack

MAX_WAIT_SECONDS = 60


class Failed(Exception):
    """A step of the demo failed. The message names it."""


def find_call(stack: Stack, key: str, call: Call) -> Any:
    number = call.caller.replace("+", "%2B")
    calls = ok(stack.call("GET", f"/calls?caller_number={number}", key=key))["data"]
    if len(calls) != 1:
        raise Failed(f"expected one call from this number, found {len(calls)}")
    return ok(stack.call("GET", f"/calls/{calls[0]['id']}", key=key))


def ok(response: Any, status: int = 200) -> Any:
    """The JSON of a response. Raises: Failed if it has another status."""
    if response.status != status:
        body = response.body.decode(errors="replace")[:500]
        raise Failed(f"expected a response with status {status}, got {response.status}: {body}")
    return response.json


def abbreviated(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "…"


def title(text: str) -> None:
    print(f"\n{text}", flush=True)


def say(label: str, text: str) -> None:
    print(f"   {label:<18} {text}", flush=True)
