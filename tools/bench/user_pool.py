"""A fake Cognito: every code is that of the same member, whose id token has a real signature."""

from __future__ import annotations

import json
import time
from functools import cache
from typing import TYPE_CHECKING

from joserfc import jwt
from joserfc.jwk import RSAKey

from tools.bench.layout import ROOT
from tools.bench.server import Request, Response

if TYPE_CHECKING:
    from eal.core.json import Json

TOKEN_PATH = "/oauth2/token"  # noqa: S105 - a path
KEYS_PATH = "/.well-known/jwks.json"
DASHBOARD_URL = "https://dashboard.example.com"
EMAIL = "dana@example.com"
SUBJECT = "5b5f2e2e-6f4c-4a37-9a40-3a1b1d3d2c11"
_SAMPLE = ROOT / "events/sessions/create.json"
_POOL, _CLIENT = "user-pool", "user-pool-client"
"""Logical ids, as `functions` names the resources of the template."""


def respond(request: Request) -> Response:
    key = _key()
    if request.path == TOKEN_PATH:
        return _json({"id_token": jwt.encode({"alg": "RS256", "kid": key.kid}, _claims(), key)})
    return _json({"keys": [dict(key.as_dict(private=False))]})


@cache
def _key() -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": "bench", "use": "sig", "alg": "RS256"})


def _claims() -> dict[str, object]:
    now = int(time.time())
    return {
        "sub": SUBJECT,
        "email": EMAIL,
        "email_verified": True,
        "iss": f"https://cognito-idp.{_POOL}.amazonaws.com/{_POOL}",
        "aud": _CLIENT,
        "token_use": "id",
        "nonce": json.loads(json.loads(_SAMPLE.read_text())["body"])["nonce"],
        "auth_time": now,
        "iat": now,
        "exp": now + 300,
    }


def _json(body: Json) -> Response:
    return Response(200, json.dumps(body).encode(), {"Content-Type": "application/json"})
