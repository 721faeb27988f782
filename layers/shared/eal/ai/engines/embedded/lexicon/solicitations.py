"""Cues for callers who need no service: salespeople, wrong numbers, recordings."""

from __future__ import annotations

from eal.ai.engines.embedded.language.cues import cue, phrase
from eal.ai.engines.embedded.signals import Signal

SOLICITATIONS = (
    # --- sales
    cue(
        Signal.SALES_PITCH,
        5,
        phrase(
            r"(?:we|i|our (?:company|agency|team|firm|platform|service|software)) (?:\w+ )?",
            (
                r"help|helps|work with|works with|specialize in helping|partner with",
                r"partners with|generate|generates|provide|provides|serve|serves|supply",
            ),
            r" (?:\w+ ){0,6}?",
            (
                r"restoration|contractors?|businesses|business owners|companies|service companies",
                r"companies like yours|small business|leads|franchises|owners|roofers|home service",
            ),
        ),
        phrase(
            (
                r"exclusive|qualified|live|pay per call|pay per|inbound|water damage",
                r"mold|free|more|real time|realtime|high quality|guaranteed|fire|storm",
            ),
            r" (?:\w+ )?(?:leads|calls|appointments)(?! (?:you|from))",
        ),
        phrase(
            r"(?:generate|buy|sell|send you|get you|bring you|deliver|more) (?:\w+ ){0,4}?",
            r"(?:leads|jobs|customers|reviews)",
        ),
        phrase(
            (
                r"lead generation|lead gen|seo|search engine|google ads|google ranking|ranking on google",
                r"google my business|google business|first page|top of google|digital marketing",
                r"marketing (?:agency|company|services?|firm|budget)",
                r"social media|website design|web design|online reviews",
                r"reputation management|pay per click|ppc|local service ads|advertis\w+",
            ),
        ),
        phrase(
            r"(?:speak|talk|connect|chat) (?:\w+ ){0,3}?(?:the |with |to )?",
            (
                r"business owner|owner of the (?:company|business)|decision maker",
                r"person (?:in charge|who handles|that handles|responsible)",
                r"whoever (?:handles|is in charge|makes|does)",
                r"marketing manager|purchasing|office manager (?:about|who)",
            ),
        ),
        phrase(
            r"(?:who|person who|whoever|someone who|somebody who|person that) (?:\w+ )?",
            r"(?:handles|makes|is in charge of|manages|does|takes care of) (?:\w+ ){0,2}?(?:the |your )?",
            (
                r"marketing|purchasing|decisions|phone|it|advertising|merchant",
                r"payroll|insurance|fleet|supplies|uniforms|ordering|hiring",
            ),
        ),
        phrase(
            (
                r"merchant (?:services|account|processing)|credit card processing|payment processing",
                r"business (?:loan|loans|funding|line of credit|insurance policy|credit|capital)",
                r"working capital|line of credit|merchant cash|pre ?approved",
                r"cash advance|energy (?:rates?|bill|supplier)",
                r"electric supplier|lower your (?:rates?|bill|electric)|solar",
            ),
        ),
        phrase(
            (
                r"schedule|set up|book|hop on|give you|show you|quick",
                r"free|15 minute|15-minute|ten minute|10 minute",
            ),
            r" (?:\w+ ){0,4}?",
            (
                r"demo|demonstration|presentation|zoom|walk ?through of our",
                r"trial|audit|consultation call|free trial",
            ),
        ),
        phrase(
            r"(?:our|the) ",
            (
                r"software|platform|crm|app|product line|products|dehumidifier line",
                r"ai receptionist|ai (?:agent|assistant|tool)|answering service",
                r"call center|service agreement|fleet|catalog|chemicals|solution",
            ),
        ),
        phrase(
            r"(?:offer|offering|give) (?:\w+ ){0,3}?",
            r"(?:discount|special|promotion|pricing on|free sample|samples|better rate|free quote on your)",
        ),
        phrase(
            (
                r"sell|selling|sales rep|sales representative|account executive",
                r"account manager|territory (?:manager|rep)|regional rep|business development",
            ),
            r" (?:\w+ ){0,3}?(?:at|with|for|from|dehumidifiers|equipment|air movers|chemicals|supplies|here)",
        ),
        r"we sell",
        phrase(
            r"we (?:built|developed|make|created|designed|launched) (?:an?|the) (?:\w+ ){0,3}?",
            r"(?:ai|app|software|platform|receptionist|tool|system|service|crm|product|bot)",
        ),
        phrase(
            r"(?:show|tell|pitch) (?:\w+ ){0,2}?",
            r"(?:your owner|the owner|your manager|your boss|you guys about|you about (?:our|a))",
        ),
        r"(?:sub|subcontract|subcontracting|sub contract) (?:work|jobs?)",
        phrase(
            r"(?:pick up|get|take on|find) (?:\w+ ){0,2}?(?:work|jobs) (?:from|with|for) (?:\w+ )?",
            r"(?:restoration|contractors?|companies|you|outfits)",
        ),
        phrase(
            r"(?:looking for|seeking|available for|interested in|do) (?:\w+ ){0,3}?",
            r"(?:subcontract\w*|sub work|sub work|sub ?contracting|overflow work|vendor partners?)",
        ),
        r"(?:subcontractors?|subs) (?:\w+ ){0,5}?(?:looking|available|crew|crews)",
        phrase(
            r"(?:our|my) (?:drywall|demo|roofing|flooring|painting|cleaning) (?:crew|crews|company|team) ",
            r"(?:\w+ ){0,5}?(?:available|looking|sub|work for you|open)",
        ),
        r"(?:grow|growing|scale|expand|take) your (?:business|company|revenue|sales)",
        phrase(
            r"your ",
            (
                r"google listing|google profile|website|online presence|web ?site|yelp|business listing",
                r"facebook page|call volume|marketing|merchant|phone system|phone bill|copier",
                r"current (?:provider|vendor|processor|supplier)",
            ),
        ),
        r"(?:staffing|temp) (?:agency|company|firm|services?)",
        r"(?:candidates|recruit\w+|staffing solutions)",
        phrase(
            (
                r"no obligation|no cost to you|save you money",
                r"save (?:your business|you) (?:\w+ ){0,3}?(?:money|percent|thousands)",
                r"return on investment|roi",
            ),
        ),
        phrase(
            r"(?:acquire|acquisition|buy|buying|purchase|selling|sell) (?:\w+ ){0,3}?your ",
            r"(?:business|company|franchise)",
        ),
        r"(?:interest rate|interested in (?:hearing|learning) (?:more )?about our)",
        r"cold call",
        r"(?:for|with) (?:\w+ )?(?:restoration|mitigation) (?:contractors|companies|businesses|franchises)",
        phrase(
            r"(?:quote|bid|price|estimate) on your ",
            r"(?:vans?|trucks?|fleet|vehicles?|office|insurance|phones?|uniforms?|payroll)",
        ),
        r"(?:speak|talk) (?:to|with) the owner or (?:the )?manager",
        r"we are a (?:\w+ ){0,3}?(?:print shop|vendor|supplier|agency|startup|distributor|broker)",
        r"so you never miss",
        r"your (?:\w+ )?listing",
        r"(?:our|the|an?) (?:online |business |contractor )?directory",
        r"(?:feature|list|promote|advertise) your (?:company|business)",
        r"(?:dollars )?(?:a|per) month (?:\w+ ){0,3}?(?:we|you|our)",
        r"send (?:someone|somebody|anyone) on your",
        r"(?:drop|dropping) off (?:\w+ )?(?:samples?|brochures?|a catalog|donuts|literature|flyers|cards)",
        r"whoever (?:\w+ )?(?:handles|does|runs|buys|orders)",
        r"save you (?:\w+ ){0,4}?(?:percent|money|thousands|hundreds|dollars|time)",
        r"(?:up for|coming up for|due for) renewal",
        r"card services",
        r"in your area (?:next|this) week",
        r"connect (?:you with )?homeowners",
        r"referral fee",
        phrase(
            r"(?:meeting|appointment|call|time|word|minute) (?:\w+ ){0,4}?with your (?:\w+ )?",
            r"(?:manager|owner|team|boss|buyer|director)",
        ),
        phrase(
            r"(?:taking on|take on|looking for|handle|want|get|book|land|close|win) (?:\w+ )?",
            r"(?:more|extra|additional|new) (?:\w+ )?(?:jobs|work|calls|customers|business|clients|projects)",
        ),
        phrase(
            (
                r"angi|angies list|homeadvisor|thumbtack|yelp for business|yelp ads",
                r"networx|bbb accreditation|chamber of commerce membership",
            ),
        ),
        r"(?:following up|follow up) (?:\w+ ){0,3}?(?:email|brochure|proposal|voicemail) (?:i|we) sent",
        phrase(
            r"(?:calling|reaching out) (?:\w+ ){0,3}?",
            r"(?:businesses|contractors|restoration (?:companies|contractors)) in your area",
        ),
        r"we (?:train|certify|inspect|teach|insure|finance|recruit)",
        r"companies like yours",
        r"(?:who|whoever) (?:\w+ )?(?:schedules|buys|orders|books|approves|runs) (?:\w+ )?(?:your|the)",
        unless=(
            r"(?:do|would) (?:you|you guys|you all|yall) (?:\w+ )?(?:sell|buy)",
            r"(?:verif\w+|confirm\w*|dates of) (?:\w+ ){0,3}?employment",
            r"vendor list",
            r"(?:our house|our basement|my house|my basement|our home|we have water|my claim)",
            r"(?:before|when|until|if|so|once|after|can|to) we (?:\w+ )?sell",
            r"buy(?:ing)? a (?:house|home)",
            phrase(
                (
                    r"saw|found|heard about|looking at|looked at|read",
                    r"googled|on|from|through|number (?:from|on|off)",
                ),
                r" (?:\w+ ){0,3}?your (?:website|web ?site|yelp|facebook page|google listing|google profile)",
            ),
        ),
    ),
    cue(
        Signal.SALES_PITCH,
        1.5,
        phrase(
            r"(?:we are|i am with|i represent|i work for|on behalf of|calling from|calling with) ",
            r"(?:\w+ ){0,4}?",
            (
                r"company|firm|agency|group|solutions|services|media|marketing",
                r"capital|technologies|supply|digital|partners|safety|systems",
            ),
        ),
        unless=(
            r"insurance",
            r"plumbing",
            r"claims",
            r"realty",
            r"property",
            r"restoration",
            r"management",
            r"adjust",
            r"rooter",
            r"mutual",
            r"employment",
            r"verif",
            r"carrier",
            r"apartments?",
            r"heating",
            r"roofing",
        ),
    ),
    cue(
        Signal.SALES_PITCH,
        2,
        r"leads",
        r"marketing",
        r"software",
        r"(?:is|are) (?:the )?owner (?:available|in|around|there)",
        r"partnership",
        r"how (?:are you|is your day) (?:doing |going )?today",
        r"business owner",
        r"vendor",
        r"promotion",
        r"your business",
        unless=(r"your business cards?",),
    ),
    # --- wrong number
    cue(
        Signal.WRONG_NUMBER,
        5,
        phrase(
            r"i thought (?:this|you|it) (?:was|were|is) (?:the |a |an |my )?",
            r"(?!going|it|this|you|we|i |they|that)\w+",
        ),
        phrase(
            r"(?:is this|have i reached|did i reach|is that) (?:the |a |an |my )?",
            r"(?:electric|gas|power|phone|cable|insurance|water|utility|pizza|\w+) ",
            (
                r"company|office|department|clinic|store|center|school",
                r"hotel|bank|salon|utility|board|desk|pharmacy|shop",
            ),
        ),
        r"wrong (?:number|place|company|person|business|house)",
        r"oops",
        r"this isnt (?:mom|dad|grandma|honey|babe|\w+ is it)",
        r"(?:not|isnt) (?:mom|dad|my mom)",
        r"(?:dialed|called|have|got|misdialed|dial|calling) (?:\w+ ){0,3}?wrong",
        r"misdial\w*",
        r"(?:pocket|butt) dial\w*",
        phrase(
            r"(?:meant|trying|tried|wanted) to (?:call|reach|dial) (?:\w+ )?",
            (
                r"my (?:mom|sister|brother|wife|husband|dad|friend|doctor|bank)",
                phrase(
                    r"the ",
                    (
                        r"pizza|doctor|pharmacy|dentist|school|bank|vet|salon|hotel|clinic|restaurant",
                        r"library|dmv|bakery|water company|fire department|post office|hospital",
                    ),
                ),
                r"a (?:different|restaurant|pizza)",
            ),
        ),
        phrase(
            (
                r"is this|this is not|this isnt|isnt this|i thought this was",
                r"thought i was calling|thought i called|are you",
            ),
            r" (?:\w+ ){0,2}?",
            (
                r"pizza|dominos?|pharmacy|cvs|walgreens|doctor|doctors|dentist|dr|salon|walmart|the bank",
                r"vet|veterinary|clinic|restaurant|hotel|school|hair|nail|barber|dmv|library|taxi|cab",
                r"church|bakery|post office|comcast|xfinity|hospital|flower|florist|mechanic|auto shop|tire",
            ),
        ),
        r"(?:not|isnt|arent) (?:\w+ ){0,2}?(?:who i|the (?:place|number|person|company|business|office) i)",
        r"(?:place|put) (?:an|my) order",
        r"(?:large|medium|small) (?:pepperoni|cheese|pizza)",
        r"(?:refill|prescription)",
        r"ready (?:to be picked up|for pick ?up|to pick up)",
        r"(?:letting|let) you know (?:\w+ )?(?:is|are|was|your|that your)",
        r"(?:appointment|payment) reminder",
        r"(?:confirm|cancel|change|make) (?:my|a|our) (?:\w+ )?reservation",
        phrase(
            r"(?:car|truck|couch|dresser|bike|puppy|puppies|corolla|civic|apartment|\w+) (?:still )?",
            r"(?:for sale|for rent|available on)",
        ),
        r"(?:haircut|hair appointment|oil change|table for|reservation|dental cleaning)",
        phrase(
            r"(?:is|can i (?:speak|talk) (?:to|with)) (?:\w+ ){1,3}(?:there|home|please)?,? (?:theres )?",
            r"(?:no one|nobody) (?:here )?by that name",
        ),
        r"(?:no|isnt a|not a|nobody|no one) (?:\w+ )?(?:here )?(?:by that name|named)",
        unless=(
            r"wrong with",
            phrase(
                r"is (?:this|that) (?:the |a |an )?",
                r"(?:restoration|water damage|fire damage|mold|flood|cleanup|mitigation|right)",
            ),
            r"did nothing wrong",
            r"something wrong",
            r"(?:went|going|doing|done|did|what is|whats|anything) (?:\w+ )?wrong",
        ),
        by_agent=True,
    ),
    cue(
        Signal.WRONG_NUMBER,
        5,
        phrase(
            r"(?:oh|so|im|i am|my|ok|okay|sorry) (?:so )?(?:sorry|apologies|my bad|my mistake) ",
            r"(?:about that|to bother|for bothering|for the trouble|have a)",
        ),
        r"(?:my fault|my mistake|my bad|oops|sorry,? wrong)",
        r"(?:hello|hi),? (?:is this )?(?:the )?(?:gas|electric|power|water|cable|phone) company",
        r"(?:this )?message is for (?:mr |mrs |ms |dr )?\w+",
        unless=(r"message is for (?:the|your|whoever|anyone|owner|management)",),
    ),
    cue(
        Signal.WRONG_NUMBER,
        4,
        phrase(
            r"(?:this|its|that|we) (?:isnt|is not|arent|are not) (?:the|a|an) (?:\w+ )?",
            r"(?:company|office|clinic|restaurant|store|bank|hospital|pharmacy|school|line)",
        ),
        r"theres (?:no|nobody) (?:\w+ )?(?:here|by that|named|at this)",
        r"(?:no|not) \w+ (?:here|at this number)",
        unless=(r"(?:restoration|water|fire) company",),
        by_agent=True,
    ),
    cue(
        Signal.WRONG_NUMBER,
        3,
        phrase(
            r"no (?:maam |sir |sorry |im sorry |actually )?(?:this is|you have reached|youve reached|its) ",
            r"(?:\w+ ){0,4}?(?:restoration|water damage|cleanup|mitigation)",
        ),
        r"(?:sir|maam|sorry) this is (?:a|the) (?:\w+ )?restoration",
        r"we are (?:a|the) (?:\w+ )?restoration company",
        r"this is (?:a|the) (?:\w+ )?(?:restoration|water damage|cleanup) company",
        by_agent=True,
        by_sentence=True,
    ),
    # --- spam
    cue(
        Signal.SPAM,
        6,
        r"press (?:\w+ )?(?:one|two|three|four|five|six|seven|eight|nine|zero|\d|any key|star|pound)",
        phrase(
            r"(?:this is )?(?:an? )?(?:automated|prerecorded|pre recorded|recorded|important) (?:\w+ )?",
            r"(?:message|call|announcement|notice|notification)",
        ),
        r"(?:extended|auto|car|vehicle|vehicles|cars) warranty",
        r"(?:final|last|second|urgent) (?:notice|attempt|warning|courtesy call|reminder)",
        phrase(
            (
                r"social security (?:number|administration)",
                r"irs|arrest warrant|warrant for your|legal action against you|gift cards?|student loan",
                r"debt relief|credit card debt|lower your interest|medicare|health insurance|free cruise",
                r"free vacation|all expenses? paid|you have (?:been selected|won)|you have won",
                r"congratulations you|been selected|timeshare|crypto|bitcoin|back taxes|tax debt|tax relief",
            ),
        ),
        phrase(
            r"(?:google|alexa|business|google business) (?:\w+ ){0,4}?",
            r"(?:listing|profile|verification|verify) (?:\w+ ){0,8}?",
            (
                r"not (?:been )?verified|is not|expire|expiring",
                r"suspended|press|removed|unverified|at risk|flagged",
            ),
        ),
        r"(?:to be (?:removed|placed|taken off)|opt out|do not call list|stop receiving)",
        r"is your (?:refrigerator|fridge) running",
        r"(?:this|the following) call is (?:from|being made|on behalf)",
        phrase(
            r"(?:lawsuit|case|complaint|warrant) (?:has been|was|is being) (?:\w+ )?filed ",
            r"(?:under|against|in) your",
        ),
        r"avoid (?:arrest|prosecution|legal action|suspension)",
        r"number on your caller id",
        r"prince albert",
        phrase(
            r"(?:computer|device|account|phone) (?:has been|is|was) (?:\w+ )?",
            r"(?:infected|hacked|compromised|locked)",
        ),
        r"(?:tax|debt|loan) (?:forgiveness|settlement|resolution|relief)",
        r"next available (?:agent|representative|operator|specialist)",
        r"(?:claim|receive|redeem) (?:your|the|a) (?:\w+ )?(?:reward|prize|gift|bonus|benefit)",
        r"(?:tax credit|retention credit|employee retention)",
        r"(?:united states treasury|federal reserve|customs and border)",
        r"(?:laughter|giggling|giggles|snickering|laughing)",
        r"(?:prank|pranked|pranking|just kidding|just messing|got you|baba booey)",
        phrase(
            (
                r"hugh jass|mike hunt|seymour butts|heywood|ben dover",
                r"i p freely|amanda hugginkiss|jenny talia|hugh janus",
            ),
        ),
        r"(?:kill|catch it|better go catch)",
        r"your account (?:has been|will be|is) (?:\w+ )?(?:suspended|charged|closed|locked|debited)",
        r"amazon (?:account|order|purchase)",
        r"microsoft (?:support|windows)",
        unless=(
            r"thanks? (?:you )?for calling",
            r"press (?:charges|conference|the (?:button|reset|breaker))",
            r"kill (?:the|all) (?:mold|power|breaker|main|bacteria|spores)",
            r"(?:going to|want to) kill",
        ),
    ),
)
