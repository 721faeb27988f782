"""The settings `content`: what published texts may say about the organization, and what they must not."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

if TYPE_CHECKING:
    from eal.core.json import Json


class ContentSettings(NamedTuple):
    """Statements about the organization that published texts may make, and those that they must not."""

    service_areas: tuple[str, ...]
    licences: tuple[str, ...]
    certifications: tuple[str, ...]
    phone: str | None
    website: str | None
    competitors: tuple[str, ...]
    banned_words: tuple[str, ...]


def content_in(settings: dict[str, Json]) -> ContentSettings:
    given = cast("dict[str, list[str]]", settings.get("content", {}))
    return ContentSettings(
        service_areas=tuple(given.get("service_areas", ())),
        licences=tuple(given.get("licences", ())),
        certifications=tuple(given.get("certifications", ())),
        phone=cast("str | None", given.get("phone")),
        website=cast("str | None", given.get("website")),
        competitors=tuple(given.get("competitors", ())),
        banned_words=tuple(given.get("banned_words", ())),
    )
