"""Imports, as the API accepts and returns them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, ClassVar, Self

from eal.core.clock import Instant
from eal.core.schema import ConfigDict, Field
from eal.core.wire import UploadView, Wire
from eal.domain.lead_imports.model import MAX_ERRORS_SHOWN, Format, LeadImport, Status
from eal.domain.leads.vocabulary import OnDuplicate


class LeadImportCreate(Wire):
    model_config = ConfigDict(extra="forbid")

    format: Format
    """`csv`: UTF-8 with a header row. Columns: first_name, last_name, company, email, phone, phones (separated by ';'),
    address_line1, address_line2, city, state, postal_code, country, source, source_detail, loss_type, notes,
    assigned_to, metadata.<key>, and the fields of `attribution`, with attribution_source for its `source`. `jsonl`: one
    request body of `POST /leads` per line."""
    dry_run: bool = False
    """Whether to only validate and count the rows, without changing any lead."""
    on_duplicate: OnDuplicate = "error"
    """Treatment of a row whose e-mail address or phone number a lead already has. `error`: fail the row. `return`: skip
    it. `update`: merge it into that lead, as `POST /leads` does; the row fails if the merged lead would exceed a limit.
    Rows of the same file can be duplicates of each other."""


class RowErrorView(Wire):
    row: int
    """The number of the row. 1 is the first row after the header."""
    field: str | None
    """The field with the error. Null if the error is about the row as a whole."""
    message: str
    """Explanation of the fault, in English."""


class LeadImportView(Wire):
    changes_by_itself: ClassVar[bool] = True  # errors_url is new in each response

    id: str
    status: Status
    """`completed`: every row was processed, even if some failed. `failed`: the import stopped; see `failure`."""
    format: Format
    """`csv`, or `jsonl` (JSON Lines)."""
    dry_run: bool
    """Whether rows are only validated and counted, without changing any lead."""
    on_duplicate: OnDuplicate
    """Treatment of a row whose e-mail address or phone number a lead already has."""
    total: int | None
    """The number of rows in the file. Null until they are counted."""
    processed: int
    """The number of rows processed so far."""
    created: int
    """The number of rows that became a lead or, in a dry run, would."""
    updated: int
    """The number of rows that changed an existing lead."""
    skipped: int
    """The number of rows that changed nothing, because their lead exists."""
    failed: int
    """The number of rows with an error."""
    errors: Annotated[
        list[RowErrorView],
        Field(description=f"The first {MAX_ERRORS_SHOWN} errors. The file at `errors_url` has all of them."),
    ]
    errors_url: str | None
    """The URL of a CSV file with all errors, available once the import ends, or shortly after it fails. It is new in
    every response. Null for a dry run that failed."""
    failure: str | None
    """Why the file could not be imported, or the import stopped early."""
    created_at: Instant
    """When the import was created. It can be read for seven days from then."""
    started_at: Instant | None
    """When the rows had been counted and processing began. Null until then."""
    ended_at: Instant | None
    """When the import completed or failed. Null until then."""
    version: int

    @classmethod
    def of_import(cls, lead_import: LeadImport, errors_url: str | None) -> Self:
        return cls.model_validate(_fields(lead_import, errors_url))


class LeadImportCreated(LeadImportView):
    """A new import, with the URL to upload its file to."""

    # The idempotency record keeps the URL although it grants an upload: it accepts one file within an hour, and a
    # caller that lost the first response has no other way to get it.
    upload: UploadView
    """How to upload the file, shown only in this response. An idempotent replay repeats it; after `expires_at` it no
    longer works."""

    @classmethod
    def of_new(cls, lead_import: LeadImport, url: str, headers: dict[str, str], expires_at: datetime) -> Self:
        upload = {"method": "PUT", "url": url, "headers": headers, "expires_at": expires_at}
        return cls.model_validate({**_fields(lead_import, None), "upload": upload})


def _fields(lead_import: LeadImport, errors_url: str | None) -> dict[str, object]:
    stored = asdict(lead_import)
    return {
        **{name: stored[name] for name in LeadImportView.model_fields if name in stored},
        "errors_url": errors_url,
    }
