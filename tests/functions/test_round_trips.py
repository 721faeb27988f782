"""Round trips: the number of AWS calls of an endpoint in a warm process. Each call costs time and money."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from eal.core.secrets import decrypt, derived_key
from tests.support.endpoints import WITHOUT_ITEM, Endpoint, endpoints, prepared
from tests.support.faults import watched_calls
from tests.support.grants import recorded_calls, refused
from tests.support.http import ApiResponse, call
from tests.support.tenants import new_child
from tools.rehearse import calls as calls_to_aws

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

BUDGET = {"GET": 2, "create": 2, "change": 3}
"""Authentication and a read, or authentication and a commit; a change reads before it commits."""

EXCEPTIONS = {
    "GET /v1/openapi.json": (0, "a file"),
    "GET /v1/health": (1, "the item of the key has all fields"),
    "GET /v1/api-keys": (3, "the page has pointers to the keys, whose items are in the Access table"),
    "GET /v1/api-keys/{key_id}": (3, "reads the pointer, then the key's item in the Access table"),
    "PATCH /v1/api-keys/{key_id}": (4, "reads the pointer, then the key, before the change"),
    "DELETE /v1/api-keys/{key_id}": (
        7,
        "reads the pointer, then the key, then which keys are in use, and the family, in which they are counted",
    ),
    "POST /v1/api-keys": (
        5,
        "reads which keys are in use, and the child, its parent and their family, because their number is limited",
    ),
    "POST /v1/api-keys/{key_id}/rotate": (
        7,
        "reads the pointer, then the key, then which keys are in use, and the family, because their number is limited",
    ),
    "POST /v1/organizations/me/members": (
        7,
        "reads the last hour's invitations, the family and its invitations, and the members, because the number of "
        "invitations is limited",
    ),
    "PATCH /v1/organizations/me/members/{member_id}": (4, "reads which sessions the member has"),
    "DELETE /v1/organizations/me/members/{member_id}": (
        4,
        "reads which sessions the member has",
    ),
    "GET /v1/organizations/me/members/{member_id}/sessions": (
        3,
        "reads which sessions the member has, then them",
    ),
    "DELETE /v1/organizations/me/members/{member_id}/sessions/{session_id}": (
        4,
        "a change, which reads the member's sessions and the one that ends",
    ),
    "GET /v1/session": (4, "reads the session, and the person's memberships with their organizations"),
    "PATCH /v1/session": (6, "as above, then the member's sessions before the change"),
    "DELETE /v1/session": (3, "a change, whose path has no id"),
    "POST /v1/organizations": (
        5,
        "reads the organization, whose limit of its keys the child has too, and the family, whose children are limited",
    ),
    "GET /v1/leads/{lead_id}/history": (
        3,
        "reads the lead first, because the history of an erased lead is no longer visible",
    ),
    "GET /v1/audit-log/export.csv": (3, "records the export"),
    "GET /v1/outreach/suppressions/export.csv": (3, "records the export"),
    "POST /v1/audit-log/exports": (3, "counts the exports that are in progress"),
    "POST /v1/calls": (3, "reads the claim of the vendor's id, because the call may exist"),
    "POST /v1/calls/{call_id}/classify": (4, "a change, with a read of the switch for AI"),
    "GET /v1/calls/{call_id}/callbacks": (3, "reads the call first, because an unknown call is a 404"),
    "POST /v1/claims/{claim_id}/notes": (
        3,
        "counts the notes, whose number is limited; the commit checks that the claim exists and is not closed",
    ),
    "GET /v1/claims/{claim_id}/notes": (3, "reads the claim first, because an unknown claim is a 404"),
    "POST /v1/claims/{claim_id}/sign-off": (
        13,
        "a change, with reads of the count of decisions, the scope, what was decided about its items and its rooms, the"
        " latest sign-off, the photos,"
        " the notes for the checks and for the bundle, and the organization's name; and S3, which stores the content",
    ),
    "GET /v1/claims/{claim_id}/sign-off": (3, "reads the claim first, because an unknown claim is a 404"),
    "GET /v1/claims/{claim_id}/sign-offs": (3, "reads the claim first, because an unknown claim is a 404"),
    "POST /v1/claims/{claim_id}/extract": (
        6,
        "a change, with reads of the switch for AI, the notes and the photos, whose hash is compared",
    ),
    "PATCH /v1/claims/{claim_id}/scope/{item_id}": (
        5,
        "a change, with reads of the claim, its items and the decisions",
    ),
    "PATCH /v1/claims/{claim_id}/rooms/{room_id}": (
        5,
        "a change, with reads of the claim, its rooms and the corrections",
    ),
    "POST /v1/claims/{claim_id}/scope/accept": (
        5,
        "a change, with reads of the claim, its items and the decisions",
    ),
    "GET /v1/claims/{claim_id}/checks": (
        3,
        "reads the notes, over which the rules go, and the scope, if there is one",
    ),
    "POST /v1/claims/{claim_id}/photos": (
        4,
        "reads the claim, which many photos must not lock at once, and the register, because their number is limited",
    ),
    "GET /v1/claims/{claim_id}/photos": (
        4,
        "reads the claim, because an unknown claim is a 404, and the register, to find duplicates",
    ),
    "GET /v1/claims/{claim_id}/photos/{photo_id}": (3, "reads the register, to find duplicates"),
    "PATCH /v1/claims/{claim_id}/photos/{photo_id}": (4, "reads the register, to show duplicates"),
    "POST /v1/content": (3, "reads the switch for AI"),
    "PATCH /v1/content/{content_id}": (
        4,
        "a change, with a read of the settings, which the content policy needs",
    ),
    "GET /v1/content/{content_id}/revisions": (
        3,
        "reads the content first, because unknown content is a 404",
    ),
    "GET /v1/content/feed.json": (3, "reads the posts, and the organization, whose name is the title"),
    "GET /v1/content/feed.atom": (3, "reads the posts, and the organization, whose name is the title"),
    "POST /v1/content/feed-address": (
        4,
        "reads the address that it replaces, and derives the key of its token once per process",
    ),
    "DELETE /v1/content/feed-address": (3, "a change, whose path has no id"),
    "POST /v1/content/{content_id}/revisions": (4, "a change, with a read of the switch for AI"),
    "POST /v1/content/{content_id}/retry": (4, "a change, with a read of the switch for AI"),
    "POST /v1/content/{content_id}/restore": (5, "a change, with reads of the revision and of the settings"),
    "POST /v1/prospects/qualify": (3, "changes the prospects that its body names"),
    "POST /v1/leads/{lead_id}/score": (4, "a change, with a read of the current settings"),
    "PATCH /v1/calls/{call_id}/classification": (
        5,
        "a change, with reads of what the rules decide by: the settings, and the lead with the caller's number",
    ),
    "PATCH /v1/outreach/replies/{reply_id}/classification": (
        4,
        "a change, with a read of the claims of open enrollments",
    ),
    "POST /v1/dispatch/simulate": (2, "authentication, and a read of the settings"),
    "GET /v1/outreach/deliverability": (3, "reads the counters, and the state of the sender"),
    "POST /v1/outreach/sender/resume": (3, "a change, whose path has no id"),
    "POST /v1/outreach/suppressions": (
        4,
        "reads the claim of the address, which may be suppressed, and its open enrollment, which stops",
    ),
    "POST /v1/outreach/suppressions/import": (
        6,
        "the same for an address, and one read for a domain; the rows are committed in transactions of their own",
    ),
    "POST /v1/outreach/sequences/{sequence_id}/transitions": (
        6,
        "a change, with reads of the settings and of the connection to Resend, and a due marker for what became due "
        "in a pause",
    ),
    "POST /v1/outreach/sequences/{sequence_id}/enrollments": (
        9,
        "locks the Idempotency-Key; reads the sequence, the settings, the people and their claims; puts a due marker; "
        "commits some people, and the record",
    ),
    "GET /v1/outreach/sequences/{sequence_id}/enrollments": (
        3,
        "reads the sequence first, because an unknown sequence is a 404",
    ),
    "GET /v1/outreach/test-clock": (1, "live mode has none"),
    "POST /v1/outreach/test-clock": (2, "live mode has none; looks for the idempotency record first"),
    "POST /v1/leads/import": (3, "counts the imports that are in progress"),
    "POST /v1/prospects/{prospect_id}/convert": (4, "reads the claims of the prospect's e-mail and phones"),
    "PATCH /v1/organizations/me": (3, "a change, whose path has no id"),
    "GET /v1/organizations/me/grants": (
        3,
        "reads the organization first, because the grant's key has the parent's id",
    ),
    "POST /v1/webhooks": (3, "KMS encrypts the new secret"),
    "POST /v1/outreach/drafts": (3, "reads the settings, whose sender the content policy needs"),
    "PATCH /v1/outreach/drafts/{draft_id}": (
        4,
        "a change, with a read of the settings, whose sender the content policy needs",
    ),
    "POST /v1/outreach/drafts/{draft_id}/send": (
        6,
        "a change, with reads of the settings and of the suppressions, and a write of the due marker",
    ),
    "POST /v1/reviews": (3, "reads the claim of the surface's id, because the review may exist"),
    "GET /v1/reviews/{review_id}": (3, "reads the responses to the review"),
    "POST /v1/reviews/requests": (
        6,
        "reads the settings, the suppressions and the claims of the customer; puts a due marker",
    ),
    "GET /v1/webhooks/event-types": (1, "a file"),
    "GET /v1/webhooks/{webhook_id}/deliveries": (
        3,
        "reads the endpoint first, because an unknown endpoint is a 404; then entries",
    ),
    "POST /v1/webhooks/{webhook_id}/test": (
        8,
        "reads the idempotency record before it sends; KMS decrypts the secret once; a slot is acquired, which for the "
        "first one creates the endpoint's health, and released",
    ),
    "POST /v1/webhooks/deliveries/{delivery_id}/retry": (
        4,
        "reads the delivery, then its endpoint, which may be disabled",
    ),
    "POST /v1/webhooks/{webhook_id}/rotate-secret": (
        4,
        "reads the endpoint, then KMS encrypts the new secret",
    ),
    "PUT /v1/integrations/{vendor}": (
        5,
        "a change whose sample has a secret: KMS encrypts it, and derives the key for secrets' marks once per process",
    ),
}
"""Endpoints with another number of calls than the budget, each with its reason. A new line is a decision."""


@pytest.fixture
def tenant(cloud: None) -> Tenant:
    """A child organization, because only a child can grant."""
    return new_child()


def _expected(endpoint: Endpoint) -> int:
    if endpoint.name in EXCEPTIONS:
        return EXCEPTIONS[endpoint.name][0]
    if endpoint.method == "GET":
        return BUDGET["GET"]
    return BUDGET["change" if endpoint.route.path_parameters else "create"]


ALL = [endpoint for endpoint in endpoints() if endpoint.name != "POST /v1/sessions"]
"""Endpoints except the sign-in: its time is that of two requests to the user pool."""


@pytest.mark.parametrize("endpoint", ALL, ids=lambda endpoint: endpoint.name)
def test_a_warm_endpoint_makes_the_expected_number_of_calls_to_aws_and_its_role_allows_them(
    tenant: Tenant, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, body, credential = prepared(endpoint, tenant)
    _warm(endpoint, path, tenant)

    def request(key: str) -> ApiResponse:
        headers = {"Idempotency-Key": key} if endpoint.route.replayable else {}
        return call(endpoint.method, path, key=credential, json_body=body, headers=headers)

    with recorded_calls(monkeypatch) as recorded:
        with watched_calls(monkeypatch) as calls:
            response = request("once")
        derived_key.cache_clear()
        decrypt.cache_clear()
        request("again")  # as a new process would; a change that has been made is refused after its reads

    assert response.status == 404 if endpoint.name in WITHOUT_ITEM else response.status < 300, response.text
    assert len(calls.made) == _expected(endpoint), calls.made
    assert not refused(endpoint.folder, recorded)
    names = [each.name for each in ALL]
    calls_to_aws.write("endpoints", endpoint.name, names, {endpoint.folder: recorded})


def _warm(endpoint: Endpoint, path: str, tenant: Tenant) -> None:
    """Send the requests that create clients, derive the cursor key, cache the service area and name the keys in use."""
    address = {"line1": "1 Elm St", "city": "Oakland", "state": "CA", "postal_code": "94601"}
    call("POST", "/v1/leads", key=tenant.admin, json_body={"email": "warm@example.com", "address": address})
    call("GET", "/v1/leads?limit=1", key=tenant.admin)
    call("POST", "/v1/api-keys", key=tenant.admin, json_body={"name": "warm", "scopes": ["read"]})
    if endpoint.method == "GET":
        call("GET", path, key=tenant.admin)


def test_a_replay_makes_two_calls_to_aws(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    headers = {"Idempotency-Key": "once"}
    body = {"email": "a@example.com"}
    call("POST", "/v1/leads", key=tenant.write, json_body=body, headers=headers)

    with watched_calls(monkeypatch) as calls:
        response = call("POST", "/v1/leads", key=tenant.write, json_body=body, headers=headers)

    assert response.headers["Idempotent-Replayed"] == "true"
    assert calls.made == ["UpdateItem", "TransactWriteItems"]


def test_a_rejected_key_makes_at_most_one_call_to_aws(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    with watched_calls(monkeypatch) as calls:
        call("GET", "/v1/leads", key=tenant.read[:-1] + ("a" if tenant.read[-1] != "a" else "b"))
        assert calls.made == []
        call("POST", "/v1/leads", key=tenant.read, json_body={})
        assert calls.made == ["UpdateItem"]


def test_the_exceptions_name_endpoints() -> None:
    assert set(EXCEPTIONS) <= {endpoint.name for endpoint in endpoints()}
