"""GET /v1/webhooks/event-types: the catalogue of events."""

from eal.domain.webhooks import event_types
from eal.domain.webhooks.endpoints.wire import EventTypePage, EventTypeQuery
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get(
    "/v1/webhooks/event-types",
    summary="List event types",
    operation_id="listEventTypes",
    tag="webhooks",
    grant="webhooks",
    # A file.
    round_trips=1,
)
def list_event_types(query: EventTypeQuery, caller: Reader) -> EventTypePage:
    """Lists every event type with its description, its JSON Schema and an example."""
    page = event_types.search(query, by=caller)
    return EventTypePage(data=page.items, next_cursor=page.next_cursor)
