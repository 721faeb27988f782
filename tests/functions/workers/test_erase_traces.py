"""The tasks `erase_lead` and `erase_prospect`: events, stored responses, history and messages of erased resources."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from eal.core import aws
from eal.core import clock as eal_clock
from tests.functions.workers.test_classify_reply import INTERESTED, conversation, replied
from tests.support import callrail, drafts, inbound, replies
from tests.support.callrail import events, stored
from tests.support.faults import Killed, before_first, watched_calls
from tests.support.http import call, load_app
from tests.support.pipeline import Pipeline, items, peek, sqs_event
from tests.support.receiver import Receiver, Response
from tests.support.replies import classified
from tests.support.vendor_apis import ResendApi, serving
from tests.support.webhooks import (
    deliver,
    deliveries,
    fan_out,
    new_message,
    publish_lead,
    register,
    watched_queue,
)

if TYPE_CHECKING:
    from tests.support.tenants import Tenant
    from tests.support.time import Clock

WORD = "Quackenbush"
EMAIL, PHONE = "q@example.com", "+14155550188"
MESSAGES = ("FORM", "TEXT", "REPLY", "REPLY_BODY", "EMAIL_EVENT", "EMAIL_EVENT_RECIPIENT")


def _write_and_be_written_to(
    tenant: Tenant,
    monkeypatch: pytest.MonkeyPatch,
    email: str,
    phone: str,
    name: str,
    *,
    with_form: bool = True,
) -> None:
    """A form, a text message in each direction, a reply and a bounce of one person. The form creates a lead."""
    ending = phone[-4:]
    tracker, mails = callrail.connect(tenant.admin), inbound.connect("resend", tenant.admin, api_key="k")
    fields = {"name": name, "email": email, "cell": f"{name} has none", **{f"q{n}": name for n in range(30)}}
    form = {"resource_id": f"FRM{ending}", "form_data": fields}
    if with_form:
        assert tracker.send("form-submission", json.dumps(form).encode()).status == 202
    for number, (end, more) in enumerate(
        {"source_number": {}, "destination_number": {"agent": "kim"}}.items()
    ):
        text = {"resource_id": f"SCI{ending}{number}", end: phone, "content": f"{name} here", **more}
        assert tracker.send("text-message", json.dumps(text).encode()).status == 202
    mail = {"id": f"m-{ending}", "from": email, "to": ["sales@acme.example"], "subject": name, "text": name}
    bounced = {"email_id": f"e-{ending}", "to": [email, f"cc-{email}"], "subject": f"Hello {name}"}
    for kind, data in (("received", {**mail, "email_id": mail["id"]}), ("bounced", bounced)):
        raw = json.dumps({"type": f"email.{kind}", "data": data}).encode()
        signed_at = int(eal_clock.now().timestamp())
        event = mails.url_event(raw, mails.headers(raw, f"{kind}-{ending}", signed_at))
        assert mails.receive(event).status == 202
    with serving(ResendApi("resend", "Bearer k", mails=[mail]), monkeypatch):
        Pipeline().run()


def test_messages_from_and_to_the_lead_are_erased_and_no_others(
    tenant: Tenant, stranger: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"email": EMAIL, "phones": [PHONE], "last_name": WORD}
    lead = call("POST", "/v1/leads", key=tenant.write, json_body=body).json
    _write_and_be_written_to(tenant, monkeypatch, EMAIL, PHONE, WORD)
    _write_and_be_written_to(tenant, monkeypatch, "o@example.com", "+14155550199", "Other")
    _write_and_be_written_to(stranger, monkeypatch, EMAIL, PHONE, "Stranger")
    for kind in MESSAGES[:-1]:
        assert WORD in json.dumps(items(kind)), kind
    (form,) = (item for item in items("FORM") if item.get("lead_id", {}).get("S") == lead["id"])
    assert form["fields"]["M"]["cell"] == {"S": f"{WORD} has none"}
    assert form["fields"]["M"]["q29"] == {"S": WORD}
    counted = {kind: len(items(kind)) for kind in MESSAGES}

    call("DELETE", f"/v1/leads/{lead['id']}", key=tenant.admin)
    Pipeline().run()

    left = json.dumps([item for item in items() if item["pk"]["S"].startswith(tenant.id)])
    for value in (WORD, EMAIL, PHONE):
        assert value not in left
    assert {kind: counted[kind] - len(items(kind)) for kind in MESSAGES} == {
        "FORM": 1,
        "TEXT": 2,
        "REPLY": 1,
        "REPLY_BODY": 1,
        "EMAIL_EVENT": 1,
        "EMAIL_EVENT_RECIPIENT": 2,
    }
    (tombstone,) = items("LEAD_TOMBSTONE")
    assert "contacts" not in tombstone


def test_messages_of_a_prospect_are_erased_unless_a_lead_has_the_contact(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"company": WORD, "email": EMAIL, "phones": [PHONE]}
    prospect = call("POST", "/v1/prospects", key=tenant.write, json_body=body).json
    _write_and_be_written_to(
        tenant, monkeypatch, EMAIL, PHONE, WORD
    )  # the form has made a lead of the e-mail

    call("DELETE", f"/v1/prospects/{prospect['id']}", key=tenant.admin)
    Pipeline().run()

    assert items("TEXT") == []
    assert len(items("FORM")) == len(items("REPLY")) == len(items("EMAIL_EVENT")) == 1
    (lead,) = call("GET", "/v1/leads", key=tenant.read).json["data"]
    call("DELETE", f"/v1/leads/{lead['id']}", key=tenant.admin)
    Pipeline().run()
    assert [kind for kind in MESSAGES if items(kind)] == []


def test_emails_of_a_lead_stay_if_a_prospect_has_the_address(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"company": WORD, "email": EMAIL, "phones": [PHONE]}
    lead, prospect = (
        f"{path}/{call('POST', path, key=tenant.write, json_body=body).json['id']}"
        for path in ("/v1/leads", "/v1/prospects")
    )
    _write_and_be_written_to(tenant, monkeypatch, EMAIL, PHONE, WORD)

    call("DELETE", lead, key=tenant.admin)
    Pipeline().run()

    assert items("FORM") == items("TEXT") == []
    assert len(items("REPLY")) == len(items("REPLY_BODY")) == len(items("EMAIL_EVENT")) == 1
    call("DELETE", prospect, key=tenant.admin)
    Pipeline().run()
    assert [kind for kind in MESSAGES if items(kind)] == []


def test_messages_of_a_later_lead_with_the_contact_stay(
    tenant: Tenant, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"email": EMAIL, "phones": [PHONE]}
    lead = call("POST", "/v1/leads", key=tenant.write, json_body=body).json
    call("DELETE", f"/v1/leads/{lead['id']}", key=tenant.admin)
    Pipeline()._relay()
    (task,) = peek("EraseTracesQueue")
    clock.advance(seconds=1)
    _write_and_be_written_to(tenant, monkeypatch, EMAIL, PHONE, "Second")
    counted = {kind: len(items(kind)) for kind in MESSAGES}

    for _ in range(2):
        _consume(json.dumps(task))

    assert {kind: len(items(kind)) for kind in MESSAGES} == counted


NEW = {"email": "new@example.com", "phones": ["+14155550177"]}


@pytest.mark.parametrize("path", ["/v1/leads", "/v1/prospects"])
def test_messages_of_former_contacts_are_erased_too(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    body = {"company": WORD, "email": EMAIL, "phones": [PHONE]}
    made = call("POST", path, key=tenant.write, json_body=body).json
    changed = f"{path}/{made['id']}"
    _write_and_be_written_to(tenant, monkeypatch, EMAIL, PHONE, WORD, with_form=False)
    for changes in (NEW, {"email": "newer@example.com"}):
        assert call("PATCH", changed, key=tenant.write, json_body=changes).status == 200

    assert call("DELETE", changed, key=tenant.admin).status == 204
    Pipeline().run()

    assert [kind for kind in MESSAGES if items(kind)] == []
    (tombstone,) = (*items("LEAD_TOMBSTONE"), *items("PROSPECT_TOMBSTONE"))
    assert {"contacts", "former_contacts"}.isdisjoint(tombstone)


@pytest.mark.parametrize("path", ["/v1/leads", "/v1/prospects"])
@pytest.mark.parametrize("taken_by", ["/v1/leads", "/v1/prospects"])
def test_messages_of_former_contacts_stay_if_another_lead_has_them(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, path: str, taken_by: str
) -> None:
    body = {"company": WORD, "email": EMAIL, "phones": [PHONE]}
    made = call("POST", path, key=tenant.write, json_body=body).json
    _write_and_be_written_to(tenant, monkeypatch, EMAIL, PHONE, WORD, with_form=False)
    assert call("PATCH", f"{path}/{made['id']}", key=tenant.write, json_body=NEW).status == 200
    assert call("POST", taken_by, key=tenant.write, json_body={"email": EMAIL}).status == 201

    call("DELETE", f"{path}/{made['id']}", key=tenant.admin)
    Pipeline().run()

    assert [kind for kind in MESSAGES[2:] if not items(kind)] == []
    assert items("TEXT") == []


@pytest.mark.parametrize("path", ["/v1/leads", "/v1/prospects"])
def test_the_newest_former_contacts_are_stored_and_never_shown(tenant: Tenant, path: str) -> None:
    body = {"company": WORD, "email": EMAIL, "phones": [PHONE]}
    changed = f"{path}/{call('POST', path, key=tenant.write, json_body=body).json['id']}"
    kind = "LEAD" if path == "/v1/leads" else "PROSPECT"
    former = []
    for number in range(6):
        phones = [f"+1415555{number}{each:03}" for each in range(10)]
        response = call("PATCH", changed, key=tenant.write, json_body={"phones": phones})
        assert (response.status, "former_contacts" in response.text) == (200, False)
        former += [f"phone#{phone}" for phone in phones]
    call("PATCH", changed, key=tenant.write, json_body={"phones": [former[-11].removeprefix("phone#")]})

    (stored,) = items(kind)

    # The last ten are former contacts now; the one that was restored is not.
    kept = [contact["S"] for contact in stored["former_contacts"]["L"]]
    assert kept == [*former[9:49], *former[50:]]
    Pipeline().run()
    assert "former_contacts" not in json.dumps([items("EVENT"), items("AUDIT"), items("RESPONSE")])
    assert "former_contacts" not in call("GET", changed, key=tenant.read).text
    assert "former_contacts" not in call("GET", "/v1/audit-log", key=tenant.read).text


def _task_of_an_erasure(tenant: Tenant) -> str:
    lead = call(
        "POST",
        "/v1/leads?on_duplicate=update",
        key=tenant.write,
        json_body={"email": "q@example.com", "last_name": WORD},
    ).json
    path = f"/v1/leads/{lead['id']}"
    for body in ({"notes": WORD}, {"company": WORD}):
        headers = {"Idempotency-Key": json.dumps(body)}
        call("PATCH", path, key=tenant.write, json_body=body, headers=headers)
    call("POST", f"{path}/transitions", key=tenant.write, json_body={"to": "lost", "reason": WORD})
    call("DELETE", path, key=tenant.admin)
    pipeline = Pipeline()
    pipeline._relay()
    (task,) = peek("EraseTracesQueue")
    assert task["lead_id"] == lead["id"]
    return json.dumps(task)


def _consume(body: str) -> None:
    response = load_app("workers/erase_traces").handler(sqs_event("EraseTracesQueue", [body]), None)
    assert response == {"batchItemFailures": []}


ECHO = Response(500, body=f"There is a person {WORD} already.".encode())
LONG_ECHO = Response(500, body=ECHO.body + b" " * 200 + ECHO.body)


def test_a_worker_killed_after_any_call_ends_with_the_same_state(
    tenant: Tenant, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver.responses = [LONG_ECHO]
    register(tenant, receiver.url, ["lead.created"])
    _write_and_be_written_to(tenant, monkeypatch, "q@example.com", PHONE, WORD)
    (made,) = call("GET", "/v1/leads", key=tenant.read).json["data"]
    call("PATCH", f"/v1/leads/{made['id']}", key=tenant.write, json_body={"phones": [PHONE]})
    drafts.create(tenant, {"to": "q@example.com", "subject": WORD, "body": WORD})
    drafts.create(tenant, {"to": "other@example.com", "lead_id": made["id"], "instructions": WORD})
    body = _task_of_an_erasure(tenant)
    for kind in ("DRAFT", "EVENT", "IDEMPOTENCY", "DELIVERY", "DELIVERY_RESPONSE", *MESSAGES[:-1]):
        assert WORD in json.dumps(items(kind))

    killed_at = 0
    while True:
        killed_at += 1
        with watched_calls(monkeypatch) as calls:
            calls.kill_after = killed_at
            try:
                _consume(body)
            except Killed:
                continue
        break

    assert killed_at > 5
    assert WORD not in json.dumps(items())
    assert items("LEAD_HISTORY") == items("RESPONSE") == items("DRAFT") == items("DRAFT_RECIPIENT") == []
    assert [kind for kind in MESSAGES if items(kind)] == []
    assert len(items("IDEMPOTENCY")) == 2


@pytest.mark.parametrize("collection", ["leads", "prospects"])
def test_drafts_to_and_about_a_person_are_erased_with_their_responses_and_no_others(
    tenant: Tenant, collection: str
) -> None:
    field = "lead_id" if collection == "leads" else "prospect_id"
    person = call("POST", f"/v1/{collection}", key=tenant.write, json_body={"email": "q@example.com"}).json
    for number, fields in enumerate(({"to": "q@example.com"}, {"to": "b@example.com", field: person["id"]})):
        body = {"subject": WORD, "body": WORD, **fields}
        headers = {"Idempotency-Key": str(number)}
        assert call("POST", drafts.PATH, key=tenant.write, json_body=body, headers=headers).status == 201
    kept = drafts.drafted(tenant, to="b@example.com")

    call("DELETE", f"/v1/{collection}/{person['id']}", key=tenant.admin)
    Pipeline().run()

    assert call("GET", drafts.PATH, key=tenant.read).json["data"] == [kept]
    assert WORD not in json.dumps(items())
    assert len(items("DRAFT_RECIPIENT")) == 1


def test_a_draft_to_the_address_after_the_erasure_stays(tenant: Tenant) -> None:
    person = call("POST", "/v1/leads", key=tenant.write, json_body={"email": "q@example.com"}).json
    call("DELETE", f"/v1/leads/{person['id']}", key=tenant.admin)
    kept = drafts.drafted(tenant, to="q@example.com")

    Pipeline().run()

    assert drafts.read(tenant, kept) == kept


def _erased_lead(tenant: Tenant) -> str:
    """The id of a new lead that the API has erased, and the worker has not."""
    body = {"email": f"{len(items('LEAD'))}@example.com", "last_name": WORD}
    lead_id: str = call("POST", "/v1/leads", key=tenant.write, json_body=body).json["id"]
    Pipeline().run()
    assert call("DELETE", f"/v1/leads/{lead_id}", key=tenant.admin).status == 204
    return lead_id


def test_what_receivers_answered_to_the_events_of_a_lead_is_erased(
    tenant: Tenant, receiver: Receiver
) -> None:
    receiver.responses = [ECHO]
    webhooks = [register(tenant, receiver.url, ["lead.created"]) for _ in range(2)]
    body = {"email": "kept@example.com"}
    other = call("POST", "/v1/leads", key=tenant.write, json_body=body).json["id"]
    _erased_lead(tenant)
    call("DELETE", f"/v1/webhooks/{webhooks[1]['id']}", key=tenant.admin)
    assert json.dumps(items("DELIVERY")).count(WORD) == 4

    Pipeline().run()

    assert json.dumps(items("DELIVERY")).count(WORD) == 2  # those of the other lead
    shown = [
        call("GET", f"/v1/webhooks/deliveries/{delivery.id}", key=tenant.read).json
        for delivery in deliveries()
    ]
    kept = {event["id"] for event in _events() if event["data"]["id"] == other}
    for delivery in shown:
        (attempt,) = delivery["attempts"]
        assert (attempt["status_code"], attempt["response"] is not None) == (
            500,
            delivery["event_id"] in kept,
        )


def _events() -> list[dict[str, Any]]:
    return [{"id": item["id"]["S"], "data": json.loads(item["data"]["S"])} for item in items("EVENT")]


def test_an_attempt_in_progress_during_the_erasure_stores_no_response(
    tenant: Tenant, receiver: Receiver
) -> None:
    register(tenant, receiver.url, ["lead.created"])
    with watched_queue() as queue:
        message = new_message(tenant, queue)
    lead_id = items("LEAD")[0]["id"]["S"]

    def erase_meanwhile() -> None:
        assert call("DELETE", f"/v1/leads/{lead_id}", key=tenant.admin).status == 204
        task = {"task": "erase_lead", "lead_id": lead_id, "organization_id": tenant.id, "mode": "live"}
        _consume(json.dumps({**task, "request_id": "r"}))

    receiver.responses = [Response(500, body=ECHO.body, meanwhile=erase_meanwhile)]
    assert deliver(message) == {"batchItemFailures": []}

    (delivery,) = deliveries()
    (attempt,) = delivery.attempts
    assert (attempt.status_code, attempt.response, delivery.status) == (500, None, "pending")


@pytest.mark.parametrize("is_killed", [False, True])
def test_a_long_response_that_arrives_during_the_erasure_is_dropped(
    tenant: Tenant, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, clock: Clock, is_killed: bool
) -> None:
    """Its worker has read the delivery before, and stores the response after the erasure. It may be killed then."""
    register(tenant, receiver.url, ["lead.created"])
    with watched_queue() as queue:
        message = new_message(tenant, queue)
    lead_id = items("LEAD")[0]["id"]["S"]

    def erase_meanwhile() -> None:
        task = {"task": "erase_lead", "lead_id": lead_id, "organization_id": tenant.id, "mode": "live"}
        with monkeypatch.context() as patch:
            patch.setattr(aws.Client, "call", send)  # these are not calls of the worker
            assert call("DELETE", f"/v1/leads/{lead_id}", key=tenant.admin).status == 204
            _consume(json.dumps({**task, "request_id": "r"}))

    send = aws.Client.call
    receiver.responses = [Response(500, body=LONG_ECHO.body, meanwhile=erase_meanwhile), Response(200)]
    with watched_calls(monkeypatch) as calls, suppress(Killed):
        # The two calls for the first slot, the read, the secret, the next message, the response.
        calls.kill_after = 6 if is_killed else None
        deliver(message)

    assert len(items("DELIVERY_RESPONSE")) == is_killed
    if is_killed:
        clock.advance(seconds=60)
        assert deliver(message) == {"batchItemFailures": []}
    assert items("DELIVERY_RESPONSE") == []
    assert WORD not in json.dumps(items("DELIVERY"))


def test_a_long_response_is_erased(tenant: Tenant, receiver: Receiver) -> None:
    receiver.responses = [LONG_ECHO]
    register(tenant, receiver.url, ["lead.created"])
    lead_id = _erased_lead(tenant)
    assert WORD in json.dumps(items("DELIVERY_RESPONSE"))
    task = {"task": "erase_lead", "lead_id": lead_id, "organization_id": tenant.id, "mode": "live"}

    for _ in range(2):  # the second time as after a kill
        _consume(json.dumps({**task, "request_id": "r"}))

    assert items("DELIVERY_RESPONSE") == []
    assert WORD not in json.dumps(items("DELIVERY"))


def test_a_delivery_that_changes_during_the_erasure_is_erased_in_its_newest_version(
    tenant: Tenant, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver.responses = [ECHO]
    register(tenant, receiver.url, ["lead.created"])
    _erased_lead(tenant)
    (delivery,) = deliveries()

    def retry() -> None:
        path = f"/v1/webhooks/deliveries/{delivery.id}/retry"
        assert call("POST", path, key=tenant.write).status == 202

    with before_first(monkeypatch, "PutItem", retry):
        Pipeline().run()

    (after,) = deliveries()
    assert {attempt.response for attempt in after.attempts} == {None}
    assert [attempt.trigger for attempt in after.attempts] == ["schedule", "manual"]


def test_a_delivery_expires_with_its_event(tenant: Tenant, receiver: Receiver, clock: Clock) -> None:
    event = publish_lead(tenant)
    clock.advance(hours=24 * 80)  # the time of a replay, for example
    register(tenant, receiver.url, ["lead.created"])

    fan_out(event)

    (delivery,), (stored,) = items("DELIVERY"), items("EVENT")[:1]
    assert delivery["ttl"] == stored["ttl"]


def test_ids_sequences_and_types_of_events_stay(tenant: Tenant) -> None:
    body = _task_of_an_erasure(tenant)
    before = [{name: value for name, value in item.items() if name != "data"} for item in items("EVENT")]

    _consume(body)

    after = [{name: value for name, value in item.items() if name != "data"} for item in items("EVENT")]
    assert after == before
    assert len(after) == 5


def test_events_of_other_leads_stay_unchanged(tenant: Tenant, stranger: Tenant) -> None:
    other = call(
        "POST", "/v1/leads", key=tenant.write, json_body={"email": "o@example.com", "last_name": "Other"}
    )
    theirs = call(
        "POST", "/v1/leads", key=stranger.write, json_body={"email": "q@example.com", "last_name": "T"}
    )
    body = _task_of_an_erasure(tenant)

    _consume(body)

    kept = {json.loads(item["data"]["S"])["id"]: json.loads(item["data"]["S"]) for item in items("EVENT")}
    for lead in (other.json, theirs.json):
        assert kept[lead["id"]] == lead
    assert call("GET", f"/v1/leads/{other.json['id']}/history", key=tenant.read).json["data"]


def test_a_persons_replies_are_erased_from_whatever_address(tenant: Tenant) -> None:
    enrollment, email = conversation(tenant)
    own = replied(tenant, email, f"{INTERESTED} {WORD}", subject=f"Re: {WORD}")
    home = replied(tenant, email, f"{INTERESTED} {WORD}", sender=f"{WORD.lower()}@home.example")
    other = classified(tenant, INTERESTED, sender="other@example.com")
    path = f"/v1/outreach/replies/{home['id']}/classification"
    body = {"classification": "question", "note": f"{WORD} asks."}
    assert (
        call("PATCH", path, key=tenant.write, json_body=body, headers={"Idempotency-Key": "k"}).status == 200
    )
    Pipeline().run()

    assert call("DELETE", f"/v1/prospects/{enrollment.prospect_id}", key=tenant.admin).status == 204
    Pipeline().run()

    (left,) = stored("REPLY", tenant.id)
    assert left["id"] == other["id"]
    assert [item["sk"] for item in stored("REPLY_BODY", tenant.id)] == [other["id"]]
    for kind in ("REPLY", "REPLY_BODY", "EVENT", "IDEMPOTENCY", "DELIVERY"):
        assert WORD.lower() not in json.dumps(items(kind)).lower(), kind
    shown = {event["id"]: event for event in events("outreach.email.replied", tenant.id)}
    assert shown.keys() == {own["id"], home["id"], other["id"]}
    for erased in (shown[own["id"]], shown[home["id"]]):
        assert (erased["sender"], erased["subject"], erased["to"]) == (None, None, [])
        assert erased["classification"] is not None
    assert shown[other["id"]]["sender"] == "other@example.com"


def test_a_reply_that_is_erased_before_it_is_classified(tenant: Tenant) -> None:
    enrollment, email = conversation(tenant)
    reply_id = replies.received(tenant, WORD, to=replies.signed_address(tenant, email))

    assert call("DELETE", f"/v1/prospects/{enrollment.prospect_id}", key=tenant.admin).status == 204
    Pipeline().run()

    assert call("GET", f"/v1/outreach/replies/{reply_id}", key=tenant.read).status == 404
    assert stored("REPLY_BODY", tenant.id) == []
