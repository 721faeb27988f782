"""The classification of a transcript."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.ai.engines.embedded.calls.rules import classify_call

if TYPE_CHECKING:
    from eal.ai.classification import Classification
    from eal.ai.provenance import Provenance

ENGINE = "rules"
VERSION = "rules-3"

__all__ = ["ENGINE", "VERSION", "classify_call", "judge"]


def judge(
    transcript: str, *, answered: bool | None, voicemail: bool, input_sha256: str
) -> tuple[Classification, Provenance]:
    """The classification with its provenance. `input_sha256` is the hash by which the caller compares inputs."""
    from eal.ai.provenance import timed  # here, because the layer is built without pydantic

    return timed(
        lambda: classify_call(transcript, answered=answered, voicemail=voicemail),
        engine=ENGINE,
        model=VERSION,
        input_sha256=input_sha256,
    )
