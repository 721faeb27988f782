"""The routes of all endpoint functions, read from their modules."""

import importlib.util
from pathlib import Path
from types import ModuleType

from eal.entry.http.api import Api
from eal.entry.http.route import Route


def routes(root: Path) -> list[Route]:
    """The route of each `functions/*/*/app.py` that has an `app`; receivers and workers have none.

    The dashboard is left out: it reads files that are derived from these routes.
    """
    paths = sorted((root / "functions").glob("*/*/app.py"))
    modules = [_load(path) for path in paths if path.parent.parent.name != "dashboard"]
    return [module.app.route for module in modules if isinstance(getattr(module, "app", None), Api)]


def _load(path: Path) -> ModuleType:
    name = ".".join(("functions", *path.parts[-3:-1], "app"))
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
