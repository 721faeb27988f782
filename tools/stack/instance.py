"""An instance of the local stack, and the progress output of the tools."""

import json
import os
import platform
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
REGION = "us-east-1"
ARCHITECTURE = "arm64" if platform.machine() in ("arm64", "aarch64") else "x86_64"
NUMPY_LAYER = "NumpyArm64Layer" if ARCHITECTURE == "arm64" else "NumpyX8664Layer"


class Failed(Exception):
    """A failed step. The message is one line with the cause and the remedy; the tail of the log is printed above it."""

    def __init__(self, message: str, log: Path | None = None) -> None:
        super().__init__(message)
        self.log = log

    def __str__(self) -> str:
        message = str(self.args[0])
        if self.log is None or not self.log.exists():
            return message
        tail = [line for line in self.log.read_text(errors="replace").splitlines() if line.strip()][-15:]
        return "\n".join([*(f"    {line}" for line in tail), f"{message} (full log: {shown(self.log)})"])


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


@dataclass(frozen=True)
class Instance:
    """A local stack: the folder of its files, and its port."""

    folder: Path
    port: int

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def dashboard(self) -> str:
        """Browsers resolve every name under localhost to this machine (RFC 6761); Python does not."""
        return f"http://dashboard.localhost:{self.port}"

    @property
    def server(self) -> Path:
        """The file with the server's pid, identity and port, and with whether it keeps its state."""
        return self.folder / "server.json"

    @property
    def stack(self) -> Path:
        return self.folder / "stack.json"

    @property
    def deployed(self) -> Path:
        """The file with the fingerprint of the deployed inputs and the identity of the server."""
        return self.folder / "deployed.json"

    @property
    def kept(self) -> Path:
        """The file with the state that KEEP=1 keeps, and with the stack.json and deployed.json that belong to it."""
        return self.folder / "kept.zip"

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def credentials(self) -> dict[str, str]:
        """The environment of this process without any variable or file that could select a real AWS account."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return clean | {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }


def read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write a file atomically, because other processes read it."""
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(content, indent=2) + "\n")
    fresh.replace(path)


def say(step: str, text: str) -> None:
    print(f"{step:16} {text}", flush=True)


@contextmanager
def timed(step: str, doing: str) -> Iterator[None]:
    """Print one line for a step: its text when it starts, and its duration when it is done."""
    began = time.monotonic()
    live = sys.stdout.isatty()
    if live:
        print(f"{step:16} {doing} …", end="", flush=True)
    yield
    print(f"{'\r' if live else ''}{step:16} {doing}: {time.monotonic() - began:.1f} s", flush=True)
