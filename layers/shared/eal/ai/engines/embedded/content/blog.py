"""Composes a blog post: an opening, sections of one article, the keywords, and a closing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from eal.ai.content import ContentText
from eal.ai.engines.embedded.content import library
from eal.ai.engines.embedded.content.wording import (
    capitalized,
    formal,
    joined,
    sentences_of,
    shortened,
    slug_of,
    stems,
    titled,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eal.ai.content import Length
    from eal.ai.content_assignment import ContentAssignment
    from eal.ai.engines.embedded.content.library import Article, Section
    from eal.ai.engines.embedded.content.reading import BriefReading
    from eal.ai.engines.embedded.content.wording import Choice
    from eal.ai.tone import Tone

MAX_EXCERPT_CHARACTERS = 400
MAX_TITLE_CHARACTERS, MAX_SEO_TITLE_CHARACTERS, MAX_SEO_DESCRIPTION_CHARACTERS = 120, 60, 155
_SECTIONS: dict[Length, int] = {"short": 2, "medium": 4, "long": 7}
_MAX_KEYWORD_SENTENCES = 3


def write(given: ContentAssignment, reading: BriefReading, choice: Choice) -> ContentText:
    title = title_of(reading, choice, given.brief.tone)
    parts = [_opening(given, reading, choice), *_sections(given, reading, choice)]
    parts = _with_keywords(parts, title, given, reading, choice)
    parts.append(closing(given, reading, choice))
    summary = _summary(reading, choice)
    return ContentText(
        title=title,
        body="\n\n".join(parts),
        slug=slug_of(title),
        excerpt=shortened(summary, MAX_EXCERPT_CHARACTERS),
        seo_title=seo_title(title, given.publisher.name),
        seo_description=_seo_description(summary, reading),
    )


def title_of(reading: BriefReading, choice: Choice, tone: Tone | None = None) -> str:
    """The topic if it reads like a title, otherwise a title of the article, with the topic if that lacks it."""
    if reading.title:
        return shortened(reading.title, MAX_TITLE_CHARACTERS)
    if reading.news and reading.topic:
        return shortened(capitalized(titled(reading.topic)), MAX_TITLE_CHARACTERS)
    if reading.article is None:
        if reading.topic is None:
            return choice.one("title", ("Notes From {organization}", "From the Team at {organization}"))
        if reading.phrase is None:
            return shortened(capitalized(reading.topic), MAX_TITLE_CHARACTERS)
        title = choice.one("title", library.sentences("news.toml")["general_titles"])
        return title.replace(capitalized(reading.phrase), titled(reading.phrase))
    titles = choice.some("title", reading.article.titles, len(reading.article.titles))
    if tone == "formal":
        titles = [title for title in titles if formal(title) == title]
    topic = titled(reading.topic) if reading.topic else ""
    named = [title for title in titles if _own(topic) <= stems(title)] if _own(topic) or not topic else []
    whole = [topic] if len(topic.split()) > 2 else []
    prefixed = [
        f"{topic}: {title}"
        for title in titles
        if not re.search(r"[:.?] ?", title) and not _own(topic) & stems(title)
    ]
    alone = [topic] if len(topic.split()) > 1 else titles[:1]
    return next(title for title in (*named, *whole, *prefixed, *alone) if len(title) <= MAX_TITLE_CHARACTERS)


def _own(topic: str) -> frozenset[str]:
    """The words of the topic that a title should have."""
    return stems(topic) - stems("damage")


def _opening(given: ContentAssignment, reading: BriefReading, choice: Choice) -> str:
    shared = library.sentences("shared.toml")
    parts = []
    if given.brief.tone == "empathetic" and reading.article:
        leads = "empathetic_leads" if reading.article.after_loss else "gentle_leads"
        parts.append(choice.one("tone", shared[leads]))
    if reading.article:
        parts.append(relevant_one("opening", reading.article.openings, reading, choice))
    elif reading.news:
        parts.append(choice.one("opening", library.sentences("news.toml")[f"{reading.news}_openings"]))
    elif reading.phrase:
        parts.append(choice.one("opening", library.sentences("news.toml")["general_openings"]))
    else:
        parts.append(_plain_opening(reading))
    if given.brief.tone in {"friendly", "formal", "professional"} and reading.article:
        parts.append(choice.one("tone", shared[f"{given.brief.tone}_leads"]))
    if given.brief.tone != "brief":
        parts += audience_lead(reading, choice)
    opening = [" ".join(parts[:1])] if len(parts) == 1 else [parts[0], " ".join(parts[1:])]
    return "\n\n".join(opening)


def relevant_one(place: str, candidates: Sequence[str], reading: BriefReading, choice: Choice) -> str:
    return choice.filled(choice.relevant(place, candidates, reading.special_words, str)[0])


def _plain_opening(reading: BriefReading) -> str:
    if reading.topic is None:
        return (
            "A few thoughts that help with almost any question about a building, whatever brought you here."
        )
    ending = "" if reading.topic.endswith(("?", "!", ".")) else "."
    return (
        f"{capitalized(reading.topic)}{ending} It is a fair subject, and one where a calm first step is worth more "
        "than a quick one. Here is how we would go about it."
    )


def audience_lead(reading: BriefReading, choice: Choice) -> list[str]:
    if reading.audience:
        return [choice.one("audience", reading.audience.leads)]
    if reading.audience_words:
        return [choice.one("audience", library.sentences("shared.toml")["unknown_audience_leads"])]
    return []


def _sections(given: ContentAssignment, reading: BriefReading, choice: Choice) -> list[str]:
    number = _SECTIONS[given.brief.length or "medium"]
    if reading.news:
        return _news_sections(reading, number, choice)
    if reading.article is None:
        return _general_sections(number, choice)
    return article_sections(reading.article, number, given, reading, choice)


def article_sections(
    article: Article, number: int, given: ContentAssignment, reading: BriefReading, choice: Choice
) -> list[str]:
    """`number` sections: those that are always there, those with the words of the brief, others in an order of chance,
    from this article and then from related ones; and one for the readers.
    """
    borrowed = _borrowed(article, number, choice)
    own = _own_sections(article, number - len(borrowed), reading, choice)
    parts = [_section(section, given, choice) for section in (*own, *borrowed)]
    if reading.audience and reading.audience.name != "Homeowners":
        parts.append(
            _section(choice.shuffled("audience section", reading.audience.sections)[0], given, choice)
        )
    return parts


def _own_sections(article: Article, number: int, reading: BriefReading, choice: Choice) -> list[Section]:
    """The article's own sections, in its order. Chance decides half of them, so that posts on one subject differ."""
    ranked = choice.relevant(
        "sections", article.sections, reading.special_words, lambda section: section.texts[0]
    )
    ranked.sort(key=lambda section: not section.always)
    relevant = ranked[: (number + 1) // 2]
    others = choice.shuffled(
        "other sections", [section for section in article.sections if section not in relevant]
    )
    chosen = [*relevant, *others][:number]
    return [section for section in article.sections if section in chosen]


def _borrowed(article: Article, number: int, choice: Choice) -> list[Section]:
    """Sections of other articles: one in four."""
    fitting = [
        section
        for other in library.articles()
        if other is not article
        for section in other.sections
        if article.family in section.fits
    ]
    return choice.shuffled("borrowed", fitting)[: number // 4]


def _section(section: Section, given: ContentAssignment, choice: Choice) -> str:
    text = choice.one(f"text/{section.headings[0]}", section.texts)
    heading = choice.one(f"heading/{section.headings[0]}", section.headings)
    return f"## {heading}\n\n{text if section.always else _cut(text, given)}"


def _cut(text: str, given: ContentAssignment) -> str:
    """The text, cut to two sentences a paragraph if the tone is brief."""
    if given.brief.tone != "brief" or text.startswith(("- ", "1. ")):
        return text
    return " ".join(sentences_of(text.split("\n\n")[0])[:2])


def _news_sections(reading: BriefReading, number: int, choice: Choice) -> list[str]:
    bodies = choice.some("bodies", library.sentences("news.toml")[f"{reading.news}_bodies"], number)
    first, *others = [tuple(body.split("|")) for body in bodies]
    return [first[1], *(f"## {heading}\n\n{text}" for heading, text in others)]


def _general_sections(number: int, choice: Choice) -> list[str]:
    texts = library.sentences("news.toml")["general_sections"]
    return [f"## {section.replace('|', '\n\n')}" for section in choice.some("general", texts, number)]


def _with_keywords(
    parts: list[str], title: str, given: ContentAssignment, reading: BriefReading, choice: Choice
) -> list[str]:
    """The parts with each keyword in them: the first ones in paragraphs of their own, each at the end of the section
    that has most of its words.
    """
    text = f"{title}\n{'\n'.join(parts)}".lower()
    missing = [word for word in reading.keywords if word.lower() not in text]
    parts = list(parts)
    said = keyword_sentences(missing[:_MAX_KEYWORD_SENTENCES], given, reading, choice)
    free = list(range(1, len(parts))) or [0]
    for keyword, sentence in said:
        index = max(free, key=lambda index: len(stems(keyword) & stems(parts[index])))
        if len(free) > 1:
            free.remove(index)
        lead = f"{capitalized(keyword)}:"
        marked = (
            f"**{lead}** {sentence.removeprefix(lead).strip()}" if sentence.startswith(lead) else sentence
        )
        parts[index] = f"{parts[index]}\n\n{marked}"
    if rest := missing[_MAX_KEYWORD_SENTENCES:]:
        texts = library.sentences("shared.toml")["keywords_more"]
        more = choice.shuffled("more", texts)[0].format(keywords=joined(rest))
        parts[-1] = f"{parts[-1]}\n\n{more}"
    return parts


def keyword_sentences(
    keywords: Sequence[str], given: ContentAssignment, reading: BriefReading, choice: Choice
) -> list[tuple[str, str]]:
    """A sentence for each keyword, with its spelling, and no sentence twice."""
    said: list[tuple[str, str]] = []
    used: set[str] = set()
    for keyword in keywords:
        for template in _about(keyword, given, reading, choice):
            if template not in used:
                used.add(template)
                facts = {**choice.facts, "keyword": keyword, "Keyword": capitalized(keyword)}
                said.append((keyword, template.format_map(facts)))
                break
    return said


def _about(keyword: str, given: ContentAssignment, reading: BriefReading, choice: Choice) -> list[str]:
    shared = library.sentences("shared.toml")
    if reading.news:
        return choice.shuffled(f"news/{keyword}", shared["keyword_news"])
    lowered = keyword.lower()
    others = choice.shuffled(f"other/{keyword}", shared["keyword_others"])
    if "near me" in lowered or any(area.lower() in lowered for area in given.publisher.service_areas):
        return choice.shuffled(f"place/{keyword}", shared["keyword_places"]) + others
    term = next((term for term in library.terms() if term.cues.search(keyword)), None)
    texts = choice.shuffled(f"term/{keyword}", term.texts) if term else []
    return [f"{{Keyword}}: {text}" for text in texts] + others


def closing(given: ContentAssignment, reading: BriefReading, choice: Choice) -> str:
    shared, news = library.sentences("shared.toml"), library.sentences("news.toml")
    if reading.article:
        headings, texts = shared["blog_closing_headings"], shared["blog_closings"]
    else:
        kind = "news" if reading.news else "general"
        headings, texts = news[f"{kind}_closing_headings"], news[f"{kind}_closings"]
    parts = [choice.one("closing", texts)]
    if reading.article and reading.article.family == "choosing":
        parts += choice.some("credentials", shared["credentials"], 1)
    parts += reach(choice)
    return f"## {choice.one('closing heading', headings)}\n\n{' '.join(parts)}"


def reach(choice: Choice) -> list[str]:
    """Sentences about the ways to reach the tenant, by its settings."""
    shared = library.sentences("shared.toml")
    for name in ("reach", "reach_by_phone", "reach_by_website"):
        if found := choice.some("reach", shared[name], 1):
            return found
    return []


def _summary(reading: BriefReading, choice: Choice) -> str:
    if reading.article:
        return relevant_one("summary", reading.article.summaries, reading, choice)
    news = library.sentences("news.toml")
    if reading.news:
        return choice.one("summary", news["news_summaries"])
    if reading.topic and reading.phrase:
        return choice.one("summary", news["general_summaries"])
    return "A calm first step, the right questions, and a page of notes: how to approach it."


def seo_title(title: str, organization: str) -> str:
    if len(title) > MAX_SEO_TITLE_CHARACTERS:
        title = title.partition(": ")[0]
    long = f"{title} | {organization}"
    return long if len(long) <= MAX_SEO_TITLE_CHARACTERS else shortened(title, MAX_SEO_TITLE_CHARACTERS)


def _seo_description(summary: str, reading: BriefReading) -> str:
    missing = [
        word
        for word in reading.keywords
        if word.lower() not in summary.lower() and "near me" not in word.lower()
    ]
    mark = " \u2013" if ":" in summary else ":"
    lead = f"{capitalized(missing[0])}{mark} " if missing else ""
    description = f"{lead}{summary[:1].lower() + summary[1:] if lead else summary}"
    if len(description) <= MAX_SEO_DESCRIPTION_CHARACTERS:
        return description
    whole = ""
    for sentence in sentences_of(description):
        if len(whole) + len(sentence) + 1 > MAX_SEO_DESCRIPTION_CHARACTERS:
            break
        whole = f"{whole} {sentence}".strip()
    return whole or shortened(description, MAX_SEO_DESCRIPTION_CHARACTERS - 1) + "\u2026"
