"""Deliveries of the worker, relative to a bare loop that signs and posts the same bodies: rate and processor time.

Both use the same HTTP client and the same receiver. Each runs in one process under Lambda's runtime client, and they
receive batches in turn. The worker also acquires a slot of the endpoint, reads the event, records the attempt and
releases the slot. The fake AWS responds at once, so the difference is the work of our code and of the AWS client.
"""

from __future__ import annotations

import json
import shutil
from contextlib import ExitStack
from statistics import median
from typing import Any

from eal.core import ids
from eal.core.events.envelope import of_item
from eal.domain.webhooks.deliveries.messages import DeliverWebhookTask
from tools.bench import cold, functions, items, layout, metered
from tools.bench.fake_aws import FakeAws
from tools.bench.items import Tables
from tools.bench.runtime import running
from tools.bench.server import Server

FOLDER = "workers/deliver_webhook"
BATCH_RECORDS = 10
WARM_UP_BATCHES = 20
"""The first batches of each, which open connections and fill caches."""


def main(batches: int) -> int:
    """Print both rates and their ratio."""
    fake_aws = FakeAws()
    server = Server(fake_aws.respond)
    endpoint = f"http://127.0.0.1:{server.port}"
    fake_aws.tables = Tables(hooks=f"{endpoint}/hooks")
    (ours,) = (function for function in functions.of_template(endpoint) if function.folder == FOLDER)
    built = layout.lay_out([FOLDER])
    code = (layout.ROOT / "tools/bench/metered.py").read_text()
    worker, bare = (layout.add_task(built, f"{name}/deliver", code) for name in ("metered", "bare"))
    shutil.copy(built.task(FOLDER) / "app.py", worker / "program.py")
    shutil.copy(layout.ROOT / "tools/bench/bare_deliver.py", bare / "program.py")
    (bare / "parameters.json").write_text(json.dumps(_parameters(server.port)))
    event = {"Records": [_record(number) for number in range(BATCH_RECORDS)]}
    times: tuple[list[float], list[float]] = ([], [])
    processor: list[float] = []
    calls = 0
    with ExitStack() as stack:
        pair = [
            stack.enter_context(running(built, task, ours.environment, layout.SCRATCH / f"{name}.log"))
            for name, task in (("function", worker), ("bare", bare))
        ]
        for number in range(WARM_UP_BATCHES + batches):
            if number == WARM_UP_BATCHES:
                for runtime in pair:
                    runtime.invoke(metered.REPORT)
            for runtime, seconds in zip(pair, times, strict=True):
                invocation = runtime.invoke(event)
                cold.check(FOLDER, invocation.response)
                if number >= WARM_UP_BATCHES:
                    seconds.append(invocation.seconds)
            calls = len(fake_aws.requests)
            fake_aws.requests.clear()
        for runtime in pair:
            report: dict[str, float] = runtime.invoke(metered.REPORT).response
            processor.append(sum(report.values()) / batches / BATCH_RECORDS)
    server.close()
    rates = [BATCH_RECORDS / median(seconds) for seconds in times]
    print(
        f"median of {batches} batches of {BATCH_RECORDS} each, in turn; "
        f"{calls / BATCH_RECORDS:.1f} AWS calls per delivery"
    )
    print(f"deliver_webhook {rates[0]:8.0f} deliveries/s {processor[0]:8.0f} µs of processor time each")
    print(f"bare loop       {rates[1]:8.0f} posts/s      {processor[1]:8.0f} µs of processor time each")
    print(f"ratio           {rates[0] / rates[1]:8.3f}              {processor[0] / processor[1]:8.2f}")
    return 0


def _parameters(port: int) -> dict[str, Any]:
    event = of_item(items.event(ids.new("evt", items.AT)))
    return {"port": port, "secret": items.SECRET, "id": event.id, "body": event.body()}


def _record(number: int) -> dict[str, Any]:
    message = DeliverWebhookTask(
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
        "body": message.body(),
        "attributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:DeliveryQueue",
    }
