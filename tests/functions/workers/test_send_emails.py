"""Due outreach e-mails are sent exactly once, by Resend in live mode, whatever is killed and whatever fails."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from eal.core import caller
from eal.core.table import keys, progress
from eal.core.table.lease import Lease
from eal.core.tenancy import Tenant as Owner
from eal.domain.outreach.deliverability import sender
from eal.domain.outreach.emails import store as emails
from eal.domain.outreach.sending import lease, run
from eal.domain.outreach.suppressions import store as suppressions
from eal.vendors import http
from tests.support.callrail import actions, stored
from tests.support.faults import Killed, watched_calls
from tests.support.http import call
from tests.support.outreach import (
    ALWAYS,
    API_KEY,
    email_of,
    enqueue,
    enrolled,
    marked,
    queue_email,
    send,
    set_up,
)
from tests.support.pipeline import peek, unpublished
from tests.support.vendor_apis import ResendApi, Trouble, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eal.domain.outreach.emails.model import Email
    from tests.support.tenants import Tenant
    from tests.support.time import Clock

TO = "dana@example.com"


@pytest.fixture
def owner(clock: Clock, tenant: Tenant) -> Owner:
    """A tenant that may send, in live mode."""
    set_up(tenant)
    return Owner(tenant.id, "live")


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[ResendApi]:
    resend = ResendApi("resend", f"Bearer {API_KEY}")
    with serving(resend, monkeypatch):
        yield resend


def expire_lease(clock: Clock) -> None:
    clock.advance(seconds=lease.DURATION.total_seconds())


def outcome(owner: Owner, email: Email) -> tuple[str, str | None]:
    found = email_of(owner, email.id)
    return found.status, found.reason


def replace_key(tenant: Tenant, text: str) -> None:
    body = {"secrets": {"api_key": text}}
    assert call("PUT", "/v1/integrations/resend", key=tenant.admin, json_body=body).status == 200


def test_a_queued_email_is_sent_with_what_the_law_requires(owner: Owner, api: ResendApi) -> None:
    email = queue_email(owner, TO)

    assert send(owner)

    (request,) = api.requests
    assert request.headers["idempotency-key"] == email.idempotency_key
    assert request.body["from"] == '"Acme Restoration" <hello@acme.example>'
    assert request.body["to"] == [TO]
    assert request.body["reply_to"] == "hello@acme.example"
    assert (request.body["text"], request.body["html"]) == ("Hello\n", "<p>Hello</p>")
    assert request.body["tags"] == [{"name": "email", "value": email.id}]
    headers = request.body["headers"]
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert headers["List-Unsubscribe"].startswith("<https://api.example.com/v1/u/")
    sent = email_of(owner, email.id)
    assert (sent.status, sent.vendor, sent.vendor_email_id) == (
        "sent",
        "resend",
        next(iter(api.sending.sent)),
    )
    assert [occurrence.type for occurrence in sent.occurrences] == ["queued", "sent"]
    (event,) = [item for item in unpublished("EVENT") if item["type"]["S"] == "outreach.email.sent"]
    assert email.id in event["data"]["S"]


def test_the_link_of_an_email_unsubscribes_its_recipient(owner: Owner, api: ResendApi) -> None:
    queue_email(owner, TO)
    assert send(owner)
    (request,) = api.requests
    header = request.body["headers"]["List-Unsubscribe"]
    path = header.partition(">")[0].removeprefix("<https://api.example.com")

    assert call("GET", path).status == 200
    assert suppressions.find(owner, TO) is None
    assert call("POST", path, body="List-Unsubscribe=One-Click", headers={"Content-Type": ""}).status == 200
    assert suppressions.find(owner, TO)


def test_a_redelivered_message_sends_nothing_again(owner: Owner, api: ResendApi) -> None:
    queue_email(owner, TO)

    for received in (1, 2, 3):
        assert send(owner, received)

    assert len(api.requests) == 1


def test_an_email_is_not_sent_before_its_time(owner: Owner, api: ResendApi, clock: Clock) -> None:
    email = queue_email(owner, TO, send_at=clock.now() + timedelta(hours=2))
    assert send(owner)
    assert not api.requests
    assert enqueue() == []

    clock.advance(hours=2)

    assert [message["organization_id"] for message in enqueue()] == [owner.organization_id]
    assert send(owner)
    assert outcome(owner, email)[0] == "sent"


def test_a_run_killed_after_any_call_sends_exactly_once(
    owner: Owner, api: ResendApi, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue_email(owner, "first@example.com")
    assert send(owner)  # the process has the keys of KMS from here on
    queue_email(owner, "second@example.com")
    with watched_calls(monkeypatch) as calls:
        assert send(owner)
        total = len(calls.made)
    for call_number in range(1, total + 1):
        email = queue_email(owner, f"killed{call_number}@example.com")
        with watched_calls(monkeypatch) as calls:
            calls.kill_after = call_number
            with pytest.raises(Killed):
                send(owner)
        expire_lease(clock)
        assert [message["organization_id"] for message in enqueue()] == [owner.organization_id], call_number
        assert send(owner)
        assert outcome(owner, email)[0] == "sent", call_number
        assert len(api.sending.sent) == call_number + 2
    assert actions("email", owner.organization_id).count("email.sent") == total + 2


def test_a_run_that_loses_any_response_of_aws_sends_at_once_and_once(
    owner: Owner, api: ResendApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own lease does not keep it from sending."""
    queue_email(owner, "first@example.com")
    with watched_calls(monkeypatch) as calls:
        assert send(owner)
        total = len(calls.made)
    for number in range(1, total + 1):
        email = queue_email(owner, f"lost{number}@example.com")
        with watched_calls(monkeypatch) as calls:
            calls.lose_response_of = {number}
            assert send(owner)
        assert outcome(owner, email)[0] == "sent", number
        assert len(api.requests) == number + 1
    assert actions("email", owner.organization_id).count("email.sent") == total + 1


