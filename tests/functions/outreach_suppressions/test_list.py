"""GET /v1/outreach/suppressions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.functions.outreach_suppressions.test_create import suppress
from tests.support.http import call

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

PATH = "/v1/outreach/suppressions"


def _walk(tenant: Tenant, query: str, key: str | None = None) -> list[str]:
    found, cursor = [], ""
    while True:
        response = call("GET", f"{PATH}?{query}{cursor}", key=key or tenant.read)
        assert response.status == 200, response.text
        found += [suppression["id"] for suppression in response.json["data"]]
        if response.json["next_cursor"] is None:
            return found
        cursor = f"&cursor={response.json['next_cursor']}"


def test_pages_contain_every_suppression_once_with_every_filter(tenant: Tenant) -> None:
    ids = [
        suppress(tenant, address="a@example.com", reason="bounced")["id"],
        suppress(tenant, address="b@example.com", reason="unsubscribed")["id"],
        suppress(tenant, domain="example.com", reason="manual")["id"],
        suppress(tenant, address="c@example.com", reason="bounced")["id"],
    ]

    assert _walk(tenant, "limit=1") == ids[::-1]
    assert _walk(tenant, "limit=3&order=asc") == ids
    assert _walk(tenant, "limit=1&reason=bounced") == [ids[3], ids[0]]
    assert _walk(tenant, "reason=bounced&source=api") == [ids[3], ids[0]]
    assert _walk(tenant, "reason=bounced&source=vendor") == []
    assert _walk(tenant, "source=api&limit=1") == ids[::-1]
    assert _walk(tenant, "address=B@example.com") == [ids[1]]
    assert _walk(tenant, "address=b@example.com&reason=bounced") == []
    assert _walk(tenant, "domain=Example.com") == [ids[2]]
    assert _walk(tenant, "domain=example.com&address=b@example.com") == []
    assert _walk(tenant, "address=nobody@example.com") == []


def test_a_time_also_filters_an_address(tenant: Tenant) -> None:
    made = suppress(tenant, address="a@example.com")
    at = made["created_at"]

    assert _walk(tenant, f"address=a@example.com&created_after={at}") == [made["id"]]
    assert _walk(tenant, f"address=a@example.com&created_before={at}") == []


def test_a_list_has_no_suppression_of_another_tenant_or_mode(tenant: Tenant, stranger: Tenant) -> None:
    suppress(tenant, address="a@example.com")

    for query in ("", "address=a@example.com", "reason=manual"):
        assert _walk(tenant, query, stranger.read) == []
        assert _walk(tenant, query, tenant.test_admin) == []


@pytest.mark.parametrize(
    "query", ["reason=bored", "source=mars", "address=x", "domain=x", "address=a@x.com&cursor=x"]
)
def test_an_invalid_parameter_is_refused(tenant: Tenant, query: str) -> None:
    assert call("GET", f"{PATH}?{query}", key=tenant.read).status in (400, 422)


def test_a_topic_has_a_filter(tenant: Tenant) -> None:
    all_mail = suppress(tenant, address="dana@example.com")
    reviews = suppress(tenant, address="dana@example.com", topic="reviews")

    def listed(query: str) -> list[str]:
        return [
            suppression["id"] for suppression in call("GET", f"{PATH}?{query}", key=tenant.read).json["data"]
        ]

    assert listed("topic=reviews") == [reviews["id"]]
    assert listed("topic=all") == [all_mail["id"]]
    assert listed("address=dana@example.com") == [all_mail["id"]]
    assert listed("address=dana@example.com&topic=reviews") == [reviews["id"]]
    assert listed("") == [reviews["id"], all_mail["id"]]
