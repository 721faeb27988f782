"""The bare handler that `warm` compares ours with: it is run as an app.py, with the calls to make beside it."""

import json
import re
from pathlib import Path
from typing import Any

import botocore.session
from botocore.config import Config

CONFIG = Config(
    connect_timeout=1,
    read_timeout=5,
    retries={"mode": "standard", "total_max_attempts": 3},
    tcp_keepalive=True,
    max_pool_connections=16,
    parameter_validation=False,
)
client: Any = botocore.session.get_session().create_client("dynamodb", config=CONFIG)
calls = [
    (getattr(client, re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower()), arguments)
    for operation, arguments in json.loads(Path(__file__).with_name("calls.json").read_text())
]


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Make the calls, and answer with what the last one found, or with what was sent."""
    sent = json.loads(event["body"]) if event.get("body") else None
    answer: dict[str, Any] = {}
    for call, arguments in calls:
        answer = call(**arguments)
    if "Items" in answer:
        shown: Any = {"data": [_plain({"M": item}) for item in answer["Items"]], "next_cursor": None}
    elif "Item" in answer:
        shown = _plain({"M": answer["Item"]})
    else:
        shown = sent
    return {
        "statusCode": 200,
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps(shown, separators=(",", ":")),
    }


def _plain(attribute: dict[str, Any]) -> Any:
    ((kind, value),) = attribute.items()
    if kind == "M":
        return {name: _plain(member) for name, member in value.items()}
    if kind == "L":
        return [_plain(member) for member in value]
    return float(value) if kind == "N" else value
