"""Each check of tests/structure can fail: a test breaks a copy of the tree in one way, and expects a fragment of the
check's sentence.
"""

from __future__ import annotations

import copy
import json
import re
import shutil
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from eal.entry.http import openapi as served
from tests.structure.checks import (
    annotation_style,
    catalogue,
    dependencies,
    docstrings,
    document,
    documents,
    gateway,
    generated,
    grants,
    imports,
    limits,
    modules,
    names,
    queues,
    routes,
    templates,
    throttles,
    tree,
    workers,
    writes,
    xactimate,
)
from tests.structure.project import HERE, Project
from tools.fixtures.template import ALARMS, GATEWAY, MAIN, NESTED, WORKERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

COPIED = (
    "functions", "events", "layers", "tests/functions", "tools/requirements.txt", "tools/scan/requirements.txt",
    "tools/train/requirements.txt", "tools/audit/requirements.txt", ".github/workflows",
    "template.yaml", "alarms.yaml", "docs", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "LICENSE",
    "Makefile",
)  # fmt: skip


_changed: dict[Path, bytes | None] = {}
"""The files of the copy that a test writes or removes, with their content before; None if there was none."""


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("copy")
    for name in COPIED:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        if (HERE.root / name).is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "*encoder.npz")
            shutil.copytree(HERE.root / name, root / name, ignore=ignored, copy_function=shutil.copyfile)
        else:
            shutil.copyfile(HERE.root / name, root / name)
    return root


@pytest.fixture
def root(copied: Path) -> Iterator[Path]:
    """One copy to break for all tests, because a copy takes longer than a check. What a test changes is restored."""
    yield copied
    while _changed:
        _restore(*_changed.popitem())


def _restore(path: Path, content: bytes | None) -> None:
    shutil.rmtree(path.parent / "__pycache__", ignore_errors=True)  # compiled in the second of the change
    if content is not None:
        path.write_bytes(content)
        return
    path.unlink()
    while not any(path.parent.iterdir()):
        path = path.parent
        path.rmdir()


def _remember(path: Path) -> None:
    _changed.setdefault(path, path.read_bytes() if path.exists() else None)


def _replace(path: Path, text: str) -> None:
    _remember(path)
    path.write_text(text)


type Break = Callable[[Path], object]


def write(name: str, text: str) -> Break:
    def breaks(root: Path) -> None:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        _replace(root / name, text)

    return breaks


def remove(name: str) -> Break:
    def breaks(root: Path) -> None:
        _remember(root / name)
        (root / name).unlink()

    return breaks


def change(name: str, old: str, new: str) -> Break:
    def breaks(root: Path) -> None:
        text = (root / name).read_text()
        assert old in text, f"{name} has no {old!r} any more: break it in another way"
        _replace(root / name, text.replace(old, new, 1))

    return breaks


def prepend(name: str, text: str) -> Break:
    """Insert the text after the docstring, before the imports."""

    def breaks(root: Path) -> None:
        before, quotes, after = (root / name).read_text().partition('"""\n')
        _replace(root / name, before + quotes + text + after)

    return breaks


def append(name: str, text: str) -> Break:
    def breaks(root: Path) -> None:
        _replace(root / name, (root / name).read_text() + text)

    return breaks


def in_template(old: str, new: str) -> Break:
    """Change the first of the templates that contains `old`."""

    def breaks(root: Path) -> None:
        path = next((name for name in (MAIN, *NESTED.values()) if old in (root / name).read_text()), MAIN)
        change(path, old, new)(root)

    return breaks


def role(folder: str, old: str, new: str) -> Break:
    line = f"functions/{folder}\n      Role: !GetAtt "
    return in_template(line + old, line + new)


def unreserved(folder: str) -> Break:
    """Remove a function's reserved concurrency."""

    def breaks(root: Path) -> None:
        for name in (MAIN, WORKERS):
            text = (root / name).read_text()
            pattern = rf"(CodeUri: {folder}\n      Role: .*\n)      ReservedConcurrentExecutions: .*\n"
            _replace(root / name, re.sub(pattern, r"\1", text))

    return breaks


def _with_path_parts(root: Path) -> None:
    """Replace the definition of the REST API by one with 301 paths below /v1."""
    paths: dict[str, object] = {f"/v1/{number}": {} for number in range(301)}
    _replace(root / GATEWAY, json.dumps({"paths": paths}))


STORE = "layers/shared/eal/domain/leads/store.py"
MODEL = "layers/shared/eal/domain/leads/model.py"
WIRE = "layers/shared/eal/domain/leads/wire.py"
EVENTS = "layers/shared/eal/core/events/catalogue.py"
CREATE = "functions/leads/create/app.py"
WORKER = "functions/workers/fan_out_events/app.py"
GUIDE = "docs/operations.md"
RECORD = "docs/decisions/0010-statistics.md"
_TAKES = "sqs:ReceiveMessage, sqs:DeleteMessage, sqs:GetQueueAttributes, sqs:SendMessage, sqs:ChangeMessageVisibility"
CLASSIFY_ROLE = f"""              - Effect: Allow
                Action: [{_TAKES}]
                Resource: !GetAtt ClassifyQueue.Arn
"""

