"""Sign in and out with the code flow of the login page: state, nonce and PKCE (RFC 9700, section 2.1.1).

No password and no token of the login page ever reaches this process. It hands the code to the API, which returns the
text of a session once.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import secrets
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from eal_dashboard import client
from eal_dashboard.session import SignedInMember

if TYPE_CHECKING:
    from collections.abc import Mapping

SIGNING_IN = "__Host-signing-in"
"""State, nonce, verifier and the page to return to. It needs no signature: the state must equal the query's, the login
page checks the verifier, and the API the nonce."""
MAX_SECONDS = 600
_PATH = re.compile(r"/(?![/\\])[!-\[\]-~]{0,600}")


def home() -> str:
    return os.environ["DASHBOARD_URL"].rstrip("/")


def safe_path(path: str) -> str:
    """The path, if it is one of this host, otherwise `/`. A browser reads `//host` and `/\\host` as another host."""
    return path if _PATH.fullmatch(path) else "/"


def begin(path: str, *, again: bool) -> tuple[str, str]:
    """The address of the login page, and the content of the cookie."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    query = {
        "response_type": "code",
        "client_id": os.environ["CLIENT_ID"],
        "redirect_uri": f"{home()}/signed-in",
        "scope": "openid email",
        "state": state,
        "nonce": nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    if again:
        # The API checks the time of the sign-in, because a login page may ignore this.
        query["prompt"] = "login"
    packed = base64.urlsafe_b64encode(path.encode()).decode().rstrip("=")
    return f"{os.environ['LOGIN_URL']}/oauth2/authorize?{urlencode(query)}", ".".join(
        (state, nonce, verifier, packed)
    )


def finish(
    query: Mapping[str, str], cookie: str, api: client.Client, before: SignedInMember | None
) -> tuple[client.ClientResponse, str] | None:
    """The API's response to the code, and the page to return to. None if this browser did not begin the sign-in.

    A member who signs in again remains in the organization and mode of `before`.
    """
    parts = cookie.split(".")
    if len(parts) != 4 or not all(parts):
        return None
    state, nonce, verifier, packed = parts
    if not hmac.compare_digest(query.get("state", "").encode(), state.encode()):
        return None
    body = {
        "code": query.get("code", ""),
        "verifier": verifier,
        "nonce": nonce,
        "redirect_uri": f"{home()}/signed-in",
    }
    if before is not None:
        body |= {"organization_id": before.organization_id, "mode": before.mode}
    return api.send(client.ClientRequest("createSession", body=body)), _path_in(packed)


def _path_in(packed: str) -> str:
    try:
        return safe_path(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)).decode())
    except ValueError:
        return "/"


def member(session: dict[str, object], api: client.Client) -> SignedInMember:
    """The member of a session, with the zone of the organization in which pages show times."""
    organization = api.send(client.ClientRequest("getOwnOrganization"))
    settings = organization.body.get("settings") or {}
    return SignedInMember.of(session, str(settings.get("timezone", "UTC")))


def sign_out_address() -> str:
    """The login page's own sign-out, so that the next person at this browser is not signed in without a password."""
    query = {"client_id": os.environ["CLIENT_ID"], "logout_uri": f"{home()}/"}
    return f"{os.environ['LOGIN_URL']}/logout?{urlencode(query)}"
