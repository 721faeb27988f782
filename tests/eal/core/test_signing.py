"""Signatures, verified by the standards' libraries, the product's JavaScript sample, and known vectors."""

from __future__ import annotations

import json
import shutil
import subprocess
import time

import pytest
import standardwebhooks
import svix
from hypothesis import given, settings
from hypothesis import strategies as st

from eal.core import signing

TIMESTAMPS = st.integers(0, 4_102_444_800)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))

# The sample of the product's description, without the request and the response.
JAVASCRIPT = """
const crypto = require("crypto")
const cases = JSON.parse(require("fs").readFileSync(0, "utf8"))
const answers = cases.map(({secret, timestamp, body}) => crypto
  .createHmac("sha256", secret)
  .update(`${timestamp}.${body}`)
  .digest("hex"))
process.stdout.write(JSON.stringify(answers))
"""


def test_the_example_of_the_standard_has_the_same_signature() -> None:
    signature = signing.standard_signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
    )

    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_our_own_signature_has_not_changed() -> None:
    signature = signing.eal_signature("eal_whsec_test", 1713980531, b'{"a":1}')

    assert signature == "b25ccf8642f2d810bf59303281bedcbb096a7f25ad7307a38be14e0ff9577fb0"


@given(body=TEXTS, ago=st.integers(-200, 200))
def test_both_libraries_accept_our_signature(body: str, ago: int) -> None:
    secret, now = signing.new_secret(), int(time.time()) - ago
    headers = signing.headers([secret], "evt_1", now, json.dumps(body).encode())

    svix.Webhook(secret).verify(json.dumps(body), headers)
    with pytest.raises(svix.WebhookVerificationError):
        svix.Webhook(signing.new_secret()).verify(json.dumps(body), headers)
    assert standardwebhooks.Webhook(secret).verify(json.dumps(body), headers) == body


@given(body=TEXTS)
def test_a_holder_of_either_secret_can_verify(body: str) -> None:
    first, second = signing.new_secret(), signing.new_secret()
    now = int(time.time())
    headers = signing.headers([first, second], "evt_1", now, json.dumps(body).encode())

    for secret in (first, second):
        assert standardwebhooks.Webhook(secret).verify(json.dumps(body), headers) == body
    assert headers["x-eal-signature"] == signing.eal_signature(first, now, json.dumps(body).encode())


@given(body=st.binary(), timestamp=TIMESTAMPS, change=st.sampled_from(["id", "time", "body", "secret"]))
def test_every_input_changes_the_signature(body: bytes, timestamp: int, change: str) -> None:
    secret = signing.new_secret()
    signed = signing.standard_signature(secret, "evt_1", timestamp, body)

    other = signing.standard_signature(
        signing.new_secret() if change == "secret" else secret,
        "evt_2" if change == "id" else "evt_1",
        timestamp + (change == "time"),
        body + (b"x" if change == "body" else b""),
    )

    assert other != signed


def test_a_secret_is_32_random_bytes_that_the_libraries_accept() -> None:
    secrets = {signing.new_secret() for _ in range(100)}

    assert len(secrets) == 100
    assert all(secret.startswith("whsec_") and len(secret) == len("whsec_") + 44 for secret in secrets)


@settings(max_examples=5, deadline=None)
@given(st.lists(st.tuples(TIMESTAMPS, TEXTS), min_size=20, max_size=20))
def test_the_products_javascript_sample_computes_the_same_signature(cases: list[tuple[int, str]]) -> None:
    node = shutil.which("node")
    if not node:
        pytest.skip("node is not on PATH: the product's JavaScript sample was not run")
    secret = signing.new_secret()
    requests = [{"secret": secret, "timestamp": str(timestamp), "body": body} for timestamp, body in cases]

    response = subprocess.run(  # noqa: S603 - our own script
        [node, "-e", JAVASCRIPT], input=json.dumps(requests), capture_output=True, text=True, check=True
    )

    assert json.loads(response.stdout) == [
        signing.eal_signature(secret, timestamp, body.encode()) for timestamp, body in cases
    ]
