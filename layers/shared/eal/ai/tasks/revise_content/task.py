"""The task `revise_content`: its input is `eal.ai.content_assignment.ContentAssignment` with the present text and
instructions, its output `WrittenContent`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from eal.ai.content import ContentText
from eal.ai.engines.bedrock.engine import Question
from eal.ai.engines.embedded.content import engine as embedded
from eal.ai.engines.embedded.content import revising
from eal.ai.tasks.prompt import Prompt, prompt
from eal.ai.tasks.task import AiTask, Consultation
from eal.ai.tasks.write_content import rules

if TYPE_CHECKING:
    from eal.ai.content_assignment import ContentAssignment, WrittenContent
    from eal.ai.tasks.write_content.answer import ContentAnswer

NAME = "revise_content"
VERSION = 1
"""The number of the prompt file. A change of the prompt's text or the rules is a new number."""


def _consultation(given: ContentAssignment) -> Consultation[ContentAnswer, WrittenContent]:
    current = given.current or ContentText()
    question = Question(
        system=_prompt().text,
        text="\n".join(
            (
                rules.shown(given),
                rules.fenced("text", _shown(current, given)),
                rules.fenced("instructions", rules.masked(given.instructions or "", given)),
                "Record the revised text.",
            )
        ),
        tool="record_content",
        answer=rules.ANSWERS[given.type],
        max_tokens=rules.MAX_TOKENS[given.type],
        faults=lambda answer: rules.faults(answer, given),
    )

    def combined(first: WrittenContent, answer: ContentAnswer) -> WrittenContent:
        """The model's text, in place of the present one and not of what the embedded engine made of it."""
        return rules.combined(replace(first, text=current), answer, given)

    return Consultation(question, combined)


def _shown(text: ContentText, given: ContentAssignment) -> str:
    parts = {
        "Title": text.title,
        "Excerpt": text.excerpt,
        "SEO title": text.seo_title,
        "SEO description": text.seo_description,
        "Hashtags": " ".join(text.hashtags),
    }
    scenes = [
        f"[{rules.masked(scene.on_screen_text, given)}] {rules.masked(scene.narration, given)}"
        for scene in text.scenes
    ]
    return "\n".join(
        filter(None, (rules.labelled(parts, given), *scenes, rules.masked(text.body or "", given)))
    )


def _prompt() -> Prompt:
    return prompt(NAME, VERSION)


REVISE_CONTENT = AiTask(
    name=NAME,
    prompt=_prompt,
    embedded_version=embedded.VERSION,
    embedded=revising.revise,
    is_unsure=lambda written: written.unsure,
    is_certain=lambda _: False,
    consultation=_consultation,
    with_reason=lambda written, reason: replace(written, remarks=(*written.remarks, reason)),
)
