"""The schemas of what endpoints take and show, from their models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast, get_args

from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from eal.ai.classification import Intent, Urgency
from eal.core.audit import ActorType
from eal.core.audit import Source as AuditSource
from eal.core.caller import Scope
from eal.core.events.catalogue import CATALOGUE, RESERVED
from eal.core.outbound.faults import Fault
from eal.core.tenancy import Mode
from eal.core.wire import one_line, prose
from eal.domain.api_keys import model as keys
from eal.domain.api_keys.wire import ApiKeyView
from eal.domain.audit_log.exports import model as exports
from eal.domain.audit_log.exports.wire import AuditExportView
from eal.domain.audit_log.wire import AuditRecordView
from eal.domain.calls import model as calls
from eal.domain.calls.wire import CallView
from eal.domain.events.wire import EventView
from eal.domain.lead_imports import model as lead_imports
from eal.domain.leads import model as leads
from eal.domain.leads.wire import LeadView
from eal.domain.organization_settings.wire import Day
from eal.domain.organizations.grants.wire import Grantable
from eal.domain.organizations.members.model import Role
from eal.domain.prospects import model as prospects
from eal.domain.prospects.wire import SettableOutreachState
from eal.domain.statistics.model import Window
from eal.domain.webhooks import model as webhooks
from eal.domain.webhooks.endpoints.wire import WebhookView

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TypeAliasType

    from pydantic import BaseModel
    from pydantic.json_schema import JsonSchemaMode
    from pydantic_core.core_schema import (
        AfterValidatorFunctionSchema,
        DictSchema,
        StringSchema,
        TupleSchema,
    )

    from eal.entry.http.route import Route

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

REFUSED_IN: dict[object, str] = {
    one_line: r"\x00-\x1f\x7f-\x9f",
    prose: r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f",
}
"""The characters that a validator of text refuses, as a regular expression's class has them."""


def _values(alias: TypeAliasType) -> tuple[str, ...]:
    return get_args(alias.__value__)


ENUMERATIONS: dict[tuple[str, ...], str] = {
    tuple(Intent): "Intent",
    tuple(Urgency): "Urgency",
    tuple(sorted(CATALOGUE)): "EventType",
    (webhooks.EVERY_TYPE, *sorted({*CATALOGUE, *RESERVED})): "WantedEventType",
    _values(ActorType): "ActorType",
    _values(AuditSource): "AuditSource",
    _values(Day): "Weekday",
    _values(Fault): "DeliveryFault",
    _values(Grantable): "GrantableResource",
    _values(Mode): "Mode",
    _values(Role): "MemberRole",
    _values(Scope): "Scope",
    _values(SettableOutreachState): "SettableOutreachState",
    _values(Window): "StatisticsWindow",
    _values(calls.Direction): "CallDirection",
    _values(calls.Status): "CallStatus",
    _values(exports.Format): "FileFormat",
    _values(exports.Status): "AuditExportStatus",
    _values(keys.Status): "ApiKeyStatus",
    _values(lead_imports.Format): "FileFormat",
    _values(leads.OnDuplicate): "OnDuplicate",
    _values(lead_imports.Status): "LeadImportStatus",
    _values(leads.LossType): "LossType",
    _values(leads.Status): "LeadStatus",
    _values(prospects.OutreachState): "OutreachState",
    _values(prospects.QualificationStatus): "QualificationStatus",
    _values(webhooks.Reason): "WebhookDisabledReason",
    _values(webhooks.Status): "DeliveryStatus",
    _values(webhooks.Trigger): "DeliveryTrigger",
}
"""The name of each enumeration by its values, so that a generated client has one type for it wherever it is used.

By values and not by the name in the code: that is unique in its module only, as `Status` of five resources.
"""


class Generator(GenerateJsonSchema):
    """Answers always have all of their fields; no field needs a title that repeats its name."""

    def field_title_should_be_set(self, schema: object) -> bool:
        return False

    def field_is_required(self, field: Any, total: bool) -> bool:
        return self.mode == "serialization" or super().field_is_required(field, total)

    def str_schema(self, schema: StringSchema) -> Node:
        """Requests' texts are trimmed: what must not be empty must not be blank either."""
        found = super().str_schema(schema)
        is_blank_refused = self.mode == "validation" and found.get("minLength") and "pattern" not in found
        return {**found, "pattern": r"\S"} if is_blank_refused else found

    def function_after_schema(self, schema: AfterValidatorFunctionSchema) -> Node:
        """What the validators of text refuse: pydantic only sees a function."""
        found = super().function_after_schema(schema)
        refused = REFUSED_IN.get(schema["function"]["function"])
        if self.mode != "validation" or refused is None:
            return found
        return {**found, "pattern": _text_pattern(refused, found.get("minLength", 0))}

    def dict_schema(self, schema: DictSchema) -> Node:
        """A pattern of the keys holds for all of them: pydantic lets others pass beside it."""
        found = super().dict_schema(schema)
        for pattern, values in found.pop("patternProperties", {}).items():
            found["propertyNames"] = {**found.get("propertyNames", {}), "pattern": pattern}
            found["additionalProperties"] = values
        return found

    def tuple_schema(self, schema: TupleSchema) -> Node:
        """Generators of clients leave out an array that has no `items`; the last member's schema is the widest."""
        found = super().tuple_schema(schema)
        return {**found, "items": found["prefixItems"][-1]} if "prefixItems" in found else found


