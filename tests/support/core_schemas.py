"""Inputs for core schemas, as hypothesis draws them: mostly of the right shape, and sometimes anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable

_TEXTS = st.sampled_from(
    [
        "2026-04-24T17:42:11Z",
        "dana@example.com",
        "(415) 555-0134",
        "https://example.com/",
        "lead_1",
        "  ",
        "America/Chicago",
    ]
)
_LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 2**54), st.floats(), st.text(max_size=12), _TEXTS
)
ANYTHING = st.recursive(
    _LEAVES,
    lambda strategy: st.one_of(
        st.lists(strategy, max_size=3), st.dictionaries(st.text(max_size=6), strategy, max_size=3)
    ),
    max_leaves=5,
)
_OF_TYPE: dict[str, st.SearchStrategy[Any]] = {
    "str": st.one_of(_TEXTS, st.text(max_size=20)),
    "int": st.integers(-2, 300),
    "float": st.floats(-1, 1e6),
    "bool": st.booleans(),
    "none": st.none(),
    "function-plain": _TEXTS,
}
_INNER = ("default", "function-before", "function-after", "function-wrap", "model", "dataclass")

_CHOICES: dict[str, Callable[[Any], list[Any]]] = {
    "literal": lambda schema: schema["expected"],
    "enum": lambda schema: [member.value for member in schema["members"]],
}


def inputs(schema: Any, definitions: dict[str, Any] | None = None, depth: int = 0) -> st.SearchStrategy[Any]:
    """JSON values for a schema."""
    known = definitions or {}
    if schema["type"] == "definitions":
        known = {definition["ref"]: definition for definition in schema["definitions"]}
        return inputs(schema["schema"], known, depth)
    if schema["type"] == "definition-ref":
        return inputs(known[schema["schema_ref"]], known, depth + 1) if depth < 4 else ANYTHING
    right = _right(schema, known, depth)
    return st.one_of(right, right, right, right, right, right, ANYTHING)


def _right(schema: Any, known: dict[str, Any], depth: int) -> st.SearchStrategy[Any]:
    def inner(strategy: Any) -> st.SearchStrategy[Any]:
        return inputs(strategy, known, depth + 1)

    kind = schema["type"]
    if kind in _INNER:
        return _right(schema["schema"], known, depth)
    if kind in _CHOICES:
        return st.sampled_from(_CHOICES[kind](schema))
    if kind == "union":
        return st.one_of(
            [inner(choice[0] if isinstance(choice, tuple) else choice) for choice in schema["choices"]]
        )
    match kind:
        case "nullable":
            return st.one_of(st.none(), inner(schema["schema"]))
        case "model-fields" | "dataclass-args":
            return _members(schema["fields"], inner)
        case "list":
            return st.lists(inner(schema.get("items_schema", {"type": "any"})), max_size=3)
        case "tuple":
            return st.lists(inner(schema["items_schema"][0]), max_size=3)
        case "dict":
            return st.dictionaries(
                st.text(max_size=9), inner(schema.get("values_schema", {"type": "any"})), max_size=3
            )
    return _OF_TYPE.get(kind, ANYTHING)


def _members(fields: Any, inner: Any) -> st.SearchStrategy[Any]:
    """Members under the names that inputs have. Some that may be absent are absent."""
    required: dict[str, Any] = {}
    optional: dict[str, Any] = {}
    named = fields.items() if isinstance(fields, dict) else ((field["name"], field) for field in fields)
    for name, field in named:
        alias = field.get("validation_alias", name)
        members = optional if field["schema"]["type"] == "default" else required
        members[alias if isinstance(alias, str) else name] = inner(field["schema"])
    return st.fixed_dictionaries(required, optional=optional)
