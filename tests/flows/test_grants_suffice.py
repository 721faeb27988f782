"""Each function's role allows its calls to AWS, also in the branches that no sample reaches. The emulators do not check
permissions, so these tests do.
"""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from eal.core import clock, secrets
from eal.core.clock import rfc3339
from eal.core.secrets import derived_key
from eal.domain.alerts import links
from eal.domain.audit_log import checkpoints
from eal.domain.calls import model as calls
from eal.domain.calls.recordings import PART_BYTES
from eal.domain.outreach import addresses
from eal.domain.sessions.model import MAX_SESSIONS
from eal.vendors.callrail import reconcile
from eal.vendors.resend import reconcile as resend_reconcile
from tests.flows.test_call_to_webhook import SIGNING_KEY
from tests.support import alerts, cognito, dispatch, emails, google, photos, publishing, replies
from tests.support.aws import aws_in_process
from tests.support.bedrock import fake_bedrock
from tests.support.endpoints import WITHOUT_ITEM, endpoints
from tests.support.grants import recorded_calls, refused
from tests.support.http import load_app, match, proxy_event
from tests.support.imports import QUEUE, upload
from tests.support.inbound import SECRETS, SIGNERS
from tests.support.outreach import ALWAYS, enrolled
from tests.support.pipeline import Pipeline, expire_items, sqs_event
from tests.support.receiver import Response, receiving
from tests.support.sequences import SENDER, STEPS
from tests.support.tenants import new_tenant
from tests.support.time import freeze
from tests.support.twilio import TOKEN, Twilio
from tests.support.vendor_apis import CallrailApi, ResendApi, Trouble, serving
from tools.fixtures.callrail import Call, signature
from tools.fixtures.google_business import ACCOUNT, CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, FakeGoogle
from tools.fixtures.receiver import receiver
from tools.fixtures.template import ROOT, functions
from tools.rehearse import calls as calls_to_aws

if TYPE_CHECKING:
    from collections.abc import Callable

    from tools.rehearse.calls import AwsCall

EMAIL = "a@example.com"
NO_RECEIVER = "http://127.0.0.1:65535/hooks"
"""Nothing listens at this address, so each delivery is retried later."""

type Journey = Callable[[Session], None]


class Recorder:
    """Invokes functions, and records the calls to AWS of each."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.of: dict[str, set[AwsCall]] = defaultdict(set)
        self._monkeypatch = monkeypatch

    def invoke(self, folder: str, event: dict[str, Any]) -> Any:
        # In Lambda, no function has the cache of another one.
        for cached in (secrets.decrypt, derived_key, checkpoints._public_key):
            cached.cache_clear()
        with recorded_calls(self._monkeypatch) as found:
            try:
                return load_app(folder).handler(event, None)
            finally:
                self.of[folder] |= found


class Session:
    """A tenant's requests and the workers that process them, with the calls to AWS of each function."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.tenant = new_tenant()
        self.monkeypatch = monkeypatch
        self._recorder = Recorder(monkeypatch)
        self.invoke = self._recorder.invoke
        self.work = Pipeline(self.invoke).run

    @property
    def recorded(self) -> dict[str, set[AwsCall]]:
        return dict(self._recorder.of)

    def call(self, method: str, path: str, body: object = None, key: str = "") -> Any:
        headers = {"Authorization": f"Bearer {key or self.tenant.admin}", "Content-Type": "application/json"}
        sent = json.dumps(body) if body is not None else None
        event = proxy_event(method, path, headers=headers, body=sent)
        response = self.invoke(match(method, path.partition("?")[0])[0], event)
        assert response["statusCode"] < 400, response
        if response["headers"].get("Content-Type", "").startswith("text/csv"):
            return response["body"]
        return json.loads(response["body"] or "null")

    def subscribe(self, url: str = NO_RECEIVER) -> Any:
        """A webhook endpoint for every event and audit record."""
        return self.call("POST", "/v1/webhooks", {"url": url, "events": ["*", "audit.log.event"]})

    def receive(self, vendor: str, path: str, body: bytes, headers: dict[str, str]) -> None:
        """A vendor's signed request, after one with an invalid signature."""
        event = proxy_event("POST", path, headers=headers, body=body.decode())
        assert self.invoke(f"inbound/{vendor}", {**event, "body": "{}"})["statusCode"] == 401
        assert self.invoke(f"inbound/{vendor}", event)["statusCode"] == 202

    def receive_call(self, key: str = "") -> None:
        """Connect CallRail and receive a call, in the mode of the key."""
        connection = self.call(
            "PUT",
            "/v1/integrations/callrail",
            {
                "settings": {"account_id": "ACC1"},
                "secrets": {"signing_key": SIGNING_KEY, "api_key": "a key"},
            },
            key,
        )
        body = Call.new().event("post-call")
        path = f"/v1/inbound/callrail/{connection['connection_id']}/post-call"
        self.receive("callrail", path, body, {"Signature": signature(body, SIGNING_KEY)})


def _vendors(session: Session) -> None:
    with receiver() as inbox:
        session.subscribe(inbox.url)
        session.receive_call()
        _modify_a_call(session)
        for vendor, secret in SECRETS.items():
            secrets = {"signing_secret": secret, **({"api_key": "a key"} if vendor == "resend" else {})}
            connection = session.call("PUT", f"/v1/integrations/{vendor}", {"secrets": secrets})
            body = json.loads((ROOT / f"events/inbound/{vendor}.json").read_text())["body"].encode()
            path = f"/v1/inbound/{vendor}/{connection['connection_id']}/events"
            session.receive(vendor, path, body, SIGNERS[vendor](body, secret))
        _reconcile(session)
        session.invoke("workers/sweep_outbox", {})
    assert session.call("GET", "/v1/integrations?limit=1")["next_cursor"]
    session.call("DELETE", "/v1/integrations/callrail")


