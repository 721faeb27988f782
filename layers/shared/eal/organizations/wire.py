"""What the API shows of organizations."""

from typing import Annotated, Self, cast

from pydantic import Field

from eal.clock import Instant
from eal.organizations.model import Organization
from eal.wire import Wire


class AiView(Wire):
    enabled: bool = True


class RetentionView(Wire):
    claim_days: Annotated[int, Field(description="Photos and scopes of claims are kept so long.")] = 90


class SettingsView(Wire):
    timezone: Annotated[str, Field(description="IANA name.")] = "America/New_York"
    default_locale: str = "en-US"
    ai: AiView = AiView()
    retention: RetentionView = RetentionView()


class OrganizationView(Wire):
    id: str
    name: str
    industry: str
    parent_organization_id: str | None
    settings: SettingsView
    created_at: Instant
    version: int

    @classmethod
    def of(cls, organization: Organization) -> Self:
        return cls(
            id=organization.id,
            name=organization.name,
            industry=organization.industry,
            parent_organization_id=organization.parent_organization_id,
            settings=SettingsView.model_validate(cast("dict[str, object]", organization.settings)),
            created_at=organization.created_at,
            version=organization.version,
        )
