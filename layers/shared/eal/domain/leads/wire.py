"""What the API accepts and returns for leads."""

from typing import Annotated, Literal, Self

from eal.core.clock import Instant
from eal.core.contact import Email, Phone
from eal.core.listing import PLAIN_DIGITS, ListQuery, PageView
from eal.core.schema import AfterValidator, AliasPath, ConfigDict, Field, model_validator
from eal.core.wire import Name, Wire, one_line, prose, without_defaults
from eal.domain.leads.limits import MAX_METADATA_ENTRIES, MAX_NOTES_CHARACTERS, MAX_PHONES
from eal.domain.leads.vocabulary import LossType, OnDuplicate, Status, Urgency


def _distinct(values: list[str]) -> list[str]:
    return list(dict.fromkeys(values))


Assignee = Annotated[str, Field(max_length=100), AfterValidator(one_line)]
Notes = Annotated[str, Field(max_length=MAX_NOTES_CHARACTERS), AfterValidator(prose)]
Slug = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[a-z0-9][a-z0-9_-]*$")]
Phones = Annotated[list[Phone], Field(max_length=MAX_PHONES), AfterValidator(_distinct)]
Metadata = Annotated[
    dict[
        Annotated[str, Field(min_length=1, max_length=40), AfterValidator(one_line)],
        Annotated[str, Field(max_length=500), AfterValidator(prose)],
    ],
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
    postal_code: Annotated[str, Field(min_length=3, max_length=12), AfterValidator(one_line)]
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = "US"


class AttributionBody(Wire):
    """Where the lead came from, in the fields of ad platforms and call trackers."""

    model_config = ConfigDict(**_INPUT, frozen=True)

    source: _Detail | None = None
    campaign: _Detail | None = None
    medium: _Detail | None = None
    keywords: _Detail | None = None
    utm_source: _Detail | None = None
    utm_medium: _Detail | None = None
    utm_campaign: _Detail | None = None
    utm_term: _Detail | None = None
    utm_content: _Detail | None = None
    gclid: _Detail | None = None
    fbclid: _Detail | None = None
    msclkid: _Detail | None = None
    device_type: _Detail | None = None
    landing_page: _Address | None = None
    referrer: _Address | None = None
    landing_page_url: Annotated[_Address | None, Field(description="As CallRail reports it.")] = None
    referring_url: Annotated[_Address | None, Field(description="As CallRail reports it.")] = None
    last_requested_url: Annotated[_Address | None, Field(description="As CallRail reports it.")] = None


class LeadFields(Wire):
    """The fields that both a new lead and an update may have."""

    model_config = _INPUT

    first_name: Name | None = None
    last_name: Name | None = None
    company: Name | None = None
    email: Email | None = None
    address: AddressBody | None = None
    source_detail: _Detail | None = None
    loss_type: LossType | None = None
    notes: Notes | None = None
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
    source: Slug = "api"
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

    additional_emails: Annotated[
        Annotated[list[Email], Field(max_length=MAX_PHONES), AfterValidator(_distinct)] | None,
        Field(description="The complete list. The lead's `email` is removed from it."),
    ] = None
    phones: Phones | None = None
    source: Slug | None = None
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
    reason: Annotated[
        Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(prose)] | None,
        Field(description="Required if `to` is `lost`."),
    ] = None
    notes: Annotated[Notes | None, Field(description="Appended to the lead's notes.")] = None


class LeadCreateQuery(Wire):
    model_config = ConfigDict(extra="forbid")

    on_duplicate: Annotated[
        OnDuplicate,
        Field(
            description="What to do if a lead has the same e-mail address or one of the phone numbers. `error`: "
            "answer 409. `return`: answer 200 with that lead, unchanged. `update`: merge this request "
            "into that lead and answer 200.\n\n"
            "An update loses no value: each value that it replaces is kept as a line of the notes, once. "
            "If the notes have no room for it (10,000 characters), the request is refused with 422; "
            "shorten the notes first. The first attribution is kept; differing values of later ones also "
            "become lines of the notes, as long as these have fewer than 5,000 characters."
        ),
    ] = "error"


class LeadQuery(ListQuery):
    status: Status | None = None
    source: Slug | None = None
    loss_type: LossType | None = None
    assigned_to: Annotated[str | None, Field(max_length=100)] = None
    email: Email | None = None
    phone: Phone | None = None
    min_score: Annotated[int | None, Field(ge=0, le=100, description="Inclusive."), PLAIN_DIGITS] = None
    max_score: Annotated[int | None, Field(ge=0, le=100, description="Inclusive."), PLAIN_DIGITS] = None
    updated_after: Annotated[Instant | None, Field(description="Inclusive.")] = None


class AddressView(Wire):
    line1: str
    line2: str | None
    city: str
    state: str
    postal_code: str
    country: str


class ContributionView(Wire):
    feature: Annotated[
        str, Field(description="The aspect of the lead that is scored, such as `need` or `phone`.")
    ]
    points: Annotated[int, Field(description="Points added to the score; negative if the aspect lowers it.")]
    reason: Annotated[str, Field(description="Human-readable explanation.")]


class CrmSyncView(Wire):
    """The lead's latest push to the CRM. `last_error` is a delivery fault, or `http_` and the status that the CRM
    answered, or `overdue` if the CRM had no room for the push for 116 hours.
    """

    push_id: str
    status: Literal["pending", "synced", "failed"]
    requested_at: Instant
    attempts: int
    last_attempt_at: Instant | None
    next_attempt_at: Instant | None
    synced_at: Instant | None
    last_status_code: int | None
    last_error: str | None
    simulated: Annotated[bool, Field(description="True in test mode: nothing was sent to the CRM.")]


class LeadView(Wire):
    id: str
    status: Annotated[Status, Field(description="Changed only by transitions.")]
    first_name: str | None
    last_name: str | None
    company: str | None
    email: str | None
    additional_emails: Annotated[
        list[str], Field(description="Additional addresses, added by upserts or PATCH.")
    ]
    phones: Annotated[list[str], Field(description="Phone numbers in E.164 format.")]
    address: AddressView | None
    source: Annotated[
        str,
        Field(
            description="Where the lead came from, as a slug: `web_form`, `call`, `referral`, `import`, `api`, …"
        ),
    ]
    source_detail: Annotated[str | None, Field(description="More about the source, in free text.")]
    loss_type: LossType | None
    notes: str | None
    metadata: Annotated[
        dict[str, str],
        Field(description="Your own key-value pairs. The API stores them and does not interpret them."),
    ]
    attribution: Annotated[
        dict[str, str],
        Field(
            description="Where the lead came from, in the fields of ad platforms: `campaign`, `utm_source`, `gclid`, "
            "…"
        ),
    ]
    assigned_to: Annotated[
        str | None,
        Field(description="The person responsible, in your own terms: a name, an e-mail address or an id."),
    ]
    call_id: Annotated[str | None, Field(description="The call from which the lead was captured.")]
    prospect_id: Annotated[str | None, Field(description="The prospect that became this lead.")]
    urgency: Annotated[
        Urgency | None, Field(description="Urgency of the call from which the lead was captured.")
    ]
    contacted_at: Annotated[Instant | None, Field(description="When the lead was first contacted.")]
    score: Annotated[
        int,
        Field(
            ge=0,
            le=100,
            validation_alias=AliasPath("score", "value"),
            description="The sum of the contributions' points.",
        ),
    ]
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
    crm_sync: Annotated[CrmSyncView | None, Field(description="Null if the lead was never pushed.")]
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
    scorer: str | None


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
    version: Annotated[int, Field(description="The lead's version that has this score.")]
