"""GET /v1/events: the feed of all events."""

from eal.entry.api import Api
from eal.entry.route import Reader
from eal.feed import store as feed
from eal.feed.wire import EventPage, EventView, FeedQuery

app = Api()
handler = app.handler


@app.get("/v1/events", summary="List events", operation_id="listEvents", tag="events", grant="events")
def list_events(query: FeedQuery, caller: Reader) -> EventPage:
    """Lists every event of the last 90 days, oldest first and without gaps: read here what a webhook missed."""
    found = feed.read(query, by=caller)
    shown = [EventView.of(event) for event in found.events]
    return EventPage(data=shown, next_cursor=found.next_cursor, has_more=found.has_more)
