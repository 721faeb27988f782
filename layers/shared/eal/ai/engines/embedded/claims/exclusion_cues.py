"""The words that take a clause out of the scope: one expression a line, in lower case, between word boundaries."""

from __future__ import annotations

_PERSON = (
    r"(?:owner|homeowner|home owner|h/?o|insured|customer|client|tenant|landlord|policyholder|p/?h|he|she|they|family"
    r"|spouse|husband|wife)"
)
_TRADE = (
    r"(?:others?|another|an? separate|separate|plumbers?|electricians?|roofers?|hvac|landlord|tenants?|gc"
    r"|general contractor|contractors?|vendors?|handyman|specialists?|sub|movers?"
    rf"|{_PERSON})"
)

PRIOR_DAMAGE: tuple[str, ...] = (
    r"there when (?:we|i|he|she|they|the \w+) (?:moved|bought|arrived|got|purchased|rented)",
    r"pre-? ?existing",
    r"pre-? ?dat(?:es?|ed|ing)",
    r"pre-loss",
    r"unrelated",
    r"long-? ?(?:term|standing)",
    r"historic(?:al)?",
    r"not related to",
    r"not from (?:this|the)",
    r"prior to (?:the|this|our|that|date) \w+",
    (
        r"(?:before|predating) (?:the|this|our) (?:storm|loss|fire|flood|leak|event|incident|damage|water"
        r"|break|date)"
    ),
    (
        r"(?:prior|previous|earlier|older) (?:\w+ ){0,2}?(?:damage|leaks?|loss|losses|water|hail|stains?"
        r"|staining|claims?|storms?|events?|floods?|fires?|mold|rot|repairs?|owners?|incidents?|wear"
        r"|break|backup)"
    ),
    (
        r"old (?:\w+ ){0,2}?(?:damage|leaks?|stains?|staining|mold|rot|cracks?|repairs?|patch|rings?"
        r"|holes?|burns?|scratches|flood)"
    ),
    r"(?:existed|cracked|there|damaged|stained|rotten|peeling|rotted|broken) (?:well |long )?before",
    r"(?:years?|months?) (?:ago|old|back|prior|before)",
    (
        r"last (?:year|winter|spring|summer|fall|autumn|month|season|january|february|march|april|june"
        r"|july|august|september|october|november|december)"
    ),
    (
        r"(?:leak|damage|loss|claim|flood|fire|storm|repair|backup) (?:in|from|of|back in) (?:\w+ )?(?:19"
        r"|20)\d\d"
    ),
    r"from (?:a|the|an|that|his|her|their)? ?(?:19|20)\d\d",
    r"since (?:19|20)\d\d",
    r"not (?:a )?part of th(?:is|e) (?:loss|claim|event)",
    r"not due to (?:this|the)",
    r"not caused by",
    r"different (?:loss|claim|event)",
    (
        r"was already (?:\w+ )?(?:there|damaged|cracked|rotten|rotted|peeling|stained|broken|loose"
        r"|missing|warped)"
    ),
    r"were already",
    r"has nothing to do with",
    r"nothing to do with",
    r"already (?:peeling|cracked|rotten|there when)",
    r"(?:from|of) a (?:different|previous|prior|separate) (?:loss|claim|event|leak|storm)",
    r"deferred maintenance",
    r"existing (?:damage|cracks?|stains?|condition)",
    r"for (?:\w+ ){0,3}(?:years|months|decades|ages)",
    r"(?:is|was|are|were|looks?|being) (?:very |quite |pretty |all )?old(?=\W*(?:$|[,.;(]|and|per|according|from|but))",
    r"(?:was|were|been) (?:\w+ing|loose|missing|gone|open|out|bad|like that|that way) before(?! (?:we|the crew|demo))",
    r"already (?:\w+(?:ed|en|ing) )(?:from|before|when|prior|by)",
    r"(?:before|when|since|until) (?:we|they|he|she|i|the \w+) (?:bought|moved in|purchased|owned|rented|took over)",
    r"(?:at|since|from|before) (?:the )?(?:last|previous|prior) (?:turnover|tenant|owner|inspection|tenancy|remodel)",
    r"chronic|ongoing (?:leak|issue|problem|seepage)",
    r"termites?|carpenter ants?|dry rot",
    r"age-? ?related|normal wear|worn out|settling",
    r"(?:another|other|separate|older) cause",
)
"""Damage before this loss, or from another cause."""

