"""The accounts of the user pool. Cognito sends the invitations, and only it knows passwords."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from eal.core import aws, observe, settings
from eal.domain.members.store import MEMBERS

if TYPE_CHECKING:
    from datetime import datetime

    from eal.domain.members.messages import InviteMemberTask

_NEVER_SIGNED_IN = "FORCE_CHANGE_PASSWORD"


def invite_member(task: InviteMemberTask) -> None:
    """Invite the member, unless they were removed since or have signed in already."""
    member = MEMBERS.find(task.tenant, task.member_id)
    if member is not None and member.status == "invited":
        invite(member.email, member.invited_at)


def invite(email: str, invited_at: datetime) -> None:
    """Let Cognito create the account and send its temporary password, which is valid for seven days.

    Safe to repeat: an account that somebody uses remains as it is, and one that nobody has used gets a new temporary
    password, if it has none since `invited_at`.
    """
    client = aws.cognito()
    try:
        client.admin_create_user(
            UserPoolId=settings.user_pool(),
            Username=email,
            UserAttributes=[
                {"Name": "email", "Value": email},
                # The temporary password goes to this address, so whoever can sign in reads its mail.
                {"Name": "email_verified", "Value": "true"},
            ],
            # As Cognito would make it; the emulator's own is shorter than the pool's policy allows.
            TemporaryPassword=secrets.token_urlsafe(18),
            DesiredDeliveryMediums=["EMAIL"],
        )
    except client.exceptions.UsernameExistsException:
        account = client.admin_get_user(UserPoolId=settings.user_pool(), Username=email)
        is_older = account["UserLastModifiedDate"] < invited_at
        if account["UserStatus"] == _NEVER_SIGNED_IN and is_older:
            _send_again(email)
        else:
            observe.logger.info("account_exists")


def _send_again(email: str) -> None:
    aws.cognito().admin_create_user(
        UserPoolId=settings.user_pool(),
        Username=email,
        TemporaryPassword=secrets.token_urlsafe(18),
        DesiredDeliveryMediums=["EMAIL"],
        MessageAction="RESEND",
    )
