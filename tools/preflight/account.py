"""Questions to the account of a deployment, which change nothing. Nobody has asked AWS itself yet: the tests use moto,
which lacks the answers about Lambda's quota, SES and Bedrock."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from tools.preflight.finding import Finding
from tools.preflight.parameters import certificates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tools.preflight.deployment import Deployment, Settings

ARTIFACTS_STACK = "aws-sam-cli-managed-default"
"""The stack with the bucket that `resolve_s3` in samconfig.toml makes `sam deploy` create."""

type Client = Any
"""A client of boto3. Stubs of six services would be six development dependencies for a call each."""


class Asked(NamedTuple):
    """Facts about the account that decide over a deployment."""

    settings: Settings
    concurrency: int
    """The account's quota of concurrent executions."""
    reserved: int
    """How many of them functions of other stacks have reserved."""


def ask(settings: Settings) -> Asked:
    """Raises: ClientError or BotoCoreError, if the account does not answer."""
    identity = _client("sts", settings.region).get_caller_identity()
    partition = identity["Arn"].split(":")[1]
    settings = settings._replace(account=identity["Account"], partition=partition)
    functions = _client("lambda", settings.region)
    limit = functions.get_account_settings()["AccountLimit"]
    concurrency = limit["ConcurrentExecutions"]
    reserved = concurrency - limit["UnreservedConcurrentExecutions"]
    return Asked(settings, concurrency, reserved - own_reservations(functions, settings.stack_name))


def own_reservations(functions: Client, stack_name: str) -> int:
    """The executions that functions of an existing stack of this name have reserved; an update replaces them."""
    return sum(
        functions.get_function_concurrency(FunctionName=function["FunctionName"]).get(
            "ReservedConcurrentExecutions", 0
        )
        for page in functions.get_paginator("list_functions").paginate()
        for function in page["Functions"]
        if re.match(
            rf"{re.escape(stack_name)}-[A-Z]", function["FunctionName"]
        )  # eal-production is another stack
    )


def findings(deployment: Deployment) -> Iterator[Finding]:
    settings = deployment.settings
    yield Finding("ok", "account", f"{settings.account} in {settings.region}")
    questions: dict[str, Callable[[Deployment], Iterator[Finding]]] = {
        "role of API Gateway's logs": _gateway_logs,
        "login domain": _login_domain,
        "mail of members": _mail,
        "certificates": _certificates,
        "model of Bedrock": _model,
        "bucket for the deployment": _artifacts,
    }
    for subject, question in questions.items():
        try:
            yield from question(deployment)
        except (BotoCoreError, ClientError) as refused:
            text = f"the account did not answer ({refused}): ask it with other credentials"
            yield Finding("warning", subject, text)


def _client(service: str, region: str) -> Client:
    return boto3.client(service, region_name=region)  # type: ignore[call-overload]  # expects the name as a literal


def _gateway_logs(deployment: Deployment) -> Iterator[Finding]:
    stages = deployment.of_type("AWS::ApiGateway::Stage").values()
    if not any("AccessLogSetting" in stage for stage in stages) or deployment.of_type(
        "AWS::ApiGateway::Account"
    ):
        return
    subject = "role of API Gateway's logs"
    role = _client("apigateway", deployment.settings.region).get_account().get("cloudwatchRoleArn")
    if role:
        yield Finding("ok", subject, role)
        return
    yield Finding(
        "fault",
        subject,
        "the account has none in this Region: create a role with the policy AmazonAPIGatewayPushToCloudWatchLogs and "
        "set it with aws apigateway update-account, or deploy with AccessLogs=off",
    )


def _login_domain(deployment: Deployment) -> Iterator[Finding]:
    client = _client("cognito-idp", deployment.settings.region)
    for properties in deployment.of_type("AWS::Cognito::UserPoolDomain").values():
        domain = properties["Domain"]
        owner = client.describe_user_pool_domain(Domain=domain)["DomainDescription"].get("UserPoolId")
        if owner:
            text = f"{domain} belongs to {owner}: continue only if that is this stack's user pool"
            yield Finding("warning", "login domain", text)
        else:
            yield Finding("ok", "login domain", f"{domain} is free")


def _mail(deployment: Deployment) -> Iterator[Finding]:
    subject = "mail of members"
    for pool in deployment.of_type("AWS::Cognito::UserPool").values():
        identity = pool.get("EmailConfiguration", {}).get("SourceArn")
        if not identity:
            text = "Cognito sends at most 50 e-mails a day for the account: set MemberMailIdentityArn"
            yield Finding("warning", subject, text)
            continue
        region, name = identity.split(":")[3], identity.rpartition("/")[2]
        client = _client("sesv2", region)
        if not client.get_email_identity(EmailIdentity=name)["VerifiedForSendingStatus"]:
            yield Finding("fault", subject, f"{name} is not verified: publish the DNS records that SES shows")
        elif not client.get_account()["ProductionAccessEnabled"]:
            yield Finding("fault", subject, f"SES is in the sandbox in {region}: request production access")
        else:
            yield Finding("ok", subject, f"SES sends as {name}")


def _certificates(deployment: Deployment) -> Iterator[Finding]:
    for arn in sorted(set(certificates(deployment).values())):
        client = _client("acm", arn.split(":")[3])
        status = client.describe_certificate(CertificateArn=arn)["Certificate"]["Status"]
        if status == "ISSUED":
            yield Finding("ok", "certificates", f"{arn} is issued")
        else:
            text = f"{arn} has the status {status}: publish its DNS records and wait until it is issued"
            yield Finding("fault", "certificates", text)


def _model(deployment: Deployment) -> Iterator[Finding]:
    model = deployment.main.parameters.get("BedrockModel")
    if not model:
        return
    client = _client("bedrock", deployment.settings.region)
    found = client.get_foundation_model_availability(modelId=model)
    lacking = [
        what
        for what, good in (
            ("the Region", found["regionAvailability"] == "AVAILABLE"),
            ("an agreement", found["agreementAvailability"]["status"] == "AVAILABLE"),
            ("an authorization", found["authorizationStatus"] == "AUTHORIZED"),
            ("an entitlement", found["entitlementAvailability"] == "AVAILABLE"),
        )
        if not good
    ]
    if lacking:
        text = f'{model} lacks {", ".join(lacking)}: enable it in the Bedrock console, or deploy with BedrockModel=""'
        yield Finding("fault", "model of Bedrock", text)
    else:
        yield Finding("ok", "model of Bedrock", f"{model} can be used")


def _artifacts(deployment: Deployment) -> Iterator[Finding]:
    subject = "bucket for the deployment"
    client = _client("cloudformation", deployment.settings.region)
    try:
        (stack,) = client.describe_stacks(StackName=ARTIFACTS_STACK)["Stacks"]
    except ClientError as refused:
        if "does not exist" not in str(refused):
            raise
        yield Finding("ok", subject, f"sam deploy creates it, in the stack {ARTIFACTS_STACK}")
        return
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
    _client("s3", deployment.settings.region).head_bucket(Bucket=outputs["SourceBucket"])
    yield Finding("ok", subject, outputs["SourceBucket"])
