"""Lists over HTTP with 10,000 leads: all pages of every filter, during concurrent writes and erasures."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from eal.core import clock, ids
from eal.core.caller import worker
from eal.core.clock import parse, rfc3339
from eal.core.table.item import to_attributes
from eal.core.tenancy import Tenant
from eal.domain.leads.collection import LEADS
from eal.domain.leads.model import Lead, Score
from eal.domain.leads.wire import LeadView

if TYPE_CHECKING:
    from collections.abc import Callable

    from tools.fixtures.client import Stack

pytestmark = pytest.mark.deployed

COUNT = 10_000
START = clock.now() - timedelta(days=3)
MIDDLE = START + timedelta(seconds=COUNT // 2)
STATUSES = ("new", "contacted", "qualified", "lost")
SOURCES = ("web_form", "referral", "import", "walk_in", "home-show")
LOSSES = ("water", "fire", "mold")

type View = dict[str, Any]

FILTERS: dict[str, Callable[[View], bool]] = {
    "": lambda _: True,
    "order=asc": lambda _: True,
    "status=contacted": lambda lead: lead["status"] == "contacted",
    "source=home-show": lambda lead: lead["source"] == "home-show",
    "loss_type=mold": lambda lead: lead["loss_type"] == "mold",
    "assigned_to=ann": lambda lead: lead["assigned_to"] == "ann",
    "assigned_to=ann&status=lost": lambda lead: (lead["assigned_to"], lead["status"]) == ("ann", "lost"),
    "min_score=41": lambda lead: lead["score"] >= 41,
    "max_score=40&source=referral": lambda lead: lead["score"] <= 40 and lead["source"] == "referral",
    f"created_after={rfc3339(MIDDLE)}": lambda lead: parse(lead["created_at"]) >= MIDDLE,
    f"created_before={rfc3339(MIDDLE)}&status=new": lambda lead: (
        parse(lead["created_at"]) < MIDDLE and lead["status"] == "new"
    ),
    f"updated_after={rfc3339(MIDDLE)}": lambda lead: parse(lead["updated_at"]) >= MIDDLE,
}


@pytest.fixture(scope="module")
def tenant_key(stack: Stack) -> str:
    """A test-mode key, because all other data of the stack is live."""
    body = {"name": "pages", "scopes": ["admin"], "rate_limit": {"per_minute": 6000}}
    return str(stack.call("POST", "/api-keys", key=stack.keys["test_admin"], body=body).json["key"])


@pytest.fixture(scope="module")
def seeded(stack: Stack, tenant_key: str) -> dict[str, View]:
    """COUNT leads by id, put directly into the table, because 10,000 requests would test nothing more."""
    organization = stack.call("GET", "/health", key=tenant_key).json["tenant_id"]
    by = worker("tests", Tenant(organization, "test"), "tests")
    dynamodb = stack.client("dynamodb")
    (table,) = [name for name in dynamodb.list_tables()["TableNames"] if "State" in name]
    leads = [_lead(number) for number in range(COUNT)]
    items = [{"PutRequest": {"Item": to_attributes(LEADS.item(by.tenant, lead))}} for lead in leads]
    with ThreadPoolExecutor(4) as threads:
        chunks = [items[start : start + 25] for start in range(0, COUNT, 25)]
        for response in threads.map(
            lambda chunk: dynamodb.batch_write_item(RequestItems={table: chunk}), chunks
        ):
            assert not response["UnprocessedItems"]
    return {lead.id: LeadView.of(lead).model_dump(mode="json") for lead in leads}


def _lead(number: int) -> Lead:
    at = START + timedelta(seconds=number)
    return Lead(
        id=ids.new("lead", at),
        status=STATUSES[number % len(STATUSES)],  # type: ignore[arg-type]  # each is a status
        source=SOURCES[number % len(SOURCES)],
        loss_type=LOSSES[number % len(LOSSES)] if number % 2 else None,  # type: ignore[arg-type]  # as above
        assigned_to="ann" if number % 11 == 0 else "bo" if number % 3 == 0 else None,
        email=f"{secrets.token_hex(8)}@example.com",
        created_at=at,
        updated_at=at,
        version=1,
        salt=secrets.token_hex(16),
        score=Score(value=number % 101, scorer="none", scored_at=at, contributions=()),
    )


@pytest.mark.parametrize("query", FILTERS)
def test_the_pages_of_a_filter_have_each_lead_exactly_once(
    stack: Stack, tenant_key: str, seeded: dict[str, View], query: str
) -> None:
    matches = FILTERS[query]
    expected = {lead_id for lead_id, lead in seeded.items() if matches(lead)}
    assert expected
    erased: set[str] = set()

    def meanwhile(page: list[View]) -> None:
        """Erase the lead after which the next page starts, and create another one."""
        last = page[-1]["id"]
        if len(erased) < 5 and stack.call("DELETE", f"/leads/{last}", key=tenant_key).status == 204:
            erased.add(last)
        body = {"email": f"{secrets.token_hex(8)}@example.com"}
        assert stack.call("POST", "/leads", key=tenant_key, body=body).status == 201

    found = _walk(stack, tenant_key, query, meanwhile)

    for lead_id in erased:
        seeded.pop(lead_id, None)
    assert len({lead["id"] for lead in found}) == len(found), "a lead is on two pages"
    assert {lead["id"] for lead in found} >= expected - erased
    assert all(matches(lead) for lead in found)
    order = [lead["id"] for lead in found]
    assert order == sorted(order, reverse="order=asc" not in query)


def _walk(stack: Stack, key: str, query: str, after_each: Callable[[list[View]], None]) -> list[View]:
    found: list[View] = []
    cursor = ""
    while True:
        page = stack.call("GET", f"/leads?limit=200&{query}{cursor}", key=key).json
        found += page["data"]
        if page["next_cursor"] is None:
            return found
        cursor = f"&cursor={page['next_cursor']}"
        if page["data"]:
            after_each(page["data"])
