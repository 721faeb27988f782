"""All pages, in the order of the menu. A new page is one module here and one line below."""

from eal_dashboard.pages import (
    api_keys,
    audit_exports,
    audit_log,
    deliverability,
    drafts,
    emails,
    grants,
    integrations,
    leads,
    members,
    organization,
    overview,
    replies,
    sequences,
    suppressions,
    webhooks,
)

PAGES = (
    *overview.PAGES,
    *leads.PAGES,
    *sequences.PAGES,
    *replies.PAGES,
    *drafts.PAGES,
    *emails.PAGES,
    *suppressions.PAGES,
    *deliverability.PAGES,
    *audit_log.PAGES,
    *audit_exports.PAGES,
    *api_keys.PAGES,
    *webhooks.PAGES,
    *integrations.PAGES,
    *members.PAGES,
    *grants.PAGES,
    *organization.PAGES,
)
