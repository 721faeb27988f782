"""The attempts of a batch of messages, from the queue to the recorded outcomes.

`eal.core.outbound.attempts` makes each safe to be killed at any line. Before all else the worker acquires slots at the
endpoints (`eal.core.outbound.slots`), so that two workers with the same message do not both send it, and an endpoint
that hangs occupies few of them. A message without a slot is deferred or moves to the slow lane, which costs no attempt,
until its delivery is overdue. Then the delivery has failed.

The phases of a batch follow each other, and each returns new values: acquire slots, decide, send, settle. The calls to
AWS are those of the batch: slots are acquired in one, everything is read in one, and outcomes are recorded and slots
released in one. That last one is made twice if an endpoint does not respond within a second, so that it holds up the
outcomes and slots of no other. Responses that are long and new are stored in one before it.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from eal.core import caller, clock, observe
from eal.core.errors import Unavailable
from eal.core.outbound import later, slots
from eal.core.outbound.attempts import Attempts, jitter
from eal.core.outbound.health import Result
from eal.core.outbound.schedule import GONE
from eal.core.outbound.slots import MINUTE, NoSlot, Slot, SlotRequest, SlotTerms
from eal.core.table.statements import StatementFailed, update_all
from eal.core.table.write import Stale
from eal.domain.webhooks.deliveries import store as deliveries
from eal.domain.webhooks.deliveries.messages import DeliverWebhookTask
from eal.domain.webhooks.deliveries.model import Attempt, Delivery
from eal.domain.webhooks.deliveries.queue import QUEUES
from eal.domain.webhooks.deliveries.signed_post import needs_other_secret, post, signing_secrets
from eal.domain.webhooks.deliveries.store import HEALTH_KIND, DeliveryContext, health_key
from eal.domain.webhooks.endpoints import store as endpoints

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence
    from concurrent.futures import Future
    from datetime import datetime

    from eal.core.events.envelope import Event
    from eal.core.observe import LogContext
    from eal.core.outbound.attempts import Lane
    from eal.core.outbound.health import EndpointHealth
    from eal.core.outbound.later import Delayed
    from eal.core.outbound.sender import ReceiverReply
    from eal.core.outbound.slots import Acquired, Used
    from eal.core.table.keys import Key
    from eal.core.table.statements import Refusal
    from eal.domain.webhooks.deliveries.signed_post import SigningSecret
    from eal.domain.webhooks.endpoints.model import Endpoint

FIRST_WAVE_SECONDS = 1.0
"""Time after which the first wave of a batch is recorded, in seconds. Attempts that have ended by then are recorded at
once; the rest at the end of the batch."""

_ATTEMPTS = Attempts[DeliverWebhookTask, Delivery](
    queues=QUEUES,
    group=lambda message: message.webhook_id,
    id_of=lambda message: message.delivery_id,
    load=deliveries.find,
    next_message=lambda _message, delivery: DeliverWebhookTask.next_of(delivery),
    dropped_event="delivery_message_dropped",
    deferred_event="delivery_deferred",
    attempted_event="delivery_attempted",
    deferred_counter="deliveries_deferred",
    counters={"succeeded": "deliveries_succeeded", "failed": "deliveries_failed"},
)

_NOTHING = DeliveryContext(None, None, None, None)


class _Sent(NamedTuple):
    """An attempt with its reply. `rejected` is the attempt before it whose signature the endpoint rejected."""

    attempt: Attempt
    reply: ReceiverReply
    accepted: str
    jitter: float
    rejected: Attempt | None = None

    def result(self) -> Result:
        return Result.of(self.reply, self.accepted)

    def applied_to(self, before: Delivery, now: datetime) -> Delivery:
        delivery = before.with_attempt(self.rejected) if self.rejected else before
        return delivery.after(self.attempt, now, jitter=self.jitter, retry_after=self.reply.retry_after)

    def logged(self) -> dict[str, object]:
        attempt = self.attempt
        return {"status_code": attempt.status_code, "fault": attempt.error, "ms": attempt.duration_ms}


class _Record(NamedTuple):
    """A delivery before and after what is to be recorded."""

    before: Delivery
    after: Delivery


class _Job(NamedTuple):
    """A message of the batch, by its number in it."""

    number: int
    message: DeliverWebhookTask
    log: LogContext


class _Due(NamedTuple):
    """An attempt that is to be made, with the data that it needs."""

    job: _Job
    slot: Slot
    endpoint: Endpoint
    delivery: Delivery
    event: Event


class _Made(NamedTuple):
    """An attempt that was made."""

    due: _Due
    sent: _Sent


class _Outcome(NamedTuple):
    """The outcome of a message: what is to be enqueued, then recorded and released.

    `outgoing` is the message to send before `record` is written. `fault` returns the message to its queue.
    """

    job: _Job
    slot: Slot | None = None
    made: _Made | None = None
    outgoing: Delayed | None = None
    record: _Record | None = None
    fault: Exception | None = None

    @property
    def is_gone(self) -> bool:
        return self.made is not None and self.made.sent.reply.status_code == GONE


type _Decision = _Due | _Outcome


def deliver_all(
    messages: Sequence[DeliverWebhookTask], logs: Sequence[LogContext], lane: Lane
) -> list[Exception | None]:
    """Make the attempts that are due. `logs` are the log contexts of the messages.

    Returns for each message None, or the fault that returns it to its queue: Stale if the endpoint was changed while it
    answered 410, or the delivery while it was ended without an attempt, so everything must be read again; Unavailable
    if the delivery kept changing while the outcome was recorded; otherwise the fault of the call that failed.
    """
    jobs = [
        _Job(
            number,
            message,
            log.extended(
                delivery_id=message.delivery_id, webhook_id=message.webhook_id, event_id=message.event_id
            ),
        )
        for number, (message, log) in enumerate(zip(messages, logs, strict=True))
    ]
    now = clock.now()
    decisions = _decide(jobs, _acquire_slots(jobs, lane, now), lane, now)
    if lane == "fast":
        decisions = _with_accepted_secrets(decisions)
    decisions = _within_rate_limits(decisions, lane, now)
    due = [decision for decision in decisions if isinstance(decision, _Due)]
    decided = [decision for decision in decisions if isinstance(decision, _Outcome)]
    faults = {outcome.job.number: outcome.fault for outcome in _send_and_settle(due, decided, lane)}
    return [faults[job.number] for job in jobs]


def _acquire_slots(jobs: Sequence[_Job], lane: Lane, now: datetime) -> list[Acquired]:
    requests = [
        SlotRequest(
            health_key(job.message.tenant, job.message.webhook_id), HEALTH_KIND, job.message.delivery_id
        )
        for job in jobs
    ]
    is_fast = lane == "fast"
    return slots.acquire_all(requests, now, SlotTerms(only_healthy=is_fast, expects_failure=not is_fast))


def _decide(jobs: Sequence[_Job], acquired: Sequence[Acquired], lane: Lane, now: datetime) -> list[_Decision]:
    """Read what the jobs need, and decide which of them make an attempt."""
    read = [job for job, slot in zip(jobs, acquired, strict=True) if _is_read(job, slot)]
    # In the fast lane, a slot says that the endpoint is healthy.
    found = deliveries.read_all([job.message for job in read], with_health=lane == "slow")
    deliveries.drop_responses(  # an earlier run may have stored one when the erasure had passed
        delivery for context in found if (delivery := context.delivery) and delivery.event_erased_at
    )
    contexts = {job.number: context for job, context in zip(read, found, strict=True)}
    return [
        _decision(job, slot, contexts.get(job.number, _NOTHING), lane, now)
        for job, slot in zip(jobs, acquired, strict=True)
    ]


def _is_read(job: _Job, acquired: Acquired) -> bool:
    return isinstance(acquired, Slot) or (isinstance(acquired, NoSlot) and _ATTEMPTS.is_read_at(job.message))


def _decision(
    job: _Job, acquired: Acquired, context: DeliveryContext, lane: Lane, now: datetime
) -> _Decision:
    job.log.enter()
    match acquired:
        case Slot():
            return _with_slot(job, acquired, context, lane, now)
        case NoSlot():
            return _without_slot(job, acquired, context.delivery, lane, now)
        case fault:
            return _Outcome(job, fault=fault)


def _without_slot(job: _Job, none: NoSlot, delivery: Delivery | None, lane: Lane, now: datetime) -> _Outcome:
    if not (delivery and job.message.attempt > delivery.attempts_made and delivery.is_overdue(now)):
        return _Outcome(job, outgoing=_ATTEMPTS.without_slot(job.message, none, lane, now))
    record = _timed_out(delivery, now)
    # Alone, because a call must not have two updates of one item, and a copy of the message may have the slot.
    if not deliveries.advance(*record):
        return _Outcome(job, fault=Stale())
    _count_failed(record.after)
    return _Outcome(job)


def _with_slot(job: _Job, slot: Slot, context: DeliveryContext, lane: Lane, now: datetime) -> _Decision:
    if context.health:
        slot = slot._replace(health=context.health)
    delivery = _ATTEMPTS.pending(job.message, context.delivery)
    if delivery is None or delivery.next_attempt_at is None:
        return _Outcome(job, slot)
    if delivery.next_attempt_at > now:
        return _Outcome(job, slot, outgoing=_ATTEMPTS.delayed(job.message, delivery.next_attempt_at, lane))
    if context.endpoint is None or not context.endpoint.enabled or context.event is None:
        observe.logger.info("delivery_skipped")
        return _Outcome(job, slot, record=_Record(delivery, delivery.skipped(now)))
    return _Due(job, slot, context.endpoint, delivery, context.event)


def _with_accepted_secrets(decisions: Sequence[_Decision]) -> list[_Decision]:
    """The decisions, in which the health of endpoints whose secret is being rotated has the one that they accepted."""
    rotating = {
        decision.job.number: decision
        for decision in decisions
        if isinstance(decision, _Due) and decision.endpoint.previous_secret
    }
    if not rotating:
        return list(decisions)
    accepted = deliveries.read_accepted([due.job.message for due in rotating.values()])
    completed = {number: _with_accepted(due, accepted) for number, due in rotating.items()}
    return [completed.get(decision.job.number, decision) for decision in decisions]


def _with_accepted(due: _Due, accepted: Mapping[Key, str | None]) -> _Due:
    health = replace(due.slot.health, accepted=accepted.get(due.slot.health_key))
    return due._replace(slot=due.slot._replace(health=health))


def _within_rate_limits(decisions: Sequence[_Decision], lane: Lane, now: datetime) -> list[_Decision]:
    """The decisions, without the attempts for which their endpoint's own limit has no room in this minute."""
    limited: dict[Key, list[tuple[_Due, int]]] = {}
    for decision in decisions:
        if isinstance(decision, _Due) and (limit := decision.endpoint.rate_limit) is not None:
            limited.setdefault(decision.slot.health_key, []).append((decision, limit))
    over: dict[int, _Outcome] = {}
    for key, group in limited.items():
        count = slots.count_in_minute(key, len(group), now)
        for nth, (due, limit) in enumerate(group, count - len(group)):
            if delay := _rate_limit_delay(nth, limit, now):
                over[due.job.number] = _over_limit(due, delay, lane, now)
    return [over.get(decision.job.number, decision) for decision in decisions]


