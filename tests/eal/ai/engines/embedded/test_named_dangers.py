# ruff: noqa: E501 - a row for each kind
"""The phrases that name a danger, whatever a model says, and the grammar that takes one away."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from eal.ai.engines.embedded.calls import named_dangers, reading, windows
from tools.evaluate.calls import transcript
from tools.evaluate.sets import read_sets

if TYPE_CHECKING:
    from eal.ai.engines.embedded.calls.named_dangers import Named

PLAIN = {
    "gas_smell": ("I smell gas in the kitchen.", "There's a gas leak in the basement.", "It smells like rotten eggs.",
                  "Huele a gas.", "Hay una fuga de gas en la cocina.", "Se está saliendo el gas."),
    "carbon_monoxide": ("The carbon monoxide alarm is going off.", "My CO detector keeps beeping.",
                        "The CO alarm started going off again.", "Está sonando la alarma de monóxido.",
                        "El detector de monóxido no se calla.", "La alarma de monóxido está pitando."),
    "fire_burning": ("My neighbor's house is on fire.", "There's a fire in the wall.", "Smoke is coming out of the attic.",
                     "Se está quemando la cocina.", "Hay fuego en el ático.", "Está saliendo humo de la pared."),
    "electrical": ("The panel is sparking.", "I keep getting shocked by the sink.", "There's water in the breaker box.",
                   "El enchufe está echando chispas.", "La lavadora da toques.", "Hay agua en el panel."),
    "person_trapped": ("My child is trapped in the basement.", "Someone is trapped in the elevator.",
                       "He's pinned under the shelf.", "Mi hijo está atrapado en el sótano.",
                       "Estoy encerrada en el baño.", "No podemos salir."),
    "person_hurt": ("My wife is unconscious.", "He's not breathing.", "My dad is having a heart attack.",
                    "Mi esposa está inconsciente.", "Mi mamá no respira.", "Está sangrando mucho."),
    "structure_failing": ("The ceiling is about to collapse.", "The floor is giving way.",
                          "A tree is about to fall on my house.", "El techo se va a caer.", "El piso se está hundiendo.",
                          "La pared está a punto de caerse."),
    "vulnerable_person": ("The baby is sitting in the water.", "My wheelchair-bound father can't get out.",
                          "Our bedridden grandmother can't be moved.", "El bebé está sentado en el agua.",
                          "Mi abuela está en silla de ruedas y no puede salir.", "Mi abuelo no puede bajar."),
    "sewage_exposure": ("My toddler is playing in the sewage.", "Sewage came up and my husband is on chemo.",
                        "The baby is crawling in sewer water.", "Hay aguas negras y tengo un recién nacido.",
                        "Mi bebé está gateando en aguas negras.", "Tengo quimioterapia y se salió el drenaje."),
    "violence": ("My tenant has a gun.", "He's threatening to kill me.", "Someone is in my house.",
                 "Trae una pistola.", "Le está pegando.", "Se metió un hombre a la casa."),
    "fumes": ("She mixed bleach and ammonia.", "My eyes are burning from the fumes.", "The fumes are burning my throat.",
              "Mezclé cloro con amoniaco.", "Me arden los ojos.", "Nos pica la garganta."),
    "medical_power_lost": ("My dad is on oxygen and the power is out.", "His ventilator has no power.",
                           "The power went out and she is on a breathing machine.",
                           "Mi papá usa oxígeno y se fue la luz.", "El concentrador se apagó.",
                           "Estamos sin luz y ella usa respirador."),
}  # fmt: skip
"""Three plain sentences of each kind in English, and three in Spanish."""
HEDGES = (
    "{}",
    "{} But I'm sure it's nothing.",
    "Wrong number, sorry. {}",
    "Agent: Hello?\nCaller: Hi. {} Anyway.",
)


def found(text: str) -> list[Named]:
    return named_dangers.find(windows.sentences(reading.read(text, voicemail=False)))


@pytest.mark.parametrize("hedge", HEDGES)
@pytest.mark.parametrize(
    ("hazard", "sentence"), [(hazard, sentence) for hazard, own in PLAIN.items() for sentence in own]
)
def test_a_danger_in_plain_words_is_found(hazard: str, sentence: str, hedge: str) -> None:
    assert hazard in {named.hazard for named in found(hedge.format(sentence)) if named.present}


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("There's no gas smell.", "denied"),
        ("No huelo a gas.", "denied"),
        ("Nobody is trapped in the elevator.", "denied"),
        ("There was a gas leak last week.", "over"),
        ("Huele a gas. Bueno, ya no.", "over"),
        ("The panel is sparking. I mean it was, the electrician fixed it.", "over"),
        ("La casa está en llamas. Bueno, ya la apagaron.", "over"),
        ("What if the ceiling is about to collapse?", "hypothetical"),
        ("Do you come if I smell gas?", "hypothetical"),
        ("Si huele a gas, ¿a quién llamo?", "hypothetical"),
    ],
)
def test_grammar_takes_a_named_danger_away(text: str, because: str) -> None:
    signs = found(text)

    assert not any(named.present for named in signs)
    assert because in {named.because for named in signs}


@pytest.mark.parametrize(
    "text",
    [
        "Agent: Do you smell gas?\nCaller: Not me.",
        "I'm stuck in traffic.",
        "My son has a nail gun.",
        "The gas bill is too high.",
        "There is trapped moisture in the wall.",
        "I want to fire the contractor.",
    ],
)
def test_other_words_name_none(text: str) -> None:
    assert not any(named.present for named in found(text))


def test_near_misses_of_hands_left_out_are_rarely_named() -> None:
    misses = [
        item
        for item in read_sets("dangers", "fresh")
        if not item.labels["danger"] and item.content["setting"] != "call"
    ]
    raised = sum(any(named.present for named in found(transcript(item))) for item in misses)

    assert len(misses) >= 2_500
    assert raised <= 0.015 * len(misses)


@pytest.mark.parametrize("text", ["gas smell ", "the baby is ", "mixed bleach ", "no ", "a", "water in the "])
def test_the_work_grows_with_the_length(text: str) -> None:
    def seconds(length: int) -> float:
        spoken = windows.sentences(reading.read(text * (length // len(text)), voicemail=False))
        started = time.process_time()
        named_dangers.find(spoken)
        return time.process_time() - started

    seconds(5_000)  # compiles the phrases

    assert seconds(40_000) <= 4 * 2 * max(seconds(10_000), 0.05)
