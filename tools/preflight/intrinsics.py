"""CloudFormation's intrinsic functions, evaluated for given parameters and names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ABSENT = object()
"""The value of AWS::NoValue: the property that has it is left out."""
_VARIABLE = re.compile(r"\$\{([^!}][^}]*)\}")


class UnknownReferenceError(ValueError):
    """The template refers to what it does not define."""


class Evaluator:
    """Replaces intrinsic functions by their values.

    `values` has a value for each parameter, pseudo-parameter and resource. `attribute` returns that of a GetAtt. The
    functions that only Rules may use are included.
    """

    def __init__(
        self,
        template: Mapping[str, Any],
        values: Mapping[str, Any],
        attribute: Callable[[str, str], str],
    ) -> None:
        self._conditions = template.get("Conditions", {})
        self._mappings = template.get("Mappings", {})
        self._parameters = template.get("Parameters", {})
        self._values = values
        self._attribute = attribute

    def condition(self, name: str) -> bool:
        if name not in self._conditions:
            raise UnknownReferenceError(f"the condition {name} is not defined")
        return self._truth(self._conditions[name])

    def value(self, node: Any) -> Any:
        """Raises: UnknownReferenceError, and NotImplementedError for a function that this class lacks."""
        if isinstance(node, list):
            return [value for member in node if (value := self.value(member)) is not ABSENT]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            (name,) = node
            if name in ("Ref", "Condition") or name.startswith("Fn::"):
                return self._function(name, node[name])
        evaluated = {name: self.value(member) for name, member in node.items()}
        return {name: value for name, value in evaluated.items() if value is not ABSENT}

    def _function(self, name: str, argument: Any) -> Any:
        match name:
            case "Ref":
                return self._reference(argument)
            case "Fn::GetAtt":
                parts = argument if isinstance(argument, list) else argument.split(".", 1)
                return self._get_att(*parts)
            case "Fn::Sub":
                return self._substitute(argument)
            case "Fn::If":
                condition, yes, no = argument
                return self.value(yes if self.condition(condition) else no)
            case "Fn::Join":
                return argument[0].join(map(str, self.value(argument[1])))
            case "Fn::Select":
                return self.value(argument[1])[int(self.value(argument[0]))]
            case "Fn::Split":
                return self.value(argument[1]).split(argument[0])
            case "Fn::FindInMap":
                mapping, first, second = map(self.value, argument)
                return self._mappings[mapping][first][second]
            case _:
                return self._logical(name, argument)

    def _logical(self, name: str, argument: Any) -> Any:
        match name:
            case "Condition" if isinstance(argument, str):
                return self.condition(argument)
            case "Condition":  # the block of an IAM statement
                return {name: self.value(argument)}
            case "Fn::Equals":
                first, second = map(self.value, argument)
                return str(first) == str(second)
            case "Fn::Not":
                return not self._truth(argument[0])
            case "Fn::And":
                return all(map(self._truth, argument))
            case "Fn::Or":
                return any(map(self._truth, argument))
            case _:
                return self._of_rules(name, argument)

    def _of_rules(self, name: str, argument: Any) -> Any:
        match name:
            case "Fn::Contains":
                allowed, wanted = map(self.value, argument)
                return str(wanted) in map(str, allowed)
            case "Fn::EachMemberIn":
                first, second = map(self.value, argument)
                return set(first) <= set(second)
            case "Fn::EachMemberEquals":
                first, wanted = map(self.value, argument)
                return all(str(member) == str(wanted) for member in first)
            case "Fn::RefAll":
                kinds = {name: parameter["Type"] for name, parameter in self._parameters.items()}
                return [self._values[name] for name, kind in kinds.items() if kind == argument]
            case _:
                raise NotImplementedError(f"{name} is not evaluated: add it to tools/preflight/intrinsics.py")

    def _truth(self, node: Any) -> bool:
        return self.value(node) is True

    def _reference(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return ABSENT
        if name not in self._values:
            raise UnknownReferenceError(f"{name} is neither a parameter nor a resource that is created")
        return self._values[name]

    def _get_att(self, logical_id: str, attribute: str) -> str:
        if logical_id not in self._values:
            raise UnknownReferenceError(f"{logical_id} is no resource that is created")
        return self._attribute(logical_id, attribute)

    def _substitute(self, argument: Any) -> str:
        text, own = argument if isinstance(argument, list) else (argument, {})

        def value(match: re.Match[str]) -> str:
            name, _, attribute = match[1].partition(".")
            if match[1] in own:
                return str(self.value(own[match[1]]))
            return str(self._get_att(name, attribute) if attribute else self._reference(name))

        return _VARIABLE.sub(value, text).replace("${!", "${")
