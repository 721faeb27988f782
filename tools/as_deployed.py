"""python -m tools.as_deployed: run on the built layers what `make test` runs on the sources.

First the sample event of every function, under Lambda's runtime client, twice: with the stored schemas, and with
pydantic in their place (`EAL_SCHEMAS=pydantic`). Responses and requests to AWS must be the same. Then TESTS, with the
built `eal` and its stored schemas instead of layers/shared.

Not the whole suite: what differs in the built layer is how models are made, and tests/eal/core/test_stored_schema.py
compares the verdicts and dumps of all of them. A second run of everything would double the suite's time, to repeat
tests whose code does not know which of the two it runs with. `python -m tools.as_deployed tests/functions` runs others.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys

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
SOURCES_ONLY: dict[str, str] = {}
"""Tests that fail on the built layer, each with the reason."""
BUILT = SCRATCH / "layers" / "shared" / "python"
_VOLATILE = (
    (re.compile(r'(\\*")(X-RateLimit-Reset|duration_ms)\1: ?\\*"?\d+'), "reset"),
    (re.compile(r"[a-z]+_[0-9a-hjkmnp-tv-z]{26}"), "id"),
    (re.compile(r"\d{4}-\d\d-\d\d[T ][\d:]+(\.\d+)?(Z|\+00:00)?"), "time"),
    (re.compile(r"\b(whsec|eal_(live|test))_[^\"\\]*"), "secret"),
    (re.compile(r"[0-9a-f-]{32,}"), "digest"),
    (re.compile(r"\b\d{9,}\b"), "seconds"),
    (re.compile(r"eyJ[\w=+/-]+|[\w+/-]{40,}={0,2}"), "token"),
)
"""What differs from run to run: times, and what is random or derived from them."""


def main(tests: list[str]) -> int:
    fake_aws = FakeAws()
    server = Server(fake_aws.respond)
    endpoint = f"http://127.0.0.1:{server.port}"
    fake_aws.tables = Tables(hooks=f"{endpoint}/hooks")
    measured = [one for one in functions.of_template(endpoint) if one.folder != DASHBOARD]
    built = lay_out([one.folder for one in measured])
    different = [one.folder for one in measured if not _is_same(built, fake_aws, one)]
    server.close()
    print(f"{len(measured)} sample events, {len(different)} different with stored schemas", flush=True)
    return int(bool(different)) or _run_tests(tests or [*TESTS])


def _run_tests(tests: list[str]) -> int:
    folders = " ".join((".", str(BUILT), "layers/models", "layers/reports", "layers/dashboard"))
    skipped = [option for name in SOURCES_ONLY for option in ("--deselect", name)]
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-o", f"pythonpath={folders}", *skipped, *tests],
        cwd=ROOT,
        check=False,
    ).returncode


def _is_same(built: Layout, fake_aws: FakeAws, function: functions.Function) -> bool:
    stored, plain = (
        _outcome(built, fake_aws, function, {**function.environment, **choice})
        for choice in ({}, {"EAL_SCHEMAS": "pydantic"})
    )
    if stored != plain:
        print(f"{function.folder}\n  stored   {stored}\n  pydantic {plain}", flush=True)
    return stored == plain


def _outcome(
    built: Layout, fake_aws: FakeAws, function: functions.Function, environment: dict[str, str]
) -> list[str]:
    """The response, and the requests to AWS in any order, without what differs from run to run."""
    fake_aws.requests.clear()
    with running(built, built.task(function.folder), environment, SCRATCH / "function.log") as runtime:
        response = runtime.invoke(samples.sample(function.folder)).response
    return [_masked(response), *sorted(map(_masked, fake_aws.requests))]


def _masked(value: object) -> str:
    text = json.dumps(value, sort_keys=True)
    for pattern, name in _VOLATILE:
        text = pattern.sub(name, text)
    return text


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (RunFailed, SetupFailed) as failed:
        sys.exit(str(failed))
