"""An emergency in test mode: a simulated person is texted, called, and takes it by a key."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING, Any

from tools.demo.steps import MAX_WAIT_SECONDS, Failed, find_call, ok, say, title
from tools.fixtures.callrail import Call, signature
from tools.fixtures.client import send

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tools.fixtures.client import Stack

_PRESSES_1 = "+15005550102"
_DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_ON_CALL = {"name": "Ann", "phone": _PRESSES_1, "days": _DAYS, "from": "00:00", "to": "24:00"}
_STEPS = [{"channel": "sms", "after_seconds": 0}, {"channel": "voice", "after_seconds": 5}]
_TWILIO = {"account_sid": f"AC{0:032}", "api_key_sid": f"SK{0:032}", "alert_number": "+16145550100"}
_WAYS = {"sms": "a text", "voice": "a key during the phone call", "link": "the link"}


def show(stack: Stack) -> None:
    """Print the steps. The organization has its own settings again afterwards."""
    title("7. An emergency at night, in test mode, where phones are simulated: the person on call is told")
    live, test = stack.keys["live_admin"], stack.keys["test_admin"]
    ok(
        stack.call(
            "PUT",
            "/integrations/twilio",
            key=test,
            body={"settings": _TWILIO, "secrets": {"api_key_secret": secrets.token_hex(16)}},
        )
    )
    settings = ok(stack.call("GET", "/organizations/me", key=live))["settings"]
    alerts = {"enabled": True, "consent": True, "steps": _STEPS}
    _set(stack, live, {"on_call": [_ON_CALL], "dispatch": {**settings["dispatch"], "alerts": alerts}})
    try:
        _tell(stack, test)
    finally:
        _set(stack, live, {name: settings[name] for name in ("on_call", "dispatch")})


def _tell(stack: Stack, key: str) -> None:
    signing_key = secrets.token_hex(16)
    body = {"settings": {}, "secrets": {"signing_key": signing_key}}
    connection_id = ok(stack.call("PUT", "/integrations/callrail", key=key, body=body))["connection_id"]
    call, began = Call.new(), time.monotonic()
    event = call.event("post-call")
    headers = {"Content-Type": "application/json", "Signature": signature(event, signing_key)}
    ok(send("POST", f"{stack.receivers['callrail']}/{connection_id}/post-call", event, headers), 202)
    taken = _taken(stack, key, call)
    took = time.monotonic() - began
    listed = ok(stack.call("GET", f"/alerts?call_id={taken['id']}&order=asc", key=key))["data"]
    for alert in listed:
        answered = f", {alert['outcome']} by {_WAYS[alert['outcome_via']]}" if alert["outcome"] else ""
        say(f"alert by {alert['channel']}", f"to {alert['recipient']['name']}, {alert['status']}{answered}")
    dispatch = taken["dispatch"]
    say(
        "call",
        f"{dispatch['acknowledged_by']} has it {took:.1f} s after CallRail's request; nobody else is asked",
    )
    for kind, resource_id in (("call", taken["id"]), ("alert", listed[-1]["id"])):
        path = f"/audit-log?resource_type={kind}&resource_id={resource_id}&order=asc"
        for record in ok(stack.call("GET", path, key=key))["data"]:
            say(
                f"#{record['seq']} {record['action']}",
                f"by {record['actor']['type']} {record['actor']['id']}",
            )


def _taken(stack: Stack, key: str, call: Call) -> Any:
    """The call, as soon as somebody has it and Twilio has reported how the phone call ended."""
    end = time.monotonic() + MAX_WAIT_SECONDS
    while time.monotonic() < end:
        number = call.caller.replace("+", "%2B")
        for found in ok(stack.call("GET", f"/calls?caller_number={number}", key=key))["data"]:
            dispatch = found["dispatch"] or {}
            reported = ok(stack.call("GET", f"/alerts?call_id={found['id']}&status=completed", key=key))[
                "data"
            ]
            if dispatch.get("acknowledged_at") and reported:
                return find_call(stack, key, call)
        time.sleep(0.2)
    raise Failed(f"nobody took the call within {MAX_WAIT_SECONDS} s")


def _set(stack: Stack, key: str, settings: Mapping[str, Any]) -> None:
    ok(stack.call("PATCH", "/organizations/me", key=key, body={"settings": settings}))