def _text_pattern(refused: str, shortest: int) -> str:
    """Text without these characters that has a length after it is trimmed."""
    taken, shown = f"[^{refused}]", rf"[^\s{refused}]"
    if shortest == 0:
        return f"^{taken}*$"
    if shortest == 1:
        return f"^{taken}*{shown}{taken}*$"
    return f"^{taken}*{shown}{taken}{{{shortest - 2},}}{shown}{taken}*$"


def of_routes(routes: Iterable[Route]) -> tuple[Schemas, dict[str, Node]]:
    """The reference to each model, and the components that they refer to.

    Raises: ValueError where two models have one name, or an enumeration has none.
    """
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
    references, generated = models_json_schema(ordered, ref_template=REF, schema_generator=Generator)
    components = inlined(generated["$defs"])
    twice = sorted(name for name in components if "__" in name)
    if twice:
        raise ValueError(f"two models have one name, rename one of each: {', '.join(twice)}")
    return cast("Schemas", references), {**components, **_enumerations()}


def _enumerations() -> dict[str, Node]:
    described = {"Intent": Intent.__doc__, "Urgency": Urgency.__doc__}
    return {
        name: {
            "type": "string",
            "enum": list(values),
            **({"description": described[name]} if name in described else {}),
        }
        for values, name in ENUMERATIONS.items()
    }


def inlined(definitions: dict[str, Node]) -> dict[str, Node]:
    """The definitions of models. Those of other type aliases are put where they are used, with what is said there
    before what the alias says of itself; enumerations are referred to by their own names.

    Raises: ValueError for an alias of an enumeration without a name.
    """
    aliases = {name: schema for name, schema in definitions.items() if "properties" not in schema}
    nameless = [
        name for name, one in aliases.items() if "enum" in one and tuple(one["enum"]) not in ENUMERATIONS
    ]
    if nameless:
        raise ValueError(f"name these in ENUMERATIONS (tools/openapi/schemas.py): {', '.join(nameless)}")

    def replaced(node: Any) -> Any:
        if isinstance(node, list):
            return [replaced(one) for one in node]
        if not isinstance(node, dict):
            return node
        name = str(node.get("$ref", "")).rpartition("/")[2]
        if name in aliases:
            dropped = ("title", "description") if "enum" in aliases[name] else ("title",)
            meant = {key: value for key, value in aliases[name].items() if key not in dropped}
            return replaced({**meant, **{key: value for key, value in node.items() if key != "$ref"}})
        enumeration = ENUMERATIONS.get(tuple(node["enum"])) if isinstance(node.get("enum"), list) else None
        if enumeration:
            used = {key: value for key, value in node.items() if key not in ("enum", "type")}
            return {"$ref": REF.format(model=enumeration), **used}
        if isinstance(node.get("description"), str):
            node = {**node, "description": paragraphs(node["description"])}
        return _described({_keyword(key, value): replaced(value) for key, value in node.items()})

    return {name: replaced(schema) for name, schema in definitions.items() if name not in aliases}


def paragraphs(text: str) -> str:
    """A text without the line breaks and indentation of its source; a blank line separates paragraphs."""
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.strip().split("\n\n"))


def _keyword(key: str, value: object) -> str:
    """JSON Schema's word for a bound: pydantic writes its own where a validator runs before the bound is looked at."""
    return {"ge": "minimum", "le": "maximum"}.get(key, key) if isinstance(value, int | float) else key


def _described(node: Node) -> Node:
    """What may be null has its description beside the choice, and not within it."""
    choices = node.get("anyOf", [])
    if len(choices) == 2 and choices[1] == {"type": "null"} and "description" in choices[0]:
        own = {key: value for key, value in choices[0].items() if key != "description"}
        return {"description": choices[0]["description"], **node, "anyOf": [own, choices[1]]}
    return node
