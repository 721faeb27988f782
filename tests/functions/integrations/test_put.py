"""PUT /v1/integrations/{vendor}."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from eal import aws
from eal.integrations import connections
from tests.support.aws import ACCESS
from tests.support.callrail import actions, connect, receive, stored
from tests.support.faults import watched_calls
from tests.support.http import Answer, call
from tests.support.pipeline import items
from tools.demo.callrail import Call

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

PATH = "/v1/integrations/callrail"


def put(key: str, body: object, **more: object) -> Answer:
    return call("PUT", PATH, key=key, json_body=body, **more)  # type: ignore[arg-type]


def test_the_answer_has_an_address_for_each_kind_and_no_secret(tenant: Tenant) -> None:
    body = {"settings": {"account_id": "ACC123"}, "secrets": {"signing_key": "s3cret-signing"}}

    answer = put(tenant.admin, body)

    assert answer.status == 200
    assert answer.headers["ETag"] == '"1"'
    shown = answer.json
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
    assert shown["secrets"]["api_key"] == {"set": False, "updated_at": None}
    assert shown["health"] == {"status": "waiting", "last_event_at": None}
    assert "s3cret" not in answer.text
    assert "s3cret" not in str(items())


def test_a_second_put_keeps_what_it_leaves_out_and_the_connection(tenant: Tenant) -> None:
    first = put(
        tenant.admin,
        {"settings": {"account_id": "ACC1"}, "secrets": {"signing_key": "one", "api_key": "two"}},
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


def test_the_audit_log_shows_secrets_as_stars(tenant: Tenant) -> None:
    put(tenant.admin, {"settings": {"account_id": "ACC1"}, "secrets": {"signing_key": "one"}})
    put(tenant.admin, {"secrets": {"signing_key": "two"}})

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
    assert updated == [{"field": "secrets.signing_key", "from": "***", "to": "***"}]


def test_a_new_signing_key_counts_at_once_and_a_removed_one_no_more(tenant: Tenant) -> None:
    connection = connect(tenant.admin, "first key")
    body = Call.new().event("pre-call")
    old = connection.url_event("pre-call", body)
    assert receive(old).status == 202

    put(tenant.admin, {"secrets": {"signing_key": "second key"}})
    renewed = connect(tenant.admin, "second key")

    assert renewed.id == connection.id
    assert receive(old).status == 401
    assert receive(renewed.url_event("pre-call", body)).status == 202
    put(tenant.admin, {"secrets": {"signing_key": None}})
    assert receive(renewed.url_event("pre-call", body)).status == 401


def test_a_ciphertext_opens_for_its_tenant_and_purpose_only(tenant: Tenant) -> None:
    connection = connect(tenant.admin)
    found = connections.find(connection.id, "callrail")
    assert found is not None
    assert list(found.signing_secrets()) == [connection.signing_key]

    blob = base64.b64decode(found.ciphertexts[0])
    for context in (
        {"organization": "org_x", "purpose": "callrail.signing"},
        {"organization": tenant.id, "purpose": "x"},
    ):
        with pytest.raises(ClientError, match="InvalidCiphertextException"):
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
    answer = put(tenant.write, {})

    assert (answer.status, answer.error) == (403, "insufficient_scope")
    assert answer.json["error"]["details"]["required"] == "admin"


def test_if_match_is_honoured(tenant: Tenant) -> None:
    assert put(tenant.admin, {}, headers={"If-Match": '"1"'}).status == 412
    assert put(tenant.admin, {}).status == 200
    assert put(tenant.admin, {"settings": {"account_id": "A"}}, headers={"If-Match": '"7"'}).status == 412
    assert put(tenant.admin, {"settings": {"account_id": "A"}}, headers={"If-Match": '"1"'}).status == 200


def test_each_mode_and_tenant_has_its_own_connection(tenant: Tenant, stranger: Tenant) -> None:
    ids = {connect(key).id for key in (tenant.admin, tenant.test_admin, stranger.admin)}

    assert len(ids) == 3


def test_integration_and_connection_are_one_transaction(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    with watched_calls(monkeypatch) as calls:
        connect(tenant.admin)

    assert calls.made == ["UpdateItem", "GetItem", "Encrypt", "TransactWriteItems"]
    access = aws.dynamodb().scan(TableName=ACCESS)["Items"]
    assert sum(item["pk"]["S"].startswith("C#") for item in access) == 1