def _modify_a_call(session: Session) -> None:
    """More often than the limit, so that the last modification is deferred."""
    connection = session.call("PUT", "/v1/integrations/callrail", {})
    path = f"/v1/inbound/callrail/{connection['connection_id']}/call-modified"
    session.monkeypatch.setattr(calls, "MAX_MODIFICATIONS", 1)
    for note in ("one", "two", "three"):
        body = json.dumps({"resource_id": "CAL1", "changes": ["note"], "note": note}).encode()
        session.receive("callrail", path, body, {"Signature": signature(body, SIGNING_KEY)})
        session.work()


def _reconcile(session: Session) -> None:
    """Reconciliation finds, ingests and normalises a missing call and a missing mail."""
    now = clock.now()
    missed = {"id": "CAL9", "company_id": "COM1", "start_time": now.isoformat(), "duration": 0}
    mail = {"id": "m1", "created_at": now.isoformat(), "from": "dana@example.com", "text": "Yes."}
    for module in (reconcile, resend_reconcile):
        session.monkeypatch.setattr(module, "SETTLING_TIME", timedelta(0))
    with (
        serving(CallrailApi("callrail", 'Token token="a key"', calls=[missed]), session.monkeypatch),
        serving(ResendApi("resend", "Bearer a key", mails=[mail]), session.monkeypatch),
    ):
        session.invoke("workers/enqueue_reconciliations", {})
        session.work()


def _leads(session: Session) -> None:
    crm = {"settings": {"url": NO_RECEIVER}, "secrets": {"signing_secret": SIGNING_KEY * 2}}
    session.call("PUT", "/v1/integrations/crm", crm)
    lead = session.call("POST", "/v1/leads?on_duplicate=update", {"email": "a@example.com"})
    path = f"/v1/leads/{lead['id']}"
    session.call("PATCH", path, {"email": "b@example.com"})
    session.call("POST", f"{path}/transitions", {"to": "contacted"})
    session.call("POST", f"{path}/score")
    session.call("GET", f"{path}/history?limit=1")
    session.call("POST", f"{path}/push-to-crm")
    session.call("GET", "/v1/leads/stats")
    notes = (
        "The vacant house behind ours has a burst pipe, not our house."  # the trained head changes its band
    )
    session.call("POST", "/v1/leads", {"email": "n@example.com", "phones": ["4155550123"], "notes": notes})
    erased = session.call("POST", "/v1/leads", {"email": "erased@example.com"})
    session.call("DELETE", f"/v1/leads/{erased['id']}")
    session.work()
    session.call("POST", f"{path}/push-to-crm")  # by now its CRM fails, so this one goes to the slow lane
    session.work()
    session.call("GET", "/v1/leads?status=contacted")


def _calls(session: Session) -> None:
    body = json.loads(json.loads((ROOT / "events/calls/create.json").read_text())["body"])
    path = f"/v1/calls/{session.call('POST', '/v1/calls', body)['id']}"
    session.work()
    session.call("POST", f"{path}/classify")
    for status in ("attempted", "reached"):
        session.call("POST", f"{path}/callbacks", {"status": status})
    assert session.call("GET", f"{path}/callbacks?limit=1")["next_cursor"]
    session.call("GET", "/v1/calls/stats")
    session.call("GET", f"{path}/transcript?redacted=true")
    session.call(
        "DELETE", f"/v1/calls/{session.call('POST', '/v1/calls', {**body, 'vendor_call_id': 'erased'})['id']}"
    )
    for correction in ({"intent": "sewage"}, {"correction": None}):
        session.call("PATCH", f"{path}/classification", correction)
    session.work()


def _bedrock(session: Session) -> None:
    body = json.loads(json.loads((ROOT / "events/calls/create.json").read_text())["body"])
    ai = {"enabled": True, "engine": "bedrock_always", "monthly_budget_cents": 100}
    session.call("PATCH", "/v1/organizations/me", {"settings": {"ai": ai}})
    with fake_bedrock(session.monkeypatch) as fake:
        session.call("POST", "/v1/calls", body)
        session.call("POST", "/v1/outreach/drafts", {"to": "a@example.com", "instructions": "Follow up."})
        claim = f"/v1/claims/{session.call('POST', '/v1/claims', {'insured': {'name': 'Dana Reyes'}})['id']}"
        content = photos.photo()
        photos.upload(session.call("POST", f"{claim}/photos", photos.declaration(content)), content)
        session.call("POST", f"{claim}/notes", {"text": "Remove 20 SF of drywall in the hall."})
        session.call("POST", f"{claim}/extract")
        session.call("POST", "/v1/content", {"type": "blog_post", "brief": {"topic": "Mold"}})
        session.work()
    assert len(fake.requests) == 5
    assert session.call("GET", "/v1/organizations/me/ai-usage")["uses"] == 5


def _recordings(session: Session) -> None:
    """One recording is stored, one ends within its second part, one is not found and is deleted with the retention."""
    body = json.loads(json.loads((ROOT / "events/calls/create.json").read_text())["body"])
    large = b"ID3\x04" + bytes(PART_BYTES + 1)
    broken = {"Content-Length": str(2 * PART_BYTES), "Connection": "close"}
    with receiving() as host:
        for number, response in enumerate(
            (Response(body=b"ID3\x04x"), Response(body=large, headers=broken), Response(404))
        ):
            host.responses = [response]
            call = {**body, "vendor_call_id": f"recorded-{number}", "recording_url": host.url}
            path = f"/v1/calls/{session.call('POST', '/v1/calls', call)['id']}"
            session.work()
            session.call("GET", path)
    session.call("PATCH", "/v1/organizations/me", {"settings": {"recordings": {"enabled": False}}})
    session.invoke("workers/enqueue_retention", {})
    session.work()


