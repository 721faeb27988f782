"""GET /v1/status: whether the API works, without a key."""

from eal.domain import health
from eal.domain.health import StatusView
from eal.entry.http.api import Api
from eal.entry.http.request import Response

app = Api()
handler = app.handler


@app.get(
    "/v1/status",
    summary="Get the API's status",
    operation_id="getStatus",
    tag="meta",
    # One look at the table, and no key.
    round_trips=1,
)
def status() -> StatusView | Response:
    """Returns `ok` if the API works, after one read of its database. Otherwise the response is 500 or 503. No key is
    needed, and the response says nothing about an organization. It may be cached for five seconds.
    """
    health.look()
    return Response(200, StatusView().model_dump_json(), {"Cache-Control": "public, max-age=5"})
