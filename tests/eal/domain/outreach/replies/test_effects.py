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
from eal.domain.outreach.replies.model import ReplyRun

HUMANS = [reply_class for reply_class in ReplyClass if reply_class not in MACHINES]
SUPPRESSED = {ReplyClass.UNSUBSCRIBE: "unsubscribed", ReplyClass.HOSTILE: "hostile"}


def run(classification: ReplyClass, *reasons: str, unsure: bool = False) -> ReplyRun:
    return ReplyRun(
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


@pytest.mark.parametrize("reply_class", HUMANS)
def test_every_human_reply_stops_its_sequence(reply_class: ReplyClass) -> None:
    effect = effect_of(run(reply_class))

    assert effect.stop is not None
    assert effect.prospect in ("replied", "opted_out")
    assert effect.suppress == SUPPRESSED.get(reply_class)


@pytest.mark.parametrize("reply_class", sorted(MACHINES))
def test_machine_mail_pauses_at_most(reply_class: ReplyClass) -> None:
    assert effect_of(run(reply_class)) == Effect(pauses=reply_class is ReplyClass.OUT_OF_OFFICE)


@pytest.mark.parametrize("reply_class", [ReplyClass.AUTO_REPLY, ReplyClass.BOUNCE])
def test_a_dead_mailbox_is_suppressed(reply_class: ReplyClass) -> None:
    assert effect_of(run(reply_class, DEAD_MAILBOX)) == DEAD
    assert corrected_effect(reply_class, run(reply_class, DEAD_MAILBOX)) == DEAD
    assert corrected_effect(reply_class, run(reply_class)) == NOTHING
    assert corrected_effect(reply_class, None) == NOTHING


@pytest.mark.parametrize("reply_class", ReplyClass)
def test_an_unsure_class_stops_like_a_human_reply(reply_class: ReplyClass) -> None:
    assert effect_of(run(reply_class, unsure=True)) == HUMAN


@pytest.mark.parametrize("reply_class", sorted(MACHINES))
@pytest.mark.parametrize("headers", [AUTOMATIC_HEADERS, BOUNCE_HEADERS])
def test_an_unsure_class_of_what_headers_show_to_be_a_machines_stops_nothing(
    reply_class: ReplyClass, headers: str
) -> None:
    effect = effect_of(run(reply_class, headers, DEAD_MAILBOX, unsure=True))

    assert (effect.stop, effect.suppress, effect.prospect) == (None, None, None)


@pytest.mark.parametrize("reply_class", HUMANS)
def test_a_persons_word_needs_no_certainty(reply_class: ReplyClass) -> None:
    assert corrected_effect(reply_class, run(ReplyClass.OTHER, unsure=True)) == EFFECTS[reply_class]
