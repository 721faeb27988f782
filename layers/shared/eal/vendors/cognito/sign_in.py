"""Exchange of a sign-in's code for the account: OAuth 2.0 with PKCE (RFC 7636), and the id token of OpenID Connect.

No token is kept: the id token is checked once, and the others are dropped.
"""

from __future__ import annotations

import base64
import hmac
import time
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, cast

from eal.core import aws, clock, observe, settings
from eal.core.errors import SignInRefused, Unavailable
from eal.domain.members.sessions.signing_in import Account
from eal.vendors.http import Busy, RequestBudgetSpent, ResponseTooLarge, VendorApi, VendorRefused

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

    from eal.core.json import Json

ALGORITHM = "RS256"
"""The only one that Cognito signs with. A token that names another one is refused, `none` and HS256 among them."""
LEEWAY_SECONDS = 60
"""Maximum time by which Cognito's clock may be ahead of ours."""
MIN_SECONDS_BETWEEN_KEYS = 60.0
"""An unknown key id lets the keys be read again, and a stranger cannot make that happen more often."""
_INVALID_CODE = "The sign-in is not valid any more. Sign in again."
_INVALID_TOKEN = "The sign-in could not be verified. Sign in again."  # noqa: S105 - a message
_UNVERIFIED = "The e-mail address of this account is not verified. Verify it, then sign in again."

_keys: dict[str, tuple[float, KeySet]] = {}
"""The pool's public keys and when they were read, by the pool's id."""


def account_of(code: str, verifier: str, nonce: str) -> Account:
    """The account that has signed in.

    Raises: SignInRefused for a code that is wrong, expired or used, for a verifier that does not fit it, and for a
    token of another sign-in; Unavailable.
    """
    return verified(_exchange(code, verifier), nonce)


def _exchange(code: str, verifier: str) -> str:
    """The id token for a code, which Cognito accepts once."""
    fields = {
        "grant_type": "authorization_code",
        "client_id": settings.user_pool_client(),
        "code": code,
        "code_verifier": verifier,
        "redirect_uri": settings.dashboard_url() + settings.SIGNED_IN_PATH,
    }
    credentials = f"{settings.user_pool_client()}:{_client_secret()}".encode()
    api = VendorApi(
        base=settings.vendor_api_url("cognito") or settings.login_url(),
        authorization=f"Basic {base64.b64encode(credentials).decode()}",
        attempts=1,
        timeout_seconds=4.0,
    )
    try:
        response = api.post_form("/oauth2/token", fields)
    except VendorRefused as refused:
        fault = refused.body.get("error")
        if fault == "invalid_grant":
            raise _refused("invalid_code", _INVALID_CODE) from None
        observe.logger.error("token_endpoint_refused", status=refused.status, fault=str(fault)[:40])
        raise Unavailable from None
    except (Busy, ResponseTooLarge, RequestBudgetSpent) as fault:
        raise Unavailable from fault
    token = response.get("id_token")
    if not isinstance(token, str):
        raise _refused("invalid_token", _INVALID_TOKEN)
    return token


def verified(token: str, nonce: str) -> Account:
    """The account of an id token of this pool, client and sign-in.

    Raises: SignInRefused, Unavailable.
    """
    claims = _claims(token)
    now = clock.now().timestamp()
    is_ours = (
        claims.get("iss") == settings.user_pool_issuer()
        and claims.get("aud") == settings.user_pool_client()
        and claims.get("token_use") == "id"
        and _is_equal(claims.get("nonce"), nonce)
    )
    expires, issued, signed_in_at = (claims.get(name) for name in ("exp", "iat", "auth_time"))
    is_current = (
        isinstance(expires, int)
        and isinstance(issued, int)
        and isinstance(signed_in_at, int)
        and signed_in_at <= issued + LEEWAY_SECONDS
        and issued - LEEWAY_SECONDS <= now < expires
    )
    subject, email = claims.get("sub"), claims.get("email")
    if not (is_ours and is_current and isinstance(subject, str) and subject and isinstance(email, str)):
        raise _refused("invalid_token", _INVALID_TOKEN)
    if claims.get("email_verified") is not True:
        raise _refused("unverified_email", _UNVERIFIED)
    auth_time = min(datetime.fromtimestamp(cast("int", signed_in_at), UTC), clock.now())
    return Account(subject=subject, email=email.strip().lower(), auth_time=auth_time)


def _claims(token: str) -> dict[str, Json]:
    """The claims of a token with a signature of the pool."""
    # Imported here: only this endpoint has the layer with these packages.
    from joserfc import jws, jwt
    from joserfc.errors import JoseError

    try:
        key_id = jws.extract_compact(token.encode()).headers().get("kid")
        keys = _public_keys(str(key_id))
        return jwt.decode(token, keys, algorithms=[ALGORITHM]).claims
    except (JoseError, ValueError):
        # The cause is not chained: its text may contain the token.
        raise _refused("invalid_token", _INVALID_TOKEN) from None


def _public_keys(key_id: str) -> KeySet:
    from joserfc.jwk import KeySet

    pool = settings.user_pool()
    now = time.monotonic()
    known = _keys.get(pool)
    if known is not None:
        read_at, keys = known
        if any(key.kid == key_id for key in keys.keys) or now - read_at < MIN_SECONDS_BETWEEN_KEYS:
            return keys
    api = VendorApi(
        base=settings.vendor_api_url("cognito") or settings.user_pool_host(),
        authorization="",
        attempts=2,
        timeout_seconds=2.0,
    )
    try:
        keys = KeySet.import_key_set(api.get(f"/{pool}/.well-known/jwks.json"))  # type: ignore[arg-type]  # of its shape
    except (Busy, VendorRefused, ResponseTooLarge, RequestBudgetSpent) as fault:
        raise Unavailable from fault
    _keys[pool] = (now, keys)
    return keys


@cache
def _client_secret() -> str:
    return aws.secretsmanager().get_secret_value(SecretId=settings.user_pool_client_secret())["SecretString"]


def _is_equal(claim: Json, expected: str) -> bool:
    return isinstance(claim, str) and hmac.compare_digest(claim.encode(), expected.encode())


def _refused(reason: str, message: str) -> SignInRefused:
    observe.logger.warning("sign_in_refused", reason=reason)
    observe.count("sign_ins_refused")
    return SignInRefused(message, reason=reason)
