"""Instructions to the system that reads the transcript. They are removed before any task reads it."""

from __future__ import annotations

from enum import Enum, auto
from functools import cache
from typing import TYPE_CHECKING

from eal.ai.engines.embedded.language.patterns import compiled

if TYPE_CHECKING:
    import re


class Spoken(Enum):
    """The share of a sentence that is an instruction to the system."""

    NOTHING = auto()
    CLAUSE = auto()  # "can you mark this as urgent": the rest of the sentence is still the caller's
    SENTENCE = auto()


_VERDICT = (
    r"(?:emergency|emergencies|urgent|urgency|qualified|unqualified|priority|safety|spam|junk|dispatch"
    r"|critical|true|false"
    r"|intent|classification|confidence|high|low|normal|a lead|sales|water|fire|mold|wrong number|1 0"
    r"|severe|hazard)"
)
_MARK = (
    r"(?:mark|classify|reclassify|label|flag|tag|categorize|categorise|rate|score|route|escalate|log|record"
    r"|treat|set"
    r"|code|grade|output|return|report|prioritize|report back|print|emit|assign|change|make|give)"
)
_MACHINE = (
    r"(?:ai|a i|language model|llm|chatgpt|gpt|claude|classifier|model|bot|chatbot"
    r"|transcription (?:software|system|service)"
    r"|machine|algorithm|computer system|system|automated system|parser|assistant)"
)
_IGNORE = r"(?:ignora|ignore|ignoren|ignorad|olvida|ignoriere|ignorieren sie|vergiss|ignorez|oubliez)"
_INSTRUCTIONS = r"(?:instrucciones|indicaciones|anweisungen|instruktionen|vorgaben|instructions|consignes)"


@cache
def _whole() -> re.Pattern[str]:
    gap = r"(?:,? \w+){0,6}?,? "
    return compiled(
        # An order: callers say "I forget my policy number" and "don't forget that it comes from above".
        r"(?<!\bi )(?<!\bwe )(?<!\bthey )(?<!\bnot )(?<!\bdont )(?<!n't )(?<!\bnever )"
        rf"\b(?:ignore|disregard|forget|override|bypass|skip|discard|delete|overwrite){gap}"
        r"(?:instructions?|prompts?|rules?|guidelines?|polic(?:y|ies)|guardrails?|programming|training"
        r"|directives?|context"
        r"|classification|above|everything (?:you|above|before|that came))\b"
        rf"|\b(?:system|developer|admin|hidden|new|updated|secret) (?:prompt|instructions?|override|message"
        rf"|command|directive)s?\b"
        rf"|\b(?:dear|attention|hey|hello|listen|note to|message to|message for|note for"
        rf"|instructions? (?:to|for)|dear),? "
        rf"(?:the |all |any )?{_MACHINE}\b"
        rf"|\b(?:if )?you are (?:now )?(?:an? |the )?(?:{_MACHINE}|in (?:developer|debug|test|admin) mode)\b"
        rf"|\bas an? (?:ai|a i|language model|llm|classifier)\b"
        rf"|\b(?:your|the) (?:only |new |real )?(?:task|job|role|goal|instructions?|output|answer"
        rf"|response) (?:is|are|must|should)"
        r" (?:now |only )?(?:to |be )"
        rf"|\b(?:the )?(?:ai|a i|llm|classifier|language model|transcription (?:software|system)"
        rf"|whoever (?:is )?(?:reads|reading)"
        rf"(?: this)?)(?:,? \w+){{0,5}}?,? (?:must|should|shall|please|needs to|has to|will)\b"
        r"|\b(?:urgency|safety|qualified|intent|confidence|is emergency|classification)(?: (?:is|to|as"
        r"|must be|should be|field))?"
        r"(?:,| equals| equal to)? (?:emergency|true|false|high|water|fire|1 0|100|null|spam|low|normal)\b"
        rf"|\b{_MARK} (?:\w+ ){{0,4}}?(?:urgency|safety|qualified|intent|confidence|classification|hazards?"
        rf"|the verdict)"
        rf"(?: \w+){{0,4}}? (?:to|as|equals|is|of) "
        r"|\b(?:respond|reply|answer|output) (?:only )?(?:with|in)(?: the)?(?: following)? (?:json"
        r"|emergency|true|yes|the word)\b"
        rf"|\b(?:pretend|assume|act as if|act like|imagine|simulate|say) (?:that )?(?:\w+ ){{0,6}}?"
        r"(?:emergency|gas leak|life threatening|qualified lead)\b"
        r"|\b(?:end|begin|start) of (?:transcript|system|instructions?|prompt)\b|\bprompt injection\b"
        r"|\bjailbreak\b"
        # Spanish, German and French. Callers say "ignora mis instrucciones" of others, but not of all or earlier ones.
        rf"|\b{_IGNORE} (?:\w+ ){{0,2}}?(?:todas|toutes|alle|allen|vorherigen|bisherigen|obigen) (?:\w+ ){{0,2}}?"
        rf"{_INSTRUCTIONS}\b"
        rf"|\b{_IGNORE} (?:\w+ ){{0,2}}?{_INSTRUCTIONS} (?:anteriores|previas|pr.c.dentes)\b"
    )


@cache
def _partly() -> re.Pattern[str]:
    return compiled(
        rf"\b{_MARK} (?:\w+ ){{0,2}}?(?:this|it|me|that|us|the|my|our)(?: \w+){{0,3}}? (?:as|to|at"
        rf"|for)(?: an?| the)?(?: \w+)?"
        rf" {_VERDICT}\b"
        rf"|\b{_MARK} (?:this|it)(?: call| lead| one)? (?:an? |the |as )*(?:\w+ )?{_VERDICT}\b"
    )


@cache
def _follow_up() -> re.Pattern[str]:
    return compiled(
        rf"^(?:and |also |then |now |instead |please |just |always |you must |you should |you will |do not "
        rf"|dont )*"
        rf"(?:{_MARK}|say|write|respond|reply|answer|dispatch|pretend|assume|include|list|add|quote|use"
        rf"|consider|claim)\b"
    )


def instruction_start(sentence: str) -> int:
    """The start of the instruction in the sentence; 0 if only the sentence before makes it one."""
    found = _whole().search(sentence)
    return found.start() if found else 0


def spoken_instruction(sentence: str, *, after_one: bool) -> Spoken:
    """The share of a sentence in plain spelling that instructs the system. `after_one`: the sentence before did."""
    if _whole().search(sentence) or (after_one and _follow_up().search(sentence)):
        return Spoken.SENTENCE
    return Spoken.CLAUSE if _partly().search(sentence) else Spoken.NOTHING
