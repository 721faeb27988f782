"""PUT /v1/integrations/{vendor}."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from eal.core import aws, clock, signing
from eal.domain.integrations import connections
from eal.domain.integrations.model import VENDORS
from tests.support.aws import ACCESS
from tests.support.callrail import Connection, actions, connect, receive, stored
from tests.support.faults import watched_calls
from tests.support.http import ApiResponse, call
from tests.support.pipeline import items
from tools.fixtures.callrail import Call

if TYPE_CHECKING:
    from tests.support.tenants import Tenant
    from tests.support.time import Clock

PATH = "/v1/integrations/callrail"


def put(key: str, body: object, **more: object) -> ApiResponse:
    return call("PUT", PATH, key=key, json_body=body, **more)  # type: ignore[arg-type]


def test_the_response_has_an_address_for_each_kind_and_no_secret(tenant: Tenant) -> None:
    body = {"settings": {"account_id": "ACC123"}, "secrets": {"signing_key": "s3cret-signing"}}

    response = put(tenant.admin, body)

    assert response.status == 200
    assert response.headers["ETag"] == '"1"'
    shown = response.json
    base = f"https://receiver.example.com/{shown['connection_id']}"
    assert shown["receiver_url"] == base
    assert shown["receiver_urls"] == {
        kind: f"{base}/{kind}"
        for kind in (
            "pre-call",
            "routing-complete",
            "post-call",
            "call-modified",
            "outbound-post-call",
            "outbound-call-modified",
            "text-message",
            "form-submission",
        )
    }
    assert shown["vendor"] == "callrail"
    assert shown["settings"] == {"account_id": "ACC123"}
    assert shown["secrets"]["signing_key"]["set"] is True
    assert shown["secrets"]["signing_key"]["updated_at"].endswith("Z")
    assert shown["secrets"]["api_key"] == {"set": False, "updated_at": None, "previous_accepted_until": None}
    assert shown["health"] == {"status": "waiting", "last_event_at": None, "last_failure": None}
    assert "s3cret" not in response.text
    assert "s3cret" not in str(items())


def test_a_second_put_keeps_omitted_values_and_the_connection(tenant: Tenant) -> None:
    first = put(
        tenant.admin,
        {"settings": {"account_id": "ACC1"}, "secrets": {"signing_key": "key one!", "api_key": "two"}},
    ).json

    second = put(tenant.admin, {"secrets": {"api_key": None}}).json

    assert second["connection_id"] == first["connection_id"]
    assert second["settings"] == {"account_id": "ACC1"}
    assert second["secrets"]["signing_key"] == first["secrets"]["signing_key"]
    assert second["secrets"]["api_key"]["set"] is False
    assert second["version"] == 2


def test_a_put_that_changes_nothing_writes_nothing(tenant: Tenant) -> None:
    put(tenant.admin, {"settings": {"account_id": "ACC1"}})

    again = put(tenant.admin, {"settings": {"account_id": "ACC1"}})

    assert (again.status, again.json["version"]) == (200, 1)
    assert actions("integration", tenant.id) == ["integration.created"]


def test_the_audit_log_masks_secrets(clock: Clock, tenant: Tenant) -> None:
    put(tenant.admin, {"settings": {"account_id": "ACC1"}, "secrets": {"signing_key": "key one!"}})
    put(tenant.admin, {"secrets": {"signing_key": "key two!"}})

    assert actions("integration", tenant.id) == ["integration.created", "integration.updated"]
    created, updated = [
        item["changes"]
        for item in stored("AUDIT", tenant.id)
        if str(item["action"]).startswith("integration.")
    ]
    assert created == [
        {"field": "connection_id", "from": None, "to": "***"},
        {"field": "secrets.signing_key", "from": None, "to": "***"},
        {"field": "settings.account_id", "from": None, "to": "ACC1"},
    ]
    until = "2026-04-25T17:42:11.314Z"
    assert updated == [
        {"field": "secrets.signing_key", "from": "***", "to": "***"},
        {"field": "secrets.signing_key.previous_accepted_until", "from": None, "to": until},
    ]


def _statuses(*connections: Connection) -> list[int]:
    """The receiver's status for an event signed by each of the connections."""
    body = Call.new().event("pre-call")
    return [receive(connection.url_event("pre-call", body)).status for connection in connections]


