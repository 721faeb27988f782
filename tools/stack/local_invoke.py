"""`make invoke` and `make start-api`: SAM CLI runs functions in Docker, with the state of the running local stack.

The stack listens on the loopback address of the host only. Containers of Docker Desktop reach it as
`host.docker.internal`. On Linux they do not, and SAM CLI has no host networking (its `--docker-network host` leaves a
container on the default bridge), so `Bridge` listens on the address of Docker's bridge while SAM runs.
"""

from __future__ import annotations

import copy
import ipaddress
import json
import re
import shutil
import socket
import socketserver
import subprocess
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from samcli.yamlhelper import yaml_dump, yaml_parse  # type: ignore[import-untyped]

from tools.stack import deploy, server
from tools.stack.instance import ARCHITECTURE, NUMPY_LAYER, ROOT, Failed, Instance, read_json, shown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LAYERS = {
    **{name: name for name in ("DependenciesLayer", "SharedLayer", "ModelsLayer")},
    "NumpyLayer": NUMPY_LAYER,
}
"""The workers' parameters, and the resources that they refer to."""
LOCAL = "local.yaml"
"""The file name of a built template with AWS_ENDPOINT_URL: --env-vars only sets variables that the template has."""
_CHUNK_BYTES = 65_536


def invoke(instance: Instance, function: str, more: list[str]) -> int:
    """Invoke a function with its sample event and an API key of the stack. Returns the exit status of SAM."""
    sample = sample_of(function)
    key = _ready(instance)
    event = instance.folder / "event.json"
    event.write_text(with_key(sample.read_text(), key))
    return _sam(instance, "invoke", [function, "--event", str(event), *more])


def start_api(instance: Instance, port: int, more: list[str]) -> int:
    """Serve the API on `port` of 127.0.0.1 until Ctrl-C. Returns the exit status of SAM."""
    _ready(instance)
    return _sam(instance, "start-api", ["--port", str(port), *more])


def sample_of(function: str) -> Path:
    """The path of the sample event of a function, by its logical id.

    Raises: Failed if there is no such function.
    """
    events = ROOT / "events"
    for path in events.rglob("*.json"):
        words = re.split(r"[/_]", path.relative_to(events).with_suffix("").as_posix())
        if function == "".join(word.capitalize() for word in words):
            return path
    raise Failed(
        f"unknown function {function!r}: pass a logical id, such as make invoke FUNCTION=LeadsCreate"
    )


def with_key(event: str, key: str) -> str:
    """The JSON of an event with its API key replaced."""
    return re.sub(r"Bearer [^\"]*", f"Bearer {key}", event)


def _ready(instance: Instance) -> str:
    """The live admin key of the stack. Builds the functions. Raises: Failed if Docker or the stack is not running."""
    docker = shutil.which("docker")
    if docker is None or subprocess.run([docker, "info"], capture_output=True, check=False).returncode:
        raise Failed("sam local needs Docker, and no Docker daemon is running")
    key = read_json(instance.stack).get("keys", {}).get("live_admin")
    if server.running(instance) is None or not key:
        raise Failed("the local stack is not running: start it with make run DETACH=1")
    deploy.build(instance)
    write_templates(deploy.BUILD, f"http://{deploy.CONTAINERS_HOST}:{read_json(instance.server)['port']}")
    return str(key)


def write_templates(build: Path, endpoint: str) -> None:
    """Write local.yaml next to each built template, for functions that call AWS at `endpoint`.

    The workers' local.yaml contains the layers as resources, because SAM CLI treats a parameter in Layers as an ARN.
    """
    main, workers = (
        yaml_parse((build / path).read_text()) for path in ("template.yaml", "Workers/template.yaml")
    )
    for template in (main, workers):
        template["Globals"]["Function"]["Environment"]["Variables"]["AWS_ENDPOINT_URL"] = endpoint
    nested = main["Resources"]["Workers"]["Properties"]
    nested["Location"] = f"Workers/{LOCAL}"
    for parameter, layer in LAYERS.items():
        del nested["Parameters"][parameter], workers["Parameters"][parameter]
        workers["Resources"][parameter] = copy.deepcopy(main["Resources"][layer])
        workers["Resources"][parameter].pop("Condition", None)  # of the main template
        workers["Resources"][parameter]["Properties"]["ContentUri"] = f"../{layer}"
    (build / LOCAL).write_text(yaml_dump(main))
    (build / "Workers" / LOCAL).write_text(yaml_dump(workers))


