"""Roles: exact actions on named resources, each role used, and nothing that a function's kind must not do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.structure.project import listed, referred

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.structure.project import Project

NEVER = (
    "dynamodb:Scan",
    "dynamodb:PartiQL",
    "s3:DeleteObject",
    "s3:BypassGovernanceRetention",
    "s3:PutBucket",
    "iam:",
    "sts:AssumeRole",
)
"""Beginnings of actions that no role has."""
DELETING = {
    "WorkersImportLeadsRole": "${UploadsBucket.Arn}/imports/uploads/*",
}
"""The one exception to s3:DeleteObject: uploads are personal data that nobody needs after their import."""
PASSED = {"iam:PassedToService": "scheduler.amazonaws.com"}
"""The one exception: a worker that makes schedules hands them the role that they send with, and no other service."""
MANAGED = {"arn:${AWS::Partition}:iam::aws:policy/AWSXRayDaemonWriteAccess"}
"""X-Ray's write actions cannot be narrowed to a resource, so AWS's own policy grants them."""
SIGNING_ENDPOINTS = {
    "AuditLogGetProof": "a record that no checkpoint has yet is proved at once, and not after the next full hour",
}
"""Endpoints that may sign checkpoints, and why. A new line is a decision."""
_SIGN = {"kms:Sign", "kms:GetPublicKey"}
DECRYPTING_ENDPOINTS = {
    "WebhooksTest": "a test event is signed while the caller waits for what the receiver says",
}
"""Endpoints that may read secrets back, and why. A new line is a decision."""
RECEIVE = {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"}


def faults(project: Project) -> Iterator[str]:
    yield from _statements(project)
    yield from _roles_in_use(project)
    yield from _queues(project)
    yield from _endpoints(project)


def role_of(project: Project, logical_id: str) -> str | None:
    return referred(project.functions[logical_id].get("Role"))


def statements(project: Project, role: str) -> list[dict[str, Any]]:
    """The role's inline statements."""
    policies = project.resources("AWS::IAM::Role").get(role, {}).get("Policies", [])
    return [one for policy in policies for one in listed(policy["PolicyDocument"]["Statement"])]


def actions_on(project: Project, role: str, logical_id: str) -> set[str]:
    """What the role may do to one resource of the template."""
    return {
        action
        for statement in statements(project, role)
        if logical_id in {referred(resource) for resource in listed(statement["Resource"])}
        for action in listed(statement["Action"])
    }


def _statements(project: Project) -> Iterator[str]:
    for role, properties in project.resources("AWS::IAM::Role").items():
        for managed in properties.get("ManagedPolicyArns", []):
            if (managed.get("Fn::Sub") if isinstance(managed, dict) else managed) not in MANAGED:
                yield f"template.yaml: {role} has the managed policy {managed}: write out the actions that it needs"
        for statement in statements(project, role):
            yield from _statement(role, statement)
    for logical_id, properties in project.functions.items():
        if "Policies" in properties:
            yield f"template.yaml: {logical_id} has Policies of its own: put them into a role"


def _statement(role: str, statement: dict[str, Any]) -> Iterator[str]:
    for action in listed(statement["Action"]):
        if "*" in action:
            yield f"template.yaml: {role} may {action}: name the exact actions"
        for never in NEVER:
            excepted = _hands_on_a_role(action, statement) or _deletes_uploads(role, action, statement)
            if action.startswith(never) and not excepted:
                yield f"template.yaml: {role} may {action}: no role may, remove it"
    for resource in listed(statement["Resource"]):
        if resource == "*" or referred(resource) is None:
            yield f"template.yaml: {role} has the resource {resource}: name one of the template's resources"
        if isinstance(resource, dict) and str(resource.get("Fn::Sub", "")).endswith("Bucket.Arn}/*"):
            yield f"template.yaml: {role} has a whole bucket, {resource['Fn::Sub']}: name the prefix that it needs"
        if referred(resource) == "AccessTable" and not _keys_named(statement):
            yield f"template.yaml: {role} has all of AccessTable: name its keys, by a Condition on dynamodb:LeadingKeys"
    if "NotAction" in statement or "NotResource" in statement:
        yield f"template.yaml: {role} uses NotAction or NotResource: name what is allowed"


def _keys_named(statement: dict[str, Any]) -> bool:
    named = statement.get("Condition", {}).get("ForAllValues:StringLike", {}).get("dynamodb:LeadingKeys", [])
    return bool(named) and "*" not in named


def _hands_on_a_role(action: str, statement: dict[str, Any]) -> bool:
    return action == "iam:PassRole" and statement.get("Condition") == {"StringEquals": PASSED}


def _deletes_uploads(role: str, action: str, statement: dict[str, Any]) -> bool:
    resources = [one.get("Fn::Sub") for one in listed(statement["Resource"]) if isinstance(one, dict)]
    return action == "s3:DeleteObject" and resources == [DELETING.get(role)]


def _passed(project: Project) -> set[str | None]:
    """The roles that functions hand on."""
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
    for role in sorted(roles - used):
        yield f"template.yaml: no function has {role}: remove it"
    for logical_id in project.functions:
        if role_of(project, logical_id) not in roles:
            yield f"template.yaml: {logical_id} has no role of the template: SAM would make one, set Role"


def _queues(project: Project) -> Iterator[str]:
    for logical_id, properties in project.functions.items():
        role = role_of(project, logical_id) or ""
        own = {
            referred(event["Properties"]["Queue"])
            for event in properties.get("Events", {}).values()
            if event["Type"] == "SQS"
        }
        for queue in project.resources("AWS::SQS::Queue"):
            received = actions_on(project, role, queue) & RECEIVE
            if queue in own and received != RECEIVE:
                yield f"template.yaml: {role} needs {', '.join(sorted(RECEIVE))} on {queue}: {logical_id} consumes it"
            if queue not in own and received:
                yield f"template.yaml: {role} may {', '.join(sorted(received))} on {queue}, which is not {logical_id}'s"


def _endpoints(project: Project) -> Iterator[str]:
    for logical_id in project.endpoints:
        role = role_of(project, logical_id) or ""
        allowed = {"kms:Encrypt", "kms:GenerateMac"} | (_SIGN if logical_id in SIGNING_ENDPOINTS else set())
        if logical_id in DECRYPTING_ENDPOINTS:
            allowed.add("kms:Decrypt")
        for statement in statements(project, role):
            for action in listed(statement["Action"]):
                if action.startswith("kms:") and action not in allowed:
                    yield f"template.yaml: {logical_id} is an endpoint, and {role} may {action}: no endpoint may"
