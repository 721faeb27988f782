"""Validation of emitted events against the catalogue's JSON Schemas."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator
from jsonschema.validators import validator_for

from eal.core.events import schemas
from tests.support.contract import closed

if TYPE_CHECKING:
    from collections.abc import Iterable


@cache
def validator(event_type: str) -> Draft202012Validator:
    """A validator for events of the type, which rejects undocumented fields."""
    schema: dict[str, Any] = closed(dict(schemas.types()[event_type].schema))
    kind = validator_for(schema)
    assert kind is Draft202012Validator
    kind.check_schema(schema)
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def check(items: Iterable[dict[str, Any]]) -> None:
    """Fail if an event among the raw items of the outbox is not valid for its schema."""
    for item in items:
        if item["kind"]["S"] == "EVENT":
            name = item["type"]["S"]
            sent = {**schemas.types()[name].example, "type": name, "data": json.loads(item["data"]["S"])}
            validator(name).validate(sent)
