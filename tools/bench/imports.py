"""An import on a running local stack, its worker killed twice: exactly the right rows, in which time and memory.

The file has a byte order mark, CRLF, quotes, commas, line ends within fields and names beyond ASCII; every tenth row
names a lead that an earlier row made, and every hundredth is wrong. A killed Lambda's message comes again after the
queue's visibility time-out, half an hour: here it is sent again at once, as S3 itself may do.

The outbox's readers are switched off, so that the import is measured and not the 200,000 records that follow from it:
throw the stack away after.
"""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from tools.bench.layout import ROOT, Unbuilt
from tools.fixtures.client import Stack, send

ROWS = 100_000
KILLED_AT = (0.3, 0.7)
"""Shares of the rows after which the worker is killed."""
_WORKER = "WorkersImportLeads"


def main(rows: int) -> int:
    """Import, kill, wait, compare. 1 where anything is not as the file says."""
    stack_file = ROOT / ".local" / "stack.json"
    if not stack_file.exists():
        raise Unbuilt("start the local stack first: make run DETACH=1")
    stack = Stack.read(stack_file)
    _pause_the_outbox(stack)
    body = {"name": "import", "scopes": ["admin"], "rate_limit": {"per_minute": 6000}}
    key = stack.call("POST", "/api-keys", key=stack.keys["test_admin"], body=body).json["key"]
    tag = uuid.uuid4().hex[:8]
    content, expected_leads, expected_counts = _file(rows, tag)
    body = {"format": "csv", "on_duplicate": "update"}
    made = stack.call("POST", "/leads/import", key=key, body=body).json
    began = time.monotonic()
    upload = made["upload"]
    put = send(upload["method"], upload["url"], content, upload["headers"])
    print(f"{rows:,} rows, {len(content) / 1e6:.1f} MB, uploaded: {put.status}", flush=True)
    done, peak = _follow(stack, key, made, rows)
    seconds = time.monotonic() - began
    print(f"{done['status']} after {seconds:.0f} s, {rows / seconds:.0f} rows a second")
    print(f"peak memory of the worker {peak / 1024:.0f} MB, killed {len(KILLED_AT)} times")
    counts = {name: done[name] for name in expected_counts}
    print(
        f"counted {counts}, {'as the file has it' if counts == expected_counts else f'and not {expected_counts}'}"
    )
    leads = _leads(stack, tag)
    found = dict(leads)
    missing, double, foreign = (
        expected_leads.keys() - found,
        len(leads) - len(found),
        found.keys() - expected_leads,
    )
    changed = sum(found[email] != expected_leads[email] for email in found.keys() & expected_leads)
    print(
        f"leads {len(leads):,}: {len(missing)} missing, {double} double, {len(foreign)} that no row names, "
        f"{changed} that say something else than their rows"
    )
    return int(counts != expected_counts or bool(missing or double or foreign or changed))


def _pause_the_outbox(stack: Stack) -> None:
    functions = stack.client("lambda")
    for mapping in functions.list_event_source_mappings()["EventSourceMappings"]:
        if "WorkersRelayOutbox" in mapping["FunctionArn"]:
            functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    events = stack.client("events")
    for rule in events.list_rules()["Rules"]:
        if "SweepOutbox" in rule["Name"]:
            events.disable_rule(Name=rule["Name"])


