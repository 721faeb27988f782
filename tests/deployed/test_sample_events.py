"""Every sample event, sent to its deployed function as by `sam local invoke`, but without Docker."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from tools.fixtures.template import ROOT
from tools.stack.resources import resources

if TYPE_CHECKING:
    from pathlib import Path

    from tools.fixtures.client import Stack

pytestmark = pytest.mark.deployed

EVENTS = sorted((ROOT / "events").rglob("*.json"))


def _logical_id(path: Path) -> str:
    folder = path.relative_to(ROOT / "events").with_suffix("")
    return "".join(word.capitalize() for part in folder.parts for word in part.split("_"))


@pytest.fixture(scope="session")
def function_names(stack: Stack) -> dict[str, str]:
    """Logical id to the deployed function's name."""
    return resources(stack.client("cloudformation"), "eal", "AWS::Lambda::Function")


@pytest.mark.parametrize("path", EVENTS, ids=lambda path: str(path.relative_to(ROOT / "events")))
def test_the_deployed_function_accepts_its_sample(
    stack: Stack, key: str, function_names: dict[str, str], path: Path
) -> None:
    event = re.sub(r"Bearer [^\"]*", f"Bearer {key}", path.read_text())

    response = stack.client("lambda").invoke(
        FunctionName=function_names[_logical_id(path)], Payload=event.encode()
    )

    payload = json.loads(response["Payload"].read() or b"null")
    assert "FunctionError" not in response, payload
    if isinstance(payload, dict) and "statusCode" in payload:
        assert payload["statusCode"] < 500, payload
        # The dashboard's pages are no part of the API.
        assert payload["headers"].get("X-Request-Id") or path.is_relative_to(ROOT / "events/dashboard")
