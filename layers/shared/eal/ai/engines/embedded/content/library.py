"""The texts that the writer composes from: the TOML files next to this module. A change of them is a new VERSION.

Names in braces are facts: a text is used only if all of them are known. `{place}` is "home" or, for readers with other
buildings, "building"; `{area}` is one of the tenant's service areas. No text says anything about the tenant, and none
promises anything: a test reads all of them with the content policy.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, cast

from eal.ai import toml

if TYPE_CHECKING:
    from collections.abc import Mapping

_FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a blog post, in one or two wordings. `always`: it is about safety or the point of the post, and never
    left out. `fits` are the families whose other articles can have it, too.
    """

    headings: tuple[str, ...]
    texts: tuple[str, ...]
    always: bool
    fits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ArticlePoint:
    """One piece of advice, as it is said or posted, and as a video shows it."""

    say: str
    show: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """All that is written about one subject. `subject` completes "this post is about". `after_loss`: its readers have
    damage already.
    """

    name: str
    family: str
    subject: str
    after_loss: bool
    cues: re.Pattern[str]
    hashtags: tuple[str, ...]
    titles: tuple[str, ...]
    summaries: tuple[str, ...]
    openings: tuple[str, ...]
    hooks: tuple[str, ...]
    sections: tuple[Section, ...]
    points: tuple[ArticlePoint, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Readers with needs of their own. `name` addresses them: "Property managers"."""

    name: str
    cues: re.Pattern[str]
    place: str
    leads: tuple[str, ...]
    sections: tuple[Section, ...]
    points: tuple[ArticlePoint, ...]


@cache
def articles() -> tuple[Article, ...]:
    folder = _FOLDER / "articles"
    return tuple(_article(folder / f"{name}.toml") for name in sorted(path.stem for path in folder.iterdir()))


def article(name: str) -> Article:
    return next(article for article in articles() if article.name == name)


@cache
def audiences() -> tuple[Audience, ...]:
    return tuple(
        Audience(
            name=cast("str", given["name"]),
            cues=_cues(given),
            place=cast("str", given["place"]),
            leads=_texts(given, "leads"),
            sections=_sections(given),
            points=_points(given),
        )
        for given in _tables(toml.load(_FOLDER / "audiences.toml"), "audiences")
    )


@dataclass(frozen=True, slots=True)
class Term:
    """An explanation of a keyword, which follows it and a colon."""

    cues: re.Pattern[str]
    texts: tuple[str, ...]


@cache
def terms() -> tuple[Term, ...]:
    return tuple(
        Term(_cues(term), _texts(term, "texts"))
        for term in _tables(toml.load(_FOLDER / "terms.toml"), "terms")
    )


@cache
def sentences(file: str) -> dict[str, tuple[str, ...]]:
    """The lists of sentences in a file, by name."""
    return {name: tuple(cast("list[str]", texts)) for name, texts in toml.load(_FOLDER / file).items()}


def _article(path: Path) -> Article:
    given = toml.load(path)
    return Article(
        name=path.stem,
        family=cast("str", given["family"]),
        subject=cast("str", given["subject"]),
        after_loss=cast("bool", given.get("after_loss", False)),
        cues=_cues(given),
        hashtags=_texts(given, "hashtags"),
        titles=_texts(given, "titles"),
        summaries=_texts(given, "summaries"),
        openings=_texts(given, "openings"),
        hooks=_texts(given, "hooks"),
        sections=_sections(given),
        points=_points(given),
    )


def _tables(given: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    return cast("list[Mapping[str, object]]", given[name])


def _texts(given: Mapping[str, object], name: str) -> tuple[str, ...]:
    return tuple(cast("list[str]", given[name]))


def _cues(given: Mapping[str, object]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{cast('str', given['cues'])})", re.IGNORECASE)


def _sections(given: Mapping[str, object]) -> tuple[Section, ...]:
    return tuple(
        Section(
            headings=_texts(section, "headings"),
            texts=tuple(
                cast("str", section[name]).strip() for name in ("text", "other_text") if name in section
            ),
            always=cast("bool", section.get("always", False)),
            fits=tuple(cast("list[str]", section.get("fits", []))),
        )
        for section in _tables(given, "sections")
    )


def _points(given: Mapping[str, object]) -> tuple[ArticlePoint, ...]:
    return tuple(
        ArticlePoint(cast("str", point["say"]), cast("str", point["show"]))
        for point in _tables(given, "points")
    )
