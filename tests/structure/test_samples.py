"""Each sample event runs: `sam local invoke` and a reader of events/ can rely on it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from eal.core import aws, settings
from tests.structure.project import HERE
from tests.support.http import load_app
from tools.fixtures.template import api_events

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

ANSWERED = {200, 201, 202, 204, 404}
"""A sample that names a resource finds none in an empty table."""


def _sample(folder: str) -> Any:
    return json.loads((HERE.root / "events" / f"{folder}.json").read_text())


def _folders(*events: str) -> list[str]:
    """Folders of functions that have an event of one of these types."""
    return sorted(
        HERE.folder_of(name)
        for name, properties in HERE.functions.items()
        if {event["Type"] for event in properties.get("Events", {}).values()} & set(events)
    )


@pytest.mark.parametrize("folder", sorted(map(HERE.folder_of, HERE.endpoints)))
def test_an_endpoints_sample_is_answered(tenant: Tenant, folder: str) -> None:
    event = _sample(folder)
    for name in ("headers", "multiValueHeaders"):
        if "Authorization" in event[name]:
            bearer = f"Bearer {tenant.admin}"
            event[name]["Authorization"] = bearer if name == "headers" else [bearer]

    answer = load_app(folder).handler(event, None)

    assert answer["statusCode"] in ANSWERED, answer["body"]


@pytest.mark.parametrize("folder", sorted(map(HERE.folder_of, HERE.endpoints)))
def test_an_endpoints_sample_takes_its_route(folder: str) -> None:
    event = _sample(folder)
    (name,) = (one for one in HERE.endpoints if HERE.folder_of(one) == folder)

    assert [(event["httpMethod"], event["resource"])] == api_events(HERE.functions[name])
    path = event["resource"].format(**(event["pathParameters"] or {}))
    assert event["path"] == path
    assert event["headers"] == {header: values[-1] for header, values in event["multiValueHeaders"].items()}


def test_the_catch_alls_sample_is_a_405(cloud: None) -> None:
    answer = load_app("unknown_route/answer").handler(_sample("unknown_route/answer"), None)

    assert answer["statusCode"] == 405, answer["body"]


@pytest.mark.parametrize("folder", [folder for folder in HERE.folders if folder.startswith("inbound/")])
def test_a_receivers_sample_reaches_the_look_up_of_its_connection(cloud: None, folder: str) -> None:
    answer = load_app(folder).handler(_sample(folder), None)

    assert (answer["statusCode"], json.loads(answer["body"])["error"]["code"]) == (404, "not_found")


@pytest.mark.parametrize("folder", _folders("SQS", "DynamoDB", "Schedule"))
def test_a_workers_sample_is_worked_off(tenant: Tenant, folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    event = _sample(folder)
    _store_raw_bodies(event)

    answer = load_app(folder).handler(event, None)

    assert answer in (None, {"batchItemFailures": []})


def _store_raw_bodies(event: dict[str, Any]) -> None:
    """What a receiver stored before it sent such a message."""
    for record in event.get("Records", []):
        message = json.loads(record.get("body", "{}"))
        if "raw" in message:
            body = _sample(f"inbound/{message['vendor']}")["body"]
            aws.s3().put_object(Bucket=settings.inbound_bucket(), Key=message["raw"], Body=body.encode())
