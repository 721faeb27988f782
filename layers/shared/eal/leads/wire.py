"""What the API takes and shows of leads."""

from dataclasses import asdict
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from eal.clock import Instant
from eal.contact import Email, Phone
from eal.leads.model import (
    MOST_METADATA,
    MOST_NOTES,
    MOST_PHONES,
    Address,
    HistoryEntry,
    Lead,
    LossType,
    OnDuplicate,
    Status,
    Urgency,
)
from eal.listing import PLAIN_DIGITS, ListQuery, PageView
from eal.wire import Name, Wire, one_line, prose, without_defaults

Assignee = Annotated[str, Field(max_length=100), AfterValidator(one_line)]
Notes = Annotated[str, Field(max_length=MOST_NOTES), AfterValidator(prose)]
Slug = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[a-z0-9][a-z0-9_-]*$")]
Phones = Annotated[list[Phone], Field(max_length=MOST_PHONES)]
Metadata = Annotated[
    dict[
        Annotated[str, Field(min_length=1, max_length=40), AfterValidator(one_line)],
        Annotated[str, Field(max_length=500), AfterValidator(prose)],
    ],
    Field(max_length=MOST_METADATA),
]
_Detail = Annotated[str, Field(max_length=500), AfterValidator(one_line)]
_Address = Annotated[str, Field(max_length=2000), AfterValidator(one_line)]
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
    """Where the lead came from, in the words of the ad systems and of call trackers."""

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
    landing_page_url: Annotated[_Address | None, Field(description="As CallRail gives it.")] = None
    referring_url: Annotated[_Address | None, Field(description="As CallRail gives it.")] = None
    last_requested_url: Annotated[_Address | None, Field(description="As CallRail gives it.")] = None


class LeadFields(Wire):
    """What both a new lead and a change of one may say."""

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
    """A new lead, which needs an e-mail or a phone."""

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
            raise ValueError("a lead needs an 'email' or at least one of 'phones'")
        return self


class LeadUpdate(LeadFields):
    """Only what is given changes; null clears it.

    `address`, `attribution`, `metadata`, `phones` and `additional_emails` are replaced as a whole. An e-mail or a phone
    must be left.
    """

    model_config = ConfigDict(json_schema_extra=without_defaults("source"))

    additional_emails: Annotated[
        list[Email] | None,
        Field(max_length=MOST_PHONES, description="All of them. The lead's `email` is dropped from them."),
    ] = None
    phones: Phones | None = None
    source: Slug | None = None
    metadata: Metadata | None = None


class LeadTransition(Wire):
    """new → contacted → qualified → scheduled → won, which is final.

    From each of the first four to lost or disqualified, and from these back to new.
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
        Field(description="Needed where a lead becomes `lost`."),
    ] = None
    notes: Annotated[Notes | None, Field(description="Added to the lead's notes.")] = None


class LeadCreateQuery(Wire):
    model_config = ConfigDict(extra="forbid")

    on_duplicate: Annotated[
        OnDuplicate,
        Field(
            description="For a lead with the same e-mail or one of the phones: refuse with 409, answer with it (200), "
            "or add what this request says to it (200). An update loses no value of the lead: what it replaces becomes "
            "a line of the notes, once. Where the notes have no room for that (10,000 characters) it is refused with "
            "422: shorten them first. The first attribution stays; what differs in later ones becomes such lines too, "
            "while the notes have less than 5,000 characters."
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

    @classmethod
    def of(cls, address: Address) -> Self:
        return cls(
            line1=address.line1,
            line2=address.line2,
            city=address.city,
            state=address.state,
            postal_code=address.postal_code,
            country=address.country,
        )


class ContributionView(Wire):
    feature: Annotated[
        str, Field(description="The part of the lead that is judged, such as `need` or `phone`.")
    ]
    points: Annotated[int, Field(description="Less than 0 where it lowers the score.")]
    reason: Annotated[str, Field(description="For people.")]


class CrmSyncView(Wire):
    """The lead's newest push to the CRM. `last_error` names what went wrong, as deliveries do, or the status."""

    push_id: str
    status: Literal["pending", "synced", "failed"]
    requested_at: Instant
    attempts: int
    last_attempt_at: Instant | None
    next_attempt_at: Instant | None
    synced_at: Instant | None
    last_status_code: int | None
    last_error: str | None
    simulated: Annotated[bool, Field(description="Of test mode, which reaches no CRM: nothing was sent.")]


