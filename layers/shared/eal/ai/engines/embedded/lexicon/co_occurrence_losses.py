"""Words that indicate a loss together, in any order.

Phrases miss unforeseen wordings; "the whole wall behind the crib is black, like furry" is still a surface and the look
of mold. Each cue has a lead, whose scope is that of the mention, and the classes of words that must occur near it.
"""

from __future__ import annotations

from eal.ai.engines.embedded.language.cues import co_occurrence, phrase, words
from eal.ai.engines.embedded.lexicon.word_classes import DIRTY, FAILING, FIXTURE, PLACE, SOILED, WET
from eal.ai.engines.embedded.signals import Signal

LOSS_CO_OCCURRENCES = (
    # --- water: what failed and where, or what is wet
    co_occurrence(
        Signal.WATER,
        3,
        rf"(?:{FIXTURE}) (?:\w+ ){{0,7}}?(?:{FAILING})|(?:{FAILING}) (?:\w+ ){{0,4}}?(?:{FIXTURE})",
        unless=r"gas|fire|sewage|sewer|garage door|phone|drain line|(?:main|sewer) (?:\w+ )?(?:back|clog)\w*",
        unless_nearby=r"gas (?:line|leak|smell)|leads|dryer vent|tree|storm|hail|soot",
    ),
    co_occurrence(
        Signal.WATER,
        3,
        rf"(?:{WET})",
        PLACE,
        unless=words(
            r"blood|soot|smok\w+|urine|pee|flood (?:zone|insurance|policy)|wet (?:paint|wipes)|feces|paint",
        ),
        unless_nearby=words(
            r"mold|mildew|sewage|sewer|hail|soot|fire|leads|blood|body|decompos\w*|coffee|wine|odor",
        ),
    ),
    co_occurrence(
        Signal.WATER,
        3,
        r"(?:water|rain ?water|agua)",
        words(
            r"coming|came|comes|running|ran|going|went|leak\w*|drip\w*|everywhere|all over",
            r"puddl\w*|pool\w*|seep\w*|got (?:in|into|under|behind)|standing|inch(?:es)?",
            r"feet|rising|pour\w*|flow\w*|spray\w*|shoot\w*|stop\w*|flood\w*|damage[ds]?",
        ),
        PLACE,
        unless=r"water (?:bill|softener|filter|delivery)|hot water",
        unless_nearby=r"leads|sewage|sewer|mold",
    ),
    co_occurrence(
        Signal.WATER,
        3,
        r"mucho agua|mucha agua|agua|inundaci\w+|inundad\w+|tuber[ií]a|fuga de agua|gotera|mucho water",
    ),
    # --- sewage: a drain or a toilet, and filth
    co_occurrence(
        Signal.SEWAGE,
        5,
        r"(?:toilets|potties|urinals|commodes)",
        r"overflow\w*|back(?:ed|ing) up|spill\w*|running over|coming up|bubbl\w*|gurgl\w*",
        r"all of them|both|all|every|other|hall\w*|floor|building|everywhere|whole|tile",
        unless=r"clear water|clean water",
        unless_nearby=r"clean water|clear water|just water",
        reach="near",
    ),
    co_occurrence(
        Signal.SEWAGE,
        5,
        words(
            r"toilets?|potty|potties|urinals?|drains?|commode|sewer|septic|ejector|floor drain",
            r"shower|tub|bathtub|main line|cleanout|clean out|lift station|lateral",
        ),
        DIRTY,
        words(
            r"overflow\w*|erupt\w*|rising|rises|rose|back(?:ed|ing|s)? ?up|backup|coming|came",
            r"comes|bubbl\w*|spill\w*|floor|everywhere|all over|flood\w*|up|out|over|leak\w*",
        ),
        unless=r"clear water|clean water|storm drain",
        unless_nearby=words(
            r"clean water|just water|only water|dishwasher",
            r"(?:brown|yellow|water) (?:stains?|rings?|spots?)",
            r"mold|mildew",
            r"(?:dog|cat|rat|mice|mouse|bat|raccoon|pigeon) (?:poop|feces|urine)",
            r"hoard\w*",
        ),
        reach="near",
    ),
    # --- mold: a surface with the look of it
    co_occurrence(
        Signal.MOLD,
        4,
        words(
            phrase(
                rf"(?:{SOILED}|dark) (?:\w+ ){{0,3}}?",
                (
                    r"stuff|spots?|dots|specks|growth|growing|fuzz|patches",
                    r"splotches|blotches|film|gunk|streaks|substance|fungus",
                ),
            ),
            r"(?:furry|fuzzy) (?:\w+ )?(?:black|green|white|gray|grey)",
            r"(?:is|its|are|all|was|like) (?:\w+ )?(?:fuzzy|furry|slimy)",
            phrase(
                r"(?:wall|ceiling|closet|corner|attic|floor|baseboard)s? (?:\w+ ){0,5}?",
                r"(?:is|are|was|turned|turning|went|all|covered|covered in) (?:\w+ )?",
                r"(?:black|green|fuzzy|furry)",
            ),
        ),
        rf"{PLACE}|tack strip",
        unless=r"smok\w+|soot|burn\w*|fire",
        unless_nearby=words(
            r"soot\w*|fire|smoke|burn\w*|toner|sewage|toilet|drain|black water|ink|puff ?back|furnace",
        ),
    ),
    co_occurrence(
        Signal.MOLD,
        3,
        r"musty|mildew\w*|spores?|fungus|fungal|fungi|mycotoxins?|stachybotrys|aspergillus|moho",
    ),
    # --- fire: burnt, smoked or sooted, and what
    co_occurrence(
        Signal.FIRE,
        4,
        words(
            r"fire|caught fire|soot\w*|burned|burnt|scorched|charred",
            r"extinguisher|smoke damage|smoked up|puff ?back|torched|incendio",
        ),
        words(
            rf"{PLACE}|stove|oven|microwave|dryer|toaster|outlet|panel|grill|fireplace|chimney",
            r"furnace|boiler|everything|smell\w*|cabinets?|upstairs|downstairs|hotel|red cross",
        ),
        unless=words(
            phrase(
                r"fire ",
                (
                    r"line|main|pump|hose|riser|department|dept|alarm|truck|marshal",
                    r"sprinkler|extinguisher|hydrant|watch|inspection|insurance|door",
                    r"escape|pit|station|panel|code|chief|suppression|system|engine|leads",
                ),
            ),
            r"fired|car fire",
            r"(?:next door|neighbors?|across|down the) (?:\w+ ){0,4}?fire",
        ),
        unless_nearby=words(
            r"leads|next door|next to (?:mine|ours)|neighbors?",
            r"sprinklers?|gas leak|rebuild\w*|reconstruct\w*",
        ),
    ),
    # --- storm: weather or a tree, and the shell of a building
    co_occurrence(
        Signal.STORM,
        4,
        words(
            r"trees?|branch(?:es)?|limbs?|oak|pine|maple|trunk|hail\w*|winds?|windstorm|tornado",
            r"hurricane|storms?|thunderstorm|lightning|microburst|derecho|gusts?|nor ?easter|blizzard",
        ),
        words(
            r"roof\w*|shingles?|siding|gutters?|skylights?|windows?|attic|chimney|soffit",
            r"fascia|fence|porch|garage|carport|deck|house|home|building|tarp\w*|shed",
        ),
        words(
            r"hit|hits|fell|fallen|falls|landed|crash\w*|through|smash\w*|punch\w*|puncture\w*",
            r"hole|damag\w*|took|tore|torn|rip\w*|peel\w*|blew|blown|missing|leak\w*|dent\w*",
            r"look(?:ed)? at|inspect\w*|check\w*|came down|down on|on (?:top of|the|my|our)",
            r"lost|gone|loose|off|tarp\w*|crush\w*|broke\w*|struck|came through",
        ),
        unless=r"storm drain|tree (?:service|trimming|removal|company)|storm season",
        unless_nearby=words(
            r"leads|sewage|trim (?:a|the|my|some)|stump|basement",
            r"sump|crawl ?space|car (?:drove|hit|crash\w*)",
        ),
    ),
    co_occurrence(
        Signal.STORM,
        4,
        r"(?:roof|shingles|siding|chimney|skylight|gutters?|attic)",
        r"blowing|windy?|storm\w*|hurricane|tornado|gusts?|ice|snow|hail\w*",
        words(
            r"raining|rain|gone|half|hole|gap|sky|daylight|neighbor s yard",
            r"yard|flew|off|open|torn|damage[ds]?|missing|leak\w*|soak\w*",
        ),
        unless=r"storm drain",
        unless_nearby=r"leads|sewage|basement flood\w*|sump",
        reach="near",
    ),
    # --- biohazard: a death, blood, animals' waste, a hoard
    co_occurrence(
        Signal.BIOHAZARD,
        5,
        words(
            r"died|passed|passed away|deceased|dead|death|body|suicide|overdos\w*",
            r"killed|shot|stabb\w+|hung|hanged|own life|corpse|remains",
        ),
        words(
            r"apartment|room|house|home|bed|bedroom|unit|bathroom|garage",
            r"car|trailer|motel|hotel|office|carpet|floor|mattress",
        ),
        words(
            r"clean\w*|fluids?|smell\w*|odor|found|police|coroner|medical examiner",
            r"sheriff|decompos\w*|days|weeks?|blood|mess|stain\w*",
        ),
        unless=words(
            r"battery",
            r"dead (?:fan|machine|line|phone|end|bolt|tree|limb|branch)",
            r"shot off|pump (?:\w+ )?died|inspection|passed (?:the|a|inspection)",
            r"(?:heater|furnace|machine|fridge|power|freezer|ac|phone) (?:\w+ )?died",
            r"died on (?:me|us)",
        ),
        unless_nearby=words(
            r"estate sale",
            r"(?:pump|heater|furnace|freezer|fan|machine) (?:\w+ )?died",
            r"pipe|leak\w*|mold|flood\w*",
        ),
        reach="near",
    ),
    co_occurrence(
        Signal.BIOHAZARD,
        6,
        words(
            r"droppings|guano|feces|urine|poop|excrement|infest\w*|roost\w*|carcass",
            r"dead (?:animal|raccoon|possum|rat|squirrel|deer|cat|dog)",
            r"nest\w*",
        ),
        words(
            r"attic|warehouse|rafters|barn|building|store|mezzanine|loft|crawl ?space|basement",
            r"house|garage|shed|walls?|insulation|home|apartment|unit|cabin|carpet\w*|floors?",
        ),
        words(
            r"rats?|mouse|mice|rodents?|bats?|pigeons?|raccoons?|squirrels?|birds?",
            r"cats?|dogs?|animals?|possums?|opossums?|wildlife|critters?|skunks?",
        ),
        unless_nearby=r"sewage|toilet|sewer|septic",
        reach="near",
    ),
    co_occurrence(
        Signal.BIOHAZARD,
        5,
        r"blood\w*",
        words(
            r"clean\w*|floor|carpet|walls?|machine|everywhere|all over|mess|room|mattress",
            r"stairs|bathroom|hallway|sanitiz\w*|disinfect\w*|parking lot|sidewalk",
        ),
        unless=r"blood (?:pressure|test|work|drive|sugar)|cold blood|bloody (?:hell|murder)",
    ),
    co_occurrence(
        Signal.BIOHAZARD,
        5,
        words(
            r"hoard\w*|trash (?:up )?to|human waste|garbage (?:up )?to|walk in it",
            r"evicted (?:a|the|my|some)|squatters?|rotten food|rotting",
            r"packed (?:to the|with|full|floor to)|filth\w*|squalor|piled (?:up|to the)",
            r"knee deep in (?:trash|garbage)|floor to ceiling (?:trash|garbage|stuff)|trashed",
        ),
        r"clean\w*|clear\w*|haul\w*|sanitiz\w*|empt\w*|gut|disinfect\w*",
        r"house|home|apartment|unit|trailer|condo|place|property",
        unless_nearby=r"ceiling (?:fell|leak\w*)|pipe|fire",
        reach="call",
    ),
    co_occurrence(
        Signal.BIOHAZARD,
        5,
        words(
            r"sharps|needles|syringes|drug (?:lab|house|paraphernalia)|meth|fentanyl|infectious|pathogens?",
            r"disinfect\w* (?:the|our|my) (?:office|clinic|facility|school)",
            r"covid|norovirus|mrsa|c diff|tear gas|crime scene|fingerprint (?:dust|powder)",
        ),
        words(
            r"clean\w*|decontaminat\w*|remov\w*|disinfect\w*",
            r"sanitiz\w*|service|unit|apartment|house|room|found|left",
        ),
        reach="near",
    ),
    co_occurrence(
        Signal.BIOHAZARD,
        5,
        words(
            r"(?:was|were|been|got) found",
            r"(?:been|was|lay|laying|lying) (?:there|gone|dead|in there)",
            r"(?:found|discovered) (?:him|her|them|my \w+|the (?:body|tenant|resident|guy|man|woman|lady))",
            r"welfare check|wellness check|unattended|went undiscovered",
        ),
        words(
            r"days|weeks?|a week|months?|coroner|police|smell\w*|body",
            r"medical examiner|fluids?|gone|passed|deceased|died",
        ),
        words(
            r"tenant|resident|he|she|him|her|brother|sister|father|mother|dad|mom|son|daughter",
            r"uncle|aunt|neighbor|man|woman|guy|lady|grandmother|grandfather|cousin|friend|roommate",
        ),
        unless=words(
            r"(?:leak|water|mold|pipe|card|wallet|dog|keys) (?:\w+ )?(?:was|were|been) found",
            r"found (?:it|the leak|water|mold)",
        ),
        unless_nearby=r"leak\w*|flood\w*|pipe|mold|water (?:heater|line)|dog|cat|wallet",
        reach="near",
    ),
    # --- rebuild: putting back what was taken out
    co_occurrence(
        Signal.REBUILD,
        5,
        words(
            r"drywall|sheetrock|flooring|floors?|cabinets?|kitchen|bathroom",
            r"walls?|trim|baseboards?|paint(?:ing)?|studs|ceiling|house",
            r"basement|reconstruction|repairs|restoration work|construction",
        ),
        words(
            r"clean ?out|sealed|approved scope|scope for|mucked out|two by fours|2x4s",
            r"taken down to|ripped out|tore out|torn out|tear out|took out|pulled out|cut out",
            r"demo(?:ed|lished|lition)?|gutted|bare|down to|dried (?:it |everything |us )?out",
            r"drying is|mitigation|remediat\w+|cleanup|clean up",
        ),
        words(
            r"put\w* (?:\w+ ){0,4}?back|rebuil\w*|reconstruct\w*|restor\w*|replac\w*|redo\w*",
            r"redone|install\w*|finish\w*|bids?|hang|repair\w*|put ?back|build ?back|new|bid",
            r"framing|build\w*|walls again|get (?:walls|floors)|proposals?",
        ),
        unless=r"dry ?out",
        unless_nearby=words(
            r"your (?:guys|crew|company|team|people|techs?)",
            r"you (?:guys|folks|people|all) (?:tore|ripped|took|gutted|demo\w*|did|were|are)",
            r"you (?:tore|ripped|gutted)|still (?:wet|leaking)|sewage|mold (?:in|on|growing)",
        ),
        reach="near",
    ),
)
