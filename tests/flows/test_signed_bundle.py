"""A downloaded bundle is proved by the audit log: by the proof of its record, or by the archive."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from eal.core import audit
from tests.support import archive
from tests.support.claims import audit_records
from tests.support.http import call
from tests.support.pipeline import Pipeline
from tests.support.sign_offs import download, latest, reviewed_claim, sign
from tools import verify_audit

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.tenants import Tenant


class Case(NamedTuple):
    """The files of an auditor: the files of a bundle, the proof of its record, and the public key."""

    manifest: Path
    proof: Path
    key: Path

    def verdict(
        self, capsys: pytest.CaptureFixture[str], *logs: Path, options: tuple[str, ...] = ()
    ) -> tuple[int, str]:
        paths = [str(path) for path in logs or (self.proof,)]
        arguments = [*paths, *options, "--public-key", str(self.key), "--bundle", str(self.manifest)]
        capsys.readouterr()
        return verify_audit.main(arguments), capsys.readouterr().out.strip()


@pytest.fixture
def case(tenant: Tenant, tmp_path: Path) -> Case:
    claim_id = reviewed_claim(tenant)
    sign(tenant, claim_id)
    Pipeline().run()
    archive.sign()
    Pipeline().run()
    bundle = latest(tenant, claim_id)["bundle"]
    folder = tmp_path / "bundle"
    folder.mkdir()
    urls = {"bundle.json": "json", "scope.csv": "csv", "report.pdf": "report", "bundle.schema.json": "schema"}
    for name, url in {**urls, "manifest.json": "manifest"}.items():
        (folder / name).write_bytes(download(bundle[f"{url}_url"]))
    (record,) = audit_records(tenant, "claim_sign_off.bundled")
    proof: Any = call("GET", f"/v1/audit-log/{record['id']}/proof", key=tenant.read).json
    (tmp_path / "proof.json").write_text(json.dumps(proof))
    checkpoints = call("GET", "/v1/audit-log/checkpoints", key=tenant.read).json["data"]
    (tmp_path / "key.pem").write_text(checkpoints[0]["public_key"])
    return Case(folder / "manifest.json", tmp_path / "proof.json", tmp_path / "key.pem")


def test_the_proof_of_its_record_proves_a_bundle(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    status, text = case.verdict(capsys)

    assert status == 0, text
    assert "4 files are those of record " in text


def test_the_archive_proves_a_bundle(case: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive.download(tmp_path / "archive")

    status, text = case.verdict(capsys, tmp_path / "archive", options=("--allow-unsigned",))

    assert status == 0, text
    assert "4 files are those of record " in text


def test_a_bundle_of_a_record_after_the_newest_checkpoint_is_not_proved(
    case: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive.download(tmp_path / "archive")
    copy = archive.Copy(tmp_path / "archive", case.key)
    manifest = json.loads(case.manifest.read_bytes())
    manifest["files"].pop()
    case.manifest.write_text(json.dumps(manifest))
    forged = hashlib.sha256(verify_audit.canonical(manifest)).hexdigest()

    def append(records: list[archive.Record]) -> None:
        signed = next(record for record in records if record["action"] == "claim_sign_off.bundled")
        changes = [{"field": "manifest_sha256", "from": None, "to": forged}]
        chained = {"seq": records[-1]["seq"] + 1, "previous_hash": records[-1]["hash"]}
        record = {**signed, **chained, "changes": changes}
        records.append({**record, "hash": audit.chained_hash(record)})

    copy.change(append)

    status, text = case.verdict(capsys, copy.folder, options=("--allow-unsigned",))

    assert (status, "no record that you passed contains the hash of" in text) == (2, True), text


@pytest.mark.parametrize("name", ["bundle.json", "bundle.schema.json", "scope.csv", "report.pdf"])
def test_a_changed_file_is_detected(case: Case, capsys: pytest.CaptureFixture[str], name: str) -> None:
    path = case.manifest.parent / name
    path.write_bytes(path.read_bytes() + b" ")

    status, text = case.verdict(capsys)

    assert (status, text.split(":")[0]) == (1, "FAULT  altered")
    path.unlink()
    assert case.verdict(capsys)[0] == 2


def test_a_changed_manifest_is_not_proved(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    manifest = json.loads(case.manifest.read_bytes())
    manifest["files"].pop()
    case.manifest.write_text(json.dumps(manifest))

    status, text = case.verdict(capsys)

    assert status == 2
    assert "UNPROVED  no record that you passed contains the hash of" in text


def test_the_layout_of_the_manifest_does_not_matter(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    case.manifest.write_text(json.dumps(json.loads(case.manifest.read_bytes()), indent=2))

    assert case.verdict(capsys)[0] == 0


def test_a_changed_record_is_detected(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    proof = json.loads(case.proof.read_bytes())
    for change in proof["record"]["changes"]:
        if change["field"] == "manifest_sha256":
            change["to"] = "0" * 64
    case.proof.write_text(json.dumps(proof))

    assert case.verdict(capsys)[0] == 1
