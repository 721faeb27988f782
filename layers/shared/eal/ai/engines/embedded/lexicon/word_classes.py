"""Classes of words for co-occurrences: things, what happens to them, companies and offers."""

from __future__ import annotations

from eal.ai.engines.embedded.language.cues import phrase, words
from eal.ai.engines.embedded.lexicon.building_parts import ROOM

SURFACE = words(
    r"walls?|ceilings?|ceiling tiles?|floors?|floorboards?|flooring|carpets?|carpeting",
    r"rugs?|pad|padding|hardwoods?|laminate|vinyl|tiles?|drywall|sheetrock|baseboards?",
    r"trim|subfloor|insulation|cabinets?|vanity|joists?|studs|rafters?|sheathing|paneling",
    r"closets?|windows?|window ?sills?|grout|vents?|plywood|shelves|countertops?",
)
PLACE = words(
    rf"{ROOM}|{SURFACE}|bath|den|stairs|stairwell|mudroom|nursery",
    r"sunroom|foyer|loft|shower|elevator|server room|break ?room",
)
FIXTURE = words(
    r"pipes?|hoses?|lines?|valves?|toilets?|commode|tubs?|bathtubs?|showers?|sinks?|faucets?|spigots?",
    r"dishwashers?|washers?|washing machines?|water heaters?|heater|boilers?|radiators?|ice ?makers?",
    r"fridges?|refrigerators?|sump|sump pumps?|pumps?|sprinklers?|sprinkler (?:heads?|lines?)|drain pan",
    r"water softener|softener|humidifiers?|aquarium|fish tank|tank|water main|main|supply|fittings?",
    r"disposal|condensate|ac unit|air handler|hvac|jacuzzi|hot tub|water filter|fixture|plumbing|roof",
)
FAILING = words(
    r"burst|bursts|bursted|busted|broke|broken|breaks|split|cracked|crack|popped|came off|come off",
    r"came apart|came loose|came undone|knocked off|snapped|failed|fails|failure|failing|gave out|gave way",
    r"let go|let loose|blew|blown|exploded|ruptured|rupture|froze|frozen|overflow\w*|ran over|running over",
    r"runs over|leak\w*|drip\w*|gush\w*|spray\w*|spew\w*|shooting|flowing|flow|flood\w*|dumping|dumped",
    r"pour\w*|backed up|went out|rusted (?:out|through)|clog\w*|quit|died|discharged|activated|set off",
    r"went off|left (?:on|running)|open(?:ed)? up|shot off|punctured|nicked|drilled|nail",
)
WET = words(
    r"wet|soak\w*|sopping|soggy|sodden|slosh\w*|squish\w*|squelch\w*|damp|drench\w*|saturat\w*",
    r"puddl\w*|swollen|cupping|cupped|buckl\w*|warp\w*|bubbl\w*|water ?stains?|stain(?:ed|s)?",
    r"wicking|moist|moisture|flood\w*|waterlogged|under ?water|swimming|ruined|delaminat\w*",
)
DIRTY = words(
    r"brown|black|swamp|rotten|black water|blackwater|waste|feces|fecal|poop|poo|crap|shit|turds?",
    r"sewage|sewer|raw|gray water|grey water|greywater|toilet paper|disgusting|stink\w*|stench|foul",
    r"smells? (?:awful|horrible|terrible|bad|like)",
    r"every time (?:someone|somebody|anyone|we|i|they) (?:\w+ )?flush\w*",
    r"septic|bodily|nasty|gross|floaters|solids|contaminated|you know what|number two|pee|urine",
)
SOILED = words(
    r"black|dark|green|greenish|fuzzy|furry|fuzz|white|orange",
    r"slimy|speckl\w*|spotty|spots|splotch\w*|patches|dots",
)
OUR_COMPANY = words(
    phrase(
        r"your (?:\w+ )?",
        (
            r"company|business|team|office|guys|techs|technicians|crews?|shop|operation",
            r"firm|franchise|organization|website|site|listing|page|reviews|fleet|trucks",
            r"vans|staff|employees|drivers|location|accounts?|vendors?|suppliers?",
            r"marketing|rankings?|google|industry|territory|owner|marketplace",
        ),
    ),
    r"companies like yours?",
    r"restoration (?:companies|contractors|businesses|company|guys|industry|pros|owners)",
    r"contractors|(?:small|local) business(?:es)?|business owners?",
    r"in your (?:area|market|city)|for you guys|franchisees?",
)
OFFER = words(
    r"leads?|promo\w*|discount\w*|special(?:s)? (?:on|for|running)|pricing",
    r"free (?:trial|sample|samples|audit|quote|demo|report|consultation|estimate on)",
    r"demo|trial|samples?|catalog\w*|brochure|program|platform|software|app|solutions?|funding|capital",
    r"financing|loans?|marketing|advertis\w+|seo|rank\w*|google|social media|website|directory|listings?",
    r"sponsor\w*|renewal|rates?|savings?|save|partner\w*|opportunit\w+|referral (?:program|fee|network)",
    r"coverage for|insurance (?:for|renewal|program|quote)|uniforms|supplies|supply|chemicals|equipment",
    r"air movers|dehus?|dehumidifiers|vehicles?|answering service|call center|virtual|automation|ai",
    r"payroll|processing|merchant|staffing|subs|subcontract\w*|exclusive|appointments|reviews|credit",
    r"training|classes|certification|products?|services?|network|fuel cards?",
)
INTRODUCED = words(
    phrase(
        r"(?:this is|my name is|i am|its|name s|it is|im) (?:\w+ ){1,3}?",
        r"(?:with|from|over at|at|calling from|calling on behalf of)",
    ),
    r"(?:calling|reaching out|checking in|following up) (?:\w+ )?(?:from|with|on behalf of)",
    r"i (?:work|do|run|own|represent|sell) (?:\w+ )?(?:with|for|at|seo|marketing)",
    phrase(
        r"we ",
        (
            r"are|make|offer|sell|provide|help|build|run|do|work with",
            r"specialize|supply|manufacture|finance|connect",
        ),
    ),
)
DECIDER = words(
    r"who (?:\w+ )?(?:over there|there|would be|handles|is in charge|makes|does the|does your|is the best)",
    r"whos (?:in charge|the best)|best person|right person|decision maker",
    r"person (?:in charge|who handles|that handles)",
    r"the (?:owner|business owner|office manager|purchasing manager|gm) (?:available|in|around|there|today)",
    r"whoever (?:\w+ )?(?:handles|does|is in charge|makes|orders|buys)",
    r"in charge of (?:ordering|purchasing|marketing|buying|advertising|it|fleet)",
    r"business owner",
)
