"""The attempts of a batch of messages, from the queue to the recorded outcomes.

`eal.core.outbound.attempts` makes each safe to be killed at any line. Before all else the worker acquires slots at the
endpoints (`eal.core.outbound.slots`), so that two workers with the same message do not both send it, and an endpoint
that hangs occupies few of them. A message without a slot is deferred or moves to the slow lane, which costs no attempt,
until its delivery is overdue. Then the delivery has failed.

The calls to AWS are those of the batch: slots are acquired in one, everything is read in one, and outcomes are recorded
and slots released in one. That last one is made twice if an endpoint does not respond within a second, so that it holds
up the outcomes and slots of no other. Responses that are long and new are stored in one before it.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
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
from eal.domain.webhooks.deliveries.store import HEALTH_KIND, health_key
from eal.domain.webhooks.endpoints import store as endpoints

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from concurrent.futures import Future
    from datetime import datetime

    from eal.core.events.envelope import Event
    from eal.core.observe import LogContext
    from eal.core.outbound.attempts import Lane
    from eal.core.outbound.health import EndpointHealth
    from eal.core.outbound.later import Delayed
    from eal.core.outbound.sender import ReceiverReply
    from eal.core.outbound.slots import Used
    from eal.core.table.keys import Key
    from eal.domain.webhooks.deliveries.signed_post import SigningSecret
    from eal.domain.webhooks.deliveries.store import DeliveryContext
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


class _Needed(NamedTuple):
    """The data that an attempt needs."""

    slot: Slot
    endpoint: Endpoint
    delivery: Delivery
    event: Event


class _Record(NamedTuple):
    """A delivery before and after what is to be recorded."""

    before: Delivery
    after: Delivery


@dataclass(slots=True)
class _Job:
    """A message on its way to its outcome. One without a slot has `none` or a fault.

    `outgoing` is the message to send before `record` is written. `fault` returns the message to its queue.
    """

    message: DeliverWebhookTask
    log: LogContext
    slot: Slot | None = None
    none: NoSlot | None = None
    due: _Needed | None = None
    sent: _Sent | None = None
    outgoing: Delayed | None = None
    record: _Record | None = None
    fault: Exception | None = None

    @property
    def is_gone(self) -> bool:
        return self.sent is not None and self.sent.reply.status_code == GONE


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
            message,
            log.extended(
                delivery_id=message.delivery_id, webhook_id=message.webhook_id, event_id=message.event_id
            ),
        )
        for message, log in zip(messages, logs, strict=True)
    ]
    _Batch(jobs, lane).run()
    return [job.fault for job in jobs]


class _Batch:
    """The jobs of a batch, and what is done to them, in this order."""

    def __init__(self, jobs: Sequence[_Job], lane: Lane) -> None:
        self._jobs = jobs
        self._lane: Lane = lane

    def run(self) -> None:
        now = clock.now()
        self._acquire_slots(now)
        self._decide(now)
        self._keep_rate_limits(now)
        due = [(job, job.due) for job in self._jobs if job.due]
        decided = [job for job in self._jobs if not job.due]
        if not due:
            self._settle(decided)
            return
        with ThreadPoolExecutor(len(due)) as pool:
            sending = {pool.submit(_send, job, needed): job for job, needed in due}
            done, rest = wait(sending, timeout=FIRST_WAVE_SECONDS)
            try:
                self._settle([*decided, *(_sent(future, sending[future]) for future in done)])
            finally:  # a call about one of these that fails must not lose the outcomes of the rest
                if rest:
                    wait(rest)
                    self._settle([_sent(future, sending[future]) for future in rest])

    def _acquire_slots(self, now: datetime) -> None:
        requests = [
            SlotRequest(
                health_key(job.message.tenant, job.message.webhook_id), HEALTH_KIND, job.message.delivery_id
            )
            for job in self._jobs
        ]
        is_fast = self._lane == "fast"
        acquired = slots.acquire_all(
            requests, now, SlotTerms(only_healthy=is_fast, expects_failure=not is_fast)
        )
        for job, slot in zip(self._jobs, acquired, strict=True):
            match slot:
                case Slot():
                    job.slot = slot
                case NoSlot():
                    job.none = slot
                case _:
                    job.fault = slot

    def _decide(self, now: datetime) -> None:
        """Read what the jobs need, and decide which of them make an attempt."""
        read = [job for job in self._jobs if job.slot or (job.none and _ATTEMPTS.is_read_at(job.message))]
        # In the fast lane, a slot says that the endpoint is healthy.
        found = deliveries.read_all([job.message for job in read], with_health=self._lane == "slow")
        contexts = dict(zip(map(id, read), found, strict=True))
        deliveries.drop_responses(  # an earlier run may have stored one when the erasure had passed
            delivery for context in found if (delivery := context.delivery) and delivery.event_erased_at
        )
        for job in self._jobs:
            job.log.enter()
            context = contexts.get(id(job))
            if job.none:
                self._wait_for_slot(job, job.none, context and context.delivery, now)
            elif job.slot and context:
                self._decide_with_slot(job, job.slot, context, now)
        if self._lane == "fast":
            self._read_accepted()

    def _read_accepted(self) -> None:
        """Complete the health of endpoints whose secret is being rotated by the one that they accepted."""
        rotating = [(job, job.due) for job in self._jobs if job.due and job.due.endpoint.previous_secret]
        accepted = deliveries.read_accepted([job.message for job, _ in rotating]) if rotating else {}
        for job, due in rotating:
            health = replace(due.slot.health, accepted=accepted.get(due.slot.health_key))
            job.slot = due.slot._replace(health=health)
            job.due = due._replace(slot=job.slot)

    def _wait_for_slot(self, job: _Job, none: NoSlot, delivery: Delivery | None, now: datetime) -> None:
        if delivery and job.message.attempt > delivery.attempts_made and delivery.is_overdue(now):
            record = _timed_out(delivery, now)
            # Alone, because a call must not have two updates of one item, and a copy of the message may have the slot.
            if deliveries.advance(*record):
                _count_failed(record.after)
            else:
                job.fault = Stale()
        else:
            job.outgoing = _ATTEMPTS.without_slot(job.message, none, self._lane, now)

    def _decide_with_slot(self, job: _Job, slot: Slot, context: DeliveryContext, now: datetime) -> None:
        if context.health:
            job.slot = slot = slot._replace(health=context.health)
        delivery = _ATTEMPTS.pending(job.message, context.delivery)
        if delivery is None or delivery.next_attempt_at is None:
            return
        if delivery.next_attempt_at > now:
            job.outgoing = _ATTEMPTS.delayed(job.message, delivery.next_attempt_at, self._lane)
        elif context.endpoint is None or not context.endpoint.enabled or context.event is None:
            job.record = _Record(delivery, delivery.skipped(now))
            observe.logger.info("delivery_skipped")
        else:
            job.due = _Needed(slot, context.endpoint, delivery, context.event)

    def _keep_rate_limits(self, now: datetime) -> None:
        """Defer the jobs for which their endpoint's own limit has no room in this minute."""
        limited: dict[Key, list[tuple[_Job, _Needed, int]]] = {}
        for job in self._jobs:
            if job.due and (limit := job.due.endpoint.rate_limit) is not None:
                limited.setdefault(job.due.slot.health_key, []).append((job, job.due, limit))
        for key, group in limited.items():
            count = slots.count_in_minute(key, len(group), now)
            for nth, (job, due, limit) in enumerate(group, count - len(group)):
                if delay := _rate_limit_delay(nth, limit, now):
                    job.log.enter()
                    job.due = None
                    if due.delivery.is_overdue(now):
                        job.record = _timed_out(due.delivery, now)
                    else:
                        job.outgoing = _ATTEMPTS.deferred(job.message, delay, self._lane, now)

    def _settle(self, jobs: Sequence[_Job]) -> None:
        """Enqueue what follows, then record the outcomes and release the slots."""
        observe.begin("", lane=self._lane)  # the lines of a call for several messages belong to none of them
        now = clock.now()
        jobs = [job for job in jobs if not job.fault]
        self._enqueue(jobs, now)
        jobs = [job for job in jobs if not job.fault]
        deliveries.keep_responses(job.record for job in jobs if job.record)
        records = [(job, job.record) for job in jobs if job.record and not job.is_gone]
        released = slots.releases(_used(jobs), now)
        results = update_all(
            [
                *(deliveries.update_of(*record) for _, record in records),
                *(release.update() for release in released),
            ]
        )
        health = slots.finish(released, results[len(records) :], now)
        for (job, record), result in zip(records, results, strict=False):
            job.log.enter()
            if result is None:
                _report(job, record)
            elif isinstance(result, StatementFailed):
                job.fault = result
            elif job.sent:
                self._record_over(job, job.sent, record, now)
            else:
                # Whoever changed the delivery, such as an erasure, has not ended it: decide again.
                job.fault = Stale()
        self._disable([job for job in jobs if job.sent and not job.fault], health, now)

    def _enqueue(self, jobs: Sequence[_Job], now: datetime) -> None:
        """Send the deferred messages, and those of next attempts to the lane that their endpoints then have."""
        slow = {release.health_key for release in slots.releases(_used(jobs), now) if release.after.is_slow}
        for job in jobs:
            if job.sent and job.due:
                after = job.sent.applied_to(job.due.delivery, now)
                job.record = _Record(job.due.delivery, after)
                if after.next_attempt_at:
                    lane: Lane = "slow" if job.due.slot.health_key in slow else "fast"
                    job.outgoing = _ATTEMPTS.delayed(
                        DeliverWebhookTask.next_of(after), after.next_attempt_at, lane
                    )
        outgoing = [(job, job.outgoing) for job in jobs if job.outgoing]
        faults = later.send_all([message for _, message in outgoing], now)
        for (job, _), fault in zip(outgoing, faults, strict=True):
            job.fault = fault

    def _record_over(self, job: _Job, sent: _Sent, refused: _Record, now: datetime) -> None:
        """Record an attempt over a change that was made to the delivery meanwhile."""
        newer = deliveries.find(job.message)
        if newer and newer.event_erased_at:
            deliveries.drop_responses([newer])  # it was stored after the erasure had dropped what there was
        if newer is None or newer.attempts_made != refused.before.attempts_made:
            _ATTEMPTS.report(refused.after, recorded=False, **sent.logged())
            return
        try:
            _ATTEMPTS.record(
                job.message,
                newer,
                change=lambda before: sent.applied_to(before, now),
                write=deliveries.advance,
                lane=self._lane,
                now=now,
                **sent.logged(),
            )
        except Unavailable as changing:
            job.fault = changing

    def _disable(self, jobs: Sequence[_Job], health: Mapping[Key, EndpointHealth], now: datetime) -> None:
        """Disable the endpoints that are gone, or fail for too long."""
        failing = {key for key, state in health.items() if state.fails_for_too_long(now)}
        for job in jobs:
            job.log.enter()
            if job.is_gone and job.due and job.record:
                _disable_gone(job, job.due, job.record, now)
            elif job.due and job.due.slot.health_key in failing:
                failing.remove(job.due.slot.health_key)
                _disable_failing(job, job.due, health[job.due.slot.health_key])


