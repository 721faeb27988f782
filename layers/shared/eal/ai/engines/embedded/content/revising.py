"""Revises content by instructions: each order changes the text, or a remark says why it does not.

What is to be said or used as a keyword is the tenant's own words. The content policy reads them first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from eal.ai.content import ContentText, Scene
from eal.ai.content_assignment import WrittenContent
from eal.ai.engines.embedded.content import blog, engine, library, orders, reading, social, video
from eal.ai.engines.embedded.content.opinions import GOOD
from eal.ai.engines.embedded.content.wording import (
    capitalized,
    formal,
    friendly,
    sentences_of,
    shortened,
    stems,
)
from eal.ai.provenance import timed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from eal.ai.content import ContentType, Network
    from eal.ai.content_assignment import ContentAssignment
    from eal.ai.engines.embedded.content.orders import Order
    from eal.ai.engines.embedded.content.reading import BriefReading
    from eal.ai.engines.embedded.content.wording import Choice
    from eal.ai.provenance import Provenance

_MAX_QUOTE_CHARACTERS = 100
_SHORTER, _MIN_SCENES, _ADDED = 0.7, 3, 2
_ALL = 12
"""A number of sections larger than that of any article."""
_MAX_BODY_CHARACTERS, _MAX_SCENES, _MAX_HASHTAGS = 20_000, 40, 30
_EMOJI = re.compile("[\u2600-\u27bf\U0001f000-\U0001faff\ufe0f]")
_ORDINALS = {"first": 0, "second": 1, "third": 2, "last": -1, "final": -1}
_STATEMENT = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|can|do|does|did|offer\w*|open\w*|serve\w*|work\w*|provide\w*|need\w*|should|must)\b",
    re.IGNORECASE,
)


def revise(given: ContentAssignment) -> tuple[WrittenContent, Provenance]:
    return timed(
        lambda: _revised(given), engine=engine.ENGINE, model=engine.VERSION, input_sha256=given.sha256
    )


def _revised(given: ContentAssignment) -> WrittenContent:
    text = given.current or ContentText()
    found = orders.read(given.instructions or "")
    brief, choice = engine.prepared(given)
    remarks: list[str] = []
    for order in found.orders:
        if rules := _forbidden(order):
            remarks += [f"left_out:{rule}" for rule in rules]
            continue
        changed = _CHANGES[order.kind](text, order, _Given(given, brief, choice))
        if given.type == "social_post":
            changed = social.fitted(changed, given.brief.network or "facebook")
        if _is_too_much(changed):
            changed = text
        remarks.append(f"no_effect:{_named(order)}" if changed == text else f"applied:{order.kind}")
        text = changed
    remarks += [f"not_understood:{shortened(words, _MAX_QUOTE_CHARACTERS)}" for words in found.not_understood]
    return WrittenContent(
        text=text,
        remarks=tuple(dict.fromkeys(remarks)),
        unsure=any(not remark.startswith("applied:") for remark in remarks) or not remarks,
    )


def _is_too_much(text: ContentText) -> bool:
    return (
        len(text.body or "") > _MAX_BODY_CHARACTERS
        or len(text.scenes) > _MAX_SCENES
        or len(text.hashtags) > _MAX_HASHTAGS
    )


@dataclass(frozen=True, slots=True)
class _Given:
    """The material on which an order can draw."""

    assignment: ContentAssignment
    brief: BriefReading
    choice: Choice

    @property
    def type(self) -> ContentType:
        return self.assignment.type

    @property
    def network(self) -> Network:
        return self.assignment.brief.network or "facebook"


def _named(order: Order) -> str:
    return f"{order.kind}:{shortened(order.words, _MAX_QUOTE_CHARACTERS)}" if order.words else order.kind


def _forbidden(order: Order) -> list[str]:
    """The rules that the words break which an order would add."""
    if order.kind == "replace":
        return reading.forbidden(order.others)
    if order.kind in {"set_title", "add_keywords", "state", "say", "add_hashtags", "audience"}:
        return reading.forbidden(f"{order.words}.")
    return []


def _shorter(text: ContentText, order: Order, given: _Given) -> ContentText:
    if text.scenes:
        if len(text.scenes) <= _MIN_SCENES:
            return text
        keep = max(_MIN_SCENES, round(len(text.scenes) * _SHORTER))
        return replace(text, scenes=(*text.scenes[: keep - 1], text.scenes[-1]))
    body = text.body or ""
    parts = _parts(body)
    most = len(body) * _SHORTER
    while len("\n\n".join(parts)) > most and len(parts) > _MIN_SCENES:
        del parts[-2]
    if len("\n\n".join(parts)) > most:
        parts = [*map(_trimmed, parts[:-1]), *(parts[-1:] if len(parts) > 1 else map(_trimmed, parts))]
    return replace(text, body="\n\n".join(parts))


def _trimmed(part: str) -> str:
    """The part without the last of each paragraph's sentences, or of a list's items."""
    paragraphs = []
    for paragraph in part.split("\n\n"):
        lines = paragraph.split("\n")
        if len(lines) > 2:
            paragraphs.append("\n".join(lines[:-1]))
        elif paragraph.startswith("#") or len(found := sentences_of(paragraph)) < 2:
            paragraphs.append(paragraph)
        else:
            paragraphs.append(" ".join(found[: max(1, round(len(found) * _SHORTER - 0.01))]))
    return "\n\n".join(paragraphs)


def _longer(text: ContentText, order: Order, given: _Given) -> ContentText:
    if given.type == "blog_post":
        return replace(text, body=_with_sections(text.body or "", given))
    article = given.brief.article
    if given.type == "review_response":
        review = given.assignment.review
        is_good = review is not None and (review.rating or 0) >= GOOD
        more = given.choice.one(
            "longer", library.sentences("responses.toml")["more_5" if is_good else "more_1"]
        )
        return text if more in (text.body or "") else replace(text, body=_before_last(text.body or "", more))
    everything = f"{text.body or ''} {' '.join(scene.narration for scene in text.scenes)}"
    points = [point for point in (article.points if article else ()) if point.say not in everything]
    added = given.choice.shuffled("longer", points)[:_ADDED]
    if text.scenes:
        scenes = tuple(video.scene(point.say, point.show) for point in added)
        return replace(text, scenes=(*text.scenes[:-1], *scenes, text.scenes[-1]))
    if not added:
        return text
    said = " ".join(point.say for point in added)
    return social.fitted(replace(text, body=_before_last(text.body or "", said)), given.network)


def _with_sections(body: str, given: _Given) -> str:
    """The post with sections of its article that it does not have, in front of the last one."""
    article = given.brief.article
    if article is None:
        texts = library.sentences("news.toml")["general_sections"] if not given.brief.news else ()
        written = [
            f"## {given.choice.filled(text).replace('|', '\n\n')}" for text in texts if _fits(text, given)
        ]
    else:
        written = blog.article_sections(article, _ALL, given.assignment, given.brief, given.choice)
        always = [section for section in article.sections if section.always]
        said = [given.choice.filled(text) for section in always for text in section.texts]
        written = [section for section in written if not any(text in section for text in said)]
    first_sentences = [
        section
        for section in written
        if sentences_of(section.split("\n\n")[1])[0][:60].lower() not in body.lower()
    ]
    added = given.choice.shuffled("longer", first_sentences)[:_ADDED]
    parts = _parts(body)
    return "\n\n".join([*parts[:-1], *added, *parts[-1:]])


def _fits(text: str, given: _Given) -> bool:
    return "{topic}" not in text or "topic" in given.choice.facts


def _friendly(text: ContentText, order: Order, given: _Given) -> ContentText:
    text = engine.worded(text, friendly)
    leads = library.sentences("shared.toml")["friendly_leads"]
    if given.type != "blog_post" or any(lead in (text.body or "") for lead in leads):
        return text
    lead = given.choice.one("lead", leads)
    return replace(text, body=_after_first_paragraph(text.body or "", lead))


def _formal(text: ContentText, order: Order, given: _Given) -> ContentText:
    shared = library.sentences("shared.toml")
    text = engine.worded(text, formal)
    leads = (*shared["friendly_leads"], *map(formal, shared["friendly_leads"]))
    return engine.worded(text, lambda words: _without_sentences(words, leads))


def _empathetic(text: ContentText, order: Order, given: _Given) -> ContentText:
    shared = library.sentences("shared.toml")
    is_gentle = given.brief.article is not None and not given.brief.article.after_loss
    leads = shared["gentle_leads" if is_gentle else "empathetic_leads"]
    texts = library.sentences("responses.toml")["regret"] if given.type == "review_response" else leads
    lead = given.choice.one("lead", texts)
    if text.scenes:
        first = text.scenes[0]
        return replace(
            text, scenes=(video.scene(f"{lead} {first.narration}", first.on_screen_text), *text.scenes[1:])
        )
    body = text.body or ""
    if given.type == "review_response":
        return replace(text, body=_after_first_paragraph(body, lead))
    return replace(text, body=f"{lead}\n\n{body}")


def _set_title(text: ContentText, order: Order, given: _Given) -> ContentText:
    if text.title is None:
        return text
    title = shortened(capitalized(order.words), blog.MAX_TITLE_CHARACTERS)
    seo = blog.seo_title(title, given.assignment.publisher.name) if text.seo_title else None
    return replace(text, title=title, seo_title=seo)


def _new_title(text: ContentText, order: Order, given: _Given) -> ContentText:
    titles = given.brief.article.titles if given.brief.article else ()
    others = [title for title in given.choice.some("new title", titles, len(titles)) if title != text.title]
    return _set_title(text, replace(order, words=others[0]), given) if others else text


def _replace(text: ContentText, order: Order, given: _Given) -> ContentText:
    def replaced(words: str) -> str:
        return re.sub(
            rf"(?<!\w){re.escape(order.words)}(?!\w)", lambda _: order.others, words, flags=re.IGNORECASE
        )

    if not order.words:
        return text
    return replace(
        _everywhere(text, replaced),
        hashtags=tuple(
            order.others.lstrip("#") if tag.lower() == order.words.lower().lstrip("#") else tag
            for tag in text.hashtags
        ),
    )


def _remove_words(text: ContentText, order: Order, given: _Given) -> ContentText:
    """The text without the sentences that have the words, and the hashtags that are them."""
    words = re.sub(r"^the (?:word|phrase|keyword)s? ", "", order.words, flags=re.IGNORECASE)
    pattern = re.compile(rf"(?<!\w){re.escape(words)}(?!\w)", re.IGNORECASE)
    if not pattern.search(
        " ".join(
            (text.title or "", text.body or "", *text.hashtags, *(scene.narration for scene in text.scenes))
        )
    ):
        return text
    tag = social.hashtag_of(words).lower()
    scenes = tuple(scene for scene in text.scenes if not pattern.search(scene.narration))
    return replace(
        text,
        body=_without(text.body, pattern) if text.body else None,
        scenes=scenes or text.scenes,
        hashtags=tuple(hashtag for hashtag in text.hashtags if hashtag.lower() != tag),
        seo_description=_without(text.seo_description, pattern) or None if text.seo_description else None,
        excerpt=_without(text.excerpt, pattern) or None if text.excerpt else None,
    )


def _without(text: str, pattern: re.Pattern[str]) -> str:
    """The text without the sentences, list items, and headings with what they head, that match."""
    kept = []
    for part in _parts(text):
        paragraphs = []
        for paragraph in part.split("\n\n"):
            lines = [
                line
                if line.startswith("#")
                else " ".join(sentence for sentence in sentences_of(line) if not pattern.search(sentence))
                for line in paragraph.split("\n")
                if not pattern.search(line) or not line.startswith(("#", "- ", "\u2022", "\u2013", "\u2713"))
            ]
            if any(lines):
                paragraphs.append("\n".join(line for line in lines if line))
        if paragraphs and not (len(paragraphs) == 1 and paragraphs[0].startswith("#")):
            kept.append("\n\n".join(paragraphs))
    return "\n\n".join(kept)


def _without_sentences(text: str, sentences: Iterable[str]) -> str:
    for sentence in sentences:
        text = text.replace(f"{sentence} ", "").replace(f"\n\n{sentence}", "").replace(f" {sentence}", "")
    return text


def _remove_part(text: ContentText, order: Order, given: _Given) -> ContentText:
    """The text without the section, paragraph or scene that is named by its place, its heading or its words."""
    parts = list(text.scenes) if text.scenes else _removable(text.body or "")
    named = [scene.narration + " " + scene.on_screen_text for scene in text.scenes] or parts
    index = _ORDINALS.get(order.words.split()[0].lower()) if order.words else None
    if index is None:
        wanted = stems(order.words)
        scores = [
            (3 * len(wanted & stems(str(part).split("\n", 1)[0])) + len(wanted & stems(str(part))))
            for part in named
        ]
        if not wanted or not scores or max(scores) < len(wanted):
            return text
        index = scores.index(max(scores))
    if len(parts) < 2 or index >= len(parts):
        return text
    removed = parts[index]
    if text.scenes:
        return replace(text, scenes=tuple(scene for scene in text.scenes if scene is not removed))
    body = (text.body or "").replace(str(removed), "").strip()
    return replace(text, body=re.sub(r"\n{3,}", "\n\n", body))


def _removable(body: str) -> list[str]:
    parts = _parts(body)
    sections = [part for part in parts if part.startswith("#")]
    return sections or parts


def _add_keywords(text: ContentText, order: Order, given: _Given) -> ContentText:
    wanted = [wish.strip(" \"'.") for wish in re.split(r",| and ", order.words) if wish.strip(" \"'.")]
    everything = (
        f"{text.title or ''} {text.body or ''} {' '.join(scene.narration for scene in text.scenes)}".lower()
    )
    missing = [keyword for keyword in wanted if keyword.lower() not in everything]
    for keyword, said in blog.keyword_sentences(missing, given.assignment, given.brief, given.choice):
        text = _with_sentence(text, said, given, heading=keyword)
    if given.type == "social_post":
        tags = [tag for tag in map(social.hashtag_of, wanted) if tag]
        text = replace(
            text, hashtags=tuple(dict.fromkeys((*text.hashtags, *tags))) if text.hashtags else text.hashtags
        )
    return text


def _state(text: ContentText, order: Order, given: _Given) -> ContentText:
    """The text with a statement of the tenant."""
    words = order.words
    if words.lower() in f"{text.title or ''} {text.body or ''}".lower():
        return text
    return _with_sentence(text, f"{capitalized(words)}.", given, heading=words)


def _say(text: ContentText, order: Order, given: _Given) -> ContentText:
    """The text with a statement, or with a sentence about a subject."""
    is_statement = _STATEMENT.search(order.words) and len(order.words.split()) > 2
    return (_state if is_statement else _add_keywords)(text, order, given)


def _with_sentence(text: ContentText, sentence: str, given: _Given, heading: str) -> ContentText:
    if text.scenes:
        scene = video.scene(sentence, capitalized(heading))
        return replace(text, scenes=(*text.scenes[:-1], scene, text.scenes[-1]))
    body = _before_last(text.body or "", sentence)
    changed = replace(text, body=body)
    return social.fitted(changed, given.network) if given.type == "social_post" else changed


def _add_closing(text: ContentText, order: Order, given: _Given) -> ContentText:
    shared = library.sentences("shared.toml")
    reach = " ".join(blog.reach(given.choice))
    if text.scenes:
        said = f"{given.choice.one('closing', shared['video_closings'])} {reach}".strip()
        return replace(text, scenes=(*text.scenes, video.scene(said, given.assignment.publisher.name)))
    if given.type == "blog_post":
        return replace(
            text, body=f"{text.body}\n\n{blog.closing(given.assignment, given.brief, given.choice)}"
        )
    if given.type == "review_response":
        texts = library.sentences("responses.toml")
        contact = given.choice.some("contact", texts["contact_phone"], 1) or texts["contact"][:1]
        return replace(text, body=_before_last(text.body or "", contact[0]))
    # Google rejects posts with phone numbers.
    closing = given.choice.one("cta", shared["social_closings"])
    said = closing if given.network in {"google_business", "x"} else f"{closing} {reach}".strip()
    return social.fitted(replace(text, body=f"{text.body}\n\n{said}"), given.network)


def _remove_closing(text: ContentText, order: Order, given: _Given) -> ContentText:
    if text.scenes:
        return replace(text, scenes=text.scenes[:-1]) if len(text.scenes) > 1 else text
    parts = _parts(text.body or "")
    return replace(text, body="\n\n".join(parts[:-1])) if len(parts) > 1 else text


def _add_hashtags(text: ContentText, order: Order, given: _Given) -> ContentText:
    if given.type != "social_post":
        return text
    words = re.findall(r"#(\w+)", order.words) or re.split(r",| and ", order.words)
    tags = [tag for tag in (social.hashtag_of(word) for word in words) if tag]
    known = {tag.lower() for tag in text.hashtags}
    added = replace(text, hashtags=(*text.hashtags, *(tag for tag in tags if tag.lower() not in known)))
    return social.fitted(added, given.network)


def _add_links(text: ContentText, order: Order, given: _Given) -> ContentText:
    link = order.words.rstrip(".,)")
    if given.type == "blog_post":
        return replace(text, body=_before_last(text.body or "", f"More: <{link}>"))
    if given.type != "social_post" or link in text.links:
        return text
    return social.fitted(replace(text, links=(*text.links, link)), given.network)


def _calm(text: ContentText, order: Order, given: _Given) -> ContentText:
    return _everywhere(text, lambda words: re.sub(r"!+", ".", _EMOJI.sub("", words)).replace(" .", "."))


def _audience(text: ContentText, order: Order, given: _Given) -> ContentText:
    audience = reading.audience_for(order.words)
    if audience is None:
        return text
    if given.type == "blog_post":
        section = given.choice.shuffled("audience section", audience.sections)[0]
        if section.texts[0] in (text.body or ""):
            return text
        added = f"## {section.headings[0]}\n\n{section.texts[0]}"
        parts = _parts(text.body or "")
        body = "\n\n".join([*parts[:-1], added, *parts[-1:]])
        lead = given.choice.one("audience", audience.leads)
        return replace(text, body=_after_first_paragraph(body, lead))
    if given.type == "review_response":
        return text
    point = given.choice.shuffled("audience point", audience.points)[0]
    return _with_sentence(text, point.say, given, heading=point.show)


def _parts(body: str) -> list[str]:
    """The introduction and the sections of a post; the paragraphs of another text."""
    if re.search(r"^## ", body, re.MULTILINE):
        return [part for part in re.split(r"\n\n(?=## )", body) if part]
    return [part for part in body.split("\n\n") if part]


def _before_last(body: str, paragraph: str) -> str:
    """The body with a paragraph in front of its last part, which is the closing."""
    parts = _parts(body)
    return "\n\n".join([*parts[:-1], paragraph, *parts[-1:]] if len(parts) > 1 else [*parts, paragraph])


def _after_first_paragraph(body: str, paragraph: str) -> str:
    first, _, rest = body.partition("\n\n")
    return "\n\n".join(filter(None, (first, paragraph, rest)))


def _everywhere(text: ContentText, change: Callable[[str], str]) -> ContentText:
    def changed(words: str | None) -> str | None:
        return change(words) if words else words

    return replace(
        text,
        title=changed(text.title),
        body=changed(text.body),
        excerpt=changed(text.excerpt),
        seo_title=changed(text.seo_title),
        seo_description=changed(text.seo_description),
        scenes=tuple(
            Scene(
                narration=change(scene.narration),
                on_screen_text=change(scene.on_screen_text),
                seconds=scene.seconds,
            )
            for scene in text.scenes
        ),
    )


_CHANGES: dict[orders.Kind, Callable[[ContentText, Order, _Given], ContentText]] = {
    "shorter": _shorter,
    "longer": _longer,
    "friendly": _friendly,
    "formal": _formal,
    "empathetic": _empathetic,
    "set_title": _set_title,
    "new_title": _new_title,
    "replace": _replace,
    "remove_hashtags": lambda text, order, given: replace(text, hashtags=()),
    "add_hashtags": _add_hashtags,
    "remove_links": lambda text, order, given: replace(text, links=()),
    "add_links": _add_links,
    "remove_closing": _remove_closing,
    "add_closing": _add_closing,
    "remove_part": _remove_part,
    "remove_words": _remove_words,
    "add_keywords": _add_keywords,
    "state": _state,
    "say": _say,
    "calm": _calm,
    "audience": _audience,
}
