"""POST /v1/claims/{claim_id}/photos: create a photo of a claim."""

from eal.domain.claims.bucket import UPLOAD_WINDOW
from eal.domain.claims.photos import objects
from eal.domain.claims.photos import store as photos
from eal.domain.claims.photos.wire import PhotoCreate, PhotoCreated
from eal.entry.http.api import Api
from eal.entry.http.route import Created, Writer

app = Api()
handler = app.handler


@app.post(
    "/v1/claims/{claim_id}/photos",
    summary="Create a photo",
    operation_id="createClaimPhoto",
    tag="claims",
    # Reads the claim, which many photos must not lock at once, and the register, because their number is limited.
    round_trips=4,
)
def create(claim_id: str, body: PhotoCreate, caller: Writer) -> Created[PhotoCreated]:
    """Declares a photo of the claim, and returns a URL to upload its file to within one hour. Send exactly the headers
    in `upload.headers`; browsers set `Content-Length` themselves.

    The upload starts an inspection: a file that is not the declared image is rejected. Poll the photo until its status
    is `ready` or `rejected`. Nothing else of the claim changes, so hundreds of photos can be uploaded side by side.

    A claim can have 2,000 photos, deleted ones included.
    """
    photo = photos.declare(claim_id, body, by=caller)
    url = objects.upload_url(photo, caller.tenant)
    expires_at = caller.at + UPLOAD_WINDOW
    return Created(PhotoCreated.of_new(photo, url, objects.upload_headers(photo), expires_at))
