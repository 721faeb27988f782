"""What a written message says of a lead: a form's free text, or a dispatcher's notes.

It is judged as the clauses of one person who writes, by what judges calls, and by what people write but seldom say
(lexicon/written.py). What it asks of the system has no effect, as in a call.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Literal

from eal.ai.classification import Intent, Urgency
from eal.ai.engines.embedded.calls import hazards, hints, intents, qualification, urgency
from eal.ai.engines.embedded.calls.mentions import MentionIndex, index_mentions
from eal.ai.engines.embedded.language import clauses
from eal.ai.engines.embedded.language.cues import mentions
from eal.ai.engines.embedded.language.patterns import compiled
from eal.ai.engines.embedded.language.scope import Scope
from eal.ai.engines.embedded.lexicon.messages_only import MESSAGES_ONLY
from eal.ai.engines.embedded.signals import Signal
from eal.ai.transcript import Turn

if TYPE_CHECKING:
    import re

    from eal.ai.engines.embedded.language.clauses import Clause
    from eal.ai.engines.embedded.language.cues import Mention

type Need = Literal["live", "same_day", "planned", "none", "foreign", "unknown"]
type Customer = Literal["possible", "partner", "never"]

MOST_READ = 10_000
"""Characters of a message that are read: as many as a lead's notes may have."""

_SOLD_OUTRIGHT = (
    5.0  # the weight at which a sales pitch or an application is one, with a loss named in it or not
)
_ENDED = "."  # a message is whole when it is sent: unlike a call, it does not break off


@dataclass(frozen=True, slots=True)
class Reading:
    """What a message says.

    `need` is live where a loss is there now, same_day where somebody is to come at once for another, and foreign
    where it writes of nothing that a restorer does, and does not ask to be called. `authority` is True where nothing
    speaks against it, None where it is in doubt (a tenant), False where it is another's to decide; `decides` where the
    writer says to be an owner, a manager, or to have their word. `hurry` is the wish alone, and `emergency` a live loss
    that still goes on, or endangers somebody.
    """

    need: Need
    authority: bool | None = True
    decides: bool = False
    customer: Customer = "possible"
    loss: Intent | None = None
    hurry: bool = False
    emergency: bool = False
    instructed: bool = False


@dataclass(frozen=True, slots=True)
class _Message:
    """A message as the engine heard it: `said` are the signals of lexicon/written.py."""

    index: MentionIndex
    weighing: intents.Weighing
    signals: frozenset[Signal]
    reopened: bool
    reasons: tuple[str, ...]
    soon: Urgency
    danger: bool

    @property
    def loss(self) -> Intent | None:
        if self.weighing.intent in intents.LOSSES:
            return self.weighing.intent
        if Signal.LIVE in self.signals and self.weighing.intent in (Intent.UNKNOWN, Intent.OTHER):
            return Intent.WATER
        board_up = self.weighing.intent is Intent.OTHER and self.soon in (Urgency.EMERGENCY, Urgency.HIGH)
        return Intent.OTHER if board_up or Signal.LIVE_ES in self.signals else None

    @property
    def hurry(self) -> bool:
        return Signal.TODAY in self.signals and Signal.LATER not in self.signals


def read_lead(text: str) -> Reading:
    """What a lead's free text says; any text, and nothing is `unknown`."""
    plain = _spelled_out(_without_accents(text[:MOST_READ])[:MOST_READ])
    turns = tuple(
        Turn(index, "caller", line) for index, line in enumerate(filter(str.strip, plain.split("\n")))
    )
    speech = clauses.split(turns)
    spoken = tuple(one for one in speech.clauses if not _demands(one))
    instructed = speech.instructed or len(spoken) < len(speech.clauses)
    if not spoken:
        return Reading("unknown", instructed=instructed)
    return replace(_read(_listen(spoken), plain), instructed=instructed)


def _without_accents(text: str) -> str:
    """ "sótano" as "sotano": forms are filled in with and without."""
    if text.isascii():
        return text
    return "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))


