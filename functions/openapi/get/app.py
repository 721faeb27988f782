"""GET /v1/openapi.json: this API's description."""

from eal.entry import document
from eal.entry.api import Api
from eal.entry.request import Answer

app = Api()
handler = app.handler


@app.get("/v1/openapi.json", operation_id="getOpenapi", tag="meta")
def get() -> Answer:
    """This document: OpenAPI 3.1, made from the code that answers. It needs no key."""
    return Answer(200, document.text())