OTHER_PROPERTY: tuple[str, ...] = (
    r"neighbou?r(?:s|'s|s'|ing)?",
    r"belong(?:s|ing)? to(?! (?:the |our |named )*(?:insured|policyholder|homeowner|customer|client))",
    r"not ours",
    r"isn't ours",
    r"not our (?:insured|customer|client)",
    r"(?:someone|somebody) else's",
    r"other (?:tenant|owner|unit|party)(?:'s|s)?",
    (
        r"(?:downstairs|upstairs|adjacent|adjoining|next-?door|lower|upper) (?:owner|tenant|unit|neighbor"
        r"|condo|apartment)(?:'s|s)?"
    ),
    r"unit (?:below|above|next door)",
    r"next door",
    r"(?:under|below|beneath|above) us",
    r"unit \w+ (?:below|above|beneath)",
    r"separate (?:tenant|owner|policy|insured)",
    r"(?:its|their|his|her) own (?:claim|policy|insur\w+|carrier|adjuster|contractor)",
    r"their (?:\w+ )?(?:policy|insur\w+|expense|carrier|responsibility|claim|dime)",
    r"hoa'?s? (?:owns|property|owned|responsib\w+|to|will|handles?|claim|policy|master)",
    r"(?:owned|belonging) by(?! the insured)",
    (
        r"(?:property|responsibility) of (?:the )?(?:landlord|hoa|association|city|tenant|condo|building"
        r"|neighbor|utility)"
    ),
    r"condo association",
    r"(?:association|building)'s",
    r"common (?:element|area|wall)s?(?: \w+)? (?:is|are|belong)",
    (
        r"(?:landlord|tenant|renter|roommate|lodger)'s"
        r"(?! (?:kitchen|bed|bath|living|dining|hall|closet|office|unit|apartment|suite|room|den|basement)\w*)"
    ),
    r"(?:tenant|renter|landlord) (?:owns|owned)",
    r"city's",
    r"municipal",
    r"rental (?:unit|company)'s",
    (
        r"(?:\w+ ?=|is|are|belongs? to|falls? (?:on|to)|up to) (?:on |with )?(?:the |their |his |her )?"
        r"(?:landlord|hoa|association|city|county|municipality|utility|tenant|lessor|lessee|building owner|building)"
        r"(?:'s)?(?: (?:side|problem|responsibility|issue|property|scope))?(?=\W*(?:$|[,.;]))"
    ),
    r"(?:landlord|tenant|hoa|association|neighbor|city|building)(?:'s)? (?:side|problem|responsibility|property)",
    r"(?:leased|rented) (?:from|equipment|unit|by)",
    r"(?:tenant|landlord|hoa|neighbor|city|owner|utility|association|building)s? (?:is|are) responsible",
)
"""Damage to what is not the insured's."""

