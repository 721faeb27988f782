"""Cues for the urgency: running water, wet things, the time of the loss, people at risk."""

from __future__ import annotations

from eal.ai.engines.embedded.language.cues import cue, phrase
from eal.ai.engines.embedded.lexicon.building_parts import ROOM
from eal.ai.engines.embedded.signals import Signal

URGENCY = (
    cue(
        Signal.ACTIVE_WATER,
        3,
        phrase(
            (
                r"water|it|its|pipe|leak|toilet|hose|line|heater|ceiling",
                r"everything|thing|rain|main|sprinklers?|valve|tank|level",
            ),
            r" (?:\w+ ){0,4}?(?:is|are|keeps?|still|just|wont stop|continues?|continuing|started) (?:\w+ )?",
            r"(?:to )?",
            (
                r"pouring|gushing|spraying|shooting|running|coming|flooding|rising|leaking",
                r"flowing|spewing|filling|pumping|raining|rushing|dumping|squirting",
                r"spurting|going|come|pour|rise|spray|run|leak|seeping|overflowing",
            ),
        ),
        phrase(
            (
                r"pouring|gushing|spraying|shooting|spewing|rushing|flooding",
                r"blasting|squirting|spurting|raining|cascading|streaming|flowing",
            ),
            r" (?:\w+ )?(?:out|in|down|through|everywhere|all over|from|into|up|water|inside|my|the|like)",
        ),
        phrase(
            r"(?:still|keeps) (?:\w+ )?",
            (
                r"coming|pouring|leaking|running|flooding|rising|spraying",
                r"gushing|flowing|going|dripping|filling|raining",
            ),
        ),
        phrase(
            (
                r"cant|can not|couldnt|unable to|dont know how to|not able to",
                r"how do i|tried to|havent been able to|havent|have not|cannot|not",
            ),
            r" (?:\w+ )?(?:figure out (?:how|where) (?:\w+ )?)?",
            r"(?:shut|shutting|turn|stop|turned|find|get|close|locate|stopped) (?:\w+ ){0,4}?",
            r"(?:off|it|shut ?off|valve|water|main|to stop|the leak)",
        ),
        phrase(
            r"(?:wont|will not|wouldnt|doesnt|isnt|not|hasnt|refuses to) (?:\w+ )?",
            r"(?:shut off|stop|stopping|turn off|close|slowing|stopped|let up|quit|budge|turn)",
        ),
        r"(?:dont|do not|no) (?:\w+ )?(?:know|idea|clue) (?:\w+ ){0,3}?(?:shut ?off|valve|main|turn it off)",
        phrase(
            r"(?:valve|shutoff|shut off|knob|handle) (?:\w+ ){0,3}?",
            (
                r"stuck|frozen|broken|wont|broke off|broke|stripped",
                r"rusted|seized|snapped|spins?|spinning|doesnt",
            ),
        ),
        phrase(
            r"(?:getting|spreading|rising|climbing|getting deeper|deeper|worse) (?:\w+ ){0,2}?",
            r"(?:worse|fast|deeper|higher|by the minute|quickly|every minute|rapidly)",
        ),
        phrase(
            r"(?:burst|bursted|busted|broke|exploded|blew|let go) ",
            r"(?:just now|right now|and (?:its|water|theres|now|it is))",
        ),
        r"(?:just|literally) (?:burst|busted|blew|exploded)",
        phrase(
            r"(?:ceiling|walls?|light|vent|basement|floor drain) ~ (?:is|are) ",
            r"(?:pouring|raining|gushing|leaking|dripping|filling|flooding|taking on)",
        ),
        r"(?:is|are|its|weve got|theres|were) (?:\w+ )?(?:actively )?(?:flooding|gushing|pouring)",
        r"water (?:is )?(?:\w+ )?coming (?:\w+ ){0,2}?(?:in|through|down|up|out|from|into|under)",
        r"waterfall",
        r"like a (?:fountain|geyser|river|fire hose|faucet)",
        r"cant keep up",
        r"(?:and|is|its|still|keeps) (?:\w+ )?(?:climbing|rising)",
        r"(?:it|valve|handle|knob) (?:\w+ ){0,2}?(?:spins|spinning)",
        r"(?:running|coming|pouring) (?:right )?now",
        r"as we speak",
        phrase(
            r"(?:its|it s|water s|pipe s|thats|theyre|it is) (?:\w+ )?",
            (
                r"coming (?:in|through|down|up|out|from|under)",
                r"pouring|gushing|spraying|shooting|flooding|rising|spilling|spewing|filling",
            ),
        ),
        r"(?:just|now) (?:going and going|keeps? going|wont quit)",
        r"(?:going and going|nothing happens|not doing anything)",
        phrase(
            r"(?:water|it) (?:is |s )?(?:\w+ )?(?:coming|getting|pouring|running|spilling) (?:in |out )?",
            r"(?:under|through|over|down|into) (?:\w+ )?",
            r"(?:door|doors|window|windows|wall|walls|stairs|threshold)",
        ),
        r"(?:sandbag\w*|bailing|get me pumps|need pumps)",
        r"taking (?:on|in) (?:\w+ )?water",
        r"(?:past|above|over|up to) the (?:first|second|third|bottom|next) (?:stair|step|rung)",
        r"just (?:blasting|gushing|dumping|pouring|spraying|spewing)",
        r"(?:its|and) (?:\w+ )?filling up",
        r"(?:burps?|burping|spits?|spitting|belching|bubbling) (?:\w+ )?(?:up|out|every|water|sewage)",
        r"(?:it|water|leak|pipe) (?:\w+ )?no stop\w*",
        phrase(
            r"(?:its|it is|it|water|thing|has|have) (?:\w+ )?been ",
            r"(?:flowing|running|gushing|pouring|spraying|leaking) (?:\w+ )?(?:for|since|all|out|down)",
        ),
        phrase(
            r"(?:still )?trying to (?:\w+ )?(?:isolate|shut|stop|find|get|turn|locate|drain|close)",
            r"(?: \w+){0,4} (?:off|isolated|riser|valve|main|shut ?off|water|down|stopped)",
        ),
        r"more (?:water|of it) (?:\w+ )?(?:is |keeps )?(?:coming|pouring)",
        r"(?:sump pump|pump) (?:\w+ ){0,4}?(?:cant keep up|not keeping up)",
        unless=(
            r"(?:a|the|was|and|of) shooting",
            r"(?:running|going) (?:late|around|behind|out of|to be|to have|to need|to call|to get|to do)",
            r"(?:fans?|dehumidifiers?|equipment|machines?|blowers?) (?:\w+ ){0,3}?(?:running|going)",
            phrase(
                (
                    r"smells?|smoke|odor|soot|gas|crew|guys|someone|somebody|they",
                    r"adjuster|plumber|mold|people|company|guests|smell|family|inspector",
                ),
                r" (?:\w+ ){0,3}?(?:coming|going|spreading|getting)",
            ),
            phrase(
                r"when(?:ever)? (?:it|its|we|i|you|the) (?:\w+ ){0,3}?",
                r"(?:rains?|raining|run|turn|flush|shower|use|takes|storms|pours)",
            ),
            r"every time",
            r"(?:leak|leaks|drips?|seeps?|seeping|water comes in) (?:\w+ ){0,4}?when",
            phrase(
                r"(?:its|is|it is|is it|thats|been|whats|whats|keep|keeps) (?:\w+ )?",
                r"(?:going on|going to|going well|getting worse|coming back)",
            ),
            r"raining (?:outside|out|here|hard|cats)",
            r"rain (?:\w+ ){0,3}(?:coming|forecast\w*) (?:tonight|tomorrow|later|this|on|over)",
            r"get (?:it|them|him|her)",
            r"hot water",
            r"(?:flames?|fire|people|kids?|company|sewage smell) (?:is |are )?coming",
            phrase(
                r"(?:was|were|had been|it) (?:coming|came|pouring|running|leaking) (?:\w+ ){0,4}",
                r"(?:but|until|before|yesterday|last)",
            ),
            r"not (?:\w+ )?coming",
        ),
    ),
    cue(
        Signal.ACTIVE_DRIP,
        1,
        r"(?:slow|small|little|tiny|minor|steady) (?:\w+ )?(?:drip|leak|drips)",
        r"(?:drips?|dripping) (?:\w+ ){0,4}?(?:bucket|pan|bowl|towel)",
        r"(?:bucket|pan|bowl|towel)s? (?:\w+ ){0,3}?(?:under|catching)",
        r"(?:catching|caught) (?:\w+ ){0,3}?(?:in|with) (?:\w+ )?(?:bucket|pan|bowl)",
    ),
    cue(
        Signal.STOPPED,
        2,
        phrase(
            r"(?:shut|turned|cut|shutting|shutoff|switched|closed|cranked|got) (?:\w+ ){0,4}?",
            r"(?:off|valve|the main|main|water off|down|shut ?off)",
        ),
        phrase(
            r"(?:water|it|main|valve|leak|line|everything|pipe|supply|source) (?:\w+ ){0,3}?",
            r"(?:(?:is|was|has|s|got|been|are) ){0,3}(?:\w+ )?",
            (
                r"off|shut off|turned off|stopped|contained|capped",
                r"shut down|isolated|fixed|repaired|plugged|under control",
            ),
        ),
        phrase(
            r"(?:got|have|had) (?:\w+ ){0,3}?",
            r"(?:stopped|shut|capped|fixed|turned off|under control|plugged|contained)",
        ),
        phrase(
            r"(?:stopped|fixed|repaired|capped|replaced|clamped|patched|plugged) (?:\w+ ){0,3}?",
            (
                r"leak|pipe|it|the water|line|valve|that|supply",
                r"hose|toilet|heater|everything|wax ring|fitting",
            ),
        ),
        phrase(
            r"(?:plumber|landlord|super|maintenance|neighbor|husband|wife|he|she|city|they|guy|roofer) ",
            r"(?:\w+ ){0,4}?(?:fixed|repaired|stopped|capped|shut|turned|replaced|clamped|patched)",
        ),
        phrase(
            r"(?:i|we|he|she|they|hubby|husband|wife|plumber|neighbor|guy|super|manager) (?:\w+ )?",
            r"(?:closed|shut|turned|cranked|capped|killed|isolated) (?:it|that|everything|the \w+)",
        ),
        r"stopped",
        r"no longer (?:leaking|running|coming|flooding|flowing)",
        phrase(
            r"(?:not|isnt|aint) (?:\w+ )?",
            r"(?:leaking|running|coming in|flooding|flowing|coming out|active|rising|dripping) (?:\w+ )?",
            r"(?:anymore|any more|now|any longer)?",
        ),
        r"(?:receded|went down|gone down|drained)",
        unless=(
            phrase(
                r"(?:power|electricity|gas|breaker|phone|fan|equipment|tv|service|alarm) (?:\w+ ){0,3}?",
                r"(?:off|down)",
            ),
            phrase(
                (
                    r"cant|couldnt|wont|doesnt|hasnt|havent|isnt stop|unable|dont know|how",
                    r"where|trying|tried|need to|please|until|not able|not stopped|didnt|never",
                ),
                r" (?:\w+ ){0,5}?(?:shut|turn|stop|turned|stopped|off|fixed|get)",
            ),
            r"fire",
            r"(?:blew|came|fell|tore|ripped|popped|broke|snapped|knocked|shot|blown|pulled) (?:\w+ )?off",
            r"not stopp",
            r"stopped by",
        ),
    ),
    cue(
        Signal.WET_NOW,
        2,
        r"standing water",
        r"(?:inch|inches|foot|feet|ankle deep|knee deep|puddles?) ~ (?:water|deep)",
        r"(?:inch|inches|foot|feet|puddles?) (?:\w+ ){0,2}?(?:on|in|across|of it) (?:the|my|our)",
        r"(?:mush|squishy|soggy|sloshy|sloshing|wavy|blistered|swollen|delaminat\w*|sopping)",
        phrase(
            (
                r"soaked|soaking|drenched|saturated|sopping|squishy|squishes|squishing|wet",
                r"damp|under ?water|full of water|flooded|waterlogged|buckling|warping",
            ),
        ),
        r"(?:water|wet) (?:\w+ ){0,4}?(?:everywhere|all over|on the|in the|in my|in our|throughout)",
        rf"(?:basement|{ROOM}) (?:\w+ ){{0,2}}?flooded",
        phrase(
            (
                r"this morning|last night|today|tonight|yesterday|just now|an hour ago",
                r"few hours ago|overnight|woke up|came home|got home|walked in",
            ),
        ),
        r"(?:burst|busted|overflowed|flooded)",
        unless=(
            r"dry now",
            r"(?:is|its|it is|everything is) (?:\w+ )?(?:completely |all |bone )?dry",
            r"dried (?:out|up)",
            r"all dry",
        ),
    ),
    cue(
        Signal.DRY_NOW,
        2,
        phrase(
            r"(?:is|its|it is|everything is|all|was|are|already|been|bone|completely) (?:\w+ )?(?:dry|dried)",
            r"(?! wall)",
        ),
        r"dried (?:out|up|it|everything|on its own)",
        r"(?:mopped|cleaned) (?:\w+ ){0,3}?up (?:and|already)",
        r"not wet",
        r"(?:old|dry) (?:water )?(?:stain|stains|damage)",
        unless=(
            phrase(
                r"(?:need|needs|want|get|have|be|to|getting|until|can you|gets|dont know if) (?:\w+ ){0,3}?",
                r"(?:dry|dried)",
            ),
        ),
    ),
    cue(
        Signal.NO_HURRY,
        2,
        r"no (?:rush|hurry|emergency|big rush|huge rush)",
        phrase(
            r"(?:not|isnt|nothing) (?:\w+ )?",
            r"(?:an emergency|urgent|a rush|emergency|in a hurry|in any hurry|pressing|super urgent)",
        ),
        r"whenever (?:you|its|it is|someone)",
        r"(?:next|in a) (?:week|month|few weeks|couple of weeks|couple weeks)",
        r"(?:at your|your) (?:earliest )?convenience",
        r"(?:no|any) (?:time )?(?:pressure|time frame)",
        r"sometime (?:this|next)",
    ),
    cue(
        Signal.RECENT,
        2,
        phrase(
            (
                r"this morning|last night|today|tonight|yesterday|just (?:now|had|happened|left|put|got)",
                r"(?:an|one|two|three|four|five|six|few|couple|\d+) (?:hours?|minutes?) ago",
                r"overnight|couple hours|earlier (?:today|this)|about \d+ (?:hours|minutes)",
                r"this (?:afternoon|evening)|right now|\d+ (?:am|pm)|(?:one|two|2|1) (?:nights?|days?) ago",
                r"day before yesterday|around midnight|middle of the night|last evening|fire department just",
                phrase(
                    r"just ",
                    (
                        r"\w+ed|broke|burst|found|came|woke|saw|blew|fell|went",
                        r"started|walked|let|took|rusted|now|split|gave|been",
                    ),
                ),
            ),
        ),
        unless=(
            phrase(
                r"just ",
                (
                    r"want|wanted|wondering|curious|need|calling",
                    r"a question|looking|checking|following|in case",
                ),
            ),
            r"just got a",
        ),
    ),
    cue(
        Signal.OLD,
        2,
        phrase(
            r"(?:last|couple|few|several|two|three|four|five|six|\d+) (?:of )?(?:weeks?|months?|years?) ",
            r"(?:ago|back|now)",
        ),
        phrase(
            r"(?:last|past) ",
            (
                r"month|year|winter|spring|summer|fall|january|february|march",
                r"april|may|june|july|august|september|october|november|december",
            ),
        ),
        r"(?:a|about a|over a|almost a) (?:month|year) (?:ago|or so)",
        r"(?:weeks|months|years) (?:ago|now|old)",
        r"(?:couple|few|several) (?:of )?(?:months|years)",
        r"(?:comes and goes|goes away|dries (?:up|out|back))",
        phrase(
            r"(?:in|since|from|back in) ",
            r"(?:january|february|march|april|may|june|july|august|september|october|november|december)",
        ),
        r"(?:a while|long time) (?:ago|back|now)",
        r"for (?:\w+ )?(?:years|months)",
        r"(?:every|each) (?:spring|year|winter|summer|fall|time it rains)",
    ),
    cue(
        Signal.UNLIVABLE,
        3,
        phrase(
            (
                r"cant|can not|couldnt|not able to|unable to|arent allowed to",
                r"not allowed to|wont let us|wont let me|arent able to|nowhere to",
            ),
            r" (?:\w+ )?(?:stay|live|sleep|be|go back|get back|go in|move back|return)",
        ),
        phrase(
            r"(?:at|with|to) (?:my|our|his|her|a) (?:\w+ )?",
            (
                r"sisters?|brothers?|moms?|mothers?|parents?",
                r"daughters?|sons?|friends?|neighbors?|cousins?|aunts?",
            ),
            r" (?:place|house|home|tonight|now|for now)",
        ),
        r"(?:at|to) my place",
        r"(?:is|are|was) (?:\w+ ){0,2}?(?:gone|gutted|destroyed)",
        r"see (?:\w+ ){0,2}?through",
        r"half of (?:it|the house)",
        phrase(
            (
                r"hotel|motel|red cross|displaced|homeless|staying with|unlivable|uninhabitable|not livable",
                r"isnt livable|condemned|red tagged|red tag|totaled|total loss|gutted|evacuated|in the car",
            ),
        ),
        phrase(
            r"(?:roof|wall|window|windows|door|doors|ceiling) (?:\w+ ){0,4}?",
            (
                r"gone|open|broken|missing|busted|burned (?:through|off|away)|smashed|burned out",
                r"blown out|broke|kicked in|knocked out|wide open|exposed|broken out|busted out|chopped",
            ),
        ),
        phrase(
            r"(?:cut|chopped|broke|broken|punched|busted|knocked|smashed|vented|hacked|burned|opened|left) ",
            r"(?:\w+ ){0,4}?(?:holes?|windows?|doors?|roof|wall|it open|wide open)",
        ),
        r"hole (?:\w+ ){0,2}?(?:in|through)",
        r"(?:board(?:ed|ing)? (?:it |the \w+ |up )?up|board up|boarded|secured|tarped)",
        r"(?:wide|left|is|its) open",
        r"burned (?:down|to the ground)",
        phrase(
            r"(?:half|most|part) (?:of )?(?:the|our|my) (?:house|roof|kitchen|home|building) (?:\w+ )?",
            r"(?:is |was )?(?:gone|burned|destroyed)",
        ),
        r"no (?:power|roof|electricity|utilities)",
        r"open to the (?:sky|weather|elements|outside|street)",
        unless=(
            r"open (?:a claim|house|on (?:monday|saturday|sunday)|at|late|for business)",
            r"already boarded",
        ),
    ),
    cue(
        Signal.OPENING,
        3,
        phrase(
            r"hole (?:\w+ ){0,3}?(?:in|through) (?:\w+ ){0,3}?",
            r"(?:roof|wall|ceiling|house|siding|side|garage|window|attic)",
        ),
        r"(?:tree|branch|limb) (?:\w+ ){0,8}?(?:roof|house|attic|bedroom|garage|window|wall|through)",
        phrase(
            r"(?:roof|shingles?|siding|skylight|windows?|wall) (?:\w+ ){0,4}?",
            (
                r"gone|off|open|missing|ripped|torn|peeled|blown|blew",
                r"exposed|broken|smashed|shattered|wide open|busted",
            ),
        ),
        r"open to the (?:sky|weather|elements|outside|street)",
        r"(?:is|are|left|everything) (?:\w+ )?exposed",
        phrase(
            r"(?:peeled|ripped|tore|blew|took|pulled|lifted) (?:\w+ ){0,5}?",
            r"(?:roofing|roof|shingles|siding|decking)",
        ),
        phrase(
            r"(?:need|needs|want|get|come|emergency) (?:\w+ ){0,4}?",
            r"(?:tarp|tarped|board up|boarded up|boarded|boarding|board it up)",
        ),
        r"(?:broken|smashed|busted|shattered) (?:\w+ )?(?:window|windows|door|glass|storefront)",
        r"(?:drove|crashed|plowed|slammed) (?:\w+ ){0,4}?(?:into|through)",
        r"(?:see|seeing) (?:\w+ ){0,3}?(?:daylight|sky|stars|sunlight|clouds|outside)",
        r"(?:took|tore|ripped|peeled|lifted) (?:\w+ ){0,8}?(?:roof|off|house|garage)",
        r"(?:wont|doesnt|cant) (?:\w+ )?(?:lock|close|latch)",
        r"(?:smashed|caved|pushed|knocked) in",
        r"(?:cardboard|plywood|plastic|blanket|tarp) (?:\w+ ){0,3}?(?:over|on|across) (?:it|the)",
    ),
    cue(
        Signal.RAIN_IN,
        3,
        phrase(
            r"(?:rain|raining|rainwater|snow) (?:\w+ ){0,3}?",
            (
                r"coming|pouring|getting|inside|in my|in the|into|falling",
                r"dumping|leaking|entering|blowing|dripping|running",
            ),
            r" (?:\w+ ){0,3}?",
            (
                r"in|through|inside|into|house|attic|bedroom",
                r"living room|kitchen|roof|ceiling|hole|right|down",
            ),
        ),
        phrase(
            r"(?:raining|pouring|storming|dumping) (?:\w+ )?",
            r"(?:in|inside|into|right now|hard|now|on (?:the|my|our|us|everything|top)|outside|out)",
        ),
        r"(?:its|it is|still|and) (?:\w+ )?(?:raining|pouring|storming)",
        phrase(
            r"water (?:\w+ ){0,2}?(?:coming|pouring|leaking|dripping|gushing|getting) (?:\w+ ){0,2}?(?:in )?",
            r"(?:through|from|in|down) (?:\w+ )?(?:roof|skylight|attic|ceiling|hole)",
        ),
        r"roof (?:\w+ ){0,2}?(?:is )?(?:leaking|pouring|dripping)",
        unless=(
            phrase(
                (
                    r"when|whenever|if|every time|before|supposed to|might|forecast",
                    r"going to|calling for|expecting|more rain|next|in case|until",
                ),
                r" (?:\w+ ){0,4}?(?:rains?|raining|storms?|pours?)",
            ),
            r"rain (?:\w+ ){0,4}?(?:tonight|tomorrow|this weekend|later|forecast|coming (?:on|this|next))",
            r"stopped raining",
            r"rain (?:\w+ )?(?:stopped|quit|ended|passed|let up|is over|is done|s done|moved)",
        ),
    ),
    cue(
        Signal.SEWAGE_OVER,
        3,
        phrase(
            r"(?:cleaned|mopped|disinfected|pumped|hosed|washed|bleached|vacced|vacuumed|rinsed|scrubbed) ",
            r"(?:\w+ ){0,3}?(?:up|out|it|everything|the)",
        ),
        r"not anymore",
        r"(?:vacant|empty|unoccupied|nobody lives|no one lives|abandoned|foreclosure)",
        r"(?:drained|went|gone|receded|going) (?:\w+ )?(?:away|back down|down)",
        r"(?:dried|dry)",
    ),
    cue(
        Signal.VULNERABLE,
        2,
        phrase(
            (
                r"newborn|baby|infant|toddler|pregnant|asthma|asthmatic|copd|chemo",
                r"chemotherapy|cancer|immune|immuno\w+|transplant|oxygen|elderly",
                r"lung (?:disease|transplant|condition|problem|problems)",
                r"respiratory|autoimmune|cystic fibrosis|hospice|wheelchair|premature",
                r"preemie|leukemia|dialysis|emphysema|nebulizer|inhaler|allerg\w+|nicu",
            ),
        ),
        phrase(
            (
                r"daycare|day care|preschool|nursing home|assisted living",
                r"hospital|clinic|memory care|infant room|nursery",
            ),
        ),
        phrase(
            r"(?:\d+|eighty|ninety|seventy) ?(?:year|yr) old ",
            r"(?:mother|mom|father|dad|grandmother|grandma|woman|man|lady|parents)",
        ),
        phrase(
            (
                r"getting|been|gets|feeling|kids? (?:is|are)|daughter is",
                r"son is|making (?:us|me|her|him|them|my \w+)",
            ),
            r" (?:\w+ )?(?:sick|coughing|wheezing|headaches|trouble breathing)",
        ),
        r"(?:hospitalized|er|emergency room)",
        unless=(
            phrase(
                r"(?:moved|moving|gone|went|move|into|from) (?:\w+ ){0,3}?",
                r"(?:assisted living|nursing home|memory care|hospice)",
            ),
            r"(?:died|passed|dead|estate)",
        ),
    ),
    cue(
        Signal.DEADLINE,
        2,
        phrase(
            (
                r"opening|open|reopen|reopening|grand opening|closing|close",
                r"move in|moving in|inspection|school starts|reopens|opens",
                r"guests (?:arrive|arriving|coming|checking)",
                r"wedding|event|tenants? (?:moves?|moving) in",
            ),
            r" (?:\w+ ){0,4}?",
            (
                r"monday|tuesday|wednesday|thursday|friday|saturday|sunday|tomorrow|this week",
                r"next week|in (?:\w+ )?(?:days?|week)|weekend|(?:the )?\d+(?:st|nd|rd|th)?",
            ),
        ),
        r"(?:supposed|scheduled|due|set|have) to (?:open|reopen|close|move in)",
        unless=(
            r"your (?:opening|closing)",
            r"open until",
            r"are you open",
        ),
    ),
    cue(
        Signal.LARGE,
        1,
        phrase(
            (
                r"whole|entire|huge|massive|large|big|all (?:over|along|around|the way)|covered",
                r"covering|everywhere|lot of|tons of|bad|severe|extensive|throughout|several rooms",
                r"multiple rooms|floor to ceiling|every(?:where)?|wall to wall|half the|full of",
                r"spreading|\d+ (?:square|sq|feet|foot|by|x)|taken over|loaded|feet|foot",
                r"(?:three|four|five|six|multiple|several|two) (?:walls|rooms|classrooms|units)",
            ),
        ),
    ),
    cue(
        Signal.ANGRY,
        3,
        phrase(
            (
                r"furious|livid|outraged|unacceptable|ridiculous|disgusted|disgusting service|fed up|pissed",
                r"sick of this|sick and tired|absolutely insane|beyond (?:frustrated|angry|upset|mad)",
                r"extremely (?:upset|frustrated|disappointed)",
                r"so (?:angry|mad|upset|frustrated)|worst company|worst experience",
                r"scam artists?|rip ?off|con artists|incompetent|joke|disgrace",
                r"appalling|unbelievable|had it|screaming|crooks|thieves",
            ),
        ),
        phrase(
            (
                r"sue|suing|(?:my|our|a|the) (?:lawyer|attorney)|bbb|better business bureau",
                r"attorney general|news station|channel \d+|one star|bad review",
                r"terrible review|small claims|leave a review|reviews? everywhere|legal action",
            ),
        ),
        r"(?:going to|taking you to|see you in|take you to) court",
        r"(?:ducking|dodging|ghosting|ghosted|avoiding) (?:me|my|us)",
        phrase(
            (
                r"run ?around|hung up on me|been ignored|ignoring (?:me|us|my)|lied to",
                r"lying to|my money back|deposit back|very (?:upset|unhappy|disappointed)",
                r"upset|extremely|out of patience|last straw",
            ),
        ),
        r"(?:file|filing|filed) (?:\w+ )?(?:complaint|with the (?:attorney|state|licensing|board))",
        phrase(
            r"(?:want|need|get me|let me talk to|speak to|speak with) (?:\w+ )?(?:a |the |your )?",
            r"(?:supervisor|manager|owner|boss)(?: \w+)? (?:today|now|right now|immediately)",
        ),
        r"(?:demand|demanding) (?:\w+ ){0,3}?(?:to speak|manager|owner|refund|answers|someone)",
        r"(?:third|fourth|fifth|sixth|tenth|3rd|4th|5th|\d+th) (?:time|call|message|voicemail)",
        r"(?:fucking|bullshit|goddamn|damn it|what the hell|the hell|wtf|asshole|bull crap)",
        phrase(
            r"(?:called|left) (?:\w+ ){0,2}?(?:three|four|five|six|seven|ten|several|multiple|\d+) ",
            r"(?:times|messages|voicemails)",
        ),
        unless=(
            r"not (?:\w+ )?(?:angry|mad|upset|furious)",
            r"power of attorney",
            r"(?:estate|real estate|probate) (?:lawyer|attorney)",
        ),
    ),
    cue(
        Signal.MONEY,
        2,
        phrase(
            (
                r"invoices?|bills?|billing|billed|charged|overcharged|payment|pay|balance",
                r"receipt|refund|statement|lien waiver|w9|credit card|check number|deposit",
            ),
        ),
        unless=(
            r"(?:who is going to|going to have to|ill) pay",
            r"bill (?:the|my) insurance",
            r"pay(?:ing)? out of pocket",
        ),
    ),
)
