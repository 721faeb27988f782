"""A page for people without an API key: HTML with one style, and without scripts, cookies and other files.

`handler = PublicPage("GET /v1/u/{token}", respond).handler`. `respond` gets the request and returns an HtmlPage, or a
Redirect to a page of somebody else.
"""

from __future__ import annotations

import base64
import hashlib
import html
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from eal.core import aws, observe
from eal.core.errors import ApiError, Unavailable
from eal.entry.http.request import Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable

    from eal.entry.http.request import ProxyEvent, ProxyResponse

STYLE = """
:root{color-scheme:light dark;--paper:#fff;--ink:#16191d;--quiet:#50575f;--line:#767d86;--deep:#0b6b60;--on-deep:#fff}
@media(prefers-color-scheme:dark){:root{--paper:#14171a;--ink:#eceef0;--quiet:#b3bac2;--line:#868e97;--deep:#5ec4b4;
--on-deep:#08221e}}
body{margin:0;background:var(--paper);color:var(--ink);font:1.125rem/1.5 system-ui,sans-serif}
main{max-width:30rem;margin:0 auto;padding:2rem 1.25rem 3rem}
h1{margin:0 0 1rem;font-size:1.5rem;line-height:1.25}
p{margin:0 0 1rem;color:var(--quiet);overflow-wrap:anywhere}
a{color:var(--deep)}
a[href^="tel:"],button{display:block;box-sizing:border-box;width:100%;margin:0 0 .75rem;padding:.875rem 1rem;
border:1px solid var(--line);border-radius:.5rem;background:none;color:var(--ink);font:inherit;font-weight:600;
text-align:center;text-decoration:none}
form:first-of-type button{border-color:var(--deep);background:var(--deep);color:var(--on-deep)}
:focus-visible{outline:3px solid var(--deep);outline-offset:3px}
""".replace("\n", "")
"""Readable on a phone in the dark, and with buttons that a thumb hits. The first button stands out."""
_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}


class Button(NamedTuple):
    """A button that sends fields to the address of its page."""

    label: str
    fields: tuple[tuple[str, str], ...]


class Link(NamedTuple):
    """A link, such as one that calls a phone number (`tel:`)."""

    label: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HtmlPage:
    """Texts of a page, its links and its buttons."""

    status: int
    title: str
    paragraphs: tuple[str, ...]
    links: tuple[Link, ...] = ()
    buttons: tuple[Button, ...] = ()

    def response(self) -> Response:
        return Response(self.status, self._html(), dict(HEADERS))

    def _html(self) -> str:
        title = html.escape(self.title)
        paragraphs = "".join(f"<p>{html.escape(text)}</p>" for text in self.paragraphs)
        links = "".join(map(_link, self.links))
        forms = "".join(map(_form, self.buttons))
        return (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width"><meta name="robots" content="noindex, nofollow">'
            f"<title>{title}</title><style>{STYLE}</style></head><body><main><h1>{title}</h1>{paragraphs}{links}{forms}</main></body></html>"
        )


def _link(link: Link) -> str:
    return f'<p><a href="{html.escape(link.address)}">{html.escape(link.label)}</a></p>'


def _form(button: Button) -> str:
    inputs = "".join(
        f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
        for name, value in button.fields
    )
    return f'<form method="post">{inputs}<button type="submit">{html.escape(button.label)}</button></form>'


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirect:
    """The way to another page. 302, and never kept, because each visit must come to us first."""

    location: str
    status: int = 302

    def response(self) -> Response:
        return Response(self.status, headers={**HEADERS, "Location": self.location})


class PublicPage:
    def __init__(self, route: str, respond: Callable[[Request], HtmlPage | Redirect]) -> None:
        self._route = route
        self._respond = respond

    def handler(self, event: ProxyEvent, context: object) -> ProxyResponse:
        """The Lambda handler, for API Gateway REST proxy events. The path is not logged, because it is a credential."""
        started = time.perf_counter()
        request = Request(event)
        observe.begin(request.id, route=self._route)
        page: HtmlPage | Redirect
        try:
            page = self._respond(request)
        except ApiError as error:
            page = HtmlPage(status=error.status, title="This did not work", paragraphs=(error.message,))
        except (aws.Refused, aws.Unreachable) as fault:
            observe.logger.exception("page_failed", fault=type(fault).__name__)
            page = _failed(Unavailable.status)
        except Exception:  # the edge: the visitor gets a page, the log the trace
            observe.logger.exception("unexpected_error")
            page = _failed(500)
        milliseconds = round((time.perf_counter() - started) * 1000, 1)
        observe.logger.info("request", status=page.status, ms=milliseconds)
        observe.flush()
        return page.response().as_proxy_response(request.id, {})


def _failed(status: int) -> HtmlPage:
    return HtmlPage(
        status=status,
        title="This did not work",
        paragraphs=("Our service had a fault. Open the link again in a few minutes.",),
    )
