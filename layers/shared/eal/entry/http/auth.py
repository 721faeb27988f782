"""From the Authorization header to a Caller: authentication, address list, rate limit and scope.

For a key without an address list, one conditional UpdateItem does all of it (`eal.domain.api_keys.access`). There is no
cache, so a revoked key is refused on its next request.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from eal.core import clock, observe
from eal.core.audit import Actor
from eal.core.caller import Caller, KeyBounds, Scope, includes
from eal.core.errors import (
    ExpiredKey,
    InsufficientScope,
    InvalidKey,
    IpNotAllowed,
    MissingKey,
    RateLimited,
    RevokedKey,
    Unavailable,
)
from eal.core.tenancy import Tenant
from eal.domain.api_keys import access
from eal.domain.api_keys.model import fingerprint, is_well_formed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from eal.domain.api_keys.access import Use
    from eal.domain.api_keys.model import ApiKey
    from eal.entry.http.request import Request

_SCHEME = "bearer"
PUBLIC_ADDRESS = "public_address"
"""The actor of requests with a token."""


@dataclass(slots=True)
class Limits:
    """The rate limit's three headers, which every response to a valid key has. `reset` is in seconds."""

    limit: int
    remaining: int
    reset: int

    def headers(self) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": str(self.reset),
        }


@dataclass(slots=True)
class Admission:
    """The key of a request and its rate limit, for the response's headers. Set before the request can be refused."""

    limits: Limits | None = None
    key: ApiKey | None = None

    def of(self, use: Use, now: datetime) -> Limits:
        """Record the key, and return its limits, so that a refusal can lower them."""
        self.key = use.key
        self.limits = Limits(
            limit=use.key.per_minute, remaining=_remaining(use), reset=60 - int(now.timestamp()) % 60
        )
        return self.limits

    def headers(self) -> dict[str, str]:
        """The rate limit's headers, and the expiry of a rotated key; none without a valid key."""
        if self.limits is None or self.key is None:
            return {}
        return {**self.limits.headers(), **_rotation_headers(self.key)}


def _rotation_headers(key: ApiKey) -> dict[str, str]:
    """Of a rotated key: `Deprecation` (RFC 9745), the rotation's time, and `Sunset` (RFC 8594), the key's expiry."""
    if key.status != "rotating" or key.rotated_at is None or key.expires_at is None:
        return {}
    from email.utils import format_datetime

    return {
        "Deprecation": f"@{int(key.rotated_at.timestamp())}",
        "Sunset": format_datetime(key.expires_at.replace(microsecond=0), usegmt=True),
    }


def authenticate(request: Request, needed: Scope, admission: Admission) -> Caller:
    """The caller of a request.

    Fills `admission` as soon as the key is known to be valid, so that later refusals have its headers.
    Raises: MissingKey, InvalidKey, ExpiredKey, RevokedKey, IpNotAllowed, RateLimited, InsufficientScope,
    Unavailable.
    """
    text = _bearer(request.headers)
    now = clock.now()
    use = _use(text, now, request.ip, admission)
    key = use.key
    observe.bind(organization_id=key.organization_id, mode=key.mode, key_id=key.id)
    if not includes(key.scope, needed):
        raise InsufficientScope(
            f"This operation requires a key with the scope '{needed}'. This key has '{key.scope}'.",
            required=needed,
        )
    return Caller.of(
        tenant=Tenant(key.organization_id, key.mode),
        actor=Actor(type="api_key", id=key.id, ip=request.ip or None),
        source="api",
        scope=key.scope,
        request_id=request.id,
        at=now,
        key=KeyBounds(
            expires_at=key.expires_at,
            allowed_cidrs=key.allowed_cidrs,
            rate_limit_remaining=_remaining(use),
        ),
    )


def by_token(request: Request, tenant_of: Callable[[str], Tenant | None]) -> Caller | None:
    """The caller of a request with a `token` in its query and no key; None for any other request.

    Raises: InvalidKey.
    """
    tokens = request.query.get("token")
    if not tokens or "authorization" in request.headers:
        return None
    tenant = tenant_of(tokens[-1])
    if tenant is None:
        raise InvalidKey("This address was replaced or deleted. Ask its owner for the current one.")
    observe.bind(**tenant._asdict())
    return Caller.of(
        tenant=tenant,
        actor=Actor(type="system", id=PUBLIC_ADDRESS, ip=request.ip or None),
        source="api",
        scope="read",
        request_id=request.id,
        at=clock.now(),
    )


