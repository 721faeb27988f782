"""An import, how far it has come, and what becomes of each row."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal, NamedTuple, Self, cast, get_args

from eal.core import ids
from eal.core.clock import Instant
from eal.core.json import Json
from eal.core.tenancy import Mode, Tenant
from eal.domain.leads.merging import merged
from eal.domain.leads.model import Lead, OnDuplicate, over_limit

type Format = Literal["csv", "jsonl"]
type Status = Literal["awaiting_upload", "running", "completed", "failed"]

MOST_ROWS = 100_000
LARGEST_FILE = 64 * 1024 * 1024
LONGEST_ROW = 64 * 1024
ERRORS_SHOWN = 100

UPLOAD_WITHIN = timedelta(hours=1)
MOST_UNFINISHED = 3
"""Imports of a tenant and mode at once: the workers are few, and all tenants' files wait for them."""
KEPT = timedelta(days=7)
"""As long as the bucket keeps the file of errors, at the least."""

UPLOADS, ERRORS = "imports/uploads", "imports/errors"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowError:
    """Rows count from 1, the one under the header. `field` is None where the row as a whole is wrong."""

    row: int
    field: str | None = None
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadImport:
    """`etag` pins the file that the import has started with. `failure` says why nothing more is imported.

    `error_file` says of one that failed whether the file of its rows' errors is there.
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
        """A completed import has had it before its end, one that failed gets it after."""
        return self.failed > 0 and (self.status == "completed" or self.error_file)

    @property
    def lacks_error_file(self) -> bool:
        """Whether it can still be made. A dry run keeps no errors to make it of."""
        return self.status == "failed" and self.failed > 0 and not self.error_file and not self.dry_run

    def is_unfinished(self, now: datetime) -> bool:
        """Whether it is being worked at or may yet be: nothing can be uploaded any more once its hour is over."""
        waits = self.status == "awaiting_upload" and now < self.created_at + UPLOAD_WITHIN
        return not self.is_gone(now) and (waits or self.status == "running")

    def is_gone(self, now: datetime) -> bool:
        """DynamoDB deletes expired items late, and the files are gone then."""
        return now >= self.created_at + KEPT

    def started(self, etag: str, total: int, at: datetime) -> Self:
        return self._next(at, status="running", etag=etag, total=total, started_at=at)

    def advanced(self, rows: int, verdict: "Verdict", at: datetime) -> Self:
        return self._next(
            at,
            processed=self.processed + rows,
            created=self.created + verdict.created,
            updated=self.updated + verdict.updated,
            skipped=self.skipped + verdict.skipped,
            failed=self.failed + verdict.failed,
            errors=(*self.errors, *verdict.errors)[:ERRORS_SHOWN],
        )

    def from_its_beginning(self, at: datetime) -> Self:
        """Nothing processed: for a dry run, which keeps in memory what it has seen."""
        return self._next(at, processed=0, created=0, updated=0, skipped=0, failed=0, errors=())

    def ended(self, failure: str | None, at: datetime) -> Self:
        return self._next(at, status="failed" if failure else "completed", failure=failure, ended_at=at)

    def with_error_file(self, at: datetime) -> Self:
        return self._next(at, error_file=True)

    def _next(self, at: datetime, **changes: object) -> Self:
        return replace(self, version=self.version + 1, updated_at=at, **changes)  # type: ignore[arg-type]


class Place(NamedTuple):
    """Whose import it is: what the key of its file says."""

    tenant: Tenant
    import_id: str

    @property
    def upload(self) -> str:
        return f"{UPLOADS}/{self.tenant.organization_id}/{self.tenant.mode}/{self.import_id}"

    @property
    def errors(self) -> str:
        return f"{ERRORS}/{self.tenant.organization_id}/{self.tenant.mode}/{self.import_id}.csv"

    @classmethod
    def of(cls, upload: str) -> Self | None:
        """None where it is no import's file."""
        match upload.removeprefix(f"{UPLOADS}/").split("/"):
            case [organization_id, mode, import_id] if (
                mode in get_args(Mode.__value__)
                and ids.is_id("org", organization_id)
                and ids.is_id("imp", import_id)
            ):
                return cls(Tenant(organization_id, cast("Mode", mode)), import_id)
        return None


# ---------------------------------------------------------------- what becomes of rows


@dataclass(slots=True)
class Known:
    """Who has which contact, and the leads that rows may be merged into. What a row adds, the next row sees."""

    holders: dict[str, str] = field(default_factory=dict)
    leads: dict[str, Lead] = field(default_factory=dict)


@dataclass(slots=True)
class Verdict:
    """Counts and errors of some rows, and each lead that they make or change, as it is after the last of them."""

    created: int = 0
    updated: int = 0
    skipped: int = 0
    failed: int = 0
    errors: list[RowError] = field(default_factory=list)
    after: dict[str, Lead] = field(default_factory=dict)

    def fail(self, *errors: RowError) -> None:
        self.failed += 1
        self.errors += errors


def judge(
    rows: Iterable[tuple[int, Lead | Sequence[RowError]]], known: Known, on_duplicate: OnDuplicate
) -> Verdict:
    """What becomes of rows, in their order, each a new lead or what is wrong with it.

    `known` must have the holders of all their contacts, and for `update` those leads; it has what was decided after.
    """
    verdict = Verdict()
    for number, new in rows:
        if not isinstance(new, Lead):
            verdict.fail(*new)
            continue
        contacts = sorted(new.contacts)
        held = next((one for one in contacts if one in known.holders), None)
        if over := over_limit(new):
            verdict.fail(RowError(row=number, field=over[0] or None, message=over[1]))
        elif held is None:
            verdict.created += 1
            _keep(new, verdict, known)
        elif on_duplicate == "error":
            verdict.fail(_taken(number, held, known.holders[held]))
        elif on_duplicate == "return":
            verdict.skipped += 1
        else:
            _merge(number, new, known.holders[held], verdict, known)
    return verdict


def _merge(number: int, new: Lead, lead_id: str, verdict: Verdict, known: Known) -> None:
    other = next((one for one in sorted(new.contacts) if known.holders.get(one, lead_id) != lead_id), None)
    before = known.leads[lead_id]
    after = merged(before, new)
    if other:
        verdict.fail(_taken(number, other, known.holders[other]))
    elif after == before:
        verdict.skipped += 1
    elif over := over_limit(after):
        verdict.fail(RowError(row=number, field=over[0] or None, message=over[1]))
    else:
        verdict.updated += 1
        _keep(after, verdict, known)


def _keep(lead: Lead, verdict: Verdict, known: Known) -> None:
    verdict.after[lead.id] = known.leads[lead.id] = lead
    known.holders |= dict.fromkeys(lead.contacts, lead.id)


def _taken(number: int, contact: str, holder: str) -> RowError:
    """The holder is a lead, or in a dry run a row that would have made one."""
    is_email = contact.startswith("email#")
    who = f"The lead {holder}" if ids.is_id("lead", holder) else holder.capitalize()
    return RowError(
        row=number,
        field="email" if is_email else "phones",
        message=f"{who} has the same {'e-mail address' if is_email else 'phone number'}.",
    )


def counts(lead_import: LeadImport) -> dict[str, Json]:
    """For the audit log: whose rows they were stands in the leads' own records."""
    names = ("total", "created", "updated", "skipped", "failed") if lead_import.total is not None else ()
    return {"status": lead_import.status, **{name: getattr(lead_import, name) for name in names}}
