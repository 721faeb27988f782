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
    """Two, the newest first."""
    pipeline = Pipeline()
    for _ in range(2):
        archive.grow(tenant, pipeline, 2)
        archive.sign()
        pipeline.run()
    found: list[dict[str, Any]] = call("GET", "/v1/audit-log/checkpoints", key=tenant.read).json["data"]
    return found


def test_they_are_chained_and_the_newest_comes_first(
    tenant: Tenant, checkpoints: list[dict[str, Any]]
) -> None:
    new, old = checkpoints
    assert new["size"] > old["size"]
    assert old["previous"] == "0" * 64
    stated = {name: old[name] for name in (*verify_audit.STATED, "signature")}
    assert new["previous"] == hashlib.sha256(verify_audit.canonical(stated)).hexdigest()
    assert {one["organization_id"] for one in checkpoints} == {tenant.id}
    page = call("GET", "/v1/audit-log/checkpoints?limit=1&order=asc", key=tenant.read).json
    assert page["data"] == [old]
    assert page["next_cursor"]


def test_what_each_states_is_signed_by_the_published_key(
    checkpoints: list[dict[str, Any]], tmp_path: Path
) -> None:
    key = tmp_path / "key.pem"
    key.write_text(checkpoints[0]["public_key"])
    keys = verify_audit.Keys([key])

    for one in checkpoints:
        keys.check(verify_audit.Checkpoint.of(one, tmp_path))
        with pytest.raises(verify_audit.Fault, match="its signature is wrong"):
            keys.check(verify_audit.Checkpoint.of({**one, "size": one["size"] + 1}, tmp_path))


def test_the_bucket_has_the_same_ones_under_lock(tenant: Tenant, checkpoints: list[dict[str, Any]]) -> None:
    for one in checkpoints:
        name = f"checkpoints/{tenant.id}/live/{one['size']:012d}.json"
        kept = aws.s3().get_object(Bucket=settings.audit_bucket(), Key=name)
        stated = {field: one[field] for field in (*verify_audit.STATED, "signature")}
        assert json.loads(kept["Body"].read()) == stated
        assert kept["ObjectLockMode"] == "GOVERNANCE"


def test_the_root_stands_in_the_log_itself(tenant: Tenant, checkpoints: list[dict[str, Any]]) -> None:
    """So it goes out in audit.log.event to who asked for that by name."""
    path = f"/v1/audit-log?action=audit_checkpoint.signed&resource_id={checkpoints[0]['id']}"
    (record,) = call("GET", path, key=tenant.read).json["data"]

    told = {change["field"]: change["to"] for change in record["changes"]}
    assert told == {name: checkpoints[0][name] for name in ("size", "root", "key_id", "signature")}


def test_other_tenants_and_the_other_mode_have_their_own(
    tenant: Tenant, stranger: Tenant, checkpoints: list[dict[str, Any]]
) -> None:
    for key in (stranger.read, tenant.test_admin):
        found = call("GET", "/v1/audit-log/checkpoints", key=key).json["data"]
        assert not {one["id"] for one in found} & {one["id"] for one in checkpoints}
