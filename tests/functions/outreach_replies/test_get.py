"""GET /v1/outreach/replies/{reply_id}."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support import replies
from tests.support.http import call
from tests.support.replies import classified, shown
from tests.support.tenants import new_tenant

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

WRITTEN = "Yes, we\u2019re interested. Can you send me your prices?"
BODY = (
    f"{WRITTEN}\n\nSent from my phone\n\n-- \nDana Reyes\n\nCONFIDENTIALITY NOTICE: this e-mail is private.\n\n"
    "On Fri, Apr 24, 2026 at 9:00 AM, Acme <hello@acme.example> wrote:\n> Hello Dana\n> Unsubscribe\n"
)


def test_text_is_what_the_person_wrote_and_body_what_was_received(tenant: Tenant) -> None:
    reply = classified(tenant, BODY, html="<p>Yes</p>")

    assert reply["text"] == WRITTEN
    assert reply["body"] == {"text": BODY, "html": "<p>Yes</p>", "missing": None}


def test_evidence_quotes_the_text_character_for_character(tenant: Tenant) -> None:
    reply = classified(tenant, BODY)

    assert reply["classification"]["evidence"]
    for quote in reply["classification"]["evidence"]:
        assert quote in reply["text"]


def test_a_reply_is_shown_before_it_is_classified(tenant: Tenant) -> None:
    reply = shown(tenant, replies.received(tenant, BODY))

    assert (reply["text"], reply["version"]) == (WRITTEN, 1)
    names = ("classification", "engine_classification", "correction", "match", "email_id", "corrected_at")
    assert [reply[name] for name in names] == [None] * 6


def test_the_answer_depends_on_the_version(tenant: Tenant) -> None:
    reply_id = replies.received(tenant, BODY)
    path = f"/v1/outreach/replies/{reply_id}"
    response = call("GET", path, key=tenant.read)

    again = call("GET", path, key=tenant.read, headers={"If-None-Match": response.headers["ETag"]})

    assert again.status == 304


@pytest.mark.parametrize(
    "reply_id", ["reply_01kq09bekje6vbq5xe2dae3erx", "call_01kq09bekje6vbq5xe2dae3erx", "x"]
)
def test_an_unknown_reply(tenant: Tenant, reply_id: str) -> None:
    assert call("GET", f"/v1/outreach/replies/{reply_id}", key=tenant.read).status == 404


def test_another_tenants_reply_and_that_of_the_other_mode(tenant: Tenant) -> None:
    reply_id = replies.received(tenant, BODY)

    for key in (new_tenant("Other").admin, tenant.test_admin):
        response = call("GET", f"/v1/outreach/replies/{reply_id}", key=key)
        assert (response.status, "Dana" in response.text) == (404, False)
