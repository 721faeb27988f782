"""Every endpoint of the template, with sample requests, for parametrised tests."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.support.http import call, load_app, routes
from tests.support.pipeline import Pipeline
from tests.support.replies import classified_by_webhook
from tests.support.sequences import SENDER
from tests.support.sessions import signed_in
from tests.support.webhooks import deliveries, fan_out, publish_lead_with
from tools.fixtures.template import ROOT

if TYPE_CHECKING:
    from eal.entry.http.route import Route
    from tests.support.tenants import Tenant

METHODS_WITH_BODY = ("POST", "PUT", "PATCH")
SAMPLE_ID = re.compile(r"\b[a-z]+_01kq09bekje6vbq5xe2b60xtww\b")
_READY_TO_SEND: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("PATCH", "/v1/organizations/me", {"settings": {"sender": SENDER}}),
    (
        "PUT",
        "/v1/integrations/resend",
        {"secrets": {"signing_secret": "whsec_" + "A" * 32, "api_key": "re_123"}},
    ),
)
_READY_TO_REQUEST = (
    *_READY_TO_SEND,
    (
        "PATCH",
        "/v1/organizations/me",
        {"settings": {"reviews": {"google_review_url": "https://g.page/r/acme/review"}}},
    ),
)
NEEDED: dict[str, tuple[tuple[str, str, dict[str, Any]], ...]] = {
    "POST /v1/leads/{lead_id}/push-to-crm": (
        (
            "PUT",
            "/v1/integrations/crm",
            {"settings": {"url": "http://127.0.0.1:49152/"}, "secrets": {"signing_secret": "x" * 24}},
        ),
    ),
    "POST /v1/outreach/drafts/{draft_id}/send": _READY_TO_SEND,
    "POST /v1/outreach/sequences/{sequence_id}/transitions": _READY_TO_SEND,
    "POST /v1/reviews/requests": _READY_TO_REQUEST,
    "GET /v1/reviews/requests/{request_id}": _READY_TO_REQUEST,
}
"""Requests that must succeed before the endpoint, because it needs more than the item."""

SAMPLE_OVERRIDES: dict[str, dict[str, Any]] = {
    "POST /v1/webhooks/{webhook_id}/test": {"url": "http://127.0.0.1:49152/"},
}
"""Changes of the sample that creates the item, because the endpoint sends a request to the item's URL."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    folder: str
    method: str
    path: str

    @property
    def route(self) -> Route:
        route: Route = load_app(self.folder).app.route
        return route

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def takes_body(self) -> bool:
        return self.route.body is not None

    def sample(self) -> Any:  # a JSON body
        """The body of the function's sample event."""
        event = _sample_event(self.folder)
        return json.loads(event["body"]) if event.get("body") else None

    def sample_path(self) -> str:
        """The path of the sample event, whose ids are well-formed."""
        return str(_sample_event(self.folder)["path"])

    def at(self, value: str = "x_01kq09bekje6vbq5xe2b60xtww") -> str:
        """The path with the same text for each parameter."""
        parts = [value if part.startswith("{") else part for part in self.path.split("/")]
        return "/".join(parts)


