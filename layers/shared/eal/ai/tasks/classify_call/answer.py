"""Answer of a model service: the input of the tool `record_classification`. Its schema is that of the tool."""

from __future__ import annotations

from typing import Annotated, Literal

from eal.ai.classification import Intent, Urgency
from eal.core.schema import BaseModel, ConfigDict, Field

type Reason = Literal[
    "real_need", "has_authority", "service_offered", "live_need", "complete_voicemail",
    "no_authority", "out_of_area", "not_offered", "no_live_need", "not_new", "solicitation", "employment",
    "wrong_number", "spam",
    "tenant_for_building", "authority_unknown", "price_shopper", "cut_off", "garbled", "need_unclear",
]  # fmt: skip
type Hazard = Literal[
    "gas_smell", "carbon_monoxide", "fire_burning", "electrical", "person_trapped", "person_hurt", "structure_failing",
    "vulnerable_person", "sewage_exposure", "violence", "fumes", "medical_power_lost", "person_in_danger",
]  # fmt: skip

REASONS: dict[str, Literal["true", "false", "unknown"]] = {
    **dict.fromkeys(
        ("real_need", "has_authority", "service_offered", "live_need", "complete_voicemail"), "true"
    ),
    **dict.fromkeys(
        (
            "no_authority", "out_of_area", "not_offered", "no_live_need", "not_new", "solicitation", "employment",
            "wrong_number", "spam",
        ),
        "false",
    ),
    **dict.fromkeys(
        ("tenant_for_building", "authority_unknown", "price_shopper", "cut_off", "garbled", "need_unclear"),
        "unknown",
    ),
}  # fmt: skip
"""Each reason, with the value of `qualified` that it gives a reason for."""

_STRICT = ConfigDict(extra="forbid", strict=True)


class TranscriptQuote(BaseModel):
    """Words of the transcript that support one field."""

    model_config = _STRICT

    field: Literal["intent", "urgency", "qualified", "safety"]
    turn: Annotated[int, Field(description="The number of the quoted turn.")]
    quote: Annotated[
        str, Field(max_length=500, description="Words of that turn, copied exactly, at most 25 of them.")
    ]


class ClassificationAnswer(BaseModel):
    """The fields are in the order in which the model writes them: evidence first, then what follows from it."""

    model_config = _STRICT

    evidence: Annotated[
        list[TranscriptQuote],
        Field(max_length=12, description="One or two quotes for each field that has any."),
    ]
    safety: Annotated[
        bool, Field(description="Whether somebody's life is in danger at the time of the call.")
    ]
    hazards: Annotated[list[Hazard], Field(max_length=13, description="The dangers, if `safety` is true.")]
    intent: Intent
    urgency: Urgency
    qualified: Literal["true", "false", "unknown"]
    reasons: Annotated[
        list[Reason], Field(max_length=6, description="Why `qualified` has its value, and no other reasons.")
    ]