def test_a_request_whose_response_is_lost_is_repeated_with_the_same_key(owner: Owner, api: ResendApi) -> None:
    email = queue_email(owner, TO)
    api.troubles = [Trouble(hang_up=True, is_late=True), Trouble(status=500, is_late=True)]

    assert send(owner)

    assert outcome(owner, email)[0] == "sent"
    assert len(api.requests) == 3
    assert len(api.sending.sent) == 1


def test_retry_after_is_waited_for_without_a_run(owner: Owner, api: ResendApi, clock: Clock) -> None:
    emails_ = [queue_email(owner, f"dana{number}@example.com") for number in range(3)]
    api.troubles = [Trouble(status=429, headers={"Retry-After": "600"})]
    assert send(owner)
    assert len(api.requests) == 1

    clock.advance(seconds=590)
    assert send(owner)
    assert len(api.requests) == 1
    clock.advance(seconds=10)

    assert enqueue()
    assert send(owner)
    assert {outcome(owner, email)[0] for email in emails_} == {"sent"}
    assert len(api.sending.sent) == 3


def test_retry_after_is_waited_for_although_an_earlier_attempt_was_unclear(
    owner: Owner, api: ResendApi
) -> None:
    for number in range(3):
        queue_email(owner, f"dana{number}@example.com")
    api.troubles = [
        Trouble(status=500, is_late=True),
        Trouble(status=429, headers={"Retry-After": "600"}),
    ]

    assert send(owner)

    assert len(api.requests) == 2


@pytest.mark.parametrize("name", ["daily_quota_exceeded", "monthly_quota_exceeded"])
def test_a_quota_is_no_failure_of_the_email(owner: Owner, api: ResendApi, clock: Clock, name: str) -> None:
    email = queue_email(owner, TO)
    for _ in range(30):
        api.troubles = [Trouble(status=429, body=f'{{"name": "{name}"}}'.encode())]
        assert send(owner)
        assert (outcome(owner, email)[0], email_of(owner, email.id).attempted_at) == ("queued", None)
        clock.advance(hours=6)

    assert send(owner)

    assert outcome(owner, email)[0] == "sent"


