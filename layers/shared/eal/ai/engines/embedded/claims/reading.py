"""The sources of a claim, read one after the other: what each of their sentences states, excludes or instructs."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from eal.ai.claims.extraction import Exclusion, Quote
from eal.ai.claims.vocabulary import Unit
from eal.ai.engines.embedded.claims import chunks, exclusions, items, measures, photos
from eal.ai.engines.embedded.claims.marks import Kind, marks
from eal.ai.engines.embedded.claims.materials import EXTERIOR, THROUGHOUT
from eal.ai.engines.embedded.claims.measures import RoomContext, Said
from eal.ai.engines.embedded.claims.sentences import sentences
from eal.ai.engines.embedded.claims.tokens import tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eal.ai.claims.evidence import ClaimFile, ClaimPhoto
    from eal.ai.claims.extraction import PhotoSummary
    from eal.ai.claims.vocabulary import Activity, ExclusionReason, SourceKind
    from eal.ai.engines.embedded.claims.exclusions import SentencePart, Status
    from eal.ai.engines.embedded.claims.items import ItemDraft
    from eal.ai.engines.embedded.claims.marks import Mark
    from eal.ai.engines.embedded.claims.measures import Rank, Statement
    from eal.ai.engines.embedded.claims.rooms import RoomMention
    from eal.ai.engines.embedded.claims.sentences import ClaimSentence
    from eal.ai.engines.embedded.claims.tokens import NoteToken

MAX_SOURCE_CHARACTERS = 20_000
"""Further characters of a note or caption are not read."""
_MAX_QUOTE_CHARACTERS = 400
EXCLUDED: dict[Status, ExclusionReason] = {
    "prior_damage": "prior_damage",
    "other_property": "other_property",
    "excluded_work": "excluded_work",
}
_WHOLE_JOB = EXTERIOR | {"debris", "air quality", "asbestos", "lead"}
_BY_JOB = frozenset({"monitoring"})
"""Belongs to a room only if its own sentence names one, or if the claim has only one."""
_EACH = frozenset({"each", "both"})
_MIN_LISTED_ROOMS = 2
_POINTER_MARKS = 3
"""A shorter sentence that points back, such as "Exclude.", is no quote."""
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Source:
    kind: SourceKind
    id: str
    text: str
    number: int
    photo: ClaimPhoto | None = None
    is_meter: bool = False
    is_correction: bool = False

    def quote(self, start: int, end: int) -> Quote:
        return Quote(self.kind, self.id, self.text[start:end].strip()[:_MAX_QUOTE_CHARACTERS].strip())


@dataclass(slots=True)
class Stated:
    """A draft with its place: the numbers of its source and of its sentence. `denied`: the sentence says that it is
    not done. `others` are amounts that differ from the draft's, with their quotes.
    """

    draft: ItemDraft
    order: tuple[int, int]
    quote: Quote
    words: str
    rank: Rank
    denied: bool
    name: str | None = None
    number: int = 0
    evidence: list[Quote] = field(default_factory=list)
    others: list[tuple[str, Quote]] = field(default_factory=list)


@dataclass(slots=True)
class EvidenceReading:
    """The statements of the sources, in their order. `sentences` are those that no block excludes."""

    stated: list[Stated] = field(default_factory=list)
    measures: list[Statement] = field(default_factory=list)
    exclusions: list[Exclusion] = field(default_factory=list)
    sentences: list[tuple[str, Quote]] = field(default_factory=list)
    summaries: list[tuple[PhotoSummary, RoomMention | None]] = field(default_factory=list)
    """The summaries, each with the room that the photo names first."""
    mentions: list[RoomMention] = field(default_factory=list)
    places: list[tuple[int, RoomMention]] = field(default_factory=list)


def read(file: ClaimFile) -> EvidenceReading:
    reading = EvidenceReading()
    for source in _sources(file):
        _Reader(source, reading).read()
    _place(reading)
    return reading


def _place(reading: EvidenceReading) -> None:
    """Puts work without a room into the only room of its source, or of the claim: "Removed 10 LF of base. Kitchen is
    8x9."
    """
    by_source: dict[int | None, dict[str, RoomMention]] = defaultdict(dict)
    for number, room in reading.places:
        by_source[number][room.name] = by_source[None][room.name] = room
    for stated in reading.stated:
        named = by_source[None if stated.draft.description in _BY_JOB else stated.order[0]] or by_source[None]
        if stated.draft.room is None and stated.draft.description not in _WHOLE_JOB and len(named) == 1:
            stated.draft.room = next(iter(named.values()))


def _sources(file: ClaimFile) -> list[_Source]:
    """Notes before captions, each in the order of time and then of their ids."""
    found: list[_Source] = []
    for note in sorted(file.notes, key=lambda note: (note.created_at, note.id)):
        found.append(
            _Source(
                "note",
                note.id,
                note.text[:MAX_SOURCE_CHARACTERS],
                len(found),
                is_meter=note.kind == "moisture_reading",
                is_correction=note.corrects is not None,
            )
        )
    for photo in sorted(file.photos, key=lambda photo: (photo.taken_at or _NEVER, photo.id)):
        found.append(_Source("photo", photo.id, photo.caption[:MAX_SOURCE_CHARACTERS], len(found), photo))
    return found


class _Reader:
    """One pass over a source. It remembers the room, the block of exclusions and the heading of the sentence before."""

    def __init__(self, source: _Source, reading: EvidenceReading) -> None:
        self._source = source
        self._reading = reading
        self._tokens: list[NoteToken] = tokens(source.text)
        self._context = RoomContext()
        self._line = -1
        self._opens = True
        self._block: ExclusionReason | None = None
        self._block_has_bullets = False
        self._carried: Activity | None = None

    def read(self) -> None:
        found: list[Mark] = []
        words: list[str] = []
        for number, sentence in enumerate(sentences(self._source.text, self._tokens)):
            if sentence.instructs:
                self._reading.exclusions.append(
                    Exclusion("instruction", self._source.quote(*self._span(sentence)))
                )
            else:
                found += self._read_sentence(number, sentence)
                start, end = self._span(sentence)
                words.append(self._source.text[start:end])
        if self._source.photo is not None:
            caption = " ".join(words).lower()
            room = next((mark.room for mark in found if mark.room), None)
            summary = photos.summary(self._source.photo.id, caption, room, found)
            self._reading.summaries.append((photos.with_sight(summary, self._source.photo.sight), room))

    def _span(self, sentence: ClaimSentence) -> tuple[int, int]:
        return self._tokens[sentence.first].start, self._tokens[sentence.after - 1].end

    def _read_sentence(self, number: int, sentence: ClaimSentence) -> list[Mark]:
        start, end = self._span(sentence)
        words, quote = self._source.text[start:end], self._source.quote(start, end)
        found = marks(self._source.text, self._tokens, sentence.first, sentence.after)
        found = self._aliased(found)
        self._opens = sentence.opens
        if sentence.line != self._line:
            self._begin_line(sentence, words, found)
        title = exclusions.heading(words) if sentence.opens else None
        if title:
            self._block, self._block_has_bullets = title, False
            if words.rstrip().endswith(":"):
                return found
        if self._block and any(letter.isalnum() for letter in words):
            self._exclude(self._block, number, found, words, (start, end), has_title=title is not None)
            return found
        self._reading.sentences.append((words, quote))
        parts = exclusions.parts(self._source.text, self._tokens, found)
        if parts and parts[0].points_back:
            self._exclude_before(number, parts[0].status)
        for part in parts:
            self._read_part(part, number, quote, self._rank(words))
        self._reading.mentions += [mark.room for mark in found if mark.room]
        here = chunks.places(found)
        rooms = [mark.room for mark, is_here in zip(found, here, strict=True) if is_here and mark.room]
        self._reading.places += [(self._source.number, room) for room in rooms]
        if sentence.opens and words.rstrip().endswith(":"):
            self._carried = _only_activity(found)
        return found

    def _aliased(self, found: list[Mark]) -> list[Mark]:
        """ "Bath" after "hall bath" is the same room, unless each has a size of its own."""
        room = self._context.room
        for index, mark in enumerate(found):
            following = found[index + 1 : index + 4]
            resized = self._context.sized and any(mark.kind is Kind.SIZE for mark in following)
            if room and mark.room and room.name.endswith(f" {mark.room.name}") and not resized:
                found[index] = replace(mark, room=replace(room, after=mark.room.after))
        return found

    def _begin_line(self, sentence: ClaimSentence, words: str, found: Sequence[Mark]) -> None:
        self._line = sentence.line
        if not sentence.bullet and not _is_listed(found):
            self._carried = None
        if self._block and not sentence.bullet:
            sized = (
                bool(found) and found[0].kind is Kind.ROOM and any(mark.kind is Kind.SIZE for mark in found)
            )
            if self._block_has_bullets or sized or words.rstrip().endswith(":"):
                self._block = None
        self._block_has_bullets = self._block is not None and (self._block_has_bullets or sentence.bullet)

    def _exclude(
        self,
        reason: ExclusionReason,
        number: int,
        found: Sequence[Mark],
        words: str,
        span: tuple[int, int],
        *,
        has_title: bool,
    ) -> None:
        """A line of a block of exclusions, or the rest of its heading's line."""
        excluded = words.partition(":")[2].strip() if has_title else words
        start, end = span
        self._reading.exclusions.append(
            Exclusion(reason, self._source.quote(start + words.find(excluded), end))
        )
        self._state(found, number, room=self._context.room, carried=None, denied=True)
        if has_title:
            self._block = None

    def _read_part(self, part: SentencePart, number: int, quote: Quote, ranked: Rank) -> None:
        start, end = self._tokens[part.marks[0].first].start, self._tokens[part.marks[-1].after - 1].end
        before, is_stated = self._context.room, part.status == "stated"
        if part.status in EXCLUDED and (not part.points_back or len(part.marks) > _POINTER_MARKS):
            self._reading.exclusions.append(Exclusion(EXCLUDED[part.status], self._source.quote(start, end)))
        if part.status != "other_property":
            said = Said((self._source.number, number), quote, ranked)
            context = replace(self._context)
            stated = measures.statements(self._tokens, part.marks, context, said)
            self._reading.measures += [
                statement for statement in stated if is_stated or statement.beside_name
            ]
            if part.status != "prior_damage" or any(statement.beside_name for statement in stated):
                self._context = context
        if part.status in ("stated", "excluded_work") and not self._source.is_meter:
            self._state(part.marks, number, room=before, carried=self._carried, denied=not is_stated)

    def _state(
        self,
        part: Sequence[Mark],
        number: int,
        *,
        room: RoomMention | None,
        carried: Activity | None,
        denied: bool,
    ) -> None:
        for draft in _for_each_room(part, items.drafts(self._tokens, part, room, carried, denied=denied)):
            by_job = draft.description in _BY_JOB or draft.unit is Unit.CY
            by_job = by_job or (self._opens and draft.description in THROUGHOUT)
            if by_job and not draft.own_room:
                draft.room = None
            start, end = (
                self._tokens[min(draft.first, part[0].first)].start,
                self._tokens[part[-1].after - 1].end,
            )
            quote, words = self._source.quote(start, end), self._source.text[start:end].lower()
            self._reading.stated.append(
                Stated(
                    draft,
                    (self._source.number, number),
                    quote,
                    words,
                    self._rank(words),
                    denied,
                    evidence=[quote],
                )
            )

    def _rank(self, words: str) -> Rank:
        """The rank of a sentence's measures. Those of a note that corrects another one are corrections."""
        ranked = measures.rank(words)
        return measures.CORRECTION if self._source.is_correction and ranked != measures.ESTIMATE else ranked

    def _exclude_before(self, number: int, status: Status) -> None:
        """Takes back what the sentence before states: "That is from 2019, leave it out."""
        order = (self._source.number, number - 1)
        gone = [stated for stated in self._reading.stated if stated.order == order and not stated.denied]
        if gone and status in EXCLUDED:
            self._reading.exclusions.append(Exclusion(EXCLUDED[status], gone[0].quote))
        self._reading.stated = [
            stated for stated in self._reading.stated if stated.order != order or stated.denied
        ]


