#!/usr/bin/env python3
"""Check an audit log offline: nothing altered, missing, added or out of order, and all of it as it was signed.

    python3 verify_audit.py EXPORT_OR_FOLDER… --public-key key.pem [--checkpoint saved.json …]

This one file is all that is needed, with Python 3.11 or later and the package `cryptography`. It takes

  * the archive's folder as it lies in the bucket (audit/…/*.jsonl.gz and checkpoints/…/*.json), or a part with --part,
  * an export (its .jsonl file and manifest.json),
  * answers of GET /v1/audit-log/{id}/proof and …/checkpoints/{id}/consistency, saved as .json.

Take the public key from a checkpoint that you fetched when you trusted the other side, and give checkpoints that you
saved with --checkpoint: who rewrites a whole log, signatures included, cannot make it fit one that you hold. A proof
then counts only if its checkpoint is one of them, or is led to from one by the /consistency answers that you give.

What is checked: each record's SHA-256 over its RFC 8785 JSON; that each names the hash of the one before; that the
numbers have no gap; the RFC 6962 Merkle root at each checkpoint; the checkpoints' ECDSA P-256 signatures, and that each
names the hash of the one before; an export's file hashes.

Exit status: 0 all of it is proved; 1 the first fault is named; 2 it could not be proved, and the last line says why.
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
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

GENESIS = "0" * 64
HASHED = frozenset(
    {
        "id", "action", "source", "actor", "resource", "changes", "request_id", "created_at",
        "organization_id", "mode", "seq", "previous_hash",
    }
)  # fmt: skip
STATED = ("organization_id", "mode", "size", "root", "signed_at", "key_id", "previous")
MAX_LINE_BYTES = 16 * 1024 * 1024
EACH_PROGRESS = 5000
_SEGMENT = re.compile(r"(\d{12})-(\d{12})\.jsonl(\.gz)?")
_HASH = re.compile(r"[0-9a-f]{64}")
_MAX_INTEGER = 2**53 - 1


class Fault(Exception):
    """The log is not what it was: the message names the first place."""


class Unproved(Exception):
    """Nothing wrong was found, and yet it cannot be said that all is right."""


# ---------------------------------------------------------------- RFC 8785: the one form in which JSON is hashed


def canonical(value: Any) -> bytes:
    """The value's RFC 8785 JSON. Raises: ValueError for what has none."""
    return _text(value).encode()


def _text(value: Any) -> str:
    if isinstance(value, dict):
        members = sorted(value.items(), key=lambda member: member[0].encode("utf-16-be"))
        return "{" + ",".join(f"{_text(name)}:{_text(one)}" for name, one in members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_text, value)) + "]"
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > _MAX_INTEGER:
        raise ValueError(f"{value} is no number that every reader keeps")
    return json.dumps(value, ensure_ascii=False)


def _number(value: float) -> str:
    """As JavaScript writes it: the shortest digits that read back the same."""
    if not math.isfinite(value):
        raise ValueError(f"{value} is no JSON number")
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
    return sign + _placed(digits, point)


