"""The data in the pictures: an organization with some weeks of work."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from eal_dashboard.pages import PAGES
from tools.fixtures.dashboard import ULID, address, examples

if TYPE_CHECKING:
    from collections.abc import Callable

    from tools.fixtures.dashboard import Received

    type Json = dict[str, Any]
    type Responder = Callable[[Received], tuple[int, Json]]

_EXAMPLES = examples()


def ago(**passed: float) -> str:
    moment = datetime.now(UTC) - timedelta(**passed)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _listed(operation: str, *changes: Json) -> Responder:
    """A list whose items are the document's example with these changes."""
    (sample, *_) = _EXAMPLES[operation][1]["data"]
    body = {"data": [{**sample, **change} for change in changes], "next_cursor": "eyJpZCI6abc"}
    return lambda _: (200, body)


def _one(operation: str, **changes: Any) -> Responder:
    return lambda _: (200, {**_EXAMPLES[operation][1], **changes})


def _lead(number: int, name: str, status: str, loss: str, score: int, source: str, **passed: float) -> Json:
    first, last = name.split(" ")
    return {
        "id": f"lead_01kq09bekje6vbq5xe2b60xt{number:02d}",
        "first_name": first,
        "last_name": last,
        "status": status,
        "loss_type": loss,
        "score": score,
        "source": source,
        "phones": [f"+1312555{100 + number:04d}"],
        "created_at": ago(**passed),
    }


LEADS = (
    _lead(1, "Dana Reyes", "new", "water", 82, "callrail", minutes=12),
    _lead(2, "Sam Okafor", "contacted", "fire", 91, "web_form", hours=3),
    _lead(3, "Lee Martin", "qualified", "mold", 64, "referral", hours=9),
    _lead(4, "Kim Novak", "scheduled", "water", 77, "callrail", days=1),
    _lead(5, "Ana Silva", "won", "storm", 88, "web_form", days=3),
    _lead(6, "Max Weber", "lost", "mold", 31, "import", days=6),
    _lead(7, "Ravi Patel", "contacted", "sewage", 70, "callrail", days=8),
    {**_lead(8, "Mia Lindqvist", "new", "sewage", 94, "callrail", hours=2), "urgency": "emergency"},
    {
        **_lead(9, "Theo Brandt", "qualified", "fire", 73, "web_form", days=2),
        "assigned_to": "Ann",
        "urgency": "high",
    },
    {**_lead(10, "Noor Haddad", "scheduled", "storm", 69, "referral", days=4), "assigned_to": "Ben"},
    _lead(11, "Ivy Chen", "new", "mold", 44, "web_form", hours=20),
)


