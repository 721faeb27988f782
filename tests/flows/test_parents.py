"""Parent, child, sibling, grandchild, stranger: tables of which organization reads and writes whose data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from eal.core import clock as time
from eal.domain.organizations.grants import store as grants
from eal.domain.organizations.grants.model import Grant
from tests.support.aws import aws_in_process
from tests.support.callrail import connect
from tests.support.http import ApiResponse, call
from tests.support.pipeline import Pipeline, items
from tests.support.tenants import new_tenant, operator, raise_limit
from tools.fixtures.callrail import Call

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.tenants import Tenant

ABOVE = {"parent": None, "child": "parent", "sibling": "parent", "grandchild": "child", "stranger": None}
FAMILY = tuple(ABOVE)
SECRET = "Hidden Waters"


@dataclass(frozen=True, slots=True)
class World:
    """The family, each with a lead and a call: their `ids`, admin `keys`, `leads` and `calls`.

    The only grant is that of the child to its parent, of leads and calls.
    """

    ids: dict[str, str]
    keys: dict[str, str]
    leads: dict[str, str]
    calls: dict[str, str]

    def path(self, template: str, whose: str) -> str:
        return template.format(id=self.ids[whose], lead=self.leads[whose], call=self.calls[whose])


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """Shared by the module: its tests change nothing, and each test of a write asserts that."""
    with pytest.MonkeyPatch.context() as patch, aws_in_process(patch):
        ids: dict[str, str] = {}
        keys: dict[str, str] = {}
        leads: dict[str, str] = {}
        for name, above in ABOVE.items():
            tenant = new_tenant(f"{SECRET} {name}", parent=ids[above] if above else None)
            ids[name], keys[name] = tenant.id, _busy(tenant)
            connect(keys[name]).send("post-call", Call.new().event("post-call"))
            body = {"email": f"{name}@example.com", "company": SECRET}
            leads[name] = call("POST", "/v1/leads", key=keys[name], json_body=body).json["id"]
        Pipeline().run()
        calls = {name: call("GET", "/v1/calls", key=keys[name]).json["data"][0]["id"] for name in FAMILY}
        grant = {"resources": ["leads", "calls"]}
        path = f"/v1/organizations/me/grants/{ids['parent']}"
        assert call("PUT", path, key=keys["child"], json_body=grant).status == 200
        yield World(ids, keys, leads, calls)


def _busy(tenant: Tenant) -> str:
    """An admin key with the highest rate limit."""
    raise_limit(tenant.id)
    body = {"name": "busy", "scopes": ["admin"], "rate_limit": {"per_minute": 6000}}
    return str(call("POST", "/v1/api-keys", key=tenant.admin, json_body=body).json["key"])


type Table = dict[str, tuple[int, int, int, int, int]]
"""Statuses by caller, for the data of each of FAMILY."""

GRANTED: Table = {
    #              parent child sibling grandchild stranger
    "parent":     (404,   200,  403,    404,       404),
    "child":      (404,   404,  404,    403,       404),
    "sibling":    (404,   404,  404,    404,       404),
    "grandchild": (404,   404,  404,    404,       404),
    "stranger":   (404,   404,  404,    404,       404),
}  # fmt: skip
"""Data that the child granted, through X-EAL-Organization. The caller's own id there is 404 too."""

NOT_GRANTED: Table = {**GRANTED, "parent": (404, 403, 403, 404, 404)}

OWN: Table = {
    #              parent child sibling grandchild stranger
    "parent":     (200,   404,  404,    404,       404),
    "child":      (404,   200,  404,    404,       404),
    "sibling":    (404,   404,  200,    404,       404),
    "grandchild": (404,   404,  404,    200,       404),
    "stranger":   (404,   404,  404,    404,       200),
}  # fmt: skip
"""The caller's own data, without the header."""

RECORD: Table = {
    #              parent child sibling grandchild stranger
    "parent":     (404,   200,  200,    404,       404),
    "child":      (404,   404,  404,    200,       404),
    "sibling":    (404,   404,  404,    404,       404),
    "grandchild": (404,   404,  404,    404,       404),
    "stranger":   (404,   404,  404,    404,       404),
}  # fmt: skip
"""An organization's record by its id: only its parent reads it."""

UPWARDS: Table = {
    #              parent child sibling grandchild stranger
    "parent":     (404,   404,  404,    404,       404),
    "child":      (422,   404,  404,    404,       404),
    "sibling":    (422,   404,  404,    404,       404),
    "grandchild": (404,   422,  404,    404,       404),
    "stranger":   (404,   404,  404,    404,       404),
}  # fmt: skip
"""A grant with an expiry in the past: only the caller's own parent gets as far as that check."""

