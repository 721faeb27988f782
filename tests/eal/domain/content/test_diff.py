"""The difference of two texts: complete, readable by word, and equal each time."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eal.ai.content import ContentText, Scene
from eal.domain.content import diff, limits
from eal.domain.content.diff import Diff, Edit, FieldDiff

POST = ContentText(title="Burst pipe", body="Close the valve. Call us.\n\nWe come.", slug="burst-pipe")

_ORDERS = (range(120), range(119, -1, -1))
_WORDS = st.lists(
    st.sampled_from(["a", "b", "the", "roof,", "\n\n", " ", "it\u2019s", "é"]), max_size=30
).map("".join)
_TEXTS = st.builds(
    ContentText,
    title=st.none() | _WORDS,
    body=st.none() | _WORDS | st.text(max_size=60),
    hashtags=st.lists(st.sampled_from(["a", "b", "c"]), max_size=3).map(tuple),
)


def _texts(found: FieldDiff) -> tuple[str, str]:
    before = "".join(edit.text for edit in found.edits if edit.op != "insert")
    after = "".join(edit.text for edit in found.edits if edit.op != "delete")
    return before, after


def test_changed_words_are_edits_between_equal_ones() -> None:
    after = replace(POST, body="Close the main valve. Call us now.\n\nWe come.")

    assert diff.between(POST, after) == Diff(
        fields=(
            FieldDiff(
                "body",
                (
                    Edit("equal", "Close the"),
                    Edit("insert", " main"),
                    Edit("equal", " valve. Call us"),
                    Edit("insert", " now"),
                    Edit("equal", ".\n\nWe come."),
                ),
            ),
        ),
        unified="--- body\n+++ body\n@@ -1,3 +1,3 @@\n-Close the valve. Call us.\n"
        "+Close the main valve. Call us now.\n \n We come.\n",
    )


def test_replaced_words_are_one_edit_whatever_space_is_between_them() -> None:
    found = diff.between(ContentText(body="We dry wet walls."), ContentText(body="They clean soaked floors."))

    assert found.fields[0].edits == (
        Edit("delete", "We dry wet walls"),
        Edit("insert", "They clean soaked floors"),
        Edit("equal", "."),
    )


def test_the_first_revision_inserts_everything() -> None:
    found = diff.between(None, POST)

    assert [(field.field, [edit.op for edit in field.edits]) for field in found.fields] == [
        ("title", ["insert"]),
        ("body", ["insert"]),
        ("slug", ["insert"]),
    ]


def test_scenes_hashtags_and_links_are_compared_as_text() -> None:
    before = ContentText(
        scenes=(Scene(narration="Look.", on_screen_text="Valve", seconds=5),), hashtags=("a",)
    )
    after = ContentText(
        scenes=(Scene(narration="Look.", on_screen_text="Valve", seconds=6),),
        hashtags=("a", "b"),
        links=("https://acme.example",),
    )

    found = diff.between(before, after)

    assert [field.field for field in found.fields] == ["scenes", "hashtags", "links"]
    assert [edit for edit in found.fields[0].edits if edit.op != "equal"] == [
        Edit("delete", " 5"),
        Edit("insert", " 6"),
    ]
    assert "+b\n" in found.unified


@settings(max_examples=300, deadline=None)
@given(_TEXTS, _TEXTS)
def test_the_edits_of_each_field_give_both_texts(before: ContentText, after: ContentText) -> None:
    found = diff.between(before, after)

    shown = {field.field: _texts(field) for field in found.fields}
    for field in ("title", "body"):
        old, new = getattr(before, field) or "", getattr(after, field) or ""
        assert shown.get(field, (old, old)) == (old, new)
        assert (field in shown) is (old != new)
    for field_diff in found.fields:
        assert all(edit.text for edit in field_diff.edits)
        assert all(
            first.op != second.op
            for first, second in zip(field_diff.edits, field_diff.edits[1:], strict=False)
        )
    assert found == diff.between(before, after)
    assert found.unified == diff.unified(before, after)


@given(_TEXTS)
def test_equal_texts_have_no_difference(text: ContentText) -> None:
    assert diff.between(text, text) == Diff((), "")


_HARD = {
    "one word": ("a ", "a "),
    "one sentence": ("a. ", "a. "),
    "one line": ("a\n", "a\n"),
    "two words": ("a b ", "b a "),
    "two sentences": ("a. b. ", "b. a. "),
    "words in reverse": tuple("".join(f"w{number} " for number in order) for order in _ORDERS),
    "lines in reverse": tuple("".join(f"w{number}\n" for number in order) for order in _ORDERS),
    "a common word between others": tuple(
        "".join(f"a {word}{number} " for number in range(900)) for word in "xy"
    ),
    "common words between others": tuple(
        "".join(f"w{number % 100} {word}{number} " for number in range(900)) for word in "xy"
    ),
    "common sentences between others": tuple(
        "".join(f"w{number % 100}. {word}{number}. " for number in range(400)) for word in "xy"
    ),
}


@pytest.mark.parametrize("texts", _HARD.values(), ids=list(_HARD))
def test_the_longest_texts_that_are_hard_to_compare_are_compared(texts: tuple[str, str]) -> None:
    size = limits.MAX_BODY_CHARACTERS
    before, after = ((text * (size // len(text) + 1))[:size] for text in texts)

    (found,) = diff.between(ContentText(body=before), ContentText(body=f"{after[:-1]}x")).fields

    assert _texts(found) == (before, f"{after[:-1]}x")
