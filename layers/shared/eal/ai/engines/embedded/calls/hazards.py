"""Danger to life: which mentions are present dangers, and what says that a danger is over."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from eal.ai.engines.embedded.language.cues import Mention, cue, mentions, phrase
from eal.ai.engines.embedded.language.patterns import compiled
from eal.ai.engines.embedded.language.scope import Scope
from eal.ai.engines.embedded.lexicon.dangers import DANGERS, POWERED, SHELL
from eal.ai.engines.embedded.signals import Signal

if TYPE_CHECKING:
    from eal.ai.engines.embedded.language.clauses import Clause


_SELLING = (
    r"\b(?:we (?:train|teach|certify|test|monitor|detect|sell|install|offer|provide|manufacture|supply"
    r"|distribute|help|work with)|training|webinar|our (?:product|software|platform))\b"
)


@cache
def _all_clear(hazard: Signal) -> re.Pattern[str] | None:
    authority = (
        r"(?:fire department|fire dept|firefighters?|gas company|gas guy|utility|power company"
        r"|electric company|electrician|they|fire marshal|city|pg e|paramedics|ambulance|landlord|plumber"
        r"|he|she|inspector)"
    )
    closing = (
        rf"\b{authority}(?: \w+){{0,6}}? (?:cleared|shut it off|shut off|turned off|shut (?:the"
        rf"|our) \w+ off|capped|fixed|all clear|gave|said (?:its|it is|it was|were|we are"
        rf"|everything is) (?:safe|fine|ok|okay|clear|good)|got (?:it|him|her|them|me|us) out|put it out"
        rf"|disconnected|cut (?:the )?power|locked (?:it )?(?:out|off)|repaired|replaced|aired|shored)"
    )
    power = (
        r"\b(?:(?:power|electricity|breakers?|electric|main)(?: \w+){0,5}? (?:is|are|was|its"
        r"|been) (?:\w+ )?(?:off|shut off|out|cut|turned off|disconnected)|(?:shut|turned|cut|flipped"
        r"|killed|switched|threw)(?: \w+){0,4}? (?:power|breakers?|electricity|electric)(?: \w+){0,3}"
        r"|lost power|pulled the meter)\b"
    )
    out = (
        r"\b(?:everyone|everybody|we|he|she|they)(?: \w+)? (?:is |are |got |all |have |has "
        r"|made it )*(?:out|safe|rescued|okay now|fine now|freed)\b(?! of)"
    )
    table = {
        Signal.GAS_SMELL: (
            rf"{closing}|\bno more (?:gas|smell)|\bgas (?:is|has been|was|got"
            rf"|already) (?:already )?(?:shut off|off|turned off|cleared)|\b(?:smell|its|it is"
            rf"|it has) (?:is |all )?(?:gone|cleared)"
        ),
        Signal.ELECTRICAL: rf"{power}",
        Signal.STRUCTURE_FAILING: (
            r"\b(?:shored|braced|propped) (?:it )?up|\balready (?:tore|torn|took|taken|removed"
            r"|pulled)(?: \w+){0,3} (?:down|out)|\b(?:cleaned|cleared) up the|\b(?:was|were|been|got|has"
            r"|have|already) (?:removed|taken down|torn out|demoed|tore out|replaced)"
        ),
        Signal.PERSON_TRAPPED: rf"{out}|\bgot (?:him|her|them|me|us) out",
        Signal.CARBON_MONOXIDE: rf"{closing}|\blow battery|\bjust the battery|\bfalse alarm",
        Signal.FIRE_BURNING: (
            r"\b(?:fire|its|it is|flames?)(?: \w+){0,3}? (?:out|put out|extinguished)(?: now| already)?\b"
            r"|\bput (?:it|the fire) out|\bextinguished"
        ),
        Signal.PERSON_IN_DANGER: r"\b(?:is|are|was|were) (?:fine|okay|ok|safe|alright|recovered|home)\b",
    }
    return compiled(table[hazard]) if hazard in table else None


def dangers(clauses: tuple[Clause, ...]) -> list[Mention]:
    """The first mention of each present danger to life, in the order of the call."""
    kept: dict[Signal, Mention] = {}
    for mention in [*mentions(DANGERS, clauses), *_by_pronoun(clauses)]:
        hazard = mention.cue.signal
        if mention.scope is not Scope.ASSERTED or _sales_talk(mention) or _over(mention, clauses):
            continue
        kept.setdefault(hazard, mention)
    return list(kept.values())


_PRONOUN = r"^(?:(?:yes|yeah|well|no|and|so|oh|now|but|actually|because|i think|looks like|its like) )*"
_PRONOUN_CUES = (
    (
        cue(
            Signal.STRUCTURE_FAILING,
            1,
            phrase(
                rf"{_PRONOUN}(?:its|it is|it|theyre|they are|thats|theres a) (?:\w+ ){{0,4}}?",
                (
                    r"sagging|bulging|bowing|caving|drooping|giving way",
                    r"gave way|collaps\w+|coming down|come down",
                    r"about to (?:fall|come|go|give|cave|collapse|burst|drop)",
                    r"falling",
                    r"going to (?:fall|come|go|give|collapse|cave)",
                    r"bulge|bubble|belly|shifting|leaning|sinking|cracking|moving|bowed",
                ),
            ),
            unless=(
                r"prices?",
                r"crew",
                r"sewage",
                r"rain",
            ),
        ),
        compiled(rf"\b{SHELL}\b"),
    ),
    (
        cue(
            Signal.ELECTRICAL,
            1,
            phrase(
                rf"{_PRONOUN}(?:its|it is|it|theyre|they are|thats) (?:\w+ ){{0,3}}?",
                (
                    r"buzzing|humming|sizzling|crackling|popping|smoking|sparking",
                    r"hot|under ?water|submerged|in the water|wet|flickering",
                ),
            ),
        ),
        compiled(rf"\b{POWERED}\b"),
    ),
    (
        cue(
            Signal.ELECTRICAL,
            1,
            phrase(
                rf"{_PRONOUN}(?:its|it is) (?:\w+ ){{0,3}}?",
                r"(?:over|above|up to|past|at|near|around|covering|touching|reaching|hitting|into|on) ",
                rf"(?:\w+ ){{0,3}}?{POWERED}",
            ),
        ),
        compiled(r"\b(?:water\w*|rain|sewage|leak\w*|flood\w*)\b"),
    ),
    (
        cue(
            Signal.GAS_SMELL,
            1,
            phrase(
                rf"{_PRONOUN}",
                (
                    r"its|it is|i (?:\w+ )?smell it|we (?:\w+ )?smell it",
                    r"i do smell|i can smell|we can smell|the smell is|there is",
                ),
                r" (?:\w+ ){0,3}?(?:strong|bad|it|something|faint|awful|terrible|smell|little|heavy)",
            ),
        ),
        compiled(
            r"\b(?:smell|odor) (?:\w+ ){0,3}?(?:gas|propane|rotten eggs?)\b|\bgas (?:smell|odor|leak)\b"
            r"|\b(?:turned|shut) off the gas\b|\bgas (?:is |s )?off\b"
        ),
    ),
)


def _by_pronoun(clauses: tuple[Clause, ...]) -> list[Mention]:
    """ "Is the ceiling holding?" "It's sagging": the mentions whose pronoun refers to one of the two clauses before."""
    found: list[Mention] = []
    for pronoun_cue, antecedent in _PRONOUN_CUES:
        for mention in mentions((pronoun_cue,), clauses):
            position = next(i for i, clause in enumerate(clauses) if clause is mention.clause)
            before = " ".join(clause.text for clause in clauses[max(0, position - 2) : position])
            if antecedent.search(before):
                found.append(mention)
    return found


def _sales_talk(mention: Mention) -> bool:
    return bool(re.search(_SELLING, mention.clause.sentence))


def _over(mention: Mention, clauses: tuple[Clause, ...]) -> bool:
    """Whether the sentence of the mention or a later one says that the danger is over."""
    closing = _all_clear(mention.cue.signal)
    if closing is None:
        return False
    begun = False
    over = False
    for clause in clauses:
        # A breaker may be turned off before the caller mentions the water.
        begun = (
            begun
            or mention.cue.signal is Signal.ELECTRICAL
            or clause.sentence_id == mention.clause.sentence_id
        )
        if not begun or not clause.counts:
            continue
        found = closing.search(clause.text)
        if found and not _undone(clause, found):
            over = True
        elif over and re.search(r"\b(?:still|again|back|now its)\b", clause.text) and _same(mention, clause):
            over = False
    return over


def _undone(clause: Clause, found: re.Match[str]) -> bool:
    return bool(
        re.search(
            r"\b(?:not|isnt|arent|hasnt|havent|cant|didnt|wont|couldnt|if|until"
            r"|please|need to|should i|still|want|afraid|tried)\b",
            clause.text[max(0, found.start() - 30) : found.end()],
        )
    )


def _same(mention: Mention, clause: Clause) -> bool:
    return any(m.cue is mention.cue or m.scope is Scope.ASSERTED for m in mentions((mention.cue,), (clause,)))
