#!/usr/bin/env python3
"""Verify an audit log offline: no record was altered, removed, added or reordered after it was signed.

    python3 verify_audit.py EXPORT_OR_FOLDER… --public-key key.pem
        [--checkpoint saved.json …] [--bundle manifest.json …] [--allow-unsigned]

The script is one file. It needs Python 3.11 or later and the package `cryptography`. It accepts

  * the folder of the archive as stored in the bucket (audit/…/*.jsonl.gz and checkpoints/…/*.json), or with --part a
    part of it,
  * an export (its .jsonl file and manifest.json),
  * responses of GET /v1/audit-log/{id}/proof and …/checkpoints/{id}/consistency, saved as .json.

Take the public key from a checkpoint that you fetched when you trusted the operator. Pass checkpoints that you saved
with --checkpoint: an attacker with the signing key can rewrite and sign a whole log, but cannot make it match a saved
checkpoint. With --checkpoint, a proof counts only if its checkpoint is a saved one, or if the /consistency responses
that you pass connect it with a saved one. Without a saved checkpoint, nothing shows whether the newest records were
removed together with the checkpoints that include them.

A checkpoint is signed every hour. Records after the newest one are not proved, because everybody can compute their
hashes: they end with status 2. With --allow-unsigned, the records up to the newest checkpoint suffice for status 0.

With --bundle, the script also verifies the bundle of a claim's sign-off: that the files next to its manifest.json have
the hashes that the manifest lists, and that a verified record `claim_sign_off.bundled` contains the manifest's hash.

The script verifies the SHA-256 of each record over its RFC 8785 JSON; that each record contains the hash of the one
before; that the sequence has no gap; the RFC 6962 Merkle root at each checkpoint; the ECDSA P-256 signature of each
checkpoint, and that each contains the hash of the one before; and the file hashes of an export.

Exit status: 0 if everything is proved; 1 if there is a fault, and the output names the first one; 2 if something is
not proved, and lines that begin with UNPROVED give the reasons.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import json
import math
import re
import sys
import time
from base64 import b64decode
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

GENESIS = "0" * 64
HASHED = frozenset(
    {
        "id", "action", "source", "actor", "resource", "changes", "request_id", "created_at",
        "organization_id", "mode", "seq", "previous_hash",
    }
)  # fmt: skip
STATED = ("organization_id", "mode", "size", "root", "signed_at", "key_id", "previous")
MAX_LINE_BYTES = 16 * 1024 * 1024
RECORDS_PER_STEP = 5000
LATE = timedelta(hours=2)
"""A log of which a record is that much newer than its newest checkpoint missed a checkpoint, or lost one."""
_SEGMENT = re.compile(r"(\d{12})-(\d{12})\.jsonl(\.gz)?")
_HASH = re.compile(r"[0-9a-f]{64}")
_MAX_INTEGER = 2**53 - 1


class Fault(Exception):
    """The log was changed. The message names the first place."""


class Unproved(Exception):
    """There is no fault, but the log cannot be proved."""


# ---------------------------------------------------------------- RFC 8785: canonical JSON, the form that is hashed


def canonical(value: Any) -> bytes:
    """The RFC 8785 JSON of a value. Raises: ValueError if it has none."""
    return _text(value).encode()


def _text(value: Any) -> str:
    if isinstance(value, dict):
        members = sorted(value.items(), key=lambda item: item[0].encode("utf-16-be"))
        return "{" + ",".join(f"{_text(name)}:{_text(member)}" for name, member in members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_text, value)) + "]"
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > _MAX_INTEGER:
        raise ValueError(f"{value} exceeds the exact integers of JSON, 2^53 - 1")
    return json.dumps(value, ensure_ascii=False)


def _number(value: float) -> str:
    """The number as ECMAScript serialises it: the shortest digits that parse to the same value."""
    if not math.isfinite(value):
        raise ValueError(f"{value} is not a JSON number")
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    mantissa, _, exponent = repr(abs(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    fraction = "" if fraction == "0" else fraction
    digits = (whole + fraction).lstrip("0")
    point = (
        len(whole) + int(exponent or 0) if whole != "0" else len(digits) - len(fraction) + int(exponent or 0)
    )
    digits = digits.rstrip("0")
    return sign + _with_decimal_point(digits, point)


def _with_decimal_point(digits: str, point: int) -> str:
    """The digits with the decimal point after the `point`-th, in the notation that ECMAScript chooses."""
    if len(digits) <= point <= 21:
        return digits + "0" * (point - len(digits))
    if 0 < point <= 21:
        return f"{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return "0." + "0" * -point + digits
    power = f"e{point - 1:+d}"
    return f"{digits[0]}.{digits[1:]}{power}" if len(digits) > 1 else digits + power


# ---------------------------------------------------------------- RFC 6962: Merkle trees


def leaf_hash(record_hash: str) -> bytes:
    return hashlib.sha256(b"\x00" + bytes.fromhex(record_hash)).digest()


def inner_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """A Merkle tree that grows. Only the complete subtrees at its right edge are kept in memory."""

    def __init__(self) -> None:
        self.size = 0
        self._edge: list[bytes] = []

    def append(self, leaf: bytes) -> None:
        number = self.size
        while number & 1:
            leaf = inner_hash(self._edge.pop(), leaf)
            number >>= 1
        self._edge.append(leaf)
        self.size += 1

    def root(self) -> str:
        if not self._edge:
            return hashlib.sha256().hexdigest()
        folded = self._edge[-1]
        for left in reversed(self._edge[:-1]):
            folded = inner_hash(left, folded)
        return folded.hex()


def root_of_path(leaf: bytes, index: int, size: int, path: Sequence[str]) -> str | None:
    """The root computed from an audit path (RFC 9162, section 2.1.3.2). None if the path has the wrong length."""
    if not 0 <= index < size:
        return None
    node, last, folded = index, size - 1, leaf
    for step in map(bytes.fromhex, path):
        if last == 0:
            return None
        if node & 1 or node == last:
            folded = inner_hash(step, folded)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            folded = inner_hash(folded, step)
        node, last = node >> 1, last >> 1
    return folded.hex() if last == 0 else None


def roots_of_consistency(old: int, new: int, old_root: str, path: Sequence[str]) -> tuple[str, str] | None:
    """The roots computed from a consistency proof (RFC 9162, section 2.1.4.2). None if it has the wrong length."""
    if not 0 < old <= new:
        return None
    if old == new:
        return None if path else (old_root, old_root)
    steps = [bytes.fromhex(step) for step in path]
    if old & (old - 1) == 0:
        steps.insert(0, bytes.fromhex(old_root))
    if not steps:
        return None
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    first = second = steps[0]
    for step in steps[1:]:
        if last == 0:
            return None
        if node & 1 or node == last:
            first, second = inner_hash(step, first), inner_hash(step, second)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            second = inner_hash(second, step)
        node, last = node >> 1, last >> 1
    return (first.hex(), second.hex()) if last == 0 else None


# ---------------------------------------------------------------- keys and checkpoints


class Keys:
    """The public keys that the auditor trusts, by the SHA-256 of their DER encoding."""

    def __init__(self, paths: Iterable[Path]) -> None:
        from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

        self._known: dict[str, EllipticCurvePublicKey] = {}
        for path in paths:
            try:
                key = load_pem_public_key(path.read_bytes())
            except (OSError, ValueError) as error:
                raise Unproved(f"{path} is not a public key in PEM format: {error}") from None
            if not isinstance(key, EllipticCurvePublicKey):
                raise Unproved(f"{path} is not an ECDSA key")
            der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
            self._known[hashlib.sha256(der).hexdigest()] = key

    def check(self, checkpoint: Checkpoint) -> None:
        """Verify the signature of a checkpoint. Raises: Fault."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
        from cryptography.hazmat.primitives.hashes import SHA256

        key = self._known.get(checkpoint.stated["key_id"])
        if key is None:
            raise Fault(
                f"{checkpoint} is signed with a key that you did not pass "
                f"({_printable(checkpoint.stated['key_id'])})"
            )
        try:
            key.verify(b64decode(checkpoint.signature), canonical(checkpoint.stated), ECDSA(SHA256()))
        except (InvalidSignature, ValueError):
            raise Fault(
                f"{checkpoint} was altered, or signed with another key: its signature is invalid"
            ) from None


