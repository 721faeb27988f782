"""`KEEP=1`: the stack is stopped and started again with its state, while other tests have left work in its queues."""

from __future__ import annotations

import json
import secrets
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tools.stack import server
from tools.stack.__main__ import TEST
from tools.stack.instance import Instance, read_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from tools.fixtures.client import ApiResponse, Stack
    from tools.fixtures.receiver import Inbox

pytestmark = pytest.mark.deployed

type Eventually = Callable[[Callable[[], ApiResponse], Callable[[ApiResponse], bool]], ApiResponse]


@pytest.fixture
def restart(stack: Stack) -> Callable[[], None]:
    """Stop the stack of the tests, and start it again. Any other stack belongs to a person and is left alone."""
    instance = Instance(folder=TEST, port=0)
    known = server.running(instance)
    if known is None or not stack.api_url.startswith(f"http://127.0.0.1:{known['port']}/"):
        pytest.skip("restarts only the stack that make deployed has started")
    instance = replace(instance, port=known["port"])

    def stop_and_start() -> None:
        before = read_json(instance.stack)
        server.stop(instance)
        assert server.running(instance) is None
        assert not instance.stack.exists()
        server.start(instance, keep=True)
        assert read_json(instance.stack) == before

    return stop_and_start


# The restarted server runs on for the other tests.
@pytest.mark.filterwarnings("ignore:subprocess .* is still running:ResourceWarning")
def test_a_restart_keeps_the_data_and_what_was_not_yet_delivered(
    stack: Stack, key: str, inbox: Inbox, eventually: Eventually, restart: Callable[[], None]
) -> None:
    def create() -> str:
        body = {"email": f"{secrets.token_hex(8)}@example.com"}
        return str(stack.call("POST", "/leads", key=key, body=body).json["id"])

    def delivered() -> set[str]:
        return {json.loads(request.body)["data"]["id"] for request in inbox.requests}

    webhook = stack.call("POST", "/webhooks", key=key, body={"url": inbox.url, "events": ["lead.created"]})
    delivered_before = create()
    assert inbox.wait_for(lambda _: delivered_before in delivered(), 30)
    read_before = stack.call("GET", f"/leads/{delivered_before}", key=key)
    audited_before = stack.call("GET", f"/audit-log?resource_id={delivered_before}", key=key).json["data"]
    pending = create()

    restart()

    assert stack.call("GET", f"/leads/{delivered_before}", key=key).json == read_before.json
    assert (
        stack.call("GET", f"/audit-log?resource_id={delivered_before}", key=key).json["data"]
        == audited_before
    )
    created_after = create()
    assert inbox.wait_for(lambda _: {pending, created_after} <= delivered(), 30)
    newest = eventually(
        lambda: stack.call("GET", "/audit-log?limit=100", key=key),
        lambda response: all(record["seq"] for record in response.json["data"]),
    ).json["data"]
    assert {pending, created_after} <= {record["resource"]["id"] for record in newest}
    numbers = sorted(record["seq"] for record in newest)
    assert numbers == list(range(numbers[0], numbers[-1] + 1))
    stack.call("DELETE", f"/webhooks/{webhook.json['id']}", key=key)
