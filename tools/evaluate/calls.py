"""The fields of an item that is a call, in our sets and in other files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tools.evaluate.sets import Item


def transcript(item: Item) -> str:
    return str(item.content.get("transcript") or item.content.get("text") or "")


def is_voicemail(item: Item) -> bool:
    return item.kind == "voicemail" or item.content.get("voicemail") is True


def label(value: Any) -> str:
    return {True: "true", False: "false", None: "null"}.get(value, str(value))
