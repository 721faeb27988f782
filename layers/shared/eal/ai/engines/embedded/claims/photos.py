"""Summary of a photo by its caption, and by a model where the caption is silent."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from eal.ai.claims.extraction import PhotoSummary, SeenBy
from eal.ai.engines.embedded.claims.marks import Kind
from eal.ai.engines.embedded.claims.materials import CONDITIONS, EQUIPMENT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eal.ai.claims.sight import PhotoSight
    from eal.ai.claims.vocabulary import Phase, Severity
    from eal.ai.engines.embedded.claims.marks import Mark
    from eal.ai.engines.embedded.claims.rooms import RoomMention

_DAMAGE = {
    "sewage": r"sewage|sewer|feces|backed up",
    "fire": r"fire|char(?:red)?|burn\w*|flame\w*|scorch\w*",
    "smoke": r"soot\w*|smoke\w*",
    "mold": r"mou?ld\w*|microbial|growth|mildew",
    "water": (
        r"wet|water|saturat\w*|stain\w*|swollen|cupp\w*|buckl\w*|delaminat\w*|damp|moisture|flood\w*|leak\w*|soaked"
        r"|standing|warped|bubbl\w*|drip\w*"
    ),
    "storm": r"hail|wind|tree|storm|tarp\w*",
    "impact": r"hole|impact\w*|broken|crack\w*|collaps\w*|sagg?\w*|missing|torn|dent\w*",
}
_SEVERITY: dict[Severity, str] = {
    "severe": (
        r"severe\w*|heav(?:y|ily)|extensive\w*|saturated|destroyed|total(?:ed)?|collaps\w*|major|charred|soaked|gutted"
    ),
    "moderate": r"moderate\w*|medium|significant",
    "minor": r"minor|light(?:ly)?|slight\w*|small|hairline|cosmetic|faint",
}
_HAZARDS = {
    "asbestos": r"asbestos|acm|popcorn ceiling|9x9 tile",
    "electrical": (
        r"exposed wir\w*|live wire\w*|electrical hazard|arcing|panel wet|wet (?:outlet|panel)|burnt outlet"
    ),
    "gas": r"gas leak|gas line|gas smell",
    "lead": r"lead paint",
    "mold": r"mou?ld\w*|microbial growth",
    "sewage": r"sewage|feces|category 3|cat 3",
    "sharp": r"broken glass|nails|sharp",
    "slip": r"slip\w*|standing water",
    "structure": r"sagging|collaps\w*|unstable|soft floor|rotted joist|structural",
}
_PHASES: dict[Phase, str] = {
    "after": (
        r"after(?! (?:the )?(?:loss|storm|fire|leak))|post[- ]?\w*|completed?|final|finished|dry(?:ed)? (?:to|out)"
        r"|repaired|done|cleared|removed|replaced"
    ),
    "during": (
        r"during|in progress|drying|running|day [2-9]|equipment|containment|demo|air movers?|dehu\w*|set up|set"
    ),
    "before": (
        r"before|pre[- ]?(?:mit\w*|demo|loss)?|initial|on arrival|arrival|as found|day (?:1|one)|wet|saturated|stain\w*"
        r"|standing water|cause of loss|source"
    ),
}


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{pattern})\b")


def _first[K: str](table: dict[K, str], words: str) -> K | None:
    return next((name for name, pattern in table.items() if _compiled(pattern).search(words)), None)


def summary(photo_id: str, caption: str, room: RoomMention | None, marks: Sequence[Mark]) -> PhotoSummary:
    """The summary of a photo by its caption, in lower case and without instructions to software."""
    words, name = _without_denials(caption), room.name if room else None
    materials = tuple(
        dict.fromkeys(
            mark.text
            for mark in marks
            if mark.kind is Kind.MATERIAL and mark.text not in EQUIPMENT and mark.text not in CONDITIONS
        )
    )
    damage, severity, phase = _first(_DAMAGE, words), _first(_SEVERITY, words), _first(_PHASES, words)
    hazards = tuple(name for name, pattern in _HAZARDS.items() if _compiled(pattern).search(words))
    known = {"room": name, "damage": damage, "materials": materials, "severity": severity, "phase": phase}
    unknown = tuple(field for field, value in known.items() if not value)
    return PhotoSummary(
        photo_id=photo_id, room=name, damage=damage, materials=materials, severity=severity, hazards=hazards,
        phase=phase, unknown=(*unknown, "hazards_not_in_caption", "extent"),
    )  # fmt: skip


def with_sight(caption: PhotoSummary, sight: PhotoSight | None) -> PhotoSummary:
    """The summary with what a model saw. A person wrote the caption, so it counts where both say something."""
    if sight is None:
        return caption
    seen = sight.content
    added = {
        "damage": None if caption.damage else seen.damage,
        "severity": None if caption.severity else seen.severity,
        "phase": None if caption.phase else seen.phase,
        "materials": tuple(name for name in seen.materials if name not in caption.materials),
        "hazards": tuple(name for name in seen.hazards if name not in caption.hazards),
    }
    return replace(
        caption,
        damage=caption.damage or seen.damage,
        severity=caption.severity or seen.severity,
        phase=caption.phase or seen.phase,
        materials=tuple(dict.fromkeys((*caption.materials, *seen.materials))),
        hazards=tuple(dict.fromkeys((*caption.hazards, *seen.hazards))),
        unknown=tuple(
            name for name in caption.unknown if not added.get(name) and name != "hazards_not_in_caption"
        ),
        seen_by=SeenBy(
            fields=tuple(name for name, value in added.items() if value),
            engine=sight.engine,
            model=sight.model,
            prompt_version=sight.prompt_version,
        ),
    )


def _without_denials(words: str) -> str:
    return re.sub(r"\b(?:no|not|without|never) (?:\w+ ){0,2}\w+", " ", words)