def _dispatch(session: Session) -> None:
    """A call is assigned, waits in the queue, escalates, and is overridden and acknowledged."""
    settings = {**dispatch.SETTINGS, "dispatch": {"max_open_per_person": 9}}
    session.call("PATCH", "/v1/organizations/me", {"settings": settings})
    session.receive_call()
    session.work()
    path = f"/v1/calls/{session.call('GET', '/v1/calls')['data'][0]['id']}/dispatch"
    time = freeze(session.monkeypatch)
    time.advance(minutes=11)
    for message in dispatch.waiting():
        session.invoke("workers/escalate_dispatch", sqs_event("EscalateQueue", [json.dumps(message)]))
    session.call("POST", path, {})
    session.call("POST", f"{path}/acknowledge")
    facts = {"intent": "water", "urgency": "emergency", "qualified": True}
    session.call("POST", "/v1/dispatch/simulate", {"facts": facts})


def _alerts(session: Session) -> None:
    """A person is texted, and mailed when that fails; passes the call on by a text, and takes it by the link. In test
    mode, a simulated person takes it."""
    settings = {**dispatch.SETTINGS, "on_call": [alerts.ANN, alerts.BEN], "sender": alerts.SENDER}
    steps = [{"channel": "sms", "after_seconds": 0}, {"channel": "email", "after_seconds": 60}]
    settings["dispatch"] = {"max_open_per_person": 9, "alerts": {**alerts.ALERTS, "steps": steps}}
    session.call("PATCH", "/v1/organizations/me", {"settings": settings})
    twilio = {"account_sid": alerts.ACCOUNT, "api_key_sid": alerts.KEY, "alert_number": alerts.ALERT_NUMBER}
    secrets = {"api_key_secret": alerts.SECRET, "auth_token": TOKEN}
    integration = session.call("PUT", "/v1/integrations/twilio", {"settings": twilio, "secrets": secrets})
    account = Twilio(integration["connection_id"])
    session.call("PUT", "/v1/integrations/resend", {"secrets": {"api_key": "re_123"}})
    resend = ResendApi("resend", "Bearer re_123")
    time = freeze(session.monkeypatch)
    callrail = CallrailApi("callrail", 'Token token="a key"')
    with alerts.twilio(session.monkeypatch) as api, serving(resend, session.monkeypatch):
        session.receive_call()
        session.work()
        with serving(callrail, session.monkeypatch):
            api.phones.numbers = [
                {
                    "phone_number": alerts.ALERT_NUMBER,
                    "capabilities": {"sms": True, "voice": True},
                    "sms_url": integration["receiver_urls"]["message"],
                }
            ]
            for vendor in ("callrail", "resend", "twilio"):
                session.call("POST", f"/v1/integrations/{vendor}/check")
        time.advance(seconds=61)
        api.troubles = resend.troubles = [Trouble(503)]
        messages = [json.dumps(message) for message in alerts.waiting()]
        for received in (1, 5):
            session.invoke("workers/send_alert", sqs_event("AlertQueue", messages, received))
        (call,) = session.call("GET", "/v1/calls")["data"]
        listed = session.call("GET", f"/v1/alerts?call_id={call['id']}&order=asc")["data"]
        session.call("GET", "/v1/alerts")
        session.call("GET", f"/v1/alerts/{listed[0]['id']}")
        path = f"/v1/a/{links.token_of(listed[0]['id'], session.tenant.in_mode('live'))}"
        for webhook in (
            account.reported(listed[0], "undelivered", ErrorCode="30003"),
            *(account.text(alerts.ANN_PHONE, text) for text in ("?", "2")),
        ):
            assert session.invoke("inbound/twilio", webhook.event())["statusCode"] == 200
        session.work()
        for method, content in (("GET", None), ("POST", "decision=decline"), ("POST", "decision=take")):
            derived_key.cache_clear()
            event = proxy_event(method, path, body=content)
            assert session.invoke(match(method, path)[0], event)["statusCode"] == 200
        session.work()
        assert (
            session.invoke("inbound/twilio", account.text("+1", "1").event(headers={}))["statusCode"] == 401
        )
        calm = {"intent": "mold", "urgency": "high", "qualified": True}
        session.call("PATCH", f"/v1/calls/{call['id']}/classification", calm)
        session.call("POST", f"/v1/calls/{call['id']}/dispatch", {})
        session.work()
        session.call("POST", f"/v1/calls/{call['id']}/dispatch/decline", {"reason": "No van."})
        session.work()
    simulated = {**alerts.ANN, "phone": "+15005550101"}
    session.call("PATCH", "/v1/organizations/me", {"settings": {"on_call": [simulated]}})
    test_key = session.tenant.test_admin
    session.call("PUT", "/v1/integrations/twilio", {"settings": twilio, "secrets": secrets}, test_key)
    session.receive_call(test_key)
    session.work()


def _imports(session: Session) -> None:
    uploaded = session.call("POST", "/v1/leads/import", {"format": "csv", "on_duplicate": "update"})
    message = upload(uploaded, "email,notes\nimported@example.com,\nimported@example.com,more\nwrong,\n")
    assert session.invoke("workers/import_leads", sqs_event(QUEUE, [message])) == {"batchItemFailures": []}
    session.work()
    assert session.call("GET", f"/v1/leads/imports/{uploaded['id']}")["failed"] == 1


def _prospects(session: Session) -> None:
    body = {"email": "p@example.com", "enrichment": {"postal_code": "94601"}}
    prospect = session.call("POST", "/v1/prospects", body)
    path = f"/v1/prospects/{prospect['id']}"
    session.call("POST", "/v1/prospects/qualify", {"prospect_ids": [prospect["id"]]})
    session.call("PATCH", path, {"email": "q@example.com"})
    session.call("POST", f"{path}/convert")
    session.call("GET", path)
    session.call("GET", "/v1/prospects?outreach_state=converted")
    session.call("DELETE", path)
    session.work()


