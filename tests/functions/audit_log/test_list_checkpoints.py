"""GET /v1/audit-log/checkpoints."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest

from eal.core import aws, settings
from tests.support import archive
from tests.support.http import call
from tests.support.pipeline import Pipeline
from tools import verify_audit

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.tenants import Tenant


@pytest.fixture
def checkpoints(tenant: Tenant) -> list[dict[str, Any]]:
    """Two checkpoints, newest first."""
    pipeline = Pipeline()
    for _ in range(2):
        archive.grow(tenant, pipeline, 2)
        archive.sign()
        pipeline.run()
    found: list[dict[str, Any]] = call("GET", "/v1/audit-log/checkpoints", key=tenant.read).json["data"]
    return found


def test_checkpoints_are_chained_and_listed_newest_first(
    tenant: Tenant, checkpoints: list[dict[str, Any]]
) -> None:
    new, old = checkpoints
    assert new["size"] > old["size"]
    assert old["previous"] == "0" * 64
    stated = {name: old[name] for name in (*verify_audit.STATED, "signature")}
    assert new["previous"] == hashlib.sha256(verify_audit.canonical(stated)).hexdigest()
    assert {checkpoint["organization_id"] for checkpoint in checkpoints} == {tenant.id}
    page = call("GET", "/v1/audit-log/checkpoints?limit=1&order=asc", key=tenant.read).json
    assert page["data"] == [old]
    assert page["next_cursor"]


def test_each_checkpoint_is_signed_by_the_published_key(
    checkpoints: list[dict[str, Any]], tmp_path: Path
) -> None:
    key = tmp_path / "key.pem"
    key.write_text(checkpoints[0]["public_key"])
    keys = verify_audit.Keys([key])

    for checkpoint in checkpoints:
        keys.check(verify_audit.Checkpoint.of(checkpoint, tmp_path))
        with pytest.raises(verify_audit.Fault, match="its signature is invalid"):
            keys.check(verify_audit.Checkpoint.of({**checkpoint, "size": checkpoint["size"] + 1}, tmp_path))


def test_the_bucket_has_the_same_checkpoints_under_lock(
    tenant: Tenant, checkpoints: list[dict[str, Any]]
) -> None:
    for checkpoint in checkpoints:
        name = f"checkpoints/{tenant.id}/live/{checkpoint['size']:012d}.json"
        kept = aws.s3_sdk().get_object(Bucket=settings.audit_bucket(), Key=name)
        stated = {field: checkpoint[field] for field in (*verify_audit.STATED, "signature")}
        assert json.loads(kept["Body"].read()) == stated
        assert kept["ObjectLockMode"] == "GOVERNANCE"


def test_the_root_is_audited(tenant: Tenant, checkpoints: list[dict[str, Any]]) -> None:
    """So endpoints that receive audit.log.event receive the root."""
    path = f"/v1/audit-log?action=audit_checkpoint.signed&resource_id={checkpoints[0]['id']}"
    (record,) = call("GET", path, key=tenant.read).json["data"]

    audited = {change["field"]: change["to"] for change in record["changes"]}
    assert audited == {name: checkpoints[0][name] for name in ("size", "root", "key_id", "signature")}


def test_other_tenants_and_modes_have_their_own_checkpoints(
    tenant: Tenant, stranger: Tenant, checkpoints: list[dict[str, Any]]
) -> None:
    for key in (stranger.read, tenant.test_admin):
        found = call("GET", "/v1/audit-log/checkpoints", key=key).json["data"]
        assert not {checkpoint["id"] for checkpoint in found} & {
            checkpoint["id"] for checkpoint in checkpoints
        }
