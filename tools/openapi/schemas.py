"""The schemas of requests and responses, generated from their models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast, get_args

from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from eal.ai import content as content_texts
from eal.ai import content_policy, tone
from eal.ai.claims import vocabulary as evidence
from eal.ai.classification import Intent, Urgency
from eal.ai.policy import EngineChoice
from eal.ai.replies import ReplyClass
from eal.core.audit import ActorType
from eal.core.audit import Source as AuditSource
from eal.core.caller import Role, Scope
from eal.core.characters import NOT_IN_LINE, NOT_IN_PROSE
from eal.core.events.catalogue import CATALOGUE
from eal.core.outbound.faults import Fault
from eal.core.tenancy import Mode
from eal.core.wire import one_line, prose
from eal.domain.alerts import model as alerts
from eal.domain.alerts.wire import AlertView
from eal.domain.api_keys import model as keys
from eal.domain.api_keys.wire import ApiKeyView
from eal.domain.audit_log.exports import model as exports
from eal.domain.audit_log.exports.wire import AuditExportView
from eal.domain.audit_log.wire import AuditRecordView
from eal.domain.calls import model as calls
from eal.domain.calls.wire import CallView
from eal.domain.claims import checks
from eal.domain.claims import model as claims
from eal.domain.claims.notes import model as notes
from eal.domain.claims.photos import model as photos
from eal.domain.claims.scope import model as scope
from eal.domain.claims.sign_offs import model as sign_offs
from eal.domain.claims.wire import ClaimView
from eal.domain.content import model as contents
from eal.domain.content.wire import PublishedContentView
from eal.domain.dispatch import model as dispatch
from eal.domain.dispatch.model import AcknowledgedVia
from eal.domain.events.wire import EventView
from eal.domain.integrations.model import CheckName
from eal.domain.lead_imports import model as lead_imports
from eal.domain.leads import vocabulary as leads
from eal.domain.leads.wire import LeadView
from eal.domain.organization_settings.alerts import AlertChannel, AlertDetail
from eal.domain.organization_settings.wire import Day
from eal.domain.organizations.grants.wire import Grantable
from eal.domain.outreach import mail
from eal.domain.outreach.deliverability import model as deliverability
from eal.domain.outreach.deliverability.wire import GroupBy, OutreachSenderView
from eal.domain.outreach.drafts import model as drafts
from eal.domain.outreach.emails import model as emails
from eal.domain.outreach.emails.wire import EmailView
from eal.domain.outreach.enrollments import model as enrollments
from eal.domain.outreach.replies import model as replies
from eal.domain.outreach.replies.wire import ReplyView
from eal.domain.outreach.review_requests import model as review_requests
from eal.domain.outreach.review_requests.wire import ReviewRequestView
from eal.domain.outreach.sequences import model as sequences
from eal.domain.outreach.suppressions import model as suppressions
from eal.domain.outreach.suppressions.wire import RowStatus
from eal.domain.prospects import model as prospects
from eal.domain.prospects.wire import SettableOutreachState
from eal.domain.reviews import model as reviews
from eal.domain.reviews.wire import ReviewView
from eal.domain.statistics.model import Window
from eal.domain.webhooks.deliveries import model as deliveries
from eal.domain.webhooks.endpoints import model as endpoints
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
    "audit.log": AuditRecordView,
    "call": CallView,
    "claim": ClaimView,
    "claim.scope.ready": ClaimView,
    "content": PublishedContentView,
    "dispatch.alert": AlertView,
    "lead": LeadView,
    "outreach.email": EmailView,
    "outreach.email.replied": ReplyView,
    "outreach.sender": OutreachSenderView,
    "review": ReviewView,
    "review.requested": ReviewRequestView,
    "webhook": WebhookView,
}
"""The model of an event's `data`, by its type, or else by the part of its type before the last dot."""

CSV: dict[str, type[BaseModel] | None] = {"exportAuditLogCsv": AuditExportView, "exportSuppressionsCsv": None}
"""Operations that return CSV. If they redirect to an export when there are too many records: with its model."""

FEEDS = {"getContentJsonFeed": "application/feed+json", "getContentAtomFeed": "application/atom+xml"}
"""Operations that return a feed, with the media type of its format."""

