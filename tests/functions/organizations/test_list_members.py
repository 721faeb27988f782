"""GET /v1/organizations/me/members."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.http import call
from tests.support.tenants import new_tenant

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

PATH = "/v1/organizations/me/members"


def _invite(tenant: Tenant, email: str) -> str:
    body = {"email": email, "role": "viewer"}
    return str(call("POST", PATH, key=tenant.admin, json_body=body).json["id"])


def test_members_are_listed_newest_first_and_paginated(tenant: Tenant) -> None:
    made = [_invite(tenant, f"m{number}@example.com") for number in range(5)]

    seen: list[str] = []
    cursor = ""
    while True:
        page = call("GET", f"{PATH}?limit=2{cursor}", key=tenant.read).json
        seen += [item["id"] for item in page["data"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"

    assert seen == made[::-1]
    assert [item["id"] for item in call("GET", f"{PATH}?order=asc", key=tenant.read).json["data"]] == made


def test_members_belong_to_both_modes_and_to_one_organization(tenant: Tenant, stranger: Tenant) -> None:
    child = new_tenant("Location", parent=tenant.id)
    member = _invite(child, "a@example.com")

    for key, expected in (
        (child.test_admin, [member]),
        (child.read, [member]),
        (tenant.admin, []),
        (stranger.admin, []),
    ):
        assert [item["id"] for item in call("GET", PATH, key=key).json["data"]] == expected


def test_no_grant_shows_members_to_the_parent(tenant: Tenant) -> None:
    child = new_tenant("Location", parent=tenant.id)
    _invite(child, "a@example.com")
    everything = [
        "leads",
        "prospects",
        "calls",
        "content",
        "outreach",
        "claims",
        "reviews",
        "audit-log",
        "webhooks",
    ]
    call(
        "PUT",
        f"/v1/organizations/me/grants/{tenant.id}",
        key=child.admin,
        json_body={"resources": [*everything, "events"]},
    )

    response = call("GET", PATH, key=tenant.admin, headers={"X-EAL-Organization": child.id})

    assert (response.status, response.error) == (403, "grant_required")
    assert "a@example.com" not in response.text
