"""Cognito's token endpoint and public keys as a local server, with real RSA signatures."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from joserfc import jwt
from joserfc.jwk import RSAKey

from eal.core import aws, clock, settings
from eal.vendors.cognito import sign_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

CLIENT_SECRET = "the secret of the client"
NONCE = "a nonce of the dashboard"
VERIFIER = "v" * 43
REDIRECT_URI = "https://dashboard.example.com/signed-in"


@cache
def rsa_key(key_id: str = "pool-key") -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": key_id, "use": "sig", "alg": "RS256"})


@dataclass(slots=True)
class Cognito:
    """`codes` are issued codes with the claims of their token and the challenge. `failures` are the next statuses."""

    url: str = ""
    codes: dict[str, tuple[str, str]] = field(default_factory=dict)
    failures: list[int] = field(default_factory=list)
    published: list[RSAKey] = field(default_factory=lambda: [rsa_key()])
    requests: list[str] = field(default_factory=list)

    def claims(self, email: str, /, **changes: Any) -> dict[str, Any]:
        """The claims of an id token as Cognito makes them. A change to None leaves a claim out."""
        now = int(clock.now().timestamp())
        claims = {
            "sub": f"sub-of-{email}",
            "email": email,
            "email_verified": True,
            "iss": settings.user_pool_issuer(),
            "aud": settings.user_pool_client(),
            "token_use": "id",
            "nonce": NONCE,
            "auth_time": now,
            "iat": now,
            "exp": now + 300,
            **changes,
        }
        return {name: value for name, value in claims.items() if value is not None}

    def token(self, claims: dict[str, Any], key: RSAKey | None = None, **header: Any) -> str:
        key = key or rsa_key()
        return jwt.encode({"alg": "RS256", "kid": key.kid, **header}, claims, key)

    def code_for(self, token: str, verifier: str = VERIFIER) -> str:
        """A code that works once, with the verifier."""
        code = f"code-{len(self.codes)}"
        digest = hashlib.sha256(verifier.encode()).digest()
        self.codes[code] = (token, base64.urlsafe_b64encode(digest).decode())
        return code

    def signed_in(self, email: str, /, **changes: Any) -> str:
        """The code of somebody who has signed in."""
        return self.code_for(self.token(self.claims(email, **changes)))

    def exchange(self, authorization: str, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if self.failures:
            return self.failures.pop(0), {"error": "server_error"}
        basic = base64.b64encode(f"{settings.user_pool_client()}:{CLIENT_SECRET}".encode()).decode()
        if authorization != f"Basic {basic}":
            return 401, {"error": "invalid_client"}
        token, challenge = self.codes.pop(form["code"], ("", ""))
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        is_right = base64.urlsafe_b64encode(digest).decode() == challenge
        if not token or not is_right or form["redirect_uri"] != REDIRECT_URI:
            return 400, {"error": "invalid_grant"}
        return 200, {"id_token": token, "access_token": "a", "refresh_token": "r", "token_type": "Bearer"}


@contextmanager
def serving(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cognito]:
    """A user pool at a local address, whose client secret is in Secrets Manager."""
    cognito = Cognito()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            cognito.requests.append(self.path)
            self._send(200, {"keys": [key.as_dict(private=False) for key in cognito.published]})

        def do_POST(self) -> None:
            cognito.requests.append(self.path)
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._send(*cognito.exchange(self.headers["Authorization"], dict(parse_qsl(body))))

        def _send(self, status: int, body: dict[str, Any]) -> None:
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Nothing: the output of a test is for its failures."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    cognito.url = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setenv("COGNITO_API_URL", cognito.url)
    secrets_manager = aws.secretsmanager()
    secrets_manager.create_secret(Name=settings.user_pool_client_secret(), SecretString=CLIENT_SECRET)
    sign_in._keys.clear()
    sign_in._client_secret.cache_clear()
    try:
        yield cognito
    finally:
        secrets_manager.delete_secret(
            SecretId=settings.user_pool_client_secret(), ForceDeleteWithoutRecovery=True
        )
        server.shutdown()
        server.server_close()
        thread.join()
