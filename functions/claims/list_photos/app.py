"""GET /v1/claims/{claim_id}/photos: the photos of a claim."""

from eal.core.listing import ListQuery
from eal.domain.claims.photos import objects
from eal.domain.claims.photos import store as photos
from eal.domain.claims.photos.wire import PhotoPage, PhotoView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get(
    "/v1/claims/{claim_id}/photos",
    summary="List photos",
    operation_id="listClaimPhotos",
    tag="claims",
    grant="claims",
    # Reads the claim, because an unknown claim is a 404, and the register, to find duplicates.
    round_trips=4,
)
def list_photos(claim_id: str, query: ListQuery, caller: Reader) -> PhotoPage:
    """Lists the photos of a claim, newest first, with URLs that are valid for an hour."""
    page = photos.search(claim_id, query, by=caller)
    views = [
        PhotoView.of_photo(
            photo, found, objects.urls(photo, caller.tenant), objects.urls_expire_at(photo, caller.at)
        )
        for photo, found in page.items
    ]
    return PhotoPage(data=views, next_cursor=page.next_cursor)
