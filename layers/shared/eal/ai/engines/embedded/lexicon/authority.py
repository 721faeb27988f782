"""Cues for the caller's authority to order work, and for withdrawn requests."""

from __future__ import annotations

from eal.ai.engines.embedded.language.cues import cue, phrase
from eal.ai.engines.embedded.signals import Signal

AUTHORITY = (
    cue(
        Signal.OWNER,
        3,
        r"(?:i|we|wife and i|husband and i|my (?:husband|wife|parents)) (?:\w+ ){0,2}?(?:own|bought|owned)",
        phrase(
            r"(?:i am|im|we are|yes|this is|as|its) (?:\w+ ){0,3}?(?:the )?",
            (
                r"owner|owners|homeowner|homeowners|landlord|property manager|executor|executrix",
                r"trustee|facilities (?:manager|director)|general manager|building manager",
                r"maintenance (?:director|supervisor|manager)",
                r"hoa president|superintendent|office manager|store manager|franchise owner",
                r"head of facilities|facility manager|community manager|regional manager",
            ),
        ),
        r"(?:i|we) (?:\w+ )?manage (?:the|a|an|this|our|it|several|\d+|some|apartments?|propert\w+)",
        phrase(
            (
                r"homeowner|property manager|landlord|power of attorney",
                r"executor|poa|personal representative|legal guardian",
            ),
        ),
        r"own (?:it|the (?:house|home|place|building|property|unit|condo)|this|my (?:home|house|condo))",
        r"my own (?:house|home)",
        r"(?:i|we) can (?:sign|authorize|approve)",
        phrase(
            (
                r"rental (?:property|house|unit)|my tenants?|our tenants?",
                r"one of (?:my|our) (?:units|rentals|tenants|properties)",
            ),
        ),
    ),
    cue(
        Signal.TENANT,
        3,
        phrase(
            r"(?:i am|im|we are|just|as|i) (?:\w+ )?(?:a |the |just |only )*",
            r"(?:tenant|tenants|renter|renters|renting|subletting|lease)",
        ),
        phrase(
            r"(?:i|we) (?:\w+ )?(?:rent|lease|sublet)",
            r"(?! (?:out|it|them|this|that out|the (?:house|unit|place) (?:out|to)))",
        ),
        phrase(
            r"(?:my|our|the) ",
            (
                r"landlord|landlady|property manager|apartment manager",
                r"leasing office|rental office|slumlord|building super|super",
            ),
        ),
        r"renters insurance",
        unless=(
            r"(?:i am|this is|im|we are) (?:\w+ ){0,3}?(?:the )?(?:landlord|property manager|management)",
        ),
    ),
    cue(
        Signal.TENANT,
        2,
        r"(?:staying|stay|guest) (?:\w+ )?(?:at|in) (?:an?|the|this) (?:airbnb|air b n b|vrbo|vacation)",
        r"(?:airbnb|vrbo) (?:host|guest)",
        r"the host",
        r"not my building",
        r"(?:its|this is|it is) (?:\w+ )?a rental",
        r"(?:told|tell|asked|called|emailed|texted) the (?:office|super|landlord|complex|management)",
        phrase(
            r"(?:i am|we are|i live|we live|live|living) (?:\w+ )?(?:in|at) (?:an?|the|my|this) ",
            r"(?:\w+ ){0,3}?(?:apartments?|apartment complex|section 8|low income)",
        ),
        r"my apartment",
        r"(?:im|i am) in (?:apartment|apt|unit) \w+",
        r"my lease",
        r"(?:the|our|my) (?:property management|management company|apartment complex)",
        r"(?:i|we) dont own",
        unless=(
            r"(?:i am|this is|im|we are) (?:\w+ ){0,3}?(?:the )?(?:landlord|property manager|management)",
            r"my apartment (?:building|complex)",
            r"(?:i|we) (?:\w+ )?(?:own|manage)",
        ),
    ),
    cue(
        Signal.GRANTED,
        3,
        phrase(
            (
                r"landlord|owner|property manager|management|seller|sellers|homeowner",
                r"he|she|they|super|board|client|insured|customer|mom|mother|dad|father",
            ),
            r" (?:\w+ ){0,4}?",
            (
                r"said|told|asked|wants?|wanted|gave|okayed|authorized|approved",
                r"agreed|ok d|says|needs|has authorized|signed off|will pay|is paying",
                r"knows|is here|is on site|is standing|is ready|gave me|requested",
            ),
            r" (?:\w+ ){0,4}?",
            (
                r"to (?:call|get|hire|have|go ahead|arrange|set)",
                r"you|okay|ok|permission|authority|to|me to|us to",
                r"for it|go ahead|here|somebody|someone|right",
            ),
        ),
        phrase(
            (
                r"permission|authority|authorization|approval|go ahead",
                r"on behalf of|power of attorney|poa|executor",
                r"sellers? (?:ok|okay|word|permission|approval)",
            ),
        ),
        r"(?:authorized|approved) (?:\w+ ){0,2}?(?:to|by|you)",
        unless=(
            phrase(
                (
                    r"without|no|dont have|need|need to get|have to get",
                    r"not|isnt|wont|waiting (?:on|for)|dont",
                ),
                r" (?:\w+ ){0,3}?(?:permission|authority|authorization|approval|authorized|approved|give)",
            ),
            phrase(
                r"(?:wont|hasnt|not|never|refuses|didnt|isnt|cant|paint over|havent|dont) (?:\w+ ){0,4}?",
                r"(?:call|fix|do|answer|respond|get)",
            ),
        ),
    ),
    cue(
        Signal.LANDLORD_REFUSES,
        3,
        phrase(
            (
                r"landlord|owner|management|apartment manager|property manager|super",
                r"landlady|maintenance|apartment complex|leasing office|they|he|she",
            ),
            r" (?:\w+ ){0,5}?",
            (
                r"wont|will not|refuses|refused|refusing|would never|isnt doing|not doing",
                r"hasnt done|ignoring|ignores|ignored|doesnt care|doesnt want|wont do",
                r"keeps (?:saying|ignoring|painting)|doesnt know|said no|painted over",
                r"not responding|wont respond|hasnt responded|havent done|havent told",
            ),
        ),
        phrase(
            r"(?:havent|have not|didnt|dont want to) (?:\w+ )?",
            r"(?:told|asked|tell|talk to|talked to|called|contacted) (?:\w+ )?",
            r"(?:landlord|owner|management|property manager)",
        ),
        r"(?:sue|against) (?:my|the|our) (?:landlord|apartment)",
        unless=(r"(?:wont|isnt|not) (?:\w+ ){0,5}?(?:till|until|today|tonight|tomorrow|yet)",),
    ),
    cue(
        Signal.NEEDS_OWNER,
        3,
        phrase(
            r"(?:need|needs|have to have|require|get) (?:\w+ )?(?:the |an? |their |his |her )*",
            r"(?:owners?|owner s|landlords?|landlord s|property owner|host s?|managers?|management) ",
            r"(?:\w+ )?(?:to|consent|permission|okay|ok|authoriz\w*|approval|sign\w*|call)",
        ),
        phrase(
            r"(?:need|have) to (?:hear from|talk to|speak to|speak with|get (?:it|that) from|have) ",
            r"(?:the |your |their )?(?:owner|landlord|management|property manager|host|building)",
        ),
        r"(?:need|require) (?:his|her|their) (?:okay|ok|permission|approval|consent|authorization|signature)",
        r"(?:could|can|have) (?:she|he|they|the owner|the landlord|him|her|them) call us",
        by_agent=True,
    ),
    cue(
        Signal.BYSTANDER,
        3,
        phrase(
            (
                r"neighbors?|neighbor is|house next door|next door|across the street",
                r"down the street|passing by|driving by|walking by|walked by|drove by",
            ),
            r" (?:\w+ ){0,8}?",
            (
                r"house|home|flooding|water|smoke|fire|leaking",
                r"pouring|vacant|empty|hole|tree|roof|is|are|has",
            ),
        ),
        r"(?:about|at|calling for|report) (?:\w+ ){0,3}?(?:next door|across the street|down the street)",
        phrase(
            r"(?:i am|im) (?:just )?(?:a |the |their |her |his )*",
            (
                r"neighbor|passerby|guest|visitor|babysitter|house ?sitter",
                r"pet sitter|friend|cleaning lady|cleaner|dog walker",
            ),
        ),
        r"(?:not|isnt) (?:my|our) (?:house|place|property|building|home|unit)",
        phrase(
            r"(?:house|home|building|place|property|lot) (?:right )?(?:next to|beside|behind|by) ",
            r"(?:mine|ours|me|us|my|our)",
        ),
        phrase(
            r"(?:thought|figured) (?:id|i would|i should|somebody|someone|you|i|i d) (?:\w+ ){0,3}?",
            r"(?:know|let|call|tell|report)",
        ),
        phrase(
            r"(?:i|we) (?:\w+ )?(?:drive|deliver|walk|jog|run|bike|pass)(?:ed|s)? (?:\w+ ){0,4}?",
            r"(?:route|by|past|mail|packages|every day)",
        ),
        phrase(
            r"(?:theres|saw|see|noticed) (?:\w+ )?(?:a|this|some) (?:\w+ )?(?:house|building|home|property) ",
            r"(?:\w+ )?(?:on|at|down|over|around|near)",
        ),
        r"(?:dont|do not) (?:think|know) (?:\w+ )?(?:anybody|anyone|who) (?:lives|owns|is in)",
        r"(?:nobody|no one) (?:lives|is living|is) (?:there|in it|home)",
        unless=(
            phrase(
                r"(?:into|in|through|to|damaged|flooded|affecting|affected|at|on) (?:my|our) (?:\w+ )?",
                (
                    r"house|unit|basement|apartment|condo|place|ceiling|wall",
                    r"property|store|shop|kitchen|bathroom|bedroom|floor|home|side",
                ),
            ),
            phrase(
                r"(?:neighbor|neighbors) (?:\w+ ){0,3}?",
                (
                    r"recommended|referred|used|told|said|gave|suggested",
                    r"shut|turned|helped|called me|called us|noticed",
                ),
            ),
            r"(?:my|our) (?:ceiling|carpet|kitchen|walls?|basement)",
            r"(?:flooding|soaking|ruining|reached|hit) (?:my|our)",
            r"(?:into|onto|through) (?:mine|ours)",
        ),
    ),
    cue(
        Signal.PRICE_SHOPPER,
        3,
        r"(?:getting|get|give me|looking for) (?:\w+ )?an? (?:idea|ballpark|rough number|price)",
        r"how much (?:for|is|are|would|do) (?:\w+ )?(?:an?|it|the|this|that|you)",
        r"(?:checking|calling) around",
        phrase(
            r"(?:how much|whats|what) (?:\w+ ){0,4}?",
            r"(?:charge|cost|costs|run|price|rates?|going rate|pricing|per (?:square )?(?:foot|hour|fan))",
        ),
        phrase(
            (
                r"ballpark|rough (?:idea|estimate|price|number)|over the phone",
                r"price (?:range|quote|list|check|shopping)",
                r"just (?:a |looking for a |want a |need a )?(?:price|number|quote)",
                r"cheaper|cheapest|comparing (?:prices|quotes)|calling around|shopping around",
                r"getting (?:prices|quotes|a few (?:quotes|prices|estimates))",
                r"second opinion on (?:price|cost)|another quote|other quotes?|got quoted|was quoted",
                r"beat (?:\w+ )?(?:price|quote)|match (?:\w+ )?(?:price|quote)|hourly rate",
            ),
        ),
        unless=(r"how much (?:longer|time|water|damage|of (?:the|it))",),
    ),
    cue(
        Signal.NO_NEED,
        4,
        phrase(
            (
                r"never ?mind|nevermind|false alarm",
                phrase(
                    r"dont need ",
                    (
                        r"you|any (?:work|help|service|services)",
                        r"anybody|anyone|it|a service|service|anything",
                    ),
                ),
                r"no longer need|found someone|went with (?:someone|another|somebody)",
                phrase(
                    r"already (?:hired|got|have|found|using|called) (?:\w+ )?",
                    r"(?:someone|somebody|another|a company|a different|a guy)",
                ),
                r"got it (?:handled|taken care of)|changed (?:my|our) mind",
                r"going to do it (?:myself|ourselves)|do it (?:myself|ourselves)|diy",
            ),
        ),
        r"(?:disregard|ignore) (?:it|that|this|my|the|please)",
        r"(?:please|you can|just) (?:disregard|cancel)",
        r"take me off (?:the|your) (?:schedule|list|calendar|board)",
        r"dont need (?:\w+ )?(?:to come|you to|them to|someone|anymore|now|a crew)",
        r"(?:we are|im|i am|were|all) good(?: now| thanks)?[.!]?$",
        phrase(
            r"(?:has|have|had|got) (?:someone|somebody|a guy|a company|people) (?:\w+ )?",
            r"(?:coming|already|on it|lined up|scheduled)",
        ),
        r"(?:all set|taken care of|handled) (?:now|already|thanks)",
        phrase(
            (
                r"just curious|hypothetically|school (?:project|paper|report)",
                r"writing (?:a|an) (?:paper|article|report)",
                r"research (?:paper|project)|for future reference|just in case",
                r"in the future|thinking about maybe|might someday",
                r"maybe next year|planning ahead|next year|in case something",
            ),
        ),
        r"(?:want|like|need|have|calling) to cancel",
        phrase(
            r"(?:got|found|hired|went with|using|have|had) ",
            r"(?:another|a different|some other|someone|somebody) (?:\w+ )?",
            r"(?:company|else|outfit|crew|contractor|guy)(?: \w+)? (?:to come|coming|out|already|now|on it)",
        ),
        r"cancel (?:that|it|my request|the request)",
    ),
    cue(
        Signal.WRONG_SERVICE,
        3,
        r"we only (?:\w+ )?(?:do|handle|work|offer)",
        r"we (?:dont|do not) (?:\w+ )?(?:do|offer|handle|provide|service|rent|clean|sell|perform)",
        r"(?:thats|that is|its) not (?:something|a service) (?:we|that we)",
        r"not (?:something|a service) we",
        by_agent=True,
    ),
    cue(
        Signal.OUT_OF_AREA,
        4,
        phrase(
            r"(?:we|we are|company) (?:\w+ )?(?:only|just) (?:\w+ )?",
            r"(?:cover|serve|service|work in|go to|operate|local)",
        ),
        phrase(
            r"(?:we|they) (?:\w+ )?(?:dont|do not|cant|cannot|arent able to|are not able to) (?:\w+ )?",
            r"(?:cover|service|serve|go|travel|come|operate|get)(?: \w+){0,4} ",
            (
                r"area|there|far|county|city|state|town|that side",
                r"out that way|zip|up there|down there|out there",
            ),
        ),
        phrase(
            r"(?:outside|out|outside of|beyond|not in|isnt in|not within) (?:of )?(?:our|the|your) (?:\w+ )?",
            r"(?:area|territory|zone|range|region|radius|coverage)",
        ),
        phrase(
            r"(?:thats|that is|youre|you are|its) (?:\w+ )?",
            (
                r"too far",
                r"out of (?:our|the) (?:area|range|territory)",
                r"not (?:\w+ )?(?:our|in our) (?:\w+ )?(?:area|territory)",
            ),
        ),
        phrase(
            r"(?:dont|do not|doesnt) have (?:anybody|anyone|somebody|people|crews|trucks|a crew|techs) ",
            r"(?:\w+ )?(?:in|near|out|up|down|over|that)",
        ),
        phrase(
            r"(?:we|were|we are|this is|our office is|our shop is) (?:\w+ )?(?:in|out of|based in) \w+",
            r"(?: \w+)?,? (?:sir|maam|ma am)",
        ),
        phrase(
            r"(?:dont|doesnt) have (?:an? |any )?(?:\w+ )?(?:location|office|branch|franchise|crew|crews) ",
            r"(?:\w+ )?(?:there|near|in|around|that)",
        ),
        r"(?:we|we are|they are) (?:\w+ )?(?:only|just) (?:in|based|located|around|local)",
        r"(?:want|try|call|need|find) (?:someone|somebody|a company) (?:\w+ )?(?:local|closer)",
        phrase(
            r"(?:another|other|different|nearest) (?:franchise|location|office|branch) (?:\w+ ){0,3}?",
            r"(?:covers|serves|handles|would|there)",
        ),
        by_agent=True,
    ),
    cue(
        Signal.WILL_CALL_BACK,
        3,
        phrase(
            r"(?:ill|i will|i can|let me|we will|i am going to) (?:\w+ ){0,3}?(?:call|try|ring)(?: you)?",
            r"(?: \w+)? ?(?:back|later|again)",
        ),
        r"hold on",
        r"can i (?:speak|talk) (?:to|with) \w+",
        r"is \w+ (?:there|in|available)",
    ),
    cue(
        Signal.THIRD_PARTY_ASKS,
        3,
        r"(?:for|about|on behalf of) (?:a|my) (?:friends?|coworkers?|buddy|pal)",
        r"(?:dont|not sure|do not) (?:know )?if (?:she|he|they) (?:wants?|would want|needs?|is interested)",
        r"(?:ill|i will) (?:tell|ask) (?:her|him|them)(?! (?:to|you))",
        r"(?:ill|i will) (?:have|let) (?:her|him|them) (?:\w+ )?(?:call|know|decide)",
        r"(?:just )?asking for (?:someone|somebody|a friend)",
    ),
    cue(
        Signal.CUT_OFF,
        3,
        phrase(
            r"(?:call|line|recording|audio|message|transcript|voicemail) (?:\w+ ){0,3}?",
            (
                r"cut off|cuts off|cut out|dropped|drops|ends|ended|disconnected",
                r"disconnects|goes dead|went dead|breaks up|breaking up",
            ),
        ),
        phrase(
            (
                r"breaking up|losing you|lost you|cant hear you|bad connection",
                r"going through a tunnel|you are cutting out|cutting out|hello can you hear",
            ),
        ),
        by_agent=True,
    ),
    cue(
        Signal.NAME,
        2,
        r"my name is",
        phrase(
            r"(?:this is|its) (?!",
            (
                r"a|the|an|not|just|about|for|in|on|so|going|really|bad|my|our|your|been|that|all",
                r"still|now|like|actually|leaking|coming|everywhere|pouring|flooded|too|only|gas|kind",
                r"sort|acme|regarding|urgent|crazy|ridiculous|awful|terrible|getting|happening|why",
                r"what|how|where|when|who|it|wet|soaked|black|probably|raining|also|pretty|okay|ok",
            ),
            r"\b)[a-z]+",
        ),
        r"(?:name|last name|first name) (?:is|its)",
        phrase(
            (
                r"call me|reach me|callback|call back",
                r"(?:my|the|phone|best|callback|cell) number is",
                r"my number|my cell|cell is|back at",
            ),
        ),
        phrase(
            (
                r"address is|i am at|we are at|located at|we are located",
                r"i live (?:at|on|in)|we live (?:at|on|in)|im on|house is on|over on|off of",
            ),
        ),
        phrase(
            r"\d+ (?:\w+ ){1,3}",
            (
                r"street|st|avenue|ave|road|rd|drive|dr|lane|ln|court|ct|boulevard",
                r"blvd|way|place|circle|terrace|pike|highway|trail|parkway",
            ),
        ),
    ),
)