class LogName(NamedTuple):
    organization_id: str
    mode: str

    def __str__(self) -> str:
        return f"{_printable(self.organization_id)} ({_printable(self.mode)})"


@dataclass(frozen=True)
class Checkpoint:
    stated: dict[str, Any]
    signature: str
    path: str

    @classmethod
    def of(cls, value: dict[str, Any], path: Path) -> Checkpoint:
        """A checkpoint from its JSON. Raises: Fault if a field is missing or has the wrong type."""
        stated = {name: value.get(name) for name in STATED}
        texts = all(isinstance(stated[name], str) for name in STATED if name != "size")
        if not texts or not isinstance(stated["size"], int) or not isinstance(value.get("signature"), str):
            raise Fault(f"{path} is not a complete checkpoint: a field is missing or has the wrong type")
        return cls(stated, value["signature"], str(path))

    @property
    def log(self) -> LogName:
        return LogName(self.stated["organization_id"], self.stated["mode"])

    @property
    def size(self) -> int:
        return int(self.stated["size"])

    @property
    def root(self) -> str:
        return str(self.stated["root"])

    @property
    def identity(self) -> tuple[LogName, int, str]:
        return self.log, self.size, self.root

    def hash(self) -> str:
        return hashlib.sha256(canonical({**self.stated, "signature": self.signature})).hexdigest()

    def __str__(self) -> str:
        signed_at = _printable(self.stated["signed_at"])
        return f"the checkpoint of {signed_at} over {self.size} records ({self.path})"


