"""The commands of make for the local stack: python -m tools.stack run|up|stop|reset|tests|invoke|start-api."""

import argparse
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from types import FrameType

from tools.stack import deploy, local_invoke, server
from tools.stack.instance import ROOT, Failed, Instance, read_json, say, shown

RUN = ROOT / ".local"
TEST = ROOT / ".local" / "test"


def up(instance: Instance, keep: bool) -> bool:
    """Start, deploy and seed the instance as far as needed. Returns whether this call started the server."""
    instance.folder.mkdir(parents=True, exist_ok=True)
    known = server.running(instance)
    if known is not None and keep and not known["keep"]:
        raise Failed("the stack is running without KEEP=1: end it with make stop, and run the command again")
    if known is not None and known["port"] != instance.port:
        say("server", f"moves from port {known['port']} to {instance.port}, with a new demo tenant")
        server.stop(instance)
        known = None
    if known is None:
        # The keys in stack.json are of a server that has ended.
        instance.stack.unlink(missing_ok=True)
        server.start(instance, keep)
    else:
        say("server", f"already running on 127.0.0.1:{instance.port}: data and keys are unchanged")
    deploy.deploy(instance)
    deploy.seed(instance)
    return known is None


def show(instance: Instance, began: float) -> None:
    stack = read_json(instance.stack)
    say("ready", f"in {time.monotonic() - began:.1f} s; {shown(instance.stack)} has all of the following")
    say("API", stack["api_url"])
    say("live admin key", stack["keys"]["live_admin"])
    say("test admin key", stack["keys"]["test_admin"])
    for name, url in stack["receivers"].items():
        if url:
            say(f"{name} receiver", url)
    say("dashboard", stack["dashboard_url"])
    say("dashboard sign-in", f"{stack['member']['email']}  {stack['member']['password']}")
    print(
        f"\nTry:  curl -H 'Authorization: Bearer {stack['keys']['test_admin']}' {stack['api_url']}/health\n",
        flush=True,
    )


def run(instance: Instance, detach: bool, keep: bool) -> None:
    """Start the stack and stop it on Ctrl-C. A stack that another command started keeps running."""
    began = time.monotonic()
    before = server.running(instance)
    try:
        is_started_here = up(instance, keep)
        show(instance, began)
        if detach or not is_started_here:
            say("running", "stop it with: make stop")
            return
        say("running", "stop it with Ctrl-C")
        wait(instance)
    except (Failed, KeyboardInterrupt, BrokenPipeError) as stopped:
        now = server.running(instance)
        if now is not None and now != before:
            server.stop(instance)
            if isinstance(stopped, KeyboardInterrupt):
                print()
                say("stopped", f"127.0.0.1:{instance.port}")
        if isinstance(stopped, Failed):
            raise


def wait(instance: Instance) -> None:
    while server.running(instance) is not None:
        time.sleep(0.5)
    raise Failed("the server exited", instance.log("server"))


def stop(instance: Instance) -> None:
    known = server.running(instance)
    if known is not None:
        server.stop(instance)
        say("stopped", f"127.0.0.1:{known['port']}{', and its state is kept' if known['keep'] else ''}")
    else:
        say("stopped", "the local stack was not running")


def reset(instance: Instance) -> None:
    """Stop the stack, and remove the state and the keys that KEEP=1 kept."""
    server.stop(instance, save=False)
    instance.kept.unlink(missing_ok=True)
    say("reset", "the local stack is stopped, and no state is kept")


def tests(instance: Instance, arguments: list[str]) -> int:
    """Run tests/deployed against a stack of their own, and stop it afterwards. Returns the exit status of pytest."""
    if not any((ROOT / "tests" / "deployed").glob("**/test_*.py")):
        say("deployed tests", "no tests found")
        return 0
    reset(instance)
    instance = replace(instance, port=server.free_port(instance.port))
    try:
        # A test stops the stack and starts it again with its state.
        up(instance, keep=True)
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-m", "deployed", "tests/deployed", *arguments],
            cwd=ROOT,
            env=os.environ | {"EAL_STACK": str(instance.stack)},
            check=False,
        ).returncode
    finally:
        reset(instance)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.stack", description=__doc__)
    parser.add_argument("command", choices=("run", "up", "stop", "reset", "tests", "invoke", "start-api"))
    parser.add_argument("--port", type=int, default=4566, help="the port of the stack on 127.0.0.1")
    parser.add_argument("--keep", action="store_true", help="keep the state over a stop, and start with it")
    parser.add_argument("--api-port", type=int, default=3000, help="the port of sam local start-api")
    parser.add_argument("--function", default="", help="the logical id of the function to invoke")
    arguments, rest = parser.parse_known_args()
    instance = Instance(folder=TEST if arguments.command == "tests" else RUN, port=arguments.port)
    # SIGTERM and SIGHUP (a closed terminal) stop the tool like Ctrl-C. SIGINT needs a handler too, because a shell
    # makes the commands that it starts with & ignore it.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    try:
        match arguments.command:
            case "run" | "up":
                run(instance, detach=arguments.command == "up", keep=arguments.keep)
            case "stop":
                stop(instance)
            case "reset":
                reset(instance)
            case "tests":
                return tests(instance, rest)
            case "invoke":
                return local_invoke.invoke(instance, arguments.function, rest)
            case "start-api":
                return local_invoke.start_api(instance, arguments.api_port, rest)
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
