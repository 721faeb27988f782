"""GET /v1/audit-log/checkpoints/{checkpoint_id}/consistency. tests/eal/domain/audit_log tests every size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support import archive
from tests.support.faults import watched_calls
from tests.support.http import ApiResponse, call
from tests.support.pipeline import Pipeline
from tools import verify_audit

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


@pytest.fixture
def checkpoints(tenant: Tenant) -> list[dict[str, Any]]:
    """Three checkpoints, oldest first."""
    pipeline = Pipeline()
    for count in (1, 3, 2):
        archive.grow(tenant, pipeline, count)
        archive.sign()
        pipeline.run()
    found: list[dict[str, Any]] = call("GET", "/v1/audit-log/checkpoints?order=asc", key=tenant.read).json[
        "data"
    ]
    return found


def _consistency(tenant: Tenant, to: str, from_: str | None = None) -> ApiResponse:
    query = f"?from={from_}" if from_ else ""
    return call("GET", f"/v1/audit-log/checkpoints/{to}/consistency{query}", key=tenant.read)


def test_every_pair_of_checkpoints_is_proved(tenant: Tenant, checkpoints: list[dict[str, Any]]) -> None:
    for later, new in enumerate(checkpoints):
        for old in checkpoints[: later + 1]:
            proof = _consistency(tenant, new["id"], old["id"]).json
            assert (proof["from"], proof["to"]) == (old, new)
            roots = verify_audit.roots_of_consistency(old["size"], new["size"], old["root"], proof["path"])
            assert roots == (old["root"], new["root"])


def test_from_defaults_to_the_previous_checkpoint(tenant: Tenant, checkpoints: list[dict[str, Any]]) -> None:
    first, second, third = checkpoints

    assert _consistency(tenant, third["id"]).json["from"] == second
    assert _consistency(tenant, first["id"]).json["from"] == first


def test_a_later_from_is_422(tenant: Tenant, checkpoints: list[dict[str, Any]]) -> None:
    response = _consistency(tenant, checkpoints[0]["id"], checkpoints[1]["id"])

    assert response.status == 422
    assert response.json["error"]["details"]["fields"][0]["pointer"] == "/from"


def test_an_unknown_checkpoint_and_another_tenants_are_404(
    tenant: Tenant, stranger: Tenant, checkpoints: list[dict[str, Any]]
) -> None:
    existing, unknown = checkpoints[0]["id"], "chk_01kq09bekje6vbq5xe2b60xtww"

    for to, from_ in ((unknown, None), (existing, unknown), ("x", None), (existing, "x")):
        assert (_consistency(tenant, to, from_).status, _consistency(stranger, to, from_).status) == (
            404,
            404,
        )
    assert _consistency(stranger, existing).status == 404


def test_a_consistency_proof_reads_tiles_and_no_records(
    tenant: Tenant, checkpoints: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    with watched_calls(monkeypatch) as calls:
        _consistency(tenant, checkpoints[2]["id"], checkpoints[0]["id"])

    assert calls.made == ["UpdateItem", "TransactGetItems", "TransactGetItems"]