def _sample_event(folder: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((ROOT / "events" / f"{folder}.json").read_text())
    return event


@cache
def endpoints() -> tuple[Endpoint, ...]:
    """All functions with an Api: the catch-all, the receivers and the pages have tests of their own."""
    return tuple(
        Endpoint(folder, method, path)
        for method, path, folder in sorted(routes(), key=lambda route: (route[1], route[0]))
        if not folder.startswith(
            ("alert_link/", "inbound/", "review_link/", "unknown_route/", "unsubscribe/")
        )
    )


def with_key() -> list[Endpoint]:
    """The endpoints that accept an API key. `tests/functions/sessions` has those that only a session can call."""
    return [endpoint for endpoint in endpoints() if (needs := endpoint.route.needs) and not needs.session]


WITHOUT_ITEM = frozenset({
    "GET /v1/alerts/{alert_id}",
    "GET /v1/audit-log/checkpoints/{checkpoint_id}/consistency",
    "GET /v1/audit-log/{record_id}",
    "GET /v1/audit-log/{record_id}/proof",
    "GET /v1/claims/{claim_id}/notes/{note_id}",
    "GET /v1/content/{content_id}/revisions/{number}",
    "GET /v1/events/{event_id}",
    "GET /v1/leads/imports/{import_id}",
    "GET /v1/outreach/emails/{email_id}",
    "GET /v1/outreach/test-clock",
    "POST /v1/outreach/test-clock",
})  # fmt: skip
"""The endpoints whose prepared request is a 404: no sample creates their item."""


class Prepared(NamedTuple):
    """A request with the sample's body, on an item that exists if a request can create it."""

    path: str
    body: Any  # a JSON body
    credential: str


def prepared(endpoint: Endpoint, tenant: Tenant) -> Prepared:
    path = made_by(endpoint, tenant.admin) or endpoint.sample_path()
    needs, credential = endpoint.route.needs, tenant.admin
    if needs and needs.session:
        credential = signed_in(tenant).text
    if endpoint.path.endswith("/sessions/{session_id}"):
        person = signed_in(tenant)
        path = f"/v1/organizations/me/members/{person.member_id}/sessions/{person.session_id}"
    return Prepared(path, sample_with_made(endpoint, tenant.admin), credential)


def made_by(endpoint: Endpoint, key: str) -> str | None:
    """The endpoint's path with the id of an item that its collection's POST creates; None if there is no such POST."""
    before, brace, rest = endpoint.path.partition("/{")
    if path := _made_otherwise(endpoint, key):
        return path
    makers = [maker for maker in endpoints() if (maker.method, maker.path) == ("POST", before)]
    if not brace or "{" in rest or not makers:
        return None
    for method, path, body in NEEDED.get(endpoint.name, ()):
        assert call(method, path, key=key, json_body=body).status == 200
    sample = {**makers[0].sample(), **SAMPLE_OVERRIDES.get(endpoint.name, {})}
    made = call("POST", before, key=key, json_body=sample)
    assert made.status in (200, 201, 202), made.text
    _prepare(endpoint, f"{before}/{made.json['id']}", key)
    return f"{before}/{made.json['id']}{rest.partition('}')[2]}"


def _made_otherwise(endpoint: Endpoint, key: str) -> str | None:
    """The id of an item that no POST with the sample body makes."""
    before, brace, rest = endpoint.path.partition("/{")
    if before == "/v1/organizations/me/grants" and brace:
        return _granted(endpoint, key)
    if endpoint.path == "/v1/integrations/{vendor}" and endpoint.method == "DELETE":
        return _connected(endpoint, key)
    if endpoint.path == "/v1/integrations/{vendor}/check":
        # Incomplete, so that no vendor is asked.
        call("PUT", "/v1/integrations/twilio", key=key, json_body={"secrets": {"auth_token": "x" * 32}})
        return endpoint.sample_path()
    if rest.endswith("/{photo_id}"):
        return _photographed(endpoint, key)
    if rest.endswith(("/{item_id}", "/{room_id}", "/scope/accept")):
        return _extracted(endpoint, key)
    if rest.endswith("/sign-off"):
        return _reviewed(endpoint, key)
    if before == "/v1/webhooks/deliveries":
        return f"{before}/{_delivered(key)}{rest.partition('}')[2]}"
    if before == "/v1/outreach/replies" and brace:
        return f"{before}/{classified_by_webhook(key)}{rest.partition('}')[2]}"
    if before == "/v1/outreach/sequences" and "enrollment" in rest:
        return _enrolled(endpoint, key)
    return None


def _prepare(endpoint: Endpoint, path: str, key: str) -> None:
    """Give the new item at `path` what the endpoint needs of it."""
    if endpoint.path.endswith("/dispatch/acknowledge"):
        _dispatch(f"{path}/dispatch", key)
    if endpoint.path.endswith("/dispatch/decline"):
        _assign(path, key)
    if endpoint.name == "DELETE /v1/claims/{claim_id}/legal-hold":
        sample = _endpoint("PUT", endpoint.path).sample()
        assert call("PUT", f"{path}/legal-hold", key=key, json_body=sample).status == 200
    if endpoint.name == "POST /v1/claims/{claim_id}/extract":
        sample = _endpoint("POST", "/v1/claims/{claim_id}/notes").sample()
        assert call("POST", f"{path}/notes", key=key, json_body=sample).status == 201
    if endpoint.path.startswith("/v1/content/") and endpoint.method in ("POST", "PATCH"):
        _prepare_content(endpoint, path, key)


def _prepare_content(endpoint: Endpoint, path: str, key: str) -> None:
    """Give new content, which the AI is to write, a text by hand, unless the endpoint needs it as it is."""
    if endpoint.path.endswith("/cancel"):
        return
    assert call("POST", f"{path}/cancel", key=key).status == 200
    if endpoint.path.endswith(("/retry", "/{content_id}")):
        return
    text = _endpoint("PATCH", "/v1/content/{content_id}").sample()
    for title in ("First", "Second"):
        assert call("PATCH", path, key=key, json_body={**text, "title": title}).status == 200


def sample_with_made(endpoint: Endpoint, key: str) -> Any:  # a JSON body
    """The sample body. That of an action on a collection, or of an enrollment, has the id of a new item."""
    sample = endpoint.sample()
    if "{" not in endpoint.path:
        for method, path, body in NEEDED.get(endpoint.name, ()):
            assert call(method, path, key=key, json_body=body).status == 200
    if endpoint.name == "POST /v1/outreach/sequences/{sequence_id}/enrollments":
        lead = call("POST", "/v1/leads", key=key, json_body={"email": "enrolled@example.com"})
        return {**sample, "lead_ids": [lead.json["id"]]}
    text = json.dumps(sample)
    collection = f"/v1/{endpoint.route.tag}"
    if not SAMPLE_ID.search(text) or not endpoint.path.startswith(f"{collection}/") or "{" in endpoint.path:
        return sample
    made = call("POST", collection, key=key, json_body=_endpoint("POST", collection).sample())
    assert made.status in (200, 201), made.text
    return json.loads(SAMPLE_ID.sub(made.json["id"], text))


def _dispatch(path: str, key: str) -> None:
    """Dispatch a call as a person does, so that there is something to acknowledge."""
    body = {"action": "dispatch_now", "reason": "A neighbor of ours."}
    assert call("POST", path, key=key, json_body=body).status == 200


def _assign(path: str, key: str) -> None:
    """Assign a call to a person on call, as the rules do with an emergency."""
    days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    person = {"name": "Ann", "phone": "+13125550111", "days": days, "from": "00:00", "to": "24:00"}
    settings = {"settings": {"on_call": [person]}}
    assert call("PATCH", "/v1/organizations/me", key=key, json_body=settings).status == 200
    emergency = {"intent": "water", "urgency": "emergency", "qualified": True}
    assert call("PATCH", f"{path}/classification", key=key, json_body=emergency).status == 200


def _photographed(endpoint: Endpoint, key: str) -> str:
    """Declare a photo of a new claim. Returns the endpoint's path with the ids of both."""
    claims, photos = _endpoint("POST", "/v1/claims"), _endpoint("POST", "/v1/claims/{claim_id}/photos")
    claim = call("POST", claims.path, key=key, json_body=claims.sample()).json
    photo = call("POST", f"{claims.path}/{claim['id']}/photos", key=key, json_body=photos.sample()).json
    return endpoint.path.format(claim_id=claim["id"], photo_id=photo["id"])


def _extracted(endpoint: Endpoint, key: str) -> str:
    """Extract the scope of a new claim. Returns the endpoint's path with the ids of the claim, an item and a room."""
    claims = _endpoint("POST", "/v1/claims")
    claim = call("POST", claims.path, key=key, json_body=claims.sample()).json
    path = f"{claims.path}/{claim['id']}"
    note = {"text": "Remove 20 SF of drywall in the hall."}
    assert call("POST", f"{path}/notes", key=key, json_body=note).status == 201
    assert call("POST", f"{path}/extract", key=key).status == 202
    Pipeline().run()
    (item,) = call("GET", f"{path}/scope", key=key).json["data"]
    (room,) = call("GET", f"{path}/rooms", key=key).json["data"]
    return endpoint.path.format(claim_id=claim["id"], item_id=item["id"], room_id=room["id"])


def _reviewed(endpoint: Endpoint, key: str) -> str:
    """Accept the scope of a new claim, and sign it off unless that is what the endpoint does."""
    item = _extracted(_endpoint("PATCH", "/v1/claims/{claim_id}/scope/{item_id}"), key)
    path = item.partition("/scope/")[0]
    assert call("POST", f"{path}/scope/accept", key=key, json_body={"min_confidence": 0}).status == 200
    if endpoint.method == "GET":
        assert call("POST", f"{path}/sign-off", key=key, json_body={}).status == 202
    return f"{path}/sign-off"


def _delivered(key: str) -> str:
    """The id of a new delivery, for a new endpoint that subscribes to the event of a new lead."""
    create = _endpoint("POST", "/v1/webhooks")
    webhook = call("POST", create.path, key=key, json_body=create.sample()).json
    fan_out(publish_lead_with(key))
    return next(delivery.id for delivery in deliveries() if delivery.webhook_id == webhook["id"])


def _enrolled(endpoint: Endpoint, key: str) -> str:
    """The path of the endpoint with a new active sequence, and if it names an enrollment, with one of a new lead."""
    for method, path, body in _READY_TO_SEND:
        assert call(method, path, key=key, json_body=body).status == 200
    create = _endpoint("POST", "/v1/outreach/sequences")
    made = call("POST", create.path, key=key, json_body=create.sample()).json
    sequence = f"{create.path}/{made['id']}"
    assert call("POST", f"{sequence}/transitions", key=key, json_body={"to": "active"}).status == 200
    path = endpoint.path.replace("{sequence_id}", made["id"])
    if "{enrollment_id}" in path:
        lead = call("POST", "/v1/leads", key=key, json_body={"email": "enrolled@example.com"}).json
        body = {"lead_ids": [lead["id"]]}
        (result,) = call("POST", f"{sequence}/enrollments", key=key, json_body=body).json["data"]
        path = path.replace("{enrollment_id}", result["enrollment_id"])
    return path


def _endpoint(method: str, path: str) -> Endpoint:
    return next(endpoint for endpoint in endpoints() if (endpoint.method, endpoint.path) == (method, path))


def _connected(endpoint: Endpoint, key: str) -> str:
    """Connect a vendor by PUT. Returns the path with the vendor's name."""
    put = _endpoint("PUT", endpoint.path)
    assert call("PUT", put.sample_path(), key=key, json_body=put.sample()).status == 200
    return endpoint.sample_path()


def _granted(endpoint: Endpoint, key: str) -> str | None:
    """Create a grant to the caller's parent by PUT. Returns its path, or None if the caller has no parent."""
    parent = call("GET", "/v1/organizations/me", key=key).json["parent_organization_id"]
    if parent is None:
        return None
    path = endpoint.at(parent)
    put = _endpoint("PUT", endpoint.path)
    assert call("PUT", path, key=key, json_body=put.sample()).status == 200
    return path
