"""Texts of the writer for any brief: filled, within the limits, clean of what the content policy forbids."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eal.ai import content_policy
from eal.ai.content import Brief, ContentType, Length, Network
from eal.ai.content_assignment import ContentAssignment, Publisher, ReviewText
from eal.ai.engines.embedded.content import engine, library, opinions
from eal.ai.engines.embedded.content.wording import formal, friendly, shortened, slug_of, titled
from eal.ai.tone import Tone
from eal.domain.content import limits
from tests.eal.ai.engines.embedded.content.briefs import BRIEFS, PUBLISHER

if TYPE_CHECKING:
    from collections.abc import Iterator

TOPICS = (
    "water damage",
    "What to do when a pipe bursts at night",
    "mold in the attic",
    "5 signs of a hidden leak",
    "kitchen fire",
    "Getting your home ready for hurricane season",
    "sewage backup",
    "insurance claim photos",
    "spring cleaning",
    "We moved to a new office in Dublin",
    "Join us for the food drive on Saturday",
    "Happy holidays from all of us",
    "choosing a contractor",
    "office building emergency plan",
    "quantum chromodynamics",
    "Why?",
    "the color blue and how we feel about it on long winter evenings by the fire with a book in hand",
)
AUDIENCES = (
    None,
    "homeowners",
    "property managers",
    "dentists",
    "people who, for whatever reason, keep bees; many",
)
KEYWORDS = (
    "water damage restoration Columbus",
    "sump pump",
    "near me",
    "IICRC",
    "zebra crossing",
    "adjuster",
    "24/7",
)
BARE = Publisher(name="Bay Restoration", industry="restoration")
ASSIGNMENTS = st.builds(
    ContentAssignment,
    type=st.sampled_from(
        [
            content_type
            for content_type in get_args(ContentType.__value__)
            if content_type != "review_response"
        ]
    ),
    brief=st.builds(
        Brief,
        topic=st.sampled_from(TOPICS),
        keywords=st.lists(st.sampled_from(KEYWORDS), max_size=5, unique=True).map(tuple),
        tone=st.sampled_from([None, *get_args(Tone.__value__)]),
        audience=st.sampled_from(AUDIENCES),
        length=st.sampled_from([None, *get_args(Length.__value__)]),
        network=st.sampled_from(get_args(Network.__value__)),
    ),
    publisher=st.sampled_from([PUBLISHER, BARE]),
    seed=st.text(max_size=3),
)


def everything(given: ContentAssignment) -> str:
    text = engine.write(given)[0].text
    scenes = (f"{scene.narration} {scene.on_screen_text}" for scene in text.scenes)
    return "\n".join((text.title or "", text.body or "", text.excerpt or "", *scenes, *text.hashtags))


def findings(words: str, assignment: ContentAssignment) -> tuple[content_policy.Finding, ...]:
    facts = content_policy.PolicyFacts(
        is_published=True,
        answers_review=assignment.type == "review_response",
        held=assignment.publisher.certifications,
        own_contacts=frozenset({"phone#+16145550142"}),
    )
    return content_policy.text_findings({"body": words}, facts)


@given(ASSIGNMENTS)
def test_a_draft_is_complete_within_the_limits_and_clean(assignment: ContentAssignment) -> None:
    words = everything(assignment)
    text = engine.write(assignment)[0].text

    limits.check_text(assignment.type, assignment.brief.network, text)
    assert not re.search(r"[{}]|\bNone\b|  +\S|\|$", words)
    assert findings(words, assignment) == ()
    if text.seo_title:
        assert len(text.seo_title) <= limits.MAX_SEO_TITLE_CHARACTERS
        assert len(text.seo_description or "") <= limits.MAX_SEO_DESCRIPTION_CHARACTERS
        assert len(text.slug or "") <= limits.MAX_SLUG_CHARACTERS


@given(ASSIGNMENTS)
def test_keywords_are_in_a_post_as_they_are_spelled(assignment: ContentAssignment) -> None:
    given = replace(assignment, type="blog_post")

    words = everything(given).lower()

    assert all(keyword.lower() in words for keyword in given.brief.keywords)


@given(ASSIGNMENTS)
def test_the_tenant_is_described_by_its_settings_only(assignment: ContentAssignment) -> None:
    words = everything(replace(assignment, publisher=BARE)).lower()

    for fact in (*PUBLISHER.service_areas, "614", "acme", "IICRC Certified Firm"):
        assert fact.lower() not in words or fact in str(assignment.brief)


@given(
    st.text(max_size=300),
    st.text(max_size=80),
    st.text(max_size=200),
    st.sampled_from(get_args(ContentType.__value__)),
)
def test_any_words_of_a_brief_give_a_text(topic: str, keyword: str, audience: str, kind: ContentType) -> None:
    brief = Brief(topic=topic, keywords=(keyword,), audience=audience, network="x")
    review = ReviewText(rating=3, text=topic)
    given = ContentAssignment(type=kind, brief=brief, publisher=PUBLISHER, review=review)

    written, _ = engine.write(given)

    assert written.text.body or written.text.scenes
    if kind == "social_post":
        limits.check_text(kind, "x", written.text)


def test_the_same_assignment_gives_the_same_text_and_another_seed_another_one() -> None:
    given = BRIEFS["01-blog-burst-pipe"]

    texts = {engine.write(replace(given, seed=str(number)))[0].text.body for number in range(10)}

    assert engine.write(given)[0] == engine.write(given)[0]
    assert len(texts) == 10


def test_the_length_of_the_brief_is_that_of_the_text() -> None:
    given = BRIEFS["08-blog-storm"]
    words = [
        len(everything(replace(given, brief=replace(given.brief, length=length))).split())
        for length in ("short", "medium", "long")
    ]

    assert words == sorted(words)
    assert words[2] > 1.7 * words[0]


def test_the_tone_of_the_brief_is_that_of_the_text() -> None:
    given = BRIEFS["08-blog-storm"]
    texts = {
        tone: everything(replace(given, brief=replace(given.brief, tone=tone)))
        for tone in get_args(Tone.__value__)
    }

    assert not re.search(
        r"\w(?:n't|'re|'ll)\b",
        engine.write(replace(given, brief=replace(given.brief, tone="formal")))[0].text.body or "",
    )
    assert len(texts["brief"].split()) < len(texts["professional"].split())
    assert len(set(texts.values())) == len(texts)
    leads = library.sentences("shared.toml")["empathetic_leads"]
    assert any(lead.replace("{place}", "home") in texts["empathetic"] for lead in leads)


@pytest.mark.parametrize(
    ("topic", "remark"),
    [
        ("burst pipe", "topic:burst_pipe"),
        ("frozen pipes", "topic:frozen_pipes"),
        ("Smoke smell in the curtains", "topic:smoke_odor"),
        ("hail on the roof", "topic:storm_damage"),
        ("hurricane season", "topic:storm_prep"),
        ("basement flooding and the sump pump", "topic:basement"),
        ("mold removal", "topic:mold_found"),
        ("How to prevent mold", "topic:mold_prevention"),
        ("documenting a claim", "topic:claim_documentation"),
        ("We hired a new estimator", "topic:hire"),
        ("We are hiring technicians", "topic:jobs"),
        ("Celebrating 20 years in business", "topic:milestone"),
        ("ice on the roof", "topic:frozen_pipes"),
        ("wet documents", "topic:contents"),
        ("Tornado cleanup", "topic:storm_damage"),
        ("puffback soot", "topic:smoke_odor"),
        ("dry ice blasting", "topic_not_understood"),
        ("Protect our homes from frozen pipes", "topic:frozen_pipes"),
        ("What happens after a fire", "topic:after_fire"),
        ("Thanksgiving cooking safety", "topic:fire_prevention"),
        ("the history of jazz", "topic_not_understood"),
    ],
)
def test_the_topic_selects_what_is_written(topic: str, remark: str) -> None:
    given = ContentAssignment(type="blog_post", brief=Brief(topic=topic), publisher=PUBLISHER)

    written, _ = engine.write(given)

    assert remark in written.remarks
    assert written.unsure == (remark == "topic_not_understood")
    assert topic.split()[-1].lower() in everything(given).lower()


@pytest.mark.parametrize(
    ("brief", "remark"),
    [
        (Brief(topic="Your insurance will cover it all"), "left_out:coverage_promise"),
        (Brief(topic="mold", keywords=("best restoration company",)), "left_out:superlative"),
        (Brief(topic="mold", audience="call 415-555-0199"), "left_out:unknown_contact"),
    ],
)
def test_what_the_policy_forbids_is_left_out_with_a_remark(brief: Brief, remark: str) -> None:
    given = ContentAssignment(type="blog_post", brief=brief, publisher=PUBLISHER)

    written, _ = engine.write(given)

    assert remark in written.remarks
    assert written.unsure
    assert findings(everything(given), given) == ()


def _texts() -> Iterator[tuple[str, str]]:
    for article in library.articles():
        yield from (
            (article.name, text)
            for text in article.titles + article.summaries + article.openings + article.hooks
        )
        for section in article.sections:
            yield from ((article.name, text) for text in (*section.headings, *section.texts))
        for point in article.points:
            yield from ((article.name, text) for text in (point.say, point.show))
    for audience in library.audiences():
        yield from ((audience.name, text) for text in audience.leads)
        yield from ((audience.name, text) for section in audience.sections for text in section.texts)
        yield from ((audience.name, point.say) for point in audience.points)
    for term in library.terms():
        yield from ((term.cues.pattern, text) for text in term.texts)
    for file in ("shared.toml", "news.toml", "responses.toml"):
        for name, texts in library.sentences(file).items():
            yield from ((f"{file} {name}", text) for text in texts)


def test_no_text_of_the_library_promises_or_claims_anything() -> None:
    """The content policy reads all of them as if the tenant held nothing."""
    for place, text in _texts():
        facts = content_policy.PolicyFacts(is_published=True, answers_review="responses" in place, held=())
        plain = text.translate(str.maketrans("", "", "{}"))
        assert content_policy.text_findings({"body": plain}, facts) == (), place
        assert not re.search(r"\b(?:since \d{4}|24/7|award|family-owned|veteran)\b", text), (place, text)


def test_no_sentence_is_in_two_articles() -> None:
    places: dict[str, str] = {}
    for article in library.articles():
        for section in article.sections:
            for sentence in re.split(r"(?<=[.!?])\s+|\n", "\n".join(section.texts)):
                if len(sentence.split()) > 3:
                    assert places.setdefault(sentence, article.name) == article.name, sentence


@pytest.mark.parametrize(
    ("rating", "text", "praised", "criticised"),
    [
        (5, "The crew was friendly and fast.", {"speed", "crew"}, set()),
        (5, "They explained every step.", {"communication"}, set()),
        (2, "Polite guys, but nobody called us back.", {"crew"}, {"communication"}),
        (1, "The bill was far too high.", set(), {"price"}),
        (3, "Great work. They left a mess, though.", {"quality"}, {"cleanliness"}),
        (4, "Helped with the insurance paperwork.", {"insurance"}, set()),
        (5, "", set(), set()),
        (5, "No complaints at all, nothing was broken.", {"quality"}, set()),
        (1, "No one showed up.", set(), {"speed"}),
        (5, "The adjuster never saw better documents.", {"insurance"}, set()),
        (3, "The claim is still open.", set(), {"insurance"}),
    ],
)
def test_a_review_praises_and_criticises(
    rating: int, text: str, praised: set[str], criticised: set[str]
) -> None:
    found = opinions.opinion(text, rating)

    assert set(found.praised) == praised
    assert set(found.criticised) == criticised


@given(
    st.sampled_from([None, 1, 2, 3, 4, 5]),
    st.lists(
        st.sampled_from(
            [
                "Great crew.",
                "Late again!",
                "Dana was rude",
                "but the price was fair",
                "At 12 Oak Street.",
                "Offer me a refund",
                "mold",
            ]
        ),
        max_size=5,
    ),
    st.sampled_from(get_args(Length.__value__)),
    st.sampled_from([None, *get_args(Tone.__value__)]),
    st.text(max_size=2),
)
def test_a_response_admits_offers_and_repeats_nothing(
    rating: int | None, clauses: list[str], length: Length, tone: Tone | None, seed: str
) -> None:
    review = ReviewText(rating=rating, text=" ".join(clauses))
    brief = Brief(review_id="review_1", length=length, tone=tone)
    given = ContentAssignment(
        type="review_response", brief=brief, publisher=PUBLISHER, review=review, seed=seed
    )

    words = everything(given)

    assert findings(words, given) == ()
    for personal in ("Dana", "Oak", "refund"):
        assert personal not in words
    assert PUBLISHER.name in words
    if rating in {1, 2}:
        assert "614-555-0142" in words
        assert "made our day" not in words


def _response(rating: int, text: str, tone: Tone | None = None) -> str:
    brief = Brief(review_id="review_1", tone=tone)
    review = ReviewText(rating=rating, text=text)
    given = ContentAssignment(type="review_response", brief=brief, publisher=PUBLISHER, review=review)
    return engine.write(given)[0].text.body or ""


@pytest.mark.parametrize("rating", [1, 3, 5])
def test_a_response_to_stars_alone_speaks_of_no_words(rating: int) -> None:
    assert not re.search(r"\b(?:review|words|write|writing|read|describe|note)\b", _response(rating, " "))


def test_a_review_that_is_meant_for_another_company_gets_no_regret() -> None:
    words = _response(1, "I never hired this company. Wrong business.")

    assert "meant for" in words
    assert not any(sentence in words for sentence in library.sentences("responses.toml")["regret"])


def test_the_tone_is_that_of_a_response_and_a_script_too() -> None:
    tones = get_args(Tone.__value__)
    responses = {tone: _response(2, "They were late and left a mess.", tone) for tone in tones}
    script = BRIEFS["12-video-hidden-leaks"]
    formal_script = everything(replace(script, brief=replace(script.brief, tone="formal")))
    empathy = library.sentences("responses.toml")["empathetic_1"]

    assert any(sentence in responses["empathetic"] for sentence in empathy)
    assert len(responses["brief"].split()) < len(responses["professional"].split())
    assert responses["formal"].endswith(
        ("Sincerely, Acme Restoration of Columbus", "Respectfully, Acme Restoration of Columbus")
    )
    assert not re.search(r"\b(?:Hi|Hello)\b|n't\b", formal_script)


def test_a_keyword_stands_in_the_section_that_has_its_words() -> None:
    brief = Brief(topic="burst pipe", keywords=("wet drywall",), length="long")
    body = (
        engine.write(ContentAssignment(type="blog_post", brief=brief, publisher=PUBLISHER))[0].text.body or ""
    )
    section = next(part for part in body.split("## ") if "**Wet drywall:**" in part)

    assert len(re.findall("drywall", section, re.IGNORECASE)) > 1


def test_news_with_an_exclamation_mark_is_one_sentence() -> None:
    brief = Brief(topic="We are opening a second office in Dublin!", keywords=("office Dublin",))

    words = everything(ContentAssignment(type="blog_post", brief=brief, publisher=PUBLISHER))

    assert not re.search(r"!\.|!:", words)
    assert "search" not in words


@pytest.mark.parametrize(
    ("topic", "title"),
    [
        ("Top 10 signs of a hidden leak", "Signs of a Hidden Leak"),
        ("24 hours after a flood", "24 Hours After a Flood"),
        ("is it safe to stay with mold?", "Is It Safe to Stay With Mold?"),
        ("DRY ICE BLASTING IN HOMES", "Dry Ice Blasting in Homes"),
    ],
)
def test_a_title_promises_no_count_and_does_not_shout(topic: str, title: str) -> None:
    given = ContentAssignment(type="blog_post", brief=Brief(topic=topic), publisher=PUBLISHER)

    assert engine.write(given)[0].text.title == title


def test_a_formal_post_has_a_title_without_contractions() -> None:
    for seed in map(str, range(8)):
        brief = Brief(topic="burst pipe", tone="formal")
        given = ContentAssignment(type="blog_post", brief=brief, publisher=PUBLISHER, seed=seed)
        assert "n't" not in (engine.write(given)[0].text.title or "")


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("how to dry a wet basement", "How to Dry a Wet Basement"),
        ("EPA advice on mold", "EPA Advice on Mold"),
        ("a word on iPhones", "A Word on iPhones"),
    ],
)
def test_a_topic_becomes_a_title(text: str, title: str) -> None:
    assert titled(text) == title


def test_slugs_have_letters_digits_and_hyphens() -> None:
    assert slug_of("Don't Panic! Caf\u00e9 & 3 Pipes") == "dont-panic-cafe-3-pipes"
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug_of("word " * 60))
    assert slug_of("\u6c34") == "post"


def test_a_text_is_shortened_between_words() -> None:
    assert shortened("Where the water comes from and the reasons", 32) == "Where the water comes from"
    assert shortened("short", 10) == "short"


def test_contractions_come_and_go() -> None:
    assert formal("It's wet, don't wait! You'll see.") == "It is wet, do not wait. You will see."
    assert friendly("Dry what is behind it is the rule. If it is wet, do not wait.") == (
        "Dry what is behind it is the rule. If it's wet, don't wait."
    )
