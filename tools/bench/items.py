"""The content of the fake tables: an item of each kind, created by the models of the product, for any key."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from eal.ai.classification import Confidences, Intent, Urgency
from eal.core import clock, ids, signing
from eal.core.audit import Actor
from eal.core.table.item import compressed, dump
from eal.core.tenancy import Tenant
from eal.domain.api_keys.model import ApiKey
from eal.domain.audit_log.model import AuditRecord, Resource
from eal.domain.calls.model import Call, Facts, Run
from eal.domain.calls.store import CALLS
from eal.domain.credentials.text import fingerprint, new_text
from eal.domain.families.model import Numbers
from eal.domain.integrations import connections
from eal.domain.integrations.connections import VendorConnection
from eal.domain.leads.address import Address
from eal.domain.leads.collection import LEADS
from eal.domain.leads.model import Contribution, Lead, Score
from eal.domain.members.model import Member
from eal.domain.members.people import Person
from eal.domain.organizations.model import Organization
from eal.domain.webhooks.deliveries.model import Delivery
from eal.domain.webhooks.endpoints.model import Endpoint
from tools.bench import user_pool

if TYPE_CHECKING:
    from eal.core.table.item import Item

AT = datetime(2026, 4, 24, 17, 42, 11, 314000, tzinfo=UTC)
ORGANIZATION = ids.new("org", AT)
KEY_ID = ids.new("key", AT)
KEY = new_text("live")
VENDORS = ("callrail", "resend", "stripe", "twilio")
SECRET = signing.new_secret()
"""The plaintext of every ciphertext in the fake KMS."""
TRANSCRIPT = (
    "Agent: Summit Restoration, how can I help?\n"
    "Caller: Hi, a pipe burst under the kitchen sink and there is an inch of water on the floor right now.\n"
    "Agent: Is the water shut off?\nCaller: Yes, but the ceiling below is dripping. Can you come today?\n"
    "Agent: We can be there within the hour.\n"
)


@dataclass(frozen=True, slots=True)
class Tables:
    """`hooks` is the URL of the webhook endpoint."""

    hooks: str

    def access(self, pk: str) -> Item:
        if pk.startswith("C#"):
            vendor = next(name for name in VENDORS if connections.pk(connection_of(name)) == pk)
            item = dump(
                VendorConnection(
                    organization_id=ORGANIZATION, mode="live", vendor=vendor, ciphertexts=("YQ==",)
                )
            )
        elif pk.startswith("M#"):
            item = dump(_person(pk.removeprefix("M#")))
        else:
            item = dump(_key())
        return {"pk": pk, **item}

    def state(self, pk: str, sk: str) -> Item | None:
        """The item with a key of the State table or of one of its indexes. None for kinds that have no item here."""
        parts = pk.split("#")
        if parts[0] == "PENDING":
            return {"pk": pk, "sk": sk, "kind": "PENDING", "unpublished": {sk.rpartition("#")[2]: True}}
        kind = parts[2] if len(parts) > 2 else ""
        item = self._of(kind, sk)
        return {"pk": "#".join(parts[:3]), "sk": sk, "kind": kind, **item} if item else None

    def _of(self, kind: str, sk: str) -> Item | None:
        match kind:
            case "LEAD" | "CALL" | "MEMBER":
                return _resource(kind, sk)
            case "TRANSCRIPT":
                return {"text": compressed(TRANSCRIPT), "version": 1}
            case "KEY":
                return {"id": sk, "fingerprint": fingerprint(KEY)}
            case "ORGANIZATION":
                return dump(Organization(id=sk, name="Summit Restoration", created_at=AT, version=1))
            case "FAMILY":
                return {**Numbers(live_keys=1)._asdict(), "overspent_cents": 0, "overspent_month": ""}
            case "WEBHOOK":
                return dump(self._endpoint(sk))
            case "DELIVERY" | "WEBHOOK_HEALTH":
                return dump(_delivery(sk)) if kind == "DELIVERY" else _health()
            case "EVENT":
                published = event(sk)
                return {**published, "data": compressed(published["data"])}
            case "AUDIT":
                record = dump(_record(sk))
                return {**record, "changes": compressed(record["changes"]), "feedsk": 1}
            case _:
                return None

    def _endpoint(self, webhook_id: str) -> Endpoint:
        return Endpoint(
            id=webhook_id,
            url=self.hooks,
            events=("*",),
            enabled=True,
            secret="YQ==",  # noqa: S106 - the ciphertext of SECRET
            secret_prefix=SECRET[:10],
            created_at=AT,
            updated_at=AT,
            version=1,
        )


def _resource(kind: str, item_id: str) -> Item:
    tenant = Tenant(ORGANIZATION, "live")
    match kind:
        case "LEAD":
            return LEADS.item(tenant, _lead(item_id))
        case "CALL":
            return CALLS.item(tenant, _call(item_id))
        case _:
            return dump(_member(item_id))


def _health() -> Item:
    """The health of an endpoint with no request in flight."""
    return {"leases": {}}


def connection_of(vendor: str) -> str:
    """The id of a vendor's connection. It determines the vendor, because the look-up has no other input."""
    return "conn_" + vendor.encode().hex().ljust(40, "0")


