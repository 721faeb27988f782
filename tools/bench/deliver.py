"""Deliveries a second: the worker with all that makes them safe, over a bare loop that signs and posts the same bodies.

Both use the same HTTP client and the same receiver, each in one process under Lambda's runtime client, and get batches
in turn. Ours also takes a place at the endpoint, reads, records and gives the place back: AWS is canned and answers at
once, so what is seen is our own work and the AWS client's.
"""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import asdict
from statistics import median
from typing import Any

from eal.core import ids
from eal.core.events.catalogue import of_item
from eal.domain.webhooks.deliveries.queue import Due
from tools.bench import cold, functions, items, layout
from tools.bench.answers import Canned
from tools.bench.items import Tables
from tools.bench.runtime import running
from tools.bench.server import Server

FOLDER = "workers/deliver_webhook"
BATCH = 10
UNCOUNTED = 20
"""First batches of each, in which connections are made and caches filled."""


def main(batches: int) -> int:
    """Print both rates and their ratio."""
    canned = Canned()
    server = Server(canned.answer)
    endpoint = f"http://127.0.0.1:{server.port}"
    canned.tables = Tables(hooks=f"{endpoint}/hooks")
    (ours,) = (one for one in functions.of_template(endpoint) if one.folder == FOLDER)
    built = layout.lay_out([FOLDER])
    bare = layout.add_task(built, "bare/deliver", (layout.ROOT / "tools/bench/bare_deliver.py").read_text())
    (bare / "parameters.json").write_text(json.dumps(_parameters(server.port)))
    event = {"Records": [_record(number) for number in range(BATCH)]}
    times: tuple[list[float], list[float]] = ([], [])
    calls = 0
    with ExitStack() as stack:
        pair = [
            stack.enter_context(running(built, task, ours.environment, layout.SCRATCH / f"{name}.log"))
            for name, task in (("function", built.task(FOLDER)), ("bare", bare))
        ]
        for number in range(UNCOUNTED + batches):
            for runtime, seconds in zip(pair, times, strict=True):
                invocation = runtime.invoke(event)
                cold.check(FOLDER, invocation.answer)
                if number >= UNCOUNTED:
                    seconds.append(invocation.seconds)
            calls = len(canned.requests)
            canned.requests.clear()
    server.close()
    rates = [BATCH / median(seconds) for seconds in times]
    print(f"median of {batches} batches of {BATCH} each, in turn; {calls / BATCH:.1f} AWS calls a delivery")
    print(f"deliver_webhook {rates[0]:8.0f} deliveries/s\nbare loop       {rates[1]:8.0f} posts/s")
    print(f"ratio {rates[0] / rates[1]:.3f}")
    return 0


def _parameters(port: int) -> dict[str, Any]:
    event = of_item(items.event(ids.new("evt", items.AT)))
    return {"port": port, "secret": items.SECRET, "id": event.id, "body": event.body()}


def _record(number: int) -> dict[str, Any]:
    due = Due(
        organization_id=items.ORGANIZATION,
        mode="live",
        delivery_id=ids.new("dlv", items.AT),
        webhook_id=ids.new("wh", items.AT),
        event_id=ids.new("evt", items.AT),
        attempt=1,
        request_id="bench",
    )
    return {
        "messageId": f"message-{number}",
        "receiptHandle": "handle",
        "body": json.dumps(asdict(due)),
        "attributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:DeliveryQueue",
    }
