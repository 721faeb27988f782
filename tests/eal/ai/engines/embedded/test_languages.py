"""The language of a caller: English unless another one is clear."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eal.ai.engines.embedded.language.languages import spoken
from tools.evaluate.calls import transcript
from tools.evaluate.sets import read_sets

SPANISH_SPEAKERS = {"cruz", "house", "elm", "jude"}
"""Authors of calls, a few of which are in another language than English."""


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("", "en"),
        ("No sparks, no crackling, no weird sounds.", "en"),
        ("I'm on Calle de la Rosa, by the old Casa Grande.", "en"),
        ("Huele a gas en la cocina.", "es"),
        ("tengo agua en toda la casa y no para de salir", "es"),
        ("Il y a de l'eau dans ma cave, vous pouvez venir ?", "fr"),
        ("Tem água na minha cozinha e eu não sei o que fazer.", "pt"),
        ("Gen dlo nan kay mwen, tanpri ede m.", "ht"),
        ("Nhà tôi bị nước vào, xin anh chị cho người đến.", "vi"),
        ("Das Wasser ist in meinem Keller und wir haben keine Pumpe.", "de"),
        ("дома течёт вода", "ru"),
        ("지하실에 물이 찼어요", "ko"),
        ("يوجد ماء في القبو", "ar"),
    ],
)
def test_a_language_is_named_by_its_frequent_words_or_its_script(text: str, language: str) -> None:
    assert spoken(text) == language


def test_english_calls_are_english() -> None:
    items = [item for item in read_sets("classify_call", "all") if item.author not in SPANISH_SPEAKERS]

    assert len(items) > 6_500
    assert [item.id for item in items if spoken(transcript(item)) != "en"] == []


def test_spanish_calls_of_hands_left_out_are_spanish() -> None:
    calls = [
        item
        for item in read_sets("dangers", "fresh")
        if item.content["setting"] == "call" and item.content["language"] == "es"
    ]
    spanish = sum(spoken(transcript(item)) == "es" for item in calls)

    assert len(calls) >= 80
    assert spanish >= 0.95 * len(calls)


@given(st.text())
def test_any_text_has_a_language(text: str) -> None:
    assert spoken(text)
