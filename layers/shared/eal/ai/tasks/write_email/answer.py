"""Answer of a model service: the input of the tool `record_email`. Its schema is that of the tool."""

from __future__ import annotations

from typing import Annotated

from eal.core.schema import BaseModel, ConfigDict, Field


class EmailAnswer(BaseModel):
    """Names are slots in braces, which are filled after the answer."""

    model_config = ConfigDict(extra="forbid", strict=True)

    subject: Annotated[str, Field(min_length=1, max_length=150, description="At most 80 characters.")]
    paragraphs: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=900)]],
        Field(
            min_length=1,
            max_length=6,
            description="Two to four short paragraphs, without a greeting, a closing or a signature.",
        ),
    ]
