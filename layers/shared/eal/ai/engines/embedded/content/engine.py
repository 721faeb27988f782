"""Composes content by a brief. The same assignment gives the same text; another word in the brief, another tenant or
another seed gives another one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from eal.ai.content import Scene
from eal.ai.content_assignment import WrittenContent
from eal.ai.engines.embedded.content import blog, reading, responses, social, video
from eal.ai.engines.embedded.content.wording import Choice, capitalized, formal, friendly, joined
from eal.ai.provenance import timed

if TYPE_CHECKING:
    from collections.abc import Callable

    from eal.ai.content import ContentText
    from eal.ai.content_assignment import ContentAssignment
    from eal.ai.engines.embedded.content.reading import BriefReading
    from eal.ai.provenance import Provenance

ENGINE = "embedded"
VERSION = "content-writer-2"


def write(given: ContentAssignment) -> tuple[WrittenContent, Provenance]:
    return timed(lambda: _composed(given), engine=ENGINE, model=VERSION, input_sha256=given.sha256)


def _composed(given: ContentAssignment) -> WrittenContent:
    found, choice = prepared(given)
    text = toned(_written(given, found, choice), given)
    remarks = found.remarks
    if given.type == "review_response" and (found.topic or found.keywords):
        remarks = (*remarks, "topic_not_used")
    unsure = any(
        remark.startswith(("topic_not", "topic_missing", "left_out:", "audience_not")) for remark in remarks
    )
    return WrittenContent(text=text, remarks=remarks, unsure=unsure)


def _written(given: ContentAssignment, found: BriefReading, choice: Choice) -> ContentText:
    match given.type:
        case "blog_post":
            return blog.write(given, found, choice)
        case "video_script":
            return video.write(given, found, choice)
        case "social_post":
            return social.write(given, found, choice)
        case "review_response":
            return responses.write(given, choice)


def prepared(given: ContentAssignment) -> tuple[BriefReading, Choice]:
    """The reading of the brief, and the choice with the facts that a text may name."""
    seed = given.sha256
    areas = Choice(seed, {}).shuffled("area", given.publisher.service_areas)
    found = reading.read(given, Choice(seed, {}))
    publisher = given.publisher
    facts = {
        "organization": publisher.name,
        "area": areas[0] if areas else None,
        "phone": publisher.phone,
        "website": _shown(publisher.website, given),
        "credentials": joined((*publisher.certifications, *publisher.licences)),
        "place": found.audience.place if found.audience else "home",
        "place_title": (found.audience.place if found.audience else "home").title(),
        "audience": found.audience_words,
        "topic": (found.topic or "").rstrip(".!?") if found.news else found.phrase,
    }
    known = {name: value for name, value in facts.items() if value}
    if "topic" in known:
        known["Topic"] = capitalized(known["topic"])
    return found, Choice(seed, known)


def _shown(website: str | None, given: ContentAssignment) -> str | None:
    """The website as a link in Markdown, and as people say it elsewhere."""
    if website is None:
        return None
    spoken = website.removeprefix("https://").removeprefix("www.").rstrip("/")
    return f"[{spoken}]({website})" if given.type == "blog_post" else spoken


def toned(text: ContentText, given: ContentAssignment) -> ContentText:
    """The text without contractions in a formal tone, and with them in a friendly one."""
    if given.brief.tone not in {"formal", "friendly"}:
        return text
    return worded(text, formal if given.brief.tone == "formal" else friendly)


def worded(text: ContentText, change: Callable[[str], str]) -> ContentText:
    """The text with a change of the wording of what readers see."""
    return replace(
        text,
        body=change(text.body) if text.body else text.body,
        excerpt=change(text.excerpt) if text.excerpt else text.excerpt,
        seo_description=change(text.seo_description) if text.seo_description else text.seo_description,
        scenes=tuple(
            Scene(
                narration=change(scene.narration), on_screen_text=scene.on_screen_text, seconds=scene.seconds
            )
            for scene in text.scenes
        ),
    )