_SHORT = {
    "thru": "through", "nite": "night", "pls": "please", "plz": "please", "bsmt": "basement", "u": "you",
    "rm": "room", "bdrm": "bedroom", "ur": "your", "flr": "floor", "tmrw": "tomorrow", "tomorow": "tomorrow",
    "busted": "burst", "watr": "water", "evrywhere": "everywhere", "flooed": "flooded", "lekaing": "leaking",
    "h2o": "water", "appt": "appointment", "est": "estimate",
}  # fmt: skip


@cache
def _short() -> re.Pattern[str]:
    return compiled(rf"\b(?:{'|'.join(_SHORT)})\b")


def _spelled_out(text: str) -> str:
    """What is written short in forms, and never said so."""
    return _short().sub(lambda found: _SHORT[found[0]], text)


@cache
def _demand() -> re.Pattern[str]:
    return compiled(
        r"\b(?:score|scores|scored|rate|rank|grade|rating)(?: (?:this|it|me|us|my|the|our|lead|of|a|is|as"
        r"|to|at|be|should be|must be)){0,5} (?:\d+|hot|warm|cold|junk|high\w*|low\w*|top|maximum|max)\b"
        r"|\b(?:ignore|disregard) (?:this|the) (?:message|lead|form|text)\b(?! (?:if|its|i)\b)"
        r"|\b(?:mark|treat|classify|flag|rank|set) (?:this|it|me|us|my \w+|the \w+)(?: \w+){0,2} (?:as|to) "
        r"(?:an? )?(?:\w+ )?(?:hot|warm|cold|junk|qualified|emergency|urgent|vip|priority)\b"
        r"|\byou are an? (?:\w+ )?(?:scoring|lead|rating|ranking) (?:system|engine|model|bot)\b"
        r"|^(?:please )?output \w+"
    )


def _demands(clause: Clause) -> bool:
    """Whether it asks for a score."""
    return bool(_demand().search(clause.text))


def _listen(spoken: tuple[Clause, ...]) -> _Message:
    index = index_mentions(spoken)
    weighing = intents.weigh(index, broken=False)
    dangers = hazards.dangers(spoken)
    soon, _ = urgency.judge(weighing.intent, index)
    _, reasons, _ = qualification.judge(weighing.intent, index, _ENDED, voicemail=True)
    written = [one for one in mentions(MESSAGES_ONLY, spoken) if one.scope in (Scope.ASSERTED, Scope.PAST)]
    said = frozenset(one.cue.signal for one in written)
    return _Message(index, weighing, said, _reopened(written), reasons, soon, bool(dangers))


def _reopened(written: list[Mention]) -> bool:
    """Whether something is wished for after it was said to be settled: "we dried it, but now there is a smell"."""
    last = {one.cue.signal: place for place, one in enumerate(written)}
    clause = {one.cue.signal: one.clause for one in written}
    if Signal.SETTLED not in last or Signal.WISH not in last:
        return False
    return last[Signal.WISH] > last[Signal.SETTLED] and clause[Signal.WISH] is not clause[Signal.SETTLED]


def _read(message: _Message, plain: str) -> Reading:
    customer = _customer(message, plain)
    if customer == "never":
        return Reading("none", customer="never")
    need = _need(message, customer)
    authority = _authority(message)
    return Reading(
        need=need,
        authority=authority,
        decides=authority is True and _decides(message),
        customer=customer,
        loss=message.loss,
        hurry=message.hurry,
        emergency=need == "live" and (message.danger or message.soon is Urgency.EMERGENCY),
    )


_STRANGERS = (Intent.SALES_PITCH, Intent.EMPLOYMENT, Intent.SPAM, Intent.WRONG_NUMBER)


def _customer(message: _Message, plain: str) -> Customer:
    weighing = message.weighing
    if Signal.PARTNER in message.signals and not {Signal.STRANGER, Signal.COMPETITOR} & message.signals:
        return "partner"
    if {Signal.COMPETITOR, Signal.WRONG_TRADE, Signal.PRANK} & message.signals or _noise(message, plain):
        return "never"
    outright = weighing.weights[Intent.SALES_PITCH] >= _SOLD_OUTRIGHT
    if Signal.STRANGER in message.signals and (outright or not _live(message)):
        return "never"
    if weighing.intent in _STRANGERS and not weighing.guessed and Signal.RENTER not in message.signals:
        return "never"
    return "never" if "not_offered" in message.reasons else "possible"


