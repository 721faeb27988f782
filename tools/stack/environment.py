"""Create .venv from tools/requirements.txt if it is missing or out of date. Uses the standard library only."""

import hashlib
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
LOG = ROOT / ".local" / "environment.log"
REQUIREMENTS = (ROOT / "tools" / "requirements.txt", ROOT / "layers" / "dependencies" / "requirements.txt")


def fingerprint() -> str:
    """The SHA-256 of the interpreter's version and the requirements."""
    digest = hashlib.sha256(sys.version.encode())
    for path in REQUIREMENTS:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def run(*command: str) -> bool:
    with LOG.open("a") as log:
        return subprocess.run(command, stdout=log, stderr=subprocess.STDOUT, check=False).returncode == 0


def fail(message: str) -> None:
    tail = LOG.read_text(errors="replace").splitlines()[-6:] if LOG.exists() else []
    sys.exit("\n".join([*(f"    {line}" for line in tail), f"environment: {message}"]))


def main() -> None:
    if sys.version_info[:2] != (3, 13):
        fail(f"requires Python 3.13, the runtime of the functions; this is {sys.version.split()[0]}")
    stamp = VENV / "requirements.sha256"
    if stamp.exists() and stamp.read_text() == fingerprint():
        return
    began = time.monotonic()
    print("environment      .venv …", flush=True)
    LOG.parent.mkdir(exist_ok=True)
    LOG.write_text("")
    # Recreated rather than updated: a package that the requirements no longer list must not remain installed.
    shutil.rmtree(VENV, ignore_errors=True)
    # make puts .venv first on PATH, so sys.executable may be in the .venv that was removed above.
    python = Path(sys.base_prefix, "bin", "python3.13") if sys.prefix != sys.base_prefix else sys.executable
    if not run(str(python), "-m", "venv", str(VENV)):
        fail(
            "python3.13 cannot create virtual environments: install its venv package (Debian: python3.13-venv)"
        )
    pip = (str(VENV / "bin" / "python"), "-m", "pip", "install", "--disable-pip-version-check", "--no-deps")
    if not run(*pip, "--requirement", str(REQUIREMENTS[0])):
        fail(f"pip failed to install tools/requirements.txt: check the network and {LOG.relative_to(ROOT)}")
    stamp.write_text(fingerprint())
    print(f"environment      ready in {time.monotonic() - began:.1f} s", flush=True)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