def _is_listed(found: Sequence[Mark]) -> bool:
    """Whether a line is an entry of a list without bullets: "vinyl 42 sf"."""
    opens = bool(found) and found[0].kind in (Kind.MATERIAL, Kind.QUANTITY, Kind.COUNT)
    return opens and not any(mark.kind is Kind.ACTIVITY for mark in found)


def _for_each_room(part: Sequence[Mark], found: Sequence[ItemDraft]) -> list[ItemDraft]:
    """The drafts once for each room of a list: "Bedroom 1 and bedroom 2: pulled carpet, 130 SF each"."""
    title = next((index for index, mark in enumerate(part) if mark.text == ":"), 0)
    rooms = [mark.room for mark in part[:title] if mark.room]
    if len(rooms) < _MIN_LISTED_ROOMS or not any(mark.text in _EACH for mark in part[title:]):
        return [*found]
    listed = {*rooms}
    others = [
        replace(draft, room=room)
        for draft in found
        if draft.room in listed
        for room in rooms
        if room != draft.room
    ]
    return [*found, *others]


def _only_activity(found: Sequence[Mark]) -> Activity | None:
    """The activity of a heading such as "Remove:"."""
    activities = [mark.activity for mark in found if mark.activity]
    return (
        activities[0]
        if len(activities) == 1 and not any(mark.kind is Kind.MATERIAL for mark in found)
        else None
    )
