"""CallRail's side: the four events of one call, and its signature."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

TRANSCRIPT = """\
Agent: Summit Restoration, how can I help you?
Caller: Hi, this is Dana. A pipe burst in our basement and the water is still coming in, it's about three inches deep.
Agent: I'm sorry to hear that. Do you smell gas, or is the water near any outlets?
Caller: No gas smell, but the water is right at the electrical panel and I can see it sparking.
Agent: Please stay away from the basement. Is it your house?
Caller: Yes, I own it. 12 Elm Street in Oakland, 94601. Can somebody come right now?
Agent: Someone will call you back in a few minutes."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call as CallRail tells of it."""

    resource_id: str
    caller: str
    started: datetime

    @classmethod
    def new(cls) -> Call:
        # 555-0100 to 555-0199 belong to nobody, in any area.
        number = f"+1{201 + secrets.randbelow(780)}55501{secrets.randbelow(100):02d}"
        return cls(f"CAL{secrets.token_hex(16)}", number, datetime.now(UTC) - timedelta(minutes=4))

    def event(self, kind: str) -> bytes:
        """The body that CallRail sends for `pre-call`, `routing-complete`, `post-call` or `call-modified`."""
        at = self.started.isoformat(timespec="milliseconds")
        body: dict[str, object] = {
            "resource_id": self.resource_id,
            "company_resource_id": "COM00000000000000000000000000000001",
            "company_time_zone": "America/Los_Angeles",
            "tracker_resource_id": "TRK00000000000000000000000000000001",
            "person_resource_id": "PER00000000000000000000000000000001",
            "tracking_phone_number": "+14155550188",
            "customer_phone_number": self.caller,
            "customer_name": "Dana Reyes",
            "customer_city": "Oakland",
            "customer_state": "CA",
            "customer_country": "US",
            "direction": "inbound",
            "start_time": at,
            "created_at": at,
            "timestamp": at,
            "source_name": "Google Ads",
            "answered": False,
            "call_type": "missed",
            "voicemail": False,
            "duration": "0",
            "first_call": True,
            "prior_calls": 0,
            "total_calls": 1,
        }
        if kind != "pre-call":
            body["business_phone_number"] = "+14155550177"
        if kind in ("post-call", "call-modified"):
            body |= {
                "answered": True,
                "call_type": "",
                "duration": "94",
                "transcription": TRANSCRIPT,
                "recording": "https://recordings.example.com/one?access_key=secret",
                "utm_source": "google",
                "utm_campaign": "burst pipes",
            }
        if kind == "call-modified":
            body |= {"changes": ["tags", "note"], "tags": ["water"], "note": "Looks urgent"}
        return json.dumps(body).encode()


def signature(body: bytes, signing_key: str) -> str:
    """CallRail's `Signature` header: base64 of HMAC-SHA1 over the raw body."""
    return base64.b64encode(hmac.digest(signing_key.encode(), body, hashlib.sha1)).decode()
