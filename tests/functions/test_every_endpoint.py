"""Rules for every endpoint. The list comes from the template, so a new endpoint needs no change here."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from eal.core.listing import ListQuery
from eal.domain.credentials.text import new_text
from eal.domain.organizations.grants import store as grants
from eal.domain.organizations.grants.model import Grant
from tests.support import contract
from tests.support.endpoints import (
    METHODS_WITH_BODY,
    Endpoint,
    endpoints,
    made_by,
    sample_with_made,
    with_key,
)
from tests.support.faults import watched_calls
from tests.support.http import ApiResponse, call, load_app, proxy_event
from tests.support.sessions import signed_in
from tests.support.tenants import new_child, new_tenant, operator, raise_limit

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.tenants import Tenant


@pytest.fixture
def tenant(cloud: None) -> Tenant:
    """A child organization, because only a child can grant."""
    return new_child()


SHARED = {
    "/v1/api-keys": "keys belong to both modes",
    "/v1/webhooks/event-types": "the catalogue is the same for all tenants",
}
CACHED = {
    "/v1/openapi.json": "public, max-age=300",
    "/v1/status": "public, max-age=5",
    "/v1/content/feed.json": "private, max-age=300",
    "/v1/content/feed.atom": "private, max-age=300",
}
"""The Cache-Control of a document that is the same for everybody, or for a while."""
TEST_CLOCK = "/v1/outreach/test-clock"
"""Live mode has none."""
RATE_LIMIT_HEADERS = {"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"}


def _name(endpoint: Endpoint) -> str:
    return endpoint.name


def _select(condition: Callable[[Endpoint], bool]) -> list[Endpoint]:
    return [endpoint for endpoint in with_key() if condition(endpoint)]


def _lists(endpoint: Endpoint) -> bool:
    return endpoint.route.query is not None and issubclass(endpoint.route.query, ListQuery)


ALL = pytest.mark.parametrize("endpoint", endpoints(), ids=_name)
WITH_KEY = pytest.mark.parametrize("endpoint", with_key(), ids=_name)
BEYOND_READ = pytest.mark.parametrize(
    "endpoint", _select(lambda endpoint: endpoint.route.scope != "read"), ids=_name
)
WITH_BODY = pytest.mark.parametrize("endpoint", _select(lambda endpoint: endpoint.takes_body), ids=_name)
CHANGES = pytest.mark.parametrize("endpoint", _select(lambda endpoint: endpoint.method != "GET"), ids=_name)
"""Endpoints that read a body, even if it must be empty."""
GETS = pytest.mark.parametrize("endpoint", _select(lambda endpoint: endpoint.method == "GET"), ids=_name)
LISTS = pytest.mark.parametrize("endpoint", _select(_lists), ids=_name)
GRANTED_LISTS = pytest.mark.parametrize(
    "endpoint", _select(lambda endpoint: _lists(endpoint) and endpoint.route.grant is not None), ids=_name
)
WITH_ID = pytest.mark.parametrize(
    "endpoint", _select(lambda endpoint: bool(endpoint.route.path_parameters)), ids=_name
)
CHANGED = pytest.mark.parametrize(
    "endpoint",
    _select(lambda endpoint: endpoint.method == "PATCH" and bool(endpoint.route.path_parameters)),
    ids=_name,
)
"""Endpoints that change an item that a POST created."""
WRITES = pytest.mark.parametrize(
    "endpoint",
    _select(lambda endpoint: endpoint.method in METHODS_WITH_BODY and endpoint.route.replayable),
    ids=_name,
)


def _call(
    endpoint: Endpoint,
    key: str | None,
    *,
    query: str = "",
    at: str | None = None,
    path: str | None = None,
    json_body: object = None,
    body: str | None = None,
    headers: dict[str, str] | None = None,
) -> ApiResponse:
    """Send a valid request, except for the arguments. Checks the rules for every response."""
    if endpoint.takes_body and json_body is None and body is None:
        json_body = endpoint.sample()
    path = path or (endpoint.at() if at is None else endpoint.at(at))
    response = call(endpoint.method, path + query, key=key, json_body=json_body, body=body, headers=headers)
    _check_response(endpoint, response)
    return response


def _list_of(endpoint: Endpoint, key: str) -> str:
    """The path of a list; if the list belongs to an item, with the id of a new item."""
    return made_by(endpoint, key) or endpoint.path


def _check_response(endpoint: Endpoint, response: ApiResponse) -> None:
    assert response.headers["X-Request-Id"]
    cached = CACHED.get(endpoint.path) if response.status < 400 else None
    assert response.headers["Cache-Control"] == (cached or "no-store")
    if response.text:  # the OpenAPI document names other media types than JSON
        assert response.headers["Content-Type"].endswith("; charset=utf-8")
    else:
        assert response.status in (204, 304)
    rate_limit = RATE_LIMIT_HEADERS & set(response.headers)
    assert rate_limit in (set(), RATE_LIMIT_HEADERS)
    if response.status >= 400:
        error = response.json["error"]
        assert set(response.json) == {"error"}
        assert set(error) == {"code", "message", "details"}
        assert error["details"]["request_id"] == response.headers["X-Request-Id"]
        assert not re.search(r"Traceback|eal\.|dynamodb|botocore|pydantic|\.py", response.text)
    contract.check(endpoint.method, endpoint.path, response)


# ---------------------------------------------------------------- keys and scopes


@WITH_KEY
def test_without_a_key_the_response_is_401_without_a_call_to_aws(
    cloud: None, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    with watched_calls(monkeypatch) as calls:
        response = _call(endpoint, None, body="{not json" if endpoint.takes_body else None, query="?x=1")

    assert (response.status, response.error) == (401, "missing_key")
    assert not RATE_LIMIT_HEADERS & set(response.headers)
    assert calls.made == []


@WITH_KEY
def test_a_malformed_key_is_401_without_a_call_to_aws(
    cloud: None, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    with watched_calls(monkeypatch) as calls:
        response = _call(endpoint, "eal_live_0000000000000000000000000000000000aaaa")

    assert (response.status, response.error) == (401, "invalid_key")
    assert not RATE_LIMIT_HEADERS & set(response.headers)
    assert calls.made == []


@WITH_KEY
def test_an_unknown_and_a_revoked_key_are_401(tenant: Tenant, endpoint: Endpoint) -> None:
    made = call("POST", "/v1/api-keys", key=tenant.admin, json_body={"name": "x", "scopes": ["admin"]}).json
    call("DELETE", f"/v1/api-keys/{made['id']}", key=tenant.admin)

    for key, code in ((new_text("live"), "invalid_key"), (made["key"], "revoked_key")):
        response = _call(endpoint, key)
        assert (response.status, response.error) == (401, code)
        assert not RATE_LIMIT_HEADERS & set(response.headers)


@BEYOND_READ
def test_a_lower_scope_is_403_with_the_required_scope(tenant: Tenant, endpoint: Endpoint) -> None:
    lower_keys = {"write": [tenant.read], "admin": [tenant.read, tenant.write]}
    scope = endpoint.route.scope or "read"
    for key in lower_keys[scope]:
        response = _call(endpoint, key)

        assert (response.status, response.error) == (403, "insufficient_scope")
        assert response.json["error"]["details"]["required"] == scope
        assert set(response.headers) >= RATE_LIMIT_HEADERS


# ---------------------------------------------------------------- requests


@ALL
def test_an_unknown_parameter_is_422(tenant: Tenant, endpoint: Endpoint) -> None:
    only_sessions = endpoint.route.needs is not None and endpoint.route.needs.session
    key = signed_in(tenant).text if only_sessions else tenant.admin

    response = _call(endpoint, key, query="?colour=red")

    assert (response.status, response.error) == (422, "validation_error")
    assert {"pointer": "/colour", "location": "query"}.items() <= response.json["error"]["details"]["fields"][
        0
    ].items()


@CHANGES
def test_an_unknown_field_is_422(tenant: Tenant, endpoint: Endpoint) -> None:
    response = _call(endpoint, tenant.admin, json_body={**(endpoint.sample() or {}), "shoe/size~": 44})

    assert (response.status, response.error) == (422, "validation_error")
    assert "/shoe~1size~0" in [field["pointer"] for field in response.json["error"]["details"]["fields"]]
    assert set(response.headers) >= RATE_LIMIT_HEADERS


@CHANGES
def test_a_body_that_is_not_a_json_object_is_400(tenant: Tenant, endpoint: Endpoint) -> None:
    for body in ("{", "nonsense", "[]", '[{"a": 1}]', '"text"', "1", "null", "NaN", '{"a": NaN}', "  "):
        response = _call(endpoint, tenant.admin, body=body)
        assert (response.status, response.error) == (400, "invalid_request"), body


@CHANGES
def test_a_body_with_a_member_twice_is_400(tenant: Tenant, endpoint: Endpoint) -> None:
    for body in (
        '{"name": 1, "name": 2}',
        '{"name": 1, "a": [{"name": 1}, {"name": 1, "b": {}, "name": 1}]}',
    ):
        response = _call(endpoint, tenant.admin, body=body)
        assert (response.status, response.error) == (400, "invalid_request"), body
        assert "'name' twice" in response.json["error"]["message"]


@CHANGES
def test_an_empty_body_is_400_if_a_body_is_required(tenant: Tenant, endpoint: Endpoint) -> None:
    response = _call(endpoint, tenant.admin, body="")

    if endpoint.route.body_optional:
        assert response.status < 300 or response.status == 404
        assert _call(endpoint, tenant.admin, body="{}").status == response.status
    else:
        assert (response.status, response.error) == (400, "invalid_request")


@CHANGES
def test_another_content_type_is_415(tenant: Tenant, endpoint: Endpoint) -> None:
    for media_type in ("text/plain", "application/xml", "multipart/form-data; boundary=x", "json"):
        response = _call(endpoint, tenant.admin, body="{}", headers={"Content-Type": media_type})
        assert (response.status, response.error) == (415, "unsupported_media_type"), media_type


@CHANGES
def test_a_body_over_256_kib_is_413(tenant: Tenant, endpoint: Endpoint) -> None:
    response = _call(endpoint, tenant.admin, body=json.dumps({"x": "y" * 256 * 1024}))

    assert (response.status, response.error) == (413, "payload_too_large")


@GETS
def test_a_get_reads_no_body(tenant: Tenant, endpoint: Endpoint) -> None:
    for body in ("{", '{"colour": "red"}'):
        assert _call(endpoint, tenant.admin, body=body).status not in (400, 415, 422), body


@LISTS
def test_an_invalid_cursor_is_400(tenant: Tenant, endpoint: Endpoint) -> None:
    path = _list_of(endpoint, tenant.admin)
    for cursor in (
        "x",
        "eyJpZCI6MX0",
        "eyJpZCI6",
        "%00",
        "%F0%9F%92%A9",
        "W10",
        "e30",
        "1" * 2048,
        "e" * 6000,
    ):
        response = _call(endpoint, tenant.admin, path=path, query=f"?cursor={cursor}")
        assert (response.status, response.error) == (400, "invalid_cursor"), cursor


@LISTS
def test_an_invalid_limit_is_422(tenant: Tenant, endpoint: Endpoint) -> None:
    for limit in ("0", "000", "-1", "x", "1.5", "", "٣"):
        response = _call(endpoint, tenant.admin, query=f"?limit={limit}")
        assert (response.status, response.error) == (422, "validation_error"), limit
        assert [field["pointer"] for field in response.json["error"]["details"]["fields"]] == ["/limit"]


@LISTS
def test_a_list_is_a_page(tenant: Tenant, endpoint: Endpoint) -> None:
    path = _list_of(endpoint, tenant.admin)
    for query in (
        "",
        "?limit=1",
        "?limit=200",
        "?limit=100000",
        "?limit=1000000000",
        f"?limit={'1' * 5000}",
        "?order=asc",
        "?created_after=2020-01-01T00:00:00Z",
    ):
        response = _call(endpoint, tenant.admin, path=path, query=query)
        assert response.status == 200, query
        assert set(response.json) >= {"data", "next_cursor"}, query


@WRITES
def test_a_malformed_idempotency_key_is_400(tenant: Tenant, endpoint: Endpoint) -> None:
    for text in ("", "x" * 256, "a\x00b", "é", "a\nb"):
        response = _call(endpoint, tenant.admin, headers={"Idempotency-Key": text})
        assert (response.status, response.error) == (400, "invalid_request"), text


@WITH_KEY
def test_a_malformed_if_match_is_400(tenant: Tenant, endpoint: Endpoint) -> None:
    for text in ("7", "W/", 'w/"1"', '"1', '"1" "2"', '*, "1"', ",", '"1"x', '"a b"', '"\x7f"', '"1";"2"'):
        response = _call(endpoint, tenant.admin, headers={"If-Match": text})
        assert (response.status, response.error) == (400, "invalid_request"), text


@CHANGED
def test_an_if_match_with_an_unknown_tag_is_412(tenant: Tenant, endpoint: Endpoint) -> None:
    path = made_by(endpoint, tenant.admin)
    assert path is not None
    for text in (
        '"no-such"',
        'W/"no-such"',
        'W/"1"',
        '"1-gzip"',
        '""',
        '"1,1"',
        '"01"',
        '"é"',
        f'"{"9" * 30}"',
    ):
        response = _call(endpoint, tenant.admin, path=path, headers={"If-Match": text})
        assert (response.status, response.error) == (412, "precondition_failed"), text
    either = {"If-Match": '"no-such", "1", "2"'}  # a reply has version 2 once it is classified
    assert _call(endpoint, tenant.admin, path=path, headers=either).status < 300


# ---------------------------------------------------------------- isolation


@WITH_ID
def test_an_id_of_another_tenant_is_404(tenant: Tenant, stranger: Tenant, endpoint: Endpoint) -> None:
    lead = call("POST", "/v1/leads", key=stranger.write, json_body={"email": "s@example.com"}).json
    for at in (lead["id"], stranger.admin_id, stranger.id, "nonsense", "lead_01kq09bekje6vbq5xe2b60xtww"):
        response = _call(endpoint, tenant.admin, at=at)

        assert (response.status, response.error) == (404, "not_found"), at
        assert set(response.headers) >= RATE_LIMIT_HEADERS


@LISTS
def test_a_list_has_no_data_of_another_mode_or_tenant(
    tenant: Tenant, stranger: Tenant, endpoint: Endpoint
) -> None:
    if endpoint.path in SHARED:
        pytest.skip(SHARED[endpoint.path])
    call("POST", "/v1/leads", key=tenant.write, json_body={"email": "s@example.com"})
    path = _list_of(endpoint, tenant.admin)
    own = _call(endpoint, tenant.admin, path=path).json["data"]

    for key in (tenant.test_admin, stranger.admin):
        response = _call(endpoint, key, path=path)
        if endpoint.route.path_parameters:
            assert (response.status, response.error) == (404, "not_found")
        else:
            assert not {item["id"] for item in own} & {item["id"] for item in response.json["data"]}


@WITH_KEY
def test_an_organization_that_is_not_a_child_of_the_callers_is_404(
    tenant: Tenant, stranger: Tenant, endpoint: Endpoint
) -> None:
    for organization in (stranger.id, "nonsense", "org_01kq09bekje6vbq5xe2b60xtww", tenant.id):
        response = _call(endpoint, tenant.admin, headers={"X-EAL-Organization": organization})
        assert (response.status, response.error) == (404, "not_found"), organization


@WITH_KEY
def test_without_a_grant_a_read_of_a_child_and_any_write_is_403(tenant: Tenant, endpoint: Endpoint) -> None:
    child = new_tenant("North", parent=tenant.id)

    response = _call(endpoint, tenant.admin, headers={"X-EAL-Organization": child.id})

    assert (response.status, response.error) == (403, "grant_required")
    details = response.json["error"]["details"]
    reason = "not_grantable" if endpoint.route.grant is None else None
    assert details.get("reason") == (reason if endpoint.method == "GET" else "read_only")


@GRANTED_LISTS
def test_a_parent_reads_the_list_that_a_child_granted(tenant: Tenant, endpoint: Endpoint) -> None:
    child = new_tenant("North", parent=tenant.id)
    by = operator(child.id)
    assert endpoint.route.grant is not None
    grants.put(child.id, tenant.id, Grant(resources=(endpoint.route.grant,)), by)
    by.transaction.commit()

    path = _list_of(endpoint, child.admin)

    granted = _call(endpoint, tenant.admin, path=path, headers={"X-EAL-Organization": child.id})

    assert granted.status == 200
    own = _call(endpoint, child.admin, path=path).json["data"]
    name = "name" if endpoint.path == "/v1/webhooks/event-types" else "id"
    assert [item[name] for item in granted.json["data"]] == [item[name] for item in own]


# ---------------------------------------------------------------- responses


@WITH_KEY
def test_the_response_to_the_sample_request_is_documented(tenant: Tenant, endpoint: Endpoint) -> None:
    key = tenant.test_admin if endpoint.path == TEST_CLOCK else tenant.admin
    response = _call(endpoint, key, json_body=sample_with_made(endpoint, key))

    assert response.status < 300 or (response.status == 404 and endpoint.route.path_parameters)
    assert set(response.headers) >= RATE_LIMIT_HEADERS
    if response.status < 300 and endpoint.method == "POST" and "{" not in endpoint.path:
        assert response.status == endpoint.route.statuses[0]


@WITH_KEY
def test_the_response_about_a_created_item_is_documented(tenant: Tenant, endpoint: Endpoint) -> None:
    """The POST of a collection creates an item, which the endpoint reads, changes or deletes."""
    path = made_by(endpoint, tenant.admin)
    if path is None:
        pytest.skip("no POST creates such an item")

    response = call(endpoint.method, path, key=tenant.admin, json_body=endpoint.sample())

    _check_response(endpoint, response)
    assert response.status < 300


@ALL
def test_other_methods_reach_the_catch_all(cloud: None, endpoint: Endpoint) -> None:
    allowed = {other.method for other in endpoints() if other.path == endpoint.path}
    for method in sorted({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"} - allowed):
        response = call(method, endpoint.at())

        assert (response.status, response.error) == (405, "method_not_allowed")
        assert response.headers["Allow"] == ", ".join(sorted(allowed))
        assert response.headers["X-Request-Id"]


# ---------------------------------------------------------------- hostile requests

TEXTS = {
    "a million characters": "x" * 1_000_000,
    "a nul": "a\x00b",
    "an escaped nul": "%00",
    "control characters": "\x01\x1f\x7f",
    "a lone surrogate": "\ud800",
    "a key separator": "a#b#live#LEAD",
    "a traversal": "..%2F..%2Fetc",
    "nothing": "",
    "blanks": "   ",
    "not ASCII": "é💩",
}
VALUES: tuple[Any, ...] = (
    None, True, -1, 10**30, 1e308, "", "\x00", "\ud800", "x" * 100_000, [], {}, [[[[]]]], {"a": {"b": None}},
)  # fmt: skip
DEEP = '{"a":' * 50_000 + "1" + "}" * 50_000
BODIES = {
    "deep objects": DEEP,
    "deep arrays": '{"a":' + "[" * 100_000 + "]" * 100_000 + "}",
    "a huge whole number": '{"a": ' + "9" * 100_000 + "}",
    "a huge exponent": '{"a": 1e999999}',
    "a lone surrogate": '{"\\ud800": "\\udfff"}',
    "a nul": '{"\\u0000": "\\u0000"}',
    "a duplicate field": '{"name": "a", "name": "b", "email": "a@example.com", "email": 1}',
    "many fields": json.dumps({f"f{n}": n for n in range(15_000)}),
    "a long field name": json.dumps({"x" * 200_000: 1}),
    "a byte order mark": '\ufeff{"\u0000": 1}',
}


@pytest.fixture
def busy(tenant: Tenant) -> str:
    """An admin key with the highest rate limit, so that no request is a 429."""
    raise_limit(tenant.id)
    body = {"name": "busy", "scopes": ["admin"], "rate_limit": {"per_minute": 6000}}
    return str(call("POST", "/v1/api-keys", key=tenant.admin, json_body=body).json["key"])


def _send(
    endpoint: Endpoint, key: str, headers: dict[str, str] | None = None, **members: object
) -> ApiResponse:
    """Send a valid request as an event, with some members of the event replaced."""
    event = proxy_event(
        endpoint.method,
        endpoint.at(),
        headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json", **(headers or {})},
        body=json.dumps(endpoint.sample()) if endpoint.takes_body else None,
    )
    response = load_app(endpoint.folder).handler({**event, **members}, None)
    return ApiResponse(response["statusCode"], response["headers"], response["body"])


def _check_unbroken(
    endpoint: Endpoint, response: ApiResponse, statuses: tuple[int, ...], case: object
) -> None:
    assert response.status in statuses, (case, response.text[:500])
    # No response repeats a large hostile value. The event types with their schemas have 205,000 bytes themselves.
    most = 256_000 if endpoint.name == "GET /v1/webhooks/event-types" else 192_000
    assert len(response.text.encode()) < most, case
    _check_response(endpoint, response)


SUCCESSFUL = (200, 201, 202, 204, 304)
REJECTED = (400, 404, 409, 412, 413, 415, 422)


@WITH_ID
def test_a_hostile_id_is_rejected(busy: str, endpoint: Endpoint) -> None:
    for name, text in TEXTS.items():
        parameters = dict.fromkeys(endpoint.route.path_parameters, text)

        response = _send(endpoint, busy, pathParameters=parameters)

        _check_unbroken(endpoint, response, (404, 422), name)
        assert len(response.text) < 2_000


@CHANGES
def test_a_hostile_body_is_rejected(busy: str, endpoint: Endpoint) -> None:
    for name, body in BODIES.items():
        response = _send(endpoint, busy, body=body)
        # The last one of duplicate fields is valid, as in every JSON parser that we use.
        _check_unbroken(endpoint, response, (400, 404, 413, 422), name)


NOT_UTF_8 = {
    "Latin-1": b'{"name": "Jos\xe9"}',
    "cut off": b'{"name": "\xf0\x9f\x8c',
    "an encoded surrogate": b'{"name": "\xed\xa0\x80"}',
    "an overlong slash": b'{"name": "\xc0\xaf"}',
    "UTF-16": '{"name": "a"}'.encode("utf-16"),
    "UTF-32 without a mark": '{"name": "a"}'.encode("utf-32-be"),
}


@CHANGES
def test_a_body_that_is_not_utf_8_is_400(busy: str, endpoint: Endpoint) -> None:
    for name, body in NOT_UTF_8.items():
        encoded, text = base64.b64encode(body).decode(), body.decode(errors="replace")
        for response in (
            _send(endpoint, busy, body=encoded, isBase64Encoded=True),
            _send(endpoint, busy, body=text, isBase64Encoded=False),
        ):
            _check_unbroken(endpoint, response, (400,), name)
            assert response.error == "invalid_request", name


@WITH_BODY
def test_a_hostile_value_in_a_field_is_never_500(busy: str, endpoint: Endpoint) -> None:
    body = endpoint.route.body
    assert body is not None
    for field in body.model_fields:
        for value in VALUES:
            sent = json.dumps({**(endpoint.sample() or {}), field: value})
            response = _send(endpoint, busy, body=sent)
            _check_unbroken(endpoint, response, SUCCESSFUL + REJECTED, (field, value))


@WITH_KEY
def test_a_hostile_query_is_never_500(busy: str, endpoint: Endpoint) -> None:
    names = list(endpoint.route.query.model_fields) if endpoint.route.query else []
    for text in TEXTS.values():
        for name in [*names, text]:
            response = _send(
                endpoint,
                busy,
                queryStringParameters={name: text},
                multiValueQueryStringParameters={name: [text]},
            )
            _check_unbroken(endpoint, response, SUCCESSFUL + REJECTED, (name[:20], text[:20]))


HEADERS = ("If-None-Match", "If-Match", "X-EAL-Organization", "Idempotency-Key", "Content-Type")


def _way(endpoint: Endpoint) -> tuple[object, ...]:
    """Properties of the route by which `entry/http` reads headers. No function reads any of HEADERS itself."""
    route = endpoint.route
    has_etag = route.response_model is not None and "version" in route.response_model.model_fields
    return (
        route.method,
        route.needs,
        route.grant is not None,
        route.body is not None,
        route.replayable,
        bool(route.path_parameters),
        has_etag,
    )


FIRST_OF_ITS_WAY = {_way(endpoint): endpoint for endpoint in reversed(with_key())}


@WITH_KEY
def test_a_hostile_header_is_never_500(busy: str, endpoint: Endpoint) -> None:
    """Every text in every header for one endpoint of each way through `entry/http`; for its others, two in each."""
    texts = list(TEXTS.values())
    if FIRST_OF_ITS_WAY[_way(endpoint)] != endpoint:
        number = with_key().index(endpoint)
        texts = [texts[(number + step) % len(texts)] for step in (0, 5)]
    for name in HEADERS:
        for text in texts:
            response = _send(endpoint, busy, {name: text})
            _check_unbroken(endpoint, response, SUCCESSFUL + REJECTED, (name, text[:20]))
