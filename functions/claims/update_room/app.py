"""PATCH /v1/claims/{claim_id}/rooms/{room_id}: correct the measures of a room."""

from eal.domain.claims.scope import review
from eal.domain.claims.scope.wire import RoomUpdate, RoomView
from eal.entry.http.api import Api
from eal.entry.http.route import Writer

app = Api()
handler = app.handler


@app.patch(
    "/v1/claims/{claim_id}/rooms/{room_id}",
    summary="Update a room",
    operation_id="updateClaimRoom",
    tag="claims",
    # A change, with reads of the claim, its rooms and the corrections.
    round_trips=5,
)
def update_room(claim_id: str, room_id: str, body: RoomUpdate, caller: Writer) -> RoomView:
    """Corrects the measures of a room, in feet. The engine's measures stay beside those of the person, and the areas
    and the checks follow the corrected ones. A correction replaces the earlier one. It holds for later extractions that
    repeat the engine's measures.

    The first decision moves the claim to `in_review`; so does one after a sign-off. A claim in another status is
    refused with 409.
    """
    return RoomView.of_room(review.correct(claim_id, room_id, body, by=caller), claim_id)