BROKEN: list[tuple[Callable[[Project], Iterable[str]], Break, str]] = [
    # the tree
    (tree.faults, write("functions/leads/merge/app.py", ""), "functions/leads/merge has 0 resources"),
    (
        tree.faults,
        write("functions/workers/merge/app.py", ""),
        "functions/workers/merge has 0 resources in functions/workers/template.yaml",
    ),
    (tree.faults, remove("functions/leads/get/app.py"), "LeadsGet has no functions/leads/get/app.py"),
    (tree.faults, in_template("  LeadsGet:", "  GetLead:"), "rename GetLead to LeadsGet"),
    (tree.faults, remove("events/leads/get.json"), "add events/leads/get.json"),
    (tree.faults, write("events/leads/merge.json", "{}"), "events/leads/merge.json belongs to no function"),
    (tree.faults, remove("tests/functions/leads/test_get.py"), "add tests/functions/leads/test_get.py"),
    (tree.faults, write("tests/functions/leads/test_x.py", ""), "test_x.py belongs to no function"),
    (tree.faults, write("functions/leads/get/model.py", ""), "functions/leads/get has model.py"),
    (tree.faults, write("functions/leads/Get-all/app.py", ""), "rename 'Get-all' to a lower-case identifier"),
    (tree.faults, write("functions/leads/del/app.py", ""), "rename 'del' to a lower-case identifier"),
    (tree.faults, write("functions/leads/notes/add/app.py", ""), "must be functions/<resource>/<action>"),
    (tree.faults, write("layers/shared/eal/utils.py", ""), "'utils' has no meaning"),
    (tree.faults, write("NOTES.md", ""), "NOTES.md does not belong at the top level"),
    # routes
    (
        routes.faults,
        change(CREATE, '"/v1/leads",', '"/v1/lead",'),
        "decorates POST /v1/lead,",
    ),
    (routes.faults, change(CREATE, "@app.post", "@app.put"), "decorates PUT /v1/leads"),
    (
        routes.faults,
        change(CREATE, '"""POST /v1/leads:', '"""PUT /v1/leads:'),
        "begin the module's docstring",
    ),
    (routes.faults, change("functions/leads/get/app.py", "lead_id: str", "id: str"), "path parameters are"),
    (
        routes.faults,
        change(CREATE, "@app.post", "@cached"),
        "one decorated function and one route; it has 0",
    ),
    (
        routes.faults,
        in_template('"PATCH /v1/leads/{lead_id}"', '"GET /v1/leads/{lead_id}"'),
        "both have the route GET /v1/leads/{lead_id}",
    ),
    (
        routes.faults,
        role("leads/get", "ReadRole", "WriteRole"),
        "LeadsGet reads, and WriteRole allows",
    ),
    (
        routes.faults,
        role("leads/create", "WriteRole", "ReadRole"),
        "LeadsCreate writes, and ReadRole cannot write",
    ),
    (
        routes.faults,
        role("openapi/get", "PublicRole", "ReadRole"),
        "OpenapiGet is public, and ReadRole can access a table",
    ),
    (
        routes.faults,
        role("leads/get", "ReadRole", "PublicRole"),
        "PublicRole cannot update AccessTable",
    ),
    (routes.faults, change(WORKER, '"""', "# "), "describe the function in a module docstring"),
    # the REST API
    (
        gateway.faults,
        in_template('"PATCH /v1/leads/{lead_id}"', '"PUT /v1/leads/{lead_id}"'),
        "functions/gateway.json lacks PUT /v1/leads/{lead_id}: run",
    ),
    (
        gateway.faults,
        in_template('"PATCH /v1/leads/{lead_id}"', '"PUT /v1/leads/{lead_id}"'),
        "functions/gateway.json has PATCH /v1/leads/{lead_id}, which is no route",
    ),
    (
        gateway.faults,
        change(GATEWAY, "${LeadsGet.Arn}", "${LeadsList.Arn}"),
        "does not route GET /v1/leads/{lead_id} to LeadsGet",
    ),
    (
        gateway.faults,
        change(GATEWAY, '"credentials"', '"credential"'),
        "ANY / needs the credentials of GatewayRole",
    ),
    (gateway.faults, _with_path_parts, "functions/gateway.json has 302 parts of paths"),
    (
        gateway.faults,
        in_template(
            "functions/leads/get\n",
            "functions/leads/get\n      Events: {Api: {Type: Api, Properties: {Method: GET, Path: /v1/lead}}}\n",
        ),
        "LeadsGet has an Api event, which costs a permission",
    ),
    (
        gateway.faults,
        in_template('    Metadata: {Routes: ["GET /v1/leads/{lead_id}"]}\n', ""),
        "write the routes of LeadsGet in its Metadata, or move it",
    ),
    (
        gateway.faults,
        change(
            WORKERS,
            "  WorkersClassifyCall:\n",
            "  WorkersClassifyCall:\n    Metadata: {Routes: [GET /v1/classify]}\n",
        ),
        "move WorkersClassifyCall to template.yaml",
    ),
    (
        gateway.faults,
        in_template("aws:ResourceTag/api: !Ref AWS::StackName", "aws:ResourceTag/other: !Ref AWS::StackName"),
        "GatewayRole must allow lambda:InvokeFunction on",
    ),
    (
        gateway.faults,
        in_template("function:${AWS::StackName}-*", "function:*"),
        "GatewayRole must allow lambda:InvokeFunction on",
    ),
    (
        gateway.faults,
        in_template(
            "Principal: {Service: apigateway.amazonaws.com}", "Principal: {Service: lambda.amazonaws.com}"
        ),
        "GatewayRole must trust apigateway.amazonaws.com",
    ),
    (
        gateway.faults,
        change(WORKERS, "    Timeout: 10\n", "    Timeout: 10\n    Tags: {api: !Ref AWS::StackName}\n"),
        "functions/workers/template.yaml: remove the tag api from Globals",
    ),
    (
        gateway.faults,
        in_template('      OpenApiVersion: "3.0.1"', '      Description: "3.0.1"'),
        "set OpenApiVersion of the API",
    ),
    # grants
    (
        grants.faults,
        in_template("Action: [dynamodb:GetItem, dynamodb:Query]", "Action: [dynamodb:*]"),
        "name the exact",
    ),
    (
        grants.faults,
        in_template("dynamodb:Query]", "dynamodb:Query, dynamodb:Scan]"),
        "allows dynamodb:Scan, which no role may have",
    ),
    (
        grants.faults,
        in_template("Action: [s3:PutObject, ", "Action: [s3:DeleteObjectVersion, "),
        "s3:DeleteObjectVersion, which no",
    ),
    (
        grants.faults,
        in_template(
            "Action: [s3:GetObject, s3:DeleteObject]", "Action: [s3:GetObject, s3:DeleteObjectVersion]"
        ),
        "WorkersImportLeadsRole allows s3:DeleteObjectVersion, which no",
    ),
    (
        grants.faults,
        in_template("Action: s3:PutObject, Resource", "Action: s3:DeleteObject, Resource"),
        "s3:DeleteObject, which no role",
    ),
    (
        grants.faults,
        in_template("Action: [s3:PutObject, ", "Action: [s3:BypassGovernanceRetention, "),
        "s3:BypassGovernanceRetention, which no role",
    ),
    (grants.faults, in_template("Resource: !GetAtt MacKey.Arn", 'Resource: "*"'), "has the resource *"),
    (
        grants.faults,
        in_template('["*#AUDIT"]', '["*#EVENT"]'),
        "DeleteItem, dynamodb:UpdateItem on audit records",
    ),
    (
        grants.faults,
        in_template("${InboundBucket.Arn}/inbound/*", "${InboundBucket.Arn}/*"),
        "has a whole bucket",
    ),
    (
        grants.faults,
        in_template("policy/AWSXRayDaemonWriteAccess", "policy/AmazonDynamoDBFullAccess"),
        "list the actions that it needs",
    ),
    (
        grants.faults,
        in_template(
            "functions/leads/get\n", "functions/leads/get\n      Policies: [AmazonS3ReadOnlyAccess]\n"
        ),
        "LeadsGet has Policies of its own",
    ),
    (
        grants.faults,
        in_template("functions/openapi/get\n      Role: !GetAtt PublicRole.Arn\n", "functions/openapi/get\n"),
        "OpenapiGet has no role of the template",
    ),
    (
        grants.faults,
        in_template("Role: !GetAtt WorkersClassifyCallRole.Arn", "Role: !GetAtt WorkersQualifyCallRole.Arn"),
        "no function uses WorkersClassifyCallRole",
    ),
    (
        grants.faults,
        in_template(CLASSIFY_ROLE, CLASSIFY_ROLE.replace("ClassifyQueue", "QualifyQueue")),
        "on QualifyQueue, not WorkersClassifyCall's queue",
    ),
    (
        grants.faults,
        in_template(CLASSIFY_ROLE, ""),
        "on ClassifyQueue: WorkersClassifyCall consumes it",
    ),
    (
        grants.faults,
        in_template("Action: kms:Encrypt", "Action: kms:Decrypt"),
        "is an endpoint, and SecretsRole allows kms:Decrypt",
    ),
    (
        grants.faults,
        in_template(
            "Resource: !GetAtt AccessTable.Arn, Condition: *of_connections}",
            "Resource: !GetAtt AccessTable.Arn}",
        ),
        "ReceiverRole has all of AccessTable",
    ),
    # queues and rules
    (
        queues.faults,
        in_template(
            "RedrivePolicy: {deadLetterTargetArn: !GetAtt ClassifyQueueDead.Arn, maxReceiveCount: 5}", ""
        ),
        "ClassifyQueue needs a RedrivePolicy",
    ),
    (
        queues.faults,
        in_template(
            "      EventInvokeConfig: &once {MaximumRetryAttempts: 0",
            "      EventInvokeConfig: &once {MaximumRetryAttempts: 2",
        ),
        "WorkersSweepOutbox has a schedule",
    ),
    (
        queues.faults,
        in_template("ClassifyQueueDead.Arn, maxReceiveCount: 5", "ClassifyQueueDead.Arn, maxReceiveCount: 3"),
        "set ClassifyQueue's maxReceiveCount to 5",
    ),
    (
        queues.faults,
        in_template(
            "deadLetterTargetArn: !GetAtt ClassifyQueueDead.Arn",
            "deadLetterTargetArn: !GetAtt QualifyQueueDead.Arn",
        ),
        "share QualifyQueueDead",
    ),
    (
        queues.faults,
        in_template("Value: !GetAtt ClassifyQueue.QueueName", "Value: !GetAtt QualifyQueue.QueueName"),
        "ClassifyQueue needs an alarm on ApproximateAgeOfOldestMessage",
    ),
    (
        queues.faults,
        change(ALARMS, "Threshold: 1200 # the age", "Threshold: 900 # the age"),
        "has messages with delays of 900 s: raise the threshold",
    ),
    (
        queues.faults,
        in_template(
            "Value: !GetAtt ClassifyQueueDead.QueueName", "Value: !GetAtt QualifyQueueDead.QueueName"
        ),
        "ClassifyQueueDead needs an alarm on ApproximateNumberOfMessagesVisible",
    ),
    (
        queues.faults,
        in_template(
            "{Name: FunctionName, Value: !Ref InboundStripe}",
            "{Name: FunctionName, Value: !Ref InboundResend}",
        ),
        "InboundStripe needs an alarm on Url5xxCount",
    ),
    (
        queues.faults,
        in_template(
            "FunctionResponseTypes: [ReportBatchItemFailures]\n            ScalingConfig", "ScalingConfig"
        ),
        "needs FunctionResponseTypes: [ReportBatchItemFailures]",
    ),
    (
        queues.faults,
        in_template(
            "FunctionResponseTypes: [ReportBatchItemFailures]\n            FilterCriteria", "FilterCriteria"
        ),
        "WorkersRelayOutbox's event needs FunctionResponseTypes",
    ),
    (
        queues.faults,
        in_template("            BisectBatchOnFunctionError: true\n", ""),
        "needs BisectBatchOnFunctionError",
    ),
    (
        queues.faults,
        in_template("            ScalingConfig: {MaximumConcurrency: 10}\n", ""),
        "needs ScalingConfig",
    ),
    (queues.faults, in_template("VisibilityTimeout: 180", "VisibilityTimeout: 179"), "to at least 180"),
    (
        queues.faults,
        in_template(
            "Queue: !GetAtt AuditQueue.Arn\n            BatchSize: 10\n",
            "Queue: !GetAtt AuditQueue.Arn\n            MaximumBatchingWindowInSeconds: !If [IsLocal, 1, 60]\n",
        ),
        "to at least 420",
    ),
    (
        queues.faults,
        in_template(
            "Properties: {MessageRetentionPeriod: 1209600, ", "Properties: {MessageRetentionPeriod: 345600, "
        ),
        "must keep messages longer than",
    ),
    (
        queues.faults,
        in_template("  ClassifyQueue: # calls", "  Spare: {Type: AWS::SQS::Queue}\n  ClassifyQueue: # calls"),
        "nothing consumes Spare",
    ),
    (
        queues.faults,
        in_template("Queue: !GetAtt QualifyQueue.Arn\n", "Queue: !GetAtt ClassifyQueue.Arn\n"),
        "both consume ClassifyQueue",
    ),
    (
        queues.faults,
        in_template("Queue: !GetAtt QualifyQueue.Arn\n", "Queue: !GetAtt Bus.Arn\n"),
        "is not a queue of the",
    ),
    (
        queues.faults,
        in_template("DeadLetterConfig: {Arn: !GetAtt ClassifyQueueDead.Arn}", "Input: x"),
        "ClassifyQueueRule's target needs a DeadLetterConfig",
    ),
    (
        queues.faults,
        in_template("- !Ref ClassifyQueueDead", "- !Ref AuditQueueDead"),
        "not send to ClassifyQueueDead: add it to Queues and Resource of WorkerQueuesFromBus",
    ),
    (
        queues.faults,
        in_template("- !GetAtt FanOutQueue.Arn", "- !GetAtt AuditQueue.Arn"),
        "may not send to FanOutQueue:",
    ),
    (
        queues.faults,
        in_template("detail-type: [classify_call]", "detail-type: [call.rung]"),
        "matches call.rung, which is no event type",
    ),
    (
        queues.faults,
        in_template("detail-type: [classify_call]", "detail-type: [x]"),
        "enqueues classify_call, and no rule",
    ),
    (
        queues.faults,
        in_template("source: [eal.tasks]", "source: [aws.s3]"),
        "needs source [eal.events] or [eal.tasks]",
    ),
    (
        grants.faults,
        in_template(
            "Action: kms:Decrypt, Resource: !GetAtt SecretsKey.Arn, Condition: *for_webhooks",
            "Action: kms:Decrypt, Resource: !GetAtt SecretsKey.Arn",
        ),
        "TestWebhookRole allows kms:Decrypt for every purpose",
    ),
    (
        grants.faults,
        in_template("                      - stripe.signing\n", "                      - stripe.sining\n"),
        "names the purpose stripe.sining, for which nothing",
    ),
    (
        grants.faults,
        in_template("                      - stripe.signing\n", ""),
        "no role can encrypt secrets for the purpose stripe.signing",
    ),
    (
        queues.faults,
        in_template("      SqsManagedSseEnabled: true\n", ""),
        "InboundQueue needs SqsManagedSseEnabled: true",
    ),
    (
        queues.faults,
        in_template("EventBusName: !Ref Bus\n", "EventBusName: default\n"),
        "set the EventBusName of",
    ),
    # throttles
    (
        throttles.faults,
        in_template(
            "[ReservesConcurrency, 30, !Ref AWS::NoValue]\n      FunctionUrlConfig",
            "50\n      FunctionUrlConfig",
        ),
        "write InboundResend's reservation as",
    ),
    (
        throttles.faults,
        unreserved("functions/inbound/stripe"),
        "InboundStripe has a function URL, which nothing else throttles: set Reserved",
    ),
    (
        throttles.faults,
        in_template("SearchString: /v1/u/", "SearchString: /v1/v/"),
        "UnsubscribeShow responds without a key: limit the requests of one address to",
    ),
    (throttles.faults, unreserved("functions/openapi/get"), "OpenapiGet responds without an API key"),
    (throttles.faults, unreserved("functions/webhooks/replay"), "WebhooksReplay may run longer"),
    (throttles.faults, unreserved("classify_call"), "WorkersClassifyCall calls Bedrock"),
    (throttles.faults, unreserved("push_to_crm"), "WorkersPushToCrm decrypts a secret"),
    (throttles.faults, unreserved("enqueue_checkpoints"), "WorkersEnqueueCheckpoints has a schedule"),
    (
        throttles.faults,
        in_template("[ReservesConcurrency, 1, ", "[ReservesConcurrency, 2, "),
        "reserve 1 for WorkersSweepOutbox",
    ),
    (
        throttles.faults,
        change(WORKERS, "[ReservesConcurrency, 10, ", "[ReservesConcurrency, 9, "),
        "reserve 10 for WorkersNormaliseResend, its MaximumConcurrency",
    ),
    (
        throttles.faults,
        in_template("[ReservesConcurrency, 100, ", "[ReservesConcurrency, 1000, "),
        "lower them to 600",
    ),
    (
        throttles.faults,
        in_template("/~1v1~1openapi.json", "/~1v1~1openapi.yaml"),
        "give GET /v1/openapi.json MethodSettings of its own",
    ),
    (
        throttles.faults,
        in_template("/~1v1~1openapi.json", "/~1v1~1openapi.yaml"),
        "GET /v1/openapi.yaml, which is no route",
    ),
    (
        throttles.faults,
        in_template("MetricName: Throttles", "MetricName: Errors"),
        "InboundCallrail needs Throttles",
    ),
    # both templates
    (
        templates.faults,
        in_template("        StateTable: !Ref StateTable\n", ""),
        "pass StateTable to Workers",
    ),
    (
        templates.faults,
        change(WORKERS, "  StateTable: {Type: String}\n", ""),
        "has no parameter StateTable: add it",
    ),
    (
        templates.faults,
        in_template("StateTableArn: !GetAtt StateTable.Arn", "StateTableArn: !GetAtt AccessTable.Arn"),
        "parameter StateTableArn is AccessTable.Arn: name it AccessTableArn",
    ),
    (
        templates.faults,
        change(MAIN, "PublicBaseUrl: *public_base_url", "PublicBaseUrl: !Ref PublicBaseUrl"),
        "pass PublicBaseUrl to Workers with its default",
    ),
    (
        templates.faults,
        change(WORKERS, "    Timeout: 10\n", "    Timeout: 20\n"),
        "make Globals the same as in",
    ),
    (
        templates.faults,
        change(WORKERS, "[!Ref Stage, production]", "[!Ref Stage, staging]"),
        "make the condition IsProduction the same as in",
    ),
    (
        templates.faults,
        change(WORKERS, "  WorkerLogs:", "  EndpointLogs:"),
        "EndpointLogs is in template.yaml too",
    ),
    (
        templates.faults,
        change(MAIN, "CodeUri: functions/calls/get", "CodeUri: functions/workers/classify_call"),
        "move CallsGet to functions/workers/template.yaml",
    ),
    (
        templates.faults,
        change(MAIN, "if-none-match, x-amz-checksum-sha256]", "if-none-match]"),
        "PhotosBucket: let the dashboard's origin alone PUT",
    ),
    (
        templates.faults,
        change(MAIN, "AllowedOrigins: [*dashboard_url]", 'AllowedOrigins: ["*", *dashboard_url]'),
        "UploadsBucket: let the dashboard's origin alone PUT",
    ),
    (
        templates.faults,
        change(
            MAIN,
            "    Properties:\n      BucketEncryption: &encrypted",
            "    Properties:\n"
            "      CorsConfiguration: {CorsRules: [{AllowedMethods: [GET], AllowedOrigins: ['*']}]}\n"
            "      BucketEncryption: &encrypted",
        ),
        "InboundBucket: remove CorsConfiguration",
    ),
    (
        templates.faults,
        change(MAIN, "Queue: !GetAtt ImportQueue.Arn", "Queue: !GetAtt InboundQueue.Arn"),
        "move ImportQueue to functions/workers/template.yaml: only workers send to it",
    ),
    (
        templates.faults,
        change(WORKERS, "  ClassifyQueue: # calls", "  InboundQueue: # calls"),
        "move InboundQueue to template.yaml: not only workers send to it",
    ),
    # events
    (
        catalogue.faults,
        change(EVENTS, '"lead.updated"', '"lead.altered"'),
        "restore lead.updated in CATALOGUE",
    ),
    (catalogue.faults, change(EVENTS, '"lead.updated"', '"lead.altered"'), "nothing emits lead.altered"),
    (catalogue.faults, change(STORE, 'emit("lead.created"', 'emit("lead.born"'), "emits lead.born: add it"),
    (
        catalogue.faults,
        change(STORE, 'emit("lead.created"', "emit(name"),
        "pass the event type to emit() as a literal",
    ),
    (
        catalogue.faults,
        change(EVENTS, "to the system.", "to the system"),
        "in a sentence that ends with a full stop",
    ),
    # writes, and which module may import which
    (
        writes.faults,
        append(
            STORE, "def put(item: Item) -> None:\n    aws.dynamodb().put_item(TableName='x', Item=item)\n"
        ),
        "calls put_item: collect the change in a Transaction",
    ),
    (
        writes.faults,
        append(STORE, "put = getattr(object(), 'delete_item')\n"),
        "has delete_item in a string",
    ),
    (
        writes.faults,
        change(
            "layers/shared/eal/domain/credentials/counting.py",
            "settings.access_table()",
            "settings.state_table()",
        ),
        "may change only the Access table",
    ),
    (
        writes.faults,
        prepend(STORE, "from eal.core.table.write import transact\n"),
        "eal.core.table.write.transact, which bypasses",
    ),
    (
        writes.faults,
        prepend(STORE, "from eal.core.table import progress\n"),
        "eal.core.table.progress, which bypasses Transaction",
    ),
    (
        writes.faults,
        prepend(STORE, "from eal.core.table.scrub import events\n"),
        "table.scrub, which bypasses Transaction",
    ),
    (
        grants.faults,
        in_template(
            "functions/audit_log/get\n      Role: !GetAtt AuditLogRole",
            "functions/audit_log/get\n      Role: !GetAtt ProofsRole",
        ),
        "AuditLogGet is an endpoint, and ProofsRole allows kms:Sign",
    ),
    (
        imports.faults,
        prepend("layers/shared/eal/core/ids.py", "from eal.core import transaction\n"),
        "these import each other",
    ),
    (
        imports.faults,
        prepend("layers/shared/eal/core/cursor.py", "import eal.domain.leads.model\n"),
        "eal.domain, which is above eal.core",
    ),
    (
        imports.faults,
        prepend(STORE, "from eal.domain.calls import store\n"),
        "leads imports calls: remove it",
    ),
    (
        imports.faults,
        prepend(STORE, "from eal.entry.http.api import Api\n"),
        "eal.entry, which is above eal.domain",
    ),
    (
        imports.faults,
        append(
            "layers/shared/eal/domain/organization_settings/store.py",
            "from eal.domain.organizations.model import Organization\n",
        ),
        "organization_settings -> organizations -> organization_settings: these resources import each other",
    ),
    (imports.faults, write("layers/shared/eal/billing.py", "import json\n"), "move eal.billing into one"),
    (imports.faults, prepend(STORE, "import eal.billing\n"), "in none of the folders"),
    (imports.faults, prepend(STORE, "import boto3\n"), "imports boto3: use the clients"),
    (
        imports.faults,
        prepend(STORE, "import botocore.session\n"),
        "imports botocore.session: use the clients",
    ),
    (
        imports.faults,
        prepend(STORE, "from botocore.exceptions import ClientError\n"),
        "the errors of eal.core.aws",
    ),
    (
        imports.faults,
        prepend("layers/shared/eal/core/aws/json_client.py", "import botocore\n"),
        "imports botocore: use the clients",
    ),
    (imports.faults, prepend(STORE, "from pydantic import Field\n"), "import it from eal.core.schema"),
    (imports.faults, prepend(STORE, "from aws_lambda_powertools import Logger\n"), "only entry and observe"),
    (imports.faults, prepend(STORE, "from tests.support import http\n"), "does not import its users"),
    (
        imports.faults,
        write("tools/bench/pages.py", "from tests.support import http\n"),
        "tools/bench/pages.py:1 imports tests.support: tests import tools",
    ),
    (imports.faults, prepend(STORE, "from . import model\n"), "write an absolute import"),
    (
        imports.faults,
        prepend(MODEL, "from eal.core import aws\n"),
        "imports eal.core.aws: a model.py is pure",
    ),
    (
        imports.faults,
        prepend(MODEL, "from eal.core.table.write import Write\n"),
        "imports eal.core.table.write.Write",
    ),
    (imports.faults, prepend(MODEL, "import os\n"), "imports os: a model.py is pure"),
    (
        imports.faults,
        prepend(MODEL, "from eal.core import clock\nNOW = clock.now()\n"),
        "time is an argument",
    ),
    (imports.faults, prepend(MODEL, "import datetime\nNOW = datetime.now()\n"), "time is an argument"),
    # annotations
    (
        annotation_style.faults,
        change(WIRE, "from __future__ import annotations\n", ""),
        "add `from __future__ import annotations`, the built layer",
    ),
    (
        annotation_style.faults,
        prepend(CREATE, "from __future__ import annotations\n"),
        "remove the __future__ import",
    ),
    (annotation_style.faults, append(STORE, "def f(a: 'int') -> None: ...\n"), "remove the quotes"),
    (annotation_style.faults, append(WIRE, "A: 'list[int]' = []\n"), "remove the quotes"),
    (
        annotation_style.faults,
        prepend("layers/shared/eal/core/ids.py", "if TYPE_CHECKING:\n    import json\n"),
        "add `from __future__ import annotations`",
    ),
    # xactimate
    (
        xactimate.faults,
        prepend(CREATE, "from urllib.request import urlopen\n"),
        "imports urllib.request: use eal.core.outbound",
    ),
    (
        xactimate.faults,
        append(STORE, "ORIGIN = 'https://api.Xactware.com'\n"),
        "a host of Xactimate (Xactware.c",
    ),
    (xactimate.faults, append(STORE, "NAME = f'{1}.ESX'\n"), "a project file of Xactimate (.ESX)"),
    (
        xactimate.faults,
        append(STORE, "C = ['PNT', 'DRY', 'RFG', 'WTR', 'PLM']\n"),
        "has the category codes DRY,",
    ),
    (
        xactimate.faults,
        write("layers/shared/eal/domain/leads/codes.csv", "PNT,DRY\nRFG,WTR\nPLM,ELE\n"),
        "leads/codes.csv has the category codes",
    ),
    (xactimate.faults, append(STORE, "C = dict(category_code='PNT')\n"), "fills in category_code"),
    (xactimate.faults, append(STORE, "C = {'selector_code': KNOWN.get(1)}\n"), "fills in selector_code"),
    # docstrings
    (docstrings.faults, prepend(STORE, 'MAX = 5\n"""Of a batch."""\n'), "the docstring begins with 'Of'"),
    (
        docstrings.faults,
        append(STORE, 'def f() -> int:\n    """The same for one item."""\n    return 1\n'),
        "the docstring begins with 'The same'",
    ),
    (
        docstrings.faults,
        append(STORE, 'class A:\n    """As above for A."""\n'),
        "the docstring begins with 'As above'",
    ),
    (
        docstrings.faults,
        append(STORE, 'class A:\n    """As below, too."""\n'),
        "the docstring begins with 'As below'",
    ),
    (docstrings.faults, append(STORE, 'B = 5\n"""\nWhat B is."""\n'), "the docstring begins with 'What'"),
    (docstrings.faults, append(STORE, "A = [one for one in ()]\n"), "rename the loop variable 'one'"),
    (
        docstrings.faults,
        append(STORE, "for at, (one, _) in ():\n    pass\n"),
        "rename the loop variable 'one'",
    ),
    # workers
    (
        workers.faults,
        append(STORE, "class Moved(TenantMessage): ...\n"),
        "defines Moved, a message: move it to the messages.py of the folder",
    ),
    (
        workers.faults,
        change(WORKER, "deliveries.messages import FanOutEvent", "deliveries.model import FanOutEvent"),
        "loads FanOutEvent: move it to the messages.py",
    ),
    (workers.faults, append(WORKER, "pass\n" * 45), "lines, more than 45"),
    # names
    (names.faults, append(STORE, "MOST_LEADS = 5\n"), "MAX_… with its unit"),
    (names.faults, write("functions/leads/test_create.py", ""), "with the name of a test"),
    (imports.faults, prepend(CREATE, "import pydantic\n"), "a function imports eal and the standard library"),
    (
        imports.faults,
        append(CREATE, "@dataclass\nclass Task: ...\n"),
        "move it to eal, where its schema is stored",
    ),
    (imports.faults, prepend(CREATE, "from functions.leads.get import app\n"), "imports functions.leads.get"),
    (
        imports.faults,
        change(
            "layers/shared/eal/domain/webhooks/deliveries/wire.py",
            "from eal.domain.events.wire import EventView",
            "EventView = None",
        ),
        "webhooks no longer imports events",
    ),
    # dependencies
    (
        dependencies.faults,
        change(dependencies.DEVELOPMENT, "pydantic==2", "pydantic>=2"),
        "must be <name>==<version>",
    ),
    (
        dependencies.faults,
        change(dependencies.DEVELOPMENT, "six==", "--index-url https://packages.example.com/simple\nsix=="),
        "no range",
    ),
    (
        dependencies.faults,
        change(dependencies.DEVELOPMENT, "six==", "six @ https://example.com/six-"),
        "no range, index, URL",
    ),
    (
        dependencies.faults,
        change(dependencies.DEVELOPMENT, "pydantic==2", "pydantic==1"),
        "pydantic is 2",
    ),
    (dependencies.faults, change(dependencies.DEVELOPMENT, "moto==", "moto==1.0\nmoto=="), "is pinned at"),
    (
        dependencies.faults,
        change(dependencies.DEVELOPMENT, "six==", "# six=="),
        f"but None in {dependencies.DEVELOPMENT}",
    ),
    (
        dependencies.faults,
        change(dependencies.DEPLOYED, "six==1.17.0 \\\n    --hash=sha256:", "six==1.17.0 # "),
        "and the sha256 of each wheel",
    ),
    (
        dependencies.faults,
        change(".github/workflows/ci.yml", "actions/checkout@", "actions/checkout@v4 # "),
        "pin actions/checkout@v4",
    ),
    (
        dependencies.faults,
        change(dependencies.SCANNER, "checkov==", "checkov>="),
        "must be <name>==<version>",
    ),
    (
        dependencies.faults,
        change("layers/numpy/requirements.txt", "numpy==2.", "numpy==1."),
        "numpy is 1.",
    ),
    (
        dependencies.faults,
        change("layers/images/requirements.txt", "pillow==13.", "pillow==12."),
        "pillow is 12.",
    ),
    (
        dependencies.faults,
        change("layers/models/requirements.txt", "--hash=sha256:0", "--hash=md5:0"),
        "and the sha256 of each wheel",
    ),
    (dependencies.faults, change(dependencies.DEPLOYED, "six==", "boto3==1.43.102\nsix=="), "remove boto3"),
    # documents
    (
        documents.faults,
        change("docs/on-call.md", "| `RelayAgeAlarm` |", "| relay |"),
        "has no row for RelayAgeAlarm",
    ),
    (
        documents.faults,
        change("docs/on-call.md", "| `RelayAgeAlarm` |", "| `RelayAgeAlarm`, `RelayGoneAlarm` |"),
        "a row for RelayGoneAlarm",
    ),
    (documents.faults, write("README.md", "x" * 12_289), "README.md has 12289 bytes; the limit is 12288"),
    (
        documents.faults,
        append(GUIDE, "`functions/leads/merge/app.py`\n"),
        "names functions/leads/merge/app.py,",
    ),
    (documents.faults, append(GUIDE, "`core/magic.py`\n"), "names layers/shared/eal/core/magic.py, which"),
    (documents.faults, append(GUIDE, "`functions/<resource>/fly/app.py`\n"), "names functions/*/fly/app.py,"),
    (documents.faults, append(GUIDE, "`PLAN.md`\n"), "names PLAN.md, which does not exist"),
    (
        documents.faults,
        append(GUIDE, "```sh\nmake magic\n```\n"),
        "names `make magic`, and the Makefile has no",
    ),
    (documents.faults, append(GUIDE, "`python -m tools.magic`\n"), "names the module tools.magic, which"),
    (documents.faults, append(GUIDE, "`eal.magic.wand`\n"), "names the module eal.magic.wand, which"),
    (documents.faults, append(GUIDE, "[a](gone.md)\n"), "links to gone.md, which does not exist"),
    (documents.faults, append(GUIDE, "[a](style.md#gone)\n"), "style.md#gone: no heading there has this"),
    (documents.faults, append(GUIDE, "```python\nprint()\n```\n"), "have 2 blocks of python, and"),
    (
        documents.faults,
        append(GUIDE, "```ruby\nputs\n```\n"),
        "has a 'ruby' block: add a test that executes it",
    ),
    (
        documents.faults,
        append(GUIDE, "```sh\ncurl localhost\n```\n"),
        "calls the API in a sh block: mark it console",
    ),
    (
        documents.faults,
        append(GUIDE, "  ```python\n  print()\n  ```\n"),
        "has a block that is indented or begins",
    ),
    (documents.faults, append(GUIDE, "`make\nmagic`\n"), "names `make magic`, and the Makefile has no such"),
    (documents.faults, append(CREATE, "# changed\n"), f"quotes {CREATE}, which has changed: copy the file"),
    (documents.faults, prepend(CREATE, "# docs/decisions/9999\n"), "refers to docs/decisions/9999, which"),
    (documents.faults, remove(RECORD), "lists 0010-statistics.md, which does not exist"),
    (documents.faults, remove(RECORD), "0011-api-keys.md: rename it 0010-<title>.md, because numbers"),
    (documents.faults, change(RECORD, "# 0010. Count", "# 0010. Add"), "needs the row | [0010]"),
    (
        documents.faults,
        change(RECORD, "# 0010.", "# 10."),
        f"{RECORD}: begin it as docs/decisions/template.md",
    ),
    (
        documents.faults,
        change(RECORD, "Status: Accepted", "Status: Good"),
        "its status must be Accepted or Superseded",
    ),
    (
        documents.faults,
        change(RECORD, "## Measured", "## Figures"),
        f"{RECORD}: its sections must be Context,",
    ),
    # generated
    (
        generated.faults,
        change("docs/architecture.md", "| task `classify_call` |", "| task `classify_calls` |"),
        "docs/architecture.md: its part worker-map is out of date: run python -m tools.documents --write",
    ),
]


