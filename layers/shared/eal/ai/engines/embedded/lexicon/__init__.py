"""The cues, by subject.

Weights: 1 mentions the subject, 2 points to it, 3 and more states it. `co_occurrence_…` hold the cues that need several
classes of words near each other, `hint_words` single words for calls in which no cue says the subject outright; the
other modules hold phrases.

A phrase is one raw string on its own line. If it does not fit, `phrase` takes its steps, one a line, with a tuple for a
long group of alternatives. `words` joins a class of words. The order of alternatives matters: the first that matches
is the mention.
"""

from eal.ai.engines.embedded.lexicon.authority import AUTHORITY
from eal.ai.engines.embedded.lexicon.callers import CALLERS
from eal.ai.engines.embedded.lexicon.co_occurrence_callers import CALLER_CO_OCCURRENCES
from eal.ai.engines.embedded.lexicon.co_occurrence_losses import LOSS_CO_OCCURRENCES
from eal.ai.engines.embedded.lexicon.losses import LOSSES
from eal.ai.engines.embedded.lexicon.requests import REQUESTS
from eal.ai.engines.embedded.lexicon.solicitations import SOLICITATIONS
from eal.ai.engines.embedded.lexicon.urgency import URGENCY

ALL = (
    LOSSES
    + LOSS_CO_OCCURRENCES
    + CALLER_CO_OCCURRENCES
    + CALLERS
    + SOLICITATIONS
    + REQUESTS
    + URGENCY
    + AUTHORITY
)

__all__ = ["ALL"]
