"""GET /v1/outreach/emails/{email_id}."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tests.support import emails
from tests.support.emails import EMAILS_PATH
from tests.support.http import call
from tests.support.inbound import connect

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def test_an_email_is_shown_with_its_content_and_its_events_in_order(tenant: Tenant) -> None:
    connection = connect("resend", tenant.admin)
    email = emails.sent(tenant)
    assert email.sent_at
    for kind, seconds in (("delivered", 3), ("delivery_delayed", 1)):
        emails.report(connection, emails.event(kind, email, at=email.sent_at + timedelta(seconds=seconds)))

    response = call("GET", f"{EMAILS_PATH}/{email.id}", key=tenant.read)

    assert response.status == 200
    shown = response.json
    assert [event["type"] for event in shown["events"]] == ["queued", "sent", "delayed", "delivered"]
    assert (shown["status"], shown["to"], shown["step"], shown["variant"]) == (
        "delivered", "dana@example.com", 1, "A",
    )  # fmt: skip
    assert (shown["html"], shown["text"]) == ("<p>Hello</p>", "Hello")
    assert response.headers["ETag"] == f'"{shown["version"]}"'
    assert "salt" not in response.text
    assert email.idempotency_key not in response.text


def test_a_known_version_is_304(tenant: Tenant) -> None:
    email = emails.queued(tenant)
    path = f"{EMAILS_PATH}/{email.id}"
    etag = call("GET", path, key=tenant.read).headers["ETag"]

    assert call("GET", path, key=tenant.read, headers={"If-None-Match": etag}).status == 304


def test_an_email_of_another_tenant_or_mode_is_404(tenant: Tenant, stranger: Tenant) -> None:
    email = emails.queued(tenant)

    for key in (stranger.admin, tenant.test_admin):
        response = call("GET", f"{EMAILS_PATH}/{email.id}", key=key)
        assert (response.status, response.error) == (404, "not_found")
