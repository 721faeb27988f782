"""GET /v1/claims/{claim_id}/photos/{photo_id}: one photo of a claim."""

from eal.domain.claims.photos import objects
from eal.domain.claims.photos import store as photos
from eal.domain.claims.photos.wire import PhotoView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get(
    "/v1/claims/{claim_id}/photos/{photo_id}",
    summary="Get a photo",
    operation_id="getClaimPhoto",
    tag="claims",
    grant="claims",
    # Reads the register, to find duplicates.
    round_trips=3,
)
def get(claim_id: str, photo_id: str, caller: Reader) -> PhotoView:
    """Returns the photo with its status, what its metadata says, the photos of the claim that are like it, and URLs of
    the original, a preview and a thumbnail, which are valid for an hour.
    """
    photo, found = photos.get(claim_id, photo_id, by=caller)
    urls = objects.urls(photo, caller.tenant)
    return PhotoView.of_photo(photo, found, urls, objects.urls_expire_at(photo, caller.at))
