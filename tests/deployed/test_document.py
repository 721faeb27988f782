"""The published document against the running stack: what it allows is taken, and answered as it says.

Schemathesis draws requests from the document, the same each time. They are drawn before any is sent, so that nothing
is drawn again for what an answer says, and no failure is shrunk for minutes.
"""

from __future__ import annotations

import json
import secrets
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

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemathesis import Response

    from tools.demo.client import Stack

pytestmark = pytest.mark.deployed

CASES = 5
"""Of each operation."""
AT_ONCE = 4
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]

BUSINESS = {
    "conflict",
    "idempotency_mismatch",
    "illegal_transition",
    "invalid_cursor",
    "invalid_signature",
    "not_found",
    "precondition_failed",
}
"""Refusals that depend on what is stored or signed, which no schema of a request can say."""

_LIMIT = {"/rate_limit": "burst is at least per_minute"}
_FILTER = {"/filter": "a path is a field of the chosen event types, and its values are of that field"}
_MERGED = {
    "": "what is stored and what is sent has room together",
    "/phones": "as above",
    "/notes": "as above",
}
_PROSPECT = {
    "/enrichment": "no number is nearer to zero than 1e-100",
    "/website": "every character can be printed",
}
_SETTINGS = {
    "/settings/business_hours": "spans do not overlap",
    "/settings/service_area": "no number is nearer to zero than 1e-100",
}
UNSAID: dict[str, dict[str, str]] = {
    "createApiKey": _LIMIT,
    "updateApiKey": _LIMIT,
    "createLead": _MERGED,
    "updateLead": {"": "an e-mail or a phone is left"},
    "createOrganization": _SETTINGS,
    "updateOwnOrganization": _SETTINGS,
    "updateOrganization": _SETTINGS,
    "createProspect": _PROSPECT,
    "updateProspect": {"": "a company or an e-mail is left", **_PROSPECT},
    "qualifyProspects": {"/prospect_ids": "no two are the same once they are trimmed"},
    "convertProspect": {"": "the prospect has an e-mail or a phone"},
    "createWebhook": _FILTER,
    "updateWebhook": _FILTER,
    "replayWebhook": {
        "/since": "before until, which is now where it is not given",
        "/types": "of the endpoint's",
    },
    "putIntegration": {
        "/settings": "those of the vendor in the path",
        "/secrets": "those of the vendor in the path, in its form",
    },
}
"""Fields whose values may be refused although their schema allows them, by operation, with the rule that JSON Schema
cannot say. Moments in the past and hosts inside of networks are such values too: those are not drawn, see _formats."""


def _formats() -> Iterator[tuple[str, st.SearchStrategy[str]]]:
    """The formats of the document's texts, of which a schema cannot tell the good ones."""
    digits = st.integers(2_000_000, 9_999_999)
    yield "phone", st.builds("+1312{}".format, digits) | st.builds("(312) {:07d}".format, digits)
    yield "cidr", st.builds("10.{}.0.0/16".format, st.integers(0, 255)) | st.just("2001:db8::/32")
    yield "timezone", st.sampled_from(["America/New_York", "America/Chicago", "Europe/Zurich", "UTC"])
    # RFC 6761: nothing is ever sent to a name under .invalid.
    yield "uri", st.builds("https://{}.invalid/hooks".format, st.from_regex(r"[a-z]{1,20}", fullmatch=True))
    yield "email", st.builds("{}@example.com".format, st.from_regex(r"[a-z0-9]{1,20}", fullmatch=True))
    # What has an end must end in the future.
    yield "date-time", st.builds("{}-04-24T17:42:11.314Z".format, st.integers(2030, 2090))


type Case = AnyCase[Any]


class Sent(NamedTuple):
    case: Case
    response: Response


for name, strategy in _formats():
    schemathesis.openapi.format(name, strategy)
