"""The Rules of a template, evaluated as CloudFormation does before it creates or changes anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from tools.preflight.intrinsics import Evaluator, UnknownReferenceError

if TYPE_CHECKING:
    from collections.abc import Mapping


class Refusal(NamedTuple):
    """An assertion that does not hold: the name of its rule, and its description."""

    rule: str
    advice: str


def refusals(
    template: Mapping[str, Any], parameters: Mapping[str, str], region: str, rule: str | None = None
) -> list[Refusal]:
    """The assertions that the parameters do not meet, of one rule or of all. Parameters that are left out have their
    defaults.

    Raises: UnknownReferenceError for a parameter that does not exist; NotImplementedError for a function that is not
    evaluated here, or that CloudFormation refuses in Rules.
    """
    declared = template["Parameters"]
    if unknown := parameters.keys() - declared.keys():
        raise UnknownReferenceError(f"the template has no parameter {', '.join(sorted(unknown))}")
    defaults = {name: found["Default"] for name, found in declared.items() if "Default" in found}
    evaluator = Evaluator(
        {"Parameters": declared}, {**defaults, **parameters, "AWS::Region": region}, _no_resource
    )
    return [
        Refusal(name, assertion.get("AssertDescription", "see the rule in the template"))
        for name, found in template.get("Rules", {}).items()
        if name == (rule or name) and _holds(evaluator, found.get("RuleCondition", True))
        for assertion in found["Assertions"]
        if not _holds(evaluator, assertion["Assert"])
    ]


def _holds(evaluator: Evaluator, node: Any) -> bool:
    # The guide lists Fn::If among the functions of Rules, but the service refuses it.
    if "'Fn::If'" in repr(node):
        raise NotImplementedError("CloudFormation refuses Fn::If in Rules")
    return evaluator.value(node) is True


def _no_resource(logical_id: str, _attribute: str) -> str:
    raise UnknownReferenceError(f"{logical_id} is a resource, and Rules know only parameters")
