"""Calls to AWS compared with roles: no call without a grant, and no grant without a call."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from tools.fixtures.template import functions
from tools.preflight.finding import Finding
from tools.rehearse import iam
from tools.rehearse.unused import UNUSED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tools.preflight.deployment import Deployment
    from tools.rehearse.calls import AwsCall
    from tools.rehearse.iam import Request, Statement

RECEIVE = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
READ_STREAM = (
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
)
"""The actions with which Lambda reads a queue or a stream as the function's role (Lambda's guide, "Using Lambda with
Amazon SQS" and "Using Lambda with DynamoDB")."""
LOG = ("logs:CreateLogStream", "logs:PutLogEvents")


class Grant(NamedTuple):
    """One action on one resource that a role allows, for one value if a condition has several."""

    role: str
    action: str
    resource: str
    """The logical id and what follows the ARN."""
    narrowed: str = ""

    def __str__(self) -> str:
        return f"{self.role} may {self.action} on {self.resource}" + (
            f" for {self.narrowed}" if self.narrowed else ""
        )


class Roles:
    """The roles of a deployment with what functions, Lambda, API Gateway and Scheduler do with them."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        roles = deployment.of_type("AWS::IAM::Role")
        self.statements = {name: _statements(properties) for name, properties in roles.items()}
        self._functions = deployment.of_type("AWS::Lambda::Function")
        self._of_folder = {
            properties["CodeUri"].removeprefix("functions/"): logical_id
            for logical_id, properties in functions().items()
        }
        self._resource_statements = _resource_statements(deployment)

    def refused(self, folder: str, calls: Iterable[AwsCall]) -> list[str]:
        """The calls that the function's role, or the policy of the resource, does not allow."""
        role = self._role(self._of_folder[folder])
        return [
            f"{role} of functions/{folder} may not {call.action} on {call.resource}"
            + (f" with {dict(call.context)}" if call.context else "")
            for call in sorted(calls)
            if not self._allows(role, self.request(call))
        ]

    def refused_by_services(self, calls: Iterable[AwsCall]) -> list[str]:
        """Requests that AWS would refuse to Lambda, API Gateway and Scheduler, which use roles of the deployment."""
        return [
            f"{role} may not {request.action} on {self._named(request.resource)}"
            for role, request in self._of_services(calls)
            if not self._allows(role, request)
        ]

    def unused(self, calls: Mapping[str, Iterable[AwsCall]]) -> list[Grant]:
        """The grants that no call needs. Statements about what is not created, such as another Region's, count too."""
        made: dict[str, list[Request]] = defaultdict(list)
        for folder, found in calls.items():
            made[self._role(self._of_folder[folder])] += map(self.request, found)
        for role, request in self._of_services(call for found in calls.values() for call in found):
            made[role].append(request)
        return [
            grant
            for role, statements in self.statements.items()
            for statement in statements
            for grant, part in self._parts(role, statement)
            if not any(iam.matches(part, request) for request in made[role])
        ]

    def grants(self, role: str) -> Iterator[Grant]:
        for statement in self.statements[role]:
            yield from (grant for grant, _ in self._parts(role, statement))

    def request(self, call: AwsCall) -> Request:
        """The request of a call, with ARNs of the deployment."""
        logical_id, _, rest = call.resource.partition("/")
        context = {key: list(values) for key, values in call.context}
        if logical_id in ("BedrockProfile", "BedrockModel"):
            profile, model = _bedrock(self._deployment)
            if logical_id == "BedrockModel":
                context["bedrock:InferenceProfileArn"] = [profile]
            return iam.Request(call.action, profile if logical_id == "BedrockProfile" else model, context)
        arn = self._deployment.arn(logical_id)
        if logical_id in self._deployment.of_type("AWS::Scheduler::ScheduleGroup"):
            arn = arn.replace(":schedule-group/", ":schedule/")
        return iam.Request(call.action, f"{arn}/{rest}" if rest else arn, context)

    def _allows(self, role: str, request: Request) -> bool:
        request = request._replace(principal=self._deployment.arn(role))
        owner = next(
            (arn for arn in self._resource_statements if request.resource.startswith(arn)), request.resource
        )
        return iam.allowed(request, self.statements[role], self._resource_statements.get(owner, ()))

    def _role(self, logical_id: str) -> str:
        return self._deployment.logical_ids[self._functions[logical_id]["Role"]]

    def _of_services(self, calls: Iterable[AwsCall]) -> Iterator[tuple[str, Request]]:
        for logical_id, function in self._functions.items():
            if group := function.get("LoggingConfig", {}).get("LogGroup"):
                arn = self._deployment.arn(self._deployment.references[group]).removesuffix("*")
                for action in LOG:
                    yield self._role(logical_id), iam.Request(action, f"{arn}log-stream:a")
        for mapping in self._deployment.of_type("AWS::Lambda::EventSourceMapping").values():
            source = mapping["EventSourceArn"]
            role = self._role(self._deployment.references[mapping["FunctionName"]])
            actions = RECEIVE if source.split(":")[2] == "sqs" else READ_STREAM
            yield from ((role, iam.Request(action, source)) for action in actions)
        yield from self._of_gateway()
        for call in calls:
            context = dict(call.context)
            if call.action == "scheduler:CreateSchedule":
                (role,) = context["role"]
                for target in context["targets"]:
                    yield role, iam.Request("sqs:SendMessage", self._deployment.arn(target))

    def _of_gateway(self) -> Iterator[tuple[str, Request]]:
        """API Gateway invokes functions with the credentials of the integration, and judges by their tags."""
        arns = {self._deployment.arn(logical_id): logical_id for logical_id in self._functions}
        for api in self._deployment.of_type("AWS::ApiGateway::RestApi").values():
            for operations in api["Body"]["paths"].values():
                for operation in operations.values():
                    integration = operation["x-amazon-apigateway-integration"]
                    if "credentials" not in integration:
                        continue
                    arn = integration["uri"].partition("/functions/")[2].removesuffix("/invocations")
                    tags = self._functions[arns[arn]].get("Tags", [])
                    context = {f"aws:ResourceTag/{tag['Key']}": [str(tag["Value"])] for tag in tags}
                    role = self._deployment.logical_ids[integration["credentials"]]
                    yield role, iam.Request("lambda:InvokeFunction", arn, context)

    def _parts(self, role: str, statement: Statement) -> Iterator[tuple[Grant, Statement]]:
        """Each action on each resource that a statement allows, for each value of a condition."""
        for action in iam.listed(statement["Action"]):
            for resource in iam.listed(statement["Resource"]):
                for value, condition in _narrowed(statement.get("Condition", {})):
                    part = {**statement, "Action": action, "Resource": resource, "Condition": condition}
                    yield Grant(role, action, self._named(resource), value), part

    def _named(self, arn: str) -> str:
        """An ARN with the logical id in place of its beginning."""
        arn = arn.replace(":schedule/", ":schedule-group/")
        found = max(
            (known for known in self._deployment.logical_ids if arn.startswith(known.removesuffix(":*"))),
            key=len,
            default=None,
        )
        if found is None:
            return arn.split(":", 5)[-1]
        return self._deployment.logical_ids[found] + arn.removeprefix(found.removesuffix(":*")).removesuffix(
            ":*"
        )


