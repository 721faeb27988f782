"""GET /v1/outreach/emails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support import emails
from tests.support.emails import EMAILS_PATH, SEQUENCE
from tests.support.http import call
from tests.support.inbound import connect

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

OTHER = "seq_01kq09bekje6vbq5xe2b60xtxx"
LEAD = "lead_01kq09bekje6vbq5xe2b60xtww"


def _walk(tenant: Tenant, query: str, key: str | None = None) -> list[str]:
    found, cursor = [], ""
    while True:
        response = call("GET", f"{EMAILS_PATH}?{query}{cursor}", key=key or tenant.read)
        assert response.status == 200, response.text
        found += [email["id"] for email in response.json["data"]]
        if response.json["next_cursor"] is None:
            return found
        cursor = f"&cursor={response.json['next_cursor']}"


def test_pages_contain_every_email_once_with_every_filter(tenant: Tenant) -> None:
    connection = connect("resend", tenant.admin)
    bounced = emails.sent(tenant, "a@example.com", lead_id=LEAD)
    delivered = emails.sent(tenant, "b@example.com", enrollment_id="enr_1")
    waiting = emails.queued(tenant, "a@example.com")
    other = emails.sent(tenant, "c@example.com", sequence_id=OTHER, prospect_id="pros_1")
    draft = emails.sent(
        tenant, "a@example.com", sequence_id=None, step=None, variant=None, draft_id="draft_1"
    )
    emails.report(connection, emails.bounced(bounced))
    emails.report(connection, emails.event("delivered", delivered))
    ids = [email.id for email in (bounced, delivered, waiting, other, draft)]

    assert _walk(tenant, "limit=2") == ids[::-1]
    assert _walk(tenant, "limit=2&order=asc") == ids
    assert _walk(tenant, "limit=1&to=A@Example.com") == [draft.id, waiting.id, bounced.id]
    assert _walk(tenant, "to=a@example.com&status=bounced") == [bounced.id]
    assert _walk(tenant, f"limit=1&sequence_id={SEQUENCE}") == [delivered.id, bounced.id]
    assert _walk(tenant, f"sequence_id={SEQUENCE}&status=queued") == [waiting.id]
    assert _walk(tenant, f"sequence_id={OTHER}&to=c@example.com") == [other.id]
    assert _walk(tenant, f"sequence_id={OTHER}&to=a@example.com") == []
    assert _walk(tenant, "limit=1&status=sent") == [draft.id, other.id]
    assert _walk(tenant, "status=queued") == [waiting.id]
    assert _walk(tenant, "enrollment_id=enr_1") == [delivered.id]
    assert _walk(tenant, "draft_id=draft_1") == [draft.id]
    assert _walk(tenant, f"lead_id={LEAD}") == [bounced.id]
    assert _walk(tenant, "prospect_id=pros_1") == [other.id]
    assert _walk(tenant, "status=complained") == []


def test_a_list_has_the_events_and_no_content(tenant: Tenant) -> None:
    emails.sent(tenant, content="A quote for the roof")

    response = call("GET", EMAILS_PATH, key=tenant.read)

    (email,) = response.json["data"]
    assert [event["type"] for event in email["events"]] == ["queued", "sent"]
    assert "A quote" not in response.text


def test_a_list_has_no_email_of_another_tenant_or_mode(tenant: Tenant, stranger: Tenant) -> None:
    emails.sent(tenant)

    for query in ("", "to=dana@example.com", f"sequence_id={SEQUENCE}"):
        assert _walk(tenant, query, stranger.read) == []
        assert _walk(tenant, query, tenant.test_admin) == []


@pytest.mark.parametrize("query", ["status=lost", "to=x", "lead_id=" + "x" * 101, "limit=0"])
def test_an_invalid_parameter_is_422(tenant: Tenant, query: str) -> None:
    assert call("GET", f"{EMAILS_PATH}?{query}", key=tenant.read).status == 422
