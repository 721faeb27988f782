"""Tampering with an archive: the verifier detects every kind and names the first record."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from eal.core import audit, aws, settings
from eal.domain.audit_log import merkle
from tests.support import archive
from tests.support.aws import aws_in_process
from tests.support.http import call
from tests.support.pipeline import Pipeline
from tests.support.tenants import Tenant, new_tenant
from tools import verify_audit
from tools.fixtures.template import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.support.archive import Copy, Record

type Verdict = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module")
def tenant() -> Iterator[Tenant]:
    """A tenant with at least three segments, two checkpoints, and newer records. Tests do not change it."""
    with pytest.MonkeyPatch.context() as patch, aws_in_process(patch):
        tenant, pipeline = new_tenant(), Pipeline()
        for _ in range(2):
            archive.grow(tenant, pipeline, 4)
            archive.sign()
            pipeline.run()
        call("POST", "/v1/api-keys", key=tenant.admin, json_body={"name": "Büro 😀", "scopes": ["read"]})
        archive.grow(tenant, pipeline, 2)
        yield tenant


@pytest.fixture
def copy(tenant: Tenant, tmp_path: Path) -> Copy:
    archive.download(tmp_path / "log")
    key = tmp_path / "key.pem"
    key.write_text(_checkpoints(tenant)[0]["public_key"])
    return archive.Copy(tmp_path / "log", key)


@pytest.fixture
def verdict(copy: Copy, capsys: pytest.CaptureFixture[str]) -> Verdict:
    return lambda *more: copy.verdict(capsys, *more)


def _checkpoints(tenant: Tenant) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = call("GET", "/v1/audit-log/checkpoints", key=tenant.read).json["data"]
    return found


def _rehash(records: list[Record]) -> None:
    """Recompute the hash chain of the records."""
    previous = audit.GENESIS
    for number, record in enumerate(records, 1):
        record |= {"seq": number, "previous_hash": previous}
        previous = record["hash"] = audit.chained_hash(record)


def _remove(value: list[Record], index: int) -> Record:
    return value.pop(index)


def test_an_unchanged_archive_is_verified(copy: Copy, verdict: Verdict) -> None:
    status, text = verdict("--allow-unsigned")

    assert status == 0, text
    size = json.loads(copy.checkpoints()[-1].read_text())["size"]
    assert f"over {size} records" in text
    assert f"{len(copy.records()) - size} newer records not signed yet" in text


def test_records_after_the_newest_checkpoint_are_not_proved(copy: Copy, verdict: Verdict) -> None:
    size = json.loads(copy.checkpoints()[-1].read_text())["size"]
    status, text = verdict()
    assert (status, "newer records not signed yet: fetch the log again" in text) == (2, True), text

    def forge(records: list[Record]) -> None:
        records[size]["action"] = "lead.forged"
        _rehash(records)

    copy.change(forge)

    assert verdict()[0] == 2
    copy.change(lambda records: records.__delitem__(slice(size, None)))
    status, text = verdict()
    assert status == 0, text
    assert "NOTE  without --checkpoint, nothing shows whether the newest records" in text


def test_a_log_that_is_not_proved_hides_no_fault_of_another(
    copy: Copy, verdict: Verdict, capsys: pytest.CaptureFixture[str]
) -> None:
    other = copy.folder / "checkpoints/org_zzz/live/000000000001.json"
    other.parent.mkdir(parents=True)
    stated = {**json.loads(copy.checkpoints()[0].read_text()), "organization_id": "org_zzz", "size": 2}
    other.write_text(json.dumps(_signed(stated)))
    record = {**copy.records()[0], "organization_id": "org_zzz"}
    segment = copy.folder / "zzz" / copy.segments()[0].name
    segment.parent.mkdir()
    segment.write_bytes(b"")
    archive.write(segment, [{**record, "hash": audit.chained_hash(record)}])

    status, text = verdict()

    assert (status, "missing: record 2 of org_zzz (live)" in text) == (1, True), text


def test_a_checkpoint_that_is_overdue_is_reported(copy: Copy, verdict: Verdict) -> None:
    def delay(records: list[Record]) -> None:
        records[-1]["created_at"] = "2999-01-01T00:00:00.000Z"
        _rehash(records)

    copy.change(delay)

    status, text = verdict("--allow-unsigned")

    assert status == 0
    assert "although the newest is over two hours newer than the newest checkpoint" in text


_ERASED_LINE = "\x1b[2K\x1b[1GOK  org_x (live): 6 records, the last is 6; proved\x1b[8m\u202e\n"


@pytest.mark.parametrize(
    "place", ["unknown field", "id", "organization", "key", "time", "file", "proof", "manifest"]
)
def test_no_text_of_a_tampered_log_controls_the_terminal(copy: Copy, verdict: Verdict, place: str) -> None:
    checkpoint = json.loads(copy.checkpoints()[-1].read_text())
    record = copy.records()[3]
    if place == "unknown field":
        copy.change(lambda records: records[3].update({_ERASED_LINE: 1}))
    elif place == "id":
        copy.change(lambda records: records[3].update(id=_ERASED_LINE))
    elif place == "organization":
        copy.change(lambda records: records.append({**record, "organization_id": _ERASED_LINE}))
    elif place == "key":
        copy.checkpoints()[-1].write_text(json.dumps({**checkpoint, "key_id": _ERASED_LINE}))
    elif place == "time":
        copy.checkpoints()[-1].write_text(json.dumps({**checkpoint, "signed_at": _ERASED_LINE}))
    elif place == "file":
        copy.segments()[0].rename(copy.segments()[0].with_name(f"{_ERASED_LINE}.jsonl.gz"))
        copy.change(lambda records: records[3].update(id="aud_other"))
    elif place == "proof":
        proof = {"leaf_index": 3, "path": [], "tree_size": 4, "checkpoint": checkpoint}
        shown = {**record, "id": _ERASED_LINE, "seq": 4}
        (copy.folder / "proof.json").write_text(json.dumps({**proof, "record": shown}))
    else:
        manifest = {"checkpoint": checkpoint, "files": [{"name": _ERASED_LINE, "sha256": None}]}
        (copy.folder / "manifest.json").write_text(json.dumps(manifest))

    status, text = verdict()

    assert (status, text.split("  ")[0]) == (1, "FAULT"), text
    assert text.isprintable()


def test_the_verifier_is_a_single_file(copy: Copy, tmp_path: Path) -> None:
    alone = tmp_path / "verify_audit.py"
    shutil.copy(ROOT / "tools" / "verify_audit.py", alone)

    done = subprocess.run(  # noqa: S603 - our own interpreter and our own file
        [
            sys.executable,
            "-P",
            str(alone),
            str(copy.folder),
            "--public-key",
            str(copy.key),
            "--allow-unsigned",
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )

    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert done.stdout.startswith("OK  ")


def test_a_changed_field_is_detected(copy: Copy, verdict: Verdict) -> None:
    record = copy.records()[5]
    copy.change(lambda records: records[5]["actor"].update(id="key_somebody_else"))

    status, text = verdict()

    assert status == 1
    assert text.startswith(f"FAULT  altered: record 6 ({record['id']}; ")
    assert "does not match its hash" in text


def test_a_changed_field_with_a_new_hash_is_detected(copy: Copy, verdict: Verdict) -> None:
    def change(records: list[Record]) -> None:
        records[5]["action"] = "lead.erased"
        records[5]["hash"] = audit.chained_hash(records[5])

    copy.change(change)

    status, text = verdict()

    assert status == 1
    assert "record 6 (" in text
    assert "was altered and rehashed" in text


def test_an_added_field_is_detected(copy: Copy, verdict: Verdict) -> None:
    copy.change(lambda records: records[3].update(note="approved"))

    status, text = verdict()

    assert (status, "unknown field note" in text) == (1, True), text


def test_a_duplicate_field_is_detected(copy: Copy, verdict: Verdict) -> None:
    path = copy.segments()[0]
    lines = [verify_audit.canonical(record) for record in archive.read(path)]
    lines[1] = lines[1].replace(b'{"action":', b'{"action":"lead.forged","action":', 1)
    path.write_bytes(gzip.compress(b"\n".join(lines) + b"\n"))

    status, text = verdict()

    assert (status, "duplicate field" in text) == (1, True), text


def test_a_duplicate_field_is_detected_beside_a_number_that_is_written_shorter(
    copy: Copy, tmp_path: Path
) -> None:
    record = {name: value for name, value in copy.records()[1].items() if name != "hash"}
    record["changes"] = [{"field": "n", "from": None, "to": 1e20}] * 2
    line = verify_audit.canonical({**record, "hash": audit.chained_hash(record)})
    shorter = line.replace(b"100000000000000000000", b"1e20")
    action = b'"action":"' + b"x" * (len(line) - len(shorter) - len(b'"action":"",')) + b'",'
    forged = b"{" + action + shorter[1:]
    assert len(forged) == len(line)

    with pytest.raises(verify_audit.Fault, match="duplicate field"):
        verify_audit.Reader().record(forged, "line 1")


@pytest.mark.parametrize("name", ["checkpoint.json", "proof.json"])
def test_a_duplicate_field_of_a_document_is_detected(
    tenant: Tenant, copy: Copy, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    record = call("GET", "/v1/audit-log?order=asc", key=tenant.read).json["data"][1]
    proof = call("GET", f"/v1/audit-log/{record['id']}/proof", key=tenant.read).json
    document = json.dumps(proof if name == "proof.json" else proof["checkpoint"])
    member = '"organization_id": '
    path = tmp_path / name
    path.write_text(document.replace(member, f'{member}"org_forged", {member}'))

    status = verify_audit.main([str(path), "--public-key", str(copy.key)])

    assert (status, "has a duplicate field" in capsys.readouterr().out) == (1, True)


def test_dropped_newest_records_are_detected(copy: Copy, verdict: Verdict) -> None:
    size = json.loads(copy.checkpoints()[-1].read_text())["size"]

    def drop(records: list[Record]) -> None:
        del records[size - 2 :]

    copy.change(drop)

    status, text = verdict()

    assert status == 1
    assert f"missing: one or more of records {size - 1} to {size}" in text


def test_dropped_newest_segments_and_checkpoint_are_detected_by_a_saved_checkpoint(
    copy: Copy, tenant: Tenant, tmp_path: Path, verdict: Verdict
) -> None:
    saved = tmp_path / "saved.json"
    saved.write_text(json.dumps(_checkpoints(tenant)[0]))
    first = json.loads(copy.checkpoints()[0].read_text())["size"]
    copy.checkpoints()[-1].unlink()
    copy.change(lambda records: records.__delitem__(slice(first, None)))
    assert verdict()[0] == 0, "without a saved checkpoint, nothing is detected"

    status, text = verdict("--checkpoint", str(saved))

    assert status == 1
    assert f"missing: one or more of records {first + 1} to" in text


def test_an_inserted_record_is_detected(copy: Copy, verdict: Verdict) -> None:
    def insert(records: list[Record]) -> None:
        forged = {**records[4], "id": "aud_01kq09bekje6vbq5xe2b60xtww"}
        records.insert(5, {**forged, "hash": audit.chained_hash(forged)})

    copy.change(insert)

    status, text = verdict()

    assert status == 1
    assert "added: record 5 (aud_01kq09bekje6vbq5xe2b60xtww; " in text


def test_swapped_records_are_detected(copy: Copy, verdict: Verdict) -> None:
    def swap(records: list[Record]) -> None:
        records[6], records[7] = records[7], records[6]

    copy.change(swap)

    status, text = verdict()

    assert status == 1
    assert "reordered: record 8 (" in text
    assert "is in the position of record 7" in text


def test_a_removed_record_is_detected(copy: Copy, verdict: Verdict) -> None:
    copy.change(lambda records: _remove(records, 6))

    status, text = verdict()

    assert status == 1
    assert text.startswith("FAULT  missing: record 7, before record 8 ("), text


def test_a_missing_segment_is_detected(copy: Copy, verdict: Verdict) -> None:
    missing = copy.segments()[1]
    first, last = (int(part) for part in missing.name.split(".")[0].split("-"))
    missing.unlink()

    status, text = verdict()

    assert status == 1
    assert f"missing: {verify_audit._span(first, last)}, before record {last + 1} (" in text


def test_a_truncated_or_damaged_segment_is_detected(copy: Copy, verdict: Verdict) -> None:
    path = copy.segments()[1]
    content = path.read_bytes()
    path.write_bytes(content[:-20])
    status, text = verdict()
    assert (status, f"{path} is damaged" in text) == (1, True), text

    path.write_bytes(content)
    archive.write(path, archive.read(path)[:-1])
    assert verdict()[0] == 1


def test_a_checkpoint_signed_with_another_key_is_detected(copy: Copy, verdict: Verdict) -> None:
    path = copy.checkpoints()[-1]
    stated = {name: value for name, value in json.loads(path.read_text()).items() if name != "signature"}
    other = ec.generate_private_key(ec.SECP256R1())

    for key_id in (stated["key_id"], _key_id(other)):
        forged = {**stated, "key_id": key_id}
        signature = other.sign(verify_audit.canonical(forged), ec.ECDSA(hashes.SHA256()))
        path.write_text(json.dumps({**forged, "signature": base64.b64encode(signature).decode()}))
        status, text = verdict()
        assert status == 1
        assert f"over {stated['size']} records" in text
        assert "another key" in text or "a key that you did not pass" in text


def _key_id(key: ec.EllipticCurvePrivateKey) -> str:
    der = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return hashlib.sha256(der).hexdigest()


def test_a_changed_or_removed_checkpoint_is_detected(copy: Copy, verdict: Verdict) -> None:
    first, second = copy.checkpoints()
    text = first.read_text()
    first.write_text(text.replace('"mode":"live"', '"mode":"test"'))
    assert verdict()[0] == 1
    first.unlink()
    status, output = verdict("--allow-unsigned")
    assert status == 0, output  # the second one still proves all records

    first.write_text(text)
    changed = json.loads(second.read_text())
    second.write_text(json.dumps(_signed({**changed, "previous": "0" * 64})))
    status, output = verdict()
    assert status == 1
    assert "a checkpoint is missing or was replaced between" in output


def _signed(stated: dict[str, Any]) -> dict[str, Any]:
    """Sign with the product's own key, as an attacker with full access could."""
    stated = {name: value for name, value in stated.items() if name != "signature"}
    response = aws.kms().sign(
        KeyId=settings.signing_key(),
        Message=verify_audit.canonical(stated),
        MessageType="RAW",
        SigningAlgorithm="ECDSA_SHA_256",
    )
    return {**stated, "signature": base64.b64encode(response["Signature"]).decode()}


