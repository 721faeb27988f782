"""The calls to AWS that each function was seen to make, recorded by the tests that reach every function.

The recorders write a file for each of their tests into RECORDED, below the fingerprint of the code, so that no call of
older code is judged. A run of all tests, such as CI's, leaves them for `make rehearse`.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from tools.fixtures.template import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

RECORDED = ROOT / ".local" / "calls"
RECORDERS = {
    "endpoints": "tests/functions/test_round_trips.py",
    "journeys": "tests/flows/test_grants_suffice.py",
}
NAMES = ".names"
"""The file with the names of all tests of a recorder."""
_INPUTS = ("functions", "layers/shared", "layers/reports", "events", "tests/support", *RECORDERS.values())

type Context = tuple[tuple[str, tuple[str, ...]], ...]


class AwsCall(NamedTuple):
    """An IAM action on a resource, with the values of condition keys.

    The resource is a logical id and what follows the ARN: `StateTable/index/gsi1`, `AuditBucket/audit/org_…`.
    """

    action: str
    resource: str
    context: Context = ()


@cache
def folder() -> Path:
    """The folder of the calls of the present code."""
    paths = sorted(
        path
        for name in _INPUTS
        for path in ([ROOT / name] if (ROOT / name).is_file() else (ROOT / name).rglob("*"))
        if path.suffix in (".py", ".json")
    )
    digest = hashlib.sha256()
    for path in paths:
        digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return RECORDED / digest.hexdigest()[:16]


def write(recorder: str, name: str, names: Iterable[str], calls: Mapping[str, Iterable[AwsCall]]) -> None:
    """Record the calls of one of the recorder's tests, by the function's folder. `names` are all of its tests.

    Recordings of other code are deleted. Calls of botocore's clients are not recorded, because the tests do not see
    what their presigned URLs allow.
    """
    if os.environ.get("EAL_SDK"):
        return
    for other in RECORDED.glob("*"):
        if other != folder():
            shutil.rmtree(other, ignore_errors=True)
    own = folder() / recorder
    own.mkdir(parents=True, exist_ok=True)
    _file(own, name).write_text(json.dumps({key: sorted(found) for key, found in sorted(calls.items())}))
    (own / NAMES).write_text(json.dumps(sorted(names)))


def _file(own: Path, name: str) -> Path:
    return own / f"{quote(name, safe='')}.json"


def recorded() -> dict[str, set[AwsCall]]:
    """The calls of the present code, by the function's folder. If a test has not recorded its own, all do so first,
    which takes a minute.

    Raises: subprocess.CalledProcessError if a test fails.
    """
    if not all(_files(recorder) for recorder in RECORDERS):
        print("recording the calls of every function", flush=True)
        command = (sys.executable, "-m", "pytest", "-n", "2", "--dist", "worksteal", *RECORDERS.values())
        subprocess.run(command, cwd=ROOT, check=True)
    return read(path for recorder in RECORDERS for path in _files(recorder))


def _files(recorder: str) -> list[Path]:
    """The recordings of all tests of the recorder; none if one is missing."""
    own = folder() / recorder
    if not (own / NAMES).exists():
        return []
    files = [_file(own, name) for name in json.loads((own / NAMES).read_text())]
    return files if all(path.exists() for path in files) else []


def read(files: Iterable[Path]) -> dict[str, set[AwsCall]]:
    found: dict[str, set[AwsCall]] = defaultdict(set)
    for path in files:
        for function, calls in json.loads(path.read_text()).items():
            found[function] |= {
                AwsCall(action, resource, tuple((key, tuple(values)) for key, values in context))
                for action, resource, context in calls
            }
    return dict(found)
