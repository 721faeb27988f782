"""GET /v1/claims/{claim_id}/rooms: the rooms of a claim with their areas."""

from eal.domain.claims.scope import store as scope
from eal.domain.claims.scope.wire import RoomsView, RoomView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get(
    "/v1/claims/{claim_id}/rooms",
    summary="Get the rooms",
    operation_id="getClaimRooms",
    tag="claims",
    grant="claims",
)
def get_rooms(claim_id: str, caller: Reader) -> RoomsView:
    """Returns the rooms of the latest extraction with the measures that hold, and the areas that follow from these."""
    _, found = scope.of_claim(claim_id, caller, "rooms", "rooms")
    return RoomsView(version=found.version, data=[RoomView.of_room(room, claim_id) for room in found.rooms])
