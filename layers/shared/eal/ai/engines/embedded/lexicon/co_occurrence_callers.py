"""Words that together tell who calls about something else than a new loss, in whatever order they come."""

from __future__ import annotations

from eal.ai.engines.embedded.language.cues import family
from eal.ai.engines.embedded.lexicon.word_classes import DECIDER, INTRODUCED, OFFER, OUR_COMPANY

CALLER_FAMILIES = (
    # --- existing job: you, at ours, already
    family(
        "existing_job",
        5,
        (
            r"(?:you|you guys|you folks|you people|you all|yall|your (?:\w+ )?(?:crew|guys|guy|team|company"
            r"|techs?|technicians?|people|workers|men|installers|movers|supervisor|subcontractors?|office"
            r"|employees?)) (?:\w+ ){0,3}?(?:tore|ripped|packed|took|left|demoed|dried|cleaned|removed|set"
            r"|put|promised|told|said|installed|painted|gutted|started|scheduled|gave|sent|billed|charged"
            r"|owe|finished|pulled|cut|damaged|broke|lost|moved|stored|did|came|worked|never|quoted|dropped"
            r"|treated|tarped|boarded|wrote|submitted|stopped|walked|scratched|missed|stole|forgot)"
        ),
        (
            r"my|our|here|me|us|the (?:house|job|kitchen|basement|project|bathroom|roof|floors?|furniture"
            r"|equipment|fans|work|estimate)"
        ),
        unless=(
            r"you (?:guys )?(?:came|come) (?:highly )?(?:recommended|up)|(?:agent|adjuster|insurance"
            r"|friend|neighbor|plumber) (?:\w+ ){0,4}?(?:said|told)|you (?:do|did) (?:\w+ )?(?:this"
            r"|that)|(?:can|could|would|will|if|do|did|have) you|your (?:website|listing|ad)"
        ),
    ),
    family(
        "existing_job",
        4,
        (
            r"(?:nobody|no one|noone|nobody s|they|he|she|you) (?:\w+ ){0,3}?(?:calls?|called|calling"
            r"|returns?|returned|answers?|answered|picks? up|showed|shows|shown|came|gotten back"
            r"|getting back|got back)"
        ),
        (
            r"weeks?|days|messages?|months|times|excuses?|promised|supposed|monday|tuesday|wednesday"
            r"|thursday|friday|still|every time|again"
        ),
        r"your|you (?:guys|people|folks|all)|project manager|supervisor|crew|job|estimate",
        unless=r"(?:landlord|maintenance|management|super|leasing|plumber|roofer|insurance|adjuster)",
        unless_beside=(
            r"landlord|leasing office|maintenance (?:line|guy|man)|another company"
            r"|other company|the other (?:guy|guys|company)|apply|applied|application|resume"
            r"|position"
        ),
        reach="near",
    ),
    family(
        "existing_job",
        5,
        (
            r"(?:my|our|the|a) (?:\w+ ){0,3}?(?:job|project|claim|file|invoice|bill|statement|estimate"
            r"|contents|boxes|furniture|belongings|equipment|fans|machines|dehumidifiers?|warranty|schedule"
            r"|dry ?logs?|logs|photos|certificate|paperwork|refund)"
        ),
        (
            r"you guys (?:are|did|have|were|sent|gave|do)|you (?:did|sent|gave|are doing|have|left|took"
            r"|packed|stored|wrote|billed|charged)|your (?:crew|guys|team|techs?|technicians?|office"
            r"|warehouse|company)|from you|with you (?:guys|all)|job number|project manager"
        ),
        (
            r"calling (?:about|on|to (?:see|check|find))|checking|check (?:on|in)|following|follow up"
            r"|status|update|where|when|wondering|question|need|copy|looking for|pay|send|email|balance"
            r"|review"
        ),
        unless=(
            r"claim number (?:is)?|(?:send|get|give) (?:me|us) an? estimate|need an estimate"
            r"|free estimate"
        ),
        unless_beside=r"new (?:loss|claim|assignment)|leads|your (?:business|website|listing)",
        reach="near",
    ),
    family(
        "existing_job",
        5,
        (
            r"machines?|dryers|fans?|blowers?|dehumidifiers?|dehus?|air movers?|air scrubbers?|equipment"
            r"|scrubbers?|plastic|containment|zip wall|tarp you|pod"
        ),
        (
            r"noise|sound|squeal\w*|beep\w*|shut (?:itself )?off|hot|loud|running|unplug\w*|tripp\w*|full"
            r"|stopped|button|quit|leaking|door code|wait for|when (?:is|are|will|do|can)|still here"
            r"|pick\w* up|second set|come (?:get|back|check)|supposed to"
        ),
        r"my|our|here|the (?:basement|hall|kitchen|bedroom|living room|guy|tech|technician|crew)|your",
        unless=(
            r"(?:washing|ice|sewing|washer|fax|answering|vending|coffee|pinball) machine|(?:ceiling"
            r"|bathroom|box|attic|exhaust|bath) fan|rent|buy|sell|promo\w*|how much|per (?:day|fan)"
            r"|charge"
        ),
        unless_beside=(
            r"washing machine|burst|flooded|rent\w*|your techs?|promo|leads|quote"
            r"|do you (?:sell|have|rent)|how much|we (?:put|set|bought|got|borrowed|ran"
            r"|have) (?:\w+ ){0,2}?(?:fans|dehumidifier)|i (?:put|set|bought|got"
            r"|have) (?:\w+ ){0,2}?(?:fans?|dehumidifier)"
        ),
        reach="near",
    ),
    # --- insurance: a carrier's word without a loss
    family(
        "insurance",
        4,
        (
            r"insurance|insurers?|carriers?|adjusters?|claim|policy|deductible|coverage|covered|state farm"
            r"|allstate|usaa|farmers|travelers|nationwide|liberty mutual|progressive|geico|renters"
        ),
        (
            r"can they|is that (?:true|legal|right|normal)|do i have to|have to use|allowed to|my rights"
            r"|how does|how do (?:i|you|they)|does (?:that|it|my|homeowners|insurance)|would (?:that|it"
            r"|they|my|insurance)|what happens|supposed to|mean|means"
            r"|explain|justification|direct bill\w*|bill (?:carriers|insurance|directly)|line item"
            r"|xactimate|supplement|photos|documentation|w ?9|invoice (?:for|to)|settlement|appeal|denied"
            r"|denial|underpaid|reimburs\w*|depreciation|vendor (?:list|program|sheet)|certificate"
            r"|preferred|updating (?:our|my)|response times?|question"
        ),
        unless=(
            r"claim number|health insurance|auto insurance|(?:certificate|proof) of insurance"
            r"|workers comp"
        ),
        unless_beside=r"leads|new (?:loss|claim|assignment)|your (?:business|company|fleet|trucks|policy is)",
    ),
    # --- employment: work for us
    family(
        "employment",
        6,
        (
            r"(?:i|im|i am|we|he|she|gonna|going to)(?: \w+){0,3}? (?:not|wont|cant|unable|isnt"
            r"|aint)(?: \w+){0,4}? (?:make it|be (?:in|there)|come in|coming in|get there)|out sick"
            r"|call(?:ing)? (?:in|out|off)|running late|throwing up|sick today|stuck in traffic"
            r"|running behind|going to be (?:late|behind)|nail in|flat tire|my shift|my truck"
            r"|clock(?:ed)? (?:in|out)"
        ),
        (
            r"crew|shift|work today|boss|supervisor|my (?:route|jobs?|truck)|(?:tell"
            r"|let) (?:\w+ )?(?:dispatch|the office|them) (?:\w+ )?(?:i|im|know)|next (?:\w+ )?stops?"
            r"|schedule today|i am on the|let (?:\w+ )know|tell (?:\w+ )?(?:i|him|her)|to work|clock\w*"
            r"|the shop|the office|jobsite|job site|foreman"
        ),
        unless_beside=(
            r"(?:my|our) (?:house|home|basement|kitchen|appointment)|your crew|the crew (?:is"
            r"|was|can)|inspection|walk ?through"
        ),
        reach="near",
    ),
    family(
        "employment",
        6,
        (
            r"job|jobs|position|positions|opening|openings|employment|hiring|apply|applied|applying"
            r"|application|applicant|resume|interview|work for you(?: guys)?|career|careers|part time"
            r"|full time|internship|intern|apprentice\w*|trade school"
        ),
        (
            r"indeed|ziprecruiter|craigslist|facebook|linkedin|apply|applied|applying|application|resume"
            r"|hiring|certified|wrt|asd|iicrc|experience|years?|laborer|technician|techs?|estimator|driver"
            r"|start|weekends|hourly|an hour|background|reference|interview|school|hire|recruiter|posting"
            r"|available|full time|part time|cdl|license"
        ),
        unless=(
            r"(?:an|any|have an|next) opening|openings? (?:for|this|next|today|tomorrow|on)"
            r"|position to|good job|great job|paint job|(?:water|mold|fire|roof) job|job (?:you|your"
            r"|that you)|receipt|insurance claim|(?:your|the) (?:crew|guys)|(?:new|existing"
            r"|current) job|nose job|job ?site|apply (?:a|the|it|some)"
        ),
        unless_beside=(
            r"(?:your|the) (?:crew|guys|estimator)|invoice|bill|our house|my house"
            r"|my basement|leads|candidates|staffing|claim|pipe|flood\w*|contractors? (?:in"
            r"|near)|companies"
        ),
        reach="near",
    ),
    # --- sales: who offers what to whom
    family(
        "sales_pitch",
        4,
        OFFER,
        OUR_COMPANY,
        rf"{INTRODUCED}|{DECIDER}|we|i (?:noticed|saw|wanted|help|do|can|sell)|our",
        unless=(
            r"(?:do|would) (?:you|yall)|my (?:insurance|policy|claim|landlord|agent)"
            r"|certificate of insurance|(?:on|from|through|saw|found) (?:google|your website)"
            r"|insurance (?:company|adjuster|carrier|agent) (?:\w+ )?(?:said|told|recommended)"
        ),
        unless_beside=(
            r"insured|policyholder|active claim|vendor (?:sheet|list)|business cards?"
            r"|date of loss|my (?:\w+ )?(?:house|home|basement|kitchen|bathroom|ceiling"
            r"|crawl ?space|roof)|our (?:\w+ )?(?:house|home|basement|kitchen|building)"
            r"|flooded|leak\w*|resume|hiring|your crew (?:is|was|left|did)|verif\w+|reference"
        ),
        reach="near",
    ),
    family(
        "sales_pitch",
        5,
        INTRODUCED,
        DECIDER,
        OFFER,
        unless=r"this is (?:the|my|a)",
        unless_beside=(
            r"insured|policyholder|active claim|vendor (?:sheet|list)|(?:for"
            r"|to) our (?:clients|policyholders|insureds)|my (?:house|home|basement|kitchen"
            r"|job|project)|our (?:house|home|basement|building)|flooded|leak\w*|resume"
            r"|employment"
        ),
        reach="call",
    ),
    family(
        "sales_pitch",
        4,
        (
            r"(?:get|got|send|sent|give|show|save|bring|offer|set|help|sell|hook|love to (?:get|send"
            r"|show)) (?:you|you guys|your \w+) (?:\w+ ){0,4}?(?:quote|demo|sample|samples|deal|pricing"
            r"|price|proposal|rate|audit|report|info|information|brochure|leads|jobs|calls|set up|up with"
            r"|on|over|customers|more)"
        ),
        rf"(?:{INTRODUCED})",
        OFFER,
        unless_beside=(
            r"my (?:house|home|basement|kitchen|customer|insured|client|tenant)|our (?:house"
            r"|home|basement|building|insured)|insured|flooded|leak\w*|claim|estimate|invoice"
        ),
        reach="call",
    ),
    family(
        "sales_pitch",
        5,
        (
            r"subs|subcontractors?|sub work|crew of (?:two|three|four|five|six|seven|eight|\d+)|(?:i"
            r"|we) (?:have|got|run) a (?:small )?crew|(?:i|we) do (?:drywall|paint\w*|demo|flooring|roofing"
            r"|framing|tile|plumbing|electrical|cleaning|hauling)"
        ),
        (
            r"you guys need|you need|if you|need (?:any|some|subs|help)|looking for|work for you|insured"
            r"|good prices|licensed|available|your jobs|overflow|keep busy|more work"
        ),
        unless_beside=(
            r"my (?:house|home|basement|kitchen)|our (?:house|home|basement)|flooded|leak\w*"
            r"|insurance claim"
        ),
        reach="near",
    ),
    family(
        "sales_pitch",
        5,
        (
            r"we (?:only )?(?:put|place|get|send|rank|connect|bring|match|pair|partner|work with|help"
            r"|support|serve|acquire|are acquiring|buy|invest|finance|fund|train|staff|supply|manage)"
        ),
        (
            r"(?:plumbers|restorers|restoration|contractors|roofers|companies|businesses|owners|franchises"
            r"|companies like|firms|shops|clients|operators)"
        ),
        unless=r"our house|get (?:the|it|this|our|my|some)|put (?:the|it|our|my|towels|a)",
        unless_beside=(
            r"my (?:house|home|basement|kitchen)|our (?:house|home|basement)|flooded|leak\w*"
            r"|insured|policyholder|tenant"
        ),
        reach="near",
    ),
    family(
        "sales_pitch",
        4,
        (
            r"(?:your|the) (?:company|business|team|owner|office|firm|boss|guys) (?:\w+ )?(?:would|might"
            r"|may|could|want|wants|wanted|ever|be|is) (?:\w+ )?(?:like|interested|open|considered?|want"
            r"|looking|thinking|willing|ready)|would you (?:guys )?(?:be )?(?:interested|open|consider)"
            r"|interested in (?:hearing|learning|seeing|trying|a|our|being|partnering|advertising)"
            r"|open to (?:a|hearing|new|working)|to your competition|beat what you"
            r"|what (?:are )?you (?:are )?(?:paying|currently pay|using)|person (?:that|who) (?:deals"
            r"|handles|buys|orders|runs|takes)"
        ),
        (
            rf"{OFFER}|featured|calendar|broker|workers comp|liability|lease|leasing|place|offer|magazine"
            rf"|flyer|mailers?|mailboxes|billboard|radio|event|booth|conference|per minute|quote|trucks?|vans"
        ),
        unless=r"my (?:insurance|landlord|claim)|restoring|coming out",
        unless_beside=(
            r"my (?:\w+ )?(?:house|home|basement|kitchen)|our (?:\w+ )?(?:house|home|basement"
            r"|kitchen)|flooded|leak\w*|insured|tenant|school project|news"
        ),
        reach="near",
    ),
    # --- wrong number: somebody's private life, another trade
    family(
        "wrong_number",
        5,
        (
            r"(?:its|this is|it is|hi|hey|hello) (?:\w+ )?(?:grandma|grandpa|nana|mom|mommy|dad|daddy"
            r"|auntie|aunt \w+|honey|sweetie|babe|baby|sweetheart|hon|love)"
        ),
        (
            r"love you|call me|bye|dinner|package|school|pick(?:ed)? up|party|church|birthday|groceries"
            r"|home|miss you|tell (?:your|the)|are you|where are"
        ),
        unless_beside=r"flood\w*|water|leak\w*|mold|fire|smoke|sewage|insurance|estimate",
        reach="call",
    ),
    family(
        "wrong_number",
        6,
        (
            r"(?:hey|hi|yo|hello|whats up|sup) (?:man|dude|bro|girl|buddy|cuz|babe|bud|brother|sis|sweetie"
            r"|honey|hon|mama|papa)"
        ),
        (
            r"jacket|keys|wallet|phone|place|dinner|lunch|beers?|game|party|movie|work|tonight|weekend"
            r"|bucks|owe|ride|birthday|pick\w*|swing by|come over|gym|bar|church|kids|coffee|call me|later"
        ),
        unless_beside=(
            r"flood\w*|water|leak\w*|mold|fire|smoke|sewage|insurance|estimate|crew|job"
            r"|hiring|basement|roof"
        ),
        reach="call",
    ),
    # --- other services that are asked for and that restorers do not sell
    family(
        "other",
        4,
        (
            r"do you (?:\w+ ){0,3}?(?:do|offer|sell|rent|install|clean|repair|fix|service|carry|haul|move"
            r"|paint|wash|have)|can you (?:\w+ )?(?:install|paint|haul|move|wash|trim|mow|sell)"
            r"|looking for (?:someone|somebody|a company) (?:to|who)"
        ),
        (
            r"ducts?|dryer vents?|gutters?|windows washed|carpets? clean\w*|rugs?|upholstery|couch|sofa"
            r"|mattress|junk|lawns?|landscap\w*|pest\w*|termites?|bed ?bugs|roaches"
            r"|furnaces?|air condition\w*|water heaters?|septic (?:pump\w*|tanks?)|pools?|house ?keeping"
            r"|maid|pressure wash\w*|power wash\w*|new roofs?|kitchen remodel\w*|remodel\w*|additions?"
            r"|solar|asbestos|radon|moving|movers|storage|fence|concrete|tree (?:removal|service|trimming)"
            r"|snow|plow\w*|appliances?|locksmith|chimney (?:sweep|clean\w*)|garage doors?|handyman"
            r"|plumbing|electrical work|towing|dumpsters?|dehumidifiers?|generators?|portable toilets?"
        ),
        unless=r"do you (?:know|have (?:a|any) (?:number|time|idea))|do (?:water|fire|mold|storm)",
        unless_beside=(
            r"flood\w*|leak\w*|burst|soak\w*|mold|sewage|fire|smoke|wet|water damage|storm"
            r"|your (?:crew|guys|team)|insured|overflow\w*|backed up"
        ),
    ),
)
