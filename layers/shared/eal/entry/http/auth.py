"""From the Authorization header to a Caller: authentication, address list, rate limit and scope.

For a session, and for a key without an address list, one conditional UpdateItem does all of it
(`eal.domain.credentials.counting`). There is no cache, so a revoked key or an ended session is refused on its next
request.
"""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from eal.core import aws, clock, observe
from eal.core.audit import Actor
from eal.core.caller import Caller, KeyBounds, SignIn, includes
from eal.core.clock import rfc3339
from eal.core.errors import (
    ExpiredKey,
    InsufficientScope,
    InvalidKey,
    IpNotAllowed,
    MissingKey,
    RateLimited,
    ReauthenticationRequired,
    RevokedKey,
    Unavailable,
)
from eal.core.table import contention
from eal.core.tenancy import Tenant
from eal.domain.api_keys import access as keys
from eal.domain.api_keys.model import ApiKey
from eal.domain.credentials import counting
from eal.domain.credentials.counting import CredentialRefused
from eal.domain.credentials.text import SESSION_PREFIX, fingerprint, is_well_formed
from eal.domain.sessions import access as sessions
from eal.domain.sessions.model import Session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from eal.domain.credentials.counting import Use
    from eal.entry.http.request import Request
    from eal.entry.http.route import Needs

RECENT = timedelta(minutes=10)
THROTTLED_SECONDS = 1
"""The `Retry-After` of a request that DynamoDB did not count. Its limits of an item are per second."""
_SCHEME = "bearer"
PUBLIC_ADDRESS = "public_address"
"""The actor of requests with a token."""


class RequestLimits:
    """The rate limit's three headers, which every response to a valid key has, unless DynamoDB could not count the
    request. `reset` is in seconds.
    """

    def __init__(self, *, limit: int, remaining: int, reset: int) -> None:
        self.limit = limit
        self.remaining = remaining
        self.reset = reset

    def headers(self) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": str(self.reset),
        }


class Admission:
    """The credential of a request and its rate limit, for the response's headers. Set before the request can be
    refused."""

    def __init__(self) -> None:
        self.limits: RequestLimits | None = None
        self.credential: ApiKey | Session | None = None

    def of(self, use: Use[ApiKey] | Use[Session], now: datetime) -> RequestLimits:
        """Record the credential, and return its limits, so that a refusal can lower them."""
        self.credential = use.credential
        self.limits = RequestLimits(
            limit=use.credential.per_minute, remaining=_remaining(use), reset=60 - int(now.timestamp()) % 60
        )
        return self.limits

    def headers(self) -> dict[str, str]:
        """The rate limit's headers, and the expiry of a rotated key; none without a valid credential."""
        if self.limits is None or self.credential is None:
            return {}
        return {**self.limits.headers(), **_rotation_headers(self.credential)}


def _rotation_headers(credential: ApiKey | Session) -> dict[str, str]:
    """Headers of a rotated key: `Deprecation` (RFC 9745), the rotation's time, and `Sunset` (RFC 8594), the key's
    expiry."""
    if isinstance(credential, Session) or credential.status != "rotating":
        return {}
    if credential.rotated_at is None or credential.expires_at is None:
        return {}
    from email.utils import format_datetime

    return {
        "Deprecation": f"@{int(credential.rotated_at.timestamp())}",
        "Sunset": format_datetime(credential.expires_at.replace(microsecond=0), usegmt=True),
    }


