"""The evidence of a claim as a model service sees it: without personal data and instructions, and fenced as data.

Each source keeps its length until it is shown, so that a quote from it points at the original words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from eal.ai.claims.extraction import Quote
from eal.ai.engines.embedded.claims.sentences import sentences
from eal.ai.engines.embedded.claims.tokens import tokens
from eal.ai.redaction.transcript import find
from eal.ai.tasks.fenced import HARMLESS, REMOVED, SHOWN_REMOVED, span_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eal.ai.claims.evidence import ClaimFile
    from eal.ai.claims.vocabulary import SourceKind

MAX_CHARACTERS = 8_000
"""Maximum length of all sources together: about 60 items, which a model writes within the deadline. The rest is not
shown."""
_PERSONAL = frozenset({"card", "ssn", "phone", "email", "address", "name"})
_QUANTITY = re.compile(
    r"\d[\d,.]{0,15}\s{0,3}(?:sf|lf|sy|sq|cf|cy|ea|hrs?|days?|ft|feet|in|inch\w*|x)\b", re.IGNORECASE
)
"""A redactor of speech takes "430 SF" for an address."""
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Source:
    kind: SourceKind
    id: str
    at: str
    text: str
    masked: str


@dataclass(frozen=True, slots=True)
class ShownEvidence:
    sources: tuple[_Source, ...]

    def shown(self) -> str:
        return "\n".join(
            f'<source id="{number}" kind="{source.kind}" at="{source.at}">\n{_lines(source.masked)}\n</source>'
            for number, source in enumerate(self.sources, 1)
        )

    def quote(self, number: int, words: str) -> Quote | None:
        """The quote in the words of its source. None if they do not stand in the source of this number."""
        if not 0 < number <= len(self.sources):
            return None
        source = self.sources[number - 1]
        span = span_of(words, source.masked)
        return Quote(source.kind, source.id, source.text[slice(*span)]) if span else None

    def has(self, quote: Quote) -> bool:
        """Whether the source of a quote was shown."""
        return any((source.kind, source.id) == (quote.source, quote.source_id) for source in self.sources)


def shown(file: ClaimFile) -> ShownEvidence:
    """Notes before captions, each in the order of time, as far as there is room for the whole source."""
    names = tuple(
        name for name in (file.facts.insured, file.facts.policy_number, file.facts.claim_number) if name
    )
    sources: list[_Source] = []
    left = MAX_CHARACTERS
    for kind, source_id, at, text in _all(file):
        if not text.strip() or len(text) > left:
            continue
        left -= len(text)
        masked = _without_instructions(text, _redacted(text, names)).translate(HARMLESS)
        sources.append(_Source(kind, source_id, at, text, masked))
    return ShownEvidence(tuple(sources))


def _all(file: ClaimFile) -> Iterator[tuple[SourceKind, str, str, str]]:
    for note in sorted(file.notes, key=lambda note: (note.created_at, note.id)):
        if note.kind == "note":
            yield "note", note.id, note.created_at.date().isoformat(), note.text
    for photo in sorted(file.photos, key=lambda photo: (photo.taken_at or _NEVER, photo.id)):
        yield "photo", photo.id, photo.taken_at.date().isoformat() if photo.taken_at else "", photo.caption


def _redacted(text: str, names: tuple[str, ...]) -> str:
    spans = [(span.start, span.end) for span in find(text, known_names=names) if span.kind in _PERSONAL]
    spans = [(start, end) for start, end in spans if not _QUANTITY.search(text[start : end + 6])]
    for name in names:
        spans += [found.span() for found in re.finditer(re.escape(name), text, re.IGNORECASE)]
    for start, end in spans:
        text = text[:start] + re.sub(r"\w", "*", text[start:end]) + text[end:]
    return text


def _without_instructions(original: str, text: str) -> str:
    sequence = tokens(original)
    for sentence in sentences(original, sequence):
        if sentence.instructs:
            start, end = sequence[sentence.first].start, sequence[sentence.after - 1].end
            text = text[:start] + REMOVED * (end - start) + text[end:]
    return text


def _lines(text: str) -> str:
    return "\n".join(
        " ".join(line.split()) for line in re.sub(f"{REMOVED}+", SHOWN_REMOVED, text).splitlines()
    )
