"""The difference between a revision and the next: by word as edits, and by line as a unified diff.

`difflib` is CPython's own and costs nothing to deploy (docs/decisions/0057). Its time can grow with the cube of a text
that repeats words, so passages are compared by sentence first, and by word only within the sentences that differ.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Literal

from eal.ai.content import ContentText

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

type EditOperation = Literal["equal", "insert", "delete"]

MAX_PAIRS = 250_000
"""Maximum number of compared pairs of parts of two passages, such as 500 words and 500 words. Longer passages without a
common sentence replace each other as a whole, which also reads better."""
_SENTENCES = r"[^.!?\n]+[.!?\n]*\s*|[.!?\n]+\s*"
_WORDS = r"\s*(?:\w+(?:['’-]\w+)*|[^\w\s])|\s+"  # noqa: RUF001 - the apostrophe of typographic texts
"""Words and punctuation, each with the white space before it. As with sentences, all together are the whole text."""


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
    """Both forms of the difference. `before` is None for the first revision, which inserts everything."""
    changed = _changed(before, after)
    return Diff(
        fields=tuple(FieldDiff(field, tuple(_edits(old, new))) for field, old, new in changed),
        unified=_unified(changed),
    )


def unified(before: ContentText | None, after: ContentText) -> str:
    """The difference by line alone, which takes far less time."""
    return _unified(_changed(before, after))


def _changed(before: ContentText | None, after: ContentText) -> list[tuple[str, str, str]]:
    """The fields that differ, each with its text before and after."""
    empty = before or ContentText()
    texts = [(field.name, _text(empty, field.name), _text(after, field.name)) for field in fields(after)]
    return [(field, old, new) for field, old, new in texts if old != new]


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


def _edits(before: str, after: str) -> list[Edit]:
    edits: list[Edit] = []
    for old, new in _passages(_SENTENCES, before, after):
        parts = [(old, new)] if old == new else _passages(_WORDS, old, new)
        for removed, added in parts:
            if removed == added:
                if edits and edits[-1].op == "equal":
                    added = edits.pop().text + added
                edits.append(Edit("equal", added))
                continue
            edits += [Edit("delete", removed)] if removed else []
            edits += [Edit("insert", added)] if added else []
    return edits


def _passages(pattern: str, before: str, after: str) -> Iterator[tuple[str, str]]:
    """Both texts in passages: equal ones, and those that replace each other, of which one may be empty."""
    old, new = re.findall(pattern, before), re.findall(pattern, after)
    if len(old) * len(new) > MAX_PAIRS:
        yield before, after
        return
    for _, old_start, old_end, new_start, new_end in difflib.SequenceMatcher(None, old, new).get_opcodes():
        yield "".join(old[old_start:old_end]), "".join(new[new_start:new_end])


def _unified(changed: Iterable[tuple[str, str, str]]) -> str:
    """The fields by line, with the field's name in the place of the file's."""
    return "".join(
        f"{line}\n"
        for field, old, new in changed
        for line in _unified_lines(field, old.splitlines(), new.splitlines())
    )


def _unified_lines(field: str, old: list[str], new: list[str]) -> Iterable[str]:
    if len(old) * len(new) <= MAX_PAIRS:
        return difflib.unified_diff(old, new, field, field, lineterm="")
    hunk = f"@@ -1,{len(old)} +1,{len(new)} @@"
    return (
        f"--- {field}", f"+++ {field}", hunk, *(f"-{line}" for line in old), *(f"+{line}" for line in new)
    )  # fmt: skip
