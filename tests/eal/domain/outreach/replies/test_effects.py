"""The table of effects: what each class of a reply changes."""

from __future__ import annotations

import pytest

from eal.ai.replies import AUTOMATIC_HEADERS, BOUNCE_HEADERS, DEAD_MAILBOX, MACHINES, ReplyClass
from eal.core.clock import parse
from eal.domain.outreach.replies.effects import (
    DEAD,
    EFFECTS,
    HUMAN,
    NOTHING,
    Effect,
    corrected_effect,
    effect_of,
)
from eal.domain.outreach.replies.model import Run

HUMANS = [one for one in ReplyClass if one not in MACHINES]
SUPPRESSED = {ReplyClass.UNSUBSCRIBE: "unsubscribed", ReplyClass.HOSTILE: "hostile"}


def run(classification: ReplyClass, *reasons: str, unsure: bool = False) -> Run:
    return Run(
        at=parse("2026-04-24T17:42:11.314Z"),
        classification=classification,
        confidence=0.9,
        unsure=unsure,
        reasons=reasons,
        engine="embedded",
        model="replies-2",
        input_sha256="0" * 64,
    )


def test_every_class_has_an_effect() -> None:
    assert EFFECTS.keys() == {*ReplyClass}


@pytest.mark.parametrize("one", HUMANS)
def test_every_human_reply_stops_its_sequence(one: ReplyClass) -> None:
    effect = effect_of(run(one))

    assert effect.stop is not None
    assert effect.prospect in ("replied", "opted_out")
    assert effect.suppress == SUPPRESSED.get(one)


@pytest.mark.parametrize("one", sorted(MACHINES))
def test_machine_mail_pauses_at_most(one: ReplyClass) -> None:
    assert effect_of(run(one)) == Effect(pauses=one is ReplyClass.OUT_OF_OFFICE)


@pytest.mark.parametrize("one", [ReplyClass.AUTO_REPLY, ReplyClass.BOUNCE])
def test_a_dead_mailbox_is_suppressed(one: ReplyClass) -> None:
    assert effect_of(run(one, DEAD_MAILBOX)) == DEAD
    assert corrected_effect(one, run(one, DEAD_MAILBOX)) == DEAD
    assert corrected_effect(one, run(one)) == NOTHING
    assert corrected_effect(one, None) == NOTHING


@pytest.mark.parametrize("one", ReplyClass)
def test_an_unsure_class_stops_like_a_human_reply(one: ReplyClass) -> None:
    assert effect_of(run(one, unsure=True)) == HUMAN


@pytest.mark.parametrize("one", sorted(MACHINES))
@pytest.mark.parametrize("headers", [AUTOMATIC_HEADERS, BOUNCE_HEADERS])
def test_an_unsure_class_of_what_headers_show_to_be_a_machines_stops_nothing(
    one: ReplyClass, headers: str
) -> None:
    effect = effect_of(run(one, headers, DEAD_MAILBOX, unsure=True))

    assert (effect.stop, effect.suppress, effect.prospect) == (None, None, None)


@pytest.mark.parametrize("one", HUMANS)
def test_a_persons_word_needs_no_certainty(one: ReplyClass) -> None:
    assert corrected_effect(one, run(ReplyClass.OTHER, unsure=True)) == EFFECTS[one]
