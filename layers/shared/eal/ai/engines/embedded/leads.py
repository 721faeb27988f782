"""The task "read a lead": the free text of a form, or the notes of a dispatcher.

The text is searched as the clauses of a single caller, with the cues for calls and those for messages
(lexicon/messages_only.py). Instructions to the system have no effect, as in a call.
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
from eal.ai.engines.embedded.language.instructions import Spoken, spoken_instruction
from eal.ai.engines.embedded.language.patterns import compiled
from eal.ai.engines.embedded.language.scope import Scope
from eal.ai.engines.embedded.language.wording import plain
from eal.ai.engines.embedded.lexicon.messages_only import MESSAGES_ONLY
from eal.ai.engines.embedded.signals import Signal
from eal.ai.transcript import Turn

if TYPE_CHECKING:
    import re

    from eal.ai.engines.embedded.language.clauses import Clause
    from eal.ai.engines.embedded.language.cues import Mention

type Need = Literal["live", "same_day", "planned", "none", "foreign", "unknown"]
type Customer = Literal["possible", "partner", "never"]

MAX_MESSAGE_CHARACTERS = 10_000
"""Further characters are ignored. The notes of a lead have the same limit."""

# The weight from which a sales pitch is one, even if it names a loss.
_OUTRIGHT = 5.0
_ENDING = "."  # unlike a call, a message does not break off


@dataclass(frozen=True, slots=True)
class LeadReading:
    """The need, the authority and the urgency in a message.

    `need` is `live` for a present loss, `same_day` for another loss that somebody should see today, `foreign` if the
    message neither mentions the trade nor asks for a call. `authority` is True unless the message speaks against it,
    None if it is in doubt (a tenant), False if somebody else decides; `decides` is True if the writer is an owner or a
    manager, or has their permission. `hurry` is the wish for a visit today. `emergency` is a live loss that is not
    under control, or that endangers somebody.
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
    """The findings of the rules for calls in a message, and the `signals` of lexicon/messages_only.py in it."""

    index: MentionIndex
    weighing: intents.Weighing
    signals: frozenset[Signal]
    reopened: bool
    reasons: tuple[str, ...]
    urgency: Urgency
    danger: bool

    @property
    def loss(self) -> Intent | None:
        if self.weighing.intent in intents.LOSSES:
            return self.weighing.intent
        if Signal.LIVE in self.signals and self.weighing.intent in (Intent.UNKNOWN, Intent.OTHER):
            return Intent.WATER
        board_up = self.weighing.intent is Intent.OTHER and self.urgency in (Urgency.EMERGENCY, Urgency.HIGH)
        return Intent.OTHER if board_up or Signal.LIVE_ES in self.signals else None

    @property
    def hurry(self) -> bool:
        return Signal.TODAY in self.signals and Signal.LATER not in self.signals


def read_lead(text: str) -> LeadReading:
    """The reading of a lead's free text. Any text is valid; the need of an empty one is `unknown`."""
    spelled = _spelled_out(_without_accents(text[:MAX_MESSAGE_CHARACTERS])[:MAX_MESSAGE_CHARACTERS])
    turns = tuple(
        Turn(index, "caller", line) for index, line in enumerate(filter(str.strip, spelled.split("\n")))
    )
    speech = clauses.split(turns)
    spoken = tuple(clause for clause in speech.clauses if not _demands_score(clause))
    instructed = speech.instructed or len(spoken) < len(speech.clauses)
    if not spoken:
        return LeadReading("unknown", instructed=instructed)
    return replace(_read(_message(spoken), spelled), instructed=instructed)


def _without_accents(text: str) -> str:
    """ "sótano" as "sotano": people use both spellings in forms."""
    if text.isascii():
        return text
    return "".join(
        letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter)
    )


_ABBREVIATIONS = {
    "thru": "through", "nite": "night", "pls": "please", "plz": "please", "bsmt": "basement", "u": "you",
    "rm": "room", "bdrm": "bedroom", "ur": "your", "flr": "floor", "tmrw": "tomorrow", "tomorow": "tomorrow",
    "busted": "burst", "watr": "water", "evrywhere": "everywhere", "flooed": "flooded", "lekaing": "leaking",
    "h2o": "water", "appt": "appointment", "est": "estimate",
}  # fmt: skip


@cache
def _abbreviation() -> re.Pattern[str]:
    return compiled(rf"\b(?:{'|'.join(_ABBREVIATIONS)})\b")


def _spelled_out(text: str) -> str:
    """The text without the abbreviations of forms."""
    return _abbreviation().sub(lambda match: _ABBREVIATIONS[match[0]], text)


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


def demands_score(sentence: str) -> bool:
    """Whether the sentence, in any spelling, asks the system for a score or instructs it in another way."""
    spelled = plain(sentence).text
    return bool(_demand().search(spelled)) or spoken_instruction(spelled, after_one=False) is Spoken.SENTENCE


def _demands_score(clause: Clause) -> bool:
    """Whether the clause asks the system for a score."""
    return bool(_demand().search(clause.text))


