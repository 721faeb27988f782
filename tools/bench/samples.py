"""The event for each function: its sample from events/, with a valid key, ids and signatures."""

from __future__ import annotations

import base64
import hmac
import json
import time
from typing import Any
from urllib.parse import parse_qsl

from eal.core import ids, signing
from eal_dashboard import session
from eal_dashboard.session import SignedInMember
from tools.bench import items
from tools.bench.layout import DASHBOARD, ROOT
from tools.fixtures.dashboard import SESSION, SESSION_TEXT

type Event = dict[str, Any]

PLACEHOLDERS = {"REPLACE_WITH_A_WEBHOOK_ID": ids.new("wh", items.AT)}
"""The placeholders that a function would reject, and their values."""
CONNECTION = "conn_REPLACE_WITH_YOUR_CONNECTION_ID"


def sample(folder: str) -> Event:
    """The event for the function in functions/`folder`."""
    text = (ROOT / "events" / f"{folder}.json").read_text()
    for placeholder, value in PLACEHOLDERS.items():
        text = text.replace(placeholder, value)
    if vendor := next((name for name in items.VENDORS if folder.endswith(name)), None):
        text = text.replace(CONNECTION, items.connection_of(vendor))
    event: Event = json.loads(text)
    if event.get("headers") is not None:
        _sign(event)
    if folder == DASHBOARD:
        member = SignedInMember.of(SESSION, "America/Chicago").to_text()
        event["cookies"] = [f"{session.SESSION}={SESSION_TEXT}", f"{session.FRAME}={member}"]
    return event


def _sign(event: Event) -> None:
    body = event.get("body") or ""
    raw = base64.b64decode(body) if event.get("isBase64Encoded") else body.encode()
    valid = {
        "authorization": f"Bearer {items.KEY}",
        "signature": base64.b64encode(hmac.digest(items.SECRET.encode(), raw, "sha1")).decode(),
        "stripe-signature": _stripe_signature(raw),
        "x-twilio-signature": _twilio_signature(event, raw),
        **_svix_headers(raw),
    }
    headers = {name: value for name, value in event["headers"].items() if name.lower() not in valid}
    event["headers"] = {**headers, **valid}
    if event.get("multiValueHeaders") is not None:
        event["multiValueHeaders"] = {name: [value] for name, value in event["headers"].items()}


def _stripe_signature(raw: bytes) -> str:
    at = int(time.time())
    return f"t={at},v1={hmac.digest(items.SECRET.encode(), f'{at}.'.encode() + raw, 'sha256').hex()}"


def _twilio_signature(event: Event, form: bytes) -> str:
    address = f"http://{event['headers'].get('host', '')}{event.get('rawPath', '')}"
    fields = "".join(name + value for name, value in sorted(parse_qsl(form.decode(errors="replace"))))
    digest = hmac.digest(items.SECRET.encode(), (address + fields).encode(), "sha1")
    return base64.b64encode(digest).decode()


def _svix_headers(raw: bytes) -> dict[str, str]:
    at = int(time.time())
    return {
        "svix-id": "msg_bench",
        "svix-timestamp": str(at),
        "svix-signature": signing.standard_signature(items.SECRET, "msg_bench", at, raw),
    }
