"""Request and response models for leads."""

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
    """The street address, such as `1 Main St`."""
    line2: Annotated[str, Field(max_length=200), AfterValidator(one_line)] | None = None
    """The apartment, suite or unit."""
    city: Annotated[str, Field(min_length=1, max_length=100), AfterValidator(one_line)]
    """The city or town."""
    state: Annotated[str, Field(min_length=2, max_length=50), AfterValidator(one_line)]
    """The code or name of the state, such as `OH`."""
    postal_code: Annotated[str, Field(min_length=3, max_length=12), AfterValidator(one_line)]
    """The postal code. In the US, a ZIP code or ZIP+4."""
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = "US"
    """The two-letter code of the country (ISO 3166-1)."""


class AttributionBody(Wire):
    """Origin of the lead, in the fields of ad platforms and call trackers."""

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
    """UTM tag: the site or platform that sent the visitor."""
    utm_medium: _Detail | None = None
    """UTM tag: the kind of source, such as `cpc` or `email`."""
    utm_campaign: _Detail | None = None
    """UTM tag: the campaign."""
    utm_term: _Detail | None = None
    """UTM tag: the keyword of a paid-search ad."""
    utm_content: _Detail | None = None
    """UTM tag: the ad or link that was clicked, if several lead to the same page."""
    gclid: _Detail | None = None
    """The click id of Google Ads."""
    fbclid: _Detail | None = None
    """The click id of Facebook."""
    msclkid: _Detail | None = None
    """The click id of Microsoft Advertising."""
    device_type: _Detail | None = None
    """The type of device, such as `mobile`."""
    landing_page: _Address | None = None
    """The address of the first page of the visit."""
    referrer: _Address | None = None
    """The address of the page that led to the visit."""
    landing_page_url: _Address | None = None
    """The address of the first page of the visit, as CallRail reports it."""
    referring_url: _Address | None = None
    """The address of the page that led to the visit, as CallRail reports it."""
    last_requested_url: _Address | None = None
    """The address of the last page requested, as CallRail reports it."""


class LeadFields(Wire):
    """The fields that both a new lead and an update may have."""

    model_config = _INPUT

    first_name: Name | None = None
    """The person's first name."""
    last_name: Name | None = None
    """The person's last name."""
    company: Name | None = None
    """The company name, if the lead has one."""
    email: Email | None = None
    address: AddressBody | None = None
    """Where the work is needed. The score compares its postal code with the service area."""
    source_detail: Annotated[_Detail | None, _SOURCE_DETAIL] = None
    loss_type: Annotated[LossType | None, LOSS_TYPE] = None
    notes: Annotated[Notes | None, _NOTES] = None
    attribution: AttributionBody | None = None
    """Where the lead came from, in the fields of ad platforms and call trackers."""
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
    """The complete list of additional addresses. The lead's `email` is removed from it."""
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
    """Why the status changes. Required if `to` is `lost`."""
    notes: Notes | None = None
    """Appended to the lead's notes."""