def authenticate(request: Request, needs: Needs, admission: Admission) -> Caller:
    """The caller of a request.

    Fills `admission` as soon as the credential is known to be valid, so that later refusals have its headers.
    Raises: MissingKey, InvalidKey, ExpiredKey, RevokedKey, IpNotAllowed, RateLimited, InsufficientScope,
    ReauthenticationRequired, Unavailable.
    """
    text = _bearer(request.headers)
    now = clock.now()
    if text.startswith(SESSION_PREFIX):
        return _member(text, now, request, needs, admission)
    use = _use_key(fingerprint(text), now, request.ip, admission)
    key = use.credential
    observe.bind(organization_id=key.organization_id, mode=key.mode, key_id=key.id)
    if needs.session:
        raise InsufficientScope(
            "This operation requires a session of the dashboard, not an API key.", required="session"
        )
    if not includes(key.scope, needs.scope):
        raise InsufficientScope(
            f"This operation requires a key with the scope '{needs.scope}'. This key has '{key.scope}'.",
            required=needs.scope,
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
            member_id=key.member_id,
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


def _member(text: str, now: datetime, request: Request, needs: Needs, admission: Admission) -> Caller:
    """The caller of a request with a session. What a key in its place would be bound to does not bind it: a key that a
    member creates outlives the session.
    """
    ip = request.client_ip
    use = _use_session(fingerprint(text), now, ip, admission)
    session = use.credential
    observe.bind(organization_id=session.organization_id, mode=session.mode, session_id=session.id)
    if not includes(session.scope, needs.scope):
        raise InsufficientScope(
            f"This operation requires the scope '{needs.scope}'. The role '{session.role}' has '{session.scope}'.",
            required=needs.scope,
        )
    if needs.recent and now - session.auth_time > RECENT:
        raise ReauthenticationRequired(
            f"Sign in again: this operation requires a sign-in of the last {RECENT // timedelta(minutes=1)} minutes.",
            auth_time=rfc3339(session.auth_time),
        )
    return Caller.of(
        tenant=session.tenant,
        actor=Actor(type="member", id=session.member_id, ip=ip or None),
        source="dashboard",
        scope=session.scope,
        request_id=request.id,
        at=now,
        key=KeyBounds(rate_limit_remaining=_remaining(use)),
        sign_in=SignIn(
            session_id=session.id,
            fingerprint=session.fingerprint,
            person=session.person,
            auth_time=session.auth_time,
            role=session.role,
        ),
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


def _use_key(key_hash: str, now: datetime, ip: str, admission: Admission) -> Use[ApiKey]:
    def check(use: Use[ApiKey]) -> None:
        _check_alive(use.credential, now)
        if not use.credential.allows(ip):
            admission.of(use, now)
            raise IpNotAllowed(
                "This API key cannot be used from this IP address. Change its allowed_cidrs, or use another key."
            )

    def count() -> Use[ApiKey] | CredentialRefused[ApiKey]:
        outcome = keys.count_use(key_hash, now, ip)
        if isinstance(outcome, CredentialRefused) and outcome.use and outcome.use.credential.allowed_cidrs:
            check(outcome.use)
            outcome = keys.count_use(key_hash, now, ip, address_checked=True)
        return outcome

    unknown = InvalidKey("This API key does not exist. Use another key.")
    return _use(_CredentialType(ApiKey, keys.pk(key_hash), "API key", count, check, unknown), now, admission)


def _use_session(session_hash: str, now: datetime, ip: str, admission: Admission) -> Use[Session]:
    def check(use: Use[Session]) -> None:
        if not use.credential.is_alive(now):
            raise ExpiredKey("This session has expired. Sign in again.")

    def count() -> Use[Session] | CredentialRefused[Session]:
        return sessions.count_use(session_hash, now, ip)

    unknown = InvalidKey("This session has ended. Sign in again.")
    return _use(
        _CredentialType(Session, sessions.pk(session_hash), "session", count, check, unknown), now, admission
    )


class _CredentialType[C: (ApiKey, Session)](NamedTuple):
    """The differences between keys and sessions. `count_use` counts the request, and `check` raises the refusal of a
    credential that has ended or that cannot be used from this address.
    """

    model: type[C]
    pk: str
    noun: str
    count_use: Callable[[], Use[C] | CredentialRefused[C]]
    check: Callable[[Use[C]], None]
    unknown: InvalidKey


def _use[C: (ApiKey, Session)](kind: _CredentialType[C], now: datetime, admission: Admission) -> Use[C]:
    """Count the request against its credential, or raise the refusal."""
    try:
        outcome = kind.count_use()
    except (aws.Refused, aws.Unreachable) as fault:
        if isinstance(fault, aws.Refused) and contention.is_throttled(fault):
            # After three attempts. An item takes 1,000 write units a second, and an update whose condition fails uses
            # them too, so a credential with thousands of requests a second would pass without a limit if this failed
            # open. A throttle of the whole table looks the same, so its requests are refused as well.
            observe.logger.warning("limiter_throttled", fault=type(fault).__name__)
            raise RateLimited(THROTTLED_SECONDS, f"requests with this {kind.noun}") from fault
        return _fail_open(kind, now, admission, fault)
    if isinstance(outcome, CredentialRefused):
        if outcome.use is None:
            raise kind.unknown
        kind.check(outcome.use)
        admission.of(outcome.use, now).remaining = 0
        raise RateLimited(_seconds_until_free(outcome.use, now), f"requests with this {kind.noun}")
    limits = admission.of(outcome, now)
    if sum(outcome.counts) > counting.WINDOW_MINUTES * outcome.credential.per_minute:
        with _housekeeping():
            counting.undo_use(kind.pk, now)
        limits.remaining = 0
        raise RateLimited(_seconds_until_free(outcome, now), f"requests with this {kind.noun}")
    if outcome.stale_counters:
        with _housekeeping():
            counting.clear_stale_counters(kind.pk, outcome.stale_counters)
    return outcome


@contextmanager
def _housekeeping() -> Iterator[None]:
    """Context of updates that only tidy the counters: their failure does not affect the request."""
    try:
        yield
    except (aws.Refused, aws.Unreachable) as fault:
        observe.count("limiter_failed_open")
        observe.logger.warning("limiter_not_tidied", fault=type(fault).__name__)


def _fail_open[C: (ApiKey, Session)](
    kind: _CredentialType[C], now: datetime, admission: Admission, fault: Exception
) -> Use[C]:
    """The table cannot write: admit the request without counting it, if the credential can be read and is valid."""
    observe.count("limiter_failed_open")
    observe.logger.warning("limiter_failed_open", fault=type(fault).__name__)
    try:
        use = counting.read(kind.pk, kind.model, now)
    except (aws.Refused, aws.Unreachable) as read_fault:
        raise Unavailable from read_fault
    if use is None:
        raise kind.unknown
    kind.check(use)
    admission.of(use, now)
    return use


def _check_alive(key: ApiKey, now: datetime) -> None:
    match key.status_at(now):
        case "revoked":
            raise RevokedKey("This API key was revoked. Use another key.")
        case "expired":
            raise ExpiredKey("This API key has expired. Use another key.")
        case "active" | "rotating":
            return


def _remaining(use: Use[ApiKey] | Use[Session]) -> int:
    return max(0, use.credential.per_minute - use.counts[-1])


def _seconds_until_free(use: Use[ApiKey] | Use[Session], now: datetime) -> int:
    """Seconds until the first minute whose window has room again."""
    to_next_minute = 60 - int(now.timestamp()) % 60
    for minutes_ahead in range(1, counting.WINDOW_MINUTES + 1):
        if sum(use.counts[minutes_ahead:]) < counting.WINDOW_MINUTES * use.credential.per_minute:
            return to_next_minute + 60 * (minutes_ahead - 1)
    return to_next_minute + 60 * counting.WINDOW_MINUTES
