"""Names that AWS would refuse: of the stack, and of the resources whose names begin with it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tools.preflight.deployment import SUFFIX
from tools.preflight.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.preflight.deployment import Deployment

STACK_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9-]{0,127}")
RESERVED_WORDS = ("aws", "amazon", "cognito")
"""Words that Cognito refuses in the domain of its login pages (Cognito's guide, "Configuring a user pool domain")."""
DOMAIN = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
MAX_FUNCTION_NAME = 64
EXPLICIT_NAMES = {
    "AWS::Cognito::UserPool": ("UserPoolName", re.compile(r"[\w\s+=,.@-]{1,128}")),
    "AWS::Backup::BackupVault": ("BackupVaultName", re.compile(r"[a-zA-Z0-9_-]{2,50}")),
    "AWS::Events::EventBus": ("Name", re.compile(r"[.\-_A-Za-z0-9]{1,256}")),
    "AWS::Scheduler::ScheduleGroup": ("Name", re.compile(r"[0-9a-zA-Z_.-]{1,64}")),
    "AWS::S3::Bucket": ("BucketName", re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")),
    "AWS::SQS::Queue": ("QueueName", re.compile(r"[A-Za-z0-9_-]{1,80}(\.fifo)?")),
    "AWS::IAM::Role": ("RoleName", re.compile(r"[\w+=,.@-]{1,64}")),
    "AWS::Lambda::Function": ("FunctionName", re.compile(r"[a-zA-Z0-9_-]{1,64}")),
}
"""The property of a name that a template chooses itself, and what the service accepts (CloudFormation's reference)."""


def findings(deployment: Deployment) -> Iterator[Finding]:
    found = list(_faults(deployment))
    yield from found
    if not found:
        yield Finding("ok", "names", f"{deployment.settings.stack_name} fits into every name")


def _faults(deployment: Deployment) -> Iterator[Finding]:
    name = deployment.settings.stack_name
    subject = f"stack name {name}"
    if not STACK_NAME.fullmatch(name):
        yield Finding("fault", subject, "begin with a letter; use letters, digits and hyphens, at most 128")
    for domain in deployment.of_type("AWS::Cognito::UserPoolDomain").values():
        yield from _domain(subject, domain["Domain"])
    for kind, (member, accepted) in EXPLICIT_NAMES.items():
        for logical_id, properties in deployment.of_type(kind).items():
            if member in properties and not accepted.fullmatch(properties[member]):
                text = (
                    f"{logical_id} would be named {properties[member]}, which its service refuses: shorten it"
                )
                yield Finding("fault", subject, text)
    # GatewayRole may invoke functions whose name begins with the whole name of the stack, and CloudFormation shortens
    # that part of a name that would be too long.
    functions = deployment.main.of_type("AWS::Lambda::Function")
    rest = max((len(logical_id) for logical_id in functions), default=0) + len(SUFFIX) + 3
    if functions and len(name) + rest > MAX_FUNCTION_NAME:
        text = (
            f"use at most {MAX_FUNCTION_NAME - rest} characters, otherwise names of functions are shortened"
        )
        yield Finding("fault", subject, text)


def _domain(subject: str, domain: str) -> Iterator[Finding]:
    for word in RESERVED_WORDS:
        if word in domain:
            yield Finding(
                "fault", subject, f"leave out {word}, which Cognito refuses in the login domain {domain}"
            )
    if not DOMAIN.fullmatch(domain):
        text = f"Cognito refuses the login domain {domain}: use small letters, digits and hyphens, in all at most 63"
        yield Finding("fault", subject, text)
