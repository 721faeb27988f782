"""The judgement of the task `summarize_photo`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eal.ai.claims.sight import PhotoContent


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoLook:
    """`content` is None if nothing looked at the pixels; `remarks` are slugs that say why."""

    content: PhotoContent | None = None
    remarks: tuple[str, ...] = ()
