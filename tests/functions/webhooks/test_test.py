"""POST /v1/webhooks/{webhook_id}/test."""

from __future__ import annotations

import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
import standardwebhooks

from eal.core import signing
from eal.core.events import schemas
from eal.core.events.catalogue import CATALOGUE
from eal.core.outbound import sender
from eal.core.outbound.health import MAX_IN_FLIGHT
from eal.domain.webhooks.deliveries import ping
from eal.domain.webhooks.deliveries.signed_post import fingerprint
from eal.domain.webhooks.endpoints.store import ENDPOINTS
from tests.support.events import validator
from tests.support.faults import Killed, watched_calls
from tests.support.http import ApiResponse, call
from tests.support.pipeline import items
from tests.support.receiver import ReceivedRequest, Receiver, Response, receiving
from tests.support.webhooks import acquired, change_health, deliveries, health_of, register
from tools.fixtures.template import functions

if TYPE_CHECKING:
    from tests.support.tenants import Tenant
    from tests.support.time import Clock

API_GATEWAY_WAITS = 29


@pytest.fixture
def webhook(tenant: Tenant, receiver: Receiver) -> dict[str, Any]:
    return register(tenant, receiver.url, ["call.received"])


def _message(tenant: Tenant, webhook: dict[str, Any]) -> dict[str, Any]:
    return {"organization_id": tenant.id, "mode": "live", "webhook_id": webhook["id"]}


def _test(tenant: Tenant, webhook: dict[str, Any], body: object = None, **headers: str) -> ApiResponse:
    path = f"/v1/webhooks/{webhook['id']}/test"
    return call("POST", path, key=tenant.write, json_body=body, headers=headers)


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_a_signed_example_of_the_type_is_sent(
    tenant: Tenant, webhook: dict[str, Any], receiver: Receiver, name: str
) -> None:
    response = _test(tenant, webhook, {"type": name})

    assert response.status == 200
    (request,) = receiver.requests
    event = json.loads(request.body)
    assert event == response.json["event"]
    assert (event["type"], event["sequence"], event["tenant_id"], event["mode"]) == (
        name,
        0,
        tenant.id,
        "live",
    )
    assert event["data"] == schemas.types()[name].example["data"]
    validator(name).validate(event)
    standardwebhooks.Webhook(webhook["secret"]).verify(request.body.decode(), request.headers)
    expected = signing.eal_signature(webhook["secret"], int(request.headers["x-eal-timestamp"]), request.body)
    assert request.headers["x-eal-signature"] == expected


@pytest.mark.parametrize(
    ("response", "succeeded", "status", "error"),
    [
        (Response(204, b""), True, 204, None),
        (Response(500, b"no database"), False, 500, None),
        (Response(410, b"gone"), False, 410, None),
        (Response(302, b"", {"Location": "http://127.0.0.1:1/"}), False, 302, "redirect_not_followed"),
    ],
)
def test_the_response_of_the_receiver_is_returned(
    tenant: Tenant,
    webhook: dict[str, Any],
    receiver: Receiver,
    response: Response,
    succeeded: bool,
    status: int,
    error: str | None,
) -> None:
    receiver.responses = [response]

    result = _test(tenant, webhook).json

    assert (result["succeeded"], result["status_code"], result["response"], result["error"]) == (
        succeeded,
        status,
        response.body.decode(),
        error,
    )
    assert result["duration_ms"] >= 0


