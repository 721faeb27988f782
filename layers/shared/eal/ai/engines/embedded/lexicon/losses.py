"""What happened to the building: the words of each kind of loss."""

from __future__ import annotations

from eal.ai.engines.embedded.language.cues import cue
from eal.ai.engines.embedded.lexicon.building_parts import ROOM

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
        (?:basement|{ROOM}|everything|place) (?:\w+ ){{0,3}}?(?:flooded|flooding|floods|soggy|sodden
        |waterlogged|squelching|soaked|drenched|under ?water|full of water|saturated|wet|soaking|sopping
        |squishy|squishing|swimming)
        (?:flooded|flooding|soggy|sodden|damp|soaked|wet|drenched|soaking wet
        |saturated) (?:\w+ ){{0,2}}?{ROOM}
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
        (?:city|citys|city s|sewer|street|town s) (?:\w+ )?(?:line|main|sewer) (?:\w+ )?(?:backed|backing
        |overflow\w*|surcharg\w*)
        (?:sink|drain|floor sink|toilet|tub|shower)s? (?:\w+ ){0,6}?(?:spitting|burping|belching
        |regurgitating|throwing|puking|spewing) (?:\w+ ){0,3}?(?:up|out|gray|grey|brown|black|nasty)
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
        fire (?:sprinkler|hydrant|extinguisher|line|main|pump|hose|riser|alarm inspection|protection company)
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
        fire (?:sprinkler|line|main|pump|hose|riser|department|dept|truck|marshal|alarm|extinguisher|hydrant)
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
        (?:community outreach|safety fair|job fair booth|career day|block party|parade
        |open house invitation|police department s|fire department s)
        (?:donation|donate|charity|sponsor|sponsorship|fundraiser|little league|school project|student
        |survey|census|reporter|newspaper|magazine|podcast|police officer|detective|subpoena|law firm
        |process server|news|(?:county|city|state|town) (?:permit|building|tax|code|health
        |clerks?) (?:\w+ )?(?:office|department|inspector)|permit office|journalist|on camera|tv station
        |radio station)
        (?:what are your|whats your|your) (?:hours|fax|email address|mailing address|address|website|w9|w 9
        |tax id|certificate of insurance|coi)
        (?:past due|overdue|outstanding|unpaid) (?:invoice|balance|account|bill)
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
