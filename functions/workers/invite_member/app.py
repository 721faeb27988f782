"""Creates a member's account and sends the invitation, on the task `invite_member`."""

from eal.core.table.item import load
from eal.domain.members.messages import InviteMemberTask
from eal.domain.members.store import MEMBERS
from eal.entry.queue import Consumer, Message
from eal.vendors.cognito import accounts


def invite(message: Message) -> None:
    """Invite the member, unless they were removed since or have signed in already."""
    task = load(InviteMemberTask, message)
    member = MEMBERS.find(task.tenant, task.member_id)
    if member is not None and member.status == "invited":
        accounts.invite(member.email, member.invited_at)


handler = Consumer(invite).handler
