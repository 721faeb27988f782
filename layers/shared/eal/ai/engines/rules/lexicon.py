"""The words of the trade, by what they speak for.

Weights: 1 mentions the subject, 2 points to it, 3 and more says it.
"""

from __future__ import annotations

from eal.ai.engines.rules.cues import cue

_ROOM = (
    r"(?:basement|kitchen|bathroom|bedroom|living room|laundry room|garage|house|home|condo|apartment|unit"
    r"|office|store|restaurant|building|crawl ?space|hallway|dining room|closet|den|attic|ceiling|walls?"
    r"|floors?|carpets?|hardwoods?|lobby|warehouse|church|school|clinic|salon|shop|suite|place|room"
    r"|downstairs|upstairs|cabinets?|drywall|rug|utility room|sheetrock)"
)

LOSS = (
    # --- water
    cue(
        "water",
        3,
        rf"""
        (?:pipe|pipes|supply line|water line|waterline|hose|water main|main line|fitting|valve|line|radiator
        |boiler|spigot|sprinkler|sprinkler head|hot water heater|water heater|tank|washing machine|washer
        |dishwasher|ice ?maker|refrigerator|fridge|faucet|sink|tub|bathtub|shower|hvac|ac|a c
        |air conditioner|aquarium|fish tank|waterbed|pool|humidifier|toilet)s? ~ (?:burst|bursted|busted
        |broke|broken|popped|shot off|sprung a leak|sprang a leak|cant keep up|went under|tipped over
        |spraying|spewing|gushing|leaked|leaking|leaks|leak|froze|cracked|split|exploded|overflowed
        |overflowing|ruptured|let go|flooded|blew|gave out|spraying|failed|went off|snapped|popped off
        |came off|came loose|separated|dripping|pouring|dumped|running over|overflow|ran over|gushing
        |shooting|going off)
        (?:burst|busted|broken|frozen|leaking|cracked|ruptured) (?:\w+ )?(?:pipe|pipes|water line
        |supply line|water heater|hot water heater|hose|toilet|water main|main)
        (?:basement|{_ROOM}|everything|place) (?:\w+ ){{0,3}}?(?:flooded|flooding|floods|soggy|sodden
        |waterlogged|squelching|soaked|drenched|under ?water|full of water|saturated|wet|soaking|sopping
        |squishy|squishing|swimming)
        (?:flooded|flooding|soggy|sodden|damp|soaked|wet|drenched|soaking wet
        |saturated) (?:\w+ ){{0,2}}?{_ROOM}
        (?:water|leak) (?:\w+ ){{0,4}}?(?:pouring|coming|gushing|spraying|everywhere|leaking|dripping
        |running|rising|seeping|all over|came|got|in|standing|inches|going|soaked|through|shooting|flowing
        |raining|pooling|spewing|bubbling|rushing|trickling|entering)
        (?:inch|inches|foot|feet|couple inches|ankle deep|knee deep|puddles?|pool|pools|gallons
        |an inch) ~ water
        standing water
        (?:our|the|a|city|street) main (?:\w+ )?(?:broke|burst|is broken|busted|blew)
        (?:theres|there is|have|had|got|found|noticed|see|seeing|a|big|water|slow|small|pretty bad
        |bad) (?:\w+ )?leak
        leaking (?:through|from|into|all over|everywhere|behind|under|down|out)
        flooded out
        (?:took|taking|take|takes) (?:in|on) (?:\w+ ){{0,3}}?(?:inch|inches|foot|feet|water)
        slab leak
        ice dam\w*
        (?:weeps|weeping|seeps|seeping|seepage)
        flooding
        flood ?waters?
        (?:inch|inches|foot|feet) deep
        up to (?:my|our|the) (?:ankles?|shins?|knees?|waist|calves|thighs?)
        (?:like a|a) (?:fountain|geyser|waterfall|river|lake|swimming pool)
        (?:sump|sump pump|pump) cant keep up
        (?:it|we|everything|place|whole \w+|weve|have) (?:\w+ ){{0,2}}?(?:flooded|flooding)
        sump pump ~ (?:failed|quit|died|stopped|broke|not working|isnt working|went out|gave out|burned out
        |cant keep up|out)
        water extraction
        (?:extract|pump|suck|vacuum|get) ~ water (?:out|up)
        dry (?:it|everything|the \w+|this|us|things|my \w+|our \w+) out
        dry ?out
        drips?
        dripping
        (?:condensate|condensation|drain) (?:line|pan|pump) (?:\w+ ){{0,3}}?(?:clogged|overflowed
        |overflowing|backed|failed|leaked|leaking)
        (?:pump|pumped|pumping) (?:\w+ ){{0,2}}?out
        (?:water|wet) (?:\w+ ){{0,5}}?(?:ceiling|basement|kitchen|bathroom|wall|walls|floor|floors|carpet
        |hallway|garage|stairs|stairwell|crawl ?space|lobby|attic|closet|laundry)
        (?:inch|inches|foot|feet) (?:\w+ ){{0,2}}?in (?:the|my|our) (?:basement|garage|crawl ?space|kitchen
        |house)
        """,
        r"""
        flood of (?:calls|emails|requests|people|customers|applicants)
        flooded with (?:calls|emails|requests|work|leads)
        flooding (?:you|your) with
        water damage (?:leads|seo|marketing|jobs|restoration (?:companies|company|leads))
        leads
        gas leak
        sewage
        water (?:bill|heater installed|softener|filter|delivery|park)
        flood (?:season|insurance|zone|policy)
        """,
    ),
    cue(
        "water",
        2,
        r"""
        flood
        water (?:loss|mitigation|intrusion|claim|stain|stains|remediation|removal|cleanup|clean up|emergency)
        water leak
        leak
        leaked
        burst
        overflowed
        moisture
        damp
        pipe
        wet
        """,
        r"""
        gas (?:\w+ ){0,3}leak
        flood of
        flood insurance
        flooded with
        leads
        wet paint
        wet wipes
        """,
    ),
    cue(
        "water",
        1.2,
        "water damage|water restoration|water",
        r"""
        water heater (?:company|sales|install\w*)
        water bill
        water softener
        """,
    ),
    # --- sewage
    cue(
        "sewage",
        5,
        r"""
        (?:raw )?sewage
        (?:sewer|septic|main line|main drain|drain|drains|toilets?|sewer line|sewage|grease trap|tub|shower
        |storm drain) ~ (?:backed|backing|backs|bubbling|gurgling|coming up|came up|comes up
        |overflowing with (?:poop|feces|waste)|backup|back up|coming back up|came back up|regurgitating)
        (?:backed|backing|coming|came|comes) up (?:\w+ ){0,4}?(?:drain|drains|toilet|toilets|tub|shower|sink
        |sewer|septic|pipes|floor drain)
        (?:sewer|septic|sewage|drain) (?:back ?up|overflow|water|spill|line break|line broke)
        (?:poop|feces|fecal|waste water|wastewater|black water|blackwater|poo|crap|human waste|toilet water
        |excrement|turds) (?:\w+ ){0,6}?(?:floor|carpet|basement|everywhere|in|up|out|on|all|coming|hall
        |hallway|bathroom|tub)
        (?:category|cat) (?:3|three)
        (?:not just|isnt just|more than just|not only) water
        cant use (?:\w+ ){0,2}?(?:bathrooms?|toilets?|plumbing)
        toilets? ~ (?:overflowed|overflowing|overflow) (?:\w+ ){0,5}?(?:poop|waste|feces|sewage|stuff in it
        |nasty|brown|dirty|everything)
        """,
        r"""
        (?:dog|cat|mouse|mice|rat|bat|bird|pigeon|raccoon) (?:poop|feces|waste|crap|droppings)
        """,
    ),
    cue(
        "sewage",
        2,
        r"""
        sewer
        septic
        smells? like (?:poop|sewage|sewer|crap|shit)
        brown water
        toilet paper (?:\w+ )?(?:floating|everywhere|on)
        """,
        r"""
        sewer gas
        """,
    ),
    # --- fire
    cue(
        "fire",
        4,
        r"""
        (?:house|kitchen|grease|garage|electrical|dryer|stove|apartment|structure|attic|chimney|building
        |oven|shed|small|big|bad|stovetop|cooking|microwave|lint|furnace|bedroom|basement|restaurant|candle
        |space heater|lithium battery|battery|car|trash|wild) ?fires?
        (?:had|have|was|been|after|from|of|because of|due to|there was|theres been|got|in|suffered
        |with) (?:an? |the |our |this |that )?(?:\w+ )?fire
        (?:house|home|kitchen|garage|building|place|unit|apartment|room|stove|oven|dryer|roof|it|store|shed
        |curtains?|pan|toaster|outlet) (?:\w+ ){0,2}?(?:caught (?:on )?fire|burned|burnt|burned down
        |caught)
        caught (?:on )?fire
        fire damage (?:in|to|at|on)
        fire (?:at|in) (?:my|our|the|a)
        (?:soot|sooty) (?:\w+ ){0,4}?(?:on|all|everywhere|in|over|covering|covers|walls|ceiling)
        (?:smoke|soot) damage
        smoke (?:and|or) soot
        puff ?back
        (?:smoke|smoky|smokey) (?:smell|odor) (?:\w+ ){0,4}?(?:in|from|house|clothes|everything|throughout)
        (?:smells?|smelling|reeks?) (?:\w+ )?(?:like |of )(?:smoke|a campfire|campfire|burnt|soot)
        (?:everything|house|place|whole \w+) (?:\w+ ){0,3}?(?:covered in|full of|black with
        |black from) (?:soot|smoke)
        fire department (?:\w+ ){0,5}?(?:put it out|put out|cut|broke|chopped|knocked|just left|left
        |vented|axed)
        burned (?:down|up|out|half|part|the)
        fire last night
        fire (?:started|broke out|burned|destroyed|gutted)
        """,
        r"""
        fire (?:department|dept|truck|marshal|alarm|sprinkler|extinguisher|chief|hydrant) (?:is coming
        |came because)
        fire (?:sprinkler|hydrant|extinguisher|alarm inspection|protection company)
        (?:next door|neighbors?|upstairs unit|above us) (?:\w+ ){0,6}?(?:fire|burned)
        fire (?:\w+ ){0,3}?(?:next door|upstairs|above us|neighbors?|two doors)
        fired
        fire and water
        firefighting
        leads
        """,
    ),
    cue(
        "fire",
        2,
        "fire|smoke damage|soot|smoke|burned|burnt|ash",
        r"""
        fire (?:sprinkler|department|dept|truck|marshal|alarm|extinguisher|hydrant)
        smoke (?:alarm|detector|break)
        (?:next door|neighbors?) (?:\w+ ){0,6}?(?:fire|burned)
        fire (?:\w+ ){0,3}?(?:next door|upstairs|above us|neighbors?|two doors)
        dumpster fire
        fireplace
        (?:dont|doesnt|no one|nobody|i) smokes?
        gas
        """,
    ),
    cue("fire", 1, "fire damage|fire restoration|smoke"),
    # --- mold
    cue(
        "mold",
        4,
        r"""
        (?:found|see|saw|seeing|have|has|had|theres|there is|got|noticed|discovered|growing|is|its|some
        |lot of|bunch of|black|white|green|visible|possible|suspect|suspected|toxic|like|think its|came back
        |for|about|of|the|with|positive for|more|be) (?:\w+ ){0,3}?(?:mold|mildew|fungus)
        mold (?:\w+ )?(?:in|on|under|behind|growing|everywhere|all|issue|problem|inspection|test|testing
        |remediation|removal|coming|growth|assessment|report|spores|treated|removed|cleaned|remediated
        |around|along)
        moldy
        mildewy
        musty
        (?:fuzzy|white|black|green|dark|visible|strange|furry|some) (?:\w+ )?growth
        growth (?:\w+ )?(?:on|along|behind|under|in) (?:the|my|our|a)
        (?:microbial|fungal) growth
        spore\w*
        (?:black|fuzzy|green|dark) (?:stuff|spots|fuzz|specks|splotches|patches|gunk) (?:\w+ ){0,3}?(?:in
        |on|under|behind|growing|along|all|around|coming|near|over)
        air quality (?:test|testing)
        """,
        r"""
        (?:if|before|so|prevent|avoid|worried about|get|turn into|turns into|turning into|dont want
        |afraid of|concerned about|start getting|start) (?:\w+ ){0,4}?mold
        mold (?:starts?|to start|gets? in|sets in|is going to|will)
        mold (?:leads|jobs)
        leads
        """,
    ),
    cue("mold", 2, "mold|mildew", "leads"),
    # --- storm
    cue(
        "storm",
        4,
        r"""
        (?:tree|branch|limb|oak|pine|maple|trunk|elm) ~ (?:fell|fallen|came|crashed|landed|on|hit|through
        |down|smashed|crushed|went|punched|sitting|toppled|fall)
        (?:roof|shingles?|siding|tarp|flashing|skylight|soffit|window|windows|gutters?) ~ (?:blew|blown
        |ripped|torn|tore|peeled|came off|flew|missing|gone|blowing|lifted|gone|damaged by
        |knocked out) (?:\w+ ){0,2}?(?:off|away|open|up|in|out|by|from|half|part|shingles)?
        (?:wind|hail|storm|tornado|hurricane|microburst|derecho|lightning
        |straight line winds) (?:\w+ ){0,4}?(?:damage|damaged|took|ripped|tore|blew|hit|struck|knocked
        |peeled|came through|broke|destroyed|threw|went through|smashed|got|rolled through|dented)
        (?:storm|hail|wind) damage
        hole in (?:the|my|our) (?:\w+ )?roof
        (?:tarp|tarped|tarping|emergency tarp)
        (?:rain|raining) (?:\w+ ){0,3}?(?:coming|pouring|getting|come|inside|in my|in the|into|falling
        |dumping|leaking|entering) (?:\w+ ){0,3}?(?:in|through|inside|into|house|attic|bedroom|living room
        |kitchen|roof|ceiling|hole)
        lost (?:\w+ ){0,4}?(?:roof|shingles)
        (?:hail|wind|thunder|ice )?storms? (?:\w+ ){0,4}?(?:came|hit|rolled|blew|went|passed) through
        (?:siding|roof|shingles|gutters?) (?:\w+ ){0,3}?(?:dented|dinged|pelted|beat up|cracked|loose)
        (?:smashed|hit|broken|damaged|struck|crushed|blown) (?:\w+ )?by (?:\w+ ){0,2}?(?:tree|limb|branch
        |storm|winds?|hail|lightning|tornado)
        in (?:the|that|this|last) (?:\w+ ){0,2}?(?:storm|storms|hail|windstorm|hailstorm|tornado|hurricane)
        roof (?:\w+ ){0,3}?(?:is gone|caved in|got damaged|leak|leaks|leaking|leaked|open|opened up|exposed)
        """,
        r"""
        (?:car|truck|vehicle|suv|driver|van) ~ (?:drove|crashed|hit|ran|plowed|slammed|into|through)
        fire
        burned
        """,
    ),
    cue(
        "storm",
        1.5,
        "storms?|hailstorm|windstorm|thunderstorm|tornado|hurricane|hail|winds?|roof|tree",
        "storm drain|fire",
    ),
    # --- biohazard
    cue(
        "biohazard",
        6,
        r"""
        (?:crime|trauma|death|suicide|accident|murder|homicide|shooting|unattended death) (?:scene|clean ?up
        |cleanup)
        unattended death
        (?:committed|attempted) suicide
        suicide
        took (?:his|her|their) own (?:life|lives)
        (?:hanged|hung) (?:himself|herself)
        overdosed
        (?:passed away|died|dead|deceased|found dead|shot (?:himself|herself|themselves)|killed (?:himself
        |herself)|body) (?:\w+ ){0,12}?(?:in (?:the|his|her|their|our|my|a) (?:\w+ )?(?:home|house|apartment
        |bed|bedroom|bathroom|unit|room|garage|recliner|chair|tub|hallway|living room|basement|car)
        |for (?:\w+ ){0,3}?(?:days|weeks|week)|wasnt found|werent found|not found|until|found)
        (?:wasnt|werent|not) found for
        decompos\w+
        (?:died|passed away|passed|death) (?:\w+ ){0,3}?(?:alone|at home|in (?:the|his|her|their)|there
        |upstairs|unattended)
        (?:his|her|the|a) body
        human remains
        bodily fluids?
        (?:blood) (?:\w+ ){0,4}?(?:on|everywhere|all|in|clean ?up|floor|carpet|walls?|stain|stains|spill)
        (?:clean|cleaning|clean up|cleaned) (?:\w+ ){0,4}?(?:blood|body|needles|feces)
        bio ?hazard
        (?:hoarding|hoarder|hoarded|hoarders)
        (?:rat|rats|mouse|mice|bat|bats|pigeon|raccoon|raccoons|rodent|rodents|squirrel|bird|cat|dog
        |animal) (?:\w+ ){0,2}?(?:droppings|feces|urine|poop|waste|guano|crap|pee)
        guano
        (?:needles|syringes|meth|fentanyl|tear gas)
        stabb(?:ed|ing)
        (?:a|the|that|drive by|was a) shooting
        (?:shooting|shot) (?:victim|scene|death)
        (?:body|bodily|decomp\w*) fluids?
        fluids? (?:\w+ ){0,3}?(?:came|leaked|leaking|soaked|seeped|dripped|coming)
        (?:police|coroner|medical examiner) (?:\w+ ){0,3}?(?:released|cleared|took the body|left the scene
        |are done with)
        """,
        r"""
        (?:blood (?:pressure|test|work|drive))
        (?:passed away|died) (?:last year|years ago|a few years)
        shooting (?:water|video|photos)
        leads
        """,
    ),
    # --- rebuild
    cue(
        "rebuild",
        5,
        r"""
        rebuild
        rebuilding
        rebuilt
        reconstruct\w*
        (?:put|putting) (?:\w+ ){0,5}?back (?:together|up|in)
        put ?back
        build ?back
        repairs? (?:\w+ ){0,4}?(?:after|now that|part|phase|side)
        (?:replace|replaced|install|hang|redo|redone|reinstall|new|patch|repair
        |fix) (?:\w+ ){0,3}?(?:drywall|sheetrock|cabinets|flooring|floors|insulation|baseboards?|trim
        |ceiling|kitchen|bathroom|walls?)
        (?:drywall|flooring|cabinets|kitchen|floors|ceiling|bathroom|walls?) (?:\w+ ){0,3}?(?:replaced
        |redone|reinstalled|put back|repaired|patched|rebuilt)
        (?:mitigation|demo|dry ?out|drying|remediation|tear ?out) (?:\w+ ){0,6}?(?:done|finished|complete
        |completed|already|over|out)
        down to (?:the )?(?:studs|subfloor)
        general contractor
        gutted
        """,
        r"""
        before (?:\w+ ){0,4}?(?:drywall|repair)
        drywall (?:crew|subcontractor|sub) looking
        """,
    ),
    cue(
        "rebuild",
        2,
        "drywall|cabinets|flooring|repairs|contractor|restore",
        r"""
        wet
        soaked
        water (?:\w+ ){0,3}?(?:through|behind|in)
        leads
        """,
    ),
    # --- other work that somebody may ask of us
    cue(
        "opening",
        4,
        r"""
        (?:car|truck|vehicle|suv|driver|van|bus) ~ (?:drove|crashed|hit|ran|plowed|slammed|went|into|through
        |backed)
        (?:drove|crashed|plowed|slammed) (?:\w+ ){0,4}?(?:into|through) (?:\w+ ){0,3}?(?:house|building
        |store|storefront|wall|garage|living room|shop|front)
        (?:break ?in|broke into|broken into|burglar\w*|kicked in|smashed (?:the|our|my) (?:\w+ )?(?:window
        |door|glass)|vandal\w*)
        (?:board up|boarded up|boarding up)
        """,
    ),
    cue(
        "other",
        4,
        r"""
        (?:carpet|rug|upholstery|couch|sofa|window|gutter|dryer vent|pressure|house|tile and grout|pool
        |chimney) ?(?:cleaning|cleaners?|washing|sweep)
        (?:carpets?|rugs?|couch|sofa|windows|gutters|ducts?|air ducts|vents) (?:\w+ ){0,2}?cleaned
        clean (?:\w+ ){0,3}?(?:carpets?|rugs?|couch|windows|gutters|ducts?|vents|mattress)
        (?:duct|air duct|vent) cleaning
        (?:pest|termite|exterminator|bed bugs|roaches|ants|bees)
        asbestos
        lead paint
        radon
        (?:rent|rental|renting|borrow) (?:\w+ ){0,4}?(?:dehumidifiers?|fans?|air movers?|equipment|dumpster
        |blowers?)
        (?:lawn|landscap\w+|tree removal|tree trimming|snow removal|junk removal|moving company|movers
        |move furniture)
        (?:unclog|snake (?:a|the|my) drain|plumbing (?:work|repair)|(?:need|looking for|send|want) (?:a
        |an) (?:plumber|electrician|roofer|handyman)|are you (?:a )?plumbers?|water heater installed
        |hvac repair|ac repair|fix my (?:ac|furnace|toilet|sink)|install a (?:toilet|faucet|water heater
        |dishwasher))
        (?:donation|donate|charity|sponsor|sponsorship|fundraiser|little league|school project|student
        |survey|census|reporter|newspaper|magazine|podcast|police officer|detective|subpoena|law firm
        |process server|news|(?:county|city|state|town) (?:permit|building|tax|code|health
        |clerks?) (?:\w+ )?(?:office|department|inspector)|permit office|journalist|on camera|tv station
        |radio station)
        (?:what are your|whats your|your) (?:hours|fax|email address|mailing address|address|website|w9|w 9
        |tax id|certificate of insurance|coi)
        (?:past due|overdue|outstanding|unpaid) (?:invoice|balance|account|bill)
        accounts? (?:receivable|payable)
        test call
        (?:testing|test) (?:the|this|our|your) (?:line|phone|number|system|phones)
        (?:delivery|package|fedex|ups|usps) (?:\w+ ){0,4}?(?:for you|for your|address|driver|deliver)
        remodel\w*
        (?:addition|deck|new roof|siding|paint|painting|painter|windows) (?:\w+ ){0,3}?(?:built|installed
        |quote|estimate|put on|done)
        """,
        r"""
        plumber (?:\w+ ){0,5}?(?:came|was here|is here|said|shut|fixed|told|recommended|gave|referred|just
        |on the way|coming|out|stopped|found|at|here|with)
        (?:i am|im|this is|i) (?:\w+ ){0,3}?(?:a |the )?plumber
        (?:my|our|the|a) plumber
        plumbing (?:company|and|co)
        plumber who
        insurance (?:company|claim)
        """,
    ),
)

