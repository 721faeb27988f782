"""Answer of a model service: the input of the tool `record_photo`. Its schema is that of the tool."""

from __future__ import annotations

from typing import Annotated, Literal

from eal.core.schema import BaseModel, ConfigDict, Field

type Damage = Literal["sewage", "fire", "smoke", "mold", "water", "storm", "impact", "none", "unclear"]
type Severity = Literal["severe", "moderate", "minor", "unclear"]
type Phase = Literal["before", "during", "after", "unclear"]
type Hazard = Literal[
    "asbestos", "electrical", "gas", "lead", "mold", "sewage", "sharp", "slip", "structure"
]  # fmt: skip


class PhotoAnswer(BaseModel):
    """No field has room for words of the photo."""

    model_config = ConfigDict(extra="forbid", strict=True)

    damage: Annotated[Damage, Field(description="The main damage that is visible.")]
    severity: Severity
    materials: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=40)]],
        Field(max_length=12, description="Damaged building materials and objects, one or two words each."),
    ]
    hazards: Annotated[
        list[Hazard], Field(max_length=9, description="Visible hazards; none is an empty list.")
    ]
    phase: Annotated[Phase, Field(description="Before, during or after the work.")]
