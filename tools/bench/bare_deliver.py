"""The bare loop that `deliver` compares with our worker: it signs each body and posts it with the same HTTP client."""

import json
import time
from pathlib import Path
from typing import Any

from eal.core import signing
from eal.core.outbound import sender
from eal.core.outbound.address import Target

parameters = json.loads(Path(__file__).with_name("parameters.json").read_text())
target = Target(
    scheme="http", host="127.0.0.1", port=parameters["port"], path="/hooks", addresses=("127.0.0.1",)
)
body = parameters["body"].encode()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Send one request for each record of the event."""
    for _ in event["Records"]:
        headers = signing.headers([parameters["secret"]], parameters["id"], int(time.time()), body)
        if sender.post(target, body, headers).status_code != 200:
            raise RuntimeError("the receiver did not return 200")
    return {"batchItemFailures": []}
