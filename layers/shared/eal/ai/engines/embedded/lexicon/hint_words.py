"""Single words by what they hint at, for calls in which nothing was said outright.

No word decides; several different ones that hint at the same thing do. Each is a regular expression of one word
or a fixed pair, in plain spelling.
"""

from __future__ import annotations

VOCABULARY: dict[str, str] = {
    "water": (
        r"water\w*|wet\w*|damp\w*|moist\w*|soak\w*|flood\w*|leak\w*|drip\w*|pipes?|plumb\w*|hose|valve"
        r"|basement|crawl ?space"
        r"|sump|pump|drain(?:ed|ing)?|puddles?|faucet|toilet|tub|sink|shower|dishwasher|washer|heater"
        r"|fridge|ice ?maker"
        r"|sprinklers?|riser|ceiling|carpets?|hardwoods?|laminate|buckl\w*|warp\w*|wavy|mush\w*"
        r"|squish\w*|pad|dry(?:ing)?|dehumidifiers?"
        r"|shut ?off|upstairs|downstairs|mop\w*|shop ?vac\w*|towels?|buckets?|slab|meter|humid\w*"
        r"|condensation|stain\w*|overflow\w*|plaster"
    ),
    "sewage": (
        r"sewage|sewer|septic|toilets?|flush\w*|drains?|backed|backing|backup|waste|feces|poop|brown"
        r"|stink\w*|stench|reeks?"
        r"|smell\w*|main line|manhole|cleanout|gurgl\w*|burp\w*|bleach\w*|nasty|chunks|gray|grey|raw"
        r"|lift station|ejector"
    ),
    "fire": (
        r"fires?|firem[ae]n|firefighters?|smoke\w*|smoky|soot\w*|burn\w*|flames?|ash|ashes|char\w*"
        r"|scorch\w*|extinguisher"
        r"|stove|oven|grease|candle|furnace|chimney|dryer|odor|wisps?|hot|red cross|fire marshal"
        r"|insulation|melted|film"
    ),
    "mold": (
        r"mold\w*|mildew\w*|musty|spores?|fung\w*|fuzzy|furry|growth|growing|spots|dots|specks|black"
        r"|green|white|dark stuff|pepper"
        r"|attic|closet|crawl ?space|humidity|coughing|allerg\w*|asthma|breathing|air quality|test(?:ed"
        r"|ing)?|inspector"
        r"|inspection|remediat\w*|sour|earthy|smell|damp|behind|lungs|sick"
    ),
    "storm": (
        r"storms?|wind\w*|hail\w*|tornado|hurricane|lightning|gusts?|rain\w*|snow|ice|roof\w*|shingles?"
        r"|siding|gutters?|tarp\w*"
        r"|tree|branch|limb|oak|pine|skylight|chimney|daylight|attic|blew|blown|ridge|tin|metal|fence"
        r"|weather|carport"
    ),
    "biohazard": (
        r"blood\w*|body|bodies|died|passed|death|deceased|suicide|decompos\w*|coroner|police"
        r"|medical examiner|scene|stabb\w*"
        r"|shot|overdos\w*|hoard\w*|needles|syringes|droppings|feces|urine|guano|rats?|mice|raccoons?"
        r"|pigeons?|bats?|biohazard"
        r"|trauma|remains|sanitiz\w*|disinfect\w*|decontaminat\w*|trash|filth\w*|rotten|rotting|roaches"
        r"|maggots|flies|smell|squatters?|evicted|executor"
    ),
    "rebuild": (
        r"rebuild\w*|reconstruct\w*|drywall|sheetrock|studs|two by fours|2x4s|insulation|cabinets?"
        r"|flooring|trim|baseboards?|paint\w*"
        r"|contractors?|construction|repairs?|restore|finish\w*|bids?|proposals?|plans|permits?"
        r"|architect|engineer s?|gutted|demo\w*|mitigation"
        r"|walls again|put back|build ?back|countertops?|remodel\w*|fema|settle\w*|framing|electrical"
        r"|interior|kitchen"
    ),
    "existing_job": (
        r"crews?|your guys?|your tech\w*|technician|job number|project|project manager|appointment"
        r"|reschedule|schedule[ds]?|invoices?"
        r"|contract|signed|deposit|refund|balance|receipt|machines?|dryers|fans|blowers|dehus?"
        r"|dehumidifiers?|equipment|contents|boxes"
        r"|packed|warehouse|estimate you|started|finish\w*|supposed|promised|update|status|follow\w* up"
        r"|came out|lockbox|code|keys"
        r"|punch list|warranty|completion|supervisor|the guy|your rep|monitor\w*|readings|squealing"
        r"|beeping|loud|manager|complain\w*|refuse\w*"
    ),
    "insurance": (
        r"insur\w*|claims?|claim s|adjusters?|carriers?|polic(?:y|ies)|deductible|cover(?:s|ed|age)?"
        r"|denied|denial|settlement|depreciation"
        r"|holdback|supplement|endorsement|rider|premium|underwrit\w*|appraisal|agent|xactimate"
        r"|estimate|reimburse\w*|mortgage|lender|record"
        r"|state farm|allstate|usaa|farmers|travelers|wondering|question"
    ),
    "employment": (
        r"jobs?|hiring|hire|apply|appl(?:ied|ying|ication|icant)|resume|position|openings?|spots?"
        r"|entry level|experience\w*|certif\w*|class"
        r"|iicrc|wrt|asd|interview|technicians?|labor\w*|shift|boss|foreman|late|sick|paycheck|payroll"
        r"|hours|wage|hourly|schedule|van|truck|start"
        r"|employer|employee|employment|reference|verif\w*|school|internship|indeed|warehouse|coworker"
        r"|supervisor|clock\w*|overtime|quit|quitting|two weeks"
    ),
    "sales_pitch": (
        r"i am with|calling from|reaching out|quick one|your side of town|realty|commercial"
        r"|utility bill|finance|close more|businesses|business|compan(?:y|ies)|contractors|restorers"
        r"|clients|leads?|marketing|google|map|rank\w*|search\w*|website|seo|ads?|advertis\w*"
        r"|program|offer\w*|promo\w*|discount\w*|pricing|save|savings|demo|partner\w*|acquir\w*"
        r"|acquisition|equity|investors?|exit|funding|capital"
        r"|subs|subcontract\w*|crew of|good prices|quick question|interested|owner|whoever|handles"
        r"|manages|in charge|decision\w*|exclusive|per month"
        r"|free|trial|samples?|catalog\w*|vendors?|suppliers?|supply|supplies|network|platform|software"
        r"|services?|reaching out|introduce|opportunit\w*"
        r"|five minutes|ten minutes|we help|we work with|rates?|renewal|quote|fleet|products?"
        r"|distributor|territory|solutions?"
    ),
    "wrong_number": (
        r"wrong|sorry|order|pizza|delivery|appointment|doctor|dr|dentist|pharmacy|prescription|haircut"
        r"|reservation|table|tickets?|physical|school"
        r"|mom|dad|grandma|grandpa|honey|sweetie|babe|bro|dude|man|buddy|jacket|dinner|lunch|beers?"
        r"|party|birthday|game|swing by|bucks|owe"
        r"|love you|miss you|pick you up|bank|account|library|church|vet|puppy|hotel|flight|cable"
        r"|internet|clinic|salon|store|returning your call"
    ),
    "spam": (
        r"press|one|nine|automated|recorded|recording|warranty|congratulations|selected|winner|won"
        r"|prize|gift card|irs|social security|tax credit"
        r"|eligib\w*|qualify|expire[sd]?|suspended|verification|verify|listing|final notice|warrant"
        r"|lottery|cruise|vacation|medicare|opt out|operator"
        r"|specialist|gotcha|gottem|prank|joke|lol|haha"
    ),
    "other": (
        r"do you (?:guys )?do|do you (?:guys )?(?:sell|rent|offer|install)|ducts?|vents?|gutters?"
        r"|windows|couch|sofa|mattress|furniture|rugs?|upholstery|pest\w*"
        r"|termites?|roaches|ants|bees|junk|moving|storage|landscap\w*|pool|solar|asbestos|radon|lead"
        r"|survey|donation|sponsor\w*|charity"
        r"|rotary|club|speaker|luncheon|school project|student|reporter|news|interview|permit"
        r"|inspector s office|city hall|census|attorney|subpoena"
        r"|lost (?:dog|cat)|directions|hours|fax|address|board\w*|window|glass|locksmith|break ?in|van|truck"
    ),
}
