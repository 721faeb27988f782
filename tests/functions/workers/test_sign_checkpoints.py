"""Signing: a checkpoint for each log with new records, in one chain, even if the worker is killed."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest

from eal.core import aws, settings
from eal.core.caller import worker
from eal.core.table.write import Stale
from eal.domain.audit_log import checkpoints
from tests.support import archive
from tests.support.aws import create_signing_key
from tests.support.faults import Killed, watched_calls
from tests.support.http import call
from tests.support.pipeline import Pipeline, items
from tools import verify_audit
from tools.fixtures.receiver import receiver

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.tenants import Tenant


@pytest.fixture
def pipeline(tenant: Tenant) -> Pipeline:
    """A pipeline after two leads were created and archived."""
    pipeline = Pipeline()
    archive.grow(tenant, pipeline, 2)
    return pipeline


def _checkpoints(tenant: Tenant, key: str | None = None) -> list[dict[str, Any]]:
    path = "/v1/audit-log/checkpoints?order=asc"
    found: list[dict[str, Any]] = call("GET", path, key=key or tenant.read).json["data"]
    return found


def _actions(tenant: Tenant) -> list[str]:
    return [record["action"] for record in call("GET", "/v1/audit-log", key=tenant.read).json["data"]]


def test_a_log_with_new_records_gets_one_checkpoint_and_one_record(
    tenant: Tenant, pipeline: Pipeline
) -> None:
    size = len(_actions(tenant))
    archive.sign()

    (checkpoint,) = _checkpoints(tenant)
    assert checkpoint["size"] == size
    assert _actions(tenant)[0] == "audit_checkpoint.signed"
    signed = call("GET", "/v1/audit-log?limit=1", key=tenant.read).json["data"][0]
    assert (signed["source"], signed["actor"]["id"]) == ("worker", "sign_checkpoints")


def test_an_idle_log_gets_no_second_checkpoint(tenant: Tenant, pipeline: Pipeline) -> None:
    archive.sign()
    pipeline.run()
    for _ in range(3):
        archive.sign()
        pipeline.run()

    assert len(_checkpoints(tenant)) == 1
    archive.grow(tenant, pipeline, 1)
    archive.sign()
    assert len(_checkpoints(tenant)) == 2


def test_every_tenant_and_mode_has_its_own_checkpoints(
    tenant: Tenant, stranger: Tenant, pipeline: Pipeline
) -> None:
    call("POST", "/v1/leads", key=tenant.test_admin, json_body={"email": "t@example.com"})
    pipeline.run()
    archive.sign()

    logs = {(checkpoint["organization_id"], checkpoint["mode"]) for checkpoint in _checkpoints(tenant)}
    assert logs == {(tenant.id, "live")}
    assert {checkpoint["mode"] for checkpoint in _checkpoints(tenant, tenant.test_admin)} == {"test"}
    assert {checkpoint["organization_id"] for checkpoint in _checkpoints(stranger)} == {stranger.id}


@pytest.mark.parametrize("call_number", range(1, 12))
def test_the_chain_does_not_fork_after_a_kill_at_each_call(
    tenant: Tenant, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, call_number: int
) -> None:
    archive.sign()
    archive.grow(tenant, pipeline, 1)
    messages = archive.enqueue()
    with watched_calls(monkeypatch) as calls:
        calls.kill_after = call_number
        try:
            archive.sign(messages)
        except Killed:
            pass
        else:
            assert len(calls.made) < call_number, "it came to its end before"
    archive.sign(messages)
    pipeline.run()

    _check_one_chain(tenant, 2)


def test_a_message_that_is_delivered_twice_or_late_signs_nothing(
    tenant: Tenant, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    messages = archive.enqueue()
    assert archive.sign(messages) == 0
    pipeline.run()

    with watched_calls(monkeypatch) as calls:
        assert archive.sign(messages) == 0

    assert calls.made == ["TransactGetItems"] * len(messages)
    _check_one_chain(tenant, 1)


def test_one_of_two_concurrent_signers_wins(tenant: Tenant, pipeline: Pipeline) -> None:
    """Both read the same newest checkpoint before either commits."""
    archive.sign()
    archive.grow(tenant, pipeline, 1)
    both = [worker("sign_checkpoints", tenant.in_mode("live"), f"r{number}") for number in range(2)]
    for by in both:
        checkpoints.sign(by)
    both[1].transaction.commit()

    with pytest.raises(Stale):
        both[0].transaction.commit()

    pipeline.run()
    _check_one_chain(tenant, 2)


def _check_one_chain(tenant: Tenant, count: int) -> None:
    found = _checkpoints(tenant)
    assert len(found) == count
    previous = "0" * 64
    for checkpoint in found:
        assert checkpoint["previous"] == previous
        name = f"checkpoints/{tenant.id}/live/{checkpoint['size']:012d}.json"
        kept = aws.s3_sdk().get_object(Bucket=settings.audit_bucket(), Key=name)["Body"].read()
        previous = hashlib.sha256(kept).hexdigest()
    signed = [action for action in _actions(tenant) if action == "audit_checkpoint.signed"]
    assert len(signed) == count


@pytest.mark.parametrize("sk", ["00-000000000000", "tail"])
def test_a_tampered_tree_is_not_signed_and_does_not_prevent_other_signatures(
    tenant: Tenant, stranger: Tenant, pipeline: Pipeline, sk: str
) -> None:
    archive.grow(tenant, pipeline, 20)
    archive.sign()
    assert _checkpoints(tenant)[0]["size"] % 16 in range(1, 14), (
        "the tail has leaves that are signed, and has more room"
    )
    pipeline.run()
    archive.grow(tenant, pipeline, 1)
    archive.grow(stranger, pipeline, 1)
    (tile,) = (
        tile
        for tile in items("AUDIT_TILE")
        if tile["pk"]["S"].startswith(f"{tenant.id}#live") and tile["sk"]["S"] == sk
    )
    hashes = tile["hashes"]["S"]
    tile["hashes"]["S"] = ("B" if hashes[0] == "A" else "A") + hashes[1:]
    aws.dynamodb().put_item(TableName=settings.state_table(), Item=tile)

    assert archive.sign() == 1

    assert len(_checkpoints(tenant)) == 1
    assert len(_checkpoints(stranger)) == 2


def test_a_rotated_key_needs_both_keys(
    tenant: Tenant, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    keys = []
    for number in range(2):
        monkeypatch.setenv("SIGNING_KEY", create_signing_key())
        archive.grow(tenant, pipeline, 1)
        archive.sign()
        pipeline.run()
        keys.append(tmp_path / f"{number}.pem")
        keys[-1].write_text(_checkpoints(tenant)[-1]["public_key"])
    archive.download(tmp_path / "log")

    def status(*trusted: Path) -> int:
        options = ["--allow-unsigned", *(f"--public-key={key}" for key in trusted)]
        return verify_audit.main([str(tmp_path / "log"), *options])

    assert [status(keys[0]), status(keys[1]), status(*keys)] == [1, 1, 0]


def test_an_endpoint_with_audit_events_receives_the_root(tenant: Tenant, pipeline: Pipeline) -> None:
    with receiver() as inbox:
        by_name = {"url": inbox.url, "events": ["audit.log.event"]}
        call("POST", "/v1/webhooks", key=tenant.admin, json_body=by_name)
        archive.sign()
        pipeline.run()

    received = [json.loads(request.body)["data"] for request in inbox.requests]
    (signed,) = [record for record in received if record["action"] == "audit_checkpoint.signed"]
    (checkpoint,) = _checkpoints(tenant)
    assert {"field": "root", "from": None, "to": checkpoint["root"]} in signed["changes"]
    assert {"field": "size", "from": None, "to": checkpoint["size"]} in signed["changes"]
