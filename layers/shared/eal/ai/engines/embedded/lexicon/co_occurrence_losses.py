"""Words that together tell of a loss, in whatever order they come.

Phrases miss what nobody foresaw; "the whole wall behind the crib is black, like furry" is still a surface and a
look of mold. Each cue here names a lead (its sense is judged) and the kinds of words that must stand near it.
"""

from __future__ import annotations

from eal.ai.engines.embedded.language.cues import family
from eal.ai.engines.embedded.lexicon.word_classes import DIRTY, FAILING, FIXTURE, PLACE, SOILED, WET

LOSS_FAMILIES = (
    # --- water: what failed and where, or what is wet
    family(
        "water",
        3,
        rf"(?:{FIXTURE}) (?:\w+ ){{0,7}}?(?:{FAILING})|(?:{FAILING}) (?:\w+ ){{0,4}}?(?:{FIXTURE})",
        unless=r"gas|fire|sewage|sewer|garage door|phone|drain line|(?:main|sewer) (?:\w+ )?(?:back|clog)\w*",
        unless_beside=r"gas (?:line|leak|smell)|leads|dryer vent|tree|storm|hail|soot",
    ),
    family(
        "water",
        3,
        rf"(?:{WET})",
        PLACE,
        unless=(
            r"blood|soot|smok\w+|urine|pee|flood (?:zone|insurance|policy)|wet (?:paint|wipes)|feces"
            r"|paint"
        ),
        unless_beside=(
            r"mold|mildew|sewage|sewer|hail|soot|fire|leads|blood|body|decompos\w*|coffee"
            r"|wine|odor"
        ),
    ),
    family(
        "water",
        3,
        r"(?:water|rain ?water|agua) ",
        (
            r"coming|came|comes|running|ran|going|went|leak\w*|drip\w*|everywhere|all over|puddl\w*|pool\w*"
            r"|seep\w*"
            r"|got (?:in|into|under|behind)|standing|inch(?:es)?|feet|rising|pour\w*|flow\w*|spray\w*"
            r"|shoot\w*|stop\w*|flood\w*|damage[ds]?"
        ),
        PLACE,
        unless=r"water (?:bill|softener|filter|delivery)|hot water",
        unless_beside=r"leads|sewage|sewer|mold",
    ),
    family(
        "water",
        3,
        r"mucho agua|mucha agua|agua|inundaci\w+|inundad\w+|tuber[ií]a|fuga de agua|gotera|mucho water",
    ),
    # --- sewage: a drain or a toilet, and filth
    family(
        "sewage",
        5,
        r"(?:toilets|potties|urinals|commodes)",
        r"overflow\w*|back(?:ed|ing) up|spill\w*|running over|coming up|bubbl\w*|gurgl\w*",
        r"all of them|both|all|every|other|hall\w*|floor|building|everywhere|whole|tile",
        unless=r"clear water|clean water",
        unless_beside=r"clean water|clear water|just water",
        reach="near",
    ),
    family(
        "sewage",
        5,
        (
            r"toilets?|potty|potties|urinals?|drains?|commode|sewer|septic|ejector|floor drain|shower|tub"
            r"|bathtub|main line|cleanout|clean out|lift station|lateral"
        ),
        DIRTY,
        (
            r"overflow\w*|erupt\w*|rising|rises|rose|back(?:ed|ing|s)? ?up|backup|coming|came|comes"
            r"|bubbl\w*|spill\w*|floor|everywhere|all over|flood\w*|up|out|over|leak\w*"
        ),
        unless=r"clear water|clean water|storm drain",
        unless_beside=(
            r"clean water|just water|only water|dishwasher|(?:brown|yellow|water) (?:stains?"
            r"|rings?|spots?)|mold|mildew|(?:dog|cat|rat|mice|mouse|bat|raccoon"
            r"|pigeon) (?:poop|feces|urine)|hoard\w*"
        ),
        reach="near",
    ),
    # --- mold: a surface with the look of it
    family(
        "mold",
        4,
        (
            rf"(?:{SOILED}|dark) (?:\w+ ){{0,3}}?(?:stuff|spots?|dots|specks|growth|growing|fuzz|patches"
            rf"|splotches|blotches|film|gunk|streaks|substance|fungus)"
            r"|(?:furry|fuzzy) (?:\w+ )?(?:black|green|white|gray|grey)|(?:is|its|are|all|was"
            r"|like) (?:\w+ )?(?:fuzzy|furry|slimy)|(?:wall|ceiling|closet|corner|attic|floor"
            r"|baseboard)s? (?:\w+ ){0,5}?(?:is|are|was|turned|turning|went|all|covered"
            r"|covered in) (?:\w+ )?(?:black|green|fuzzy|furry)"
        ),
        rf"{PLACE}|tack strip",
        unless=r"smok\w+|soot|burn\w*|fire",
        unless_beside=(
            r"soot\w*|fire|smoke|burn\w*|toner|sewage|toilet|drain|black water|ink|puff ?back"
            r"|furnace"
        ),
    ),
    family(
        "mold",
        3,
        r"musty|mildew\w*|spores?|fungus|fungal|fungi|mycotoxins?|stachybotrys|aspergillus|moho",
    ),
    # --- fire: burnt, smoked or sooted, and what
    family(
        "fire",
        4,
        (
            r"fire|caught fire|soot\w*|burned|burnt|scorched|charred|extinguisher|smoke damage|smoked up"
            r"|puff ?back|torched|incendio"
        ),
        (
            rf"{PLACE}|stove|oven|microwave|dryer|toaster|outlet|panel|grill|fireplace|chimney|furnace"
            rf"|boiler|everything|smell\w*|cabinets?|upstairs|downstairs|hotel|red cross"
        ),
        unless=(
            r"fire (?:line|main|pump|hose|riser|department|dept|alarm|truck|marshal|sprinkler"
            r"|extinguisher|hydrant|watch|inspection|insurance|door|escape|pit|station|panel|code"
            r"|chief|suppression|system|engine|leads)"
            r"|fired|car fire|(?:next door|neighbors?|across|down the) (?:\w+ ){0,4}?fire"
        ),
        unless_beside=(
            r"leads|next door|next to (?:mine|ours)|neighbors?|sprinklers?|gas leak"
            r"|rebuild\w*|reconstruct\w*"
        ),
    ),
    # --- storm: weather or a tree, and the shell of a building
    family(
        "storm",
        4,
        (
            r"trees?|branch(?:es)?|limbs?|oak|pine|maple|trunk|hail\w*|winds?|windstorm|tornado|hurricane"
            r"|storms?|thunderstorm|lightning|microburst|derecho|gusts?|nor ?easter|blizzard"
        ),
        (
            r"roof\w*|shingles?|siding|gutters?|skylights?|windows?|attic|chimney|soffit|fascia|fence|porch"
            r"|garage|carport|deck|house|home|building|tarp\w*|shed"
        ),
        (
            r"hit|hits|fell|fallen|falls|landed|crash\w*|through|smash\w*|punch\w*|puncture\w*|hole"
            r"|damag\w*|took|tore|torn|rip\w*|peel\w*|blew|blown|missing"
            r"|leak\w*|dent\w*|look(?:ed)? at|inspect\w*|check\w*|came down|down on|on (?:top of|the|my"
            r"|our)|lost|gone|loose|off|tarp\w*|crush\w*|broke\w*|struck|came through"
        ),
        unless=r"storm drain|tree (?:service|trimming|removal|company)|storm season",
        unless_beside=(
            r"leads|sewage|trim (?:a|the|my|some)|stump|basement|sump|crawl ?space"
            r"|car (?:drove|hit|crash\w*)"
        ),
    ),
    family(
        "storm",
        4,
        r"(?:roof|shingles|siding|chimney|skylight|gutters?|attic)",
        r"blowing|windy?|storm\w*|hurricane|tornado|gusts?|ice|snow|hail\w*",
        (
            r"raining|rain|gone|half|hole|gap|sky|daylight|neighbor s yard|yard|flew|off|open|torn"
            r"|damage[ds]?|missing|leak\w*|soak\w*"
        ),
        unless=r"storm drain",
        unless_beside=r"leads|sewage|basement flood\w*|sump",
        reach="near",
    ),
    # --- biohazard: a death, blood, animals' waste, a hoard
    family(
        "biohazard",
        5,
        (
            r"died|passed|passed away|deceased|dead|death|body|suicide|overdos\w*|killed|shot|stabb\w+|hung"
            r"|hanged|own life|corpse|remains"
        ),
        (
            r"apartment|room|house|home|bed|bedroom|unit|bathroom|garage|car|trailer|motel|hotel|office"
            r"|carpet|floor|mattress"
        ),
        (
            r"clean\w*|fluids?|smell\w*|odor|found|police|coroner|medical examiner|sheriff|decompos\w*|days"
            r"|weeks?|blood|mess|stain\w*"
        ),
        unless=(
            r"battery|dead (?:fan|machine|line|phone|end|bolt|tree|limb|branch)|shot off"
            r"|pump (?:\w+ )?died|inspection|passed (?:the|a|inspection)|(?:heater|furnace|machine"
            r"|fridge|power|freezer|ac|phone) (?:\w+ )?died|died on (?:me|us)"
        ),
        unless_beside=(
            r"estate sale|(?:pump|heater|furnace|freezer|fan|machine) (?:\w+ )?died|pipe"
            r"|leak\w*|mold|flood\w*"
        ),
        reach="near",
    ),
    family(
        "biohazard",
        6,
        (
            r"droppings|guano|feces|urine|poop|excrement|infest\w*|roost\w*|carcass|dead (?:animal|raccoon"
            r"|possum|rat|squirrel|deer|cat|dog)|nest\w*"
        ),
        (
            r"attic|warehouse|rafters|barn|building|store|mezzanine|loft|crawl ?space|basement|house|garage"
            r"|shed|walls?|insulation|home|apartment|unit|cabin|carpet\w*|floors?"
        ),
        (
            r"rats?|mouse|mice|rodents?|bats?|pigeons?|raccoons?|squirrels?|birds?|cats?|dogs?|animals?"
            r"|possums?|opossums?|wildlife|critters?|skunks?"
        ),
        unless_beside=r"sewage|toilet|sewer|septic",
        reach="near",
    ),
    family(
        "biohazard",
        5,
        r"blood\w*",
        (
            r"clean\w*|floor|carpet|walls?|machine|everywhere|all over|mess|room|mattress|stairs|bathroom"
            r"|hallway|sanitiz\w*|disinfect\w*|parking lot|sidewalk"
        ),
        unless=r"blood (?:pressure|test|work|drive|sugar)|cold blood|bloody (?:hell|murder)",
    ),
    family(
        "biohazard",
        5,
        (
            r"hoard\w*|trash (?:up )?to|human waste|garbage (?:up )?to|walk in it|evicted (?:a|the|my|some)"
            r"|squatters?|rotten food|rotting|packed (?:to the|with|full|floor to)|filth\w*|squalor"
            r"|piled (?:up|to the)|knee deep in (?:trash|garbage)|floor to ceiling (?:trash|garbage|stuff)"
            r"|trashed"
        ),
        r"clean\w*|clear\w*|haul\w*|sanitiz\w*|empt\w*|gut|disinfect\w*",
        r"house|home|apartment|unit|trailer|condo|place|property",
        unless_beside=r"ceiling (?:fell|leak\w*)|pipe|fire",
        reach="call",
    ),
    family(
        "biohazard",
        5,
        (
            r"sharps|needles|syringes|drug (?:lab|house|paraphernalia)|meth|fentanyl|infectious|pathogens?"
            r"|disinfect\w* (?:the|our|my) (?:office|clinic|facility|school)|covid|norovirus|mrsa|c diff"
            r"|tear gas|crime scene|fingerprint (?:dust|powder)"
        ),
        (
            r"clean\w*|decontaminat\w*|remov\w*|disinfect\w*|sanitiz\w*|service|unit|apartment|house|room"
            r"|found|left"
        ),
        reach="near",
    ),
    family(
        "biohazard",
        5,
        (
            r"(?:was|were|been|got) found|(?:been|was|lay|laying|lying) (?:there|gone|dead|in there)"
            r"|(?:found|discovered) (?:him|her|them|my \w+|the (?:body|tenant|resident|guy|man|woman|lady))"
            r"|welfare check|wellness check|unattended|went undiscovered"
        ),
        (
            r"days|weeks?|a week|months?|coroner|police|smell\w*|body|medical examiner|fluids?|gone|passed"
            r"|deceased|died"
        ),
        (
            r"tenant|resident|he|she|him|her|brother|sister|father|mother|dad|mom|son|daughter|uncle|aunt"
            r"|neighbor|man|woman|guy|lady|grandmother|grandfather|cousin|friend|roommate"
        ),
        unless=(
            r"(?:leak|water|mold|pipe|card|wallet|dog|keys) (?:\w+ )?(?:was|were|been) found"
            r"|found (?:it|the leak|water|mold)"
        ),
        unless_beside=r"leak\w*|flood\w*|pipe|mold|water (?:heater|line)|dog|cat|wallet",
        reach="near",
    ),
    # --- rebuild: putting back what was taken out
    family(
        "rebuild",
        5,
        (
            r"drywall|sheetrock|flooring|floors?|cabinets?|kitchen|bathroom|walls?|trim|baseboards?"
            r"|paint(?:ing)?|studs|ceiling|house|basement|reconstruction|repairs|restoration work"
            r"|construction"
        ),
        (
            r"clean ?out|sealed|approved scope|scope for|mucked out|two by fours|2x4s|taken down to"
            r"|ripped out|tore out|torn out|tear out|took out|pulled out|cut out|demo(?:ed|lished|lition)?"
            r"|gutted|bare|down to|dried (?:it |everything |us )?out|drying is|mitigation|remediat\w+"
            r"|cleanup|clean up"
        ),
        (
            r"put\w* (?:\w+ ){0,4}?back|rebuil\w*|reconstruct\w*|restor\w*|replac\w*|redo\w*|redone"
            r"|install\w*|finish\w*|bids?|hang|repair\w*|put ?back|build ?back|new|bid|framing|build\w*"
            r"|walls again|get (?:walls|floors)|proposals?"
        ),
        unless=r"dry ?out",
        unless_beside=(
            r"your (?:guys|crew|company|team|people|techs?)|you (?:guys|folks|people"
            r"|all) (?:tore|ripped|took|gutted|demo\w*|did|were|are)|you (?:tore|ripped"
            r"|gutted)|still (?:wet|leaking)|sewage|mold (?:in|on|growing)"
        ),
        reach="near",
    ),
)