def _used(jobs: Iterable[_Job]) -> list[Used]:
    """The slots to release. That of a 410 is released by the transaction that disables the endpoint."""
    return [
        (job.slot, job.sent.result() if job.sent else None) for job in jobs if job.slot and not job.is_gone
    ]


def _timed_out(delivery: Delivery, now: datetime) -> _Record:
    observe.logger.info("delivery_given_up")
    return _Record(delivery, delivery.timed_out(now))


def _count_failed(after: Delivery) -> None:
    if after.status == "failed":
        observe.count("deliveries_failed")


def _report(job: _Job, record: _Record) -> None:
    if job.sent:
        _ATTEMPTS.report(record.after, recorded=True, **job.sent.logged())
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


def _sent(future: Future[_Sent], job: _Job) -> _Job:
    """The job after its attempt. A fault of one must not reach the others; the end of the process must."""
    fault = future.exception()
    if fault is None:
        job.sent = future.result()
    elif isinstance(fault, Exception):
        job.fault = fault
    else:
        raise fault
    return job


def _send(job: _Job, due: _Needed) -> _Sent:
    """Send the event, and once more with the other secret if the signature is rejected."""
    job.log.enter()
    health = due.slot.health
    secrets = signing_secrets(due.endpoint, health.accepted, job.message.organization_id, clock.now())
    first = _post(due, secrets, health.patience_seconds)
    if not needs_other_secret(secrets, first.reply):
        return first
    repeated = due._replace(delivery=due.delivery.with_attempt(first.attempt))
    second = _post(repeated, secrets[::-1], health.patience_seconds)
    return second._replace(rejected=first.attempt)


