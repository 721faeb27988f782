"""Evaluates IAM policies whose references have values, as far as this project's policies need it.

Source: the IAM guide, "Policy evaluation logic" and "IAM JSON policy elements". An operator, an element or a policy
variable that is not evaluated raises NotImplementedError, so no policy is taken for more or less than it is.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

type Statement = Mapping[str, Any]


class Request(NamedTuple):
    """A request as IAM judges it: an action on an ARN, values of condition keys, and the ARN or service that asks."""

    action: str
    resource: str
    context: Mapping[str, Sequence[str]] = {}
    principal: str = ""


def allowed(request: Request, identity: Iterable[Statement], resource: Iterable[Statement] = ()) -> bool:
    """Whether a role of the resource's account may do it, by the role's statements and the resource's own.

    A KMS key has no access but that of its key policy, which passes it on to IAM if it names the account's root.
    """
    by_role = [statement for statement in identity if matches(statement, request)]
    by_resource = [statement for statement in resource if matches(statement, request)]
    if any(statement["Effect"] == "Deny" for statement in (*by_role, *by_resource)):
        return False
    direct = any(not _names_root(statement) for statement in by_resource)
    if request.action.startswith("kms:"):
        return direct or (bool(by_resource) and bool(by_role))
    return direct or bool(by_role)


def matches(statement: Statement, request: Request) -> bool:
    """Whether a statement, of either effect, applies to a request."""
    if unknown := statement.keys() - _ELEMENTS:
        raise NotImplementedError(
            f"{', '.join(sorted(unknown))} is not evaluated: add it to tools/rehearse/iam.py"
        )
    return (
        any(_like(pattern, request.action, fold=True) for pattern in listed(statement["Action"]))
        and any(_like(pattern, request.resource) for pattern in listed(statement.get("Resource", "*")))
        and ("Principal" not in statement or _is_principal(statement["Principal"], request.principal))
        and all(
            _holds(operator, key, listed(values), request.context)
            for operator, keys in statement.get("Condition", {}).items()
            for key, values in keys.items()
        )
    )


_ELEMENTS = {"Sid", "Effect", "Action", "Resource", "Principal", "Condition"}


def listed(value: Any) -> list[Any]:
    """IAM accepts a single value instead of a list of one."""
    return value if isinstance(value, list) else [value]


def _names_root(statement: Statement) -> bool:
    principals = statement["Principal"]
    names = listed(principals.get("AWS", [])) if isinstance(principals, dict) else []
    return bool(names) and all(str(name).endswith(":root") for name in names)


def _is_principal(principals: Any, principal: str) -> bool:
    """The root of an account stands for every role of the account."""
    if principals == "*":
        return True
    account = principal.split(":")[4] if principal.startswith("arn:") else None
    return any(
        name in ("*", principal) or (account and name.endswith(f"::{account}:root"))
        for names in principals.values()
        for name in listed(names)
    )


def _holds(operator: str, key: str, wanted: list[Any], context: Mapping[str, Sequence[str]]) -> bool:
    """Without a value for the key, an operator fails, a negated one and ForAllValues hold."""
    quantifier, _, name = operator.rpartition(":")
    compare, negated = _comparison(name)
    values = context.get(key, ())
    results = [any(compare(str(pattern), value) for pattern in wanted) != negated for value in values]
    if quantifier == "ForAllValues":
        return all(results)
    if quantifier == "ForAnyValue":
        return any(results)
    if quantifier or len(values) > 1:
        raise NotImplementedError(f"{operator} on {key} is not evaluated: add it to tools/rehearse/iam.py")
    return results[0] if results else negated


def _comparison(name: str) -> tuple[Callable[[str, str], bool], bool]:
    """How an operator compares a value of the policy with one of the request, and whether it is negated."""
    match name:
        case "StringEquals" | "StringNotEquals":
            return str.__eq__, "Not" in name
        case "StringLike" | "StringNotLike" | "ArnLike" | "ArnEquals" | "ArnNotLike" | "ArnNotEquals":
            return _like, "Not" in name
        case "Bool":
            return lambda pattern, value: pattern.lower() == value.lower(), False
        case _:
            raise NotImplementedError(f"{name} is not evaluated: add it to tools/rehearse/iam.py")


def _like(pattern: str, text: str, *, fold: bool = False) -> bool:
    return (
        _expression(pattern.lower() if fold else pattern).fullmatch(text.lower() if fold else text)
        is not None
    )


@cache
def _expression(pattern: str) -> re.Pattern[str]:
    """The regular expression of a pattern, in which * is any text and ? any character."""
    if "${" in pattern:
        raise NotImplementedError(
            f"the variable in {pattern} is not evaluated: add it to tools/rehearse/iam.py"
        )
    return re.compile(
        "".join({"*": ".*", "?": "."}.get(part, re.escape(part)) for part in pattern), re.DOTALL
    )
