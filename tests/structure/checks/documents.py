"""Documents: the files that they name exist, links resolve, examples are executed, and decisions are indexed."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.structure.project import Project

MAX_README_BYTES = 12 * 1024
DECISIONS = "docs/decisions"
ON_CALL = "docs/on-call.md"
SECTIONS = ["Context", "Decision", "Measured", "Consequences", "How to reverse"]
"""The sections of a decision record, in this order."""
STATUS = re.compile(r"(Accepted|Superseded by \[\d{4}\]\(\d{4}-[a-z0-9-]+\.md\))")

EXECUTED = {"console": None, "python": 1, "js": 1}
"""Languages of blocks that a test executes, with the number of blocks that it executes; None for all of them.

tests/deployed/test_worked_examples.py runs every console block, tests/flows/test_recipes.py one recipe a language.
"""
NOT_EXECUTED = {"go": 1}
"""The tests need no Go toolchain, so docs/api-guide.md says that no test executes its Go recipe."""
INERT = {"sh", "text", "mermaid"}
"""Commands that need AWS, Docker or their own checkout, and diagrams."""

HISTORY = {"CHANGELOG.md"}
"""Documents that may name removed files."""
ROOTS = ("docs/", "functions/", "layers/", "events/", "tests/", "tools/", ".github/", ".ci/")
PACKAGES = ("core/", "ai/", "domain/", "vendors/", "entry/")
"""Paths that begin with one of these are relative to PACKAGE."""
PACKAGE = "layers/shared/eal"
AT_THE_TOP = re.compile(
    r"[\w.-]+\.(md|toml)|template\.yaml|\.?[\w-]+-config\.yaml|Makefile|LICENSE|\.editorconfig"
)

_FENCE = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.M | re.S)
_SPAN = re.compile(r"`([^`]+)`")
_LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.M)
_PLACEHOLDER = re.compile(r"<[^>]*>|…|NNNN")
_ROW = re.compile(r"^\| \[(\d{4})\]\(([^)]+)\) \| (.+) \| (.+) \| (.+) \|$", re.M)


class Block(NamedTuple):
    language: str
    quotes: str | None
    """The file that the block quotes in full: ```python title="functions/…/app.py"."""
    text: str


def documents(root: Path) -> list[str]:
    """Every Markdown file that people read, by its path from the root."""
    found = [*root.glob("*.md"), *root.glob(".github/*.md"), *root.glob("docs/**/*.md")]
    return sorted(path.relative_to(root).as_posix() for path in found)


def blocks(text: str) -> list[Block]:
    found = []
    for fence in _FENCE.finditer(text):
        language, _, rest = fence[1].partition(" ")
        title = re.fullmatch(r'title="([^"]+)"', rest)
        found.append(Block(language, title[1] if title else None, fence[2]))
    return found


def faults(project: Project) -> Iterator[str]:
    size = (project.root / "README.md").stat().st_size
    if size > MAX_README_BYTES:
        yield f"README.md has {size} bytes; the limit is {MAX_README_BYTES}: move a part to docs/"
    texts = {name: (project.root / name).read_text() for name in documents(project.root)}
    for name, text in texts.items():
        yield from _links(project, name, text)
        if name not in HISTORY:
            yield from _names(project, name, text)
    yield from _references(project)
    yield from _examples(project, texts)
    yield from _decisions(texts)
    yield from _alarms(project, texts.get(ON_CALL, ""))


def _links(project: Project, name: str, text: str) -> Iterator[str]:
    for target in _LINK.findall(_FENCE.sub("", text)):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        path = (project.root / name).parent / file if file else project.root / name
        if not path.exists():
            yield f"{name} links to {target}, which does not exist"
        elif anchor and anchor not in {_anchor(heading) for heading in _HEADING.findall(path.read_text())}:
            yield f"{name} links to {target}: no heading there has this anchor"


def _anchor(heading: str) -> str:
    """The anchor that GitHub derives from a heading."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def _names(project: Project, name: str, text: str) -> Iterator[str]:
    prose = _FENCE.sub("", text)
    commands = [block.text for block in blocks(text) if block.language in ("sh", "console")]
    targets = set(re.findall(r"^([a-z-]+):", (project.root / "Makefile").read_text(), re.M))
    for named in [*(" ".join(span.split()) for span in _SPAN.findall(prose)), *commands]:
        for target in re.findall(r"\bmake ([a-z]+(?:-[a-z]+)*)\b", named):
            if target not in targets:
                yield f"{name} names `make {target}`, and the Makefile has no such target"
        for module in re.findall(r"(?<![\w./])((?:tools|eal)(?:\.\w+)+)", named):
            if not _is_module(project.root, module):
                yield f"{name} names the module {module}, which does not exist"
        for word in named.split():
            path = _path(word.strip(",.:;()'\""))
            if path and not any(project.root.glob(path)):
                yield f"{name} names {path}, which does not exist"


def _path(word: str) -> str | None:
    """The glob of a word that is a path; None for any other word."""
    if word.startswith(PACKAGES):
        word = f"{PACKAGE}/{word}"
    elif not word.startswith(ROOTS) and not AT_THE_TOP.fullmatch(word):
        return None
    return _PLACEHOLDER.sub("*", word.partition("::")[0]).rstrip("/")


def _is_module(root: Path, dotted: str) -> bool:
    """A package, a module, or a name within a module: `eal.core.ids.new`."""
    parts = dotted.split(".")
    base = root / "layers/shared" if parts[0] == "eal" else root
    whole, parent = base.joinpath(*parts), base.joinpath(*parts[:-1])
    is_name = len(parts) > 2 and parent.with_suffix(".py").exists()
    return whole.is_dir() or whole.with_suffix(".py").exists() or is_name


def _references(project: Project) -> Iterator[str]:
    """References from code to documents."""
    for top in ("functions", "layers", "tools", "tests"):
        for path in sorted((project.root / top).rglob("*.py")):
            name = path.relative_to(project.root).as_posix()
            if name.startswith(("tests/structure/", "tests/on_copies/")):
                continue
            for document in re.findall(r"docs/(?:decisions/\d{4}|[\w-]+\.md)", path.read_text()):
                if not any(project.root.glob(f"{document}*")):
                    yield f"{name} refers to {document}, which does not exist"


def _examples(project: Project, texts: dict[str, str]) -> Iterator[str]:
    counts = dict.fromkeys(EXECUTED | NOT_EXECUTED, 0)
    for name, text in texts.items():
        if re.search(r"^([ \t]+```|[ \t]*~~~)", text, re.M):
            yield f"{name} has a block that is indented or begins with ~~~: begin it with ``` at the margin"
        for block in blocks(text):
            if block.language == "sh" and "curl " in block.text:
                yield f"{name} calls the API in a sh block: mark it console, so that a test executes it"
            if block.quotes is not None:
                yield from _quotation(project, name, block)
            elif block.language in counts:
                counts[block.language] += 1
            elif block.language not in INERT:
                yield f"{name} has a '{block.language}' block: add a test that executes it, or mark it sh or text"
    for language, expected in (EXECUTED | NOT_EXECUTED).items():
        if expected is not None and counts[language] != expected:
            yield (
                f"the documents have {counts[language]} blocks of {language}, and tests/flows/test_recipes.py "
                f"expects {expected}: add a test that executes the others, or quote a file with title=…"
            )


