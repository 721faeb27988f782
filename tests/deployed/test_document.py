"""The OpenAPI document against the running stack: it accepts documented requests and returns documented responses.

Schemathesis draws the same requests from the document in each run. It draws them before the first is sent, so that no
response leads to new requests, and no failure is shrunk for minutes.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import Case as AnyCase
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from eal.entry.http import openapi as served
from tools.fixtures.client import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemathesis import Response

    from tools.fixtures.client import Stack

pytestmark = pytest.mark.deployed

CASES = 5
"""Number of cases per operation."""
THREADS = 4
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]

STATE_DEPENDENT = {
    "conflict",
    "idempotency_mismatch",
    "illegal_transition",
    "invalid_cursor",
    "invalid_signature",
    "not_found",
    "precondition_failed",
}
"""Error codes that depend on stored or signed data, which a request schema cannot express."""
LIMITED_ALONE = {"checkIntegration"}
"""Operations with a rate limit of their own, which two requests in a row exceed if an integration is connected."""

_LIMIT = {"/rate_limit": "burst is at least per_minute"}
_FILTER = {
    "/filter": "a path is a field of the selected event types, and its values have the type of that field"
}
_MERGED = {
    "": "the stored lead and the request together are within the limits",
    "/phones": "as above",
    "/notes": "as above",
}
_PROSPECT = {
    "/enrichment": "no number is nearer to zero than 1e-100",
    "/website": "every character is printable",
}
_SETTINGS = {
    "/settings/ai/monthly_budget_cents": "a family shares one limit",
    "/settings/business_hours": "spans do not overlap",
    "/settings/service_area": "no number is nearer to zero than 1e-100",
    "/settings/outreach/reply_domain": "no newline after its last letter",
}
_CLAIM = {
    "/lead_id": "an existing lead",
    "/call_id": "an existing call",
    "/date_of_loss": "a day of the calendar that is not in the future",
}
_SEQUENCE = {
    "/stop_on": "contains what always stops an enrollment",
    "/send_window": "ends at least an hour after its start",
}
_PERSON = {"/lead_id": "an existing lead", "/prospect_id": "an existing prospect"}
NOT_IN_SCHEMA: dict[str, dict[str, str]] = {
    "createApiKey": _LIMIT,
    "updateApiKey": _LIMIT,
    "createLead": _MERGED,
    "updateLead": {"": "an e-mail or a phone remains"},
    "createOrganization": _SETTINGS,
    "updateOwnOrganization": _SETTINGS,
    "updateOrganization": _SETTINGS,
    "createProspect": _PROSPECT,
    "updateProspect": {"": "a company or an e-mail remains", **_PROSPECT},
    "qualifyProspects": {"/prospect_ids": "trimmed ids are unique"},
    "convertProspect": {"": "the prospect has an e-mail or a phone"},
    "createWebhook": _FILTER,
    "updateWebhook": _FILTER,
    "replayWebhook": {
        "/since": "before until, whose default is now",
        "/types": "event types of the endpoint",
    },
    "advanceTestClock": {"/advance_to": "after the time of the clock, by at most 366 days"},
    "correctReply": {"": "each day belongs to one classification"},
    "createClaim": _CLAIM,
    "updateClaim": _CLAIM,
    "createClaimPhoto": {
        "": "the file name ends as files of its type do",
        "/filename": "one line of printable characters",
    },
    "createContent": {"/brief/review_id": "an existing review"},
    "updateContent": {"/hashtags": "letters, digits and underscores", "/links": "addresses with a host"},
    "createDraft": _PERSON,
    "listDrafts": {"/prospect_id": "not together with lead_id"},
    "createReview": {"/reviewed_at": "not in the future", "/lead_id": "an existing lead"},
    "createReviewRequest": {"/completed_at": "not in the future", "/lead_id": "an existing lead"},
    "getReviewStats": {"": "until is not before since, and at most 59 months after it", "/until": "as above"},
    "createSession": {"/redirect_uri": "the address to which sign-ins return"},
    "simulateDispatch": {"/facts": "latitude and longitude are given together", **_SETTINGS},
    "acceptClaimScopeItems": {"/min_confidence": "no number is nearer to zero than 1e-100"},
    "updateClaimRoom": {
        "/measures": "the first piece is the main one, and no number is nearer to zero than 1e-100"
    },
    "createSequence": _SEQUENCE,
    "updateSequence": _SEQUENCE,
    "getDeliverability": {
        "/since": "a day from 2000 to 2999, not after until, by at most 90 days before it",
        "/until": "a day from 2000 to 2999",
    },
    "importSuppressions": {"/csv": "a header row and up to 200 further rows"},
    "putIntegration": {
        "/settings": "settings of the vendor in the path",
        "/secrets": "secrets of the vendor in the path, in its format",
    },
}
"""Fields with values that the API may reject although the schema allows them, by operation, with the rule that JSON
Schema cannot express. The strategies of _formats avoid two more such rules: past times, and hosts in networks."""


def _formats() -> Iterator[tuple[str, st.SearchStrategy[str]]]:
    """(format, strategy) of strings whose validity a schema cannot express."""
    digits = st.integers(2_000_000, 9_999_999)
    yield "phone", st.builds("+1312{}".format, digits) | st.builds("(312) {:07d}".format, digits)
    yield "cidr", st.builds("10.{}.0.0/16".format, st.integers(0, 255)) | st.just("2001:db8::/32")
    yield "timezone", st.sampled_from(["America/New_York", "America/Chicago", "Europe/Zurich", "UTC"])
    # RFC 6761: nothing is ever sent to a name under .invalid.
    yield "uri", st.builds("https://{}.invalid/hooks".format, st.from_regex(r"[a-z]{1,20}", fullmatch=True))
    yield "hostname", st.builds("{}.example.com".format, st.from_regex(r"[a-z]{1,20}", fullmatch=True))
    yield "email", st.builds("{}@example.com".format, st.from_regex(r"[a-z0-9]{1,20}", fullmatch=True))
    # An expiry must be in the future.
    yield "date-time", st.builds("{}-04-24T17:42:11.314Z".format, st.integers(2030, 2090))


type Case = AnyCase[Any]


class Sent(NamedTuple):
    case: Case
    response: Response


for name, strategy in _formats():
    schemathesis.openapi.format(name, strategy)
DOCUMENT = schemathesis.openapi.from_dict(json.loads(served.text()))
OPERATIONS = {
    operation.ok().definition.raw["operationId"]: operation.ok()
    for operation in DOCUMENT.get_all_operations()
    if isinstance(operation, Ok)
}


def _drawn(name: str) -> list[Case]:
    cases: list[Case] = []

    @seed(1)
    @settings(
        max_examples=CASES,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(OPERATIONS[name].as_strategy())
    def draw(case: Case) -> None:
        cases.append(case)

    draw()
    return cases


class Tenant(NamedTuple):
    """A new tenant, with one of each resource that the API can create, for the paths."""

    key: str
    ids: dict[str, str]


@pytest.fixture(scope="module")
def tenant(stack: Stack) -> Tenant:
    parent = stack.call("GET", "/organizations/me", key=stack.keys["live_admin"]).json
    organization = stack.call(
        "POST", "/organizations", key=stack.keys["live_admin"], body={"name": "Document"}
    ).json
    _allow_children(stack, organization["id"])

    def key_of(name: str) -> Any:
        body = {"name": name, "scopes": ["admin"], "rate_limit": {"per_minute": 6000}}
        return stack.call("POST", "/api-keys", key=organization["admin_key"]["key"], body=body).json

    key = key_of("requests")["key"]

    def create(path: str, body: object) -> str:
        response = stack.call("POST", path, key=key, body=body)
        assert response.status == 201, response.body
        return str(response.json["id"])

    ids = {
        "key_id": key_of("in the path")["id"],
        "lead_id": create("/leads", {"email": f"{secrets.token_hex(8)}@example.com"}),
        "prospect_id": create("/prospects", {"company": "Harbor Property"}),
        "webhook_id": create("/webhooks", {"url": "https://receiver.invalid/", "events": ["*"]}),
        "organization_id": create("/organizations", {"name": "Below"}),
        "member_id": create("/organizations/me/members", {"email": "a@example.com", "role": "viewer"}),
        "parent_id": parent["id"],
        "record_id": stack.call("GET", "/audit-log?limit=1", key=key).json["data"][0]["id"],
    }
    return Tenant(key, ids)


def _allow_children(stack: Stack, organization_id: str) -> None:
    """Let a child have children, as the operator can."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment |= {
        "AWS_ENDPOINT_URL": stack.aws["endpoint_url"],
        "AWS_DEFAULT_REGION": stack.aws["region"],
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
    subprocess.run(  # noqa: S603 - our own program
        [
            sys.executable,
            "-m",
            "tools.tenant",
            "--stack",
            "eal",
            "--organization",
            organization_id,
            "--allow-children",
        ],
        cwd=ROOT,
        env=environment,
        check=True,
    )


