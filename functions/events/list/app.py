"""GET /v1/events: the feed of all events."""

from eal.domain.events import store as feed
from eal.domain.events.wire import EventPage, EventView, FeedQuery
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get("/v1/events", operation_id="listEvents", tag="events", grant="events")
def list_events(query: FeedQuery, caller: Reader) -> EventPage:
    """All events of the last 90 days, oldest first and without a gap: what a webhook missed can be read here."""
    found = feed.read(query, by=caller)
    shown = [EventView.of(event) for event in found.events]
    return EventPage(data=shown, next_cursor=found.next_cursor, has_more=found.has_more)