REVOKED: Table = {**dict.fromkeys(FAMILY, (404, 404, 404, 404, 404))}
"""Revoking a grant that does not exist; the child's grant is tested below."""

READS: list[tuple[str, bool, Table]] = [
    ("/v1/leads", True, GRANTED),
    ("/v1/leads/{lead}", True, GRANTED),
    ("/v1/calls", True, GRANTED),
    ("/v1/calls/{call}", True, GRANTED),
    ("/v1/audit-log", True, NOT_GRANTED),
    ("/v1/webhooks", True, NOT_GRANTED),
    ("/v1/organizations", True, NOT_GRANTED),
    ("/v1/organizations/me/members", True, NOT_GRANTED),
    ("/v1/organizations/me/rollup", True, NOT_GRANTED),
    ("/v1/leads/{lead}", False, OWN),
    ("/v1/calls/{call}", False, OWN),
    ("/v1/organizations/{id}", False, RECORD),
]
"""Path, whether X-EAL-Organization names the owner, and the expected statuses."""

WITH_HEADER: list[tuple[str, str, object]] = [
    ("POST", "/v1/leads", {"email": "new@example.com"}),
    ("PATCH", "/v1/leads/{lead}", {"company": "Taken"}),
    ("DELETE", "/v1/leads/{lead}", None),
    ("POST", "/v1/api-keys", {"name": "x", "scopes": ["admin"]}),
    ("PATCH", "/v1/organizations/me", {"name": "Taken"}),
    ("POST", "/v1/organizations", {"name": "Taken"}),
    ("POST", "/v1/organizations/me/members", {"email": "new@example.com", "role": "owner"}),
]
"""Writes: NOT_GRANTED applies to each, regardless of grants."""

EXPIRED = {"resources": ["leads"], "expires_at": "2020-01-01T00:00:00Z"}
BY_ID: list[tuple[str, str, object, Table]] = [
    ("PATCH", "/v1/leads/{lead}", {}, OWN),
    ("DELETE", "/v1/organizations/me/grants/{id}", None, REVOKED),
    ("PUT", "/v1/organizations/me/grants/{id}", EXPIRED, UPWARDS),
    ("PATCH", "/v1/organizations/{id}", {}, RECORD),
]  # fmt: skip
"""Writes that change nothing if they are allowed."""


def _cells(table: Table) -> Iterator[tuple[str, str, int]]:
    for caller, statuses in table.items():
        for whose, status in zip(FAMILY, statuses, strict=True):
            yield caller, whose, status


def _check_no_leak(response: ApiResponse) -> None:
    """An error response contains nothing of the owner's data."""
    assert SECRET not in response.text
    assert "@example.com" not in response.text


@pytest.mark.parametrize(("path", "with_header", "table"), READS, ids=lambda value: str(value)[:60])
def test_a_read_is_allowed_only_to_the_owner_and_a_granted_parent(
    world: World, path: str, with_header: bool, table: Table
) -> None:
    for caller, whose, status in _cells(table):
        headers = {"X-EAL-Organization": world.ids[whose]} if with_header else {}

        response = call("GET", world.path(path, whose), key=world.keys[caller], headers=headers)

        assert response.status == status, (caller, whose, response.text)
        if status == 403:
            assert response.error == "grant_required"
        if status != 200:
            _check_no_leak(response)


@pytest.mark.parametrize(("method", "path", "body"), WITH_HEADER)
def test_a_write_with_the_header_is_never_allowed(world: World, method: str, path: str, body: object) -> None:
    before = items()
    for caller, whose, status in _cells(NOT_GRANTED):
        headers = {"X-EAL-Organization": world.ids[whose], "Idempotency-Key": "once"}

        response = call(
            method, world.path(path, whose), key=world.keys[caller], json_body=body, headers=headers
        )

        assert response.status == status, (caller, whose, response.text)
        if status == 403:
            assert response.error == "grant_required"
            assert response.json["error"]["details"]["reason"] == "read_only"
        _check_no_leak(response)
    assert items() == before


@pytest.mark.parametrize(("method", "path", "body", "table"), BY_ID, ids=lambda value: str(value)[:60])
def test_a_write_by_id_is_allowed_only_as_the_table_says(
    world: World, method: str, path: str, body: object, table: Table
) -> None:
    before = items()
    for caller, whose, status in _cells(table):
        if (method, caller, whose) == ("DELETE", "child", "parent"):
            continue  # the only existing grant: the next test revokes another

        response = call(method, world.path(path, whose), key=world.keys[caller], json_body=body)

        assert response.status == status, (caller, whose, response.text)
        if status != 200:
            _check_no_leak(response)
    assert items() == before


