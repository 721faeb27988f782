"""Start and stop one MiniStack, and only the one that we started."""

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
    """What the process is and when it began, so that a pid given out again is not taken for ours."""
    proc = Path("/proc") / str(pid)
    if proc.parent.joinpath("self").exists():
        try:
            # The name in parentheses may hold blanks; the start time is the 20th field behind it.
            fields = proc.joinpath("stat").read_text().rpartition(")")[2].split()
            command = proc.joinpath("cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            return ""
        # A process has no command line at the moment of its exec, and none once it has ended.
        return f"{fields[19]} {command}" if command and fields[0] != "Z" else ""
    found = subprocess.run(
        ["ps", "-o", "lstart=,command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return found.stdout.strip()


def running(instance: Instance) -> dict[str, object] | None:
    """The server of this instance as it wrote itself down, if that process still is what it was."""
    known = read_json(instance.server)
    pid = known.get("pid")
    if isinstance(pid, int) and known.get("identity") and identity(pid) == known["identity"]:
        return known
    return None


def answers(endpoint: str) -> bool:
    try:
        with urllib.request.urlopen(f"{endpoint}/_ministack/health", timeout=2) as reply:  # noqa: S310
            return bool(reply.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port(preferred: int) -> int:
    if not taken(preferred):
        return preferred
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(instance: Instance) -> None:
    if taken(instance.port):
        raise Failed(f"port {instance.port} is taken by another program: choose one with PORT=…")
    with timed("server", f"MiniStack on 127.0.0.1:{instance.port}"):
        process = launch(instance)
        while not (known := identity(process.pid)) and process.poll() is None:
            time.sleep(0.001)
        # At once, so that whatever interrupts us next finds what to stop.
        write_json(instance.server, {"pid": process.pid, "identity": known, "port": instance.port})
        deadline = time.monotonic() + 30
        while not answers(instance.endpoint):
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
    # Its environment is what every function inherits, so it holds what it must and nothing of this shell's.
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
        # These two listen on every address, whatever BIND_HOST says.
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
    }
    with instance.log("server").open("w") as log:
        # A session of its own: Ctrl-C reaches us, not it, and its functions' processes end with its group.
        return subprocess.Popen(
            [bare / "bin" / "python", EMULATOR, packages],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def stop(instance: Instance) -> bool:
    """End the server and its functions. False when none of ours was running."""
    known = running(instance)
    if known is not None:
        pid = int(str(known["pid"]))
        for ending, patience in ((signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0)):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                # The group is ours: start_new_session made it, with this pid as its name.
                os.killpg(pid, ending)
            if gone(pid, patience):
                break
    # State and keys die with the server.
    for path in (instance.server, instance.stack, instance.deployed):
        path.unlink(missing_ok=True)
    shutil.rmtree(instance.folder / "scratch", ignore_errors=True)
    return known is not None


def gone(pid: int, patience: float) -> bool:
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
        if not identity(pid):
            return True
        time.sleep(0.05)
    return False
