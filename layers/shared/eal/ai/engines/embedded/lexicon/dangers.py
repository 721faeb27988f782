"""Dangers to life, as callers name them, and the other senses of those words."""

from __future__ import annotations

from eal.ai.engines.embedded.language.cues import cue, family

BODY = r"(?:legs?|arms?|foot|feet|hands?|head|ankle|body|back|chest|fingers?)"
PERSON = (
    r"(?:i|we|he|she|they|someone|somebody|person|people|man|woman|mom|mother|dad|father|kid|kids|child"
    r"|children|baby|son"
    r"|daughter|wife|husband|grandma|grandpa|grandmother|grandfather|guy|worker|employee|tenant|resident"
    r"|neighbor|brother"
    r"|sister|aunt|uncle|lady|one|roommate|coworker|patient|elderly|technician|plumber|girl|boy)s?"
)
SHELL = (
    r"(?:ceilings?|plaster|floors?|walls?|roof|joists?|beams?|rafters?|subfloor|staircase|stairs"
    r"|drywall ceiling"
    r"|chimney|balcony|deck|foundation|building|house|structure|attic floor|porch|floorboards?|trusses)"
)
POWERED = (
    r"(?:(?:breaker|electrical|electric|fuse|circuit|power)s? (?:panel|box|outlet|outlets|socket|line|lines"
    r"|wire|wires|wiring|meter|cord|cords|stuff)"
    r"|breakers?|panel|outlets?|receptacles?|sockets?|power strips?|extension cords?|light fixtures?"
    r"|light switch|switches|wiring|wires|live wires?|fuse box"
    r"|ceiling lights?|can lights?|recessed lights?|chandelier|lights?|electrical|electronics|electric"
    r"|ceiling fan|transformer)"
)

_LIGHT_AND_WATER = family(
    "electrical",
    1,
    (
        r"(?:lights?|fixtures?|bulbs?|power|chandelier|lamp) (?:\w+ ){0,4}?(?:flicker\w*|buzz\w*|popped"
        r"|popping|dimming|strob\w*)|flickering (?:\w+ ){0,2}?lights?"
    ),
    r"water|wet|leak\w*|drip\w*|flood\w*|pour\w*|soak\w*|rain\w*",
    unless=r"(?:power|lights?) (?:is|are|went|was|were) (?:off|out)",
    unless_beside=(
        r"(?:turned|shut|cut|flipped|killed|switched) (?:\w+ ){0,3}?(?:power|breakers?"
        r"|electricity)|(?:power|breaker|electricity) (?:\w+ )?(?:is|was) off"
    ),
    reach="near",
)

