"""An import's two files: what was uploaded, fetched whole to disk; and the errors, written to disk and then put."""

from __future__ import annotations

import csv
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, BinaryIO, Self, cast

from eal.core import aws, settings
from eal.core.csv_cell import harmless
from eal.domain.lead_imports.model import LARGEST_FILE
from eal.domain.lead_imports.rows import NotImportable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from eal.domain.lead_imports.model import Place, RowError

_BLOCK = 1024 * 1024


@contextmanager
def fetched(place: Place, etag: str | None) -> Iterator[tuple[BinaryIO, str]]:
    """The uploaded file and its ETag, which is `etag` where one is given.

    Not read from S3 row by row: a connection that waits for transactions is cut off.
    Raises: NotImportable for a file that is too large, gone or another one.
    """
    client = aws.s3()
    pinned = {"IfMatch": etag} if etag else {}
    try:
        answer = client.get_object(Bucket=settings.uploads_bucket(), Key=place.upload, **pinned)  # type: ignore[arg-type]
    except client.exceptions.ClientError as refused:
        code = refused.response.get("Error", {}).get("Code")
        if code == "PreconditionFailed":
            raise NotImportable("The file was replaced after the import started.") from None
        if code == "NoSuchKey":
            raise NotImportable("The file no longer exists.") from None
        raise
    if answer["ContentLength"] > LARGEST_FILE:
        answer["Body"].close()
        raise NotImportable(
            f"The file has {answer['ContentLength']} bytes. The limit is {LARGEST_FILE} bytes."
        )
    with TemporaryFile() as file:
        for block in answer["Body"].iter_chunks(_BLOCK):
            file.write(block)
        yield cast("BinaryIO", file), answer["ETag"]


def delete_upload(place: Place) -> None:
    """The uploaded file, which nobody needs any more and which is full of personal data. No error if it is gone."""
    aws.s3().delete_object(Bucket=settings.uploads_bucket(), Key=place.upload)


class ErrorFile:
    """The file of errors while it is written. Use it as a context manager."""

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
            self._out.writerow((error.row, harmless(error.field or ""), harmless(error.message)))

    def put(self, place: Place) -> None:
        """To S3, over the same file of a run that was killed after it."""
        self._file.flush()
        self._file.seek(0)
        aws.s3().put_object(
            Bucket=settings.uploads_bucket(),
            Key=place.errors,
            Body=cast("BinaryIO", self._file.buffer),
            ContentType="text/csv; charset=utf-8",
        )
