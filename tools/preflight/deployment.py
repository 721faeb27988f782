"""A deployment as data: the stacks, each with the resources that it would create and the values of their references."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from tools.fixtures.template import MAIN, NESTED, ROOT, expanded, read
from tools.preflight.intrinsics import Evaluator

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SUFFIX = "0123456789AB"
"""Stands for the random characters, 12 or 13, that CloudFormation appends to the names that it chooses."""
_STACK_UUID = "01234567-89ab-cdef-0123-456789abcdef"
_ARNS = {
    "AWS::Cognito::UserPool": "cognito-idp:{region}:{account}:userpool/{name}",
    "AWS::DynamoDB::Table": "dynamodb:{region}:{account}:table/{name}",
    "AWS::Events::EventBus": "events:{region}:{account}:event-bus/{name}",
    "AWS::Events::Rule": "events:{region}:{account}:rule/{name}",
    "AWS::IAM::Role": "iam::{account}:role/{name}",
    "AWS::KMS::Key": "kms:{region}:{account}:key/{name}",
    "AWS::Lambda::Function": "lambda:{region}:{account}:function:{name}",
    "AWS::Logs::LogGroup": "logs:{region}:{account}:log-group:{name}:*",
    "AWS::S3::Bucket": "s3:::{name}",
    "AWS::Scheduler::ScheduleGroup": "scheduler:{region}:{account}:schedule-group/{name}",
    "AWS::SecretsManager::Secret": "secretsmanager:{region}:{account}:secret:{name}",
    "AWS::SNS::Topic": "sns:{region}:{account}:{name}",
    "AWS::SQS::Queue": "sqs:{region}:{account}:{name}",
}
"""The ARNs of the types whose ARN a policy names. Others get one of this form, which is only unique."""
_NAMES = {
    "AWS::Cognito::UserPoolDomain": "Domain",
    "AWS::Events::EventBus": "Name",
    "AWS::Scheduler::ScheduleGroup": "Name",
}
"""The property by which a template names a resource itself."""
_REF_IS_ARN = {"AWS::Lambda::LayerVersion", "AWS::SecretsManager::Secret", "AWS::SNS::Topic"}


class Settings(NamedTuple):
    """Inputs of a deployment besides the templates."""

    parameters: Mapping[str, str] = {}
    stack_name: str = "eal"
    region: str = "us-east-1"
    account: str = "123456789012"
    partition: str = "aws"


class Stack:
    """One stack of a deployment. `given` are its parameters, `name` is the physical one."""

    def __init__(
        self, path: str, template: dict[str, Any], name: str, given: Mapping[str, Any], settings: Settings
    ) -> None:
        self.path, self.template, self.name, self._settings = path, template, name, settings
        defaults = {
            key: parameter["Default"]
            for key, parameter in template.get("Parameters", {}).items()
            if "Default" in parameter
        }
        self.parameters = defaults | dict(given)
        self._values = self.parameters | {
            "AWS::AccountId": settings.account,
            "AWS::Partition": settings.partition,
            "AWS::Region": settings.region,
            "AWS::StackId": f"arn:aws:cloudformation:{settings.region}:{settings.account}:stack/{name}/{_STACK_UUID}",
            "AWS::StackName": name,
            "AWS::URLSuffix": "amazonaws.com",
        }
        self.evaluator = Evaluator(template, self._values, self.attribute)
        self._types = {
            logical_id: resource["Type"]
            for logical_id, resource in template["Resources"].items()
            if "Condition" not in resource or self.evaluator.condition(resource["Condition"])
        }
        for logical_id in self._types:
            self._values[logical_id] = self._reference(logical_id)

    @cached_property
    def resources(self) -> dict[str, dict[str, Any]]:
        """The resources that are created, with their properties evaluated: logical id to resource."""
        return {
            logical_id: {
                **self.template["Resources"][logical_id],
                "Properties": self.evaluator.value(
                    self.template["Resources"][logical_id].get("Properties", {})
                ),
            }
            for logical_id in self._types
        }

    def of_type(self, kind: str) -> dict[str, dict[str, Any]]:
        """The properties of the created resources of one type, by logical id."""
        return {
            logical_id: self.resources[logical_id]["Properties"]
            for logical_id, found in self._types.items()
            if found == kind
        }

    def attribute(self, logical_id: str, name: str) -> str:
        """The value of a GetAtt."""
        arn = self.arn(logical_id)
        match name:
            case "Arn" | "EventSourceArn":
                return arn
            case "StreamArn":
                return f"{arn}/stream/2026-01-01T00:00:00.000"
            case "QueueName" | "BucketName":
                return self.physical_name(logical_id)
            case _:
                return f"{self.physical_name(logical_id)}.{name}"

    def arn(self, logical_id: str) -> str:
        form = _ARNS.get(self._types[logical_id], "{kind}:{region}:{account}:{name}")
        kind = self._types[logical_id].split("::")[1].lower()
        place = {"region": self._settings.region, "account": self._settings.account}
        return f"arn:{self._settings.partition}:" + form.format(
            kind=kind, name=self.physical_name(logical_id), **place
        )

    def physical_name(self, logical_id: str) -> str:
        properties = self.template["Resources"][logical_id].get("Properties", {})
        kind = self._types[logical_id]
        if (named := properties.get(_NAMES.get(kind, ""))) is not None:
            return str(self.evaluator.value(named))
        name = f"{self.name}-{logical_id}-{SUFFIX}"
        return name.lower() if kind == "AWS::S3::Bucket" else name

    def _reference(self, logical_id: str) -> str:
        kind, name = self._types[logical_id], self.physical_name(logical_id)
        if kind == "AWS::SQS::Queue":
            return f"https://sqs.{self._settings.region}.amazonaws.com/{self._settings.account}/{name}"
        return self.arn(logical_id) if kind in _REF_IS_ARN else name


class Deployment:
    """All stacks of a deployment. `templates` are expanded: path to template."""

    def __init__(self, templates: Mapping[str, dict[str, Any]], settings: Settings | None = None) -> None:
        self.settings = settings or Settings()
        main = Stack(MAIN, templates[MAIN], self.settings.stack_name, self.settings.parameters, self.settings)
        self.main = main
        self.stacks = {MAIN: main}
        for logical_id, path in NESTED.items():
            if logical_id in main.resources:
                given = main.resources[logical_id]["Properties"].get("Parameters", {})
                self.stacks[path] = Stack(
                    path, templates[path], main.physical_name(logical_id), given, self.settings
                )

    def of_type(self, kind: str) -> dict[str, dict[str, Any]]:
        """The properties of the created resources of one type in all stacks. Logical ids are unique in the project."""
        return {
            logical_id: properties
            for stack in self.stacks.values()
            for logical_id, properties in stack.of_type(kind).items()
        }

    @cached_property
    def types(self) -> dict[str, str]:
        """The type of each created resource, by logical id."""
        return {
            logical_id: resource["Type"]
            for stack in self.stacks.values()
            for logical_id, resource in stack.resources.items()
        }

    def arn(self, logical_id: str) -> str:
        """Raises: KeyError if no stack creates the resource."""
        for stack in self.stacks.values():
            if logical_id in stack.resources:
                return stack.arn(logical_id)
        raise KeyError(logical_id)

    @cached_property
    def references(self) -> dict[str, str]:
        """The logical id of each resource by the value of its Ref."""
        return {
            stack.evaluator.value({"Ref": logical_id}): logical_id
            for stack in self.stacks.values()
            for logical_id in stack.resources
        }

    @cached_property
    def logical_ids(self) -> dict[str, str]:
        """The logical id of each resource by its ARN."""
        return {
            stack.arn(logical_id): logical_id
            for stack in self.stacks.values()
            for logical_id in stack.resources
        }

    def __iter__(self) -> Iterator[Stack]:
        return iter(self.stacks.values())


def templates() -> dict[str, dict[str, Any]]:
    """The templates of the tree after SAM's transform: path to template."""
    return {path: expanded(template) for path, template in read(ROOT).items()}
