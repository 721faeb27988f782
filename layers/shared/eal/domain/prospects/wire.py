"""Request and response models for prospects."""

from __future__ import annotations

import json
import re
from typing import Annotated, ClassVar, Literal, Self

from eal.ai.provenance import ProvenanceView
from eal.core.clock import Instant
from eal.core.contact import Email, EmailFilter
from eal.core.errors import ValidationFailed
from eal.core.json import MAX_NUMBER
from eal.core.listing import ListQuery, PageView
from eal.core.schema import AfterValidator, ConfigDict, Field, PlainValidator, model_validator
from eal.core.wire import Name, Wire, free_number, one_line, prose, without_defaults
from eal.domain.leads.vocabulary import LossType
from eal.domain.leads.wire import (
    ASSIGNED_TO,
    METADATA,
    AddressBody,
    AddressView,
    Assignee,
    Metadata,
    Notes,
    Phones,
    Slug,
)
from eal.domain.prospects.model import OutreachState, Prospect, QualificationStatus, Value

MAX_PROSPECTS_QUALIFIED = 30
MAX_ENRICHMENT_BYTES = 16_384
"""Bytes of JSON."""
_MAX_RESPONSE_BYTES = 350_000
"""The idempotency record contains the response, and DynamoDB limits an item to 400 KB. One prospect always fits."""
_MAX_VALUE_CHARACTERS = 1000
_INPUT = ConfigDict(extra="forbid", str_strip_whitespace=True)
_WEBSITE_PATTERN = (
    r"([Hh][Tt][Tt][Pp][Ss]?://)?[^\s/?#@:.\\]+(?:\.[^\s/?#@:.\\]+)+(?::[0-9]{1,5})?(?:[/?#]\S*)?"
)
_WEBSITE = re.compile(_WEBSITE_PATTERN)


def _website(text: str) -> str:
    found = _WEBSITE.fullmatch(text)
    if found is None or not text.isprintable():
        raise ValueError("Must be a web address, such as https://example.com.")
    return text if found[1] else f"https://{text}"


def _value(value: object) -> Value:
    """A text, number, boolean or null that JSON readers and the table both preserve."""
    match value:
        case bool() | None:
            return value
        case str():
            return _text(value)
        case int() | float():
            return free_number(value)
        case _:
            raise ValueError("Must be a string, a number, true, false or null.")


def _text(value: str) -> str:
    if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
        raise ValueError("Must be valid Unicode text.")
    text = prose(value.strip())
    if len(text) > _MAX_VALUE_CHARACTERS:
        raise ValueError(f"Must have at most {_MAX_VALUE_CHARACTERS} characters.")
    return text


def _bounded(enrichment: dict[str, Value]) -> dict[str, Value]:
    if len(json.dumps(enrichment, ensure_ascii=False).encode()) > MAX_ENRICHMENT_BYTES:
        raise ValueError(f"Must be at most {MAX_ENRICHMENT_BYTES} bytes of JSON.")
    return enrichment


def _distinct(ids: list[str]) -> list[str]:
    if len(set(ids)) < len(ids):
        raise ValueError("Must not contain the same prospect twice.")
    return ids


_GivenValue = (
    Annotated[str, Field(max_length=_MAX_VALUE_CHARACTERS), AfterValidator(prose)]
    | Annotated[float, Field(ge=-MAX_NUMBER, le=MAX_NUMBER)]
    | bool
    | None
)
Website = Annotated[
    str,
    Field(
        max_length=500,
        description="`https://` is added if the URL has no scheme.",
        json_schema_extra={"pattern": f"^{_WEBSITE_PATTERN}$"},
    ),
    AfterValidator(_website),
]
Enrichment = Annotated[
    dict[
        Annotated[str, Field(min_length=1, max_length=50), AfterValidator(one_line)],
        Annotated[Value, PlainValidator(_value, json_schema_input_type=_GivenValue)],
    ],
    Field(
        max_length=50,
        description="Data from other services: strings, numbers, booleans and nulls. Each string has at most "
        f"{_MAX_VALUE_CHARACTERS} characters, and the whole at most {MAX_ENRICHMENT_BYTES} bytes of JSON.",
    ),
    AfterValidator(_bounded),
]
type SettableOutreachState = Literal[
    "not_started", "enrolled", "contacted", "replied", "meeting", "opted_out"
]


_NOTES = Field(description="Free text. The qualification reads it.")
_OUTREACH_STATE = Field(
    description="How far outreach has come. Its e-mails and their replies advance it. An `opted_out` prospect cannot "
    "be enrolled; `converted` is set only by a conversion, and is final."
)
_SOURCE = Field(description="Where the prospect came from, as a slug, such as `import` or `api`.")
_TITLE = Field(description="The job title, such as Property Manager.")


class ContactBody(Wire):
    """The contact person. An update replaces the contact as a whole."""

    model_config = _INPUT

    first_name: Name | None = None
    """The contact's first name."""
    last_name: Name | None = None
    """The contact's last name."""
    title: Annotated[Name | None, _TITLE] = None


class ProspectFields(Wire):
    """The fields that both a new prospect and an update may have."""

    model_config = _INPUT

    company: Name | None = None
    """The company name."""
    contact: ContactBody | None = None
    """The person to contact at the company."""
    email: Email | None = None
    website: Website | None = None
    address: AddressBody | None = None
    """The address of the prospect. The qualification compares its postal code with the service area."""
    notes: Annotated[Notes | None, _NOTES] = None
    assigned_to: Assignee | None = None


