"""Prompts never change once they are published, and prompt, guide and answer name the same labels."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import get_args

import pytest

from eal.ai import tasks
from eal.ai.classification import Intent, Urgency
from eal.ai.tasks.classify_call.answer import REASONS, Hazard, Reason
from eal.ai.tasks.classify_call.task import NAME, VERSION
from eal.ai.tasks.prompt import prompt

FOLDER = Path(tasks.__path__[0])
PUBLISHED = {
    "classify_call/prompt.v1.md": "30d66ed1bf6b1153016f8db38db3ecb5acf172726b568ab4a18c890af2cd87f1",
    "revise_content/prompt.v1.md": "ba09d8866bf141cdf8d23775f99bd1b647dc03c8c8a20cfd7f685bb5eb90ce36",
    "write_content/prompt.v1.md": "2e1844c6e6238973a899972543821f1371416b7e99f87d1bfd89f2d1b286a718",
    "extract_claim/prompt.v1.md": "6619901ac543ccd254f9f6a28e6e7b6383bd0a7fa455d8d9a9cc8e2cee6ce07c",
    "summarize_photo/prompt.v1.md": "fa0ac593fd7b1ae32ffb3b9b9077d9a67e72b16490786c901f1efffe7e7aeb99",
    "write_email/prompt.v1.md": "0aa1b9e0d76b3cc87b087912ebfb6aea7bc62f1e0f5f1ef8b1a666e00a758ce6",
}
"""The SHA-256 of each prompt. A run's provenance names it, so add a new file instead of changing a line here."""


def test_a_published_prompt_never_changes() -> None:
    found = {
        str(path.relative_to(FOLDER)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in FOLDER.glob("*/prompt.v*.md")
    }
    assert found == PUBLISHED


def test_the_version_names_file_and_content() -> None:
    digest = PUBLISHED["classify_call/prompt.v1.md"]
    assert prompt("classify_call", 1).version == f"classify_call.v1@{digest[:8]}"


@pytest.mark.parametrize("path", [f"prompt.v{VERSION}.md", "labels.md"])
def test_prompt_and_guide_explain_every_intent_and_urgency(path: str) -> None:
    text = (FOLDER / NAME / path).read_text()
    mark = "`{}`" if path == "labels.md" else "- {}:"
    missing = [label for label in (*Intent, *Urgency) if mark.format(label) not in text]
    assert missing == []


def test_the_prompt_explains_every_reason_and_hazard() -> None:
    text = prompt(NAME, VERSION).text
    assert [
        word for word in (*get_args(Reason.__value__), *get_args(Hazard.__value__)) if word not in text
    ] == []


def test_every_reason_belongs_to_a_value_of_qualified() -> None:
    assert set(get_args(Reason.__value__)) == set(REASONS)
