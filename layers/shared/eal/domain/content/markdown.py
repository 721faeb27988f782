"""Markdown as HTML that any page may contain: rendered by markdown-it-py (CommonMark, with tables), sanitized by nh3.

The text may be written by a model or quote a stranger, so either library alone has to keep scripts out: the renderer
escapes HTML, and the sanitizer passes what is listed here. Both are imported on first use, because few functions need
HTML.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from nh3 import Cleaner

TAGS = frozenset(
    {
        "a", "blockquote", "br", "code", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "img", "li", "ol", "p", "pre",
        "s", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
    }
)  # fmt: skip
ATTRIBUTES = {"a": {"href", "title"}, "img": {"alt", "src", "title"}, "ol": {"start"}}
SCHEMES = frozenset({"http", "https", "mailto", "tel"})
"""URL schemes of links and images. Relative ones pass too: a post may link to another page of its website."""


def html(markdown: str) -> str:
    """The text as HTML without scripts, event handlers, styles, frames and forms."""
    rendered: str = _renderer().render(markdown)
    return _sanitizer().clean(rendered)


@cache
def _renderer() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


@cache
def _sanitizer() -> Cleaner:
    from nh3 import Cleaner

    return Cleaner(tags=set(TAGS), attributes=ATTRIBUTES, url_schemes=set(SCHEMES), link_rel="noopener")
