"""python -m tools.bench [COMMAND]: the cost of our code, as ratios to a baseline or as counts.

Without a command, cold and warm run with their defaults. pages, import, audit, isolation and soak need a running local
stack.
"""

import argparse
import sys
from collections.abc import Callable

from tools.bench.layout import ROOT, SetupFailed
from tools.bench.runtime import RunFailed

sys.path.insert(0, str(ROOT / "layers" / "shared"))
sys.path.insert(0, str(ROOT / "layers" / "dashboard"))

from tools.bench import (
    audit,
    aws,
    capacity,
    cold,
    cost,
    dashboard,
    deliver,
    imports,
    isolation,
    lanes,
    outreach,
    pages,
    receivers,
    soak,
    warm,
)

COLD_ROUNDS, COLD_BUDGET = 7, 8.0
WARM_INVOCATIONS, WARM_BUDGET = 1000, 1.4

type Run = Callable[[argparse.Namespace], int]

RUNS: dict[str | None, Run] = {
    "cold": lambda arguments: cold.main(arguments.rounds, arguments.budget, arguments.only),
    "warm": lambda arguments: warm.main(
        arguments.invocations, arguments.budget, with_instructions=arguments.instructions
    ),
    "capacity": lambda _: capacity.main(),
    "dashboard": lambda arguments: dashboard.main(arguments.invocations),
    "receivers": lambda arguments: receivers.main(arguments.invocations),
    "deliver": lambda arguments: deliver.main(arguments.batches),
    "cost": lambda _: cost.main(),
    "pages": lambda _: pages.main(),
    "import": lambda arguments: imports.main(arguments.rows),
    "audit": lambda arguments: audit.main(tuple(arguments.records) or audit.SIZES),
    "isolation": lambda arguments: isolation.main(
        arguments.healthy, tuple(arguments.hanging), arguments.settling, arguments.seconds
    ),
    "lanes": lambda _: lanes.main(),
    "outreach": lambda _: outreach.main(),
    "soak": lambda arguments: soak.main(arguments.minutes),
    "aws": lambda arguments: aws.main(arguments.calls, arguments.endpoint),
    None: lambda _: _cold_and_warm(),
}


def main() -> int:
    arguments = _parser().parse_args()
    if arguments.command:
        print(f"python -m tools.bench {' '.join(sys.argv[1:])}", flush=True)
    try:
        return RUNS[arguments.command](arguments)
    except (RunFailed, SetupFailed) as failed:
        print(failed, file=sys.stderr)
        return 2


def _cold_and_warm() -> int:
    print("python -m tools.bench cold", flush=True)
    status = cold.main(COLD_ROUNDS, COLD_BUDGET, None)
    print("\npython -m tools.bench warm", flush=True)
    return status | warm.main(WARM_INVOCATIONS, WARM_BUDGET, with_instructions=False)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tools.bench",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command")
    command = commands.add_parser("cold", help="the cold start of every function, relative to a no-op")
    command.add_argument("--rounds", type=int, default=COLD_ROUNDS)
    command.add_argument("--budget", type=float, default=COLD_BUDGET)
    command.add_argument(
        "--only", nargs="+", help="measure functions whose folder contains one of these texts"
    )
    command = commands.add_parser("warm", help="handlers, relative to bare handlers with the same AWS calls")
    command.add_argument("--invocations", type=int, default=WARM_INVOCATIONS)
    command.add_argument("--budget", type=float, default=WARM_BUDGET)
    command.add_argument("--instructions", action="store_true", help="count them too; needs valgrind")
    commands.add_parser(
        "capacity", help="the relay's chain of AWS calls, and a model of throughput from counted units"
    )
    command = commands.add_parser(
        "receivers", help="p50 and p99 of receivers, relative to a function that only responds"
    )
    command.add_argument("--invocations", type=int, default=1000)
    command = commands.add_parser(
        "dashboard", help="a warm page of the dashboard, relative to the API call that it makes"
    )
    command.add_argument("--invocations", type=int, default=500)
    command = commands.add_parser(
        "deliver", help="deliveries per second, relative to a bare loop that signs and posts"
    )
    command.add_argument("--batches", type=int, default=200)
    commands.add_parser("cost", help="dollars per million of requests, deliveries and audit records")
    commands.add_parser("pages", help="the reads of a page of leads, with few leads and with many")
    command = commands.add_parser("import", help="an import of leads whose worker is killed twice")
    command.add_argument("--rows", type=int, default=imports.ROWS)
    command = commands.add_parser("audit", help="export and verification of long audit logs")
    command.add_argument(
        "records", type=int, nargs="*", help="lengths of the log; by default 100,000 and 1,000,000"
    )
    command = commands.add_parser(
        "isolation", help="the time from commit to healthy endpoints, next to endpoints that hang"
    )
    command.add_argument("--healthy", type=int, default=50, help="healthy endpoints, in groups of ten")
    command.add_argument("--hanging", type=int, nargs="*", default=lanes.LEVELS)
    command.add_argument(
        "--settling", type=float, default=60.0, help="seconds of load before each measurement"
    )
    command.add_argument("--seconds", type=float, default=30.0, help="of each measurement")
    commands.add_parser("lanes", help="the same in a simulation of the queues, equal on every machine")
    commands.add_parser(
        "outreach", help="the reads of finding due e-mails, and how long a backlog delays another tenant"
    )
    command = commands.add_parser("soak", help="a mixed load whose functions are killed: is anything lost?")
    command.add_argument("--minutes", type=int, default=10)
    command = commands.add_parser(
        "aws", help="our AWS client on connections that fail: is an error unexplained?"
    )
    command.add_argument("--calls", type=int, default=100_000)
    command.add_argument("--endpoint", help="an emulator's address, such as that of the local stack")
    return parser


if __name__ == "__main__":
    sys.exit(main())
