"""Prospects on the deployed stack: concurrent conversions."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import pytest

from tests.deployed.test_requests import _at_once

if TYPE_CHECKING:
    from tools.fixtures.client import Stack

pytestmark = pytest.mark.deployed


def test_fifty_concurrent_conversions_of_a_prospect_create_one_lead(stack: Stack, key: str) -> None:
    email = f"{secrets.token_hex(8)}@example.com"
    prospect = stack.call("POST", "/prospects", key=key, body={"company": "Harbor", "email": email}).json

    responses = _at_once(50, stack, "POST", f"/prospects/{prospect['id']}/convert", key)

    assert sorted(response.status for response in responses) == [200] + [409] * 49
    (winner,) = (response.json for response in responses if response.status == 200)
    losers = [response.json["error"] for response in responses if response.status == 409]
    assert {(error["code"], error["details"]["lead_id"]) for error in losers} == {
        ("conflict", winner["lead_id"])
    }
    found = stack.call("GET", f"/leads?email={email}", key=key).json["data"]
    assert [(lead["id"], lead["prospect_id"]) for lead in found] == [(winner["lead_id"], prospect["id"])]
    assert stack.call("GET", f"/prospects/{prospect['id']}", key=key).json["version"] == 2
    for resource, shown, change in (("prospect", prospect, "converted"), ("lead", found[0], "created")):
        path = f"/audit-log?resource_type={resource}&resource_id={shown['id']}&action={resource}.{change}"
        assert len(stack.call("GET", path, key=key).json["data"]) == 1
