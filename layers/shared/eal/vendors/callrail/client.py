"""CallRail's API v3, which lists the calls whose webhooks were lost. Test mode sends no request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote

from eal.core import settings
from eal.core.clock import rfc3339
from eal.vendors import loose_json
from eal.vendors.http import VendorApi

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from eal.core.tenancy import Mode
    from eal.vendors.loose_json import Body

BASE = "https://api.callrail.com/v3"
PAGE_CALLS = 250
_FIELDS = (
    "agent_email", "call_type", "campaign", "company_id", "conversational_transcript", "created_at", "device_type",
    "fbclid", "first_call", "gclid", "keywords", "landing_page_url", "last_requested_url", "lead_status", "medium",
    "msclkid", "note", "person_id", "prior_calls", "referring_url", "source", "source_name", "spam", "tags",
    "total_calls", "tracker_id", "transcription", "utm_campaign", "utm_content", "utm_medium", "utm_source",
    "utm_term", "value",
)  # fmt: skip
"""Fields that a list returns only on request: those of a webhook's body that we read."""


@dataclass(frozen=True, slots=True)
class CallRailPage:
    """Calls in the order of their start, and whether there is another page."""

    calls: Sequence[Body]
    has_more: bool


class Calls(Protocol):
    """The requests to CallRail. Raises the exceptions of `VendorApi.get`."""

    def only_company(self) -> str | None:
        """The account's company; None if it has several."""
        ...

    def page(self, company_id: str, since: datetime, until: datetime, number: int) -> CallRailPage:
        """Page `number` (from 1) of a company's calls that began between `since` and `until`."""
        ...


@dataclass(frozen=True, slots=True)
class CallRail:
    api: VendorApi
    account_id: str

    def only_company(self) -> str | None:
        response = self.api.get(self._path("companies"), {"per_page": "2"})
        ids = [loose_json.text(company, "id") for company in loose_json.members(response, "companies")]
        return ids[0] if len(ids) == 1 else None

    def page(self, company_id: str, since: datetime, until: datetime, number: int) -> CallRailPage:
        response = self.api.get(
            self._path("calls"),
            {
                "company_id": company_id,
                "start_date": rfc3339(since),
                "end_date": rfc3339(until),
                "sort": "start_time",
                "order": "asc",
                "per_page": str(PAGE_CALLS),
                "page": str(number),
                "fields": ",".join(_FIELDS),
            },
        )
        pages = response.get("total_pages")
        return CallRailPage(loose_json.members(response, "calls"), isinstance(pages, int) and number < pages)

    def _path(self, resource: str) -> str:
        return f"/a/{quote(self.account_id, safe='')}/{resource}.json"


class SimulatedCallRail:
    """Test mode: no call was missed."""

    def only_company(self) -> str | None:
        return None

    def page(self, company_id: str, since: datetime, until: datetime, number: int) -> CallRailPage:
        return CallRailPage((), has_more=False)


def connect(mode: Mode, api_key: str, account_id: str, *, budget: int | None = None) -> Calls:
    """The API in live mode, and a simulation in test mode."""
    if mode == "test":
        return SimulatedCallRail()
    base = settings.vendor_api_url("callrail") or BASE
    return CallRail(VendorApi(base=base, authorization=f'Token token="{api_key}"', budget=budget), account_id)