def _post(due: _Needed, secrets: Sequence[SigningSecret], within: float) -> _Sent:
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


def _disable_gone(job: _Job, due: _Needed, record: _Record, now: datetime) -> None:
    """Disable the endpoint and fail the delivery in one transaction, so that neither happens without the other."""
    by = caller.worker("deliver_webhook", job.message.tenant, job.message.request_id)
    endpoints.disable(due.endpoint, "gone", by)
    by.transaction.replace(deliveries.item(record.after), was=record.before.version)
    by.transaction.add(slots.disabling(due.slot, by.at))
    try:
        by.transaction.commit()
    except Stale as stale:
        slots.release_all([(due.slot, None)], now)
        job.fault = stale
        return
    _report(job, record)
    observe.count("endpoints_disabled")


def _disable_failing(job: _Job, due: _Needed, health: EndpointHealth) -> None:
    """Disable the endpoint, unless it has changed or accepted something since. Then its next failure decides."""
    by = caller.worker("deliver_webhook", job.message.tenant, job.message.request_id)
    endpoints.disable(due.endpoint, "failing", by)
    by.transaction.add(slots.disabling(due.slot, by.at, health.failing_since))
    try:
        by.transaction.commit()
    except Stale:
        observe.logger.info("endpoint_left_enabled")
    else:
        observe.count("endpoints_disabled")
