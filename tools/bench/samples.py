"""The event that each function is measured with: its sample in events/, with a key, ids and signatures good here."""

from __future__ import annotations

import base64
import hmac
import json
import time
from typing import Any

from eal.core import ids, signing
from tools.bench import items
from tools.bench.layout import ROOT

type Event = dict[str, Any]

PLACEHOLDERS = {"REPLACE_WITH_A_WEBHOOK_ID": ids.new("wh", items.AT)}
"""Those that a function refuses; the others are as good as any text."""
CONNECTION = "conn_REPLACE_WITH_YOUR_CONNECTION_ID"


def sample(folder: str) -> Event:
    """The event for the function in functions/`folder`."""
    text = (ROOT / "events" / f"{folder}.json").read_text()
    for placeholder, value in PLACEHOLDERS.items():
        text = text.replace(placeholder, value)
    if vendor := next((one for one in items.RECEIVED_FROM if folder.endswith(one)), None):
        text = text.replace(CONNECTION, items.connection_of(vendor))
    event: Event = json.loads(text)
    if event.get("headers") is not None:
        _sign(event)
    return event


def _sign(event: Event) -> None:
    body = event.get("body") or ""
    raw = base64.b64decode(body) if event.get("isBase64Encoded") else body.encode()
    good = {
        "authorization": f"Bearer {items.KEY}",
        "signature": base64.b64encode(hmac.digest(items.SECRET.encode(), raw, "sha1")).decode(),
        "stripe-signature": _of_stripe(raw),
        **_of_svix(raw),
    }
    headers = {name: value for name, value in event["headers"].items() if name.lower() not in good}
    event["headers"] = {**headers, **good}
    if event.get("multiValueHeaders") is not None:
        event["multiValueHeaders"] = {name: [value] for name, value in event["headers"].items()}


def _of_stripe(raw: bytes) -> str:
    at = int(time.time())
    return f"t={at},v1={hmac.digest(items.SECRET.encode(), f'{at}.'.encode() + raw, 'sha256').hex()}"


def _of_svix(raw: bytes) -> dict[str, str]:
    at = int(time.time())
    return {
        "svix-id": "msg_bench",
        "svix-timestamp": str(at),
        "svix-signature": signing.standard_signature(items.SECRET, "msg_bench", at, raw),
    }
