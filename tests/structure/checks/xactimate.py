"""Xactimate: no code can reach its hosts, writes its project files, or fills in its codes.

A person enters a signed scope into Xactimate. Its price lists and codes are property of Verisk.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tests.structure.checks.imports import imports
from tests.structure.project import nodes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.structure.project import Project

CONNECTING = {
    "layers/shared/eal/core/aws/connection.py": "connects to the hosts of AWS services, which the Region gives",
    "layers/shared/eal/core/outbound/address.py": "resolves customers' addresses, and refuses those of Xactimate",
    "layers/shared/eal/core/outbound/connection.py": "connects to the addresses that address.py has checked",
    "layers/shared/eal/core/outbound/download.py": "handles the errors of such a connection",
    "layers/shared/eal/core/outbound/sender.py": "handles the errors of such a connection",
    "layers/shared/eal/vendors/http.py": "connects to the origins of vendors, which are literals in eal/vendors",
}
"""The modules that import a part of the network. A new line is a decision: it must not be able to reach Xactimate."""
NETWORK = {
    "aiohttp", "asyncio", "ftplib", "http.client", "httpx", "multiprocessing", "paramiko", "requests", "smtplib",
    "socket", "ssl", "subprocess", "urllib.request", "urllib3", "websockets",
}  # fmt: skip
HOST = re.compile(r"(?<![\w-])(?:xactware|xactimate|xactanalysis|verisk)\.[a-z]", re.IGNORECASE)
PROJECT_FILE = re.compile(r"\.esx\b|xactdoc", re.IGNORECASE)
CATEGORIES = {
    "ACT", "APP", "CAB", "CLN", "CNC", "CON", "CPS", "DMO", "DOR", "DRY", "ELE", "ELS", "FCC", "FCR", "FCS", "FCT",
    "FCV", "FCW", "FEE", "FNC", "FNH", "FRM", "HMR", "HVC", "INS", "LIT", "MPR", "PLA", "PLM", "PNL", "PNT", "RFG",
    "SDG", "SFG", "STU", "TBA", "TCR", "TIL", "TMP", "USR", "WDA", "WDV", "WDW", "WPR", "WTR",
}  # fmt: skip
"""Codes of categories, for the recognition of a catalogue only."""
MAX_CATEGORIES = 4
"""Maximum number of different codes in one file. More of them are a catalogue."""
CODES = {"category_code", "selector_code"}
TEXTS = (".csv", ".json", ".jsonl", ".txt", ".yaml", ".yml")
FOLDERS = ("functions", "layers/shared")


def faults(project: Project) -> Iterator[str]:
    for folder in FOLDERS:
        for path, tree in project.modules(folder):
            yield from _network(path, tree)
            yield from _texts(path, tree)
            yield from _codes(path, tree)
    yield from _files(project)


def _network(path: str, tree: ast.Module) -> Iterator[str]:
    for found in imports(tree):
        part = next((name for name in NETWORK if f"{found.module}.".startswith(f"{name}.")), None)
        if part and not found.for_types_only and path not in CONNECTING:
            advice = "use eal.core.outbound or eal.vendors.http, which cannot reach Xactimate, or add it to CONNECTING"
            yield f"{path}:{found.line} imports {part}: {advice}"


def _texts(path: str, tree: ast.Module) -> Iterator[str]:
    codes: set[str] = set()
    for node in nodes(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from _named(f"{path}:{node.lineno}", node.value)
            codes |= CATEGORIES & {node.value}
    yield from _catalogue(path, codes)


def _codes(path: str, tree: ast.Module) -> Iterator[str]:
    """Codes that come from the program instead of a person or a document."""
    for node in nodes(tree):
        pairs: list[tuple[str | None, ast.expr]] = []
        if isinstance(node, ast.Call):
            pairs = [(keyword.arg, keyword.value) for keyword in node.keywords]
        elif isinstance(node, ast.Dict):
            pairs = [
                (str(key.value), value)
                for key, value in zip(node.keys, node.values, strict=True)
                if isinstance(key, ast.Constant)
            ]
        for name, value in pairs:
            if name in CODES and _is_filled_in(value):
                yield f"{path}:{value.lineno} fills in {name}: it is free text of a person or of a note"


def _is_filled_in(value: ast.expr) -> bool:
    if isinstance(value, ast.Constant):
        return isinstance(value.value, str)
    looks_up = (
        isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr == "get"
    )
    return looks_up or isinstance(value, ast.Subscript)


def _files(project: Project) -> Iterator[str]:
    paths = [path for folder in FOLDERS for path in sorted((project.root / folder).rglob("*"))]
    for path in [*paths, project.root / "template.yaml"]:
        if path.suffix in TEXTS and path.is_file():
            name, text = path.relative_to(project.root).as_posix(), path.read_text(encoding="utf-8")
            yield from _named(name, text)
            yield from _catalogue(name, CATEGORIES & set(re.findall(r"\b[A-Z]{3}\b", text)))


def _named(where: str, text: str) -> Iterator[str]:
    if found := HOST.search(text):
        yield f"{where} names a host of Xactimate ({found[0]}…): nothing may connect to it"
    if found := PROJECT_FILE.search(text):
        yield f"{where} names a project file of Xactimate ({found[0]}): nothing writes one"


def _catalogue(path: str, codes: set[str]) -> Iterator[str]:
    if len(codes) > MAX_CATEGORIES:
        yield f"{path} has the category codes {', '.join(sorted(codes))}: they are Verisk's, take them as free text"
