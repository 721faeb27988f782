"""`make invoke`: the sample event, SAM's command and templates, and the bridge from a container to the stack."""

from __future__ import annotations

import http.client
import json
import shutil
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import pytest

from tools.fixtures.template import MAIN, ROOT, WORKERS, parse
from tools.stack import local_invoke
from tools.stack.instance import Failed, Instance

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.mark.parametrize(
    ("function", "sample"),
    [
        ("LeadsCreate", "leads/create"),
        ("ApiKeysGet", "api_keys/get"),
        ("WorkersFanOutEvents", "workers/fan_out_events"),
    ],
)
def test_a_function_has_its_sample_event(function: str, sample: str) -> None:
    assert local_invoke.sample_of(function) == ROOT / "events" / f"{sample}.json"


@pytest.mark.parametrize("name", ["", "leads/create", "LeadsMerge"])
def test_an_unknown_function_is_rejected_with_an_example(name: str) -> None:
    with pytest.raises(Failed, match="FUNCTION=LeadsCreate"):
        local_invoke.sample_of(name)


def test_the_event_has_the_key_in_headers_and_multi_value_headers() -> None:
    event = json.loads(local_invoke.with_key((ROOT / "events/leads/create.json").read_text(), "eal_live_key"))

    assert event["headers"]["Authorization"] == "Bearer eal_live_key"
    assert event["multiValueHeaders"]["Authorization"] == ["Bearer eal_live_key"]


def test_without_docker_the_error_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(Failed) as failed:
        local_invoke.invoke(Instance(folder=tmp_path, port=4566), "LeadsCreate", [])

    assert str(failed.value) == "sam local needs Docker, and no Docker daemon is running"


def test_sam_gets_the_hosts_address_only_if_a_container_needs_it(tmp_path: Path) -> None:
    instance = Instance(folder=tmp_path, port=4566)

    needed = local_invoke.command(instance, "invoke", ["LeadsCreate"], "172.17.0.1")
    not_needed = local_invoke.command(instance, "invoke", ["LeadsCreate"], None)

    assert needed[needed.index("--add-host") + 1] == "host.docker.internal:172.17.0.1"
    assert "--add-host" not in not_needed


def test_sams_environment_leaves_the_endpoint_to_the_template(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")

    environment = local_invoke.environment(Instance(folder=tmp_path, port=4566))

    assert "AWS_ENDPOINT_URL" not in environment
    assert environment["AWS_ACCESS_KEY_ID"] == "test"


def test_the_templates_for_sam_local_name_the_stack_and_the_workers_layers(tmp_path: Path) -> None:
    (tmp_path / "Workers").mkdir()
    shutil.copy(ROOT / MAIN, tmp_path / "template.yaml")
    shutil.copy(ROOT / WORKERS, tmp_path / "Workers" / "template.yaml")

    local_invoke.write_templates(tmp_path, "http://host.docker.internal:4566")

    main = parse((tmp_path / "local.yaml").read_text())
    workers = parse((tmp_path / "Workers" / "local.yaml").read_text())
    assert main["Resources"]["Workers"]["Properties"]["Location"] == "Workers/local.yaml"
    for template in (main, workers):
        variables = template["Globals"]["Function"]["Environment"]["Variables"]
        assert variables["AWS_ENDPOINT_URL"] == "http://host.docker.internal:4566"
    for parameter, layer in local_invoke.LAYERS.items():
        assert workers["Resources"][parameter]["Properties"]["ContentUri"] == f"../{layer}"
        assert "Condition" not in workers["Resources"][parameter]
        assert parameter not in workers["Parameters"]


def _send(connection: http.client.HTTPConnection) -> None:
    """Raises: ConnectionError (RemoteDisconnected is one), if the connection is closed."""
    connection.request("POST", "/", b"lead")
    connection.getresponse()


class _Stack(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[::-1])

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@contextmanager
def _bridged(subnet: str) -> Iterator[int]:
    """A bridge to a server. Yields the port of the bridge."""
    with (
        HTTPServer(("127.0.0.1", 0), _Stack) as stack,
        local_invoke.Bridge(("127.0.0.1", 0), subnet, stack.server_port) as bridge,
    ):
        threads = [threading.Thread(target=server.serve_forever) for server in (stack, bridge)]
        for thread in threads:
            thread.start()
        try:
            yield int(bridge.server_address[1])
        finally:
            for server in (bridge, stack):
                server.shutdown()
            for thread in threads:
                thread.join()


def test_the_bridge_forwards_requests_and_responses() -> None:
    body = b"lead" * 100_000
    with _bridged("127.0.0.0/8") as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("POST", "/", body)
        received = connection.getresponse().read()
        connection.close()

    assert received == body[::-1]


def test_the_bridge_closes_a_connection_from_outside_its_subnet() -> None:
    with _bridged("172.17.0.0/16") as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.connect()
        with pytest.raises(ConnectionError):
            _send(connection)
        connection.close()
