"""The browser's check of the audit log's proofs: the same file, run by Node, on true and on tampered proofs."""

from __future__ import annotations

import copy
import hashlib
import json
import shutil
import subprocess
from base64 import b64encode
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from eal.domain.audit_log import merkle
from eal_dashboard.assets import FOLDER
from tests.eal.domain.audit_log.test_merkle import naive_root
from tools import verify_audit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    type Proof = dict[str, Any]

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="needs Node")
LEAVES = [hashlib.sha256(bytes([number])).digest() for number in range(20)]
KEY = ec.derive_private_key(5, ec.SECP256R1())


def checkpoint(size: int, key: ec.EllipticCurvePrivateKey = KEY, leaves: list[bytes] = LEAVES) -> Proof:
    public = key.public_key()
    spki = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    stated = {
        "organization_id": "org_01kq09bekje6vbq5xe2b60xtww",
        "mode": "live",
        "size": size,
        "root": naive_root(leaves[:size]).hex(),
        "signed_at": "2026-04-24T17:42:13.902Z",
        "key_id": hashlib.sha256(spki).hexdigest(),
        "previous": "0" * 64,
    }
    signature = key.sign(verify_audit.canonical(stated), ec.ECDSA(hashes.SHA256()))
    return {
        **stated,
        "id": f"chk_{size}",
        "public_key": pem.decode(),
        "signature": b64encode(signature).decode(),
    }


def proof(old: int, new: int) -> Proof:
    ranges = merkle.consistency(old, new)
    return {
        "from": checkpoint(old),
        "to": checkpoint(new),
        "path": [naive_root(LEAVES[sizes.start : sizes.end]).hex() for sizes in ranges],
    }


def checked(proofs: list[Proof], folder: Path) -> list[dict[str, bool]]:
    """The findings of the page in each proof. Node needs the suffix of a module."""
    shutil.copy(FOLDER / "verify.js", folder / "verify.mjs")
    program = """
        import { readFileSync } from "node:fs";
        import { checkConsistency } from "./verify.mjs";
        const proofs = JSON.parse(readFileSync(0, "utf8"));
        console.log(JSON.stringify(await Promise.all(proofs.map(checkConsistency))));
    """
    (folder / "check.mjs").write_text(program, encoding="utf-8")
    done = subprocess.run(
        ["node", "check.mjs"],  # noqa: S607
        input=json.dumps(proofs),
        cwd=folder,
        text=True,
        check=True,
        capture_output=True,
    )
    found: list[dict[str, bool]] = json.loads(done.stdout)
    return found


def test_the_consistency_of_trees_of_all_sizes_is_proved(tmp_path: Path) -> None:
    proofs = [proof(old, new) for new in range(1, len(LEAVES) + 1) for old in range(1, new + 1)]

    found = checked(proofs, tmp_path)
    assert found == [{"log": True, "path": True, "key": True, "signature": True}] * len(proofs)


def _another_log(tampered: Proof) -> None:
    tampered["from"]["mode"] = "test"


def _rewritten(tampered: Proof) -> None:
    """The later tree is of another history, signed with the right key."""
    leaves = [hashlib.sha256(b"forged").digest(), *LEAVES[1:]]
    tampered["to"] = checkpoint(tampered["to"]["size"], leaves=leaves)


def _shortened(tampered: Proof) -> None:
    tampered["path"].pop()


def _lengthened(tampered: Proof) -> None:
    tampered["path"].append("0" * 64)


def _resized(tampered: Proof) -> None:
    tampered["from"]["size"] += 1


def _signed_by_another(tampered: Proof) -> None:
    """Another key signed, and the statement names the one that the reader knows."""
    forged = checkpoint(tampered["to"]["size"], ec.derive_private_key(7, ec.SECP256R1()))
    tampered["to"] = forged | {"key_id": tampered["to"]["key_id"]}


def _unsigned(tampered: Proof) -> None:
    tampered["to"]["signature"] = ""


def _emptied(tampered: Proof) -> None:
    tampered["from"]["size"] = 0


@pytest.mark.parametrize(
    ("tamper", "wrong"),
    [
        (_another_log, {"log", "signature"}),
        (_rewritten, {"path"}),
        (_shortened, {"path"}),
        (_lengthened, {"path"}),
        (_resized, {"path", "signature"}),
        (_signed_by_another, {"key", "signature"}),
        (_unsigned, {"signature"}),
        (_emptied, {"path", "signature"}),
    ],
)
def test_a_tampered_proof_is_refused(
    tamper: Callable[[Proof], None], wrong: set[str], tmp_path: Path
) -> None:
    tampered = copy.deepcopy(proof(6, 11))
    tamper(tampered)

    (found,) = checked([tampered], tmp_path)
    assert {name for name, is_true in found.items() if not is_true} == wrong
