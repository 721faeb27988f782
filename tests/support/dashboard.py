"""A person's browser, as far as the dashboard's function sees it: events of API Gateway, and cookies."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from html import unescape
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

from eal_dashboard.handler import handler
from eal_dashboard.session import FRAME, SESSION, SignedInMember
from tools.fixtures.dashboard import SESSION as RESPONSE
from tools.fixtures.dashboard import SESSION_TEXT

ADDRESS = "203.0.113.9"
SAME_ORIGIN = {"sec-fetch-site": "same-origin"}
SCRIPT = {**SAME_ORIGIN, "accept": "application/json"}
"""Headers that static/upload.js sends."""
BOUNDARY = "----WebKitFormBoundary7MA4YWxkTrZu0gW"


@dataclass(frozen=True)
class Page:
    status: int
    headers: dict[str, str]
    cookies: list[str]
    text: str

    @property
    def location(self) -> str:
        return self.headers["location"]

    @property
    def words(self) -> str:
        """The text without tags."""
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", self.text)).split())

    def hidden(self, form: str) -> dict[str, str]:
        """The hidden fields of a form, as the browser sends them."""
        content = next(
            markup
            for markup in re.findall(r"<form.*?</form>", self.text, re.DOTALL)
            if f'name="_form" value="{form}"' in markup
        )
        return {
            name: unescape(value)
            for name, value in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', content)
        }


@dataclass
class Person:
    """Somebody with a browser. `cookies` is what it keeps."""

    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, address: str, **headers: str) -> Page:
        return self._send("GET", address, b"", headers)

    def post(self, address: str, fields: dict[str, Any], headers: dict[str, str] | None = None) -> Page:
        body = urlencode(fields, doseq=True).encode()
        sent = {
            "content-type": "application/x-www-form-urlencoded",
            **(SAME_ORIGIN if headers is None else headers),
        }
        return self._send("POST", address, body, sent)

    def post_file(
        self, address: str, fields: dict[str, str], file: bytes | None, name: str = "leads.csv"
    ) -> Page:
        """A form with a file, as a browser without scripts sends it."""
        parts = [
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
            for key, value in fields.items()
        ]
        if file is not None:
            about = f'name="file"; filename="{name}"\r\nContent-Type: text/csv'
            head = f"--{BOUNDARY}\r\nContent-Disposition: form-data; {about}\r\n\r\n"
            parts.append(head.encode() + file + b"\r\n")
        body = b"".join([*parts, f"--{BOUNDARY}--\r\n".encode()])
        kind = f"multipart/form-data; boundary={BOUNDARY}"
        return self._send("POST", address, body, {"content-type": kind, **SAME_ORIGIN})

    def fill(self, address: str, form: str, **fields: Any) -> Page:
        """Open a page, and send one of its forms."""
        return self.post(address, {**self.get(address).hidden(form), **fields})

    def _send(self, method: str, address: str, body: bytes, headers: dict[str, str]) -> Page:
        parts = urlsplit(address)
        event = {
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": unquote(parts.path),
            "rawQueryString": parts.query,
            "cookies": [f"{name}={value}" for name, value in self.cookies.items()],
            "headers": {
                "host": "dashboard.example.com",
                **{name.replace("_", "-"): value for name, value in headers.items()},
            },
            "requestContext": {
                "http": {"method": method, "path": parts.path, "protocol": "HTTP/1.1", "sourceIp": ADDRESS},
                "stage": "$default",
            },
            "body": base64.b64encode(body).decode(),
            "isBase64Encoded": True,
        }
        response = handler(event, None)  # type: ignore[arg-type]  # Mangum does not read the context
        self._keep(response.get("cookies", []))
        text = response["body"]
        return Page(
            response["statusCode"],
            response["headers"],
            response.get("cookies", []),
            base64.b64decode(text).decode(errors="replace") if response.get("isBase64Encoded") else text,
        )

    def _keep(self, cookies: list[str]) -> None:
        for text in cookies:
            for name, morsel in SimpleCookie(text).items():
                if morsel["max-age"] == "0":
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value


def signed_in(role: str = "owner", mode: str = "live", auth_time: str = "2099-01-01T00:00:00.000Z") -> Person:
    """A member who signed in recently."""
    response = {
        **RESPONSE,
        "member": {**RESPONSE["member"], "role": role},
        "mode": mode,
        "auth_time": auth_time,
    }
    member = SignedInMember.of(response, "America/Chicago")
    return Person({SESSION: SESSION_TEXT, FRAME: member.to_text()})
