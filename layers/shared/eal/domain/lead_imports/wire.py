"""What the API takes and shows of imports."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, ClassVar, Literal, Self

from pydantic import ConfigDict, Field

from eal.core.clock import Instant
from eal.core.wire import Wire
from eal.domain.lead_imports.model import ERRORS_SHOWN, Format, LeadImport, Status
from eal.domain.leads.model import OnDuplicate


class LeadImportCreate(Wire):
    model_config = ConfigDict(extra="forbid")

    format: Annotated[
        Format,
        Field(
            description="csv: UTF-8, a header, the columns first_name, last_name, company, email, phone, phones "
            "(separated by ';'), address_line1, address_line2, city, state, postal_code, country, source, "
            "source_detail, loss_type, notes, assigned_to, metadata.<key>, and those of `attribution`, "
            "whose own source is attribution_source. "
            "jsonl: in each line a body of POST /v1/leads."
        ),
    ]
    dry_run: Annotated[bool, Field(description="Judge and count every row, and change no lead.")] = False
    on_duplicate: Annotated[
        OnDuplicate,
        Field(
            description="For a row whose e-mail or phone a lead has: fail the row, skip it, or add to that lead "
            "what the row says, as POST /v1/leads does; a row whose lead has no room for it fails. "
            "Rows of one file can be each other's duplicates."
        ),
    ] = "error"


class UploadView(Wire):
    """Send the file with this method, to this address, with these headers. It is taken once."""

    method: Literal["PUT"]
    url: str
    headers: dict[str, str]
    expires_at: Instant


class RowErrorView(Wire):
    row: Annotated[int, Field(description="From 1, the row under the header.")]
    field: str | None
    message: str


class LeadImportView(Wire):
    changes_by_itself: ClassVar[bool] = True  # errors_url is new with each answer

    id: str
    status: Status
    format: Format
    dry_run: bool
    on_duplicate: OnDuplicate
    total: Annotated[int | None, Field(description="Rows of the file; null until they were counted.")]
    processed: int
    created: int
    updated: int
    skipped: int
    failed: int
    errors: Annotated[
        list[RowErrorView], Field(description=f"The first {ERRORS_SHOWN}; all are in errors_url's file.")
    ]
    errors_url: Annotated[
        str | None,
        Field(
            description="All errors as CSV, from the import's end on, of a failed one from a moment later on. New "
            "with each answer. Null for a dry run that failed."
        ),
    ]
    failure: Annotated[
        str | None, Field(description="Why the file as a whole was not imported, or no further.")
    ]
    created_at: Instant
    started_at: Instant | None
    ended_at: Instant | None
    version: int

    @classmethod
    def of(cls, lead_import: LeadImport, errors_url: str | None) -> Self:
        return cls.model_validate(_fields(lead_import, errors_url))


class LeadImportCreated(LeadImportView):
    """A new import, with the address for its file."""

    # Kept for a repeat of the request, though whoever has the address can upload: it takes one file within its hour,
    # and who lost the first answer has no other way to it.
    upload: Annotated[
        UploadView,
        Field(
            description="In a replayed answer the same as in the first: of no use after `expires_at`. No other answer "
            "shows it."
        ),
    ]

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
