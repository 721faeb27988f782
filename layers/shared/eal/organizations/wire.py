"""What the API shows of organizations."""

from typing import Annotated, Literal, Self, cast

from pydantic import Field

from eal.clock import Instant
from eal.organizations.model import Organization
from eal.wire import Wire

type Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
CLOCK = r"^(?:[01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$"
type Clock = Annotated[str, Field(pattern=CLOCK)]


class AiView(Wire):
    enabled: bool = True


class RetentionView(Wire):
    claim_days: Annotated[int, Field(description="Photos and scopes of claims are kept so long.")] = 90


class PointView(Wire):
    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]


class ServiceAreaView(Wire):
    """Inside is where the postal code is listed, or the distance to the center is within the radius."""

    center: PointView | None = None
    radius_miles: Annotated[float | None, Field(ge=0)] = None
    postal_codes: list[str] = []  # noqa: RUF012 - pydantic copies defaults


class OnCallView(Wire):
    """Who takes calls; times are the organization's wall clock; an end at or before its start is next day's."""

    name: str
    phone: str
    days: list[Day]
    starts: Annotated[str, Field(alias="from", pattern=CLOCK)]
    ends: Annotated[str, Field(alias="to", pattern=CLOCK)]


class SenderView(Wire):
    """Who outreach comes from; the postal address is what the law wants in each mail."""

    name: str
    email: str
    postal_address: str


class SettingsView(Wire):
    """Null or empty is what the organization has not set."""

    timezone: Annotated[str, Field(description="IANA name.")] = "America/New_York"
    default_locale: str = "en-US"
    service_area: ServiceAreaView | None = None
    business_hours: Annotated[
        dict[Day, list[tuple[Clock, Clock]]],
        Field(
            description='Spans such as ["08:00", "17:00"]; one that ends at or before its start runs into the next day.'
        ),
    ] = {}  # noqa: RUF012
    on_call: list[OnCallView] = []  # noqa: RUF012
    sender: SenderView | None = None
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
