"""Resend's webhooks become events of sent mails, and replies with their bodies."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from eal.core import aws, observe
from eal.core.clock import rfc3339
from eal.vendors.resend import client as resend_api
from tests.support import replies
from tests.support.callrail import actions, stored
from tests.support.faults import Killed, watched_calls
from tests.support.http import call
from tests.support.inbound import Connection, connect, enqueued
from tests.support.vendor_apis import ResendApi, Trouble, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.tenants import Tenant
    from tests.support.time import Clock

API_KEY = "re_s3cret"
MAIL = {
    "id": "m1",
    "to": ["sales@acme.example"],
    "from": "dana@example.com",
    "created_at": "2026-02-22 23:41:11.894719+00",
    "subject": "Re: your roof",
    "text": "Yes, call me tomorrow.",
    "html": "<p>Yes, call me tomorrow.</p>",
    "headers": {"In-Reply-To": "<sent-1@acme.example>", "References": "<sent-0@x> <sent-1@acme.example>"},
    "message_id": "<answer-1@example.com>",
}


@pytest.fixture
def connection(tenant: Tenant) -> Connection:
    return connect("resend", tenant.admin, api_key=API_KEY)


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[ResendApi]:
    resend = ResendApi("resend", f"Bearer {API_KEY}", mails=[MAIL])
    with serving(resend, monkeypatch):
        yield resend


def webhook(kind: str, **data: Any) -> dict[str, Any]:
    return {
        "type": kind,
        "created_at": "2026-02-22T23:41:12.126Z",
        "data": {"email_id": "e1", "to": ["dana@example.com"], "subject": "Your roof", **data},
    }


RECEIVED = webhook(
    "email.received", **{name: MAIL[name] for name in ("to", "from", "subject", "message_id")}, email_id="m1"
)


@pytest.mark.parametrize(
    ("kind", "kept"),
    [
        ("email.delivered", "delivered"),
        ("email.delivery_delayed", "delayed"),
        ("email.bounced", "bounced"),
        ("email.complained", "complained"),
        ("email.opened", "opened"),
        ("email.clicked", "clicked"),
        ("email.failed", "failed"),
        ("email.suppressed", "suppressed"),
    ],
)
def test_an_event_of_a_sent_mail_is_stored(
    connection: Connection, tenant: Tenant, kind: str, kept: str
) -> None:
    assert connection.normalise(connection.message(webhook(kind))) == []

    (item,) = stored("EMAIL_EVENT", tenant.id)
    assert (item["type"], item["vendor_email_id"], item["recipients"]) == (kept, "e1", ["dana@example.com"])
    assert item["at"] == "2026-02-22T23:41:12.126Z"
    assert item["gsi1pk"] == f"{tenant.id}#live#EMAIL_EVENT#mail#e1"
    (record,) = [
        record for record in stored("AUDIT", tenant.id) if record["action"] == "email_event.recorded"
    ]
    assert record["actor"] == {"type": "vendor", "id": "resend"}
    assert "dana@example.com" not in str(record)
    assert "Your roof" not in str(record)


def test_a_repeated_delivery_is_stored_once_and_another_opening_again(
    connection: Connection, tenant: Tenant, capsys: pytest.CaptureFixture[str]
) -> None:
    first = connection.message(webhook("email.opened"), "msg_1")
    for message in (first, first, connection.message(webhook("email.opened"), "msg_1")):
        assert connection.normalise(message) == []
    assert "inbound_duplicates" in capsys.readouterr().out
    connection.normalise(connection.message(webhook("email.opened"), "msg_2"))

    assert len(stored("EMAIL_EVENT", tenant.id)) == 2


@pytest.mark.parametrize("kind", ["email.sent", "contact.updated", "domain.created", "somebody.new"])
def test_an_ignored_type_is_counted(
    connection: Connection, tenant: Tenant, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    assert connection.normalise(connection.message(webhook(kind))) == []

    assert "inbound_unknown_kind" in capsys.readouterr().out
    assert stored("EMAIL_EVENT", tenant.id) == []
    health = call("PUT", "/v1/integrations/resend", key=tenant.admin, json_body={}).json["health"]
    assert health["status"] == "healthy"


def test_a_received_mail_becomes_a_reply_with_its_body(
    connection: Connection, tenant: Tenant, api: ResendApi
) -> None:
    assert connection.normalise(connection.message(RECEIVED)) == []

    (reply,) = stored("REPLY", tenant.id)
    assert (reply["sender"], reply["subject"]) == ("dana@example.com", "Re: your roof")
    assert reply["in_reply_to"] == "<sent-1@acme.example>"
    assert reply["references"] == ["<sent-0@x>", "<sent-1@acme.example>"]
    assert reply["headers"] == {}
    assert "call me" not in str(reply)
    (body,) = stored("REPLY_BODY", tenant.id)
    assert (body["sk"], body["text"]) == (reply["id"], "Yes, call me tomorrow.")
    assert [request.path for request in api.requests] == ["/emails/receiving/m1"]
    (record,) = [record for record in stored("AUDIT", tenant.id) if record["action"] == "reply.received"]
    assert "dana" not in str(record)


def test_a_mail_repeated_with_another_id_is_one_reply_and_fetched_once(
    connection: Connection, tenant: Tenant, api: ResendApi
) -> None:
    for message_id in ("msg_1", "msg_2"):
        connection.normalise(connection.message(RECEIVED, message_id))

    assert len(stored("REPLY", tenant.id)) == len(api.requests) == 1


@pytest.mark.parametrize(
    ("headers", "kept"),
    [
        ({"auto-submitted": "auto-replied"}, {"auto-submitted": "auto-replied"}),
        ({"Auto-Submitted": ["auto-generated; x=y", "no"]}, {"auto-submitted": "auto-generated; x=y"}),
        ({"Precedence": "bulk"}, {"precedence": "bulk"}),
        ({"X-Autoreply": "yes"}, {"x-autoreply": ""}),
        ({"X-Auto-Response-Suppress": "All"}, {"x-auto-response-suppress": "All"}),
        ({"Content-Type": f"multipart/report; {'x' * 300}"}, {"content-type": f"multipart/report; {'x' * 182}"}),
        ({"Return-Path": "<>"}, {"return-path": "<>"}),
        ({"Return-Path": "<dana@example.com>"}, {}),
        ({"X-Failed-Recipients": "dana@example.com"}, {"x-failed-recipients": ""}),
        ({"List-Id": "<dana.example.com>"}, {"list-id": ""}),
        ({"List-Unsubscribe": "<https://x.example/dana>"}, {"list-unsubscribe": ""}),
        ({"From": "Dana", "Received": "from dana", "DKIM-Signature": "v=1", "X-Originating-IP": "203.0.113.7"}, {}),
    ],
)  # fmt: skip
def test_headers_that_show_a_machine_are_kept_and_no_others(
    connection: Connection, tenant: Tenant, api: ResendApi, headers: dict[str, Any], kept: dict[str, str]
) -> None:
    api.mails = [{**MAIL, "headers": headers}]
    connection.normalise(connection.message(RECEIVED))

    assert stored("REPLY", tenant.id)[0]["headers"] == kept


def test_the_newest_references_are_kept(connection: Connection, tenant: Tenant, api: ResendApi) -> None:
    ids = [f"<{number}@x>" for number in range(80)]
    headers = {
        "references": "\r\n ".join([*ids, f"<{'x' * 600}>"]),
        "in-reply-to": f"<{'x' * 600}> {ids[-1]}",
    }
    api.mails = [{**MAIL, "headers": headers}]
    connection.normalise(connection.message(RECEIVED))

    (reply,) = stored("REPLY", tenant.id)
    assert (reply["references"], reply["in_reply_to"]) == (ids[-50:], ids[-1])


def test_a_stored_mail_is_enqueued_for_its_classification_once(
    connection: Connection, tenant: Tenant, api: ResendApi
) -> None:
    for message_id in ("msg_1", "msg_2"):
        connection.normalise(connection.message(RECEIVED, message_id))

    (reply,) = stored("REPLY", tenant.id)
    (task,) = stored("TASK", tenant.id)
    assert (task["task"], json.loads(str(task["data"]))) == ("classify_reply", {"reply_id": reply["id"]})


@pytest.mark.parametrize(
    "trouble",
    [
        Trouble(429, {"Retry-After": "2"}),
        Trouble(503),
        Trouble(hang_up=True),
        Trouble(200, body=b"<"),
        Trouble(200, {"Transfer-Encoding": "chunked"}, b"-2\r\n{}\r\n"),
    ],
)
def test_a_transient_fault_is_retried_at_once(
    connection: Connection, tenant: Tenant, monkeypatch: pytest.MonkeyPatch, trouble: Trouble
) -> None:
    api = ResendApi("resend", f"Bearer {API_KEY}", mails=[MAIL], troubles=[trouble])
    with serving(api, monkeypatch) as pauses:
        assert connection.normalise(connection.message(RECEIVED)) == []

    assert len(stored("REPLY_BODY", tenant.id)) == 1
    assert len(api.requests) == 2
    if "Retry-After" in trouble.headers:
        assert 2.0 in pauses


@pytest.mark.parametrize(
    ("trouble", "fault"),
    [
        (Trouble(hang_up=True), "RemoteDisconnected"),
        (Trouble(200, body=b"<a person's words"), "_NoJson"),
        (Trouble(200, {"Transfer-Encoding": "chunked"}, b"-2\r\n{}\r\n"), "_BrokenChunk"),
    ],
)
def test_the_reason_of_a_missing_response_is_logged(
    connection: Connection,
    api: ResendApi,
    monkeypatch: pytest.MonkeyPatch,
    trouble: Trouble,
    fault: str,
) -> None:
    log = io.StringIO()
    monkeypatch.setattr(observe.logger.registered_handler, "stream", log)
    api.troubles = [trouble]
    connection.normalise(connection.message(RECEIVED))

    lines = [json.loads(text) for text in log.getvalue().splitlines()]
    (line,) = [line for line in lines if line["message"] == "vendor_not_read"]
    assert (line["level"], line["fault"]) == ("WARNING", fault)
    assert "person's words" not in log.getvalue()


def test_the_first_request_for_each_mail_is_paced_too(
    connection: Connection, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = ["m1", "m2", "m3"]
    mails = [{**MAIL, "id": email_id} for email_id in ids]
    api = ResendApi("resend", f"Bearer {API_KEY}", mails=mails)
    with serving(api, monkeypatch) as pauses:
        for email_id in ids:
            data = {**RECEIVED["data"], "email_id": email_id}
            assert connection.normalise(connection.message({**RECEIVED, "data": data}, email_id)) == []

    assert len(api.requests) == 3
    assert len(pauses) == 2
    assert all(0 < pause <= resend_api.SECONDS_APART for pause in pauses)


def test_a_mail_that_is_too_large_is_stored_without_its_body(
    connection: Connection, tenant: Tenant, api: ResendApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eal.vendors.http.MAX_RESPONSE_BYTES", 1000)
    api.mails = [{**MAIL, "text": "x" * 1000}]

    assert connection.normalise(connection.message(RECEIVED)) == []

    assert stored("REPLY", tenant.id)[0]["body_missing"] == "too_large"
    assert len(api.requests) == 1


@pytest.mark.parametrize("key", ["re_s3cret\r\nX: y", "re_s3cret\u20ac"])
def test_a_key_that_no_header_can_contain_is_refused_and_not_logged(
    tenant: Tenant, api: ResendApi, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    log = io.StringIO()
    monkeypatch.setattr(observe.logger.registered_handler, "stream", log)
    connection = connect("resend", tenant.admin, api_key=key)

    assert connection.normalise(connection.message(RECEIVED)) == []

    assert stored("REPLY", tenant.id)[0]["body_missing"] == "refused"
    assert api.requests == []
    assert "s3cret" not in log.getvalue()


@pytest.mark.parametrize(
    ("troubles", "delay"),
    [
        ([Trouble(429, {"retry-after": "120"})], 120),
        ([Trouble(429, {"retry-after": "86400"})], 900),
        ([Trouble(503)] * 4, 60),
        ([Trouble(hang_up=True)] * 4, 60),
    ],
)
def test_a_lasting_fault_defers_the_message_by_retry_after(
    connection: Connection,
    tenant: Tenant,
    api: ResendApi,
    monkeypatch: pytest.MonkeyPatch,
    troubles: list[Trouble],
    delay: int,
) -> None:
    api.troubles = list(troubles)
    message = connection.message(RECEIVED)
    delays: list[Any] = []
    send = aws.sqs().send_message

    def at_once(**sent: Any) -> None:
        assert sent["MessageGroupId"] == connection.id
        delays.append(sent.pop("DelaySeconds"))
        send(**sent)

    monkeypatch.setattr(aws.sqs(), "send_message", at_once)

    assert connection.normalise(message) == []

    assert delays == [delay]
    assert stored("REPLY", tenant.id) == []
    (again,) = enqueued("ResendQueue")
    assert again == json.loads(message)
    assert connection.normalise(json.dumps(again)) == []
    assert len(stored("REPLY_BODY", tenant.id)) == 1


def test_after_three_days_a_mail_is_stored_without_its_body(
    clock: Clock, connection: Connection, tenant: Tenant, api: ResendApi
) -> None:
    message = {**json.loads(connection_message(connection, clock)), "received_at": rfc3339(clock.now())}
    clock.advance(days=3, seconds=1)
    api.troubles = [Trouble(429, {"retry-after": "9000"})]

    assert connection.normalise(json.dumps(message)) == []

    assert stored("REPLY", tenant.id)[0]["body_missing"] == "unavailable"
    assert enqueued("ResendQueue") == []


def connection_message(connection: Connection, clock: Clock) -> str:
    raw = json.dumps(RECEIVED).encode()
    headers = connection.headers(raw, at=int((clock.now() - timedelta(seconds=1)).timestamp()))
    assert connection.receive(connection.url_event(raw, headers)).status == 202
    (found,) = enqueued("ResendQueue")
    return json.dumps(found)


@pytest.mark.parametrize(
    ("mails", "key", "missing"), [([], API_KEY, "not_found"), ([MAIL], "re_wrong", "refused")]
)
def test_a_mail_that_the_vendor_refuses_is_stored_without_its_body(
    tenant: Tenant, api: ResendApi, mails: list[dict[str, Any]], key: str, missing: str
) -> None:
    api.mails = mails
    connection = connect("resend", tenant.admin, api_key=key)

    assert connection.normalise(connection.message(RECEIVED)) == []

    assert stored("REPLY", tenant.id)[0]["body_missing"] == missing
    assert stored("REPLY_BODY", tenant.id) == []
    assert len(api.requests) == 1


def test_without_an_api_key_the_vendor_gets_no_request(tenant: Tenant, api: ResendApi) -> None:
    connection = connect("resend", tenant.admin)

    assert connection.normalise(connection.message(RECEIVED)) == []

    assert stored("REPLY", tenant.id)[0]["body_missing"] == "no_api_key"
    assert api.requests == []


def test_test_mode_sends_no_request(tenant: Tenant, api: ResendApi) -> None:
    sandbox = connect("resend", tenant.test_admin, api_key=API_KEY)

    assert sandbox.normalise(sandbox.message(RECEIVED)) == []

    assert api.requests == []
    (body,) = stored("REPLY_BODY", tenant.id, "test")
    assert "m1" in str(body["text"])
    assert stored("REPLY", tenant.id) == []


def test_a_long_body_is_truncated_to_the_size_of_an_item(
    connection: Connection, tenant: Tenant, api: ResendApi
) -> None:
    api.mails = [{**MAIL, "text": "é" * 300_000, "html": "é" * 300_000}]

    assert connection.normalise(connection.message(RECEIVED)) == []

    (body,) = stored("REPLY_BODY", tenant.id)
    assert len(str(body["text"]).encode()) == 100_000
    assert len(str(body["html"]).encode()) == 200_000


@pytest.mark.parametrize("body", [RECEIVED, webhook("email.bounced")])
def test_a_worker_killed_after_any_side_effect_stores_the_event_once(
    connection: Connection,
    tenant: Tenant,
    api: ResendApi,
    monkeypatch: pytest.MonkeyPatch,
    body: dict[str, Any],
) -> None:
    message = connection.message(body)
    for number in range(1, 9):
        with watched_calls(monkeypatch) as calls:
            calls.kill_after = number
            try:
                connection.normalise(message)
            except Killed:
                continue
            break
    else:
        raise AssertionError("it makes more calls than were tried")

    assert connection.normalise(message) == []
    assert len(stored("REPLY", tenant.id) + stored("EMAIL_EVENT", tenant.id)) == 1
    assert len(actions("reply", tenant.id) + actions("email_event", tenant.id)) == 1


@pytest.mark.parametrize("body", [RECEIVED, webhook("email.bounced")])
def test_two_concurrent_workers_store_one_mail(
    connection: Connection,
    tenant: Tenant,
    api: ResendApi,
    monkeypatch: pytest.MonkeyPatch,
    body: dict[str, Any],
) -> None:
    """The second worker commits between the read and the commit of the first one."""

    message = connection.message(body)
    send = aws.Client.call

    def overtaken(client: Any, operation: str, arguments: dict[str, Any]) -> Any:
        if operation == "TransactWriteItems":
            patch.undo()
            assert connection.normalise(message) == []
        return send(client, operation, arguments)

    with monkeypatch.context() as patch:
        patch.setattr(aws.Client, "call", overtaken)
        patch.setenv("RESEND_API_URL", api.url)
        patch.setattr("eal.vendors.http.pause", lambda _seconds: None)
        assert connection.normalise(message) == []

    assert len(stored("REPLY", tenant.id) + stored("EMAIL_EVENT", tenant.id)) == 1


def test_neither_key_nor_mail_is_logged(
    connection: Connection,
    api: ResendApi,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    log = io.StringIO()
    monkeypatch.setattr(observe.logger.registered_handler, "stream", log)
    connection.normalise(connection.message(RECEIVED))
    api.mails = []
    connection.normalise(connection.message({**RECEIVED, "data": {**RECEIVED["data"], "email_id": "m2"}}))
    connection.normalise(connection.message(webhook("email.bounced", email_id=""), "msg_9"))

    logged = log.getvalue() + capsys.readouterr().out
    assert "message_failed" in logged
    assert "mail_not_fetched" in logged
    for private in (API_KEY, "dana", "roof", "tomorrow", connection.id):
        assert private not in logged


def test_a_reply_finds_its_email_by_the_message_id_in_an_earlier_event(
    connection: Connection, tenant: Tenant, api: ResendApi
) -> None:
    email = replies.sent(tenant)
    replies.sent(tenant)
    data = {"email_id": "e1", "tags": {"email": email.id}, "message_id": "<sent-1@acme.example>"}
    for kind in ("email.delivered", "email.opened"):
        assert connection.normalise(connection.message(webhook(kind, **data), kind)) == []

    connection.normalise(connection.message(RECEIVED))
    (stored_reply,) = stored("REPLY", tenant.id)
    assert replies.classify(replies.task(tenant, str(stored_reply["id"]))) == []

    shown = replies.shown(tenant, str(stored_reply["id"]))
    assert (shown["match"], shown["email_id"]) == ("message_id", email.id)
    assert replies.stored_email(tenant, email).message_id == "<sent-1@acme.example>"
