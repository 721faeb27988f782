"""python -m tools.conformance: run the tests of `eal.core.table` against DynamoDB Local, which AWS publishes.

The npm package amplify-dynamodb-simulator contains DynamoDB Local. It is downloaded to .local/dynamodb-local. If Java
or npm is missing, the command prints that and exits with 0, because `make test` runs the same tests against moto.
"""

import os
import shutil
import socket
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / ".local" / "dynamodb-local"
PACKAGE = "amplify-dynamodb-simulator@2.9.30"
TESTS = "tests/eal/core/table"
_READY_SECONDS = 60.0


class Failed(Exception):
    """A failed step. The message is the cause, in one line."""


def main() -> int:
    missing = [tool for tool in ("java", "npm") if shutil.which(tool) is None]
    if missing:
        print(f"conformance: skipped, {' and '.join(missing)} not found")
        return 0
    try:
        engine = _engine()
        with _serving(engine) as endpoint:
            return _tests(endpoint)
    except Failed as failed:
        print(f"conformance: {failed}", file=sys.stderr)
        return 1


def _engine() -> Path:
    """The folder of DynamoDB Local's jar, downloaded if it is missing."""
    engine = HOME / PACKAGE / "emulator"
    if engine.exists():
        return engine
    download = HOME / "fetched"
    shutil.rmtree(download, ignore_errors=True)
    download.mkdir(parents=True)
    done = subprocess.run(
        ["npm", "pack", "--silent", PACKAGE], cwd=download, capture_output=True, text=True, check=False
    )
    archives = list(download.glob("*.tgz"))
    if done.returncode or not archives:
        raise Failed(f"npm pack {PACKAGE} failed: {done.stderr.strip()[-300:]}")
    with tarfile.open(archives[0]) as archive:
        archive.extractall(download, filter="data")
    # The rename is atomic, so an interrupted download is never used.
    (download / "package").rename(HOME / PACKAGE)
    shutil.rmtree(download)
    return engine


@contextmanager
def _serving(engine: Path) -> Iterator[str]:
    """Run DynamoDB Local in memory. Yields its endpoint."""
    port = _free_port()
    log_path = HOME / "server.log"
    with log_path.open("wb") as log:
        process = subprocess.Popen(
            ["java", *_arguments(engine, port)], cwd=HOME, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        _wait_until_ready(process, port, log_path)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _arguments(engine: Path, port: int) -> list[str]:
    libraries = engine / "DynamoDBLocal_lib"
    jar = engine / "DynamoDBLocal.jar"
    if _compiles():
        start = ["-cp", f"{jar}{os.pathsep}{libraries}/*", str(Path(__file__).with_name("Loopback.java"))]
    else:
        print(
            "conformance: this Java has no compiler, so DynamoDB Local listens on every interface during the tests"
        )
        start = ["-jar", str(jar)]
    options = ["-inMemory", "-sharedDb", "-disableTelemetry", "-port", str(port)]
    return ["-Xmx1g", f"-Djava.library.path={libraries}", *start, *options]


def _compiles() -> bool:
    """Whether `java` can run a source file; a JRE cannot."""
    done = subprocess.run(["java", "--list-modules"], capture_output=True, text=True, check=False)
    return "jdk.compiler" in done.stdout


def _wait_until_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise Failed(f"DynamoDB Local did not start: {log.read_text(errors='replace').strip()[-300:]}")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def _tests(endpoint: str) -> int:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", TESTS, "-p", "no:randomly", *sys.argv[1:]],
        cwd=ROOT,
        env={**environment, "EAL_CONFORMANCE_ENDPOINT": endpoint},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = done.stdout.strip().splitlines()
    if done.returncode:
        print(done.stdout, done.stderr, sep="\n")
    print(f"conformance: {TESTS} against DynamoDB Local: {lines[-1] if lines else 'no test ran'}")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
