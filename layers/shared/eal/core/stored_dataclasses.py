"""The bytecode of dataclasses' methods, which the build of the layer has compiled.

The module `dataclasses` writes the methods of a class as text and executes it; five sixths of its time are the
compiler's. Python keeps the bytecode of modules, and none of such texts. So eal_build.store_dataclasses keeps it, and
here the `exec` of that module looks for it. A text that the build has not seen is compiled as without this module: in
the sources, in other packages, and if another version of Python writes it (docs/decisions/0072).
"""

# No __future__ import here: `compile` and `exec` would apply it to the texts.
import builtins
import dataclasses
import marshal
import os
from collections.abc import Iterable
from functools import cache
from importlib.util import MAGIC_NUMBER
from types import CodeType
from typing import Any

FOLDER = "eal_dataclasses"
"""Next to the package `eal`, in the built layer only. It has a file for each module with dataclasses."""


def use(folder: str) -> None:
    """Let `dataclasses` execute what the folder has, if there is one."""
    if os.path.isdir(folder):  # noqa: PTH112 - pathlib is not needed yet

        def execute(text: Any, *namespaces: dict[str, Any], **named: Any) -> None:
            module = namespaces[0].get("__name__") if namespaces else None
            builtins.exec(_codes(f"{folder}/{module}").get(text, text), *namespaces, **named)  # noqa: S102 - as there

        setattr(dataclasses, "exec", execute)  # noqa: B010 - it has none of its own, so mypy knows of none


def dump(texts: Iterable[str]) -> bytes:
    """The file with the bytecode of these texts: as in a .pyc file, the version of bytecode comes first."""
    codes = {text: compile(text, "<string>", "exec") for text in sorted(texts)}
    return MAGIC_NUMBER + marshal.dumps(codes)


@cache
def _codes(path: str) -> dict[str, CodeType]:
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - as above
            content = file.read()
    except FileNotFoundError:
        return {}
    if not content.startswith(MAGIC_NUMBER):
        return {}
    return marshal.loads(content[len(MAGIC_NUMBER) :])  # type: ignore[no-any-return] # noqa: S302 - our layer's
