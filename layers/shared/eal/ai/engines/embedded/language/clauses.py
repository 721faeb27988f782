"""A call as clauses: short pieces of speech, each with its speaker and its sentence, and with answers joined."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Literal

from eal.ai.engines.embedded.language.instructions import Spoken, instruction_start, spoken_instruction
from eal.ai.engines.embedded.language.patterns import compiled
from eal.ai.engines.embedded.language.wording import Wording, plain

if TYPE_CHECKING:
    from eal.ai.transcript import Speaker, Turn

# Bounds the work on a call: further clauses are ignored.
MAX_CLAUSES = 2_500
_MAX_CLAUSE_WORDS = 34  # speech recognition may leave out punctuation

Reply = Literal["yes", "no"]


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause in plain spelling."""

    turn: int
    speaker: Speaker
    text: str
    sentence: str
    sentence_id: int
    question: bool
    source: tuple[int, int]
    wording: Wording
    offset: int
    confirmed: tuple[int, int, int] | None = (
        None  # turn and source span of the answer that affirmed a question
    )
    denied: bool = False

    @property
    def by_agent(self) -> bool:
        """Whether the agent says it, or an unlabelled agent asks it: no evidence, unless the caller confirms it."""
        return self.speaker == "agent" or (
            self.speaker == "unknown" and self.question and _to_caller(self.text)
        )

    @property
    def counts(self) -> bool:
        """Whether it is the caller's own statement, or one that the caller confirmed."""
        return (not self.by_agent or self.confirmed is not None) and not self.denied


@dataclass(frozen=True, slots=True)
class Speech:
    """The clauses of a call, and whether instructions to the system were removed."""

    clauses: tuple[Clause, ...]
    instructed: bool


def split(turns: tuple[Turn, ...]) -> Speech:
    """The clauses of a call, without instructions to the system, and with answers joined to their questions."""
    found: list[Clause] = []
    instructed = False
    sentence_id = 0
    for turn in turns:
        wording = plain(turn.text)
        obeying = False
        for start, end in _sentences(wording.text):
            sentence_id += 1
            sentence = wording.text[start:end]
            spoken = spoken_instruction(sentence, after_one=obeying)
            obeying = spoken is Spoken.SENTENCE
            instructed = instructed or spoken is not Spoken.NOTHING
            if spoken is Spoken.SENTENCE:
                sentence = sentence[: _own_words(sentence)]
            for left, right in _clauses(sentence):
                text = sentence[left:right]
                if (
                    spoken is Spoken.CLAUSE
                    and spoken_instruction(text, after_one=False) is not Spoken.NOTHING
                ):
                    continue
                position = start + left
                found.append(
                    Clause(
                        turn.index,
                        turn.speaker,
                        text,
                        sentence,
                        sentence_id,
                        _is_question(text, sentence),
                        wording.source_span(position, position + len(text)),
                        wording,
                        position,
                    )
                )
                if len(found) == MAX_CLAUSES:
                    return Speech(_answered(found), instructed)
    return Speech(_answered(found), instructed)


def _own_words(sentence: str) -> int:
    """The end of the caller's own words in a sentence that instructs the system; 0 if there are none."""
    begin = instruction_start(sentence)
    ends = [match.start() for match in _openers().finditer(sentence) if match.start() <= begin]
    ends += [match.start() for match in _breaks().finditer(sentence) if match.start() <= begin]
    kept = sentence[: max(ends, default=0)]
    return len(re.sub(r"(?:,? (?:and|so|but|also|then|oh|anyway|by the way)){1,3}$", "", kept))


@cache
def _openers() -> re.Pattern[str]:
    # Words that start a new clause in speech without punctuation.
    return compiled(
        r" (?=(?:but|however|although|though|except|because|hello|hi|okay|ok|yeah|yes|yep|nope|alright"
        r"|thank you|thanks)\b"
        r"|and (?:i|we|he|she|they|it|its|theres|there|the|my|our|now|then|so|that|this|no|nobody|is|are|do"
        r"|you|can"
        r"|could|my)\b"
        r"|so (?:i|we|he|she|they|it|its|theres|there|the|my|our|now|that|this|can|could)\b"
        r"|(?:do|did|are|have|can|could) (?:you|we|i)\b|(?:is|are) (?:there|the|anyone|anybody|it|that|this"
        r"|everyone)\b"
        r"|(?:my name is|this is|i am calling|i was calling|i wanted to|i need|we need|theres|thats why"
        r"|we have got)\b"
        r"|no (?:i|we|its|it|the|theres|nothing|not|sir|maam|thats|is|are|do|did|nobody|no)\b"
        r"|(?:whats|what is) (?:the|your)\b|just (?:a|an|the|some|my|our)\b|to whoever\b|attention\b)"
    )


