"""The words of the trade, by what they speak for.

Weights: 1 mentions the subject, 2 points to it, 3 and more says it. `families_of_…` hold the cues that need several
kinds of words near each other, `vocabulary` single words for when nothing else was heard; the others phrases.
"""

from eal.ai.engines.rules.lexicon.callers import CALLER
from eal.ai.engines.rules.lexicon.families_of_callers import CALLER_FAMILIES
from eal.ai.engines.rules.lexicon.families_of_losses import LOSS_FAMILIES
from eal.ai.engines.rules.lexicon.losses import LOSS
from eal.ai.engines.rules.lexicon.standing import STANDING
from eal.ai.engines.rules.lexicon.strangers import STRANGERS
from eal.ai.engines.rules.lexicon.urgency import URGENCY
from eal.ai.engines.rules.lexicon.wants import WANTS

ALL = LOSS + LOSS_FAMILIES + CALLER_FAMILIES + CALLER + STRANGERS + WANTS + URGENCY + STANDING

__all__ = ["ALL"]
