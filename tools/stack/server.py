"""Start and stop the MiniStack server of an instance, and no other process."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zipfile
from pathlib import Path
from typing import Any

from tools.stack.instance import ROOT, Failed, Instance, read_json, timed, write_json

EMULATOR = ROOT / "tools" / "stack" / "emulator.py"
# The server waits up to three seconds for invocations in progress; the rest is for a loaded machine.
MAX_STOP_SECONDS = 6.0
MAX_SAVE_SECONDS = 60.0
MAX_KILL_SECONDS = 3.0


def identity(pid: int) -> str:
    """The start time and command line of a process, which distinguish it from a later process with the same pid."""
    proc = Path("/proc") / str(pid)
    if proc.parent.joinpath("self").exists():
        try:
            # The name in parentheses may contain spaces; the start time is the 20th field after it (proc_pid_stat(5)).
            fields = proc.joinpath("stat").read_text().rpartition(")")[2].split()
            command = proc.joinpath("cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            return ""
        # A process has no command line during its exec and after its end.
        return f"{fields[19]} {command}" if command and fields[0] != "Z" else ""
    listing = subprocess.run(
        ["ps", "-o", "lstart=,command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return listing.stdout.strip()


def running(instance: Instance) -> dict[str, Any] | None:
    """The content of server.json, if that process is still running."""
    known = read_json(instance.server)
    pid = known.get("pid")
    if isinstance(pid, int) and known.get("identity") and identity(pid) == known["identity"]:
        return {"keep": False} | known
    return None


def is_healthy(endpoint: str) -> bool:
    try:
        with urllib.request.urlopen(f"{endpoint}/_ministack/health", timeout=2) as response:  # noqa: S310
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def in_use(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port(preferred: int) -> int:
    if not in_use(preferred):
        return preferred
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(instance: Instance, keep: bool) -> None:
    """Start the server: with the kept state if there is one and it is to be kept, otherwise empty."""
    if in_use(instance.port):
        raise Failed(f"port {instance.port} is in use by another program: choose a free port with PORT=…")
    files = kept_files(instance) if keep else {}
    with timed("server", f"MiniStack on 127.0.0.1:{instance.port}{', with the kept state' if files else ''}"):
        process = launch(instance, keep)
        while not (started := identity(process.pid)) and process.poll() is None:
            time.sleep(0.001)
        # Written before the server is ready, so that an interrupted start can be stopped.
        write_json(
            instance.server,
            {"pid": process.pid, "identity": started, "port": instance.port, "keep": keep},
        )
        deadline = time.monotonic() + 30
        while not is_healthy(instance.endpoint):
            if process.poll() is not None or time.monotonic() > deadline:
                stop(instance)
                raise Failed("MiniStack did not start", instance.log("server"))
            time.sleep(0.05)
    if files:
        write_json(instance.stack, files["stack.json"])
        write_json(instance.deployed, files["deployed.json"] | {"server": started})


def kept_files(instance: Instance) -> dict[str, Any]:
    """The contents of stack.json and deployed.json in the kept state, by name; empty if no state is kept.

    Raises:
        Failed: the state was kept on another port, which is in the addresses of its queues.
    """
    if not instance.kept.exists():
        return {}
    with zipfile.ZipFile(instance.kept) as archive:
        files = {name: json.loads(archive.read(name)) for name in ("stack.json", "deployed.json")}
    endpoint = files["stack.json"]["aws"]["endpoint_url"]
    if endpoint != instance.endpoint:
        port = endpoint.rpartition(":")[2]
        raise Failed(f"the kept state belongs to port {port}: use PORT={port}, or remove it with make reset")
    return files


def launch(instance: Instance, keep: bool) -> subprocess.Popen[bytes]:
    bare = instance.folder / "runtime"
    if not (bare / "bin" / "python").exists():
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(bare)], check=True)
    scratch = instance.folder / "scratch"
    if scratch.exists():
        # The server removes it in the background.
        discarded = instance.folder / "discarded"
        discarded.mkdir(exist_ok=True)
        scratch.rename(discarded / str(time.time_ns()))
    scratch.mkdir(parents=True)
    packages = next((ROOT / ".venv" / "lib").glob("python3.*/site-packages"), Path(sys.prefix))
    # Every function inherits this environment, so it contains no variable of the shell that is not needed.
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(scratch),
        "TMPDIR": str(scratch),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(instance.port),
        "LOG_LEVEL": "WARNING",
        # The keys of Cognito's tokens. The default folder would be the same for all instances.
        "STATE_DIR": str(scratch),
        # These two services ignore BIND_HOST and listen on every address.
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
    }
    with instance.log("server").open("w") as log:
        # A new session: Ctrl-C does not reach the server, and killing its process group also ends the functions.
        return subprocess.Popen(
            [bare / "bin" / "python", EMULATOR, packages, *([instance.kept] if keep else [])],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def stop(instance: Instance, save: bool = True) -> bool:
    """Stop the server and its functions within ten seconds, not counting the time to save a state that is kept.

    Returns False if the server was not running.

    Raises:
        Failed: the state was not saved.
    """
    known = running(instance)
    saved_before = saved_at(instance)
    is_saving = False
    if known is not None:
        is_saving = bool(known["keep"]) and save and is_complete(instance, known)
        end(known, MAX_SAVE_SECONDS if is_saving else 0.0 if known["keep"] else MAX_STOP_SECONDS)
    for path in (instance.server, instance.stack, instance.deployed):
        path.unlink(missing_ok=True)
    if is_saving and saved_at(instance) == saved_before:
        raise Failed("the state was not saved: the one of the last stop is kept", instance.log("server"))
    return known is not None


def end(known: dict[str, Any], max_seconds: float) -> None:
    """End the server of a server.json: it may finish within `max_seconds`, then its process group is killed."""
    pid, port = known["pid"], known["port"]
    with contextlib.suppress(ProcessLookupError):
        if max_seconds:
            os.kill(pid, signal.SIGTERM)
            has_ended(pid, port, max_seconds)
        # start_new_session created the process group; its id is this pid, also after the end of the server.
        os.killpg(pid, signal.SIGKILL)
    has_ended(pid, port, MAX_KILL_SECONDS)


def is_complete(instance: Instance, known: dict[str, Any]) -> bool:
    """Whether the stack of this server is deployed and seeded. A part of a deployment is not worth keeping."""
    keys = read_json(instance.stack).get("keys", {None: None})
    return read_json(instance.deployed).get("server") == known["identity"] and all(keys.values())


def saved_at(instance: Instance) -> int:
    return instance.kept.stat().st_mtime_ns if instance.kept.exists() else 0


def has_ended(pid: int, port: int, timeout_seconds: float) -> bool:
    """Whether the process ends in time, and with it all its threads, which hold the port until they end."""
    deadline = time.monotonic() + timeout_seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
        if not identity(pid) and not in_use(port):
            return True
        time.sleep(0.05)
    return False
