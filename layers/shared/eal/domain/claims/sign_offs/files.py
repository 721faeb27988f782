"""The files of a bundle: their names, and the manifest with their hashes. Pure."""

import hashlib
import json
from dataclasses import astuple, dataclass, fields

JSON_NAME, CSV_NAME, REPORT_NAME = "bundle.json", "scope.csv", "report.pdf"
SCHEMA_NAME, MANIFEST_NAME = "bundle.schema.json", "manifest.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleFile:
    name: str
    sha256: str
    bytes: int


def file_of(name: str, content: bytes) -> BundleFile:
    return BundleFile(name=name, sha256=hashlib.sha256(content).hexdigest(), bytes=len(content))


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleManifest:
    """The hash and size of each file of the bundle, and of nothing else."""

    files: tuple[BundleFile, ...]

    def as_json(self) -> bytes:
        """The form that is hashed."""
        return canonical(
            {"files": [dict(zip(_FILE_FIELDS, astuple(file), strict=True)) for file in self.files]}
        )

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.as_json()).hexdigest()


_FILE_FIELDS = tuple(field.name for field in fields(BundleFile))


def canonical(value: object) -> bytes:
    """A JSON value as bytes: the same for equal values."""
    return json.dumps(
        value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    ).encode()