def _quotation(project: Project, name: str, block: Block) -> Iterator[str]:
    path = project.root / str(block.quotes)
    if not path.exists():
        yield f"{name} quotes {block.quotes}, which does not exist"
    elif path.read_text() != block.text:
        yield f"{name} quotes {block.quotes}, which has changed: copy the file into the block again"


def _alarms(project: Project, text: str) -> Iterator[str]:
    """The first column has the logical ids of alarms; `…` stands for the name of a queue."""
    cells = re.findall(r"^\| (`[^|]+`) \|", text, re.M)
    named = [name.replace("…", "*") for cell in cells for name in _SPAN.findall(cell)]
    alarms = project.resources("AWS::CloudWatch::Alarm")
    for alarm in sorted(alarms):
        if not any(fnmatchcase(alarm, name) for name in named):
            yield f"{ON_CALL} has no row for {alarm}: add its meaning and the first command"
    for name in named:
        if not any(fnmatchcase(alarm, name) for alarm in alarms):
            yield f"{ON_CALL} has a row for {name}, which is no alarm of the templates: remove it"


def _decisions(texts: dict[str, str]) -> Iterator[str]:
    records = {name: text for name, text in texts.items() if re.match(rf"{DECISIONS}/\d", name)}
    index = {row[1]: row for row in _ROW.findall(texts.get(f"{DECISIONS}/README.md", ""))}
    for expected, (name, text) in enumerate(records.items(), start=1):
        file = name.rpartition("/")[2]
        if not re.fullmatch(rf"{expected:04d}-[a-z0-9-]+\.md", file):
            yield f"{name}: rename it {expected:04d}-<title>.md, because numbers have no gaps or duplicates"
        if re.findall(r"^## (.+)$", text, re.M) != SECTIONS:
            yield f"{name}: its sections must be {', '.join(SECTIONS)}, as in {DECISIONS}/template.md"
        head = re.match(r"# (\d{4})\. (.+)\n\n- Status: (.+)\n- Date: (\d{4}-\d\d-\d\d)\n", text)
        if head is None or head[1] != file[:4]:
            yield f"{name}: begin it as {DECISIONS}/template.md does"
        elif not STATUS.fullmatch(head[3]):
            yield f"{name}: its status must be Accepted or Superseded by [NNNN](NNNN-<title>.md)"
        elif index.get(file) != (head[1], file, head[2], head[3], head[4]):
            yield (
                f"{DECISIONS}/README.md needs the row "
                f"| [{head[1]}]({file}) | {head[2]} | {head[3]} | {head[4]} |"
            )
    for file in index.keys() - {name.rpartition("/")[2] for name in records}:
        yield f"{DECISIONS}/README.md lists {file}, which does not exist"