@cache
def _breaks() -> re.Pattern[str]:
    # The breaks in a punctuated sentence: a contrast, a new subject, or a pause before one.
    return compiled(
        r",? (?=(?:but|however|although|though|except|because|whereas|while)\b)"
        r"|(?<=\bno) (?=(?:i|we|he|she|they|its|it|my|our|you|thats|this)\b)"
        r"|,? (?=(?:and|so|then) (?:i|we|he|she|they|it|its|theres|there|the|my|our|now|then|nobody|no one"
        r"|everyone"
        r"|everybody|that|this|no|you|your)\b)"
        r"|, (?=(?:and )?(?:i|we|he|she|they|its|it|theres|there|the|my|our|nobody|no|not|none|everyone"
        r"|everybody|yes"
        r"|yeah|that|this|thats|you|just|can|could|do|is|are|if|so|then|please|and|now|still|water"
        r"|everything|rain|power|hes|shes|or)\b)"
    )


def _sentences(text: str) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for match in re.finditer(r"[^.?!]+[.?!]?", text):
        start, end = match.span()
        if text[start] == " ":
            start += 1
        if end > start:
            spans.extend(_shortened(text, start, end))
    return spans


def _shortened(text: str, start: int, end: int) -> list[tuple[int, int]]:
    if text.count(" ", start, end) < _MAX_CLAUSE_WORDS:
        return [(start, end)]
    spans: list[tuple[int, int]] = []
    begin = start
    for match in _openers().finditer(text, start, end):
        if text.count(" ", begin, match.start()) >= 3:
            spans.append((begin, match.start()))
            begin = match.end()
    spans.append((begin, end))
    return [piece for a, b in spans for piece in _cut(text, a, b)]


def _cut(text: str, start: int, end: int) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    words = 0
    begin = start
    for position in range(start, end):
        if text[position] == " ":
            words += 1
            if words == _MAX_CLAUSE_WORDS:
                spans.append((begin, position))
                begin, words = position + 1, 0
    if begin < end:
        spans.append((begin, end))
    return spans


def _clauses(sentence: str) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    begin = 0
    for match in _breaks().finditer(sentence):
        if match.start() > begin:
            spans.append((begin, match.start()))
            begin = match.end()
    if begin < len(sentence):
        spans.append((begin, len(sentence)))
    return spans


@cache
def _question_start() -> re.Pattern[str]:
    return compiled(
        r"^(?:and |so |okay |ok |now |alright |or |but |then |hi |yes |no |also )*"
        r"(?:do|does|did|is|are|was|were|has|have|can|could|would|will|any|whats|what|where|when|how|who"
        r"|which|why)\b"
        r"(?! (?:it|you) help)"
    )


def _is_question(text: str, sentence: str) -> bool:
    if text.endswith("?") or (sentence.endswith("?") and _question_start().match(text)):
        return True
    return bool(
        re.match(
            r"^(?:and |so |okay |ok )*(?:do|did|are|have) you\b|^(?:is|are) (?:there|anyone|the)\b", text
        )
    )


@cache
def _asking_caller() -> re.Pattern[str]:
    # An agent's questions, in speech without labels. Callers ask "do you guys do mold" and "can you come".
    return compiled(
        r"\bdo you (?:smell|see|hear|own|live|feel|notice|want|think|remember|happen to|still have"
        r"|rent (?:or|the)"
        r"|rent$|know (?:where|what caused|how (?:long|much|deep))"
        r"|have (?:insurance|power|water|a (?:name|number|claim|policy|good|shut)|any (?:water|kids|pets"
        r"|damage|idea)"
        r"|standing|electricity|the (?:water|power)))"
        r"|\b(?:did|were) you\b|\bhave you (?:called|shut|turned|tried|contacted|noticed|filed|had"
        r"|been able|talked)\b"
        r"|\bare you (?:the|safe|at|in|home|hurt|okay|ok|a|renting|still|calling|able to (?:shut|turn|get))\b"
        r"|\bcan you (?:see|shut|turn|smell|hear|describe|spell|reach|safely|tell me (?:what|your|the"
        r"|where))\b"
        r"|\b(?:is|are) (?:there any|anyone|anybody|everyone|everybody|the|your)\b"
        r"|^(?:and |so |okay )*is (?:it|that)\b|\b(?:does|did) (?:it|the)\b"
        r"|\b(?:whats|what is) (?:the|your)\b(?! (?:\w+ )?(?:rate|rates|price|prices|pricing|charge"
        r"|hours|fax|website"
        r"|availability|cost|fee|email|minimum))"
        r"|^(?:and |so |okay )*any\b|\bhow can i help\b|\bwhats going on\b"
    )


