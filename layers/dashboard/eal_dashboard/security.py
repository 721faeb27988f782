"""Headers of every response, and the refusal of requests that another site caused."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from eal_dashboard import uploads

if TYPE_CHECKING:
    from collections.abc import MutableMapping
    from typing import Any

    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

SAFE_METHODS = frozenset({"GET", "HEAD"})


def policy() -> str:
    """The Content-Security-Policy. Nothing is inline, so nothing needs a nonce.

    `form-action` also governs the redirect that follows a form: signing in and out lead to the login page's host.
    Photos of claims come straight from their bucket, and files go straight to theirs, by presigned URLs.
    """
    login = os.environ["LOGIN_URL"]
    photos, buckets = " ".join(uploads.photo_hosts()), " ".join(uploads.hosts())
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' {photos}; font-src 'self'; "
        f"connect-src 'self' {buckets}; form-action 'self' {login}; base-uri 'none'; object-src 'none'; "
        "frame-ancestors 'none'"
    )


def headers() -> dict[str, str]:
    return {
        "content-security-policy": policy(),
        "strict-transport-security": "max-age=63072000; includeSubDomains",
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "x-frame-options": "DENY",
    }


class SecurityHeaders:
    """Adds the headers, and `no-store` to every response that does not say how long it may be kept."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add(message)
            await send(message)

        await self.app(scope, receive, send_with_headers)


def _add(message: MutableMapping[str, Any]) -> None:
    names = {name.lower() for name, _ in message["headers"]}
    added = headers() | ({} if b"cache-control" in names else {"cache-control": "no-store"})
    message["headers"] = [
        *message["headers"],
        *((name.encode(), value.encode()) for name, value in added.items()),
    ]


def is_from_another_site(request: Request) -> bool:
    """Whether a changing request does not come from a page of ours.

    Browsers send Sec-Fetch-Site, which no page can change. An old browser without it sends Origin with a form.
    """
    if request.method in SAFE_METHODS:
        return False
    if site := request.headers.get("sec-fetch-site"):
        return site != "same-origin"
    return request.headers.get("origin") != os.environ["DASHBOARD_URL"].rstrip("/")
