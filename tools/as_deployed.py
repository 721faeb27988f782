"""python -m tools.as_deployed: run on the built layers what `make test` runs on the sources.

First the sample event of every function, under Lambda's runtime client, twice: with the stored schemas and without the
package pydantic, and with pydantic in their place (`EAL_SCHEMAS=pydantic`). Responses and requests to AWS must be the
same. Then TESTS, with the built `eal` and its stored schemas instead of layers/shared.

Not the whole suite: what differs in the built layer is how models are made, and tests/eal/core/test_stored_schema.py
compares the verdicts and dumps of all of them. A second run of everything would double the suite's time, to repeat
tests whose code does not know which of the two it runs with. `python -m tools.as_deployed tests/functions` runs others.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from functools import cache
from itertools import zip_longest
from pathlib import Path
from tempfile import mkdtemp

from tools.bench.layout import DASHBOARD, ROOT, SCRATCH, Layout, SetupFailed, lay_out

sys.path.insert(0, str(ROOT / "layers" / "shared"))
sys.path.insert(0, str(ROOT / "layers" / "dashboard"))

from tools.bench import functions, samples
from tools.bench.fake_aws import FakeAws
from tools.bench.items import Tables
from tools.bench.runtime import RunFailed, running
from tools.bench.server import Server

TESTS = ("tests/structure/test_samples.py", "tests/functions/test_round_trips.py")
"""Every endpoint once with its sample, and every endpoint of a resource on items that exist."""
SOURCES_ONLY = {
    "tests/eal/core/table/test_item.py": "loads dataclasses of its own",
    "tests/eal/core/test_clock.py": "validates times in a model of its own",
    "tests/eal/core/test_contact.py": "validates a type without a model",
    "tests/eal/core/test_stored_schema.py": "compares with pydantic what the sources say",
    "tests/eal/core/test_wire.py": "has views of its own",
}
"""Tests that need pydantic behind `eal.core.schema`, each with the reason: no schema of a test's class is stored."""
BUILT = SCRATCH / "layers" / "shared" / "python"
_COPIES = SCRATCH / "without_pydantic"
_VOLATILE = re.compile(
    r"""(X-RateLimit-Reset|duration_ms|last_four)\W+([SN]\W+)?\w+  # times and the ends of random texts, by their names
    |[0-9a-f-]{20,}|eyJ[\w=+/-]+|[\w+/-]{40,}={0,2}  # digests, cursors and signatures
    |[a-z]+_[0-9a-hjkmnp-tv-z]{26}  # ids
    |(PENDING|ORGANIZATION)\#\d+|\d{8}T\d{6}Z  # the shard of an id, and times of signatures
    |\d{4}-\d\d-\d\d[T ][\d:]+(\.\d+)?(Z|\+00:00)?  # times
    |\bm?\d{8,}\b  # minutes and seconds
    |\b(whsec|eal_(live|test))_[^"\\]*  # secrets and keys""",
    re.VERBOSE,
)
"""Pattern of the values that differ from run to run."""


def main(tests: list[str]) -> int:
    fake_aws = FakeAws()
    server = Server(fake_aws.respond)
    endpoint = f"http://127.0.0.1:{server.port}"
    fake_aws.tables = Tables(hooks=f"{endpoint}/hooks")
    measured = [function for function in functions.of_template(endpoint) if function.folder != DASHBOARD]
    built = lay_out([function.folder for function in measured])
    shutil.rmtree(_COPIES, ignore_errors=True)
    _COPIES.mkdir()
    without_pydantic = replace(
        built,
        packages=_without_pydantic(built.packages),
        own={task: _without_pydantic(packages) for task, packages in built.own.items()},
    )
    different = [
        function.folder
        for function in measured
        if not _is_same(
            function,
            _outcome(without_pydantic, fake_aws, function, {}),
            _outcome(built, fake_aws, function, {"EAL_SCHEMAS": "pydantic"}),
        )
    ]
    server.close()
    print(f"{len(measured)} sample events, {len(different)} different with stored schemas", flush=True)
    return int(bool(different)) | _run_tests(tests or [*TESTS])


def _run_tests(tests: list[str]) -> int:
    folders = " ".join((".", str(BUILT), "layers/models", "layers/reports", "layers/dashboard"))
    skipped = [f"--ignore={name}" for name in SOURCES_ONLY]
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-o", f"pythonpath={folders}", *skipped, *tests],
        cwd=ROOT,
        check=False,
    ).returncode


@cache
def _without_pydantic(packages: Path) -> Path:
    folder = Path(mkdtemp(dir=_COPIES))
    for path in packages.iterdir():
        if path.name != "pydantic":
            (folder / path.name).symlink_to(path)
    return folder


def _is_same(function: functions.Function, stored: list[str], plain: list[str]) -> bool:
    for ours, theirs in zip_longest(stored, plain, fillvalue=""):
        if ours != theirs:
            at = next(
                (
                    n
                    for n, (our_value, other) in enumerate(zip(ours, theirs, strict=False))
                    if our_value != other
                ),
                0,
            )
            part = slice(max(0, at - 40), at + 40)
            print(f"{function.folder}: {ours[part]!r}, and with pydantic {theirs[part]!r}")
    return stored == plain


def _outcome(
    built: Layout, fake_aws: FakeAws, function: functions.Function, choice: dict[str, str]
) -> list[str]:
    """The response, and the requests to AWS in any order, without what differs from run to run."""
    fake_aws.requests.clear()
    environment = {**function.environment, **choice}
    with running(built, built.task(function.folder), environment, SCRATCH / "function.log") as runtime:
        response = runtime.invoke(samples.sample(function.folder)).response
    return [_masked(response), *sorted(map(_masked, fake_aws.requests))]


def _masked(value: object) -> str:
    return _VOLATILE.sub("…", json.dumps(value, sort_keys=True))


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (RunFailed, SetupFailed) as failed:
        sys.exit(str(failed))
