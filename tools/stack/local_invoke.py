"""`make invoke` and `make start-api`: SAM CLI's own emulation, in Docker, against the state of the running local stack.

The stack listens on the host's loopback alone. Docker Desktop's `host.docker.internal` reaches it; on Linux a container
does not, and SAM CLI has no host networking (its `--docker-network host` leaves a container on the default bridge). So
`Bridge` listens on the bridge's address while SAM runs.
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
from tools.stack.instance import ARCHITECTURE, ROOT, Failed, Instance, read_json, shown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LAYERS = ("DependenciesLayer", "SharedLayer")
LOCAL = "local.yaml"
"""A built template with AWS_ENDPOINT_URL: --env-vars sets only variables that the template has."""
_CHUNK_BYTES = 65_536


def invoke(instance: Instance, function: str, more: list[str]) -> int:
    """Run one function on its sample event, which gets the stack's key. Returns SAM's exit status."""
    sample = sample_of(function)
    key = _ready(instance)
    event = instance.folder / "event.json"
    event.write_text(with_key(sample.read_text(), key))
    return _sam(instance, "invoke", [function, "--event", str(event), *more])


def start_api(instance: Instance, port: int, more: list[str]) -> int:
    """Serve the API on `port` of the loopback until Ctrl-C. Returns SAM's exit status."""
    _ready(instance)
    return _sam(instance, "start-api", ["--port", str(port), *more])


def sample_of(function: str) -> Path:
    """The sample event of a function, by its logical id.

    Raises: Failed if there is none.
    """
    events = ROOT / "events"
    for path in events.rglob("*.json"):
        words = re.split(r"[/_]", path.relative_to(events).with_suffix("").as_posix())
        if function == "".join(word.capitalize() for word in words):
            return path
    raise Failed(f"there is no function {function or '…'}: name one as in make invoke FUNCTION=LeadsCreate")


def with_key(event: str, key: str) -> str:
    """The event's text with the key in place of the sample's."""
    return re.sub(r"Bearer [^\"]*", f"Bearer {key}", event)


def _ready(instance: Instance) -> str:
    """The stack's live admin key, once Docker and the stack are there and the functions are built."""
    docker = shutil.which("docker")
    if docker is None or subprocess.run([docker, "info"], capture_output=True, check=False).returncode:
        raise Failed("sam local needs Docker, and no Docker daemon answers here")
    key = read_json(instance.stack).get("keys", {}).get("live_admin")
    if server.running(instance) is None or not key:
        raise Failed("the local stack is not running: start it with make run DETACH=1")
    deploy.build(instance)
    write_templates(deploy.BUILD, f"http://{deploy.CONTAINERS_HOST}:{read_json(instance.server)['port']}")
    return str(key)


def write_templates(build: Path, endpoint: str) -> None:
    """Write local.yaml beside each built template, for functions whose AWS is at `endpoint`.

    The workers' template has the layers as resources: SAM CLI takes a parameter in Layers for an ARN.
    """
    main, workers = (
        yaml_parse((build / path).read_text()) for path in ("template.yaml", "Workers/template.yaml")
    )
    for template in (main, workers):
        template["Globals"]["Function"]["Environment"]["Variables"]["AWS_ENDPOINT_URL"] = endpoint
    nested = main["Resources"]["Workers"]["Properties"]
    nested["Location"] = f"Workers/{LOCAL}"
    for layer in LAYERS:
        del nested["Parameters"][layer], workers["Parameters"][layer]
        workers["Resources"][layer] = copy.deepcopy(main["Resources"][layer])
        workers["Resources"][layer]["Properties"]["ContentUri"] = f"../{layer}"
    (build / LOCAL).write_text(yaml_dump(main))
    (build / "Workers" / LOCAL).write_text(yaml_dump(workers))


def command(instance: Instance, step: str, arguments: list[str], gateway: str | None) -> list[str]:
    """SAM's command line. `gateway` is the address at which containers find the host, if they need one."""
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
            "sam", *(shown(ROOT / one) if one.startswith(str(ROOT)) else one for one in line[3:]), flush=True
        )
        environment = instance.credentials() | {"SAM_CLI_TELEMETRY": "0"}
        return subprocess.run(line, cwd=ROOT, env=environment, check=False).returncode


@contextmanager
def bridged(port: int) -> Iterator[str | None]:
    """The address by which containers reach the host's loopback at `port`; None if their Docker gives them one."""
    if "Docker Desktop" in _docker("info", "--format", "{{.OperatingSystem}}"):
        yield None
        return
    networks = json.loads(_docker("network", "inspect", "bridge"))[0]["IPAM"]["Config"]
    network = next((one for one in networks if "." in one.get("Gateway", "")), None)
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

    It accepts peers of the bridge's subnet only. Linux answers for each of its addresses on every interface, so another
    machine could route packets to the bridge's address.
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
    """Copy until the source ends. A connection that breaks is the end for both sides."""
    try:
        while chunk := source.recv(_CHUNK_BYTES):
            target.sendall(chunk)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        source.close()
        target.close()