@cache
def _faults_before(check: Callable[[Project], Iterable[str]], root: Path) -> frozenset[str]:
    """The faults of the copy before it is broken; other tests report them."""
    return frozenset(check(Project(root)))


@pytest.mark.parametrize(("check", "breaks", "sentence"), BROKEN, ids=[sentence for _, _, sentence in BROKEN])
def test_a_broken_tree_is_reported(
    root: Path, check: Callable[[Project], Iterable[str]], breaks: Break, sentence: str
) -> None:
    before = _faults_before(check, root)
    breaks(root)

    new = set(check(Project(root))) - before
    assert any(sentence in fault for fault in new), "\n".join(sorted(new))


def test_an_import_between_resources_that_is_not_in_pairs_is_reported(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(imports.PAIRS, ("organizations", "api_keys"))

    assert any("add the pair to PAIRS" in fault for fault in imports.faults(Project(root)))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("import phonenumbers\n", "loads phonenumbers on import"),
        ("import boto3\n", "loads boto3 on import"),
        ("import botocore.session\n", "loads botocore.session on import"),
        ("import aws_lambda_powertools.utilities.parameters\n", "loads aws_lambda_powertools.utilities.parameters"),
        ("import aws_lambda_powertools.utilities.idempotency\n", "loads aws_lambda_powertools.utilities.idempotency"),
        ("import asyncio\n", "loads asyncio on import"),
        ("import os\nNAME = os.environ['STATE_TABLE']\n", "cannot be imported without environment"),
    ],
)  # fmt: skip
def test_a_heavy_import_is_reported(root: Path, text: str, sentence: str) -> None:
    folder = "health/get"
    prepend(f"functions/{folder}/app.py", text)(root)
    project = Project(root)
    project.__dict__["folders"] = [folder]

    found = list(modules.faults(project, modules.measured(project, [folder])))

    assert any(sentence in fault for fault in found), found


