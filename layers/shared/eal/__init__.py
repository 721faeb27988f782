"""The platform's one shared package. docs/architecture.md says which part may import which."""

import gc
import os
from typing import Literal

from eal.core import stored_dataclasses

# Before the first dataclass is made.
stored_dataclasses.use(f"{__path__[0]}/../{stored_dataclasses.FOLDER}")

_usual = gc.get_threshold()


def _settle(phase: Literal["start", "stop"], _info: object) -> None:
    if phase == "stop":
        gc.callbacks.remove(_settle)
        gc.freeze()
        gc.set_threshold(*_usual)


# A cold start makes about 100,000 objects that stay: to look for garbage among them costs a tenth of it and finds none.
# So the first collection comes late; what is there then is never looked at again, and collecting goes on as usual.
# Only in Lambda's own process: in a test's or a tool's, the collector is not ours to change.
if "AWS_LAMBDA_RUNTIME_API" in os.environ:
    gc.set_threshold(200_000)
    gc.callbacks.append(_settle)
