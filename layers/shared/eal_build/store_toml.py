"""Store eal's TOML files as JSON for `eal.ai.toml`, because a cold start would spend milliseconds on reading TOML.

Usage: python3.13 -m eal_build.store_toml FOLDER, which contains eal. A step of layers/build.
"""

import json
import sys
import tomllib
from pathlib import Path

if __name__ == "__main__":
    for path in Path(sys.argv[1], "eal").rglob("*.toml"):
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        path.with_suffix(".json").write_text(
            json.dumps(content, ensure_ascii=False, separators=(",", ":")), encoding="utf-8"
        )
        path.unlink()
