"""Rules for content whatever an engine writes, and the parts of an assignment that a model service learns.

A model service learns no name and no number of the tenant: they are slots, which are filled here. The rest is redacted.
A review is text from outside, and fenced as data.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from eal.ai import content_policy
from eal.ai.content import MAX_POST_CHARACTERS, ContentText, Scene, posted_length
from eal.ai.engines.embedded.content import video
from eal.ai.engines.embedded.content.wording import slug_of
from eal.ai.redaction.transcript import redact
from eal.ai.tasks.write_content.answer import BlogPost, ContentAnswer, ReviewResponse, SocialPost, VideoScript

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eal.ai.content import ContentType
    from eal.ai.content_assignment import ContentAssignment, WrittenContent

MAX_TOKENS: dict[ContentType, int] = {
    "blog_post": 2_500,
    "video_script": 1_500,
    "social_post": 900,
    "review_response": 600,
}
ANSWERS: dict[ContentType, type[ContentAnswer]] = {
    "blog_post": BlogPost,
    "video_script": VideoScript,
    "social_post": SocialPost,
    "review_response": ReviewResponse,
}
_BRACES = re.compile(r"\{([^{}]*)\}")
_HARMLESS = str.maketrans("<>{}", "\u2039\u203a()")
"""Replacements that keep words from outside from looking like the end of a fence, or like a slot."""


def slots(given: ContentAssignment) -> dict[str, str]:
    """The facts that the model sees only as slots."""
    publisher = given.publisher
    found = {"organization": publisher.name, "phone": publisher.phone, "website": publisher.website}
    return {name: value for name, value in found.items() if value}


def shown(given: ContentAssignment) -> str:
    """The brief and the review, as the model sees them."""
    brief, publisher = given.brief, given.publisher
    lines = [
        f"Type: {given.type}.",
        f"Tone: {brief.tone or 'professional'}.",
        f"Length: {brief.length or 'medium'}.",
    ]
    lines += [f"{{{name}}} is known." for name in slots(given)]
    lines += (
        [f"Network: {brief.network}, at most {MAX_POST_CHARACTERS[brief.network]} characters."]
        if brief.network
        else []
    )
    lines += [f"Service areas: {', '.join(publisher.service_areas)}."] if publisher.service_areas else []
    held = (*publisher.certifications, *publisher.licences)
    lines += [f"Held: {', '.join(held)}."] if held else []
    wanted = {"Topic": brief.topic, "Keywords": ", ".join(brief.keywords), "Audience": brief.audience}
    lines.append(fenced("brief", labelled(wanted, given)))
    if given.review:
        lines.append(f"Stars: {given.review.rating or 'none'}.")
        lines.append(fenced("review", masked(given.review.text or "", given)))
    return "\n".join(lines)


def fenced(tag: str, text: str) -> str:
    return f"<{tag}>\n{text}\n</{tag}>"


def labelled(values: Mapping[str, str | None], given: ContentAssignment) -> str:
    """A line for each value that there is. Labels are not redacted: they look like the names of speakers."""
    return "\n".join(f"{label}: {masked(text, given)}" for label, text in values.items() if text)


def masked(text: str, given: ContentAssignment) -> str:
    """A text without personal data, with the tenant's facts as slots, that cannot end its fence."""
    text = text.translate(_HARMLESS)
    for name, value in slots(given).items():
        text = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", f"{{{name}}}", text, flags=re.IGNORECASE)
    return redact(text).text


def faults(answer: ContentAnswer, given: ContentAssignment) -> list[str]:
    """The faults of an answer of the right form. The texts are for the model, which may repair it."""
    fields = answer.fields()
    text = "\n".join(fields.values())
    known = slots(given)
    found = [
        f"{{{slot[:30]}}} is no slot that the facts list."
        for slot in _BRACES.findall(text)
        if slot not in known
    ]
    if "***" in text:
        found.append("Asterisks stand for removed data: leave them out.")
    if "://" in text or "](" in text or re.search(r"<\w", text):
        found.append("No links and no HTML.")
    facts = content_policy.PolicyFacts(
        is_published=True,
        answers_review=given.type == "review_response",
        held=(*given.publisher.certifications, *given.publisher.licences),
    )
    found += [
        f"{finding.field}: remove \u201c{finding.quote}\u201d ({finding.rule})."
        for finding in content_policy.text_findings(fields, facts)
    ]
    network = given.brief.network
    if (
        network
        and posted_length(network, text_of(answer, ContentText(), given)) > MAX_POST_CHARACTERS[network]
    ):
        found.append(f"Too long: {network} allows {MAX_POST_CHARACTERS[network]} characters.")
    return found


def combined(first: WrittenContent, answer: ContentAnswer, given: ContentAssignment) -> WrittenContent:
    """The model's text. Of the embedded one stay the closing of a post or script, the links and the slug."""
    return replace(
        first,
        text=text_of(answer, first.text, given),
        remarks=tuple(
            remark
            for remark in first.remarks
            if not remark.startswith(("topic_not", "audience_not", "not_understood"))
        ),
        unsure=False,
    )


def text_of(answer: ContentAnswer, first: ContentText, given: ContentAssignment) -> ContentText:
    fields = {name: filled(text, given) for name, text in answer.fields().items()}
    match answer:
        case BlogPost():
            return replace(
                first,
                title=fields["title"],
                body=f"{fields['body']}{_closing(first, given)}",
                slug=first.slug or slug_of(fields["title"]),
                excerpt=fields["excerpt"],
                seo_title=fields["seo_title"],
                seo_description=fields["seo_description"],
            )
        case VideoScript():
            narrated = [
                video.scene(filled(scene.narration, given), filled(scene.on_screen_text, given))
                for scene in answer.scenes
            ]
            return replace(first, title=fields["title"], scenes=(*narrated, *_last(first, given)))
        case SocialPost():
            return replace(first, body=fields["body"], hashtags=tuple(answer.hashtags))
        case _:
            signature = given.publisher.name
            body = fields["body"]
            return replace(first, body=body if body.endswith(signature) else f"{body}\n\n{signature}")


def _closing(first: ContentText, given: ContentAssignment) -> str:
    _, mark, closing = (first.body or "").rpartition("\n\n## ")
    return f"{mark}{closing}" if mark and given.current is None else ""


def _last(first: ContentText, given: ContentAssignment) -> tuple[Scene, ...]:
    return first.scenes[-1:] if given.current is None else ()


def filled(text: str, given: ContentAssignment) -> str:
    facts = slots(given)
    return _BRACES.sub(lambda found: facts.get(found[1], found[0]), text)
