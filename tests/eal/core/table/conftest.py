"""Tests of eal.core.table against moto in process, or against DynamoDB Local (`make conformance`).

moto accepts some requests that DynamoDB rejects, and is not thread-safe. Tests that need the real engine request the
fixture `real_engine`, which skips them with the reason if there is no engine.
"""

from __future__ import annotations

import os
import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from eal.core import aws, clock, ids, settings
from eal.core.audit import Actor
from eal.core.caller import Caller
from eal.core.tenancy import Tenant
from tests.support import aws as in_process
from tools.fixtures.template import table_arguments

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ENDPOINT = os.environ.get("EAL_CONFORMANCE_ENDPOINT", "")


@contextmanager
def _tables_of_the_engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(aws.Client, "call", in_process.send_with_missing_features)
    name = uuid.uuid4().hex
    for variable, value in {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": in_process.REGION,
        "AWS_ENDPOINT_URL": ENDPOINT,
        "STATE_TABLE": f"state-{name}",
        "ACCESS_TABLE": f"access-{name}",
        "CURSOR_KEY": "alias/cursor",
        "AUDIT_TABLE_DAYS": "396",
    }.items():
        monkeypatch.setenv(variable, value)
    in_process.forget()
    aws.dynamodb().create_table(**table_arguments("StateTable", settings.state_table()))
    aws.dynamodb().create_table(**table_arguments("AccessTable", settings.access_table()))
    yield
    aws.dynamodb().delete_table(TableName=settings.state_table())
    aws.dynamodb().delete_table(TableName=settings.access_table())
    in_process.forget()


@pytest.fixture
def tables(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The template's tables, empty."""
    engine = _tables_of_the_engine if ENDPOINT else in_process.aws_in_process
    with engine(monkeypatch):
        yield


@pytest.fixture
def real_engine() -> None:
    if not ENDPOINT:
        pytest.skip("moto accepts this, or crashes on it: make conformance runs it against DynamoDB Local")


type NewCaller = Callable[[], Caller]


@pytest.fixture
def by(new_caller: NewCaller) -> Caller:
    return new_caller()


@pytest.fixture
def new_caller(tables: None) -> NewCaller:
    """Returns a function that creates callers of one tenant, each with an empty transaction."""
    organization_id = ids.new("org", clock.now())

    def make() -> Caller:
        at, actor = clock.now(), Actor(type="system", id="tests")
        return Caller.of(
            tenant=Tenant(organization_id, "live"),
            actor=actor,
            source="system",
            scope="admin",
            request_id="tests",
            at=at,
        )

    return make
