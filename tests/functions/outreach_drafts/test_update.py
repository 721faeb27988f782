"""PATCH /v1/outreach/drafts/{draft_id}."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support import drafts
from tests.support.callrail import actions
from tests.support.faults import overtaken
from tests.support.http import ApiResponse, call
from tests.support.tenants import new_tenant

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def _patch(tenant: Tenant, draft: dict[str, Any], body: dict[str, object], **headers: str) -> ApiResponse:
    path = f"{drafts.PATH}/{draft['id']}"
    return call("PATCH", path, key=tenant.write, json_body=body, headers=headers)


def test_the_findings_follow_the_text(tenant: Tenant) -> None:
    drafts.set_sender(tenant)
    draft = drafts.drafted(tenant, body="Sam at Acme: act now!")
    assert drafts.rules(draft) == ["fake_urgency"]

    response = _patch(tenant, draft, {"body": "Sam at Acme: when would it suit you?"})

    assert (response.status, response.headers["ETag"], response.json["findings"]) == (200, '"2"', [])
    assert response.json["subject"] == draft["subject"]
    assert drafts.rules(_patch(tenant, draft, {"subject": "Final notice"}).json) == ["fake_urgency"]
    assert actions("draft", tenant.id) == ["draft.created", "draft.updated", "draft.updated"]


def test_the_findings_follow_the_settings(tenant: Tenant) -> None:
    draft = drafts.drafted(tenant)
    assert drafts.rules(draft) == ["missing_sender"]
    drafts.set_sender(tenant)

    assert _patch(tenant, draft, {"subject": "The report is ready"}).json["findings"] == []


def test_equal_values_change_nothing(tenant: Tenant) -> None:
    draft = drafts.drafted(tenant)

    assert _patch(tenant, draft, drafts.TEXT).json["version"] == 1
    assert _patch(tenant, draft, {}).json["version"] == 1


def test_an_edited_text_of_the_ai_is_marked(tenant: Tenant) -> None:
    draft = drafts.ordered(tenant)
    drafts.write(drafts.task(tenant, draft))

    edited = _patch(tenant, draft, {"subject": "Another subject"}).json

    assert (edited["edited"], edited["status"]) == (True, "draft")
    assert edited["provenance"] == drafts.read(tenant, draft)["provenance"] is not None


def test_a_failed_draft_becomes_one_by_a_text(tenant: Tenant) -> None:
    draft = drafts.ordered(tenant)
    drafts.set_sender(tenant, ai={"enabled": False})
    drafts.write(drafts.task(tenant, draft))
    assert drafts.read(tenant, draft)["status"] == "failed"

    half = _patch(tenant, draft, {"subject": "The report"}).json
    whole = _patch(tenant, draft, {"body": "It is ready. Sam at Acme"}).json

    assert (half["status"], half["reason"]) == ("failed", "ai_disabled")
    assert (whole["status"], whole["reason"], whole["findings"]) == ("draft", None, [])


def test_a_draft_that_is_being_written_or_was_sent_does_not_change(tenant: Tenant) -> None:
    drafts.set_sender(tenant)
    writing, queued = drafts.ordered(tenant), drafts.drafted(tenant)
    drafts.send(tenant, queued)

    for draft, status in ((writing, "writing"), (queued, "queued")):
        response = _patch(tenant, draft, {"subject": "x"})
        assert (response.status, response.error) == (409, "conflict")
        assert response.json["error"]["details"]["status"] == status


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"subject": None}, "/subject"),
        ({"body": None}, "/body"),
        ({"body": ""}, "/body"),
        ({"body": "Hello {{first_name}}"}, "/body"),
        ({"subject": "a\nb"}, "/subject"),
        ({"to": "other@example.com"}, "/to"),
        ({"status": "sent"}, "/status"),
    ],
)
def test_an_invalid_field_is_named_by_a_pointer(
    tenant: Tenant, body: dict[str, object], pointer: str
) -> None:
    response = _patch(tenant, drafts.drafted(tenant), body)

    assert response.status == 422
    assert [field["pointer"] for field in response.json["error"]["details"]["fields"]] == [pointer]


def test_another_version_is_refused(tenant: Tenant) -> None:
    draft = drafts.drafted(tenant)

    assert _patch(tenant, draft, {"subject": "x"}, **{"If-Match": '"2"'}).status == 412
    assert _patch(tenant, draft, {"subject": "x"}, **{"If-Match": '"1"'}).status == 200


def test_a_draft_that_is_sent_meanwhile_keeps_its_text(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    drafts.set_sender(tenant)
    draft = drafts.drafted(tenant)

    with overtaken(monkeypatch, lambda: drafts.send(tenant, draft)):
        response = _patch(tenant, draft, {"body": "We guarantee it. Act now!"})

    assert (response.status, drafts.read(tenant, draft)["body"]) == (409, draft["body"])


def test_a_draft_of_another_tenant_or_mode_does_not_exist(tenant: Tenant) -> None:
    path = f"{drafts.PATH}/{drafts.drafted(tenant)['id']}"

    for key in (new_tenant("Other").admin, tenant.test_admin):
        assert call("PATCH", path, key=key, json_body={"subject": "x"}).status == 404
