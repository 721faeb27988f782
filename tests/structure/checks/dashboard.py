"""The dashboard: what it may import, and that its pages fit the operations of the API."""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING

from eal_dashboard.operations import OPERATIONS, load
from eal_dashboard.page import filled
from tests.structure.checks.imports import imports

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from eal_dashboard.page import Call, Form, Page
    from tests.structure.project import Project

HERE = "tests/structure/checks/dashboard.py"
PACKAGE = "layers/dashboard/eal_dashboard"
PACKAGES = {"eal_dashboard", "jinja2", "mangum", "markdown_it", "markupsafe", "starlette", "urllib3"}
"""Packages that the dashboard may import. `eal`, botocore and pydantic are not among them: the function has neither
their layers nor a permission, and starts in half the time."""
OF_THE_FRAME = {"createSession", "getSession", "updateSession", "endSession"}
"""Called by eal_dashboard.app and sign_in, on behalf of every page."""
API_ONLY = {
    "getOpenapi": "for programs",
    "getStatus": "for monitors and status pages",
    "getHealth": "for programs: the dashboard shows what it returns elsewhere",
    "createOrganization": "for the operator and for parents that automate the set-up of children",
    "getContentAtomFeed": "for websites",
    "getContentJsonFeed": "for websites",
    "createCall": "for trackers without a receiver of their own",
    "getCallTranscript": "for programs: the page of a call has the same transcript from getCall",
    "advanceTestClock": "for tests of sequences",
    "getTestClock": "for tests of sequences",
    "listEvents": "for programs that missed webhooks",
    "getAlert": "the page of a call shows each alert about it",
    "getClaimNote": "the list of notes shows each as a whole",
    "getClaimSignOff": "the list of sign-offs begins with the latest",
    "exportAuditLogCsv": "its page offers exports, which have no limit of rows",
}
"""Operations that no page calls, each with its reason."""


def faults(project: Project, pages: Sequence[Page]) -> Iterator[str]:
    yield from _imports(project)
    yield from _operations(project, pages)
    yield from _unique(pages)
    for page in pages:
        yield from _page(project, page, pages)


def _imports(project: Project) -> Iterator[str]:
    for folder in (PACKAGE, "functions/dashboard"):
        for path, tree in project.modules(folder):
            for imported in imports(tree):
                if imported.module.split(".")[0] not in PACKAGES | set(sys.stdlib_module_names):
                    yield (
                        f"{path}:{imported.line} imports {imported.module}: the dashboard imports "
                        f"{', '.join(sorted(PACKAGES))} and the standard library"
                    )


def _operations(project: Project, pages: Sequence[Page]) -> Iterator[str]:
    operations, api_only = (
        load(project.root / PACKAGE / "operations.json"),
        project.constant(HERE, "API_ONLY"),
    )
    reached = OF_THE_FRAME | {call.operation for page in pages for call in page.calls.values()}
    reached |= {form.operation for page in pages for form in page.forms}
    reached |= {page.export.operation for page in pages if page.export}
    for name in sorted(operations.keys() - reached - api_only.keys()):
        yield f"no page reaches {name}: add it to one, or to API_ONLY in {HERE} with a reason"
    for name in sorted(api_only.keys() & reached):
        yield f"a page reaches {name}: remove it from API_ONLY in {HERE}"
    for name in sorted(api_only.keys() - operations.keys()):
        yield f"there is no operation {name}: remove it from API_ONLY in {HERE}"


def _unique(pages: Sequence[Page]) -> Iterator[str]:
    for (path, view), count in Counter((page.path, page.view) for page in pages).items():
        if count > 1:
            yield f"{count} pages have the path {path}{f' and the view {view}' if view else ''}"
        if view and path not in {page.path for page in pages if not page.view}:
            yield f"{path} has the view {view}, and no page without one"
    for key, count in Counter(form.key for page in pages for form in page.forms).items():
        if count > 1:
            yield f"{count} forms are called {key}: name all but one"


def _page(project: Project, page: Page, pages: Sequence[Page]) -> Iterator[str]:
    templates = project.root / PACKAGE / "templates"
    for template in (page.template, *(form.result for form in page.forms if form.result)):
        if not (templates / template).exists():
            yield f"{page.path}: there is no template {template}"
    if page.under and page.under not in {page.path for page in pages if page.nav}:
        yield f"{page.path} is under {page.under}, which is not in the menu"
    if not page.nav and not page.under:
        yield f"{page.path}: give it an entry in the menu, or say which entry it is under"
    for name, call in page.calls.items():
        yield from _call(page, name, call)
    if page.export:
        yield from _call(page, "export", page.export)
    for form in page.forms:
        yield from _form(page, form)


def _call(page: Page, name: str, call: Call) -> Iterator[str]:
    operation = OPERATIONS.get(call.operation)
    if operation is None or operation.method != "GET":
        yield f"{page.path}: {name} calls {call.operation}, which is not a GET of the API"
        return
    if call.after_refusal_of and call.after_refusal_of not in {form.key for form in page.forms}:
        yield f"{page.path}: {name} is made after a refusal of {call.after_refusal_of}, which is no form of the page"
    if call.depends_on and call.depends_on not in page.calls:
        yield f"{page.path}: {name} depends on {call.depends_on}, which is no call of the page"
    try:
        filled(operation.path, dict.fromkeys(page.parameters, "id"))
    except KeyError as missing:
        if not call.targets and not call.after_refusal_of:
            yield f"{page.path}: {name} needs {missing}, which is not in the page's path"
    for parameter in {*call.query, *call.fixed} - operation.query.keys():
        yield f"{page.path}: {call.operation} has no parameter {parameter}"


def _form(page: Page, form: Form) -> Iterator[str]:
    operation = OPERATIONS.get(form.operation)
    if operation is None or operation.method == "GET":
        yield f"{page.path}: the form {form.key} sends {form.operation}, which is not a change of the API"
        return
    for part in form.parts:
        try:
            operation.field(part.name)
        except KeyError:
            yield f"{page.path}: {form.operation} has no field {part.name}"
    required = {name for name, spec in operation.body.items() if spec.get("required")}
    for name in sorted(required - {part.name.split(".")[0] for part in form.parts} - form.fixed.keys()):
        yield f"{page.path}: the form {form.key} omits {name}, which {form.operation} requires"
    if form.of and form.of not in page.calls:
        yield f"{page.path}: the form {form.key} is of {form.of}, which is no call of the page"
    if not form.done and not form.result:
        yield f"{page.path}: the form {form.key} needs a sentence that says it is done, or a result"
