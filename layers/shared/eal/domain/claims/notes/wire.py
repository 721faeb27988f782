"""Request and response models for the notes of a claim."""

from __future__ import annotations

from typing import Annotated, Self

from eal.core.clock import Instant
from eal.core.listing import ListQuery, PageView
from eal.core.schema import AfterValidator, ConfigDict, Field, model_validator
from eal.core.wire import Name, Wire, measured, one_line, prose
from eal.domain.claims.notes.model import NoteKind

MAX_TEXT_CHARACTERS = 10_000
MAX_READING = 10_000

_INPUT = ConfigDict(extra="forbid", str_strip_whitespace=True)
_Measure = Annotated[
    float, Field(ge=0, le=MAX_READING, strict=True, allow_inf_nan=False), AfterValidator(measured)
]


_DRY_STANDARD = Field(description="The value of the same material when dry, in the same unit.")
_MATERIAL = Field(description="The material that was measured, such as drywall.")
_UNIT = Field(description="Unit or scale of the meter, such as `%` or `WME`.")
_VALUE = Field(description="What the meter showed, in `unit`.")


class ReadingBody(Wire):
    """A reading of a moisture meter."""

    model_config = _INPUT

    material: Annotated[str, _MATERIAL, Field(min_length=1, max_length=100), AfterValidator(one_line)]
    value: Annotated[_Measure, _VALUE]
    unit: Annotated[str, _UNIT, Field(min_length=1, max_length=20), AfterValidator(one_line)]
    dry_standard: Annotated[_Measure | None, _DRY_STANDARD] = None
    place: Annotated[str, Field(min_length=1, max_length=200), AfterValidator(one_line)] | None = None
    """Where the material is, such as `Kitchen, north wall`."""
    taken_at: Instant | None = None
    """When the reading was taken. Must not be in the future."""


class NoteCreate(Wire):
    """A note needs a `text`; a moisture reading needs a `text`, a `reading` or both."""

    model_config = ConfigDict(
        **_INPUT,
        json_schema_extra={
            "if": {
                "required": ["kind"],
                "properties": {"kind": {"const": "moisture_reading"}},
            },
            "then": {
                "anyOf": [
                    {"required": ["text"], "properties": {"text": {"type": "string"}}},
                    {"required": ["reading"], "properties": {"reading": {"type": "object"}}},
                ]
            },
            "else": {
                "required": ["text"],
                "properties": {"text": {"type": "string"}, "reading": {"type": "null"}},
            },
        },
    )

    kind: NoteKind = "note"
    """Only a `moisture_reading` can have a `reading`."""
    text: (
        Annotated[str, Field(min_length=1, max_length=MAX_TEXT_CHARACTERS), AfterValidator(prose)] | None
    ) = None
    """The text of the note. Required if there is no `reading`. The extraction reads it."""
    author: Name | None = None
    """Who wrote the note, such as `adjuster`, `technician` or a name."""
    corrects: Annotated[str, Field(max_length=100)] | None = None
    """The id of the note that this one replaces, of the same claim. That note stays unchanged."""
    reading: ReadingBody | None = None
    """Only allowed if `kind` is `moisture_reading`."""

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if self.kind == "note" and self.reading:
            raise ValueError("A 'reading' needs the 'kind' moisture_reading.")
        if self.kind == "note" and self.text is None:
            raise ValueError("A note needs a 'text'.")
        if self.text is None and self.reading is None:
            raise ValueError("A moisture reading needs a 'text' or a 'reading'.")
        return self


class NoteQuery(ListQuery):
    kind: NoteKind | None = None
    """Only notes, or only moisture readings."""


class ReadingView(Wire):
    material: Annotated[str, _MATERIAL]
    value: Annotated[float, _VALUE]
    unit: Annotated[str, _UNIT]
    dry_standard: Annotated[float | None, _DRY_STANDARD]
    place: str | None
    """Where the material is, such as `Kitchen, north wall`."""
    taken_at: Instant | None
    """When the reading was taken. Null if the request did not say."""


class NoteView(Wire):
    id: str
    claim_id: str
    """The id of the claim that the note belongs to."""
    kind: Annotated[NoteKind, Field(validation_alias="type")]
    """Only a `moisture_reading` can have a `reading`."""
    text: str | None
    """The text of the note. Null if there is only a `reading`, or after the end of the retention."""
    text_sha256: str | None
    """The SHA-256 of the text in UTF-8, in hexadecimal. It remains after the text is deleted."""
    author: str | None
    """Who wrote the note, such as `adjuster`, `technician` or a name, as given in the request."""
    corrects: str | None
    """The id of the note that this one replaces."""
    reading: ReadingView | None
    """Values of the moisture meter. Always null if `kind` is `note`."""
    text_deleted_at: Instant | None
    """When text, author and place were deleted at the end of the retention."""
    created_at: Instant
    created_by: str
    """The id of the API key or member."""

    @property
    def erasable(self) -> tuple[str, ...]:
        """The resources whose erasure must reach a stored copy of this response."""
        return (self.claim_id,)


class NotePage(PageView[NoteView]):
    pass
