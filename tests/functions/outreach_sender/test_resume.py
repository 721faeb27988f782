"""POST /v1/outreach/sender/resume."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from eal.domain.outreach.deliverability import sender
from tests.support import emails
from tests.support.callrail import stored
from tests.support.http import call
from tests.support.inbound import connect

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

PATH = "/v1/outreach/sender/resume"
BODY = {"reason": "The purchased list was removed."}


def test_a_paused_sender_is_resumed_with_the_reason_in_the_audit_log(tenant: Tenant) -> None:
    emails.pause_sender(tenant)

    response = call("POST", PATH, key=tenant.admin, json_body=BODY)

    assert response.status == 200
    assert (response.json["status"], response.json["reason"], response.json["paused_at"]) == (
        "active",
        None,
        None,
    )
    assert response.json["resumed_at"]
    assert not sender.is_paused(tenant.in_mode("live"))
    (record,) = [record for record in stored("AUDIT", tenant.id) if record["action"] == "sender.resumed"]
    assert {"field": "note", "from": None, "to": BODY["reason"]} in record["changes"]  # type: ignore[operator]


def test_a_sender_that_is_not_paused_stays_as_it_is(tenant: Tenant) -> None:
    response = call("POST", PATH, key=tenant.admin, json_body=BODY)

    assert (response.status, response.json["status"], response.json["version"]) == (200, "active", 0)
    assert stored("SENDER", tenant.id) == []


def test_a_write_key_cannot_resume(tenant: Tenant) -> None:
    emails.pause_sender(tenant)

    assert call("POST", PATH, key=tenant.write, json_body=BODY).status == 403
    assert sender.is_paused(tenant.in_mode("live"))


@pytest.mark.parametrize(
    "body", [{}, {"reason": ""}, {"reason": " "}, {"reason": "a\nb"}, {"reason": "x" * 501}]
)
def test_a_reason_is_required(tenant: Tenant, body: dict[str, str]) -> None:
    assert call("POST", PATH, key=tenant.admin, json_body=body).status == 422


def test_the_other_mode_and_other_tenants_stay_paused(tenant: Tenant, stranger: Tenant) -> None:
    for key, who in ((tenant.test_admin, tenant), (stranger.admin, stranger)):
        connection = connect("resend", key)
        mode = "test" if key == tenant.test_admin else "live"
        for number in range(5):
            email = emails.sent(who, f"a{number}@example.com", mode=mode)  # type: ignore[arg-type]
            emails.report(connection, emails.bounced(email))
    emails.pause_sender(tenant)

    call("POST", PATH, key=tenant.admin, json_body=BODY)

    assert sender.is_paused(tenant.in_mode("test"))
    assert sender.is_paused(stranger.in_mode("live"))
