"""Compile the templates of the dashboard to Python, which takes longer than everything else that a first page needs.

Usage: python3.13 -m compile_templates FOLDER, which contains eal_dashboard and its packages. A step of layers/build.
"""

import sys
from pathlib import Path

from eal_dashboard.views import compile_templates

if __name__ == "__main__":
    compile_templates(str(Path(sys.argv[1], "eal_dashboard", "compiled")))
