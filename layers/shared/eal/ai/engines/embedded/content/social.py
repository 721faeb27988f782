"""Composes a social post in the style and within the limits of its network."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from eal.ai.content import MAX_POST_CHARACTERS, ContentText, posted_length
from eal.ai.engines.embedded.content import blog, library, video

if TYPE_CHECKING:
    from eal.ai.content import Length, Network
    from eal.ai.content_assignment import ContentAssignment
    from eal.ai.engines.embedded.content.reading import BriefReading
    from eal.ai.engines.embedded.content.wording import Choice

_POINTS: dict[Length, int] = {"short": 1, "medium": 3, "long": 5}
_HASHTAGS: dict[Network, int] = {
    "facebook": 2, "instagram": 6, "linkedin": 3, "x": 2, "google_business": 0, "nextdoor": 0,
}  # fmt: skip
"""Google Business Profile and Nextdoor do not make hashtags into links."""
_LISTS: dict[Network, str] = {"instagram": "\u2022 ", "linkedin": "\u2013 ", "facebook": "\u2713 "}
_PLAIN_TONES = {"brief", "formal", "professional", "empathetic"}
MAX_HASHTAG_CHARACTERS = 40


def write(given: ContentAssignment, reading: BriefReading, choice: Choice) -> ContentText:
    network = given.brief.network or "facebook"
    numbers = {**_POINTS, "medium": 1, "long": 1} if network == "x" else _POINTS
    hook = video.hook(reading, choice)
    points = [point.say for point in video.points(given, reading, choice, numbers, hook)]
    opening = [] if network != "nextdoor" else [choice.one("neighbors", _shared()["nextdoor_leads"])]
    if network != "x":
        opening += video.tone_hooks(given, reading, choice)
    opening.append(hook)
    audience: list[str] = []
    if reading.audience_words and not reading.audience and network != "x":
        audience = blog.audience_lead(reading, choice)
    middle = points if reading.news else [_listed(points, network)]
    text = "\n".join((*opening, *audience, *middle)).lower()
    keywords = [word for word in reading.keywords if word.lower() not in text]
    if keywords and network != "x":
        middle += [said for _, said in blog.keyword_sentences(keywords[:1], given, reading, choice)]
    paragraphs = [" ".join(opening), *audience, *middle, *_closing(network, given, reading, choice)]
    return fitted(
        ContentText(
            body="\n\n".join(filter(None, paragraphs)),
            hashtags=hashtags(network, reading),
            links=(given.publisher.website,)
            if given.publisher.website and network != "instagram"  # no links in captions
            else (),
        ),
        network,
    )


def _shared() -> dict[str, tuple[str, ...]]:
    return library.sentences("shared.toml")


def _listed(points: list[str], network: Network) -> str:
    mark = _LISTS.get(network)
    return "\n".join(f"{mark}{point}" for point in points) if mark and len(points) > 1 else " ".join(points)


def _closing(network: Network, given: ContentAssignment, reading: BriefReading, choice: Choice) -> list[str]:
    """Google rejects posts with phone numbers, so a post gives none there, and X has no space for more."""
    if network == "x":
        return []
    special = {"linkedin": "linkedin_closings", "nextdoor": "nextdoor_closings"}.get(network)
    closing = choice.one("closing", video.closings(reading, special or "social_closings"))
    if special or network == "google_business" or given.brief.tone in _PLAIN_TONES:
        return [closing]
    if not reading.article or reading.article.after_loss:
        return [closing]
    return [choice.one("ask", _shared()["social_asks"]), closing]


def hashtags(network: Network, reading: BriefReading) -> tuple[str, ...]:
    """The hashtags: those of the keywords first, then those of the article."""
    own = [hashtag_of(word) for word in reading.keywords]
    of_article = reading.article.hashtags if reading.article else ()
    found: dict[str, str] = {}
    for tag in filter(None, (*own, *of_article)):
        found.setdefault(tag.lower(), tag)
    return tuple(found.values())[: _HASHTAGS[network]]


def hashtag_of(words: str) -> str:
    tag = "".join(word[:1].upper() + word[1:] for word in re.findall(r"\w+", words))
    return tag if len(tag) <= MAX_HASHTAG_CHARACTERS and not tag.isdigit() else ""


def fitted(text: ContentText, network: Network) -> ContentText:
    """The post without what does not fit: hashtags, links and then paragraphs from the end."""
    most = MAX_POST_CHARACTERS[network]
    while posted_length(network, text) > most and text.hashtags:
        text = replace(text, hashtags=text.hashtags[:-1])
    while posted_length(network, text) > most and "\n\n" in (text.body or ""):
        text = replace(text, body=(text.body or "").rpartition("\n\n")[0])
    while posted_length(network, text) > most and text.links:
        text = replace(text, links=text.links[:-1])
    while posted_length(network, text) > most and " " in (text.body or ""):
        text = replace(text, body=(text.body or "").rpartition(" ")[0])
    while posted_length(network, text) > most and text.body:
        text = replace(text, body=text.body[:-1])
    return text
