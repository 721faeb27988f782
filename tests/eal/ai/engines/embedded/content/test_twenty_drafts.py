"""Twenty drafts for twenty briefs, as they are in `snapshots/`. After an intended change of the texts, write them again
with `WRITE_SNAPSHOTS=1 pytest` on this file, and read what has changed.
"""

from __future__ import annotations

import os
import re
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from eal.ai import content_policy
from eal.ai.engines.embedded.content import engine
from tests.eal.ai.engines.embedded.content.briefs import BRIEFS, PUBLISHER

if TYPE_CHECKING:
    from eal.ai.content import ContentText
    from eal.ai.content_assignment import ContentAssignment

SNAPSHOTS = Path(__file__).parent / "snapshots"
MAX_REPEATED = 0.1
OWN = frozenset({"phone#+16145550142"})


def shown(given: ContentAssignment) -> str:
    written, _ = engine.write(given)
    text = written.text
    parts = ("title", "slug", "seo_title", "seo_description", "excerpt")
    lines = [f"{name}: {value}" for name in parts if (value := getattr(text, name))]
    lines += [f"remarks: {', '.join(written.remarks)}", ""]
    lines += [text.body] if text.body else []
    lines += [f"{scene.seconds} s | {scene.on_screen_text} | {scene.narration}" for scene in text.scenes]
    lines += ["", " ".join(f"#{tag}" for tag in text.hashtags)] if text.hashtags else []
    lines += ["", *text.links] if text.links else []
    return "\n".join(lines) + "\n"


def sentences(text: ContentText) -> frozenset[str]:
    """The sentences of body or narration, without headings."""
    everything = "\n".join((text.body or "", *(scene.narration for scene in text.scenes)))
    plain = re.sub(r"^#.*$", "", everything, flags=re.MULTILINE)
    divided = re.split(r"(?<=[.!?])\s+|\n", plain)
    return frozenset(
        re.sub(r"\W+", " ", sentence).strip().lower() for sentence in divided if len(sentence.split()) > 2
    )


@pytest.mark.parametrize("name", BRIEFS)
def test_a_draft_is_as_it_was_read(name: str) -> None:
    snapshot = SNAPSHOTS / f"{name}.txt"
    if os.environ.get("WRITE_SNAPSHOTS"):
        snapshot.write_text(shown(BRIEFS[name]))
    assert shown(BRIEFS[name]) == snapshot.read_text()


def test_there_are_twenty_briefs_and_no_other_snapshots() -> None:
    assert len(BRIEFS) == 20
    assert {path.stem for path in SNAPSHOTS.iterdir()} == set(BRIEFS)
    assert {given.type for given in BRIEFS.values()} == {
        "blog_post", "video_script", "social_post", "review_response",
    }  # fmt: skip


def test_no_two_drafts_share_a_tenth_of_their_sentences() -> None:
    drafts = {name: sentences(engine.write(given)[0].text) for name, given in BRIEFS.items()}

    for (key, first), (other, second) in combinations(drafts.items(), 2):
        assert len(first & second) / min(len(first), len(second)) < MAX_REPEATED, (key, other, first & second)


@pytest.mark.parametrize("name", BRIEFS)
def test_the_content_policy_has_nothing_against_a_draft(name: str) -> None:
    given = BRIEFS[name]
    text = engine.write(given)[0].text
    fields = {"title": text.title or "", "body": text.body or "", "excerpt": text.excerpt or ""}
    fields |= {f"scenes.{number}": scene.narration for number, scene in enumerate(text.scenes)}
    facts = content_policy.PolicyFacts(
        is_published=True,
        answers_review=given.type == "review_response",
        held=PUBLISHER.certifications,
        own_contacts=OWN,
    )

    assert content_policy.text_findings(fields, facts) == ()