DOCUMENT = schemathesis.openapi.from_dict(json.loads(served.text()))
OPERATIONS = {
    found.ok().definition.raw["operationId"]: found.ok()
    for found in DOCUMENT.get_all_operations()
    if isinstance(found, Ok)
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
    """A tenant of its own, with one of each resource that the API can make, for the paths."""

    key: str
    ids: dict[str, str]


@pytest.fixture(scope="module")
def tenant(stack: Stack) -> Tenant:
    parent = stack.call("GET", "/organizations/me", key=stack.keys["live_admin"]).json
    made = stack.call("POST", "/organizations", key=stack.keys["live_admin"], body={"name": "Document"}).json

    def key_of(name: str) -> Any:
        body = {"name": name, "scopes": ["admin"], "rate_limit": {"per_minute": 6000}}
        return stack.call("POST", "/api-keys", key=made["admin_key"]["key"], body=body).json

    key = key_of("requests")["key"]

    def new(path: str, body: object) -> str:
        answer = stack.call("POST", path, key=key, body=body)
        assert answer.status == 201, answer.body
        return str(answer.json["id"])

    ids = {
        "key_id": key_of("in the path")["id"],
        "lead_id": new("/leads", {"email": f"{secrets.token_hex(8)}@example.com"}),
        "prospect_id": new("/prospects", {"company": "Harbor Property"}),
        "webhook_id": new("/webhooks", {"url": "https://receiver.invalid/", "events": ["*"]}),
        "organization_id": new("/organizations", {"name": "Below"}),
        "member_id": new("/organizations/me/members", {"email": "a@example.com", "role": "viewer"}),
        "parent_id": parent["id"],
        "record_id": stack.call("GET", "/audit-log?limit=1", key=key).json["data"][0]["id"],
    }
    return Tenant(key, ids)


@pytest.fixture(scope="module")
def sent(stack: Stack, tenant: Tenant) -> Iterator[dict[str, list[Sent]]]:
    """All answers by operation. What is removed is removed last, as other requests are about it."""
    drawn = {name: _drawn(name) for name in OPERATIONS}

    def send(name: str) -> tuple[str, list[Sent]]:
        return name, [_sent(case, stack, tenant) for case in drawn[name]]

    with ThreadPoolExecutor(AT_ONCE) as threads:
        last = {name for name, one in OPERATIONS.items() if one.method == "delete"}
        yield dict([*threads.map(send, OPERATIONS.keys() - last), *threads.map(send, last)])
    # Nothing more is to be delivered to the endpoints that were made.
    for webhook in stack.call("GET", "/webhooks?limit=200", key=tenant.key).json["data"]:
        stack.call("DELETE", f"/webhooks/{webhook['id']}", key=tenant.key)


def _sent(case: Case, stack: Stack, tenant: Tenant) -> Sent:
    for name in case.path_parameters:
        if name in tenant.ids:
            case.path_parameters[name] = tenant.ids[name]
        elif name != "vendor":
            case.path_parameters[name] = "x_01kq09bekje6vbq5xe2b60xtww"
    case.headers.pop("X-EAL-Organization", None)  # another organization's data would be a 404 for all
    response = case.call(
        base_url=stack.api_url, headers={"Authorization": f"Bearer {tenant.key}"}, timeout=60
    )
    return Sent(case, response)


def test_each_operation_is_tried() -> None:
    paths = json.loads(served.text())["paths"].values()

    assert OPERATIONS.keys() == {one["operationId"] for item in paths for one in item.values()}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_what_the_document_allows_is_answered_as_it_says(sent: dict[str, list[Sent]], operation: str) -> None:
    for case, response in sent[operation]:
        case.validate_response(response, checks=CHECKS)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_what_the_document_allows_is_not_refused(sent: dict[str, list[Sent]], operation: str) -> None:
    for case, response in sent[operation]:
        if response.status_code >= 400:
            error = response.json()["error"]
            assert _may_be_refused(operation, error), (error, case.as_curl_command())


def _may_be_refused(operation: str, error: dict[str, Any]) -> bool:
    if error["code"] != "validation_error":
        return error["code"] in BUSINESS
    pointers = [field["pointer"] for field in error["details"]["fields"]]
    return all(
        any(
            pointer == unsaid or (unsaid and pointer.startswith(f"{unsaid}/"))
            for unsaid in UNSAID.get(operation, ())
        )
        for pointer in pointers
    )
