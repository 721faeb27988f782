"""Grants that no recorded call needs, or none in some runs, each with its reason."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tools.rehearse.grants import Grant


class Excepted(NamedTuple):
    """Patterns of grants, in which * is any text. A role that begins with ! is every other role."""

    role: str
    action: str
    resource: str
    reason: str

    def covers(self, grant: Grant) -> bool:
        target = f"{grant.resource} {grant.narrowed}".strip()
        named = fnmatchcase(grant.role, self.role.removeprefix("!")) != self.role.startswith("!")
        return named and fnmatchcase(grant.action, self.action) and fnmatchcase(target, self.resource)


_READ = "roles that read the table share one statement, and who reads an item could read it by a query"
_WRITE = "endpoints that write share two statements, and each of them writes, checks or deletes something"
_AUTHENTICATE = (
    "every endpoint takes keys and sessions; the tests send keys, and only throttling needs a GetItem"
)
_SESSIONS = "what reads sessions shares one statement with what reads the addresses of their persons"
_LATER = "a retry later than 15 minutes; here no retry is that late"
_FAILED = "the retry policy of a worker that failed; here none fails"
_MISSING = "without it, S3 returns 403 instead of 404 for a missing object; no call of its own needs it"
_MORE = "the rest of a run that was too long for one message; here none is"

UNUSED = (
    Excepted(
        "*", "dynamodb:GetItem", "StateTable/index/[*]", "DynamoDB gets no item of an index; Query needs both"
    ),
    Excepted("*", "dynamodb:Query", "StateTable/index/[*]", _READ),
    Excepted("*", "dynamodb:Query", "StateTable", _READ),
    Excepted("*", "dynamodb:GetItem", "StateTable", _READ),
    Excepted("!Workers*", "dynamodb:UpdateItem", "StateTable", _WRITE),
    Excepted("!Workers*", "dynamodb:DeleteItem", "StateTable", _WRITE),
    Excepted("!Workers*", "dynamodb:ConditionCheckItem", "StateTable", _WRITE),
    Excepted("!Workers*", "dynamodb:GetItem", "AccessTable [KS]#[*]", _AUTHENTICATE),
    Excepted("!Workers*", "dynamodb:UpdateItem", "AccessTable S#[*]", _AUTHENTICATE),
    Excepted("Session*Role", "dynamodb:*GetItem", "AccessTable M#[*]", _SESSIONS),
    Excepted("SignInRole", "dynamodb:*GetItem", "AccessTable M#[*]", _SESSIONS),
    Excepted("*", "scheduler:CreateSchedule", "Schedules/[*]", _LATER),
    Excepted("*", "iam:PassRole", "SchedulesRole", _LATER),
    Excepted("SchedulesRole", "sqs:SendMessage", "*Queue*", _LATER),
    Excepted("Workers*", "sqs:ChangeMessageVisibility", "*Queue", _FAILED),
    Excepted("Workers*", "s3:ListBucket", "*Bucket*", _MISSING),
    Excepted("WorkersApplyRetentionRole", "sqs:SendMessage", "RetentionQueue", _MORE),
    Excepted("WorkersArchiveAuditRole", "sqs:SendMessage", "AuditQueue", _MORE),
    Excepted(
        "WorkersDeliver*WebhookRole",
        "sqs:SendMessage",
        "DeliveryQueue",
        "a delivery that waits for a slot, or whose endpoint has recovered; here no receiver responds slowly",
    ),
    Excepted(
        "WorkersPushToSlowCrmRole",
        "sqs:SendMessage",
        "CrmQueue",
        "a CRM that has recovered; here it keeps failing",
    ),
    Excepted(
        "WorkersDeliver*WebhookRole",
        "dynamodb:*Item",
        "StateTable",
        "what an attempt writes depends on the endpoint's health, rate limit and times; here one endpoint fails",
    ),
    Excepted(
        "WorkersNormaliseCallrailRole",
        "dynamodb:DeleteItem",
        "StateTable",
        "an update of a lead may release the claim of a contact",
    ),
    Excepted(
        "WorkersImportLeadsRole",
        "dynamodb:DeleteItem",
        "StateTable",
        "an update of a lead may release the claim of a contact",
    ),
    Excepted(
        "WorkersNormaliseResendRole",
        "sqs:SendMessage",
        "ResendQueue",
        "a mail whose body Resend refuses for now; here it refuses none",
    ),
    Excepted(
        "WorkersPublishContentRole",
        "sqs:SendMessage",
        "PublishQueue",
        "a message that comes less than 15 minutes early; here each comes in time",
    ),
    Excepted(
        "WorkersInviteMemberRole",
        "cognito-idp:AdminGetUser",
        "UserPool",
        "an address that has an account already; here none has",
    ),
    Excepted(
        "WorkersWriteBundleRole",
        "s3:DeleteObject",
        "PhotosBucket/org_[*]",
        "the bundle of a sign-off that is erased while it is written",
    ),
)
