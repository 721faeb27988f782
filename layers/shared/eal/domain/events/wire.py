"""Events, as the API returns them and as webhooks receive them."""

from __future__ import annotations

from typing import Annotated, Literal

from eal.core.clock import Instant
from eal.core.events.catalogue import CATALOGUE
from eal.core.listing import ListQuery
from eal.core.schema import AfterValidator, Field, JsonValue
from eal.core.tenancy import Mode
from eal.core.wire import Wire


def _known(event_type: str) -> str:
    if event_type not in CATALOGUE:
        raise ValueError(f"Must be one of: {', '.join(sorted(CATALOGUE))}.")
    return event_type


class EventView(Wire):
    """An event, as the feed shows it and as webhooks receive it. `data` is the resource without secrets, transcripts
    and texts of e-mails.

    `sequence` numbers a tenant's events in one mode without gaps. In `audit.log.event`, it is the number of the audit
    record.
    """

    id: str
    """The id of the event, also in the header `webhook-id` of every delivery: skip an event that you have processed."""
    type: str
    """Type of the event, such as `lead.created`."""
    api_version: Literal["v1"]
    """The API version that defines the form of `data`."""
    created_at: Instant
    """When the change was made."""
    tenant_id: str
    """The id of the organization that the change belongs to."""
    mode: Mode
    sequence: int
    """The event's number in its feed. Deliveries can arrive out of order: sort by it. `audit.log.event` has its own
    numbers."""
    data: JsonValue
    """The resource after the change. Its form depends on `type`."""


class FeedQuery(ListQuery):
    order: Literal["asc"] = "asc"
    """The feed is always read oldest first."""
    type: (
        Annotated[str, AfterValidator(_known), Field(json_schema_extra={"enum": [*sorted(CATALOGUE)]})] | None
    ) = None
    """Only events of this type."""


class EventPage(Wire):
    """One page of the feed. `next_cursor` is never null: if `has_more` is true, continue with it at once, otherwise
    later.
    """

    data: list[EventView]
    """The events of this page, oldest first."""
    next_cursor: str
    """Keep it, and pass it as `cursor` to read the events that follow, including later ones."""
    has_more: bool
    """Whether more events are already available. A page then has `limit` events, unless they exceed 4 MB, or few of
    the 3,000 events that it read match the filters."""
