"""GET /v1/events/{event_id}: one event."""

from eal.domain.events import store as feed
from eal.domain.events.wire import EventView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get(
    "/v1/events/{event_id}", summary="Get an event", operation_id="getEvent", tag="events", grant="events"
)
def get(event_id: str, caller: Reader) -> EventView:
    """Returns an event of the last 90 days exactly as it was sent to webhooks."""
    return EventView.of(feed.get(event_id, by=caller))