def _without(*path: str) -> Callable[[dict[str, Any]], None]:
    def breaks(node: dict[str, Any]) -> None:
        for part in path[:-1]:
            node = node[part]
        del node[path[-1]]

    return breaks


def _with(value: object, *path: str) -> Callable[[dict[str, Any]], None]:
    def breaks(node: dict[str, Any]) -> None:
        for part in path[:-1]:
            node = node[part]
        node[path[-1]] = value

    return breaks


LIST = ("paths", "/leads", "get")
EVENT = ("webhooks", "lead.created", "post")
ERROR_DETAILS = (
    *("components", "schemas", "Error", "properties", "error", "properties"),
    *("details", "properties"),
)


@pytest.mark.parametrize(
    ("breaks", "sentence"),
    [
        (_with("createLead", *LIST, "operationId"), "2 operations are called createLead"),
        (_with("createLead", *EVENT, "operationId"), "2 operations are called createLead"),
        (_with({}, "components", "schemas", "eal__leads__View"), "has a generated name"),
        (_with([], *LIST, "security"), "GET /leads needs a caller in its signature"),
        (_with([{"bearer": ["read"]}], "paths", "/openapi.json", "get", "security"), "or a line in PUBLIC"),
        (_with("", *LIST, "description"), "describe its effect in the endpoint's docstring"),
        (_with("", *LIST, "summary"), "GET /leads needs a summary in its decorator"),
        (_without(*LIST, "summary"), "GET /leads needs a summary in its decorator"),
        (
            _with("Get a lead", *LIST, "summary"),
            "GET /leads: another operation has the summary 'Get a lead' too",
        ),
        (_with("Get a lead", *EVENT, "summary"), "the event lead.created: another operation has the summary"),
        (_with("Fetch leads", *LIST, "summary"), "must be a verb of VERBS"),
        (_with("List", *LIST, "summary"), "must be a verb of VERBS"),
        (_with(f"List {'x' * 36}", *LIST, "summary"), "has 41 characters; the limit is 40"),
        (_with("List leads.", *LIST, "summary"), "must not end with a full stop"),
        (_with("List Leads", *LIST, "summary"), "must be in sentence case"),
        (
            _with("List leads, newest first.", *LIST, "description"),
            "must not be repeated by its description",
        ),
        (_with([], *LIST, "tags"), "GET /leads needs a tag"),
        (_with([{"name": "x", "schema": {}}], *LIST, "parameters"), "declare the type of the parameter x"),
        (
            _with([{"name": "x", "in": "path"}], *LIST, "parameters"),
            "describe the parameter x in tools/openapi",
        ),
        (_with([{"name": "x", "in": "query"}], *LIST, "parameters"), "describe the parameter x in its model"),
        (
            _without("components", "schemas", "LeadView", "properties", "source", "description"),
            "LeadView.source: describe it in its model",
        ),
        (
            _without(*ERROR_DETAILS, "findings", "items", "properties", "rule", "description"),
            "Error.error.details.findings.rule: describe it in its model",
        ),
        (
            _without("components", "schemas", "LeadView", "description"),
            "LeadCreatedEvent.data: describe it in its model",
        ),
        (_with([{"name": "limit"}], *LIST, "parameters"), "is a list without the parameter cursor"),
        (_with([{"name": "cursor"}], *LIST, "parameters"), "is a list without the parameter limit"),
        (_without(*LIST, "responses", "200"), "documents no success"),
        (_with({"200": {"description": "OK"}}, *LIST, "responses"), "GET /leads documents no client error"),
        (_without("info", "contact"), "info.contact needs a url"),
        (_with({"name": "Apache 2.0"}, "info", "license"), "info.license needs an SPDX identifier"),
        (
            _with({"type": ["array", "null"]}, "components", "schemas", "Bare"),
            "#/components/schemas/Bare is an array without items: declare their type",
        ),
        (_without(*LIST, "responses", "401"), "does not document 401"),
        (_without(*LIST, "responses", "503"), "does not document 503"),
        (_without("paths", "/sessions", "post", "responses", "400"), "POST /sessions does not document 400"),
        (
            _with({"description": "?"}, *LIST, "responses", "418"),
            "its response 418 must have the schema Error",
        ),
        (_with({"type": "array"}, "components", "schemas", "LeadPage"), "returns a bare array"),
        (_with({"type": "object"}, "components", "schemas", "LeadPage"), "return a subclass of PageView"),
        (_with(["data"], "components", "schemas", "LeadPage", "required"), "needs data and next_cursor"),
        (
            _with({"type": "string"}, "components", "schemas", "LeadView", "properties", "secret"),
            "the event lead.created would contain secret",
        ),
    ],
)
def test_a_broken_document_is_reported(breaks: Callable[[dict[str, Any]], None], sentence: str) -> None:
    broken = copy.deepcopy(json.loads(served.text()))
    breaks(broken)

    found = list(document.faults(broken))

    assert any(sentence in fault for fault in found), found


@pytest.mark.parametrize(
    ("template", "sentence"),
    [
        (
            {"Resources": {f"R{n}": {} for n in range(401)}},
            "401 of CloudFormation's 500 resources, and 100 must",
        ),
        ({"Resources": {"R": {"Text": "x" * 800_000}}}, "1000000 bytes, and 200000 must be free"),
    ],
)
def test_a_template_with_too_little_room_is_reported(template: dict[str, Any], sentence: str) -> None:
    assert any(sentence in fault for fault in limits.faults(MAIN, template))
