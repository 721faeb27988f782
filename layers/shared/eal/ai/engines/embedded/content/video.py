"""Composes a video script: a hook, a scene for each point, and a closing."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from eal.ai.content import ContentText, Scene
from eal.ai.engines.embedded.content import blog, library
from eal.ai.engines.embedded.content.library import ArticlePoint
from eal.ai.engines.embedded.content.wording import capitalized, shortened, stems, titled

if TYPE_CHECKING:
    from eal.ai.content import Length
    from eal.ai.content_assignment import ContentAssignment
    from eal.ai.engines.embedded.content.reading import BriefReading
    from eal.ai.engines.embedded.content.wording import Choice

MIN_SCENE_SECONDS, MAX_SCENE_SECONDS = 3, 60
_POINTS: dict[Length, int] = {"short": 3, "medium": 5, "long": 8}
_MAX_KEYWORD_SCENES = 2
_SAME_WORDS = 3
"""A point that has so many of the hook's words says the same."""
_WORDS_PER_SECOND = 2.5
"""150 words a minute, a calm speaker."""
MAX_ON_SCREEN_CHARACTERS = 60


def write(given: ContentAssignment, reading: BriefReading, choice: Choice) -> ContentText:
    title = blog.title_of(reading, choice, given.brief.tone)
    shared = library.sentences("shared.toml")
    leads = "video_leads_plain" if given.brief.tone in {"formal", "professional"} else "video_leads"
    lead = f"{choice.one('lead', shared[leads])} " if given.brief.tone != "brief" else ""
    card = reading.title or titled(reading.phrase or title)
    first = " ".join((*tone_hooks(given, reading, choice), hook(reading, choice)))
    scenes = [scene(f"{lead}{first}", card)]
    scenes += [scene(point.say, point.show) for point in points(given, reading, choice, _POINTS, first)]
    text = " ".join(scene.narration for scene in scenes).lower()
    missing = [word for word in reading.keywords if word.lower() not in text][:_MAX_KEYWORD_SCENES]
    scenes += [
        scene(said, capitalized(word))
        for word, said in blog.keyword_sentences(missing, given, reading, choice)
    ]
    ending = [choice.one("closing", closings(reading, "video_closings")), *blog.reach(choice)]
    scenes.append(scene(" ".join(ending), choice.one("card", shared["video_end_cards"])))
    return ContentText(title=title, scenes=tuple(scenes))


def closings(reading: BriefReading, name: str) -> tuple[str, ...]:
    """The closings of that name for advice; others for news, and for a topic of which nothing is known."""
    if reading.article:
        return library.sentences("shared.toml")[name]
    return library.sentences("news.toml")["news_closings" if reading.news else "general_closings"]


def scene(narration: str, on_screen_text: str) -> Scene:
    seconds = math.ceil(len(narration.split()) / _WORDS_PER_SECOND)
    return Scene(
        narration=narration,
        on_screen_text=shortened(on_screen_text, MAX_ON_SCREEN_CHARACTERS),
        seconds=max(MIN_SCENE_SECONDS, min(seconds, MAX_SCENE_SECONDS)),
    )


def tone_hooks(given: ContentAssignment, reading: BriefReading, choice: Choice) -> list[str]:
    """The first sentence of an empathetic text, as a list; empty for other tones."""
    if given.brief.tone != "empathetic" or reading.article is None:
        return []
    name = "empathetic_hooks" if reading.article.after_loss else "gentle_hooks"
    return [choice.one("tone hook", library.sentences("shared.toml")[name])]


def hook(reading: BriefReading, choice: Choice) -> str:
    """The hook of the article, if one of its hooks has a word of the topic; otherwise one around the topic."""
    if reading.article:
        fitting = [hook for hook in reading.article.hooks if reading.words & stems(hook)]
        if reading.phrase and not fitting:
            return choice.one("hook", library.sentences("shared.toml")["topic_hooks"])
        return blog.relevant_one("hook", fitting or reading.article.hooks, reading, choice)
    news = library.sentences("news.toml")
    if reading.news:
        return choice.one("hook", news.get(f"{reading.news}_hooks", news["news_hooks"]))
    if reading.phrase:
        return choice.one("hook", news["general_hooks"])
    return f"{capitalized(reading.topic)}" if reading.topic else "A question, a notebook, a calm first step."


def points(
    given: ContentAssignment,
    reading: BriefReading,
    choice: Choice,
    numbers: dict[Length, int],
    said: str = "",
) -> list[ArticlePoint]:
    """The points of the article, or general ones, and one for the readers. None of them is `said` already."""
    number = numbers[given.brief.length or "medium"]
    if reading.article:
        all_points = [
            point for point in reading.article.points if len(stems(point.say) & stems(said)) < _SAME_WORDS
        ]
        order = choice.relevant(
            "points", range(len(all_points)), reading.words, lambda index: all_points[index].say
        )
        chosen = [all_points[index] for index in sorted(order[:number])]
    elif reading.news:
        bodies = choice.some(
            "bodies", library.sentences("news.toml")[f"{reading.news}_bodies"], min(number, 2)
        )
        chosen = [ArticlePoint(text, heading) for heading, text in (body.split("|") for body in bodies)]
    else:
        texts = choice.some("points", library.sentences("news.toml")["general_points"], number)
        chosen = [ArticlePoint(*text.split("|")) for text in texts]
    if reading.audience and number > 1:
        chosen[-1:] = [choice.shuffled("audience point", reading.audience.points)[0]]
    return chosen
