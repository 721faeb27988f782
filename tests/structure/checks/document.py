"""The OpenAPI document: every operation named, secured, described, with errors and pages as the contract has them."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

type Node = dict[str, Any]

PUBLIC = {"getOpenapi", "receiveCallrailWebhook", "receiveResendWebhook", "receiveStripeWebhook"}
"""Operations that need no key: vendors sign what they send."""
_ERROR = {"$ref": "#/components/schemas/Error"}
VERBS = {
    "Connect", "Convert", "Create", "Delete", "Disconnect", "Erase", "Export", "Get", "Grant", "Import", "Invite",
    "List", "Move", "Push", "Qualify", "Receive", "Remove", "Replay", "Retry", "Revoke", "Rotate", "Score", "Send",
    "Update",
}  # fmt: skip
"""What a summary can begin with. One word for one thing: see whether one of these fits before you add another."""
MAX_SUMMARY_CHARACTERS = 40
_PROPER_NAMES = {"Resend", "Stripe"}
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
    described = [*operations, *_sent(document)]
    summaries = Counter(operation.get("summary", "") for _, operation in described)
    for where, operation in described:
        yield from _summary(where, operation)
        if summaries[operation.get("summary", "")] > 1:
            yield f"{where}: another operation has the summary '{operation.get('summary', '')}' too, change one of them"
    for name in document["components"]["schemas"]:
        if "__" in name or "[" in name:
            yield f"the schema {name} needs a short name of its own: rename its model, or subclass the generic one"
    for where, operation in operations:
        yield from _words(where, operation)
        yield from _security(where, operation)
        yield from _errors(document, where, operation)
        yield from _lists(document, where, operation)
    yield from _events(document)


def _info(document: Node) -> Iterator[str]:
    """As Redocly and Spectral want it: info-contact, info-license and info-license-strict."""
    if not document["info"].get("contact", {}).get("url"):
        yield "info.contact needs a url"
    if not {"identifier", "url"} & set(document["info"].get("license", {})):
        yield "info.license needs an SPDX identifier or a url"


def _arrays(node: object, where: str) -> Iterator[str]:
    """As Spectral's array-items: a client's generator leaves out what has an array without them."""
    if isinstance(node, dict):
        if "array" in (node.get("type"), *_several(node.get("type"))) and "items" not in node:
            yield f"{where} is an array: say what its items are"
        for name, child in node.items():
            if name not in ("example", "examples", "const", "default", "enum"):
                yield from _arrays(child, f"{where}/{name}")
    elif isinstance(node, list):
        for number, child in enumerate(node):
            yield from _arrays(child, f"{where}/{number}")


def _several(kind: object) -> list[object]:
    return kind if isinstance(kind, list) else []


def _operations(document: Node) -> Iterator[tuple[str, Node]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield f"{method.upper()} {path}", operation


def _sent(document: Node) -> Iterator[tuple[str, Node]]:
    for name, item in document["webhooks"].items():
        yield f"the event {name}", item["post"]


def _summary(where: str, operation: Node) -> Iterator[str]:
    """Summaries become menus, headings and the documentation of client methods."""
    summary = operation.get("summary", "")
    if not summary:
        yield f"{where} needs a summary in its decorator, a verb and a noun, such as 'Update a lead'"
        return
    verb, _, rest = summary.partition(" ")
    said = f"{where}: its summary '{summary}'"
    if verb not in VERBS or not rest:
        yield f"{said} must be a verb of VERBS (tests/structure/checks/document.py) and a noun"
    if len(summary) > MAX_SUMMARY_CHARACTERS:
        yield f"{said} has {len(summary)} characters, and {MAX_SUMMARY_CHARACTERS} are the limit"
    if summary.endswith("."):
        yield f"{said} must not end with a full stop"
    if any(_TITLE_CASE.fullmatch(word) and word not in _PROPER_NAMES for word in rest.split()):
        yield f"{said} must be in sentence case"
    if operation.get("description", "").startswith(summary):
        yield f"{said} must not be repeated by its description"


def _words(where: str, operation: Node) -> Iterator[str]:
    if not operation.get("description"):
        yield f"{where}: say in the endpoint's docstring what it does"
    if not operation.get("tags"):
        yield f"{where} needs a tag"
    for parameter in operation.get("parameters", []):
        if parameter.get("schema") == {}:
            yield f"{where}: the parameter {parameter['name']} has no type"
        if parameter.get("in") == "path" and not parameter.get("description"):
            yield f"{where}: say in tools/openapi/parameters.py what {parameter['name']} is"


def _security(where: str, operation: Node) -> Iterator[str]:
    if bool(operation.get("security")) == (operation["operationId"] in PUBLIC):
        yield f"{where} needs a caller in its signature, or a line in PUBLIC (tests/structure/checks/document.py)"


def _errors(document: Node, where: str, operation: Node) -> Iterator[str]:
    responses = operation["responses"]
    if not any(status.startswith("2") for status in responses):
        yield f"{where} has no success response"
    if not any(status.startswith("4") for status in responses):
        yield f"{where} has no refusal"
    needed = {"429", "500", "503"} | ({"400", "401", "403"} if operation.get("security") else set())
    if operation["tags"] != ["inbound"]:  # what a vendor sends is not judged there
        needed.add("422")
    for status in sorted(needed - set(responses)):
        yield f"{where} does not say that it can answer {status}"
    for status, response in responses.items():
        if status.startswith(("4", "5")):
            content = resolved(document, response).get("content", {}).get("application/json", {})
            if content.get("schema") != _ERROR:
                yield f"{where}: its {status} must have the schema Error"


def _lists(document: Node, where: str, operation: Node) -> Iterator[str]:
    answer = answer_schema(document, operation)
    properties = answer.get("properties", {})
    is_page = properties.get("data", {}).get("type") == "array"
    if answer.get("type") == "array":
        yield f"{where} answers a bare array: answer a page, {{data, next_cursor}}"
    if operation["operationId"].startswith("list") and not is_page:
        yield f"{where} lists: answer a subclass of PageView"
    if is_page:
        if set(answer.get("required", [])) < {"data", "next_cursor"}:
            yield f"{where}: its page needs data and next_cursor"
        names = {parameter.get("name") for parameter in operation.get("parameters", [])}
        # An action's page holds what its body named: there is nothing to walk.
        for name in () if "requestBody" in operation else ("limit", "cursor"):
            if name not in names:
                yield f"{where} lists and takes no {name}: its query must be a subclass of ListQuery"


def _events(document: Node) -> Iterator[str]:
    for name, item in document["webhooks"].items():
        schema = item["post"]["requestBody"]["content"]["application/json"]["schema"]
        data = resolved(document, resolved(document, schema)["properties"]["data"])
        for secret in sorted(SECRETS & set(data.get("properties", {}))):
            yield f"the event {name} would show {secret}: events carry neither transcripts nor secrets"


def resolved(document: Node, node: Node) -> Node:
    """What a local reference points to."""
    while "$ref" in node:
        target: Node = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def answer_schema(document: Node, operation: Node) -> Node:
    for status, response in sorted(operation["responses"].items()):
        if status.startswith("2"):
            content = response.get("content", {}).get("application/json", {})
            return resolved(document, content.get("schema", {}))
    return {}
