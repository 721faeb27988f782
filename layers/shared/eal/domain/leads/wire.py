"""What the API accepts and returns for leads."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from eal.core.clock import Instant
from eal.core.contact import Email, Phone, PhoneFilter
from eal.core.listing import PLAIN_DIGITS, ListQuery, PageView
from eal.core.schema import AfterValidator, AliasPath, ConfigDict, Field, model_validator
from eal.core.wire import Name, Wire, one_line, prose, without_defaults
from eal.domain.leads.limits import MAX_METADATA_ENTRIES, MAX_NOTES_CHARACTERS, MAX_PHONES
from eal.domain.leads.vocabulary import LossType, OnDuplicate, Status, Urgency


def _distinct(values: list[str]) -> list[str]:
    return list(dict.fromkeys(values))


ASSIGNED_TO = Field(
    description="The person responsible, in your own terms: a name, an e-mail address or an id."
)
LOSS_TYPE = Field(description="The cause of the damage, or `rebuild` for reconstruction. Null: unknown.")
METADATA = Field(description="Your own key-value pairs. The API stores them and does not interpret them.")
_NOTES = Field(description="Free text. The score depends on it.")
_SOURCE = Field(
    description="Where the lead came from, as a slug: `web_form`, `call`, `referral`, `import`, `api`, …"
)
_SOURCE_DETAIL = Field(description="More about the source, in free text.")

Assignee = Annotated[str, ASSIGNED_TO, Field(max_length=100), AfterValidator(one_line)]
Notes = Annotated[str, Field(max_length=MAX_NOTES_CHARACTERS), AfterValidator(prose)]
Slug = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[a-z0-9][a-z0-9_-]*$")]
Phones = Annotated[
    list[Phone],
    Field(
        max_length=MAX_PHONES,
        description="Any common notation, returned in E.164 format. Repeated numbers are stored once.",
    ),
    AfterValidator(_distinct),
]
Metadata = Annotated[
    dict[
        Annotated[str, Field(min_length=1, max_length=40), AfterValidator(one_line)],
        Annotated[str, Field(max_length=500), AfterValidator(prose)],
    ],
    METADATA,
    Field(max_length=MAX_METADATA_ENTRIES),
]
_Detail = Annotated[str, Field(max_length=500), AfterValidator(one_line)]
_Address = Annotated[str, Field(max_length=2000), AfterValidator(one_line)]
_SCORER = "Version of the scoring rules, and after a + that of the model if it decided the band."
_INPUT = ConfigDict(extra="forbid", str_strip_whitespace=True)


class AddressBody(Wire):
    model_config = _INPUT

    line1: Annotated[str, Field(min_length=1, max_length=200), AfterValidator(one_line)]
    line2: Annotated[str, Field(max_length=200), AfterValidator(one_line)] | None = None
    city: Annotated[str, Field(min_length=1, max_length=100), AfterValidator(one_line)]
    state: Annotated[str, Field(min_length=2, max_length=50), AfterValidator(one_line)]
    """Code or name, such as `OH`."""
    postal_code: Annotated[str, Field(min_length=3, max_length=12), AfterValidator(one_line)]
    """In the US, a ZIP code or ZIP+4."""
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = "US"
    """Two-letter code (ISO 3166-1)."""


class AttributionBody(Wire):
    """Where the lead came from, in the fields of ad platforms and call trackers."""

    model_config = ConfigDict(**_INPUT, frozen=True)

    source: _Detail | None = None
    """The site or platform, such as `google`."""
    campaign: _Detail | None = None
    """The campaign, by its name or id."""
    medium: _Detail | None = None
    """The kind of source, such as `cpc` or `organic`."""
    keywords: _Detail | None = None
    """The search terms."""
    utm_source: _Detail | None = None
    utm_medium: _Detail | None = None
    utm_campaign: _Detail | None = None
    utm_term: _Detail | None = None
    utm_content: _Detail | None = None
    gclid: _Detail | None = None
    """Click id of Google Ads."""
    fbclid: _Detail | None = None
    """Click id of Facebook."""
    msclkid: _Detail | None = None
    """Click id of Microsoft Advertising."""
    device_type: _Detail | None = None
    """Such as `mobile`."""
    landing_page: _Address | None = None
    """Address of the first page of the visit."""
    referrer: _Address | None = None
    """Address of the page that led to it."""
    landing_page_url: _Address | None = None
    """As CallRail reports it."""
    referring_url: _Address | None = None
    """As CallRail reports it."""
    last_requested_url: _Address | None = None
    """As CallRail reports it."""


class LeadFields(Wire):
    """The fields that both a new lead and an update may have."""

    model_config = _INPUT

    first_name: Name | None = None
    last_name: Name | None = None
    company: Name | None = None
    email: Email | None = None
    address: AddressBody | None = None
    """Where the work is needed. The score compares its postal code with the service area."""
    source_detail: Annotated[_Detail | None, _SOURCE_DETAIL] = None
    loss_type: Annotated[LossType | None, LOSS_TYPE] = None
    notes: Annotated[Notes | None, _NOTES] = None
    attribution: AttributionBody | None = None
    assigned_to: Assignee | None = None


class LeadCreate(LeadFields):
    """A new lead. It needs an e-mail address or at least one phone number."""

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [
                {"required": ["email"], "properties": {"email": {"type": "string"}}},
                {"required": ["phones"], "properties": {"phones": {"minItems": 1}}},
            ]
        }
    )

    phones: Phones = []  # noqa: RUF012 - pydantic copies defaults
    source: Annotated[Slug, _SOURCE] = "api"
    metadata: Metadata = {}  # noqa: RUF012 - as above

    @model_validator(mode="after")
    def _can_be_reached(self) -> Self:
        if not self.email and not self.phones:
            raise ValueError("A lead needs an 'email' or at least one number in 'phones'.")
        return self


class LeadUpdate(LeadFields):
    """Only the fields present change. Null clears a field.

    `address`, `attribution`, `metadata`, `phones` and `additional_emails` are replaced as a whole. The lead must keep
    an e-mail address or a phone number.
    """

    model_config = ConfigDict(json_schema_extra=without_defaults("source"))

    additional_emails: (
        Annotated[list[Email], Field(max_length=MAX_PHONES), AfterValidator(_distinct)] | None
    ) = None
    """The complete list. The lead's `email` is removed from it."""
    phones: Phones | None = None
    source: Annotated[Slug | None, _SOURCE] = None
    metadata: Metadata | None = None