@pytest.fixture(scope="module")
def sent(stack: Stack, tenant: Tenant) -> Iterator[dict[str, list[Sent]]]:
    """All responses by operation, sent in the order of the document.

    DELETE requests are sent last, because other requests need the resources.
    """
    drawn = {name: _drawn(name) for name in OPERATIONS}

    def send(name: str) -> tuple[str, list[Sent]]:
        return name, [_sent(case, stack, tenant) for case in drawn[name]]

    with ThreadPoolExecutor(THREADS) as threads:
        deletes = [name for name, operation in OPERATIONS.items() if operation.method == "delete"]
        others = [name for name in OPERATIONS if name not in deletes]
        yield dict([*threads.map(send, others), *threads.map(send, deletes)])
    # Stop deliveries to the created endpoints.
    for webhook in stack.call("GET", "/webhooks?limit=200", key=tenant.key).json["data"]:
        stack.call("DELETE", f"/webhooks/{webhook['id']}", key=tenant.key)


def _sent(case: Case, stack: Stack, tenant: Tenant) -> Sent:
    for name in case.path_parameters:
        if name in tenant.ids:
            case.path_parameters[name] = tenant.ids[name]
        elif name != "vendor":
            case.path_parameters[name] = "x_01kq09bekje6vbq5xe2b60xtww"
    # The id of another organization would make each response a 404.
    case.headers.pop("X-EAL-Organization", None)
    response = case.call(
        base_url=stack.api_url, headers={"Authorization": f"Bearer {tenant.key}"}, timeout=60
    )
    return Sent(case, response)


