"""Roles: exact actions on named resources, no unused role, no action that the kind of a function excludes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from eal.domain.integrations.model import VENDORS, purpose
from tests.structure.project import listed, referred

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.structure.project import Project

NEVER = (
    "dynamodb:Scan",
    "dynamodb:PartiQLSelect",
    "dynamodb:PartiQLInsert",
    "dynamodb:PartiQLDelete",
    "s3:DeleteObject",
    "s3:BypassGovernanceRetention",
    "s3:PutBucket",
    "iam:",
    "sts:AssumeRole",
)
"""Prefixes of actions that no role may have."""
DELETING = {
    "WorkersImportLeadsRole": {"${UploadsBucket.Arn}/imports/uploads/*"},
    "WorkersFetchRecordingRole": {"${RecordingsBucket.Arn}/org_*"},
    "WorkersApplyRetentionRole": {"${RecordingsBucket.Arn}/org_*"},
    "WorkersEraseTracesRole": {
        "${RecordingsBucket.Arn}/org_*",
        "${PhotosBucket.Arn}/org_*",
        "${PhotosBucket.Arn}/drafts/org_*",
    },
    "WorkersInspectPhotoRole": {"${PhotosBucket.Arn}/org_*"},
    "WorkersWriteBundleRole": {"${PhotosBucket.Arn}/org_*", "${PhotosBucket.Arn}/drafts/org_*"},
}
"""The only exceptions for s3:DeleteObject: uploads are personal data that nobody needs after their import; recordings
are deleted with their call, photos with their claim, both at the end of their retention, rejected photos at once,
and the bundle of a sign-off that was erased while it was written.
"""
PASSED = {"iam:PassedToService": "scheduler.amazonaws.com"}
"""The only exception for IAM: a worker passes a schedule the role that sends its message, to Scheduler only."""
MANAGED = {"arn:${AWS::Partition}:iam::aws:policy/AWSXRayDaemonWriteAccess"}
"""X-Ray's write actions cannot be narrowed to a resource, so AWS's own policy grants them."""
GATEWAY_ROLE = "GatewayRole"
"""The role with which API Gateway invokes functions; `tests.structure.checks.gateway` checks it. No function has it."""
BACKUP_ROLE = "BackupRole"
"""The role of AWS Backup, which no function has either."""
BACKUP_POLICIES = {
    "arn:${AWS::Partition}:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup",
    "arn:${AWS::Partition}:iam::aws:policy/AWSBackupServiceRolePolicyForS3Backup",
}
"""AWS's own policies for AWS Backup, which AWS extends with the service."""
SIGNING_ENDPOINTS = {
    "AuditLogGetProof": "proves a record that no checkpoint covers yet, without a wait for the hourly run",
}
"""Endpoints that may sign checkpoints, each with its reason. A new line is a decision."""
_SIGN = {"kms:Sign", "kms:GetPublicKey"}
DECRYPTING_ENDPOINTS = {
    "IntegrationsCheck": "asks a vendor with the stored secrets while an admin waits for the result",
    "WebhooksTest": "signs a test event while the caller waits for the receiver's response",
}
"""Endpoints that may decrypt secrets, each with its reason. A new line is a decision."""
_CRYPT = {"kms:Encrypt", "kms:Decrypt"}
_PURPOSE = "kms:EncryptionContext:purpose"
EXCEPT_RECORDS = {"ForAllValues:StringNotLike": {"dynamodb:LeadingKeys": ["*#AUDIT"]}}
"""The condition that keeps audit records from being changed or deleted."""
_CHANGE = {f"dynamodb:{name}" for name in ("UpdateItem", "DeleteItem", "BatchWriteItem", "PartiQLUpdate")}
RECEIVE = {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"}


def faults(project: Project) -> Iterator[str]:
    yield from _statements(project)
    yield from _roles_in_use(project)
    yield from _queues(project)
    yield from _endpoints(project)
    yield from _purposes(project)


def role_of(project: Project, logical_id: str) -> str | None:
    return referred(project.functions[logical_id].get("Role"))


def statements(project: Project, role: str) -> list[dict[str, Any]]:
    """The role's inline statements."""
    policies = project.resources("AWS::IAM::Role").get(role, {}).get("Policies", [])
    return [statement for policy in policies for statement in listed(policy["PolicyDocument"]["Statement"])]


def actions_on(project: Project, role: str, logical_id: str) -> set[str]:
    """The actions that the role allows on one resource of the template."""
    return {
        action
        for statement in statements(project, role)
        if logical_id in {referred(resource) for resource in listed(statement["Resource"])}
        for action in listed(statement["Action"])
    }


def _statements(project: Project) -> Iterator[str]:
    for role, properties in project.resources("AWS::IAM::Role").items():
        for managed in properties.get("ManagedPolicyArns", []):
            allowed = BACKUP_POLICIES if role == BACKUP_ROLE else MANAGED
            if (managed.get("Fn::Sub") if isinstance(managed, dict) else managed) not in allowed:
                yield f"{role} has the managed policy {managed}: list the actions that it needs"
        for statement in statements(project, role):
            yield from _statement(role, statement)
    for logical_id, properties in project.functions.items():
        if "Policies" in properties:
            yield f"{logical_id} has Policies of its own: move them to a role"


def _statement(role: str, statement: dict[str, Any]) -> Iterator[str]:
    for action in listed(statement["Action"]):
        if "*" in action:
            yield f"{role} allows {action}: name the exact actions"
        for prefix in NEVER:
            excepted = _passes_a_role(action, statement) or _deletes_uploads(role, action, statement)
            if action.startswith(prefix) and not excepted:
                yield f"{role} allows {action}, which no role may have: remove it"
    for resource in listed(statement["Resource"]):
        if resource == "*" or referred(resource) is None:
            yield f"{role} has the resource {resource}: name one of the template's resources"
        if isinstance(resource, dict) and str(resource.get("Fn::Sub", "")).endswith("Bucket.Arn}/*"):
            yield f"{role} has a whole bucket, {resource['Fn::Sub']}: name the prefix that it needs"
        if referred(resource) == "AccessTable" and not _keys_named(statement):
            yield f"{role} has all of AccessTable: restrict it by a Condition on dynamodb:LeadingKeys"
    if "NotAction" in statement or "NotResource" in statement:
        yield f"{role} uses NotAction or NotResource: use Action and Resource"


def _purposes(project: Project) -> Iterator[str]:
    """A ciphertext decrypts only with the purpose that it was encrypted for, so a condition can restrict a role."""
    known = {"webhook", *(purpose(vendor, name) for vendor, spec in VENDORS.items() for name in spec.secrets)}
    encrypted: set[str] = set()
    for role in project.resources("AWS::IAM::Role"):
        for statement in statements(project, role):
            actions = _CRYPT.intersection(listed(statement["Action"]))
            named = statement.get("Condition", {}).get("StringEquals", {}).get(_PURPOSE, [])
            if actions and not named:
                yield f"{role} allows {', '.join(sorted(actions))} for every purpose: add a Condition on {_PURPOSE}"
            for unknown in sorted({*named} - known):
                yield f"{role} names the purpose {unknown}, for which nothing is encrypted"
            encrypted |= {*named} if "kms:Encrypt" in actions else set()
    for missing in sorted(known - encrypted):
        yield f"no role can encrypt secrets for the purpose {missing}: add it to a Condition on {_PURPOSE}"


def _keys_named(statement: dict[str, Any]) -> bool:
    named = statement.get("Condition", {}).get("ForAllValues:StringLike", {}).get("dynamodb:LeadingKeys", [])
    return bool(named) and "*" not in named


def _passes_a_role(action: str, statement: dict[str, Any]) -> bool:
    return action == "iam:PassRole" and statement.get("Condition") == {"StringEquals": PASSED}


def _deletes_uploads(role: str, action: str, statement: dict[str, Any]) -> bool:
    resources = [
        resource.get("Fn::Sub") for resource in listed(statement["Resource"]) if isinstance(resource, dict)
    ]
    return action == "s3:DeleteObject" and {*resources} <= DELETING.get(role, set())


def _passed(project: Project) -> set[str | None]:
    """The roles that functions pass to a service."""
    return {
        referred(resource)
        for role in project.resources("AWS::IAM::Role")
        for statement in statements(project, role)
        if "iam:PassRole" in listed(statement["Action"])
        for resource in listed(statement["Resource"])
    }


def _roles_in_use(project: Project) -> Iterator[str]:
    roles = set(project.resources("AWS::IAM::Role"))
    used = {role_of(project, logical_id) for logical_id in project.functions} | _passed(project)
    for role in sorted(roles - used - {GATEWAY_ROLE, BACKUP_ROLE}):
        yield f"no function uses {role}: remove it"
    for logical_id in project.functions:
        if role_of(project, logical_id) not in roles:
            yield f"{logical_id} has no role of the template: set Role, otherwise SAM creates one"


def _queues(project: Project) -> Iterator[str]:
    for logical_id, properties in project.functions.items():
        role = role_of(project, logical_id) or ""
        own = {
            referred(event["Properties"]["Queue"])
            for event in properties.get("Events", {}).values()
            if event["Type"] == "SQS"
        }
        for queue in project.resources("AWS::SQS::Queue"):
            allowed = actions_on(project, role, queue) & RECEIVE
            if queue in own and allowed != RECEIVE:
                yield f"{role} needs {', '.join(sorted(RECEIVE))} on {queue}: {logical_id} consumes it"
            if queue not in own and allowed:
                yield f"{role} allows {', '.join(sorted(allowed))} on {queue}, not {logical_id}'s queue"


def _endpoints(project: Project) -> Iterator[str]:
    for logical_id in project.endpoints:
        role = role_of(project, logical_id) or ""
        allowed = {"kms:Encrypt", "kms:GenerateMac"} | (_SIGN if logical_id in SIGNING_ENDPOINTS else set())
        if logical_id in DECRYPTING_ENDPOINTS:
            allowed.add("kms:Decrypt")
        for statement in statements(project, role):
            for action in listed(statement["Action"]):
                if action.startswith("kms:") and action not in allowed:
                    yield f"{logical_id} is an endpoint, and {role} allows {action}: remove it"
            changes = _CHANGE.intersection(listed(statement["Action"]))
            on_state = "StateTable" in {referred(resource) for resource in listed(statement["Resource"])}
            if changes and on_state and statement.get("Condition") != EXCEPT_RECORDS:
                yield (
                    f"{logical_id} is an endpoint, and {role} allows {', '.join(sorted(changes))} on audit records: "
                    "add the Condition *except_records"
                )
