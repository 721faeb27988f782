"""python -m tools.bench [COMMAND]: what our code costs, as ratios to the work without it, or counted.

Without a command: cold and warm, with their defaults. pages, import, audit and isolation need a running local stack.
"""

import argparse
import sys
from collections.abc import Callable

from tools.bench.layout import ROOT, Unbuilt
from tools.bench.runtime import Broken

sys.path.insert(0, str(ROOT / "layers" / "shared"))

from tools.bench import audit, cold, deliver, imports, isolation, pages, receivers, warm

COLD_ROUNDS, COLD_BUDGET = 7, 8.0
WARM_INVOCATIONS, WARM_BUDGET = 1000, 1.3

type Run = Callable[[argparse.Namespace], int]

RUNS: dict[str | None, Run] = {
    "cold": lambda given: cold.main(given.rounds, given.budget, given.only),
    "warm": lambda given: warm.main(given.invocations, given.budget),
    "receivers": lambda given: receivers.main(given.invocations),
    "deliver": lambda given: deliver.main(given.batches),
    "pages": lambda _: pages.main(),
    "import": lambda given: imports.main(given.rows),
    "audit": lambda given: audit.main(tuple(given.records) or audit.SIZES),
    "isolation": lambda given: isolation.main(given.healthy, given.hanging, given.events),
    None: lambda _: _cold_and_warm(),
}


def main() -> int:
    arguments = _parser().parse_args()
    if arguments.command:
        print(f"python -m tools.bench {' '.join(sys.argv[1:])}", flush=True)
    try:
        return RUNS[arguments.command](arguments)
    except (Broken, Unbuilt) as failed:
        print(failed, file=sys.stderr)
        return 2


def _cold_and_warm() -> int:
    print("python -m tools.bench cold", flush=True)
    over = cold.main(COLD_ROUNDS, COLD_BUDGET, None)
    print("\npython -m tools.bench warm", flush=True)
    return over | warm.main(WARM_INVOCATIONS, WARM_BUDGET)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tools.bench",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command")
    one = commands.add_parser("cold", help="every function's cold start over a no-op's")
    one.add_argument("--rounds", type=int, default=COLD_ROUNDS)
    one.add_argument("--budget", type=float, default=COLD_BUDGET)
    one.add_argument("--only", help="functions whose folder has this in it")
    one = commands.add_parser("warm", help="handlers over bare ones that make the same AWS calls")
    one.add_argument("--invocations", type=int, default=WARM_INVOCATIONS)
    one.add_argument("--budget", type=float, default=WARM_BUDGET)
    one = commands.add_parser("receivers", help="receivers' p50 and p99 over a function that only answers")
    one.add_argument("--invocations", type=int, default=1000)
    one = commands.add_parser("deliver", help="deliveries a second over a bare loop that signs and posts")
    one.add_argument("--batches", type=int, default=200)
    commands.add_parser("pages", help="what a page of leads reads, with few leads and with many")
    one = commands.add_parser("import", help="a file of leads whose worker is killed twice on the way")
    one.add_argument("--rows", type=int, default=imports.ROWS)
    one = commands.add_parser("audit", help="exports of long audit logs, and their verification")
    one.add_argument("records", type=int, nargs="*", help="of the log; by default 100,000 and a million")
    one = commands.add_parser("isolation", help="from commit to a healthy endpoint, beside ones that hang")
    one.add_argument("--healthy", type=int, default=200)
    one.add_argument("--hanging", type=int, default=20)
    one.add_argument("--events", type=int, default=40)
    return parser


if __name__ == "__main__":
    sys.exit(main())
