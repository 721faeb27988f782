"""DELETE /v1/claims/{claim_id}/photos/{photo_id}: delete a photo of a claim."""

from eal.domain.claims.photos import store as photos
from eal.entry.http.api import Api
from eal.entry.http.route import Writer

app = Api()
handler = app.handler


@app.delete(
    "/v1/claims/{claim_id}/photos/{photo_id}",
    summary="Delete a photo",
    operation_id="deleteClaimPhoto",
    tag="claims",
)
def delete(claim_id: str, photo_id: str, caller: Writer) -> None:
    """Deletes the photo with its original, preview and thumbnail. The deletion is permanent. The audit log keeps the
    SHA-256 of the file. A claim on legal hold keeps its photos: the response is 409.
    """
    photos.delete(claim_id, photo_id, by=caller)
