"""An event, as webhooks receive it: found by its id, or from a delivery."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from eal_dashboard.page import Call, Page

if TYPE_CHECKING:
    from eal_dashboard.operations import Json


def _event(values: Json) -> Json:
    return {"data_json": json.dumps(values["event"]["data"], indent=2, ensure_ascii=False)}


PAGES = (
    Page(
        path="/settings/webhooks/events/{event_id}",
        title="Event",
        template="webhooks/event.html",
        under="/settings/webhooks",
        calls={"event": Call("getEvent")},
        prepare=_event,
    ),
)
