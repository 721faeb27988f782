"""The preview of Markdown: what the API would publish, and nothing that runs or loads."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eal.domain.content import limits
from eal.domain.content import markdown as published
from eal_dashboard import markdown
from tests.eal.domain.content.test_markdown import _PIECES, HOSTILE, _Page

ATTRIBUTES = {"href", "target", "rel", "start", "class"}


def assert_harmless(html: str) -> None:
    page = _Page(html)
    assert page.odd == []
    for tag, attributes in page.tags:
        assert tag in markdown.TAGS - {"img"} | {"span"}
        assert set(attributes) <= ATTRIBUTES
        assert re.match(r"(https?:|mailto:|tel:)", attributes.get("href") or "https:", re.IGNORECASE)


def shape(html: str) -> list[tuple[str, str]]:
    """The tags and addresses of what is published, with what a preview does otherwise on purpose."""
    below = {"h1": "h3", "h2": "h3", "h3": "h4", "h4": "h5", "h5": "h6"}
    return [
        (below.get(tag, "span" if tag == "img" else tag), _address(attributes.get("href") or ""))
        for tag, attributes in _Page(html).tags
    ]


def _address(address: str) -> str:
    return address if re.match(r"[a-z][a-z0-9+.-]*:", address, re.IGNORECASE) else ""


def test_tags_and_schemes_are_those_that_are_published() -> None:
    assert markdown.TAGS == published.TAGS
    assert markdown.SCHEMES == published.SCHEMES


@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_hostile_survives_and_the_rest_is_as_it_is_published(hostile: str) -> None:
    for text in (hostile, f"Before\n\n{hostile}\n\nafter", f"x {hostile} y", f"> - {hostile}"):
        shown = str(markdown.preview(text))
        assert_harmless(shown)
        assert _tags(shown) == shape(published.html(text))


@pytest.mark.parametrize("hostile", HOSTILE)
def test_the_second_line_is_enough_without_the_first(hostile: str) -> None:
    """If the renderer let HTML through, what follows it would not."""
    allowed = markdown._Allowed()
    allowed.feed(hostile)
    allowed.close()
    assert_harmless(str(allowed.html))


@settings(max_examples=200, deadline=None)
@given(st.lists(_PIECES, max_size=6))
def test_nothing_of_any_combination_survives(pieces: list[str]) -> None:
    text = "".join(pieces)
    shown = str(markdown.preview(text))
    assert_harmless(shown)
    assert _tags(shown) == shape(published.html(text))


def _tags(html: str) -> list[tuple[str, str]]:
    return [(tag, attributes.get("href") or "") for tag, attributes in _Page(html).tags]


def test_images_are_named_and_relative_addresses_lead_nowhere() -> None:
    text = "![A <pipe>](https://evil.example/x.png) [book](/book) [call](tel:+13125550113)\n\n3. one"

    assert markdown.preview(text) == (
        '<p><span class="image">Image: A &lt;pipe&gt;</span> <a>book</a> '
        '<a href="tel:+13125550113" target="_blank" rel="noopener noreferrer">call</a></p>\n'
        '<ol start="3">\n<li>one</li>\n</ol>\n'
    )


@pytest.mark.parametrize("repeated", ["[", "![", "*", "_", "`", "> ", "- ", "[](", "**a *", "|", "<", "&"])
def test_the_longest_text_of_any_mark_is_shown(repeated: str) -> None:
    text = (repeated * limits.MAX_BODY_CHARACTERS)[: limits.MAX_BODY_CHARACTERS]
    assert_harmless(str(markdown.preview(text)))
