"""The task `summarize_photo`: its input, and the rules that hold whatever a model answers. Its output is
`eal.ai.photos.PhotoLook`.

Pixels cannot be redacted, so a photo leaves the account as it is, without its caption, name, place and time. In return,
no words come back: every field is of a closed vocabulary.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from eal.ai.claims.sight import PhotoContent
from eal.ai.engines.bedrock.engine import Question
from eal.ai.engines.embedded.claims.materials import gazetteer
from eal.ai.photos import PhotoLook
from eal.ai.provenance import Provenance
from eal.ai.tasks.prompt import Prompt, prompt
from eal.ai.tasks.summarize_photo.answer import PhotoAnswer
from eal.ai.tasks.task import AiTask, Consultation

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "summarize_photo"
VERSION = 1
"""The number of the prompt file. A change of the prompt's text, the answer or the rules is a new number."""
MAX_TOKENS = 400
"""Twelve materials and nine hazards are the longest answer."""
EMBEDDED_VERSION = "no-pixels-1"
_NOT_SEEN = ("none", "unclear")


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoInput:
    """`preview` is a JPEG of at most 1,600 pixels. `sha256` is that of the original."""

    preview: bytes
    sha256: str


def _unseen(given: PhotoInput) -> tuple[PhotoLook, Provenance]:
    """The embedded engine looks at no pixels."""
    return PhotoLook(), Provenance(
        engine="embedded", model=EMBEDDED_VERSION, input_sha256=given.sha256, latency_ms=0
    )


def _consultation(given: PhotoInput) -> Consultation[PhotoAnswer, PhotoLook]:
    question = Question(
        system=_prompt().text,
        text="Record what this photo shows.",
        tool="record_photo",
        answer=PhotoAnswer,
        max_tokens=MAX_TOKENS,
        faults=lambda answer: [*_faults(answer)],
        images=(given.preview,),
    )
    return Consultation(question, combined)


def _faults(answer: PhotoAnswer) -> Iterator[str]:
    if answer.damage in _NOT_SEEN and answer.severity != "unclear":
        yield f"severity: is unclear if the damage is {answer.damage}."
    if answer.damage == "none" and answer.materials:
        yield "materials: only damaged ones, so none if the damage is none."


def combined(first: PhotoLook, answer: PhotoAnswer) -> PhotoLook:
    """The view of the model. Materials that our tables do not know are left out: they may be words of the photo."""
    known = (gazetteer().name(name) for name in answer.materials)
    return replace(
        first,
        content=PhotoContent(
            damage=None if answer.damage in _NOT_SEEN else answer.damage,
            materials=tuple(dict.fromkeys(material for material in known if material)),
            severity=None if answer.severity == "unclear" else answer.severity,
            hazards=tuple(sorted(set(answer.hazards))),
            phase=None if answer.phase == "unclear" else answer.phase,
        ),
    )


def _prompt() -> Prompt:
    return prompt(NAME, VERSION)


SUMMARIZE_PHOTO = AiTask(
    name=NAME,
    prompt=_prompt,
    embedded_version=EMBEDDED_VERSION,
    embedded=_unseen,
    is_unsure=lambda _: True,
    is_certain=lambda _: False,
    consultation=_consultation,
    with_reason=lambda look, reason: replace(look, remarks=(*look.remarks, reason)),
)
