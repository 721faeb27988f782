"""The bare handler that `warm` compares with ours. It is deployed as program.py, next to bare.json with its AWS calls.

`client` there is `botocore`, for a client of the same settings, or `eal`, for our own client of AWS.
"""

import json
import re
from pathlib import Path
from typing import Any

import botocore.session
from botocore.config import Config

from eal.core import aws

CONFIG = Config(
    connect_timeout=1,
    read_timeout=5,
    retries={"mode": "standard", "total_max_attempts": 3},
    tcp_keepalive=True,
    max_pool_connections=16,
    parameter_validation=False,
)
bare = json.loads(Path(__file__).with_name("bare.json").read_text())
client: Any = (
    aws.dynamodb()
    if bare["client"] == "eal"
    else botocore.session.get_session().create_client("dynamodb", config=CONFIG)
)
calls = [
    (getattr(client, re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower()), arguments)
    for operation, arguments in bare["calls"]
]


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Make the calls. Returns the items of the last call, or the body of the request if there are none."""
    body = json.loads(event["body"]) if event.get("body") else None
    response: dict[str, Any] = {}
    for call, arguments in calls:
        response = call(**arguments)
    if "Items" in response:
        view: Any = {"data": [_plain({"M": item}) for item in response["Items"]], "next_cursor": None}
    elif "Item" in response:
        view = _plain({"M": response["Item"]})
    else:
        view = body
    return {
        "statusCode": 200,
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps(view, separators=(",", ":")),
    }


def _plain(attribute: dict[str, Any]) -> Any:
    ((kind, value),) = attribute.items()
    if kind == "M":
        return {name: _plain(member) for name, member in value.items()}
    if kind == "L":
        return [_plain(member) for member in value]
    return float(value) if kind == "N" else value