def test_a_replaced_signing_key_is_accepted_until_the_overlap_ends(clock: Clock, tenant: Tenant) -> None:
    old = connect(tenant.admin, "first key")
    assert _statuses(old) == [202]

    shown = put(tenant.admin, {"secrets": {"signing_key": "second key"}, "overlap_seconds": 3600}).json

    new = Connection(old.id, "second key")
    assert shown["connection_id"] == old.id
    assert shown["secrets"]["signing_key"]["previous_accepted_until"] == "2026-04-24T18:42:11.314Z"
    clock.advance(seconds=3599.999)
    assert _statuses(old, new) == [202, 202]
    clock.advance(milliseconds=1)
    assert _statuses(old, new) == [401, 202]
    assert put(tenant.admin, {}).json["secrets"]["signing_key"]["previous_accepted_until"] is None


@pytest.mark.parametrize(("body", "seconds"), [({}, 86_400), ({"overlap_seconds": 604_800}, 604_800)])
def test_the_default_overlap_is_a_day(
    clock: Clock, tenant: Tenant, body: dict[str, object], seconds: int
) -> None:
    old = connect(tenant.admin, "first key")
    put(tenant.admin, {"secrets": {"signing_key": "second key"}, **body})

    clock.advance(seconds=seconds - 0.001)
    assert _statuses(old) == [202]
    clock.advance(milliseconds=1)
    assert _statuses(old) == [401]


def test_without_an_overlap_the_replaced_key_is_rejected_at_once(tenant: Tenant) -> None:
    old = connect(tenant.admin, "first key")

    put(tenant.admin, {"secrets": {"signing_key": "second key"}, "overlap_seconds": 0})

    assert _statuses(old, Connection(old.id, "second key")) == [401, 202]


def test_removing_a_key_also_removes_the_key_it_replaced(tenant: Tenant) -> None:
    old = connect(tenant.admin, "first key")
    put(tenant.admin, {"secrets": {"signing_key": "second key"}})

    put(tenant.admin, {"secrets": {"signing_key": None}})

    assert _statuses(old, Connection(old.id, "second key")) == [401, 401]


def test_at_most_two_keys_are_accepted(tenant: Tenant) -> None:
    first = connect(tenant.admin, "first key")
    for text in ("second key", "third key"):
        put(tenant.admin, {"secrets": {"signing_key": text}})

    second, third = (Connection(first.id, text) for text in ("second key", "third key"))
    assert _statuses(first, second, third) == [401, 202, 202]


def test_a_key_given_again_changes_nothing_and_keeps_the_overlap(clock: Clock, tenant: Tenant) -> None:
    old = connect(tenant.admin, "first key")
    body = {"secrets": {"signing_key": "second key"}, "overlap_seconds": 3600}
    first = put(tenant.admin, body)
    clock.advance(minutes=10)

    again = put(tenant.admin, body)

    assert again.json == {**first.json, "health": again.json["health"]}
    assert _statuses(old, Connection(old.id, "second key")) == [202, 202]
    assert len(actions("integration", tenant.id)) == 2


def test_a_key_given_again_without_an_overlap_ends_it(tenant: Tenant) -> None:
    old = connect(tenant.admin, "first key")
    put(tenant.admin, {"secrets": {"signing_key": "second key"}})

    put(tenant.admin, {"secrets": {"signing_key": "second key"}, "overlap_seconds": 0})

    assert _statuses(old, Connection(old.id, "second key")) == [401, 202]
    assert len(actions("integration", tenant.id)) == 3