def command(instance: Instance, step: str, arguments: list[str], gateway: str | None) -> list[str]:
    """The command line of SAM. `gateway` is the address of the host for containers, if Docker does not set it."""
    return [
        *(sys.executable, "-m", "samcli", "local", step, *arguments),
        *("--template-file", str(deploy.BUILD / LOCAL)),
        *("--env-vars", str(instance.folder / "env.json")),
        *("--parameter-overrides", f"Stage=local Architecture={ARCHITECTURE}"),
        *(("--add-host", f"{deploy.CONTAINERS_HOST}:{gateway}") if gateway else ()),
    ]


def _sam(instance: Instance, step: str, arguments: list[str]) -> int:
    port = int(read_json(instance.server)["port"])
    with bridged(port) as gateway:
        line = command(instance, step, arguments, gateway)
        print(
            "sam",
            *(shown(ROOT / part) if part.startswith(str(ROOT)) else part for part in line[3:]),
            flush=True,
        )
        return subprocess.run(line, cwd=ROOT, env=environment(instance), check=False).returncode


def environment(instance: Instance) -> dict[str, str]:
    """The environment of SAM. Its AWS_ENDPOINT_URL would win over the template's, and containers cannot reach it."""
    clean = instance.credentials() | {"SAM_CLI_TELEMETRY": "0"}
    del clean["AWS_ENDPOINT_URL"]
    return clean


@contextmanager
def bridged(port: int) -> Iterator[str | None]:
    """The address at which containers reach `port` of the host's loopback. None on Docker Desktop, which sets it."""
    if "Docker Desktop" in _docker("info", "--format", "{{.OperatingSystem}}"):
        yield None
        return
    networks = json.loads(_docker("network", "inspect", "bridge"))[0]["IPAM"]["Config"]
    network = next((network for network in networks if "." in network.get("Gateway", "")), None)
    if network is None:
        raise Failed("Docker's bridge network has no IPv4 gateway: containers cannot reach the local stack")
    with Bridge((network["Gateway"], port), network["Subnet"], port) as bridge:
        threading.Thread(target=bridge.serve_forever, daemon=True).start()
        try:
            yield network["Gateway"]
        finally:
            bridge.shutdown()


def _docker(*arguments: str) -> str:
    return subprocess.run(["docker", *arguments], capture_output=True, text=True, check=True).stdout


class Bridge(socketserver.ThreadingTCPServer):
    """Forwards connections from containers to a port of the host's loopback.

    It accepts peers in the bridge's subnet only. Linux accepts packets for any of its addresses on every interface, so
    another machine could route packets to the bridge's address.
    """

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, address: tuple[str, int], subnet: str, port: int) -> None:
        super().__init__(address, _Connection)
        self.subnet = ipaddress.ip_network(subnet)
        self.port = port

    def verify_request(self, request: object, client_address: object) -> bool:
        host = client_address[0] if isinstance(client_address, tuple) else ""
        return ipaddress.ip_address(host) in self.subnet


class _Connection(socketserver.BaseRequestHandler):
    server: Bridge

    def handle(self) -> None:
        with socket.create_connection(("127.0.0.1", self.server.port)) as stack:
            back = threading.Thread(target=_pump, args=(stack, self.request), daemon=True)
            back.start()
            _pump(self.request, stack)
            back.join()


def _pump(source: socket.socket, target: socket.socket) -> None:
    """Copy bytes until the source closes. If either connection breaks, both are closed."""
    try:
        while chunk := source.recv(_CHUNK_BYTES):
            target.sendall(chunk)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        source.close()
        target.close()
