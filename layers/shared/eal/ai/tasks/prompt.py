"""A prompt: a file next to its task. A published prompt never changes; a new text is a new file with a new number."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent
_HASH_CHARACTERS = 8


@dataclass(frozen=True, slots=True)
class Prompt:
    """`version` names the file and its content, such as `classify_call.v1@0b6f3c21`."""

    text: str
    version: str


@cache
def prompt(task: str, number: int) -> Prompt:
    """The prompt `tasks/<task>/prompt.v<number>.md`."""
    content = (_FOLDER / task / f"prompt.v{number}.md").read_bytes()
    digest = hashlib.sha256(content).hexdigest()[:_HASH_CHARACTERS]
    return Prompt(content.decode(), f"{task}.v{number}@{digest}")
