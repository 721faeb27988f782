"""Cues for each kind of loss, and for other work."""

from __future__ import annotations

from eal.ai.engines.embedded.language.cues import cue, phrase
from eal.ai.engines.embedded.lexicon.building_parts import ROOM
from eal.ai.engines.embedded.signals import Signal

LOSSES = (
    # --- water
    cue(
        Signal.WATER,
        3,
        phrase(
            (
                r"pipe|pipes|supply line|water line|waterline|hose|water main|main line|fitting|valve|line",
                r"radiator|boiler|spigot|sprinkler|sprinkler head|hot water heater|water heater|tank",
                r"washing machine|washer|dishwasher|ice ?maker|refrigerator|fridge|faucet|sink|tub|bathtub",
                r"shower|hvac|ac|a c|air conditioner|aquarium|fish tank|waterbed|pool|humidifier|toilet",
            ),
            r"s? ~ ",
            (
                r"burst|bursted|busted|broke|broken|popped|shot off|sprung a leak|sprang a leak",
                r"cant keep up|went under|tipped over|spraying|spewing|gushing|leaked|leaking|leaks",
                r"leak|froze|cracked|split|exploded|overflowed|overflowing|ruptured|let go|flooded|blew",
                r"gave out|spraying|failed|went off|snapped|popped off|came off|came loose|separated",
                r"dripping|pouring|dumped|running over|overflow|ran over|gushing|shooting|going off",
            ),
        ),
        phrase(
            r"(?:burst|busted|broken|frozen|leaking|cracked|ruptured) (?:\w+ )?",
            (
                r"pipe|pipes|water line|supply line|water heater",
                r"hot water heater|hose|toilet|water main|main",
            ),
        ),
        phrase(
            rf"(?:basement|{ROOM}|everything|place) (?:\w+ ){{0,3}}?",
            (
                r"flooded|flooding|floods|soggy|sodden|waterlogged|squelching|soaked|drenched",
                r"under ?water|full of water|saturated|wet|soaking|sopping|squishy|squishing|swimming",
            ),
        ),
        phrase(
            r"(?:flooded|flooding|soggy|sodden|damp|soaked|wet|drenched|soaking wet|saturated) ",
            rf"(?:\w+ ){{0,2}}?{ROOM}",
        ),
        phrase(
            r"(?:water|leak) (?:\w+ ){0,4}?",
            (
                r"pouring|coming|gushing|spraying|everywhere|leaking|dripping|running|rising",
                r"seeping|all over|came|got|in|standing|inches|going|soaked|through|shooting",
                r"flowing|raining|pooling|spewing|bubbling|rushing|trickling|entering",
            ),
        ),
        phrase(
            (
                r"inch|inches|foot|feet|couple inches|ankle deep",
                r"knee deep|puddles?|pool|pools|gallons|an inch",
            ),
            r" ~ water",
        ),
        r"standing water",
        r"(?:our|the|a|city|street) main (?:\w+ )?(?:broke|burst|is broken|busted|blew)",
        phrase(
            (
                r"theres|there is|have|had|got|found|noticed|see",
                r"seeing|a|big|water|slow|small|pretty bad|bad",
            ),
            r" (?:\w+ )?leak",
        ),
        r"leaking (?:through|from|into|all over|everywhere|behind|under|down|out)",
        r"flooded out",
        r"(?:took|taking|take|takes) (?:in|on) (?:\w+ ){0,3}?(?:inch|inches|foot|feet|water)",
        r"slab leak",
        r"ice dam\w*",
        r"(?:weeps|weeping|seeps|seeping|seepage)",
        r"flooding",
        r"flood ?waters?",
        r"(?:inch|inches|foot|feet) deep",
        r"up to (?:my|our|the) (?:ankles?|shins?|knees?|waist|calves|thighs?)",
        r"(?:like a|a) (?:fountain|geyser|waterfall|river|lake|swimming pool)",
        r"(?:sump|sump pump|pump) cant keep up",
        r"(?:it|we|everything|place|whole \w+|weve|have) (?:\w+ ){0,2}?(?:flooded|flooding)",
        phrase(
            r"sump pump ~ ",
            (
                r"failed|quit|died|stopped|broke|not working|isnt working",
                r"went out|gave out|burned out|cant keep up|out",
            ),
        ),
        r"water extraction",
        r"(?:extract|pump|suck|vacuum|get) ~ water (?:out|up)",
        r"dry (?:it|everything|the \w+|this|us|things|my \w+|our \w+) out",
        r"dry ?out",
        r"drips?",
        r"dripping",
        phrase(
            r"(?:condensate|condensation|drain) (?:line|pan|pump) (?:\w+ ){0,3}?",
            r"(?:clogged|overflowed|overflowing|backed|failed|leaked|leaking)",
        ),
        r"(?:pump|pumped|pumping) (?:\w+ ){0,2}?out",
        phrase(
            r"(?:water|wet) (?:\w+ ){0,5}?",
            (
                r"ceiling|basement|kitchen|bathroom|wall|walls|floor|floors|carpet",
                r"hallway|garage|stairs|stairwell|crawl ?space|lobby|attic|closet|laundry",
            ),
        ),
        phrase(
            r"(?:inch|inches|foot|feet) (?:\w+ ){0,2}?in (?:the|my|our) ",
            r"(?:basement|garage|crawl ?space|kitchen|house)",
        ),
        unless=(
            r"flood of (?:calls|emails|requests|people|customers|applicants)",
            r"flooded with (?:calls|emails|requests|work|leads)",
            r"flooding (?:you|your) with",
            r"water damage (?:leads|seo|marketing|jobs|restoration (?:companies|company|leads))",
            r"leads",
            r"gas leak",
            r"sewage",
            r"water (?:bill|heater installed|softener|filter|delivery|park)",
            r"flood (?:season|insurance|zone|policy)",
        ),
    ),
    cue(
        Signal.WATER,
        2,
        r"flood",
        phrase(
            r"water ",
            (
                r"loss|mitigation|intrusion|claim|stain|stains",
                r"remediation|removal|cleanup|clean up|emergency",
            ),
        ),
        r"water leak",
        r"leak",
        r"leaked",
        r"burst",
        r"overflowed",
        r"moisture",
        r"damp",
        r"pipe",
        r"wet",
        unless=(
            r"gas (?:\w+ ){0,3}leak",
            r"flood of",
            r"flood insurance",
            r"flooded with",
            r"leads",
            r"wet paint",
            r"wet wipes",
        ),
    ),
    cue(
        Signal.WATER,
        1.2,
        r"water damage",
        r"water restoration",
        r"water",
        unless=(
            r"water heater (?:company|sales|install\w*)",
            r"water bill",
            r"water softener",
        ),
    ),
    # --- sewage
    cue(
        Signal.SEWAGE,
        5,
        r"(?:raw )?sewage",
        phrase(
            (
                r"sewer|septic|main line|main drain|drain|drains|toilets?",
                r"sewer line|sewage|grease trap|tub|shower|storm drain",
            ),
            r" ~ ",
            (
                r"backed|backing|backs|bubbling|gurgling|coming up|came up",
                r"comes up|overflowing with (?:poop|feces|waste)|backup",
                r"back up|coming back up|came back up|regurgitating",
            ),
        ),
        phrase(
            r"(?:backed|backing|coming|came|comes) up (?:\w+ ){0,4}?",
            r"(?:drain|drains|toilet|toilets|tub|shower|sink|sewer|septic|pipes|floor drain)",
        ),
        r"(?:sewer|septic|sewage|drain) (?:back ?up|overflow|water|spill|line break|line broke)",
        phrase(
            (
                r"poop|feces|fecal|waste water|wastewater|black water",
                r"blackwater|poo|crap|human waste|toilet water|excrement|turds",
            ),
            r" (?:\w+ ){0,6}?",
            r"(?:floor|carpet|basement|everywhere|in|up|out|on|all|coming|hall|hallway|bathroom|tub)",
        ),
        r"(?:category|cat) (?:3|three)",
        r"(?:not just|isnt just|more than just|not only) water",
        phrase(
            r"(?:city|citys|city s|sewer|street|town s) (?:\w+ )?(?:line|main|sewer) (?:\w+ )?",
            r"(?:backed|backing|overflow\w*|surcharg\w*)",
        ),
        phrase(
            r"(?:sink|drain|floor sink|toilet|tub|shower)s? (?:\w+ ){0,6}?",
            r"(?:spitting|burping|belching|regurgitating|throwing|puking|spewing) (?:\w+ ){0,3}?",
            r"(?:up|out|gray|grey|brown|black|nasty)",
        ),
        r"cant use (?:\w+ ){0,2}?(?:bathrooms?|toilets?|plumbing)",
        phrase(
            r"toilets? ~ (?:overflowed|overflowing|overflow) (?:\w+ ){0,5}?",
            r"(?:poop|waste|feces|sewage|stuff in it|nasty|brown|dirty|everything)",
        ),
        unless=(r"(?:dog|cat|mouse|mice|rat|bat|bird|pigeon|raccoon) (?:poop|feces|waste|crap|droppings)",),
    ),
    cue(
        Signal.SEWAGE,
        2,
        r"sewer",
        r"septic",
        r"smells? like (?:poop|sewage|sewer|crap|shit)",
        r"brown water",
        r"toilet paper (?:\w+ )?(?:floating|everywhere|on)",
        unless=(r"sewer gas",),
    ),
    # --- fire
    cue(
        Signal.FIRE,
        4,
        phrase(
            (
                r"house|kitchen|grease|garage|electrical|dryer|stove|apartment|structure|attic|chimney",
                r"building|oven|shed|small|big|bad|stovetop|cooking|microwave|lint|furnace|bedroom",
                r"basement|restaurant|candle|space heater|lithium battery|battery|car|trash|wild",
            ),
            r" ?fires?",
        ),
        phrase(
            (
                r"had|have|was|been|after|from|of|because of|due to",
                r"there was|theres been|got|in|suffered|with",
            ),
            r" (?:an? |the |our |this |that )?(?:\w+ )?fire",
        ),
        phrase(
            (
                r"house|home|kitchen|garage|building|place|unit|apartment|room",
                r"stove|oven|dryer|roof|it|store|shed|curtains?|pan|toaster|outlet",
            ),
            r" (?:\w+ ){0,2}?(?:caught (?:on )?fire|burned|burnt|burned down|caught)",
        ),
        r"caught (?:on )?fire",
        r"fire damage (?:in|to|at|on)",
        r"fire (?:at|in) (?:my|our|the|a)",
        r"(?:soot|sooty) (?:\w+ ){0,4}?(?:on|all|everywhere|in|over|covering|covers|walls|ceiling)",
        r"(?:smoke|soot) damage",
        r"smoke (?:and|or) soot",
        r"puff ?back",
        phrase(
            r"(?:smoke|smoky|smokey) (?:smell|odor) (?:\w+ ){0,4}?",
            r"(?:in|from|house|clothes|everything|throughout)",
        ),
        r"(?:smells?|smelling|reeks?) (?:\w+ )?(?:like |of )(?:smoke|a campfire|campfire|burnt|soot)",
        phrase(
            r"(?:everything|house|place|whole \w+) (?:\w+ ){0,3}?",
            r"(?:covered in|full of|black with|black from) (?:soot|smoke)",
        ),
        phrase(
            r"fire department (?:\w+ ){0,5}?",
            r"(?:put it out|put out|cut|broke|chopped|knocked|just left|left|vented|axed)",
        ),
        r"burned (?:down|up|out|half|part|the)",
        r"fire last night",
        r"fire (?:started|broke out|burned|destroyed|gutted)",
        unless=(
            phrase(
                r"fire (?:department|dept|truck|marshal|alarm|sprinkler|extinguisher|chief|hydrant) ",
                r"(?:is coming|came because)",
            ),
            phrase(
                r"fire ",
                (
                    r"sprinkler|hydrant|extinguisher|line|main|pump",
                    r"hose|riser|alarm inspection|protection company",
                ),
            ),
            r"(?:next door|neighbors?|upstairs unit|above us) (?:\w+ ){0,6}?(?:fire|burned)",
            r"fire (?:\w+ ){0,3}?(?:next door|upstairs|above us|neighbors?|two doors)",
            r"fired",
            r"fire and water",
            r"firefighting",
            r"leads",
        ),
    ),
    cue(
        Signal.FIRE,
        2,
        r"fire",
        r"smoke damage",
        r"soot",
        r"smoke",
        r"burned",
        r"burnt",
        r"ash",
        unless=(
            phrase(
                r"fire ",
                (
                    r"sprinkler|line|main|pump|hose|riser|department",
                    r"dept|truck|marshal|alarm|extinguisher|hydrant",
                ),
            ),
            r"smoke (?:alarm|detector|break)",
            r"(?:next door|neighbors?) (?:\w+ ){0,6}?(?:fire|burned)",
            r"fire (?:\w+ ){0,3}?(?:next door|upstairs|above us|neighbors?|two doors)",
            r"dumpster fire",
            r"fireplace",
            r"(?:dont|doesnt|no one|nobody|i) smokes?",
            r"gas",
        ),
    ),
    cue(
        Signal.FIRE,
        1,
        r"fire damage",
        r"fire restoration",
        r"smoke",
    ),
    # --- mold
    cue(
        Signal.MOLD,
        4,
        phrase(
            (
                r"found|see|saw|seeing|have|has|had|theres|there is|got|noticed|discovered|growing",
                r"is|its|some|lot of|bunch of|black|white|green|visible|possible|suspect|suspected",
                r"toxic|like|think its|came back|for|about|of|the|with|positive for|more|be",
            ),
            r" (?:\w+ ){0,3}?(?:mold|mildew|fungus)",
        ),
        phrase(
            r"mold (?:\w+ )?",
            (
                r"in|on|under|behind|growing|everywhere|all|issue|problem|inspection",
                r"test|testing|remediation|removal|coming|growth|assessment|report",
                r"spores|treated|removed|cleaned|remediated|around|along",
            ),
        ),
        r"moldy",
        r"mildewy",
        r"musty",
        r"(?:fuzzy|white|black|green|dark|visible|strange|furry|some) (?:\w+ )?growth",
        r"growth (?:\w+ )?(?:on|along|behind|under|in) (?:the|my|our|a)",
        r"(?:microbial|fungal) growth",
        r"spore\w*",
        phrase(
            r"(?:black|fuzzy|green|dark) (?:stuff|spots|fuzz|specks|splotches|patches|gunk) (?:\w+ ){0,3}?",
            r"(?:in|on|under|behind|growing|along|all|around|coming|near|over)",
        ),
        r"air quality (?:test|testing)",
        unless=(
            phrase(
                (
                    r"if|before|so|prevent|avoid|worried about|get|turn into|turns into",
                    r"turning into|dont want|afraid of|concerned about|start getting|start",
                ),
                r" (?:\w+ ){0,4}?mold",
            ),
            r"mold (?:starts?|to start|gets? in|sets in|is going to|will)",
            r"mold (?:leads|jobs)",
            r"leads",
        ),
    ),
    cue(
        Signal.MOLD,
        2,
        r"mold",
        r"mildew",
        unless=(r"leads",),
    ),
    # --- storm
    cue(
        Signal.STORM,
        4,
        phrase(
            r"(?:tree|branch|limb|oak|pine|maple|trunk|elm) ~ ",
            (
                r"fell|fallen|came|crashed|landed|on|hit|through|down",
                r"smashed|crushed|went|punched|sitting|toppled|fall",
            ),
        ),
        phrase(
            r"(?:roof|shingles?|siding|tarp|flashing|skylight|soffit|window|windows|gutters?) ~ ",
            (
                r"blew|blown|ripped|torn|tore|peeled|came off|flew",
                r"missing|gone|blowing|lifted|gone|damaged by|knocked out",
            ),
            r" (?:\w+ ){0,2}?(?:off|away|open|up|in|out|by|from|half|part|shingles)?",
        ),
        phrase(
            r"(?:wind|hail|storm|tornado|hurricane|microburst|derecho|lightning|straight line winds) ",
            r"(?:\w+ ){0,4}?",
            (
                r"damage|damaged|took|ripped|tore|blew|hit|struck|knocked|peeled|came through",
                r"broke|destroyed|threw|went through|smashed|got|rolled through|dented",
            ),
        ),
        r"(?:storm|hail|wind) damage",
        r"hole in (?:the|my|our) (?:\w+ )?roof",
        r"(?:tarp|tarped|tarping|emergency tarp)",
        phrase(
            r"(?:rain|raining) (?:\w+ ){0,3}?",
            r"(?:coming|pouring|getting|come|inside|in my|in the|into|falling|dumping|leaking|entering) ",
            r"(?:\w+ ){0,3}?",
            r"(?:in|through|inside|into|house|attic|bedroom|living room|kitchen|roof|ceiling|hole)",
        ),
        r"lost (?:\w+ ){0,4}?(?:roof|shingles)",
        r"(?:hail|wind|thunder|ice )?storms? (?:\w+ ){0,4}?(?:came|hit|rolled|blew|went|passed) through",
        r"(?:siding|roof|shingles|gutters?) (?:\w+ ){0,3}?(?:dented|dinged|pelted|beat up|cracked|loose)",
        phrase(
            r"(?:smashed|hit|broken|damaged|struck|crushed|blown) (?:\w+ )?by (?:\w+ ){0,2}?",
            r"(?:tree|limb|branch|storm|winds?|hail|lightning|tornado)",
        ),
        phrase(
            r"in (?:the|that|this|last) (?:\w+ ){0,2}?",
            r"(?:storm|storms|hail|windstorm|hailstorm|tornado|hurricane)",
        ),
        phrase(
            r"roof (?:\w+ ){0,3}?",
            r"(?:is gone|caved in|got damaged|leak|leaks|leaking|leaked|open|opened up|exposed)",
        ),
        unless=(
            r"(?:car|truck|vehicle|suv|driver|van) ~ (?:drove|crashed|hit|ran|plowed|slammed|into|through)",
            r"fire",
            r"burned",
        ),
    ),
    cue(
        Signal.STORM,
        1.5,
        r"storms?",
        r"hailstorm",
        r"windstorm",
        r"thunderstorm",
        r"tornado",
        r"hurricane",
        r"hail",
        r"winds?",
        r"roof",
        r"tree",
        unless=(
            r"storm drain",
            r"fire",
        ),
    ),
    # --- biohazard
    cue(
        Signal.BIOHAZARD,
        6,
        phrase(
            r"(?:crime|trauma|death|suicide|accident|murder|homicide|shooting|unattended death) ",
            r"(?:scene|clean ?up|cleanup)",
        ),
        r"unattended death",
        r"(?:committed|attempted) suicide",
        r"suicide",
        r"took (?:his|her|their) own (?:life|lives)",
        r"(?:hanged|hung) (?:himself|herself)",
        r"overdosed",
        phrase(
            (
                r"passed away|died|dead|deceased|found dead",
                r"shot (?:himself|herself|themselves)|killed (?:himself|herself)|body",
            ),
            r" (?:\w+ ){0,12}?",
            (
                phrase(
                    r"in (?:the|his|her|their|our|my|a) (?:\w+ )?",
                    (
                        r"home|house|apartment|bed|bedroom|bathroom|unit|room|garage",
                        r"recliner|chair|tub|hallway|living room|basement|car",
                    ),
                ),
                r"for (?:\w+ ){0,3}?(?:days|weeks|week)|wasnt found|werent found|not found|until|found",
            ),
        ),
        r"(?:wasnt|werent|not) found for",
        r"decompos\w+",
        phrase(
            r"(?:died|passed away|passed|death) (?:\w+ ){0,3}?",
            r"(?:alone|at home|in (?:the|his|her|their)|there|upstairs|unattended)",
        ),
        r"(?:his|her|the|a) body",
        r"human remains",
        r"bodily fluids?",
        r"(?:blood) (?:\w+ ){0,4}?(?:on|everywhere|all|in|clean ?up|floor|carpet|walls?|stain|stains|spill)",
        r"(?:clean|cleaning|clean up|cleaned) (?:\w+ ){0,4}?(?:blood|body|needles|feces)",
        r"bio ?hazard",
        r"(?:hoarding|hoarder|hoarded|hoarders)",
        phrase(
            (
                r"rat|rats|mouse|mice|bat|bats|pigeon|raccoon|raccoons",
                r"rodent|rodents|squirrel|bird|cat|dog|animal",
            ),
            r" (?:\w+ ){0,2}?(?:droppings|feces|urine|poop|waste|guano|crap|pee)",
        ),
        r"guano",
        r"(?:needles|syringes|meth|fentanyl|tear gas)",
        r"stabb(?:ed|ing)",
        r"(?:a|the|that|drive by|was a) shooting",
        r"(?:shooting|shot) (?:victim|scene|death)",
        r"(?:body|bodily|decomp\w*) fluids?",
        r"fluids? (?:\w+ ){0,3}?(?:came|leaked|leaking|soaked|seeped|dripped|coming)",
        phrase(
            r"(?:police|coroner|medical examiner) (?:\w+ ){0,3}?",
            r"(?:released|cleared|took the body|left the scene|are done with)",
        ),
        unless=(
            r"(?:blood (?:pressure|test|work|drive))",
            r"(?:passed away|died) (?:last year|years ago|a few years)",
            r"shooting (?:water|video|photos)",
            r"leads",
        ),
    ),
    # --- rebuild
    cue(
        Signal.REBUILD,
        5,
        r"rebuild",
        r"rebuilding",
        r"rebuilt",
        r"reconstruct\w*",
        r"(?:put|putting) (?:\w+ ){0,5}?back (?:together|up|in)",
        r"put ?back",
        r"build ?back",
        r"repairs? (?:\w+ ){0,4}?(?:after|now that|part|phase|side)",
        phrase(
            r"(?:replace|replaced|install|hang|redo|redone|reinstall|new|patch|repair|fix) (?:\w+ ){0,3}?",
            (
                r"drywall|sheetrock|cabinets|flooring|floors|insulation",
                r"baseboards?|trim|ceiling|kitchen|bathroom|walls?",
            ),
        ),
        phrase(
            r"(?:drywall|flooring|cabinets|kitchen|floors|ceiling|bathroom|walls?) (?:\w+ ){0,3}?",
            r"(?:replaced|redone|reinstalled|put back|repaired|patched|rebuilt)",
        ),
        phrase(
            r"(?:mitigation|demo|dry ?out|drying|remediation|tear ?out) (?:\w+ ){0,6}?",
            r"(?:done|finished|complete|completed|already|over|out)",
        ),
        r"down to (?:the )?(?:studs|subfloor)",
        r"general contractor",
        r"gutted",
        unless=(
            r"before (?:\w+ ){0,4}?(?:drywall|repair)",
            r"drywall (?:crew|subcontractor|sub) looking",
        ),
    ),
    cue(
        Signal.REBUILD,
        2,
        r"drywall",
        r"cabinets",
        r"flooring",
        r"repairs",
        r"contractor",
        r"restore",
        unless=(
            r"wet",
            r"soaked",
            r"water (?:\w+ ){0,3}?(?:through|behind|in)",
            r"leads",
        ),
    ),
    # --- other work that callers ask for
    cue(
        Signal.OPENING,
        4,
        phrase(
            r"(?:car|truck|vehicle|suv|driver|van|bus) ~ ",
            r"(?:drove|crashed|hit|ran|plowed|slammed|went|into|through|backed)",
        ),
        phrase(
            r"(?:drove|crashed|plowed|slammed) (?:\w+ ){0,4}?(?:into|through) (?:\w+ ){0,3}?",
            r"(?:house|building|store|storefront|wall|garage|living room|shop|front)",
        ),
        phrase(
            (
                r"break ?in|broke into|broken into|burglar\w*|kicked in",
                r"smashed (?:the|our|my) (?:\w+ )?(?:window|door|glass)",
                r"vandal\w*",
            ),
        ),
        r"(?:board up|boarded up|boarding up)",
    ),
    cue(
        Signal.OTHER,
        4,
        phrase(
            (
                r"carpet|rug|upholstery|couch|sofa|window|gutter",
                r"dryer vent|pressure|house|tile and grout|pool|chimney",
            ),
            r" ?(?:cleaning|cleaners?|washing|sweep)",
        ),
        r"(?:carpets?|rugs?|couch|sofa|windows|gutters|ducts?|air ducts|vents) (?:\w+ ){0,2}?cleaned",
        r"clean (?:\w+ ){0,3}?(?:carpets?|rugs?|couch|windows|gutters|ducts?|vents|mattress)",
        r"(?:duct|air duct|vent) cleaning",
        r"(?:pest|termite|exterminator|bed bugs|roaches|ants|bees)",
        r"asbestos",
        r"lead paint",
        r"radon",
        phrase(
            r"(?:rent|rental|renting|borrow) (?:\w+ ){0,4}?",
            r"(?:dehumidifiers?|fans?|air movers?|equipment|dumpster|blowers?)",
        ),
        phrase(
            (
                r"lawn|landscap\w+|tree removal|tree trimming|snow removal",
                r"junk removal|moving company|movers|move furniture",
            ),
        ),
        phrase(
            (
                r"unclog|snake (?:a|the|my) drain|plumbing (?:work|repair)",
                r"(?:need|looking for|send|want) (?:a|an) (?:plumber|electrician|roofer|handyman)",
                r"are you (?:a )?plumbers?|water heater installed",
                r"hvac repair|ac repair|fix my (?:ac|furnace|toilet|sink)",
                r"install a (?:toilet|faucet|water heater|dishwasher)",
            ),
        ),
        phrase(
            (
                r"community outreach|safety fair|job fair booth|career day|block party",
                r"parade|open house invitation|police department s|fire department s",
            ),
        ),
        phrase(
            (
                r"donation|donate|charity|sponsor|sponsorship|fundraiser|little league",
                r"school project|student|survey|census|reporter|newspaper|magazine",
                r"podcast|police officer|detective|subpoena|law firm|process server|news",
                phrase(
                    r"(?:county|city|state|town) (?:permit|building|tax|code|health|clerks?) (?:\w+ )?",
                    r"(?:office|department|inspector)",
                ),
                r"permit office|journalist|on camera|tv station|radio station",
            ),
        ),
        phrase(
            r"(?:what are your|whats your|your) ",
            (
                r"hours|fax|email address|mailing address|address",
                r"website|w9|w 9|tax id|certificate of insurance|coi",
            ),
        ),
        r"(?:past due|overdue|outstanding|unpaid) (?:invoice|balance|account|bill)",
        r"test call",
        r"(?:testing|test) (?:the|this|our|your) (?:line|phone|number|system|phones)",
        r"(?:delivery|package|fedex|ups|usps) (?:\w+ ){0,4}?(?:for you|for your|address|driver|deliver)",
        r"remodel\w*",
        phrase(
            r"(?:addition|deck|new roof|siding|paint|painting|painter|windows) (?:\w+ ){0,3}?",
            r"(?:built|installed|quote|estimate|put on|done)",
        ),
        unless=(
            phrase(
                r"plumber (?:\w+ ){0,5}?",
                (
                    r"came|was here|is here|said|shut|fixed|told|recommended|gave",
                    r"referred|just|on the way|coming|out|stopped|found|at|here|with",
                ),
            ),
            r"(?:i am|im|this is|i) (?:\w+ ){0,3}?(?:a |the )?plumber",
            r"(?:my|our|the|a) plumber",
            r"plumbing (?:company|and|co)",
            r"plumber who",
            r"insurance (?:company|claim)",
        ),
    ),
)
