"""Cues for requests, for the owner of the loss, and for referrals."""

from __future__ import annotations

from eal.ai.engines.embedded.language.cues import cue, phrase
from eal.ai.engines.embedded.signals import Signal

REQUESTS = (
    cue(
        Signal.REQUEST,
        1,
        phrase(
            r"(?:i|we) (?:\w+ )?",
            (
                r"need|want|wanted|would like|would love|am looking|are looking",
                r"was looking|was wondering|was hoping|got to have|have to get",
            ),
        ),
        phrase(
            r"(?:can|could|would|will|do) (?:you|someone|somebody|yall|anybody|anyone) (?:\w+ ){0,3}?",
            (
                r"come|send|help|get|take a look|look|do|handle|out|fix|clean|give|call|schedule|remove|dry",
                r"check|test|provide|offer|install|wash|repair|replace|paint|build|haul|pick|deliver|sell",
            ),
        ),
        phrase(
            r"(?:need|needs) (?:\w+ ){0,3}?",
            r"(?:someone|somebody|help|a crew|an estimate|estimate|inspection|cleanup|quote|a quote|to get)",
        ),
        r"(?:send|get) (?:someone|somebody|a crew|a team|a truck|anybody|people|help|your guys)",
        r"please (?:call|send|come|help|give)",
        r"(?:call|give) me (?:a call )?back",
        r"looking (?:for|to)",
        r"asap",
        r"how (?:soon|fast|quick|quickly) can",
        r"help",
    ),
    cue(
        Signal.OTHER_COMPANY,
        3,
        r"your competitor",
        phrase(
            r"(?:by|from|with|had) (?:another|a different|the other|some other|one) (?:\w+ )?",
            r"(?:company|outfit|contractor|crew|firm|place|guy|outfits)",
        ),
        phrase(
            (
                r"another|a different|the other|some other|other",
                r"mitigation|drying|cleanup|previous|first|last",
            ),
            r" (?:\w+ )?(?:company|outfit|contractor|crew|firm) (?:\w+ ){0,4}?",
            (
                r"did|dried|came|cleaned|ripped|tore|demoed|finished|handled|removed",
                r"gutted|has|already|left|took|bailed|quit|walked|wont|doesnt|dont|cant",
            ),
        ),
        r"(?:somebody|someone) else (?:did|dried|cleaned|handled|came)",
        r"(?:volunteers?|church group|family) (?:\w+ ){0,3}?(?:mucked|gutted|tore|ripped|cleaned)",
    ),
    cue(
        Signal.NO_LOSS,
        3,
        phrase(
            r"(?:dont|havent|do not|have not|didnt|hasnt) (?:\w+ )?(?:have|had|got|has) (?:\w+ )?",
            (
                r"one|any damage|any losses?|a loss|a leak|a flood",
                r"damage|anything|an? (?:active )?(?:claim|loss)",
            ),
        ),
        phrase(
            r"(?:nothing|no damage|hasnt|it hasnt) (?:\w+ )?",
            r"(?:happened|is wrong|s wrong|wrong|now|yet|right now)",
        ),
        r"nothing s wrong",
        r"no (?:active |current )?(?:damage|loss)",
        by_sentence=True,
    ),
    cue(
        Signal.ASKS_FOR,
        1,
        r"(?:do|can|could|would|does) (?:you|yall|your company|anyone|someone|somebody)",
        r"(?:is|are) (?:that|this|you guys|you) (?:something|able)",
    ),
    cue(
        Signal.OWNED,
        1,
        phrase(
            r"(?:my|our) (?:\w+ ){0,3}?",
            (
                r"house|home|basement|kitchen|bathroom|bedroom|garage|ceiling|floor|floors|carpet",
                r"property|place|building|store|restaurant|office|condo|apartment|unit|crawl ?space",
                r"attic|roof|living room|rental|duplex|townhouse|business|shop|clinic|salon|church",
                r"warehouse|toilet|dishwasher|washer|washing machine|water heater|sump pump|pipe",
                r"pipes|neighbor|mom|mother|moms|dad|dads|parents|daughter|son|grandmother|tenant",
                r"tenants|client|customer|insured|school|motel|hotel|gym|daycare|walls?|laundry room",
                r"wife|husband|closet|sink|shower|hallway|trailer|cabin|deck|shed|furnace|boiler|bar",
            ),
        ),
        phrase(
            r"(?:we|i) (?:\w+ )?",
            r"(?:have|had|got|found|woke up|came home|noticed|walked in|discovered|came back|see|smell)",
        ),
        r"(?:i|we) (?:\w+ )?(?:own|manage|bought)",
        phrase(
            r"the ",
            (
                r"basement|kitchen|bathroom|bedroom|ceiling|house|unit|apartment|building",
                r"upstairs|downstairs|garage|attic|property|homeowner|insured|roof|lobby|store",
            ),
        ),
        r"theres",
    ),
    cue(
        Signal.REFERRAL,
        3,
        phrase(
            r"(?:i am|this is|its) (?:\w+ ){0,6}?(?:a |the )?",
            (
                r"plumber|plumbing|adjuster|insurance agent",
                r"claims? (?:rep|adjuster|representative)|property manager|realtor|hvac|roofer",
                r"roofing|electrician|public adjuster|facilities|superintendent|contractor",
            ),
        ),
        phrase(
            (
                r"plumbing|heating|roofing|mutual|insurance|realty",
                r"property management|claims|drain|rooter|restoration",
            ),
            r" (?:\w+ ){0,4}?(?:calling|here|i have|i am|and i|we have|got)",
        ),
        phrase(
            r"(?:at|have|with|got|for) (?:an?|my|our|the|one of our) (?:\w+ )?",
            r"(?:customers?|homeowners?|insured|insureds|policyholders?|clients?|residents?) ",
            r"(?:house|home|here|of mine|of ours|who|that|with|whose|has|had|needs|at|on|in)",
        ),
        r"(?:insured is|insureds? (?:name|address|number|phone)|date of loss|cause of loss)",
        phrase(
            r"new (?:\w+ )?(?:assignment|loss|claim|job|referral|one) (?:\w+ )?",
            r"(?:for you|to (?:send|give|assign|refer))",
        ),
        phrase(
            r"(?:i|we) (?:\w+ )?(?:have|got) (?:an?|another) (?:\w+ ){0,3}?(?:loss|referral|assignment) ",
            r"(?:for|to|at)",
        ),
        phrase(
            (
                r"assign|assigning|assignment|refer|referring|referral|dispatch a loss",
                r"new loss|loss assignment|pass(?:ing)? (?:along|on) a",
            ),
        ),
    ),
)