@pytest.mark.parametrize("wrong", [-1, 604_801, "soon", 1.5, None])
def test_an_overlap_out_of_range_is_rejected(tenant: Tenant, wrong: object) -> None:
    response = put(tenant.admin, {"overlap_seconds": wrong})

    assert response.status == 422
    assert response.json["error"]["details"]["fields"][0]["pointer"] == "/overlap_seconds"


def test_only_a_signing_secret_has_an_overlap(tenant: Tenant) -> None:
    put(tenant.admin, {"secrets": {"api_key": "one"}})
    shown = put(tenant.admin, {"secrets": {"api_key": "two"}}).json

    assert shown["secrets"]["api_key"]["previous_accepted_until"] is None


# ---------------------------------------------------------------- the other vendors


def _connect(vendor: str, tenant: Tenant, body: object) -> ApiResponse:
    return call("PUT", f"/v1/integrations/{vendor}", key=tenant.admin, json_body=body)


@pytest.mark.parametrize(
    ("vendor", "settings", "secrets"),
    [
        (
            "google_business",
            {"client_id": "c", "account_id": "a", "location_id": "l"},
            {"client_secret": "s3cret", "refresh_token": "s3cret"},
        ),
        ("crm", {"url": "https://crm.example.com/leads"}, {"signing_secret": signing.new_secret()}),
    ],
)
def test_a_vendor_without_a_receiver_has_no_address(
    tenant: Tenant, vendor: str, settings: dict[str, str], secrets: dict[str, str]
) -> None:
    response = _connect(vendor, tenant, {"settings": settings, "secrets": secrets})

    assert response.status == 200, response.text
    shown = response.json
    assert shown["settings"] == settings
    assert {name: secret["set"] for name, secret in shown["secrets"].items()} == dict.fromkeys(secrets, True)
    assert (shown["connection_id"], shown["receiver_url"], shown["receiver_urls"]) == (None, None, {})
    assert shown["health"] == {"status": "waiting", "last_event_at": None, "last_failure": None}
    assert not any(
        item["pk"]["S"].startswith("C#") for item in aws.dynamodb().scan(TableName=ACCESS)["Items"]
    )
    assert not any(text in response.text + str(items()) for text in secrets.values())