def test_an_unknown_outcome_ends_before_the_vendor_forgets_the_key(
    owner: Owner, api: ResendApi, clock: Clock
) -> None:
    email = queue_email(owner, TO)
    for _ in range(22):
        api.troubles = [Trouble(status=503, is_late=True)] * 4
        assert send(owner)
        clock.advance(hours=1)
    clock.advance(hours=1)
    requests = len(api.requests)

    assert send(owner)

    status, reason = outcome(owner, email)
    assert status == "failed"
    assert reason is not None
    assert "within 23 hours" in reason
    assert len(api.requests) == requests
    assert len(api.sending.sent) == 1


@pytest.mark.parametrize(
    ("status", "name"),
    [(422, "validation_error"), (403, "validation_error"), (422, "invalid_from_address"), (400, "x")],
)
def test_a_refusal_for_good_is_a_state_with_its_reason(
    owner: Owner, api: ResendApi, clock: Clock, status: int, name: str
) -> None:
    email = queue_email(owner, TO)
    api.sending.refusals[TO] = (status, name, "Invalid `to` field.")

    assert send(owner)
    clock.advance(days=2)
    assert send(owner)

    assert outcome(owner, email) == ("failed", "Resend refused the e-mail: Invalid `to` field.")
    assert len(api.requests) == 1


def test_a_refusal_after_an_unclear_attempt_says_that_it_may_have_been_sent(
    owner: Owner, api: ResendApi
) -> None:
    email = queue_email(owner, TO)
    refused = Trouble(status=422, body=b'{"message": "Because."}')
    api.troubles = [Trouble(status=500, is_late=True), refused]

    assert send(owner)

    status, reason = outcome(owner, email)
    assert (status, len(api.sending.sent)) == ("failed", 1)
    assert reason is not None
    assert "may have been sent" in reason
    assert reason.endswith("Resend refused the e-mail: Because.")


@pytest.mark.parametrize("attempts", [0, 4])
def test_a_conflict_with_an_earlier_request_says_that_it_may_have_been_sent(
    owner: Owner, api: ResendApi, clock: Clock, monkeypatch: pytest.MonkeyPatch, attempts: int
) -> None:
    """The links in the repeated request differ. Without a recorded attempt: the State table was restored."""
    email = queue_email(owner, TO)
    api.troubles = [Trouble(hang_up=True, is_late=True)] * attempts
    if attempts:
        assert send(owner)
    else:
        api.sending.keys[email.idempotency_key] = ("another body", "e1")
    monkeypatch.setenv("PUBLIC_BASE_URL", "https://api.acme.example")
    clock.advance(hours=1)

    assert send(owner)

    status, reason = outcome(owner, email)
    assert status == "failed"
    assert reason is not None
    assert "may have been sent" in reason
    assert "different request payload" in reason


@pytest.mark.parametrize("is_step", [False, True])
def test_a_new_key_repeats_no_request_whose_outcome_is_unknown(
    owner: Owner, tenant: Tenant, api: ResendApi, clock: Clock, *, is_step: bool
) -> None:
    """It may be of another account of Resend, which does not know the idempotency key."""
    if is_step:
        step = {"delay_hours": 0, "subject": "Hello", "body": "Who takes care of water damage?"}
        enrolled(tenant.admin, [TO], [step], send_window=ALWAYS)
        clock.advance(hours=1)
    else:
        queue_email(owner, TO)
    api.troubles = [Trouble(status=500, is_late=True)] * 4
    assert send(owner)
    replace_key(tenant, "re_of_another_account")
    api.authorization = "Bearer re_of_another_account"
    api.sending.keys.clear()
    clock.advance(hours=1)

    assert send(owner)

    (email,) = call("GET", "/v1/outreach/emails", key=tenant.read).json["data"]
    assert email["status"] == "failed"
    assert "API key was replaced" in email["reason"]
    assert "may have been sent" in email["reason"]
    assert len(api.sending.sent) == 1