class Proof(NamedTuple):
    """The statement that a response of the API proves, and the checkpoints that prove it."""

    text: str
    checkpoints: tuple[Checkpoint, ...]


def checked(checkpoints: Iterable[Checkpoint], keys: Keys) -> list[Checkpoint]:
    """The checkpoints of one log in order of size. Raises: Fault if a signature is invalid, or two have one size."""
    by_size: dict[int, Checkpoint] = {}
    for checkpoint in checkpoints:
        keys.check(checkpoint)
        known = by_size.setdefault(checkpoint.size, checkpoint)
        if known.hash() != checkpoint.hash():
            raise Fault(f"the log was forked: {known} and {checkpoint} have the same size and differ")
    return [by_size[size] for size in sorted(by_size)]


def check_links(archived: Iterable[Checkpoint]) -> None:
    """Each checkpoint of an archive contains the hash of the one before. Raises: Fault."""
    in_order = sorted(archived, key=lambda checkpoint: (checkpoint.log, checkpoint.size))
    for earlier, later in pairwise(in_order):
        if earlier.log == later.log and later.stated["previous"] != earlier.hash():
            raise Fault(f"a checkpoint is missing or was replaced between {earlier} and {later}")


# ---------------------------------------------------------------- records


class Line(NamedTuple):
    record: dict[str, Any]
    where: str

    @property
    def log(self) -> LogName:
        return LogName(str(self.record.get("organization_id")), str(self.record.get("mode")))

    @property
    def name(self) -> str:
        return _name(self.record, self.where)


def _name(record: Mapping[str, Any], where: str = "") -> str:
    return f"record {_printable(record.get('seq'))} ({_printable(record.get('id'))}{where and '; '}{where})"


def _printable(value: object) -> str:
    """Untrusted text, safe to print on a terminal: at most 60 characters, without control characters."""
    return "".join(character if character.isprintable() else "?" for character in str(value)[:60])


class _Duplicate(ValueError):
    pass


class Reader:
    """Parses and hashes lines. The C encoder hashes most of them; lines with floats or non-ASCII text use `_text`."""

    def __init__(self) -> None:
        self._floats: list[str] = []
        self._parse = json.JSONDecoder(parse_float=self._float, parse_constant=_reject_constant).decode
        self._write = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode

    def _float(self, text: str) -> float:
        self._floats.append(text)
        return float(text)

    def record(self, line: bytes, where: str) -> tuple[Line, str]:
        """The record in a line, and its computed hash. Raises: Fault."""
        try:
            return self._record(line, where)
        except (ValueError, RecursionError, TypeError, AttributeError) as error:
            raise Fault(f"altered: {where} is not a record ({error})") from None

    def _record(self, line: bytes, where: str) -> tuple[Line, str]:
        self._floats.clear()
        text = line.decode().rstrip("\r\n")
        record = self._parse(text)
        if not isinstance(record, dict):
            raise TypeError("not an object")
        if unknown := record.keys() - HASHED - {"hash"}:
            raise ValueError(f"unknown field {_printable(', '.join(sorted(unknown)))}")
        body = {name: value for name, value in record.items() if name != "hash" and value is not None}
        needs_care = self._floats or not line.isascii() or b"\\u" in line
        form = _text(body) if needs_care else self._write(body)
        if needs_care or len(text) != len(form) + len(f'"hash":"{record.get("hash")}",'):
            # Parsers differ in which value of a duplicate field they keep. A duplicate field makes the text longer,
            # unless a number or a character elsewhere is written shorter than in the canonical form.
            json.loads(text, object_pairs_hook=_without_duplicates)
        return Line(record, where), hashlib.sha256(form.encode()).hexdigest()


