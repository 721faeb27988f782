"""The task `write_email`: its input, and the rules that hold whatever an engine writes. Its output is
`eal.ai.writing.WrittenEmail`.

A model service learns no name, address or number: names are slots, which are filled here, the rest of the instructions
is redacted, and notes are not sent.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from eal.ai import content_policy
from eal.ai.engines.bedrock.engine import Question
from eal.ai.engines.embedded.emails import brief as briefs
from eal.ai.engines.embedded.emails import engine as embedded
from eal.ai.redaction.transcript import redact
from eal.ai.tasks.prompt import Prompt, prompt
from eal.ai.tasks.task import AiTask, Consultation
from eal.ai.tasks.write_email.answer import EmailAnswer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eal.ai.writing import Assignment, WrittenEmail

NAME = "write_email"
VERSION = 1
"""The number of the prompt file. A change of the prompt's text, the answer or the rules is a new number."""
MAX_TOKENS = 900
"""Four paragraphs of 120 words are the longest e-mail."""

_SLOTS = ("first_name", "last_name", "company", "city", "organization")
"""Facts that are names, which the model sees only as slots."""
_BRACES = re.compile(r"\{([^{}]*)\}")
_HARMLESS = str.maketrans("<>{}", "\u2039\u203a()")
"""Replacements that keep words of the instructions from looking like the end of the fence, or like a slot."""
_SENDER = content_policy.PolicyFacts(sender_names=("",))
"""A sender whom every text names: we add the signature."""


def _consultation(given: Assignment) -> Consultation[EmailAnswer, WrittenEmail]:
    brief = briefs.read(given.instructions)
    facts = embedded.facts_of(given, brief)
    question = Question(
        system=_prompt().text,
        text=f"{_shown(facts, given)}\n<instructions>\n{_fenced(given)}\n</instructions>\nRecord the e-mail.",
        tool="record_email",
        answer=EmailAnswer,
        max_tokens=MAX_TOKENS,
        faults=lambda answer: faults(answer, facts),
    )
    return Consultation(question, lambda first, answer: combined(first, answer, given, facts))


def _shown(facts: Mapping[str, str], given: Assignment) -> str:
    lines = [f"Tone: {given.tone}."]
    lines += [f"{{{name}}} is known." for name in _SLOTS if name in facts]
    if damage := facts.get("damage"):
        lines.append(f"The recipient has had a loss: {damage}.")
    if request := facts.get("request"):
        lines.append(f"The recipient asked about: {request}.")
    return "\n".join(lines)


def _fenced(given: Assignment) -> str:
    """The instructions without personal data. A name of the recipient is shown as its slot's name."""
    recipient = given.recipient
    text = given.instructions.translate(_HARMLESS)
    for slot, name in (
        ("company", recipient.company),
        ("first_name", recipient.first_name),
        ("last_name", recipient.last_name),
        ("organization", given.organization),
    ):
        if name:
            text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", f"{{{slot}}}", text, flags=re.IGNORECASE)
    return redact(text, known_names=(given.sender_name or "",)).text


def faults(answer: EmailAnswer, facts: Mapping[str, str]) -> list[str]:
    """The faults of an answer of the right form. The texts are for the model, which may repair it."""
    text = "\n".join((answer.subject, *answer.paragraphs))
    known = {name for name in _SLOTS if name in facts}
    found = [
        f"{{{slot[:30]}}} is no slot that the facts list."
        for slot in _BRACES.findall(text)
        if slot not in known
    ]
    if "\n" in answer.subject:
        found.append("subject: must be one line.")
    if "***" in text:
        found.append("Asterisks stand for removed data: leave them out.")
    if "://" in text or "](" in text:
        found.append("No links.")
    fields = {"subject": answer.subject, "body": "\n\n".join(answer.paragraphs)}
    found += [
        f"{finding.field}: remove “{finding.quote}” ({finding.rule})."
        for finding in content_policy.findings(fields, _SENDER)
    ]
    return found


def combined(
    first: WrittenEmail, answer: EmailAnswer, given: Assignment, facts: Mapping[str, str]
) -> WrittenEmail:
    """The model's e-mail, with the names in its slots, in our greeting and signature."""
    body = embedded.framed(given, facts, [_filled(paragraph, facts) for paragraph in answer.paragraphs])
    return replace(
        first,
        subject=given.subject or _filled(answer.subject, facts),
        body=body,
        remarks=tuple(remark for remark in first.remarks if remark != "not_understood"),
        unsure=False,
    )


def _filled(text: str, facts: Mapping[str, str]) -> str:
    return _BRACES.sub(lambda found: facts[found[1]], text)


def _prompt() -> Prompt:
    return prompt(NAME, VERSION)


WRITE_EMAIL = AiTask(
    name=NAME,
    prompt=_prompt,
    embedded_version=embedded.VERSION,
    embedded=embedded.write,
    is_unsure=lambda written: written.unsure,
    is_certain=lambda _: False,
    consultation=_consultation,
    with_reason=lambda written, reason: replace(written, remarks=(*written.remarks, reason)),
)
