"""GET /v1/organizations/me."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.functions.organizations.test_update_own import DEFAULTS
from tests.support.http import call
from tests.support.tenants import new_tenant

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def test_the_organization_is_shown_with_its_settings(tenant: Tenant) -> None:
    response = call("GET", "/v1/organizations/me", key=tenant.read)

    assert response.status == 200
    shown = response.json
    assert shown.pop("created_at").endswith("Z")
    assert shown == {
        "id": tenant.id,
        "name": "Acme Restoration",
        "industry": "restoration",
        "parent_organization_id": None,
        "settings": {
            "timezone": "America/New_York",
            "default_locale": "en-US",
            "service_area": None,
            "business_hours": {},
            "on_call": [],
            "dispatch": DEFAULTS["dispatch"],
            "sender": None,
            "outreach": {
                "daily_cap": 500,
                "warm_up_started_on": None,
                "reply_domain": None,
                "track_opens": False,
                "track_clicks": False,
            },
            "content": {
                "service_areas": [],
                "licences": [],
                "certifications": [],
                "phone": None,
                "website": None,
                "competitors": [],
                "banned_words": [],
            },
            "ai": {
                "enabled": True,
                "share_corrections": False,
                "engine": "embedded",
                "monthly_budget_cents": 0,
            },
            "recordings": {"enabled": True},
            "retention": {"claim_days": 90, "recording_days": 90, "transcript_days": 365},
            "reviews": {"google_review_url": None, "facebook_review_url": None, "other_review_url": None},
        },
        "subscription": None,
        "version": 1,
    }


def test_both_modes_belong_to_one_organization(tenant: Tenant) -> None:
    shown = [call("GET", "/v1/organizations/me", key=key).json for key in (tenant.read, tenant.test_admin)]

    assert shown[0] == shown[1]


def test_each_tenant_sees_its_own_organization(tenant: Tenant, stranger: Tenant) -> None:
    assert call("GET", "/v1/organizations/me", key=stranger.read).json["id"] == stranger.id


def test_a_child_names_its_parent(tenant: Tenant) -> None:
    child = new_tenant("Acme North", parent=tenant.id)

    shown = call("GET", "/v1/organizations/me", key=child.read).json

    assert shown["parent_organization_id"] == tenant.id


def test_an_unchanged_organization_is_304(tenant: Tenant) -> None:
    etag = call("GET", "/v1/organizations/me", key=tenant.read).headers["ETag"]

    response = call("GET", "/v1/organizations/me", key=tenant.read, headers={"If-None-Match": etag})

    assert (response.status, response.text, response.headers["ETag"]) == (304, "", etag)