def _sequences(session: Session) -> None:
    settings = {"sender": SENDER}
    session.call("PATCH", "/v1/organizations/me", {"settings": settings})
    secrets = {"signing_secret": "whsec_" + "A" * 32, "api_key": "re_123"}
    session.call("PUT", "/v1/integrations/resend", {"secrets": secrets})
    path = "/v1/outreach/sequences"
    draft = session.call("POST", path, {"name": "x"})
    session.call("DELETE", f"{path}/{draft['id']}")
    sequence = session.call("POST", path, {"name": "x", "steps": STEPS})
    own = f"{path}/{sequence['id']}"
    session.call("POST", f"{own}/transitions", {"to": "active"})
    prospects = [
        session.call("POST", "/v1/prospects", {"email": f"{name}@example.com"})["id"]
        for name in ("a", "b", "c")
    ]
    response = session.call("POST", f"{own}/enrollments", {"prospect_ids": prospects})
    enrolled = [f"{own}/enrollments/{result['enrollment_id']}" for result in response["data"]]
    for to in ("paused", "active"):
        session.call("POST", f"{enrolled[0]}/transitions", {"to": to})
    session.call("GET", enrolled[0])
    session.call("GET", f"{own}/enrollments?limit=1&status=active")
    session.call("DELETE", enrolled[0])
    session.call("POST", f"/v1/prospects/{prospects[1]}/convert")
    session.work()
    session.call("PATCH", own, {"daily_cap": 10})
    session.call("GET", f"{path}?status=active")
    for to in ("paused", "archived"):
        session.call("POST", f"{own}/transitions", {"to": to})
    session.work()
    session.call("GET", own)
    session.call("DELETE", own)


def _sending(session: Session) -> None:
    """Live mode sends through Resend, test mode to the simulated mailbox. One e-mail is deferred and one is refused."""
    api = ResendApi("resend", "Bearer re_123")
    api.sending.refusals["refused@example.com"] = (422, "validation_error", "Invalid `to` field.")
    session.call("PATCH", "/v1/organizations/me", {"settings": {"sender": SENDER}})
    secrets = {"signing_secret": "whsec_" + "A" * 32, "api_key": "re_123"}
    session.call("PUT", "/v1/integrations/resend", {"secrets": secrets})
    enrolled(session.tenant.admin, ["dana@example.com", "refused@example.com"], STEPS[:1], send_window=ALWAYS)
    later = freeze(session.monkeypatch)
    later.advance(minutes=35)
    with serving(api, session.monkeypatch):
        api.troubles = [Trouble(status=429, headers={"Retry-After": "60"})]
        for _ in range(3):
            session.invoke("workers/enqueue_sends", {})
            session.work()
            later.advance(minutes=3)
    assert len(api.sending.sent) == 1
    test_key = session.tenant.test_admin
    enrolled(test_key, ["dana@example.com"], STEPS[:1], send_window=ALWAYS)
    session.call("POST", "/v1/outreach/test-clock", {"advance_seconds": 3600}, key=test_key)
    session.work()
    session.call("GET", "/v1/outreach/test-clock", key=test_key)


def _replies(session: Session) -> None:
    prospect = session.call("POST", "/v1/prospects", {"email": replies.DANA})
    email = replies.sent(
        session.tenant, enrollment=replies.enrolled(session.tenant, prospect_id=prospect["id"])
    )
    address = replies.signed_address(session.tenant, email)
    wish = replies.received(session.tenant, "Please take me off your list.", to=address)
    replies.received(session.tenant, "Yes, please call me.", sender="x@example.com", in_reply_to="<1@ses>")
    session.work()
    assert session.call("GET", "/v1/outreach/replies?limit=1")["next_cursor"]
    session.call("GET", "/v1/outreach/replies?sender=x@example.com")
    path = f"/v1/outreach/replies/{wish}"
    assert session.call("GET", path)["match"] == "reply_address"
    body = {"classification": "question", "note": "They asked how."}
    assert session.call("PATCH", f"{path}/classification", body)["suppression_ids"] == []
    session.call("DELETE", f"/v1/prospects/{prospect['id']}")
    session.work()


def _claims(session: Session) -> None:
    """One claim is erased; the evidence of another one is deleted with the retention."""
    lead_id = session.call("POST", "/v1/leads", {"email": "a@example.com"})["id"]
    body = {"insured": {"name": "Dana Reyes"}, "carrier": "Example Mutual", "lead_id": lead_id}
    paths = [f"/v1/claims/{session.call('POST', '/v1/claims', body)['id']}" for _ in range(2)]
    for number, path in enumerate(paths):
        session.call("PATCH", path, {"claim_number": f"{number}-a"})
        note = session.call("POST", f"{path}/notes", {"text": "Wet."})
        session.call("POST", f"{path}/notes", {"text": "Dry.", "corrects": note["id"]})
        session.call("GET", f"{path}/notes/{note['id']}")
        assert session.call("GET", f"{path}/notes?limit=1")["next_cursor"]
        _photos(session, path)
        _scope(session, path)
        session.call("PUT", f"{path}/legal-hold", {"reason": "Litigation."})
        session.call("DELETE", f"{path}/legal-hold")
        session.call("POST", f"{path}/transitions", {"to": "closed", "reason": "Done."})
        session.call("GET", path)
    assert session.call("GET", "/v1/claims?carrier=example%20mutual&limit=1")["next_cursor"]
    session.call("GET", "/v1/claims?status=closed")
    session.call("DELETE", paths[1])
    session.work()
    freeze(session.monkeypatch).advance(days=91)
    session.invoke("workers/enqueue_retention", {})
    session.work()
    assert session.call("GET", "/v1/claims")["data"][0]["evidence_deleted_at"]


