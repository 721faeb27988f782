"""The events that customers receive: the `webhooks` of the document."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from eal.core.events.catalogue import CATALOGUE
from tools.openapi import event_examples
from tools.openapi.parameters import header_parameter
from tools.openapi.schemas import EVENT_DATA, JSON, REF

if TYPE_CHECKING:
    from tools.openapi.schemas import Node, Schemas


def schemas(envelope: Node, models: Schemas) -> dict[str, Node]:
    """A schema for each event type, and EventView for any of them."""
    fields = envelope["properties"]
    references = {name: REF.format(model=_schema_name(name)) for name in CATALOGUE}
    by_name = {
        _schema_name(name): {
            **envelope,
            "title": _schema_name(name),
            "description": meaning,
            "properties": {
                **fields,
                "type": {**fields["type"], "const": name},
                "data": models[EVENT_DATA.get(name) or EVENT_DATA[name.rpartition(".")[0]], "serialization"],
            },
        }
        for name, meaning in CATALOGUE.items()
    }
    return by_name | {
        "EventView": {
            "title": "EventView",
            "description": envelope["description"],
            "oneOf": [{"$ref": reference} for reference in references.values()],
            "discriminator": {"propertyName": "type", "mapping": references},
        }
    }


def _schema_name(event_type: str) -> str:
    """The name of the schema, such as `LeadCreatedEvent`. The suffix is not repeated if the type ends with `event`."""
    return (
        "".join(part.capitalize() for part in re.split(r"[._]", event_type)).removesuffix("Event") + "Event"
    )


def of_event(name: str, meaning: str) -> Node:
    signature = [
        (
            "x-eal-signature",
            "Hex HMAC-SHA256 of `{x-eal-timestamp}.{body}`, keyed with the endpoint's secret.",
        ),
        ("x-eal-timestamp", "Time of this attempt in Unix seconds."),
        ("webhook-id", "Id of the event, the same in every attempt."),
        ("webhook-timestamp", "Time of this attempt in Unix seconds."),
        (
            "webhook-signature",
            "Standard Webhooks: one or more signatures, separated by spaces. Each is `v1,` followed by "
            "base64.",
        ),
    ]
    operation = {
        "operationId": "on" + "".join(part.capitalize() for part in re.split(r"[._]", name)),
        "summary": f"Receive {name}",
        "description": f"{meaning} Verify the signature before you act on the event. Any 2xx response counts as "
        "success.",
        "tags": ["events"],
        "security": [],
        "parameters": [{**header_parameter(header, text), "required": True} for header, text in signature],
        "requestBody": {
            "required": True,
            "content": {
                JSON: {
                    "schema": {"$ref": REF.format(model=_schema_name(name))},
                    "examples": {name: {"value": event_examples.event(name)}},
                }
            },
        },
        "responses": {
            "2XX": {"description": "The event was received."},
            "410": {"description": "Return 410 to stop deliveries. The endpoint is then disabled."},
        },
    }
    return {"post": operation}
