"""Danger to life: what counts as present, and what takes it back."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from eal.ai.engines.rules.cues import Mention, cue, mentions
from eal.ai.engines.rules.scope import Scope

if TYPE_CHECKING:
    from eal.ai.engines.rules.clauses import Clause

_PERSON = (
    r"(?:i|we|he|she|they|someone|somebody|person|people|man|woman|mom|mother|dad|father|kid|kids|child"
    r"|children|baby|son"
    r"|daughter|wife|husband|grandma|grandpa|grandmother|grandfather|guy|worker|employee|tenant|resident"
    r"|neighbor|brother"
    r"|sister|aunt|uncle|lady|one|roommate|coworker|patient|elderly|technician|plumber|girl|boy)s?"
)
_SHELL = (
    r"(?:ceilings?|floors?|walls?|roof|joists?|beams?|rafters?|subfloor|staircase|stairs|drywall ceiling"
    r"|chimney|balcony|deck|foundation|building|house|structure|attic floor|porch|floorboards?|trusses)"
)
_POWERED = (
    r"(?:(?:breaker|electrical|electric|fuse|circuit|power)s? (?:panel|box|outlet|outlets|socket|line|lines"
    r"|wire|wires|wiring|meter|cord|cords|stuff)"
    r"|breakers?|panel|outlets?|receptacles?|sockets?|power strips?|extension cords?|light fixtures?"
    r"|light switch|switches|wiring|wires|live wires?|fuse box"
    r"|ceiling lights?|can lights?|recessed lights?|chandelier|lights?|electrical|electronics|electric"
    r"|ceiling fan|transformer)"
)

HAZARDS = (
    cue(
        "gas_smell",
        1,
        r"""
        (?:smell|smells|smelling|smelled|smelt|stinks?|reeks?) (?:\w+ ){0,4}?(?:natural gas|propane|gas
        |rotten eggs?)
        (?:gas|propane) (?:smell|odor|scent|fumes|leak|leaking)
        (?:smell|odor|whiff|scent) of (?:\w+ ){0,2}?(?:gas|propane|rotten eggs?)
        rotten eggs?
        (?:gas|propane) (?:line|pipe|main|meter|valve|tank) (?:\w+ ){0,3}?(?:broke|broken|ruptured|severed
        |hit|hissing|leaking|cracked|snapped|damaged|disconnected|sheared|busted|cut|bent|got)
        (?:broke|broken|ruptured|severed|hit|hissing|cracked|snapped|cut|sheared|damaged|pulled
        |knocked) (?:\w+ ){0,4}?(?:gas|propane) (?:line|pipe|main|meter|valve)
        leaking (?:natural )?gas
        gas (?:is|was|are) (?:\w+ )?(?:leaking|escaping|hissing|strong)
        hissing (?:\w+ ){0,6}?(?:gas|meter|propane)
        (?:gas|meter|propane) (?:\w+ ){0,6}?hissing
        """,
        r"""
        sewer gas
        gas station
        gasoline
        (?:crew|job|we) (?:\w+ ){0,3}handle gas
        """,
    ),
    cue(
        "electrical",
        1,
        rf"""
        arcing
        sparking
        sparks
        {_POWERED} (?:\w+ )?(?:is|are|was|were|keeps|keep|started|its|just|making
        |has been)? ?(?:\w+ ){{0,2}}?(?:buzzing|sizzling|crackling|sparked|smoking|humming|popping|hissing
        |smoldering|melting|glowing|burning)
        (?:buzzing|sizzling|crackling|popping|zapping|humming) (?:\w+ ){{0,5}}?{_POWERED}
        (?:water|rain|sewage|leak|leaking|dripping|drips?|pouring|running|coming|flooding|standing|wet
        |flooded|soaking|puddle|raining) (?:\w+ ){{0,6}}?(?:near|in|into|onto|around|over|on|above|through
        |against|by|to|at|touching|out of|covering|past|behind|inside|from|down|under|reached|reaching
        |hitting) (?:\w+ ){{0,4}}?{_POWERED}
        {_POWERED} (?:\w+ ){{0,3}}?(?:under ?water|submerged|is wet|are wet|getting wet|soaked|full of water
        |filling (?:up )?with water|have water|has water|dripping|leaking|got wet|still live|in the water)
        (?:outlet|outlets|cord|panel|breaker|power strip)s? (?:\w+ ){{0,4}}?(?:in|under) the water
        (?:got|getting|gets|been|was|felt|get|gives?|feel|feeling
        |giving) (?:\w+ )?(?:a |an |little |electric |me )*(?:shocked
        |shock|zapped|tingle|tingling|jolt|electrocuted)
        (?:buzzing|crackling|sizzling|zapping|popping) (?:\w+ )?(?:noise |sound |sounds |noises )?(?:in|from
        |behind|inside) (?:the|my|our|that) (?:\w+ )?walls?
        electrocuted
        live (?:wire|wires|line|lines|power line|electrical|electricity|cable|electric)
        (?:downed|fallen) (?:\w+ ){{0,2}}?(?:power|electric|electrical|utility)? ?(?:lines?|wires?)
        (?:power|electric|electrical|utility) (?:lines?|wires?|pole|cable) (?:\w+ ){{0,5}}?(?:down|fell
        |fallen|hanging|laying|lying|snapped|across|on the)
        (?:pulled|ripped|tore|took|brought|knocked) (?:\w+ ){{0,3}}?(?:power|electric|electrical) (?:lines?
        |wires?) (?:\w+ )?down
        (?:power|electricity|electric) (?:\w+ ){{0,3}}?(?:still|is|stays) on (?:\w+ ){{0,6}}?(?:water
        |standing|flooded|wet)
        (?:standing|water) (?:\w+ ){{0,8}}?(?:power|electricity|electric) (?:\w+ ){{0,2}}?(?:still|is) on
        exposed (?:live )?(?:wires?|wiring)
        smell (?:\w+ )?(?:electrical|burning wires?|burning wiring)
        """,
        r"""
        sparkling
        new electrical
        lights? (?:went|goes|is|are) (?:out|off)
        (?:the )?(?:power|electricity|breaker|breakers|main|electric|electrical) (?:\w+ ){0,4}?(?:is|are|was
        |been|were|got|its|already) (?:\w+ )?(?:off|shut off|cut|turned off|disconnected|out)
        (?:shut|turned|cut|flipped|killed|switched|tripped) (?:\w+ ){0,2}?(?:power|breaker|breakers
        |electricity|electric|main)
        (?:shut|turned|cut|flipped|killed|switched) off (?:\w+ ){0,3}?(?:power|breaker|breakers|electricity
        |electric)
        lost power
        power went out
        (?:nowhere|not|isnt|arent|hasnt|far|away) (?:\w+ ){0,4}?(?:near|from|reached|close|by|at|to) is dry
        light rain
        sparks? (?:joy|interest|an idea)
        """,
    ),
    cue(
        "structure_failing",
        1,
        rf"""
        {_SHELL} (?:\w+ ){{0,5}}?(?:giving way|gave way|caving|caved|collaps\w+|coming down|come down
        |came down|cave in|falling|fall|fell|sagging|bulging|bowing|drooping|buckling in|going to go
        |about to go|going to come|ready to|about to (?:come|fall|cave|collapse|give|drop)|give way
        |giving out|gave out|shifting|unstable|sinking|leaning|hanging (?:down|low|by)|swaying|cracking and
        |sags|bulges|droops|bowed|ballooning|ballooned|drop|sagged|dropped|buckled in|creaking|moving|give
        |unsafe|pulling away|not stable|about to|came crashing)
        (?:collaps\w+|caving|caved|sagging|bulging|falling|bowing|drooping) (?:\w+ ){{0,2}}?{_SHELL}
        (?:fell|falling|going|went|foot went|leg went|step) through the (?:\w+ )?(?:floor|ceiling|stairs|roof)
        (?:big |huge |giant |water )?(?:bubble|belly|bulge|sag|balloon) (?:\w+ ){{0,3}}?(?:in|on|across
        |of) (?:\w+ ){{0,2}}?ceiling
        ceiling (?:\w+ ){{0,5}}?(?:bubble|belly|bulge|like a balloon|like a (?:water )?balloon|full of water
        |holding water)
        structure (?:\w+ ){{0,3}}?(?:unsafe|unstable|compromised|not safe|isnt safe)
        red ?tagged (?:\w+ ){{0,4}}?(?:collapse|unsafe)
        """,
        r"""
        (?:water|rain|drip\w*|sewage|it|they|tree|branch|limb|snow|ice|leak|moisture|stuff|soot|shingles?
        |tiles?|popcorn|paint|pieces? of paint
        |smell) (?:\w+ )?(?:is |was |keeps |kept |are |were |started |starts |just |its )*(?:\w+ )?(?:coming
        |came|come|falling|fell|pouring|dripping|leaking|running
        |drops?|dropping) (?:\w+ )?(?:down|from|through|on|onto|out|in)
        (?:coming|came|come|running|pouring|dripping|leaking|falling) (?:down
        |through) (?:\w+ ){0,4}?(?:walls?|ceiling|roof|stairs|floor|vent|light)
        (?:fell|fallen|come|came|down|falling|leaning|landed) (?:\w+ ){0,2}?(?:on|onto|across
        |against) (?:\w+ ){0,4}?(?:roof|house|building|garage|porch|deck|the)
        prices?
        (?:fall|drop) (?:of|off|clean\w*)
        (?:in|this|next|the) fall
        falling behind
        (?:wallpaper|paint|plaster flakes|texture) (?:\w+ ){0,2}?(?:falling|peeling|coming)
        falling off
        moving (?:out|in|into|to|company|day)
        house (?:is )?(?:falling|coming) through
        ready to (?:be|sell|paint|start|list|close|rebuild|hire|sign)
        about to (?:close|list|sell|be|hire|buy|paint)
        need to (?:come|drop)
        to (?:come|drop) (?:down|by)
        """,
    ),
    cue(
        "person_trapped",
        1,
        rf"""
        {_PERSON} (?:\w+ ){{0,5}}?(?:trapped|pinned|stuck)(?! (?:at|on hold|in traffic|with|between|to
        |paying|for|dealing|waiting|because of work))
        (?:trapped|pinned) (?:in|inside|under|underneath|beneath|behind|by|upstairs|downstairs)
        stuck (?:in|inside|under|underneath|behind) (?:\w+ ){{0,2}}?(?:basement|elevator|attic|bathroom
        |bedroom|room|closet|rubble|debris|car|house|crawl ?space|crawlspace|tree|beam|window|crawl)
        stuck (?:upstairs|downstairs|under)
        {_PERSON} (?:\w+ ){{0,8}}?(?:cant|can not|couldnt|unable to|not able to) (?:\w+ )?(?:get|climb
        |make it|crawl|come) (?:\w+ ){{0,3}}?(?:out|down|downstairs|upstairs|to the door|to the stairs
        |off the roof|free|loose)(?! (?:there|today|until|till|of (?:work|bed|the (?:contract|lease))|here
        |to (?:you|see|look|work)|for|on|anyone|any))
        (?:on (?:the|our|my) roof|in the attic) (?:\w+ ){{0,4}}?(?:water|waiting|rescue)
        (?:fell|fallen|slipped) (?:\w+ ){{0,6}}?(?:cant|can not) (?:get up|move)
        (?:cant|can not|couldnt|unable to) get (?:him|her|them|my \w+|me|us) out
        """,
        r"""
        (?:steam|vapor|dirt|debris|dust|lint|fumes|bugs?|mouse|mice|cat|dog|toy|stuff|particles|condensation
        |dampness|insulation|grease|ash|soot|allergens|leaves|gunk|heat|wetness
        |bacteria) (?:\w+ ){0,4}?(?:trapped|stuck)
        trapped (?:steam|moisture|water|air|humidity|heat|odor|smell|smoke|animal|raccoon|squirrel|mouse|rat)
        (?:moisture|water|air|humidity|odor|smell|smoke|heat|animal|raccoon|squirrel|bat|bird|possum
        |rat) (?:\w+ ){0,5}?(?:trapped
        |stuck)
        stuck (?:on hold|in traffic|with|at work|at the|between|to|for|paying|dealing|waiting|in a meeting
        |in the middle|shut|open|closed|on)
        (?:valve|door|window|pump|float|toilet|drawer|knob|handle|key|flapper) (?:\w+ ){0,3}?stuck
        grease trap
        trapped in (?:a|this|the) (?:lease|contract)
        """,
    ),
    cue(
        "carbon_monoxide",
        1,
        r"""
        (?:carbon monoxide|co|c o|co2|monoxide|c0) (?:alarm|alarms|detector|detectors|monitor|sensor|thing
        |meter|one) (?:\w+ ){0,5}?(?:going off|went off|goes off|beeping|beeped|chirping|alarming|sounding
        |screaming|blaring|reading|says|shows|is on|keeps|sounded|ringing|reads|triggered)
        carbon monoxide (?:leak|poisoning|reading|levels?|in (?:the|our|my)|is|coming|exposure)
        (?:theres|have|there is|smell|detected|high|elevated|leaking) (?:\w+ ){0,2}?carbon monoxide
        generator (?:\w+ ){0,3}?(?:inside|indoors|in (?:the|our|my) (?:house|basement|garage|living room
        |kitchen|hallway|home|apartment))
        (?:dizzy|headaches?|nauseous|lightheaded) (?:\w+ ){0,10}?(?:furnace|heater|generator|boiler|fumes)
        (?:furnace|heater|generator|boiler|fumes) (?:\w+ ){0,10}?(?:dizzy|headaches?|nauseous|lightheaded
        |passed out)
        """,
        r"""
        low battery
        change the batter\w+
        new batter\w+
        we (?:sell|install|offer|supply|inspect)
        """,
    ),
    cue(
        "fire_burning",
        1,
        r"""
        (?:fire|flames?|it|thing|embers?) (?:\w+ )?(?:has |is |just |have |was |s )*(?:\w+ )?(?:started
        |starting|flared|flaring|reignited|rekindled|restarted|going|sparked|lit) (?:back )?(?:up )?again
        (?:fire|flames?|it) (?:\w+ )?(?:started|starting|came|coming|kicked|fired|flared) back up
        (?:rekindled|reignited|rekindling|reigniting|flared (?:back )?up|flaring (?:back )?up)
        (?:fire|flames?) (?:\w+ )?(?:is |are )?(?:still )?(?:burning|spreading|growing|coming (?:out|from
        |through)|shooting|in the (?:wall|attic|kitchen|garage))
        still (?:on fire|burning|smoldering|smouldering|smoking)
        (?:smoldering|smouldering)
        (?:is|are|caught) on fire
        on fire (?:right )?(?:now|again)
        (?:see|seeing) (?:\w+ ){0,2}?(?:flames?|glowing|embers)
        flames
        smoke (?:is |still |keeps |just )*(?:\w+ )?(?:coming|pouring|rising|billowing|seeping|puffing
        |started coming|filling) (?:\w+ ){0,2}?(?:out|from|through|up|off|again|the|in|of)
        (?:smoking|burning|hot) again
        (?:seeing|see|theres|more) (?:\w+ )?smoke (?:\w+ )?(?:again|coming)
        wall (?:is |feels |still )+(?:\w+ )?hot
        hot spots?
        """,
        r"""
        (?:phone|phones|phone line|market|sales|business|lines) (?:\w+ )?(?:is |are )?on fire
        (?:smoker|cigarettes?|smoked|burning smell in (?:my|his|her) (?:chest|throat)|stinging)
        wifi
        (?:was|were|had been|got|went) (?:\w+ )?(?:on fire|burning|in flames)
        (?:fireplace|candle|burning leaves|bbq|grill out)
        caught on fire (?:yesterday|last|on (?:monday|tuesday|wednesday|thursday|friday|saturday|sunday))
        """,
    ),
    cue(
        "person_in_danger",
        1,
        rf"""
        {_PERSON} (?:\w+ ){{0,2}}?(?:isnt|is not|not|stopped) (?:breathing|responding|responsive|waking up)
        (?:unconscious|unresponsive|not breathing|passed out|electrocuted|drowning|bleeding (?:badly|bad
        |a lot|out|heavily|from)|heart attack|chest pains?|seizure|overdos\w+)
        (?:cant|can barely|hard time|struggling to|having trouble) (?:breathe
        |breathing) (?:\w+ ){{0,4}}?(?:smoke|fumes|chemical|bleach|chlorine|gas)
        {_PERSON} (?:\w+ ){{0,3}}?(?:badly hurt|seriously hurt|injured|badly injured|badly burned
        |getting burned)
        mixed (?:\w+ ){{0,3}}?bleach (?:and|with) (?:ammonia|\w+)
        (?:water|flood) (?:\w+ ){{0,4}}?up to (?:\w+ )?(?:neck|chest)
        (?:going to|gonna|want to) (?:kill|hurt) (?:myself|himself|herself|themselves)
        """,
        r"""
        (?:died|passed away|deceased|dead|suicide scene|was found)
        (?:last|ago|years|personal injury|lawyer|law firm)
        """,
    ),
)

_SELLING = (
    r"\b(?:we (?:train|teach|certify|test|monitor|detect|sell|install|offer|provide|manufacture|supply"
    r"|distribute|help|work with)|training|webinar|our (?:product|software|platform))\b"
)


@cache
def _taken_back(hazard: str) -> re.Pattern[str] | None:
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
        "gas_smell": (
            rf"{closing}|\bno more (?:gas|smell)|\bgas (?:is|has been|was|got"
            rf"|already) (?:already )?(?:shut off|off|turned off|cleared)|\b(?:smell|its|it is"
            rf"|it has) (?:is |all )?(?:gone|cleared)"
        ),
        "electrical": rf"{power}",
        "structure_failing": (
            r"\b(?:shored|braced|propped) (?:it )?up|\balready (?:tore|torn|took|taken|removed"
            r"|pulled)(?: \w+){0,3} (?:down|out)|\b(?:cleaned|cleared) up the|\b(?:was|were|been|got|has"
            r"|have|already) (?:removed|taken down|torn out|demoed|tore out|replaced)"
        ),
        "person_trapped": rf"{out}|\bgot (?:him|her|them|me|us) out",
        "carbon_monoxide": rf"{closing}|\blow battery|\bjust the battery|\bfalse alarm",
        "fire_burning": (
            r"\b(?:fire|its|it is|flames?)(?: \w+){0,3}? (?:out|put out|extinguished)(?: now| already)?\b"
            r"|\bput (?:it|the fire) out|\bextinguished"
        ),
        "person_in_danger": r"\b(?:is|are|was|were) (?:fine|okay|ok|safe|alright|recovered|home)\b",
    }
    return re.compile(table[hazard]) if hazard in table else None


def dangers(clauses: tuple[Clause, ...]) -> list[Mention]:
    """The mentions of present danger to life, one a hazard, in the order spoken."""
    kept: dict[str, Mention] = {}
    for mention in [*mentions(HAZARDS, clauses), *_by_pronoun(clauses)]:
        hazard = mention.cue.signal
        if mention.scope is not Scope.ASSERTED or _sales_talk(mention) or _over(mention, clauses):
            continue
        kept.setdefault(hazard, mention)
    return list(kept.values())


_PRONOUN = r"^(?:(?:yes|yeah|well|no|and|so|oh|now|but|actually|because|i think|looks like|its like) )*"
_IT = (
    (
        cue(
            "structure_failing",
            1,
            rf"""
            {_PRONOUN}(?:its|it is|it|theyre|they are|thats|theres a) (?:\w+ ){{0,4}}?(?:sagging|bulging
            |bowing|caving|drooping|giving way|gave way|collaps\w+|coming down|come down|about to|falling
            |going to (?:fall|come|go|give|collapse|cave)|bulge|bubble|belly|shifting|leaning|sinking
            |cracking|moving|bowed)
            """,
            "prices?|crew|sewage|rain",
        ),
        re.compile(rf"\b{_SHELL}\b"),
    ),
    (
        cue(
            "electrical",
            1,
            rf"""
            {_PRONOUN}(?:its|it is|it|theyre|they are|thats) (?:\w+ ){{0,3}}?(?:buzzing|humming|sizzling
            |crackling|popping|smoking|sparking|hot|under ?water|submerged|in the water|wet|flickering)
            """,
        ),
        re.compile(rf"\b{_POWERED}\b"),
    ),
    (
        cue(
            "gas_smell",
            1,
            rf"""
            {_PRONOUN}(?:its|it is|i (?:\w+ )?smell it|we (?:\w+ )?smell it|i do smell|i can smell
            |we can smell|the smell is|there is|i can) (?:\w+ ){{0,3}}?(?:strong|bad|it|something|faint
            |awful|terrible|smell|little|heavy)
            """,
        ),
        re.compile(
            r"\b(?:smell|odor) (?:\w+ ){0,3}?(?:gas|propane|rotten eggs?)\b|\bgas (?:smell|odor|leak)\b"
            r"|\b(?:turned|shut) off the gas\b|\bgas (?:is |s )?off\b"
        ),
    ),
)


def _by_pronoun(clauses: tuple[Clause, ...]) -> list[Mention]:
    """ "Is the ceiling holding?" "It's sagging": what "it" is was said in one of the two clauses before."""
    found: list[Mention] = []
    for one, antecedent in _IT:
        for mention in mentions((one,), clauses):
            place = next(i for i, clause in enumerate(clauses) if clause is mention.clause)
            before = " ".join(clause.text for clause in clauses[max(0, place - 2) : place])
            if antecedent.search(before):
                found.append(mention)
    return found


def _sales_talk(mention: Mention) -> bool:
    return bool(re.search(_SELLING, mention.clause.sentence))


def _over(mention: Mention, clauses: tuple[Clause, ...]) -> bool:
    """Whether the same sentence or a later one says that this danger is over."""
    closing = _taken_back(mention.cue.signal)
    if closing is None:
        return False
    begun = False
    over = False
    for clause in clauses:
        # A breaker thrown before the water was mentioned is as good as one thrown after.
        begun = (
            begun or mention.cue.signal == "electrical" or clause.sentence_id == mention.clause.sentence_id
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