EXCLUDED_WORK: tuple[str, ...] = (
    rf"{_PERSON} (?:had|has|have) (?:already |since )\w+",
    r"not (?:owed|payable|allowed|reimbursable)",
    r"by (?:an? )?independent \w+",
    r"by (?:the |an? )?(?:[\w']+ )?(?:vendor|contractor|company|specialist|crew of|service|guy|installer)",
    (
        r"(?:tree|pest|sprinkler|utility|oil|gas|power|cable|moving|cleaning|security|alarm|elevator|glass|fence|roofing"
        r"|plumbing|electrical|hvac|pool|appliance|drain|septic|chimney|fire|water|insurance) "
        r"(?:svc|service|services|company|co|contractor|guys?|people|dept|department)"
    ),
    r"(?:they|he|she|who|vendor|company|contractor|plumber|electrician|roofer) (?:bills?|invoices?|will bill)",
    (
        r"(?:bills?|billed|billing|invoic\w+|paid|pays|charged?)"
        r" (?:(?:to|by|the|insured|owner|carrier|customer) ){0,3}direct(?:ly)?"
    ),
    r"(?:home |manufacturer'?s? |builder'?s? |product )?warranty",
    r"service (?:contract|agreement|plan)",
    r"not (?:on|in|for|under|with|through) (?:the|this|our) (?:claim|loss|policy|job|bid|estimate|scope)",
    r"not (?:us|ours?|mine)(?=\W*(?:$|[,.;]))",
    (
        r"(?:won't|will not|can't|cannot|doesn't|does not|shouldn't|should not)"
        r" (?:go|be|belong|count|come) (?:\w+ )?(?:in|on|to|under|part)"
    ),
    r"(?:an? |is |are |as )(?:upgrades?|improvements?|betterments?|code upgrade)",
    r"upgrades? (?:is|are|not|by|at|paid)",
    (
        r"(?:is|are|goes|falls) on (?:her|him|them|the (?:owner|insured|customer|homeowner|landlord|tenant))"
        r"(?=\W*(?:$|[,.;]))"
    ),
    rf"{_PERSON} (?:is |are |will be |will )?(?:pay\w*|cover\w*) (?:for )?(?:it|this|that|them|these|those|the)",
    r"(?:pays?|paying|paid) (?:for )?(?:it|this|that|them)? ?(?:himself|herself|themselves|out of pocket)",
    r"(?:his|her|their|my|own) (?:own )?(?:expense|cost|dime|pocket)",
    (
        r"(?:his|her|their) own (?:\w+ )?(?:cleaner|contractor|vendor|guy|plumber|electrician|roofer|painter|crew"
        r"|company|people)"
    ),
    r"no (?:allowance|charge|coverage)",
    r"not (?:priced|quoted|estimated|bid|allowed for|sold|ordered)",
    r"(?:don't|do not|didn't|did not) (?:touch|move|remove|replace|clean|demo|paint|price|bid|charge)",
    r"hands off",
    (
        rf"{_PERSON} (?:had|has|have|got|gets|getting) (?:the|his|her|their|that|it|this)"
        r" (?:\w+ ){0,3}?(?:\w+ed|done|redone|rebuilt|torn)"
    ),
    (
        r"(?:will not|won't|would not|wouldn't|does not|doesn't|not going to|cannot|can't)"
        r" (?:pay|cover|approve|allow|reimburse|authorize)"
    ),
    (
        r"(?:electricians?|plumbers?|roofers?|landlord|movers?) (?:already |since |then )?"
        r"(?:replaced|repaired|fixed|installed|capped|changed|rebuilt|rewired|swapped|handled|did|removed)"
    ),
    (
        r"(?:owner|homeowner|h/?o|insured|customer|client|tenant|landlord|policyholder|family|husband|wife|maintenance"
        r"|(?:previous|prior|other|another|first|original) (?:contractor|company|vendor|crew))"
        r" (?:already |since |then |just )?(?:removed|replaced|painted|tore|pulled|ripped|cut|cleaned|repaired|fixed"
        r"|installed|hired|hauled|threw|tossed|demoed|dried|extracted|mopped|vacuumed)"
    ),
    r"separate (?:job|contract|project|invoice|estimate|bid|scope)",
    (
        rf"{_PERSON} (?:is|are|was|will be)"
        r" (?:having (?:his|her|their|an?|the|someone|somebody)|hiring|handling|arranging)"
    ),
    r"(?:brother|sister|father|mother|son|uncle)(?:-in-law)? (?:will|is|has|can)",
    r"(?:nephew|cousin|friend|buddy|relative|neighbor) (?:will|is|to|has|can|did)",
    r"(?:condo|association|hoa|master|blanket|tenant'?s?|renter'?s?)(?:'s)? (?:master )?policy",
    r"(?:do|does|will|did) not owe",
    r"(?:maintenance|management|building|association) (?:is |will |to |staff )?(?:handl\w+|repair\w*"
    r"|fix\w*|do\w*|replac\w*)",
    r"(?:delete|strike|drop|cancel) (?:the|all|any)",
    r"exclud\w+",
    r"exclusions?",
    (
        r"(?:not|isn't|aren't|nor|never) (?:be |being |to be )?(?:included|in (?:the |our "
        r"|this )?(?:scope|estimate)|part of (?:the |our |this )?(?:scope|job|work|estimate)|covered"
        r"|scoped|approved|authorized|billed|billable|claimed)"
    ),
    r"out(?:side)? (?:of )?(?:the |our )?scope",
    (
        rf"(?:done|performed|handled|completed|supplied|provided|replaced|repaired|painted|installed"
        rf"|removed)? ?\bby (?:the |an? |his |her |their |our )?{_TRADE}\b(?! (?:request|approval"
        rf"|permission))"
    ),
    (
        rf"(?:{_PERSON}|electricians?|plumbers?|roofers?|contractors?)(?:'s \w+)? (?:will|is|are|to"
        rf"|wants? to|prefers? to|plans? to|is going to|has elected to|elected to|opted to|would rather"
        rf"|doing|did|already|has)(?: (?:be|be doing|do|going to|have|get|their|his|her|own"
        rf"|just))* (?!(?:approv|authoriz|sign|request|ask|report|state|confirm|agree|want us|like us"
        rf"|not))(?:\w+ )?(?:do|doing|did|paint\w*|replac\w+|repair\w*|handl\w+|remov\w+|keep\w*"
        rf"|install\w*|clean\w*|hir\w+|mov\w+|pack\w*|tak\w+ care|take|haul\w*|buy\w*|suppl\w+|purchas\w+"
        rf"|fix\w*|source\w*|wash\w*|refinish\w*|self|hang|lay|finish|demo|pull|carry|dispos\w*|drywall"
        rf"|stain|tile|coordinat\w*|arrang\w*|perform\w*|complet\w*|put|re-?do|rebuild|restore|address)"
    ),
    r"self-?perform\w*",
    r"declin\w+",
    r"refus\w+",
    r"waived?",
    r"omit\w*",
    r"do(?:es)? not (?:include|scope|want)",
    r"don't (?:include|scope|want)",
    r"leave (?:it|that|this|them|those|these) out",
    r"leave (?:it|that|this|them|those|these) (?:alone|as is|be|off)",
    r"leave out",
    r"left out",
    r"leave off",
    r"(?:to|will|can|may) (?:stay|remain)\b",
    r"stays?\b(?=$|[,.;]| (?:in place|as|put|down))",
    r"leave (?:\w+ ){1,4}?(?:in place|as is|alone)",
    r"left in place",
    r"left alone",
    r"no action",
    r"not (?:needed|required|necessary|warranted)",
    r"no need (?:to|for)",
    r"no (?:\w+ ){1,3}(?:needed|required|necessary|warranted)",
    r"does(?:n't| not) need",
    r"do(?:n't| not) need",
    r"not ours to",
    r"not our (?:scope|work|responsibility|job)",
    r"skip (?:the|all|any)",
    r"nixed",
    r"scratch (?:the|that)",
    r"cancel\w*",
    r"wear and tear",
    r"n\.i\.c\.?",
    r"\bnic\b",
    r"no (?:work|demo|removal) (?:in|to|on|for|of)?",
    r"denied",
    r"not authorised",
    r"ignore",
)
"""Work that is excluded, declined, denied, done by others or not done."""