CALLER = (
    # --- existing job
    cue(
        "existing_job",
        5,
        r"""
        (?:your|you guys|you all|you guyss) (?:\w+ )?(?:crew|guys|team|techs?|technicians?|people|workers
        |men|project manager|estimator|subs?|contractor) (?:\w+ ){0,5}?(?:was|were|came|left|is|are|did
        |didnt|never|has|have|hasnt|havent|said|put|told|broke|damaged|scratched|set|took|supposed|started
        |showed|still|forgot|pulled|tore|stole|promised|picked|ruined|cracked|dropped|been|coming|doesnt
        |dont|wont|isnt|cant|answer|keeps|will|working|gave|quoted|sent|finish|went)
        your (?:\w+ )?(?:company|team|office|guy|tech|technician|employee|driver|truck
        |crew) (?:\w+ ){0,4}?(?:flooded|caused|left|hit|going to|put|installed|backed|cut|hosed|spilled
        |tracked|did|damaged|never|still)
        (?:put|set up|placed|dropped off|installed) (?:\w+ ){0,5}?by your
        your (?:\w+ ){0,2}?(?:fans?|dehumidifiers?|equipment|machines?|blowers?|air movers?|dehus?
        |containment|air scrubbers?)
        (?:fans?|dehumidifiers?|equipment|machines?|blowers?|air movers?
        |dehus?) (?:\w+ ){0,4}?(?:you (?:guys |all )?(?:left|put|set|have|brought|placed)|picked up|pick up
        |been running|still (?:here|running|in|at)|tripped|shut (?:off|down)|turned off|stopped|beeping|quit
        |keeps? tripping)
        (?:pick|picking) up (?:\w+ ){0,3}?(?:equipment|fans?|machines?|dehumidifiers?)
        (?:you guys|you all|you|your company|your office|yall) (?:\w+ )?(?:are|were|have been|did|started
        |finished|completed|came out|came|been|worked|cleaned|dried|remediated|demoed|tore out|installed
        |have|had) (?:\w+ )?(?:working|doing|drying|handling|the work|a job|work|our|my|at my|at our|out
        |here|to my|to our|rebuilding|mold job|water job|all the) (?:\w+ ){0,4}?(?:house|home|basement
        |kitchen|job|yesterday|last|monday|tuesday|wednesday|thursday|friday|saturday|sunday|here|this|today
        |repairs|week|place|office|condo|ceiling|floors?|fire|water|remediation|month|bathroom|drywall)
        (?:status|update|progress|eta|timeline) (?:\w+ ){0,3}?(?:on|of|for|about) (?:\w+ ){0,4}?(?:job
        |project|repairs?|house|work|rebuild|home|estimate|drying|invoice|kitchen|basement|cabinets
        |claim you|report|job number)
        (?:job|project|work order|file|invoice) (?:number|num|no|id)
        (?:my|our|your|the) project manager
        still (?:\w+ )?(?:torn (?:apart|up)|unfinished|not (?:done|finished)|no (?:cabinets|drywall|floors?
        |kitchen|ceiling))
        (?:receipt|payment|deposit|check|deductible) (?:\w+ ){0,5}?(?:made to you|paid you|sent you|gave you
        |i paid|we paid|you charged|mailed you|to you guys)
        (?:estimate|quote|proposal|scope) (?:\w+ ){0,4}?(?:you (?:guys |all )?(?:gave|sent|did|wrote
        |provided|emailed)|your (?:guy|estimator|office))
        (?:turn|shut|unplug|move|leave) (?:\w+ ){0,3}?(?:fans|dehumidifiers?|equipment|air movers?|blowers?
        |machines?)
        (?:fans|dehumidifiers?|air movers?|blowers?|machines) (?:\w+ ){0,3}?(?:loud|hot|running up
        |electric bill)
        when will (?:my|our) (?:\w+ ){0,3}?(?:be|get)
        be (?:finished|done|completed|back)
        (?:existing|current|ongoing) (?:customer|job|project|client)
        (?:the|your) (?:guys|crew|techs?|men|workers|demo crew|drying crew|boys) (?:\w+ )?(?:were|was|are
        |came|left|is|who were|that were|who was|that came) (?:\w+ )?(?:here|out|over|at my|at our|by|their
        |his|a|working|today|yesterday|this morning|supposed)
        when (?:are|is|will|do) (?:you|they|someone|somebody|the crew|your \w+
        |we) (?:guys |all )?(?:going to )?(?:be )?(?:coming
        |come|finish|finishing|finished|done|start|starting|back|out
        |return|pick|picking|get)
        (?:were|was|are|is|you guys) supposed to (?:be here|come|show|call|finish|start|pick|send|arrive
        |be out)
        (?:nobody|no one|no-one|nobodys) (?:\w+ )?(?:showed|shown|came|has come|has called|called|returned
        |been here|has been)
        (?:received|got|question|questions|calling|about|paying|pay|have) (?:\w+ ){0,4}?(?:invoice|bill
        |final bill|statement) (?:\w+ ){0,4}?(?:from you|you sent|for the|on the|from your|i got
        |over the phone|for work|you)
        (?:pay|paying|payment on) (?:\w+ )?(?:invoice|bill|balance|final)
        (?:appointment|inspection|walkthrough|walk through|estimate|visit) (?:\w+ ){0,4}?(?:scheduled|set up
        |with you|with your|tomorrow|today|on monday|on tuesday|on wednesday|on thursday|on friday|at \d+
        |for tomorrow|booked)
        (?:reschedule|cancel|move|confirm|push back) (?:\w+ ){0,2}?(?:appointment|inspection|estimate|visit)
        (?:certificate of completion|lien waiver|completion form|final walkthrough|punch list|warranty on)
        (?:you guys|you all|you|your \w+) (?:\w+ )?(?:did|left|missed|damaged|scratched|broke|lost|ruined
        |cracked|charged|billed|overcharged|sent) (?:\w+ ){0,3}?(?:my|our|me|us|the|a)
        (?:happy|unhappy|upset|pleased|satisfied) with (?:the|your|how)
        (?:second|third|2nd|3rd|day) (?:\w+ )?(?:of drying|day drying|monitoring)
        (?:customer|client) of yours
        (?:work|job|project|repairs|remediation|restoration) (?:that )?(?:you|your \w+
        |you guys) (?:\w+ )?(?:are|is|did|doing|started|were|have been)
        you (?:folks|people|guys|all) (?:are|were|tore|have been|had been|started|did|left
        |finished) (?:\w+ )?\w+
        (?:moisture|daily|drying) (?:readings?|checks?|monitoring|visit)
        speak (?:to|with) (?:\w+ ){0,3}?(?:working on|handling|in charge of|running) (?:my
        |our) (?:\w+ )?(?:job|house|project|file)
        (?:the|your) (?:tech|technician|guy|estimator|project manager|supervisor) (?:\w+ )?(?:said|told
        |promised|was supposed|who was)
        (?:take|taking|collect|grab|get) (?:\w+ )?(?:machines|fans|equipment|dehumidifiers?|blowers?)
        (?:check|checking|monitor) (?:\w+ )?(?:drying|moisture|equipment|readings?|progress)
        drying (?:logs?|reports?|equipment)
        following up on (?:my|our|the) (?:job|estimate|project|repairs|inspection|quote|rebuild|house)
        """,
        r"""
        our product
        restoration companies
        your (?:website|business|company needs|listing|google)
        (?:see|saw|found|heard) (?:\w+ )?(?:your|you guys)
        how soon
        right away
        when can
        """,
    ),
    cue(
        "existing_job",
        2,
        r"""
        you guys (?:\w+ )?(?:did|came|worked|started|left|were)
        (?:my|our) (?:job|project)
        invoice
        come back
        the crew
        """,
        r"""
        last year
        years ago
        """,
    ),
    cue(
        "new_loss",
        3,
        r"""
        (?:different|new|another|second|separate|unrelated) (?:\w+ ){0,2}?(?:leak|flood|loss|issue|problem
        |room|pipe|claim|area|spot|one|fire|break|house|property)
        (?:flooded|flooding|leaking|burst|happened|leak|backed up|wet|broke|coming in|happening) again
        this time
        (?:years?|months) ago (?:\w+ ){0,6}?(?:now|again|today|this)
        (?:you|you guys) (?:\w+ ){0,8}?(?:last year|years ago|two years|few years|before|in the past|back in
        |last (?:spring|summer|fall|winter)) (?:\w+ ){0,8}?(?:now|again|today|new|another)
        (?:new|another) one
        (?:used you|use you|worked with you|you helped us|you guys helped|customer of yours|you did work
        |you guys did) (?:\w+ ){0,8}?(?:before|last year|years ago|past|back in|last (?:spring|summer|fall
        |winter)|year)
        """,
        by_sentence=True,
    ),
    # --- insurance
    cue(
        "insurance",
        4,
        r"""
        (?:is|are|will|would|does|do|if) (?:\w+ ){0,6}?(?:covered|cover|coverage|pay for|deductible)
        (?:claim|policy) (?:\w+ ){0,3}?(?:denied|denial|question|status|number|process|rejected|approved
        |works?|closed|underpaid)
        (?:denied|rejected|underpaid|lowballed) (?:\w+ ){0,3}?(?:claim|me|us|coverage)
        (?:file|filing|open|opening|start|starting|make) (?:\w+ ){0,2}?claim
        (?:work|bill|deal) (?:\w+ ){0,2}?(?:with|through|directly) (?:\w+ ){0,3}?(?:insurance|state farm
        |allstate|carrier|usaa|farmers|liberty)
        bill (?:\w+ ){0,3}?insurance
        (?:question|questions) (?:\w+ ){0,4}?(?:insurance|claim|coverage|deductible|policy)
        (?:send|sent|need|copy of|get|request|requesting|upload|submit) (?:\w+ ){0,4}?(?:documents
        |documentation|paperwork|estimate|photos|invoice|scope|xactimate|moisture logs?
        |itemized) (?:\w+ ){0,6}?(?:insurance|adjuster|carrier|claim|mortgage)
        (?:preferred|approved|in network) (?:vendor|contractor|provider|list)
        (?:mortgage company|supplement|depreciation|recoverable|public adjuster|reservation of rights
        |proof of loss)
        (?:adjuster) (?:\w+ ){0,4}?(?:said|wants|needs|hasnt|wont|is asking|never|came|told)
        deductible
        """,
        """
        (?:health|car|auto|life|dental) insurance
        (?:we|i) (?:sell|offer|help)
        covered (?:in|with|by|from|up)
        """,
    ),
    cue(
        "insurance",
        1.5,
        "insurance|adjuster|claim|policy|state farm|allstate|usaa|coverage",
        "(?:health|auto|life) insurance|certificate of insurance",
    ),
    # --- employment
    cue(
        "employment",
        6,
        r"""
        (?:you|you guys|yall|you all) (?:\w+ )?looking for (?:\w+ )?(?:project managers?|technicians?|techs?
        |estimators?|drivers?|laborers?|helpers?|workers?|people|help|employees|staff|crew members
        |office help)
        (?:my|a|some) pto
        (?:saw|seen|answering|responding to|about) (?:\w+ ){0,2}?(?:help wanted|job ad|job posting
        |craigslist ad)
        (?:any|have) (?:\w+ )?(?:job |positions? |work )?openings?(?! (?:today|tomorrow|this|on
        |for an inspection))
        (?:any|have) (?:\w+ )?(?:jobs|positions|work) (?:available|open|for me)
        fill out an application
        (?:check|paycheck|hours) (?:\w+ ){0,3}?(?:short|wrong|missing|late)
        (?:listed|lists|gave|put) (?:you|your \w+) (?:\w+ )?(?:as|for) (?:a |an )?(?:reference|employer)
        reference (?:check|call)
        (?:former|previous) (?:technician|worker|tech|employee|manager)
        apprentice\w*
        (?:are you|you guys|you all|yall|if you|are yall|if youre|youre|still|currently
        |you are) (?:\w+ )?(?:guys |all )?(?:hiring|taking applications|accepting applications)
        hiring
        (?:job|position|role|opening) (?:\w+ ){0,3}?(?:posting|listing|application|opening|interview
        |opportunit\w+|you (?:guys |all )?posted|on indeed|you have|ad|posted|still open|available
        |advertised)
        (?:applied|applying|apply|application) (?:\w+ ){0,4}?(?:for|job|position|online|on indeed|technician
        |tech|last|status|work)
        (?:looking for|need|want|get) (?:a |some )?(?:job|work|employment)(?! (?:done|on|at|from you|like
        |completed|to be))
        indeed
        (?:my|a|send|sent|submitted|drop off|email|have my) (?:\w+ )?resume
        (?:job|phone|my|an|the|second) interview
        interview (?:with|for|at|scheduled|tomorrow|today)
        (?:paycheck|pay ?stub|payroll|w 2|w2|direct deposit|my hours|time ?card|timesheet|unemployment claim
        |pto|worked last week|last check|final check)
        (?:calling|call) (?:out|in) (?:sick|today|for my shift)
        (?:my shift|calling off|running late for (?:work|my shift)|wont be (?:in
        |able to make it in) (?:today|tomorrow|to work)|cant (?:come in|make it in) (?:today|to work
        |tomorrow)|not coming in|late to the shop)
        (?:employment|reference|background) (?:verification|check|reference)
        verif\w+ (?:\w+ ){0,3}?employment
        (?:former|previous|past|current|ex) employee
        reference (?:\w+ ){0,3}?for
        (?:used to|still) work(?:ed)? (?:for you|there|here with you|for your)
        (?:iicrc|wrt|asd) certified (?:\w+ ){0,6}?(?:looking|seeking|work|job)
        i work for you
        (?:you guys|you|yall|you all|they said you) (?:\w+ )?(?:need|needs|needed|looking for
        |want) (?:\w+ )?(?:people|workers|help|guys|laborers|drivers|technicians|techs|bodies)
        (?:i )?can start (?:\w+ )?(?:monday|tuesday|wednesday|thursday|friday|tomorrow|right away
        |immediately|asap|next week|whenever)
        (?:talk to|ask|speak to|see) about (?:a |some )?(?:work|job|employment|getting on)
        help wanted
        (?:years|year) (?:of )?experience (?:\w+ ){0,6}?(?:job|work|hiring|position|restoration|tech
        |technician|drying)
        (?:human resources|hr department|hr)
        the (?:technician|tech|estimator|project manager|office|admin|water tech) (?:job|position|role)
        (?:list|listed|put) (?:you|your company) (?:down )?as (?:a |her |his |my |their )*(?:reference
        |employer|previous employer)
        """,
        r"""
        claim|hiring (?:a contractor|you|someone)
        we help
        staffing
        (?:candidates|recruit\w+|talent)
        """,
    ),
    # --- sales
    cue(
        "sales_pitch",
        5,
        r"""
        (?:we|i|our (?:company|agency|team|firm|platform|service|software)) (?:\w+ )?(?:help|helps|work with
        |works with|specialize in helping|partner with|partners with|generate|generates|provide|provides
        |serve|serves|supply) (?:\w+ ){0,6}?(?:restoration|contractors?|businesses|business owners|companies
        |service companies|companies like yours|small business|leads|franchises|owners|roofers|home service)
        (?:exclusive|qualified|live|pay per call|pay per|inbound|water damage|mold|free|more|real time
        |realtime|high quality|guaranteed|fire|storm) (?:\w+ )?(?:leads|calls|appointments)(?! (?:you|from))
        (?:generate|buy|sell|send you|get you|bring you|deliver|more) (?:\w+ ){0,4}?(?:leads|jobs|customers
        |reviews)
        (?:lead generation|lead gen|seo|search engine|google ads|google ranking|ranking on google
        |google my business|google business|first page|top of google|digital marketing|marketing (?:agency
        |company|services?|firm|budget)|social media|website design|web design|online reviews
        |reputation management|pay per click|ppc|local service ads|advertis\w+)
        (?:speak|talk|connect|chat) (?:\w+ ){0,3}?(?:the |with |to )?(?:business owner
        |owner of the (?:company|business)|decision maker|person (?:in charge|who handles|that handles
        |responsible)|whoever (?:handles|is in charge|makes|does)|marketing manager|purchasing
        |office manager (?:about|who))
        (?:who|person who|whoever|someone who|somebody who|person that) (?:\w+ )?(?:handles|makes
        |is in charge of|manages|does|takes care of) (?:\w+ ){0,2}?(?:the |your )?(?:marketing|purchasing
        |decisions|phone|it|advertising|merchant|payroll|insurance|fleet|supplies|uniforms|ordering|hiring)
        (?:merchant (?:services|account|processing)|credit card processing|payment processing
        |business (?:loan|loans|funding|line of credit|insurance policy|credit|capital)|working capital
        |line of credit|merchant cash|pre ?approved|cash advance|energy (?:rates?|bill|supplier)
        |electric supplier|lower your (?:rates?|bill|electric)|solar)
        (?:schedule|set up|book|hop on|give you|show you|quick|free|15 minute|15-minute|ten minute
        |10 minute) (?:\w+ ){0,4}?(?:demo|demonstration|presentation|zoom|walk ?through of our|trial|audit
        |consultation call|free trial)
        (?:our|the) (?:software|platform|crm|app|product line|products|dehumidifier line|ai receptionist
        |ai (?:agent|assistant|tool)|answering service|call center|service agreement|fleet|catalog|chemicals
        |solution)
        (?:offer|offering|give) (?:\w+ ){0,3}?(?:discount|special|promotion|pricing on|free sample|samples
        |better rate|free quote on your)
        (?:sell|selling|sales rep|sales representative|account executive|account manager
        |territory (?:manager|rep)|regional rep|business development) (?:\w+ ){0,3}?(?:at|with|for|from
        |dehumidifiers|equipment|air movers|chemicals|supplies|here)
        we sell
        we (?:built|developed|make|created|designed|launched) (?:an?|the) (?:\w+ ){0,3}?(?:ai|app|software
        |platform|receptionist|tool|system|service|crm|product|bot)
        (?:show|tell|pitch) (?:\w+ ){0,2}?(?:your owner|the owner|your manager|your boss|you guys about
        |you about (?:our|a))
        (?:sub|subcontract|subcontracting|sub contract) (?:work|jobs?)
        (?:pick up|get|take on|find) (?:\w+ ){0,2}?(?:work|jobs) (?:from|with|for) (?:\w+ )?(?:restoration
        |contractors?|companies|you|outfits)
        (?:looking for|seeking|available for|interested in|do) (?:\w+ ){0,3}?(?:subcontract\w*|sub work
        |sub work|sub ?contracting|overflow work|vendor partners?)
        (?:subcontractors?|subs) (?:\w+ ){0,5}?(?:looking|available|crew|crews)
        (?:our|my) (?:drywall|demo|roofing|flooring|painting|cleaning) (?:crew|crews|company
        |team) (?:\w+ ){0,5}?(?:available|looking|sub|work for you|open)
        (?:grow|growing|scale|expand|take) your (?:business|company|revenue|sales)
        your (?:google listing|google profile|website|online presence|web ?site|yelp|business listing
        |facebook page|call volume|marketing|merchant|phone system|phone bill|copier|current (?:provider
        |vendor|processor|supplier))
        (?:staffing|temp) (?:agency|company|firm|services?)
        (?:candidates|recruit\w+|staffing solutions)
        (?:no obligation|no cost to you|save you money|save (?:your business|you) (?:\w+ ){0,3}?(?:money
        |percent|thousands)|return on investment|roi)
        (?:acquire|acquisition|buy|buying|purchase|selling|sell) (?:\w+ ){0,3}?your (?:business|company
        |franchise)
        (?:interest rate|interested in (?:hearing|learning) (?:more )?about our)
        cold call
        (?:for|with) (?:\w+ )?(?:restoration|mitigation) (?:contractors|companies|businesses|franchises)
        (?:quote|bid|price|estimate) on your (?:vans?|trucks?|fleet|vehicles?|office|insurance|phones?
        |uniforms?|payroll)
        (?:speak|talk) (?:to|with) the owner or (?:the )?manager
        we are a (?:\w+ ){0,3}?(?:print shop|vendor|supplier|agency|startup|distributor|broker)
        so you never miss
        your (?:\w+ )?listing
        (?:our|the|an?) (?:online |business |contractor )?directory
        (?:feature|list|promote|advertise) your (?:company|business)
        (?:dollars )?(?:a|per) month (?:\w+ ){0,3}?(?:we|you|our)
        send (?:someone|somebody|anyone) on your
        (?:drop|dropping) off (?:\w+ )?(?:samples?|brochures?|a catalog|donuts|literature|flyers|cards)
        whoever (?:\w+ )?(?:handles|does|runs|buys|orders)
        save you (?:\w+ ){0,4}?(?:percent|money|thousands|hundreds|dollars|time)
        (?:up for|coming up for|due for) renewal
        card services
        in your area (?:next|this) week
        connect (?:you with )?homeowners
        referral fee
        (?:meeting|appointment|call|time|word|minute) (?:\w+ ){0,4}?with your (?:\w+ )?(?:manager|owner|team
        |boss|buyer|director)
        (?:taking on|take on|looking for|handle|want|get|book|land|close|win) (?:\w+ )?(?:more|extra
        |additional|new) (?:\w+ )?(?:jobs|work|calls|customers|business|clients|projects)
        (?:angi|angies list|homeadvisor|thumbtack|yelp for business|yelp ads|networx|bbb accreditation
        |chamber of commerce membership)
        (?:following up|follow up) (?:\w+ ){0,3}?(?:email|brochure|proposal|voicemail) (?:i|we) sent
        (?:calling|reaching out) (?:\w+ ){0,3}?(?:businesses|contractors|restoration (?:companies
        |contractors)) in your area
        we (?:train|certify|inspect|teach|insure|finance|recruit)
        companies like yours
        (?:who|whoever) (?:\w+ )?(?:schedules|buys|orders|books|approves|runs) (?:\w+ )?(?:your|the)
        """,
        r"""
        (?:do|would) (?:you|you guys|you all|yall) (?:\w+ )?(?:sell|buy)
        vendor list
        (?:our house|our basement|my house|my basement|our home|we have water|my claim)
        (?:before|when|until|if|so|once|after|can|to) we (?:\w+ )?sell
        buy(?:ing)? a (?:house|home)
        (?:saw|found|heard about|looking at|looked at|read|googled|on|from|through|number (?:from|on
        |off)) (?:\w+ ){0,3}?your (?:website|web ?site|yelp|facebook page|google listing|google profile)
        """,
    ),
    cue(
        "sales_pitch",
        1.5,
        r"""
        (?:we are|i am with|i represent|i work for|on behalf of|calling from
        |calling with) (?:\w+ ){0,4}?(?:company|firm|agency|group|solutions|services|media|marketing|capital
        |technologies|supply|digital|partners|safety|systems)
        """,
        "insurance|plumbing|claims|realty|property|restoration|management|adjust|rooter|mutual|employment|verif|carrier|apartments?|heating|roofing",
    ),
    cue(
        "sales_pitch",
        2,
        r"""
        leads
        marketing
        software
        (?:is|are) (?:the )?owner (?:available|in|around|there)
        partnership
        how (?:are you|is your day) (?:doing |going )?today
        business owner
        vendor
        promotion
        your business
        """,
    ),
    # --- wrong number
    cue(
        "wrong_number",
        5,
        r"""
        (?:oh|so|im|i am|my|ok|okay|sorry) (?:so )?(?:sorry|apologies|my bad|my mistake) (?:about that
        |to bother|for bothering|for the trouble|have a)
        i thought (?:this|you|it) (?:was|were|is) (?:the |a |an |my )?(?!going|it|this|you|we|i |they|that)\w+
        (?:is this|have i reached|did i reach|is that) (?:the |a |an |my )?(?:electric|gas|power|phone|cable
        |insurance|water|utility|pizza|\w+) (?:company|office|department|clinic|store|center|school|hotel
        |bank|salon|utility|board|desk|pharmacy|shop)
        wrong (?:number|place|company|person|business|house)
        oops
        this isnt (?:mom|dad|grandma|honey|babe|\w+ is it)
        (?:not|isnt) (?:mom|dad|my mom)
        (?:dialed|called|have|got|misdialed|dial|calling) (?:\w+ ){0,3}?wrong
        misdial\w*
        (?:pocket|butt) dial\w*
        (?:meant|trying|tried|wanted) to (?:call|reach|dial) (?:\w+ )?(?:my (?:mom|sister|brother|wife
        |husband|dad|friend|doctor|bank)|the (?:pizza|doctor|pharmacy|dentist|school|bank|vet|salon|hotel
        |clinic|restaurant|library|dmv|bakery|water company|fire department|post office|hospital)
        |a (?:different|restaurant|pizza))
        (?:is this|this is not|this isnt|isnt this|i thought this was|thought i was calling|thought i called
        |are you) (?:\w+ ){0,2}?(?:pizza|dominos?|pharmacy|cvs|walgreens|doctor|doctors|dentist|dr|salon
        |walmart|the bank|vet|veterinary|clinic|restaurant|hotel|school|hair|nail|barber|dmv|library|taxi
        |cab|church|bakery|post office|comcast|xfinity|hospital|flower|florist|mechanic|auto shop|tire)
        (?:not|isnt|arent) (?:\w+ ){0,2}?(?:who i|the (?:place|number|person|company|business|office) i)
        (?:place|put) (?:an|my) order
        (?:large|medium|small) (?:pepperoni|cheese|pizza)
        (?:refill|prescription)
        (?:haircut|hair appointment|oil change|table for|reservation|dental cleaning)
        (?:is|can i (?:speak|talk) (?:to|with)) (?:\w+ ){1,3}(?:there|home|please)?,? (?:theres )?(?:no one
        |nobody) (?:here )?by that name
        (?:no|isnt a|not a|nobody|no one) (?:\w+ )?(?:here )?(?:by that name|named)
        """,
        r"""
        wrong with
        is (?:this|that) (?:the |a |an )?(?:restoration|water damage|fire damage|mold|flood|cleanup
        |mitigation|right)
        did nothing wrong
        something wrong
        (?:went|going|doing|done|did|what is|whats|anything) (?:\w+ )?wrong
        """,
        by_agent=True,
    ),
    cue(
        "wrong_number",
        3,
        r"""
        no (?:maam |sir |sorry |im sorry |actually )?(?:this is|you have reached|youve reached
        |its) (?:\w+ ){0,4}?(?:restoration|water damage|cleanup|mitigation)
        (?:sir|maam|sorry) this is (?:a|the) (?:\w+ )?restoration
        we are (?:a|the) (?:\w+ )?restoration company
        """,
        by_agent=True,
        by_sentence=True,
    ),
    # --- spam
    cue(
        "spam",
        6,
        r"""
        press (?:\w+ )?(?:one|1|two|2|nine|9|0|zero|five|5|any key|star|pound)
        (?:this is )?(?:an? )?(?:automated|prerecorded|pre recorded|recorded|important) (?:\w+ )?(?:message
        |call|announcement|notice|notification)
        (?:extended|auto|car|vehicle|vehicles|cars) warranty
        (?:final|last|second|urgent) (?:notice|attempt|warning|courtesy call|reminder)
        (?:social security (?:number|administration)|irs|arrest warrant|warrant for your
        |legal action against you|gift cards?|student loan|debt relief|credit card debt|lower your interest
        |medicare|health insurance|free cruise|free vacation|all expenses? paid|you have (?:been selected
        |won)|you have won|congratulations you|been selected|timeshare|crypto|bitcoin|back taxes|tax debt
        |tax relief)
        (?:google|alexa|business|google business) (?:\w+ ){0,4}?(?:listing|profile|verification
        |verify) (?:\w+ ){0,8}?(?:not (?:been )?verified|is not|expire|expiring|suspended|press|removed
        |unverified|at risk|flagged)
        (?:to be (?:removed|placed|taken off)|opt out|do not call list|stop receiving)
        is your (?:refrigerator|fridge) running
        (?:prank|pranked|pranking|just kidding|just messing|got you|baba booey)
        (?:hugh jass|mike hunt|seymour butts|heywood|ben dover|i p freely|amanda hugginkiss|jenny talia
        |hugh janus)
        (?:kill|catch it|better go catch)
        your account (?:has been|will be|is) (?:\w+ )?(?:suspended|charged|closed|locked|debited)
        amazon (?:account|order|purchase)
        microsoft (?:support|windows)
        """,
        r"""
        thanks? (?:you )?for calling
        press (?:charges|conference|the (?:button|reset|breaker))
        kill (?:the|all) (?:mold|power|breaker|main|bacteria|spores)
        (?:going to|want to) kill
        """,
    ),
)