def _file(rows: int, tag: str) -> tuple[bytes, dict[str, Any], dict[str, int]]:
    """The file, the leads that it makes by their addresses, and what becomes of its rows."""
    text = io.StringIO(newline="")
    out = csv.writer(text, lineterminator="\r\n")
    out.writerow(("first_name", "last_name", "email", "phone", "loss_type", "notes", "metadata.row"))
    expected_leads: dict[str, Any] = {}
    updated = failed = 0
    for number in range(rows):
        email = f"{tag}-{number}@example.com"
        if number % 100 == 99:
            out.writerow(("Zoë", "Wrong", "no address", "", "", "", number))
            failed += 1
        elif number % 10 == 9:
            out.writerow(("", "", f"{tag}-{number - 9}@example.com", "", "", f"again in row {number}", ""))
            updated += 1
        else:
            out.writerow(("Zoë", "Nuñez, 長谷川", email, "", "water", 'says "wet",\r\nsince noon', number))
            notes = 'says "wet",\nsince noon'  # the API takes lines of any kind and keeps newlines
            if number % 10 == 0 and number % 100 != 90 and number + 9 < rows:
                notes += f"\n\nagain in row {number + 9}"
            texts = ({"S": text} for text in ("Zoë", "Nuñez, 長谷川", notes))
            expected_leads[email] = (*texts, {"M": {"row": {"S": str(number)}}})
    created = rows - updated - failed
    expected_counts = {
        "total": rows,
        "processed": rows,
        "created": created,
        "updated": updated,
        "failed": failed,
    }
    return b"\xef\xbb\xbf" + text.getvalue().encode(), expected_leads, expected_counts


def _follow(stack: Stack, key: str, made: dict[str, Any], rows: int) -> tuple[dict[str, Any], int]:
    """The import when it has ended, and the most memory that its workers had (KiB). Kills them on the way."""
    kills = [int(rows * share) for share in KILLED_AT]
    peak = printed = 0
    while True:
        peak = max([peak, *(_most_memory(worker) for worker in _workers())])
        answer = stack.call("GET", f"/leads/imports/{made['id']}", key=key)
        if answer.status != 200:
            print(f"  asked in vain: {answer.status}", flush=True)
            continue
        lead_import: dict[str, Any] = answer.json
        if lead_import["status"] in ("completed", "failed"):
            return lead_import, peak
        if lead_import["processed"] - printed >= rows // 10:
            printed = lead_import["processed"]
            print(f"  {printed:,} rows", flush=True)
        if kills and lead_import["processed"] >= kills[0]:
            kills.pop(0)
            for worker in _workers():
                os.kill(worker, signal.SIGKILL)
            print(f"  killed after {lead_import['processed']:,} rows", flush=True)
            _send_again(stack, made)
        time.sleep(0.5)


def _workers() -> list[int]:
    """The processes in which the local stack runs the worker."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes()
        except OSError:
            continue  # it has just ended
        if _WORKER.encode() in command and str(ROOT).encode() in command:
            found.append(int(process.name))
    return found


def _most_memory(worker: int) -> int:
    try:
        status = Path(f"/proc/{worker}/status").read_text()
    except OSError:
        return 0  # it has just ended
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")), 0)


def _send_again(stack: Stack, made: dict[str, Any]) -> None:
    sqs = stack.client("sqs")
    (queue,) = (url for url in sqs.list_queues()["QueueUrls"] if "ImportQueue-" in url)
    path = unquote(urlsplit(made["upload"]["url"]).path).lstrip("/")
    name = path[path.index("imports/uploads/") :]
    record = {"eventTime": datetime.now(UTC).isoformat(), "s3": {"object": {"key": name}}}
    sqs.send_message(QueueUrl=queue, MessageBody=json.dumps({"Records": [record]}))


def _leads(stack: Stack, tag: str) -> list[tuple[str, Any]]:
    """The address and the content of all leads of this import.

    From the table: for each page of a list the emulator goes through all leads, and is later than the API waits.
    """
    dynamodb = stack.client("dynamodb")
    (table,) = (name for name in dynamodb.list_tables()["TableNames"] if "StateTable" in name)
    tenant = stack.call("GET", "/health", key=stack.keys["test_admin"]).json["tenant_id"]
    pages = dynamodb.get_paginator("query").paginate(
        TableName=table,
        KeyConditionExpression="pk = :leads",
        FilterExpression="begins_with(email, :tag)",
        ExpressionAttributeValues={":leads": {"S": f"{tenant}#test#LEAD"}, ":tag": {"S": tag}},
    )
    return [
        (lead["email"]["S"], tuple(lead[name] for name in ("first_name", "last_name", "notes", "metadata")))
        for page in pages
        for lead in page["Items"]
    ]
