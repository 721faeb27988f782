"""One signed call in, four signed events out, and every step of it on the screen."""

from __future__ import annotations

import json
import secrets
import sys
import time
from pathlib import Path
from typing import Any

from tools.fixtures.callrail import TRANSCRIPT, Call, signature
from tools.fixtures.client import ROOT, Stack, send
from tools.fixtures.receiver import Inbox, Received, receiver
from tools.fixtures.verifier import accepts, engine

EXPECTED = ("call.received", "call.classified", "call.qualified", "lead.created")
PATIENCE_SECONDS = 60


class Failed(Exception):
    """The demo did not show what it is for; the message says what is missing."""


def main() -> int:
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / ".local" / "stack.json"
    if not path.exists():
        print("There is no running stack: start one with 'make run DETACH=1' and try again.", file=sys.stderr)
        return 1
    stack = Stack.read(path)
    try:
        with receiver() as inbox:
            show(stack, inbox)
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
    answer = send(
        "POST",
        f"{stack.receivers['callrail']}/{connection_id}/post-call",
        body,
        {"Content-Type": "application/json", "Signature": signature(body, signing_key)},
    )
    ok(answer, 202)
    say("answered", f"{answer.status} after {1000 * (time.monotonic() - began):.0f} ms, stored and queued")
    for line in TRANSCRIPT.splitlines():
        print(f"      {line}")

    if not inbox.wait_for(lambda requests: set(EXPECTED) <= set(map(event_type, requests)), PATIENCE_SECONDS):
        missing = set(EXPECTED) - set(map(event_type, inbox.requests))
        raise Failed(f"after {PATIENCE_SECONDS} s these events had not come: {', '.join(sorted(missing))}")
    took = time.monotonic() - began
    found = find_call(stack, key, call)
    show_classification(found)
    lead = show_lead(stack, key, found)

    title(
        f"4. The customer's endpoint got the events, each accepted by the documentation's verifier in {engine()}"
    )
    for request in sorted(inbox.requests, key=lambda one: int(json.loads(one.body)["sequence"])):
        if not accepts(request, secret):
            raise Failed(f"the verifier refused {event_type(request)}")
        forged = Received(request.headers, request.body.replace(b'"live"', b'"test"'))
        if accepts(forged, secret):
            raise Failed("the verifier accepted a changed body")
        event = json.loads(request.body)
        say(
            event["type"],
            f"sequence {event['sequence']}, {event['id']}, {request.headers['x-eal-signature'][:16]}… accepted",
        )
    say("in all", f"{took:.1f} s from CallRail's request to the last event; changed bodies were refused")
    show_audit(stack, key, found["id"], lead["id"])
    show_archive(stack)


def find_call(stack: Stack, key: str, call: Call) -> Any:
    number = call.caller.replace("+", "%2B")
    calls = ok(stack.call("GET", f"/calls?caller_number={number}", key=key))["data"]
    if len(calls) != 1:
        raise Failed(f"{len(calls)} calls from this number, where there should be one")
    return ok(stack.call("GET", f"/calls/{calls[0]['id']}", key=key))


def show_classification(found: Any) -> None:
    title("3. The call was classified, and a lead was made")
    say(
        "call",
        f"{found['id']}, {found['status']}, {found['duration_seconds']} s, from {found['caller_number']}",
    )
    judged = found["classification"]
    if (judged["intent"], judged["urgency"], judged["qualified"]) != ("water", "emergency", True):
        raise Failed(f"this is a qualified water emergency, and it was classified as {judged}")
    say("judged", f"{judged['intent']}, {judged['urgency']}, qualified, confidence {judged['confidence']}")
    for evidence in judged["evidence"]:
        if evidence["quote"] not in TRANSCRIPT:
            raise Failed(f"this quote is not in the transcript: {evidence['quote']}")
        say(f"  {evidence['field']}", f'turn {evidence["turn"]}: "{evidence["quote"]}"')
    provenance = judged["provenance"]
    say("by", f"{provenance['engine']} {provenance['model']}, input {provenance['input_sha256'][:16]}…")


def show_lead(stack: Stack, key: str, found: Any) -> Any:
    lead = ok(stack.call("GET", f"/leads/{found['lead_id']}", key=key))
    say(
        "lead",
        f"{lead['id']}, {lead['status']}, {lead['loss_type']}, {lead['first_name']} {lead['phones'][0]}",
    )
    return lead


def show_audit(stack: Stack, key: str, call_id: str, lead_id: str) -> None:
    title("5. The audit log says who did what")
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
                print(f"      {change['field']}: {shortly(change['from'])} -> {shortly(change['to'])}")


def show_archive(stack: Stack) -> None:
    title("6. The audit archive in S3: locked objects, seven years")
    s3, bucket = stack.client("s3"), stack.aws["audit_bucket"]
    end = time.monotonic() + PATIENCE_SECONDS
    while not (objects := s3.list_objects_v2(Bucket=bucket).get("Contents", [])):
        if time.monotonic() > end:
            raise Failed("no audit segment has been archived")
        time.sleep(0.5)
    for one in objects[-3:]:
        head = s3.head_object(Bucket=bucket, Key=one["Key"])
        say(
            one["Key"],
            f"{head['ObjectLockMode']} until {head['ObjectLockRetainUntilDate']:%Y-%m-%d}, {one['Size']} bytes",
        )
    for rule in s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]:
        days = rule.get("Expiration", {}).get("Days")
        moves = [f"{move['StorageClass']} after {move['Days']} days" for move in rule.get("Transitions", [])]
        expires = [f"expires after {days} days"] if days else []
        say("lifecycle", "; ".join([rule["ID"], *moves, *expires]))


def event_type(request: Received) -> str:
    return str(json.loads(request.body)["type"])


def ok(answer: Any, status: int = 200) -> Any:
    if answer.status != status:
        raise Failed(
            f"an answer was {answer.status} instead of {status}: {answer.body.decode(errors='replace')[:500]}"
        )
    return answer.json


def shortly(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "…"


def title(text: str) -> None:
    print(f"\n{text}", flush=True)


def say(what: str, text: str) -> None:
    print(f"   {what:<18} {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
