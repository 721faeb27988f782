"""One request to Bedrock's Converse: a total deadline, retries by the class of the error, and what the reply says.

Sources: Bedrock's API reference, Converse; its user guide, "Call a tool with the Converse API".
"""

from __future__ import annotations

import random
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from eal.ai.engines.bedrock.models import Usage
from eal.core import aws, observe

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from eal.core.json import Json

_MAX_TRIES = 3
_MIN_SECONDS = 1.0
"""A try with less time than this before the deadline is not made: models answer in one to four seconds."""
_RETRIED = {
    "ThrottlingException": "bedrock_throttled",
    "ModelNotReadyException": "bedrock_unavailable",
    "ModelTimeoutException": "bedrock_timed_out",
    "ModelErrorException": "bedrock_unavailable",
    "ServiceUnavailableException": "bedrock_unavailable",
    "InternalServerException": "bedrock_unavailable",
}
"""Errors that another try may not have, with the reason if it has."""

pause = time.sleep
"""Replaced by tests, which do not wait."""


class ConverseFailed(Exception):
    """Raised if there is no reply. `reason` is a slug.

    `charge_is_known`: an error is free. If no response came, the model may have worked, and nobody knows the tokens.
    """

    def __init__(self, reason: str, *, charge_is_known: bool = True) -> None:
        super().__init__(reason)
        self.reason = reason
        self.charge_is_known = charge_is_known


@dataclass(frozen=True, slots=True)
class ModelReply:
    """`content` are the blocks of the message, as in the API."""

    content: Sequence[Mapping[str, Json]]
    stop_reason: str
    usage: Usage


def send(request: Mapping[str, Json], deadline: float) -> ModelReply:
    """The model's reply. `deadline` is on the clock of `time.monotonic`.

    Raises: ConverseFailed.
    """
    reason = "bedrock_timed_out"
    for number in range(_MAX_TRIES):
        if deadline - time.monotonic() < _MIN_SECONDS:
            break
        try:
            return _reply(_converse(request, deadline - time.monotonic()))
        except aws.Refused as fault:
            if fault.code not in _RETRIED:
                # Our request, grants or configuration are wrong. The message is not logged: it can quote the request.
                observe.logger.error("bedrock_rejected", code=fault.code)
                raise ConverseFailed("bedrock_rejected") from None
            reason = _RETRIED[fault.code]
        except aws.NotConnected:
            reason = "bedrock_unavailable"
        except TimeoutError:
            raise ConverseFailed("bedrock_timed_out", charge_is_known=False) from None
        except aws.Unreachable as fault:
            observe.logger.warning("bedrock_unavailable", fault=str(fault))
            raise ConverseFailed("bedrock_unavailable", charge_is_known=False) from None
        pause(random.uniform(0.1, 0.4) * 2**number)  # noqa: S311 - no secret is made of it
    raise ConverseFailed(reason)


def _converse(request: Mapping[str, Json], seconds: float) -> Mapping[str, Json]:
    """The response, if it is complete within `seconds`. Raises: TimeoutError, aws.Refused, aws.Unreachable.

    A read timeout bounds the wait for each packet and not for the response. A thread that exceeds the deadline is left
    to end by that read timeout.
    """
    pool = ThreadPoolExecutor(1)
    try:
        return pool.submit(lambda: aws.bedrock_runtime().converse(**request)).result(seconds)
    finally:
        pool.shutdown(wait=False)


def _reply(response: Mapping[str, Json]) -> ModelReply:
    output = cast("Mapping[str, Mapping[str, Json]]", response["output"])
    usage = cast("Mapping[str, int]", response["usage"])
    return ModelReply(
        content=cast("Sequence[Mapping[str, Json]]", output.get("message", {}).get("content", [])),
        stop_reason=cast("str", response["stopReason"]),
        usage=Usage(
            input=usage["inputTokens"],
            output=usage["outputTokens"],
            cache_read=usage.get("cacheReadInputTokens", 0),
            cache_write=usage.get("cacheWriteInputTokens", 0),
        ),
    )
