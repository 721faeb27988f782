"""PATCH /v1/claims/{claim_id}/photos/{photo_id}: update a photo's caption and room."""

from eal.domain.claims.photos import objects
from eal.domain.claims.photos import store as photos
from eal.domain.claims.photos.wire import PhotoUpdate, PhotoView
from eal.entry.http.api import Api
from eal.entry.http.route import Writer

app = Api()
handler = app.handler


@app.patch(
    "/v1/claims/{claim_id}/photos/{photo_id}",
    summary="Update a photo",
    operation_id="updateClaimPhoto",
    tag="claims",
    # Reads the register, to show duplicates.
    round_trips=4,
)
def update(claim_id: str, photo_id: str, body: PhotoUpdate, caller: Writer) -> PhotoView:
    """Updates the fields present in the body. Send null to clear a field. The file of a photo cannot be replaced:
    delete the photo, and declare another one.
    """
    photo, found = photos.update(claim_id, photo_id, body, by=caller)
    urls = objects.urls(photo, caller.tenant)
    return PhotoView.of_photo(photo, found, urls, objects.urls_expire_at(photo, caller.at))
