"""GET /v1/leads."""

import base64
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from eal.core import aws, clock, ids, settings
from tests.support.http import call, load_app, proxy_event
from tests.support.tenants import Tenant, operator
from tools.fixtures.leads import PERIOD, Reads, counted_reads, numbered_lead, put_leads


def _leads(tenant: Tenant, count: int) -> list[str]:
    return [
        call(
            "POST",
            "/v1/leads",
            key=tenant.write,
            json_body={"email": f"p{n}@example.com", "source": "even" if n % 2 == 0 else "odd"},
        ).json["id"]
        for n in range(count)
    ]


def _large(tenant: Tenant, count: int) -> list[str]:
    """Leads of the maximum size, written to the table directly."""
    (first,) = _leads(tenant, 1)
    table = settings.state_table()
    at = {"pk": {"S": f"{tenant.id}#live#LEAD"}, "sk": {"S": first}}
    item = aws.dynamodb().get_item(TableName=table, Key=at)["Item"]
    made = [ids.new("lead", clock.now()) for _ in range(count)]
    for lead_id in made:
        large = {**item, "id": {"S": lead_id}, "sk": {"S": lead_id}, "notes": {"S": "x" * 250_000}}
        aws.dynamodb().put_item(TableName=table, Item=large)
    return [first, *made]


def _walk(tenant: Tenant, path: str) -> list[str]:
    found, cursor = [], ""
    while True:
        page = call("GET", path + cursor, key=tenant.read).json
        found += [lead["id"] for lead in page["data"]]
        if page["next_cursor"] is None:
            return found
        cursor = f"&cursor={page['next_cursor']}"


def test_pages_contain_every_lead_once_newest_first(tenant: Tenant) -> None:
    ids = _leads(tenant, 7)

    assert _walk(tenant, "/v1/leads?limit=3") == ids[::-1]
    assert _walk(tenant, "/v1/leads?limit=3&order=asc") == ids
    assert _walk(tenant, "/v1/leads?limit=2&source=even") == ids[::-2]
    assert _walk(tenant, "/v1/leads?limit=3&status=new") == ids[::-1]
    assert _walk(tenant, "/v1/leads?limit=7") == ids[::-1]


def test_a_cursor_begins_with_the_id_and_is_valid_only_for_its_list(tenant: Tenant, stranger: Tenant) -> None:
    _leads(tenant, 3)
    cursor = call("GET", "/v1/leads?limit=1", key=tenant.read).json["next_cursor"]

    assert base64.urlsafe_b64decode(cursor + "==").startswith(b'{"id":')
    assert cursor.startswith("eyJpZCI6")
    assert call("GET", f"/v1/leads?limit=2&cursor={cursor}", key=tenant.admin).status == 200
    for path, key in [
        (f"/v1/leads?cursor={cursor}", stranger.read),
        (f"/v1/leads?cursor={cursor}", tenant.test_admin),
        (f"/v1/leads?cursor={cursor}&status=new", tenant.read),
        (f"/v1/leads?cursor={cursor}&order=asc", tenant.read),
        (f"/v1/audit-log?cursor={cursor}", tenant.read),
        (f"/v1/leads?cursor={cursor[:-2]}", tenant.read),
        ("/v1/leads?cursor=eyJpZCI6MX0", tenant.read),
        ("/v1/leads?cursor=%C3%A9", tenant.read),
        ("/v1/leads?cursor=W10", tenant.read),
        ("/v1/leads?email=a@example.com&cursor=x", tenant.read),
        (f"/v1/leads?phone=4155550100&cursor={cursor}", tenant.read),
    ]:
        response = call("GET", path, key=key)
        assert (response.status, response.error) == (400, "invalid_cursor"), path


def test_a_cursor_of_the_execute_api_address_is_valid_at_the_domain(tenant: Tenant) -> None:
    _leads(tenant, 2)
    first = call("GET", "/v1/leads?limit=1", key=tenant.read).json
    event = proxy_event(
        "GET",
        f"/v1/leads?limit=1&cursor={first['next_cursor']}",
        headers={"Authorization": f"Bearer {tenant.read}"},
    )

    # With a domain, API Gateway leaves its base path in both paths.
    response = load_app("leads/list").handler({**event, "path": event["requestContext"]["path"]}, None)

    assert response["statusCode"] == 200
    assert json.loads(response["body"])["data"] != first["data"]


@pytest.mark.parametrize(
    "query",
    [
        "limit=0", "limit=x", "limit=-1", "limit=1_0", "limit=%2B1", "limit=1.0", "min_score=1_0", "colour=red",
        "limit=1&limit=2", "order=up", "created_after=1700000000", "updated_after=2026-04-24",
    ],
)  # fmt: skip
def test_an_invalid_parameter_is_422(tenant: Tenant, query: str) -> None:
    assert call("GET", f"/v1/leads?{query}", key=tenant.read).status == 422


