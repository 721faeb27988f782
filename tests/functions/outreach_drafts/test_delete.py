"""DELETE /v1/outreach/drafts/{draft_id}."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support import drafts
from tests.support.callrail import actions, stored
from tests.support.http import call
from tests.support.tenants import new_tenant

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def _delete(key: str, draft_id: str, **headers: str) -> int:
    return call("DELETE", f"{drafts.PATH}/{draft_id}", key=key, headers=headers).status


def test_a_deleted_draft_is_gone_with_its_pointer(tenant: Tenant) -> None:
    draft = drafts.drafted(tenant)

    assert _delete(tenant.write, draft["id"]) == 204

    assert call("GET", f"{drafts.PATH}/{draft['id']}", key=tenant.read).status == 404
    assert _delete(tenant.write, draft["id"]) == 404
    assert stored("DRAFT_RECIPIENT", tenant.id) == []
    assert actions("draft", tenant.id) == ["draft.created", "draft.deleted"]


def test_a_draft_is_not_written_after_it_was_deleted(tenant: Tenant) -> None:
    draft = drafts.ordered(tenant)
    assert _delete(tenant.write, draft["id"]) == 204

    assert drafts.write(drafts.task(tenant, draft)) == []

    assert stored("DRAFT", tenant.id) == []


def test_a_queued_draft_cannot_be_deleted(tenant: Tenant) -> None:
    drafts.set_sender(tenant)
    draft = drafts.drafted(tenant)
    drafts.send(tenant, draft)

    assert _delete(tenant.write, draft["id"]) == 409
    assert drafts.read(tenant, draft)["status"] == "queued"


def test_another_version_is_refused(tenant: Tenant) -> None:
    draft = drafts.drafted(tenant)

    assert _delete(tenant.write, draft["id"], **{"If-Match": '"2"'}) == 412
    assert drafts.read(tenant, draft) == draft


def test_a_draft_of_another_tenant_or_mode_does_not_exist(tenant: Tenant) -> None:
    draft = drafts.drafted(tenant)

    for key in (new_tenant("Other").admin, tenant.test_admin):
        assert _delete(key, draft["id"]) == 404
    assert drafts.read(tenant, draft) == draft