HAZARDS = (
    _LIGHT_AND_WATER,
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
        {POWERED} (?:\w+ )?(?:is|are|was|were|keeps|keep|started|its|just|making
        |has been)? ?(?:\w+ ){{0,2}}?(?:buzzing|sizzling|crackling|sparked|smoking|humming|popping|hissing
        |smoldering|melting|glowing|burning)
        (?:buzzing|sizzling|crackling|popping|zapping|humming) (?:\w+ ){{0,5}}?{POWERED}
        (?:water|rain|sewage|leak|leaking|dripping|drips?|pouring|running|coming|flooding|standing|wet
        |flooded|soaking|puddle|raining) (?:\w+ ){{0,6}}?(?:near|in|into|onto|around|over|on|above|through
        |against|by|to|at|touching|out of|covering|past|behind|inside|from|down|under|reached|reaching
        |hitting) (?:\w+ ){{0,4}}?{POWERED}
        {POWERED} (?:\w+ ){{0,3}}?(?:under ?water|submerged|is wet|are wet|getting wet|soaked|full of water
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
        {SHELL} (?:\w+ ){{0,7}}?(?:giving way|gave way|caving|caved|collaps\w+|coming down|come down
        |came down|cave in|falling|fall|fell|sagging|bulging|bowing|drooping|buckling in|going to go
        |about to go|going to come|ready to (?:come|fall|go|cave|give|drop|collapse)|about to (?:come|fall
        |cave|collapse|give|drop)|give way
        |giving out|gave out|shifting|unstable|sinking|leaning|hanging (?:down|low|by)|swaying|cracking and
        |sags|bulges|droops|bowed|ballooning|ballooned|drop|sagged|dropped|buckled in|creaking|moving|give
        |unsafe|pulling away|not stable|came crashing|tilting|dipping|bending)
        (?:collaps\w+|caving|caved|sagging|bulging|falling|bowing|drooping) (?:\w+ ){{0,2}}?{SHELL}
        (?:i|he|she|they|foot|leg|husband|wife|son|daughter|tenant|somebody|someone|kid|almost
        |nearly) (?:\w+ )?(?:fell|falling|going|went|step\w*
        |put) (?:\w+ ){0, 3}?through the (?:\w+ )?(?:floor|ceiling|stairs|roof)
        (?:big |huge |giant |water )?(?:bubble|belly|bulge|sag|balloon) (?:\w+ ){{0,3}}?(?:in|on|across
        |of) (?:\w+ ){{0,2}}?ceiling
        ceiling (?:\w+ ){{0,5}}?(?:bubble|belly|bulge|like a balloon|like a (?:water )?balloon|full of water
        |holding water)
        (?:ceiling|drywall|sheetrock|plaster|rest|piece|chunk|section|beam) (?:\w+ ){{0,6}}?(?:is|are|still
        |just) (?:\w+ )?(?:hanging|dangling|barely holding|about to (?:fall|come|drop|go))
        structure (?:\w+ ){{0,3}}?(?:unsafe|unstable|compromised|not safe|isnt safe)
        (?:joists?|beams?|rafters?|trusses) (?:\w+ ){{0,4}}?(?:cracking|cracked|snapped|snapping
        |splintering|splintered|split)
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
        (?:you|crew|someone|somebody|guys|they|him|team|like|able|want) (?:\w+ )?to (?:come|drop) (?:down|by)
        do (?:you|yall) (?:\w+ )?(?:replace|repair|fix|do|handle)
        """,
    ),
    cue(
        "person_trapped",
        1,
        rf"""
        {PERSON} (?:\w+ ){{0,5}}?(?:trapped|pinned|wedged|stuck)(?! (?:at|on hold|in traffic|with|between|to
        |paying|for|dealing|waiting|because of work))
        {BODY} (?:is|are) (?:\w+ )?(?:under|beneath|underneath|caught|crushed|pinned|trapped|stuck|wedged)
        {PERSON} (?:s )?(?:is |are |still |lying |laying )+(?:\w+ )?(?:under|beneath|underneath) (?:it|the
        |a|that)
        (?:fell|landed|came down|collapsed) on (?:me|him|her|them|my (?:husband|wife|son|daughter|mom|dad
        |mother|father|brother|sister|kid|leg|arm))
        (?:cant|can not|unable to) (?:\w+ )?(?:free|lift|move) (?:it|him|her|them|the \w+) off
        cant (?:\w+ )?(?:get up|stand up|get herself up|get himself up|feel (?:my|his
        |her) legs)(?! (?:there|to|on|the|here|early|in|in the))
        stranded (?:in|on|inside|upstairs)
        (?:trapped|pinned) (?:in|inside|under|underneath|beneath|behind|by|upstairs|downstairs)
        stuck (?:in|inside|under|underneath|behind) (?:\w+ ){{0,2}}?(?:basement|elevator|attic|bathroom
        |bedroom|room|closet|rubble|debris|car|house|crawl ?space|crawlspace|tree|beam|window|crawl)
        stuck (?:upstairs|downstairs|under)
        stuck on the (?:second|third|top|upper|roof|\w+ floor)
        {PERSON} (?:\w+ ){{0,8}}?(?:cant|can not|couldnt|unable to|not able to) (?:\w+ )?(?:get|climb
        |make it|crawl|back|come) (?:\w+ ){{0,3}}?(?:out|down|downstairs|upstairs|to the door|to the stairs
        |off the roof|free|loose)(?! (?:there|today|until|till|of (?:work|bed|(?:the|my|our|this|that
        |a) (?:\w+ )?(?:contract|lease|agreement|deal))|here
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
        |in the middle|shut|open|closed|on(?! the (?:second|third|top|upper|roof)))
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
        |meter|one)s? (?:\w+ ){0,5}?(?:wont (?:\w+ )?(?:shut up|stop|quit|turn off|reset)|doesnt stop
        |going off|went off|goes off|beeping|beeped|chirping|alarming|sounding
        |screaming|blaring|reading|says|shows|is on|keeps|sounded|ringing|reads|triggered)
        carbon monoxide (?:leak|poisoning|reading|levels?|in (?:the|our|my)|is|coming|exposure)
        (?:alarm|detector)s? (?:\w+ ){0,3}?(?:carbon monoxide|monoxide)
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
        (?:fire|flames?) (?:is |s |has )?(?:come )?back
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
        smoke (?:smell|odor)
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
        {PERSON} (?:\w+ ){{0,2}}?(?:isnt|is not|not|stopped) (?:breathing|responding|responsive|waking up)
        (?:unconscious|unresponsive|not breathing|passed out|electrocuted|drowning|bleeding (?:badly|bad
        |a lot|out|heavily|from)|heart attack|chest pains?|seizure|overdos\w+)
        (?:cant|can barely|hard time|struggling to|having trouble) (?:breathe
        |breathing) (?:\w+ ){{0,4}}?(?:smoke|fumes|chemical|bleach|chlorine|gas)
        {PERSON} (?:\w+ ){{0,3}}?(?:badly hurt|seriously hurt|injured|badly injured|badly burned
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
