"""Kinds of words: things, what becomes of them, who speaks to whom. Each is a regular expression."""

from __future__ import annotations

from eal.ai.engines.embedded.lexicon.building_parts import ROOM

SURFACE = (
    r"walls?|ceilings?|ceiling tiles?|floors?|floorboards?|flooring|carpets?|carpeting|rugs?|pad|padding"
    r"|hardwoods?|laminate|vinyl|tiles?|drywall|sheetrock|baseboards?|trim|subfloor|insulation|cabinets?"
    r"|vanity|joists?|studs|rafters?|sheathing|paneling|closets?|windows?|window ?sills?|grout|vents?"
    r"|plywood|shelves|countertops?"
)
PLACE = (
    rf"{ROOM}|{SURFACE}|bath|den|stairs|stairwell|mudroom|nursery|sunroom|foyer|loft|shower|elevator"
    r"|server room|break ?room"
)
FIXTURE = (
    r"pipes?|hoses?|lines?|valves?|toilets?|commode|tubs?|bathtubs?|showers?|sinks?|faucets?|spigots?"
    r"|dishwashers?|washers?|washing machines?|water heaters?|heater|boilers?|radiators?|ice ?makers?"
    r"|fridges?|refrigerators?|sump|sump pumps?|pumps?|sprinklers?|sprinkler (?:heads?|lines?)|drain pan"
    r"|water softener|softener|humidifiers?|aquarium|fish tank|tank|water main|main|supply|fittings?"
    r"|disposal|condensate|ac unit|air handler|hvac|jacuzzi|hot tub|water filter|fixture|plumbing|roof"
)
FAILING = (
    r"burst|bursts|bursted|busted|broke|broken|breaks|split|cracked|crack|popped|came off|come off"
    r"|came apart|came loose|came undone"
    r"|knocked off|snapped|failed|fails|failure|failing|gave out|gave way|let go|let loose|blew|blown"
    r"|exploded|ruptured|rupture|froze"
    r"|frozen|overflow\w*|ran over|running over|runs over|leak\w*|drip\w*|gush\w*|spray\w*|spew\w*|shooting"
    r"|flowing|flow|flood\w*|dumping|dumped|pour\w*|backed up|went out|rusted (?:out|through)|clog\w*"
    r"|quit|died"
    r"|discharged|activated|set off|went off|left (?:on|running)|open(?:ed)? up|shot off|punctured"
    r"|nicked|drilled|nail"
)
WET = (
    r"wet|soak\w*|sopping|soggy|sodden|slosh\w*|squish\w*|squelch\w*|damp|drench\w*|saturat\w*|puddl\w*"
    r"|swollen|cupping|cupped|buckl\w*|warp\w*|bubbl\w*|water ?stains?|stain(?:ed|s)?|wicking|moist|moisture"
    r"|flood\w*|waterlogged|under ?water|swimming|ruined|delaminat\w*"
)
DIRTY = (
    r"brown|black|swamp|rotten|black water|blackwater|waste|feces|fecal|poop|poo|crap|shit|turds?"
    r"|sewage|sewer|raw|gray water|grey water|greywater"
    r"|toilet paper|disgusting|stink\w*|stench|foul|smells? (?:awful|horrible|terrible|bad|like)"
    r"|every time (?:someone|somebody|anyone|we|i|they) (?:\w+ )?flush\w*|septic|bodily|nasty|gross"
    r"|floaters|solids|contaminated|you know what|number two|pee|urine"
)
SOILED = r"black|dark|green|greenish|fuzzy|furry|fuzz|white|orange|slimy|speckl\w*|spotty|spots|splotch\w*|patches|dots"
OUR_COMPANY = (
    r"your (?:\w+ )?(?:company|business|team|office|guys|techs|technicians|crews?|shop|operation|firm"
    r"|franchise"
    r"|organization|website|site|listing|page|reviews|fleet|trucks|vans|staff|employees|drivers|location"
    r"|accounts?|vendors?|suppliers?|marketing|rankings?|google|industry|territory|owner|marketplace)"
    r"|companies like yours?|restoration (?:companies|contractors|businesses|company|guys|industry|pros"
    r"|owners)"
    r"|contractors|(?:small|local) business(?:es)?|business owners?|in your (?:area|market|city)"
    r"|for you guys|franchisees?"
)
OFFER = (
    r"leads?|promo\w*|discount\w*|special(?:s)? (?:on|for|running)|pricing|free (?:trial|sample|samples"
    r"|audit|quote|demo|report"
    r"|consultation|estimate on)|demo|trial|samples?|catalog\w*|brochure|program|platform|software|app"
    r"|solutions?"
    r"|funding|capital|financing|loans?|marketing|advertis\w+|seo|rank\w*|google|social media|website"
    r"|directory|listings?|sponsor\w*|renewal|rates?|savings?|save|partner\w*|opportunit\w+"
    r"|referral (?:program|fee|network)"
    r"|coverage for|insurance (?:for|renewal|program|quote)|uniforms|supplies|supply|chemicals"
    r"|equipment|air movers|dehus?|dehumidifiers|vehicles?"
    r"|answering service|call center|virtual|automation|ai|payroll|processing|merchant|staffing|subs"
    r"|subcontract\w*"
    r"|exclusive|appointments|reviews|credit|training|classes|certification|products?|services?|network"
    r"|fuel cards?"
)
INTRODUCED = (
    r"(?:this is|my name is|i am|its|name s|it is|im) (?:\w+ ){1,3}?(?:with|from|over at|at"
    r"|calling from|calling on behalf of)"
    r"|(?:calling|reaching out|checking in|following up) (?:\w+ )?(?:from|with|on behalf of)"
    r"|i (?:work|do|run|own|represent|sell) (?:\w+ )?(?:with|for|at|seo|marketing)"
    r"|we (?:are|make|offer|sell|provide|help|build|run|do|work with|specialize|supply|manufacture"
    r"|finance|connect)"
)
DECIDER = (
    r"who (?:\w+ )?(?:over there|there|would be|handles|is in charge|makes|does the|does your|is the best)"
    r"|whos (?:in charge|the best)|best person|right person|decision maker|person (?:in charge"
    r"|who handles|that handles)"
    r"|the (?:owner|business owner|office manager|purchasing manager|gm) (?:available|in|around|there|today)"
    r"|whoever (?:\w+ )?(?:handles|does|is in charge|makes|orders|buys)|in charge of (?:ordering"
    r"|purchasing|marketing|buying|advertising|it|fleet)"
    r"|business owner"
)
