"""GET /v1/audit-log/{record_id}/proof. tests/eal/domain/audit_log tests every size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support import archive
from tests.support.http import ApiResponse, call
from tests.support.pipeline import Pipeline, items
from tests.support.tenants import Tenant, new_tenant
from tools import verify_audit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.time import Clock


@pytest.fixture
def pipeline(tenant: Tenant) -> Iterator[Pipeline]:
    """A pipeline after five leads were created and archived."""
    pipeline = Pipeline()
    archive.grow(tenant, pipeline, 5)
    yield pipeline
    pipeline.run()


def _proof(tenant: Tenant, record_id: str, *, key: str | None = None, **headers: str) -> ApiResponse:
    return call("GET", f"/v1/audit-log/{record_id}/proof", key=key or tenant.write, headers=headers)


def _records(tenant: Tenant) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = call("GET", "/v1/audit-log?order=asc", key=tenant.read).json["data"]
    return found


def test_every_record_is_proved_by_the_signed_root(tenant: Tenant, pipeline: Pipeline) -> None:
    archive.sign()
    records = _records(tenant)[:-1]  # the last one is of the signing and newer than the checkpoint

    for index, record in enumerate(records):
        proof = _proof(tenant, record["id"]).json
        assert (proof["record"], proof["leaf_index"], proof["tree_size"]) == (record, index, len(records))
        assert proof["checkpoint"]["size"] == len(records)
        leaf = verify_audit.leaf_hash(record["hash"])
        root = verify_audit.root_of_path(leaf, index, len(records), proof["path"])
        assert root == proof["checkpoint"]["root"]


def test_a_record_without_a_checkpoint_gets_a_new_audited_one(tenant: Tenant, pipeline: Pipeline) -> None:
    record = _records(tenant)[-1]

    proof = _proof(tenant, record["id"])

    assert proof.status == 200
    newest = call("GET", "/v1/audit-log/checkpoints", key=tenant.read).json["data"][0]
    assert proof.json["checkpoint"] == newest
    signed = _records(tenant)[-1]
    assert (signed["action"], signed["resource"]["id"]) == ("audit_checkpoint.signed", newest["id"])
    assert signed["actor"]["type"] == "api_key"


def test_a_second_proof_signs_no_checkpoint(tenant: Tenant, pipeline: Pipeline) -> None:
    records = _records(tenant)
    for record in records:
        assert _proof(tenant, record["id"]).status == 200

    assert len(items("AUDIT_CHECKPOINT")) == 1
    assert len(_records(tenant)) == len(records) + 1


def test_proofs_of_the_newest_record_sign_no_checkpoints_without_end(
    clock: Clock, tenant: Tenant, pipeline: Pipeline
) -> None:
    for _ in range(6):
        clock.advance(minutes=5)
        newest = _records(tenant)[-1]["id"]
        for key in (tenant.read, tenant.write, tenant.admin):
            _proof(tenant, newest, key=key)
        pipeline.run()

    assert len(items("AUDIT_CHECKPOINT")) == 1
    response = _proof(tenant, _records(tenant)[-1]["id"])
    assert (response.status, response.error, response.headers["Retry-After"]) == (503, "unavailable", "60")


def test_a_reader_gets_proofs_and_signs_no_checkpoint(tenant: Tenant, pipeline: Pipeline) -> None:
    record_id = _records(tenant)[-1]["id"]

    response = _proof(tenant, record_id, key=tenant.read)

    assert (response.status, response.error, response.headers["Retry-After"]) == (503, "unavailable", "60")
    assert items("AUDIT_CHECKPOINT") == []
    assert _proof(tenant, record_id, key=tenant.write).status == 200
    assert _proof(tenant, record_id, key=tenant.read).status == 200


def test_a_log_gets_at_most_one_checkpoint_a_minute(clock: Clock, tenant: Tenant, pipeline: Pipeline) -> None:
    assert _proof(tenant, _records(tenant)[-1]["id"]).status == 200
    clock.advance(seconds=20)
    call("POST", "/v1/leads", key=tenant.admin, json_body={"email": "new@example.com"})
    pipeline.run()
    record_id = _records(tenant)[-1]["id"]

    early = _proof(tenant, record_id)
    clock.advance(seconds=float(early.headers["Retry-After"]))
    late = _proof(tenant, record_id)

    assert (early.status, early.headers["Retry-After"]) == (503, "40")
    assert late.status == 200
    assert len(items("AUDIT_CHECKPOINT")) == 2


def test_a_record_that_is_not_archived_yet_is_503_with_retry_after(
    tenant: Tenant, pipeline: Pipeline
) -> None:
    call("POST", "/v1/leads", key=tenant.admin, json_body={"email": "new@example.com"})

    response = _proof(tenant, _records(tenant)[-1]["id"])

    assert (response.status, response.error) == (503, "unavailable")
    assert response.headers["Retry-After"] == "60"
    pipeline.run()
    assert _proof(tenant, _records(tenant)[-1]["id"]).status == 200


def test_an_unknown_record_and_another_tenants_are_404(
    tenant: Tenant, stranger: Tenant, pipeline: Pipeline
) -> None:
    existing = _records(tenant)[0]["id"]

    assert _proof(stranger, existing).status == 404
    assert _proof(tenant, "aud_01kq09bekje6vbq5xe2b60xtww").status == 404
    assert _proof(tenant, "lead_01kq09bekje6vbq5xe2b60xtww").status == 404


def test_a_parent_with_a_grant_gets_proofs_and_signs_no_checkpoint(tenant: Tenant) -> None:
    child = new_tenant("North", parent=tenant.id)
    grant = {"resources": ["audit-log"]}
    call("PUT", f"/v1/organizations/me/grants/{tenant.id}", key=child.admin, json_body=grant)
    pipeline = Pipeline()
    pipeline.run()
    record_id = _records(child)[0]["id"]
    headers = {"X-EAL-Organization": child.id}
    before = items("AUDIT_CHECKPOINT")

    assert _proof(tenant, record_id, **headers).status == 503
    assert items("AUDIT_CHECKPOINT") == before
    assert _proof(child, record_id).status == 200
    assert _proof(tenant, record_id, **headers).status == 200
