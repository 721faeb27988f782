"""GET /v1/openapi.json: this API's description."""

from eal.entry.http import openapi
from eal.entry.http.api import Api
from eal.entry.http.request import Answer

app = Api()
handler = app.handler


@app.get("/v1/openapi.json", summary="Get the OpenAPI document", operation_id="getOpenapi", tag="meta")
def get() -> Answer:
    """Returns this document (OpenAPI 3.1), which is generated from the code. No key is needed."""
    return Answer(200, openapi.text())