def _reject_constant(constant: str) -> float:
    raise ValueError(f"{constant} is not a JSON number")


def _without_duplicates(members: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(fields := dict(members)) != len(members):
        raise _Duplicate("duplicate field")
    return fields


@dataclass
class Log:
    """The log of one tenant as far as it was read. Only the hash of the last record is kept.

    `checkpoints` are those not reached yet, largest first. If `is_part`, the log may begin with any record. If
    `is_filtered`, it may omit records.
    """

    name: LogName
    checkpoints: list[Checkpoint]
    is_part: bool
    is_filtered: bool
    tree: Tree = field(default_factory=Tree)
    records: int = 0
    last: int = 0
    last_hash: str = GENESIS
    last_name: str = ""
    last_at: str = ""
    bundled: dict[str, tuple[int, str]] = field(default_factory=dict)
    """The seq and name of each record of a bundle, by the hash of the bundle's manifest."""
    matched: Checkpoint | None = None

    def __post_init__(self) -> None:
        self.checkpoints = self.checkpoints[::-1]

    @property
    def is_whole(self) -> bool:
        return not self.is_part and not self.is_filtered

    def append(self, line: Line, computed: str, rest: Iterable[Line]) -> None:
        """Verify the next record. The lines after it, `rest`, distinguish a missing record from a reordered one.

        Raises: Fault.
        """
        record = line.record
        seq, stated, previous = record.get("seq"), record.get("hash"), record.get("previous_hash")
        if not isinstance(seq, int) or not isinstance(stated, str) or not _HASH.fullmatch(stated):
            raise Fault(f"altered: {line.name} has no seq or no hash")
        if computed != stated:
            raise Fault(f"altered: {line.name} does not match its hash")
        if seq != self.last + 1:
            self._check_gap(line, seq, rest)
        if seq == self.last + 1 and previous != self.last_hash:
            before = (
                f"{self.last_name} was altered and rehashed"
                if self.last_name
                else "a record before it is missing"
            )
            raise Fault(
                f"altered: the previous_hash of {line.name} is not the hash of the record before it: {before}, "
                "or this record was altered and rehashed"
            )
        self.records, self.last, self.last_hash, self.last_name = self.records + 1, seq, stated, line.name
        self.last_at = str(record.get("created_at"))
        self.bundled |= dict.fromkeys(_manifests(record), (seq, line.name))
        if self.is_whole:
            self.tree.append(leaf_hash(stated))
            self._compare()

    def _check_gap(self, line: Line, seq: int, rest: Iterable[Line]) -> None:
        if seq <= self.last:
            raise Fault(f"added: {line.name} comes after record {self.last}: its seq was already used")
        if self.is_filtered or (self.is_part and not self.records):
            return
        missing = self.last + 1
        for other in rest:
            if other.log == self.name and other.record.get("seq") == missing:
                raise Fault(f"reordered: {line.name} is in the position of record {missing} ({other.where})")
        raise Fault(f"missing: {_span(missing, seq - 1)}, before {line.name}")

    def _compare(self) -> None:
        while self.checkpoints and self.checkpoints[-1].size == self.last:
            checkpoint = self.checkpoints.pop()
            if self.tree.root() != checkpoint.root:
                first = self.matched.size + 1 if self.matched else 1
                raise Fault(
                    f"altered: {_span(first, self.last)} of {self.name} "
                    f"{'does' if first == self.last else 'do'} not match {checkpoint}, although the hash chain is valid"
                )
            self.matched = checkpoint

    def conclude(self, *, allow_unsigned: bool) -> str:
        """The statement that is proved. Raises: Fault, Unproved."""
        what = f"{self.name}: {self.records:,} records, the last is {self.last:,}"
        if not self.is_whole:
            raise Unproved(
                f"{what}: each matches its hash and its neighbours; only the whole log can show whether records "
                "were left out or all of them were replaced"
            )
        if self.checkpoints:
            newest = self.checkpoints[0]
            raise Fault(
                f"missing: {_span(self.last + 1, newest.size)} of {self.name}, which {newest} includes"
            )
        if self.matched is None:
            raise Unproved(
                f"{what}: the hash chain is valid, but without a signed checkpoint it proves nothing"
            )
        if self.last == self.matched.size:
            return f"{what}; proved by {self.matched}"
        newer = f"{self.last - self.matched.size:,} newer records not signed yet{self._lateness()}"
        if allow_unsigned:
            return f"{what}; proved by {self.matched}; {newer}"
        raise Unproved(
            f"{what}; {self.matched} proves the first {self.matched.size:,}; {newer}: fetch the log again after its "
            "next checkpoint, or pass --allow-unsigned"
        )

    def _lateness(self) -> str:
        """A warning if the newest record is much newer than the newest checkpoint."""
        signed_at = self.matched.stated["signed_at"] if self.matched else ""
        try:
            is_late = datetime.fromisoformat(self.last_at) - datetime.fromisoformat(signed_at) > LATE
        except (ValueError, TypeError):
            is_late = True
        return ", although the newest is over two hours newer than the newest checkpoint" if is_late else ""

    def proved_bundles(self) -> dict[str, str]:
        """The records of bundles that a checkpoint proves. Those of a part are all that there are."""
        size = self.matched.size if self.matched else self.last
        return {manifest: name for manifest, (seq, name) in self.bundled.items() if seq <= size}


def _span(first: int, last: int) -> str:
    return f"record {first}" if first >= last else f"one or more of records {first} to {last}"


# ---------------------------------------------------------------- input files


@dataclass
class Inputs:
    """The files, by their content."""

    records: list[Path] = field(default_factory=list)
    archived: list[Checkpoint] = field(default_factory=list)
    saved: list[Checkpoint] = field(default_factory=list)
    trusted: list[Checkpoint] = field(default_factory=list)
    proofs: list[tuple[Path, dict[str, Any]]] = field(default_factory=list)
    file_hashes: dict[str, str] = field(default_factory=dict)
    bundles: list[Path] = field(default_factory=list)
    bundled: dict[str, str] = field(default_factory=dict)
    """The records of bundles that were read, by the hash of their manifest."""
    is_filtered: bool = False

    def add(self, path: Path) -> None:
        """Add a file, or every file of a folder. Raises: Fault, Unproved."""
        if path.is_dir():
            for file in sorted(path.rglob("*")):
                if file.is_file():
                    self.add(file)
        elif path.suffix == ".json":
            self._add_document(path, _document(path))
        elif path.name.endswith((".jsonl", ".jsonl.gz", ".ndjson")):
            self.records.append(path)
        elif not path.exists():
            raise Unproved(f"{path} does not exist")

    def _add_document(self, path: Path, value: dict[str, Any]) -> None:
        if "files" in value and "checkpoint" in value:
            self._add_manifest(path, value)
        elif "path" in value and ("leaf_index" in value or "from" in value):
            self.proofs.append((path, value))
        elif "root" in value or "checkpoints" in path.parts:
            self.archived.append(Checkpoint.of(value, path))

    def _add_manifest(self, path: Path, manifest: dict[str, Any]) -> None:
        self.saved.append(Checkpoint.of(manifest["checkpoint"], path))
        self.is_filtered |= not manifest.get("complete", True)
        for file in manifest["files"]:
            if file["sha256"] is not None:  # files above 40 GB have no hash
                self.file_hashes[Path(file["name"]).name] = file["sha256"]
            if not (path.parent / Path(file["name"]).name).exists():
                raise Fault(f"missing: the file {_printable(file['name'])} that {path} lists")

    def add_saved(self, path: Path) -> None:
        """Add the checkpoints of a file that the auditor saved. Raises: Fault, Unproved."""
        value = _document(path)
        is_list = isinstance(value.get("data"), list)
        for checkpoint in value["data"] if is_list else [value.get("checkpoint", value)]:
            self.trusted.append(Checkpoint.of(checkpoint, path))

    def note_proofs(self) -> None:
        """Remember the manifests that the records of all proofs name, which must be verified."""
        for _, value in self.proofs:
            if record := value.get("record"):
                self.bundled |= dict.fromkeys(_manifests(record), _name(record))

    def in_order(self) -> list[Path]:
        """The record files by folder and first record. The name of a segment contains its first record."""
        return sorted(self.records, key=_sort_key)


def _manifests(record: dict[str, Any]) -> Iterator[str]:
    """The hash of the manifest that a record names, if it is that of a bundle."""
    if record.get("action") == "claim_sign_off.bundled":
        for change in record.get("changes", []):
            if change["field"] == "manifest_sha256":
                yield str(change["to"])


def _document(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_bytes(), object_pairs_hook=_without_duplicates)
    except _Duplicate:
        raise Fault(f"altered: {path} has a duplicate field") from None
    except (OSError, ValueError) as error:
        raise Unproved(f"{path} cannot be read: {error}") from None
    if not isinstance(value, dict):
        raise Unproved(f"{path} is not a JSON object")
    return value


def _sort_key(path: Path) -> tuple[str, int, str]:
    named = _SEGMENT.fullmatch(path.name)
    return (str(path.parent), int(named[1]) if named else 0, path.name)


class _Counted(io.RawIOBase):
    """A file whose bytes are counted for the progress bar as they are read, and hashed if a manifest has the hash."""

    def __init__(self, raw: BinaryIO, progress: Progress, *, is_hashed: bool) -> None:
        self._raw = raw
        self._progress = progress
        self.sha256 = hashlib.sha256() if is_hashed else None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        read = self._raw.readinto(buffer)  # type: ignore[attr-defined]
        self._progress.bytes += read
        if self.sha256:
            self.sha256.update(memoryview(buffer)[:read])
        return int(read)


class Progress:
    """A progress bar on standard error, if that is a terminal."""

    def __init__(self, total: int) -> None:
        self.total, self.bytes, self.records = max(total, 1), 0, 0
        self._started = time.monotonic()
        self._shown = sys.stderr.isatty()

    def step(self) -> None:
        self.records += 1
        if self._shown and self.records % RECORDS_PER_STEP == 0:
            done = min(self.bytes / self.total, 1)
            seconds_left = (time.monotonic() - self._started) * (1 - done) / max(done, 0.001)
            bar = "#" * int(done * 30)
            sys.stderr.write(
                f"\r[{bar:<30}] {done:4.0%}  {self.records:,} records, {seconds_left:.0f} s left "
            )
            sys.stderr.flush()

    def clear(self) -> None:
        if self._shown:
            sys.stderr.write("\r" + " " * 78 + "\r")


def lines_of(
    paths: Iterable[Path], progress: Progress, hashes: dict[str, str]
) -> Iterator[tuple[bytes, str]]:
    """Each line with its position. Raises: Fault if a file is damaged or does not match its manifest."""
    for path in paths:
        named, count = _SEGMENT.fullmatch(path.name), 0
        with path.open("rb", buffering=0) as raw:
            counted = _Counted(raw, progress, is_hashed=path.name in hashes)
            buffered = io.BufferedReader(counted, 1 << 17)
            packed = buffered.peek(2)[:2] == b"\x1f\x8b"
            text = io.BufferedReader(gzip.GzipFile(fileobj=buffered), 1 << 17) if packed else buffered
            try:
                while line := text.readline(MAX_LINE_BYTES):
                    count += 1
                    yield line, f"{path}, line {count}"
            except (EOFError, OSError) as damaged:
                raise Fault(f"altered: {path} is damaged after line {count}: {damaged}") from None
            if counted.sha256 and counted.sha256.hexdigest() != hashes[path.name]:
                raise Fault(f"altered: {path} does not match its hash in the manifest")
        if named and count != int(named[2]) - int(named[1]) + 1:
            expected = int(named[2]) - int(named[1]) + 1
            raise Fault(f"altered: {path} has {count} records, but its name says {expected}")


# ---------------------------------------------------------------- verification


class Verdict(NamedTuple):
    """The proved statements, one for each log, proof and bundle, and the reasons why other things are not."""

    proved: list[str]
    unproved: list[str]


def verify(inputs: Inputs, keys: Keys, *, is_part: bool = False, allow_unsigned: bool = False) -> Verdict:
    """Raises: Fault; Unproved if there is nothing to verify."""
    verdict = _verify_logs(inputs, keys, is_part=is_part, allow_unsigned=allow_unsigned)
    for path in inputs.bundles:
        try:
            verdict.proved.append(verify_bundle(path, inputs.bundled))
        except Unproved as reason:
            verdict.unproved.append(str(reason))
    return verdict


def verify_bundle(path: Path, bundled: Mapping[str, str]) -> str:
    """The statement that a bundle's files are those of a record, one of `bundled`. Raises: Fault, Unproved."""
    manifest = _document(path)
    try:
        record = bundled.get(hashlib.sha256(canonical(manifest)).hexdigest())
        hashes = {Path(file["name"]).name: file["sha256"] for file in manifest["files"]}
    except (KeyError, TypeError, ValueError) as error:
        raise Fault(f"{path} is not the manifest of a bundle: {error!r}") from None
    if record is None:
        raise Unproved(
            f"no record that you passed contains the hash of {path}: it was altered, or the proof of its record "
            "'claim_sign_off.bundled' is missing"
        )
    for name, sha256 in hashes.items():
        try:
            found = hashlib.sha256((path.parent / name).read_bytes()).hexdigest()
        except OSError:
            raise Unproved(f"the file {_printable(name)} that {path} lists is missing") from None
        if found != sha256:
            raise Fault(f"altered: {path.parent / name} does not match {path}")
    return f"bundle {path}: {len(hashes)} files are those of {record}"


def _verify_logs(inputs: Inputs, keys: Keys, *, is_part: bool, allow_unsigned: bool) -> Verdict:
    """The verdict about logs and proofs."""
    proofs = [_verify_proof(path, value, keys) for path, value in inputs.proofs]
    proved = [proof.text for proof in proofs]
    inputs.note_proofs()
    by_log: dict[LogName, list[Checkpoint]] = defaultdict(list)
    for checkpoint in (*inputs.archived, *inputs.saved, *inputs.trusted):
        by_log[checkpoint.log].append(checkpoint)
    checkpoints = {name: checked(of_log, keys) for name, of_log in by_log.items()}
    proving = [checkpoint for proof in proofs for checkpoint in proof.checkpoints]
    for name, of_log in checkpoints.items():
        checked((*of_log, *(checkpoint for checkpoint in proving if checkpoint.log == name)), keys)
    check_links(inputs.archived)
    if not inputs.records:
        if proved:
            return Verdict(proved, unconnected(proofs, inputs.trusted))
        raise Unproved("no records: pass a folder with .jsonl or .jsonl.gz files")
    logs = _read(inputs, checkpoints, is_part=is_part)
    for name in checkpoints.keys() - logs.keys():
        if not is_part:
            raise Fault(f"missing: all records of {name}, which {checkpoints[name][-1]} includes")
    unproved = _conclude(logs.values(), inputs, proved, allow_unsigned=allow_unsigned)
    if inputs.trusted:
        known = [checkpoint for of_log in checkpoints.values() for checkpoint in of_log]
        unproved += unconnected(proofs, known)
    return Verdict(proved, unproved)


def _conclude(logs: Iterable[Log], inputs: Inputs, proved: list[str], *, allow_unsigned: bool) -> list[str]:
    """Add the statements of the logs to `proved`. Returns the reasons of the others. Raises: Fault."""
    unproved: list[str] = []
    for log in logs:
        try:
            proved.append(log.conclude(allow_unsigned=allow_unsigned))
        except Unproved as reason:
            unproved.append(str(reason))
        inputs.bundled |= log.proved_bundles()
    return unproved


def unconnected(proofs: Sequence[Proof], known: Iterable[Checkpoint]) -> list[str]:
    """A reason for each proof that is not connected with a known checkpoint, if there is one."""
    connected = {checkpoint.identity for checkpoint in known}
    if not connected:
        return []
    by_proof = [{checkpoint.identity for checkpoint in proof.checkpoints} for proof in proofs]
    for _ in by_proof:  # a consistency proof may connect the next proof
        for identities in by_proof:
            if identities & connected:
                connected |= identities
    return [
        f"{proof.checkpoints[-1]} is not connected with a checkpoint that you passed: also pass the response "
        "of GET /v1/audit-log/checkpoints/{id}/consistency between the two"
        for proof, identities in zip(proofs, by_proof, strict=True)
        if not identities <= connected
    ]


def _read(
    inputs: Inputs, checkpoints: dict[LogName, list[Checkpoint]], *, is_part: bool
) -> dict[LogName, Log]:
    files = inputs.in_order()
    progress = Progress(sum(path.stat().st_size for path in files))
    reader, logs = Reader(), dict[LogName, Log]()
    lines = lines_of(files, progress, inputs.file_hashes)
    try:
        for text, where in lines:
            line, computed = reader.record(text, where)
            log = logs.get(line.log)
            if log is None:
                log = logs[line.log] = Log(
                    line.log, checkpoints.get(line.log, []), is_part, inputs.is_filtered
                )
            log.append(line, computed, (_parse_leniently(text, where) for text, where in lines))
            progress.step()
    finally:
        progress.clear()
    return logs


def _parse_leniently(text: bytes, where: str) -> Line:
    """A line of which only the log and seq are read. A line that is not JSON has neither."""
    try:
        record = json.loads(text)
    except ValueError:
        record = {}
    return Line(record if isinstance(record, dict) else {}, where)


def _verify_proof(path: Path, value: dict[str, Any], keys: Keys) -> Proof:
    """A response of the API: an inclusion proof of a record, or a consistency proof of checkpoints. Raises: Fault."""
    try:
        return (
            _verify_inclusion(path, value, keys)
            if "leaf_index" in value
            else _verify_consistency(path, value, keys)
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Fault(f"{path} is not a complete proof: {error!r}") from None


def _verify_inclusion(path: Path, proof: dict[str, Any], keys: Keys) -> Proof:
    checkpoint = Checkpoint.of(proof["checkpoint"], path)
    keys.check(checkpoint)
    shown = proof["record"]
    record = {
        **{name: shown[name] for name in shown if name != "hash"},
        "actor": {name: value for name, value in shown["actor"].items() if value is not None},
        "organization_id": checkpoint.log.organization_id,
        "mode": checkpoint.log.mode,
    }
    computed = hashlib.sha256(canonical(record)).hexdigest()
    if (computed, shown["seq"] - 1) != (shown["hash"], proof["leaf_index"]):
        raise Fault(f"altered: {path}: {_name(shown)} does not match its hash")
    if proof["tree_size"] != checkpoint.size or checkpoint.root != root_of_path(
        leaf_hash(computed), proof["leaf_index"], checkpoint.size, proof["path"]
    ):
        raise Fault(f"altered: {path}: {_name(shown)} is not in the log of {checkpoint}")
    what = f"{_name(shown)} is in the log of {checkpoint.log}; proved by {checkpoint}"
    return Proof(what, (checkpoint,))


def _verify_consistency(path: Path, proof: dict[str, Any], keys: Keys) -> Proof:
    old, new = Checkpoint.of(proof["from"], path), Checkpoint.of(proof["to"], path)
    keys.check(old)
    keys.check(new)
    roots = roots_of_consistency(old.size, new.size, old.root, proof["path"])
    if old.log != new.log or roots != (old.root, new.root):
        raise Fault(f"altered: {path}: the log of {new} does not begin with the log of {old}")
    return Proof(f"the log of {new} begins with the log of {old}", (old, new))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, usage=argparse.SUPPRESS
    )
    parser.add_argument("paths", nargs="+", type=Path, metavar="EXPORT_OR_FOLDER", help="the files to verify")
    parser.add_argument(
        "--public-key", action="append", type=Path, required=True, metavar="PEM", help="a trusted public key"
    )
    parser.add_argument(
        "--checkpoint", action="append", type=Path, default=[], metavar="JSON", help="a saved checkpoint"
    )
    parser.add_argument(
        "--part",
        action="store_true",
        help="the records are a part of the log and may start after the first record",
    )
    parser.add_argument(
        "--bundle",
        action="append",
        type=Path,
        default=[],
        metavar="MANIFEST",
        help="the manifest.json of a bundle",
    )
    parser.add_argument(
        "--allow-unsigned", action="store_true", help="accept records after the newest checkpoint"
    )
    options = parser.parse_args(arguments)
    try:
        inputs = Inputs()
        for path in options.paths:
            inputs.add(path)
        for path in options.checkpoint:
            inputs.add_saved(path)
        inputs.bundles += options.bundle
        proved, unproved = verify(
            inputs, Keys(options.public_key), is_part=options.part, allow_unsigned=options.allow_unsigned
        )
    except Fault as fault:
        _say("FAULT", fault)
        return 1
    except Unproved as reason:
        _say("UNPROVED", reason)
        return 2
    except ModuleNotFoundError:
        _say("UNPROVED", "the package cryptography is not installed: python3 -m pip install cryptography")
        return 2
    for statement in proved:
        _say("OK", statement)
    for why in unproved:
        _say("UNPROVED", why)
    if inputs.records and not options.checkpoint:
        _say(
            "NOTE",
            "without --checkpoint, nothing shows whether the newest records and checkpoints were removed",
        )
    return 2 if unproved else 0


def _say(kind: str, text: object) -> None:
    """Print one line. Names of files and fields of records are untrusted: no control character reaches the terminal."""
    print(f"{kind}  {''.join(character if character.isprintable() else '?' for character in str(text))}")


if __name__ == "__main__":
    sys.exit(main())
