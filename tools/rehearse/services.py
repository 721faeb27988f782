"""Messages and invocations of AWS's services in the name of a resource, compared with the policies of receivers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tools.preflight.finding import Finding
from tools.rehearse import iam

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.preflight.deployment import Deployment
    from tools.rehearse.iam import Request, Statement


def findings(deployment: Deployment) -> Iterator[Finding]:
    policies = _policies(deployment)
    number = 0
    for sender, request in (*_rules(deployment), *_notifications(deployment), *_endpoints(deployment)):
        number += 1
        if not iam.allowed(request, (), policies.get(request.resource, ())):
            receiver = deployment.logical_ids[request.resource]
            text = (
                f"{request.principal} may not {request.action} on {receiver} for {sender}: add it to the policy or "
                f"permission of {receiver}"
            )
            yield Finding("fault", "grants of services", text)
    yield Finding(
        "ok", "grants of services", f"compared {number} messages and invocations with their receivers"
    )


def _rules(deployment: Deployment) -> Iterator[tuple[str, Request]]:
    for logical_id, rule in deployment.of_type("AWS::Events::Rule").items():
        bus, arn = rule.get("EventBusName"), deployment.arn(logical_id)
        source = arn.replace(":rule/", f":rule/{bus}/") if bus else arn
        context = {"aws:SourceArn": [source], "aws:SourceAccount": [deployment.settings.account]}
        for target in rule["Targets"]:
            arns = [target["Arn"], target.get("DeadLetterConfig", {}).get("Arn")]
            for arn in filter(None, arns):
                action = "sqs:SendMessage" if arn.split(":")[2] == "sqs" else "lambda:InvokeFunction"
                yield logical_id, iam.Request(action, arn, context, "events.amazonaws.com")


def _notifications(deployment: Deployment) -> Iterator[tuple[str, Request]]:
    for logical_id, bucket in deployment.of_type("AWS::S3::Bucket").items():
        context = {
            "aws:SourceArn": [deployment.arn(logical_id)],
            "aws:SourceAccount": [deployment.settings.account],
        }
        for each in bucket.get("NotificationConfiguration", {}).get("QueueConfigurations", []):
            yield logical_id, iam.Request("sqs:SendMessage", each["Queue"], context, "s3.amazonaws.com")


def _endpoints(deployment: Deployment) -> Iterator[tuple[str, Request]]:
    """Function URLs without authorization, and HTTP APIs, which have no role."""
    for logical_id, url in deployment.of_type("AWS::Lambda::Url").items():
        if url["AuthType"] == "NONE":
            arn = deployment.arn(deployment.references[url["TargetFunctionArn"]])
            context = {"lambda:FunctionUrlAuthType": ["NONE"], "lambda:InvokedViaFunctionUrl": ["true"]}
            # Both since October 2025 (Lambda's guide, "Control access to Lambda function URLs").
            for action in ("lambda:InvokeFunctionUrl", "lambda:InvokeFunction"):
                yield logical_id, iam.Request(action, arn, context, "anybody")
    for logical_id, integration in deployment.of_type("AWS::ApiGatewayV2::Integration").items():
        if "CredentialsArn" not in integration:
            place = f"{deployment.settings.region}:{deployment.settings.account}"
            source = (
                f"arn:{deployment.settings.partition}:execute-api:{place}:{integration['ApiId']}/$default"
            )
            arn, context = integration["IntegrationUri"], {"aws:SourceArn": [source]}
            yield logical_id, iam.Request("lambda:InvokeFunction", arn, context, "apigateway.amazonaws.com")


def _policies(deployment: Deployment) -> dict[str, list[Statement]]:
    """The statements of queues and functions, by ARN. A Lambda permission is a statement of its function."""
    found: dict[str, list[Statement]] = {}
    for policy in deployment.of_type("AWS::SQS::QueuePolicy").values():
        for url in policy["Queues"]:
            arn = deployment.arn(deployment.references[url])
            found.setdefault(arn, []).extend(policy["PolicyDocument"]["Statement"])
    for permission in deployment.of_type("AWS::Lambda::Permission").values():
        name = permission["FunctionName"]
        arn = name if name.startswith("arn:") else deployment.arn(deployment.references[name])
        found.setdefault(arn, []).append(_statement(permission))
    return found


def _statement(permission: dict[str, Any]) -> Statement:
    condition: dict[str, dict[str, str]] = {}
    if "SourceArn" in permission:
        condition["ArnLike"] = {"aws:SourceArn": permission["SourceArn"]}
    if "FunctionUrlAuthType" in permission:
        condition["StringEquals"] = {"lambda:FunctionUrlAuthType": permission["FunctionUrlAuthType"]}
    if "InvokedViaFunctionUrl" in permission:
        condition["Bool"] = {"lambda:InvokedViaFunctionUrl": str(permission["InvokedViaFunctionUrl"]).lower()}
    principal = permission["Principal"]
    return {
        "Effect": "Allow",
        "Principal": "*" if principal == "*" else {"Service": principal},
        "Action": permission["Action"],
        "Condition": condition,
    }