class ProspectCreate(ProspectFields):
    """A new prospect. It needs a company or an e-mail address."""

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [
                {"required": ["company"], "properties": {"company": {"type": "string"}}},
                {"required": ["email"], "properties": {"email": {"type": "string"}}},
            ]
        }
    )

    phones: Phones = []  # noqa: RUF012 - pydantic copies defaults
    source: Annotated[Slug, _SOURCE] = "api"
    metadata: Metadata = {}  # noqa: RUF012 - as above
    enrichment: Enrichment = {}  # noqa: RUF012 - as above
    outreach_state: Annotated[SettableOutreachState, _OUTREACH_STATE] = "not_started"

    @model_validator(mode="after")
    def _is_named(self) -> Self:
        if not self.company and not self.email:
            raise ValueError("A prospect needs a 'company' or an 'email'.")
        return self


class ProspectUpdate(ProspectFields):
    """Only the fields present change. Null clears a field.

    `contact`, `address`, `metadata`, `enrichment` and `phones` are replaced as a whole. The prospect must keep a
    company or an e-mail address.
    """

    model_config = ConfigDict(json_schema_extra=without_defaults("source", "outreach_state"))

    phones: Phones | None = None
    source: Annotated[Slug | None, _SOURCE] = None
    metadata: Metadata | None = None
    enrichment: Enrichment | None = None
    outreach_state: Annotated[SettableOutreachState | None, _OUTREACH_STATE] = None


class ProspectQualify(Wire):
    model_config = _INPUT

    prospect_ids: Annotated[
        list[Annotated[str, Field(max_length=100)]],
        Field(min_length=1, max_length=MAX_PROSPECTS_QUALIFIED, json_schema_extra={"uniqueItems": True}),
        AfterValidator(_distinct),
    ]
    """The ids of the prospects. All of them are qualified, or none."""


class ProspectConvert(Wire):
    model_config = _INPUT

    may_be_left_out: ClassVar[bool] = True

    loss_type: LossType | None = None
    """The `loss_type` of the lead. An existing lead keeps its own."""
    notes: Notes | None = None
    """Appended to the lead's notes."""


class ProspectQuery(ListQuery):
    qualification: QualificationStatus | None = None
    """The status of the qualification."""
    outreach_state: OutreachState | None = None
    """How far outreach has come."""
    email: EmailFilter = None
    source: Slug | None = None
    """Exact match."""
    assigned_to: Annotated[str | None, Field(max_length=100)] = None
    """Exact match."""
    updated_after: Instant | None = None
    """Only prospects last changed at or after this time."""


class ContactView(Wire):
    first_name: str | None
    """The contact's first name. Null if unknown."""
    last_name: str | None
    """The contact's last name. Null if unknown."""
    title: Annotated[str | None, _TITLE]


class QualificationView(Wire):
    """`pending` until qualification is requested; `undetermined` if the facts do not suffice to decide. A confidence
    below 0.5 is low.
    """

    status: QualificationStatus
    """The latest result: whether the prospect is worth pursuing."""
    confidence: Annotated[float | None, Field(ge=0, le=1)]
    """The confidence in the result, from 0 to 1. Null while `status` is `pending`."""
    reasons: list[str]
    """The reasons, as slugs, such as `outside_area`."""
    provenance: ProvenanceView | None
    """The rules that decided, and their input. Null while `status` is `pending`."""
    qualified_at: Instant | None
    """When the qualification was made, whatever its result. Null while `status` is `pending`."""


class ProspectView(Wire):
    id: str
    company: str | None
    """The company name. Null if unknown; `email` is then set."""
    contact: ContactView | None
    """The person to contact at the company. Null if unknown."""
    email: str | None
    """The e-mail address, in lower case. No other prospect has it. Null if unknown."""
    phones: list[str]
    """Phone numbers in E.164 format. Several prospects may have the same one."""
    website: str | None
    """The URL of the website, with its scheme. Null if unknown."""
    address: AddressView | None
    """The address of the prospect. The qualification compares its postal code with the service area. Null if
    unknown."""
    source: Annotated[str, _SOURCE]
    notes: str | None
    """Free text. The qualification reads it."""
    metadata: Annotated[dict[str, str], METADATA]
    assigned_to: Annotated[str | None, ASSIGNED_TO]
    enrichment: dict[str, Value]
    """Data from other services."""
    qualification: QualificationView
    """The result of the latest qualification. A change of the prospect does not update it."""
    outreach_state: Annotated[OutreachState, _OUTREACH_STATE]
    lead_id: str | None
    """The lead that the prospect became."""
    created_at: Instant
    updated_at: Instant
    version: int

    @property
    def erasable(self) -> tuple[str, ...]:
        """The resources whose erasure must reach a stored copy of this response."""
        return (self.id,)


class ProspectPage(PageView[ProspectView]):
    @property
    def erasable(self) -> tuple[str, ...]:
        """The resources whose erasure must reach a stored copy of this response."""
        return tuple(prospect.id for prospect in self.data)

    @classmethod
    def complete(cls, prospects: list[Prospect]) -> Self:
        """The response to a request that named its prospects: no page follows.

        Raises: ValidationFailed if the prospects together are too large for one response and its idempotency record.
        """
        page = cls(data=[ProspectView.of(prospect) for prospect in prospects], next_cursor=None)
        if len(page.model_dump_json().encode()) > _MAX_RESPONSE_BYTES:
            raise ValidationFailed.of_field(
                "/prospect_ids",
                "These prospects are too large for one response. Send fewer at once.",
                "too_large",
            )
        return page
