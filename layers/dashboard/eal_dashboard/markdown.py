"""The preview of a text in Markdown, as the API publishes it.

The same renderer with the same options as `eal.domain.content.markdown`, whose tags and schemes pass and no others. Its
sanitizer is an extension module, and this layer has none, so the renderer's HTML is written again here, from the listed
tags. Tests compare the two over everything hostile. Three things differ on purpose: images are named and not loaded,
because their hosts are strangers; links open in another tab, because the text is not saved yet; and relative addresses
belong to the organization's website and lead nowhere here.
"""

from __future__ import annotations

import re
from functools import cache
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

TAGS = frozenset(
    {
        "a", "blockquote", "br", "code", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "img", "li", "ol", "p", "pre",
        "s", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
    }
)  # fmt: skip
"""Allowed tags, as in eal.domain.content.markdown, which a test compares."""
SCHEMES = frozenset({"http", "https", "mailto", "tel"})
"""Allowed URL schemes, as in eal.domain.content.markdown, which a test compares."""
_VOID = frozenset({"br", "hr"})
_BELOW = {"h1": "h3", "h2": "h3", "h3": "h4", "h4": "h5", "h5": "h6"}
"""Headings of the text are below those of the page."""


def preview(text: str) -> Markup:
    """The text as HTML without anything that runs or loads."""
    allowed = _Allowed()
    allowed.feed(_renderer().render(text))
    allowed.close()
    return allowed.html


@cache
def _renderer() -> MarkdownIt:
    from markdown_it import MarkdownIt  # on first use, because few pages need it

    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


class _Allowed(HTMLParser):
    """The HTML again, written from the listed tags and escaped texts."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.html = Markup()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "a":
            self.html += _link(values.get("href") or "")
        elif tag == "img":
            self.html += Markup('<span class="image">Image: {}</span>').format(
                values.get("alt") or values.get("src") or "without a description"
            )
        elif tag == "ol" and (values.get("start") or "").isdigit():
            self.html += Markup('<ol start="{}">').format(values["start"])
        elif tag in TAGS:
            self.html += Markup(f"<{_BELOW.get(tag, tag)}>")  # noqa: S704 - one of TAGS

    def handle_endtag(self, tag: str) -> None:
        if tag in TAGS - _VOID - {"img"}:
            self.html += Markup(f"</{_BELOW.get(tag, tag)}>")  # noqa: S704 - one of TAGS

    def handle_data(self, data: str) -> None:
        self.html += escape(data)


def _link(address: str) -> Markup:
    # A browser ignores these characters in a scheme.
    scheme = re.match(r"([a-z][a-z0-9+.-]*):", re.sub(r"[\x00-\x20\x7f-\x9f]", "", address).lower())
    if scheme is None or scheme[1] not in SCHEMES:
        return Markup("<a>")
    return Markup('<a href="{}" target="_blank" rel="noopener noreferrer">').format(address)