class LeadView(Wire):
    id: str
    status: Annotated[Status, Field(description="Changed by transitions alone.")]
    first_name: str | None
    last_name: str | None
    company: str | None
    email: str | None
    additional_emails: Annotated[list[str], Field(description="Others that upserts brought or a PATCH gave.")]
    phones: Annotated[list[str], Field(description="E.164.")]
    address: AddressView | None
    source: Annotated[str, Field(description="A slug: `web_form`, `call`, `referral`, `import`, `api`, …")]
    source_detail: Annotated[str | None, Field(description="More of the source, in free text.")]
    loss_type: LossType | None
    notes: str | None
    metadata: Annotated[
        dict[str, str], Field(description="What you keep with the lead; it means nothing here.")
    ]
    attribution: Annotated[
        dict[str, str],
        Field(
            description="Where the lead came from, in the words of the ad systems: `campaign`, `utm_source`, `gclid`, …"
        ),
    ]
    assigned_to: Annotated[
        str | None, Field(description="Whoever you name: a name, an e-mail address or an id of yours.")
    ]
    call_id: Annotated[str | None, Field(description="The call that the lead was captured from.")]
    prospect_id: Annotated[str | None, Field(description="The prospect that became this lead.")]
    urgency: Annotated[Urgency | None, Field(description="Of the call that the lead was captured from.")]
    contacted_at: Annotated[Instant | None, Field(description="When the lead was first contacted.")]
    score: Annotated[int, Field(ge=0, le=100, description="The contributions' sum.")]
    score_contributions: list[ContributionView]
    scored_at: Instant
    scorer: Annotated[str, Field(description="The version of the rules that gave the score.")]
    crm_sync: Annotated[CrmSyncView | None, Field(description="Null for a lead that was never pushed.")]
    created_at: Instant
    updated_at: Instant
    version: int

    @property
    def erasable(self) -> tuple[str, ...]:
        """The resources whose erasure must reach a kept copy of this."""
        return (self.id,)

    @classmethod
    def of(cls, lead: Lead) -> Self:
        """Of a stored lead, which has a score."""
        score = lead.score
        if score is None:
            raise AssertionError(f"{lead.id} was never scored: stores score each lead that they write")
        return cls(
            id=lead.id,
            status=lead.status,
            first_name=lead.first_name,
            last_name=lead.last_name,
            company=lead.company,
            email=lead.email,
            additional_emails=list(lead.additional_emails),
            phones=list(lead.phones),
            address=AddressView.of(lead.address) if lead.address else None,
            source=lead.source,
            source_detail=lead.source_detail,
            loss_type=lead.loss_type,
            notes=lead.notes,
            metadata=lead.metadata,
            attribution=lead.attribution,
            assigned_to=lead.assigned_to,
            call_id=lead.call_id,
            prospect_id=lead.prospect_id,
            urgency=lead.urgency,
            contacted_at=lead.contacted_at,
            score=score.value,
            score_contributions=[ContributionView.model_validate(asdict(one)) for one in score.contributions],
            scored_at=score.scored_at,
            scorer=score.scorer,
            crm_sync=CrmSyncView.model_validate(asdict(lead.crm_sync)) if lead.crm_sync else None,
            created_at=lead.created_at,
            updated_at=lead.updated_at,
            version=lead.version,
        )


class LeadPage(PageView[LeadView]):
    pass


class EntryActorView(Wire):
    type: str
    id: str


class HistoryEntryView(Wire):
    """A transition, with statuses in `from` and `to`; or a score, with points in them."""

    id: str
    type: Literal["transition", "score"]
    at: Instant
    by: EntryActorView
    before: Annotated[Status | int | None, Field(alias="from")]
    to: Status | int
    reason: str | None
    scorer: str | None

    @classmethod
    def of(cls, entry: HistoryEntry) -> Self:
        return cls.model_validate(
            {
                "id": entry.id,
                "type": entry.type,
                "at": entry.at,
                "by": {"type": entry.by.type, "id": entry.by.id},
                "from": entry.before,
                "to": entry.after,
                "reason": entry.reason,
                "scorer": entry.scorer,
            }
        )


class HistoryPage(PageView[HistoryEntryView]):
    pass


class LeadScoreView(Wire):
    """A lead's score, explained: the contributions' points add up to it."""

    lead_id: str
    score: Annotated[int, Field(ge=0, le=100)]
    contributions: list[ContributionView]
    scorer: Annotated[str, Field(description="The version of the rules that gave the score.")]
    scored_at: Instant
    version: Annotated[int, Field(description="The lead's, with this score.")]

    @classmethod
    def of(cls, lead: Lead) -> Self:
        view = LeadView.of(lead)
        return cls(
            lead_id=lead.id,
            score=view.score,
            contributions=view.score_contributions,
            scorer=view.scorer,
            scored_at=view.scored_at,
            version=lead.version,
        )