WANTS = (
    cue(
        "request",
        1,
        r"""
        (?:i|we) (?:\w+ )?(?:need|want|wanted|would like|would love|am looking|are looking|was looking
        |was wondering|was hoping|got to have|have to get)
        (?:can|could|would|will|do) (?:you|someone|somebody|yall|anybody|anyone) (?:\w+ ){0,3}?(?:come|send
        |help|get|take a look|look|do|handle|out|fix|clean|give|call|schedule|remove|dry|check|test|provide
        |offer|install|wash|repair|replace|paint|build|haul|pick|deliver|sell)
        (?:need|needs) (?:\w+ ){0,3}?(?:someone|somebody|help|a crew|an estimate|estimate|inspection|cleanup
        |quote|a quote|to get)
        (?:send|get) (?:someone|somebody|a crew|a team|a truck|anybody|people|help|your guys)
        please (?:call|send|come|help|give)
        (?:call|give) me (?:a call )?back
        looking (?:for|to)
        asap
        how (?:soon|fast|quick|quickly) can
        help
        """,
    ),
    cue(
        "owned",
        1,
        r"""
        (?:my|our) (?:\w+ ){0,3}?(?:house|home|basement|kitchen|bathroom|bedroom|garage|ceiling|floor|floors
        |carpet|property|place|building|store|restaurant|office|condo|apartment|unit|crawl ?space|attic|roof
        |living room|rental|duplex|townhouse|business|shop|clinic|salon|church|warehouse|toilet|dishwasher
        |washer|washing machine|water heater|sump pump|pipe|pipes|neighbor|mom|mother|moms|dad|dads|parents
        |daughter|son|grandmother|tenant|tenants|client|customer|insured|school|motel|hotel|gym|daycare
        |walls?|laundry room|wife|husband|closet|sink|shower|hallway|trailer|cabin|deck|shed|furnace|boiler
        |bar)
        (?:we|i) (?:\w+ )?(?:have|had|got|found|woke up|came home|noticed|walked in|discovered|came back|see
        |smell)
        (?:i|we) (?:\w+ )?(?:own|manage|bought)
        the (?:basement|kitchen|bathroom|bedroom|ceiling|house|unit|apartment|building|upstairs|downstairs
        |garage|attic|property|homeowner|insured|roof|lobby|store)
        theres
        """,
    ),
    cue(
        "referral",
        3,
        r"""
        (?:i am|this is|its) (?:\w+ ){0,6}?(?:a |the )?(?:plumber|plumbing|adjuster|insurance agent
        |claims? (?:rep|adjuster|representative)|property manager|realtor|hvac|roofer|roofing|electrician
        |public adjuster|facilities|superintendent|contractor)
        (?:plumbing|heating|roofing|mutual|insurance|realty|property management|claims|drain|rooter
        |restoration) (?:\w+ ){0,4}?(?:calling|here|i have|i am|and i|we have|got)
        (?:at|have|with|got|for) (?:an?|my|our|the|one of our) (?:\w+ )?(?:customers?|homeowners?|insured
        |insureds|policyholders?|clients?|residents?) (?:house|home|here|of mine|of ours|who|that|with|whose
        |has|had|needs|at|on|in)
        (?:assign|assigning|assignment|refer|referring|referral|dispatch a loss|new loss|loss assignment
        |pass(?:ing)? (?:along|on) a)
        """,
    ),
)

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
        (?:sump pump|pump) (?:\w+ ){0,4}?(?:cant keep up|not keeping up)
        """,
        r"""
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
        (?:soaked|soaking|drenched|saturated|sopping|squishy|squishes|squishing|wet|damp|under ?water
        |full of water|flooded|waterlogged|buckling|warping)
        (?:water|wet) (?:\w+ ){{0,4}}?(?:everywhere|all over|on the|in the|in my|in our|throughout)
        (?:basement|{_ROOM}) (?:\w+ ){{0,2}}?flooded
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
        |fire department just|just)
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
        """,
    ),
    cue(
        "rain_in",
        3,
        r"""
        (?:rain|raining|rainwater|snow) (?:\w+ ){0,3}?(?:coming|pouring|getting|inside|in my|in the|into
        |falling|dumping|leaking|entering|blowing|dripping|running) (?:\w+ ){0,3}?(?:in|through|inside|into
        |house|attic|bedroom|living room|kitchen|roof|ceiling|hole|right|down)
        (?:raining|pouring|storming) (?:\w+ )?(?:in|inside|into|right now|hard|now|on (?:the|my|our)|outside
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
        (?:cleaned|mopped|disinfected|pumped|hosed) (?:\w+ ){0,3}?(?:up|out|it|everything)
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
        (?:invoice|bill|billing|billed|charged|overcharged|payment|pay|balance|receipt|refund|statement
        |lien waiver|w9|credit card|check number|deposit)
        """,
        "(?:who is going to|going to have to|ill) pay|bill (?:the|my) insurance|pay(?:ing)? out of pocket",
    ),
)

STANDING = (
    cue(
        "owner",
        3,
        r"""
        (?:i|we|wife and i|husband and i|my (?:husband|wife|parents)) (?:\w+ ){0,2}?(?:own|bought|owned)
        (?:i am|im|we are|yes|this is|as|its) (?:\w+ ){0,3}?(?:the )?(?:owner|owners|homeowner|homeowners
        |landlord|property manager|executor|executrix|trustee|facilities (?:manager|director)
        |general manager|building manager|maintenance (?:director|supervisor|manager)|hoa president
        |superintendent|office manager|store manager|franchise owner|head of facilities|facility manager
        |community manager|regional manager)
        (?:i|we) (?:\w+ )?manage (?:the|a|an|this|our|it|several|\d+|some|apartments?|propert\w+)
        (?:homeowner|property manager|landlord|power of attorney|executor|poa|personal representative
        |legal guardian)
        own (?:it|the (?:house|home|place|building|property|unit|condo)|this|my (?:home|house|condo))
        my own (?:house|home)
        (?:i|we) can (?:sign|authorize|approve)
        (?:rental (?:property|house|unit)|my tenants?|our tenants?|one of (?:my|our) (?:units|rentals
        |tenants|properties))
        """,
    ),
    cue(
        "tenant",
        3,
        r"""
        (?:i am|im|we are|just|as|i) (?:\w+ )?(?:a |the |just |only )*(?:tenant|tenants|renter|renters
        |renting|subletting|lease)
        (?:i|we) (?:\w+ )?(?:rent|lease|sublet)(?! out)
        (?:my|our|the) (?:landlord|landlady|property manager|apartment manager|property management
        |management company|leasing office|rental office|apartment complex|slumlord|building super|super)
        renters insurance
        (?:i|we) dont own
        """,
        r"""
        (?:i am|this is|im|we are) (?:\w+ ){0,3}?(?:the )?(?:landlord|property manager|management)
        """,
    ),
    cue(
        "granted",
        3,
        r"""
        (?:landlord|owner|property manager|management|seller|sellers|homeowner|he|she|they|super|board
        |client|insured|customer|mom|mother|dad|father) (?:\w+ ){0,4}?(?:said|told|asked|wants?|wanted|gave
        |okayed|authorized|approved|agreed|ok d|says|needs|has authorized|signed off|will pay|is paying
        |knows|is here|is on site|is standing|is ready|gave me|requested) (?:\w+ ){0,4}?(?:to (?:call|get
        |hire|have|go ahead|arrange|set)|you|okay|ok|permission|authority|it|to|me|us|for it|go ahead|here
        |somebody|someone|an?|right)
        (?:permission|authority|authorization|approval|go ahead|on behalf of|power of attorney|poa|executor
        |sellers? (?:ok|okay|word|permission|approval))
        (?:authorized|approved) (?:\w+ ){0,2}?(?:to|by|you)
        """,
        r"""
        (?:without|no|dont have|need|need to get|have to get|not|isnt|wont|waiting (?:on|for)
        |dont) (?:\w+ ){0,3}?(?:permission|authority|authorization|approval|authorized|approved|give)
        (?:wont|hasnt|not|never|refuses|didnt|isnt|cant) (?:\w+ ){0,4}?(?:call|fix|do|answer|respond|get)
        """,
    ),
    cue(
        "landlord_refuses",
        3,
        r"""
        (?:landlord|owner|management|property manager|super|landlady|maintenance|apartment complex
        |leasing office|they|he|she) (?:\w+ ){0,5}?(?:wont|will not|refuses|refused|refusing|isnt doing
        |not doing|hasnt done|ignoring|ignores|ignored|doesnt care|doesnt want|wont do|keeps (?:saying
        |ignoring|painting)|not answering|isnt answering|wont answer|doesnt know|said no|painted over
        |not responding|wont respond|hasnt responded|havent done|havent told)
        (?:havent|have not|didnt|dont want to) (?:\w+ )?(?:told|asked|tell|talk to|talked to|called
        |contacted) (?:\w+ )?(?:landlord|owner|management|property manager)
        (?:sue|against) (?:my|the|our) (?:landlord|apartment)
        """,
    ),
    cue(
        "bystander",
        3,
        r"""
        (?:neighbors?|neighbor is|house next door|next door|across the street|down the street|passing by
        |driving by|walking by|walked by|drove by) (?:\w+ ){0,8}?(?:house|home|flooding|water|smoke|fire
        |leaking|pouring|vacant|empty|hole|tree|roof|is|are|has)
        (?:about|at|calling for|report) (?:\w+ ){0,3}?(?:next door|across the street|down the street)
        (?:i am|im) (?:just )?(?:a |the |their |her |his )*(?:neighbor|passerby|guest|visitor|babysitter
        |house ?sitter|pet sitter|friend|cleaning lady|cleaner|dog walker)
        (?:not|isnt) (?:my|our) (?:house|place|property|building|home|unit)
        """,
        r"""
        (?:into|in|through|to|damaged|flooded|affecting|affected|at|on) (?:my|our) (?:\w+ )?(?:house|unit
        |basement|apartment|condo|place|ceiling|wall|property|store|shop|kitchen|bathroom|bedroom|floor|home
        |side)
        (?:neighbor|neighbors) (?:\w+ ){0,3}?(?:recommended|referred|used|told|said|gave|suggested|shut
        |turned|helped|called me|called us|noticed)
        (?:my|our) (?:ceiling|carpet|kitchen|walls?|basement)
        (?:flooding|soaking|ruining|reached|hit) (?:my|our)
        (?:into|onto|through) (?:mine|ours)
        """,
    ),
    cue(
        "price_shopper",
        3,
        r"""
        (?:how much|what) (?:\w+ ){0,4}?(?:charge|cost|costs|run|price|rates?|going rate|pricing
        |per (?:square )?(?:foot|hour|fan))
        (?:ballpark|rough (?:idea|estimate|price|number)|over the phone|price (?:range|quote|list|check
        |shopping)|just (?:a |looking for a |want a |need a )?(?:price|number|quote)|cheaper|cheapest
        |comparing (?:prices|quotes)|calling around|shopping around|getting (?:prices|quotes|a few (?:quotes
        |prices|estimates))|second opinion on (?:price|cost)|another quote|other quotes?|got quoted
        |was quoted|beat (?:\w+ )?(?:price|quote)|match (?:\w+ )?(?:price|quote)|hourly rate)
        """,
        r"""
        how much (?:longer|time|water|damage|of (?:the|it))
        """,
    ),
    cue(
        "no_need",
        4,
        r"""
        (?:never ?mind|nevermind|false alarm|dont need (?:you|anybody|anyone|it|a service|service|anything)
        |no longer need|found someone|went with (?:someone|another|somebody)|already (?:hired|got|have|found
        |using|called) (?:\w+ )?(?:someone|somebody|another|a company|a different|a guy)|got it (?:handled
        |taken care of)|changed (?:my|our) mind|going to do it (?:myself|ourselves)|do it (?:myself
        |ourselves)|diy)
        (?:just curious|hypothetically|school (?:project|paper|report)|writing (?:a|an) (?:paper|article
        |report)|research|for future reference|just in case|in the future|thinking about maybe|might someday
        |maybe next year|planning ahead|next year|in case something)
        cancel (?:that|it|my request|the request)
        """,
    ),
    cue(
        "wrong_service",
        3,
        r"""
        we only (?:\w+ )?(?:do|handle|work|offer)
        we (?:dont|do not) (?:\w+ )?(?:do|offer|handle|provide|service|rent|clean|sell|perform)
        (?:thats|that is|its) not (?:something|a service) (?:we|that we)
        not (?:something|a service) we
        """,
        by_agent=True,
    ),
    cue(
        "cut_off",
        3,
        r"""
        (?:call|line|recording|audio|message|transcript|voicemail) (?:\w+ ){0,3}?(?:cut off|cuts off|cut out
        |dropped|drops|ends|ended|disconnected|disconnects|goes dead|went dead|breaks up|breaking up)
        (?:breaking up|losing you|lost you|cant hear you|bad connection|going through a tunnel
        |you are cutting out|cutting out|hello can you hear)
        """,
        by_agent=True,
    ),
    cue(
        "name",
        2,
        r"""
        my name is
        (?:this is|its) (?!(?:a|the|an|not|just|about|for|in|on|so|going|really|bad|my|our|your|been|that
        |all|still|now|like|actually|leaking|coming|everywhere|pouring|flooded|too|only|gas|kind|sort|acme
        |regarding|urgent|crazy|ridiculous|awful|terrible|getting|happening|why|what|how|where|when|who|it
        |wet|soaked|black|probably|raining|also|pretty|okay|ok)\b)[a-z]+
        (?:name|last name|first name) (?:is|its)
        (?:call me|reach me|callback|call back|number is|phone number|my number|my cell|cell is|back at)
        (?:address is|i am at|we are at|located at|we are located|i live (?:at|on|in)|we live (?:at|on|in)
        |im on|house is on|over on|off of)
        \d+ (?:\w+ ){1,3}(?:street|st|avenue|ave|road|rd|drive|dr|lane|ln|court|ct|boulevard|blvd|way|place
        |circle|terrace|pike|highway|trail|parkway)
        """,
    ),
)

ALL = LOSS + CALLER + WANTS + URGENCY + STANDING