NOT_STATED: tuple[str, ...] = (
    r"if",
    r"unless",
    r"in case",
    r"in the event",
    r"whether",
    r"depending on",
    r"provided that",
    r"may(?! \d)",
    r"might",
    r"could (?:need|be|require)",
    r"possibl[ey]",
    r"potential(?:ly)?",
    r"maybe",
    r"perhaps",
    r"let (?:me|us) know",
    r"not sure",
    r"undecided",
    r"to be determined",
    r"tbd",
    r"will (?:re-?)?(?:check|evaluate|assess|determine|see|decide|inspect)",
    r"not (?:affected|damaged|touched|wet|impacted)",
    r"unaffected",
    r"undamaged",
    r"did(?:n't| not) (?:touch|affect|reach|get)",
    r"no (?:\w+ ){0,3}?(?:damage|damaged|affected)",
    r"(?:not|never) been",
    r"salvageable as is",
    r"wants? to know",
    r"(?:asked|asking|asks|inquired|wondering|wonders|wondered) (?:about|for|if|whether)",
    r"(?:needs?|have|has) to (?:be )?(?:check|look|verify|confirm|see|find|decid|determin|evaluat|inspect)\w*",
    r"(?:consider|considering|considered)",
    r"keep an eye",
    r"(?:pending|subject to|contingent|once approved|upon approval|when approved)",
    r"(?:when|where) (?:needed|required|necessary)",
    r"(?:probably|likely|could|may|might) (?:also |still |later )?(?:need|require|have to|want|go)",
    r"(?:would|could) (?:need|be|require|have|like)",
    r"(?:later|tomorrow|next (?:visit|week|trip)) (?:if|unless|depending|maybe)",
    r"thinking (?:about|of)",
    r"on hold|(?:holding|hold|put) off",
    r"(?:postponed|deferred|delayed|undetermined|unknown (?:if|whether))",
    r"(?:until|till|after|once|when) (?:\w+ ){0,3}?(?:results?|lab|clearance|testing)",
    r"(?:once|when|until|after|till) (?:\w+ ){0,4}?(?:approves?|approval|agrees?|signs|accepts?|authorizes?|confirms?)",
)
"""Conditions, questions and possibilities, and what was not affected: the clause states nothing."""
