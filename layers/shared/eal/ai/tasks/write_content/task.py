"""The task `write_content`: its input is `eal.ai.content_assignment.ContentAssignment`, its output `WrittenContent`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from eal.ai.engines.bedrock.engine import Question
from eal.ai.engines.embedded.content import engine as embedded
from eal.ai.tasks.prompt import Prompt, prompt
from eal.ai.tasks.task import AiTask, Consultation
from eal.ai.tasks.write_content import rules

if TYPE_CHECKING:
    from eal.ai.content_assignment import ContentAssignment, WrittenContent
    from eal.ai.tasks.write_content.answer import ContentAnswer

NAME = "write_content"
VERSION = 1
"""The number of the prompt file. A change of the prompt's text, the answer or the rules is a new number."""


def _consultation(given: ContentAssignment) -> Consultation[ContentAnswer, WrittenContent]:
    question = Question(
        system=_prompt().text,
        text=f"{rules.shown(given)}\nRecord the text.",
        tool="record_content",
        answer=rules.ANSWERS[given.type],
        max_tokens=rules.MAX_TOKENS[given.type],
        faults=lambda answer: rules.faults(answer, given),
    )
    return Consultation(question, lambda first, answer: rules.combined(first, answer, given))


def _prompt() -> Prompt:
    return prompt(NAME, VERSION)


WRITE_CONTENT = AiTask(
    name=NAME,
    prompt=_prompt,
    embedded_version=embedded.VERSION,
    embedded=embedded.write,
    is_unsure=lambda written: written.unsure,
    is_certain=lambda _: False,
    consultation=_consultation,
    with_reason=lambda written, reason: replace(written, remarks=(*written.remarks, reason)),
)