def _scope(session: Session, claim: str) -> None:
    """A scope is extracted, read and reviewed; without new evidence, it is not extracted again."""
    session.call("POST", f"{claim}/notes", {"text": "Kitchen 12x10. Remove 120 SF of carpet in the kitchen."})
    for _ in range(2):
        assert session.call("POST", f"{claim}/extract")["status"] == "extracting"
        session.work()
    found = session.call("GET", f"{claim}/scope")
    assert found["version"] == 1
    body = {"status": "rejected", "reason": "Not of this loss."}
    session.call("PATCH", f"{claim}/scope/{found['data'][0]['id']}", body)
    session.call("POST", f"{claim}/scope/accept", {"min_confidence": 0})
    (room,) = session.call("GET", f"{claim}/rooms")["data"]
    session.call("PATCH", f"{claim}/rooms/{room['id']}", {"measures": {"height": 9.0}, "reason": "Measured."})
    checks = session.call("GET", f"{claim}/checks")["data"]
    acknowledge = [{"check_id": check["id"], "reason": "Agreed."} for check in checks]
    assert session.call("POST", f"{claim}/sign-off", {"acknowledge": acknowledge})["status"] == "writing"
    session.work()
    assert session.call("GET", f"{claim}/sign-off")["status"] == "ready"
    assert session.call("GET", f"{claim}/sign-offs")["data"]
    for path in ("rooms", "photo-summaries", "checks"):
        assert session.call("GET", f"{claim}/{path}")["version"] == 1


def _photos(session: Session, claim: str) -> None:
    """One photo is ready, one is rejected, and one is deleted before its upload."""
    content = photos.photo()
    good, bad = photos.declaration(content), photos.declaration(content, sha256="0" * 64)
    declared = [session.call("POST", f"{claim}/photos", body) for body in (good, bad)]
    for photo in declared:
        photos.upload(photo, content)
    session.work()
    path = f"{claim}/photos/{declared[1]['id']}"
    for photo in declared:
        session.call("PATCH", f"{claim}/photos/{photo['id']}", {"caption": "Hall"})
    assert session.call("GET", path)["rejection"] == "checksum_mismatch"
    assert session.call("GET", f"{claim}/photos?limit=1")["next_cursor"]
    deleted = session.call("POST", f"{claim}/photos", good)
    session.call("DELETE", f"{claim}/photos/{deleted['id']}")
    photos.upload(deleted, content)
    session.work()


def _emails(session: Session) -> None:
    """An enrolled prospect gets e-mails, which bounce or are answered by a click on their link, and is erased."""
    session.call("PATCH", "/v1/organizations/me", {"settings": {"sender": SENDER}})
    secrets = {"signing_secret": SECRETS["resend"], "api_key": "re_123"}
    connection = session.call("PUT", "/v1/integrations/resend", {"secrets": secrets})
    sequences = "/v1/outreach/sequences"
    sequence = session.call("POST", sequences, {"name": "x", "steps": STEPS})
    session.call("POST", f"{sequences}/{sequence['id']}/transitions", {"to": "active"})
    prospects = [
        session.call("POST", "/v1/prospects", {"email": f"{name}@example.com"})["id"]
        for name in ("a", "b", "c")
    ]
    session.call("POST", f"{sequences}/{sequence['id']}/enrollments", {"prospect_ids": prospects})
    sent = [
        emails.sent(session.tenant, f"{name}@example.com", prospect_id=prospect)
        for name, prospect in zip(("a", "b", "c"), prospects, strict=True)
    ]
    gone = [emails.sent(session.tenant, f"gone{number}@example.com") for number in range(5)]
    bodies = [emails.event("complained", sent[0]), *map(emails.bounced, gone)]
    bodies.append(emails.bounced(emails.sent(session.tenant, "d@example.com"), "Transient"))
    for number, body in enumerate(bodies):
        raw = json.dumps(body).encode()
        path = f"/v1/inbound/resend/{connection['connection_id']}/events"
        session.receive("resend", path, raw, SIGNERS["resend"](raw, SECRETS["resend"], f"msg_{number}"))
    session.work()
    assert session.call("GET", "/v1/outreach/deliverability")["sender"]["status"] == "paused"
    session.call("POST", "/v1/outreach/sender/resume", {"reason": "The list was cleaned."})
    session.call("GET", "/v1/outreach/emails?limit=1&status=bounced")
    session.call("GET", f"/v1/outreach/emails/{sent[0].id}")
    token = addresses.unsubscribe_token(session.tenant.in_mode("live"), sent[1].id)
    for method, content in (("GET", None), ("POST", "List-Unsubscribe=One-Click")):
        derived_key.cache_clear()
        event = proxy_event(method, f"/v1/u/{token}", body=content)
        assert session.invoke(match(method, f"/v1/u/{token}")[0], event)["statusCode"] == 200
    path = "/v1/outreach/suppressions"
    suppression = session.call("POST", path, {"address": "c@example.com"})
    session.call("GET", f"{path}/{suppression['id']}")
    session.call("GET", f"{path}?limit=1")
    session.call("GET", f"{path}/export.csv")
    session.call("POST", f"{path}/import", {"csv": "address\ne@example.com\n"})
    session.call("DELETE", f"{path}/{suppression['id']}")
    session.call("DELETE", f"/v1/prospects/{prospects[1]}")
    session.work()


def _drafts(session: Session) -> None:
    session.call("PATCH", "/v1/organizations/me", {"settings": {"sender": SENDER}})
    prospect = session.call("POST", "/v1/prospects", {"email": "p@example.com"})
    text = {"subject": "Re: hello", "body": "Acme Restoration: write to p@example.com."}
    draft = session.call(
        "POST", "/v1/outreach/drafts", {"to": "a@example.com", "prospect_id": prospect["id"], **text}
    )
    path = f"/v1/outreach/drafts/{draft['id']}"
    session.call("PATCH", path, {"subject": "Hello"})
    session.call("POST", f"{path}/send")
    session.call("GET", path)
    ordered = {"to": "p@example.com", "prospect_id": prospect["id"], "instructions": "Introduce us."}
    written = session.call("POST", "/v1/outreach/drafts", ordered)
    session.work()
    session.call("GET", "/v1/outreach/drafts?status=draft&limit=1")
    session.call("DELETE", f"/v1/outreach/drafts/{written['id']}")
    session.call("POST", "/v1/outreach/drafts", ordered)
    session.call("DELETE", f"/v1/prospects/{prospect['id']}")
    session.work()