def test_a_refused_connection_is_a_fault(
    tenant: Tenant, webhook: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with receiving() as closed:
        pass
    off = register(tenant, closed.url)
    result = _test(tenant, off).json
    assert (result["succeeded"], result["status_code"], result["error"]) == (False, None, "connection_failed")

    monkeypatch.setenv("STAGE", "staging")
    assert _test(tenant, webhook).json["error"] == "blocked_address"


def test_a_host_without_an_address_is_a_fault(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> object:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    webhook = register(tenant, "https://soon.example.com/hooks")

    assert _test(tenant, webhook).json["error"] == "unresolved_host"


def test_a_failed_test_disables_nothing_and_is_not_stored(
    tenant: Tenant, webhook: dict[str, Any], receiver: Receiver
) -> None:
    receiver.responses = [Response(410)]

    _test(tenant, webhook)

    assert call("GET", f"/v1/webhooks/{webhook['id']}", key=tenant.read).json["enabled"] is True
    assert deliveries() == []
    assert items("EVENT") == []


def test_a_disabled_endpoint_can_be_tested(
    tenant: Tenant, webhook: dict[str, Any], receiver: Receiver
) -> None:
    call("PATCH", f"/v1/webhooks/{webhook['id']}", key=tenant.admin, json_body={"enabled": False})

    assert _test(tenant, webhook).json["succeeded"] is True
    assert len(receiver.requests) == 1


def test_during_a_rotation_both_secrets_sign(
    tenant: Tenant, webhook: dict[str, Any], receiver: Receiver
) -> None:
    new = call("POST", f"/v1/webhooks/{webhook['id']}/rotate-secret", key=tenant.admin).json

    _test(tenant, webhook)

    (request,) = receiver.requests
    for secret in (webhook["secret"], new["secret"]):
        standardwebhooks.Webhook(secret).verify(request.body.decode(), request.headers)


def _signed_with(request: ReceivedRequest, *candidates: str) -> list[str]:
    """The secrets that made a request's `x-eal-signature`."""
    timestamp, signature = int(request.headers["x-eal-timestamp"]), request.headers["x-eal-signature"]
    return [
        secret for secret in candidates if signing.eal_signature(secret, timestamp, request.body) == signature
    ]


@pytest.mark.parametrize("refusal", [401, 403])
def test_during_a_rotation_a_rejected_signature_is_repeated_with_the_other_secret(
    tenant: Tenant, webhook: dict[str, Any], receiver: Receiver, refusal: int
) -> None:
    new = call("POST", f"/v1/webhooks/{webhook['id']}/rotate-secret", key=tenant.admin).json["secret"]
    receiver.responses = [Response(refusal), Response(200)]

    response = _test(tenant, webhook)

    assert (response.json["succeeded"], response.json["status_code"]) == (True, 200)
    assert [_signed_with(request, webhook["secret"], new) for request in receiver.requests] == [
        [webhook["secret"]],
        [new],
    ]
    assert len({request.body for request in receiver.requests}) == 1


def test_during_a_rotation_the_secret_that_was_accepted_last_signs_first(
    tenant: Tenant, webhook: dict[str, Any], receiver: Receiver
) -> None:
    new = call("POST", f"/v1/webhooks/{webhook['id']}/rotate-secret", key=tenant.admin).json["secret"]
    endpoint = ENDPOINTS.get(tenant.in_mode("live"), webhook["id"])
    change_health(_message(tenant, webhook), accepted=fingerprint(endpoint.secret))

    _test(tenant, webhook)

    assert [_signed_with(request, webhook["secret"], new) for request in receiver.requests] == [[new]]


def test_tests_and_deliveries_share_the_slots_of_an_endpoint(
    tenant: Tenant, webhook: dict[str, Any], receiver: Receiver
) -> None:
    """However often one is requested, and whatever the endpoint does, they hold MAX_IN_FLIGHT requests open."""
    held = [acquired(_message(tenant, webhook), number) for number in range(1, MAX_IN_FLIGHT + 1)]
    assert all(held)

    response = _test(tenant, webhook)

    assert (response.status, response.json["error"]["code"]) == (409, "conflict")
    assert receiver.requests == []
    assert [record["action"]["S"] for record in items("AUDIT") if "tested" in record["action"]["S"]] == []


def test_a_failing_endpoint_has_one_test_at_a_time(
    tenant: Tenant, webhook: dict[str, Any], receiver: Receiver
) -> None:
    change_health(_message(tenant, webhook), failing_since="2026-04-24T17:42:11.314Z")
    second: list[ApiResponse] = []
    receiver.responses = [Response(meanwhile=lambda: second.append(_test(tenant, webhook)))]

    first = _test(tenant, webhook)

    assert (first.status, second[0].status) == (200, 409)
    assert _test(tenant, webhook).status == 200, "the slot is free again"


def test_a_paused_endpoint_can_be_tested_and_stays_paused(
    tenant: Tenant, webhook: dict[str, Any], receiver: Receiver
) -> None:
    message = _message(tenant, webhook)
    paused = {"failing_since": "2026-04-24T17:42:11.314Z", "probe_at": 10**14, "timeouts": 3}
    change_health(message, **paused)

    assert _test(tenant, webhook).json["succeeded"] is True

    health = health_of(message)
    assert (health.probe_at, health.timeouts, health.leases) == (10**14, 3, {})


def test_both_posts_of_a_rotation_fit_into_the_time_of_a_request(
    clock: Clock, tenant: Tenant, webhook: dict[str, Any], receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    call("POST", f"/v1/webhooks/{webhook['id']}/rotate-secret", key=tenant.admin)
    receiver.responses = [Response(401, meanwhile=lambda: clock.advance(seconds=14)), Response(200)]
    timeouts: list[float] = []
    send = sender.send

    def watched(url: str, body: bytes, headers: dict[str, str], *, within: float) -> sender.ReceiverReply:
        timeouts.append(within)
        return send(url, body, headers, within=within)

    monkeypatch.setattr(sender, "send", watched)

    _test(tenant, webhook)

    assert timeouts == [sender.TOTAL_SECONDS, ping.MAX_SECONDS - 14]
    assert ping.MAX_SECONDS < functions()["WebhooksTest"]["Timeout"] <= API_GATEWAY_WAITS


def test_a_replay_sends_nothing(tenant: Tenant, webhook: dict[str, Any], receiver: Receiver) -> None:
    first = _test(tenant, webhook, {}, **{"Idempotency-Key": "k"})
    again = _test(tenant, webhook, {}, **{"Idempotency-Key": "k"})

    assert (again.headers["Idempotent-Replayed"], again.json) == ("true", first.json)
    assert len(receiver.requests) == 1


def test_concurrent_requests_with_the_same_key_send_one_test(
    tenant: Tenant, webhook: dict[str, Any], receiver: Receiver
) -> None:
    receiver.responses = [Response(meanwhile=lambda: time.sleep(0.3))]
    key = {"Idempotency-Key": "k"}

    with ThreadPoolExecutor(8) as pool:
        responses = list(pool.map(lambda _: _test(tenant, webhook, {}, **key), range(8)))

    assert {(response.status, response.text) for response in responses} == {(200, responses[0].text)}
    assert len(receiver.requests) == 1


def test_a_rejected_request_unlocks_its_idempotency_key(tenant: Tenant, webhook: dict[str, Any]) -> None:
    key = {"Idempotency-Key": "k"}
    unknown = {**webhook, "id": "whk_x"}

    assert [_test(tenant, unknown, {}, **key).status for _ in range(2)] == [404, 404]
    assert items("IDEMPOTENCY") == []
    assert _test(tenant, webhook, {}, **key).status == 200


def test_the_idempotency_key_of_a_dead_request_is_unlocked_after_30_seconds(
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
    assert (later.status, len(receiver.requests)) == (200, 1)


@pytest.mark.parametrize("wrong", ["lead.exploded", "review.exploded", "*", "", None, 7])
def test_an_unknown_type_is_a_422(tenant: Tenant, webhook: dict[str, Any], wrong: object) -> None:
    response = _test(tenant, webhook, {"type": wrong})

    assert (response.status, response.json["error"]["details"]["fields"][0]["pointer"]) == (422, "/type")


def test_if_match_applies_to_the_endpoint(
    tenant: Tenant, webhook: dict[str, Any], receiver: Receiver
) -> None:
    rejected = _test(tenant, webhook, **{"If-Match": '"2"'})

    assert (rejected.status, rejected.error) == (412, "precondition_failed")
    assert receiver.requests == []
    assert _test(tenant, webhook, **{"If-Match": '"1"'}).status == 200


def test_it_is_audited(tenant: Tenant, webhook: dict[str, Any]) -> None:
    _test(tenant, webhook)

    log = call("GET", f"/v1/audit-log?resource_id={webhook['id']}", key=tenant.read).json["data"]
    assert log[0]["action"] == "webhook.tested"
    assert log[0]["changes"] == [{"field": "event_type", "from": None, "to": "lead.created"}]


def test_it_requires_a_write_key_of_the_same_mode(
    tenant: Tenant, stranger: Tenant, webhook: dict[str, Any]
) -> None:
    path = f"/v1/webhooks/{webhook['id']}/test"
    keys = (tenant.read, tenant.test_admin, stranger.admin)

    assert [call("POST", path, key=key).status for key in keys] == [403, 404, 404]
