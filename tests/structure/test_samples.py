"""Each sample event of events/, for `sam local invoke` and for readers, runs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from eal.core import aws, settings
from tests.structure.project import HERE
from tests.support import cognito
from tests.support.endpoints import NEEDED
from tests.support.http import call, load_app
from tests.support.sessions import signed_in

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

SUCCESS_OR_NOT_FOUND = {200, 201, 202, 204, 404}
"""404, because the resource that a sample names is not in an empty table."""


def _sample(folder: str) -> Any:
    return json.loads((HERE.root / "events" / f"{folder}.json").read_text())


def _folders(*events: str) -> list[str]:
    """Folders of functions that have an event of one of these types."""
    return sorted(
        HERE.folder_of(name)
        for name, properties in HERE.functions.items()
        if {event["Type"] for event in properties.get("Events", {}).values()} & set(events)
    )


@pytest.mark.parametrize("folder", sorted({*map(HERE.folder_of, HERE.endpoints)} - {"sessions/create"}))
def test_the_sample_of_an_endpoint_succeeds_or_finds_nothing(tenant: Tenant, folder: str) -> None:
    event = _sample(folder)
    needs = load_app(folder).app.route.needs
    credential = signed_in(tenant).text if needs and needs.session else tenant.admin
    for name in ("headers", "multiValueHeaders"):
        if "Authorization" in event[name]:
            bearer = f"Bearer {credential}"
            event[name]["Authorization"] = bearer if name == "headers" else [bearer]

    for method, path, body in NEEDED.get(f"{event['httpMethod']} {event['resource']}", ()):
        assert call(method, path, key=tenant.admin, json_body=body).status == 200

    response = load_app(folder).handler(event, None)

    assert response["statusCode"] in SUCCESS_OR_NOT_FOUND, response["body"]


def test_the_sample_of_a_sign_in_has_a_code_that_was_used(
    cloud: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = _sample("sessions/create")
    monkeypatch.setenv("DASHBOARD_URL", json.loads(event["body"])["redirect_uri"].removesuffix("/signed-in"))

    with cognito.serving(monkeypatch):
        response = load_app("sessions/create").handler(event, None)

    assert (response["statusCode"], json.loads(response["body"])["error"]["code"]) == (403, "sign_in_refused")


@pytest.mark.parametrize("folder", sorted(map(HERE.folder_of, HERE.endpoints)))
def test_the_sample_of_an_endpoint_has_its_route(folder: str) -> None:
    event = _sample(folder)
    (logical_id,) = (name for name in HERE.endpoints if HERE.folder_of(name) == folder)

    assert [(event["httpMethod"], event["resource"])] == HERE.routes[logical_id]
    path = event["resource"].format(**(event["pathParameters"] or {}))
    assert event["path"] == path
    assert event["headers"] == {header: values[-1] for header, values in event["multiValueHeaders"].items()}


def test_the_sample_of_the_catch_all_is_405(cloud: None) -> None:
    response = load_app("unknown_route/refuse").handler(_sample("unknown_route/refuse"), None)

    assert response["statusCode"] == 405, response["body"]


@pytest.mark.parametrize("folder", [folder for folder in HERE.folders if folder.startswith("inbound/")])
def test_the_sample_of_a_receiver_names_an_unknown_connection(cloud: None, folder: str) -> None:
    response = load_app(folder).handler(_sample(folder), None)

    assert (response["statusCode"], json.loads(response["body"])["error"]["code"]) == (404, "not_found")


@pytest.mark.parametrize("folder", _folders("SQS", "DynamoDB", "Schedule"))
def test_a_worker_processes_its_sample(tenant: Tenant, folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    event = _sample(folder)
    _store_raw_bodies(event)

    response = load_app(folder).handler(event, None)

    assert response in (None, {"batchItemFailures": []})


def _store_raw_bodies(event: dict[str, Any]) -> None:
    """Store the bodies that the messages name, as a receiver does, each with its message."""
    for record in event.get("Records", []):
        message = json.loads(record.get("body", "{}"))
        if "inbound/" in str(message.get("Records")):  # S3's notification
            message = json.loads(_sample("workers/normalise_callrail")["Records"][0]["body"])
        if "raw" in message:
            aws.s3_sdk().put_object(
                Bucket=settings.inbound_bucket(),
                Key=message["raw"],
                Body=_sample(f"inbound/{message['vendor']}")["body"].encode(),
                Metadata={"message": json.dumps(message)},
            )
