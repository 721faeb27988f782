"""POST /v1/webhooks/{webhook_id}/rotate-secret."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from eal.domain.webhooks.endpoints import store
from tests.support.http import ApiResponse, call
from tests.support.pipeline import items
from tests.support.webhooks import register

if TYPE_CHECKING:
    from tests.support.tenants import Tenant
    from tests.support.time import Clock

PUBLIC = "https://93.184.215.14/hooks"


@pytest.fixture
def webhook(clock: Clock, tenant: Tenant) -> dict[str, Any]:
    return register(tenant, PUBLIC, ["lead.created"])


def _rotate(tenant: Tenant, webhook: dict[str, Any], body: object = None, **headers: str) -> ApiResponse:
    path = f"/v1/webhooks/{webhook['id']}/rotate-secret"
    return call("POST", path, key=tenant.admin, json_body=body, headers=headers)


def _secrets(tenant: Tenant, webhook: dict[str, Any], clock: Clock) -> tuple[str, str | None]:
    """The secret that signs, and the previous one that also signs."""
    endpoint = store.ENDPOINTS.get(tenant.in_mode("live"), webhook["id"])
    return (
        store.decrypt_secret(endpoint, tenant.id),
        store.decrypt_previous_secret(endpoint, tenant.id, clock.now()),
    )


def test_the_new_secret_is_returned_once(tenant: Tenant, webhook: dict[str, Any]) -> None:
    response = _rotate(tenant, webhook)

    assert response.status == 200
    new = response.json
    assert new["secret"] != webhook["secret"]
    assert new["secret"].startswith(new["secret_prefix"])
    assert (new["version"], response.headers["ETag"]) == (2, '"2"')
    shown = call("GET", f"/v1/webhooks/{webhook['id']}", key=tenant.read).json
    assert shown == {name: value for name, value in new.items() if name != "secret"}
    assert new["secret"] not in json.dumps(items())


def test_the_old_secret_also_signs_for_a_day_by_default(
    clock: Clock, tenant: Tenant, webhook: dict[str, Any]
) -> None:
    new = _rotate(tenant, webhook).json

    assert new["previous_secret_expires_at"] == "2026-04-25T17:42:11.314Z"
    assert _secrets(tenant, webhook, clock) == (new["secret"], webhook["secret"])
    clock.advance(seconds=86_400 - 0.001)
    assert _secrets(tenant, webhook, clock) == (new["secret"], webhook["secret"])
    clock.advance(seconds=0.001)
    assert _secrets(tenant, webhook, clock) == (new["secret"], None)


def test_without_an_overlap_the_old_secret_ends_at_once(
    clock: Clock, tenant: Tenant, webhook: dict[str, Any]
) -> None:
    new = _rotate(tenant, webhook, {"overlap_seconds": 0}).json

    assert new["previous_secret_expires_at"] is None
    assert _secrets(tenant, webhook, clock) == (new["secret"], None)


def test_the_newest_two_of_three_secrets_sign(clock: Clock, tenant: Tenant, webhook: dict[str, Any]) -> None:
    second = _rotate(tenant, webhook).json
    third = _rotate(tenant, webhook).json

    assert _secrets(tenant, webhook, clock) == (third["secret"], second["secret"])


@pytest.mark.parametrize("wrong", [-1, 604_801, "soon", 1.5, None])
def test_an_overlap_out_of_range_is_rejected(tenant: Tenant, webhook: dict[str, Any], wrong: object) -> None:
    response = _rotate(tenant, webhook, {"overlap_seconds": wrong})

    assert response.status == 422
    assert [field["pointer"] for field in response.json["error"]["details"]["fields"]] == ["/overlap_seconds"]


def test_a_replay_returns_null_and_creates_no_third_secret(
    clock: Clock, tenant: Tenant, webhook: dict[str, Any]
) -> None:
    first = _rotate(tenant, webhook, {}, **{"Idempotency-Key": "k"})

    again = _rotate(tenant, webhook, {}, **{"Idempotency-Key": "k"})

    assert again.headers["Idempotent-Replayed"] == "true"
    assert (again.status, again.json) == (200, {**first.json, "secret": None})
    assert _secrets(tenant, webhook, clock)[0] == first.json["secret"]


def test_it_is_audited_without_a_secret(tenant: Tenant, webhook: dict[str, Any]) -> None:
    new = _rotate(tenant, webhook).json

    log = call("GET", f"/v1/audit-log?resource_type=webhook&resource_id={webhook['id']}", key=tenant.admin)
    record = log.json["data"][0]
    assert record["action"] == "webhook.secret_rotated"
    assert {change["field"]: change["to"] for change in record["changes"]} == {
        "secret_prefix": new["secret_prefix"],
        "previous_secret_expires_at": new["previous_secret_expires_at"],
    }


def test_it_requires_an_admin_key_of_the_same_mode(
    tenant: Tenant, stranger: Tenant, webhook: dict[str, Any]
) -> None:
    path = f"/v1/webhooks/{webhook['id']}/rotate-secret"
    keys = (tenant.write, tenant.test_admin, stranger.admin)

    assert [call("POST", path, key=key).status for key in keys] == [403, 404, 404]
