"""The pre-flight of a sequence: everything that keeps it from being active, at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.domain.integrations import store as integrations
from eal.domain.organization_settings import outreach as outreach_settings
from eal.domain.organization_settings import store as organization_settings
from eal.domain.outreach import templates
from eal.domain.outreach.sequences.model import MIN_FOLLOW_UP_HOURS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eal.core.caller import Caller
    from eal.core.errors import FieldError
    from eal.domain.organization_settings.outreach import Outreach, Sender
    from eal.domain.outreach.sequences.model import Sequence, Step

_FREE_MAIL = frozenset({
    "aol.com", "comcast.net", "gmail.com", "gmx.com", "googlemail.com", "hotmail.com", "icloud.com", "live.com",
    "mac.com", "mail.com", "me.com", "msn.com", "outlook.com", "proton.me", "protonmail.com", "yahoo.com", "ymail.com",
    "zoho.com",
})  # fmt: skip
"""Domains of mail services. Resend sends for verified domains only, and the services' DMARC policies reject such a
sender."""


def faults(sequence: Sequence, by: Caller) -> list[FieldError]:
    outreach = outreach_settings.outreach_in(organization_settings.settings_of(by.organization_id))
    return [*_of_sender(outreach.sender), *_of_vendor(by), *_of_sequence(sequence, outreach)]


def _of_sender(sender: Sender | None) -> Iterator[FieldError]:
    if sender is None:
        yield _fault(
            "",
            "The organization has no sender: set 'sender' in its settings to name, e-mail and postal address.",
            "sender_missing",
        )
        return
    if sender.email.rpartition("@")[2] in _FREE_MAIL:
        yield _fault(
            "",
            f"The sender {sender.email} must have an address at a domain of the organization's own.",
            "sender_domain",
        )
    if not sender.postal_address.strip():
        yield _fault(
            "", "The sender has no postal address: set it in the settings.", "postal_address_missing"
        )


def _of_vendor(by: Caller) -> Iterator[FieldError]:
    """The faults of the vendor's configuration. In test mode nothing is sent, and no vendor is needed."""
    if by.mode == "test":
        return
    resend = integrations.find("resend", by)
    if resend is None or "api_key" not in resend.secrets:
        yield _fault(
            "",
            "Resend is not connected: set its api_key with PUT /integrations/resend.",
            "vendor_not_connected",
        )


def _of_sequence(sequence: Sequence, outreach: Outreach) -> Iterator[FieldError]:
    if not sequence.steps:
        yield _fault("/steps", "Must have at least one step.", "steps_missing")
    if sequence.daily_cap is not None and sequence.daily_cap > outreach.daily_cap:
        yield _fault(
            "/daily_cap",
            f"Must be at most {outreach.daily_cap}, the organization's 'daily_cap'.",
            "cap_too_high",
        )
    for number, step in enumerate(sequence.steps):
        if number and step.delay_hours < MIN_FOLLOW_UP_HOURS:
            yield _fault(
                f"/steps/{number}/delay_hours",
                f"Must be at least {MIN_FOLLOW_UP_HOURS}, so that nobody gets two e-mails at once.",
                "delay_too_short",
            )
        yield from _of_texts(step, f"/steps/{number}")


def _of_texts(step: Step, pointer: str) -> Iterator[FieldError]:
    for number, text in enumerate(step.texts):
        at = f"{pointer}/variants/{number}" if step.variants else pointer
        for fault in templates.faults_in_subject(text.subject):
            yield _fault(f"{at}/subject", fault.message, fault.kind)
        for fault in templates.faults_in_body(text.body):
            yield _fault(f"{at}/body", fault.message, fault.kind)


def _fault(pointer: str, message: str, kind: str) -> FieldError:
    return {"pointer": pointer, "message": message, "type": kind}
