"""Audit the repository: python -m tools.audit vulnerabilities|secrets. Ends with status 1 if it finds something.

`vulnerabilities` asks the package index for known vulnerabilities of every pinned package. It ends with status 2 if the
index does not know a package or cannot be asked, because nothing is then known about it. `secrets` needs no network.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NotRequired, TypedDict

import yaml

from tools.fixtures.template import ROOT

PROGRAMS = ROOT / ".local" / "auditor" / "bin"
REQUIREMENTS = ("layers/*/requirements.txt", "tools/requirements.txt", "tools/*/requirements.txt")
MAX_NAMED = 5
"""Maximum number of packages that the message about unasked ones names."""
_BATCH_FILES = 200


class Vulnerability(TypedDict):
    id: str
    fix_versions: list[str]


class Audited(TypedDict):
    """A package in the report of pip-audit."""

    name: str
    version: NotRequired[str]
    vulns: NotRequired[list[Vulnerability]]
    skip_reason: NotRequired[str]


def vulnerabilities() -> int:
    files = sorted(path for pattern in REQUIREMENTS for path in ROOT.glob(pattern))
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        # --no-deps, because each file lists all packages; without pip, so that nothing is installed.
        options = [
            "--disable-pip",
            "--no-deps",
            "--progress-spinner=off",
            "--format=json",
            f"--output={report}",
        ]
        named = [f"--requirement={path}" for path in files]
        done = subprocess.run(
            [str(PROGRAMS / "pip-audit"), *options, *named], capture_output=True, text=True, check=False
        )
        audited: list[Audited] = (
            json.loads(report.read_text())["dependencies"]
            if report.exists() and report.stat().st_size
            else []
        )
    if not audited:
        print(done.stderr, file=sys.stderr)
    return judge(audited)


def judge(audited: list[Audited]) -> int:
    """Print the findings of a report. Returns the exit status.

    pip-audit itself succeeds if it cannot ask about a package, and only names the package in its report.
    """
    unknown = sorted({package["name"] for package in audited if "skip_reason" in package})
    found = [(package, known) for package in audited for known in package.get("vulns", [])]
    for package, known in found:
        fixed = ", ".join(known["fix_versions"]) or "no version"
        print(f"{package['name']} {package.get('version', '')}: {known['id']}, fixed in {fixed}")
    if not audited or unknown:
        shown = ", ".join(unknown[:MAX_NAMED]) + (", …" if len(unknown) > MAX_NAMED else "")
        print(
            f"audit: the index could not be asked about {shown or 'any package'}: repeat with a network that reaches it"
        )
        return 1 if found else 2
    print(f"audit: {len(audited)} packages, {len(found)} known vulnerabilities")
    return 1 if found else 0


class Hook(TypedDict):
    """A hook of .pre-commit-config.yaml."""

    id: str
    entry: str
    args: NotRequired[list[str]]


def hooks() -> dict[str, Hook]:
    configuration = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    return {hook["id"]: hook for repository in configuration["repos"] for hook in repository["hooks"]}


def own_keys() -> re.Pattern[bytes]:
    return re.compile(hooks()["own-api-keys"]["entry"].encode())


def secrets() -> int:
    """Scan every tracked file as the hooks of .pre-commit-config.yaml scan changed ones."""
    own_key, arguments = own_keys(), hooks()["detect-secrets"].get("args", [])
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    files = [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]
    failed = False
    for name in files:
        if own_key.search((ROOT / name).read_bytes()):
            failed = True
            print(
                f"{name}: has an API key of this product: revoke it, and write eight zeros after its prefix"
            )
    for start in range(0, len(files), _BATCH_FILES):
        command = [str(PROGRAMS / "detect-secrets-hook"), *arguments]
        done = subprocess.run([*command, *files[start : start + _BATCH_FILES]], cwd=ROOT, check=False)
        failed |= done.returncode != 0
    if not failed:
        print(f"secrets: none in {len(files)} files")
    return int(failed)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["vulnerabilities"]:
            sys.exit(vulnerabilities())
        case ["secrets"]:
            sys.exit(secrets())
        case _:
            sys.exit(__doc__)