def _placed(digits: str, point: int) -> str:
    """Digits with the decimal point after the `point`-th, in JavaScript's choice of notation."""
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
    """A growing tree, of which only the complete subtrees at its right edge are kept."""

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
    """The root that an audit path leads to (RFC 9162, section 2.1.3.2); None where its length does not fit."""
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
    """The roots that a consistency proof leads to (RFC 9162, section 2.1.4.2); None where its length does not fit."""
    if not 0 < old <= new:
        return None
    if old == new:
        return None if path else (old_root, old_root)
    steps = [bytes.fromhex(one) for one in path]
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
    """The public keys that the auditor trusts, by the SHA-256 of their DER form."""

    def __init__(self, paths: Iterable[Path]) -> None:
        from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

        self._known: dict[str, EllipticCurvePublicKey] = {}
        for path in paths:
            try:
                key = load_pem_public_key(path.read_bytes())
            except (OSError, ValueError) as wrong:
                raise Unproved(f"{path} is no public key in PEM form: {wrong}") from None
            if not isinstance(key, EllipticCurvePublicKey):
                raise Unproved(f"{path} is not a key for ECDSA")
            der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
            self._known[hashlib.sha256(der).hexdigest()] = key

    def check(self, checkpoint: Checkpoint) -> None:
        """Raises: Fault."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
        from cryptography.hazmat.primitives.hashes import SHA256

        key = self._known.get(checkpoint.stated["key_id"])
        if key is None:
            raise Fault(
                f"{checkpoint} is signed with a key that you did not give ({checkpoint.stated['key_id']})"
            )
        try:
            key.verify(b64decode(checkpoint.signature), canonical(checkpoint.stated), ECDSA(SHA256()))
        except (InvalidSignature, ValueError):
            raise Fault(
                f"{checkpoint} was altered, or signed with another key: its signature is wrong"
            ) from None


class LogName(NamedTuple):
    organization_id: str
    mode: str

    def __str__(self) -> str:
        return f"{self.organization_id} ({self.mode})"


@dataclass(frozen=True)
class Checkpoint:
    stated: dict[str, Any]
    signature: str
    path: str

    @classmethod
    def of(cls, value: dict[str, Any], path: Path) -> Checkpoint:
        """Raises: Fault."""
        stated = {name: value.get(name) for name in STATED}
        texts = all(isinstance(stated[name], str) for name in STATED if name != "size")
        if not texts or not isinstance(stated["size"], int) or not isinstance(value.get("signature"), str):
            raise Fault(f"{path} is no whole checkpoint: something was taken out of it")
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
    def place(self) -> tuple[LogName, int, str]:
        return self.log, self.size, self.root

    def hash(self) -> str:
        return hashlib.sha256(canonical({**self.stated, "signature": self.signature})).hexdigest()

    def __str__(self) -> str:
        return f"the checkpoint of {self.stated['signed_at']} over {self.size} records ({self.path})"


class Proof(NamedTuple):
    """What an answer of the API proves, and the checkpoints that it does so by."""

    text: str
    checkpoints: tuple[Checkpoint, ...]


def checked(checkpoints: Iterable[Checkpoint], keys: Keys) -> list[Checkpoint]:
    """One log's checkpoints by size, each signed, and no two for one size. Raises: Fault."""
    found: dict[int, Checkpoint] = {}
    for one in checkpoints:
        keys.check(one)
        known = found.setdefault(one.size, one)
        if known.hash() != one.hash():
            raise Fault(f"the log was forked: {known} and {one} are two for one size")
    return [found[size] for size in sorted(found)]


def check_links(checkpoints: Sequence[Checkpoint]) -> None:
    """An archive has every checkpoint, so each names the one before. Raises: Fault."""
    for earlier, later in pairwise(checkpoints):
        if later.stated["previous"] != earlier.hash():
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
        return f"record {_shown(self.record.get('seq'))} ({_shown(self.record.get('id'))}; {self.where})"


def _shown(value: object) -> str:
    """A stranger's text for a terminal."""
    return "".join(one if one.isprintable() else "?" for one in str(value)[:60])


class _Duplicate(ValueError):
    pass


class Reader:
    """Parses and hashes lines. Most are canonical already, and C code does them; the rest is done with care."""

    def __init__(self) -> None:
        self._floats: list[str] = []
        self._parse = json.JSONDecoder(parse_float=self._float, parse_constant=_refused).decode
        self._write = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode

    def _float(self, text: str) -> float:
        self._floats.append(text)
        return float(text)

    def record(self, line: bytes, where: str) -> tuple[Line, str]:
        """The record in a line and the hash that it should have. Raises: Fault."""
        try:
            return self._record(line, where)
        except (ValueError, RecursionError, TypeError, AttributeError) as wrong:
            raise Fault(f"altered: {where} is no record ({wrong})") from None

    def _record(self, line: bytes, where: str) -> tuple[Line, str]:
        self._floats.clear()
        text = line.decode().rstrip("\r\n")
        record = self._parse(text)
        if not isinstance(record, dict):
            raise TypeError("not an object")
        if unknown := record.keys() - HASHED - {"hash"}:
            raise ValueError(f"no such field as {', '.join(sorted(unknown))}")
        body = {name: value for name, value in record.items() if name != "hash" and value is not None}
        needs_care = self._floats or not line.isascii() or b"\\u" in line
        form = _text(body) if needs_care else self._write(body)
        if len(text) != len(form) + len(f'"hash":"{record.get("hash")}",'):
            json.loads(
                text, object_pairs_hook=_without_duplicates
            )  # a field twice: readers differ in which one counts
        return Line(record, where), hashlib.sha256(form.encode()).hexdigest()


def _refused(constant: str) -> float:
    raise ValueError(f"{constant} is no JSON number")


