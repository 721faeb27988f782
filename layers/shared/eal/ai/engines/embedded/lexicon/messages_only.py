"""What people write in forms and notes, where it differs from what they say in calls; English and some Spanish.

Only messages are read with these: a call's judgement does not know them. Spanish is written without accents.
"""

from __future__ import annotations

from eal.ai.engines.embedded.language.cues import cue

WRITTEN = (
    # --- can never become a customer
    cue(
        "stranger",
        3,
        r"""
        (?:seo|backlinks?|link exchange|guest posts?|link (?:building|included)|web ?design|explainer videos?
        |(?:email|phone) list|marketing (?:services?|agency|company|digital)|domain (?:is|name|authority))
        (?:grow|boost|increase|improve) (?:your|the) (?:\w+ ){0,2}?(?:instagram|followers|traffic|rankings?
        |sales|revenue|business|visibility|online)
        (?:feature|list|promote) your (?:company|business)
        (?:sell|selling|buy|acquire|acquiring|acquisition of) (?:your|restoration) (?:company|companies
        |business|businesses)
        (?:sub|subcontract\w*|overflow) (?:work |jobs )?(?:for|with|from) (?:you|you guys|restoration
        |your company)
        (?:love|like|happy|available|looking) to sub
        (?:five|5|\d+) star (?:google )?reviews
        (?:qualify|eligible) for (?:\w+ ){0,3}?(?:credit|funding|grant|loan)
        (?:your|for) (?:business|fleet|company),? (?:\w+ ){0,4}?(?:no money down|first month free|special
        |discount)
        (?:we|i) (?:can )?(?:offer|provide|sell|supply) (?:\w+ ){0,5}?(?:for|to) (?:contractors|restoration
        |businesses|companies|your (?:business|company|team|crew))
        (?:redesign|rebuild|update|fix) your (?:\w+ )?(?:website|site|logo)
        (?:one time fee|factory price|wholesale (?:price|pricing)|moq|bulk (?:order|pricing)|see (?:my |our )?portfolio
        |passive income|work from home|make money|earn (?:money|extra|\d+)|ask me how|book a (?:call|demo))
        (?:offer|introduce|present|showcase) (?:you )?(?:our|my) (?:\w+ )?(?:services?|products?|company|solutions?)
        (?:hiring|staffing|recruiting) needs|places? (?:\w+ )?talent
        (?:outsourc\w+|handle|manage|take over) your (?:\w+ )?(?:estimating|bookkeeping|phones?|calls|books
        |billing|payroll|dispatch\w*|it)
        outsourc\w+|offshore team|billboards?|business proposal|million dollars|verify your (?:mailbox|account)
        (?:buyers|investors) for (?:\w+ )?(?:firms|companies|businesses)
        (?:targeted|verified|business) (?:\w+ )?(?:emails|contacts|leads)
        marketing digital|posicionamiento|mas clientes
        """,
        r"(?:my|our) (?:house|home|basement|kitchen|ceiling|bathroom)",
    ),
    cue(
        "stranger",
        3,
        r"""
        (?:looking for|needs?|wants?|find|seeking) (?:an? )?(?:\w+ )?(?:job|internship|employment)(?=$|[,.?!]
        | for| with| in| can)
        (?:take|hire|need|hiring) (?:any |some )?(?:helpers?|interns?|laborers?|trainees?)
        my resume|years? (?:of )?experience|(?:position|spot|opening)s? (?:open|available)|your (?:pay|starting pay)
        looking to switch (?:companies|jobs)|whats? (?:is )?(?:the|your) pay
        busco (?:trabajo|empleo)|estan contratando|solicitud de empleo
        """,
        r"job (?:done|fixed|finished|quoted)|need (?:a )?(?:job|laborers?) (?:done|to)",
    ),
    cue(
        "stranger",
        3,
        r"""
        (?:asdf\w*|qwert\w*|fghj\w*|lorem ipsum|viagra|cialis|casino|onlyfans|forex|escorts?)
        hot singles
        (?:a )?test (?:submission|message|lead|form|entry)
        """,
    ),
    cue(
        "prank",
        3,
        r"""
        (?:jk|just kidding|prank|hahaha\w*)
        """,
    ),
    cue(
        "competitor",
        3,
        r"""
        (?:we are|i am|were) (?:also )?(?:a|an|in the|another) (?:\w+ )?(?:restoration|mitigation
        |remediation) (?:company|contractor|franchise|business)
        (?:own|run|manage) (?:a|an|the) (?:\w+ )?(?:restoration|mitigation|remediation) (?:company|franchise
        |business|firm)
        charge per (?:air mover|fan|dehu\w*|dehumidifier)
        we (?:also )?do (?:water|fire|mold|flood) (?:damage|restoration|work|jobs)
        what (?:do|are) you (?:guys )?pay\w* your|which (?:carriers|tpas?|programs) (?:do )?you
        """,
        r"(?:refer|loss for you|overflow loss|assign) (?:\w+ ){0,3}?(?:you|loss|job)",
    ),
    cue(
        "wrong_trade",
        3,
        r"""
        (?:locksmith|locked out of|pest control|termites?|exterminator|lawn|mow|hedges|landscap\w+|dumpsters?
        |junk removal|movers|moving company|babysitt\w+|pizza|tow truck|car wash|furnaces?|ac (?:unit
        |replacement|repair)|air condition\w+|hvac (?:install\w*|tune ?up|service)|solar panels?
        |swimming pool|hot tub|fence install\w*|new (?:roof|gutters|windows|deck|driveway)|paint my (?:exterior
        |house|fence)|tree (?:removal|trimming|service)|stump|driveway|grass|bushes
        |(?:install|put in) (?:an? )?new|light fixtures? installed|iphone|laptop|computer repair
        |phone screen|oil change|flat tire|airport|haircut|tutor\w*|wedding|catering|piano)
        (?:weekly|regular|biweekly|monthly|routine|maid|move out|recurring) (?:\w+ )?cleaning
        (?:house|office|maid) cleaning (?:service|weekly|quote|every)
        carpets? (?:\w+ )?cleaned
        (?:windows|gutters|ducts|dryer vents?) (?:\w+ )?(?:washed|cleaned)
        """,
        r"""
        (?:flood\w*|leak\w*|burst|soak\w*|wet|water damage|water|mold\w*|moldy|sewage|smoke|soot|fire|storm)
        """,
    ),
    # --- sends work
    cue(
        "partner",
        3,
        r"""
        (?:refer|send|sending|pass|recommend|give) (?:\w+ ){0,4}?(?:clients?|customers?|referrals?|jobs
        |losses|work|homeowners|buyers|insureds|residents)(?: \w+){0,2} (?:to you|your way|to your|you
        |to a restoration)
        (?:company|contractor|vendor|someone|restorer) (?:that )?(?:i|we) can (?:refer|recommend|send|call on)
        (?:refer|send|sending) (?:you|your company) (?:\w+ )?(?:clients|customers|referrals|jobs|work|losses)
        (?:hand|pass|refer|point|send|steer) (?:\w+ ){0,3}?(?:off |over |on )?to (?:you|someone|somebody|a good
        |a reliable|a restoration)
        (?:someone|somebody|company|firm|place) to (?:hand|pass|refer|point|send) (?:\w+ ){0,3}?to
        (?:somebody|someone|firm|company) to (?:hand|point|refer) (?:it|them|people|clients|customers)
        (?:new|our|a) go to (?:\w+ )?(?:for|vendor|company|contractor)
        (?:current|restoration|mitigation|existing) vendors?
        (?:approve|add|put) you (?:\w+ ){0,2}?(?:for|to|as|on) (?:\w+ ){0,2}?(?:buildings|properties|list|vendors?
        |contractors?|portfolio|network|panel)
        send (?:us|me|over) your (?:\w+ )?(?:info|insurance|coi|certificate|rates|rate sheet)
        (?:like|love|want|hoping) to work (?:together|with you|with your company)
        (?:first on site|first on scene|see a lot of|come across)
        (?:like|love|happy|want|able|interested in) (?:to )?(?:refer|referring|send you|sending
        |sending those jobs) (?:\w+ )?(?:clients|customers|referrals|jobs|work|losses|water losses|some|your)
        would like to refer
        (?:referral|referring) (?:relationship|partner\w*|agreement|arrangement|source)
        (?:vendor|contractor|provider|preferred|emergency) (?:list|program|panel)
        preferred (?:vendor|contractor|provider|restoration)
        (?:emergency|priority) (?:response )?(?:agreement|plan|program|contract)
        (?:restoration|mitigation|remediation|emergency) (?:vendor|company|contractor) on (?:file|call|retainer)
        (?:do|would) you (?:guys )?(?:work|partner) with (?:agents|realtors|plumbers|adjusters|agencies
        |property managers|hoas?)
        """,
        r"""
        (?:leads|referral fee|marketing|seo|sell you|for a fee|commission|per call)
        """,
    ),
    # --- no need now
    cue(
        "settled",
        3,
        r"""
        (?:went|going|gone) with (?:a|an|another|someone|somebody|the) (?:\w+ )?(?:else|other|cheaper|different
        |company|competitor|contractor)
        (?:handled|fixed|cleaned|dried|did|doing|done|repaired) (?:\w+ ){0,3}?(?:myself|ourselves|themselves
        |himself|herself)
        not interested|no thanks|no thank you|changed our minds?|different direction|another route
        (?:all|were|im|we are) (?:good|set) (?:now|thanks)
        (?:it|that) (?:was|turned out to be) nothing
        already (?:got|have|had|found|hired|booked|using) (?:\w+ ){0,6}?(?:doing|coming|on it|for it|out)
        (?:filled|sent|submitted) (?:\w+ ){0,3}?(?:by mistake|by accident|in error)
        (?:doesnt|dont|do not|does not|no longer|not|wont) (?:\w+ )?(?:need|want|require) (?:\w+ )?(?:service
        |services|anything|help|estimate|quote|anyone|anybody|you|it)
        no (?:longer )?needs?(?: for| of)?
        (?:dont|do not|stop) (?:call|calling|contact|contacting) (?:me|us)
        (?:sold the|no longer own|dont own) (?:\w+ )?(?:house|home|property|building|place|it)
        (?:everything|it all|all) (?:was|is|has been|got) (?:\w+ )?(?:fixed|repaired|resolved|taken care of)
        no (?:issues|problems) since
        ya (?:contratamos|contrate|encontramos|encontre|tenemos|no necesit\w+|esta arreglad\w+)
        """,
        r"but (?:\w+ ){0,3}?(?:still|smell|again|theres|there is|now)",
    ),
    cue(
        "idle",
        3,
        r"""
        (?:just|only|im|mostly) (?:\w+ )?(?:curious|browsing|looking (?:around|at your site)|wondering
        |saving your (?:number|info))
        browsing
        (?:nothing|no) (?:\w+ )?(?:is )?(?:wrong|going on|happening|damage|happened|broken)(?= |$|[,.])
        in case (?:\w+ ){0,3}?(?:something|ever|flood|happens)
        for (?:the|my) (?:future|records)
        (?:know|like to know) (?:\w+ )?prices in case
        newsletter|mailing list|blog|article|interesting topic
        (?:asking )?for (?:a|my) (?:\w+ )?(?:class|project|homework)
        writing (?:something|a|an|about)|just testing
        (?:what|whats) (?:\w+ )?(?:time|hours) (?:\w+ ){0,2}?(?:do you|are you|you) (?:open|close|closed)
        (?:what|whats) (?:are )?your (?:\w+ )?hours|are you open (?:on|today|tomorrow|this)
        (?:my|our|tenant|renters?) rights|rights as (?:a )?(?:renters?|tenants?)
        (?:maybe|probably|perhaps) (?:\w+ ){0,2}?(?:in|next) (?:a )?(?:\w+ )?year
        (?:a year|year) or two|one of these days|down the road
        (?:reporter|journalist|newspaper|local paper|podcast)
        (?:student|school project|thesis|essay|research paper)
        (?:sponsors?|sponsorship|little league|fundraiser|donation|open house|raffle|charity)
        (?:give|offer|teach|host) (?:\w+ )?(?:classes|talks|workshops|seminars)
        (?:like|need|want) a speaker
        thank (?:you|u) (?:\w+ )?(?:so )?(?:much )?for (?:the|your|all|being|doing) (?:\w+ )?(?:great
        |wonderful|amazing|good|hard|excellent|awesome|fantastic)
        (?:were|was|are) (?:wonderful|amazing|fantastic|so great|awesome|so professional)
        no tengo ningun dano|ningun dano ahora|solo (?:queria saber|pregunto|una pregunta)
        """,
        r"""
        (?:because|since) (?:\w+ ){0,4}?(?:leak\w*|mold|wet|flood\w*)
        """,
    ),
    # --- somebody else's to decide
    cue(
        "not_mine",
        3,
        r"""
        (?:not|isnt|aint) (?:my|our) (?:\w+ )?(?:house|place|property|building|home|unit)
        (?:not|isnt|aint) (?:mine|ours)
        asking for (?:a|my) (?:friend|coworker|neighbor|buddy|relative)
        just reporting|(?:city|somebody|someone|owners?|you guys) should know
        (?:landlord|management|owner|hoa) (?:\w+ )?(?:said|says) (?:absolutely )?(?:no|not)
        (?:states|hours|miles) away
        (?:at|on) the corner of|fire hydrant|burst hydrant
        """,
    ),
    cue(
        "renter",
        3,
        r"""
        (?:soy|somos) (?:el |la |los )?inquilin\w+|(?:rento|alquilo|rentamos|alquilamos)
        """,
    ),
    cue(
        "owner",
        3,
        r"""
        (?:soy|somos) (?:el |la |los )?(?:duen\w+|propietari\w+)|mi propia casa
        (?:office|operations|practice|general|community|hotel|building|maintenance) manager
        (?:head|director) of (?:facilities|operations|maintenance)|facilities director
        (?:owner|homeowner|own home),? (?:yes|y)
        (?:homeowner|property owner|landlord|owner) (?:called|here|says|said|wants|requests|requested)
        spoke (?:w|with|to) (?:the )?(?:owner|homeowner|manager)
        (?:i|we) (?:\w+ )?(?:own|flip|manage)
        """,
        r"(?:talk|speak) (?:to|with) (?:the |your )?(?:owner|manager)|your (?:\w+ )?manager",
    ),
    # --- how soon
    cue(
        "today",
        3,
        r"""
        (?:today|tonight|asap|a s a p|right away|right now|immediately|urgent|urgently|emergency|same day
        |first thing|as soon as possible|(?:please )?hurry|help now|someone now|crew now|this morning
        |this afternoon|this evening|within the hour|need (?:\w+ )?(?:help )?now)
        urgente|ahora mismo|lo antes posible|cuanto antes|hoy mismo|ayuda
        """,
        r"""
        (?:no|not|isnt|non) (?:\w+ )?(?:an )?(?:emergency|urgent|urgente|asap|rush)
        no es urgente
        emergency (?:vendor|plan|list|contract|response (?:agreement|plan)|contact)
        price (?:\w+ )?(?:today|now)
        """,
    ),
    cue(
        "later",
        3,
        r"""
        (?:no|not|isnt) (?:\w+ )?(?:an )?(?:emergency|urgent|urgente|rush|hurry)
        no es urgente|sin prisa
        (?:next|in a|in a few|couple of) (?:week|weeks|month|months|spring|summer|fall|winter)
        (?:in|by) the (?:spring|summer|fall|winter)
        (?:whenever|when) (?:is |its |you are |you )?(?:convenient|can|have time|available)
        weekdays work best|prefers? (?:afternoons|mornings|weekends)|no rush|boarded up and secure
        """,
    ),
    # --- a need
    cue(
        "wish",
        2,
        r"""
        (?:estimates?|quotes?|bids?|pricing|proposal|inspections?|assessment|second opinion
        |moisture (?:check|readings?|test)|readings|repairs?|remediation|restoration|appraisal)
        (?:air quality|mold|moisture) (?:testing|test|inspection)
        (?:appointment|consult|consultation|walkthrough) (?:for|to|sometime|with)
        (?:appointment|consult|consultation)
        (?:checked|tested|removed|repaired|replaced|rebuilt|remediated|cleaned|looked at|pick a contractor)
        (?:take|have) a look|someone to (?:look|check|come)|clean contents|odor (?:removal|treatment)
        cotizacion|presupuesto|reparar|limpiar|inspeccion|cuanto (?:cuesta|cobran|sale)|quitar
        """,
        r"""
        (?:invoice|your crew|your guys|we (?:offer|help|provide)|copy of|status of|project manager|billed)
        """,
    ),
    cue(
        "live_es",
        3,
        r"""
        (?:se )?(?:me |nos )?inund\w+|inundacion
        se (?:me |nos )?(?:rompio|revento|exploto|quebro) (?:\w+ )?(?:tuberia|tubo|pipa|manguera|calentador)
        (?:tuberia|tubo|calentador) (?:\w+ )?(?:rot\w|reventad\w)
        (?:saliendo|entrando|cayendo|goteando|sale|entra|cae) (?:\w+ ){0,2}?agua
        agua (?:\w+ ){0,3}?(?:por todas partes|en el (?:sotano|piso|techo|bano)|saliendo|entrando|cayendo)
        (?:hay|tenemos|tengo) (?:\w+ )?(?:agua|fuga|goteras?)|fuga de agua
        se (?:me |nos )?(?:metio|filtro|entro) (?:el |la )?(?:agua|lluvia)|(?:todo|toda|esta|estan) (?:\w+ )?mojad\w+
        aguas negras|drenaje (?:\w+ )?tapado|se (?:\w+ )?tapo el drenaje
        (?:hubo|tuvimos) un (?:incendio|fuego)|se (?:me |nos )?(?:quemo|incendio)
        """,
        r"hace (?:\w+ )?(?:dos|tres|meses|semanas|anos|mes|ano)",
    ),
    cue(
        "planned_es",
        3,
        r"""
        moho|hongos?|danos? (?:de|por) (?:agua|humo|fuego|incendio|tormenta)|humedad|pared mojada
        """,
    ),
    cue(
        "live",
        3,
        r"""
        (?:water|rain|sewage|it|its) (?:\w+ ){0,2}?(?:running|coming|dripping|pouring|leaking|seeping|gushing
        |raining)(?: \w+){0,1} (?:down|through|into|in|out|from|up|under|behind|onto|over|all over|everywhere)
        (?:leaking|dripping|pouring) (?:bad|badly|a lot|everywhere|right now|now|into|onto|through|all over)
        (?:is|are|was|everything|its|still|all) (?:\w+ ){0,3}?(?:wet|soaked|soaking|drenched|sopping|saturated
        |flooded|under ?water|squishy|a swamp)
        (?:pipe|line|hose|heater|tank|tub|toilet|sink|washer|dishwasher|sump|pump|pan|valve|main|fitting
        |drain) (?:\w+ ){0,3}?(?:burst|busted|broke|split|failed|failure|overflowed|backed up|let go|leaked|blew)
        (?:buckets?|towels?|shop ?vac\w*) (?:everywhere|out|all over|under|down|running)
        (?:left|leaving) (?:\w+ ){0,2}?(?:tub|bathtub|faucet|sink|water|hose|tap) (?:on|running)
        (?:it|water) (?:\w+ )?(?:went|came|got) (?:\w+ )?(?:through|into|down) (?:the|our|my) (?:\w+ )?(?:floor
        |ceiling|walls?|basement|kitchen|bedroom)
        (?:drilled|nailed|cut|hit) (?:\w+ )?(?:in|into|through)? ?(?:a|the) (?:\w+ )?(?:pipe|line)
        """,
        r"""
        (?:ago|last (?:week|month|year|spring|summer|fall|winter)|months?|years?|when(?:ever)?|every time|if
        |used to|was fixed|repaired|been fixed|in (?:january|february|march|april|may|june|july|august|september
        |october|november|december)|old|your (?:crew|guys?|team))
        """,
    ),
    cue(
        "contact",
        1,
        r"""
        (?:call|calls|callback|contact|reach|text|email|speak|talk|ring|help|questions?|info|information
        |interested|services?|come|visit|get back|reply|respond|discuss|chat|ayuda|llam\w+)
        """,
    ),
)
