"""The words of the trade, by what they speak for.

Weights: 1 mentions the subject, 2 points to it, 3 and more says it. `co_occurrence_…` hold the cues that need several
kinds of words near each other, `hint_words` single words for calls in which nothing was said outright; the others
phrases.
"""

from eal.ai.engines.embedded.lexicon.authority import STANDING
from eal.ai.engines.embedded.lexicon.callers import CALLER
from eal.ai.engines.embedded.lexicon.co_occurrence_callers import CALLER_FAMILIES
from eal.ai.engines.embedded.lexicon.co_occurrence_losses import LOSS_FAMILIES
from eal.ai.engines.embedded.lexicon.losses import LOSS
from eal.ai.engines.embedded.lexicon.requests import WANTS
from eal.ai.engines.embedded.lexicon.solicitations import STRANGERS
from eal.ai.engines.embedded.lexicon.urgency import URGENCY

ALL = LOSS + LOSS_FAMILIES + CALLER_FAMILIES + CALLER + STRANGERS + WANTS + URGENCY + STANDING

__all__ = ["ALL"]