def findings(roles: Roles, calls: Mapping[str, Iterable[AwsCall]]) -> Iterator[Finding]:
    """Faults, and what was compared. A reason in UNUSED for what is no grant is a fault, too."""
    add = "add it to the role, or make the call with another function"
    every = [call for found in calls.values() for call in found]
    refused = [text for folder, found in calls.items() for text in roles.refused(folder, found)]
    for text in (*refused, *roles.refused_by_services(every)):
        yield Finding("fault", "grants", f"{text}: {add}")
    unused = roles.unused(calls)
    for grant in unused:
        if not any(excepted.covers(grant) for excepted in UNUSED):
            advice = "remove it, add a request to a journey, or give a reason in tools/rehearse/unused.py"
            yield Finding("fault", "grants", f"{grant}, and no call needs it: {advice}")
    every_grant = [grant for role in roles.statements for grant in roles.grants(role)]
    for excepted in UNUSED:
        if not any(excepted.covers(grant) for grant in every_grant):
            yield Finding("fault", "grants", f"{excepted} names no grant: remove it from UNUSED")
    compared = f"{len(every)} calls of {len(calls)} functions with {len(every_grant)} grants of {len(roles.statements)}"
    yield Finding("ok", "grants", f"compared {compared} roles; {len(unused)} grants are unused")


def _statements(role: Mapping[str, Any]) -> list[Statement]:
    return [
        statement
        for policy in role.get("Policies", [])
        for statement in iam.listed(policy["PolicyDocument"]["Statement"])
    ]


def _resource_statements(deployment: Deployment) -> dict[str, list[Statement]]:
    """The statements of the policies of keys, buckets and queues, by the ARN of the resource."""
    found: dict[str, list[Statement]] = {}
    for logical_id, key in deployment.of_type("AWS::KMS::Key").items():
        found[deployment.arn(logical_id)] = key["KeyPolicy"]["Statement"]
    for kind, member in (("AWS::S3::BucketPolicy", "Bucket"), ("AWS::SQS::QueuePolicy", "Queues")):
        for policy in deployment.of_type(kind).values():
            for reference in iam.listed(policy[member]):
                arn = deployment.arn(deployment.references[reference])
                found.setdefault(arn, []).extend(iam.listed(policy["PolicyDocument"]["Statement"]))
    return found


def _narrowed(condition: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The condition once for each value that it allows, with that value; other conditions as they are."""
    for operator, keys in condition.items():
        for key, values in keys.items():
            if "Not" not in operator and isinstance(values, list):
                rest = {name: other for name, other in keys.items() if name != key}
                return [(value, {**condition, operator: {**rest, key: value}}) for value in values]
    return [("", dict(condition))]


def _bedrock(deployment: Deployment) -> tuple[str, str]:
    """The ARNs of the inference profile and of the model, in another Region, as a profile may choose one."""
    settings, given = deployment.settings, deployment.main.parameters
    model, partition = given["BedrockModel"], settings.partition
    place = f"{settings.region}:{settings.account}"
    return (
        f"arn:{partition}:bedrock:{place}:inference-profile/{given['BedrockProfile']}.{model}",
        f"arn:{partition}:bedrock:us-west-2::foundation-model/{model}",
    )