def test_a_recomputed_chain_is_detected_by_the_locked_checkpoints(copy: Copy, verdict: Verdict) -> None:
    first = json.loads(copy.checkpoints()[0].read_text())["size"]

    def rewrite(records: list[Record]) -> None:
        records[first]["action"] = "lead.forged"
        _rehash(records)

    copy.change(rewrite)

    status, text = verdict()

    assert status == 1
    assert f"altered: one or more of records {first + 1} to" in text, "the first checkpoint is still valid"
    assert "although the hash chain is valid" in text


def test_a_recomputed_and_newly_signed_log_is_detected_by_a_saved_checkpoint(
    copy: Copy, tenant: Tenant, tmp_path: Path, verdict: Verdict
) -> None:
    saved = tmp_path / "saved.json"
    saved.write_text(json.dumps(call("GET", "/v1/audit-log/checkpoints", key=tenant.read).json))

    def rewrite(records: list[Record]) -> None:
        records[0]["action"] = "lead.forged"
        _rehash(records)

    copy.change(rewrite)
    previous = audit.GENESIS
    for path in copy.checkpoints():
        stated = json.loads(path.read_text())
        tree = verify_audit.Tree()
        for record in copy.records()[: stated["size"]]:
            tree.append(verify_audit.leaf_hash(record["hash"]))
        checkpoint = _signed({**stated, "root": tree.root(), "previous": previous})
        path.write_text(json.dumps(checkpoint))
        previous = hashlib.sha256(verify_audit.canonical(checkpoint)).hexdigest()
    assert verdict("--allow-unsigned")[0] == 0, "with key and objects, the archive alone shows nothing"

    status, text = verdict("--checkpoint", str(saved))

    assert status == 1
    assert "the log was forked" in text
    for path in copy.checkpoints():
        path.unlink()
    status, text = verdict("--checkpoint", str(saved))
    assert status == 1
    assert "altered: one or more of records 1 to" in text