def _over_limit(due: _Due, delay: float, lane: Lane, now: datetime) -> _Outcome:
    due.job.log.enter()
    if due.delivery.is_overdue(now):
        return _Outcome(due.job, due.slot, record=_timed_out(due.delivery, now))
    return _Outcome(due.job, due.slot, outgoing=_ATTEMPTS.deferred(due.job.message, delay, lane, now))


def _send_and_settle(due: Sequence[_Due], decided: Sequence[_Outcome], lane: Lane) -> list[_Outcome]:
    """Make the attempts, and settle them in one or two waves. `decided` belongs to the first."""
    if not due:
        return _settle(decided, lane)
    settled: list[_Outcome] = []
    with ThreadPoolExecutor(len(due)) as pool:
        sending = {pool.submit(_send, attempt): attempt for attempt in due}
        done, rest = wait(sending, timeout=FIRST_WAVE_SECONDS)
        try:
            settled += _settle([*decided, *(_sent(future, sending[future]) for future in done)], lane)
        finally:  # a call about one of these that fails must not lose the outcomes of the rest
            if rest:
                wait(rest)
                settled += _settle([_sent(future, sending[future]) for future in rest], lane)
    return settled


def _settle(outcomes: Iterable[_Outcome], lane: Lane) -> list[_Outcome]:
    """Enqueue what follows, then record the outcomes and release the slots. Returns them with their faults."""
    observe.begin("", lane=lane)  # the lines of a call for several messages belong to none of them
    now = clock.now()
    faulty, ready = _split(outcomes)
    not_enqueued, enqueued = _split(_enqueue(_with_records(ready, now), now))
    return [*faulty, *not_enqueued, *_disable(*_record(enqueued, lane, now), now)]


