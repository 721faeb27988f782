"""GET /v1/prospects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.http import call

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def _prospects(tenant: Tenant, count: int) -> list[str]:
    return [
        call(
            "POST",
            "/v1/prospects",
            key=tenant.write,
            json_body={
                "email": f"p{n}@example.com",
                "source": "even" if n % 2 == 0 else "odd",
                "outreach_state": "contacted" if n < 4 else "not_started",
                "assigned_to": "Sam" if n in (1, 2) else None,
            },
        ).json["id"]
        for n in range(count)
    ]


def _walk(tenant: Tenant, query: str) -> list[str]:
    found, cursor = [], ""
    while True:
        page = call("GET", f"/v1/prospects?{query}{cursor}", key=tenant.read).json
        found += [prospect["id"] for prospect in page["data"]]
        if page["next_cursor"] is None:
            return found
        cursor = f"&cursor={page['next_cursor']}"


def test_pages_contain_every_prospect_once_with_every_filter(tenant: Tenant) -> None:
    ids = _prospects(tenant, 7)

    assert _walk(tenant, "limit=3") == ids[::-1]
    assert _walk(tenant, "limit=3&order=asc") == ids
    assert _walk(tenant, "limit=2&source=even") == ids[::-2]
    assert _walk(tenant, "limit=2&outreach_state=contacted") == ids[3::-1]
    assert _walk(tenant, "limit=2&outreach_state=contacted&source=odd&order=asc") == [ids[1], ids[3]]
    assert _walk(tenant, "limit=3&qualification=pending") == ids[::-1]
    assert _walk(tenant, "limit=1&qualification=pending&outreach_state=contacted") == ids[3::-1]
    assert _walk(tenant, "limit=1&assigned_to=Sam") == [ids[2], ids[1]]
    assert _walk(tenant, "qualification=qualified") == []
    assert _walk(tenant, "outreach_state=converted") == []


def test_a_change_moves_a_prospect_to_another_filter(tenant: Tenant) -> None:
    first, second = _prospects(tenant, 2)
    body = {"outreach_state": "replied", "assigned_to": "Kim"}
    changed = call("PATCH", f"/v1/prospects/{first}", key=tenant.write, json_body=body).json

    assert _walk(tenant, "outreach_state=replied") == [first]
    assert _walk(tenant, "outreach_state=contacted") == [second]
    assert _walk(tenant, "assigned_to=Kim") == [first]
    assert first in _walk(tenant, f"updated_after={changed['updated_at']}")


def test_a_forged_cursor_is_rejected_with_an_email_too(tenant: Tenant) -> None:
    response = call("GET", "/v1/prospects?email=p1@example.com&cursor=eyJpZCI6MX0", key=tenant.read)

    assert (response.status, response.error) == (400, "invalid_cursor")


def test_an_email_finds_its_prospect_if_the_other_filters_match(tenant: Tenant) -> None:
    ids = _prospects(tenant, 3)
    made = call("GET", f"/v1/prospects/{ids[1]}", key=tenant.read).json["created_at"]

    assert _walk(tenant, "email=P1@Example.com") == [ids[1]]
    assert _walk(tenant, f"email=p1@example.com&outreach_state=contacted&created_after={made}") == [ids[1]]
    for query in (
        "email=nobody@example.com",
        "email=p1@example.com&source=even",
        "email=p1@example.com&qualification=qualified",
        f"email=p1@example.com&created_before={made}",
    ):
        assert _walk(tenant, query) == [], query


def test_after_is_inclusive_and_before_is_exclusive(tenant: Tenant) -> None:
    ids = _prospects(tenant, 3)
    middle = call("GET", f"/v1/prospects/{ids[1]}", key=tenant.read).json["created_at"]

    after, before = _walk(tenant, f"created_after={middle}"), _walk(tenant, f"created_before={middle}")

    assert ids[1] in after
    assert ids[1] not in before
    assert sorted(after + before) == sorted(ids)
    assert ids[1] in _walk(tenant, f"updated_after={middle}&outreach_state=contacted")


@pytest.mark.parametrize(
    "query",
    ["limit=0", "qualification=yes", "outreach_state=won", "email=x", "source=A B", "updated_after=now"],
)
def test_an_invalid_parameter_is_422(tenant: Tenant, query: str) -> None:
    assert call("GET", f"/v1/prospects?{query.replace(' ', '%20')}", key=tenant.read).status == 422


def test_a_cursor_is_valid_only_for_its_list_and_filters(tenant: Tenant, stranger: Tenant) -> None:
    _prospects(tenant, 3)
    cursor = call("GET", "/v1/prospects?limit=1", key=tenant.read).json["next_cursor"]

    for path, key in [
        (f"/v1/prospects?cursor={cursor}", stranger.read),
        (f"/v1/prospects?cursor={cursor}", tenant.test_admin),
        (f"/v1/prospects?cursor={cursor}&source=odd", tenant.read),
        (f"/v1/leads?cursor={cursor}", tenant.read),
    ]:
        response = call("GET", path, key=key)
        assert (response.status, response.error) == (400, "invalid_cursor"), path


def test_a_cursor_survives_the_erasure_of_its_prospect(tenant: Tenant) -> None:
    ids = _prospects(tenant, 3)
    page = call("GET", "/v1/prospects?limit=1&outreach_state=contacted", key=tenant.read).json
    call("DELETE", f"/v1/prospects/{ids[2]}", key=tenant.admin)

    assert _walk(tenant, f"outreach_state=contacted&cursor={page['next_cursor']}") == [ids[1], ids[0]]
