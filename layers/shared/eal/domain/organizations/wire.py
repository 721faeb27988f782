"""Request and response models for organizations."""

from __future__ import annotations

from typing import Annotated, ClassVar, Self, cast

from eal.core.clock import Instant
from eal.core.listing import PageView
from eal.core.schema import AfterValidator, ConfigDict, Field, field_validator
from eal.core.tenancy import Mode
from eal.core.wire import Name, Wire, one_line, without_defaults
from eal.domain.organization_settings.wire import SettingsBody, SettingsView
from eal.domain.organizations.grants.model import GivenGrant
from eal.domain.organizations.grants.wire import GrantView
from eal.domain.organizations.model import INDUSTRY, Organization

_INPUT = ConfigDict(extra="forbid", str_strip_whitespace=True)

Industry = Annotated[
    str,
    Field(
        min_length=1,
        max_length=100,
        description="What the organization does, as texts by the AI name it: “a restoration company”. Null: "
        "`restoration`.",
    ),
    AfterValidator(one_line),
]


class OrganizationCreate(Wire):
    model_config = _INPUT

    name: Name
    """The child's name."""
    industry: Industry = INDUSTRY
    settings: SettingsBody | None = None
    """The child's settings. Those that are omitted or null get their defaults."""


class OrganizationUpdate(Wire):
    """Only the fields present change. Null restores a field's default; this applies to each setting too.

    `settings: null` changes nothing.
    """

    model_config = ConfigDict(**_INPUT, json_schema_extra=without_defaults("name"))

    name: Name | None = None
    """The organization's name."""
    industry: Industry | None = None
    settings: SettingsBody | None = None
    """The settings to change. Null changes nothing; a setting that is null gets its default back."""

    @field_validator("name")
    @classmethod
    def _has_a_name(cls, name: str | None) -> str:
        if name is None:
            raise ValueError("Must not be null: an organization needs a name.")
        return name


class SubscriptionView(Wire):
    """The organization's subscription as Stripe last reported it. Read-only."""

    plan: str | None
    """The lookup key of Stripe's price, or else its id."""
    status: str
    """Stripe's status: `trialing`, `active`, `past_due`, `unpaid`, `paused`, `incomplete`, `canceled`, …"""
    current_period_end: Instant | None
    """When the current billing period ends. Null if Stripe has not reported it."""
    cancel_at_period_end: bool
    """Whether the subscription ends at `current_period_end`."""


class OrganizationView(Wire):
    id: str
    name: str
    """The organization's name, as review requests, feeds of content and texts by the AI show it."""
    industry: str
    """Business of the organization, as texts by the AI name it."""
    parent_organization_id: str | None
    """The id of the organization under which it was created. Null if it has no parent."""
    settings: SettingsView
    """All settings. One that was never set has its default."""
    subscription: SubscriptionView | None
    """The subscription in the key's mode. Null if there is none. Only Stripe's webhooks change it."""
    created_at: Instant
    version: int

    @classmethod
    def in_mode(cls, organization: Organization, mode: Mode) -> Self:
        return cls.model_validate(_fields(organization, mode))


class AdminKeyView(Wire):
    id: str
    """The id of the API key."""
    key: str | None
    """The key, shown only in this response: store it now. Null in an idempotent replay."""


class OrganizationCreated(OrganizationView):
    """A new organization with its first admin key, whose text is shown only once."""

    shown_once: ClassVar[frozenset[str]] = frozenset({"admin_key.key"})

    admin_key: AdminKeyView
    """The child's first API key: live, with the scope `admin`, and without an expiry."""

    @classmethod
    def of_new(cls, organization: Organization, key_id: str, text: str) -> Self:
        return cls.model_validate({**_fields(organization, "live"), "admin_key": {"id": key_id, "key": text}})


class ChildView(OrganizationView):
    """A child organization, with its grant to the caller's organization: one, or none."""

    grants: list[GrantView]
    """The child's grant to your organization. Empty if it has given none."""

    @classmethod
    def of_child(cls, child: Organization, grant: GivenGrant | None, mode: Mode) -> Self:
        grants = [GrantView.of(grant)] if grant else []
        return cls.model_validate({**_fields(child, mode), "grants": grants})


class AiUsageQuery(Wire):
    model_config = ConfigDict(extra="forbid")

    month: Annotated[str | None, Field(pattern=r"^20[0-9]{2}-(?:0[1-9]|1[0-2])$")] = None
    """A calendar month in UTC, such as `2026-11`. Defaults to the current one. The last 13 months are kept."""


class AiUsageView(Wire):
    """Amounts are in millionths of a US dollar: 10,000 are one cent."""

    month: str
    """The calendar month in UTC, such as `2026-11`."""
    uses: int
    """The number of uses of Bedrock: calls, drafts, content, claims and photos."""
    tokens: int
    """The number of tokens that these uses sent and received."""
    spent_microusd: int
    """Cost of these uses."""
    held_microusd: int
    """The amount held for uses in progress, and for those without a response, whose cost is unknown. It counts against
    the budget like what was spent."""
    budget_microusd: int
    """The current monthly budget, from `settings.ai.monthly_budget_cents`."""


class ChildPage(PageView[ChildView]):
    pass


def _fields(organization: Organization, mode: Mode) -> dict[str, object]:
    subscriptions = organization.subscriptions.get(mode)
    return {
        "id": organization.id,
        "name": organization.name,
        "industry": organization.industry,
        "parent_organization_id": organization.parent_organization_id,
        "settings": cast("dict[str, object]", organization.settings),
        "subscription": SubscriptionView.of(subscriptions[0]) if subscriptions else None,
        "created_at": organization.created_at,
        "version": organization.version,
    }
