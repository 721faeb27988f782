"""What the caller has to say in the matter, and what takes the need away."""

from __future__ import annotations

from eal.ai.engines.embedded.language.cues import cue

STANDING = (
    cue(
        "owner",
        3,
        r"""
        (?:i|we|wife and i|husband and i|my (?:husband|wife|parents)) (?:\w+ ){0,2}?(?:own|bought|owned)
        (?:i am|im|we are|yes|this is|as|its) (?:\w+ ){0,3}?(?:the )?(?:owner|owners|homeowner|homeowners
        |landlord|property manager|executor|executrix|trustee|facilities (?:manager|director)
        |general manager|building manager|maintenance (?:director|supervisor|manager)|hoa president
        |superintendent|office manager|store manager|franchise owner|head of facilities|facility manager
        |community manager|regional manager)
        (?:i|we) (?:\w+ )?manage (?:the|a|an|this|our|it|several|\d+|some|apartments?|propert\w+)
        (?:homeowner|property manager|landlord|power of attorney|executor|poa|personal representative
        |legal guardian)
        own (?:it|the (?:house|home|place|building|property|unit|condo)|this|my (?:home|house|condo))
        my own (?:house|home)
        (?:i|we) can (?:sign|authorize|approve)
        (?:rental (?:property|house|unit)|my tenants?|our tenants?|one of (?:my|our) (?:units|rentals
        |tenants|properties))
        """,
    ),
    cue(
        "tenant",
        3,
        r"""
        (?:i am|im|we are|just|as|i) (?:\w+ )?(?:a |the |just |only )*(?:tenant|tenants|renter|renters
        |renting|subletting|lease)
        (?:i|we) (?:\w+ )?(?:rent|lease|sublet)(?! (?:out|it|them|this|that out|the (?:house|unit
        |place) (?:out|to)))
        (?:my|our|the) (?:landlord|landlady|property manager|apartment manager|leasing office|rental office
        |slumlord|building super|super)
        renters insurance
        """,
        r"""
        (?:i am|this is|im|we are) (?:\w+ ){0,3}?(?:the )?(?:landlord|property manager|management)
        """,
    ),
    cue(
        "tenant",
        2,
        r"""
        (?:staying|stay|guest) (?:\w+ )?(?:at|in) (?:an?|the|this) (?:airbnb|air b n b|vrbo|vacation)
        (?:airbnb|vrbo) (?:host|guest)
        the host
        not my building
        (?:its|this is|it is) (?:\w+ )?a rental
        (?:told|tell|asked|called|emailed|texted) the (?:office|super|landlord|complex|management)
        (?:i am|we are|i live|we live|live|living) (?:\w+ )?(?:in|at) (?:an?|the|my
        |this) (?:\w+ ){0,3}?(?:apartments?|apartment complex|section 8|low income)
        my apartment
        (?:im|i am) in (?:apartment|apt|unit) \w+
        my lease
        (?:the|our|my) (?:property management|management company|apartment complex)
        (?:i|we) dont own
        """,
        r"""
        (?:i am|this is|im|we are) (?:\w+ ){0,3}?(?:the )?(?:landlord|property manager|management)
        my apartment (?:building|complex)
        (?:i|we) (?:\w+ )?(?:own|manage)
        """,
    ),
    cue(
        "granted",
        3,
        r"""
        (?:landlord|owner|property manager|management|seller|sellers|homeowner|he|she|they|super|board
        |client|insured|customer|mom|mother|dad|father) (?:\w+ ){0,4}?(?:said|told|asked|wants?|wanted|gave
        |okayed|authorized|approved|agreed|ok d|says|needs|has authorized|signed off|will pay|is paying
        |knows|is here|is on site|is standing|is ready|gave me|requested) (?:\w+ ){0,4}?(?:to (?:call|get
        |hire|have|go ahead|arrange|set)|you|okay|ok|permission|authority|to|me to|us to|for it|go ahead|here
        |somebody|someone|right)
        (?:permission|authority|authorization|approval|go ahead|on behalf of|power of attorney|poa|executor
        |sellers? (?:ok|okay|word|permission|approval))
        (?:authorized|approved) (?:\w+ ){0,2}?(?:to|by|you)
        """,
        r"""
        (?:without|no|dont have|need|need to get|have to get|not|isnt|wont|waiting (?:on|for)
        |dont) (?:\w+ ){0,3}?(?:permission|authority|authorization|approval|authorized|approved|give)
        (?:wont|hasnt|not|never|refuses|didnt|isnt|cant|paint over|havent|dont) (?:\w+ ){0,4}?(?:call|fix
        |do|answer|respond|get)
        """,
    ),
    cue(
        "landlord_refuses",
        3,
        r"""
        (?:landlord|owner|management|apartment manager|property manager|super|landlady|maintenance
        |apartment complex
        |leasing office|they|he|she) (?:\w+ ){0,5}?(?:wont|will not|refuses|refused|refusing|would never
        |isnt doing
        |not doing|hasnt done|ignoring|ignores|ignored|doesnt care|doesnt want|wont do|keeps (?:saying
        |ignoring|painting)|doesnt know|said no|painted over
        |not responding|wont respond|hasnt responded|havent done|havent told)
        (?:havent|have not|didnt|dont want to) (?:\w+ )?(?:told|asked|tell|talk to|talked to|called
        |contacted) (?:\w+ )?(?:landlord|owner|management|property manager)
        (?:sue|against) (?:my|the|our) (?:landlord|apartment)
        """,
        "(?:wont|isnt|not) (?:\\w+ ){0,5}?(?:till|until|today|tonight|tomorrow|yet)",
    ),
    cue(
        "needs_owner",
        3,
        r"""
        (?:need|needs|have to have|require|get) (?:\w+ )?(?:the |an? |their |his |her )*(?:owners?|owner s
        |landlords?|landlord s|property owner|host s?|managers?|management) (?:\w+ )?(?:to|consent
        |permission|okay|ok|authoriz\w*|approval|sign\w*|call)
        (?:need|have) to (?:hear from|talk to|speak to|speak with|get (?:it|that) from
        |have) (?:the |your |their )?(?:owner|landlord|management|property manager|host|building)
        (?:need|require) (?:his|her|their) (?:okay|ok|permission|approval|consent|authorization|signature)
        (?:could|can|have) (?:she|he|they|the owner|the landlord|him|her|them) call us
        """,
        by_agent=True,
    ),
    cue(
        "bystander",
        3,
        r"""
        (?:neighbors?|neighbor is|house next door|next door|across the street|down the street|passing by
        |driving by|walking by|walked by|drove by) (?:\w+ ){0,8}?(?:house|home|flooding|water|smoke|fire
        |leaking|pouring|vacant|empty|hole|tree|roof|is|are|has)
        (?:about|at|calling for|report) (?:\w+ ){0,3}?(?:next door|across the street|down the street)
        (?:i am|im) (?:just )?(?:a |the |their |her |his )*(?:neighbor|passerby|guest|visitor|babysitter
        |house ?sitter|pet sitter|friend|cleaning lady|cleaner|dog walker)
        (?:not|isnt) (?:my|our) (?:house|place|property|building|home|unit)
        (?:house|home|building|place|property|lot) (?:right )?(?:next to|beside|behind|by) (?:mine|ours|me
        |us|my|our)
        (?:thought|figured) (?:id|i would|i should|somebody|someone|you|i|i d) (?:\w+ ){0,3}?(?:know|let
        |call|tell|report)
        (?:i|we) (?:\w+ )?(?:drive|deliver|walk|jog|run|bike|pass)(?:ed|s)? (?:\w+ ){0,4}?(?:route|by|past
        |mail|packages|every day)
        (?:theres|saw|see|noticed) (?:\w+ )?(?:a|this|some) (?:\w+ )?(?:house|building|home
        |property) (?:\w+ )?(?:on|at|down|over|around|near)
        (?:dont|do not) (?:think|know) (?:\w+ )?(?:anybody|anyone|who) (?:lives|owns|is in)
        (?:nobody|no one) (?:lives|is living|is) (?:there|in it|home)
        """,
        r"""
        (?:into|in|through|to|damaged|flooded|affecting|affected|at|on) (?:my|our) (?:\w+ )?(?:house|unit
        |basement|apartment|condo|place|ceiling|wall|property|store|shop|kitchen|bathroom|bedroom|floor|home
        |side)
        (?:neighbor|neighbors) (?:\w+ ){0,3}?(?:recommended|referred|used|told|said|gave|suggested|shut
        |turned|helped|called me|called us|noticed)
        (?:my|our) (?:ceiling|carpet|kitchen|walls?|basement)
        (?:flooding|soaking|ruining|reached|hit) (?:my|our)
        (?:into|onto|through) (?:mine|ours)
        """,
    ),
    cue(
        "price_shopper",
        3,
        r"""
        (?:getting|get|give me|looking for) (?:\w+ )?an? (?:idea|ballpark|rough number|price)
        how much (?:for|is|are|would|do) (?:\w+ )?(?:an?|it|the|this|that|you)
        (?:checking|calling) around
        (?:how much|whats|what) (?:\w+ ){0,4}?(?:charge|cost|costs|run|price|rates?|going rate|pricing
        |per (?:square )?(?:foot|hour|fan))
        (?:ballpark|rough (?:idea|estimate|price|number)|over the phone|price (?:range|quote|list|check
        |shopping)|just (?:a |looking for a |want a |need a )?(?:price|number|quote)|cheaper|cheapest
        |comparing (?:prices|quotes)|calling around|shopping around|getting (?:prices|quotes|a few (?:quotes
        |prices|estimates))|second opinion on (?:price|cost)|another quote|other quotes?|got quoted
        |was quoted|beat (?:\w+ )?(?:price|quote)|match (?:\w+ )?(?:price|quote)|hourly rate)
        """,
        r"""
        how much (?:longer|time|water|damage|of (?:the|it))
        """,
    ),
    cue(
        "no_need",
        4,
        r"""
        (?:never ?mind|nevermind|false alarm|dont need (?:you|any (?:work|help|service|services)|anybody
        |anyone|it|a service|service|anything)
        |no longer need|found someone|went with (?:someone|another|somebody)|already (?:hired|got|have|found
        |using|called) (?:\w+ )?(?:someone|somebody|another|a company|a different|a guy)|got it (?:handled
        |taken care of)|changed (?:my|our) mind|going to do it (?:myself|ourselves)|do it (?:myself
        |ourselves)|diy)
        (?:disregard|ignore) (?:it|that|this|my|the|please)
        (?:please|you can|just) (?:disregard|cancel)
        take me off (?:the|your) (?:schedule|list|calendar|board)
        dont need (?:\w+ )?(?:to come|you to|them to|someone|anymore|now|a crew)
        (?:we are|im|i am|were|all) good(?: now| thanks)?[.!]?$
        (?:has|have|had|got) (?:someone|somebody|a guy|a company|people) (?:\w+ )?(?:coming|already|on it
        |lined up|scheduled)
        (?:all set|taken care of|handled) (?:now|already|thanks)
        (?:just curious|hypothetically|school (?:project|paper|report)|writing (?:a|an) (?:paper|article
        |report)|research (?:paper|project)|for future reference|just in case|in the future
        |thinking about maybe|might someday
        |maybe next year|planning ahead|next year|in case something)
        (?:want|like|need|have|calling) to cancel
        (?:got|found|hired|went with|using|have|had) (?:another|a different|some other|someone
        |somebody) (?:\w+ )?(?:company|else|outfit|crew|contractor|guy)(?: \w+)? (?:to come|coming|out
        |already|now|on it)
        cancel (?:that|it|my request|the request)
        """,
    ),
    cue(
        "wrong_service",
        3,
        r"""
        we only (?:\w+ )?(?:do|handle|work|offer)
        we (?:dont|do not) (?:\w+ )?(?:do|offer|handle|provide|service|rent|clean|sell|perform)
        (?:thats|that is|its) not (?:something|a service) (?:we|that we)
        not (?:something|a service) we
        """,
        by_agent=True,
    ),
    cue(
        "out_of_area",
        4,
        r"""
        (?:we|we are|company) (?:\w+ )?(?:only|just) (?:\w+ )?(?:cover|serve|service|work in|go to|operate
        |local)
        (?:we|they) (?:\w+ )?(?:dont|do not|cant|cannot|arent able to|are not able to) (?:\w+ )?(?:cover
        |service|serve|go|travel|come|operate|get)(?: \w+){0,4} (?:area|there|far|county|city|state|town
        |that side|out that way|zip|up there|down there|out there)
        (?:outside|out|outside of|beyond|not in|isnt in|not within) (?:of )?(?:our|the
        |your) (?:\w+ )?(?:area|territory|zone|range|region|radius|coverage)
        (?:thats|that is|youre|you are|its) (?:\w+ )?(?:too far|out of (?:our|the) (?:area|range|territory)
        |not (?:\w+ )?(?:our|in our) (?:\w+ )?(?:area|territory))
        (?:dont|do not|doesnt) have (?:anybody|anyone|somebody|people|crews|trucks|a crew
        |techs) (?:\w+ )?(?:in|near|out|up|down|over|that)
        (?:we|were|we are|this is|our office is|our shop is) (?:\w+ )?(?:in|out of
        |based in) \w+(?: \w+)?,? (?:sir|maam|ma am)
        (?:dont|doesnt) have (?:an? |any )?(?:\w+ )?(?:location|office|branch|franchise|crew
        |crews) (?:\w+ )?(?:there|near|in|around|that)
        (?:we|we are|they are) (?:\w+ )?(?:only|just) (?:in|based|located|around|local)
        (?:want|try|call|need|find) (?:someone|somebody|a company) (?:\w+ )?(?:local|closer)
        (?:another|other|different|nearest) (?:franchise|location|office|branch) (?:\w+ ){0,3}?(?:covers
        |serves|handles|would|there)
        """,
        by_agent=True,
    ),
    cue(
        "will_call_back",
        3,
        r"""
        (?:ill|i will|i can|let me|we will|i am going to) (?:\w+ ){0,3}?(?:call|try
        |ring)(?: you)?(?: \w+)? ?(?:back|later|again)
        hold on
        can i (?:speak|talk) (?:to|with) \w+
        is \w+ (?:there|in|available)
        """,
    ),
    cue(
        "third_party_asks",
        3,
        r"""
        (?:for|about|on behalf of) (?:a|my) (?:friends?|coworkers?|buddy|pal)
        (?:dont|not sure|do not) (?:know )?if (?:she|he|they) (?:wants?|would want|needs?|is interested)
        (?:ill|i will) (?:tell|ask) (?:her|him|them)(?! (?:to|you))
        (?:ill|i will) (?:have|let) (?:her|him|them) (?:\w+ )?(?:call|know|decide)
        (?:just )?asking for (?:someone|somebody|a friend)
        """,
    ),
    cue(
        "cut_off",
        3,
        r"""
        (?:call|line|recording|audio|message|transcript|voicemail) (?:\w+ ){0,3}?(?:cut off|cuts off|cut out
        |dropped|drops|ends|ended|disconnected|disconnects|goes dead|went dead|breaks up|breaking up)
        (?:breaking up|losing you|lost you|cant hear you|bad connection|going through a tunnel
        |you are cutting out|cutting out|hello can you hear)
        """,
        by_agent=True,
    ),
    cue(
        "name",
        2,
        r"""
        my name is
        (?:this is|its) (?!(?:a|the|an|not|just|about|for|in|on|so|going|really|bad|my|our|your|been|that
        |all|still|now|like|actually|leaking|coming|everywhere|pouring|flooded|too|only|gas|kind|sort|acme
        |regarding|urgent|crazy|ridiculous|awful|terrible|getting|happening|why|what|how|where|when|who|it
        |wet|soaked|black|probably|raining|also|pretty|okay|ok)\b)[a-z]+
        (?:name|last name|first name) (?:is|its)
        (?:call me|reach me|callback|call back|(?:my|the|phone|best|callback|cell) number is|my number
        |my cell|cell is|back at)
        (?:address is|i am at|we are at|located at|we are located|i live (?:at|on|in)|we live (?:at|on|in)
        |im on|house is on|over on|off of)
        \d+ (?:\w+ ){1,3}(?:street|st|avenue|ave|road|rd|drive|dr|lane|ln|court|ct|boulevard|blvd|way|place
        |circle|terrace|pike|highway|trail|parkway)
        """,
    ),
)
