"""GET /v1/outreach/drafts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support import drafts
from tests.support.http import call
from tests.support.tenants import new_tenant

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def _ids(tenant: Tenant, query: str = "") -> list[str]:
    response = call("GET", f"{drafts.PATH}{query}", key=tenant.read)
    assert response.status == 200, response.text
    return [draft["id"] for draft in response.json["data"]]


def _person(tenant: Tenant, collection: str) -> str:
    return str(
        call("POST", f"/v1/{collection}", key=tenant.write, json_body={"email": "a@example.com"}).json["id"]
    )


def test_drafts_are_listed_newest_first_and_filtered(tenant: Tenant) -> None:
    lead_id, prospect_id = _person(tenant, "leads"), _person(tenant, "prospects")
    by_hand = drafts.drafted(tenant, lead_id=lead_id)["id"]
    ordered = drafts.ordered(tenant, lead_id=lead_id)["id"]
    of_prospect = drafts.drafted(tenant, prospect_id=prospect_id)["id"]

    assert _ids(tenant) == [of_prospect, ordered, by_hand]
    assert _ids(tenant, "?order=asc") == [by_hand, ordered, of_prospect]
    assert _ids(tenant, "?status=draft") == [of_prospect, by_hand]
    assert _ids(tenant, "?status=writing") == [ordered]
    assert _ids(tenant, "?status=sent") == []
    assert _ids(tenant, f"?lead_id={lead_id}") == [ordered, by_hand]
    assert _ids(tenant, f"?lead_id={lead_id}&status=draft") == [by_hand]
    assert _ids(tenant, f"?prospect_id={prospect_id}") == [of_prospect]
    assert _ids(tenant, "?prospect_id=unknown") == []
    assert _ids(tenant, "?created_before=2020-01-01T00:00:00Z") == []
    assert _ids(tenant, "?created_after=2020-01-01T00:00:00Z&status=writing") == [ordered]


def test_pages_contain_every_draft_once(tenant: Tenant) -> None:
    made = [drafts.drafted(tenant)["id"] for _ in range(5)]

    found, cursor = [], ""
    while True:
        page = call("GET", f"{drafts.PATH}?limit=2&status=draft{cursor}", key=tenant.read).json
        found += [draft["id"] for draft in page["data"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"

    assert found == made[::-1]


def test_a_changed_status_moves_the_draft_in_the_index(tenant: Tenant) -> None:
    draft = drafts.ordered(tenant)
    drafts.write(drafts.task(tenant, draft))

    assert (_ids(tenant, "?status=writing"), _ids(tenant, "?status=draft")) == ([], [draft["id"]])


@pytest.mark.parametrize("query", ["?status=open", "?lead_id=a&prospect_id=b", "?tone=formal"])
def test_an_invalid_query_is_refused(tenant: Tenant, query: str) -> None:
    assert call("GET", f"{drafts.PATH}{query}", key=tenant.read).status == 422


def test_other_tenants_and_modes_see_nothing(tenant: Tenant) -> None:
    drafts.drafted(tenant)

    for key in (new_tenant("Other").read, tenant.test_admin):
        assert call("GET", drafts.PATH, key=key).json["data"] == []
