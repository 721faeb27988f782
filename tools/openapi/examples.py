"""Examples of requests and responses: the bodies of the sample events, and the resources of the event examples."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, cast, get_args

from eal.ai.classification import Intent
from eal.core.listing import PageView
from eal.domain.organization_settings.wire import SettingsView
from tools.openapi.event_examples import AT, DATA, LATER, event

if TYPE_CHECKING:
    from pydantic import BaseModel

    from eal.core.json import Json
    from eal.entry.http.route import Route

_EVENTS = Path(__file__).parents[2] / "events"
_ID = "01kq09bekje6vbq5xe2b60xtww"
_ORGANIZATION = f"org_{_ID}"
_BY: dict[str, Json] = {"type": "api_key", "id": f"key_{_ID}"}
_LEAD, _CALL = DATA["lead.created"], DATA["call.qualified"]
_WEBHOOK: dict[str, Json] = {
    **DATA["webhook.disabled"], "enabled": True, "disabled_reason": None, "disabled_at": None,
}  # fmt: skip
_API_KEY: dict[str, Json] = {
    **DATA["api_key.rotated"], "status": "active", "expires_at": None, "replaced_by": None, "rotated_at": None,
}  # fmt: skip
_SHA256 = "fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9"
_TIMES: dict[str, Json] = {"created_at": AT, "updated_at": LATER}

_ORGANIZATION_VIEW: dict[str, Json] = {
    "id": _ORGANIZATION,
    "name": "Summit Restoration",
    "industry": "restoration",
    "parent_organization_id": None,
    "settings": SettingsView().model_dump(mode="json", by_alias=True),
    "subscription": None,
    "created_at": AT,
    "version": 1,
}
_GRANT: dict[str, Json] = {
    "id": f"grant_{_ID}",
    "organization_id": _ORGANIZATION,
    "parent_id": "org_01kq09bekje6vbq5xe2b60xtwx",
    "resources": ["leads", "calls"],
    "expires_at": None,
    **_TIMES,
    "version": 1,
}
_IMPORT: dict[str, Json] = {
    "id": f"imp_{_ID}",
    "status": "completed",
    "format": "csv",
    "dry_run": False,
    "on_duplicate": "update",
    "total": 3,
    "processed": 3,
    "created": 1,
    "updated": 1,
    "skipped": 0,
    "failed": 1,
    "errors": [{"row": 3, "field": "email", "message": "Must be an e-mail address."}],
    "errors_url": "https://storage.example.com/errors.csv?signature=…",
    "failure": None,
    "created_at": AT,
    "started_at": AT,
    "ended_at": LATER,
    "version": 4,
}
_DELIVERY: dict[str, Json] = {
    "id": f"dlv_{_ID}",
    "event_id": f"evt_{_ID}",
    "event_type": "lead.created",
    "webhook_id": f"wh_{_ID}",
    "status": "succeeded",
    "next_attempt_at": None,
    "attempts": [
        {
            "number": 1,
            "at": LATER,
            "trigger": "schedule",
            "status_code": 200,
            "duration_ms": 112,
            "response": "ok",
            "error": None,
        }
    ],
    **_TIMES,
    "version": 2,
}
_CHECKPOINT: dict[str, Json] = {
    "id": f"chk_{_ID}",
    "organization_id": _ORGANIZATION,
    "mode": "live",
    "size": 42,
    "root": _SHA256,
    "signed_at": LATER,
    "key_id": _SHA256,
    "previous": _SHA256,
    "signature": "MEUCIQD…",
    "public_key": "-----BEGIN PUBLIC KEY-----\n…\n-----END PUBLIC KEY-----\n",
}
_RUN: dict[str, Json] = {
    **cast("dict[str, Json]", _CALL["classification"]),
    "evidence": [{"field": "intent", "quote": "My basement is flooding", "turn": 1}],
}
_NO_LEADS: dict[str, Json] = dict.fromkeys(
    ("new", "contacted", "qualified", "scheduled", "won", "lost", "disqualified"), 0
)

_EMAIL: dict[str, Json] = {
    "id": f"email_{_ID}",
    "kind": "sequence",
    "status": "delivered",
    "reason": None,
    "to": "dana@example.com",
    "from_name": "Acme Restoration",
    "from_email": "hello@acme.example",
    "reply_to": None,
    "subject": "Your roof",
    "lead_id": None,
    "prospect_id": f"pros_{_ID}",
    "sequence_id": f"seq_{_ID}",
    "enrollment_id": f"enr_{_ID}",
    "step": 0,
    "variant": "a",
    "draft_id": None,
    "review_request_id": None,
    "send_at": AT,
    "sent_at": AT,
    "events": [
        {"type": "queued", "at": AT, "detail": None},
        {"type": "sent", "at": AT, "detail": None},
        {"type": "delivered", "at": LATER, "detail": None},
    ],
    **_TIMES,
    "version": 3,
}
_SEQUENCE: dict[str, Json] = {
    "id": f"seq_{_ID}",
    "name": "Property managers",
    "status": "active",
    "steps": [
        {
            "delay_hours": 0,
            "subject": 'Water damage at {{ company | default("your buildings") }}',
            "body": 'Hi {{ first_name | default("there") }},\n\nwe dry out buildings at any hour.',
            "variants": [],
        },
    ],
    "send_window": {"days": ["mon", "tue", "wed", "thu", "fri"], "start": "09:00", "end": "17:00"},
    "time_zone": None,
    "daily_cap": 100,
    "stop_on": ["replied", "bounced", "complained", "unsubscribed", "converted"],
    "activated_at": LATER,
    **_TIMES,
    "version": 2,
}
_ENROLLMENT_ID = f"enr_{_ID}"
_EMAIL_FIGURES: dict[str, Json] = {
    "sent": 200,
    "delivered": 190,
    "delayed": 2,
    "hard_bounced": 4,
    "soft_bounced": 3,
    "complained": 0,
    "opened": 0,
    "clicked": 0,
    "replied": 12,
    "unsubscribed": 5,
    "failed": 1,
    "suppressed": 0,
    "delivery_rate": 0.95,
    "bounce_rate": 0.02,
    "complaint_rate": 0.0,
    "open_rate": 0.0,
    "click_rate": 0.0,
    "reply_rate": 0.06,
    "unsubscribe_rate": 0.025,
}
_SENDER: dict[str, Json] = {
    **DATA["outreach.sender.paused"], "status": "active", "reason": None, "paused_at": None, "resumed_at": LATER,
    "version": 2,
}  # fmt: skip
_PHOTO: dict[str, Json] = {
    "id": f"photo_{_ID}",
    "claim_id": f"clm_{_ID}",
    "filename": "IMG_2041.HEIC",
    "content_type": "image/heic",
    "size_bytes": 1_834_201,
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "caption": "Water line on the north wall, 14 inches",
    "room": "Basement",
    "status": "ready",
    "rejection": None,
    "reason": None,
    "evidence": {
        "width": 4032,
        "height": 3024,
        "orientation": 1,
        "taken_at": "2026-04-24T10:42:11-05:00",
        "place": {"latitude": 39.7817213, "longitude": -89.6501481, "altitude_metres": 182.4},
        "camera": {"make": "Apple", "model": "iPhone 15", "lens": None, "software": "19.4"},
    },
    "duplicate_of": None,
    "near_duplicate_of": [],
    "original_url": "https://storage.example.com/original?signature=…",
    "preview_url": "https://storage.example.com/preview?signature=…",
    "thumbnail_url": "https://storage.example.com/thumbnail?signature=…",
    "urls_expire_at": "2026-04-24T18:42:11.314Z",
    **_TIMES,
    "inspected_at": LATER,
    "version": 3,
}
_CLAIM = DATA["claim.scope.ready"]
_QUOTE: dict[str, Json] = {
    "source": "note",
    "source_id": f"note_{_ID}",
    "quote": "Remove 120 SF of wet carpet in the kitchen.",
}
_SCOPE_VALUES: dict[str, Json] = {
    "room": "kitchen",
    "category_code": None,
    "selector_code": None,
    "activity": "remove",
    "description": "carpet",
    "quantity": 120,
    "unit": "SF",
    "quantity_basis": "stated",
    "note": None,
}
_ROOM: dict[str, Json] = {
    "id": f"room_{_ID}",
    "claim_id": f"clm_{_ID}",
    "name": "kitchen",
    "level": None,
    "length": 12.5,
    "width": 11,
    "height": 8,
    "pieces": [{"kind": "main", "length": 12.5, "width": 11}],
    "openings": [{"kind": "door", "width": 3, "height": 6.67, "count": 1}],
    "areas": {
        "floor": 137.5,
        "ceiling": 137.5,
        "floor_perimeter": 44,
        "ceiling_perimeter": 47,
        "floor_square_yards": 15.28,
        "walls": 355.99,
        "walls_and_ceiling": 493.49,
        "volume": 1100,
    },
    "evidence": [{**_QUOTE, "quote": "Kitchen 12'6\" x 10', 8' ceiling, one door."}],
    "engine": {
        "height": 8,
        "pieces": [{"kind": "main", "length": 12.5, "width": 10}],
        "openings": [{"kind": "door", "width": 3, "height": 6.67, "count": 1}],
    },
    "correction": {
        "reason": "Measured by laser.",
        "decided_by": f"key_{_ID}",
        "decided_at": AT,
        "scope_version": 1,
    },
    "version": 2,
}
_SCOPE_ITEM: dict[str, Json] = {
    **_SCOPE_VALUES,
    "quantity": 125,
    "id": f"item_{_ID}",
    "claim_id": f"clm_{_ID}",
    "evidence": [_QUOTE],
    "confidence": 0.9,
    "status": "edited",
    "engine": _SCOPE_VALUES,
    "decision": {
        "reason": "Measured again on site.",
        "decided_by": f"key_{_ID}",
        "decided_at": LATER,
        "scope_version": 1,
    },
    "version": 2,
}

_REPLY = DATA["outreach.email.replied"]
_REPLY_CLASSIFICATION: dict[str, Json] = {
    **cast("dict[str, Json]", _REPLY["classification"]),
    "evidence": ["Please get back to us in three months."],
}
_REPLY_TEXT = "Not right now. Please get back to us in three months."

_CONTENT: dict[str, Json] = {
    name: value for name, value in DATA["content.published"].items() if name != "html"
}
_REVISION: dict[str, Json] = {
    "id": f"rev_{_ID}",
    "content_id": _CONTENT["id"],
    "number": 2,
    "created_at": LATER,
    "author": {"type": "member", "id": f"mem_{_ID}", "model": None, "prompt_version": None},
    "reason": "edited",
    "restored_from": None,
    "instructions": None,
    "remarks": [],
    "provenance": None,
}
_UNIFIED = (
    "--- body\n+++ body\n@@ -1 +1 @@\n-Close the valve first. Then call for help.\n"
    "+Close the **main valve** first. Then call for help.\n"
)
_RATINGS: dict[str, Json] = {
    "reviews": 3, "rated": 3, "mean_rating": 4.67, "ratings": {"1": 0, "2": 0, "3": 0, "4": 1, "5": 2},
}  # fmt: skip
_RESPONSES: dict[str, Json] = {
    "AiUsageView": {
        "month": "2026-04",
        "uses": 412,
        "tokens": 1_853_900,
        "spent_microusd": 6_417_300,
        "held_microusd": 31_000,
        "budget_microusd": 25_000_000,
    },
    "ApiKeyCreated": {**_API_KEY, "key": "eal_live_…"},
    "ApiKeyView": _API_KEY,
    "AuditExportView": {
        "id": f"exp_{_ID}",
        "status": "queued",
        "format": "jsonl",
        "filters": {
            "action": None,
            "actor_id": None,
            "source": None,
            "resource_type": "lead",
            "resource_id": None,
            "request_id": None,
            "created_after": "2026-01-01T00:00:00.000Z",
            "created_before": None,
        },
        "records": 0,
        "bytes": 0,
        "url": None,
        "url_expires_at": None,
        "manifest": None,
        "created_at": AT,
        "completed_at": None,
        "expires_at": None,
        "version": 1,
    },
    "AuditRecordView": DATA["audit.log.event"],
    "AlertView": DATA["dispatch.alert.updated"],
    "CallbackView": {
        "id": f"cb_{_ID}",
        "call_id": _CALL["id"],
        "status": "voicemail",
        "at": AT,
        "note": "Asked her to call back.",
        "by": _BY,
        "created_at": LATER,
    },
    "CallDetail": {
        **_CALL,
        "classification": _RUN,
        "classification_runs": [_RUN],
        "correction": None,
        "transcript": {
            "text": "Agent: Summit, how can I help?\nCaller: My basement is flooding.",
            "turns": [
                {"index": 0, "speaker": "agent", "text": "Summit, how can I help?"},
                {"index": 1, "speaker": "caller", "text": "My basement is flooding."},
            ],
        },
        "transcript_deleted_at": None,
        "recording_status": "stored",
        "recording_error": None,
        "recording_url": "https://recordings.s3.us-east-1.amazonaws.com/org_…?X-Amz-Expires=3600&…",
        "recording_url_expires_at": LATER,
        "recording_deleted_at": None,
    },
    "CallView": _CALL,
    "CorrectedCallView": {
        **_CALL,
        "corrected_at": LATER,
        "correction": {"at": LATER, "by": _BY, "fields": {"urgency": "high"}, "note": None},
    },
    "CheckpointView": _CHECKPOINT,
    "ChildView": {**_ORGANIZATION_VIEW, "parent_organization_id": _GRANT["parent_id"], "grants": [_GRANT]},
    "ConsistencyView": {"from": {**_CHECKPOINT, "size": 40}, "to": _CHECKPOINT, "path": [_SHA256, _SHA256]},
    "CorrectedReplyView": {
        **_REPLY,
        "classification": {
            **cast("dict[str, Json]", _REPLY["classification"]),
            "confidence": 1.0,
            "resume_after": "2026-06-01",
            "provenance": None,
        },
        "engine_classification": _REPLY_CLASSIFICATION,
        "corrected_at": LATER,
        "correction": {
            "at": LATER,
            "by": _BY,
            "classification": "not_now",
            "return_date": None,
            "resume_after": "2026-06-01",
            "note": "They asked for June on the phone.",
        },
        "version": 3,
    },
    "DeliverabilityView": {
        "since": "2026-04-01",
        "until": "2026-04-24",
        "group_by": "step",
        "total": _EMAIL_FIGURES,
        "groups": [{"day": None, "sequence_id": f"seq_{_ID}", "step": 0, "variant": None, **_EMAIL_FIGURES}],
        "sender": _SENDER,
    },
    "DeliveryView": _DELIVERY,
    "DraftView": {
        "id": f"draft_{_ID}",
        "status": "draft",
        "to": "dana@example.com",
        "lead_id": f"lead_{_ID}",
        "prospect_id": None,
        "subject": "Your estimate for the water damage in your basement",
        "body": "Hello Dana,\n\nI am following up on the estimate for the water damage in your basement.\n\n"
        "Is anything unclear, or missing?\n\nKind regards,\nAcme Restoration",
        "instructions": "Follow up on the estimate.",
        "tone": "professional",
        "findings": [],
        "remarks": ["goal:estimate_follow_up"],
        "provenance": {
            "engine": "embedded",
            "model": "email-writer-1",
            "prompt_version": None,
            "input_sha256": _SHA256,
            "tokens": 0,
            "cost_microusd": 0,
            "latency_ms": 2,
            "fallback": False,
        },
        "edited": False,
        "reason": None,
        "email_id": None,
        **_TIMES,
        "version": 2,
    },
    "EmailContentView": {
        **_EMAIL,
        "html": "<p>Hello Dana, …</p>",
        "text": "Hello Dana, …",
    },
    "EmailView": _EMAIL,
    "TestClockView": {"now": "2026-04-24T17:42:11.314Z", "advancing_to": "2026-05-15T17:42:11.314Z"},
    "OutreachSenderView": _SENDER,
    "ReplyDetail": {
        **_REPLY,
        "classification": _REPLY_CLASSIFICATION,
        "engine_classification": _REPLY_CLASSIFICATION,
        "correction": None,
        "text": _REPLY_TEXT,
        "body": {
            "text": f"{_REPLY_TEXT}\n\nOn Fri, Apr 24, 2026, Acme Restoration wrote:\n> Hello Dana, …",
            "html": None,
            "missing": None,
        },
    },
    "ReplyView": _REPLY,
    "SequenceUpdated": {**_SEQUENCE, "open_enrollments": {"number": 40, "is_exact": True}},
    "SequenceView": _SEQUENCE,
    "SuppressionImportView": {
        "created": 1,
        "updated": 0,
        "unchanged": 0,
        "failed": 1,
        "rows": [
            {"row": 1, "status": "created", "id": f"sup_{_ID}", "message": None},
            {
                "row": 2,
                "status": "failed",
                "id": None,
                "message": "Field 'address': Must be an e-mail address.",
            },
        ],
    },
    "SuppressionView": {
        "id": f"sup_{_ID}",
        "address": "dana@example.com",
        "address_sha256": _SHA256,
        "domain": None,
        "reason": "unsubscribed",
        "source": "unsubscribe_link",
        "topic": "all",
        "note": None,
        "email_id": f"email_{_ID}",
        "created_at": AT,
        "version": 1,
    },
    "EnrollmentResultsView": {
        "data": [
            {
                "lead_id": f"lead_{_ID}",
                "prospect_id": None,
                "status": "refused",
                "reason": "suppressed",
                "enrollment_id": None,
            },
            {
                "lead_id": None,
                "prospect_id": f"pros_{_ID}",
                "status": "enrolled",
                "reason": None,
                "enrollment_id": _ENROLLMENT_ID,
            },
        ],
        "enrolled": 1,
        "refused": 1,
    },
    "EnrollmentView": {
        "id": _ENROLLMENT_ID,
        "sequence_id": f"seq_{_ID}",
        "lead_id": None,
        "prospect_id": f"pros_{_ID}",
        "status": "active",
        "stop_reason": None,
        "step": 1,
        "due_at": "2026-04-27T17:51:20.022Z",
        "resume_at": None,
        "time_zone": "America/Los_Angeles",
        "last_email_id": f"email_{_ID}",
        **_TIMES,
        "version": 2,
    },
    "EventPage": {"data": [event("lead.created")], "next_cursor": "eyJpZCI6…", "has_more": False},
    "EventTypeView": {
        "name": "lead.created",
        "description": "New lead added to the system.",
        "available": True,
        "schema": {"type": "object"},
        "example": event("lead.created"),
    },
    "EventView": event("lead.created"),
    "GrantView": _GRANT,
    "HealthView": {
        "status": "ok",
        "version": "v1",
        "tenant_id": "org_2k4n8q...",
        "environment": "live",
        "scopes": ["read"],
        "rate_limit_remaining": 59,
        "timestamp": AT,
    },
    "HistoryEntryView": {
        "id": f"hist_{_ID}",
        "type": "transition",
        "at": LATER,
        "by": _BY,
        "from": "new",
        "to": "contacted",
        "reason": None,
        "scorer": None,
    },
    "IntegrationChecked": {
        "checks": [
            {"name": "credentials", "ok": True, "message": "Twilio accepts the API key."},
            {"name": "alert_number", "ok": True, "message": "The alert number can text and call."},
            {
                "name": "answers",
                "ok": False,
                "message": "Replies to texts do not arrive here. In Twilio, enter the receiver address at the alert "
                "number, where a message comes in.",
            },
        ]
    },
    "IntegrationView": {
        "vendor": "stripe",
        "settings": {},
        "secrets": {"signing_secret": {"set": True, "updated_at": AT, "previous_accepted_until": None}},
        "connection_id": "conn_…",
        "receiver_url": "https://expertailabs.ai/api/v1/inbound/stripe/conn_…",
        "receiver_urls": {"events": "https://expertailabs.ai/api/v1/inbound/stripe/conn_…/events"},
        "health": {"status": "healthy", "last_event_at": LATER, "last_failure": None},
        **_TIMES,
        "version": 1,
    },
    "ClaimView": _CLAIM,
    "NoteView": {
        "id": f"note_{_ID}",
        "claim_id": _CLAIM["id"],
        "kind": "moisture_reading",
        "text": "Drywall still wet behind the vanity.",
        "text_sha256": hashlib.sha256(b"Drywall still wet behind the vanity.").hexdigest(),
        "author": "technician",
        "corrects": None,
        "reading": {
            "material": "drywall",
            "value": 38.0,
            "unit": "%",
            "dry_standard": 12.0,
            "place": "Bathroom, east wall",
            "taken_at": "2026-04-24T15:05:00.000Z",
        },
        "text_deleted_at": None,
        "created_at": AT,
        "created_by": f"key_{_ID}",
    },
    "PhotoCreated": {
        **_PHOTO,
        **dict.fromkeys(
            ("evidence", "original_url", "preview_url", "thumbnail_url", "urls_expire_at", "inspected_at")
        ),
        "status": "awaiting_upload",
        "updated_at": AT,
        "version": 1,
        "upload": {
            "method": "PUT",
            "url": "https://storage.example.com/original?signature=…",
            "headers": {
                "Content-Type": "image/heic",
                "Content-Length": "1834201",
                "x-amz-checksum-sha256": "n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=",
                "If-None-Match": "*",
            },
            "expires_at": "2026-04-24T18:42:11.314Z",
        },
    },
    "PhotoView": _PHOTO,
    "SignOffView": {
        "id": f"sign_{_ID}",
        "claim_id": f"clm_{_ID}",
        "version": 1,
        "scope_version": 1,
        "status": "ready",
        "signed_off_at": AT,
        "by": f"key_{_ID}",
        "content_sha256": _SHA256,
        "bundle": {
            "json_url": "https://storage.example.com/bundle.json?signature=…",
            "csv_url": "https://storage.example.com/scope.csv?signature=…",
            "report_url": "https://storage.example.com/report.pdf?signature=…",
            "schema_url": "https://storage.example.com/bundle.schema.json?signature=…",
            "manifest_url": "https://storage.example.com/manifest.json?signature=…",
            "urls_expire_at": "2026-04-24T18:42:11.314Z",
            "manifest": {
                "files": [
                    {"name": "bundle.json", "sha256": _SHA256, "bytes": 48213},
                    {"name": "scope.csv", "sha256": _SHA256, "bytes": 2210},
                    {"name": "bundle.schema.json", "sha256": _SHA256, "bytes": 19120},
                    {"name": "report.pdf", "sha256": _SHA256, "bytes": 911204},
                ]
            },
            "manifest_sha256": _SHA256,
        },
        "files_deleted_at": None,
    },
    "AcceptedItemsView": {"accepted": [f"item_{_ID}"], "remaining": 0},
    "ScopeItemView": _SCOPE_ITEM,
    "ScopeView": {
        "version": 1,
        "created_at": AT,
        "provenance": {
            "engine": "embedded",
            "model": "claims-4",
            "prompt_version": None,
            "input_sha256": _SHA256,
            "tokens": 0,
            "cost_microusd": 0,
            "latency_ms": 12,
            "fallback": False,
        },
        "remarks": [],
        "water_category": {"value": 2, "basis": "stated", "evidence": _QUOTE},
        "water_class": None,
        "data": [_SCOPE_ITEM],
        "next_cursor": None,
        "exclusions": [
            {
                "reason": "prior_damage",
                "evidence": {**_QUOTE, "quote": "The stain on the ceiling is from an earlier leak."},
            }
        ],
        "conflicts": [
            {
                "room": "kitchen",
                "field": "height",
                "subject": None,
                "kept": "8 ft",
                "others": ["9 ft"],
                "evidence": [_QUOTE],
            }
        ],
    },
    "RoomView": _ROOM,
    "RoomsView": {
        "version": 1,
        "next_cursor": None,
        "data": [_ROOM],
    },
    "PhotoSummariesView": {
        "version": 1,
        "next_cursor": None,
        "data": [
            {
                "photo_id": f"photo_{_ID}",
                "room": "basement",
                "damage": "water",
                "materials": ["wall"],
                "severity": "moderate",
                "hazards": [],
                "phase": None,
                "unknown": ["phase", "extent"],
                "seen_by": {
                    "fields": ["severity"],
                    "engine": "bedrock",
                    "model": "us.anthropic.claude-haiku-4-5-20251001-v1:0",
                    "prompt_version": "summarize_photo.v1@00000000",
                },
            }
        ],
    },
    "ChecksView": {
        "version": 1,
        "next_cursor": None,
        "data": [
            {
                "id": f"chk_{_ID}",
                "check": "removal_without_replacement",
                "level": "warn",
                "saw": "carpet is removed in kitchen, and nothing replaces it.",
                "action": "Add the replacement, or note why it stays out.",
                "room": "kitchen",
                "item_ids": [f"item_{_ID}"],
            }
        ],
    },
    "LeadImportCreated": {
        **_IMPORT,
        "status": "awaiting_upload",
        "total": None,
        **dict.fromkeys(("processed", "created", "updated", "skipped", "failed"), 0),
        "errors": [],
        **dict.fromkeys(("errors_url", "started_at", "ended_at")),
        "version": 1,
        "upload": {
            "method": "PUT",
            "url": "https://storage.example.com/leads.csv?signature=…",
            "headers": {"If-None-Match": "*"},
            "expires_at": "2026-04-24T18:42:11.314Z",
        },
    },
    "LeadImportView": _IMPORT,
    "LeadScoreView": {
        "lead_id": _LEAD["id"],
        "score": _LEAD["score"],
        "contributions": _LEAD["score_contributions"],
        "scorer": _LEAD["scorer"],
        "scored_at": _LEAD["scored_at"],
        "version": 2,
    },
    "CallStatsView": {
        "window": "7d",
        "since": "2026-04-17T17:00:00.000Z",
        "until": AT,
        "total": 5,
        "classified": 4,
        "by_intent": {**dict.fromkeys(Intent, 0), "water": 2, "mold": 1, "spam": 1},
        "by_urgency": {"emergency": 1, "high": 1, "normal": 1, "low": 1},
        "qualified": {"true": 2, "false": 1, "undetermined": 1},
        "junk": 1,
        "needs_review": 1,
        "corrected": 1,
        "to_classify": {"count": 4, "median_seconds": 1.4, "p90_seconds": 3.2},
        "to_dispatch": {"count": 4, "median_seconds": 1.4, "p90_seconds": 3.2},
        "weeks": [
            {
                "starts_on": "2026-04-20",
                "judged": 4,
                "by_intent": {"water": 2, "mold": 1, "spam": 1},
                "mean_confidence": 0.91,
                "unsure": 1,
                "overruled": 1,
            }
        ],
    },
    "LeadStatsView": {
        "window": "30d",
        "since": "2026-03-25T00:00:00.000Z",
        "until": AT,
        "total": 3,
        "funnel": {**_NO_LEADS, "new": 3, "contacted": 2, "qualified": 1},
        "by_status": {**_NO_LEADS, "new": 1, "contacted": 1, "qualified": 1},
        "by_source": [{"source": "web_form", "total": 3, "contacted": 2, "qualified": 1, "won": 0}],
        "first_contact": {"count": 2, "median_seconds": 412.5, "p90_seconds": 1830.0},
    },
    "LeadView": _LEAD,
    "MemberView": {
        "id": f"mem_{_ID}",
        "email": "sam@example.com",
        "name": "Sam",
        "role": "member",
        "status": "invited",
        "invited_at": AT,
        "invited_by": _BY,
        "last_signed_in_at": None,
        "version": 1,
    },
    "MemberSessionView": {
        "id": f"ses_{_ID}",
        "mode": "live",
        "is_current": True,
        "ip": "203.0.113.7",
        "user_agent": "Mozilla/5.0 (X11; Linux x86_64; rv:148.0) Gecko/20100101 Firefox/148.0",
        "auth_time": AT,
        "created_at": AT,
        "last_used_at": AT,
        "last_used_ip": "203.0.113.7",
        "expires_at": "2026-04-25T05:42:11.314Z",
        "idle_expires_at": "2026-04-24T18:42:11.314Z",
    },
    "OrganizationCreated": {**_ORGANIZATION_VIEW, "admin_key": {"id": f"key_{_ID}", "key": "eal_live_…"}},
    "OrganizationView": _ORGANIZATION_VIEW,
    "OwnSessionView": {
        "session": None,
        "id": f"ses_{_ID}",
        "member": {"id": f"mem_{_ID}", "email": "sam@example.com", "name": "Sam", "role": "admin"},
        "organization": {"id": f"org_{_ID}", "name": "Acme Restoration"},
        "organizations": [
            {"id": f"org_{_ID}", "name": "Acme Restoration", "role": "admin", "status": "active"}
        ],
        "mode": "live",
        "auth_time": AT,
        "expires_at": "2026-04-25T05:42:11.314Z",
        "idle_expires_at": "2026-04-24T18:42:11.314Z",
    },
    "ProofView": {
        "record": DATA["audit.log.event"],
        "leaf_index": 41,
        "tree_size": 42,
        "path": [_SHA256, _SHA256],
        "checkpoint": _CHECKPOINT,
    },
    "ProspectView": {
        "id": f"pros_{_ID}",
        "company": "Harbor Property Management",
        "contact": {"first_name": "Robin", "last_name": "Okafor", "title": "Facilities Director"},
        "email": "robin.okafor@example.com",
        "phones": ["+14155550142"],
        "website": "https://harbor.example.com",
        "address": None,
        "source": "trade_show",
        "notes": "Manages 40 buildings",
        "metadata": {},
        "assigned_to": None,
        "enrichment": {"industry": "property_management", "employees": 120},
        "qualification": {
            "status": "pending",
            "confidence": None,
            "reasons": [],
            "provenance": None,
            "qualified_at": None,
        },
        "outreach_state": "not_started",
        "lead_id": None,
        **_TIMES,
        "version": 1,
    },
    "ReplayView": {
        "id": f"rpl_{_ID}",
        "webhook_id": f"wh_{_ID}",
        "since": "2026-04-24T00:00:00.000Z",
        "until": LATER,
        "types": None,
        "only": "missing",
        "dry_run": False,
        "count": None,
        "counts_all": None,
    },
    "RollUpView": {
        "organization_id": _ORGANIZATION,
        "name": "Summit North",
        "leads": {"total": 12, "by_status": {"new": 8, "won": 4}},
        "calls": None,
    },
    "WebhookCreated": {**_WEBHOOK, "secret": "whsec_3yWm…"},
    "WebhookTested": {
        "succeeded": True,
        "status_code": 200,
        "duration_ms": 112,
        "response": "ok",
        "error": None,
        "event": {**event("lead.created"), "sequence": 0},
    },
    "WebhookView": _WEBHOOK,
    "ContentView": _CONTENT,
    "RevisionSummary": {**_REVISION, "diff": {"unified": _UNIFIED}},
    "RevisionView": {
        **_REVISION,
        "text": {
            name: _CONTENT[name]
            for name in (
                "title",
                "body",
                "slug",
                "excerpt",
                "seo_title",
                "seo_description",
                "scenes",
                "hashtags",
                "links",
            )
        },
        "diff": {
            "fields": [
                {
                    "field": "body",
                    "edits": [
                        {"op": "equal", "text": "Close the"},
                        {"op": "delete", "text": " valve"},
                        {"op": "insert", "text": " **main valve**"},
                        {"op": "equal", "text": " first. Then call for help."},
                    ],
                }
            ],
            "unified": _UNIFIED,
        },
    },
    "FeedAddressView": {
        "id": f"feed_{_ID}",
        "json_url": "https://api.example.com/v1/content/feed.json?token=…",
        "atom_url": "https://api.example.com/v1/content/feed.atom?token=…",
        "created_at": AT,
        "version": 1,
    },
    "ReviewView": DATA["review.updated"],
    "ReviewDetailView": {
        **DATA["review.updated"],
        "earlier_versions": [
            {
                "version": 1,
                "rating": 4,
                "text": "They dried our basement within three days.",
                "edited_at": None,
                "replaced_at": LATER,
            }
        ],
        "responses": [
            {
                "id": f"content_{_ID}",
                "status": "published",
                "body": "Thank you, Dana. We are glad that your basement is dry again.",
                **_TIMES,
            }
        ],
    },
    "ReviewRequestView": DATA["review.requested"],
    "ReviewStatsView": {
        "since": "2025-05",
        "until": "2026-04",
        "total": _RATINGS,
        "by_surface": [{"surface": "google", "summary": _RATINGS}],
        "by_month": [{"month": "2026-04", "surface": "google", "summary": _RATINGS}],
    },
}
"""Examples by model. The example of a page is derived from the example of its items."""

_BODIES: dict[str, dict[str, Json]] = {"createWebhook": {"url": "https://example.com/hooks/eal"}}
"""Replacements in the bodies of sample events, whose URLs must work without DNS."""


def body(route: Route) -> Json:
    """The example of a request body, from the sample event of the function."""
    folder = "/".join(route.endpoint.__module__.split(".")[1:3])
    sample = json.loads((_EVENTS / f"{folder}.json").read_text(encoding="utf-8"))
    return {**json.loads(sample["body"] or "{}"), **_BODIES.get(route.operation_id, {})}


def response(model: type[BaseModel]) -> Json:
    """The example of a response; None if the model has none."""
    if issubclass(model, PageView):
        (item,) = get_args(model.model_fields["data"].annotation)
        shown = _RESPONSES.get(item.__name__)
        return {"data": [shown], "next_cursor": None} if shown else None
    return _RESPONSES.get(model.__name__)