USUAL_FIELDS = {
    "id": "The unique id.",
    "created_at": "When it was created.",
    "updated_at": "When it last changed.",
    "version": "Grows with each change. It is the ETag of the resource.",
    "mode": "`live` or `test`.",
}
"""Descriptions of fields that most resources have, and that mean the same in each."""

REJECTED_BY: dict[object, str] = {
    one_line: NOT_IN_LINE,
    prose: NOT_IN_PROSE,
}
"""The characters that a text validator rejects, as the content of a regular-expression class."""


def _values(alias: TypeAliasType) -> tuple[str, ...]:
    return get_args(alias.__value__)


ENUMERATIONS: dict[tuple[str, ...], str] = {
    tuple(Intent): "Intent",
    tuple(Urgency): "Urgency",
    tuple(ReplyClass): "ReplyClass",
    tuple(sorted(CATALOGUE)): "EventType",
    (endpoints.EVERY_TYPE, *sorted(CATALOGUE)): "WantedEventType",
    _values(ActorType): "ActorType",
    _values(AlertChannel): "AlertChannel",
    _values(AlertDetail): "AlertDetail",
    _values(alerts.AlertOutcome): "AlertOutcome",
    _values(alerts.AnsweredVia): "AnsweredVia",
    _values(alerts.AlertStatus): "AlertStatus",
    _values(alerts.AlertVendor): "AlertVendor",
    _values(alerts.SkippedReason): "AlertSkippedReason",
    _values(AcknowledgedVia): "AcknowledgedVia",
    _values(CheckName): "CheckName",
    _values(AuditSource): "AuditSource",
    _values(Day): "Weekday",
    _values(EngineChoice): "AiEngine",
    _values(Fault): "DeliveryFault",
    _values(GroupBy): "DeliverabilityGroupBy",
    _values(Grantable): "GrantableResource",
    _values(Mode): "Mode",
    _values(Role): "MemberRole",
    _values(RowStatus): "SuppressionImportStatus",
    _values(Scope): "Scope",
    _values(SettableOutreachState): "SettableOutreachState",
    _values(Window): "StatisticsWindow",
    _values(content_texts.ContentType): "ContentType",
    _values(content_texts.Length): "ContentLength",
    _values(content_texts.Network): "SocialNetwork",
    _values(contents.ContentStatus): "ContentStatus",
    _values(contents.Destination): "ContentDestination",
    _values(contents.FailureReason): "ContentFailureReason",
    _values(contents.RevisionReason): "RevisionReason",
    _values(contents.Step): "ContentStep",
    _values(contents.TaskName): "ContentTask",
    _values(calls.CallbackStatus): "CallbackStatus",
    _values(calls.Direction): "CallDirection",
    _values(calls.Qualified): "CallQualified",
    _values(calls.Status): "CallStatus",
    _values(deliverability.PauseReason): "SenderPauseReason",
    _values(deliverability.SenderStatus): "SenderStatus",
    _values(claims.Status): "ClaimStatus",
    _values(claims.ExtractionFailure): "ExtractionFailure",
    _values(checks.Check): "ClaimCheck",
    tuple(evidence.Activity): "ScopeActivity",
    tuple(evidence.Unit): "ScopeUnit",
    _values(evidence.ExclusionReason): "ScopeExclusionReason",
    _values(evidence.OpeningKind): "RoomOpeningKind",
    _values(evidence.Phase): "PhotoPhase",
    _values(evidence.PieceKind): "RoomPieceKind",
    _values(evidence.QuantityBasis): "ScopeQuantityBasis",
    _values(evidence.Severity): "DamageSeverity",
    _values(evidence.SourceKind): "EvidenceKind",
    _values(scope.ItemStatus): "ScopeItemStatus",
    _values(scope.Verdict): "ScopeDecision",
    _values(sign_offs.Status): "ClaimBundleStatus",
    _values(notes.NoteKind): "ClaimNoteKind",
    _values(photos.ContentType): "PhotoContentType",
    _values(photos.Rejection): "PhotoRejection",
    _values(photos.Status): "PhotoStatus",
    _values(dispatch.Action): "DispatchAction",
    _values(dispatch.RuleId): "DispatchRule",
    _values(content_policy.Level): "FindingLevel",
    _values(content_policy.Rule): "ContentRule",
    _values(drafts.DraftReason): "DraftReason",
    _values(drafts.DraftStatus): "DraftStatus",
    _values(tone.Tone): "Tone",
    _values(emails.EmailKind): "EmailKind",
    _values(emails.EmailStatus): "EmailStatus",
    _values(emails.OccurrenceType): "EmailEventType",
    _values(enrollments.EnrollmentStatus): "EnrollmentStatus",
    _values(enrollments.Refusal): "EnrollmentRefusal",
    _values(enrollments.StopReason): "StopReason",
    _values(exports.Format): "FileFormat",
    _values(exports.Status): "AuditExportStatus",
    _values(keys.Status): "ApiKeyStatus",
    _values(lead_imports.Format): "FileFormat",
    _values(leads.OnDuplicate): "OnDuplicate",
    _values(lead_imports.Status): "LeadImportStatus",
    _values(leads.LossType): "LossType",
    _values(leads.Status): "LeadStatus",
    _values(prospects.OutreachState): "OutreachState",
    _values(mail.Missing): "MissingBody",
    _values(review_requests.RequestStatus): "ReviewRequestStatus",
    _values(reviews.ReplyStatus): "ReviewReplyStatus",
    _values(reviews.ReviewStatus): "ReviewStatus",
    _values(reviews.Surface): "ReviewSurface",
    _values(replies.Match): "ReplyMatch",
    _values(replies.SequenceEffect): "SequenceEffect",
    _values(sequences.SequenceStatus): "SequenceStatus",
    _values(sequences.StopEvent): "StopEvent",
    _values(suppressions.SuppressionReason): "SuppressionReason",
    _values(suppressions.SuppressionSource): "SuppressionSource",
    _values(suppressions.Topic): "SuppressionTopic",
    _values(prospects.QualificationStatus): "QualificationStatus",
    _values(endpoints.DisabledReason): "WebhookDisabledReason",
    _values(deliveries.DeliveryStatus): "DeliveryStatus",
    _values(deliveries.Trigger): "DeliveryTrigger",
}
"""The name of each enumeration by its values, so that a generated client has one type for all its uses.

The key is not the name in the code, which is unique only within a module: five resources have a `Status`.
"""


