"""moto without the work that it repeats for each call: the same responses in half of the time.

Every request of a test authenticates with one UpdateItem whose expression never changes; moto tokenises, parses,
copies and traverses it every time. The names below are private to moto, whose version is pinned; `apply` fails if a
new version removes one.
"""

from __future__ import annotations

import copy
import pickle
from collections import deque
from functools import cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from moto.backend_index import backend_url_patterns
from moto.core import responses
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.core.serialize import ResponseSerializer
from moto.dynamodb.comparisons import ConditionExpressionParser
from moto.dynamodb.parsing import validators
from moto.dynamodb.parsing.ast_nodes import (  # type: ignore[attr-defined]  # a module without types
    DepthFirstTraverser,
    Node,
)
from moto.dynamodb.parsing.expressions import (  # type: ignore[attr-defined]  # a module without types
    UpdateExpressionParser,
)
from moto.dynamodb.responses import DynamoHandler
from werkzeug.datastructures import Headers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SERVICES = {"dynamodb", "events", "kms", "scheduler", "sqs"}
"""The services that moto compares first with the URL of a request, before its 150 others."""

ABOUT_THE_TEXT = (
    validators.ActionCountValidator,
    validators.OverlappingPathsValidator,
    validators.UpdateHashRangeKeyValidator,
)
"""Validators whose verdict depends on the expression, its names and the keys of the table, and on no item."""

_make: Callable[[str], Node] = UpdateExpressionParser.make
_method_names = cache(responses.method_names_from_class)  # type: ignore[attr-defined]  # imported there
_lex: Callable[[ConditionExpressionParser], Any] = ConditionExpressionParser._lex_condition_expression
_get_value: Callable[..., Any] = ResponseSerializer.get_value
_serialize_structure: Callable[..., None] = ResponseSerializer._serialize_type_structure


def apply() -> None:
    """Replace moto's functions by the faster ones for this process. A second call changes nothing."""
    backend_url_patterns.sort(key=lambda pattern: pattern[0] not in SERVICES)
    for owner, name, faster in (
        (responses, "method_names_from_class", _method_names),
        (UpdateExpressionParser, "make", staticmethod(_parsed)),
        (validators, "deepcopy", _copied),
        (DepthFirstTraverser, "traverse_node_recursively", _traverse),
        (validators.UpdateExpressionValidator, "validate", _validated),
        (ConditionExpressionParser, "_lex_condition_expression", _lexed),
        (ResponseSerializer, "get_value", _value_of),
        (ResponseSerializer, "_serialize_type_structure", _serialize_present),
    ):
        getattr(owner, name)
        setattr(owner, name, faster)


@cache
def _parsed(expression: str) -> Node:
    """Cached, because the validator copies the tree before it changes it."""
    tree = _make(expression)
    tree.text = expression
    return tree


@cache
def _pickled(expression: Node) -> bytes:
    return pickle.dumps(expression)


def _copied(original: Any) -> Any:
    """Reading a pickle is five times as fast as copying the tree."""
    if isinstance(original, Node) and original.parent is None:
        return pickle.loads(_pickled(original))  # noqa: S301 - our own data
    return copy.deepcopy(original)


_PROCESSED: dict[tuple[type, type], bool] = {}


def _traverse(traverser: Any, node: Any, child_id: int = -1) -> Any:
    """moto's own code, but with one isinstance check per pair of types."""
    if not isinstance(node, Node):
        return node
    parent = node.parent
    for number, child in enumerate(node.children or ()):
        traverser.pre_processing_of_child(node, number)
        _traverse(traverser, child, number)
    pair = (type(traverser), type(node))
    if pair not in _PROCESSED:
        _PROCESSED[pair] = isinstance(node, traverser.nodes_to_be_processed())
    if _PROCESSED[pair]:
        node = traverser.process(node)
        node.parent = parent
        if parent:
            parent.children[child_id] = node
    return node


_VALID: set[tuple[object, ...]] = set()


def _validated(validator: Any) -> Node:
    """moto's own code, but what depends on no item is validated once."""
    node = validator.node_to_validate
    names = validator.expression_attribute_names or {}
    key = (node.text, *sorted(names.items()), *validator.table.table_key_attrs)
    for processor in validator.processors:
        if key not in _VALID or not isinstance(processor, ABOUT_THE_TEXT):
            node = processor.traverse(node)
    _VALID.add(key)
    return node


def _lexed(parser: ConditionExpressionParser) -> deque[Any]:
    return deque(_tokens(parser.condition_expression or ""))


@cache
def _tokens(expression: str) -> tuple[Any, ...]:
    return tuple(_lex(ConditionExpressionParser(expression, None, None)))


def _value_of(serializer: Any, value: Any, key: str, shape: Any) -> Any:
    """A dict with the key needs no look-up of aliases."""
    if type(value) is dict and key in value and not serializer._value_picker.response_transformers:
        return value[key]
    return _get_value(serializer, value, key, shape)


def _serialize_present(serializer: Any, serialized: Any, value: Any, shape: Any, key: str) -> None:
    """Serialises the only member of an attribute value; moto looks for each of ten members and their aliases."""
    if type(value) is not dict or shape.name != "AttributeValue" or not key:
        _serialize_structure(serializer, serialized, value, shape, key)
        return
    wrapper = serializer.MAP_TYPE()
    for name in value.keys() & shape.members.keys():
        member = shape.members[name]
        member.parent = shape
        serializer._serialize_structure_member(wrapper, value, member, name)
    serializer._default_serialize(serialized, wrapper, shape, key)


class _ItemRequest(DynamoHandler):
    """moto's handler of a request to DynamoDB, without the URL, the form and the files that other services need."""

    def __init__(self, headers: Mapping[str, str], body: bytes, region: str) -> None:
        super().__init__()
        self.headers = Headers(headers)
        self.region = region
        self.current_account = DEFAULT_ACCOUNT_ID
        self.querystring = {}
        self.uri_match = {}
        self.response_headers = {}
        self.parse_parameters(
            SimpleNamespace(  # type: ignore[arg-type]  # what is read of a Request
                content_type=headers["content-type"],
                method="POST",
                values={},
                headers=self.headers,
                data=body,
                path="/",
            )
        )


def dynamodb(headers: Mapping[str, str], body: bytes, region: str) -> tuple[int, dict[str, str], bytes]:
    """moto's response to a request to DynamoDB: the status, the headers and the body."""
    status, response_headers, content = _ItemRequest(headers, body, region).call_action()
    return int(status), dict(response_headers), content.encode() if isinstance(content, str) else content
