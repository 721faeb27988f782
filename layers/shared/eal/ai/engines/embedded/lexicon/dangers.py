"""Cues for dangers to life, and the harmless senses of the same words."""

from __future__ import annotations

from eal.ai.engines.embedded.language.cues import co_occurrence, cue, phrase, words
from eal.ai.engines.embedded.signals import Signal

BODY = r"(?:legs?|arms?|foot|feet|hands?|head|ankle|body|back|chest|fingers?)"
PERSON = phrase(
    (
        r"i|we|he|she|they|someone|somebody|person|people|man|woman|mom|mother|dad|father",
        r"kid|kids|child|children|baby|son|daughter|wife|husband|grandma|grandpa|grandmother",
        r"grandfather|guy|worker|employee|tenant|resident|neighbor|brother|sister|aunt|uncle",
        r"lady|one|roommate|coworker|patient|elderly|technician|plumber|girl|boy",
    ),
    r"s?",
)
SHELL = phrase(
    (
        r"ceilings?|plaster|floors?|walls?|roof|joists?|beams?|rafters?|subfloor",
        r"staircase|stairs|drywall ceiling|chimney|balcony|deck|foundation",
        r"building|house|structure|attic floor|porch|floorboards?|trusses",
    ),
)
POWERED = phrase(
    (
        phrase(
            r"(?:breaker|electrical|electric|fuse|circuit|power)s? ",
            r"(?:panel|box|outlet|outlets|socket|line|lines|wire|wires|wiring|meter|cord|cords|stuff)",
        ),
        r"breakers?|panel|outlets?|receptacles?|sockets?|power strips?|extension cords?|light fixtures?",
        r"light switch|switches|wiring|wires|live wires?|fuse box|ceiling lights?|can lights?",
        r"recessed lights?|chandelier|lights?|electrical|electronics|electric|ceiling fan|transformer",
    ),
)

_LIGHT_AND_WATER = co_occurrence(
    Signal.ELECTRICAL,
    1,
    words(
        phrase(
            r"(?:lights?|fixtures?|bulbs?|power|chandelier|lamp) (?:\w+ ){0,4}?",
            r"(?:flicker\w*|buzz\w*|popped|popping|dimming|strob\w*)",
        ),
        r"flickering (?:\w+ ){0,2}?lights?",
    ),
    r"water|wet|leak\w*|drip\w*|flood\w*|pour\w*|soak\w*|rain\w*",
    unless=r"(?:power|lights?) (?:is|are|went|was|were) (?:off|out)",
    unless_nearby=words(
        r"(?:turned|shut|cut|flipped|killed|switched) (?:\w+ ){0,3}?(?:power|breakers?|electricity)",
        r"(?:power|breaker|electricity) (?:\w+ )?(?:is|was) off",
    ),
    reach="near",
)