def _without_duplicates(members: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(found := dict(members)) != len(members):
        raise _Duplicate("a field stands in it twice")
    return found


@dataclass
class Log:
    """One tenant's and mode's log as far as it was read. Of the records, only the last one's hash is kept.

    `checkpoints` are those still to come, by size. `is_part` says that it may begin with any record, `is_filtered`
    that records may be left out.
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
    agreed: Checkpoint | None = None

    def __post_init__(self) -> None:
        self.checkpoints = self.checkpoints[::-1]

    @property
    def is_whole(self) -> bool:
        return not self.is_part and not self.is_filtered

    def take(self, line: Line, computed: str, rest: Iterable[Line]) -> None:
        """The next record; `rest` are the lines after it, to tell what is missing from what is out of order.

        Raises: Fault.
        """
        record = line.record
        seq, stated, previous = record.get("seq"), record.get("hash"), record.get("previous_hash")
        if not isinstance(seq, int) or not isinstance(stated, str) or not _HASH.fullmatch(stated):
            raise Fault(f"altered: {line.name} has no number or no hash")
        if computed != stated:
            raise Fault(f"altered: {line.name} does not have the hash that it states")
        if seq != self.last + 1:
            self._out_of_line(line, seq, rest)
        if seq == self.last + 1 and previous != self.last_hash:
            before = (
                f"{self.last_name} was altered and hashed anew"
                if self.last_name
                else "a record before it is gone"
            )
            raise Fault(
                f"altered: {line.name} names another record as the one before it: {before}, or it was"
            )
        self.records, self.last, self.last_hash, self.last_name = self.records + 1, seq, stated, line.name
        if self.is_whole:
            self.tree.append(leaf_hash(stated))
            self._compare()

    def _out_of_line(self, line: Line, seq: int, rest: Iterable[Line]) -> None:
        if seq <= self.last:
            raise Fault(
                f"added: {line.name} comes after record {self.last}, and that number was there already"
            )
        if self.is_filtered or (self.is_part and not self.records):
            return
        missing = self.last + 1
        for other in rest:
            if other.log == self.name and other.record.get("seq") == missing:
                raise Fault(f"reordered: {line.name} stands where record {missing} belongs ({other.where})")
        raise Fault(f"missing: {_span(missing, seq - 1)}, before {line.name}")

    def _compare(self) -> None:
        while self.checkpoints and self.checkpoints[-1].size == self.last:
            checkpoint = self.checkpoints.pop()
            if self.tree.root() != checkpoint.root:
                first = self.agreed.size + 1 if self.agreed else 1
                raise Fault(
                    f"altered: {_span(first, self.last)} of {self.name} {'is' if first == self.last else 'are'} not "
                    f"what {checkpoint} states, though the chain was computed anew"
                )
            self.agreed = checkpoint

    def end(self) -> str:
        """What was proved. Raises: Fault, Unproved."""
        what = f"{self.name}: {self.records:,} records, {self.last:,} the last"
        if not self.is_whole:
            raise Unproved(
                f"{what}: each fits its hash and those beside it; whether others were left out, or all of them "
                "made anew, only a whole log can show"
            )
        if self.checkpoints:
            wanted = self.checkpoints[0]
            raise Fault(f"missing: {_span(self.last + 1, wanted.size)} of {self.name}, which {wanted} states")
        if self.agreed is None:
            raise Unproved(
                f"{what}: the chain is whole, but no signed checkpoint was given, so it proves nothing"
            )
        young = self.last - self.agreed.size
        return f"{what}; proved by {self.agreed}" + (
            f"; {young:,} newer ones not signed yet" if young else ""
        )


def _span(first: int, last: int) -> str:
    return f"record {first}" if first >= last else f"one or more of records {first} to {last}"


# ---------------------------------------------------------------- what was given


@dataclass
class Given:
    """The files, told apart by what is in them."""

    records: list[Path] = field(default_factory=list)
    archived: list[Checkpoint] = field(default_factory=list)
    saved: list[Checkpoint] = field(default_factory=list)
    trusted: list[Checkpoint] = field(default_factory=list)
    proofs: list[tuple[Path, dict[str, Any]]] = field(default_factory=list)
    file_hashes: dict[str, str] = field(default_factory=dict)
    is_filtered: bool = False

    def add(self, path: Path) -> None:
        """Raises: Fault, Unproved."""
        if path.is_dir():
            for one in sorted(path.rglob("*")):
                if one.is_file():
                    self.add(one)
        elif path.suffix == ".json":
            self._add_document(path, _document(path))
        elif path.name.endswith((".jsonl", ".jsonl.gz", ".ndjson")):
            self.records.append(path)
        elif not path.exists():
            raise Unproved(f"there is no {path}")

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
        for one in manifest["files"]:
            self.file_hashes[Path(one["name"]).name] = one["sha256"]
            if not (path.parent / Path(one["name"]).name).exists():
                raise Fault(f"missing: the file {one['name']} that {path} names")

    def add_saved(self, path: Path) -> None:
        """Raises: Fault, Unproved."""
        value = _document(path)
        for one in value["data"] if isinstance(value.get("data"), list) else [value.get("checkpoint", value)]:
            self.trusted.append(Checkpoint.of(one, path))

    def in_order(self) -> list[Path]:
        """The record files by log and number: segments are named so, and of others the first line says it."""
        return sorted(self.records, key=_place)


def _document(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_bytes())
    except (OSError, ValueError) as wrong:
        raise Unproved(f"{path} cannot be read: {wrong}") from None
    if not isinstance(value, dict):
        raise Unproved(f"{path} is no JSON object")
    return value


def _place(path: Path) -> tuple[str, int, str]:
    named = _SEGMENT.fullmatch(path.name)
    return (str(path.parent), int(named[1]) if named else 0, path.name)


class _Counted(io.RawIOBase):
    """A file as it is read: its bytes counted for the progress bar, and hashed where a manifest states the hash."""

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
    """A bar on a terminal; nothing elsewhere."""

    def __init__(self, total: int) -> None:
        self.total, self.bytes, self.records = max(total, 1), 0, 0
        self._started = time.monotonic()
        self._shown = sys.stderr.isatty()

    def step(self) -> None:
        self.records += 1
        if self._shown and self.records % EACH_PROGRESS == 0:
            done = min(self.bytes / self.total, 1)
            left = (time.monotonic() - self._started) * (1 - done) / max(done, 0.001)
            bar = "#" * int(done * 30)
            sys.stderr.write(f"\r[{bar:<30}] {done:4.0%}  {self.records:,} records, {left:.0f} s left ")
            sys.stderr.flush()

    def clear(self) -> None:
        if self._shown:
            sys.stderr.write("\r" + " " * 78 + "\r")


def lines_of(
    paths: Iterable[Path], progress: Progress, hashes: dict[str, str]
) -> Iterator[tuple[bytes, str]]:
    """Each line with its place. Raises: Fault for a file that is damaged or not the one that its manifest names."""
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
                raise Fault(f"altered: {path} is not the file that the manifest names")
        if named and count != int(named[2]) - int(named[1]) + 1:
            held = int(named[2]) - int(named[1]) + 1
            raise Fault(f"altered: {path} holds {count} records, and by its name {held}")


# ---------------------------------------------------------------- verification


def verify(given: Given, keys: Keys, *, is_part: bool = False) -> list[str]:
    """What was proved, a line for each log and proof. Raises: Fault, Unproved."""
    proofs = [_verify_proof(path, value, keys) for path, value in given.proofs]
    proved = [proof.text for proof in proofs]
    by_log: dict[LogName, list[Checkpoint]] = defaultdict(list)
    for one in (*given.archived, *given.saved, *given.trusted):
        by_log[one.log].append(one)
    checkpoints = {name: checked(some, keys) for name, some in by_log.items()}
    for name, some in checkpoints.items():
        checked((*some, *(one for proof in proofs for one in proof.checkpoints if one.log == name)), keys)
    for name in {one.log for one in given.archived}:
        check_links(sorted((one for one in given.archived if one.log == name), key=lambda one: one.size))
    if not given.records:
        if proved:
            check_tied(proofs, given.trusted)
            return proved
        raise Unproved("there are no records: give a folder with .jsonl or .jsonl.gz files")
    logs = _read(given, checkpoints, is_part=is_part)
    for name in checkpoints.keys() - logs.keys():
        if not is_part:
            raise Fault(
                f"missing: all records of {name}, of which {checkpoints[name][-1]} states {checkpoints[name][-1].size}"
            )
    proved += [log.end() for log in logs.values()]
    if given.trusted:
        check_tied(proofs, [one for some in checkpoints.values() for one in some])
    return proved


def check_tied(proofs: Sequence[Proof], held: Iterable[Checkpoint]) -> None:
    """Each proof must lead to a checkpoint that the auditor holds, if there is any. Raises: Unproved."""
    tied = {one.place for one in held}
    if not tied:
        return
    places = [{one.place for one in proof.checkpoints} for proof in proofs]
    for _ in places:  # each consistency proof may be what the next one is tied by
        for both in places:
            if both & tied:
                tied |= both
    for proof, both in zip(proofs, places, strict=True):
        if not both <= tied:
            one = proof.checkpoints[-1]
            raise Unproved(
                f"nothing ties {one} to a checkpoint that you gave: give the answer of "
                "GET /v1/audit-log/checkpoints/{id}/consistency between the two as well"
            )


def _read(given: Given, checkpoints: dict[LogName, list[Checkpoint]], *, is_part: bool) -> dict[LogName, Log]:
    files = given.in_order()
    progress = Progress(sum(path.stat().st_size for path in files))
    reader, logs = Reader(), dict[LogName, Log]()
    lines = lines_of(files, progress, given.file_hashes)
    try:
        for text, where in lines:
            line, computed = reader.record(text, where)
            log = logs.get(line.log)
            if log is None:
                log = logs[line.log] = Log(
                    line.log, checkpoints.get(line.log, []), is_part, given.is_filtered
                )
            log.take(line, computed, (_loosely(*one) for one in lines))
            progress.step()
    finally:
        progress.clear()
    return logs


def _loosely(text: bytes, where: str) -> Line:
    """A line that is only looked at for its number."""
    try:
        record = json.loads(text)
    except ValueError:
        record = {}
    return Line(record if isinstance(record, dict) else {}, where)


def _verify_proof(path: Path, value: dict[str, Any], keys: Keys) -> Proof:
    """An answer of the API: a record's proof, or two checkpoints'. Raises: Fault."""
    try:
        return (
            _verify_inclusion(path, value, keys)
            if "leaf_index" in value
            else _verify_consistency(path, value, keys)
        )
    except (KeyError, TypeError, ValueError, AttributeError) as wrong:
        raise Fault(f"{path} is no whole proof: {wrong!r}") from None


def _verify_inclusion(path: Path, proof: dict[str, Any], keys: Keys) -> Proof:
    checkpoint = Checkpoint.of(proof["checkpoint"], path)
    keys.check(checkpoint)
    shown = proof["record"]
    record = {
        **{name: shown[name] for name in shown if name != "hash"},
        "actor": {name: one for name, one in shown["actor"].items() if one is not None},
        "organization_id": checkpoint.log.organization_id,
        "mode": checkpoint.log.mode,
    }
    computed = hashlib.sha256(canonical(record)).hexdigest()
    if (computed, shown["seq"] - 1) != (shown["hash"], proof["leaf_index"]):
        raise Fault(
            f"altered: {path}: record {shown['seq']} ({shown['id']}) does not have the hash that it states"
        )
    if proof["tree_size"] != checkpoint.size or checkpoint.root != root_of_path(
        leaf_hash(computed), proof["leaf_index"], checkpoint.size, proof["path"]
    ):
        raise Fault(
            f"altered: {path}: record {shown['seq']} ({shown['id']}) is not in the log of {checkpoint}"
        )
    what = f"record {shown['seq']} ({shown['id']}) is in the log of {checkpoint.log}; proved by {checkpoint}"
    return Proof(what, (checkpoint,))


def _verify_consistency(path: Path, proof: dict[str, Any], keys: Keys) -> Proof:
    old, new = Checkpoint.of(proof["from"], path), Checkpoint.of(proof["to"], path)
    keys.check(old)
    keys.check(new)
    roots = roots_of_consistency(old.size, new.size, old.root, proof["path"])
    if old.log != new.log or roots != (old.root, new.root):
        raise Fault(f"altered: {path}: the log of {new} does not begin with that of {old}")
    return Proof(f"the log of {new} begins with that of {old}", (old, new))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, usage=argparse.SUPPRESS
    )
    parser.add_argument("paths", nargs="+", type=Path, metavar="EXPORT_OR_FOLDER")
    parser.add_argument("--public-key", action="append", type=Path, required=True, metavar="PEM")
    parser.add_argument("--checkpoint", action="append", type=Path, default=[], metavar="JSON")
    parser.add_argument(
        "--part", action="store_true", help="the records are a part of the log, not from the first on"
    )
    options = parser.parse_args(arguments)
    try:
        given = Given()
        for path in options.paths:
            given.add(path)
        for path in options.checkpoint:
            given.add_saved(path)
        proved = verify(given, Keys(options.public_key), is_part=options.part)
    except Fault as fault:
        print(f"FAULT  {fault}")
        return 1
    except Unproved as unproved:
        print(f"UNPROVED  {unproved}")
        return 2
    except ModuleNotFoundError:
        print("UNPROVED  the package cryptography is needed: python3 -m pip install cryptography")
        return 2
    for line in proved:
        print(f"OK  {line}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
