"""All pages, in the order of the menu. A new page is one module here and one line below."""

from eal_dashboard.pages import (
    api_keys,
    audit_log,
    leads,
    members,
    organization,
    overview,
    webhooks,
)

PAGES = (
    *overview.PAGES,
    *leads.PAGES,
    *audit_log.PAGES,
    *api_keys.PAGES,
    *webhooks.PAGES,
    *members.PAGES,
    *organization.PAGES,
)