def test_an_integration_gets_an_address_when_its_vendor_gets_a_receiver(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An integration from before its vendor had a receiver needs another PUT, but not its secrets again."""
    body = {"secrets": {"signing_secret": "whsec_xy"}}
    with monkeypatch.context() as before:
        before.setitem(VENDORS, "stripe", replace(VENDORS["stripe"], kinds=()))
        assert _connect("stripe", tenant, body).json["connection_id"] is None

    shown = _connect("stripe", tenant, {}).json

    assert shown["receiver_urls"] == {"events": f"https://stripe.example.com/{shown['connection_id']}/events"}
    found = connections.find(shown["connection_id"], "stripe")
    assert found is not None
    assert list(found.signing_secrets(clock.now())) == ["whsec_xy"]


@pytest.mark.parametrize(
    "url",
    [
        "http://crm.example.com/leads",
        "https://10.0.0.1/leads",
        "https://169.254.169.254/latest/meta-data",
        "https://localhost/leads",
        "https://user:password@crm.example.com/",
        "ftp://crm.example.com",
        "nonsense",
    ],
)
def test_a_crm_at_a_forbidden_address_is_rejected(tenant: Tenant, url: str) -> None:
    response = _connect("crm", tenant, {"settings": {"url": url}})

    (field,) = response.json["error"]["details"]["fields"]
    assert (response.status, field["pointer"], field["type"]) == (422, "/settings/url", "blocked_address")


def test_a_crm_at_a_loopback_address_is_for_the_local_stack_only(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"settings": {"url": "http://127.0.0.1:8080/leads"}}
    assert _connect("crm", tenant, body).status == 200

    monkeypatch.setenv("STAGE", "production")

    assert _connect("crm", tenant, body).status == 422


@pytest.mark.parametrize(
    ("secret", "status"),
    [
        ("whsec_" + base64.b64encode(bytes(range(32))).decode(), 200),
        ("a text of the tenant's own", 200),
        ("x" * 24, 200),
        ("x" * 23, 422),
        ("whsec_", 422),
        ("whsec_dG9vIHNob3J0", 422),
        ("whsec_" + "!" * 40, 422),
        ("whsec_" + base64.b64encode(b"x" * 65).decode(), 422),
    ],
)
def test_a_crm_needs_a_secret_that_can_sign(tenant: Tenant, secret: str, status: int) -> None:
    response = _connect("crm", tenant, {"secrets": {"signing_secret": secret}})

    assert response.status == status, response.text
    if status == 422:
        assert response.json["error"]["details"]["fields"][0]["pointer"] == "/secrets/signing_secret"
    else:
        assert signing.headers([secret], "push", 1, b"{}")["webhook-signature"].startswith("v1,")


def test_the_query_of_a_crms_url_is_not_in_the_log(tenant: Tenant) -> None:
    _connect("crm", tenant, {"settings": {"url": "https://crm.example.com/leads?token=s3cret"}})

    assert "s3cret" not in str(stored("AUDIT", tenant.id))
    assert "https://crm.example.com/leads?***" in str(stored("AUDIT", tenant.id))


def test_a_ciphertext_is_decrypted_only_for_its_tenant_and_purpose(tenant: Tenant) -> None:
    connection = connect(tenant.admin)
    found = connections.find(connection.id, "callrail")
    assert found is not None
    assert list(found.signing_secrets(clock.now())) == [connection.signing_key]

    blob = base64.b64decode(found.ciphertexts[0])
    for context in (
        {"organization": "org_x", "purpose": "callrail.signing"},
        {"organization": tenant.id, "purpose": "x"},
    ):
        with pytest.raises(aws.Refused, match="InvalidCiphertextException"):
            aws.kms().decrypt(CiphertextBlob=blob, EncryptionContext=context)


def test_unknown_names_are_422_and_unknown_vendors_404(tenant: Tenant) -> None:
    wrong = put(tenant.admin, {"settings": {"a/b": "x"}, "secrets": {"password": "x"}})
    unknown = call("PUT", "/v1/integrations/nobody", key=tenant.admin, json_body={})

    assert (wrong.status, wrong.error) == (422, "validation_error")
    pointers = [field["pointer"] for field in wrong.json["error"]["details"]["fields"]]
    assert pointers == ["/settings/a~1b", "/secrets/password"]
    assert (unknown.status, unknown.error) == (404, "not_found")
    assert put(tenant.admin, {"secrets": {"signing_key": ""}}).status == 422
    assert put(tenant.admin, {"secrets": {"signing_key": 5}}).status == 422
    assert put(tenant.admin, {"other": {}}).status == 422


def test_only_an_admin_connects(tenant: Tenant) -> None:
    response = put(tenant.write, {})

    assert (response.status, response.error) == (403, "insufficient_scope")
    assert response.json["error"]["details"]["required"] == "admin"


def test_if_match_is_honoured(tenant: Tenant) -> None:
    assert put(tenant.admin, {}, headers={"If-Match": '"1"'}).status == 412
    assert put(tenant.admin, {}).status == 200
    assert put(tenant.admin, {"settings": {"account_id": "A"}}, headers={"If-Match": '"7"'}).status == 412
    assert put(tenant.admin, {"settings": {"account_id": "A"}}, headers={"If-Match": '"1"'}).status == 200


def test_if_match_star_requires_an_integration(tenant: Tenant) -> None:
    refused = put(tenant.admin, {}, headers={"If-Match": "*"})

    assert (refused.status, refused.error) == (412, "precondition_failed")
    assert put(tenant.admin, {}).status == 200
    assert put(tenant.admin, {"settings": {"account_id": "A"}}, headers={"If-Match": " * "}).status == 200


@pytest.mark.parametrize(
    ("tags", "status"),
    [
        ('"7", "1"', 200),
        ('"1","7"', 200),
        (', "1" ,', 200),
        ('W/"7", "1"', 200),
        ('"7", "8"', 412),
        ('W/"1"', 412),
        ('W/"1", W/"2"', 412),
    ],
)
def test_if_match_accepts_a_list_and_weak_tags_never_match(tenant: Tenant, tags: str, status: int) -> None:
    put(tenant.admin, {})

    body = {"settings": {"account_id": "A"}}
    assert put(tenant.admin, body, headers={"If-Match": tags}).status == status


def test_each_mode_and_tenant_has_its_own_connection(tenant: Tenant, stranger: Tenant) -> None:
    ids = {connect(key).id for key in (tenant.admin, tenant.test_admin, stranger.admin)}

    assert len(ids) == 3


def test_integration_and_connection_are_written_in_one_transaction(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    with watched_calls(monkeypatch) as calls:
        connect(tenant.admin)

    assert calls.made == ["UpdateItem", "GetItem", "GenerateMac", "Encrypt", "TransactWriteItems"]
    access = aws.dynamodb().scan(TableName=ACCESS)["Items"]
    assert sum(item["pk"]["S"].startswith("C#") for item in access) == 1


@pytest.mark.parametrize(
    ("vendor", "secret", "text", "status"),
    [
        ("callrail", "signing_key", "x" * 7, 422),
        ("callrail", "signing_key", "x" * 8, 200),
        ("callrail", "signing_key", "\u5b57" * 682, 200),  # three bytes each
        ("callrail", "signing_key", "\u5b57" * 683, 422),
        ("callrail", "signing_key", "\u5b57" * 2000, 422),
        ("callrail", "api_key", "x", 200),
        ("stripe", "signing_secret", "whsec_1", 422),
        ("crm", "signing_secret", "x" * 512, 200),
        ("crm", "signing_secret", "x" * 513, 422),
        ("crm", "signing_secret", "\u00e9" * 257, 422),
    ],
)
def test_secrets_are_bounded_in_bytes(
    tenant: Tenant, vendor: str, secret: str, text: str, status: int
) -> None:
    response = call(
        "PUT", f"/v1/integrations/{vendor}", key=tenant.admin, json_body={"secrets": {secret: text}}
    )

    assert response.status == status
    if status == 422:
        (fault,) = response.json["error"]["details"]["fields"]
        assert fault["pointer"] == f"/secrets/{secret}"
        assert "bytes" in fault["message"]


ACCOUNT, KEY = "AC" + "0" * 32, "SK" + "0" * 32


@pytest.mark.parametrize(
    ("settings", "faulty"),
    [
        ({"account_sid": ACCOUNT, "api_key_sid": KEY, "alert_number": "+16145550100"}, []),
        ({"account_sid": KEY}, ["/settings/account_sid"]),
        (
            {"account_sid": ACCOUNT + "0", "api_key_sid": "SK"},
            ["/settings/account_sid", "/settings/api_key_sid"],
        ),
        ({"alert_number": "(614) 555-0100"}, ["/settings/alert_number"]),
        ({"alert_number": "+442079460000"}, ["/settings/alert_number"]),
        ({"alert_number": "+1614555010\u0660"}, ["/settings/alert_number"]),
        ({"alert_number": None}, []),
    ],
)
def test_settings_that_twilio_would_refuse_are_refused(
    tenant: Tenant, settings: dict[str, str | None], faulty: list[str]
) -> None:
    response = _connect("twilio", tenant, {"settings": settings, "secrets": {"api_key_secret": "x"}})

    assert response.status == (422 if faulty else 200), response.text
    if faulty:
        assert [field["pointer"] for field in response.json["error"]["details"]["fields"]] == faulty
