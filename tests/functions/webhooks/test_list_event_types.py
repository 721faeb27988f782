"""GET /v1/webhooks/event-types."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from jsonschema import Draft202012Validator

from eal.core.events.catalogue import CATALOGUE
from eal.entry.http import openapi as served
from tests.support.faults import watched_calls
from tests.support.http import call

if TYPE_CHECKING:
    import pytest

    from tests.support.tenants import Tenant

EVERY = sorted(CATALOGUE)


def test_each_type_has_its_description_schema_and_example(tenant: Tenant) -> None:
    response = call("GET", "/v1/webhooks/event-types", key=tenant.read)

    assert response.status == 200
    assert [event_type["name"] for event_type in response.json["data"]] == EVERY
    assert response.json["next_cursor"] is None
    for event_type in response.json["data"]:
        assert event_type["available"] is True
        assert event_type["description"] == CATALOGUE[event_type["name"]]
        Draft202012Validator.check_schema(event_type["schema"])
        Draft202012Validator(event_type["schema"]).validate(event_type["example"])
        assert event_type["example"]["type"] == event_type["name"]


def test_a_type_is_described_as_in_the_openapi_document_without_its_references(tenant: Tenant) -> None:
    document = json.loads(served.text())

    described = call("GET", "/v1/webhooks/event-types", key=tenant.read).json["data"]

    assert '"$ref"' not in json.dumps(described)
    for event_type in described:
        content = document["webhooks"][event_type["name"]]["post"]["requestBody"]["content"][
            "application/json"
        ]
        model = document["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]]
        assert event_type["example"] == content["examples"][event_type["name"]]["value"]
        assert event_type["schema"]["properties"].keys() == model["properties"].keys()


def test_it_is_paginated_like_other_lists(tenant: Tenant) -> None:
    first = call("GET", "/v1/webhooks/event-types?limit=6", key=tenant.read).json
    rest = call(
        "GET", f"/v1/webhooks/event-types?limit=16&cursor={first['next_cursor']}", key=tenant.read
    ).json

    assert [item["name"] for item in first["data"] + rest["data"]] == EVERY
    assert rest["next_cursor"] is None
    backward = call("GET", "/v1/webhooks/event-types?order=desc", key=tenant.read).json["data"]
    assert [item["name"] for item in backward] == EVERY[::-1]


def test_it_makes_one_call_to_aws(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    with watched_calls(monkeypatch) as calls:
        call("GET", "/v1/webhooks/event-types", key=tenant.read)

    assert calls.made == ["UpdateItem"]
