"""The data in the pictures: an organization with some weeks of work."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from eal_dashboard.pages import PAGES
from tools.fixtures.dashboard import examples

if TYPE_CHECKING:
    from collections.abc import Callable

    from tools.fixtures.dashboard import Received

    type Json = dict[str, Any]
    type Answer = Callable[[Received], tuple[int, Json]]

ULID = "01kq09bekje6vbq5xe2b60xtww"
_PREFIXES = {"member": "mem", "record": "aud", "webhook": "wh", "delivery": "dlv", "claim": "clm"}
_EXAMPLES = examples()


def ago(**passed: float) -> str:
    moment = datetime.now(UTC) - timedelta(**passed)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _listed(operation: str, *changes: Json) -> Answer:
    """A list whose items are the document's example with these changes."""
    (sample, *_) = _EXAMPLES[operation][1]["data"]
    body = {"data": [{**sample, **change} for change in changes], "next_cursor": "eyJpZCI6abc"}
    return lambda _: (200, body)


def _one(operation: str, **changes: Any) -> Answer:
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
)


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


ANSWERS: dict[str, Answer] = {
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
    "listLeads": _listed("listLeads", *LEADS),
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
}  # fmt: skip

PATHS = [
    page.address(
        {
            name: f"{_PREFIXES.get(name.removesuffix('_id'), name.removesuffix('_id'))}_{ULID}"
            for name in page.parameters
        }
    )
    for page in PAGES
]
"""Every page."""
