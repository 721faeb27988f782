"""Request and response models for claims."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self

from eal.core.clock import Instant
from eal.core.contact import Email, Phone
from eal.core.listing import ListQuery, PageView
from eal.core.schema import AfterValidator, ConfigDict, Field, model_validator
from eal.core.wire import Name, Wire, one_line, prose, without_defaults
from eal.domain.claims.model import ExtractionFailure, Status
from eal.domain.leads.vocabulary import LossType
from eal.domain.leads.wire import LOSS_TYPE, AddressBody, AddressView

MAX_CARRIER_CHARACTERS, MAX_NUMBER_CHARACTERS = 100, 64
"""Both are parts of keys. A sort key has at most 1,024 bytes, and a character has up to 6 in its folded form."""

_INPUT = ConfigDict(extra="forbid", str_strip_whitespace=True)


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValueError("Must be an existing date, such as 2026-04-20.") from None


Day = Annotated[
    str,
    Field(max_length=10, pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", json_schema_extra={"format": "date"}),
    AfterValidator(_day),
]
Carrier = Annotated[
    str,
    Field(min_length=1, max_length=MAX_CARRIER_CHARACTERS, description="The insurance company."),
    AfterValidator(one_line),
]
Number = Annotated[str, Field(min_length=1, max_length=MAX_NUMBER_CHARACTERS), AfterValidator(one_line)]
Reason = Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(prose)]
_WATER_CATEGORY = Field(
    description="Contamination of the water by ANSI/IICRC S500, from 1 (clean) to 3 (grossly contaminated)."
)
_WATER_CLASS = Field(
    description="Load of evaporation by ANSI/IICRC S500, from 1 (least) to 4 (water bound deep in materials)."
)
WaterCategory = Annotated[int, _WATER_CATEGORY, Field(ge=1, le=3, strict=True)]
WaterClass = Annotated[int, _WATER_CLASS, Field(ge=1, le=4, strict=True)]
_LinkedId = Annotated[str, Field(max_length=100)]


_POLICY_NUMBER = Field(description="The insured's policy with the carrier.")


class InsuredBody(Wire):
    """The policyholder. An update replaces the insured as a whole."""

    model_config = _INPUT

    name: Name
    """The name of the policyholder, a person or a company."""
    email: Email | None = None
    phone: Phone | None = None


class ClaimFields(Wire):
    """The fields that both a new claim and an update may have."""

    model_config = _INPUT

    claim_number: Number | None = None
    """The carrier's number for the claim. No two claims of a carrier share one; case and repeated spaces are
    ignored."""
    carrier: Carrier | None = None
    policy_number: Annotated[Number | None, _POLICY_NUMBER] = None
    insured: InsuredBody | None = None
    """The policyholder. Required unless the claim has a `claim_number`."""
    address: AddressBody | None = None
    """The address of the loss."""
    date_of_loss: Day | None = None
    """The day on which the loss occurred, as `YYYY-MM-DD`. Must not be in the future."""
    loss_type: Annotated[LossType | None, LOSS_TYPE] = None
    water_category: WaterCategory | None = None
    water_class: WaterClass | None = None
    lead_id: _LinkedId | None = None
    """An existing lead to link the claim to."""
    call_id: _LinkedId | None = None
    """An existing call to link the claim to."""


class ClaimCreate(ClaimFields):
    """A new claim. It needs a claim number or an insured."""

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [
                {"required": ["claim_number"], "properties": {"claim_number": {"type": "string"}}},
                {"required": ["insured"], "properties": {"insured": {"type": "object"}}},
            ]
        }
    )

    @model_validator(mode="after")
    def _is_identified(self) -> Self:
        if not self.claim_number and not self.insured:
            raise ValueError("A claim needs a 'claim_number' or an 'insured'.")
        return self


class ClaimUpdate(ClaimFields):
    """Only the fields present change. Null clears a field.

    `insured` and `address` are replaced as a whole. The claim must keep a claim number or an insured.
    """

    model_config = ConfigDict(json_schema_extra=without_defaults())


class ClaimTransition(Wire):
    """A claim that is not being extracted can be closed, and a closed one opened again."""

    model_config = _INPUT

    to: Status
    """`closed`, or `open` to reopen a closed claim."""
    reason: Reason | None = None
    """Why the status changes. Required, except to close a signed-off claim."""


class LegalHoldPut(Wire):
    model_config = _INPUT

    reason: Reason
    """Why the evidence must be kept."""


class ClaimQuery(ListQuery):
    claim_number: Number | None = None
    """The carrier's number for the claim. Case and repeated spaces are ignored. With `carrier`, it finds at most one
    claim."""
    status: Status | None = None
    """The current status."""
    carrier: Carrier | None = None
    """The insurance company. Case and repeated spaces are ignored."""
    loss_type: LossType | None = None
    """Only claims with this loss type."""
    lead_id: _LinkedId | None = None
    """Only claims that are linked to this lead."""
    call_id: _LinkedId | None = None
    """Only claims that are linked to this call."""
    date_of_loss_after: Day | None = None
    """Only claims with a loss on or after this day."""
    date_of_loss_before: Day | None = None
    """Only claims with a loss before this day."""
    updated_after: Instant | None = None
    """Only claims last changed at or after this time."""


class InsuredView(Wire):
    name: str
    """The name of the policyholder, a person or a company."""
    email: str | None
    """The e-mail address, in lower case."""
    phone: str | None
    """The phone number, in E.164 format."""


class LegalHoldView(Wire):
    reason: str
    """Why the evidence must be kept."""
    placed_at: Instant
    """When the hold was placed, or its reason last replaced."""
    placed_by: str
    """The id of the API key or member."""


class ClaimView(Wire):
    """An insurance claim for a loss: its policy, the loss, and how far its documentation is."""

    id: str
    status: Status
    """Changed by transitions, by the extraction, by the review of the scope's items and by the sign-off."""
    claim_number: str | None
    """The carrier's number for the claim. No two claims of a carrier share one."""
    carrier: str | None
    """The insurance company."""
    policy_number: Annotated[str | None, _POLICY_NUMBER]
    insured: InsuredView | None
    """The policyholder. Null only if there is a `claim_number`."""
    address: AddressView | None
    """The address of the loss."""
    date_of_loss: date | None
    """The day on which the loss occurred."""
    loss_type: Annotated[LossType | None, LOSS_TYPE]
    water_category: Annotated[int | None, _WATER_CATEGORY]
    water_class: Annotated[int | None, _WATER_CLASS]
    lead_id: str | None
    """The id of the lead that the claim is linked to, if any."""
    call_id: str | None
    """The id of the call that the claim is linked to, if any."""
    status_reason: str | None
    """The reason for the latest transition."""
    closed_at: Instant | None
    """When the claim was closed. Null unless it is closed."""
    legal_hold: LegalHoldView | None
    """The legal hold. While it is in force, the claim and its evidence cannot be deleted."""
    evidence_deleted_at: Instant | None
    """When the claim's photos, the text of its notes and its scope were deleted at the end of the retention."""
    scope_version: int | None
    """The version of the latest extraction. Null if there is none."""
    extraction_failure: ExtractionFailure | None
    """Why the last requested extraction failed: AI was switched off (`ai_disabled`), the notes and captions have more
    than 500,000 characters or the result would be larger than 1 MB (`too_large`), or another fault (`failed`)."""
    created_at: Instant
    updated_at: Instant
    version: int

    @property
    def erasable(self) -> tuple[str, ...]:
        """The resources whose erasure must reach a stored copy of this response."""
        return (self.id,)


class ClaimPage(PageView[ClaimView]):
    pass