def _split(outcomes: Iterable[_Outcome]) -> tuple[list[_Outcome], list[_Outcome]]:
    """The outcomes with a fault, and those without."""
    faulty: list[_Outcome] = []
    sound: list[_Outcome] = []
    for outcome in outcomes:
        (faulty if outcome.fault else sound).append(outcome)
    return faulty, sound


def _with_records(outcomes: Sequence[_Outcome], now: datetime) -> list[_Outcome]:
    """The outcomes, in which each attempt has its record, and its next message for the lane that its endpoint then
    has."""
    slow = {release.health_key for release in slots.releases(_used(outcomes), now) if release.after.is_slow}
    return [
        _with_record(outcome, outcome.made, slow, now) if outcome.made else outcome for outcome in outcomes
    ]


def _with_record(outcome: _Outcome, made: _Made, slow: Container[Key], now: datetime) -> _Outcome:
    after = made.sent.applied_to(made.due.delivery, now)
    outgoing = None
    if after.next_attempt_at:
        lane: Lane = "slow" if made.due.slot.health_key in slow else "fast"
        outgoing = _ATTEMPTS.delayed(DeliverWebhookTask.next_of(after), after.next_attempt_at, lane)
    return outcome._replace(record=_Record(made.due.delivery, after), outgoing=outgoing)


