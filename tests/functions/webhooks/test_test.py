"""POST /v1/webhooks/{webhook_id}/test."""

from __future__ import annotations

import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
import standardwebhooks

from eal.core import clock as time_of_day
from eal.core import signing
from eal.core.events import catalogue
from eal.core.events.catalogue import CATALOGUE
from eal.core.outbound import sender
from eal.core.table.read import get
from eal.domain.webhooks.deliveries import endpoint_health, ping
from eal.domain.webhooks.endpoints import store
from tests.support.events import validator
from tests.support.faults import Killed, watched_calls
from tests.support.http import Answer, call
from tests.support.pipeline import items
from tests.support.receiver import Heard, Receiver, Saying, receiving
from tests.support.webhooks import deliveries, register
from tools.fixtures.template import functions

if TYPE_CHECKING:
    from tests.support.tenants import Tenant
    from tests.support.time import Clock

API_GATEWAY_WAITS = 29


@pytest.fixture
def webhook(tenant: Tenant, receiver: Receiver) -> dict[str, Any]:
    return register(tenant, receiver.url, ["call.received"])


def _test(tenant: Tenant, webhook: dict[str, Any], body: object = None, **headers: str) -> Answer:
    path = f"/v1/webhooks/{webhook['id']}/test"
    return call("POST", path, key=tenant.write, json_body=body, headers=headers)


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_an_example_of_the_type_is_sent_and_signed(
    tenant: Tenant, webhook: dict[str, Any], receiver: Receiver, name: str
) -> None:
    answer = _test(tenant, webhook, {"type": name})

    assert answer.status == 200
    (heard,) = receiver.heard
    event = json.loads(heard.body)
    assert event == answer.json["event"]
    assert (event["type"], event["sequence"], event["tenant_id"], event["mode"]) == (
        name,
        0,
        tenant.id,
        "live",
    )
    assert event["data"] == catalogue.types()[name].example["data"]
    validator(name).validate(event)
    standardwebhooks.Webhook(webhook["secret"]).verify(heard.body.decode(), heard.headers)
    expected = signing.eal_signature(webhook["secret"], int(heard.headers["x-eal-timestamp"]), heard.body)
    assert heard.headers["x-eal-signature"] == expected


@pytest.mark.parametrize(
    ("saying", "succeeded", "status", "error"),
    [
        (Saying(204, b""), True, 204, None),
        (Saying(500, b"no database"), False, 500, None),
        (Saying(410, b"gone"), False, 410, None),
        (Saying(302, b"", {"Location": "http://127.0.0.1:1/"}), False, 302, "redirect_not_followed"),
    ],
)
def test_the_answer_is_what_the_receiver_said(
    tenant: Tenant,
    webhook: dict[str, Any],
    receiver: Receiver,
    saying: Saying,
    succeeded: bool,
    status: int,
    error: str | None,
) -> None:
    receiver.says = [saying]

    said = _test(tenant, webhook).json

    assert (said["succeeded"], said["status_code"], said["response"], said["error"]) == (
        succeeded,
        status,
        saying.body.decode(),
        error,
    )
    assert said["duration_ms"] >= 0