def test_each_organization_lists_its_own_data(world: World) -> None:
    for caller in FAMILY:
        (_, mine) = sorted(
            call("GET", "/v1/leads", key=world.keys[caller]).json["data"],
            key=lambda lead: bool(lead["email"]),
        )
        assert (mine["id"], mine["email"]) == (world.leads[caller], f"{caller}@example.com")
        (only,) = call("GET", "/v1/calls", key=world.keys[caller]).json["data"]
        assert only["id"] == world.calls[caller]


def test_a_parent_sees_only_the_leads_of_the_child(world: World) -> None:
    headers = {"X-EAL-Organization": world.ids["child"]}

    page = call("GET", "/v1/leads", key=world.keys["parent"], headers=headers).json

    assert {lead["email"] for lead in page["data"]} == {None, "child@example.com"}
    assert world.leads["child"] in {lead["id"] for lead in page["data"]}


def test_a_foreign_id_with_the_childs_header_is_404(world: World) -> None:
    headers = {"X-EAL-Organization": world.ids["child"]}
    for whose in FAMILY:
        response = call("GET", f"/v1/leads/{world.leads[whose]}", key=world.keys["parent"], headers=headers)

        assert response.status == (200 if whose == "child" else 404)


def test_a_cursor_of_the_childs_list_is_invalid_for_the_parents_list(world: World) -> None:
    headers = {"X-EAL-Organization": world.ids["child"]}
    cursor = call("GET", "/v1/leads?limit=1", key=world.keys["parent"], headers=headers).json["next_cursor"]

    own = call("GET", f"/v1/leads?limit=1&cursor={cursor}", key=world.keys["parent"])
    childs = call("GET", f"/v1/leads?limit=1&cursor={cursor}", key=world.keys["child"])

    assert (own.status, own.error) == (400, "invalid_cursor")
    assert childs.status == 200


HOUR = timedelta(hours=1)
GRANTS: dict[str, tuple[Grant | None, tuple[int, int, int]]] = {
    #                                                                        leads lead calls
    "nothing":         (None,                                               (403, 403, 403)),
    "leads":           (Grant(resources=("leads",)),                        (200, 200, 403)),
    "calls":           (Grant(resources=("calls",)),                        (403, 403, 200)),
    "both":            (Grant(resources=("leads", "calls")),                (200, 200, 200)),
    "another":         (Grant(resources=("audit-log", "lead", "leads/x")),  (403, 403, 403)),
    "leads for now":   (Grant(resources=("leads",), expires_at=time.now() + HOUR * 9999), (200, 200, 403)),
    "leads until now": (Grant(resources=("leads",), expires_at=time.now()), (403, 403, 403)),
    "leads long ago":  (Grant(resources=("leads", "calls"), expires_at=time.now() - HOUR), (403, 403, 403)),
}  # fmt: skip


@pytest.mark.parametrize("granted", GRANTS)
def test_a_grant_covers_its_resources_until_it_expires(world: World, granted: str) -> None:
    """For a child of the sibling, so that FAMILY does not change. After the revocation, nothing is readable."""
    grant, statuses = GRANTS[granted]
    location = new_tenant(f"{SECRET} below", parent=world.ids["sibling"])
    key, headers = _busy(location), {"X-EAL-Organization": location.id}
    lead = call("POST", "/v1/leads", key=key, json_body={"email": "x@example.com"}).json["id"]
    if grant:
        by = operator(location.id)
        grants.put(location.id, world.ids["sibling"], grant, by)
        by.transaction.commit()
    paths = ("/v1/leads", f"/v1/leads/{lead}", "/v1/calls")

    seen = [call("GET", path, key=world.keys["sibling"], headers=headers) for path in paths]

    assert tuple(response.status for response in seen) == statuses
    for response in seen:
        if response.status != 200:
            assert response.error == "grant_required"
            _check_no_leak(response)
    for name in ("parent", "child", "stranger"):
        assert call("GET", "/v1/leads", key=world.keys[name], headers=headers).status == 404
    if grant:
        path = f"/v1/organizations/me/grants/{world.ids['sibling']}"
        assert call("DELETE", path, key=key).status == 204
        for path in paths:
            assert call("GET", path, key=world.keys["sibling"], headers=headers).status == 403


def test_a_grant_to_an_organization_that_is_not_the_parent_has_no_effect(world: World) -> None:
    """No endpoint writes a grant to a stranger. The caller must be the parent in addition to the grant."""
    by = operator(world.ids["grandchild"])
    grants.put(world.ids["grandchild"], world.ids["stranger"], Grant(resources=("leads",)), by)
    by.transaction.commit()

    headers = {"X-EAL-Organization": world.ids["grandchild"]}
    response = call("GET", "/v1/leads", key=world.keys["stranger"], headers=headers)

    assert (response.status, response.error) == (404, "not_found")
