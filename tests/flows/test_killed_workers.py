"""Every worker, killed after each of its AWS calls and retried by SQS, or without the responses to them: customers see
no difference."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from eal.core import audit, clock
from eal.core.table.item import from_attributes
from eal.core.table.read import get
from eal.domain.statistics.model import tally_of
from eal.domain.statistics.store import tally_key
from tests.flows.test_call_to_webhook import EXPECTED, SIGNING_KEY
from tests.support.aws import aws_in_process
from tests.support.faults import Killed, watched_calls
from tests.support.http import call as request
from tests.support.http import load_app, proxy_event
from tests.support.pipeline import Pipeline, items, unpublished, workers
from tests.support.tenants import Tenant, new_tenant
from tools.fixtures.callrail import Call, signature
from tools.fixtures.receiver import Inbox, receiver
from tools.fixtures.template import ROOT

VISIBILITY_TIMEOUT = timedelta(minutes=6)
"""The delivery queue's VisibilityTimeout."""


class KillOnce:
    """Invokes workers; kills the chosen one after its n-th call, once, and then delivers its event again. With
    `loses_responses`, its first invocation loses the first response to each call."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, folder: str, call_number: int, *, loses_responses: bool
    ) -> None:
        self._monkeypatch = monkeypatch
        self._folder = folder
        self._call_number = call_number
        self._loses_responses = loses_responses
        self.killed = False
        self.calls_made = 0

    def __call__(self, folder: str, event: dict[str, Any]) -> Any:
        handler = load_app(folder).handler
        if folder != self._folder or self.killed or self.calls_made:
            return handler(event, None)
        with watched_calls(self._monkeypatch) as calls:
            calls.kill_after = self._call_number or None
            if self._loses_responses:
                calls.lose_response_of = range(1, 1000)
            try:
                return handler(event, None)
            except Killed:
                self.killed = True
                self._wait_for_the_message()
            finally:
                self.calls_made = len(calls.made)
        return handler(event, None)

    def _wait_for_the_message(self) -> None:
        """The message of a killed worker is hidden until its visibility timeout, by which its leases have expired."""
        now = clock.now
        self._monkeypatch.setattr(clock, "now", lambda: now() + VISIBILITY_TIMEOUT)


ELSEWHERE = {
    f"workers/{name}"
    for name in (
    "apply_retention", "classify_call", "deliver_slow_webhook", "erase_traces", "escalate_dispatch", "export_audit",
    "fetch_recording", "import_leads", "inspect_photo", "normalise_resend", "normalise_stripe", "push_to_crm",
    "normalise_twilio", "push_to_slow_crm", "reconcile_callrail", "reconcile_resend", "replay_deliveries",
    "score_lead", "sign_checkpoints",
    "send_alert", "send_emails", "stop_enrollments", "classify_reply", "write_email", "extract_claim",
        "write_bundle", "publish_content",
        "write_bundle", "poll_reviews", "post_review_reply",
    "send_emails", "stop_enrollments", "classify_reply", "write_email", "write_content", "extract_claim",
        "write_bundle",
        "write_bundle", "publish_content", "invite_member",
    )
}  # fmt: skip
"""Workers that a call does not reach, or whose first invocation only sends the message to their queue again. Each is
killed in its own file, tests/functions/workers/test_<name>.py."""


@pytest.mark.parametrize("folder", sorted({"workers/relay_outbox", *workers().values()} - ELSEWHERE))
def test_a_worker_killed_after_any_call_leaves_the_same_state(
    monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    calls_made = _run(monkeypatch, folder, call_number=0)
    assert calls_made > 0, f"{folder} was never reached: add it to ELSEWHERE and kill it in its own test file"
    for call_number in range(1, calls_made + 1):
        assert _run(monkeypatch, folder, call_number) == call_number, f"not killed at call {call_number}"


WAITS_FOR_ITS_OWN_SLOT = {"workers/deliver_webhook"}
"""The worker whose message comes again a minute later, if it does not know that it has acquired a slot. Its own file
loses each of its responses."""


@pytest.mark.parametrize(
    "folder", sorted({"workers/relay_outbox", *workers().values()} - ELSEWHERE - WAITS_FOR_ITS_OWN_SLOT)
)
def test_a_worker_that_loses_every_response_and_calls_again_leaves_the_same_state(
    monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    assert _run(monkeypatch, folder, loses_responses=True) > 0


def test_the_other_workers_are_killed_in_their_own_test_files() -> None:
    for folder in ELSEWHERE:
        text = (ROOT / f"tests/functions/workers/test_{folder.partition('/')[2]}.py").read_text()
        assert "kill_after" in text, (
            f"{folder}: kill it in its own test file, with watched_calls and kill_after"
        )


def _run(
    monkeypatch: pytest.MonkeyPatch, folder: str, call_number: int = 0, *, loses_responses: bool = False
) -> int:
    """Run the whole flow in empty tables, with one kill (0 for none). Returns the number of calls before the kill."""
    with monkeypatch.context() as patch, aws_in_process(patch), receiver() as inbox:
        tenant = new_tenant()
        connection_id = _connect(tenant, inbox.url)
        kill = KillOnce(patch, folder, call_number, loses_responses=loses_responses)
        pipeline = Pipeline(kill)
        call = Call.new()
        for _ in range(2):
            _send(connection_id, call)
            pipeline.run()
        _check_webhooks(inbox)
        _check_state(tenant)
        return kill.calls_made


def _check_webhooks(inbox: Inbox) -> None:
    bodies = {delivered.headers["webhook-id"]: delivered.body for delivered in inbox.requests}
    assert sorted(json.loads(body)["type"] for body in bodies.values()) == EXPECTED
    for delivered in inbox.requests:
        assert delivered.body == bodies[delivered.headers["webhook-id"]], "every attempt sends the same bytes"


def _connect(tenant: Tenant, url: str) -> str:
    body: dict[str, Any] = {"settings": {}, "secrets": {"signing_key": SIGNING_KEY}}
    response = request("PUT", "/v1/integrations/callrail", key=tenant.admin, json_body=body)
    request("POST", "/v1/webhooks", key=tenant.admin, json_body={"url": url, "events": ["*"]})
    return str(response.json["connection_id"])


def _send(connection_id: str, call: Call) -> None:
    body = call.event("post-call")
    event = proxy_event(
        "POST",
        f"/v1/inbound/callrail/{connection_id}/post-call",
        headers={"Signature": signature(body, SIGNING_KEY)},
        body=body.decode(),
    )
    assert load_app("inbound/callrail").handler(event, None)["statusCode"] == 202


def _check_state(tenant: Tenant) -> None:
    calls = request("GET", "/v1/calls", key=tenant.read).json["data"]
    leads = request("GET", "/v1/leads", key=tenant.read).json["data"]
    assert [classified["lead_id"] for classified in calls] == [lead["id"] for lead in leads]
    assert len(calls) == len(leads) == 1
    events = [from_attributes(item) for item in items("EVENT")]
    assert sorted(str(event["type"]) for event in events) == EXPECTED
    assert sorted(int(str(event["feedsk"])) for event in events) == [*range(1, len(EXPECTED) + 1)]
    records = sorted(
        (from_attributes(item) for item in items("AUDIT")), key=lambda record: int(str(record["seq"]))
    )
    actions = [record["action"] for record in records]
    for action in ("call.received", "call.classified", "call.qualified", "lead.created"):
        assert actions.count(action) == 1, actions
    previous: object = audit.GENESIS
    for record in records:
        assert (record["previous_hash"], record["hash"]) == (previous, audit.chained_hash(record))
        previous = record["hash"]
    assert unpublished() == []
    tally = tally_of(get(tally_key(tenant.in_mode("live"))))
    assert (tally.lead_status, sum(tally.call_intent.values())) == ({"new": 1}, 1)
