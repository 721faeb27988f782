"""Who calls about something else than a new loss: customers, insurers, applicants."""

from __future__ import annotations

from eal.ai.engines.embedded.language.cues import cue

CALLER = (
    # --- existing job
    cue(
        "existing_job",
        5,
        r"""
        (?:your|you guys|you all|you guyss) (?:\w+ )?(?:crew|guys|team|techs?|technicians?|people|workers
        |men|project manager|estimator|subs?|contractor) (?:\w+ ){0,5}?(?:was|were|came|left|is|are|did
        |didnt|never|has|have|hasnt|havent|said|put|told|broke|damaged|scratched|set|took|supposed|started
        |showed|still|forgot|pulled|tore|stole|promised|picked|ruined|cracked|dropped|been|coming|doesnt
        |dont|wont|isnt|cant|answer|keeps|will|working|gave|quoted|sent|finish|went)
        your (?:\w+ )?(?:company|team|office|guy|tech|technician|employee|driver|truck
        |crew) (?:\w+ ){0,4}?(?:flooded|caused|left|hit|going to|put|installed|backed|cut|hosed|spilled
        |tracked|did|damaged|never|still)
        (?:put|set up|placed|dropped off|installed) (?:\w+ ){0,5}?by your
        your (?:\w+ ){0,2}?(?:fans?|dehumidifiers?|equipment|machines?|blowers?|air movers?|dehus?
        |containment|air scrubbers?)
        (?:fans?|dehumidifiers?|equipment|machines?|blowers?|air movers?
        |dehus?) (?:\w+ ){0,4}?(?:you (?:guys |all )?(?:left|put|set|have|brought|placed)|picked up|pick up
        |been running|still (?:here|running|in|at)|tripped|shut (?:off|down)|turned off|stopped|beeping|quit
        |keeps? tripping)
        (?:pick|picking) up (?:\w+ ){0,3}?(?:equipment|fans?|machines?|dehumidifiers?)
        (?:you guys|you all|you|your company|your office|yall) (?:\w+ )?(?:are|were|have been|did|started
        |finished|completed|came out|came|been|worked|cleaned|dried|remediated|demoed|tore out|installed
        |have|had) (?:\w+ )?(?:working|doing|drying|handling|the work|a job|work|our|my|at my|at our|out
        |here|to my|to our|rebuilding|mold job|water job|all the) (?:\w+ ){0,4}?(?:house|home|basement
        |kitchen|job|yesterday|last|monday|tuesday|wednesday|thursday|friday|saturday|sunday|here|this|today
        |repairs|week|place|office|condo|ceiling|floors?|fire|water|remediation|month|bathroom|drywall)
        (?:status|update|progress|eta|timeline) (?:\w+ ){0,3}?(?:on|of|for|about) (?:\w+ ){0,4}?(?:job
        |project|repairs?|house|work|rebuild|home|estimate|drying|invoice|kitchen|basement|cabinets
        |claim you|report|job number)
        (?:job|project|work order|file|invoice) (?:number|num|no|id)
        (?:my|our|your|the) project manager
        still (?:\w+ )?(?:torn (?:apart|up)|unfinished|not (?:done|finished)|no (?:cabinets|drywall|floors?
        |kitchen|ceiling))
        (?:receipt|payment|deposit|check|deductible) (?:\w+ ){0,5}?(?:made to you|paid you|sent you|gave you
        |i paid|we paid|you charged|mailed you|to you guys)
        (?:estimate|quote|proposal|scope) (?:\w+ ){0,4}?(?:you (?:guys |all )?(?:gave|sent|did|wrote
        |provided|emailed)|your (?:guy|estimator|office))
        (?:turn|shut|unplug|move|leave) (?:\w+ ){0,3}?(?:fans|dehumidifiers?|equipment|air movers?|blowers?
        |machines?)
        (?:fans|dehumidifiers?|air movers?|blowers?|machines) (?:\w+ ){0,3}?(?:loud|hot|running up
        |electric bill)
        when will (?:my|our) (?:\w+ ){0,3}?(?:be|get)
        be (?:finished|done|completed|back)
        (?:existing|current|ongoing) (?:customer|job|project|client)
        (?:the|your) (?:guys|crew|techs?|men|workers|demo crew|drying crew|boys) (?:\w+ )?(?:were|was|are
        |came|left|is|who were|that were|who was|that came) (?:\w+ )?(?:here|out|over|at my|at our|by|their
        |his|a|working|today|yesterday|this morning|supposed)
        when (?:are|is|will|do) (?:you|they|someone|somebody|the crew|your \w+
        |we) (?:guys |all )?(?:going to )?(?:be )?(?:coming
        |come|finish|finishing|finished|done|start|starting|back|out
        |return|pick|picking|get)
        (?:were|was|are|is|you guys) supposed to (?:be here|come|show|call|finish|start|pick|send|arrive
        |be out)
        (?:nobody|no one|no-one|nobodys) (?:\w+ )?(?:showed|shown|came|has come|has called|called|returned
        |been here|has been)
        (?:received|got|question|questions|calling|about|paying|pay|have) (?:\w+ ){0,4}?(?:invoice|bill
        |final bill|statement) (?:\w+ ){0,4}?(?:from you|you sent|for the|on the|from your|i got
        |over the phone|for work|you)
        (?:invoices?|bills?|statements?) (?:\w+ ){0,2}?from you
        (?:to|like to|can i|want to|how do i) (?:make (?:a )?payment|pay) (?:\w+ )?(?:my|the|our
        |a) (?:\w+ )?(?:deductible|balance|bill|invoice|deposit|final)
        your (?:\w+ )?(?:bill|invoice|statement|charges?)(?! insurance)
        your (?:\w+ )?(?:storage|warehouse|supervisor|project manager|dispatcher|foreman|site manager)
        you people
        job (?:number )?\d+
        the (?:\w+ )?(?:drying|mold|demo|mitigation|tear out|paint|flooring) (?:guy|guys|crew|team|tech)
        (?:job|work|cleanup|remediation|dry ?out|repair)s? (?:that )?you (?:guys )?(?:did|finished
        |completed|handled)
        (?:came|come|was here|were here|out) to (?:take|check) (?:\w+ )?(?:readings?|moisture|equipment
        |machines)
        (?:left|forgot) (?:his|her|their|a|some) (?:\w+ ){0,2}?(?:meter|tools?|drill|ladder|hose|jacket
        |phone|clipboard|tarp|keys)
        (?:second|next|first|final) draw
        work (?:that )?(?:you are|youre|you guys are) (?:\w+ )?doing
        (?:sign|signed|signing) off on (?:the|your)
        (?:again|calling back) about (?:the|my|our) (?:\w+ )?(?:job|project|repair|house|kitchen|basement)
        (?:signed|sign) (?:\w+ )?(?:contract|agreement|work order|paperwork
        |authorization) (?:\w+ ){0,3}?(?:with (?:you|your)|on|yesterday|last)
        (?:want|get|need) my (?:deposit|money|keys|check) back
        your (?:guy|tech|rep|crew|estimator|technician|team) (?:\w+ )?(?:is|are|was
        |were) (?:\w+ )?(?:supposed|scheduled|here|late|coming|due)
        (?:pay|paying|payment on) (?:\w+ )?(?:invoice|bill|balance|final)
        (?:appointment|inspection|walkthrough|walk through|estimate|visit) (?:\w+ ){0,4}?(?:scheduled|set up
        |with you|with your|tomorrow|today|on monday|on tuesday|on wednesday|on thursday|on friday|at \d+
        |for tomorrow|booked)
        (?:reschedule|cancel|move|confirm|push back) (?:\w+ ){0,2}?(?:appointment|inspection|estimate|visit)
        (?:certificate of completion|lien waiver|completion form|final walkthrough|punch list|warranty on)
        (?:you guys|you all|you|your \w+) (?:\w+ )?(?:did|left|missed|damaged|scratched|broke|lost|ruined
        |cracked|charged|billed|overcharged|sent) (?:\w+ ){0,3}?(?:my|our|me|us|the|a)
        (?:happy|unhappy|upset|pleased|satisfied) with (?:the|your|how)
        (?:second|third|2nd|3rd|day) (?:\w+ )?(?:of drying|day drying|monitoring)
        (?:customer|client) of yours
        (?:work|job|project|repairs|remediation|restoration) (?:that )?(?:you|your \w+
        |you guys) (?:\w+ )?(?:are|is|did|doing|started|were|have been)
        you (?:folks|people|guys|all) (?:are|were|tore|have been|had been|started|did|left
        |finished) (?:\w+ )?\w+
        (?:moisture|daily|drying) (?:readings?|checks?|monitoring|visit)
        speak (?:to|with) (?:\w+ ){0,3}?(?:working on|handling|in charge of|running) (?:my
        |our) (?:\w+ )?(?:job|house|project|file)
        (?:the|your) (?:tech|technician|guy|estimator|project manager|supervisor) (?:\w+ )?(?:said|told
        |promised|was supposed|who was)
        (?:take|taking|collect|grab|get) (?:\w+ )?(?:machines|fans|equipment|dehumidifiers?|blowers?)
        (?:check|checking|monitor) (?:\w+ )?(?:drying|moisture|equipment|readings?|progress)
        drying (?:logs?|reports?|equipment)
        following up on (?:my|our|the) (?:job|estimate|project|repairs|inspection|quote|rebuild|house)
        """,
        r"""
        our product
        restoration companies
        (?:landlord|plumber|roofer|adjuster|electrician|maintenance|super|owner|agent|bill|he|she|husband
        |wife|insurance) (?:\w+ ){0,2}?supposed
        (?:how|what) (?:\w+ ){0,2}?(?:charge|cost)
        your (?:website|business|company needs|listing|google)
        (?:see|saw|found|heard) (?:\w+ )?(?:your|you guys)
        how soon
        right away
        when can
        """,
    ),
    cue(
        "existing_job",
        2,
        r"""
        you guys (?:\w+ )?(?:did|came|worked|started|left|were)
        (?:my|our) (?:job|project)
        invoice
        come back
        the crew
        """,
        r"""
        last year
        years ago
        """,
    ),
    cue(
        "new_loss",
        3,
        r"""
        (?:different|new|another|second|separate|unrelated) (?:\w+ ){0,2}?(?:leak|flood|loss|issue|problem
        |room|pipe|claim|area|spot|one|fire|break|house|property)
        (?:flooded|flooding|leaking|burst|happened|leak|backed up|wet|broke|coming in|happening) again
        this time
        (?:years?|months) ago (?:\w+ ){0,6}?(?:now|again|today|this)
        (?:you|you guys) (?:\w+ ){0,8}?(?:last year|years ago|two years|few years|before|in the past|back in
        |last (?:spring|summer|fall|winter)) (?:\w+ ){0,8}?(?:now|again|today|new|another)
        (?:new|another) one
        (?:used you|use you|worked with you|you helped us|you guys helped|customer of yours|you did work
        |you guys did) (?:\w+ ){0,8}?(?:before|last year|years ago|past|back in|last (?:spring|summer|fall
        |winter)|year)
        """,
        by_sentence=True,
    ),
    # --- insurance
    cue(
        "insurance",
        4,
        r"""
        (?:is|are|will|would|does|do|if) (?:\w+ ){0,6}?(?:covered|cover|coverage|pay for|deductible)
        (?:policy|insurance|homeowners|warranty|coverage) (?:\w+ )?(?:covers?|pays?|excludes?|would cover
        |will cover)
        (?:acv|actual cash value|replacement cost|rcv|subrogation|cause and origin|renters? policy
        |umbrella policy|endorsements?)
        on my (?:homeowners?|renters?|policy|home insurance)
        (?:claim|policy) (?:\w+ ){0,3}?(?:denied|denial|question|status|number|process|rejected|approved
        |works?|closed|underpaid)
        (?:denied|rejected|underpaid|lowballed) (?:\w+ ){0,3}?(?:claim|me|us|coverage)
        (?:file|filing|open|opening|start|starting|make) (?:\w+ ){0,2}?claim
        (?:work|bill|deal) (?:\w+ ){0,2}?(?:with|through|directly) (?:\w+ ){0,3}?(?:insurance|state farm
        |allstate|carrier|usaa|farmers|liberty)
        bill (?:\w+ ){0,3}?insurance
        (?:question|questions) (?:\w+ ){0,4}?(?:insurance|claim|coverage|deductible|policy)
        (?:send|sent|need|copy of|get|request|requesting|upload|submit) (?:\w+ ){0,4}?(?:documents
        |documentation|paperwork|estimate|photos|invoice|scope|xactimate|moisture logs?
        |itemized) (?:\w+ ){0,6}?(?:insurance|adjuster|carrier|claim|mortgage)
        (?:preferred|approved|in network) (?:vendor|contractor|provider|list)
        (?:mortgage company|supplement|depreciation|recoverable|public adjuster|reservation of rights
        |proof of loss)
        (?:adjuster) (?:\w+ ){0,4}?(?:said|wants|needs|hasnt|wont|is asking|never|came|told)
        deductible
        """,
        """
        (?:health|car|auto|life|dental) insurance
        (?:we|i) (?:sell|offer|help)
        covered (?:in|with|by|from|up)
        """,
    ),
    cue(
        "insurance",
        1.5,
        "insurance|adjuster|claim|policy|state farm|allstate|usaa|coverage",
        "(?:health|auto|life) insurance|certificate of insurance",
    ),
    cue(
        "insurance",
        3,
        r"""
        (?:this is|i am|im|its|calling from|calling with|with|at|from) (?:\w+ ){0,5}?(?:insurance (?:agency
        |agent|company|group|office)|independent agent|desk adjuster|field adjuster|claims (?:department
        |adjuster|examiner|rep))
        (?:insurance|independent) agent
        public adjusters?
        (?:active|open|current|new) claim (?:to|for)
        """,
        r"""
        my (?:insurance|adjuster|agent)
        (?:our|your) insurance
        """,
    ),
    # --- employment
    cue(
        "employment",
        6,
        r"""
        (?:you|you guys|yall|you all) (?:\w+ )?looking for (?:\w+ )?(?:project managers?|technicians?|techs?
        |estimators?|drivers?|laborers?|helpers?|workers?|people|help|employees|staff|crew members
        |office help)
        (?:my|a|some) pto
        (?:saw|seen|answering|responding to|about) (?:\w+ ){0,2}?(?:help wanted|job ad|job posting
        |craigslist ad)
        (?:any|have) (?:\w+ )?(?:job |positions? |work )?openings?(?! (?:today|tomorrow|this|on
        |for an inspection))
        (?:any|have) (?:\w+ )?(?:jobs|positions|work) (?:available|open|for me)
        fill out an application
        (?:check|paycheck|hours) (?:\w+ ){0,3}?(?:short|wrong|missing|late)
        (?:listed|lists|gave|put) (?:you|your \w+) (?:\w+ )?(?:as|for) (?:a |an )?(?:reference|employer)
        reference (?:check|call)
        (?:former|previous) (?:technician|worker|tech|employee|manager)
        apprentice\w*
        (?:are you|you guys|you all|yall|if you|are yall|if youre|youre|still|currently
        |you are) (?:\w+ )?(?:guys |all )?(?:hiring|taking applications|accepting applications)
        hiring
        (?:job|position|role|opening) (?:\w+ ){0,3}?(?:posting|listing|application|opening|interview
        |opportunit\w+|you (?:guys |all )?posted|on indeed|you have|ad|posted|still open|available
        |advertised)
        (?:applied|applying|apply|application) (?:\w+ ){0,4}?(?:for|job|position|online|on indeed|technician
        |tech|last|status|work)
        (?:looking for|need|want|get) (?:a |some )?(?:job|work|employment)(?! (?:done|on|at|from you|like
        |completed|to be))
        indeed
        (?:my|a|send|sent|submitted|drop off|email|have my) (?:\w+ )?resume
        (?:job|phone|my|an|the|second) interview
        interview (?:with|for|at|scheduled|tomorrow|today)
        (?:paycheck|pay ?stub|payroll|w 2|w2|direct deposit|my hours|time ?card|timesheet|unemployment claim
        |pto|worked last week|last check|final check)
        (?:calling|call) (?:out|in) (?:sick|today|for my shift)
        (?:my shift|calling off|running late for (?:work|my shift)|wont be (?:in
        |able to make it in) (?:today|tomorrow|to work)|cant (?:come in|make it in) (?:today|to work
        |tomorrow)|not coming in|late to the shop)
        (?:employment|reference|background) (?:verification|check|reference)
        (?:verif\w+|confirm\w*) (?:\w+ ){0,4}?employment
        (?:dates of|proof of|past|prior|previous) employment
        former (?:\w+ ){1,3}of yours
        (?:former|previous|past|current|ex) employee
        reference (?:\w+ ){0,3}?for
        (?:used to|still) work(?:ed)? (?:for you|there|here with you|for your)
        (?:iicrc|wrt|asd) certified (?:\w+ ){0,6}?(?:looking|seeking|work|job)
        i work for you
        (?:you guys|you|yall|you all|they said you) (?:\w+ )?(?:need|needs|needed|looking for
        |want) (?:\w+ )?(?:people|workers|help|guys|laborers|drivers|technicians|techs|bodies)
        (?:i )?can start (?:\w+ )?(?:monday|tuesday|wednesday|thursday|friday|tomorrow|right away
        |immediately|asap|next week|whenever)
        (?:talk to|ask|speak to|see) about (?:a |some )?(?:work|job|employment|getting on)
        help wanted
        (?:years|year) (?:of )?experience (?:\w+ ){0,6}?(?:job|work|hiring|position|restoration|tech
        |technician|drying)
        (?:human resources|hr department|hr)
        (?:entry level|any|have) (?:\w+ )?(?:spots?|positions?|roles?|work|jobs) (?:\w+ )?(?:open|available
        |for)
        entry level
        (?:i|he|she|my \w+) (?:\w+ )?worked for (?:you|yall|your|this company)
        (?:tax form|1099|payroll|final check|direct deposit form)
        (?:hey|hi|yo|morning) boss
        (?:van|truck|car) (?:\w+ ){0,2}?(?:wont start|broke down|has a flat)(?: \w+){0,8} late
        (?:putting in|give|giving) my (?:two weeks?|notice|2 weeks?)
        the (?:technician|tech|estimator|project manager|office|admin|water tech) (?:job|position|role)
        (?:list|listed|put) (?:you|your company) (?:down )?as (?:a |her |his |my |their )*(?:reference
        |employer|previous employer)
        """,
        r"""
        claim|hiring (?:a contractor|you|someone)
        (?:rain|water|it|its|leak|flood\w*) (?:\w+ ){0,4}?(?:not coming in|came in)
        we help
        staffing
        (?:candidates|recruit\w+|talent)
        """,
    ),
)