def _enqueue(outcomes: Sequence[_Outcome], now: datetime) -> list[_Outcome]:
    outgoing = {outcome.job.number: outcome.outgoing for outcome in outcomes if outcome.outgoing}
    faults = dict(zip(outgoing, later.send_all(list(outgoing.values()), now), strict=True))
    return [outcome._replace(fault=faults.get(outcome.job.number)) for outcome in outcomes]


def _record(
    outcomes: Sequence[_Outcome], lane: Lane, now: datetime
) -> tuple[list[_Outcome], dict[Key, EndpointHealth]]:
    """Record the outcomes and release the slots. Returns the outcomes with their faults, and the endpoints' health."""
    deliveries.keep_responses(outcome.record for outcome in outcomes if outcome.record)
    recorded = [(outcome, outcome.record) for outcome in outcomes if outcome.record and not outcome.is_gone]
    released = slots.releases(_used(outcomes), now)
    results = update_all(
        [
            *(deliveries.update_of(*record) for _, record in recorded),
            *(release.update() for release in released),
        ]
    )
    health = slots.finish(released, results[len(recorded) :], now)
    faults = {
        outcome.job.number: _after_update(outcome, record, result, lane, now)
        for (outcome, record), result in zip(recorded, results, strict=False)
    }
    return [outcome._replace(fault=faults.get(outcome.job.number)) for outcome in outcomes], health


def _after_update(
    outcome: _Outcome, record: _Record, refusal: Refusal | None, lane: Lane, now: datetime
) -> Exception | None:
    """Report a record that was written, or write a refused one in another way. Returns the fault if that fails."""
    outcome.job.log.enter()
    if refusal is None:
        _report(outcome.made, record)
        return None
    if isinstance(refusal, StatementFailed):
        return refusal
    if outcome.made:
        return _record_over(outcome.made, record, lane, now)
    # Whoever changed the delivery, such as an erasure, has not ended it: decide again.
    return Stale()


def _record_over(made: _Made, refused: _Record, lane: Lane, now: datetime) -> Exception | None:
    """Record an attempt over a change that was made to the delivery meanwhile. Returns the fault if that fails."""
    message, sent = made.due.job.message, made.sent
    newer = deliveries.find(message)
    if newer and newer.event_erased_at:
        deliveries.drop_responses([newer])  # it was stored after the erasure had dropped what there was
    if newer is None or newer.attempts_made != refused.before.attempts_made:
        _ATTEMPTS.report(refused.after, recorded=False, **sent.logged())
        return None
    try:
        _ATTEMPTS.record(
            message,
            newer,
            change=lambda before: sent.applied_to(before, now),
            write=deliveries.advance,
            lane=lane,
            now=now,
            **sent.logged(),
        )
    except Unavailable as changing:
        return changing
    return None


def _disable(
    outcomes: Sequence[_Outcome], health: Mapping[Key, EndpointHealth], now: datetime
) -> list[_Outcome]:
    """Disable the endpoints that are gone, or fail for too long. Returns the outcomes with their faults."""
    failing = {key for key, state in health.items() if state.fails_for_too_long(now)}
    faults: dict[int, Exception | None] = {}
    for outcome in outcomes:
        if outcome.made is None or outcome.fault:
            continue
        outcome.job.log.enter()
        due = outcome.made.due
        if outcome.is_gone and outcome.record:
            faults[outcome.job.number] = _disable_gone(outcome.made, outcome.record, now)
        elif due.slot.health_key in failing:
            failing.remove(due.slot.health_key)
            _disable_failing(due, health[due.slot.health_key])
    return [outcome._replace(fault=faults.get(outcome.job.number, outcome.fault)) for outcome in outcomes]