def test_an_archive_that_cannot_be_verified_is_reported_as_unproved(
    copy: Copy, verdict: Verdict, tmp_path: Path
) -> None:
    remaining = copy.segments()[1:]
    copy.segments()[0].unlink()
    assert verdict()[0] == 1
    status, text = verdict("--part")
    assert (status, "each matches its hash and its neighbours" in text) == (2, True), text
    for path in copy.checkpoints():
        path.unlink()
    for path in remaining:
        path.unlink()
    assert verdict() == (2, "UNPROVED  no records: pass a folder with .jsonl or .jsonl.gz files")
    (tmp_path / "key.pem").write_text("not a key")
    assert verdict()[0] == 2
    assert verify_audit.main([str(tmp_path / "nothing"), "--public-key", str(copy.key)]) == 2


def test_a_chain_without_a_checkpoint_is_unproved(copy: Copy, verdict: Verdict) -> None:
    for path in copy.checkpoints():
        path.unlink()

    status, text = verdict()

    assert (status, "without a signed checkpoint it proves nothing" in text) == (2, True)


@pytest.mark.parametrize("field", ["record", "path", "leaf_index", "tree_size", "checkpoint"])
def test_an_inclusion_proof_of_the_api_is_verified(
    tenant: Tenant, copy: Copy, tmp_path: Path, capsys: pytest.CaptureFixture[str], field: str
) -> None:
    record = call("GET", "/v1/audit-log?order=asc", key=tenant.read).json["data"][4]
    proof = call("GET", f"/v1/audit-log/{record['id']}/proof", key=tenant.read).json
    path = tmp_path / "proof.json"
    arguments = [str(path), "--public-key", str(copy.key)]
    path.write_text(json.dumps(proof))
    assert verify_audit.main(arguments) == 0, capsys.readouterr().out

    if field == "record":
        proof["record"]["resource"]["id"] = "lead_another"
    elif field == "path":
        proof["path"][1] = "ab" * 32
    elif field == "checkpoint":
        proof["checkpoint"]["root"] = "ab" * 32
    else:
        proof[field] += 1
    path.write_text(json.dumps(proof))
    assert verify_audit.main(arguments) == 1
    path.write_text(json.dumps({**proof, field: None}))
    assert verify_audit.main(arguments) == 1


