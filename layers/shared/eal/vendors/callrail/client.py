"""CallRail's API v3, which knows the calls whose webhooks were lost: the vendor in live mode, nobody in test mode."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from urllib.parse import quote

from eal.core import settings
from eal.core.clock import rfc3339
from eal.core.tenancy import Mode
from eal.vendors import loose_json
from eal.vendors.http import Api
from eal.vendors.loose_json import Body

BASE = "https://api.callrail.com/v3"
CALLS_A_PAGE = 250
_FIELDS = (
    "agent_email", "call_type", "campaign", "company_id", "conversational_transcript", "created_at", "device_type",
    "fbclid", "first_call", "gclid", "keywords", "landing_page_url", "last_requested_url", "lead_status", "medium",
    "msclkid", "note", "person_id", "prior_calls", "referring_url", "source", "source_name", "spam", "tags",
    "total_calls", "tracker_id", "transcription", "utm_campaign", "utm_content", "utm_medium", "utm_source",
    "utm_term", "value",
)  # fmt: skip
"""What a list shows only where it is asked for: all that a webhook's body says and we read."""


@dataclass(frozen=True, slots=True)
class Page:
    """Calls in the order of their start, and whether there is another page."""

    calls: Sequence[Body]
    has_more: bool


class Calls(Protocol):
    """What CallRail is asked for. Raises what `Api.get` does."""

    def only_company(self) -> str | None:
        """The account's company; None where it has several."""
        ...

    def page(self, company_id: str, since: datetime, until: datetime, number: int) -> Page:
        """Page `number` (from 1) of a company's calls that began in a span."""
        ...


@dataclass(frozen=True, slots=True)
class CallRail:
    api: Api
    account_id: str

    def only_company(self) -> str | None:
        answer = self.api.get(self._path("companies"), {"per_page": "2"})
        ids = [loose_json.text(one, "id") for one in loose_json.members(answer, "companies")]
        return ids[0] if len(ids) == 1 else None

    def page(self, company_id: str, since: datetime, until: datetime, number: int) -> Page:
        answer = self.api.get(
            self._path("calls"),
            {
                "company_id": company_id,
                "start_date": rfc3339(since),
                "end_date": rfc3339(until),
                "sort": "start_time",
                "order": "asc",
                "per_page": str(CALLS_A_PAGE),
                "page": str(number),
                "fields": ",".join(_FIELDS),
            },
        )
        pages = answer.get("total_pages")
        return Page(loose_json.members(answer, "calls"), isinstance(pages, int) and number < pages)

    def _path(self, resource: str) -> str:
        return f"/a/{quote(self.account_id, safe='')}/{resource}.json"


class Simulated:
    """Test mode: no call was missed."""

    def only_company(self) -> str | None:
        return None

    def page(self, company_id: str, since: datetime, until: datetime, number: int) -> Page:
        return Page((), has_more=False)


def connect(mode: Mode, api_key: str, account_id: str, *, budget: int | None = None) -> Calls:
    """The API as a tenant's mode may reach it: the one place where that is decided."""
    if mode == "test":
        return Simulated()
    base = settings.vendor_api_url("callrail") or BASE
    return CallRail(Api(base=base, authorization=f'Token token="{api_key}"', budget=budget), account_id)