def test_the_same_key_again_repeats_the_request(
    owner: Owner, tenant: Tenant, api: ResendApi, clock: Clock
) -> None:
    email = queue_email(owner, TO)
    api.troubles = [Trouble(status=500, is_late=True)] * 4
    assert send(owner)
    replace_key(tenant, API_KEY)
    clock.advance(hours=1)

    assert send(owner)

    assert outcome(owner, email) == ("sent", None)
    assert len(api.sending.sent) == 1


def test_a_new_key_sends_what_the_old_one_certainly_did_not(
    owner: Owner, tenant: Tenant, api: ResendApi, clock: Clock
) -> None:
    email = queue_email(owner, TO)
    api.troubles = [Trouble(status=429, headers={"Retry-After": "600"})]
    assert send(owner)
    replace_key(tenant, "re_new")
    api.authorization = "Bearer re_new"
    clock.advance(hours=1)

    assert send(owner)

    assert outcome(owner, email) == ("sent", None)


def test_a_concurrent_request_with_the_same_key_is_waited_for(owner: Owner, api: ResendApi) -> None:
    email = queue_email(owner, TO)
    body = b'{"name": "concurrent_idempotent_requests"}'
    api.troubles = [Trouble(status=409, body=body, is_late=True)] * 2

    assert send(owner)

    assert outcome(owner, email)[0] == "sent"
    assert len(api.sending.sent) == 1


def test_a_wrong_key_leaves_the_emails_in_the_queue(owner: Owner, api: ResendApi, clock: Clock) -> None:
    email = queue_email(owner, TO)
    right, api.authorization = api.authorization, "Bearer another"
    assert send(owner)
    assert outcome(owner, email)[0] == "queued"
    assert len(api.requests) == 1
    api.authorization = right
    clock.advance(hours=1)

    assert enqueue()
    assert send(owner)

    assert outcome(owner, email)[0] == "sent"


def test_a_key_that_is_refused_after_an_unclear_attempt_leaves_the_outcome_unknown(
    owner: Owner, api: ResendApi, clock: Clock
) -> None:
    """The vendor has forgotten the idempotency key when somebody replaces the API key a day later."""
    email = queue_email(owner, TO)
    api.troubles = [
        Trouble(status=500, is_late=True),
        Trouble(status=401, body=b'{"name": "restricted_api_key"}'),
    ]
    assert send(owner)
    clock.advance(hours=24)
    api.sending.keys.clear()

    assert send(owner)

    assert outcome(owner, email)[0] == "failed"
    assert len(api.sending.sent) == 1


def test_an_address_that_is_suppressed_in_the_queue_gets_nothing(owner: Owner, api: ResendApi) -> None:
    email = queue_email(owner, TO)
    by = caller.worker("test", owner, "req")
    suppressions.suppress_address(TO, "unsubscribed", "unsubscribe_link", by)
    by.transaction.commit()

    assert send(owner)

    assert not api.requests
    assert outcome(owner, email) == ("suppressed", "The address is on the suppression list: unsubscribed.")