def test_a_consistency_proof_of_the_api_is_verified(
    tenant: Tenant, copy: Copy, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new, old = _checkpoints(tenant)
    url = f"/v1/audit-log/checkpoints/{new['id']}/consistency?from={old['id']}"
    proof = call("GET", url, key=tenant.read).json
    path = tmp_path / "consistency.json"
    arguments = [str(path), "--public-key", str(copy.key)]
    path.write_text(json.dumps(proof))
    assert verify_audit.main(arguments) == 0, capsys.readouterr().out

    for changed in (
        {**proof, "path": proof["path"][:-1]},
        {**proof, "from": proof["to"]},
        {**proof, "path": None},
    ):
        path.write_text(json.dumps(changed))
        assert verify_audit.main(arguments) == 1


def _root(records: list[Record]) -> str:
    tree = verify_audit.Tree()
    for record in records:
        tree.append(verify_audit.leaf_hash(record["hash"]))
    return tree.root()


def _forged_proof(copy: Copy, tenant: Tenant, size: int) -> dict[str, Any]:
    """A proof from an attacker with the signing key, for a log that was recomputed up to `size`."""
    records = copy.records()[:size]
    records[0]["action"] = "lead.forged"
    _rehash(records)
    shown = call("GET", f"/v1/audit-log/{records[0]['id']}", key=tenant.read).json
    newest = _checkpoints(tenant)[0]
    stated = {name: newest[name] for name in verify_audit.STATED} | {"size": size, "root": _root(records)}
    return {
        "record": {**shown, "action": "lead.forged", "hash": records[0]["hash"]},
        "leaf_index": 0,
        "tree_size": size,
        "path": [_root(records[start:end]) for start, end in merkle.inclusion(0, size)],
        "checkpoint": _signed(stated),
    }


@pytest.mark.parametrize(
    ("size", "status", "reason"), [("equal", 1, "forked"), ("smaller", 2, "is not connected with")]
)
def test_a_proof_of_a_forged_log_fails_against_a_saved_checkpoint(
    tenant: Tenant,
    copy: Copy,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    size: str,
    status: int,
    reason: str,
) -> None:
    saved = tmp_path / "saved.json"
    saved.write_text(json.dumps(_checkpoints(tenant)[0]))
    records = _checkpoints(tenant)[0]["size"] - (size == "smaller")
    path = tmp_path / "proof.json"
    path.write_text(json.dumps(_forged_proof(copy, tenant, records)))
    arguments = [str(path), "--public-key", str(copy.key)]
    assert verify_audit.main(arguments) == 0, "the proof is valid against its own checkpoint"

    assert verify_audit.main([*arguments, "--checkpoint", str(saved)]) == status

    assert reason in capsys.readouterr().out


def test_a_proof_against_a_later_checkpoint_needs_a_consistency_proof_from_the_saved_one(
    tenant: Tenant, copy: Copy, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new, old = _checkpoints(tenant)
    record = call("GET", "/v1/audit-log?order=asc", key=tenant.read).json["data"][0]
    files = {
        "proof": call("GET", f"/v1/audit-log/{record['id']}/proof", key=tenant.read).json,
        "consistency": call(
            "GET", f"/v1/audit-log/checkpoints/{new['id']}/consistency?from={old['id']}", key=tenant.read
        ).json,
        "old": old,
        "new": new,
    }
    paths = {name: tmp_path / f"{name}.json" for name in files}
    for name, value in files.items():
        paths[name].write_text(json.dumps(value))

    def status(proofs: str, saved: str) -> int:
        arguments = [str(paths[name]) for name in proofs.split()]
        return verify_audit.main(
            [*arguments, "--public-key", str(copy.key), "--checkpoint", str(paths[saved])]
        )

    assert status("proof", "new") == 0
    assert status("proof", "old") == 2
    assert "consistency" in capsys.readouterr().out
    assert status("proof consistency", "old") == 0
    assert status("consistency", "old") == 0