def event(event_id: str) -> Item:
    """The item of a published event."""
    return {
        "kind": "EVENT",
        "id": event_id,
        "type": "lead.created",
        "created_at": clock.rfc3339(AT),
        "organization_id": ORGANIZATION,
        "mode": "live",
        "request_id": "bench",
        "feedsk": 1,
        "data": json.dumps(dump(_lead(ids.new("lead", AT)))),
    }


def _key() -> ApiKey:
    return ApiKey(
        id=KEY_ID,
        organization_id=ORGANIZATION,
        mode="live",
        name="bench",
        scopes=("admin",),
        last_four=KEY[-4:],
        status="active",
        created_at=AT,
        created_by=Actor(type="system", id="bench"),
        version=1,
        fingerprint=fingerprint(KEY),
        per_minute=6000,
    )


def _person(person: str) -> Person:
    return Person(id=person, version=1, subject=user_pool.SUBJECT)


def _member(member_id: str) -> Member:
    return Member(
        id=member_id,
        email=user_pool.EMAIL,
        role="admin",
        status="active",
        invited_at=AT,
        invited_by=Actor(type="api_key", id=KEY_ID),
        version=1,
        salt="0" * 32,
    )


def _lead(lead_id: str) -> Lead:
    return Lead(
        id=lead_id,
        status="new",
        source="api",
        created_at=AT,
        updated_at=AT,
        version=1,
        salt="0" * 32,
        first_name="Dana",
        last_name="Whitfield",
        email="dana@example.com",
        phones=("+13035550142",),
        address=Address(line1="12 Elm St", city="Denver", state="CO", postal_code="80203"),
        source_detail="Google Ads",
        loss_type="water",
        notes="Pipe burst under the kitchen sink.",
        metadata={"crm": "1138"},
        attribution={"utm_source": "google", "utm_campaign": "water-denver"},
        score=Score(
            value=70,
            contributions=(Contribution(feature="need", points=70, reason="a live loss"),),
            scorer="bench",
            scored_at=AT,
        ),
    )


def _call(call_id: str) -> Call:
    run = Run(
        at=AT,
        intent=Intent.WATER,
        urgency=Urgency.EMERGENCY,
        qualified=True,
        confidence=0.9,
        confidences=Confidences(0.9, 0.9, 0.9),
        reasons=("active water",),
        engine="embedded",
        model="an older one",
        input_sha256="0" * 64,
    )
    return Call(
        id=call_id,
        vendor="callrail",
        vendor_call_id="CAL1",
        status="dispatched",
        facts=Facts(
            direction="inbound",
            answered=True,
            voicemail=False,
            caller_number="+13035550142",
            caller_name="Dana Whitfield",
            started_at=AT,
            duration_seconds=93,
            source_name="Google Ads",
            transcript_sha256="1" * 64,
        ),
        created_at=AT,
        updated_at=AT,
        version=3,
        salt="0" * 32,
        order={},
        seen=("a",),
        transcript_version=1,
        classification=run,
        classified_at=AT,
    )


def _delivery(delivery_id: str) -> Delivery:
    return Delivery(
        id=delivery_id,
        organization_id=ORGANIZATION,
        mode="live",
        webhook_id=ids.new("wh", AT),
        event_id=ids.new("evt", AT),
        event_type="lead.created",
        request_id="bench",
        status="pending",
        created_at=AT,
        updated_at=AT,
        version=1,
        next_attempt_at=AT,
    )


def _record(record_id: str) -> AuditRecord:
    return AuditRecord(
        id=record_id,
        action="lead.created",
        source="api",
        actor=Actor(type="api_key", id=KEY_ID, ip="203.0.113.7"),
        resource=Resource(type="lead", id=ids.new("lead", AT)),
        changes=({"field": "status", "from": None, "to": "new"},),
        request_id="bench",
        created_at=AT,
        organization_id=ORGANIZATION,
        mode="live",
        seq=1,
        previous_hash="0" * 64,
        hash="0" * 64,
    )
