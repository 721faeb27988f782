"""The modules that the import of each app.py loads in a new process: third-party packages and heavy modules.

The import takes most of a cold start. The set of modules is the same on every machine, but times are not.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.structure.checks.imports import imports

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.structure.project import Project

ALWAYS = {
    "annotated_types", "aws_lambda_powertools", "botocore", "eal", "jmespath", "pydantic", "pydantic_core",
    "typing_extensions", "typing_inspection",
}  # fmt: skip
"""pydantic and Powertools' logger and metrics, with what they need: Powertools imports the first module of botocore."""
ALLOWED = {
    # Every unknown path runs it, so scanners do most: it validates nothing, and pydantic would double its cold start.
    "catch-all": ALWAYS - {"annotated_types", "pydantic", "pydantic_core", "typing_inspection"},
    "endpoint": ALWAYS,
    "receiver": ALWAYS,
    "worker": ALWAYS,
    "classifier": ALWAYS | {"numpy"},
    # It has neither the layer of eal nor that of botocore and pydantic.
    "dashboard": {
        "anyio",
        "eal_dashboard",
        "idna",
        "jinja2",
        "mangum",
        "markupsafe",
        "python_multipart",
        "starlette",
        "typing_extensions",
        "urllib3",
    },
}
CLASSIFIERS = {"workers/classify_call", "workers/classify_reply", "workers/score_lead"}
"""The functions with the layers of models and NumPy. In any other, the import of NumPy takes as long as all its other
imports. No function imports Pillow before it has a photo: only `workers/inspect_photo` has the images layer."""
HEAVY = {
    "aws_lambda_powertools": (
        "event_handler", "utilities.idempotency", "utilities.parameters", "utilities.parser",
        "utilities.validation", "utilities.feature_flags",
    ),
    "botocore": (
        "session", "client", "config", "exceptions", "loaders", "awsrequest", "httpsession", "auth", "model",
    ),
}  # fmt: skip
"""Parts of allowed packages that only the code that uses them may load, and no import of an app.py."""
STANDARD = ("asyncio", "http.server", "unittest", "xml.etree", "sqlite3", "multiprocessing")
"""Parts of the standard library that cost milliseconds, and that no request needs."""

SHARED = ("eal.entry.http.api", "eal.entry.queue", "eal.entry.schedule")
"""Modules whose import takes most of that of a function. Each is imported once for all functions that import it."""

_PROBE = """
import importlib, importlib.util, json, os, sys
sys.path[:0] = {layers!r}
before = set(sys.modules)
for name in {shared!r}:
    importlib.import_module(name)
found = {{}}
for path in {paths!r}:
    read, write = os.pipe()
    if os.fork() == 0:
        try:
            spec = importlib.util.spec_from_file_location("app", path)
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            result = sorted(set(sys.modules) - before - {{"app"}})
        except BaseException as failure:
            result = repr(failure)
        with os.fdopen(write, "w") as out:
            json.dump(result, out)
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as back:
        found[path] = json.load(back)
    os.wait()
print(json.dumps(found))
"""


def faults(project: Project, loaded: dict[str, list[str] | str]) -> Iterator[str]:
    """`loaded` is the result of `measured`."""
    for folder in project.folders:
        path = f"functions/{folder}/app.py"
        modules = loaded[folder]
        if isinstance(modules, str):
            yield (
                f"{path} cannot be imported without environment variables and AWS ({modules}): define what it imports, "
                "and read the environment in functions only"
            )
            continue
        allowed = ALLOWED[kind(folder)]
        packages = {name.partition(".")[0] for name in modules} - set(sys.stdlib_module_names)
        for name in sorted(packages - allowed):
            if not name.startswith("_sysconfigdata"):
                yield f"{path} loads {name} on import: import it in the function that uses it, or remove it"
        heavy = (
            set() if kind(folder) == "dashboard" else _heavy(set(modules))
        )  # every ASGI stack needs asyncio
        for name in sorted(heavy):
            yield f"{path} loads {name} on import: import it in the function that uses it"


def kind(folder: str) -> str:
    if folder in CLASSIFIERS:
        return "classifier"
    kinds = {
        "inbound": "receiver",
        "workers": "worker",
        "unknown_route": "catch-all",
        "dashboard": "dashboard",
    }
    return kinds.get(folder.partition("/")[0], "endpoint")


def _heavy(modules: set[str]) -> set[str]:
    named = {f"{package}.{part}" for package, parts in HEAVY.items() for part in parts}
    return modules & (named | set(STANDARD))


def measured(project: Project, folders: Sequence[str]) -> dict[str, list[str] | str]:
    """The modules that each function's import adds, or the error's text. The process has no environment variables."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for folder in folders:
        source = (project.root / "functions" / folder / "app.py").read_text()
        shared = tuple(name for name in SHARED if f"from {name} import" in source)
        groups.setdefault(shared, []).append(folder)
    found: dict[str, list[str] | str] = {}
    for shared, group in groups.items():
        found |= _probed(project, group, shared)
    return found


def _probed(project: Project, folders: Sequence[str], shared: Sequence[str]) -> dict[str, list[str] | str]:
    """The result of `measured`. The modules `shared` are imported once for all of the functions."""
    paths = {str(project.root / "functions" / folder / "app.py"): folder for folder in folders}
    layers = [str(project.root / "layers" / name) for name in ("shared", "dashboard")]
    probe = _PROBE.format(layers=layers, shared=list(shared), paths=list(paths))
    done = subprocess.run(  # noqa: S603 - our own interpreter and our own text
        [sys.executable, "-c", probe], env={}, capture_output=True, text=True, check=True, timeout=600
    )
    found: dict[str, list[str] | str] = json.loads(done.stdout)
    return {paths[path]: modules for path, modules in found.items()}


def third_party(project: Project) -> set[str]:
    """Every package that eal imports, including imports inside functions."""
    return {
        imported.module.partition(".")[0]
        for _, tree in project.modules("layers/shared/eal")
        for imported in imports(tree)
        if not imported.for_types_only
    } - {*sys.stdlib_module_names, "eal", "eal_schemas"}
