"""Fixtures: AWS in process, tenants, a webhook endpoint with its receiver."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

from eal.core.outbound import health
from eal.domain.webhooks.deliveries import attempt
from layers.build.openapi.derive import derive_sources
from tests.support.aws import aws_in_process
from tests.support.bedrock import fake_bedrock
from tests.support.receiver import Receiver, receiving
from tests.support.tenants import Tenant, new_tenant
from tests.support.time import START, Clock, freeze
from tests.support.webhooks import Queue, new_message, register, watched_queue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.fixtures.bedrock import FakeBedrock

derive_sources()  # before the other conftest.py import modules that read the files
# No deadlines, because a test must not fail on a loaded machine.
hypothesis.settings.register_profile(
    "untimed", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("untimed")


def pytest_collection_finish() -> None:
    """Leave the objects that the collection made out of every later garbage collection."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Empty tables and the rest of the template's resources, in moto."""
    with aws_in_process(monkeypatch):
        yield


@pytest.fixture
def tenant(cloud: None) -> Tenant:
    return new_tenant()


@pytest.fixture
def stranger(cloud: None) -> Tenant:
    """Another tenant, which must never see the data of `tenant`."""
    return new_tenant("Other Restoration")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Frozen time. Request it before `tenant`, so that the keys are created at this time."""
    return freeze(monkeypatch, START)


@pytest.fixture
def bedrock(cloud: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeBedrock]:
    """A stack with a model of Bedrock, which a local server stands for."""
    with fake_bedrock(monkeypatch) as fake:
        yield fake


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """A receiver that is never slow because this machine is."""
    monkeypatch.setattr(health, "SLOW_SECONDS", 600.0)
    monkeypatch.setattr(attempt, "FIRST_WAVE_SECONDS", 600.0)
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def queue(cloud: None) -> Iterator[Queue]:
    """The delivery queue, whose messages a test delivers itself."""
    with watched_queue() as queue:
        yield queue


@pytest.fixture
def webhook(tenant: Tenant, receiver: Receiver) -> dict[str, Any]:
    return register(tenant, receiver.url)


@pytest.fixture
def message(tenant: Tenant, queue: Queue, webhook: dict[str, Any]) -> dict[str, Any]:
    """The message of a first attempt that is due."""
    return new_message(tenant, queue)
