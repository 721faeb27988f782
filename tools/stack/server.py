"""Start and stop the MiniStack server of an instance, and no other process."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from tools.stack.instance import ROOT, Failed, Instance, read_json, timed, write_json

EMULATOR = ROOT / "tools" / "stack" / "emulator.py"


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


def running(instance: Instance) -> dict[str, object] | None:
    """The content of server.json, if that process is still running."""
    known = read_json(instance.server)
    pid = known.get("pid")
    if isinstance(pid, int) and known.get("identity") and identity(pid) == known["identity"]:
        return known
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


def start(instance: Instance) -> None:
    if in_use(instance.port):
        raise Failed(f"port {instance.port} is in use by another program: choose a free port with PORT=…")
    with timed("server", f"MiniStack on 127.0.0.1:{instance.port}"):
        process = launch(instance)
        while not (known := identity(process.pid)) and process.poll() is None:
            time.sleep(0.001)
        # Written before the server is ready, so that an interrupted start can be stopped.
        write_json(instance.server, {"pid": process.pid, "identity": known, "port": instance.port})
        deadline = time.monotonic() + 30
        while not is_healthy(instance.endpoint):
            if process.poll() is not None or time.monotonic() > deadline:
                stop(instance)
                raise Failed("MiniStack did not start", instance.log("server"))
            time.sleep(0.05)


def launch(instance: Instance) -> subprocess.Popen[bytes]:
    bare = instance.folder / "runtime"
    if not (bare / "bin" / "python").exists():
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(bare)], check=True)
    scratch = instance.folder / "scratch"
    shutil.rmtree(scratch, ignore_errors=True)
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
        # These two services ignore BIND_HOST and listen on every address.
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
    }
    with instance.log("server").open("w") as log:
        # A new session: Ctrl-C does not reach the server, and killing its process group also ends the functions.
        return subprocess.Popen(
            [bare / "bin" / "python", EMULATOR, packages],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def stop(instance: Instance) -> bool:
    """Stop the server and its functions. Returns False if the server was not running."""
    known = running(instance)
    if known is not None:
        pid = int(str(known["pid"]))
        for number, timeout_seconds in ((signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0)):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                # start_new_session created the process group; its id is this pid.
                os.killpg(pid, number)
            if has_ended(pid, timeout_seconds):
                break
    # The state and the keys end with the server.
    for path in (instance.server, instance.stack, instance.deployed):
        path.unlink(missing_ok=True)
    shutil.rmtree(instance.folder / "scratch", ignore_errors=True)
    return known is not None


def has_ended(pid: int, timeout_seconds: float) -> bool:
    deadline = time.monotonic() + timeout_seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
        if not identity(pid):
            return True
        time.sleep(0.05)
    return False
