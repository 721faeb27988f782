"""An import, its progress, and the outcome of each row."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal, NamedTuple, Self, cast, get_args

from eal.core import ids
from eal.core.clock import Instant
from eal.core.json import Json
from eal.core.tenancy import Mode, Tenant
from eal.domain.leads.merging import merged
from eal.domain.leads.model import Lead, over_limit
from eal.domain.leads.vocabulary import OnDuplicate

type Format = Literal["csv", "jsonl"]
type Status = Literal["awaiting_upload", "running", "completed", "failed"]

MAX_ROWS = 100_000
MAX_FILE_BYTES = 64 * 1024 * 1024
MAX_ROW_BYTES = 64 * 1024
MAX_ERRORS_SHOWN = 100

UPLOAD_WINDOW = timedelta(hours=1)
MAX_UNFINISHED_IMPORTS = 3
"""Unfinished imports per tenant and mode, because all tenants' files share a few workers."""
RETENTION = timedelta(days=7)
"""The bucket keeps the file of errors at least as long."""

UPLOAD_PREFIX, ERROR_PREFIX = "imports/uploads", "imports/errors"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowError:
    """Row 1 is the first row after the header. `field` is None if the row as a whole is invalid."""

    row: int
    field: str | None = None
    message: str


@dataclass(slots=True)
class RowOutcome:
    """Counts and errors of a sequence of rows, and each lead that they create or change, in its final state."""

    created: int = 0
    updated: int = 0
    skipped: int = 0
    failed: int = 0
    errors: list[RowError] = field(default_factory=list)
    after: dict[str, Lead] = field(default_factory=dict)

    def fail(self, *errors: RowError) -> None:
        self.failed += 1
        self.errors += errors


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadImport:
    """`etag` pins the file with which the import started. `failure` is the reason why the import stopped.

    `error_file`: a failed import has its file of row errors.
    """

    id: str
    format: Format
    dry_run: bool
    on_duplicate: OnDuplicate
    status: Status
    created_at: Instant
    updated_at: Instant
    version: int
    request_id: str
    etag: str | None = None
    total: int | None = None
    processed: int = 0
    created: int = 0
    updated: int = 0
    skipped: int = 0
    failed: int = 0
    errors: tuple[RowError, ...] = ()
    failure: str | None = None
    error_file: bool = False
    started_at: Instant | None = None
    ended_at: Instant | None = None

    @property
    def has_ended(self) -> bool:
        return self.status in ("completed", "failed")

    @property
    def has_error_file(self) -> bool:
        """A completed import gets the file before it ends, a failed import afterwards."""
        return self.failed > 0 and (self.status == "completed" or self.error_file)

    @property
    def lacks_error_file(self) -> bool:
        """Whether the file can still be written. A dry run stores no errors to write."""
        return self.status == "failed" and self.failed > 0 and not self.error_file and not self.dry_run

    def is_unfinished(self, now: datetime) -> bool:
        """Whether the import is running or can still start: the upload URL expires after an hour."""
        awaits_upload = self.status == "awaiting_upload" and now < self.created_at + UPLOAD_WINDOW
        return not self.has_expired(now) and (awaits_upload or self.status == "running")

    def has_expired(self, now: datetime) -> bool:
        """DynamoDB deletes expired items late, when the files are already deleted."""
        return now >= self.created_at + RETENTION

    def started(self, etag: str, total: int, at: datetime) -> Self:
        return self._next(at, status="running", etag=etag, total=total, started_at=at)

    def advanced(self, rows: int, outcome: RowOutcome, at: datetime) -> Self:
        return self._next(
            at,
            processed=self.processed + rows,
            created=self.created + outcome.created,
            updated=self.updated + outcome.updated,
            skipped=self.skipped + outcome.skipped,
            failed=self.failed + outcome.failed,
            errors=(*self.errors, *outcome.errors)[:MAX_ERRORS_SHOWN],
        )

    def restarted(self, at: datetime) -> Self:
        """The import with all counts at zero: a dry run keeps its progress in memory and cannot be resumed."""
        return self._next(at, processed=0, created=0, updated=0, skipped=0, failed=0, errors=())

    def ended(self, failure: str | None, at: datetime) -> Self:
        return self._next(at, status="failed" if failure else "completed", failure=failure, ended_at=at)

    def with_error_file(self, at: datetime) -> Self:
        return self._next(at, error_file=True)

    def _next(self, at: datetime, **changes: object) -> Self:
        return replace(self, version=self.version + 1, updated_at=at, **changes)  # type: ignore[arg-type]