class LeadTransition(Wire):
    """The path is new → contacted → qualified → scheduled → won; won is final.

    From any of the first four a lead can become lost or disqualified, and from these new again.
    """

    model_config = ConfigDict(
        **_INPUT,
        json_schema_extra={
            "if": {"properties": {"to": {"const": "lost"}}},
            "then": {"required": ["reason"], "properties": {"reason": {"type": "string"}}},
        },
    )

    to: Status
    """The status to move to."""
    reason: Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(prose)] | None = None
    """Required if `to` is `lost`."""
    notes: Notes | None = None
    """Appended to the lead's notes."""


class LeadCreateQuery(Wire):
    model_config = ConfigDict(extra="forbid")

    on_duplicate: OnDuplicate = "error"
    """What to do if a lead has the same e-mail address or one of the phone numbers. `error`: return 409. `return`:
    return 200 with that lead, unchanged. `update`: merge this request into that lead and return 200.

    An update loses no value: each value that it replaces is kept as a line of the notes, once. If the notes have no
    room for it (10,000 characters), the request is refused with 422; shorten the notes first. The first attribution is
    kept; differing values of later ones also become lines of the notes, as long as these have fewer than 5,000
    characters.
    """


class LeadQuery(ListQuery):
    status: Status | None = None
    """The current status."""
    source: Slug | None = None
    """Exact match."""
    loss_type: LossType | None = None
    """Only leads with this loss type."""
    assigned_to: Annotated[str | None, Field(max_length=100)] = None
    """Exact match."""
    email: Email | None = None
    """The lead's `email` or one of its `additional_emails`. Exact match; case does not count. Encode + as %2B."""
    phone: PhoneFilter = None
    min_score: Annotated[int | None, Field(ge=0, le=100), PLAIN_DIGITS] = None
    """Inclusive."""
    max_score: Annotated[int | None, Field(ge=0, le=100), PLAIN_DIGITS] = None
    """Inclusive."""
    updated_after: Instant | None = None
    """Inclusive."""


class AddressView(Wire):
    line1: str
    line2: str | None
    city: str
    state: str
    postal_code: str
    country: str