def _bearer(headers: dict[str, str]) -> str:
    header = headers.get("authorization", "").strip()
    if not header:
        raise MissingKey("Send your API key as 'Authorization: Bearer eal_live_…'.")
    scheme, _, text = header.partition(" ")
    text = text.strip()
    if scheme.lower() != _SCHEME or not text:
        raise MissingKey("The Authorization header must be 'Bearer ' followed by your API key.")
    if not is_well_formed(text):
        raise InvalidKey("This is not a valid API key. Check that it was copied completely.")
    return text


def _use(text: str, now: datetime, ip: str, admission: Admission) -> Use:
    """Count the request against its key, or raise the refusal."""
    key_hash = fingerprint(text)
    try:
        outcome = access.count_use(key_hash, now, ip)
        if isinstance(outcome, access.Refused) and outcome.use and outcome.use.key.allowed_cidrs:
            _check_alive(outcome.use.key, now)
            _check_address(outcome.use, ip, now, admission)
            outcome = access.count_use(key_hash, now, ip, address_checked=True)
    except (ClientError, BotoCoreError) as fault:
        return _fail_open(key_hash, now, ip, admission, fault)
    if isinstance(outcome, access.Refused):
        raise _refusal(outcome.use, now, admission)
    limits = admission.of(outcome, now)
    if sum(outcome.counts) > access.WINDOW_MINUTES * outcome.key.per_minute:
        with _housekeeping():
            access.undo_use(key_hash, now)
        limits.remaining = 0
        raise RateLimited(_seconds_until_free(outcome.counts, outcome.key, now))
    if outcome.stale_counters:
        with _housekeeping():
            access.clear_stale_counters(key_hash, outcome.stale_counters)
    return outcome


@contextmanager
def _housekeeping() -> Iterator[None]:
    """For updates that only tidy the counters: their failure does not affect the request."""
    try:
        yield
    except (ClientError, BotoCoreError) as fault:
        observe.count("limiter_failed_open")
        observe.logger.warning("limiter_not_tidied", fault=type(fault).__name__)


def _fail_open(key_hash: str, now: datetime, ip: str, admission: Admission, fault: Exception) -> Use:
    """The table refuses writes: admit the request without counting it, if the key can be read and is valid."""
    observe.count("limiter_failed_open")
    observe.logger.warning("limiter_failed_open", fault=type(fault).__name__)
    try:
        use = access.read(key_hash, now)
    except (ClientError, BotoCoreError) as read_fault:
        raise Unavailable from read_fault
    if use is None:
        raise InvalidKey("This API key does not exist. Use another key.")
    _check_alive(use.key, now)
    _check_address(use, ip, now, admission)
    admission.of(use, now)
    return use


def _check_address(use: Use, ip: str, now: datetime, admission: Admission) -> None:
    if not use.key.allows(ip):
        admission.of(use, now)
        raise IpNotAllowed(
            "This API key cannot be used from this IP address. Change its allowed_cidrs, or use another key."
        )


def _refusal(use: Use | None, now: datetime, admission: Admission) -> Exception:
    if use is None:
        return InvalidKey("This API key does not exist. Use another key.")
    _check_alive(use.key, now)
    admission.of(use, now).remaining = 0
    return RateLimited(_seconds_until_free(use.counts, use.key, now))


def _check_alive(key: ApiKey, now: datetime) -> None:
    match key.status_at(now):
        case "revoked":
            raise RevokedKey("This API key was revoked. Use another key.")
        case "expired":
            raise ExpiredKey("This API key has expired. Use another key.")
        case "active" | "rotating":
            return


def _remaining(use: Use) -> int:
    return max(0, use.key.per_minute - use.counts[-1])


def _seconds_until_free(counts: Sequence[int], key: ApiKey, now: datetime) -> int:
    """Seconds until the first minute whose window has room again."""
    to_next_minute = 60 - int(now.timestamp()) % 60
    for minutes_ahead in range(1, access.WINDOW_MINUTES + 1):
        if sum(counts[minutes_ahead:]) < access.WINDOW_MINUTES * key.per_minute:
            return to_next_minute + 60 * (minutes_ahead - 1)
    return to_next_minute + 60 * access.WINDOW_MINUTES
