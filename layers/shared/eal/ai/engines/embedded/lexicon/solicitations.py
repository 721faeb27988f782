"""Who calls without any need of ours: sellers, wrong numbers, recordings."""

from __future__ import annotations

from eal.ai.engines.embedded.language.cues import cue

STRANGERS = (
    # --- sales
    cue(
        "sales_pitch",
        5,
        r"""
        (?:we|i|our (?:company|agency|team|firm|platform|service|software)) (?:\w+ )?(?:help|helps|work with
        |works with|specialize in helping|partner with|partners with|generate|generates|provide|provides
        |serve|serves|supply) (?:\w+ ){0,6}?(?:restoration|contractors?|businesses|business owners|companies
        |service companies|companies like yours|small business|leads|franchises|owners|roofers|home service)
        (?:exclusive|qualified|live|pay per call|pay per|inbound|water damage|mold|free|more|real time
        |realtime|high quality|guaranteed|fire|storm) (?:\w+ )?(?:leads|calls|appointments)(?! (?:you|from))
        (?:generate|buy|sell|send you|get you|bring you|deliver|more) (?:\w+ ){0,4}?(?:leads|jobs|customers
        |reviews)
        (?:lead generation|lead gen|seo|search engine|google ads|google ranking|ranking on google
        |google my business|google business|first page|top of google|digital marketing|marketing (?:agency
        |company|services?|firm|budget)|social media|website design|web design|online reviews
        |reputation management|pay per click|ppc|local service ads|advertis\w+)
        (?:speak|talk|connect|chat) (?:\w+ ){0,3}?(?:the |with |to )?(?:business owner
        |owner of the (?:company|business)|decision maker|person (?:in charge|who handles|that handles
        |responsible)|whoever (?:handles|is in charge|makes|does)|marketing manager|purchasing
        |office manager (?:about|who))
        (?:who|person who|whoever|someone who|somebody who|person that) (?:\w+ )?(?:handles|makes
        |is in charge of|manages|does|takes care of) (?:\w+ ){0,2}?(?:the |your )?(?:marketing|purchasing
        |decisions|phone|it|advertising|merchant|payroll|insurance|fleet|supplies|uniforms|ordering|hiring)
        (?:merchant (?:services|account|processing)|credit card processing|payment processing
        |business (?:loan|loans|funding|line of credit|insurance policy|credit|capital)|working capital
        |line of credit|merchant cash|pre ?approved|cash advance|energy (?:rates?|bill|supplier)
        |electric supplier|lower your (?:rates?|bill|electric)|solar)
        (?:schedule|set up|book|hop on|give you|show you|quick|free|15 minute|15-minute|ten minute
        |10 minute) (?:\w+ ){0,4}?(?:demo|demonstration|presentation|zoom|walk ?through of our|trial|audit
        |consultation call|free trial)
        (?:our|the) (?:software|platform|crm|app|product line|products|dehumidifier line|ai receptionist
        |ai (?:agent|assistant|tool)|answering service|call center|service agreement|fleet|catalog|chemicals
        |solution)
        (?:offer|offering|give) (?:\w+ ){0,3}?(?:discount|special|promotion|pricing on|free sample|samples
        |better rate|free quote on your)
        (?:sell|selling|sales rep|sales representative|account executive|account manager
        |territory (?:manager|rep)|regional rep|business development) (?:\w+ ){0,3}?(?:at|with|for|from
        |dehumidifiers|equipment|air movers|chemicals|supplies|here)
        we sell
        we (?:built|developed|make|created|designed|launched) (?:an?|the) (?:\w+ ){0,3}?(?:ai|app|software
        |platform|receptionist|tool|system|service|crm|product|bot)
        (?:show|tell|pitch) (?:\w+ ){0,2}?(?:your owner|the owner|your manager|your boss|you guys about
        |you about (?:our|a))
        (?:sub|subcontract|subcontracting|sub contract) (?:work|jobs?)
        (?:pick up|get|take on|find) (?:\w+ ){0,2}?(?:work|jobs) (?:from|with|for) (?:\w+ )?(?:restoration
        |contractors?|companies|you|outfits)
        (?:looking for|seeking|available for|interested in|do) (?:\w+ ){0,3}?(?:subcontract\w*|sub work
        |sub work|sub ?contracting|overflow work|vendor partners?)
        (?:subcontractors?|subs) (?:\w+ ){0,5}?(?:looking|available|crew|crews)
        (?:our|my) (?:drywall|demo|roofing|flooring|painting|cleaning) (?:crew|crews|company
        |team) (?:\w+ ){0,5}?(?:available|looking|sub|work for you|open)
        (?:grow|growing|scale|expand|take) your (?:business|company|revenue|sales)
        your (?:google listing|google profile|website|online presence|web ?site|yelp|business listing
        |facebook page|call volume|marketing|merchant|phone system|phone bill|copier|current (?:provider
        |vendor|processor|supplier))
        (?:staffing|temp) (?:agency|company|firm|services?)
        (?:candidates|recruit\w+|staffing solutions)
        (?:no obligation|no cost to you|save you money|save (?:your business|you) (?:\w+ ){0,3}?(?:money
        |percent|thousands)|return on investment|roi)
        (?:acquire|acquisition|buy|buying|purchase|selling|sell) (?:\w+ ){0,3}?your (?:business|company
        |franchise)
        (?:interest rate|interested in (?:hearing|learning) (?:more )?about our)
        cold call
        (?:for|with) (?:\w+ )?(?:restoration|mitigation) (?:contractors|companies|businesses|franchises)
        (?:quote|bid|price|estimate) on your (?:vans?|trucks?|fleet|vehicles?|office|insurance|phones?
        |uniforms?|payroll)
        (?:speak|talk) (?:to|with) the owner or (?:the )?manager
        we are a (?:\w+ ){0,3}?(?:print shop|vendor|supplier|agency|startup|distributor|broker)
        so you never miss
        your (?:\w+ )?listing
        (?:our|the|an?) (?:online |business |contractor )?directory
        (?:feature|list|promote|advertise) your (?:company|business)
        (?:dollars )?(?:a|per) month (?:\w+ ){0,3}?(?:we|you|our)
        send (?:someone|somebody|anyone) on your
        (?:drop|dropping) off (?:\w+ )?(?:samples?|brochures?|a catalog|donuts|literature|flyers|cards)
        whoever (?:\w+ )?(?:handles|does|runs|buys|orders)
        save you (?:\w+ ){0,4}?(?:percent|money|thousands|hundreds|dollars|time)
        (?:up for|coming up for|due for) renewal
        card services
        in your area (?:next|this) week
        connect (?:you with )?homeowners
        referral fee
        (?:meeting|appointment|call|time|word|minute) (?:\w+ ){0,4}?with your (?:\w+ )?(?:manager|owner|team
        |boss|buyer|director)
        (?:taking on|take on|looking for|handle|want|get|book|land|close|win) (?:\w+ )?(?:more|extra
        |additional|new) (?:\w+ )?(?:jobs|work|calls|customers|business|clients|projects)
        (?:angi|angies list|homeadvisor|thumbtack|yelp for business|yelp ads|networx|bbb accreditation
        |chamber of commerce membership)
        (?:following up|follow up) (?:\w+ ){0,3}?(?:email|brochure|proposal|voicemail) (?:i|we) sent
        (?:calling|reaching out) (?:\w+ ){0,3}?(?:businesses|contractors|restoration (?:companies
        |contractors)) in your area
        we (?:train|certify|inspect|teach|insure|finance|recruit)
        companies like yours
        (?:who|whoever) (?:\w+ )?(?:schedules|buys|orders|books|approves|runs) (?:\w+ )?(?:your|the)
        """,
        r"""
        (?:do|would) (?:you|you guys|you all|yall) (?:\w+ )?(?:sell|buy)
        (?:verif\w+|confirm\w*|dates of) (?:\w+ ){0,3}?employment
        vendor list
        (?:our house|our basement|my house|my basement|our home|we have water|my claim)
        (?:before|when|until|if|so|once|after|can|to) we (?:\w+ )?sell
        buy(?:ing)? a (?:house|home)
        (?:saw|found|heard about|looking at|looked at|read|googled|on|from|through|number (?:from|on
        |off)) (?:\w+ ){0,3}?your (?:website|web ?site|yelp|facebook page|google listing|google profile)
        """,
    ),
    cue(
        "sales_pitch",
        1.5,
        r"""
        (?:we are|i am with|i represent|i work for|on behalf of|calling from
        |calling with) (?:\w+ ){0,4}?(?:company|firm|agency|group|solutions|services|media|marketing|capital
        |technologies|supply|digital|partners|safety|systems)
        """,
        (
            "insurance|plumbing|claims|realty|property|restoration|management|adjust|rooter|mutual"
            "|employment|verif|carrier|apartments?|heating|roofing"
        ),
    ),
    cue(
        "sales_pitch",
        2,
        r"""
        leads
        marketing
        software
        (?:is|are) (?:the )?owner (?:available|in|around|there)
        partnership
        how (?:are you|is your day) (?:doing |going )?today
        business owner
        vendor
        promotion
        your business
        """,
        "your business cards?",
    ),
    # --- wrong number
    cue(
        "wrong_number",
        5,
        r"""
        i thought (?:this|you|it) (?:was|were|is) (?:the |a |an |my )?(?!going|it|this|you|we|i |they|that)\w+
        (?:is this|have i reached|did i reach|is that) (?:the |a |an |my )?(?:electric|gas|power|phone|cable
        |insurance|water|utility|pizza|\w+) (?:company|office|department|clinic|store|center|school|hotel
        |bank|salon|utility|board|desk|pharmacy|shop)
        wrong (?:number|place|company|person|business|house)
        oops
        this isnt (?:mom|dad|grandma|honey|babe|\w+ is it)
        (?:not|isnt) (?:mom|dad|my mom)
        (?:dialed|called|have|got|misdialed|dial|calling) (?:\w+ ){0,3}?wrong
        misdial\w*
        (?:pocket|butt) dial\w*
        (?:meant|trying|tried|wanted) to (?:call|reach|dial) (?:\w+ )?(?:my (?:mom|sister|brother|wife
        |husband|dad|friend|doctor|bank)|the (?:pizza|doctor|pharmacy|dentist|school|bank|vet|salon|hotel
        |clinic|restaurant|library|dmv|bakery|water company|fire department|post office|hospital)
        |a (?:different|restaurant|pizza))
        (?:is this|this is not|this isnt|isnt this|i thought this was|thought i was calling|thought i called
        |are you) (?:\w+ ){0,2}?(?:pizza|dominos?|pharmacy|cvs|walgreens|doctor|doctors|dentist|dr|salon
        |walmart|the bank|vet|veterinary|clinic|restaurant|hotel|school|hair|nail|barber|dmv|library|taxi
        |cab|church|bakery|post office|comcast|xfinity|hospital|flower|florist|mechanic|auto shop|tire)
        (?:not|isnt|arent) (?:\w+ ){0,2}?(?:who i|the (?:place|number|person|company|business|office) i)
        (?:place|put) (?:an|my) order
        (?:large|medium|small) (?:pepperoni|cheese|pizza)
        (?:refill|prescription)
        ready (?:to be picked up|for pick ?up|to pick up)
        (?:letting|let) you know (?:\w+ )?(?:is|are|was|your|that your)
        (?:appointment|payment) reminder
        (?:confirm|cancel|change|make) (?:my|a|our) (?:\w+ )?reservation
        (?:car|truck|couch|dresser|bike|puppy|puppies|corolla|civic|apartment|\w+) (?:still )?(?:for sale
        |for rent|available on)
        (?:haircut|hair appointment|oil change|table for|reservation|dental cleaning)
        (?:is|can i (?:speak|talk) (?:to|with)) (?:\w+ ){1,3}(?:there|home|please)?,? (?:theres )?(?:no one
        |nobody) (?:here )?by that name
        (?:no|isnt a|not a|nobody|no one) (?:\w+ )?(?:here )?(?:by that name|named)
        """,
        r"""
        wrong with
        is (?:this|that) (?:the |a |an )?(?:restoration|water damage|fire damage|mold|flood|cleanup
        |mitigation|right)
        did nothing wrong
        something wrong
        (?:went|going|doing|done|did|what is|whats|anything) (?:\w+ )?wrong
        """,
        by_agent=True,
    ),
    cue(
        "wrong_number",
        5,
        r"""
        (?:oh|so|im|i am|my|ok|okay|sorry) (?:so )?(?:sorry|apologies|my bad|my mistake) (?:about that
        |to bother|for bothering|for the trouble|have a)
        (?:my fault|my mistake|my bad|oops|sorry,? wrong)
        (?:hello|hi),? (?:is this )?(?:the )?(?:gas|electric|power|water|cable|phone) company
        (?:this )?message is for (?:mr |mrs |ms |dr )?\w+
        """,
        r"""
        message is for (?:the|your|whoever|anyone|owner|management)
        """,
    ),
    cue(
        "wrong_number",
        4,
        r"""
        (?:this|its|that|we) (?:isnt|is not|arent|are not) (?:the|a|an) (?:\w+ )?(?:company|office|clinic
        |restaurant|store|bank|hospital|pharmacy|school|line)
        theres (?:no|nobody) (?:\w+ )?(?:here|by that|named|at this)
        (?:no|not) \w+ (?:here|at this number)
        """,
        r"""
        (?:restoration|water|fire) company
        """,
        by_agent=True,
    ),
    cue(
        "wrong_number",
        3,
        r"""
        no (?:maam |sir |sorry |im sorry |actually )?(?:this is|you have reached|youve reached
        |its) (?:\w+ ){0,4}?(?:restoration|water damage|cleanup|mitigation)
        (?:sir|maam|sorry) this is (?:a|the) (?:\w+ )?restoration
        we are (?:a|the) (?:\w+ )?restoration company
        this is (?:a|the) (?:\w+ )?(?:restoration|water damage|cleanup) company
        """,
        by_agent=True,
        by_sentence=True,
    ),
    # --- spam
    cue(
        "spam",
        6,
        r"""
        press (?:\w+ )?(?:one|two|three|four|five|six|seven|eight|nine|zero|\d|any key|star|pound)
        (?:this is )?(?:an? )?(?:automated|prerecorded|pre recorded|recorded|important) (?:\w+ )?(?:message
        |call|announcement|notice|notification)
        (?:extended|auto|car|vehicle|vehicles|cars) warranty
        (?:final|last|second|urgent) (?:notice|attempt|warning|courtesy call|reminder)
        (?:social security (?:number|administration)|irs|arrest warrant|warrant for your
        |legal action against you|gift cards?|student loan|debt relief|credit card debt|lower your interest
        |medicare|health insurance|free cruise|free vacation|all expenses? paid|you have (?:been selected
        |won)|you have won|congratulations you|been selected|timeshare|crypto|bitcoin|back taxes|tax debt
        |tax relief)
        (?:google|alexa|business|google business) (?:\w+ ){0,4}?(?:listing|profile|verification
        |verify) (?:\w+ ){0,8}?(?:not (?:been )?verified|is not|expire|expiring|suspended|press|removed
        |unverified|at risk|flagged)
        (?:to be (?:removed|placed|taken off)|opt out|do not call list|stop receiving)
        is your (?:refrigerator|fridge) running
        (?:this|the following) call is (?:from|being made|on behalf)
        (?:lawsuit|case|complaint|warrant) (?:has been|was|is being) (?:\w+ )?filed (?:under|against|in) your
        avoid (?:arrest|prosecution|legal action|suspension)
        number on your caller id
        prince albert
        (?:computer|device|account|phone) (?:has been|is|was) (?:\w+ )?(?:infected|hacked|compromised|locked)
        (?:tax|debt|loan) (?:forgiveness|settlement|resolution|relief)
        next available (?:agent|representative|operator|specialist)
        (?:claim|receive|redeem) (?:your|the|a) (?:\w+ )?(?:reward|prize|gift|bonus|benefit)
        (?:tax credit|retention credit|employee retention)
        (?:united states treasury|federal reserve|customs and border)
        (?:laughter|giggling|giggles|snickering|laughing)
        (?:prank|pranked|pranking|just kidding|just messing|got you|baba booey)
        (?:hugh jass|mike hunt|seymour butts|heywood|ben dover|i p freely|amanda hugginkiss|jenny talia
        |hugh janus)
        (?:kill|catch it|better go catch)
        your account (?:has been|will be|is) (?:\w+ )?(?:suspended|charged|closed|locked|debited)
        amazon (?:account|order|purchase)
        microsoft (?:support|windows)
        """,
        r"""
        thanks? (?:you )?for calling
        press (?:charges|conference|the (?:button|reset|breaker))
        kill (?:the|all) (?:mold|power|breaker|main|bacteria|spores)
        (?:going to|want to) kill
        """,
    ),
)
