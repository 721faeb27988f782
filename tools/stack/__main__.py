"""What make calls: python -m tools.stack run|up|stop|tests|invoke|start-api."""

import argparse
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from types import FrameType

from tools.stack import deploy, local_invoke, server
from tools.stack.place import ROOT, Failed, Place, read_json, say, shown

RUN = ROOT / ".local"
TEST = ROOT / ".local" / "test"


def up(place: Place) -> bool:
    """Start, deploy and seed what is not yet. Whether this started the server."""
    place.folder.mkdir(parents=True, exist_ok=True)
    known = server.running(place)
    if known is not None and known["port"] != place.port:
        say("server", f"moves from port {known['port']} to {place.port}: the demo tenant is made anew")
        server.stop(place)
        known = None
    if known is None:
        # A server's state dies with it, and keys that it gave out with the state.
        place.stack.unlink(missing_ok=True)
        server.start(place)
    else:
        say("server", f"already runs on 127.0.0.1:{place.port}: its data and keys stay")
    deploy.deploy(place)
    deploy.seed(place)
    return known is None


def show(place: Place, began: float) -> None:
    stack = read_json(place.stack)
    say("ready", f"in {time.monotonic() - began:.1f} s; all of this is in {shown(place.stack)}")
    say("API", stack["api_url"])
    say("live admin key", stack["keys"]["live_admin"])
    say("test admin key", stack["keys"]["test_admin"])
    for name, url in stack["receivers"].items():
        if url:
            say(f"{name} receiver", url)
    if stack["dashboard_url"]:
        say("dashboard", stack["dashboard_url"])
    print(
        f"\nTry:  curl -H 'Authorization: Bearer {stack['keys']['test_admin']}' {stack['api_url']}/health\n",
        flush=True,
    )


def run(place: Place, detach: bool) -> None:
    """Bring the stack up and hold it until Ctrl-C. What another command started goes on running."""
    began = time.monotonic()
    before = server.running(place)
    try:
        ours = up(place)
        show(place, began)
        if detach or not ours:
            say("running", "end it with: make stop")
            return
        say("running", "Ctrl-C stops it")
        wait(place)
    except (Failed, KeyboardInterrupt, BrokenPipeError) as ended:
        now = server.running(place)
        if now is not None and now != before:
            server.stop(place)
            if isinstance(ended, KeyboardInterrupt):
                print()
                say("stopped", f"127.0.0.1:{place.port}")
        if isinstance(ended, Failed):
            raise


def wait(place: Place) -> None:
    while server.running(place) is not None:
        time.sleep(0.5)
    raise Failed("the server has ended by itself", place.log("server"))


def stop(place: Place) -> None:
    known = read_json(place.server)
    if server.stop(place):
        say("stopped", f"127.0.0.1:{known['port']}")
    else:
        say("stopped", "nothing of ours was running")


def tests(place: Place, arguments: list[str]) -> int:
    """Run tests/deployed against a stack of their own, which ends with them however they end."""
    if not any((ROOT / "tests" / "deployed").glob("**/test_*.py")):
        say("deployed tests", "there are none yet")
        return 0
    server.stop(place)
    place = replace(place, port=server.free_port(place.port))
    try:
        up(place)
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-m", "deployed", "tests/deployed", *arguments],
            cwd=ROOT,
            env=os.environ | {"EAL_STACK": str(place.stack)},
            check=False,
        ).returncode
    finally:
        server.stop(place)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.stack")
    parser.add_argument("command", choices=("run", "up", "stop", "tests", "invoke", "start-api"))
    parser.add_argument("--port", type=int, default=4566)
    parser.add_argument("--api-port", type=int, default=3000, help="where sam local start-api listens")
    parser.add_argument("--function", default="", help="the logical id of the function to invoke")
    chosen, rest = parser.parse_known_args()
    place = Place(folder=TEST if chosen.command == "tests" else RUN, port=chosen.port)
    # A closed terminal and `kill` stop as cleanly as Ctrl-C, which is ignored in what a shell starts with &.
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, interrupt)
    try:
        match chosen.command:
            case "run" | "up":
                run(place, detach=chosen.command == "up")
            case "stop":
                stop(place)
            case "tests":
                return tests(place, rest)
            case "invoke":
                return local_invoke.invoke(place, chosen.function, rest)
            case "start-api":
                return local_invoke.start_api(place, chosen.api_port, rest)
    except Failed as failed:
        print(f"\n{failed}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
