"""CONTRIBUTING's recipe for an endpoint, followed in a copy of the tree: the endpoint of its worked walk passes all
checks, and each file that is missing is reported.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from eal_dashboard.pages import PAGES
from tests.structure.checks import (
    annotation_style,
    catalogue,
    dashboard,
    dependencies,
    docstrings,
    document,
    documents,
    gateway,
    generated,
    grants,
    imports,
    limits,
    modules,
    names,
    queues,
    routes,
    templates,
    throttles,
    tree,
    workers,
    writes,
    xactimate,
)
from tests.structure.project import HERE, Project, report
from tools.fixtures.template import GATEWAY, MAIN, expanded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

type Check = Callable[[Project], Iterator[str]]

FOLDER = "leads/get_contacts"
DOCUMENT = "layers/shared/eal/entry/http/openapi.json"
MAX_FILES = 6
"""The files that somebody edits for an endpoint. Generated ones are not among them."""

APP = '''"""GET /v1/leads/{lead_id}/contacts: get a lead's contacts."""

from eal.domain.leads.collection import LEADS
from eal.domain.leads.wire import LeadContactsView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get(
    "/v1/leads/{lead_id}/contacts",
    summary="Get a lead's contacts",
    operation_id="getLeadContacts",
    tag="leads",
    grant="leads",
)
def get_contacts(lead_id: str, caller: Reader) -> LeadContactsView:
    """Returns the lead's e-mail addresses and phone numbers."""
    return LeadContactsView.of(LEADS.get(caller.tenant, lead_id))
'''
VIEW = '''class LeadContactsView(Wire):
    """The addresses and numbers at which a lead can be reached."""

    email: str | None
    """The main e-mail address, in lower case. Null if unknown."""
    additional_emails: list[str]
    """Additional addresses."""
    phones: list[str]
    """Phone numbers in E.164 format."""
    version: int
    """The version of the lead."""


