"""Remove the white space of the OpenAPI document, which is a third of it.

Usage: python3.13 -m eal_build.compact_openapi FOLDER, which contains eal. A step of layers/build.
"""

import json
import sys
from pathlib import Path

if __name__ == "__main__":
    path = Path(sys.argv[1], "eal", "entry", "http", "openapi.json")
    path.write_text(
        json.dumps(json.loads(path.read_text()), ensure_ascii=False, separators=(",", ":")) + "\n"
    )