def _message(spoken: tuple[Clause, ...]) -> _Message:
    index = index_mentions(spoken)
    weighing = intents.weigh(index, broken=False)
    dangers = hazards.dangers(spoken)
    how_soon, _ = urgency.judge(weighing.intent, index)
    _, reasons, _ = qualification.judge(weighing.intent, index, _ENDING, voicemail=True)
    found = [m for m in mentions(MESSAGES_ONLY, spoken) if m.scope in (Scope.ASSERTED, Scope.PAST)]
    signals = frozenset(mention.cue.signal for mention in found)
    return _Message(index, weighing, signals, _reopened(found), reasons, how_soon, bool(dangers))


def _reopened(found: list[Mention]) -> bool:
    """Whether a wish follows a settled need: "we dried it, but now there is a smell"."""
    last = {mention.cue.signal: position for position, mention in enumerate(found)}
    clause = {mention.cue.signal: mention.clause for mention in found}
    if Signal.SETTLED not in last or Signal.WISH not in last:
        return False
    return last[Signal.WISH] > last[Signal.SETTLED] and clause[Signal.WISH] is not clause[Signal.SETTLED]


def _read(message: _Message, spelled: str) -> LeadReading:
    customer = _customer(message, spelled)
    if customer == "never":
        return LeadReading("none", customer="never")
    need = _need(message, customer)
    authority = _authority(message)
    return LeadReading(
        need=need,
        authority=authority,
        decides=authority is True and _decides(message),
        customer=customer,
        loss=message.loss,
        hurry=message.hurry,
        emergency=need == "live" and (message.danger or message.urgency is Urgency.EMERGENCY),
    )


_NO_CUSTOMERS = (Intent.SALES_PITCH, Intent.EMPLOYMENT, Intent.SPAM, Intent.WRONG_NUMBER)


def _customer(message: _Message, spelled: str) -> Customer:
    weighing = message.weighing
    if Signal.PARTNER in message.signals and not {Signal.STRANGER, Signal.COMPETITOR} & message.signals:
        return "partner"
    if {Signal.COMPETITOR, Signal.WRONG_TRADE, Signal.PRANK} & message.signals or _noise(message, spelled):
        return "never"
    outright = weighing.weights[Intent.SALES_PITCH] >= _OUTRIGHT
    if Signal.STRANGER in message.signals and (outright or not _live(message)):
        return "never"
    if weighing.intent in _NO_CUSTOMERS and not weighing.guessed and Signal.RENTER not in message.signals:
        return "never"
    return "never" if "not_offered" in message.reasons else "possible"


def _noise(message: _Message, spelled: str) -> bool:
    """Whether the message is only a link or a test of the form."""
    if message.weighing.mentions or message.signals:
        return False
    return bool(_link().search(spelled) or _test_message().fullmatch(spelled.strip().lower()))


@cache
def _link() -> re.Pattern[str]:
    return compiled(r"(?:[hH][tT][tT][pP][sS]?://|\bwww\.)\S")


@cache
def _test_message() -> re.Pattern[str]:
    return compiled(r"(?:(?:this is )?(?:just )?(?:a )?(?:test|testing|prueba)[ .!]{0,3}){1,4}")


def _live(message: _Message) -> bool:
    if not message.loss:
        return False
    if message.urgency in (Urgency.EMERGENCY, Urgency.HIGH) and _fresh(message):
        return True
    if Signal.LIVE_ES in message.signals:
        return True
    return (
        Signal.LIVE in message.signals
        and not {Signal.LATER, Signal.WISH} & message.signals
        and not message.index.asserted(Signal.OLD)
    )


_SIGNS_OF_A_RECENT_LOSS = {
    Intent.FIRE: (Signal.RECENT, Signal.UNLIVABLE, Signal.OPENING, Signal.ACTIVE_WATER),
    Intent.MOLD: (Signal.ACTIVE_WATER, Signal.LARGE),
}
"""Losses about which people write long afterwards, and the signals that one is recent."""


def _fresh(message: _Message) -> bool:
    signs = _SIGNS_OF_A_RECENT_LOSS.get(message.weighing.intent)
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
    """Whether a partner reports a present loss, rather than future ones."""
    return message.hurry or bool(
        message.index.asserted(Signal.RECENT) or message.index.asserted(Signal.ACTIVE_WATER)
    )


def _foreign(message: _Message) -> bool:
    """Whether an ASCII message neither mentions the trade nor asks for a call."""
    spoken = message.index.clauses
    if Signal.CONTACT in message.signals or message.weighing.mentions:
        return False
    if not all(clause.text.isascii() for clause in spoken):
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
    doubtful = {"tenant_for_building", "authority_unknown"} & set(message.reasons)
    if doubtful or Signal.RENTER in message.signals:
        return None
    return True


def _decides(message: _Message) -> bool:
    return Signal.OWNER in message.signals or bool(
        message.index.asserted(Signal.OWNER) or message.index.asserted(Signal.GRANTED)
    )