def _content(session: Session) -> None:
    """A post by hand, after the AI was cancelled, and a response to a review."""
    post = session.call("POST", "/v1/content", {"type": "blog_post", "brief": {"topic": "A burst pipe"}})
    path = f"/v1/content/{post['id']}"
    for action in ("cancel", "retry", "cancel"):
        session.call("POST", f"{path}/{action}")
    session.call("PATCH", path, {"title": "A burst pipe", "body": "Close the valve.", "slug": "burst-pipe"})
    session.call("PATCH", path, {"slug": "pipe"})
    session.call("POST", f"{path}/restore", {"revision": 1})
    session.call("POST", f"{path}/revisions", {"instructions": "Shorter."})
    session.call("POST", f"{path}/cancel")
    assert session.call("GET", f"{path}/revisions?limit=1")["next_cursor"]
    session.call("GET", f"{path}/revisions/2")
    at = rfc3339(clock.now() + timedelta(days=1))
    for body in ({"to": "in_review"}, {"to": "approved"}, {"to": "scheduled", "scheduled_at": at}):
        session.call("POST", f"{path}/transitions", {**body})
    for status in ("approved", "published", "unpublished", "archived"):
        session.call("POST", f"{path}/transitions", {"to": status})
    review = {"surface": "google", "external_id": "a", "rating": 2, "reviewed_at": "2026-04-24T15:20:00Z"}
    review_id = session.call("POST", "/v1/reviews", review)["id"]
    order = {"type": "review_response", "brief": {"review_id": review_id}}
    response = f"/v1/content/{session.call('POST', '/v1/content', order)['id']}"
    session.call("POST", f"{response}/cancel")
    session.call("PATCH", response, {"body": "We are sorry that you had to wait."})
    for status in ("in_review", "approved", "published"):
        session.call("POST", f"{response}/transitions", {"to": status})
    session.call("GET", response)
    assert session.call("GET", "/v1/content?limit=1")["next_cursor"]
    session.call("GET", f"/v1/content?review_id={review_id}&type=review_response&status=published")
    written = session.call("POST", "/v1/content", {"type": "blog_post", "brief": {"topic": "A burst pipe"}})
    session.call("POST", "/v1/content", order)
    session.work()
    session.call("POST", f"/v1/content/{written['id']}/revisions", {"instructions": "Shorter."})
    session.work()
    session.call("DELETE", path)
    session.work()


def _publishing(session: Session) -> None:
    """A post waits for its time, is published by its message, and another by the run that finds overdue content."""
    time = freeze(session.monkeypatch)
    for slug in ("first", "second"):
        post = session.call("POST", "/v1/content", {"type": "blog_post", "brief": {"topic": "A burst pipe"}})
        path = f"/v1/content/{post['id']}"
        session.call("POST", f"{path}/cancel")
        session.call("PATCH", path, {"title": "A burst pipe", "body": "Close the valve.", "slug": slug})
        for status in ("in_review", "approved"):
            session.call("POST", f"{path}/transitions", {"to": status})
        at = {"to": "scheduled", "scheduled_at": rfc3339(time.at + timedelta(hours=1))}
        session.call("POST", f"{path}/transitions", at)
    session.work()
    time.advance(hours=1)
    message, _ = (planned.target["Input"] for planned in publishing.schedules().values())
    session.invoke("workers/publish_content", sqs_event("PublishQueue", [message]))
    time.advance(hours=1)
    session.invoke("workers/enqueue_publications", {})
    session.work()
    derived_key.cache_clear()
    address = session.call("POST", "/v1/content/feed-address")
    session.call("GET", "/v1/content/feed-address")
    for url in (address["json_url"], address["atom_url"]):
        derived_key.cache_clear()
        path = url.removeprefix("http://api.example.com/api")
        event = proxy_event("GET", f"{path}&limit=1")
        assert session.invoke(match("GET", path.partition("?")[0])[0], event)["statusCode"] == 200
    assert len(session.call("GET", "/v1/content/feed.json")["items"]) == 2
    assert session.call("GET", "/v1/content/feed.json?limit=1")["next_url"]
    session.call("DELETE", "/v1/content/feed-address")


def _google(session: Session) -> None:
    """A review that is polled, with a response that is posted as its reply, and then deleted."""
    credentials = {"client_secret": CLIENT_SECRET, "refresh_token": REFRESH_TOKEN}
    settings = {"client_id": CLIENT_ID, "account_id": ACCOUNT}
    connection = {"settings": settings, "secrets": credentials}
    session.call("PUT", "/v1/integrations/google_business", connection)
    fake = FakeGoogle()
    name = fake.write("r1", starRating="TWO")
    with google.serving(fake, session.monkeypatch):
        session.invoke("workers/enqueue_reconciliations", {})
        session.work()
        (review,) = session.call("GET", "/v1/reviews?surface=google")["data"]
        order = {"type": "review_response", "brief": {"review_id": review["id"]}}
        response = f"/v1/content/{session.call('POST', '/v1/content', order)['id']}"
        session.call("POST", f"{response}/cancel")
        session.call("PATCH", response, {"body": "We are sorry that you had to wait."})
        for status in ("in_review", "approved", "published"):
            session.call("POST", f"{response}/transitions", {"to": status})
        session.work()
        assert fake.reply(name)
        session.call("POST", f"{response}/transitions", {"to": "unpublished"})
        session.work()
        assert not fake.reply(name)
    session.call("GET", "/v1/integrations")