def _used(outcomes: Iterable[_Outcome]) -> list[Used]:
    """The slots to release. That of a 410 is released by the transaction that disables the endpoint."""
    return [
        (outcome.slot, outcome.made.sent.result() if outcome.made else None)
        for outcome in outcomes
        if outcome.slot and not outcome.is_gone
    ]


def _timed_out(delivery: Delivery, now: datetime) -> _Record:
    observe.logger.info("delivery_given_up")
    return _Record(delivery, delivery.timed_out(now))


def _count_failed(after: Delivery) -> None:
    if after.status == "failed":
        observe.count("deliveries_failed")


def _report(made: _Made | None, record: _Record) -> None:
    if made:
        _ATTEMPTS.report(record.after, recorded=True, **made.sent.logged())
    else:
        _count_failed(record.after)


def _rate_limit_delay(nth: int, rate_limit: int, now: datetime) -> float:
    """Seconds until a minute with room for an attempt, the `nth` of this minute from 0; 0 if this one has room.

    Attempts over the limit are spread over the following minutes, `rate_limit` into each.
    """
    if nth < rate_limit:
        return 0.0
    minutes, nth = divmod(nth, rate_limit)
    return minutes * MINUTE - now.timestamp() % MINUTE + nth / rate_limit * MINUTE


def _sent(future: Future[_Sent], due: _Due) -> _Outcome:
    """The outcome of an attempt. A fault of one must not reach the others; the end of the process must."""
    fault = future.exception()
    if fault is None:
        return _Outcome(due.job, due.slot, _Made(due, future.result()))
    if isinstance(fault, Exception):
        return _Outcome(due.job, fault=fault)
    raise fault


def _send(due: _Due) -> _Sent:
    """Send the event, and once more with the other secret if the signature is rejected."""
    due.job.log.enter()
    health = due.slot.health
    secrets = signing_secrets(due.endpoint, health.accepted, due.job.message.organization_id, clock.now())
    first = _post(due, secrets, health.patience_seconds)
    if not needs_other_secret(secrets, first.reply):
        return first
    repeated = due._replace(delivery=due.delivery.with_attempt(first.attempt))
    second = _post(repeated, secrets[::-1], health.patience_seconds)
    return second._replace(rejected=first.attempt)


def _post(due: _Due, secrets: Sequence[SigningSecret], within: float) -> _Sent:
    at = clock.now()
    reply = post(due.endpoint, due.event, secrets, at, within=within)
    attempt = Attempt(
        number=due.delivery.attempts_made + 1,
        at=at,
        trigger=due.delivery.trigger,
        duration_ms=reply.duration_ms,
        status_code=reply.status_code,
        response=reply.response,
        error=reply.error,
    )
    return _Sent(attempt, reply, accepted=secrets[0].fingerprint, jitter=jitter())


def _disable_gone(made: _Made, record: _Record, now: datetime) -> Stale | None:
    """Disable the endpoint and fail the delivery in one transaction, so that neither happens without the other.

    Returns the fault if either was changed meanwhile.
    """
    due = made.due
    by = caller.worker("deliver_webhook", due.job.message.tenant, due.job.message.request_id)
    endpoints.disable(due.endpoint, "gone", by)
    by.transaction.replace(deliveries.item(record.after), was=record.before.version)
    by.transaction.add(slots.disabling(due.slot, by.at))
    try:
        by.transaction.commit()
    except Stale as stale:
        slots.release_all([(due.slot, None)], now)
        return stale
    _report(made, record)
    observe.count("endpoints_disabled")
    return None


def _disable_failing(due: _Due, health: EndpointHealth) -> None:
    """Disable the endpoint, unless it has changed or accepted something since. Then its next failure decides."""
    by = caller.worker("deliver_webhook", due.job.message.tenant, due.job.message.request_id)
    endpoints.disable(due.endpoint, "failing", by)
    by.transaction.add(slots.disabling(due.slot, by.at, health.failing_since))
    try:
        by.transaction.commit()
    except Stale:
        observe.logger.info("endpoint_left_enabled")
    else:
        observe.count("endpoints_disabled")
