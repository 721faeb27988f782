"""Routes: decorator, template and docstring have the same method and path, and the role fits the scope."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from tests.structure.checks.grants import actions_on, role_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.structure.project import Project
    from tools.fixtures.template import Route

SCOPES = {"Reader": "read", "Writer": "write", "Admin": "admin", "RecentAdmin": "admin", "Member": "read"}
WRITES = {"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:TransactWriteItems"}
WRITING_READS = {
    "AuditLogGetProof": "signs a checkpoint for a record that has none, with an audit record",
    "AuditLogExportCsv": "records the export, and creates one if the response would be too long",
    "OutreachSuppressionsExportCsv": "records the export",
    "OrganizationsEndMemberSession": "a viewer, too, can end own sessions",
    "OrganizationsEndMemberSessions": "a viewer, too, can end own sessions",
    "SessionsEndOwn": "a viewer, too, signs out",
    "SessionsUpdateOwn": "a viewer, too, switches the organization or the mode",
}
"""Endpoints that need only the scope read, and may write, each with its reason. A new line is a decision."""
PUBLIC_WITH_TABLES = {
    "SessionsCreate": "begins a session, for whoever has the code of a sign-in",
    "StatusGet": "reads a key that no item has, and its role can read no other partition",
}
"""Endpoints without a credential that use the tables, each with its reason. A new line is a decision."""


class Endpoint(NamedTuple):
    """An endpoint as its app.py declares it; `scope` is None if it is public."""

    method: str
    path: str
    scope: str | None
    parameters: tuple[str, ...]


def faults(project: Project) -> Iterator[str]:
    seen: dict[Route, str] = {}
    for logical_id in project.functions:
        folder = project.folder_of(logical_id)
        if folder not in project.folders:
            continue
        routes = project.routes.get(logical_id, [])
        for route in routes:
            if route in seen:
                yield f"{logical_id} and {seen[route]} both have the route {' '.join(route)}: remove one"
            seen[route] = logical_id
        yield from _docstring(project, folder, routes)
        if logical_id in project.endpoints:
            yield from _endpoint(project, logical_id, folder, routes)


def _docstring(project: Project, folder: str, routes: list[Route]) -> Iterator[str]:
    path = f"functions/{folder}/app.py"
    tree = ast.parse((project.root / path).read_text())
    first = (ast.get_docstring(tree) or "").partition("\n")[0]
    if routes and not any(first.startswith(f"{method} {route_path}: ") for method, route_path in routes):
        yield f"{path}: begin the module's docstring with '{' '.join(routes[0])}: ', as in template.yaml"
    if not first:
        yield f"{path}: describe the function in a module docstring"


def _endpoint(project: Project, logical_id: str, folder: str, routes: list[Route]) -> Iterator[str]:
    path = f"functions/{folder}/app.py"
    found = list(endpoints(ast.parse((project.root / path).read_text())))
    if len(found) != 1 or len(routes) != 1:
        yield f"{path}: an endpoint has one decorated function and one route; it has {len(found)} and {len(routes)}"
        return
    endpoint = found[0]
    if (endpoint.method, endpoint.path) != routes[0]:
        yield (
            f"{path} decorates {endpoint.method} {endpoint.path}, and template.yaml routes {' '.join(routes[0])} "
            f"to {logical_id}: make them the same"
        )
    named = tuple(part[1:-1] for part in endpoint.path.split("/") if part.startswith("{"))
    if sorted(named) != sorted(endpoint.parameters):
        yield f"{path}: its path parameters are {named}, and its function takes {endpoint.parameters}: use the same"
    yield from _role(project, logical_id, endpoint)


def _role(project: Project, logical_id: str, endpoint: Endpoint) -> Iterator[str]:
    role = role_of(project, logical_id)
    if role is None:
        return
    access, state = actions_on(project, role, "AccessTable"), actions_on(project, role, "StateTable")
    if endpoint.scope is None:
        if (access or state) and logical_id not in PUBLIC_WITH_TABLES:
            yield f"{logical_id} is public, and {role} can access a table: give it PublicRole"
        return
    if "dynamodb:UpdateItem" not in access:
        yield f"{logical_id} authenticates, and {role} cannot update AccessTable: give it another role"
    writes = (state & WRITES) | (access & (WRITES - {"dynamodb:UpdateItem"}))
    only_reads = endpoint.scope == "read" or endpoint.method == "GET"
    if writes and only_reads and logical_id not in WRITING_READS:
        yield f"{logical_id} reads, and {role} allows {', '.join(sorted(writes))}: give it a read role"
    if not writes and endpoint.scope != "read" and endpoint.method != "GET":
        yield f"{logical_id} writes, and {role} cannot write StateTable: give it a write role"


def endpoints(tree: ast.Module) -> Iterator[Endpoint]:
    """The functions that `@app.<method>("<path>", …)` decorates."""
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef):
            continue
        for decorator in node.decorator_list:
            match decorator:
                case ast.Call(
                    func=ast.Attribute(value=ast.Name(id="app"), attr=method),
                    args=[ast.Constant(value=str(path)), *_],
                ):
                    yield Endpoint(method.upper(), path, _scope(node), _parameters(node))


def _scope(node: ast.FunctionDef) -> str | None:
    for argument in node.args.args:
        if argument.arg == "caller":
            name = argument.annotation.id if isinstance(argument.annotation, ast.Name) else ""
            return SCOPES.get(name, "unknown")
    return None


def _parameters(node: ast.FunctionDef) -> tuple[str, ...]:
    return tuple(
        argument.arg
        for argument in node.args.args
        if argument.arg not in ("caller", "visitor", "body", "query", "url")
    )
