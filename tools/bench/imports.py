"""An import on a running local stack whose worker is killed twice: time, peak memory, and whether every row is right.

The file has a byte order mark, CRLF, quotes, commas, line breaks in fields, and non-ASCII names. Every tenth row
updates the lead of an earlier row, and every hundredth is invalid. SQS delivers the message of a killed worker again
after the visibility time-out of the queue, half an hour. Here it is sent again at once; S3 may also send a notification
twice.

The relay and the sweep of the outbox are disabled, so that the measurement does not include the 200,000 records that
the import creates. Discard the stack afterwards.
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

from tools.bench.layout import ROOT, SetupFailed
from tools.fixtures.client import Stack, send

ROWS = 100_000
KILLED_AT = (0.3, 0.7)
"""Fractions of the rows after which the worker is killed."""
_WORKER = "WorkersImportLeads"


def main(rows: int) -> int:
    """Import a file, kill the worker, wait, and compare. Returns 1 if a count or a lead differs from the file."""
    stack_file = ROOT / ".local" / "stack.json"
    if not stack_file.exists():
        raise SetupFailed("start the local stack first: make run DETACH=1")
    stack = Stack.read(stack_file)
    _pause_the_outbox(stack)
    body = {"name": "import", "scopes": ["admin"], "rate_limit": {"per_minute": 6000}}
    key = stack.call("POST", "/api-keys", key=stack.keys["test_admin"], body=body).json["key"]
    tag = uuid.uuid4().hex[:8]
    content, expected_leads, expected_counts = _file(rows, tag)
    body = {"format": "csv", "on_duplicate": "update"}
    lead_import = stack.call("POST", "/leads/import", key=key, body=body).json
    began = time.monotonic()
    upload = lead_import["upload"]
    put = send(upload["method"], upload["url"], content, upload["headers"])
    print(f"{rows:,} rows, {len(content) / 1e6:.1f} MB, uploaded: {put.status}", flush=True)
    completed, peak_kib = _follow(stack, key, lead_import, rows)
    seconds = time.monotonic() - began
    print(f"{completed['status']} after {seconds:.0f} s, {rows / seconds:.0f} rows per second")
    print(f"peak memory of the worker {peak_kib / 1024:.0f} MB, killed {len(KILLED_AT)} times")
    counts = {name: completed[name] for name in expected_counts}
    print(f"counts {counts}, {'as expected' if counts == expected_counts else f'expected {expected_counts}'}")
    leads = _leads(stack, tag)
    by_email = dict(leads)
    missing = expected_leads.keys() - by_email
    unexpected = by_email.keys() - expected_leads
    duplicates = len(leads) - len(by_email)
    different = sum(by_email[email] != expected_leads[email] for email in by_email.keys() & expected_leads)
    print(
        f"leads {len(leads):,}: {len(missing)} missing, {duplicates} duplicate, {len(unexpected)} without a row, "
        f"{different} different from their row"
    )
    return int(counts != expected_counts or bool(missing or duplicates or unexpected or different))


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
    """The file, the expected leads by e-mail address, and the expected counts of the import."""
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
            notes = 'says "wet",\nsince noon'  # the API converts CRLF to newlines
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


def _follow(stack: Stack, key: str, started: dict[str, Any], rows: int) -> tuple[dict[str, Any], int]:
    """Wait for the end of an import, and kill its workers twice. Returns the import and the peak memory in KiB."""
    kills = [int(rows * share) for share in KILLED_AT]
    peak = printed = 0
    while True:
        peak = max([peak, *(_peak_kib(worker) for worker in _workers())])
        response = stack.call("GET", f"/leads/imports/{started['id']}", key=key)
        if response.status != 200:
            print(f"  GET returned {response.status}", flush=True)
            continue
        lead_import: dict[str, Any] = response.json
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
            _send_again(stack, started)
        time.sleep(0.5)


def _workers() -> list[int]:
    """The ids of the processes in which the local stack runs the worker."""
    pids = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes()
        except OSError:
            continue  # the process has ended
        if _WORKER.encode() in command and str(ROOT).encode() in command:
            pids.append(int(process.name))
    return pids


def _peak_kib(worker: int) -> int:
    try:
        status = Path(f"/proc/{worker}/status").read_text()
    except OSError:
        return 0  # the process has ended
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")), 0)


def _send_again(stack: Stack, started: dict[str, Any]) -> None:
    """Send the notification of S3 for the uploaded file to the queue of the worker."""
    sqs = stack.client("sqs")
    (queue,) = (url for url in sqs.list_queues()["QueueUrls"] if "ImportQueue-" in url)
    path = unquote(urlsplit(started["upload"]["url"]).path).lstrip("/")
    name = path[path.index("imports/uploads/") :]
    record = {"eventTime": datetime.now(UTC).isoformat(), "s3": {"object": {"key": name}}}
    sqs.send_message(QueueUrl=queue, MessageBody=json.dumps({"Records": [record]}))


def _leads(stack: Stack, tag: str) -> list[tuple[str, Any]]:
    """The e-mail address and the content of all leads of this import.

    They are read from the table: for each page of a list, the emulator scans all leads and exceeds the API's time-out.
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