def _to_caller(text: str) -> bool:
    return bool(_asking_caller().search(text))


@cache
def _yes() -> re.Pattern[str]:
    return compiled(
        r"^(?:oh |well |um |unfortunately |so |okay |and |i |sadly |god |hell )*"
        r"(?:yes|yeah|yep|yup|ya|yea|uh huh|correct|right|exactly|affirmative|absolutely|definitely|it is"
        r"|it does"
        r"|there is|there are|they are|i do|i can|we do|we can|he is|she is|they do|it sure is|sure is"
        r"|think so|believe so"
        r"|a little|a bit|strongly|for sure|of course|unfortunately|thats right|a lot|both"
        r"|kind of)\b(?! (?:no|not|nope)\b)"
    )


@cache
def _no() -> re.Pattern[str]:
    return compiled(
        r"^(?:oh |well |thankfully |luckily |thank god |thank goodness |i mean |yeah |so |okay |and |um |i )*"
        r"(?:no|nope|nah|naw|not that|not at all|none|nothing|negative|dont|it isnt|its not|there isnt"
        r"|there arent"
        r"|never|not yet|not anymore|not any more|it doesnt|we dont|it stopped|uh uh|nobody|no one|neither"
        r"|he isnt"
        r"|she isnt|not really|everyone is (?:fine|out|okay|ok|safe)|everybody is (?:fine|out|okay|ok|safe)"
        r"|not right now|not currently)\b"
    )


@cache
def _negative_question() -> re.Pattern[str]:
    return compiled(
        r"^(?:and |so |okay |ok |but )*(?:no|not|nobody|nothing|you dont|theres no|you arent|you are not)\b"
    )


def _answered(found: list[Clause]) -> tuple[Clause, ...]:
    """Joins each question of the agent to the yes or no that follows it."""
    clauses = list(found)
    for position, clause in enumerate(clauses):
        if position == 0 or clause.by_agent or not clauses[position - 1].by_agent:
            continue
        if clause.speaker != "unknown" and clause.turn == clauses[position - 1].turn:
            continue
        reply = _reply(clause.text)
        if reply is None:
            continue
        _join(clauses, position, reply)
    return tuple(clauses)


def _reply(text: str) -> Reply | None:
    if _no().match(text):
        return "no"
    return "yes" if _yes().match(text) else None


def _join(clauses: list[Clause], answer: int, reply: Reply) -> None:
    """A no denies every question of the turn before; a yes confirms only its last sentence."""
    last = clauses[answer - 1]
    for position in range(answer - 1, -1, -1):
        question = clauses[position]
        if not question.by_agent or question.turn != last.turn or answer - position > 12:
            break
        negative = bool(_negative_question().match(question.text))
        if reply == "no" or (negative and not _insists(clauses, answer)):
            clauses[position] = replace(question, denied=True)
        elif question.sentence_id == last.sentence_id and not question.denied and _invites(question):
            confirming = clauses[answer]
            clauses[position] = replace(question, confirmed=(confirming.turn, *confirming.source))


@cache
def _summary() -> re.Pattern[str]:
    return compiled(r"^(?:okay |ok |alright )?(?:so|and so|and)\b")


def _invites(clause: Clause) -> bool:
    """Whether a bare yes confirms it: a question, or a summary by the agent."""
    return clause.question or clause.sentence.endswith("?") or bool(_summary().match(clause.sentence))


def _insists(clauses: list[Clause], answer: int) -> bool:
    return bool(re.search(r"\b(?:i do|there is|it is|a little|a bit|strong|faint)\b", clauses[answer].text))
