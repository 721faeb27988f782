"""GET /v1/events: the feed of all events."""

from eal.domain.events import store as feed
from eal.domain.events.wire import EventPage, EventView, FeedQuery
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get("/v1/events", summary="List events", operation_id="listEvents", tag="events", grant="events")
def list_events(query: FeedQuery, caller: Reader) -> EventPage:
    """Lists every event of the last 90 days, oldest first and without gaps: read here what a webhook missed."""
    page = feed.read(query, by=caller)
    data = [EventView.of(event) for event in page.events]
    return EventPage(data=data, next_cursor=page.next_cursor, has_more=page.has_more)
