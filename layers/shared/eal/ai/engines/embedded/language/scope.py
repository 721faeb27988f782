"""The scope of a mention: negated, past, supposed or asserted."""

from __future__ import annotations

from enum import Enum, auto
from functools import cache
from typing import TYPE_CHECKING

from eal.ai.engines.embedded.language.patterns import compiled

if TYPE_CHECKING:
    import re

    from eal.ai.engines.embedded.language.clauses import Clause


class Scope(Enum):
    """The sense in which a clause says something."""

    ASSERTED = auto()
    NEGATED = auto()
    PAST = auto()
    SUPPOSED = auto()


@cache
def _denial_before() -> re.Pattern[str]:
    # A negator, then at most five words and no pause, up to the mention. The look-aheads list phrases whose negator
    # refers to something else ("can't stop", "not only", "no idea where").
    return compiled(
        r"\b(?:no(?! (?:idea|doubt|clue|matter|longer able|problem|way to|power|heat|water)\b)"
        r"|not(?! (?:only|just|sure|to mention"
        r"|certain|long|going to stop|stopping|able to|getting any better|letting up|slowing|that long)\b)"
        r"|none"
        r"|nobody(?! (?:can|will|has|is (?:coming|answering))\b)"
        r"|no one(?! (?:can|will|has|is (?:coming|answering))\b)|nothing(?! (?:is working|works|helps)\b)"
        r"|never(?! (?:seen|had|been|dealt|stopped)\b)"
        r"|without|neither|nor|isnt|arent|wasnt|werent|doesnt(?! (?:stop|shut|seem to stop|look (?:good"
        r"|safe)|turn|close|work)\b)"
        r"|dont(?! (?:know (?:how|what|where|who|why|which)|want|think (?:its|it is|we can|i can) (?:safe"
        r"|stop)|have (?:anywhere|any idea|a shutoff|time))\b)"
        r"|didnt(?! (?:know|realize|notice|stop|fix|do)\b)|havent(?! (?:stopped|been able|touched)\b)"
        r"|hasnt(?! (?:stopped|been|quit)\b)"
        r"|aint(?! (?:stopping|stopped)\b)|denies|denied(?! (?:my|our|the|a|me|us|it)\b)|instead of"
        r"|rather than|free of|ruled out)"
        r"(?: (?!(?:just|only|because|since)\b)\w+){0,5} $"
    )


@cache
def _denial_after() -> re.Pattern[str]:
    return compiled(
        r"^,? ?(?:\w+ ){0,3}?(?:isnt (?:a (?:problem|issue|concern)|it|there|needed)|is not (?:a"
        r"|the) (?:problem|issue)|no longer|any ?more|anymore"
        r"|(?:is|are|was|were|has been|have been|been) (?:all )?(?:gone|cleared|ruled out|fine|okay|fixed"
        r"|repaired|resolved)"
        r"|went away|(?:has )?(?:stopped|quit|ended|went off on its own)|,? no,?$|,? none$)"
    )


@cache
def _past() -> re.Pattern[str]:
    return compiled(
        r"\b(?:last (?:year|month|summer|winter|spring|fall|autumn|season|january|february|march|april|may"
        r"|june|july|august"
        r"|september|october|november|december|christmas|time)|(?:years?|months?|weeks) (?:ago|back|earlier"
        r"|before)"
        r"|a while (?:ago|back)|back in (?:\w+)|back when|used to|in the past|previously|previous"
        r"|when i was|when we (?:bought|moved)"
        r"|(?:in|of) (?:19|20)\d\d|once had|had once|a year (?:or so )?ago|way back|long ago"
        r"|already (?:fixed|repaired|handled"
        r"|resolved|taken care of|cleaned up)|has since been|was (?:fixed|repaired|resolved|cleared)"
        r"|got (?:fixed|repaired))\b"
    )


@cache
def _present() -> re.Pattern[str]:
    return compiled(
        r"\b(?:now|right now|currently|still|again|as we speak|at the moment|today|tonight|this morning"
        r"|just (?:now|started"
        r"|happened|came|broke|burst|went)|keeps?|is (?:\w+ing)|are (?:\w+ing))\b"
    )


@cache
def _supposing() -> re.Pattern[str]:
    return compiled(
        r"\b(?:when (?:theres|there is|a|an|someone|somebody|people|homeowners|customers|you have|you get"
        r"|your)|whenever|if(?! (?:you|someone|somebody|that|theres (?:any|a) (?:way|chance)"
        r"|its possible) )|what if|in case|in the event"
        r"|suppose|hypothetically|should i ever|let us say|lets say|wondering what happens|would happen"
        r"|might someday"
        r"|worried (?:that )?(?:it|there|we) (?:might|could|may)|to prevent|prevent|avoid"
        r"|before it (?:turns|becomes|gets))"
        r"(?:,? \w+){0,13},? $"
    )


@cache
def _experience() -> re.Pattern[str]:
    return compiled(
        r"\b(?:dealt with|experience (?:with|in|doing)|experienced in|trained (?:in|on|for)"
        r"|work(?:ed)? (?:on|with|in|around)|certified in"
        r"|have (?:done|handled|seen|cleaned)|know how to|familiar with|taught|specialize in"
        r"|specializing in)(?:,? \w+){0,8},? $"
    )


@cache
def _someday() -> re.Pattern[str]:
    return compiled(
        r"^(?: \w+){0,4} (?:someday|one day|eventually|down the road|at some point|in the future)\b"
    )


def scope_of(clause: Clause, start: int, end: int) -> Scope:
    """The scope of the words from `start` to `end` of the clause."""
    before, after = clause.text[:start], clause.text[end:]
    if _denial_before().search(before) or _denial_after().match(after):
        return Scope.NEGATED
    if _experience().search(before):
        return Scope.PAST
    if _supposing().search(before) or _someday().match(after):
        return Scope.SUPPOSED
    if _past().search(clause.sentence) and not _present().search(clause.text):
        return Scope.PAST
    return Scope.ASSERTED
