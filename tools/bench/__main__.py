"""python -m tools.bench [cold|warm|receivers|pages]: what our code costs, in ratios to the work without it, or counted.

Without a command: cold and warm, with their defaults. pages and isolation need a running local stack.
"""

import argparse
import sys

from tools.bench.layout import ROOT, Unbuilt
from tools.bench.runtime import Broken

sys.path.insert(0, str(ROOT / "layers" / "shared"))

from tools.bench import cold, pages, receivers, warm

COLD_ROUNDS, COLD_BUDGET = 7, 8.0
WARM_INVOCATIONS, WARM_BUDGET = 1000, 1.3
RECEIVER_INVOCATIONS = 1000


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
            case "receivers":
                return receivers.main(arguments.invocations)
            case "pages":
                return pages.main()
            case "deliver":
                return deliver.main(arguments.batches)
            case "isolation":
                return isolation.main(arguments.healthy, arguments.hanging, arguments.events)
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
    third = commands.add_parser("receivers", help="receivers' p50 and p99 over a function that only answers")
    third.add_argument("--invocations", type=int, default=RECEIVER_INVOCATIONS)
    commands.add_parser("pages", help="what a page of leads reads, with few leads and with many")
    rate = commands.add_parser("deliver", help="deliveries a second over a bare loop that signs and posts")
    rate.add_argument("--batches", type=int, default=200)
    apart = commands.add_parser("isolation", help="from commit to a healthy endpoint, beside ones that hang")
    apart.add_argument("--healthy", type=int, default=200)
    apart.add_argument("--hanging", type=int, default=20)
    apart.add_argument("--events", type=int, default=40)
    return parser


if __name__ == "__main__":
    sys.exit(main())
