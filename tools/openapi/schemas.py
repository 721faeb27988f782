"""The schemas of what endpoints take and show, from their models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from eal.audit_log.exports.wire import AuditExportView
from eal.audit_log.wire import AuditRecordView
from eal.calls.wire import CallView
from eal.feed.wire import EventView
from eal.keys.wire import ApiKeyView
from eal.leads.wire import LeadView
from eal.webhooks.wire import WebhookView

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic import BaseModel
    from pydantic.json_schema import JsonSchemaMode

    from eal.entry.route import Route

type Node = dict[str, Any]
type Schemas = dict[tuple[type[BaseModel], JsonSchemaMode], Node]

REF = "#/components/schemas/{model}"
JSON = "application/json"

EVENT_DATA: dict[str, type[BaseModel]] = {
    "api_key": ApiKeyView,
    "audit": AuditRecordView,
    "call": CallView,
    "lead": LeadView,
    "webhook": WebhookView,
}
"""What an event's `data` is, by what stands before the first dot of its type."""

CSV: dict[str, type[BaseModel]] = {"exportAuditLogCsv": AuditExportView}
"""Operations that answer CSV, with what is answered where it would be too long: 303 to it, made for the request."""


class Answers(GenerateJsonSchema):
    """Answers always have all of their fields; no field needs a title that repeats its name."""

    def field_title_should_be_set(self, schema: object) -> bool:
        return False

    def field_is_required(self, field: Any, total: bool) -> bool:
        return self.mode == "serialization" or super().field_is_required(field, total)


def of_routes(routes: Iterable[Route]) -> tuple[Schemas, dict[str, Node]]:
    """The reference to each model, and the components that they refer to."""
    wanted: dict[tuple[type[BaseModel], JsonSchemaMode], None] = {(EventView, "serialization"): None}
    for route in routes:
        if route.body:
            wanted[route.body, "validation"] = None
        if route.operation_id in CSV:
            wanted[CSV[route.operation_id], "serialization"] = None
        if route.answer:
            wanted[route.answer, "serialization"] = None
    for model in EVENT_DATA.values():
        wanted[model, "serialization"] = None
    ordered = sorted(wanted, key=lambda one: (one[0].__module__, one[0].__qualname__, one[1]))
    references, generated = models_json_schema(ordered, ref_template=REF, schema_generator=Answers)
    components = inlined(generated["$defs"])
    twice = sorted(name for name in components if "__" in name)
    if twice:
        raise ValueError(f"two models have one name, rename one of each: {', '.join(twice)}")
    return cast("Schemas", references), components


def inlined(definitions: dict[str, Node]) -> dict[str, Node]:
    """The definitions of models; those of type aliases and enumerations are put where they are used.

    Aliases have short names that are unique in their module only: `Status` is another one for each resource.
    """
    aliases = {name: schema for name, schema in definitions.items() if "properties" not in schema}

    def replaced(node: Any) -> Any:
        if isinstance(node, list):
            return [replaced(one) for one in node]
        if not isinstance(node, dict):
            return node
        name = str(node.get("$ref", "")).rpartition("/")[2]
        if name in aliases:
            rest = {key: value for key, value in node.items() if key != "$ref"}
            meant = {
                key: value for key, value in aliases[name].items() if key not in ("title", "description")
            }
            return {**replaced(meant), **replaced(rest)}
        return {key: replaced(value) for key, value in node.items()}

    return {name: replaced(schema) for name, schema in definitions.items() if name not in aliases}
