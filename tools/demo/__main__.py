"""Send one signed call, receive five signed events, tell the person on call, and print every step."""

from __future__ import annotations

import json
import secrets
import sys
import time
from pathlib import Path
from typing import Any

from tools.demo import alerts
from tools.demo.steps import MAX_WAIT_SECONDS, Failed, abbreviated, find_call, ok, say, title
from tools.fixtures.callrail import TRANSCRIPT, Call, signature
from tools.fixtures.client import ROOT, Stack, send
from tools.fixtures.receiver import Inbox, Received, receiver
from tools.fixtures.verifier import accepts, engine

EXPECTED = ("call.received", "call.classified", "call.dispatched", "call.qualified", "lead.created")


def main() -> int:
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / ".local" / "stack.json"
    if not path.exists():
        print("No stack is running: start one with 'make run DETACH=1' and try again.", file=sys.stderr)
        return 1
    stack = Stack.read(path)
    try:
        with receiver() as inbox:
            show(stack, inbox)
        alerts.show(stack)
    except Failed as failed:
        print(f"\nFAILED: {failed}", file=sys.stderr)
        return 1
    return 0


def show(stack: Stack, inbox: Inbox) -> None:
    key = stack.keys["live_admin"]
    title("1. The tenant connects CallRail and subscribes to events")
    signing_key = secrets.token_hex(16)
    integration = ok(
        stack.call(
            "PUT",
            "/integrations/callrail",
            key=key,
            body={"settings": {}, "secrets": {"signing_key": signing_key}},
        )
    )
    say("receiver", f"{stack.receivers['callrail']}/{integration['connection_id'][:10]}…/post-call")
    webhook = ok(
        stack.call("POST", "/webhooks", key=key, body={"url": inbox.url, "events": list(EXPECTED)}), 201
    )
    say("webhook", f"{webhook['id']} -> {inbox.url}, secret {webhook['secret'][:10]}… (shown once)")
    try:
        follow_one_call(stack, key, inbox, integration["connection_id"], signing_key, webhook["secret"])
    finally:
        stack.call("DELETE", f"/webhooks/{webhook['id']}", key=key)


def follow_one_call(
    stack: Stack, key: str, inbox: Inbox, connection_id: str, signing_key: str, secret: str
) -> None:
    title("2. CallRail sends a signed post-call to the function URL")
    call = Call.new()
    body = call.event("post-call")
    began = time.monotonic()
    response = send(
        "POST",
        f"{stack.receivers['callrail']}/{connection_id}/post-call",
        body,
        {"Content-Type": "application/json", "Signature": signature(body, signing_key)},
    )
    ok(response, 202)
    milliseconds = 1000 * (time.monotonic() - began)
    say("response", f"{response.status} after {milliseconds:.0f} ms: body stored, message enqueued")
    for line in TRANSCRIPT.splitlines():
        print(f"      {line}")

    if not inbox.wait_for(lambda requests: set(EXPECTED) <= set(map(event_type, requests)), MAX_WAIT_SECONDS):
        missing = set(EXPECTED) - set(map(event_type, inbox.requests))
        raise Failed(f"these events did not arrive within {MAX_WAIT_SECONDS} s: {', '.join(sorted(missing))}")
    took = time.monotonic() - began
    stored = find_call(stack, key, call)
    show_classification(stored)
    show_dispatch(stored)
    lead = show_lead(stack, key, stored)

    title(
        f"4. The customer's endpoint received the events; the verifier of the documentation accepts each ({engine()})"
    )
    for request in sorted(inbox.requests, key=sequence):
        if not accepts(request, secret):
            raise Failed(f"the verifier rejected {event_type(request)}")
        forged = Received(request.headers, request.body.replace(b'"live"', b'"test"'))
        if accepts(forged, secret):
            raise Failed("the verifier accepted a changed body")
        event = json.loads(request.body)
        say(
            event["type"],
            f"sequence {event['sequence']}, {event['id']}, {request.headers['x-eal-signature'][:16]}… accepted",
        )
    say(
        "total",
        f"{took:.1f} s from CallRail's request to the last event; the verifier rejects changed bodies",
    )
    show_audit(stack, key, stored["id"], lead["id"])
    show_archive(stack)


