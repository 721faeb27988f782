"""Remove imports of packages that cost every cold start milliseconds and that no function needs (docs/decisions/0064).

Usage: python3.13 -m cut_imports FOLDER, which contains the packages. A step of layers/build.
"""

import sys
from pathlib import Path

IMPORT_CUTS = {
    # Its tracer, its metrics, and a header of botocore's requests that names Powertools.
    "aws_lambda_powertools/__init__.py": (
        ("from aws_lambda_powertools.metrics import Metrics, single_metric\n", ""),
        ("from aws_lambda_powertools.shared.user_agent import inject_user_agent\n", ""),
        ("from aws_lambda_powertools.tracing import Tracer\n", ""),
        ('    "Metrics",\n    "single_metric",\n    "Tracer",\n', ""),
        ("inject_user_agent()\n", ""),
    ),
    # jmespath, for the decorator's correlation_id_path.
    "aws_lambda_powertools/logging/logger.py": (
        ("from aws_lambda_powertools.utilities import jmespath_utils\n", ""),
        (
            "            if correlation_id_path:\n",
            "            if correlation_id_path:\n"
            "                from aws_lambda_powertools.utilities import jmespath_utils\n\n",
        ),
    ),
    # importlib.metadata, zipfile and 30 other modules, to look for plugins, which PYDANTIC_DISABLE_PLUGINS forbids.
    "pydantic/plugin/_loader.py": (
        ("import importlib.metadata as importlib_metadata\n", ""),
        (
            "            for dist in importlib_metadata.distributions():\n",
            "            import importlib.metadata as importlib_metadata\n\n"
            "            for dist in importlib_metadata.distributions():\n",
        ),
    ),
    # Types for checkers, and the class of one constant. pydantic itself, which uses the types, still gets them.
    "pydantic_core/__init__.py": (
        (
            "from typing_extensions import Sentinel\n",
            "class Sentinel:\n    def __init__(self, name):\n        self.__name__ = name\n",
        ),
        (
            "from .core_schema import CoreConfig, CoreSchema, CoreSchemaType, ErrorType\n",
            "def __getattr__(name):\n"
            "    if name not in ('CoreConfig', 'CoreSchema', 'CoreSchemaType', 'ErrorType'):\n"
            "        raise AttributeError(name)\n"
            "    from importlib import import_module\n\n"
            "    return getattr(import_module('pydantic_core.core_schema'), name)\n",
        ),
    ),
}
"""Files, and in each the texts of imports that no function needs, with what replaces them. Code that does need such a
module imports it then, or from its own place.
"""


def cut_imports(target: Path) -> None:
    """Replace the texts of IMPORT_CUTS.

    Raises: SystemExit if a file does not have its texts once, as may happen with another version of the package.
    """
    for name, cuts in IMPORT_CUTS.items():
        text = (target / name).read_text()
        for old, new in cuts:
            if text.count(old) != 1:
                raise SystemExit(f"layers/dependencies: {name} does not have this text once: {old!r}")
            text = text.replace(old, new)
        (target / name).write_text(text)


if __name__ == "__main__":
    cut_imports(Path(sys.argv[1]))
