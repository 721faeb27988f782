"""Revisions by instructions: what is understood, what it changes, and what a remark says about the rest."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from typing import TYPE_CHECKING, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eal.ai import content_policy
from eal.ai.content import Brief, ContentText, ContentType, Scene
from eal.ai.content_assignment import ContentAssignment, ReviewText
from eal.ai.engines.embedded.content import engine, orders, revising
from eal.domain.content import limits
from tests.eal.ai.engines.embedded.content.briefs import BRIEFS, PUBLISHER

if TYPE_CHECKING:
    from eal.ai.content_assignment import WrittenContent
    from eal.ai.engines.embedded.content.orders import Kind

POST = BRIEFS["01-blog-burst-pipe"]
SCRIPT = BRIEFS["12-video-hidden-leaks"]
SOCIAL = BRIEFS["16-social-instagram-photos"]
RESPONSE = BRIEFS["20-response-two-stars"]


def revised(
    given: ContentAssignment, instructions: str, current: ContentText | None = None
) -> WrittenContent:
    text = current or engine.write(given)[0].text
    return revising.revise(replace(given, current=text, instructions=instructions))[0]


def words(text: ContentText) -> str:
    return "\n".join((text.title or "", text.body or "", *(scene.narration for scene in text.scenes)))


@pytest.mark.parametrize(
    ("instructions", "kinds"),
    [
        ("Make it shorter.", ["shorter"]),
        ("Could you please trim it down a bit?", ["shorter"]),
        ("It's too long", ["shorter"]),
        ("make it longer and more detailed", ["longer"]),
        ("Add another section", ["longer"]),
        ("shorter and warmer please", ["shorter", "friendly"]),
        ("Use a more formal tone", ["formal"]),
        ("Less formal", ["friendly"]),
        ("Sound more compassionate", ["empathetic"]),
        ('Change the title to "Stay calm and dry"', ["set_title"]),
        ("Change the title to Stay calm", ["set_title"]),
        ("Give it a catchier headline", ["new_title"]),
        ('Replace "plumber" with "professional plumber"', ["replace"]),
        ('Use "we" instead of "our company"', ["replace"]),
        ("Remove the hashtags and add #Columbus", ["remove_hashtags", "add_hashtags"]),
        ("Add the link https://acme.example.com/blog", ["add_links"]),
        ("Without links", ["remove_links"]),
        ("Remove the call to action", ["remove_closing"]),
        ("Add a call to action", ["add_closing"]),
        ("tell readers to call us", ["add_closing"]),
        ("Remove the section about insurance", ["remove_part"]),
        ("drop the last paragraph", ["remove_part"]),
        ("Delete the insurance section, and mention Dublin", ["remove_part", "say"]),
        ("No exclamation marks!", ["calm"]),
        ("Don't mention the plumber", ["remove_words"]),
        ("Remove the word flood", ["remove_words"]),
        ("Add the keywords sump pump and basement", ["add_keywords"]),
        ("Mention that we are open on Saturdays", ["state"]),
        ("Say that we speak Spanish. Mention sump pumps.", ["state", "say"]),
        ("Write it for landlords", ["audience"]),
        ("- shorter\n- friendlier\n- mention Dublin", ["shorter", "friendly", "say"]),
    ],
)
def test_usual_instructions_are_understood(instructions: str, kinds: list[Kind]) -> None:
    found = orders.read(instructions)

    assert [order.kind for order in found.orders] == kinds
    assert found.not_understood == ()


@pytest.mark.parametrize(
    ("instructions", "unknown"),
    [
        ("Make it pop", ("Make it pop",)),
        ("Make it shorter. Channel your inner Hemingway.", ("Channel your inner Hemingway",)),
        ("42", ()),
    ],
)
def test_what_is_not_understood_is_said(instructions: str, unknown: tuple[str, ...]) -> None:
    written = revised(POST, instructions)

    assert orders.read(instructions).not_understood == unknown
    assert [remark for remark in written.remarks if remark.startswith("not_understood")] == [
        f"not_understood:{remark}" for remark in unknown
    ]
    assert written.unsure


def test_quoted_words_are_no_orders() -> None:
    found = orders.read('Mention that a customer wrote "remove the title and make it shorter".')

    assert [order.kind for order in found.orders] == ["state"]


@pytest.mark.parametrize("assignment", [POST, SCRIPT, SOCIAL, RESPONSE])
def test_shorter_and_longer_change_the_number_of_words(assignment: ContentAssignment) -> None:
    before = len(words(engine.write(assignment)[0].text).split())

    shorter, longer = revised(assignment, "shorter"), revised(assignment, "longer")

    assert len(words(shorter.text).split()) < 0.9 * before
    assert len(words(longer.text).split()) > before
    assert shorter.remarks == ("applied:shorter",)
    assert longer.remarks == ("applied:longer",)


def test_longer_adds_nothing_that_is_there_already() -> None:
    current: ContentText | None = None
    for _ in range(8):
        current = revised(POST, "longer", current).text

    body = current.body if current else None
    headings = re.findall(r"^## .*$", body or "", re.MULTILINE)
    first = [section.split("\n\n")[1][:60] for section in (body or "").split("\n\n## ")[1:]]
    assert len(first) == len(set(first)), headings


def test_a_tone_goes_on_and_off() -> None:
    formal = revised(POST, "Make it formal")

    assert not re.search(r"\w(?:n't|'re|'ll)\b", formal.text.body or "")
    friendly = revised(POST, "friendlier", formal.text)
    assert re.search(r"\w(?:n't|'re|'ll)\b", friendly.text.body or "")
    assert revised(RESPONSE, "more empathetic").text.body != engine.write(RESPONSE)[0].text.body


def test_a_title_is_set_with_its_seo_title_and_not_the_slug() -> None:
    before = engine.write(POST)[0].text

    after = revised(POST, 'Set the title to "Water at night"').text

    assert (after.title, after.seo_title) == (
        "Water at night",
        f"Water at night | {PUBLISHER.name}",
    )
    assert after.slug == before.slug
    assert revised(POST, "Another title").text.title != before.title


def test_words_are_replaced_and_removed() -> None:
    assert "shutoff" in words(engine.write(POST)[0].text)
    replaced = words(revised(POST, 'Replace "shutoff" with "valve that closes"').text)
    assert "shutoff" not in replaced
    assert "valve that closes" in replaced
    without = revised(POST, "Don't mention the shutoff").text
    assert "shutoff" not in (without.body or "")
    assert len((without.body or "").split()) > 200


def test_a_part_is_removed_by_its_words_or_its_place() -> None:
    text = ContentText(
        title="T",
        body="Intro.\n\n## About pipes\n\nOne.\n\n## The insurance question\n\nTwo.\n\n## End\n\nThree.",
        slug="t",
    )

    assert revised(POST, "Remove the section about insurance", text).text.body == (
        "Intro.\n\n## About pipes\n\nOne.\n\n## End\n\nThree."
    )
    assert revised(POST, "Drop the first section", text).text.body == (
        "Intro.\n\n## The insurance question\n\nTwo.\n\n## End\n\nThree."
    )
    gone = revised(POST, "Remove the section about zebras", text)
    assert gone.text == text
    assert gone.remarks == ("no_effect:remove_part:zebras",)


def test_a_scene_is_removed_and_added_before_the_last() -> None:
    text = ContentText(
        title="T",
        scenes=tuple(
            Scene(narration=narration, on_screen_text=narration, seconds=3)
            for narration in ("Hello.", "The valve.", "The end.")
        ),
    )

    assert [
        scene.narration for scene in revised(SCRIPT, "Remove the scene about the valve", text).text.scenes
    ] == [
        "Hello.",
        "The end.",
    ]
    added = revised(SCRIPT, "Mention that we answer at night.", text).text.scenes
    assert [scene.narration for scene in added][-2:] == ["We answer at night.", "The end."]


def test_hashtags_and_links_are_added_and_removed() -> None:
    before = engine.write(SOCIAL)[0].text

    after = revised(SOCIAL, "Add #ColumbusOhio and add the link https://acme.example.com/x").text

    assert after.hashtags == (*before.hashtags, "ColumbusOhio")
    assert after.links == ("https://acme.example.com/x",)
    assert revised(SOCIAL, "no hashtags, remove the links", after).text.hashtags == ()


def test_a_keyword_is_used_once() -> None:
    once = revised(POST, "Add the keyword sump pump")
    twice = revised(POST, "Add the keyword sump pump", once.text)

    assert "Sump pump: " in (once.text.body or "")
    assert twice.text == once.text
    assert twice.remarks == ("no_effect:add_keywords:sump pump",)


@pytest.mark.parametrize(
    ("instructions", "rule"),
    [
        ("Say that your insurance will cover it", "coverage_promise"),
        ("Mention that we will be there in 30 minutes", "arrival_promise"),
        ('Change the title to "The best restoration company in town"', "superlative"),
        ("Mention that we are IICRC certified since the start", "licence_claim"),
    ],
)
def test_what_the_policy_forbids_is_left_out(instructions: str, rule: str) -> None:
    written = revised(POST, instructions)

    assert written.text == engine.write(POST)[0].text
    assert written.remarks == (f"left_out:{rule}",)


INSTRUCTIONS = (
    "shorter", "longer", "friendlier", "more formal", "more empathetic", "new title", 'Change the title to "X y"',
    "Remove the section about pipes", "remove the last paragraph", "Add the keyword zebra",
    "Mention that we speak Spanish",
    "Don't mention water", "Add a call to action", "Remove the call to action", "No emojis", "Write it for renters",
    "Add #Ohio", "Remove the hashtags", "Add the link https://acme.example.com/a", 'Replace "the" with "a"', "dance",
)  # fmt: skip


@given(
    st.sampled_from(sorted(BRIEFS)),
    st.lists(st.sampled_from(INSTRUCTIONS), min_size=1, max_size=5),
)
def test_any_sequence_of_instructions_keeps_the_type_and_the_limits(name: str, sequence: list[str]) -> None:
    assignment = BRIEFS[name]
    text = engine.write(assignment)[0].text
    for instructions in sequence:
        text = revised(assignment, instructions, text).text

    limits.check_text(assignment.type, assignment.brief.network, text)
    everything = "\n".join((words(text), text.excerpt or ""))
    facts = content_policy.PolicyFacts(
        is_published=True,
        answers_review=assignment.type == "review_response",
        held=PUBLISHER.certifications,
        own_contacts=frozenset({"phone#+16145550142"}),
    )
    assert not content_policy.blocks(content_policy.text_findings({"body": everything}, facts))
    assert "\n\n\n" not in (text.body or "")


@given(st.text(max_size=400), st.sampled_from(get_args(ContentType.__value__)))
def test_any_instructions_give_a_text_and_a_remark(instructions: str, kind: ContentType) -> None:
    given = ContentAssignment(
        type=kind,
        brief=Brief(topic="burst pipe", network="x"),
        publisher=PUBLISHER,
        review=ReviewText(rating=3, text="Fine."),
    )
    text = engine.write(given)[0].text

    written = revised(given, instructions, text)

    assert written.text.body or written.text.scenes


@pytest.mark.parametrize(
    "piece", ["a ", '"', "and add ", "remove the ", "'x' ", "#a ", "change the title to "]
)
def test_hostile_instructions_of_the_longest_length_end(piece: str) -> None:
    """It takes less than 0.1 s, and minutes if a pattern backtracks without bound."""
    text = engine.write(POST)[0].text
    begun = time.process_time()
    written = revised(POST, piece * (2_000 // len(piece)), text)

    assert time.process_time() - begun < 1
    assert written.text.body
