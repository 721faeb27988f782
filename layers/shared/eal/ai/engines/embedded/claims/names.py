"""The names of a claim's rooms."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from eal.ai.engines.embedded.claims.rooms import RoomMention


class Names:
    """The names of rooms, with the level in front if two levels have a room of the name.

    A name that is never measured, such as "half bath", is that of the only measured room whose name ends with it, such
    as "basement half bath".
    """

    def __init__(self, mentions: Iterable[RoomMention], sized: Iterable[RoomMention]) -> None:
        self._levels: dict[str, list[str]] = {}
        measured = {mention.name for mention in sized}
        self._measured = measured
        for mention in mentions:
            levels = self._levels.setdefault(mention.name, [])
            if mention.level and mention.level not in levels:
                levels.append(mention.level)

    def of(self, mention: RoomMention | None) -> str | None:
        if mention is None:
            return None
        if mention.level and len(self._levels.get(mention.name, ())) > 1:
            return f"{mention.level} {mention.name}"
        if mention.name not in self._measured:
            longer = [name for name in self._measured if name.endswith(f" {mention.name}")]
            if len(longer) == 1:
                return longer[0]
        return mention.name

    def level(self, mention: RoomMention) -> str | None:
        levels = self._levels.get(mention.name, [])
        return mention.level or (levels[0] if len(levels) == 1 else None)
