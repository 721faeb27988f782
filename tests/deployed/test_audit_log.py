"""The audit log on the deployed stack: concurrent writers, an export, proofs, and the verifier."""

from __future__ import annotations

import json
import secrets
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from tools import verify_audit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tools.fixtures.client import ApiResponse, Stack

pytestmark = pytest.mark.deployed

type Eventually = Callable[[Callable[[], ApiResponse], Callable[[ApiResponse], bool]], ApiResponse]
WRITERS, LEADS_PER_WRITER = 8, 5


def _race(stack: Stack, key: str) -> list[str]:
    """Create leads with several concurrent writers. Returns the leads' ids."""

    def write(_: int) -> list[str]:
        responses = [
            stack.call("POST", "/leads", key=key, body={"email": f"{secrets.token_hex(8)}@example.com"})
            for _ in range(LEADS_PER_WRITER)
        ]
        return [str(response.json["id"]) for response in responses]

    with ThreadPoolExecutor(WRITERS) as threads:
        return [lead_id for ids in threads.map(write, range(WRITERS)) for lead_id in ids]


def test_concurrent_writers_result_in_one_hash_chain_that_an_export_proves(
    stack: Stack, test_key: str, eventually: Eventually, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    leads = _race(stack, test_key)
    accepted = stack.call("POST", "/audit-log/exports", key=test_key, body={"format": "jsonl"})
    assert accepted.status == 202, accepted.body
    export = eventually(
        lambda: stack.call("GET", f"/audit-log/exports/{accepted.json['id']}", key=test_key),
        lambda response: response.json["status"] == "completed",
    ).json
    name = export["manifest"]["files"][0]["name"]
    with urllib.request.urlopen(export["url"]) as response:  # noqa: S310 - the address that the stack has signed
        (tmp_path / name).write_bytes(response.read())
    (tmp_path / "manifest.json").write_text(json.dumps(export["manifest"]))
    (tmp_path / "key.pem").write_text(export["manifest"]["checkpoint"]["public_key"])

    records: list[dict[str, Any]] = [json.loads(line) for line in (tmp_path / name).read_text().splitlines()]

    assert [record["seq"] for record in records] == list(range(1, len(records) + 1))
    created = [record["resource"]["id"] for record in records if record["action"] == "lead.created"]
    assert set(leads) <= set(created)
    assert len(created) == len(set(created))
    status = verify_audit.main([str(tmp_path), "--public-key", str(tmp_path / "key.pem")])
    assert status == 0, capsys.readouterr().out


def test_a_new_record_has_a_proof_soon(
    stack: Stack, key: str, eventually: Eventually, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lead = stack.call("POST", "/leads", key=key, body={"email": f"{secrets.token_hex(8)}@example.com"}).json
    (record,) = stack.call("GET", f"/audit-log?resource_type=lead&resource_id={lead['id']}", key=key).json[
        "data"
    ]

    proof = eventually(
        lambda: stack.call("GET", f"/audit-log/{record['id']}/proof", key=key),
        lambda response: response.status == 200,
    ).json

    (tmp_path / "proof.json").write_text(json.dumps(proof))
    (tmp_path / "key.pem").write_text(proof["checkpoint"]["public_key"])
    status = verify_audit.main([str(tmp_path / "proof.json"), "--public-key", str(tmp_path / "key.pem")])
    assert status == 0, capsys.readouterr().out
    newest = stack.call("GET", "/audit-log/checkpoints?limit=1", key=key).json["data"][0]
    consistency = stack.call("GET", f"/audit-log/checkpoints/{newest['id']}/consistency", key=key).json
    (tmp_path / "consistency.json").write_text(json.dumps(consistency))
    arguments = [str(tmp_path / "consistency.json"), "--public-key", str(tmp_path / "key.pem")]
    assert verify_audit.main(arguments) == 0, capsys.readouterr().out