_SETTINGS = _EXAMPLES["getOwnOrganization"][1]["settings"] | {
    "timezone": "America/Chicago",
    "business_hours": {day: [["08:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
    "on_call": [
        {
            "name": "Ann",
            "phone": "+13125550111",
            "days": ["mon", "tue", "wed"],
            "from": "17:00",
            "to": "08:00",
        },
        {"name": "Ben", "phone": "+13125550112", "days": ["thu", "fri"], "from": "17:00", "to": "08:00"},
        {"name": "Carlos", "phone": "+13125550113", "days": ["fri", "sat"], "from": "20:00", "to": "12:00"},
    ],
}
"""Settings with a rota that leaves gaps at the weekend."""


def _leads(request: Received) -> tuple[int, Json]:
    """The leads, or those with the status that the request names. There are more of new ones."""
    (sample, *_) = _EXAMPLES["listLeads"][1]["data"]
    status = request.query.get("status")
    found = [{**sample, **lead} for lead in LEADS if status in (None, lead["status"])]
    return 200, {"data": found, "next_cursor": "eyJpZCI6abc" if status in (None, "new") else None}


def _record(number: int, action: str, actor: str, source: str, **passed: float) -> Json:
    kind = action.partition(".")[0]
    return {
        "id": f"aud_01kq09bekje6vbq5xe2b60xt{number:02d}",
        "action": action,
        "actor": {
            "type": actor,
            "id": f"{actor[:3]}_{ULID}",
            "ip": "203.0.113.7" if source != "worker" else None,
        },
        "resource": {"type": kind, "id": f"{kind}_{ULID}"},
        "source": source,
        "seq": 4213 - number,
        "created_at": ago(**passed),
    }


def _delivery(number: int, event: str, status: str, code: int | None, **passed: float) -> Json:
    attempt = _EXAMPLES["listWebhookDeliveries"][1]["data"][0]["attempts"][0]
    return {
        "id": f"dlv_01kq09bekje6vbq5xe2b60xt{number:02d}",
        "event_type": event,
        "status": status,
        "attempts": [{**attempt, "status_code": code, "at": ago(**passed)}],
        "created_at": ago(**passed),
    }


STEPS = (
    {
        "delay_hours": 0,
        "subject": 'Water damage at {{ company | default("your buildings") }}',
        "body": 'Hi {{ first_name | default("there") }},\n\nwe dry out apartment buildings at any hour, and write the '
        "report that the insurer wants. May we send you our emergency sheet?\n\n{{ sender_name }}",
        "variants": [],
    },
    {
        "delay_hours": 72,
        "subject": None,
        "body": None,
        "variants": [
            {
                "name": "a",
                "weight": 1,
                "subject": "Did this reach you?",
                "body": "Who gets the call at night?",
            },
            {"name": "b", "weight": 1, "subject": "A pipe at 2 a.m.", "body": "Who gets the call?"},
        ],
    },
    {
        "delay_hours": 180,
        "subject": "A last note",
        "body": "I will not write again. Our number works at any hour: (510) 555-0142.",
        "variants": [],
    },
)
FINDINGS = [
    {
        "rule": "arrival_promise",
        "level": "block",
        "field": "body",
        "quote": "Is anything unclear",
        "advice": "Say that you come as soon as you can.",
    }
]


def _days() -> list[Json]:
    """A month of e-mails, with many bounces at its end."""
    sample = {**_EXAMPLES["getDeliverability"][1]["groups"][0], "sequence_id": None, "step": None}
    days = []
    for number in range(30):
        sent, bounced = (
            (120, 140, 90, 160, 150, 10, 5)[number % 7],
            9 if number in (24, 25, 28) else number % 3,
        )
        days.append(
            {
                **sample,
                "day": ago(days=29 - number)[:10],
                "sent": sent,
                "delivered": max(sent - bounced, 0),
                "hard_bounced": min(bounced, sent),
                "complained": int(number == 20),
                "replied": sent // 15,
                "unsubscribed": number % 3,
            }
        )
    return days


def _item(number: int, activity: str, description: str, status: str, confidence: float) -> Json:
    sample = _EXAMPLES["getClaimScope"][1]["data"][0]
    is_edited = status == "edited"
    return {
        **sample,
        "id": f"item_01kq09bekje6vbq5xe2b60xt{number:02d}",
        "activity": activity,
        "description": description,
        "status": status,
        "confidence": confidence,
        "quantity": 125 if is_edited else 120,
        "engine": {**sample["engine"], "activity": activity, "description": description},
        "decision": sample["decision"] if is_edited else None,
    }


def _call(
    number: int,
    name: str | None,
    intent: str,
    urgency: str,
    qualified: bool | None,
    action: str,
    **passed: float,
) -> Json:
    sample = _EXAMPLES["listCalls"][1]["data"][0]
    ended = ago(**passed)
    decided = ago(**{unit: count - (0.1 if unit == "minutes" else 0.001) for unit, count in passed.items()})
    return {
        "id": f"call_01kq09bekje6vbq5xe2b60xt{number:02d}",
        "caller_name": name,
        "caller_number": f"+1312555{100 + number:04d}",
        "classification": {
            **sample["classification"], "intent": intent, "urgency": urgency, "qualified": qualified,
        },
        "dispatch": {
            **sample["dispatch"], "action": action, "decided_at": decided,
            "assigned_to": "Ann" if action == "dispatch_now" else None,
        },
        "started_at": ended,
        "ended_at": ended,
        "duration_seconds": 61 + 37 * number,
    }  # fmt: skip


TURNS = (
    ("agent", "Summit Restoration, this is Ann. How can I help?"),
    (
        "caller",
        "Hi, my basement is flooding. A pipe burst behind the water heater and it is still coming in.",
    ),
    ("agent", "I am sorry to hear that. Is anything electrical under water?"),
    ("caller", "Yes, the outlets are under water already. I own the house, at 118 Alder Street, 94601."),
    ("agent", "Please stay out of the basement. Can you reach the main valve from outside?"),
    ("caller", "I think so. How fast can somebody be here?"),
    ("agent", "A crew is on its way within the hour."),
)
EVIDENCE = (
    ("intent", "my basement is flooding", 1),
    ("urgency", "it is still coming in", 1),
    ("safety", "the outlets are under water", 3),
    ("qualified", "I own the house", 3),
)


def _detail() -> Responder:
    sample = _EXAMPLES["getCall"][1]
    counts = {
        **sample["classification"],
        "evidence": [{"field": name, "quote": quote, "turn": turn} for name, quote, turn in EVIDENCE],
        "classified_at": ago(minutes=10),
    }
    earlier = {
        **counts,
        "urgency": "high",
        "confidence": 0.71,
        "classified_at": ago(minutes=11),
        "provenance": {
            **counts["provenance"], "engine": "bedrock", "model": "claude-haiku", "prompt_version": "classify-4",
            "cost_microusd": 1840, "latency_ms": 912,
        },
    }  # fmt: skip
    listed = _call(1, "Dana Reyes", "water", "emergency", True, "dispatch_now", minutes=12)
    del listed["classification"]
    return _one(
        "getCall",
        **listed,
        classification=counts,
        classification_runs=[counts, earlier],
        transcript={
            "text": "\n".join(f"{speaker}: {text}" for speaker, text in TURNS),
            "turns": [
                {"index": index, "speaker": speaker, "text": text}
                for index, (speaker, text) in enumerate(TURNS)
            ],
        },
    )


def _prospect(number: int, company: str, person: str, status: str, state: str, **passed: float) -> Json:
    first, last = person.split(" ")
    return {
        "id": f"pros_01kq09bekje6vbq5xe2b60xt{number:02d}",
        "company": company,
        "contact": {"first_name": first, "last_name": last, "title": "Property manager"},
        "email": f"{first.lower()}@example.com",
        "qualification": {
            "status": status, "confidence": 0.84, "reasons": ["manages_buildings", "in_service_area"],
            "provenance": {
                **_EXAMPLES["listCalls"][1]["data"][0]["classification"]["provenance"], "model": "prospects-2",
            },
            "qualified_at": ago(**passed),
        },
        "outreach_state": state,
        "created_at": ago(**passed),
    }  # fmt: skip


PROSPECTS = (
    _prospect(1, "Harbor Property Management", "Robin Okafor", "qualified", "contacted", hours=2),
    _prospect(2, "Lakeside Condominiums", "Kim Novak", "pending", "not_started", hours=5),
    _prospect(3, "Northgate Insurance Agency", "Lee Martin", "undetermined", "enrolled", days=1),
    _prospect(4, "Weber Plumbing", "Max Weber", "pending", "not_started", days=2),
    _prospect(5, "Silva Interiors", "Ana Silva", "disqualified", "opted_out", days=4),
)


RESPONSES: dict[str, Responder] = {
    "getSequence": _one("getSequence", status="paused", steps=list(STEPS)),
    "listSequences": _listed(
        "listSequences",
        {"name": "Insurance agents, spring", "status": "draft", "updated_at": ago(hours=2)},
        {"updated_at": ago(days=1)},
        {"name": "Plumbers", "status": "paused", "daily_cap": None},
    ),
    "listEnrollments": _listed(
        "listEnrollments",
        {"due_at": ago(hours=-30), "created_at": ago(hours=3)},
        {"status": "stopped", "stop_reason": "replied", "due_at": None},
        {"status": "paused", "due_at": None, "resume_at": ago(days=-8)},
    ),
    "getDeliverability": _one(
        "getDeliverability",
        groups=_days(),
        since=ago(days=29)[:10],
        until=ago(days=0)[:10],
        sender={
            **_EXAMPLES["getDeliverability"][1]["sender"],
            "status": "paused",
            "reason": "bounces",
            "paused_at": ago(hours=5),
            "resumed_at": None,
        },
    ),
    "listReplies": _listed(
        "listReplies",
        {"needs_review": True, "received_at": ago(minutes=12)},
        {"sender": "lee@example.com", "subject": "Automatic reply", "sequence_effect": "paused"},
        {"sender": "kim@example.com", "subject": None, "classification": None, "sequence_effect": None},
    ),
    "getDraft": _one("getDraft", findings=FINDINGS),
    "listDrafts": _listed("listDrafts", {"findings": FINDINGS}, {"status": "sent"}, {"status": "failed"}),
    "listIntegrations": _listed(
        "listIntegrations",
        {},
        {
            "vendor": "callrail",
            "health": {
                "status": "failing",
                "last_event_at": ago(hours=3),
                "last_failure": {"at": ago(minutes=18), "reason": "invalid_signature"},
            },
            "receiver_urls": {
                kind: f"https://api.example.com/v1/inbound/callrail/conn_{'0123456789' * 4}/{kind}"
                for kind in ("pre-call", "post-call", "text-message")
            },
        },
    ),
    "listCalls": _listed(
        "listCalls",
        _call(1, "Dana Reyes", "water", "emergency", True, "dispatch_now", minutes=12),
        _call(2, "Sam Okafor", "mold", "normal", True, "schedule_inspection", hours=1),
        _call(3, None, "spam", "low", False, "reject", hours=2),
        _call(4, "Kim Novak", "insurance", "normal", None, "callback", hours=4),
        _call(5, "Ravi Patel", "sewage", "high", True, "dispatch_now", hours=7),
        _call(6, None, "unknown", "high", None, "needs_review", days=1),
        {"id": f"call_{ULID}", "classification": None, "dispatch": None, "status": "received", "answered": False,
         "caller_name": "Lee Martin", "started_at": ago(days=2), "duration_seconds": 14},
    ),
    "getCall": _detail(),
    "listCallbacks": _listed(
        "listCallbacks",
        {"status": "scheduled", "at": ago(hours=-2), "note": None, "by": {"type": "member", "id": f"mem_{ULID}"}},
        {"at": ago(minutes=5)},
    ),
    "listProspects": _listed("listProspects", *PROSPECTS),
    "getProspect": _one("getProspect", **PROSPECTS[0]),
    "getCallStats": _one(
        "getCallStats",
        total=148,
        junk=21,
        needs_review=3,
        qualified={"true": 89, "false": 52, "undetermined": 7},
        by_intent={
            "water": 61, "mold": 24, "spam": 21, "existing_job": 17, "fire": 13, "storm": 8, "insurance": 4,
        },
        by_urgency={"emergency": 19, "high": 34, "normal": 71, "low": 24},
        weeks=[
            {**_EXAMPLES["getCallStats"][1]["weeks"][0], "starts_on": f"2026-{month:02d}-{day:02d}",
             "by_intent": {"water": count}}
            for month, day, count in ((9, 7, 18), (9, 14, 24), (9, 21, 15), (9, 28, 31), (10, 5, 27), (10, 12, 33))
        ],
    ),
    "getLeadStats": _one(
        "getLeadStats",
        total=97,
        by_status={
            "new": 14, "contacted": 26, "qualified": 19, "scheduled": 9, "won": 17, "lost": 8, "disqualified": 4,
        },
        funnel={
            "new": 97, "contacted": 78, "qualified": 49, "scheduled": 28, "won": 17, "lost": 8, "disqualified": 4,
        },
        by_source=[
            {"source": name, "total": total, "contacted": total, "qualified": 1, "won": 0}
            for name, total in (("callrail", 54), ("web_form", 27), ("referral", 11), ("import", 5))
        ],
    ),
    "listLeads": _leads,
    "getOwnOrganization": _one("getOwnOrganization", settings=_SETTINGS),
    "getLead": _one("getLead", **{**LEADS[0], "id": f"lead_{ULID}"}, scored_at=ago(minutes=11)),
    "listLeadHistory": _listed(
        "listLeadHistory",
        {"from": "contacted", "to": "qualified", "at": ago(minutes=2), "by": {"type": "member", "id": f"mem_{ULID}"}},
        {"at": ago(minutes=9), "reason": "Called back, water is off."},
    ),
    "listApiKeys": _listed(
        "listApiKeys",
        {"name": "Website form", "scopes": ["write"], "last_used": {"at": ago(minutes=4), "ip": "203.0.113.7"}},
        {"name": "Data warehouse", "scopes": ["read"], "last_four": "9pQx", "expires_at": ago(days=-60)},
        {"name": "Zapier", "scopes": ["read", "write"], "last_four": "m2Lk", "last_used": None},
    ),
    "getApiKey": _one("getApiKey", last_used={"at": ago(minutes=4), "ip": "203.0.113.7"}),
    "listWebhooks": _listed(
        "listWebhooks",
        {"description": "CRM", "events": ["lead.created", "lead.updated", "call.qualified"]},
        {
            "description": "Reporting",
            "url": "https://reports.example.com/events",
            "events": ["*"],
            "enabled": False,
            "disabled_reason": "kept_failing",
            "id": "wh_01kq09bekje6vbq5xe2b60xtwx",
        },
    ),
    "getClaim": _one("getClaim", status="in_review"),
    "getClaimScope": _one(
        "getClaimScope",
        data=[
            _item(1, "remove", "carpet", "edited", 0.9),
            _item(2, "remove", "carpet pad", "proposed", 0.93),
            _item(3, "detach_and_reset", "base cabinets", "proposed", 0.62),
        ],
    ),
    "listClaimPhotos": _listed(
        "listClaimPhotos",
        *({"id": f"photo_01kq09bekje6vbq5xe2b60xt{number:02d}", "room": room, "caption": caption}
          for number, (room, caption) in enumerate((
              ("Basement", "Water line on the north wall, 14 inches"),
              ("Kitchen", "Carpet soaked, pad delaminated at the doorway"),
              ("Kitchen", "Base cabinet toe kick swollen"),
          ))),
    ),
    "listWebhookDeliveries": _listed(
        "listWebhookDeliveries",
        _delivery(1, "lead.created", "succeeded", 200, minutes=3),
        _delivery(2, "call.qualified", "pending", 503, minutes=21),
        _delivery(3, "lead.updated", "succeeded", 204, hours=2),
        _delivery(4, "lead.created", "failed", None, hours=20),
    ),
    "listAuditLog": _listed(
        "listAuditLog",
        _record(1, "lead.transitioned", "member", "dashboard", minutes=2),
        _record(2, "call.classified", "system", "worker", minutes=12),
        _record(3, "lead.created", "system", "worker", minutes=12),
        _record(4, "api_key.created", "member", "dashboard", hours=4),
        _record(5, "webhook.updated", "api_key", "api", days=1),
    ),
    "listMemberSessions": _listed(
        "listMemberSessions",
        {"last_used_at": ago(minutes=1), "expires_at": ago(hours=-11)},
        {
            "is_current": False,
            "last_used_at": ago(hours=2),
            "expires_at": ago(hours=-3),
            "last_used_ip": "198.51.100.4",
        },
    ),
    "listMembers": _listed(
        "listMembers",
        {"name": "Dana Reyes", "email": "dana@example.com", "role": "owner", "status": "active", "id": f"mem_{ULID}"},
        {"id": "mem_01kq09bekje6vbq5xe2b60xtwx", "invited_at": ago(hours=5)},
    ),
    "getLeadImport": _one(
        "getLeadImport",
        total=1240, processed=1240, created=1191, updated=0, skipped=44, failed=5, on_duplicate="return",
        errors=[
            {"row": 17, "field": "email", "message": "Must be an e-mail address."},
            {"row": 212, "field": "phones", "message": "Must be a phone number, such as +13125550100."},
            {"row": 730, "field": None, "message": "Has 11 fields, but the header has 12."},
        ],
        errors_url="https://imports.example.com/errors.csv",
    ),
}  # fmt: skip

PATHS = [address(page) for page in PAGES]
"""Every page."""
