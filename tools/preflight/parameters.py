"""Parameters of a deployment: what the template's declarations and Rules accept, and the Regions of certificates."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tools.preflight.finding import Finding
from tools.preflight.intrinsics import UnknownReferenceError
from tools.preflight.rules import refusals

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tools.preflight.deployment import Deployment

FROM_US_EAST_1 = {"AWS::CloudFront::Distribution", "AWS::Cognito::UserPoolDomain"}
"""Types whose certificates are in us-east-1, whatever the Region of the stack."""


def findings(deployment: Deployment) -> Iterator[Finding]:
    found = [
        *_declared(deployment),
        *_rules(deployment),
        *_certificate_regions(deployment),
    ]
    yield from found
    if not found:
        rules = len(deployment.main.template.get("Rules", {}))
        yield Finding(
            "ok",
            "parameters",
            f"{len(deployment.main.parameters)} have an accepted value; {rules} rules hold",
        )


def _declared(deployment: Deployment) -> Iterator[Finding]:
    declared = deployment.main.template.get("Parameters", {})
    for name, value in deployment.main.parameters.items():
        if name not in declared:
            yield Finding("fault", f"parameter {name}", "the template has no such parameter: leave it out")
        elif reason := _refused(declared[name], str(value)):
            yield Finding("fault", f"parameter {name}", f"{value} is not accepted: {reason}")
    for name in declared.keys() - deployment.main.parameters.keys():
        yield Finding("fault", f"parameter {name}", "has no default: give it with --parameter")


def _refused(declared: Mapping[str, Any], value: str) -> str | None:
    """The demand of a parameter's declaration that the value does not meet; None if it meets all."""
    allowed = [str(each) for each in declared.get("AllowedValues", [])]
    if allowed and value not in allowed:
        return f"use one of {', '.join(allowed)}"
    if (pattern := declared.get("AllowedPattern")) and not re.fullmatch(pattern, value):
        return declared.get("ConstraintDescription") or f"it must match {pattern}"
    if declared["Type"] == "Number":
        low, high = float(declared.get("MinValue", "-inf")), float(declared.get("MaxValue", "inf"))
        if not re.fullmatch(r"-?\d+(\.\d+)?", value) or not low <= float(value) <= high:
            return f"use a number from {low:g} to {high:g}"
    if not int(declared.get("MinLength", 0)) <= len(value) <= int(declared.get("MaxLength", 4_096)):
        return "use another length"
    return None


def _rules(deployment: Deployment) -> Iterator[Finding]:
    """The assertions of Rules that do not hold. CloudFormation checks them before it creates anything."""
    main, region = deployment.main, deployment.settings.region
    declared = main.template.get("Parameters", {})
    given = {name: str(value) for name, value in main.parameters.items() if name in declared}
    for name in main.template.get("Rules", {}):
        try:
            for refusal in refusals(main.template, given, region, name):
                yield Finding("fault", f"rule {name}", refusal.advice)
        except (UnknownReferenceError, NotImplementedError) as unknown:
            yield Finding("warning", f"rule {name}", f"could not be evaluated, because {unknown}")


def _certificate_regions(deployment: Deployment) -> Iterator[Finding]:
    """Certificates in another Region than what uses them. Cognito and CloudFront take theirs from us-east-1."""
    for logical_id, arn in certificates(deployment).items():
        kind = deployment.types[logical_id]
        needed = "us-east-1" if kind in FROM_US_EAST_1 else deployment.settings.region
        if arn.split(":")[3:4] != [needed]:
            text = f"{logical_id} needs a certificate of {needed}: request one of ACM there"
            yield Finding("fault", f"certificate {arn}", text)


def certificates(deployment: Deployment) -> dict[str, str]:
    """The certificates that resources use: logical id to ARN."""
    return {
        logical_id: arn
        for stack in deployment
        for logical_id, resource in stack.resources.items()
        if resource["Type"] != "AWS::CloudFormation::Stack"  # which only passes it on
        for arn in _certificates_in(resource["Properties"])
    }


def _certificates_in(node: object) -> Iterator[str]:
    if isinstance(node, list):
        for member in node:
            yield from _certificates_in(member)
    if isinstance(node, dict):
        for name, value in node.items():
            if name.endswith("CertificateArn") and isinstance(value, str) and value:
                yield value
            else:
                yield from _certificates_in(value)
