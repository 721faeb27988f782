"""The OpenAPI document: names, security, descriptions, errors and pages of every operation follow the contract."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

type Node = dict[str, Any]

PUBLIC = {
    "createSession", "getOpenapi", "getStatus",
    "receiveCallrailWebhook", "receiveResendWebhook", "receiveStripeWebhook",
    "receiveTwilioWebhook",
}  # fmt: skip
"""Operations without a credential: the sign-in, the document, the status, and the receivers, whose requests vendors
sign."""
WHOLE = {"getClaimChecks", "getClaimPhotoSummaries", "getClaimRooms", "getClaimScope", "listMemberSessions"}
"""Collections that are returned as a whole: one extraction, or the ten sessions of a member, which are bounded and read
in one piece."""
_ERROR = {"$ref": "#/components/schemas/Error"}
VERBS = {
    "Accept", "Acknowledge", "Cancel", "Check", "Classify", "Connect", "Convert", "Correct", "Create", "Decline",
    "Delete", "Disconnect", "Dispatch", "End", "Enroll", "Erase", "Export", "Extract", "Get", "Grant", "Import",
    "Ingest", "Invite", "List", "Move", "Place", "Push", "Qualify", "Receive", "Release", "Remove", "Replay",
    "Restore", "Resume", "Retry", "Revoke", "Rotate", "Score", "Send", "Simulate", "Update",
}  # fmt: skip
"""The verbs that can begin a summary. Use one of these if it fits; one word for one thing."""
MAX_SUMMARY_CHARACTERS = 40
_PROPER_NAMES = {"Atom", "Feed", "Resend", "Stripe", "Twilio"}
_TITLE_CASE = re.compile(r"[A-Z][a-z]+")
SECRETS = {"key", "secret", "salt", "transcript", "recording_url"}


def faults(document: Node) -> Iterator[str]:
    yield from _info(document)
    yield from _arrays(document, "#")
    operations = list(_operations(document))
    names = Counter(operation["operationId"] for _, operation in operations)
    names.update(item["post"]["operationId"] for item in document["webhooks"].values())
    for name, times in names.items():
        if times > 1:
            yield f"{times} operations are called {name}: rename one of them"
    described = [*operations, *_webhooks(document)]
    summaries = Counter(operation.get("summary", "") for _, operation in described)
    for location, operation in described:
        yield from _summary(location, operation)
        if summaries[operation.get("summary", "")] > 1:
            yield f"{location}: another operation has the summary '{operation.get('summary', '')}' too: change one"
    for name in document["components"]["schemas"]:
        if "__" in name or "[" in name:
            yield f"the schema {name} has a generated name: rename its model, or subclass the generic model"
    for location, operation in operations:
        yield from _words(location, operation)
        yield from _security(location, operation)
        yield from _errors(document, location, operation)
        yield from _lists(document, location, operation)
    yield from _fields(document)
    yield from _events(document)


def _info(document: Node) -> Iterator[str]:
    """The rules info-contact, info-license and info-license-strict of Redocly and Spectral."""
    if not document["info"].get("contact", {}).get("url"):
        yield "info.contact needs a url"
    if not {"identifier", "url"} & set(document["info"].get("license", {})):
        yield "info.license needs an SPDX identifier or a url"


def _arrays(node: object, location: str) -> Iterator[str]:
    """Spectral's rule array-items: client generators omit a schema that has an array without items."""
    if isinstance(node, dict):
        if "array" in (node.get("type"), *_listed_types(node.get("type"))) and "items" not in node:
            yield f"{location} is an array without items: declare their type"
        for name, child in node.items():
            if name not in ("example", "examples", "const", "default", "enum"):
                yield from _arrays(child, f"{location}/{name}")
    elif isinstance(node, list):
        for number, child in enumerate(node):
            yield from _arrays(child, f"{location}/{number}")


def _listed_types(kind: object) -> list[object]:
    return kind if isinstance(kind, list) else []