def test_a_receiver_that_is_not_there_is_a_fault(
    tenant: Tenant, webhook: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with receiving() as closed:
        pass
    off = register(tenant, closed.url)
    said = _test(tenant, off).json
    assert (said["succeeded"], said["status_code"], said["error"]) == (False, None, "connection_failed")

    monkeypatch.setenv("STAGE", "staging")
    assert _test(tenant, webhook).json["error"] == "blocked_address"


def test_a_host_that_has_no_address_is_a_fault(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> object:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    webhook = register(tenant, "https://soon.example.com/hooks")

    assert _test(tenant, webhook).json["error"] == "unresolved_host"


def test_it_disables_nothing_and_is_no_delivery(
    tenant: Tenant, webhook: dict[str, Any], receiver: Receiver
) -> None:
    receiver.says = [Saying(410)]

    _test(tenant, webhook)

    assert call("GET", f"/v1/webhooks/{webhook['id']}", key=tenant.read).json["enabled"] is True
    assert deliveries() == []
    assert items("EVENT") == []


def test_a_disabled_endpoint_can_be_tested(
    tenant: Tenant, webhook: dict[str, Any], receiver: Receiver
) -> None:
    call("PATCH", f"/v1/webhooks/{webhook['id']}", key=tenant.admin, json_body={"enabled": False})

    assert _test(tenant, webhook).json["succeeded"] is True
    assert len(receiver.heard) == 1


def test_while_a_secret_rotates_both_sign(
    tenant: Tenant, webhook: dict[str, Any], receiver: Receiver
) -> None:
    new = call("POST", f"/v1/webhooks/{webhook['id']}/rotate-secret", key=tenant.admin).json

    _test(tenant, webhook)

    (heard,) = receiver.heard
    for secret in (webhook["secret"], new["secret"]):
        standardwebhooks.Webhook(secret).verify(heard.body.decode(), heard.headers)


def _signed_with(heard: Heard, *candidates: str) -> list[str]:
    """Which secrets made a request's `x-eal-signature`."""
    timestamp, given = int(heard.headers["x-eal-timestamp"]), heard.headers["x-eal-signature"]
    return [secret for secret in candidates if signing.eal_signature(secret, timestamp, heard.body) == given]


@pytest.mark.parametrize("refusal", [401, 403])
def test_while_a_secret_rotates_a_refusal_is_followed_by_the_other_secret(
    tenant: Tenant, webhook: dict[str, Any], receiver: Receiver, refusal: int
) -> None:
    new = call("POST", f"/v1/webhooks/{webhook['id']}/rotate-secret", key=tenant.admin).json["secret"]
    receiver.says = [Saying(refusal), Saying(200)]

    answer = _test(tenant, webhook)

    assert (answer.json["succeeded"], answer.json["status_code"]) == (True, 200)
    assert [_signed_with(heard, webhook["secret"], new) for heard in receiver.heard] == [
        [webhook["secret"]],
        [new],
    ]
    assert len({heard.body for heard in receiver.heard}) == 1


def test_while_a_secret_rotates_the_one_that_was_accepted_last_signs_first(
    tenant: Tenant, webhook: dict[str, Any], receiver: Receiver
) -> None:
    new = call("POST", f"/v1/webhooks/{webhook['id']}/rotate-secret", key=tenant.admin).json["secret"]
    at = store.place(tenant.in_mode("live"), webhook["id"])
    endpoint = store.of_item(get(at) or {})
    place = endpoint_health.take_place(tenant.in_mode("live"), webhook["id"], "dlv_1", time_of_day.now())
    assert place is not None
    endpoint_health.succeeded(place, accepted=endpoint_health.mark_of(endpoint.secret))

    _test(tenant, webhook)

    assert [_signed_with(heard, webhook["secret"], new) for heard in receiver.heard] == [[new]]


def test_both_posts_of_a_rotation_fit_into_the_time_of_a_request(
    clock: Clock, tenant: Tenant, webhook: dict[str, Any], receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    call("POST", f"/v1/webhooks/{webhook['id']}/rotate-secret", key=tenant.admin)
    receiver.says = [Saying(401, meanwhile=lambda: clock.advance(seconds=14)), Saying(200)]
    given: list[float] = []
    send = sender.send

    def watched(url: str, body: bytes, headers: dict[str, str], *, within: float) -> sender.Reply:
        given.append(within)
        return send(url, body, headers, within=within)

    monkeypatch.setattr(sender, "send", watched)

    _test(tenant, webhook)

    assert given == [sender.TOTAL_SECONDS, ping.SECONDS - 14]
    assert ping.SECONDS < functions()["WebhooksTest"]["Timeout"] <= API_GATEWAY_WAITS


def test_a_replay_sends_nothing(tenant: Tenant, webhook: dict[str, Any], receiver: Receiver) -> None:
    first = _test(tenant, webhook, {}, **{"Idempotency-Key": "k"})
    again = _test(tenant, webhook, {}, **{"Idempotency-Key": "k"})

    assert (again.headers["Idempotent-Replayed"], again.json) == ("true", first.json)
    assert len(receiver.heard) == 1


def test_many_at_once_are_one_test_with_one_answer(
    tenant: Tenant, webhook: dict[str, Any], receiver: Receiver
) -> None:
    receiver.says = [Saying(meanwhile=lambda: time.sleep(0.3))]
    key = {"Idempotency-Key": "k"}

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: _test(tenant, webhook, {}, **key), range(8)))

    assert {(one.status, one.text) for one in answers} == {(200, answers[0].text)}
    assert len(receiver.heard) == 1


def test_a_refused_test_holds_its_key_no_longer(tenant: Tenant, webhook: dict[str, Any]) -> None:
    key = {"Idempotency-Key": "k"}
    unknown = {**webhook, "id": "whk_x"}

    assert [_test(tenant, unknown, {}, **key).status for _ in range(2)] == [404, 404]
    assert items("IDEMPOTENCY") == []
    assert _test(tenant, webhook, {}, **key).status == 200


def test_a_key_that_a_dead_request_holds_is_free_after_half_a_minute(
    clock: Clock, tenant: Tenant, webhook: dict[str, Any], receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = {"Idempotency-Key": "k"}
    monkeypatch.setattr("eal.entry.http.idempotency._WAIT_SECONDS", 0.0)
    with watched_calls(monkeypatch) as calls:
        calls.kill_after = 2  # authenticated, and holding the key
        with pytest.raises(Killed):
            _test(tenant, webhook, {}, **key)

    meanwhile = _test(tenant, webhook, {}, **key)
    other = _test(tenant, webhook, {"type": "call.received"}, **key)
    clock.advance(seconds=31)
    later = _test(tenant, webhook, {}, **key)

    assert (meanwhile.status, meanwhile.error) == (409, "conflict")
    assert (other.status, other.error) == (422, "idempotency_mismatch")
    assert (later.status, len(receiver.heard)) == (200, 1)


@pytest.mark.parametrize("wrong", ["lead.exploded", "review.received", "*", "", None, 7])
def test_an_unknown_type_is_422(tenant: Tenant, webhook: dict[str, Any], wrong: object) -> None:
    answer = _test(tenant, webhook, {"type": wrong})

    assert (answer.status, answer.json["error"]["details"]["fields"][0]["pointer"]) == (422, "/type")


def test_if_match_is_about_the_endpoint(tenant: Tenant, webhook: dict[str, Any], receiver: Receiver) -> None:
    refused = _test(tenant, webhook, **{"If-Match": '"2"'})

    assert (refused.status, refused.error) == (412, "precondition_failed")
    assert receiver.heard == []
    assert _test(tenant, webhook, **{"If-Match": '"1"'}).status == 200


def test_it_is_audited(tenant: Tenant, webhook: dict[str, Any]) -> None:
    _test(tenant, webhook)

    log = call("GET", f"/v1/audit-log?resource_id={webhook['id']}", key=tenant.read).json["data"]
    assert log[0]["action"] == "webhook.tested"
    assert log[0]["changes"] == [{"field": "event_type", "from": None, "to": "lead.created"}]


def test_it_takes_a_write_key_of_the_same_mode(
    tenant: Tenant, stranger: Tenant, webhook: dict[str, Any]
) -> None:
    path = f"/v1/webhooks/{webhook['id']}/test"
    keys = (tenant.read, tenant.test_admin, stranger.admin)

    assert [call("POST", path, key=key).status for key in keys] == [403, 404, 404]
