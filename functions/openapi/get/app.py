"""GET /v1/openapi.json: this API's description."""

from eal.entry.http import openapi
from eal.entry.http.api import Api
from eal.entry.http.request import Response

app = Api()
handler = app.handler


@app.get(
    "/v1/openapi.json",
    summary="Get the OpenAPI document",
    operation_id="getOpenapi",
    tag="meta",
    also=(304,),
    # A file.
    round_trips=0,
)
def get() -> Response:
    """Returns this document (OpenAPI 3.1), which is generated from the code. No key is needed. Send `Accept-Encoding:
    gzip`, and the ETag of your copy as `If-None-Match`, because the document is long.
    """
    return Response(200, openapi.text(), {"ETag": openapi.etag(), "Vary": "Accept-Encoding"})
