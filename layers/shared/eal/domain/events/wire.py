"""What the API shows of events: the same envelope as a webhook's."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, JsonValue

from eal.core.clock import Instant
from eal.core.events.catalogue import API_VERSION, CATALOGUE, Event
from eal.core.listing import ListQuery
from eal.core.tenancy import Mode
from eal.core.wire import Wire


def _known(event_type: str) -> str:
    if event_type not in CATALOGUE:
        raise ValueError(f"must be one of: {', '.join(sorted(CATALOGUE))}")
    return event_type


class EventView(Wire):
    """An event, as it is sent and as the feed shows it. `data` is the resource as its GET shows it, without secrets.

    `sequence` counts a tenant's and mode's events without a gap; audit records carry their own number there.
    """

    id: str
    type: str
    api_version: Literal["v1"]
    created_at: Instant
    tenant_id: str
    mode: Mode
    sequence: int
    data: JsonValue

    @classmethod
    def of(cls, event: Event) -> Self:
        return cls.model_validate(
            {
                "id": event.id,
                "type": event.type,
                "api_version": API_VERSION,
                "created_at": event.created_at,
                "tenant_id": event.tenant_id,
                "mode": event.mode,
                "sequence": event.sequence,
                "data": event.data,
            }
        )


class FeedQuery(ListQuery):
    order: Annotated[Literal["asc"], Field(description="The feed goes forward only, oldest first.")] = "asc"
    type: Annotated[
        Annotated[str, AfterValidator(_known), Field(json_schema_extra={"enum": [*sorted(CATALOGUE)]})]
        | None,
        Field(description="Events of this type only."),
    ] = None


class EventPage(Wire):
    """A part of the feed. `next_cursor` is never null: read on from it, at once where `has_more`, or later."""

    data: list[EventView]
    next_cursor: Annotated[
        str,
        Field(description="Keep it, and give it as `cursor` to read on: what has come since follows then."),
    ]
    has_more: Annotated[
        bool,
        Field(
            description="Whether more events are there already. A page may be short or empty where this is true: "
            "one that goes through many events for few of the wanted type ends early."
        ),
    ]