class Generator(GenerateJsonSchema):
    """Marks all fields of responses as required, and omits titles that repeat the name of a field."""

    def field_title_should_be_set(self, schema: object) -> bool:
        return False

    def field_is_required(self, field: Any, total: bool) -> bool:
        return self.mode == "serialization" or super().field_is_required(field, total)

    def str_schema(self, schema: StringSchema) -> Node:
        """Text in requests is trimmed, so text that must not be empty must not be blank either."""
        generated = super().str_schema(schema)
        is_blank_rejected = (
            self.mode == "validation" and generated.get("minLength") and "pattern" not in generated
        )
        return {**generated, "pattern": r"\S"} if is_blank_rejected else generated

    def function_after_schema(self, schema: AfterValidatorFunctionSchema) -> Node:
        """Adds the pattern of a text validator, which is only a function for pydantic."""
        generated = super().function_after_schema(schema)
        rejected = REJECTED_BY.get(schema["function"]["function"])
        if self.mode != "validation" or rejected is None:
            return generated
        return {**generated, "pattern": _text_pattern(rejected, generated.get("minLength", 0))}

    def dict_schema(self, schema: DictSchema) -> Node:
        """Applies the pattern of the keys to all keys; pydantic's `patternProperties` also allows other keys."""
        generated = super().dict_schema(schema)
        for pattern, values in generated.pop("patternProperties", {}).items():
            generated["propertyNames"] = {**generated.get("propertyNames", {}), "pattern": pattern}
            generated["additionalProperties"] = values
        return generated

    def tuple_schema(self, schema: TupleSchema) -> Node:
        """Adds `items`, because client generators skip an array without it. The last member has the widest schema."""
        generated = super().tuple_schema(schema)
        if "prefixItems" not in generated:
            return generated
        return {**generated, "items": generated["prefixItems"][-1]}


