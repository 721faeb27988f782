"""Single words that hint at a signal, for calls in which no cue states one.

A single word decides nothing; several different words that hint at the same signal do. Each is a regular expression of
one word or a fixed pair, in plain spelling.
"""

from __future__ import annotations

from eal.ai.engines.embedded.language.cues import words
from eal.ai.engines.embedded.signals import Signal

HINT_WORDS: dict[Signal, str] = {
    Signal.WATER: words(
        r"water\w*|wet\w*|damp\w*|moist\w*|soak\w*|flood\w*|leak\w*|drip\w*|pipes?|plumb\w*|hose|valve",
        r"basement|crawl ?space|sump|pump|drain(?:ed|ing)?|puddles?|faucet|toilet|tub|sink|shower|dishwasher",
        r"washer|heater|fridge|ice ?maker|sprinklers?|riser|ceiling|carpets?|hardwoods?|laminate|buckl\w*",
        r"warp\w*|wavy|mush\w*|squish\w*|pad|dry(?:ing)?|dehumidifiers?|shut ?off|upstairs|downstairs|mop\w*",
        r"shop ?vac\w*|towels?|buckets?|slab|meter|humid\w*|condensation|stain\w*|overflow\w*|plaster",
    ),
    Signal.SEWAGE: words(
        r"sewage|sewer|septic|toilets?|flush\w*|drains?|backed|backing|backup|waste",
        r"feces|poop|brown|stink\w*|stench|reeks?|smell\w*|main line|manhole|cleanout",
        r"gurgl\w*|burp\w*|bleach\w*|nasty|chunks|gray|grey|raw|lift station|ejector",
    ),
    Signal.FIRE: words(
        r"fires?|firem[ae]n|firefighters?|smoke\w*|smoky|soot\w*|burn\w*|flames?|ash",
        r"ashes|char\w*|scorch\w*|extinguisher|stove|oven|grease|candle|furnace",
        r"chimney|dryer|odor|wisps?|hot|red cross|fire marshal|insulation|melted|film",
    ),
    Signal.MOLD: words(
        r"mold\w*|mildew\w*|musty|spores?|fung\w*|fuzzy|furry|growth|growing|spots",
        r"dots|specks|black|green|white|dark stuff|pepper|attic|closet|crawl ?space",
        r"humidity|coughing|allerg\w*|asthma|breathing|air quality|test(?:ed|ing)?",
        r"inspector|inspection|remediat\w*|sour|earthy|smell|damp|behind|lungs|sick",
    ),
    Signal.STORM: words(
        r"storms?|wind\w*|hail\w*|tornado|hurricane|lightning|gusts?|rain\w*|snow|ice",
        r"roof\w*|shingles?|siding|gutters?|tarp\w*|tree|branch|limb|oak|pine|skylight",
        r"chimney|daylight|attic|blew|blown|ridge|tin|metal|fence|weather|carport",
    ),
    Signal.BIOHAZARD: words(
        r"blood\w*|body|bodies|died|passed|death|deceased|suicide|decompos\w*|coroner",
        r"police|medical examiner|scene|stabb\w*|shot|overdos\w*|hoard\w*|needles",
        r"syringes|droppings|feces|urine|guano|rats?|mice|raccoons?|pigeons?|bats?",
        r"biohazard|trauma|remains|sanitiz\w*|disinfect\w*|decontaminat\w*|trash|filth\w*",
        r"rotten|rotting|roaches|maggots|flies|smell|squatters?|evicted|executor",
    ),
    Signal.REBUILD: words(
        r"rebuild\w*|reconstruct\w*|drywall|sheetrock|studs|two by fours|2x4s|insulation|cabinets?",
        r"flooring|trim|baseboards?|paint\w*|contractors?|construction|repairs?|restore|finish\w*|bids?",
        r"proposals?|plans|permits?|architect|engineer s?|gutted|demo\w*|mitigation|walls again|put back",
        r"build ?back|countertops?|remodel\w*|fema|settle\w*|framing|electrical|interior|kitchen",
    ),
    Signal.EXISTING_JOB: words(
        r"crews?|your guys?|your tech\w*|technician|job number|project|project manager|appointment",
        r"reschedule|schedule[ds]?|invoices?|contract|signed|deposit|refund|balance|receipt",
        r"machines?|dryers|fans|blowers|dehus?|dehumidifiers?|equipment|contents|boxes|packed",
        r"warehouse|estimate you|started|finish\w*|supposed|promised|update|status|follow\w* up",
        r"came out|lockbox|code|keys|punch list|warranty|completion|supervisor|the guy|your rep",
        r"monitor\w*|readings|squealing|beeping|loud|manager|complain\w*|refuse\w*",
    ),
    Signal.INSURANCE: words(
        r"insur\w*|claims?|claim s|adjusters?|carriers?|polic(?:y|ies)|deductible",
        r"cover(?:s|ed|age)?|denied|denial|settlement|depreciation|holdback|supplement",
        r"endorsement|rider|premium|underwrit\w*|appraisal|agent|xactimate|estimate|reimburse\w*",
        r"mortgage|lender|record|state farm|allstate|usaa|farmers|travelers|wondering|question",
    ),
    Signal.EMPLOYMENT: words(
        r"jobs?|hiring|hire|apply|appl(?:ied|ying|ication|icant)|resume|position|openings?",
        r"spots?|entry level|experience\w*|certif\w*|class|iicrc|wrt|asd|interview|technicians?",
        r"labor\w*|shift|boss|foreman|late|sick|paycheck|payroll|hours|wage|hourly|schedule|van",
        r"truck|start|employer|employee|employment|reference|verif\w*|school|internship|indeed",
        r"warehouse|coworker|supervisor|clock\w*|overtime|quit|quitting|two weeks",
    ),
    Signal.SALES_PITCH: words(
        r"i am with|calling from|reaching out|quick one|your side of town|realty|commercial",
        r"utility bill|finance|close more|businesses|business|compan(?:y|ies)|contractors|restorers",
        r"clients|leads?|marketing|google|map|rank\w*|search\w*|website|seo|ads?|advertis\w*|program",
        r"offer\w*|promo\w*|discount\w*|pricing|save|savings|demo|partner\w*|acquir\w*|acquisition",
        r"equity|investors?|exit|funding|capital|subs|subcontract\w*|crew of|good prices",
        r"quick question|interested|owner|whoever|handles|manages|in charge|decision\w*|exclusive",
        r"per month|free|trial|samples?|catalog\w*|vendors?|suppliers?|supply|supplies|network",
        r"platform|software|services?|reaching out|introduce|opportunit\w*|five minutes|ten minutes",
        r"we help|we work with|rates?|renewal|quote|fleet|products?|distributor|territory|solutions?",
    ),
    Signal.WRONG_NUMBER: words(
        r"wrong|sorry|order|pizza|delivery|appointment|doctor|dr|dentist|pharmacy",
        r"prescription|haircut|reservation|table|tickets?|physical|school|mom|dad|grandma",
        r"grandpa|honey|sweetie|babe|bro|dude|man|buddy|jacket|dinner|lunch|beers?|party",
        r"birthday|game|swing by|bucks|owe|love you|miss you|pick you up|bank|account|library",
        r"church|vet|puppy|hotel|flight|cable|internet|clinic|salon|store|returning your call",
    ),
    Signal.SPAM: words(
        r"press|one|nine|automated|recorded|recording|warranty|congratulations|selected|winner",
        r"won|prize|gift card|irs|social security|tax credit|eligib\w*|qualify|expire[sd]?",
        r"suspended|verification|verify|listing|final notice|warrant|lottery|cruise|vacation",
        r"medicare|opt out|operator|specialist|gotcha|gottem|prank|joke|lol|haha",
    ),
    Signal.OTHER: words(
        r"do you (?:guys )?do",
        r"do you (?:guys )?(?:sell|rent|offer|install)",
        r"ducts?|vents?|gutters?|windows|couch|sofa|mattress|furniture|rugs?|upholstery|pest\w*|termites?",
        r"roaches|ants|bees|junk|moving|storage|landscap\w*|pool|solar|asbestos|radon|lead|survey",
        r"donation|sponsor\w*|charity|rotary|club|speaker|luncheon|school project|student|reporter|news",
        r"interview|permit|inspector s office|city hall|census|attorney|subpoena|lost (?:dog|cat)",
        r"directions|hours|fax|address|board\w*|window|glass|locksmith|break ?in|van|truck",
    ),
}
