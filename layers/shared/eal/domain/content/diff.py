"""What changed from one revision to the next: by word as edits, and by line as a unified diff.

`difflib` is CPython's own, costs nothing to deploy, and its diffs have fewer and longer edits than a longest common
subsequence (docs/decisions/0057). Its heuristic for popular words stays on: without it, a text that repeats one word
takes quadratic time, with it 10,000 words take at most half a second.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Literal

from eal.ai.content import ContentText

if TYPE_CHECKING:
    from collections.abc import Iterator

type EditOperation = Literal["equal", "insert", "delete"]

_TOKENS = r"\w+(?:['’-]\w+)*|\s+|[^\w\s]"  # noqa: RUF001 - the apostrophe of typographic texts
"""Words, runs of white space, and single other characters: together the whole text."""


@dataclass(frozen=True, slots=True)
class Edit:
    op: EditOperation
    text: str


@dataclass(frozen=True, slots=True)
class FieldDiff:
    """The edits of one field: those that are not `insert` are the text before, those that are not `delete` the one
    after.
    """

    field: str
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Diff:
    """`fields` are those that changed. `unified` is empty if none did."""

    fields: tuple[FieldDiff, ...]
    unified: str


def between(before: ContentText | None, after: ContentText) -> Diff:
    """`before` is None for the first revision, which inserts everything."""
    texts = _texts(before or ContentText()), _texts(after)
    changed = [field for field in texts[1] if texts[0][field] != texts[1][field]]
    return Diff(
        fields=tuple(FieldDiff(field, tuple(_edits(texts[0][field], texts[1][field]))) for field in changed),
        unified=unified(before, after),
    )


def unified(before: ContentText | None, after: ContentText) -> str:
    """The changed fields by line, which takes far less time than the edits by word."""
    old, new = _texts(before or ContentText()), _texts(after)
    return "".join(_unified(field, old[field], new[field]) for field in new if old[field] != new[field])


def _texts(text: ContentText) -> dict[str, str]:
    """Each field as text, in their order."""
    return {field.name: _text(text, field.name) for field in fields(text)}


def _text(text: ContentText, field: str) -> str:
    if field == "scenes":
        return "\n".join(
            f"Scene {number}, {scene.seconds} seconds\n"
            f"Narration: {scene.narration}\n"
            f"On-screen text: {scene.on_screen_text}\n"
            for number, scene in enumerate(text.scenes, 1)
        )
    value: str | tuple[str, ...] | None = getattr(text, field)
    return "\n".join(value) if isinstance(value, tuple) else value or ""


def _edits(before: str, after: str) -> Iterator[Edit]:
    old, new = re.findall(_TOKENS, before), re.findall(_TOKENS, after)
    # White space alone is no match: otherwise, the spaces between changed words would stand as equal.
    matcher = difflib.SequenceMatcher(str.isspace, old, new)
    for _, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        removed, added = "".join(old[old_start:old_end]), "".join(new[new_start:new_end])
        if removed == added:
            yield Edit("equal", added)
            continue
        if removed:
            yield Edit("delete", removed)
        if added:
            yield Edit("insert", added)


def _unified(field: str, before: str, after: str) -> str:
    """The diff of one field, with the field's name in the place of the file's."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), field, field, lineterm="")
    return "".join(f"{line}\n" for line in lines)
