"""How soon: what still runs, what is wet, when it happened, who is at risk."""

from __future__ import annotations

from eal.ai.engines.embedded.language.cues import cue
from eal.ai.engines.embedded.lexicon.building_parts import ROOM

URGENCY = (
    cue(
        "active_water",
        3,
        r"""
        (?:water|it|its|pipe|leak|toilet|hose|line|heater|ceiling|everything|thing|rain|main|sprinklers?
        |valve|tank|level) (?:\w+ ){0,4}?(?:is|are|keeps?|still|just|wont stop
        |continues?|continuing|started) (?:\w+ )?(?:to )?(?:pouring
        |gushing|spraying|shooting|running|coming|flooding|rising
        |leaking|flowing|spewing|filling|pumping|raining|rushing|dumping|squirting|spurting|going|come|pour
        |rise|spray|run|leak|seeping|overflowing)
        (?:pouring|gushing|spraying|shooting|spewing|rushing|flooding|blasting|squirting|spurting|raining
        |cascading|streaming|flowing) (?:\w+ )?(?:out|in|down|through|everywhere|all over|from|into|up|water
        |inside|my|the|like)
        (?:still|keeps) (?:\w+ )?(?:coming|pouring|leaking|running|flooding|rising|spraying|gushing|flowing
        |going|dripping|filling|raining)
        (?:cant|can not|couldnt|unable to|dont know how to|not able to|how do i|tried to|havent been able to
        |havent|have not|cannot|not) (?:\w+ )?(?:figure out (?:how|where) (?:\w+ )?)?(?:shut|shutting|turn
        |stop|turned|find|get|close|locate|stopped) (?:\w+ ){0,4}?(?:off|it|shut ?off|valve|water|main
        |to stop|the leak)
        (?:wont|will not|wouldnt|doesnt|isnt|not|hasnt|refuses to) (?:\w+ )?(?:shut off|stop|stopping
        |turn off|close|slowing|stopped|let up|quit|budge|turn)
        (?:dont|do not|no) (?:\w+ )?(?:know|idea|clue) (?:\w+ ){0,3}?(?:shut ?off|valve|main|turn it off)
        (?:valve|shutoff|shut off|knob|handle) (?:\w+ ){0,3}?(?:stuck|frozen|broken|wont|broke off|broke
        |stripped|rusted|seized|snapped|spins?|spinning|doesnt)
        (?:getting|spreading|rising|climbing|getting deeper|deeper|worse) (?:\w+ ){0,2}?(?:worse|fast|deeper
        |higher|by the minute|quickly|every minute|rapidly)
        (?:burst|bursted|busted|broke|exploded|blew|let go) (?:just now|right now|and (?:its|water|theres
        |now|it is))
        (?:just|literally) (?:burst|busted|blew|exploded)
        (?:ceiling|walls?|light|vent|basement|floor drain) ~ (?:is|are) (?:pouring|raining|gushing|leaking
        |dripping|filling|flooding|taking on)
        (?:is|are|its|weve got|theres|were) (?:\w+ )?(?:actively )?(?:flooding|gushing|pouring)
        water (?:is )?(?:\w+ )?coming (?:\w+ ){0,2}?(?:in|through|down|up|out|from|into|under)
        waterfall
        like a (?:fountain|geyser|river|fire hose|faucet)
        cant keep up
        (?:and|is|its|still|keeps) (?:\w+ )?(?:climbing|rising)
        (?:it|valve|handle|knob) (?:\w+ ){0,2}?(?:spins|spinning)
        (?:running|coming|pouring) (?:right )?now
        as we speak
        (?:its|it s|water s|pipe s|thats|theyre|it is) (?:\w+ )?(?:coming (?:in|through|down|up|out|from
        |under)|pouring|gushing|spraying|shooting|flooding|rising|spilling|spewing|filling)
        (?:just|now) (?:going and going|keeps? going|wont quit)
        (?:going and going|nothing happens|not doing anything)
        (?:water|it) (?:is |s )?(?:\w+ )?(?:coming|getting|pouring|running|spilling) (?:in |out )?(?:under
        |through|over|down|into) (?:\w+ )?(?:door|doors|window|windows|wall|walls|stairs|threshold)
        (?:sandbag\w*|bailing|get me pumps|need pumps)
        taking (?:on|in) (?:\w+ )?water
        (?:past|above|over|up to) the (?:first|second|third|bottom|next) (?:stair|step|rung)
        just (?:blasting|gushing|dumping|pouring|spraying|spewing)
        (?:its|and) (?:\w+ )?filling up
        (?:burps?|burping|spits?|spitting|belching|bubbling) (?:\w+ )?(?:up|out|every|water|sewage)
        (?:it|water|leak|pipe) (?:\w+ )?no stop\w*
        (?:its|it is|it|water|thing|has|have) (?:\w+ )?been (?:flowing|running|gushing|pouring|spraying
        |leaking) (?:\w+ )?(?:for|since|all|out|down)
        (?:still )?trying to (?:\w+ )?(?:isolate|shut|stop|find|get|turn|locate|drain
        |close)(?: \w+){0,4} (?:off|isolated|riser|valve|main|shut ?off|water|down|stopped)
        more (?:water|of it) (?:\w+ )?(?:is |keeps )?(?:coming|pouring)
        (?:sump pump|pump) (?:\w+ ){0,4}?(?:cant keep up|not keeping up)
        """,
        r"""
        (?:a|the|was|and|of) shooting
        (?:running|going) (?:late|around|behind|out of|to be|to have|to need|to call|to get|to do)
        (?:fans?|dehumidifiers?|equipment|machines?|blowers?) (?:\w+ ){0,3}?(?:running|going)
        (?:smells?|smoke|odor|soot|gas|crew|guys|someone|somebody|they|adjuster|plumber|mold|people|company
        |guests|smell|family|inspector) (?:\w+ ){0,3}?(?:coming|going|spreading|getting)
        when(?:ever)? (?:it|its|we|i|you|the) (?:\w+ ){0,3}?(?:rains?|raining|run|turn|flush|shower|use
        |takes|storms|pours)
        every time
        (?:leak|leaks|drips?|seeps?|seeping|water comes in) (?:\w+ ){0,4}?when
        (?:its|is|it is|is it|thats|been|whats|whats|keep|keeps) (?:\w+ )?(?:going on|going to|going well
        |getting worse|coming back)
        raining (?:outside|out|here|hard|cats)
        rain (?:\w+ ){0,3}(?:coming|forecast\w*) (?:tonight|tomorrow|later|this|on|over)
        get (?:it|them|him|her)
        hot water
        (?:flames?|fire|people|kids?|company|sewage smell) (?:is |are )?coming
        (?:was|were|had been|it) (?:coming|came|pouring|running|leaking) (?:\w+ ){0,4}(?:but|until|before
        |yesterday|last)
        not (?:\w+ )?coming
        """,
    ),
    cue(
        "active_drip",
        1,
        r"""
        (?:slow|small|little|tiny|minor|steady) (?:\w+ )?(?:drip|leak|drips)
        (?:drips?|dripping) (?:\w+ ){0,4}?(?:bucket|pan|bowl|towel)
        (?:bucket|pan|bowl|towel)s? (?:\w+ ){0,3}?(?:under|catching)
        (?:catching|caught) (?:\w+ ){0,3}?(?:in|with) (?:\w+ )?(?:bucket|pan|bowl)
        """,
    ),
    cue(
        "stopped",
        2,
        r"""
        (?:shut|turned|cut|shutting|shutoff|switched|closed|cranked|got) (?:\w+ ){0,4}?(?:off|valve|the main
        |main|water off|down|shut ?off)
        (?:water|it|main|valve|leak|line|everything|pipe|supply
        |source) (?:\w+ ){0,3}?(?:is |was |has been |has |s |got |been |are )*(?:\w+ )?(?:off
        |shut off|turned off|stopped|contained|capped|shut down
        |isolated|fixed|repaired|plugged|under control)
        (?:got|have|had) (?:\w+ ){0,3}?(?:stopped|shut|capped|fixed|turned off|under control|plugged
        |contained)
        (?:stopped|fixed|repaired|capped|replaced|clamped|patched|plugged) (?:\w+ ){0,3}?(?:leak|pipe|it
        |the water|line|valve|that|supply|hose|toilet|heater|everything|wax ring|fitting)
        (?:plumber|landlord|super|maintenance|neighbor|husband|wife|he|she|city|they|guy
        |roofer) (?:\w+ ){0,4}?(?:fixed|repaired|stopped|capped|shut|turned|replaced|clamped|patched)
        (?:i|we|he|she|they|hubby|husband|wife|plumber|neighbor|guy|super|manager) (?:\w+ )?(?:closed|shut
        |turned|cranked|capped|killed|isolated) (?:it|that|everything|the \w+)
        stopped
        no longer (?:leaking|running|coming|flooding|flowing)
        (?:not|isnt|aint) (?:\w+ )?(?:leaking|running|coming in|flooding|flowing|coming out|active|rising
        |dripping) (?:\w+ )?(?:anymore|any more|now|any longer)?
        (?:receded|went down|gone down|drained)
        """,
        r"""
        (?:power|electricity|gas|breaker|phone|fan|equipment|tv|service|alarm) (?:\w+ ){0,3}?(?:off|down)
        (?:cant|couldnt|wont|doesnt|hasnt|havent|isnt stop|unable|dont know|how|where|trying|tried|need to
        |please|until|not able|not stopped|didnt|never) (?:\w+ ){0,5}?(?:shut|turn|stop|turned|stopped|off
        |fixed|get)
        fire
        (?:blew|came|fell|tore|ripped|popped|broke|snapped|knocked|shot|blown|pulled) (?:\w+ )?off
        not stopp
        stopped by
        """,
    ),
    cue(
        "wet_now",
        2,
        rf"""
        standing water
        (?:inch|inches|foot|feet|ankle deep|knee deep|puddles?) ~ (?:water|deep)
        (?:inch|inches|foot|feet|puddles?) (?:\w+ ){{0,2}}?(?:on|in|across|of it) (?:the|my|our)
        (?:mush|squishy|soggy|sloshy|sloshing|wavy|blistered|swollen|delaminat\w*|sopping)
        (?:soaked|soaking|drenched|saturated|sopping|squishy|squishes|squishing|wet|damp|under ?water
        |full of water|flooded|waterlogged|buckling|warping)
        (?:water|wet) (?:\w+ ){{0,4}}?(?:everywhere|all over|on the|in the|in my|in our|throughout)
        (?:basement|{ROOM}) (?:\w+ ){{0,2}}?flooded
        (?:this morning|last night|today|tonight|yesterday|just now|an hour ago|few hours ago|overnight
        |woke up|came home|got home|walked in)
        (?:burst|busted|overflowed|flooded)
        """,
        r"""
        dry now
        (?:is|its|it is|everything is) (?:\w+ )?(?:completely |all |bone )?dry
        dried (?:out|up)
        all dry
        """,
    ),
    cue(
        "dry_now",
        2,
        r"""
        (?:is|its|it is|everything is|all|was|are|already|been|bone|completely) (?:\w+ )?(?:dry
        |dried)(?! wall)
        dried (?:out|up|it|everything|on its own)
        (?:mopped|cleaned) (?:\w+ ){0,3}?up (?:and|already)
        not wet
        (?:old|dry) (?:water )?(?:stain|stains|damage)
        """,
        r"""
        (?:need|needs|want|get|have|be|to|getting|until|can you|gets|dont know if) (?:\w+ ){0,3}?(?:dry|dried)
        """,
    ),
    cue(
        "no_hurry",
        2,
        r"""
        no (?:rush|hurry|emergency|big rush|huge rush)
        (?:not|isnt|nothing) (?:\w+ )?(?:an emergency|urgent|a rush|emergency|in a hurry|in any hurry
        |pressing|super urgent)
        whenever (?:you|its|it is|someone)
        (?:next|in a) (?:week|month|few weeks|couple of weeks|couple weeks)
        (?:at your|your) (?:earliest )?convenience
        (?:no|any) (?:time )?(?:pressure|time frame)
        sometime (?:this|next)
        """,
    ),
    cue(
        "recent",
        2,
        r"""
        (?:this morning|last night|today|tonight|yesterday|just (?:now|had|happened|left|put|got)|(?:an|one
        |two|three|four|five|six|few|couple|\d+) (?:hours?|minutes?) ago|overnight|couple hours
        |earlier (?:today|this)|about \d+ (?:hours|minutes)|this (?:afternoon|evening)|right now|\d+ (?:am
        |pm)|(?:one|two|2|1) (?:nights?|days?) ago|day before yesterday|around midnight|middle of the night
        |last evening|fire department just|just (?:\w+ed|broke|burst|found|came|woke|saw|blew|fell|went
        |started|walked|let|took|rusted|now|split|gave|been))
        """,
        """
        just (?:want|wanted|wondering|curious|need|calling|a question|looking|checking|following|in case)
        just got a
        """,
    ),
    cue(
        "old",
        2,
        r"""
        (?:last|couple|few|several|two|three|four|five|six|\d+) (?:of )?(?:weeks?|months?|years?) (?:ago
        |back|now)
        (?:last|past) (?:month|year|winter|spring|summer|fall|january|february|march|april|may|june|july
        |august|september|october|november|december)
        (?:a|about a|over a|almost a) (?:month|year) (?:ago|or so)
        (?:weeks|months|years) (?:ago|now|old)
        (?:couple|few|several) (?:of )?(?:months|years)
        (?:comes and goes|goes away|dries (?:up|out|back))
        (?:in|since|from|back in) (?:january|february|march|april|may|june|july|august|september|october
        |november|december)
        (?:a while|long time) (?:ago|back|now)
        for (?:\w+ )?(?:years|months)
        (?:every|each) (?:spring|year|winter|summer|fall|time it rains)
        """,
    ),
    cue(
        "unlivable",
        3,
        r"""
        (?:cant|can not|couldnt|not able to|unable to|arent allowed to|not allowed to|wont let us
        |wont let me|arent able to|nowhere to) (?:\w+ )?(?:stay|live|sleep|be|go back|get back|go in
        |move back|return)
        (?:at|with|to) (?:my|our|his|her|a) (?:\w+ )?(?:sisters?|brothers?|moms?|mothers?|parents?
        |daughters?|sons?|friends?|neighbors?|cousins?|aunts?) (?:place|house|home|tonight|now|for now)
        (?:at|to) my place
        (?:is|are|was) (?:\w+ ){0,2}?(?:gone|gutted|destroyed)
        see (?:\w+ ){0,2}?through
        half of (?:it|the house)
        (?:hotel|motel|red cross|displaced|homeless|staying with|unlivable|uninhabitable|not livable
        |isnt livable|condemned|red tagged|red tag|totaled|total loss|gutted|evacuated|in the car)
        (?:roof|wall|window|windows|door|doors|ceiling) (?:\w+ ){0,4}?(?:gone|open|broken|missing|busted
        |burned (?:through|off|away)|smashed|burned out|blown out|broke|kicked in|knocked out|wide open
        |exposed|broken out|busted out|chopped)
        (?:cut|chopped|broke|broken|punched|busted|knocked|smashed|vented|hacked|burned|opened
        |left) (?:\w+ ){0,4}?(?:holes?|windows?|doors?|roof|wall|it open|wide open)
        hole (?:\w+ ){0,2}?(?:in|through)
        (?:board(?:ed|ing)? (?:it |the \w+ |up )?up|board up|boarded|secured|tarped)
        (?:wide|left|is|its) open
        burned (?:down|to the ground)
        (?:half|most|part) (?:of )?(?:the|our|my) (?:house|roof|kitchen|home
        |building) (?:\w+ )?(?:is |was )?(?:gone
        |burned|destroyed)
        no (?:power|roof|electricity|utilities)
        open to the (?:sky|weather|elements|outside|street)
        """,
        "open (?:a claim|house|on (?:monday|saturday|sunday)|at|late|for business)|already boarded",
    ),
    cue(
        "opening",
        3,
        r"""
        hole (?:\w+ ){0,3}?(?:in|through) (?:\w+ ){0,3}?(?:roof|wall|ceiling|house|siding|side|garage|window
        |attic)
        (?:tree|branch|limb) (?:\w+ ){0,8}?(?:roof|house|attic|bedroom|garage|window|wall|through)
        (?:roof|shingles?|siding|skylight|windows?|wall) (?:\w+ ){0,4}?(?:gone|off|open|missing|ripped|torn
        |peeled|blown|blew|exposed|broken|smashed|shattered|wide open|busted)
        open to the (?:sky|weather|elements|outside|street)
        (?:is|are|left|everything) (?:\w+ )?exposed
        (?:peeled|ripped|tore|blew|took|pulled|lifted) (?:\w+ ){0,5}?(?:roofing|roof|shingles|siding|decking)
        (?:need|needs|want|get|come|emergency) (?:\w+ ){0,4}?(?:tarp|tarped|board up|boarded up|boarded
        |boarding|board it up)
        (?:broken|smashed|busted|shattered) (?:\w+ )?(?:window|windows|door|glass|storefront)
        (?:drove|crashed|plowed|slammed) (?:\w+ ){0,4}?(?:into|through)
        (?:see|seeing) (?:\w+ ){0,3}?(?:daylight|sky|stars|sunlight|clouds|outside)
        (?:took|tore|ripped|peeled|lifted) (?:\w+ ){0,8}?(?:roof|off|house|garage)
        (?:wont|doesnt|cant) (?:\w+ )?(?:lock|close|latch)
        (?:smashed|caved|pushed|knocked) in
        (?:cardboard|plywood|plastic|blanket|tarp) (?:\w+ ){0,3}?(?:over|on|across) (?:it|the)
        """,
    ),
    cue(
        "rain_in",
        3,
        r"""
        (?:rain|raining|rainwater|snow) (?:\w+ ){0,3}?(?:coming|pouring|getting|inside|in my|in the|into
        |falling|dumping|leaking|entering|blowing|dripping|running) (?:\w+ ){0,3}?(?:in|through|inside|into
        |house|attic|bedroom|living room|kitchen|roof|ceiling|hole|right|down)
        (?:raining|pouring|storming|dumping) (?:\w+ )?(?:in|inside|into|right now|hard|now|on (?:the|my|our
        |us|everything|top)|outside
        |out)
        (?:its|it is|still|and) (?:\w+ )?(?:raining|pouring|storming)
        water (?:\w+ ){0,2}?(?:coming|pouring|leaking|dripping|gushing
        |getting) (?:\w+ ){0,2}?(?:in )?(?:through|from|in|down) (?:\w+ )?(?:roof|skylight|attic|ceiling
        |hole)
        roof (?:\w+ ){0,2}?(?:is )?(?:leaking|pouring|dripping)
        """,
        r"""
        (?:when|whenever|if|every time|before|supposed to|might|forecast|going to|calling for|expecting
        |more rain|next|in case|until) (?:\w+ ){0,4}?(?:rains?|raining|storms?|pours?)
        rain (?:\w+ ){0,4}?(?:tonight|tomorrow|this weekend|later|forecast|coming (?:on|this|next))
        stopped raining
        rain (?:\w+ )?(?:stopped|quit|ended|passed|let up|is over|is done|s done|moved)
        """,
    ),
    cue(
        "sewage_over",
        3,
        r"""
        (?:cleaned|mopped|disinfected|pumped|hosed|washed|bleached|vacced|vacuumed|rinsed
        |scrubbed) (?:\w+ ){0,3}?(?:up|out|it|everything|the)
        not anymore
        (?:vacant|empty|unoccupied|nobody lives|no one lives|abandoned|foreclosure)
        (?:drained|went|gone|receded|going) (?:\w+ )?(?:away|back down|down)
        (?:dried|dry)
        """,
    ),
    cue(
        "vulnerable",
        2,
        r"""
        (?:newborn|baby|infant|toddler|pregnant|asthma|asthmatic|copd|chemo|chemotherapy|cancer|immune
        |immuno\w+|transplant|oxygen|elderly|lung (?:disease|transplant|condition|problem|problems)
        |respiratory|autoimmune|cystic fibrosis|hospice|wheelchair|premature|preemie|leukemia|dialysis
        |emphysema|nebulizer|inhaler|allerg\w+|nicu)
        (?:daycare|day care|preschool|nursing home|assisted living|hospital|clinic|memory care|infant room
        |nursery)
        (?:\d+|eighty|ninety|seventy) ?(?:year|yr) old (?:mother|mom|father|dad|grandmother|grandma|woman
        |man|lady|parents)
        (?:getting|been|gets|feeling|kids? (?:is|are)|daughter is|son is|making (?:us|me|her|him|them
        |my \w+)) (?:\w+ )?(?:sick|coughing|wheezing|headaches|trouble breathing)
        (?:hospitalized|er|emergency room)
        """,
        r"""
        (?:moved|moving|gone|went|move|into|from) (?:\w+ ){0,3}?(?:assisted living|nursing home|memory care
        |hospice)
        (?:died|passed|dead|estate)
        """,
    ),
    cue(
        "deadline",
        2,
        r"""
        (?:opening|open|reopen|reopening|grand opening|closing|close|move in|moving in|inspection
        |school starts|reopens|opens|guests (?:arrive|arriving|coming|checking)|wedding|event
        |tenants? (?:moves?|moving) in) (?:\w+ ){0,4}?(?:monday|tuesday|wednesday|thursday|friday|saturday
        |sunday|tomorrow|this week|next week|in (?:\w+ )?(?:days?|week)|weekend|(?:the )?\d+(?:st|nd|rd
        |th)?)
        (?:supposed|scheduled|due|set|have) to (?:open|reopen|close|move in)
        """,
        "your (?:opening|closing)|open until|are you open",
    ),
    cue(
        "large",
        1,
        r"""
        (?:whole|entire|huge|massive|large|big|all (?:over|along|around|the way)|covered|covering|everywhere
        |lot of|tons of|bad|severe|extensive|throughout|several rooms|multiple rooms|floor to ceiling
        |every(?:where)?|wall to wall|half the|full of|spreading|\d+ (?:square|sq|feet|foot|by|x)|taken over
        |loaded|feet|foot|(?:three|four|five|six|multiple|several|two) (?:walls|rooms|classrooms|units))
        """,
    ),
    cue(
        "angry",
        3,
        r"""
        (?:furious|livid|outraged|unacceptable|ridiculous|disgusted|disgusting service|fed up|pissed
        |sick of this|sick and tired|absolutely insane|beyond (?:frustrated|angry|upset|mad)
        |extremely (?:upset|frustrated|disappointed)|so (?:angry|mad|upset|frustrated)|worst company
        |worst experience|scam artists?|rip ?off|con artists|incompetent|joke|disgrace|appalling
        |unbelievable|had it|screaming|crooks|thieves)
        (?:sue|suing|(?:my|our|a|the) (?:lawyer|attorney)|bbb|better business bureau|attorney general
        |news station|channel \d+|one star|bad review|terrible review|small claims|leave a review
        |reviews? everywhere|legal action)
        (?:going to|taking you to|see you in|take you to) court
        (?:ducking|dodging|ghosting|ghosted|avoiding) (?:me|my|us)
        (?:run ?around|hung up on me|been ignored|ignoring (?:me|us|my)|lied to|lying to|my money back
        |deposit back|very (?:upset|unhappy|disappointed)|upset|extremely|out of patience|last straw)
        (?:file|filing|filed) (?:\w+ )?(?:complaint|with the (?:attorney|state|licensing|board))
        (?:want|need|get me|let me talk to|speak to|speak with) (?:\w+ )?(?:a |the |your )?(?:supervisor
        |manager|owner|boss)(?: \w+)? (?:today|now|right now|immediately)
        (?:demand|demanding) (?:\w+ ){0,3}?(?:to speak|manager|owner|refund|answers|someone)
        (?:third|fourth|fifth|sixth|tenth|3rd|4th|5th|\d+th) (?:time|call|message|voicemail)
        (?:fucking|bullshit|goddamn|damn it|what the hell|the hell|wtf|asshole|bull crap)
        (?:called|left) (?:\w+ ){0,2}?(?:three|four|five|six|seven|ten|several|multiple|\d+) (?:times
        |messages|voicemails)
        """,
        r"""
        not (?:\w+ )?(?:angry|mad|upset|furious)
        power of attorney
        (?:estate|real estate|probate) (?:lawyer|attorney)
        """,
    ),
    cue(
        "money",
        2,
        r"""
        (?:invoices?|bills?|billing|billed|charged|overcharged|payment|pay|balance|receipt|refund|statement
        |lien waiver|w9|credit card|check number|deposit)
        """,
        "(?:who is going to|going to have to|ill) pay|bill (?:the|my) insurance|pay(?:ing)? out of pocket",
    ),
)