DANGERS = (
    _LIGHT_AND_WATER,
    cue(
        Signal.GAS_SMELL,
        1,
        phrase(
            r"(?:smell|smells|smelling|smelled|smelt|stinks?|reeks?) (?:\w+ ){0,4}?",
            r"(?:natural gas|propane|gas|rotten eggs?)",
        ),
        r"(?:gas|propane) (?:smell|odor|scent|fumes|leak|leaking)",
        r"(?:smell|odor|whiff|scent) of (?:\w+ ){0,2}?(?:gas|propane|rotten eggs?)",
        r"rotten eggs?",
        phrase(
            r"(?:gas|propane) (?:line|pipe|main|meter|valve|tank) (?:\w+ ){0,3}?",
            (
                r"broke|broken|ruptured|severed|hit|hissing|leaking|cracked",
                r"snapped|damaged|disconnected|sheared|busted|cut|bent|got",
            ),
        ),
        phrase(
            (
                r"broke|broken|ruptured|severed|hit|hissing|cracked",
                r"snapped|cut|sheared|damaged|pulled|knocked",
            ),
            r" (?:\w+ ){0,4}?(?:gas|propane) (?:line|pipe|main|meter|valve)",
        ),
        r"leaking (?:natural )?gas",
        r"gas (?:is|was|are) (?:\w+ )?(?:leaking|escaping|hissing|strong)",
        r"hissing (?:\w+ ){0,6}?(?:gas|meter|propane)",
        r"(?:gas|meter|propane) (?:\w+ ){0,6}?hissing",
        unless=(
            r"sewer gas",
            r"gas station",
            r"gasoline",
            r"(?:crew|job|we) (?:\w+ ){0,3}handle gas",
        ),
    ),
    cue(
        Signal.ELECTRICAL,
        1,
        r"arcing",
        r"sparking",
        r"sparks",
        phrase(
            rf"{POWERED} (?:\w+ )?(?:is|are|was|were|keeps|keep|started|its|just|making|has been)? ?",
            r"(?:\w+ ){0,2}?",
            (
                r"buzzing|sizzling|crackling|sparked|smoking|humming",
                r"popping|hissing|smoldering|melting|glowing|burning",
            ),
        ),
        rf"(?:buzzing|sizzling|crackling|popping|zapping|humming) (?:\w+ ){{0,5}}?{POWERED}",
        phrase(
            (
                r"water|rain|sewage|leak|leaking|dripping|drips?|pouring|running",
                r"coming|flooding|standing|wet|flooded|soaking|puddle|raining",
            ),
            r" (?:\w+ ){0,6}?",
            (
                r"near|in|into|onto|around|over|on|above|through|against|by|to|at|touching",
                r"out of|covering|past|behind|inside|from|down|under|reached|reaching|hitting",
            ),
            rf" (?:\w+ ){{0,4}}?{POWERED}",
        ),
        phrase(
            rf"{POWERED} (?:\w+ ){{0,3}}?",
            (
                r"under ?water|submerged|is wet|are wet|getting wet|soaked",
                r"full of water|filling (?:up )?with water|have water",
                r"has water|dripping|leaking|got wet|still live|in the water",
            ),
        ),
        r"(?:outlet|outlets|cord|panel|breaker|power strip)s? (?:\w+ ){0,4}?(?:in|under) the water",
        phrase(
            r"(?:got|getting|gets|been|was|felt|get|gives?|feel|feeling|giving) (?:\w+ )?",
            r"(?:a |an |little |electric |me )*(?:shocked|shock|zapped|tingle|tingling|jolt|electrocuted)",
        ),
        phrase(
            r"(?:buzzing|crackling|sizzling|zapping|popping) (?:\w+ )?(?:noise |sound |sounds |noises )?",
            r"(?:in|from|behind|inside) (?:the|my|our|that) (?:\w+ )?walls?",
        ),
        r"electrocuted",
        r"live (?:wire|wires|line|lines|power line|electrical|electricity|cable|electric)",
        r"(?:downed|fallen) (?:\w+ ){0,2}?(?:power|electric|electrical|utility)? ?(?:lines?|wires?)",
        phrase(
            r"(?:power|electric|electrical|utility) (?:lines?|wires?|pole|cable) (?:\w+ ){0,5}?",
            r"(?:down|fell|fallen|hanging|laying|lying|snapped|across|on the)",
        ),
        phrase(
            r"(?:pulled|ripped|tore|took|brought|knocked) (?:\w+ ){0,3}?(?:power|electric|electrical) ",
            r"(?:lines?|wires?) (?:\w+ )?down",
        ),
        phrase(
            r"(?:power|electricity|electric) (?:\w+ ){0,3}?(?:still|is|stays) on (?:\w+ ){0,6}?",
            r"(?:water|standing|flooded|wet)",
        ),
        r"(?:standing|water) (?:\w+ ){0,8}?(?:power|electricity|electric) (?:\w+ ){0,2}?(?:still|is) on",
        r"exposed (?:live )?(?:wires?|wiring)",
        r"smell (?:\w+ )?(?:electrical|burning wires?|burning wiring)",
        unless=(
            r"sparkling",
            r"new electrical",
            r"lights? (?:went|goes|is|are) (?:out|off)",
            phrase(
                r"(?:the )?(?:power|electricity|breaker|breakers|main|electric|electrical) (?:\w+ ){0,4}?",
                r"(?:is|are|was|been|were|got|its|already) (?:\w+ )?",
                r"(?:off|shut off|cut|turned off|disconnected|out)",
            ),
            phrase(
                r"(?:shut|turned|cut|flipped|killed|switched|tripped) (?:\w+ ){0,2}?",
                r"(?:power|breaker|breakers|electricity|electric|main)",
            ),
            phrase(
                r"(?:shut|turned|cut|flipped|killed|switched) off (?:\w+ ){0,3}?",
                r"(?:power|breaker|breakers|electricity|electric)",
            ),
            r"lost power",
            r"power went out",
            phrase(
                r"(?:nowhere|not|isnt|arent|hasnt|far|away) (?:\w+ ){0,4}?",
                r"(?:near|from|reached|close|by|at|to) is dry",
            ),
            r"light rain",
            r"sparks? (?:joy|interest|an idea)",
        ),
    ),
    cue(
        Signal.STRUCTURE_FAILING,
        1,
        phrase(
            rf"{SHELL} (?:\w+ ){{0,7}}?",
            (
                r"giving way|gave way|caving|caved|collaps\w+|coming down|come down",
                r"came down|cave in|falling|fall|fell|sagging|bulging|bowing",
                r"drooping|buckling in|going to go|about to go|going to come",
                r"ready to (?:come|fall|go|cave|give|drop|collapse)",
                r"about to (?:come|fall|cave|collapse|give|drop)",
                r"give way|giving out|gave out|shifting|unstable|sinking|leaning",
                r"hanging (?:down|low|by)|swaying|cracking and|sags|bulges|droops|bowed",
                r"ballooning|ballooned|drop|sagged|dropped|buckled in|creaking|moving|give",
                r"unsafe|pulling away|not stable|came crashing|tilting|dipping|bending",
            ),
        ),
        rf"(?:collaps\w+|caving|caved|sagging|bulging|falling|bowing|drooping) (?:\w+ ){{0,2}}?{SHELL}",
        phrase(
            (r"i|he|she|they|foot|leg|husband|wife|son|daughter|tenant|somebody|someone|kid|almost|nearly",),
            r" (?:\w+ )?(?:fell|falling|going|went|step\w*|put) (?:\w+ ){0,3}?through the (?:\w+ )?",
            r"(?:floor|ceiling|stairs|roof)",
        ),
        phrase(
            r"(?:big |huge |giant |water )?(?:bubble|belly|bulge|sag|balloon) (?:\w+ ){0,3}?",
            r"(?:in|on|across|of) (?:\w+ ){0,2}?ceiling",
        ),
        phrase(
            r"ceiling (?:\w+ ){0,5}?",
            r"(?:bubble|belly|bulge|like a balloon|like a (?:water )?balloon|full of water|holding water)",
        ),
        phrase(
            r"(?:ceiling|drywall|sheetrock|plaster|rest|piece|chunk|section|beam) (?:\w+ ){0,6}?",
            r"(?:is|are|still|just) (?:\w+ )?",
            r"(?:hanging|dangling|barely holding|about to (?:fall|come|drop|go))",
        ),
        r"structure (?:\w+ ){0,3}?(?:unsafe|unstable|compromised|not safe|isnt safe)",
        phrase(
            r"(?:joists?|beams?|rafters?|trusses) (?:\w+ ){0,4}?",
            r"(?:cracking|cracked|snapped|snapping|splintering|splintered|split)",
        ),
        r"red ?tagged (?:\w+ ){0,4}?(?:collapse|unsafe)",
        unless=(
            phrase(
                (
                    r"water|rain|drip\w*|sewage|it|they|tree|branch|limb|snow|ice|leak|moisture",
                    r"stuff|soot|shingles?|tiles?|popcorn|paint|pieces? of paint|smell",
                ),
                r" (?:\w+ )?(?:is |was |keeps |kept |are |were |started |starts |just |its )*(?:\w+ )?",
                r"(?:coming|came|come|falling|fell|pouring|dripping|leaking|running|drops?|dropping) ",
                r"(?:\w+ )?(?:down|from|through|on|onto|out|in)",
            ),
            phrase(
                r"(?:coming|came|come|running|pouring|dripping|leaking|falling) (?:down|through) ",
                r"(?:\w+ ){0,4}?(?:walls?|ceiling|roof|stairs|floor|vent|light)",
            ),
            phrase(
                r"(?:fell|fallen|come|came|down|falling|leaning|landed) (?:\w+ ){0,2}?",
                r"(?:on|onto|across|against) (?:\w+ ){0,4}?(?:roof|house|building|garage|porch|deck|the)",
            ),
            r"prices?",
            r"(?:fall|drop) (?:of|off|clean\w*)",
            r"(?:in|this|next|the) fall",
            r"falling behind",
            r"(?:wallpaper|paint|plaster flakes|texture) (?:\w+ ){0,2}?(?:falling|peeling|coming)",
            r"falling off",
            r"moving (?:out|in|into|to|company|day)",
            r"house (?:is )?(?:falling|coming) through",
            r"ready to (?:be|sell|paint|start|list|close|rebuild|hire|sign)",
            r"about to (?:close|list|sell|be|hire|buy|paint)",
            r"need to (?:come|drop)",
            phrase(
                r"(?:you|crew|someone|somebody|guys|they|him|team|like|able|want) (?:\w+ )?to (?:come|drop) ",
                r"(?:down|by)",
            ),
            r"do (?:you|yall) (?:\w+ )?(?:replace|repair|fix|do|handle)",
        ),
    ),
    cue(
        Signal.PERSON_TRAPPED,
        1,
        phrase(
            rf"{PERSON} (?:\w+ ){{0,5}}?(?:trapped|pinned|wedged|stuck)",
            r"(?! (?:at|on hold|in traffic|with|between|to|paying|for|dealing|waiting|because of work))",
        ),
        phrase(
            rf"{BODY} (?:is|are) (?:\w+ )?",
            r"(?:under|beneath|underneath|caught|crushed|pinned|trapped|stuck|wedged)",
        ),
        phrase(
            rf"{PERSON} (?:s )?(?:is |are |still |lying |laying )+(?:\w+ )?(?:under|beneath|underneath) ",
            r"(?:it|the|a|that)",
        ),
        phrase(
            r"(?:fell|landed|came down|collapsed) on ",
            (
                r"me|him|her|them",
                r"my (?:husband|wife|son|daughter|mom|dad|mother|father|brother|sister|kid|leg|arm)",
            ),
        ),
        r"(?:cant|can not|unable to) (?:\w+ )?(?:free|lift|move) (?:it|him|her|them|the \w+) off",
        phrase(
            r"cant (?:\w+ )?(?:get up|stand up|get herself up|get himself up|feel (?:my|his|her) legs)",
            r"(?! (?:there|to|on|the|here|early|in|in the))",
        ),
        r"stranded (?:in|on|inside|upstairs)",
        r"(?:trapped|pinned) (?:in|inside|under|underneath|beneath|behind|by|upstairs|downstairs)",
        phrase(
            r"stuck (?:in|inside|under|underneath|behind) (?:\w+ ){0,2}?",
            (
                r"basement|elevator|attic|bathroom|bedroom|room|closet|rubble",
                r"debris|car|house|crawl ?space|crawlspace|tree|beam|window|crawl",
            ),
        ),
        r"stuck (?:upstairs|downstairs|under)",
        r"stuck on the (?:second|third|top|upper|roof|\w+ floor)",
        phrase(
            rf"{PERSON} (?:\w+ ){{0,8}}?(?:cant|can not|couldnt|unable to|not able to) (?:\w+ )?",
            r"(?:get|climb|make it|crawl|back|come) (?:\w+ ){0,3}?",
            r"(?:out|down|downstairs|upstairs|to the door|to the stairs|off the roof|free|loose)(?! ",
            (
                r"there|today|until|till",
                r"of (?:work|bed|(?:the|my|our|this|that|a) (?:\w+ )?(?:contract|lease|agreement|deal))",
                r"here|to (?:you|see|look|work)|for|on|anyone|any",
            ),
            r")",
        ),
        r"(?:on (?:the|our|my) roof|in the attic) (?:\w+ ){0,4}?(?:water|waiting|rescue)",
        r"(?:fell|fallen|slipped) (?:\w+ ){0,6}?(?:cant|can not) (?:get up|move)",
        r"(?:cant|can not|couldnt|unable to) get (?:him|her|them|my \w+|me|us) out",
        unless=(
            phrase(
                (
                    r"steam|vapor|dirt|debris|dust|lint|fumes|bugs?|mouse|mice|cat",
                    r"dog|toy|stuff|particles|condensation|dampness|insulation",
                    r"grease|ash|soot|allergens|leaves|gunk|heat|wetness|bacteria",
                ),
                r" (?:\w+ ){0,4}?(?:trapped|stuck)",
            ),
            phrase(
                r"trapped ",
                (
                    r"steam|moisture|water|air|humidity|heat|odor",
                    r"smell|smoke|animal|raccoon|squirrel|mouse|rat",
                ),
            ),
            phrase(
                (
                    r"moisture|water|air|humidity|odor|smell|smoke",
                    r"heat|animal|raccoon|squirrel|bat|bird|possum|rat",
                ),
                r" (?:\w+ ){0,5}?(?:trapped|stuck)",
            ),
            phrase(
                r"stuck ",
                (
                    r"on hold|in traffic|with|at work|at the|between|to|for|paying",
                    r"dealing|waiting|in a meeting|in the middle|shut|open|closed",
                    r"on(?! the (?:second|third|top|upper|roof))",
                ),
            ),
            r"(?:valve|door|window|pump|float|toilet|drawer|knob|handle|key|flapper) (?:\w+ ){0,3}?stuck",
            r"grease trap",
            r"trapped in (?:a|this|the) (?:lease|contract)",
        ),
    ),
    cue(
        Signal.CARBON_MONOXIDE,
        1,
        phrase(
            r"(?:carbon monoxide|co|c o|co2|monoxide|c0) ",
            r"(?:alarm|alarms|detector|detectors|monitor|sensor|thing|meter|one)s? (?:\w+ ){0,5}?",
            (
                r"wont (?:\w+ )?(?:shut up|stop|quit|turn off|reset)",
                r"doesnt stop|going off|went off|goes off|beeping|beeped|chirping|alarming|sounding",
                r"screaming|blaring|reading|says|shows|is on|keeps|sounded|ringing|reads|triggered",
            ),
        ),
        r"carbon monoxide (?:leak|poisoning|reading|levels?|in (?:the|our|my)|is|coming|exposure)",
        r"(?:alarm|detector)s? (?:\w+ ){0,3}?(?:carbon monoxide|monoxide)",
        r"(?:theres|have|there is|smell|detected|high|elevated|leaking) (?:\w+ ){0,2}?carbon monoxide",
        phrase(
            r"generator (?:\w+ ){0,3}?",
            (
                r"inside|indoors",
                r"in (?:the|our|my) (?:house|basement|garage|living room|kitchen|hallway|home|apartment)",
            ),
        ),
        r"(?:dizzy|headaches?|nauseous|lightheaded) (?:\w+ ){0,10}?(?:furnace|heater|generator|boiler|fumes)",
        phrase(
            r"(?:furnace|heater|generator|boiler|fumes) (?:\w+ ){0,10}?",
            r"(?:dizzy|headaches?|nauseous|lightheaded|passed out)",
        ),
        unless=(
            r"low battery",
            r"change the batter\w+",
            r"new batter\w+",
            r"we (?:sell|install|offer|supply|inspect)",
        ),
    ),
    cue(
        Signal.FIRE_BURNING,
        1,
        phrase(
            r"(?:fire|flames?|it|thing|embers?) (?:\w+ )?(?:has |is |just |have |was |s )*(?:\w+ )?",
            r"(?:started|starting|flared|flaring|reignited|rekindled|restarted|going|sparked|lit) (?:back )?",
            r"(?:up )?again",
        ),
        r"(?:fire|flames?|it) (?:\w+ )?(?:started|starting|came|coming|kicked|fired|flared) back up",
        r"(?:fire|flames?) (?:is |s |has )?(?:come )?back",
        r"(?:rekindled|reignited|rekindling|reigniting|flared (?:back )?up|flaring (?:back )?up)",
        phrase(
            r"(?:fire|flames?) (?:\w+ )?(?:is |are )?(?:still )?",
            (
                r"burning|spreading|growing|coming (?:out|from|through)",
                r"shooting|in the (?:wall|attic|kitchen|garage)",
            ),
        ),
        r"still (?:on fire|burning|smoldering|smouldering|smoking)",
        r"(?:smoldering|smouldering)",
        r"(?:is|are|caught) on fire",
        r"on fire (?:right )?(?:now|again)",
        r"(?:see|seeing) (?:\w+ ){0,2}?(?:flames?|glowing|embers)",
        r"flames",
        phrase(
            r"smoke (?:is |still |keeps |just )*(?:\w+ )?",
            r"(?:coming|pouring|rising|billowing|seeping|puffing|started coming|filling) (?:\w+ ){0,2}?",
            r"(?:out|from|through|up|off|again|the|in|of)",
        ),
        r"(?:smoking|burning|hot) again",
        r"(?:seeing|see|theres|more) (?:\w+ )?smoke (?:\w+ )?(?:again|coming)",
        r"wall (?:is |feels |still )+(?:\w+ )?hot",
        r"hot spots?",
        unless=(
            r"(?:phone|phones|phone line|market|sales|business|lines) (?:\w+ )?(?:is |are )?on fire",
            r"smoke (?:smell|odor)",
            r"(?:smoker|cigarettes?|smoked|burning smell in (?:my|his|her) (?:chest|throat)|stinging)",
            r"wifi",
            r"(?:was|were|had been|got|went) (?:\w+ )?(?:on fire|burning|in flames)",
            r"(?:fireplace|candle|burning leaves|bbq|grill out)",
            phrase(
                r"caught on fire ",
                r"(?:yesterday|last|on (?:monday|tuesday|wednesday|thursday|friday|saturday|sunday))",
            ),
        ),
    ),
    cue(
        Signal.PERSON_IN_DANGER,
        1,
        phrase(
            rf"{PERSON} (?:\w+ ){{0,2}}?(?:isnt|is not|not|stopped) ",
            r"(?:breathing|responding|responsive|waking up)",
        ),
        phrase(
            (
                r"unconscious|unresponsive|not breathing|passed out|electrocuted|drowning",
                r"bleeding (?:badly|bad|a lot|out|heavily|from)",
                r"heart attack|chest pains?|seizure|overdos\w+",
            ),
        ),
        phrase(
            r"(?:cant|can barely|hard time|struggling to|having trouble) (?:breathe|breathing) ",
            r"(?:\w+ ){0,4}?(?:smoke|fumes|chemical|bleach|chlorine|gas)",
        ),
        phrase(
            rf"{PERSON} (?:\w+ ){{0,3}}?",
            r"(?:badly hurt|seriously hurt|injured|badly injured|badly burned|getting burned)",
        ),
        r"mixed (?:\w+ ){0,3}?bleach (?:and|with) (?:ammonia|\w+)",
        r"(?:water|flood) (?:\w+ ){0,4}?up to (?:\w+ )?(?:neck|chest)",
        r"(?:going to|gonna|want to) (?:kill|hurt) (?:myself|himself|herself|themselves)",
        unless=(
            r"(?:died|passed away|deceased|dead|suicide scene|was found)",
            r"(?:last|ago|years|personal injury|lawyer|law firm)",
        ),
    ),
)