def test_two_schedulers_and_two_runs_at_once_send_once(
    owner: Owner, api: ResendApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue_email(owner, TO)
    assert len(enqueue()) == len(enqueue()) == 1
    other: list[bool] = []
    real = api.sending.accept

    def overtaken(key: str, body: dict[str, object]) -> tuple[int, dict[str, object]]:
        if not other:
            other.append(True)
            with monkeypatch.context() as patch:
                patch.setattr(
                    lease,
                    "acquire",
                    lambda tenant, now: Lease(keys.key(tenant, "SEND_LEASE", "run"), "second"),
                )
                other.append(send(owner))
        return real(key, body)

    monkeypatch.setattr(type(api.sending), "accept", lambda _, key, body: overtaken(key, body))

    assert send(owner)

    assert other == [True, True]
    assert len(api.sending.sent) == 1
    assert actions("email", owner.organization_id).count("email.sent") == 1


def test_a_second_run_leaves_the_lease_alone_and_returns_when_it_ends(
    owner: Owner, api: ResendApi, clock: Clock
) -> None:
    lease.acquire(owner, clock.now())
    queue_email(owner, TO)

    assert send(owner)
    assert not api.requests
    expire_lease(clock)

    assert enqueue()
    assert send(owner)
    assert len(api.requests) == 1


def test_the_daily_cap_is_not_exceeded_and_the_next_day_goes_on(
    clock: Clock, tenant: Tenant, api: ResendApi
) -> None:
    set_up(tenant, daily_cap=2)
    owner = Owner(tenant.id, "live")
    for number in range(5):
        queue_email(owner, f"dana{number}@example.com")

    sent = []
    for _ in range(4):
        assert send(owner)
        sent.append(len(api.sending.sent))
        clock.advance(days=1)

    assert sent == [2, 4, 5, 5]


def test_an_email_that_is_deferred_over_midnight_leaves_the_next_days_cap_as_it_is(
    clock: Clock, tenant: Tenant, api: ResendApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(tenant, daily_cap=2)
    owner = Owner(tenant.id, "live")
    monkeypatch.setattr(http, "pause", lambda _: clock.advance(hours=24))
    for number in range(4):
        queue_email(owner, f"dana{number}@example.com")
    api.troubles = [
        Trouble(status=429, headers={"Retry-After": "1"}),
        Trouble(status=429, headers={"Retry-After": "60"}),
    ]
    assert send(owner)
    clock.advance(seconds=60)
    monkeypatch.setattr(http, "pause", lambda _: None)

    assert send(owner)

    assert len(api.sending.sent) == 2


def test_a_run_is_bounded_and_the_rest_follows_in_the_next_message(
    owner: Owner, api: ResendApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "MAX_EMAILS", 2)
    for number in range(5):
        queue_email(owner, f"dana{number}@example.com")

    counts = []
    for _ in range(3):
        assert send(owner)
        counts.append((len(api.sending.sent), len(peek("SendQueue"))))

    assert counts == [(2, 1), (4, 1), (5, 0)]


def test_a_sender_that_is_paused_during_a_run_sends_no_further_email(
    owner: Owner, api: ResendApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    queued = [queue_email(owner, f"dana{number}@example.com") for number in range(3)]
    state = {**sender.key_of(owner)._asdict(), "kind": "SENDER", "id": owner.organization_id, "version": 1}

    def complaints_arrive(_: float) -> None:
        progress.start({**state, "status": "paused", "reason": "complaints"})

    monkeypatch.setattr(http, "pause", complaints_arrive)  # the pace: just before the second request
    monkeypatch.setattr(http, "_last_request_at", {})

    assert send(owner)

    assert [outcome(owner, email)[0] for email in queued] == ["sent", "sent", "queued"]


def test_a_tenant_without_a_key_is_tried_again_in_an_hour(clock: Clock, tenant: Tenant) -> None:
    owner = Owner(tenant.id, "live")
    email = queue_email(owner, TO)

    assert send(owner)

    assert outcome(owner, email)[0] == "queued"
    assert owner in marked(clock.now() + timedelta(hours=1))


def test_an_email_known_from_its_events_is_recorded_and_not_requested_again(
    owner: Owner, api: ResendApi
) -> None:
    email = queue_email(owner, TO, vendor="resend", vendor_email_id="e1")

    assert send(owner)

    assert not api.requests
    assert outcome(owner, email)[0] == "sent"
    assert stored("EMAIL_VENDOR_ID", owner.organization_id)[0]["email_id"] == email.id


def test_an_erased_email_is_not_sent(owner: Owner, api: ResendApi) -> None:
    email = queue_email(owner, TO)
    by = caller.worker("test", owner, "req")
    by.transaction.delete(emails.content_key(owner, email.id))
    by.transaction.audit("email.erased", email.id)
    by.transaction.commit()

    assert send(owner)

    assert not api.requests
    assert outcome(owner, email) == ("suppressed", "The recipient was erased.")