def _reviews(session: Session) -> None:
    """A lead gets a request, follows its link and writes a review, which changes; then all is erased."""
    reviews = {"google_review_url": "https://g.page/r/acme/review"}
    session.call("PATCH", "/v1/organizations/me", {"settings": {"sender": SENDER, "reviews": reviews}})
    secrets = {"signing_secret": SECRETS["resend"], "api_key": "re_123"}
    session.call("PUT", "/v1/integrations/resend", {"secrets": secrets})
    lead_id = session.call("POST", "/v1/leads", {"email": "a@example.com"})["id"]
    customer = {"name": "Dana Reyes", "email": "a@example.com", "lead_id": lead_id}
    request = session.call("POST", "/v1/reviews/requests", customer)
    session.call("GET", f"/v1/reviews/requests/{request['id']}")
    session.call("GET", "/v1/reviews/requests?email=a@example.com")
    link = f"/v1/r/{addresses.review_token(session.tenant.in_mode('live'), request['id'])}"
    derived_key.cache_clear()
    event = proxy_event("GET", link)
    assert session.invoke(match("GET", link)[0], event)["statusCode"] == 302
    body = {
        "surface": "google",
        "external_id": "a",
        "reviewed_at": "2026-04-24T15:20:00Z",
        "lead_id": lead_id,
    }
    session.call("POST", "/v1/reviews", {**body, "rating": 1})
    review = session.call("POST", "/v1/reviews", {**body, "rating": 5})
    session.call("GET", f"/v1/reviews/{review['id']}")
    session.call("GET", f"/v1/reviews?lead_id={lead_id}")
    session.call("GET", "/v1/reviews?surface=google&limit=1")
    session.call("GET", "/v1/reviews/stats")
    session.work()
    session.call("DELETE", f"/v1/leads/{lead_id}")
    session.work()


def _keys(session: Session) -> None:
    key = session.call("POST", "/v1/api-keys", {"name": "x", "scopes": ["admin"]})
    path = f"/v1/api-keys/{key['id']}"
    session.call("PATCH", path, {"expires_at": "2099-01-01T00:00:00Z"})
    session.call("POST", f"{path}/rotate", {"overlap_seconds": 0})
    session.call("DELETE", f"/v1/api-keys/{session.call('GET', '/v1/api-keys?limit=1')['data'][0]['id']}")
    session.call("GET", "/v1/health")


def _lists(session: Session) -> None:
    session.subscribe()
    session.subscribe()
    session.receive_call()
    session.call("POST", "/v1/leads", {"email": "a@example.com"})
    session.work()
    for resource in ("leads", "calls", "api-keys", "webhooks", "audit-log", "events"):
        page = session.call("GET", f"/v1/{resource}?limit=1")
        if page["next_cursor"]:
            session.call("GET", f"/v1/{resource}?limit=1&cursor={page['next_cursor']}")
        session.call("GET", f"/v1/{resource}/{page['data'][0]['id']}")
    session.call("GET", "/v1/webhooks/event-types?limit=1")


def _webhooks(session: Session) -> None:
    missed = session.call("POST", "/v1/leads", {"email": "missed@example.com"})
    session.work()
    webhook = session.subscribe()
    session.call("POST", "/v1/leads", {"email": "a@example.com"})
    session.work()
    path = f"/v1/webhooks/{webhook['id']}"
    session.call("PATCH", path, {"filter": {"data.id": {"exists": True}}})
    session.call("PATCH", path, {"rate_limit": 1000})
    session.call("POST", f"{path}/rotate-secret")
    session.call("POST", f"{path}/test")
    replay = {"since": missed["created_at"]}
    session.call("POST", f"{path}/replay", {**replay, "only": "missing", "dry_run": True})
    session.call("POST", f"{path}/replay", replay)
    page = session.call("GET", f"{path}/deliveries?limit=1")
    session.call("GET", f"{path}/deliveries?limit=1&cursor={page['next_cursor']}")
    delivery = f"/v1/webhooks/deliveries/{page['data'][0]['id']}"
    session.call("GET", delivery)
    session.call("POST", f"{delivery}/retry")
    session.work()
    session.call("DELETE", f"/v1/leads/{missed['id']}")
    session.work()
    session.call("DELETE", path)


def _organizations(session: Session) -> None:
    session.call("GET", "/v1/organizations/me")
    session.call("PATCH", "/v1/organizations/me", {"industry": "roofing"})
    child, other = (session.call("POST", "/v1/organizations", {"name": name}) for name in ("North", "South"))
    session.call("PATCH", f"/v1/organizations/{child['id']}", {"industry": "roofing"})
    session.call("GET", f"/v1/organizations/{child['id']}")
    grant = f"/v1/organizations/me/grants/{session.tenant.id}"
    for organization in (child, other):
        session.call("PUT", grant, {"resources": ["leads"]}, key=organization["admin_key"]["key"])
    session.call("GET", "/v1/organizations/me/grants", key=child["admin_key"]["key"])
    for path in ("organizations?limit=1", "organizations/me/rollup?limit=1"):
        assert session.call("GET", f"/v1/{path}")["next_cursor"]
    session.call("DELETE", grant, key=child["admin_key"]["key"])
    members = "/v1/organizations/me/members"
    member = session.call("POST", members, {"email": EMAIL, "role": "viewer"})
    other_member = session.call("POST", members, {"email": "b@example.com", "role": "viewer"})
    assert session.call("GET", f"{members}?limit=1")["next_cursor"]
    session.work()
    _sessions(session, f"{members}/{member['id']}", child["admin_key"]["key"])
    session.call("PATCH", f"{members}/{member['id']}", {"role": "admin"})
    session.call("DELETE", f"{members}/{member['id']}")
    session.call("DELETE", f"{members}/{other_member['id']}")  # ends the session, and unbinds the address
    session.work()


