"""The health of an endpoint after attempts: failures, slowness, and pauses after time-outs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from eal.core.outbound.health import (
    MAX_IN_FLIGHT,
    MAX_IN_FLIGHT_FAILING,
    MAX_TIMEOUTS,
    PATIENCE_SECONDS,
    SHORT_PATIENCE_SECONDS,
    SLOW_SECONDS,
    EndpointHealth,
    Result,
)
from eal.core.outbound.schedule import MAX_SQS_DELAY_SECONDS

NOW = datetime(2026, 4, 24, 17, 42, 11, tzinfo=UTC)
SUCCESS = Result(succeeded=True, timed_out=False, seconds=0.1)
FAILURE = Result(succeeded=False, timed_out=False, seconds=0.1)
TIME_OUT = Result(succeeded=False, timed_out=True, seconds=15.0)


def after(*results: Result, health: EndpointHealth | None = None) -> EndpointHealth:
    """Each result comes when the endpoint may be probed again."""
    health = health or EndpointHealth()
    at = NOW
    for result in results:
        at += timedelta(seconds=health.pause_seconds(at))
        health = health.after(result, at)
    return health


def test_a_success_leaves_a_healthy_endpoint_as_it_was() -> None:
    assert after(SUCCESS) == EndpointHealth()
    assert not EndpointHealth().is_slow
    assert EndpointHealth().max_in_flight == MAX_IN_FLIGHT


def test_a_failure_makes_an_endpoint_slow_until_its_next_success() -> None:
    failing = after(FAILURE)

    assert failing.is_slow
    assert failing.max_in_flight == MAX_IN_FLIGHT_FAILING
    assert after(SUCCESS, health=failing) == EndpointHealth()


def test_a_slow_success_makes_an_endpoint_slow_without_fewer_slots() -> None:
    slow = after(SUCCESS._replace(seconds=SLOW_SECONDS + 0.1))

    assert slow.is_slow
    assert slow.max_in_flight == MAX_IN_FLIGHT
    assert not after(SUCCESS, health=slow).is_slow


def test_pauses_double_up_to_eight_minutes() -> None:
    health, pauses = after(*[TIME_OUT] * (MAX_TIMEOUTS - 1)), []
    assert health.pause_seconds(NOW) == 0

    at = NOW
    for _ in range(6):
        health = health.after(TIME_OUT, at)
        pauses.append(health.pause_seconds(at) / 60)
        at += timedelta(seconds=health.pause_seconds(at))

    assert pauses == [1, 2, 4, 8, 8, 8]


def test_attempts_that_began_before_a_pause_do_not_prolong_it() -> None:
    """Twenty attempts in flight time out in one hiccup of the endpoint."""
    health = EndpointHealth()
    for _ in range(MAX_IN_FLIGHT):
        health = health.after(TIME_OUT, NOW)

    assert (health.timeouts, health.pause_seconds(NOW)) == (MAX_TIMEOUTS, 60)


def test_a_response_of_a_paused_endpoint_ends_the_doubling_and_only_a_success_the_pauses() -> None:
    paused = after(*[TIME_OUT] * (MAX_TIMEOUTS + 3))

    answered = after(FAILURE, health=paused)

    assert (answered.timeouts, answered.probe_at is None) == (0, False)
    assert after(SUCCESS, health=answered) == EndpointHealth()


def test_a_failure_that_is_no_time_out_starts_the_row_again() -> None:
    assert after(TIME_OUT, TIME_OUT, FAILURE, TIME_OUT, TIME_OUT).probe_at is None


def test_the_time_of_an_attempt_depends_on_the_time_outs_before_it() -> None:
    given = [after(*[TIME_OUT] * count).patience_seconds for count in range(MAX_TIMEOUTS + 2)]

    assert given == [
        PATIENCE_SECONDS,
        *[SHORT_PATIENCE_SECONDS] * (MAX_TIMEOUTS - 1),
        *[PATIENCE_SECONDS] * 2,
    ]


@given(st.lists(st.sampled_from([SUCCESS, FAILURE, TIME_OUT])))
def test_after_any_results_a_pause_and_a_deferral_fit_into_the_delay_of_sqs(results: list[Result]) -> None:
    health = after(*results)

    assert health.pause_seconds(NOW) <= MAX_SQS_DELAY_SECONDS or len(results) > MAX_TIMEOUTS
    assert health.is_slow == (bool(results) and results[-1] is not SUCCESS)
    assert (health.failing_since is None) == (not results or results[-1] is SUCCESS)