def test_each_operation_has_requests() -> None:
    paths = json.loads(served.text())["paths"].values()

    assert OPERATIONS.keys() == {operation["operationId"] for item in paths for operation in item.values()}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_response_to_a_documented_request_is_documented(
    sent: dict[str, list[Sent]], operation: str
) -> None:
    for case, response in sent[operation]:
        case.validate_response(response, checks=CHECKS)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_documented_request_is_accepted(sent: dict[str, list[Sent]], operation: str) -> None:
    for case, response in sent[operation]:
        if response.status_code >= 400:
            error = response.json()["error"]
            assert _may_be_rejected(operation, error), (error, case.as_curl_command())


def _may_be_rejected(operation: str, error: dict[str, Any]) -> bool:
    if error["code"] == "insufficient_scope":  # the requests have an API key
        return bool(error["details"]["required"] == "session")
    if error["code"] == "rate_limited":
        return operation in LIMITED_ALONE
    if error["code"] != "validation_error":
        return error["code"] in STATE_DEPENDENT
    pointers = [field["pointer"] for field in error["details"]["fields"]]
    return all(
        any(
            pointer == field or (field and pointer.startswith(f"{field}/"))
            for field in NOT_IN_SCHEMA.get(operation, ())
        )
        for pointer in pointers
    )
