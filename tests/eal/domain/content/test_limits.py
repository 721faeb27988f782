"""The length of a social post in its network's counting, against a second implementation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eal.ai.content import MAX_POST_CHARACTERS, ContentText, posted_length
from eal.core.errors import ValidationFailed
from eal.domain.content import limits

if TYPE_CHECKING:
    from eal.ai.content import Network

LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
"""The ranges of weight 100 in twitter-text's config/v3.json; all else has 200, at a scale of 100."""
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=40)


def _weighted(posted: str) -> int:
    without = re.sub(r"https?://\S+", "", posted)
    links = len(re.findall(r"https?://\S+", posted))
    light = [any(low <= ord(letter) <= high for low, high in LIGHT) for letter in without]
    return 23 * links + sum(1 if is_light else 2 for is_light in light)


@given(body=WORDS, hashtag=st.sampled_from(["storm", "水害"]), links=st.integers(0, 3))
def test_x_weighs_characters_and_links(body: str, hashtag: str, links: int) -> None:
    text = ContentText(
        body=body or "a", hashtags=(hashtag,), links=("https://example.com/long/path",) * links
    )
    posted = "\n\n".join(filter(None, (text.body, "\n".join(text.links), f"#{hashtag}")))

    assert posted_length("x", text) == _weighted(posted)


@pytest.mark.parametrize("network", [name for name in MAX_POST_CHARACTERS if name != "x"])
def test_other_networks_count_characters(network: Network) -> None:
    text = ContentText(body="水" * 10, hashtags=("a", "b"), links=("https://example.com",))

    assert posted_length(network, text) == 10 + 2 + len("https://example.com") + 2 + len("#a #b")


def test_all_faults_of_a_text_are_named_at_once() -> None:
    with pytest.raises(ValidationFailed) as refused:
        limits.check_text("blog_post", None, ContentText(hashtags=("a",), links=("https://example.com",)))

    fields = refused.value.details["fields"]
    assert isinstance(fields, list)
    pointers = [field["pointer"] for field in fields if isinstance(field, dict)]
    assert pointers == ["/title", "/body", "/slug", "/hashtags", "/links"]
