"""Cues for callers without a new loss: customers, insurers, applicants."""

from __future__ import annotations

from eal.ai.engines.embedded.language.cues import cue, phrase
from eal.ai.engines.embedded.signals import Signal

CALLERS = (
    # --- existing job
    cue(
        Signal.EXISTING_JOB,
        5,
        phrase(
            r"(?:your|you guys|you all|you guyss) (?:\w+ )?",
            (
                r"crew|guys|team|techs?|technicians?|people|workers",
                r"men|project manager|estimator|subs?|contractor",
            ),
            r" (?:\w+ ){0,5}?",
            (
                r"was|were|came|left|is|are|did|didnt|never|has|have|hasnt|havent|said|put",
                r"told|broke|damaged|scratched|set|took|supposed|started|showed|still|forgot",
                r"pulled|tore|stole|promised|picked|ruined|cracked|dropped|been|coming|doesnt",
                r"dont|wont|isnt|cant|answer|keeps|will|working|gave|quoted|sent|finish|went",
            ),
        ),
        phrase(
            r"your (?:\w+ )?(?:company|team|office|guy|tech|technician|employee|driver|truck|crew) ",
            r"(?:\w+ ){0,4}?",
            (
                r"flooded|caused|left|hit|going to|put|installed|backed",
                r"cut|hosed|spilled|tracked|did|damaged|never|still",
            ),
        ),
        r"(?:put|set up|placed|dropped off|installed) (?:\w+ ){0,5}?by your",
        phrase(
            r"your (?:\w+ ){0,2}?",
            (
                r"fans?|dehumidifiers?|equipment|machines?|blowers?",
                r"air movers?|dehus?|containment|air scrubbers?",
            ),
        ),
        phrase(
            r"(?:fans?|dehumidifiers?|equipment|machines?|blowers?|air movers?|dehus?) (?:\w+ ){0,4}?",
            (
                r"you (?:guys |all )?(?:left|put|set|have|brought|placed)",
                r"picked up|pick up|been running|still (?:here|running|in|at)|tripped",
                r"shut (?:off|down)|turned off|stopped|beeping|quit|keeps? tripping",
            ),
        ),
        r"(?:pick|picking) up (?:\w+ ){0,3}?(?:equipment|fans?|machines?|dehumidifiers?)",
        phrase(
            r"(?:you guys|you all|you|your company|your office|yall) (?:\w+ )?",
            (
                r"are|were|have been|did|started|finished|completed|came out|came|been",
                r"worked|cleaned|dried|remediated|demoed|tore out|installed|have|had",
            ),
            r" (?:\w+ )?",
            (
                r"working|doing|drying|handling|the work|a job|work|our|my|at my",
                r"at our|out|here|to my|to our|rebuilding|mold job|water job|all the",
            ),
            r" (?:\w+ ){0,4}?",
            (
                r"house|home|basement|kitchen|job|yesterday|last|monday|tuesday|wednesday",
                r"thursday|friday|saturday|sunday|here|this|today|repairs|week|place|office",
                r"condo|ceiling|floors?|fire|water|remediation|month|bathroom|drywall",
            ),
        ),
        phrase(
            r"(?:status|update|progress|eta|timeline) (?:\w+ ){0,3}?(?:on|of|for|about) (?:\w+ ){0,4}?",
            (
                r"job|project|repairs?|house|work|rebuild|home|estimate|drying",
                r"invoice|kitchen|basement|cabinets|claim you|report|job number",
            ),
        ),
        r"(?:job|project|work order|file|invoice) (?:number|num|no|id)",
        r"(?:my|our|your|the) project manager",
        phrase(
            r"still (?:\w+ )?",
            (
                r"torn (?:apart|up)|unfinished|not (?:done|finished)",
                r"no (?:cabinets|drywall|floors?|kitchen|ceiling)",
            ),
        ),
        phrase(
            r"(?:receipt|payment|deposit|check|deductible) (?:\w+ ){0,5}?",
            r"(?:made to you|paid you|sent you|gave you|i paid|we paid|you charged|mailed you|to you guys)",
        ),
        phrase(
            r"(?:estimate|quote|proposal|scope) (?:\w+ ){0,4}?",
            r"(?:you (?:guys |all )?(?:gave|sent|did|wrote|provided|emailed)|your (?:guy|estimator|office))",
        ),
        phrase(
            r"(?:turn|shut|unplug|move|leave) (?:\w+ ){0,3}?",
            r"(?:fans|dehumidifiers?|equipment|air movers?|blowers?|machines?)",
        ),
        phrase(
            r"(?:fans|dehumidifiers?|air movers?|blowers?|machines) (?:\w+ ){0,3}?",
            r"(?:loud|hot|running up|electric bill)",
        ),
        r"when will (?:my|our) (?:\w+ ){0,3}?(?:be|get)",
        r"be (?:finished|done|completed|back)",
        r"(?:existing|current|ongoing) (?:customer|job|project|client)",
        phrase(
            r"(?:the|your) (?:guys|crew|techs?|men|workers|demo crew|drying crew|boys) (?:\w+ )?",
            r"(?:were|was|are|came|left|is|who were|that were|who was|that came) (?:\w+ )?",
            r"(?:here|out|over|at my|at our|by|their|his|a|working|today|yesterday|this morning|supposed)",
        ),
        phrase(
            r"when (?:are|is|will|do) (?:you|they|someone|somebody|the crew|your \w+|we) (?:guys |all )?",
            r"(?:going to )?(?:be )?",
            r"(?:coming|come|finish|finishing|finished|done|start|starting|back|out|return|pick|picking|get)",
        ),
        phrase(
            r"(?:were|was|are|is|you guys) supposed to ",
            r"(?:be here|come|show|call|finish|start|pick|send|arrive|be out)",
        ),
        phrase(
            r"(?:nobody|no one|no-one|nobodys) (?:\w+ )?",
            r"(?:showed|shown|came|has come|has called|called|returned|been here|has been)",
        ),
        phrase(
            r"(?:received|got|question|questions|calling|about|paying|pay|have) (?:\w+ ){0,4}?",
            r"(?:invoice|bill|final bill|statement) (?:\w+ ){0,4}?",
            r"(?:from you|you sent|for the|on the|from your|i got|over the phone|for work|you)",
        ),
        r"(?:invoices?|bills?|statements?) (?:\w+ ){0,2}?from you",
        phrase(
            r"(?:to|like to|can i|want to|how do i) (?:make (?:a )?payment|pay) (?:\w+ )?(?:my|the|our|a) ",
            r"(?:\w+ )?(?:deductible|balance|bill|invoice|deposit|final)",
        ),
        r"your (?:\w+ )?(?:bill|invoice|statement|charges?)(?! insurance)",
        r"your (?:\w+ )?(?:storage|warehouse|supervisor|project manager|dispatcher|foreman|site manager)",
        r"you people",
        r"job (?:number )?\d+",
        r"the (?:\w+ )?(?:drying|mold|demo|mitigation|tear out|paint|flooring) (?:guy|guys|crew|team|tech)",
        phrase(
            r"(?:job|work|cleanup|remediation|dry ?out|repair)s? (?:that )?you (?:guys )?",
            r"(?:did|finished|completed|handled)",
        ),
        phrase(
            r"(?:came|come|was here|were here|out) to (?:take|check) (?:\w+ )?",
            r"(?:readings?|moisture|equipment|machines)",
        ),
        phrase(
            r"(?:left|forgot) (?:his|her|their|a|some) (?:\w+ ){0,2}?",
            r"(?:meter|tools?|drill|ladder|hose|jacket|phone|clipboard|tarp|keys)",
        ),
        r"(?:second|next|first|final) draw",
        r"work (?:that )?(?:you are|youre|you guys are) (?:\w+ )?doing",
        r"(?:sign|signed|signing) off on (?:the|your)",
        r"(?:again|calling back) about (?:the|my|our) (?:\w+ )?(?:job|project|repair|house|kitchen|basement)",
        phrase(
            r"(?:signed|sign) (?:\w+ )?(?:contract|agreement|work order|paperwork|authorization) ",
            r"(?:\w+ ){0,3}?(?:with (?:you|your)|on|yesterday|last)",
        ),
        r"(?:want|get|need) my (?:deposit|money|keys|check) back",
        phrase(
            r"your (?:guy|tech|rep|crew|estimator|technician|team) (?:\w+ )?(?:is|are|was|were) (?:\w+ )?",
            r"(?:supposed|scheduled|here|late|coming|due)",
        ),
        r"(?:pay|paying|payment on) (?:\w+ )?(?:invoice|bill|balance|final)",
        phrase(
            r"(?:appointment|inspection|walkthrough|walk through|estimate|visit) (?:\w+ ){0,4}?",
            (
                r"scheduled|set up|with you|with your|tomorrow|today|on monday|on tuesday",
                r"on wednesday|on thursday|on friday|at \d+|for tomorrow|booked",
            ),
        ),
        phrase(
            r"(?:reschedule|cancel|move|confirm|push back) (?:\w+ ){0,2}?",
            r"(?:appointment|inspection|estimate|visit)",
        ),
        r"(?:certificate of completion|lien waiver|completion form|final walkthrough|punch list|warranty on)",
        phrase(
            r"(?:you guys|you all|you|your \w+) (?:\w+ )?",
            (
                r"did|left|missed|damaged|scratched|broke|lost",
                r"ruined|cracked|charged|billed|overcharged|sent",
            ),
            r" (?:\w+ ){0,3}?(?:my|our|me|us|the|a)",
        ),
        r"(?:happy|unhappy|upset|pleased|satisfied) with (?:the|your|how)",
        r"(?:second|third|2nd|3rd|day) (?:\w+ )?(?:of drying|day drying|monitoring)",
        r"(?:customer|client) of yours",
        phrase(
            r"(?:work|job|project|repairs|remediation|restoration) (?:that )?(?:you|your \w+|you guys) ",
            r"(?:\w+ )?(?:are|is|did|doing|started|were|have been)",
        ),
        phrase(
            r"you (?:folks|people|guys|all) (?:are|were|tore|have been|had been|started|did|left|finished) ",
            r"(?:\w+ )?\w+",
        ),
        r"(?:moisture|daily|drying) (?:readings?|checks?|monitoring|visit)",
        phrase(
            r"speak (?:to|with) (?:\w+ ){0,3}?(?:working on|handling|in charge of|running) (?:my|our) ",
            r"(?:\w+ )?(?:job|house|project|file)",
        ),
        phrase(
            r"(?:the|your) (?:tech|technician|guy|estimator|project manager|supervisor) (?:\w+ )?",
            r"(?:said|told|promised|was supposed|who was)",
        ),
        r"(?:take|taking|collect|grab|get) (?:\w+ )?(?:machines|fans|equipment|dehumidifiers?|blowers?)",
        r"(?:check|checking|monitor) (?:\w+ )?(?:drying|moisture|equipment|readings?|progress)",
        r"drying (?:logs?|reports?|equipment)",
        r"following up on (?:my|our|the) (?:job|estimate|project|repairs|inspection|quote|rebuild|house)",
        unless=(
            r"our product",
            r"restoration companies",
            phrase(
                (
                    r"landlord|plumber|roofer|adjuster|electrician|maintenance",
                    r"super|owner|agent|bill|he|she|husband|wife|insurance",
                ),
                r" (?:\w+ ){0,2}?supposed",
            ),
            r"(?:how|what) (?:\w+ ){0,2}?(?:charge|cost)",
            r"your (?:website|business|company needs|listing|google)",
            r"(?:see|saw|found|heard) (?:\w+ )?(?:your|you guys)",
            r"how soon",
            r"right away",
            r"when can",
        ),
    ),
    cue(
        Signal.EXISTING_JOB,
        2,
        r"you guys (?:\w+ )?(?:did|came|worked|started|left|were)",
        r"(?:my|our) (?:job|project)",
        r"invoice",
        r"come back",
        r"the crew",
        unless=(
            r"last year",
            r"years ago",
        ),
    ),
    cue(
        Signal.NEW_LOSS,
        3,
        phrase(
            r"(?:different|new|another|second|separate|unrelated) (?:\w+ ){0,2}?",
            r"(?:leak|flood|loss|issue|problem|room|pipe|claim|area|spot|one|fire|break|house|property)",
        ),
        r"(?:flooded|flooding|leaking|burst|happened|leak|backed up|wet|broke|coming in|happening) again",
        r"this time",
        r"(?:years?|months) ago (?:\w+ ){0,6}?(?:now|again|today|this)",
        phrase(
            r"(?:you|you guys) (?:\w+ ){0,8}?",
            (
                r"last year|years ago|two years|few years|before",
                r"in the past|back in|last (?:spring|summer|fall|winter)",
            ),
            r" (?:\w+ ){0,8}?(?:now|again|today|new|another)",
        ),
        r"(?:new|another) one",
        phrase(
            (
                r"used you|use you|worked with you|you helped us",
                r"you guys helped|customer of yours|you did work|you guys did",
            ),
            r" (?:\w+ ){0,8}?",
            r"(?:before|last year|years ago|past|back in|last (?:spring|summer|fall|winter)|year)",
        ),
        by_sentence=True,
    ),
    # --- insurance
    cue(
        Signal.INSURANCE,
        4,
        r"(?:is|are|will|would|does|do|if) (?:\w+ ){0,6}?(?:covered|cover|coverage|pay for|deductible)",
        phrase(
            r"(?:policy|insurance|homeowners|warranty|coverage) (?:\w+ )?",
            r"(?:covers?|pays?|excludes?|would cover|will cover)",
        ),
        phrase(
            (
                r"acv|actual cash value|replacement cost|rcv|subrogation",
                r"cause and origin|renters? policy|umbrella policy|endorsements?",
            ),
        ),
        r"on my (?:homeowners?|renters?|policy|home insurance)",
        phrase(
            r"(?:claim|policy) (?:\w+ ){0,3}?",
            r"(?:denied|denial|question|status|number|process|rejected|approved|works?|closed|underpaid)",
        ),
        r"(?:denied|rejected|underpaid|lowballed) (?:\w+ ){0,3}?(?:claim|me|us|coverage)",
        r"(?:file|filing|open|opening|start|starting|make) (?:\w+ ){0,2}?claim",
        phrase(
            r"(?:work|bill|deal) (?:\w+ ){0,2}?(?:with|through|directly) (?:\w+ ){0,3}?",
            r"(?:insurance|state farm|allstate|carrier|usaa|farmers|liberty)",
        ),
        r"bill (?:\w+ ){0,3}?insurance",
        r"(?:question|questions) (?:\w+ ){0,4}?(?:insurance|claim|coverage|deductible|policy)",
        phrase(
            r"(?:send|sent|need|copy of|get|request|requesting|upload|submit) (?:\w+ ){0,4}?",
            (
                r"documents|documentation|paperwork|estimate|photos",
                r"invoice|scope|xactimate|moisture logs?|itemized",
            ),
            r" (?:\w+ ){0,6}?(?:insurance|adjuster|carrier|claim|mortgage)",
        ),
        r"(?:preferred|approved|in network) (?:vendor|contractor|provider|list)",
        phrase(
            (
                r"mortgage company|supplement|depreciation|recoverable",
                r"public adjuster|reservation of rights|proof of loss",
            ),
        ),
        r"(?:adjuster) (?:\w+ ){0,4}?(?:said|wants|needs|hasnt|wont|is asking|never|came|told)",
        r"deductible",
        unless=(
            r"(?:health|car|auto|life|dental) insurance",
            r"(?:we|i) (?:sell|offer|help)",
            r"covered (?:in|with|by|from|up)",
        ),
    ),
    cue(
        Signal.INSURANCE,
        1.5,
        r"insurance",
        r"adjuster",
        r"claim",
        r"policy",
        r"state farm",
        r"allstate",
        r"usaa",
        r"coverage",
        unless=(
            r"(?:health|auto|life) insurance",
            r"certificate of insurance",
        ),
    ),
    cue(
        Signal.INSURANCE,
        3,
        phrase(
            r"(?:this is|i am|im|its|calling from|calling with|with|at|from) (?:\w+ ){0,5}?",
            (
                r"insurance (?:agency|agent|company|group|office)",
                r"independent agent|desk adjuster|field adjuster",
                r"claims (?:department|adjuster|examiner|rep)",
            ),
        ),
        r"(?:insurance|independent) agent",
        r"public adjusters?",
        r"(?:active|open|current|new) claim (?:to|for)",
        unless=(
            r"my (?:insurance|adjuster|agent)",
            r"(?:our|your) insurance",
        ),
    ),
    # --- employment
    cue(
        Signal.EMPLOYMENT,
        6,
        phrase(
            r"(?:you|you guys|yall|you all) (?:\w+ )?looking for (?:\w+ )?",
            (
                r"project managers?|technicians?|techs?|estimators?|drivers?|laborers?",
                r"helpers?|workers?|people|help|employees|staff|crew members|office help",
            ),
        ),
        r"(?:my|a|some) pto",
        phrase(
            r"(?:saw|seen|answering|responding to|about) (?:\w+ ){0,2}?",
            r"(?:help wanted|job ad|job posting|craigslist ad)",
        ),
        phrase(
            r"(?:any|have) (?:\w+ )?(?:job |positions? |work )?openings?",
            r"(?! (?:today|tomorrow|this|on|for an inspection))",
        ),
        r"(?:any|have) (?:\w+ )?(?:jobs|positions|work) (?:available|open|for me)",
        r"fill out an application",
        r"(?:check|paycheck|hours) (?:\w+ ){0,3}?(?:short|wrong|missing|late)",
        r"(?:listed|lists|gave|put) (?:you|your \w+) (?:\w+ )?(?:as|for) (?:a |an )?(?:reference|employer)",
        r"reference (?:check|call)",
        r"(?:former|previous) (?:technician|worker|tech|employee|manager)",
        r"apprentice\w*",
        phrase(
            r"(?:are you|you guys|you all|yall|if you|are yall|if youre|youre|still|currently|you are) ",
            r"(?:\w+ )?(?:guys |all )?(?:hiring|taking applications|accepting applications)",
        ),
        r"hiring",
        phrase(
            r"(?:job|position|role|opening) (?:\w+ ){0,3}?",
            (
                r"posting|listing|application|opening|interview|opportunit\w+|you (?:guys |all )?posted",
                r"on indeed|you have|ad|posted|still open|available|advertised",
            ),
        ),
        phrase(
            r"(?:applied|applying|apply|application) (?:\w+ ){0,4}?",
            r"(?:for|job|position|online|on indeed|technician|tech|last|status|work)",
        ),
        phrase(
            r"(?:looking for|need|want|get) (?:a |some )?(?:job|work|employment)",
            r"(?! (?:done|on|at|from you|like|completed|to be))",
        ),
        r"indeed",
        r"(?:my|a|send|sent|submitted|drop off|email|have my) (?:\w+ )?resume",
        r"(?:job|phone|my|an|the|second) interview",
        r"interview (?:with|for|at|scheduled|tomorrow|today)",
        phrase(
            (
                r"paycheck|pay ?stub|payroll|w 2|w2|direct deposit|my hours|time ?card",
                r"timesheet|unemployment claim|pto|worked last week|last check|final check",
            ),
        ),
        r"(?:calling|call) (?:out|in) (?:sick|today|for my shift)",
        phrase(
            (
                r"my shift|calling off|running late for (?:work|my shift)",
                r"wont be (?:in|able to make it in) (?:today|tomorrow|to work)",
                r"cant (?:come in|make it in) (?:today|to work|tomorrow)",
                r"not coming in|late to the shop",
            ),
        ),
        r"(?:employment|reference|background) (?:verification|check|reference)",
        r"(?:verif\w+|confirm\w*) (?:\w+ ){0,4}?employment",
        r"(?:dates of|proof of|past|prior|previous) employment",
        r"former (?:\w+ ){1,3}of yours",
        r"(?:former|previous|past|current|ex) employee",
        r"reference (?:\w+ ){0,3}?for",
        r"(?:used to|still) work(?:ed)? (?:for you|there|here with you|for your)",
        r"(?:iicrc|wrt|asd) certified (?:\w+ ){0,6}?(?:looking|seeking|work|job)",
        r"i work for you",
        phrase(
            r"(?:you guys|you|yall|you all|they said you) (?:\w+ )?(?:need|needs|needed|looking for|want) ",
            r"(?:\w+ )?(?:people|workers|help|guys|laborers|drivers|technicians|techs|bodies)",
        ),
        phrase(
            r"(?:i )?can start (?:\w+ )?",
            (
                r"monday|tuesday|wednesday|thursday|friday|tomorrow",
                r"right away|immediately|asap|next week|whenever",
            ),
        ),
        r"(?:talk to|ask|speak to|see) about (?:a |some )?(?:work|job|employment|getting on)",
        r"help wanted",
        phrase(
            r"(?:years|year) (?:of )?experience (?:\w+ ){0,6}?",
            r"(?:job|work|hiring|position|restoration|tech|technician|drying)",
        ),
        r"(?:human resources|hr department|hr)",
        phrase(
            r"(?:entry level|any|have) (?:\w+ )?(?:spots?|positions?|roles?|work|jobs) (?:\w+ )?",
            r"(?:open|available|for)",
        ),
        r"entry level",
        r"(?:i|he|she|my \w+) (?:\w+ )?worked for (?:you|yall|your|this company)",
        r"(?:tax form|1099|payroll|final check|direct deposit form)",
        r"(?:hey|hi|yo|morning) boss",
        r"(?:van|truck|car) (?:\w+ ){0,2}?(?:wont start|broke down|has a flat)(?: \w+){0,8} late",
        r"(?:putting in|give|giving) my (?:two weeks?|notice|2 weeks?)",
        r"the (?:technician|tech|estimator|project manager|office|admin|water tech) (?:job|position|role)",
        phrase(
            r"(?:list|listed|put) (?:you|your company) (?:down )?as (?:a |her |his |my |their )*",
            r"(?:reference|employer|previous employer)",
        ),
        unless=(
            r"claim",
            r"hiring (?:a contractor|you|someone)",
            r"(?:rain|water|it|its|leak|flood\w*) (?:\w+ ){0,4}?(?:not coming in|came in)",
            r"we help",
            r"staffing",
            r"(?:candidates|recruit\w+|talent)",
        ),
    ),
)