class ContributionView(Wire):
    feature: str
    """The aspect of the lead that is scored, such as `need` or `phone`."""
    points: int
    """Points added to the score; negative if the aspect lowers it."""
    reason: str
    """Human-readable explanation."""


class CrmSyncView(Wire):
    """The lead's latest push to the CRM. `last_error` is a delivery fault, or `http_` and the status that the CRM
    returned, or `overdue` if the CRM had no room for the push for 116 hours.
    """

    push_id: str
    """The `webhook-id` of the push, the same in each attempt."""
    status: Literal["pending", "synced", "failed"]
    requested_at: Instant
    attempts: int
    """Number of attempts so far."""
    last_attempt_at: Instant | None
    next_attempt_at: Instant | None
    """Null if no attempt is to come."""
    synced_at: Instant | None
    last_status_code: int | None
    """HTTP status that the CRM returned last."""
    last_error: str | None
    simulated: bool
    """True in test mode: nothing was sent to the CRM."""


class LeadView(Wire):
    id: str
    status: Status
    """Changed only by transitions."""
    first_name: str | None
    last_name: str | None
    company: str | None
    email: str | None
    additional_emails: list[str]
    """Additional addresses, added by upserts or PATCH."""
    phones: list[str]
    """Phone numbers in E.164 format."""
    address: AddressView | None
    source: Annotated[str, _SOURCE]
    source_detail: Annotated[str | None, _SOURCE_DETAIL]
    loss_type: Annotated[LossType | None, LOSS_TYPE]
    notes: str | None
    metadata: Annotated[dict[str, str], METADATA]
    attribution: dict[str, str]
    """Where the lead came from, in the fields of ad platforms: `campaign`, `utm_source`, `gclid`, …"""
    assigned_to: Annotated[str | None, ASSIGNED_TO]
    call_id: str | None
    """The call from which the lead was captured."""
    prospect_id: str | None
    """The prospect that became this lead."""
    urgency: Urgency | None
    """Urgency of the call from which the lead was captured."""
    contacted_at: Instant | None
    """When the lead was first contacted."""
    score: Annotated[int, Field(ge=0, le=100, validation_alias=AliasPath("score", "value"))]
    """The sum of the contributions' points."""
    score_contributions: Annotated[
        list[ContributionView], Field(validation_alias=AliasPath("score", "contributions"))
    ]
    scored_at: Annotated[Instant, Field(validation_alias=AliasPath("score", "scored_at"))]
    scorer: Annotated[
        str,
        Field(
            validation_alias=AliasPath("score", "scorer"),
            description=_SCORER,
        ),
    ]
    crm_sync: CrmSyncView | None
    """Null if the lead was never pushed."""
    created_at: Instant
    updated_at: Instant
    version: int

    @property
    def erasable(self) -> tuple[str, ...]:
        """The resources whose erasure must reach a stored copy of this response."""
        return (self.id,)


class LeadPage(PageView[LeadView]):
    pass


class EntryActorView(Wire):
    type: str
    id: str


class HistoryEntryView(Wire):
    """One entry of the history. For a transition `from` and `to` are statuses; for a score they are points."""

    id: str
    type: Literal["transition", "score"]
    at: Instant
    by: EntryActorView
    before: Annotated[Status | int | None, Field(serialization_alias="from")]
    to: Annotated[Status | int, Field(validation_alias="after")]
    reason: str | None
    """Of a transition, if one was given."""
    scorer: Annotated[str | None, Field(description=f"Of a score. {_SCORER}")]


class HistoryPage(PageView[HistoryEntryView]):
    pass


class LeadScoreView(Wire):
    """A lead's score with its explanation: the points of the contributions add up to the score."""

    lead_id: Annotated[str, Field(validation_alias="id")]
    score: Annotated[int, Field(ge=0, le=100, validation_alias=AliasPath("score", "value"))]
    contributions: Annotated[
        list[ContributionView], Field(validation_alias=AliasPath("score", "contributions"))
    ]
    scorer: Annotated[
        str,
        Field(
            validation_alias=AliasPath("score", "scorer"),
            description=_SCORER,
        ),
    ]
    scored_at: Annotated[Instant, Field(validation_alias=AliasPath("score", "scored_at"))]
    version: int
    """The lead's version that has this score."""
