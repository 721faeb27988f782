"""Cursors: only our own are valid, and only for their own list."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eal.core import aws
from eal.core.cursor import CursorScope, Position, seal, unseal
from eal.core.errors import InvalidCursor
from eal.core.tenancy import Tenant
from tests.support import aws as in_process
from tests.support.faults import watched_calls

if TYPE_CHECKING:
    from collections.abc import Iterator

SCOPE = CursorScope(tenant=Tenant("org_1", "live"), route="GET /v1/leads", filters='{"order":"desc"}')
POSITIONS = st.builds(Position, st.text(), st.none() | st.integers(0, 10**12))
WITH_FIXTURES = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(autouse=True)
def mac_key(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """KMS's GenerateMac, faked in the AWS client."""
    monkeypatch.setattr(aws.Client, "call", in_process.send_with_missing_features)
    for name, value in {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": in_process.REGION,
        "CURSOR_KEY": "alias/cursor",
    }.items():
        monkeypatch.setenv(name, value)
    in_process.forget()
    yield
    in_process.forget()


def _is_rejected(scope: CursorScope, text: str) -> bool:
    try:
        unseal(scope, text)
    except InvalidCursor:
        return True
    return False


def _body(text: str) -> dict[str, object]:
    body: dict[str, object] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return body


def _encoded(body: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(body).encode()).decode().rstrip("=")


@WITH_FIXTURES
@given(POSITIONS)
def test_a_sealed_position_is_unsealed(position: Position) -> None:
    assert unseal(SCOPE, seal(SCOPE, position)) == position


@WITH_FIXTURES
@given(POSITIONS)
def test_a_cursor_needs_no_encoding_in_a_url(position: Position) -> None:
    text = seal(SCOPE, position)
    assert text.isascii()
    assert text.replace("-", "").replace("_", "").isalnum()


@pytest.mark.parametrize(
    "other",
    [
        SCOPE._replace(tenant=Tenant("org_2", "live")),
        SCOPE._replace(tenant=Tenant("org_1", "test")),
        SCOPE._replace(route="GET /v1/calls"),
        SCOPE._replace(filters='{"order":"asc"}'),
        # The same letters, split at another position.
        SCOPE._replace(tenant=Tenant("org_1live", "live"), route="GET /v1/leads"),
    ],
)
def test_a_cursor_is_bound_to_tenant_mode_route_and_filters(other: CursorScope) -> None:
    assert _is_rejected(other, seal(SCOPE, Position("lead_1")))


@WITH_FIXTURES
@given(POSITIONS, POSITIONS)
def test_another_position_needs_another_mac(position: Position, other: Position) -> None:
    forged = _body(seal(SCOPE, position)) | {"id": other.id, "at": other.at}
    assert _is_rejected(SCOPE, _encoded(forged)) == (position != other)


@WITH_FIXTURES
@given(POSITIONS, st.data())
def test_a_changed_character_does_not_result_in_another_position(
    position: Position, data: st.DataObject
) -> None:
    text = seal(SCOPE, position)
    index = data.draw(st.integers(0, len(text) - 1))
    changed = text[:index] + data.draw(st.characters(max_codepoint=0x2FF)) + text[index + 1 :]
    # base64 has spare bits at its end and ignores characters outside its alphabet: the same bytes are the same cursor.
    assert _is_rejected(SCOPE, changed) or unseal(SCOPE, changed) == position


@WITH_FIXTURES
@given(st.text())
def test_any_other_text_is_rejected(text: str) -> None:
    assert _is_rejected(SCOPE, text)


@WITH_FIXTURES
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["id", "at", "mac"]), inner, max_size=3)
        ),
    )
)
def test_any_other_json_is_rejected(body: object) -> None:
    assert _is_rejected(SCOPE, _encoded(body))


@pytest.mark.parametrize(
    "raw", [b"[" * 100_000, b'{"id": ' + b"9" * 5000 + b"}", b'{"id":"\\ud800","mac":"\\ud800"}', b"\xff"]
)
def test_hostile_json_is_rejected(raw: bytes) -> None:
    assert _is_rejected(SCOPE, base64.urlsafe_b64encode(raw).decode().rstrip("="))


def test_the_key_is_derived_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with watched_calls(monkeypatch) as calls:
        for _ in range(3):
            unseal(SCOPE, seal(SCOPE, Position("lead_1")))
    assert calls.made == ["GenerateMac"]
