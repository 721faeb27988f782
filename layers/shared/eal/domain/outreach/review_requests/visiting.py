"""Following the link of a review request, without a login: to the page for reviews, the same for every customer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from eal.domain.organization_settings import store as organization_settings
from eal.domain.outreach import tenant_clock
from eal.domain.outreach.review_requests import store
from eal.domain.outreach.review_requests.store import REVIEW_REQUESTS

if TYPE_CHECKING:
    from eal.core.caller import Caller


def page_of(organization_id: str) -> str | None:
    """The address of the organization's page for reviews; None if the settings have none."""
    return organization_settings.review_url_in(organization_settings.settings_of(organization_id))


def record_visit(request_id: str, by: Caller) -> None:
    """Record the first visit of a request's link, in the caller's transaction. Later ones, and those after an erasure,
    change nothing.
    """
    before = REVIEW_REQUESTS.find(by.tenant, request_id)
    if before is None or before.visited_at:
        return
    visited = replace(before, visited_at=tenant_clock.now_of(by.tenant, by.at))
    store.replace_version("review_request.visited", before, visited, by)
