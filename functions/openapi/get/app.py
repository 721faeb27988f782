"""GET /v1/openapi.json: this API's description."""

from eal.entry.http import openapi
from eal.entry.http.api import Api
from eal.entry.http.request import Response

app = Api()
handler = app.handler


MAX_AGE_SECONDS = 300


@app.get(
    "/v1/openapi.json",
    summary="Get the OpenAPI document",
    operation_id="getOpenapi",
    tag="meta",
    also=(304,),
)
def get() -> Response:
    """Returns this document (OpenAPI 3.1), which is generated from the code. No key is needed. Send `Accept-Encoding:
    gzip`, and the ETag of your copy as `If-None-Match`, because the document is long.
    """
    headers = {
        "ETag": openapi.etag(),
        "Cache-Control": f"public, max-age={MAX_AGE_SECONDS}",
        "Vary": "Accept-Encoding",
    }
    return Response(200, openapi.text(), headers)