def test_an_unescaped_plus_of_an_offset_has_its_own_error_message(tenant: Tenant) -> None:
    response = call("GET", "/v1/leads?created_after=2026-04-24T17:42:11+02:00", key=tenant.read)

    (field,) = response.json["error"]["details"]["fields"]
    assert (response.status, field["pointer"]) == (422, "/created_after")
    assert "%2B" in field["message"]


def test_an_unescaped_plus_of_an_address_has_its_own_error_message(tenant: Tenant) -> None:
    response = call("GET", "/v1/leads?email=dana+roof@example.com", key=tenant.read)

    (field,) = response.json["error"]["details"]["fields"]
    assert (response.status, field["pointer"]) == (422, "/email")
    assert "%2B" in field["message"]


def test_a_limit_above_the_maximum_is_reduced(tenant: Tenant) -> None:
    assert call("GET", "/v1/leads?limit=100000", key=tenant.read).status == 200


def test_an_email_or_phone_finds_its_lead(tenant: Tenant) -> None:
    _leads(tenant, 2)
    body = {"phones": ["+14155550100"], "email": "x@example.com"}
    lead = call("POST", "/v1/leads", key=tenant.write, json_body=body).json

    for query in ("email=X@Example.com", "phone=4155550100", "email=x@example.com&status=new"):
        assert [lead["id"] for lead in call("GET", f"/v1/leads?{query}", key=tenant.read).json["data"]] == [
            lead["id"]
        ]
    for query in ("email=nobody@example.com", "email=x@example.com&status=won"):
        assert call("GET", f"/v1/leads?{query}", key=tenant.read).json["data"] == []


def test_created_after_is_inclusive_and_created_before_is_exclusive(tenant: Tenant) -> None:
    ids = _leads(tenant, 3)
    middle = call("GET", f"/v1/leads/{ids[1]}", key=tenant.read).json["created_at"]

    after = _walk(tenant, f"/v1/leads?created_after={middle}")
    before = _walk(tenant, f"/v1/leads?created_before={middle}")

    assert ids[1] in after
    assert ids[1] not in before
    assert sorted(after + before) == sorted(ids)
    assert _walk(tenant, f"/v1/leads?created_after={middle}&created_before={middle}") == []


def test_the_modes_do_not_see_each_other(tenant: Tenant) -> None:
    _leads(tenant, 1)

    assert call("GET", "/v1/leads", key=tenant.test_admin).json == {"data": [], "next_cursor": None}


FILTERS = (
    "",
    "&order=asc",
    "&status=contacted",
    "&source=referral",
    "&loss_type=mold",
    "&assigned_to=ann",
    "&assigned_to=ann&status=contacted",
    "&min_score=50",
    "&created_after=2020-01-01T00:00:00Z",
)


def _seed(tenant: Tenant, count: int) -> None:
    start = clock.now() - timedelta(days=1)
    put_leads((numbered_lead(number, start) for number in range(count)), operator(tenant.id))


def _reads_of_a_second_page(tenant: Tenant, query: str) -> Reads:
    first = call("GET", f"/v1/leads?limit=20{query}", key=tenant.read).json
    with counted_reads() as reads:
        page = call("GET", f"/v1/leads?limit=20{query}&cursor={first['next_cursor']}", key=tenant.read).json
    assert len(page["data"]) == 20
    return reads


@pytest.mark.usefixtures("clock")  # times of one length
@pytest.mark.parametrize("query", FILTERS)
def test_a_page_costs_the_same_however_many_leads_there_are(
    tenant: Tenant, stranger: Tenant, query: str
) -> None:
    _seed(tenant, 100)
    _seed(stranger, 100 + 40 * PERIOD)

    assert _reads_of_a_second_page(tenant, query) == _reads_of_a_second_page(stranger, query)


def test_a_filter_without_an_index_finds_the_oldest_of_many_leads(tenant: Tenant) -> None:
    start = clock.now() - timedelta(days=1)
    leads = [replace(numbered_lead(number, start), loss_type="water") for number in range(2300)]
    put_leads([replace(leads[0], loss_type="mold"), *leads[1:]], operator(tenant.id))

    with counted_reads() as reads:
        page = call("GET", "/v1/leads?loss_type=mold&limit=5", key=tenant.read).json

    assert ([lead["id"] for lead in page["data"]], page["next_cursor"]) == ([leads[0].id], None)
    assert reads.items == 2300
    assert reads.queries <= 10


def test_no_response_exceeds_the_limit_of_lambda(tenant: Tenant) -> None:
    """A page is shortened and not refused; the cursor leads to the rest."""
    made = _large(tenant, 40)
    found, path = list[str](), "/v1/leads?limit=200&order=asc"
    cursor: str | None = ""
    while cursor is not None:
        response = call("GET", path + (f"&cursor={cursor}" if cursor else ""), key=tenant.read)
        assert response.status == 200
        assert len(json.dumps(response.text).encode()) < 6_000_000
        found += [lead["id"] for lead in response.json["data"]]
        cursor = response.json["next_cursor"]

    assert found == made
