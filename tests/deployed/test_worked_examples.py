"""The console blocks of every document, executed as written."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.structure.checks.documents import documents
from tools.fixtures.template import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.fixtures.client import Stack

pytestmark = pytest.mark.deployed

_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.M | re.S)
_HEADING = re.compile(r"^#+ (.*)$", re.M)
_END = "\x1e"
"""The separator between the outputs of commands."""


@dataclass(frozen=True, slots=True)
class Step:
    """A command after `$ `, with further lines after `> `, and its expected output; `…` stands for any text."""

    command: str
    output: str

    def matches(self, printed: str) -> bool:
        pattern = ".*".join(re.escape(part) for part in self.output.split("…"))
        return re.fullmatch(pattern, printed.strip(), re.S) is not None


def _examples() -> dict[tuple[str, str], list[Step]]:
    """The steps of all console blocks, by document and heading."""
    found: dict[tuple[str, str], list[Step]] = {}
    for document in documents(ROOT):
        text = (ROOT / document).read_text()
        for block in _BLOCK.finditer(text):
            heading = _HEADING.findall(text, 0, block.start())[-1]
            found.setdefault((document, heading), []).extend(_steps(block[1]))
    return found


def _steps(block: str) -> Iterator[Step]:
    for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
        lines = part.splitlines()
        end = 1
        while end < len(lines) and lines[end].startswith("> "):
            end += 1
        command = "\n".join([lines[0], *(line.removeprefix("> ") for line in lines[1:end])])
        yield Step(command, "\n".join(lines[end:]).strip())


GUIDE = "docs/api-guide.md"
EXAMPLES = _examples()
PREAMBLE = EXAMPLES.pop((GUIDE, "Worked examples"))


@pytest.mark.parametrize(("document", "heading"), EXAMPLES, ids=" ".join)
def test_a_worked_example_has_the_documented_output(
    stack: Stack, key: str, document: str, heading: str
) -> None:
    steps = [*(PREAMBLE if document == GUIDE else []), *EXAMPLES[document, heading]]
    script = "".join(f"{step.command}\nprintf '{_END}'\n" for step in steps)
    done = subprocess.run(  # noqa: S603 - the documents are our own
        ["bash", "-c", script],  # noqa: S607
        env={**os.environ, "API": stack.api_url, "KEY": key},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    printed = done.stdout.split(_END)
    assert len(printed) == len(steps) + 1, done.stderr
    for step, text in zip(steps, printed, strict=False):
        assert step.matches(text), f"$ {step.command}\nprinted\n{text}\ninstead of\n{step.output}"


def test_every_resource_has_a_worked_example() -> None:
    assert {heading for document, heading in EXAMPLES if document == GUIDE} >= {
        "Keys",
        "Organizations",
        "Members",
        "Integrations",
        "Leads",
        "Calls",
        "Prospects",
        "Outreach",
        "Drafts",
        "Content",
        "Suppressions",
        "Claims",
        "Reviews",
        "Webhooks",
        "Audit log",
    }


def test_the_first_call_of_the_readme_is_executed() -> None:
    assert ("README.md", "First call") in EXAMPLES
