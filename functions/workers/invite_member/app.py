"""Creates a member's account and sends the invitation, on the task `invite_member`."""

from eal.core.table.item import load
from eal.domain.members.messages import InviteMemberTask
from eal.entry.queue import Consumer, Message
from eal.vendors.cognito import accounts


def consume(message: Message) -> None:
    accounts.invite_member(load(InviteMemberTask, message))


handler = Consumer(consume).handler
