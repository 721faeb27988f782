"""The recipes for receivers in docs/api-guide.md, executed as written."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from eal.core import signing
from tools.fixtures.template import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

BODY = json.dumps({"id": "evt_1", "type": "lead.created", "data": {"first_name": "Zoë 🌊"}}).encode()
OLD, NEW = signing.new_secret(), signing.new_secret()

type Delivery = tuple[dict[str, str], str, str, bool]
"""Headers, body, the receiver's secret, and whether the receiver's own code fails."""


def _recipe(language: str) -> str:
    section = (ROOT / "docs/api-guide.md").read_text().partition("## Receive webhooks")[2]
    found = re.search(rf"^```{language}\n(.*?)^```$", section, re.M | re.S)
    assert found is not None
    return found[1]


def _in_python(deliveries: list[Delivery]) -> list[object]:
    names: dict[str, Callable[..., bool]] = {}
    exec(_recipe("python"), names)  # noqa: S102 - the guide is our own
    seen: set[str] = set()
    results: list[object] = []
    for headers, body, secret, fails in deliveries:

        def act(raw_body: bytes, body: str = body, fails: bool = fails) -> None:
            assert raw_body == body.encode()
            if fails:
                raise RuntimeError("no effect")

        try:
            results.append(names["accept"](headers, body.encode(), secret, seen, act))
        except (PermissionError, RuntimeError) as error:
            results.append(str(error))
    return results


_RUN = """
import { readFileSync } from "node:fs";
const seen = new Set();
const results = [];
for (const [headers, body, secret, fails] of JSON.parse(readFileSync(0, "utf8"))) {
  const act = async (rawBody) => {
    if (rawBody.toString("utf8") !== body) throw new Error("another body");
    if (fails) throw new Error("no effect");
  };
  try {
    results.push(await accept(headers, Buffer.from(body, "utf8"), secret, seen, act));
  } catch (error) {
    results.push(error.message);
  }
}
console.log(JSON.stringify(results));
"""


def _in_node(deliveries: list[Delivery]) -> list[object]:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not on PATH: the recipe for Node was not run")
    script = _recipe("js") + _RUN
    stdin = json.dumps(deliveries)
    command = [node, "--input-type=module", "--eval", script]
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, check=True)  # noqa: S603
    results: list[object] = json.loads(done.stdout)
    return results


@pytest.mark.parametrize("receive", [_in_python, _in_node])
def test_a_recipe_accepts_each_signed_delivery_once_and_rejects_others(
    receive: Callable[[list[Delivery]], list[object]],
) -> None:
    now, text = int(time.time()), BODY.decode()

    def signed(message_id: str, secrets: list[str], at: int = now) -> dict[str, str]:
        return signing.headers(secrets, message_id, at, BODY)

    valid = signed("evt_1", [OLD])
    deliveries: list[tuple[Delivery, object]] = [
        ((valid, text, OLD, False), True),
        ((valid, text, OLD, False), False),
        ((signed("evt_1", [OLD], now - 60), text, OLD, False), False),
        ((signed("evt_2", [NEW, OLD]), text, NEW, False), True),
        ((signed("evt_3", [OLD]), text, NEW, False), "invalid signature"),
        ((signed("evt_4", [OLD]), text + " ", OLD, False), "invalid signature"),
        (({**signed("evt_5", [OLD]), "x-eal-signature": ""}, text, OLD, False), "invalid signature"),
        (({**signed("evt_6", [OLD]), "x-eal-signature": "zz" * 32}, text, OLD, False), "invalid signature"),
        (
            ({**signed("evt_7", [OLD]), "x-eal-timestamp": str(now + 1)}, text, OLD, False),
            "invalid signature",
        ),
        ((signed("evt_8", [OLD], now - 400), text, OLD, False), "too old"),
        ((signed("evt_8", [OLD], now + 400), text, OLD, False), "too old"),
        ((signed("evt_8", [OLD]), text, OLD, False), True),
        ((signed("evt_9", [OLD]), text, OLD, True), "no effect"),
        ((signed("evt_9", [OLD]), text, OLD, False), True),
        ((signed("evt_9", [OLD]), text, OLD, True), False),
    ]

    assert receive([delivery for delivery, _ in deliveries]) == [result for _, result in deliveries]
