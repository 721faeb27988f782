"""Request and response models for suppressions."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Literal, Self

from eal.core.clock import Instant
from eal.core.contact import Email, email_address
from eal.core.listing import ListQuery, PageView
from eal.core.schema import AfterValidator, ConfigDict, Field, model_validator
from eal.core.wire import Wire, one_line, prose
from eal.domain.outreach.suppressions.model import SuppressionReason, SuppressionSource, Topic

MAX_IMPORT_ROWS = 200
type RowStatus = Literal["created", "updated", "unchanged", "failed"]
_INPUT = ConfigDict(extra="forbid", str_strip_whitespace=True)
_MAX_DOMAIN_CHARACTERS = 253


def _domain(text: str) -> str:
    """The domain in the form in which addresses have it."""
    address = email_address(f"postmaster@{text.removeprefix('@')}")
    if address is None:
        raise ValueError("Must be a domain, such as example.com.")
    return address.rpartition("@")[2]


Domain = Annotated[
    str,
    Field(
        max_length=_MAX_DOMAIN_CHARACTERS,
        description="The part of an address after the @, in lower case. Subdomains are not included.",
        json_schema_extra={"format": "hostname"},
    ),
    AfterValidator(_domain),
]


class SuppressionCreate(Wire):
    """Either an address or a domain."""

    model_config = ConfigDict(
        **_INPUT,
        json_schema_extra={
            "oneOf": [
                {"required": ["address"], "properties": {"address": {"type": "string"}}},
                {"required": ["domain"], "properties": {"domain": {"type": "string"}}},
            ]
        },
    )

    address: Email | None = None
    domain: Domain | None = None
    reason: SuppressionReason = "manual"
    """`unsubscribed`, `complained` and `hostile` are wishes of the recipient that the law protects: they can be deleted
    only with a reason."""
    source: SuppressionSource = "api"
    """How the suppression came about: `api`, or what your other system reports, such as `reply`."""
    topic: Topic = "all"
    """Suppressed e-mail: `all` e-mail, or only requests for `reviews`."""
    note: Annotated[str, Field(min_length=1, max_length=500), AfterValidator(prose)] | None = None
    """For the people who read the suppression."""

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if (self.address is None) == (self.domain is None):
            raise ValueError("A suppression needs either an 'address' or a 'domain'.")
        return self


class SuppressionDelete(Wire):
    model_config = _INPUT

    reason: Annotated[str, Field(min_length=1, max_length=500), AfterValidator(one_line)] | None = None
    """Why e-mail may be sent again, for the audit log. Required if the suppression's reason is `unsubscribed`,
    `complained` or `hostile`. It must not contain personal data."""


_BY_REASON = Field(description="Only suppressions with this reason.")
_BY_SOURCE = Field(description="Only suppressions that came about in this way.")


class SuppressionQuery(ListQuery):
    address: Email | None = None
    """Only the suppression of this address, not that of its domain. Of the topic `all` unless `topic` is given."""
    domain: Domain | None = None
    reason: Annotated[SuppressionReason | None, _BY_REASON] = None
    source: Annotated[SuppressionSource | None, _BY_SOURCE] = None
    topic: Topic | None = None
    """Only suppressions of this topic: `all` e-mail, or `reviews`."""


class SuppressionView(Wire):
    id: str
    address: str | None
    """The suppressed address. Null for a domain, and after the erasure of the person: the hash then identifies the
    address."""
    address_sha256: str | None
    """The SHA-256 of the address in lower case, in hexadecimal. Null for a domain."""
    domain: str | None
    """The part of addresses after the @, in lower case. Null for an address."""
    reason: SuppressionReason
    """`unsubscribed`, `complained` and `hostile` are wishes of the recipient that the law protects: they can be deleted
    only with a reason."""
    source: SuppressionSource
    """How the suppression came about."""
    topic: Topic
    """Suppressed e-mail: `all` e-mail, or only requests for `reviews`."""
    note: str | None
    """For the people who read the suppression. Null after the erasure of the person."""
    email_id: str | None
    """The e-mail that caused the suppression."""
    created_at: Instant
    version: int

    @property
    def erasable(self) -> tuple[str, ...]:
        """The resources whose erasure must reach a stored copy of this response."""
        return (self.id,)


class SuppressionPage(PageView[SuppressionView]):
    pass


class SuppressionImport(Wire):
    model_config = _INPUT

    csv: Annotated[
        str,
        Field(
            min_length=1,
            description=f"CSV (RFC 4180) with a header row and at most {MAX_IMPORT_ROWS} further rows. Columns: "
            "`address` or `domain`, `reason` (`manual` if it is empty), `topic` (`all` if it is empty) and `note`. The "
            "other columns of an export are ignored.",
        ),
    ]


class ImportedRowView(Wire):
    row: int
    """The number of the row. The row after the header is 1."""
    status: RowStatus
    """`unchanged`: suppressed already. `updated`: that suppression has a new reason, because the recipient's wish
    outweighs the earlier one."""
    id: str | None = None
    """The id of the suppression. Null if the row failed."""
    message: str | None = None
    """Explanation of the row's fault."""


class SuppressionImportView(Wire):
    """Every row was processed on its own."""

    created: int
    """The number of rows that made a new suppression."""
    updated: int
    """The number of rows that gave a suppression a new reason."""
    unchanged: int
    """The number of rows whose address or domain was suppressed already."""
    failed: int
    """The number of rows that have an error and suppressed nothing."""
    rows: list[ImportedRowView]
    """One result for each row, in the order of the rows."""

    @classmethod
    def of_rows(cls, rows: list[ImportedRowView]) -> Self:
        counts = Counter(row.status for row in rows)
        return cls(
            created=counts["created"],
            updated=counts["updated"],
            unchanged=counts["unchanged"],
            failed=counts["failed"],
            rows=rows,
        )


class SuppressionCsvQuery(Wire):
    model_config = _INPUT

    reason: Annotated[SuppressionReason | None, _BY_REASON] = None
    source: Annotated[SuppressionSource | None, _BY_SOURCE] = None
    created_after: Instant | None = None
    """Only suppressions created at or after this time."""
    created_before: Instant | None = None
    """Only suppressions created before this time."""

    def as_list(self) -> SuppressionQuery:
        return SuppressionQuery.model_validate(self.model_dump())