def _noise(message: _Message, plain: str) -> bool:
    """Nothing but a link, or the word of who tries out the form."""
    if message.weighing.mentions or message.signals:
        return False
    return bool(_link().search(plain) or _tried_out().fullmatch(plain.strip().lower()))


@cache
def _link() -> re.Pattern[str]:
    return compiled(r"(?:[hH][tT][tT][pP][sS]?://|\bwww\.)\S")


@cache
def _tried_out() -> re.Pattern[str]:
    return compiled(r"(?:(?:this is )?(?:just )?(?:a )?(?:test|testing|prueba)[ .!]{0,3}){1,4}")


def _live(message: _Message) -> bool:
    if not message.loss:
        return False
    if message.soon in (Urgency.EMERGENCY, Urgency.HIGH) and _fresh(message):
        return True
    if Signal.LIVE_ES in message.signals:
        return True
    return (
        Signal.LIVE in message.signals
        and not {Signal.LATER, Signal.WISH} & message.signals
        and not message.index.asserted(Signal.OLD)
    )


_LASTING = {
    Intent.FIRE: (Signal.RECENT, Signal.UNLIVABLE, Signal.OPENING, Signal.ACTIVE_WATER),
    Intent.MOLD: (Signal.ACTIVE_WATER, Signal.LARGE),
}
"""Losses that are written of long after they began, and what tells that they are of today."""


def _fresh(message: _Message) -> bool:
    signs = _LASTING.get(message.weighing.intent)
    return signs is None or message.hurry or any(message.index.asserted(sign) for sign in signs)


def _need(message: _Message, customer: Customer) -> Need:
    if message.danger:
        return "live"
    if _none(message):
        return "none"
    if _live(message) and (customer != "partner" or _at_hand(message)):
        return "live"
    if message.loss and message.hurry:
        return "same_day"
    if message.loss or {Signal.WISH, Signal.PLANNED_ES} & message.signals:
        return "planned"
    if message.weighing.intent in (Intent.EXISTING_JOB, Intent.INSURANCE) and customer != "partner":
        return "none"
    return "foreign" if _foreign(message) else "unknown"


def _at_hand(message: _Message) -> bool:
    """Whether who sends work tells of a loss that is there, not of those that will be."""
    return message.hurry or bool(
        message.index.asserted(Signal.RECENT) or message.index.asserted(Signal.ACTIVE_WATER)
    )


def _foreign(message: _Message) -> bool:
    """Whether a message in letters that we read has neither a word of the trade nor the wish to be called."""
    spoken = message.index.clauses
    if Signal.CONTACT in message.signals or message.weighing.mentions:
        return False
    if not all(one.text.isascii() for one in spoken):
        return False
    hinted = hints.hints(spoken)
    return not any(hinted[Signal(loss.value)][0] for loss in intents.LOSSES)


def _none(message: _Message) -> bool:
    if message.reopened and message.loss and not message.index.asserted(Signal.NO_NEED):
        return False
    if {Signal.SETTLED, Signal.IDLE} & message.signals or message.index.asserted(Signal.NO_NEED):
        return not (Signal.WISH in message.signals and message.weighing.intent is Intent.INSURANCE)
    return message.weighing.intent is Intent.EXISTING_JOB and Signal.WISH not in message.signals


def _authority(message: _Message) -> bool | None:
    if Signal.NOT_MINE in message.signals or "no_authority" in message.reasons:
        return False
    if {"tenant_for_building", "authority_unknown"} & set(
        message.reasons
    ) or Signal.RENTER in message.signals:
        return None
    return True


def _decides(message: _Message) -> bool:
    return Signal.OWNER in message.signals or bool(
        message.index.asserted(Signal.OWNER) or message.index.asserted(Signal.GRANTED)
    )
