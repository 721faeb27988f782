"""POST /v1/webhooks."""

from __future__ import annotations

import base64
import json
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from eal.core.events.catalogue import CATALOGUE
from eal.domain.webhooks.endpoints import store
from tests.support.faults import watched_calls
from tests.support.http import call, load_app
from tests.support.pipeline import items
from tools.fixtures.template import ROOT

if TYPE_CHECKING:
    from tests.support.http import ApiResponse
    from tests.support.tenants import Tenant

PUBLIC = "https://93.184.215.14/hooks"
BODY = {"url": PUBLIC, "events": ["lead.created"], "description": " CRM "}


def test_a_new_endpoint_is_returned_with_its_secret(tenant: Tenant) -> None:
    response = call("POST", "/v1/webhooks", key=tenant.admin, json_body=BODY)

    assert response.status == 201
    webhook = response.json
    secret = webhook.pop("secret")
    assert secret.startswith("whsec_")
    assert len(base64.b64decode(secret.removeprefix("whsec_"))) == 32
    assert webhook["id"].startswith("wh_")
    assert webhook["secret_prefix"] == secret[:10]
    assert webhook["created_at"] == webhook["updated_at"]
    assert {name: webhook[name] for name in ("url", "events", "description", "enabled", "version")} == {
        "url": PUBLIC,
        "events": ["lead.created"],
        "description": "CRM",
        "enabled": True,
        "version": 1,
    }
    assert response.headers["ETag"] == '"1"'
    assert call("GET", f"/v1/webhooks/{webhook['id']}", key=tenant.read).json == webhook


def test_the_secret_is_stored_only_as_kms_ciphertext(tenant: Tenant) -> None:
    secret = call(
        "POST", "/v1/webhooks", key=tenant.admin, json_body=BODY, headers={"Idempotency-Key": "once"}
    ).json["secret"]

    everything = json.dumps(items())
    assert secret not in everything
    assert secret.removeprefix("whsec_") not in everything


def test_a_mode_has_fifty_endpoints_and_a_removal_makes_room(tenant: Tenant, stranger: Tenant) -> None:
    def create(key: str) -> ApiResponse:
        return call("POST", "/v1/webhooks", key=key, json_body=BODY)

    made = [create(tenant.admin) for _ in range(store.MAX_ENDPOINTS - 1)]
    with ThreadPoolExecutor(8) as pool:
        rivals = list(pool.map(create, [tenant.admin] * 8))
    last = create(tenant.admin)

    assert {response.status for response in made} == {201}
    assert sorted(response.status for response in rivals) == [201] + [409] * 7
    assert (last.status, last.error, last.json["error"]["details"]["limit"]) == (
        409,
        "conflict",
        store.MAX_ENDPOINTS,
    )
    assert len(items("WEBHOOK")) == store.MAX_ENDPOINTS
    assert [create(key).status for key in (tenant.test_admin, stranger.admin)] == [201, 201]

    for response in made[:2]:
        call("DELETE", f"/v1/webhooks/{response.json['id']}", key=tenant.admin)
    assert call("DELETE", f"/v1/webhooks/{made[0].json['id']}", key=tenant.admin).status == 404
    assert [create(tenant.admin).status for _ in range(3)] == [201, 201, 409]


def test_a_replay_returns_the_first_response_without_the_secret(tenant: Tenant) -> None:
    first = call("POST", "/v1/webhooks", key=tenant.admin, json_body=BODY, headers={"Idempotency-Key": "k"})
    again = call("POST", "/v1/webhooks", key=tenant.admin, json_body=BODY, headers={"Idempotency-Key": "k"})

    assert again.status == 201
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json == {**first.json, "secret": None}
    assert len(call("GET", "/v1/webhooks", key=tenant.read).json["data"]) == 1


def test_it_is_audited_without_secret_and_query(tenant: Tenant) -> None:
    body = {**BODY, "url": PUBLIC + "?token=hush"}
    webhook = call("POST", "/v1/webhooks", key=tenant.admin, json_body=body).json

    (record,) = [record for record in items("AUDIT") if record["action"]["S"] == "webhook.created"]
    assert record["resource"]["M"] == {"type": {"S": "webhook"}, "id": {"S": webhook["id"]}}
    text = json.dumps(record)
    assert PUBLIC in text
    assert "hush" not in text
    assert webhook["secret"] not in text


