"""What is asked for, and whose it is."""

from __future__ import annotations

from eal.ai.engines.embedded.language.cues import cue

WANTS = (
    cue(
        "request",
        1,
        r"""
        (?:i|we) (?:\w+ )?(?:need|want|wanted|would like|would love|am looking|are looking|was looking
        |was wondering|was hoping|got to have|have to get)
        (?:can|could|would|will|do) (?:you|someone|somebody|yall|anybody|anyone) (?:\w+ ){0,3}?(?:come|send
        |help|get|take a look|look|do|handle|out|fix|clean|give|call|schedule|remove|dry|check|test|provide
        |offer|install|wash|repair|replace|paint|build|haul|pick|deliver|sell)
        (?:need|needs) (?:\w+ ){0,3}?(?:someone|somebody|help|a crew|an estimate|estimate|inspection|cleanup
        |quote|a quote|to get)
        (?:send|get) (?:someone|somebody|a crew|a team|a truck|anybody|people|help|your guys)
        please (?:call|send|come|help|give)
        (?:call|give) me (?:a call )?back
        looking (?:for|to)
        asap
        how (?:soon|fast|quick|quickly) can
        help
        """,
    ),
    cue(
        "other_company",
        3,
        r"""
        your competitor
        (?:by|from|with|had) (?:another|a different|the other|some other|one) (?:\w+ )?(?:company|outfit
        |contractor|crew|firm|place|guy|outfits)
        (?:another|a different|the other|some other|other|mitigation|drying|cleanup|previous|first
        |last) (?:\w+ )?(?:company|outfit|contractor|crew|firm) (?:\w+ ){0,4}?(?:did|dried|came|cleaned
        |ripped|tore|demoed|finished|handled|removed|gutted|has|already|left|took|bailed|quit|walked|wont
        |doesnt|dont|cant)
        (?:somebody|someone) else (?:did|dried|cleaned|handled|came)
        (?:volunteers?|church group|family) (?:\w+ ){0,3}?(?:mucked|gutted|tore|ripped|cleaned)
        """,
    ),
    cue(
        "no_loss",
        3,
        r"""
        (?:dont|havent|do not|have not|didnt|hasnt) (?:\w+ )?(?:have|had|got|has) (?:\w+ )?(?:one
        |any damage|any losses?|a loss|a leak|a flood|damage|anything|an? (?:active )?(?:claim|loss))
        (?:nothing|no damage|hasnt|it hasnt) (?:\w+ )?(?:happened|is wrong|s wrong|wrong|now|yet|right now)
        nothing s wrong
        no (?:active |current )?(?:damage|loss)
        """,
        by_sentence=True,
    ),
    cue(
        "asks_for",
        1,
        r"""
        (?:do|can|could|would|does) (?:you|yall|your company|anyone|someone|somebody)
        (?:is|are) (?:that|this|you guys|you) (?:something|able)
        """,
    ),
    cue(
        "owned",
        1,
        r"""
        (?:my|our) (?:\w+ ){0,3}?(?:house|home|basement|kitchen|bathroom|bedroom|garage|ceiling|floor|floors
        |carpet|property|place|building|store|restaurant|office|condo|apartment|unit|crawl ?space|attic|roof
        |living room|rental|duplex|townhouse|business|shop|clinic|salon|church|warehouse|toilet|dishwasher
        |washer|washing machine|water heater|sump pump|pipe|pipes|neighbor|mom|mother|moms|dad|dads|parents
        |daughter|son|grandmother|tenant|tenants|client|customer|insured|school|motel|hotel|gym|daycare
        |walls?|laundry room|wife|husband|closet|sink|shower|hallway|trailer|cabin|deck|shed|furnace|boiler
        |bar)
        (?:we|i) (?:\w+ )?(?:have|had|got|found|woke up|came home|noticed|walked in|discovered|came back|see
        |smell)
        (?:i|we) (?:\w+ )?(?:own|manage|bought)
        the (?:basement|kitchen|bathroom|bedroom|ceiling|house|unit|apartment|building|upstairs|downstairs
        |garage|attic|property|homeowner|insured|roof|lobby|store)
        theres
        """,
    ),
    cue(
        "referral",
        3,
        r"""
        (?:i am|this is|its) (?:\w+ ){0,6}?(?:a |the )?(?:plumber|plumbing|adjuster|insurance agent
        |claims? (?:rep|adjuster|representative)|property manager|realtor|hvac|roofer|roofing|electrician
        |public adjuster|facilities|superintendent|contractor)
        (?:plumbing|heating|roofing|mutual|insurance|realty|property management|claims|drain|rooter
        |restoration) (?:\w+ ){0,4}?(?:calling|here|i have|i am|and i|we have|got)
        (?:at|have|with|got|for) (?:an?|my|our|the|one of our) (?:\w+ )?(?:customers?|homeowners?|insured
        |insureds|policyholders?|clients?|residents?) (?:house|home|here|of mine|of ours|who|that|with|whose
        |has|had|needs|at|on|in)
        (?:insured is|insureds? (?:name|address|number|phone)|date of loss|cause of loss)
        new (?:\w+ )?(?:assignment|loss|claim|job|referral|one) (?:\w+ )?(?:for you|to (?:send|give|assign
        |refer))
        (?:i|we) (?:\w+ )?(?:have|got) (?:an?|another) (?:\w+ ){0,3}?(?:loss|referral|assignment) (?:for|to
        |at)
        (?:assign|assigning|assignment|refer|referring|referral|dispatch a loss|new loss|loss assignment
        |pass(?:ing)? (?:along|on) a)
        """,
    ),
)
