"""python -m tools.bench [cold|warm|pages|audit]: what our code costs, as ratios to work without it, or counted.

Without a command: cold and warm, with their defaults. pages and audit need a running local stack.
"""

import argparse
import sys

from tools.bench.layout import ROOT, Unbuilt
from tools.bench.runtime import Broken

sys.path.insert(0, str(ROOT / "layers" / "shared"))

from tools.bench import audit, cold, pages, warm

COLD_ROUNDS, COLD_BUDGET = 7, 8.0
WARM_INVOCATIONS, WARM_BUDGET = 1000, 1.3


def main() -> int:
    arguments = _parser().parse_args()
    if arguments.command:
        print(f"python -m tools.bench {' '.join(sys.argv[1:])}", flush=True)
    try:
        match arguments.command:
            case "cold":
                return cold.main(arguments.rounds, arguments.budget, arguments.only)
            case "warm":
                return warm.main(arguments.invocations, arguments.budget)
            case "pages":
                return pages.main()
            case "audit":
                return audit.main(tuple(arguments.records) or audit.SIZES)
            case _:
                print("python -m tools.bench cold", flush=True)
                over = cold.main(COLD_ROUNDS, COLD_BUDGET, None)
                print("\npython -m tools.bench warm", flush=True)
                return over | warm.main(WARM_INVOCATIONS, WARM_BUDGET)
    except (Broken, Unbuilt) as failed:
        print(failed, file=sys.stderr)
        return 2


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
    other = commands.add_parser("warm", help="handlers over bare ones that make the same AWS calls")
    other.add_argument("--invocations", type=int, default=WARM_INVOCATIONS)
    other.add_argument("--budget", type=float, default=WARM_BUDGET)
    commands.add_parser("pages", help="what a page of leads reads, with few leads and with many")
    log = commands.add_parser("audit", help="exports of long audit logs, and their verification")
    log.add_argument(
        "records", type=int, nargs="*", help="how many the log has; 100,000 and a million by default"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