'''
RESOURCE = """  LeadsGetContacts:
    Type: AWS::Serverless::Function
    Metadata: {Routes: ["GET /v1/leads/{lead_id}/contacts"]}
    Properties:
      CodeUri: functions/leads/get_contacts
      Role: !GetAtt ReadRole.Arn
"""
TEST = '"""GET /v1/leads/{lead_id}/contacts."""\n'


NEW = {
    f"functions/{FOLDER}/app.py": APP,
    f"events/{FOLDER}.json": (HERE.root / "events/leads/get_history.json")
    .read_text()
    .replace("/history", "/contacts"),
    "tests/functions/leads/test_get_contacts.py": TEST,
}
"""The new files of the recipe: path to text."""
CHANGED = {
    "layers/shared/eal/domain/leads/wire.py": ("class LeadPage(", f"{VIEW}class LeadPage("),
    MAIN: ("  LeadsGetHistory:\n", f"{RESOURCE}  LeadsGetHistory:\n"),
    dashboard.HERE: ("API_ONLY = {\n", 'API_ONLY = {\n    "getLeadContacts": "for programs",\n'),
}
"""The files that the recipe changes: path to a text and what replaces it."""


def _document_faults(project: Project) -> Iterator[str]:
    return document.faults(json.loads((project.root / DOCUMENT).read_text()))


def _limit_faults(project: Project) -> Iterator[str]:
    for path, template in project.templates.items():
        yield from limits.faults(path, expanded(template, project.root))


def _module_faults(project: Project) -> Iterator[str]:
    """Those of the new function only, because the import of all functions takes seconds."""
    only = Project(project.root)
    only.__dict__["folders"] = [FOLDER]
    return modules.faults(only, modules.measured(only, [FOLDER]))


CHECKS: dict[str, Check] = {
    "annotation_style": annotation_style.faults,
    "catalogue": catalogue.faults,
    "dashboard": lambda project: dashboard.faults(project, PAGES),
    "dependencies": dependencies.faults,
    "docstrings": docstrings.faults,
    "document": _document_faults,
    "documents": documents.faults,
    "gateway": gateway.faults,
    "generated": generated.faults,
    "grants": grants.faults,
    "imports": imports.faults,
    "limits": _limit_faults,
    "modules": _module_faults,
    "names": names.faults,
    "queues": queues.faults,
    "routes": routes.faults,
    "templates": templates.faults,
    "throttles": throttles.faults,
    "tree": tree.faults,
    "workers": workers.faults,
    "writes": writes.faults,
    "xactimate": xactimate.faults,
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tree in which the recipe was followed."""
    root = tmp_path_factory.mktemp("copy") / "tree"
    ignored = shutil.ignore_patterns(".git", ".venv", ".local", ".*_cache", "__pycache__", "*encoder.npz")
    shutil.copytree(HERE.root, root, ignore=ignored, copy_function=shutil.copyfile)
    for path, text in NEW.items():
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text(text)
    for path, (old, new) in CHANGED.items():
        text = (root / path).read_text()
        assert text.count(old) == 1, f"{path} has no {old!r} any more: change the recipe in another place"
        (root / path).write_text(text.replace(old, new))
    for generator in ("tools.openapi", "tools.documents"):
        subprocess.run((sys.executable, "-m", generator, "--write"), cwd=root, check=True)  # noqa: S603
    return root


def test_all_checks_pass_after_the_recipe(root: Path) -> None:
    assert set(CHECKS) == {path.stem for path in (HERE.root / "tests/structure/checks").glob("*.py")}
    project = Project(root)

    report(fault for check in CHECKS.values() for fault in check(project))


@pytest.mark.parametrize(
    ("missing", "check", "sentence"),
    [
        (f"functions/{FOLDER}/app.py", "tree", f"LeadsGetContacts has no functions/{FOLDER}/app.py: add it"),
        ("layers/shared/eal/domain/leads/wire.py", "modules", "cannot import name 'LeadContactsView' from"),
        (MAIN, "tree", f"functions/{FOLDER} has 0 resources in template.yaml: it needs exactly one"),
        (f"events/{FOLDER}.json", "tree", f"add events/{FOLDER}.json"),
        (
            "tests/functions/leads/test_get_contacts.py",
            "tree",
            "add tests/functions/leads/test_get_contacts.py",
        ),
        (dashboard.HERE, "dashboard", "no page reaches getLeadContacts: add it to one, or to API_ONLY in"),
        (GATEWAY, "gateway", "lacks GET /v1/leads/{lead_id}/contacts: run python -m tools.openapi --write"),
    ],
)
def test_a_file_that_is_missing_or_unchanged_is_reported(
    root: Path, missing: str, check: str, sentence: str
) -> None:
    text = (root / missing).read_text()
    try:
        if missing in NEW:
            (root / missing).unlink()
        else:
            shutil.copyfile(HERE.root / missing, root / missing)

        found = list(CHECKS[check](Project(root)))
    finally:
        (root / missing).write_text(text)

    assert any(sentence in fault for fault in found), found


@pytest.mark.parametrize(
    "heading", ["## Add an endpoint\n", "**An endpoint, `GET /leads/{lead_id}/contacts`.**"]
)
def test_contributing_names_the_files_of_the_recipe(heading: str) -> None:
    table = (
        (HERE.root / "CONTRIBUTING.md")
        .read_text()
        .partition(heading)[2]
        .partition("\n\n|")[2]
        .partition("\n\n")[0]
    )

    named = [_path(name) for name in re.findall(r"^\| `([^`]+)`", table, re.M)]

    assert sorted(named) == sorted(NEW | CHANGED)
    assert len(named) <= MAX_FILES


def _path(name: str) -> str:
    """The path in a row of CONTRIBUTING's tables, which stand for any endpoint or for that of the worked walk."""
    for placeholder, value in (("<resource>", "leads"), ("<action>", "get_contacts"), ("<", ""), (">", "")):
        name = name.replace(placeholder, value)
    return f"layers/shared/eal/{name}" if name.startswith("domain/") else name
