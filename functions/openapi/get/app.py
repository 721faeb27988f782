"""GET /v1/openapi.json: this API's description."""

from eal.entry.http import openapi
from eal.entry.http.api import Api
from eal.entry.http.request import Answer

app = Api()
handler = app.handler


@app.get("/v1/openapi.json", operation_id="getOpenapi", tag="meta")
def get() -> Answer:
    """This document: OpenAPI 3.1, made from the code that answers. It needs no key."""
    return Answer(200, openapi.text())