def _sessions(session: Session, member: str, key_of_child: str) -> None:
    """A member of two organizations signs in, switches, and signs out. `member` is the path of the first membership."""
    session.call("POST", "/v1/organizations/me/members", {"email": EMAIL, "role": "admin"}, key=key_of_child)
    with cognito.serving(session.monkeypatch) as pool:
        texts = [_sign_in(session, pool, EMAIL) for _ in range(MAX_SESSIONS + 1)]
        _sign_in(session, pool, "b@example.com")
    listed = session.call("GET", f"{member}/sessions")["data"]
    session.call("DELETE", f"{member}/sessions/{listed[-1]['id']}")
    own = session.call("GET", "/v1/session", key=texts[-1])
    other = next(
        organization["id"] for organization in own["organizations"] if organization["id"] != session.tenant.id
    )
    switched = session.call("PATCH", "/v1/session", {"mode": "test"}, key=texts[-1])["session"]
    switched = session.call("PATCH", "/v1/session", {"organization_id": other}, key=switched)["session"]
    session.call("DELETE", "/v1/session", key=switched)
    session.call("DELETE", f"{member}/sessions")


def _sign_in(session: Session, pool: cognito.Cognito, email: str) -> str:
    body = {
        "code": pool.signed_in(email),
        "verifier": cognito.VERIFIER,
        "nonce": cognito.NONCE,
        "redirect_uri": cognito.REDIRECT_URI,
        "organization_id": session.tenant.id,
    }
    return str(session.call("POST", "/v1/sessions", body)["session"])


def _audit_log(session: Session) -> None:
    export = session.call("POST", "/v1/audit-log/exports", {"format": "jsonl"})
    session.work()
    assert session.call("GET", f"/v1/audit-log/exports/{export['id']}")["status"] == "completed"
    session.call("PATCH", "/v1/organizations/me", {"industry": "roofing"})
    _relay_only(session)  # leaves records for the archiver
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("eal.domain.audit_log.backlog.STALLED_AFTER", timedelta(0))
        session.invoke("workers/enqueue_checkpoints", {})
    session.work()
    newest = session.call("GET", "/v1/audit-log/checkpoints?limit=1")["data"][0]
    session.call("GET", f"/v1/audit-log/checkpoints/{newest['id']}/consistency")
    oldest = session.call("GET", "/v1/audit-log?limit=1&order=asc")["data"][0]
    session.call("GET", f"/v1/audit-log/{oldest['id']}/proof")
    assert session.call("GET", "/v1/audit-log/export.csv").startswith("id,action,")
    freeze(session.monkeypatch, clock.now() + timedelta(days=800))
    expire_items()
    cursor = session.call("GET", "/v1/audit-log")["next_cursor"]
    assert session.call("GET", f"/v1/audit-log?cursor={cursor}")["data"]
    assert session.call("GET", f"/v1/audit-log/{oldest['id']}") == oldest
    session.call("GET", f"/v1/audit-log/{oldest['id']}/proof")
    session.call("PATCH", "/v1/organizations/me", {"industry": "restoration"})
    session.work()
    unsigned = session.call("GET", "/v1/audit-log?limit=1")["data"][0]
    session.call("GET", f"/v1/audit-log/{unsigned['id']}/proof")


def _relay_only(session: Session) -> None:
    def invoke(folder: str, event: dict[str, Any]) -> Any:
        relays = folder == "workers/relay_outbox"
        return session.invoke(folder, event) if relays else {"batchItemFailures": []}

    Pipeline(invoke).run()


JOURNEYS: tuple[Journey, ...] = (
    _vendors,
    _leads,
    _calls,
    _bedrock,
    _recordings,
    _dispatch,
    _alerts,
    _imports,
    _prospects,
    _drafts,
    _content,
    _publishing,
    _google,
    _reviews,
    _keys,
    _lists,
    _webhooks,
    _organizations,
    _sequences,
    _sending,
    _replies,
    _claims,
    _emails,
    _audit_log,
)


@cache
def _calls_of(journey: Journey) -> dict[str, set[AwsCall]]:
    """The calls to AWS of each function, in an empty AWS for the journey."""
    with pytest.MonkeyPatch.context() as monkeypatch, aws_in_process(monkeypatch):
        session = Session(monkeypatch)
        journey(session)
        return session.recorded


def _calls_of_all() -> dict[str, set[AwsCall]]:
    calls: dict[str, set[AwsCall]] = defaultdict(set)
    for journey in JOURNEYS:
        for folder, found in _calls_of(journey).items():
            calls[folder] |= found
    return calls


@pytest.mark.parametrize("journey", JOURNEYS, ids=lambda journey: journey.__name__.strip("_"))
def test_every_call_to_aws_is_allowed(journey: Journey) -> None:
    recorded = _calls_of(journey)
    assert not [text for folder, found in recorded.items() for text in refused(folder, found)]
    calls_to_aws.write("journeys", journey.__name__, [each.__name__ for each in JOURNEYS], recorded)


def test_the_hourly_run_enqueues_the_archiving_of_pending_records() -> None:
    calls = _calls_of(_audit_log)["workers/enqueue_checkpoints"]
    assert ("sqs:SendMessage", "AuditQueue") in {(call.action, call.resource) for call in calls}


def test_the_journeys_invoke_what_no_sample_does() -> None:
    """tests/functions/test_round_trips.py compares the other endpoints with their roles, each with its sample."""
    folders = {properties["CodeUri"].removeprefix("functions/") for properties in functions().values()}
    own = {*WITHOUT_ITEM, "POST /v1/sessions"}
    by_sample = {endpoint.folder for endpoint in endpoints() if endpoint.name not in own}

    assert folders - by_sample - set(_calls_of_all()) == {
        "dashboard/serve",
        "unknown_route/refuse",
    }, "add a request or an event that reaches each of these functions to a journey of this file"
