"""The two files of an import: the upload, fetched to disk, and the errors, written to disk and then uploaded."""

from __future__ import annotations

import csv
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any, BinaryIO, Self, cast

from eal.core import aws, settings
from eal.core.csv_cell import escape_formulas
from eal.domain.lead_imports.model import MAX_FILE_BYTES
from eal.domain.lead_imports.rows import NotImportable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from eal.domain.lead_imports.model import ImportRef, RowError

_BLOCK = 1024 * 1024


@contextmanager
def fetched(ref: ImportRef, etag: str | None) -> Iterator[tuple[BinaryIO, str]]:
    """The uploaded file and its ETag. If `etag` is given, the file must have it.

    The file is fetched before it is processed, because S3 closes a connection that idles during transactions.

    Raises: NotImportable for a file that is too large, deleted or replaced.
    """
    pinned: dict[str, Any] = {"IfMatch": etag} if etag else {}
    try:
        found = aws.s3_sdk().get_object(Bucket=settings.uploads_bucket(), Key=ref.upload_object_key, **pinned)
    except aws.Refused as refused:
        if refused.code == "PreconditionFailed":
            raise NotImportable("The file was replaced after the import started.") from None
        if refused.code == "NoSuchKey":
            raise NotImportable("The file no longer exists.") from None
        raise
    if found["ContentLength"] > MAX_FILE_BYTES:
        found["Body"].close()
        raise NotImportable(
            f"The file has {found['ContentLength']} bytes. The limit is {MAX_FILE_BYTES} bytes."
        )
    with TemporaryFile() as file:
        for block in found["Body"].iter_chunks(_BLOCK):
            file.write(block)
        yield cast("BinaryIO", file), found["ETag"]


def delete_upload(ref: ImportRef) -> None:
    """Delete the uploaded file, because it contains personal data. No error if it does not exist."""
    aws.s3().delete_object(Bucket=settings.uploads_bucket(), Key=ref.upload_object_key)


class ErrorFile:
    """The file of errors on disk. Use it as a context manager."""

    def __init__(self) -> None:
        self._file = TemporaryFile("w+", newline="", encoding="utf-8")  # noqa: SIM115 - closed by __exit__
        self._out = csv.writer(self._file)
        self._out.writerow(("row", "field", "message"))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, errors: Iterable[RowError]) -> None:
        for error in errors:
            self._out.writerow(
                (error.row, escape_formulas(error.field or ""), escape_formulas(error.message))
            )

    def put(self, ref: ImportRef) -> None:
        """Upload the file. It replaces the same file of a run that was killed afterwards."""
        self._file.flush()
        self._file.seek(0)
        aws.s3_sdk().put_object(
            Bucket=settings.uploads_bucket(),
            Key=ref.errors_object_key,
            Body=cast("BinaryIO", self._file.buffer),
            ContentType="text/csv; charset=utf-8",
        )
