"""Words that indicate a caller without a new loss together, in any order."""

from __future__ import annotations

from eal.ai.engines.embedded.language.cues import co_occurrence, phrase, words
from eal.ai.engines.embedded.lexicon.word_classes import DECIDER, INTRODUCED, OFFER, OUR_COMPANY
from eal.ai.engines.embedded.signals import Signal

CALLER_CO_OCCURRENCES = (
    # --- existing job: the company, the caller's place, work done
    co_occurrence(
        Signal.EXISTING_JOB,
        5,
        phrase(
            (
                r"you|you guys|you folks|you people|you all|yall",
                phrase(
                    r"your (?:\w+ )?",
                    (
                        r"crew|guys|guy|team|company|techs?|technicians?|people|workers|men",
                        r"installers|movers|supervisor|subcontractors?|office|employees?",
                    ),
                ),
            ),
            r" (?:\w+ ){0,3}?",
            (
                r"tore|ripped|packed|took|left|demoed|dried|cleaned|removed|set|put|promised|told|said",
                r"installed|painted|gutted|started|scheduled|gave|sent|billed|charged|owe|finished",
                r"pulled|cut|damaged|broke|lost|moved|stored|did|came|worked|never|quoted|dropped",
                r"treated|tarped|boarded|wrote|submitted|stopped|walked|scratched|missed|stole|forgot",
            ),
        ),
        words(
            r"my|our|here|me|us",
            phrase(
                r"the ",
                (
                    r"house|job|kitchen|basement|project|bathroom|roof",
                    r"floors?|furniture|equipment|fans|work|estimate",
                ),
            ),
        ),
        unless=words(
            r"you (?:guys )?(?:came|come) (?:highly )?(?:recommended|up)",
            r"(?:agent|adjuster|insurance|friend|neighbor|plumber) (?:\w+ ){0,4}?(?:said|told)",
            r"you (?:do|did) (?:\w+ )?(?:this|that)",
            r"(?:can|could|would|will|if|do|did|have) you",
            r"your (?:website|listing|ad)",
        ),
    ),
    co_occurrence(
        Signal.EXISTING_JOB,
        4,
        phrase(
            r"(?:nobody|no one|noone|nobody s|they|he|she|you) (?:\w+ ){0,3}?",
            (
                r"calls?|called|calling|returns?|returned|answers?|answered|picks? up",
                r"showed|shows|shown|came|gotten back|getting back|got back",
            ),
        ),
        words(
            r"weeks?|days|messages?|months|times|excuses?|promised|supposed",
            r"monday|tuesday|wednesday|thursday|friday|still|every time|again",
        ),
        r"your|you (?:guys|people|folks|all)|project manager|supervisor|crew|job|estimate",
        unless=r"(?:landlord|maintenance|management|super|leasing|plumber|roofer|insurance|adjuster)",
        unless_nearby=words(
            r"landlord|leasing office|maintenance (?:line|guy|man)|another company|other company",
            r"the other (?:guy|guys|company)|apply|applied|application|resume|position",
        ),
        reach="near",
    ),
    co_occurrence(
        Signal.EXISTING_JOB,
        5,
        phrase(
            r"(?:my|our|the|a) (?:\w+ ){0,3}?",
            (
                r"job|project|claim|file|invoice|bill|statement|estimate|contents|boxes",
                r"furniture|belongings|equipment|fans|machines|dehumidifiers?|warranty",
                r"schedule|dry ?logs?|logs|photos|certificate|paperwork|refund",
            ),
        ),
        words(
            r"you guys (?:are|did|have|were|sent|gave|do)",
            r"you (?:did|sent|gave|are doing|have|left|took|packed|stored|wrote|billed|charged)",
            r"your (?:crew|guys|team|techs?|technicians?|office|warehouse|company)",
            r"from you|with you (?:guys|all)|job number|project manager",
        ),
        words(
            r"calling (?:about|on|to (?:see|check|find))",
            r"checking|check (?:on|in)|following|follow up|status|update|where|when",
            r"wondering|question|need|copy|looking for|pay|send|email|balance|review",
        ),
        unless=words(
            r"claim number (?:is)?|(?:send|get|give) (?:me|us) an? estimate|need an estimate|free estimate",
        ),
        unless_nearby=r"new (?:loss|claim|assignment)|leads|your (?:business|website|listing)",
        reach="near",
    ),
    co_occurrence(
        Signal.EXISTING_JOB,
        5,
        words(
            r"machines?|dryers|fans?|blowers?|dehumidifiers?|dehus?|air movers?",
            r"air scrubbers?|equipment|scrubbers?|plastic|containment|zip wall|tarp you|pod",
        ),
        words(
            r"noise|sound|squeal\w*|beep\w*|shut (?:itself )?off|hot|loud|running|unplug\w*|tripp\w*",
            r"full|stopped|button|quit|leaking|door code|wait for|when (?:is|are|will|do|can)",
            r"still here|pick\w* up|second set|come (?:get|back|check)|supposed to",
        ),
        r"my|our|here|the (?:basement|hall|kitchen|bedroom|living room|guy|tech|technician|crew)|your",
        unless=words(
            r"(?:washing|ice|sewing|washer|fax|answering|vending|coffee|pinball) machine",
            r"(?:ceiling|bathroom|box|attic|exhaust|bath) fan",
            r"rent|buy|sell|promo\w*|how much|per (?:day|fan)|charge",
        ),
        unless_nearby=words(
            r"washing machine|burst|flooded|rent\w*|your techs?",
            r"promo|leads|quote|do you (?:sell|have|rent)|how much",
            r"we (?:put|set|bought|got|borrowed|ran|have) (?:\w+ ){0,2}?(?:fans|dehumidifier)",
            r"i (?:put|set|bought|got|have) (?:\w+ ){0,2}?(?:fans?|dehumidifier)",
        ),
        reach="near",
    ),
    # --- insurance: a carrier and a question, without a loss
    co_occurrence(
        Signal.INSURANCE,
        4,
        words(
            r"insurance|insurers?|carriers?|adjusters?|claim|policy|deductible|coverage|covered|state farm",
            r"allstate|usaa|farmers|travelers|nationwide|liberty mutual|progressive|geico|renters",
        ),
        words(
            r"can they|is that (?:true|legal|right|normal)|do i have to|have to use|allowed to",
            r"my rights|how does|how do (?:i|you|they)|does (?:that|it|my|homeowners|insurance)",
            r"would (?:that|it|they|my|insurance)|what happens|supposed to|mean|means|explain",
            r"justification|direct bill\w*|bill (?:carriers|insurance|directly)|line item",
            r"xactimate|supplement|photos|documentation|w ?9|invoice (?:for|to)|settlement|appeal",
            r"denied|denial|underpaid|reimburs\w*|depreciation|vendor (?:list|program|sheet)",
            r"certificate|preferred|updating (?:our|my)|response times?|question",
        ),
        unless=words(
            r"claim number|health insurance|auto insurance|(?:certificate|proof) of insurance|workers comp",
        ),
        unless_nearby=r"leads|new (?:loss|claim|assignment)|your (?:business|company|fleet|trucks|policy is)",
    ),
    # --- employment
    co_occurrence(
        Signal.EMPLOYMENT,
        6,
        words(
            phrase(
                r"(?:i|im|i am|we|he|she|gonna|going to)(?: \w+){0,3}? (?:not|wont|cant|unable|isnt|aint)",
                r"(?: \w+){0,4}? (?:make it|be (?:in|there)|come in|coming in|get there)",
            ),
            r"out sick|call(?:ing)? (?:in|out|off)|running late|throwing up",
            r"sick today|stuck in traffic|running behind|going to be (?:late|behind)",
            r"nail in|flat tire|my shift|my truck|clock(?:ed)? (?:in|out)",
        ),
        words(
            r"crew|shift|work today|boss|supervisor|my (?:route|jobs?|truck)",
            r"(?:tell|let) (?:\w+ )?(?:dispatch|the office|them) (?:\w+ )?(?:i|im|know)",
            r"next (?:\w+ )?stops?|schedule today|i am on the|let (?:\w+ )know",
            r"tell (?:\w+ )?(?:i|him|her)|to work|clock\w*|the shop|the office|jobsite|job site|foreman",
        ),
        unless_nearby=words(
            r"(?:my|our) (?:house|home|basement|kitchen|appointment)",
            r"your crew|the crew (?:is|was|can)|inspection|walk ?through",
        ),
        reach="near",
    ),
    co_occurrence(
        Signal.EMPLOYMENT,
        6,
        words(
            r"job|jobs|position|positions|opening|openings|employment|hiring|apply|applied",
            r"applying|application|applicant|resume|interview|work for you(?: guys)?|career",
            r"careers|part time|full time|internship|intern|apprentice\w*|trade school",
        ),
        words(
            r"indeed|ziprecruiter|craigslist|facebook|linkedin|apply|applied|applying|application",
            r"resume|hiring|certified|wrt|asd|iicrc|experience|years?|laborer|technician|techs?",
            r"estimator|driver|start|weekends|hourly|an hour|background|reference|interview",
            r"school|hire|recruiter|posting|available|full time|part time|cdl|license",
        ),
        unless=words(
            r"(?:an|any|have an|next) opening",
            r"openings? (?:for|this|next|today|tomorrow|on)",
            r"position to|good job|great job|paint job|(?:water|mold|fire|roof) job",
            r"job (?:you|your|that you)|receipt|insurance claim|(?:your|the) (?:crew|guys)",
            r"(?:new|existing|current) job|nose job|job ?site|apply (?:a|the|it|some)",
        ),
        unless_nearby=words(
            r"(?:your|the) (?:crew|guys|estimator)|invoice|bill|our house|my house|my basement",
            r"leads|candidates|staffing|claim|pipe|flood\w*|contractors? (?:in|near)|companies",
        ),
        reach="near",
    ),
    # --- sales: an introduction, an offer, our company
    co_occurrence(
        Signal.SALES_PITCH,
        4,
        OFFER,
        OUR_COMPANY,
        rf"{INTRODUCED}|{DECIDER}|we|i (?:noticed|saw|wanted|help|do|can|sell)|our",
        unless=words(
            r"(?:do|would) (?:you|yall)",
            r"my (?:insurance|policy|claim|landlord|agent)",
            r"certificate of insurance",
            r"(?:on|from|through|saw|found) (?:google|your website)",
            r"insurance (?:company|adjuster|carrier|agent) (?:\w+ )?(?:said|told|recommended)",
        ),
        unless_nearby=words(
            r"insured|policyholder|active claim|vendor (?:sheet|list)|business cards?|date of loss",
            r"my (?:\w+ )?(?:house|home|basement|kitchen|bathroom|ceiling|crawl ?space|roof)",
            r"our (?:\w+ )?(?:house|home|basement|kitchen|building)",
            r"flooded|leak\w*|resume|hiring|your crew (?:is|was|left|did)|verif\w+|reference",
        ),
        reach="near",
    ),
    co_occurrence(
        Signal.SALES_PITCH,
        5,
        INTRODUCED,
        DECIDER,
        OFFER,
        unless=r"this is (?:the|my|a)",
        unless_nearby=words(
            r"insured|policyholder|active claim|vendor (?:sheet|list)",
            r"(?:for|to) our (?:clients|policyholders|insureds)",
            r"my (?:house|home|basement|kitchen|job|project)",
            r"our (?:house|home|basement|building)|flooded|leak\w*|resume|employment",
        ),
        reach="call",
    ),
    co_occurrence(
        Signal.SALES_PITCH,
        4,
        phrase(
            r"(?:get|got|send|sent|give|show|save|bring|offer|set|help|sell|hook|love to (?:get|send|show)) ",
            r"(?:you|you guys|your \w+) (?:\w+ ){0,4}?",
            (
                r"quote|demo|sample|samples|deal|pricing|price|proposal|rate|audit|report|info",
                r"information|brochure|leads|jobs|calls|set up|up with|on|over|customers|more",
            ),
        ),
        rf"(?:{INTRODUCED})",
        OFFER,
        unless_nearby=words(
            r"my (?:house|home|basement|kitchen|customer|insured|client|tenant)",
            r"our (?:house|home|basement|building|insured)",
            r"insured|flooded|leak\w*|claim|estimate|invoice",
        ),
        reach="call",
    ),
    co_occurrence(
        Signal.SALES_PITCH,
        5,
        words(
            r"subs|subcontractors?|sub work",
            r"crew of (?:two|three|four|five|six|seven|eight|\d+)",
            r"(?:i|we) (?:have|got|run) a (?:small )?crew",
            phrase(
                r"(?:i|we) do ",
                (
                    r"drywall|paint\w*|demo|flooring|roofing|framing",
                    r"tile|plumbing|electrical|cleaning|hauling",
                ),
            ),
        ),
        words(
            r"you guys need|you need|if you|need (?:any|some|subs|help)|looking for|work for you",
            r"insured|good prices|licensed|available|your jobs|overflow|keep busy|more work",
        ),
        unless_nearby=words(
            r"my (?:house|home|basement|kitchen)|our (?:house|home|basement)|flooded|leak\w*|insurance claim",
        ),
        reach="near",
    ),
    co_occurrence(
        Signal.SALES_PITCH,
        5,
        phrase(
            r"we (?:only )?",
            (
                r"put|place|get|send|rank|connect|bring|match|pair|partner|work with|help|support",
                r"serve|acquire|are acquiring|buy|invest|finance|fund|train|staff|supply|manage",
            ),
        ),
        phrase(
            (
                r"plumbers|restorers|restoration|contractors|roofers|companies|businesses",
                r"owners|franchises|companies like|firms|shops|clients|operators",
            ),
        ),
        unless=r"our house|get (?:the|it|this|our|my|some)|put (?:the|it|our|my|towels|a)",
        unless_nearby=words(
            r"my (?:house|home|basement|kitchen)|our (?:house|home|basement)",
            r"flooded|leak\w*|insured|policyholder|tenant",
        ),
        reach="near",
    ),
    co_occurrence(
        Signal.SALES_PITCH,
        4,
        words(
            phrase(
                r"(?:your|the) (?:company|business|team|owner|office|firm|boss|guys) (?:\w+ )?",
                r"(?:would|might|may|could|want|wants|wanted|ever|be|is) (?:\w+ )?",
                r"(?:like|interested|open|considered?|want|looking|thinking|willing|ready)",
            ),
            r"would you (?:guys )?(?:be )?(?:interested|open|consider)",
            r"interested in (?:hearing|learning|seeing|trying|a|our|being|partnering|advertising)",
            r"open to (?:a|hearing|new|working)|to your competition|beat what you",
            r"what (?:are )?you (?:are )?(?:paying|currently pay|using)",
            r"person (?:that|who) (?:deals|handles|buys|orders|runs|takes)",
        ),
        words(
            rf"{OFFER}|featured|calendar|broker|workers comp|liability|lease|leasing|place|offer|magazine",
            r"flyer|mailers?|mailboxes|billboard|radio|event|booth|conference|per minute|quote|trucks?|vans",
        ),
        unless=r"my (?:insurance|landlord|claim)|restoring|coming out",
        unless_nearby=words(
            r"my (?:\w+ )?(?:house|home|basement|kitchen)",
            r"our (?:\w+ )?(?:house|home|basement|kitchen)",
            r"flooded|leak\w*|insured|tenant|school project|news",
        ),
        reach="near",
    ),
    # --- wrong number: private life, another trade
    co_occurrence(
        Signal.WRONG_NUMBER,
        5,
        phrase(
            r"(?:its|this is|it is|hi|hey|hello) (?:\w+ )?",
            (
                r"grandma|grandpa|nana|mom|mommy|dad|daddy|auntie",
                r"aunt \w+|honey|sweetie|babe|baby|sweetheart|hon|love",
            ),
        ),
        words(
            r"love you|call me|bye|dinner|package|school|pick(?:ed)? up|party|church",
            r"birthday|groceries|home|miss you|tell (?:your|the)|are you|where are",
        ),
        unless_nearby=r"flood\w*|water|leak\w*|mold|fire|smoke|sewage|insurance|estimate",
        reach="call",
    ),
    co_occurrence(
        Signal.WRONG_NUMBER,
        6,
        phrase(
            r"(?:hey|hi|yo|hello|whats up|sup) ",
            r"(?:man|dude|bro|girl|buddy|cuz|babe|bud|brother|sis|sweetie|honey|hon|mama|papa)",
        ),
        words(
            r"jacket|keys|wallet|phone|place|dinner|lunch|beers?|game|party|movie|work|tonight|weekend",
            r"bucks|owe|ride|birthday|pick\w*|swing by|come over|gym|bar|church|kids|coffee|call me|later",
        ),
        unless_nearby=words(
            r"flood\w*|water|leak\w*|mold|fire|smoke|sewage|insurance|estimate|crew|job|hiring|basement|roof",
        ),
        reach="call",
    ),
    # --- services that restorers do not sell
    co_occurrence(
        Signal.OTHER,
        4,
        words(
            phrase(
                r"do you (?:\w+ ){0,3}?",
                r"(?:do|offer|sell|rent|install|clean|repair|fix|service|carry|haul|move|paint|wash|have)",
            ),
            r"can you (?:\w+ )?(?:install|paint|haul|move|wash|trim|mow|sell)",
            r"looking for (?:someone|somebody|a company) (?:to|who)",
        ),
        words(
            r"ducts?|dryer vents?|gutters?|windows washed|carpets? clean\w*|rugs?|upholstery|couch",
            r"sofa|mattress|junk|lawns?|landscap\w*|pest\w*|termites?|bed ?bugs|roaches|furnaces?",
            r"air condition\w*|water heaters?|septic (?:pump\w*|tanks?)|pools?|house ?keeping|maid",
            r"pressure wash\w*|power wash\w*|new roofs?|kitchen remodel\w*|remodel\w*|additions?|solar",
            r"asbestos|radon|moving|movers|storage|fence|concrete|tree (?:removal|service|trimming)",
            r"snow|plow\w*|appliances?|locksmith|chimney (?:sweep|clean\w*)|garage doors?|handyman",
            r"plumbing|electrical work|towing|dumpsters?|dehumidifiers?|generators?|portable toilets?",
        ),
        unless=r"do you (?:know|have (?:a|any) (?:number|time|idea))|do (?:water|fire|mold|storm)",
        unless_nearby=words(
            r"flood\w*|leak\w*|burst|soak\w*|mold|sewage|fire|smoke|wet|water damage",
            r"storm|your (?:crew|guys|team)|insured|overflow\w*|backed up",
        ),
    ),
)
