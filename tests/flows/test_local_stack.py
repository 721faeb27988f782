"""`make stop`, `make run KEEP=1` and `make reset`, with a program in place of the server."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import ministack  # type: ignore[import-untyped]
import pytest

from tools.stack import __main__ as commands
from tools.stack import server
from tools.stack.instance import ROOT, Failed, Instance, write_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

type Start = Callable[..., subprocess.Popen[bytes]]

# Each program prints a line when it is ready. Its argument is the file of the kept state.
HANGING = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(600)"
)
WITH_FUNCTION = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {HANGING!r}]).wait()"
HANGING_WITH_FUNCTION = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {WITH_FUNCTION}"
SAVING = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: (open(sys.argv[1], "w").write("saved"), os._exit(0)))
print(flush=True)
time.sleep(600)
"""


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Instance:
    monkeypatch.setattr(server, "MAX_STOP_SECONDS", 0.2)
    monkeypatch.setattr(server, "MAX_SAVE_SECONDS", 0.2)
    return Instance(folder=tmp_path, port=server.free_port(4566))


@pytest.fixture
def start(instance: Instance) -> Iterator[Start]:
    """Start a program as the server of the instance."""
    started: list[subprocess.Popen[bytes]] = []

    def start_program(
        program: str, *, keep: bool = False, is_deployed: bool = True
    ) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(  # noqa: S603 - the programs above
            [sys.executable, "-c", program, instance.kept], stdout=subprocess.PIPE, start_new_session=True
        )
        started.append(process)
        assert process.stdout is not None
        process.stdout.readline()
        known = server.identity(process.pid)
        write_json(
            instance.server, {"pid": process.pid, "identity": known, "port": instance.port, "keep": keep}
        )
        write_json(instance.stack, {"keys": {"live_admin": "eal_live_1"}})
        if is_deployed:
            write_json(instance.deployed, {"inputs": "1", "server": known})
        return process

    yield start_program
    for process in started:
        process.kill()
        process.communicate()


def assert_all_end(process: subprocess.Popen[bytes]) -> None:
    """The server and its functions share a pipe, which can be read to its end when all of them have ended.

    Raises:
        TimeoutExpired: one of them keeps running.
    """
    process.communicate(timeout=10)


def keep_state(instance: Instance, port: int) -> None:
    with zipfile.ZipFile(instance.kept, "w") as archive:
        archive.writestr("stack.json", json.dumps({"aws": {"endpoint_url": f"http://127.0.0.1:{port}"}}))
        archive.writestr("deployed.json", "{}")


def test_a_server_that_does_not_end_is_killed_with_its_functions_and_nothing_else(
    instance: Instance, start: Start
) -> None:
    stranger = subprocess.Popen(  # noqa: S603 - the program above
        [sys.executable, "-c", HANGING], stdout=subprocess.PIPE
    )
    assert stranger.stdout is not None
    stranger.stdout.readline()
    process = start(HANGING_WITH_FUNCTION)

    assert server.stop(instance)

    assert server.running(instance) is None
    assert_all_end(process)
    assert stranger.poll() is None
    stranger.kill()
    stranger.communicate()


def test_a_function_that_outlives_its_server_is_killed(instance: Instance, start: Start) -> None:
    process = start(WITH_FUNCTION)

    server.stop(instance)

    assert_all_end(process)


def test_a_stop_leaves_the_servers_files_to_the_next_server(instance: Instance, start: Start) -> None:
    layer = instance.folder / "scratch" / "layers" / "module.py"
    layer.parent.mkdir(parents=True)
    layer.touch()
    start(HANGING)

    server.stop(instance)

    assert layer.exists()
    assert not instance.stack.exists()
    assert not instance.server.exists()


def test_a_server_that_keeps_its_state_saves_it(
    instance: Instance, start: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    start(SAVING, keep=True)

    commands.stop(instance)

    assert instance.kept.read_text() == "saved"
    assert "its state is kept" in capsys.readouterr().out


def test_a_state_that_is_not_saved_is_an_error_and_the_last_one_remains(
    instance: Instance, start: Start
) -> None:
    instance.kept.write_text("of the last stop")
    start(HANGING, keep=True)

    with pytest.raises(Failed, match="the state was not saved"):
        server.stop(instance)

    assert instance.kept.read_text() == "of the last stop"
    assert server.running(instance) is None


def test_a_part_of_a_deployment_is_not_kept(instance: Instance, start: Start) -> None:
    start(SAVING, keep=True, is_deployed=False)

    server.stop(instance)

    assert not instance.kept.exists()


def test_reset_stops_the_server_and_removes_the_state(instance: Instance, start: Start) -> None:
    instance.kept.write_text("of the last stop")
    start(SAVING, keep=True)

    commands.reset(instance)

    assert not instance.kept.exists()
    assert server.running(instance) is None


def test_a_running_stack_cannot_begin_to_keep_its_state(instance: Instance, start: Start) -> None:
    start(HANGING)

    with pytest.raises(Failed, match="running without KEEP=1"):
        commands.up(instance, keep=True)

    assert server.running(instance) is not None


def test_a_state_of_another_port_is_refused(instance: Instance) -> None:
    keep_state(instance, port=4570)

    with pytest.raises(Failed, match="use PORT=4570, or remove it with make reset"):
        server.start(replace(instance, port=4571), keep=True)

    assert not instance.server.exists()


ENVIRONMENTS = """
import sys, threading
sys.path[1:1] = sys.argv[1:]
from tools.stack import emulator
emulator.bound_environments()
emulator.end_idle_environments()
from ministack.core import lambda_runtime
from ministack.services import lambda_svc

def acquire(name):
    arn = f"arn:aws:lambda:us-east-1:000000000000:function:{name}"
    return lambda_svc.acquire_worker(name, {"FunctionArn": arn}, b"")[0]

def left():
    return {key.split(":")[2]: len(workers) for key, workers in lambda_runtime._workers.items()}

started = [acquire("classify") for _ in range(3)]
waiting = threading.Thread(target=acquire, args=["classify"])
waiting.start()
waiting.join(0.2)
assert waiting.is_alive() and left() == {"classify": 3}
lambda_runtime.release_worker(started[0])
waiting.join()
assert left() == {"classify": 3}

lambda_runtime.release_worker(started[0])
lambda_runtime.release_worker(started[1])
assert lambda_svc.reap_idle_workers() == 0
for one in started:
    one.last_used -= emulator.MAX_IDLE_SECONDS
lambda_runtime.release_worker(acquire("list"))
assert lambda_svc.reap_idle_workers() == 2
assert left() == {"classify": 1, "list": 1}
lambda_runtime.release_worker(started[2])
assert lambda_svc.reap_idle_workers() == 1
assert left() == {"list": 1}
"""


def test_idle_environments_end_and_a_function_has_at_most_three() -> None:
    packages = str(Path(ministack.__file__).parents[1])
    command = [sys.executable, "-c", ENVIRONMENTS, packages, str(ROOT)]

    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603 - the program above

    assert (ended.returncode, ended.stderr) == (0, "")
