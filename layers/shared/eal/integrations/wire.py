"""What the API takes and shows of integrations."""

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field

from eal import settings
from eal.clock import Instant
from eal.integrations.model import VENDORS, Health, Integration, Secret
from eal.wire import Wire

type Setting = Annotated[str, Field(min_length=1, max_length=500)]
type SecretText = Annotated[str, Field(min_length=1, max_length=2000)]


class IntegrationPut(Wire):
    """What is left out stays as it is; null removes it."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    settings: Annotated[
        dict[str, Setting | None], Field(max_length=20, description="callrail: `account_id`.")
    ] = {}  # noqa: RUF012 - pydantic copies defaults
    secrets: Annotated[
        dict[str, SecretText | None],
        Field(max_length=20, description="Write-only. callrail: `signing_key`, `api_key`."),
    ] = {}  # noqa: RUF012 - pydantic copies defaults


class SecretView(Wire):
    set: bool
    updated_at: Instant | None


class ConnectionHealthView(Wire):
    """`waiting` until the vendor's first signed event."""

    status: Literal["waiting", "healthy"]
    last_event_at: Annotated[Instant | None, Field(description="To the minute.")]


class IntegrationView(Wire):
    """`receiver_url` is the connection's address; each kind of webhook has its own below it."""

    vendor: str
    settings: dict[str, str]
    secrets: dict[str, SecretView]
    connection_id: str
    receiver_url: str
    receiver_urls: Annotated[
        dict[str, str], Field(description="The address to give the vendor, for each kind.")
    ]
    health: ConnectionHealthView
    created_at: Instant
    updated_at: Instant
    version: int

    @classmethod
    def of(cls, integration: Integration, health: Health) -> Self:
        terms = VENDORS[integration.vendor]
        base = settings.receiver_url(integration.vendor).rstrip("/") + "/" + integration.connection_id
        return cls.model_validate(
            {
                "vendor": integration.vendor,
                "settings": integration.settings,
                "secrets": {name: _shown(integration.secrets.get(name)) for name in terms.secrets},
                "connection_id": integration.connection_id,
                "receiver_url": base,
                "receiver_urls": {kind: f"{base}/{kind}" for kind in terms.kinds},
                "health": {"status": health.status, "last_event_at": health.last_event_at},
                "created_at": integration.created_at,
                "updated_at": integration.updated_at,
                "version": integration.version,
            }
        )


def _shown(secret: Secret | None) -> dict[str, object]:
    return {"set": secret is not None, "updated_at": secret.updated_at if secret else None}