class LeadCreateQuery(Wire):
    model_config = ConfigDict(extra="forbid")

    on_duplicate: OnDuplicate = "error"
    """Treatment of a lead whose e-mail address or phone number another lead already has. `error`: return 409. `return`:
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
    """Only leads with at least this score."""
    max_score: Annotated[int | None, Field(ge=0, le=100), PLAIN_DIGITS] = None
    """Only leads with at most this score."""
    updated_after: Instant | None = None
    """Only leads last changed at or after this time."""


class AddressView(Wire):
    line1: str
    """The street address, such as `1 Main St`."""
    line2: str | None
    """The apartment, suite or unit. Null if there is none."""
    city: str
    """The city or town."""
    state: str
    """The code or name of the state, as it was given, such as `OH`."""
    postal_code: str
    """The postal code. In the US, a ZIP code or ZIP+4."""
    country: str
    """The two-letter code of the country (ISO 3166-1)."""


class ContributionView(Wire):
    feature: str
    """The aspect of the lead that is scored, such as `need` or `phone`."""
    points: int
    """The points added to the score. Negative if the aspect lowers it."""
    reason: str
    """A human-readable explanation."""


class CrmSyncView(Wire):
    """The lead's latest push to the CRM. `last_error` is a delivery fault, or `http_` and the status that the CRM
    returned, or `overdue` if the push could not be attempted for 116 hours.
    """

    push_id: str
    """The `webhook-id` of the push, the same in each attempt."""
    status: Literal["pending", "synced", "failed"]
    """`pending`: an attempt is to come. `synced`: the CRM accepted the lead. `failed`: the push was given up."""
    requested_at: Instant
    """When the push was requested."""
    attempts: int
    """The number of attempts so far."""
    last_attempt_at: Instant | None
    """When the last attempt began. Null before the first one."""
    next_attempt_at: Instant | None
    """When the next attempt is due. Null if no attempt is to come."""
    synced_at: Instant | None
    """When the CRM accepted the lead. Null if it has not."""
    last_status_code: int | None
    """The HTTP status that the CRM returned last."""
    last_error: str | None
    """Why the push has not succeeded, such as `timeout`, `http_500`, or `not_connected` if the CRM was disconnected.
    Null before the first attempt and after a success."""
    simulated: bool
    """True in test mode: nothing was sent to the CRM."""


class LeadView(Wire):
    """A person or a company that may need work, from the first contact until the lead is won or lost."""

    id: str
    status: Status
    """Changed only by transitions."""
    first_name: str | None
    """The person's first name. Null if unknown."""
    last_name: str | None
    """The person's last name. Null if unknown."""
    company: str | None
    """The company name. Null if there is none."""
    email: str | None
    """The main e-mail address, in lower case. No other lead has it. Null if unknown."""
    additional_emails: list[str]
    """Additional addresses, added by upserts or PATCH."""
    phones: list[str]
    """Phone numbers in E.164 format."""
    address: AddressView | None
    """Where the work is needed. The score compares its postal code with the service area."""
    source: Annotated[str, _SOURCE]
    source_detail: Annotated[str | None, _SOURCE_DETAIL]
    loss_type: Annotated[LossType | None, LOSS_TYPE]
    notes: str | None
    """Free text. A merge adds the values that it replaces. The score depends on it."""
    metadata: Annotated[dict[str, str], METADATA]
    attribution: dict[str, str]
    """Where the lead came from, in the fields of ad platforms and call trackers: `campaign`, `utm_source`, `gclid`,
    …"""
    assigned_to: Annotated[str | None, ASSIGNED_TO]
    call_id: str | None
    """The call from which the lead was captured."""
    prospect_id: str | None
    """The prospect that became this lead."""
    urgency: Urgency | None
    """The urgency of the call from which the lead was captured."""
    contacted_at: Instant | None
    """When the lead was first contacted."""
    score: Annotated[int, Field(ge=0, le=100, validation_alias=AliasPath("score", "value"))]
    """The sum of the contributions' points."""
    score_contributions: Annotated[
        list[ContributionView], Field(validation_alias=AliasPath("score", "contributions"))
    ]
    """The points of each aspect of the lead. They add up to `score`."""
    scored_at: Annotated[Instant, Field(validation_alias=AliasPath("score", "scored_at"))]
    """When the score last changed, or was recomputed on request."""
    scorer: Annotated[
        str,
        Field(
            validation_alias=AliasPath("score", "scorer"),
            description=_SCORER,
        ),
    ]
    crm_sync: CrmSyncView | None
    """The lead's latest push to the CRM. Null if it was never pushed."""
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
    """The kind of actor, such as `api_key`, `member`, `worker` or `vendor`."""
    id: str
    """The id of the API key or member, or the name of the worker or vendor."""


class HistoryEntryView(Wire):
    """One entry of the history. For a transition `from` and `to` are statuses; for a score they are points."""

    id: str
    type: Literal["transition", "score"]
    """`transition`: a change of status. `score`: a new score, which may equal the previous one."""
    at: Instant
    """When the status changed or the lead was scored."""
    by: EntryActorView
    """The actor that changed or scored the lead."""
    before: Annotated[Status | int | None, Field(serialization_alias="from")]
    """The status or points before. Null for the first score."""
    to: Annotated[Status | int, Field(validation_alias="after")]
    """The status or points after."""
    reason: str | None
    """The reason for the transition, if one was given."""
    scorer: Annotated[str | None, Field(description=f"Of a score. {_SCORER}")]


class HistoryPage(PageView[HistoryEntryView]):
    pass


class LeadScoreView(Wire):
    """A lead's score with its explanation: the points of the contributions add up to the score."""

    lead_id: Annotated[str, Field(validation_alias="id")]
    """The id of the lead."""
    score: Annotated[int, Field(ge=0, le=100, validation_alias=AliasPath("score", "value"))]
    """The sum of the contributions' points."""
    contributions: Annotated[
        list[ContributionView], Field(validation_alias=AliasPath("score", "contributions"))
    ]
    """The points of each aspect of the lead. They add up to `score`."""
    scorer: Annotated[
        str,
        Field(
            validation_alias=AliasPath("score", "scorer"),
            description=_SCORER,
        ),
    ]
    scored_at: Annotated[Instant, Field(validation_alias=AliasPath("score", "scored_at"))]
    """When the score last changed, or was recomputed on request."""
    version: int
    """The version of the lead that has this score."""
