"""Answer of a model service: the input of the tool `record_extraction`. Its schema is that of the tool.

There is no field for a category or selector code: no engine fills those in.
"""

from __future__ import annotations

from typing import Annotated, Literal

from eal.ai.claims.vocabulary import Activity
from eal.core.schema import BaseModel, ConfigDict, Field

type Unit = Literal["SF", "LF", "SY", "SQ", "CF", "CY", "EA", "HR", "DAY", "none"]
type Basis = Literal["measured", "photo_estimate", "allowance", "stated"]
type Reason = Literal["prior_damage", "other_property", "excluded_work"]
type Source = Annotated[int, Field(ge=1, description="The id of the source of the quote.")]
type Words = Annotated[
    str, Field(min_length=1, max_length=400, description="Words of that source, copied exactly.")
]


class Item(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    source: Source
    quote: Words
    room: Annotated[str, Field(max_length=60, description="As the source names it; empty for the whole job.")]
    activity: Activity
    description: Annotated[
        str, Field(min_length=1, max_length=60, description="The material or object, in words of the quote.")
    ]
    quantity: Annotated[float, Field(ge=0, le=1_000_000, description="As stated; 0 if nobody stated one.")]
    unit: Annotated[Unit, Field(description="none if the quantity is 0.")]
    basis: Basis


class ExcludedWork(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    source: Source
    quote: Words
    reason: Reason


class ExtractionAnswer(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    exclusions: Annotated[list[ExcludedWork], Field(max_length=40)]
    items: Annotated[list[Item], Field(max_length=60)]
