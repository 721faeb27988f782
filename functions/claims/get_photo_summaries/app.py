"""GET /v1/claims/{claim_id}/photo-summaries: what the photos of a claim show."""

from eal.domain.claims.scope import store as scope
from eal.domain.claims.scope.wire import PhotoSummariesView, PhotoSummaryView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get(
    "/v1/claims/{claim_id}/photo-summaries",
    summary="Get the summaries of photos",
    operation_id="getClaimPhotoSummaries",
    tag="claims",
    grant="claims",
)
def get_photo_summaries(claim_id: str, caller: Reader) -> PhotoSummariesView:
    """Returns a summary of each photo of the latest extraction, by its caption and room, and what these do not say."""
    _, found = scope.of_claim(claim_id, caller, "photo_summaries", "photo_summaries")
    return PhotoSummariesView(
        version=found.version,
        data=[PhotoSummaryView.of(summary) for summary in found.photo_summaries],
    )