def _operations(document: Node) -> Iterator[tuple[str, Node]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield f"{method.upper()} {path}", operation


def _webhooks(document: Node) -> Iterator[tuple[str, Node]]:
    for name, item in document["webhooks"].items():
        yield f"the event {name}", item["post"]


def _summary(location: str, operation: Node) -> Iterator[str]:
    """Menus, headings and the documentation of client methods show summaries."""
    summary = operation.get("summary", "")
    if not summary:
        yield f"{location} needs a summary in its decorator, a verb and a noun, such as 'Update a lead'"
        return
    verb, _, rest = summary.partition(" ")
    subject = f"{location}: its summary '{summary}'"
    if verb not in VERBS or not rest:
        yield f"{subject} must be a verb of VERBS (tests/structure/checks/document.py) and a noun"
    if len(summary) > MAX_SUMMARY_CHARACTERS:
        yield f"{subject} has {len(summary)} characters; the limit is {MAX_SUMMARY_CHARACTERS}"
    if summary.endswith("."):
        yield f"{subject} must not end with a full stop"
    if any(_TITLE_CASE.fullmatch(word) and word not in _PROPER_NAMES for word in rest.split()):
        yield f"{subject} must be in sentence case"
    if operation.get("description", "").startswith(summary):
        yield f"{subject} must not be repeated by its description"


def _words(location: str, operation: Node) -> Iterator[str]:
    if not operation.get("description"):
        yield f"{location}: describe its effect in the endpoint's docstring"
    if not operation.get("tags"):
        yield f"{location} needs a tag"
    for parameter in operation.get("parameters", []):
        if parameter.get("schema") == {}:
            yield f"{location}: declare the type of the parameter {parameter['name']}"
        if parameter.get("in") in ("path", "query") and not parameter.get("description"):
            place = "tools/openapi/parameters.py" if parameter["in"] == "path" else "its model"
            yield f"{location}: describe the parameter {parameter['name']} in {place}"


def _security(location: str, operation: Node) -> Iterator[str]:
    if bool(operation.get("security")) == (operation["operationId"] in PUBLIC):
        yield f"{location} needs a caller in its signature, or a line in PUBLIC (tests/structure/checks/document.py)"


def _errors(document: Node, location: str, operation: Node) -> Iterator[str]:
    responses = operation["responses"]
    if not any(status.startswith("2") for status in responses):
        yield f"{location} documents no success: add a 2xx response"
    if not any(status.startswith("4") for status in responses):
        yield f"{location} documents no client error: add a 4xx response"
    needed = {"429", "500", "503"} | ({"400", "401", "403"} if operation.get("security") else set())
    if "requestBody" in operation:
        needed.add("400")  # a body can be no JSON
    if operation["tags"] != ["inbound"]:  # a receiver does not validate the fields of a body
        needed.add("422")
    for status in sorted(needed - set(responses)):
        yield f"{location} does not document {status}: add the response"
    for status, response in responses.items():
        if status.startswith(("4", "5")):
            content = resolved(document, response).get("content", {}).get("application/json", {})
            if content.get("schema") != _ERROR:
                yield f"{location}: its response {status} must have the schema Error"


def _lists(document: Node, location: str, operation: Node) -> Iterator[str]:
    schema = success_schema(document, operation)
    properties = schema.get("properties", {})
    is_page = properties.get("data", {}).get("type") == "array"
    if schema.get("type") == "array":
        yield f"{location} returns a bare array: return a page, {{data, next_cursor}}"
    if operation["operationId"].startswith("list") and not is_page:
        yield f"{location} is a list: return a subclass of PageView"
    if is_page:
        if set(schema.get("required", [])) < {"data", "next_cursor"}:
            yield f"{location}: its page needs data and next_cursor"
        names = {parameter.get("name") for parameter in operation.get("parameters", [])}
        # The page of an action has the items that its body names, so there is no next page.
        is_whole = "requestBody" in operation or operation["operationId"] in WHOLE
        for name in () if is_whole else ("limit", "cursor"):
            if name not in names:
                yield f"{location} is a list without the parameter {name}: make its query a subclass of ListQuery"


def _fields(document: Node) -> Iterator[str]:
    """Each field of a request or a response is described, or its type is."""
    for name, component in document["components"]["schemas"].items():
        for field, schema in _nested_fields(name, component):
            if not _is_described(document, schema):
                yield f"{field}: describe it in its model"


def _nested_fields(name: str, schema: Node) -> Iterator[tuple[str, Node]]:
    """The fields of an object, and those of objects within it. Conditions repeat fields, and are not looked into."""
    for field, own in schema.get("properties", {}).items():
        yield f"{name}.{field}", own
        yield from _nested_fields(f"{name}.{field}", own)
        yield from _nested_fields(f"{name}.{field}", own.get("items", {}))


def _is_described(document: Node, schema: Node) -> bool:
    types = [option for option in schema.get("anyOf", [schema]) if option != {"type": "null"}]
    return "description" in schema or (len(types) == 1 and "description" in resolved(document, types[0]))


def _events(document: Node) -> Iterator[str]:
    for name, item in document["webhooks"].items():
        schema = item["post"]["requestBody"]["content"]["application/json"]["schema"]
        data = resolved(document, resolved(document, schema)["properties"]["data"])
        for secret in sorted(SECRETS & set(data.get("properties", {}))):
            yield f"the event {name} would contain {secret}: events contain neither transcripts nor secrets"


def resolved(document: Node, node: Node) -> Node:
    """The target of a local reference, or the node itself."""
    while "$ref" in node:
        target: Node = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def success_schema(document: Node, operation: Node) -> Node:
    for status, response in sorted(operation["responses"].items()):
        if status.startswith("2"):
            content = response.get("content", {}).get("application/json", {})
            return resolved(document, content.get("schema", {}))
    return {}