def show_classification(call: Any) -> None:
    title("3. The call is classified and decided, and a lead is created")
    say(
        "call",
        f"{call['id']}, {call['status']}, {call['duration_seconds']} s, from {call['caller_number']}",
    )
    classification = call["classification"]
    intent, urgency = classification["intent"], classification["urgency"]
    if (intent, urgency, classification["qualified"]) != ("water", "emergency", True):
        raise Failed(f"expected a qualified water emergency, got {classification}")
    say("classification", f"{intent}, {urgency}, qualified, confidence {classification['confidence']}")
    for evidence in classification["evidence"]:
        if evidence["quote"] not in TRANSCRIPT:
            raise Failed(f"the transcript does not contain the quote {evidence['quote']!r}")
        say(f"  {evidence['field']}", f'turn {evidence["turn"]}: "{evidence["quote"]}"')
    provenance = classification["provenance"]
    say(
        "provenance",
        f"{provenance['engine']} {provenance['model']}, input {provenance['input_sha256'][:16]}…",
    )


def show_dispatch(call: Any) -> None:
    dispatch = call["dispatch"]
    say("dispatch", f"{dispatch['action']}, because")
    for reason in dispatch["reasons"]:
        if reason["decisive"]:
            print(f"      {reason['rule']}: {reason['concluded']}, saw {abbreviated(reason['saw'])}")


def show_lead(stack: Stack, key: str, call: Any) -> Any:
    lead = ok(stack.call("GET", f"/leads/{call['lead_id']}", key=key))
    say(
        "lead",
        f"{lead['id']}, {lead['status']}, {lead['loss_type']}, {lead['first_name']} {lead['phones'][0]}",
    )
    return lead


def show_audit(stack: Stack, key: str, call_id: str, lead_id: str) -> None:
    title("5. The audit log records each change and its actor")
    for kind, resource_id in (("call", call_id), ("lead", lead_id)):
        log = ok(
            stack.call("GET", f"/audit-log?resource_type={kind}&resource_id={resource_id}&order=asc", key=key)
        )
        for record in log["data"]:
            actor = record["actor"]
            say(
                f"#{record['seq']} {record['action']}",
                f"by {actor['type']} {actor['id']}, request {record['request_id']}",
            )
            for change in record["changes"][:4]:
                print(
                    f"      {change['field']}: {abbreviated(change['from'])} -> {abbreviated(change['to'])}"
                )


def show_archive(stack: Stack) -> None:
    title("6. The audit archive in S3: objects are locked for seven years")
    s3, bucket = stack.client("s3"), stack.aws["audit_bucket"]
    end = time.monotonic() + MAX_WAIT_SECONDS
    while not (objects := s3.list_objects_v2(Bucket=bucket).get("Contents", [])):
        if time.monotonic() > end:
            raise Failed(f"no audit segment was archived within {MAX_WAIT_SECONDS} s")
        time.sleep(0.5)
    for item in objects[-3:]:
        head = s3.head_object(Bucket=bucket, Key=item["Key"])
        say(
            item["Key"],
            f"{head['ObjectLockMode']} until {head['ObjectLockRetainUntilDate']:%Y-%m-%d}, {item['Size']} bytes",
        )
    for rule in s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]:
        days = rule.get("Expiration", {}).get("Days")
        moves = [f"{move['StorageClass']} after {move['Days']} days" for move in rule.get("Transitions", [])]
        expires = [f"expires after {days} days"] if days else []
        say("lifecycle", "; ".join([rule["ID"], *moves, *expires]))


def event_type(request: Received) -> str:
    return str(json.loads(request.body)["type"])


def sequence(request: Received) -> int:
    return int(json.loads(request.body)["sequence"])


if __name__ == "__main__":
    sys.exit(main())