def test_it_makes_three_calls_to_aws(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    with watched_calls(monkeypatch) as calls:
        call("POST", "/v1/webhooks", key=tenant.admin, json_body=BODY)

    assert calls.made == ["UpdateItem", "Encrypt", "TransactWriteItems"]


@pytest.mark.parametrize(
    ("events", "shown"),
    [
        ("*", ["*"]),
        (["*"], ["*"]),
        (["*", "audit.log.event"], ["*", "audit.log.event"]),
        (["lead.updated", "lead.created", "lead.updated"], ["lead.updated", "lead.created"]),
        (sorted(CATALOGUE), sorted(CATALOGUE)),
    ],
)
def test_event_types_keep_their_order_without_repeats(
    tenant: Tenant, events: object, shown: list[str]
) -> None:
    response = call("POST", "/v1/webhooks", key=tenant.admin, json_body={"url": PUBLIC, "events": events})

    assert response.json["events"] == shown


def test_documented_types_can_be_subscribed_before_they_are_sent(tenant: Tenant) -> None:
    documented = [
        "call.received", "call.classified", "call.qualified", "lead.created", "outreach.email.sent",
        "outreach.email.replied", "claim.scope.ready", "review.requested", "review.received", "audit.log.event",
    ]  # fmt: skip

    response = call("POST", "/v1/webhooks", key=tenant.admin, json_body={**BODY, "events": documented})

    assert (response.status, response.json["events"]) == (201, documented)
    filtered = {
        **BODY,
        "events": ["review.received", "lead.created"],
        "filter": {"data.status": {"eq": "new"}},
    }
    assert call("POST", "/v1/webhooks", key=tenant.admin, json_body=filtered).status == 201
    only = {**filtered, "events": ["review.received"]}
    assert call("POST", "/v1/webhooks", key=tenant.admin, json_body=only).status == 422


def test_an_endpoint_can_be_created_disabled(tenant: Tenant) -> None:
    body = {**BODY, "enabled": False}

    assert call("POST", "/v1/webhooks", key=tenant.admin, json_body=body).json["enabled"] is False


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"events": []}, "/events"),
        ({"events": None}, "/events"),
        ({"events": "lead.created"}, "/events"),
        ({"events": ["lead.created", "lead.exploded"]}, "/events/1"),
        ({"url": ""}, "/url"),
        ({"url": 7}, "/url"),
        ({"url": f"https://example.com/{'a' * 2048}"}, "/url"),
        ({"description": "x" * 501}, "/description"),
        ({"description": "a\x1b[31m"}, "/description"),
        ({"enabled": "perhaps"}, "/enabled"),
        ({"filter": {"data.score": {"gt": 2**53 + 1}}}, "/filter/data.score/gt"),
        ({"filter": {"data.score": {"lt": 1e300}}}, "/filter/data.score/lt"),
        ({"filter": {"data.score": {"in": [1, 1e-300]}}}, "/filter/data.score/in/1"),
        ({"filter": {"data.score": {"eq": -(10**30)}}}, "/filter/data.score/eq"),
        ({"filter": {"data.email": {"in": ["é" * 490 + str(n) for n in range(17)]}}}, "/filter"),
        ({"secret": "whsec_mine"}, "/secret"),
    ],
)
def test_an_invalid_field_is_named(tenant: Tenant, change: dict[str, object], pointer: str) -> None:
    response = call("POST", "/v1/webhooks", key=tenant.admin, json_body={**BODY, **change})

    assert (response.status, response.error) == (422, "validation_error")
    assert [field["pointer"] for field in response.json["error"]["details"]["fields"]] == [pointer]


@pytest.mark.parametrize("number", ["1e999999", "-1e999999"])
def test_an_infinite_number_in_a_filter_is_rejected(tenant: Tenant, number: str) -> None:
    body = f'{{"url": "{PUBLIC}", "events": "*", "filter": {{"data.score": {{"gt": {number}}}}}}}'

    assert call("POST", "/v1/webhooks", key=tenant.admin, body=body).status == 422


def test_the_error_of_an_unknown_event_type_lists_the_known_ones(tenant: Tenant) -> None:
    body = {**BODY, "events": ["lead.exploded"]}
    response = call("POST", "/v1/webhooks", key=tenant.admin, json_body=body)

    (field,) = response.json["error"]["details"]["fields"]
    assert all(event_type in field["message"] for event_type in CATALOGUE)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "https://10.0.0.8/",
        "https://169.254.169.254/latest/meta-data/",
        "http://169.254.169.254/latest/meta-data/",
        "https://[fd00:ec2::254]/",
        "https://0x7f000001/",
        "https://inside.example.com/",
        "http://127.0.0.1:80/",
        "not a url",
    ],
)
def test_an_address_that_is_not_public_is_blocked(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    _resolve_to(monkeypatch, "10.1.2.3")
    response = call("POST", "/v1/webhooks", key=tenant.admin, json_body={**BODY, "url": url})

    assert (response.status, response.error) == (422, "validation_error")
    (field,) = response.json["error"]["details"]["fields"]
    assert (field["pointer"], field["type"]) == ("/url", "blocked_address")
    assert "10.1.2.3" not in response.text
    assert call("GET", "/v1/webhooks", key=tenant.read).json["data"] == []


def test_an_unresolved_host_is_accepted_unless_it_can_never_be_public(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_: object, **__: object) -> object:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    body = {**BODY, "url": "https://soon.example.com/hooks"}

    assert call("POST", "/v1/webhooks", key=tenant.admin, json_body=body).status == 201
    for inside in ("https://printer.lan/x", "https://kubernetes.default.svc/", "http://printer.lan:8080/"):
        response = call("POST", "/v1/webhooks", key=tenant.admin, json_body={**BODY, "url": inside})
        assert response.status == 422, inside
        assert response.json["error"]["details"]["fields"][0]["type"] == "blocked_address"


def test_only_the_local_stack_accepts_loopback(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    body = {**BODY, "url": "http://127.0.0.1:8080/hooks"}
    assert call("POST", "/v1/webhooks", key=tenant.admin, json_body=body).status == 201

    monkeypatch.setenv("STAGE", "staging")
    response = call("POST", "/v1/webhooks", key=tenant.admin, json_body=body)
    assert response.json["error"]["details"]["fields"][0]["type"] == "blocked_address"


def test_it_requires_an_admin_key(tenant: Tenant) -> None:
    response = call("POST", "/v1/webhooks", key=tenant.write, json_body=BODY)

    assert (response.status, response.error) == (403, "insufficient_scope")


def test_the_sample_event_works_with_a_key(tenant: Tenant) -> None:
    text = (ROOT / "events/webhooks/create.json").read_text()
    event = json.loads(text.replace("REPLACE_WITH_YOUR_KEY", tenant.admin))

    assert load_app("webhooks/create").handler(event, None)["statusCode"] == 201


def _resolve_to(monkeypatch: pytest.MonkeyPatch, ip: str) -> None:
    def lookup(_host: str, port: int, **_: object) -> object:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port))]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