def _text_pattern(rejected: str, min_length: int) -> str:
    """The pattern of text without these characters that has a minimum length after trimming."""
    allowed, visible = f"[^{rejected}]", rf"[^\s{rejected}]"
    if min_length == 0:
        return f"^{allowed}*$"
    if min_length == 1:
        return f"^{allowed}*{visible}{allowed}*$"
    return f"^{allowed}*{visible}{allowed}{{{min_length - 2},}}{visible}{allowed}*$"


def of_routes(routes: Iterable[Route]) -> tuple[Schemas, dict[str, Node]]:
    """The reference to each model, and the components that the references resolve to.

    Raises: ValueError if two models have the same name, or an enumeration has no name.
    """
    models: dict[tuple[type[BaseModel], JsonSchemaMode], None] = {(EventView, "serialization"): None}
    for route in routes:
        if route.body:
            models[route.body, "validation"] = None
        if export := CSV.get(route.operation_id):
            models[export, "serialization"] = None
        if route.response_model:
            models[route.response_model, "serialization"] = None
    for model in EVENT_DATA.values():
        models[model, "serialization"] = None
    ordered = sorted(models, key=lambda model: (model[0].__module__, model[0].__qualname__, model[1]))
    references, generated = models_json_schema(ordered, ref_template=REF, schema_generator=Generator)
    components = inlined(generated["$defs"])
    ambiguous = sorted(name for name in components if "__" in name)
    if ambiguous:
        raise ValueError(f"two models have the same name, rename one of them: {', '.join(ambiguous)}")
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
    """The definitions of models, with other type aliases inlined and enumerations as references.

    Keywords next to a reference take precedence over the keywords of the alias.

    Raises: ValueError if an enumeration has no name.
    """
    aliases = {name: schema for name, schema in definitions.items() if "properties" not in schema}
    unnamed = [
        name
        for name, schema in aliases.items()
        if "enum" in schema and tuple(schema["enum"]) not in ENUMERATIONS
    ]
    if unnamed:
        raise ValueError(f"add these to ENUMERATIONS in tools/openapi/schemas.py: {', '.join(unnamed)}")

    def inline(node: Any) -> Any:
        if isinstance(node, list):
            return [inline(member) for member in node]
        if not isinstance(node, dict):
            return node
        if isinstance(node.get("description"), str):
            node = {**node, "description": paragraphs(node["description"])}
        name = str(node.get("$ref", "")).rpartition("/")[2]
        if name in aliases:
            dropped = ("title", "description") if "enum" in aliases[name] else ("title",)
            alias = {key: value for key, value in aliases[name].items() if key not in dropped}
            return inline({**alias, **{key: value for key, value in node.items() if key != "$ref"}})
        enumeration = ENUMERATIONS.get(tuple(node["enum"])) if isinstance(node.get("enum"), list) else None
        if enumeration:
            siblings = {key: value for key, value in node.items() if key not in ("enum", "type")}
            return {"$ref": REF.format(model=enumeration), **siblings}
        return _described({_keyword(key, value): inline(value) for key, value in node.items()})

    return {
        name: _with_usual_fields(inline(schema))
        for name, schema in definitions.items()
        if name not in aliases
    }


def _with_usual_fields(model: Node) -> Node:
    properties = {
        name: {"description": USUAL_FIELDS[name], **field} if name in USUAL_FIELDS else field
        for name, field in model.get("properties", {}).items()
    }
    return {**model, **({"properties": properties} if properties else {})}


def paragraphs(text: str) -> str:
    """The text without line breaks and indentation. A blank line separates paragraphs."""
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.strip().split("\n\n"))


def _keyword(key: str, value: object) -> str:
    """The JSON Schema keyword of a bound; pydantic writes its own keyword if a validator runs before the bound."""
    return {"ge": "minimum", "le": "maximum"}.get(key, key) if isinstance(value, int | float) else key


def _described(node: Node) -> Node:
    """Moves the description of a nullable value from its `anyOf` member to the schema itself."""
    choices = node.get("anyOf", [])
    if len(choices) == 2 and choices[1] == {"type": "null"} and "description" in choices[0]:
        own = {key: value for key, value in choices[0].items() if key != "description"}
        return {"description": choices[0]["description"], **node, "anyOf": [own, choices[1]]}
    return node
