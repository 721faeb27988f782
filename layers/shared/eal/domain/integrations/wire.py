"""Request and response models for integrations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, Self

from eal.core import clock, settings
from eal.core.clock import Instant
from eal.core.contact import Phone
from eal.core.listing import PageView
from eal.core.schema import ConfigDict, Field
from eal.core.wire import DEFAULT_OVERLAP_SECONDS, MAX_OVERLAP_SECONDS, Wire
from eal.domain.integrations.model import (
    MAX_SECRET_BYTES,
    VENDORS,
    CheckName,
    ConnectionHealth,
    Integration,
    StoredSecret,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eal.domain.integrations.model import Check

type Setting = Annotated[str, Field(min_length=1, max_length=2048)]
type SecretText = Annotated[str, Field(min_length=1, max_length=MAX_SECRET_BYTES)]


class IntegrationPut(Wire):
    """Settings and secrets that are omitted keep their values. Null removes a value."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    settings: Annotated[dict[str, Setting | None], Field(max_length=20)] = {}  # noqa: RUF012 - pydantic copies defaults
    """CallRail: `account_id`, `company_id` (`COM…`). If the account has several companies, calls whose webhooks were
    lost are recovered only if `company_id` is set. Google Business: `client_id` of the OAuth client, `account_id`
    (required if the user has several accounts) and `location_id` (without it, all locations of the account are polled):
    the digits in their resource names. Twilio: `account_sid` (`AC…`), `api_key_sid` (`SK…`) and `alert_number`, the
    number in E.164 format from which alerts are sent. CRM: `url` (https, at a public address)."""
    secrets: Annotated[dict[str, SecretText | None], Field(max_length=20)] = {}  # noqa: RUF012 - pydantic copies defaults
    """Write-only. CallRail: `signing_key`, `api_key`. Resend: `signing_secret`, `api_key`. Stripe: `signing_secret`.
    Google Business: `client_secret`, `refresh_token`. Twilio: `api_key_secret`, of the key `api_key_sid`, and
    `auth_token`, with which Twilio signs people's answers and its reports. CRM: `signing_secret` (`whsec_` followed by
    base64, or any other text of 24 to 512 bytes). A secret has at most 2,048 bytes in UTF-8, and at least 8 if a vendor
    signs with it."""
    overlap_seconds: Annotated[int, Field(ge=0, le=MAX_OVERLAP_SECONDS)] = DEFAULT_OVERLAP_SECONDS
    """Seconds for which a replaced signing secret is still accepted; 0 rejects it at once."""


class SecretView(Wire):
    set: bool
    """Whether the secret has a value, which no response shows."""
    updated_at: Instant | None
    """When the secret was last replaced. Null if it has no value."""
    previous_accepted_until: Instant | None
    """When the previous signing secret stops being accepted. Null if it is not accepted."""

    @classmethod
    def of(cls, secret: StoredSecret | None) -> Self:
        if secret is None:
            return cls(set=False, updated_at=None, previous_accepted_until=None)
        return cls(
            set=True,
            updated_at=secret.updated_at,
            previous_accepted_until=secret.previous_accepted_until(clock.now()),
        )


class FailureView(Wire):
    at: Instant
    """When the webhook was rejected or the poll failed, accurate to the minute."""
    reason: Literal[
        "invalid_signature",
        "out_of_time",
        "invalid_json",
        "too_large",
        "not_configured",
        "unauthorized",
        "refused",
        "throttled",
        "unavailable",
        "invalid_response",
    ]
    """For a webhook: `invalid_signature`, `out_of_time`, `invalid_json`, `too_large`. For a poll: `not_configured`: a
    setting or a secret is missing, or the Google user has several accounts and `account_id` is not set. `unauthorized`:
    the vendor does not accept the credentials. `refused`: it refuses the request, for example because the account may
    not use the API. `throttled`, `unavailable`: the next poll tries again. `invalid_response`."""


class ConnectionHealthView(Wire):
    """`waiting`: nothing was received yet. `failing`: the latest webhook was rejected, or the latest poll failed."""

    status: Literal["waiting", "healthy", "failing"]
    """`waiting`: nothing has been received yet, which is always so for a CRM. `healthy`: the latest
    webhook was accepted, or the latest poll succeeded. `failing`: the latest webhook was rejected, or the latest
    poll failed."""
    last_event_at: Instant | None
    """When the vendor last sent a webhook, accurate to the minute. For Google Business, when it was last polled
    successfully."""
    last_failure: FailureView | None
    """The latest rejected webhook or failed poll, accurate to the minute."""


class IntegrationCheck(Wire):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    may_be_left_out = True

    test_phone: Phone | None = None
    """Twilio: a number of the US or Canada that gets a text, which says that it is a test."""


class CheckView(Wire):
    """One thing that was asked."""

    name: CheckName
    """`credentials`: the vendor accepts the key. `alert_number`: the number can text and call. `answers`: replies to
    alerts arrive. `test_text`: Twilio has accepted the test. `company`: CallRail knows the company. `sender_domain`:
    Resend has verified the sender's domain."""
    ok: bool | None
    """Whether it holds. Null if the vendor cannot be asked, or does not say."""
    message: str
    """The result in a sentence: what holds, or what to do."""


class IntegrationChecked(Wire):
    """The results of a check. What could not be asked after a failure is missing."""

    checks: list[CheckView]
    """The results, in the order in which they depend on each other."""

    @classmethod
    def of(cls, checks: Sequence[Check]) -> Self:
        return cls(
            checks=[CheckView(name=check.name, ok=check.ok, message=check.message) for check in checks]
        )


class IntegrationView(Wire):
    """A connected vendor. `receiver_url` is the base of the addresses for the vendor's webhooks; it is null for a
    vendor that sends none.
    """

    vendor: str
    """`callrail`, `resend`, `stripe`, `google_business`, `twilio` or `crm`."""
    settings: dict[str, str]
    """The settings that have a value, by name."""
    secrets: dict[str, SecretView]
    """The state of each secret that the vendor can have, by name; never its value."""
    connection_id: str | None
    """The unguessable id in the addresses for the vendor's webhooks. Null for a vendor that sends none."""
    receiver_url: str | None
    """The base of the addresses for the vendor's webhooks. Null for a vendor that sends none."""
    receiver_urls: dict[str, str]
    """The addresses to enter at the vendor, by kind of webhook."""
    health: ConnectionHealthView
    """How the latest webhook or poll ended."""
    created_at: Instant
    updated_at: Instant
    version: int

    @classmethod
    def with_health(cls, integration: Integration, health: ConnectionHealth) -> Self:
        spec = VENDORS[integration.vendor]
        base = None
        if integration.connection_id:
            base = settings.receiver_url(integration.vendor).rstrip("/") + "/" + integration.connection_id
        return cls.model_validate(
            {
                "vendor": integration.vendor,
                "settings": integration.settings,
                "secrets": {name: SecretView.of(integration.secrets.get(name)) for name in spec.secrets},
                "connection_id": integration.connection_id,
                "receiver_url": base,
                "receiver_urls": {kind: f"{base}/{kind}" for kind in spec.kinds} if base else {},
                "health": ConnectionHealthView.of(health),
                "created_at": integration.created_at,
                "updated_at": integration.updated_at,
                "version": integration.version,
            }
        )


class IntegrationPage(PageView[IntegrationView]):
    pass