class ImportRef(NamedTuple):
    """An import's tenant and id, which are also the parts of its objects' keys in S3."""

    tenant: Tenant
    import_id: str

    @property
    def upload_object_key(self) -> str:
        return f"{UPLOAD_PREFIX}/{self.tenant.organization_id}/{self.tenant.mode}/{self.import_id}"

    @property
    def errors_object_key(self) -> str:
        return f"{ERROR_PREFIX}/{self.tenant.organization_id}/{self.tenant.mode}/{self.import_id}.csv"

    @classmethod
    def of_upload(cls, object_key: str) -> Self | None:
        """None if the object is not an import's upload."""
        match object_key.removeprefix(f"{UPLOAD_PREFIX}/").split("/"):
            case [organization_id, mode, import_id] if (
                mode in get_args(Mode.__value__)
                and ids.is_id("org", organization_id)
                and ids.is_id("imp", import_id)
            ):
                return cls(Tenant(organization_id, cast("Mode", mode)), import_id)
        return None


# ---------------------------------------------------------------- rows


@dataclass(slots=True)
class ExistingLeads:
    """The holder of each contact, and the leads into which rows can be merged. Each row adds to both for later rows."""

    holders: dict[str, str] = field(default_factory=dict)
    leads: dict[str, Lead] = field(default_factory=dict)


def decide(
    rows: Iterable[tuple[int, Lead | Sequence[RowError]]], existing: ExistingLeads, on_duplicate: OnDuplicate
) -> RowOutcome:
    """The outcome of rows in their order; each is a new lead or the errors of an invalid row.

    `existing` must contain the holders of all contacts of the rows, and for `update` those leads. The rows' own leads
    are added to it.
    """
    outcome = RowOutcome()
    for number, new in rows:
        if not isinstance(new, Lead):
            outcome.fail(*new)
            continue
        contacts = sorted(new.contacts)
        held = next((contact for contact in contacts if contact in existing.holders), None)
        if over := over_limit(new):
            outcome.fail(RowError(row=number, field=over[0] or None, message=over[1]))
        elif held is None:
            outcome.created += 1
            _keep(new, outcome, existing)
        elif on_duplicate == "error":
            outcome.fail(_duplicate_error(number, held, existing.holders[held]))
        elif on_duplicate == "return":
            outcome.skipped += 1
        else:
            _merge(number, new, existing.holders[held], outcome, existing)
    return outcome


def _merge(number: int, new: Lead, lead_id: str, outcome: RowOutcome, existing: ExistingLeads) -> None:
    other = next(
        (contact for contact in sorted(new.contacts) if existing.holders.get(contact, lead_id) != lead_id),
        None,
    )
    before = existing.leads[lead_id]
    after = merged(before, new)
    if other:
        outcome.fail(_duplicate_error(number, other, existing.holders[other]))
    elif after == before:
        outcome.skipped += 1
    elif over := over_limit(after):
        outcome.fail(RowError(row=number, field=over[0] or None, message=over[1]))
    else:
        outcome.updated += 1
        _keep(after, outcome, existing)


def _keep(lead: Lead, outcome: RowOutcome, existing: ExistingLeads) -> None:
    outcome.after[lead.id] = existing.leads[lead.id] = lead
    existing.holders |= dict.fromkeys(lead.contacts, lead.id)


def _duplicate_error(number: int, contact: str, holder: str) -> RowError:
    """`holder` is the id of a lead or, in a dry run, the row that would create one, such as `row 5`."""
    is_email = contact.startswith("email#")
    subject = f"The lead {holder}" if ids.is_id("lead", holder) else holder.capitalize()
    return RowError(
        row=number,
        field="email" if is_email else "phones",
        message=f"{subject} has the same {'e-mail address' if is_email else 'phone number'}.",
    )


def counts(lead_import: LeadImport) -> dict[str, Json]:
    """The counts for the audit log. Which rows changed which lead is in the records of the leads."""
    names = ("total", "created", "updated", "skipped", "failed") if lead_import.total is not None else ()
    return {"status": lead_import.status, **{name: getattr(lead_import, name) for name in names}}
