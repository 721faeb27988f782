"""Audit records that the table no longer has: the list, one record and its proof come from the archive."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from eal.core import aws, ids, settings
from eal.core.clock import rfc3339
from eal.core.table.item import from_attributes
from eal.core.table.read import get
from eal.domain.audit_log import archived, checkpoints
from eal.domain.audit_log.segments import LATE_SECONDS
from tests.support import archive
from tests.support.faults import watched_calls
from tests.support.http import ApiResponse, call, load_app
from tests.support.pipeline import Pipeline, expire_items, items, sqs_event, stream_records
from tests.support.tenants import new_tenant
from tools import verify_audit
from tools.bench import chain

if TYPE_CHECKING:
    from tests.support.tenants import Tenant
    from tests.support.time import Clock

type Record = dict[str, Any]

STEPS = 8


class Log:
    """A log of 800 days: every 100 days a new lead and a change of the first one. `records` has all records, oldest
    first, as the list showed them when they were new."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.tenant = new_tenant()
        self.pipeline = Pipeline()
        self.records: list[Record] = []
        self.lead_id = ""
        for step in range(STEPS):
            lead = self._request("POST", "/v1/leads", {"email": f"a{step}@example.com"})
            self.lead_id = self.lead_id or lead.json["id"]
            self._request("PATCH", f"/v1/leads/{self.lead_id}", {"company": f"Company {step}"})
            self.pipeline.run()
            self._remember()
            clock.advance(days=100, hours=1)
        expire_items()

    def _request(self, method: str, path: str, body: dict[str, Any]) -> ApiResponse:
        response = call(method, path, key=self.tenant.admin, json_body=body)
        assert response.status in (200, 201), response.text
        return response

    def _remember(self) -> None:
        since = rfc3339(self.clock.at)
        new = _page(self.tenant, f"order=asc&limit=200&created_after={since}")
        assert all(record["seq"] for record in new["data"])
        self.records += new["data"]

    @property
    def expired(self) -> list[Record]:
        """The records that the table no longer has."""
        stored = {from_attributes(item)["id"] for item in items("AUDIT")}
        return [record for record in self.records if record["id"] not in stored]


@pytest.fixture
def log(clock: Clock, cloud: None) -> Log:
    return Log(clock)


def _page(tenant: Tenant, query: str) -> Any:
    response = call("GET", f"/v1/audit-log?{query}", key=tenant.read)
    assert response.status == 200, response.text
    return response.json


def _listed(tenant: Tenant, query: str = "", *, clock: Clock | None = None, days: float = 0) -> list[Record]:
    """All records of a list, page by page. The clock advances by `days` after each page."""
    found: list[Record] = []
    cursor = ""
    for _ in range(1000):
        page = _page(tenant, f"{query}{cursor}")
        found += page["data"]
        if page["next_cursor"] is None:
            return found
        cursor = f"&cursor={page['next_cursor']}"
        if clock:
            clock.advance(days=days)
            expire_items()
    raise AssertionError("the list does not end")


def test_the_list_passes_from_the_table_to_the_archive_and_back(log: Log) -> None:
    assert log.expired == log.records[: len(log.expired)] != []
    assert len(log.expired) < len(log.records)

    for limit in (1, 7, 200):
        assert _listed(log.tenant, f"limit={limit}&order=asc") == log.records
        assert _listed(log.tenant, f"limit={limit}") == log.records[::-1]


def test_pages_have_no_gap_if_records_expire_between_them(log: Log) -> None:
    assert _listed(log.tenant, "limit=3&order=asc", clock=log.clock, days=0.5) == log.records
    assert _listed(log.tenant, "limit=3", clock=log.clock, days=20) == log.records[::-1]


def test_records_that_expire_late_are_listed_once(log: Log) -> None:
    """DynamoDB deletes items some days after their time."""
    log.clock.advance(days=300)

    assert _listed(log.tenant, "limit=9") == log.records[::-1]
    assert _listed(log.tenant, "limit=9&order=asc") == log.records


def test_an_ascending_cursor_expires_instead_of_leaving_out_records(log: Log) -> None:
    page = _page(
        log.tenant, "limit=200&order=asc"
    )  # all of the archived part, and the cursor of the table's part
    assert [record["id"] for record in page["data"]] == [
        record["id"]
        for record in log.records
        if record["created_at"] < rfc3339(log.clock.at - timedelta(days=365))
    ]
    log.clock.advance(days=60)
    expire_items()

    response = call(
        "GET", f"/v1/audit-log?limit=200&order=asc&cursor={page['next_cursor']}", key=log.tenant.read
    )

    assert (response.status, response.error) == (400, "invalid_cursor")


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_filters_apply_to_archived_records(log: Log, order: str) -> None:
    def expected(records: list[Record]) -> list[Record]:
        return records if order == "asc" else records[::-1]

    def of(name: str, value: str) -> list[Record]:
        return [record for record in log.records if record[name] == value]

    lead = [record for record in log.records if record["resource"]["id"] == log.lead_id]
    admin = [record for record in log.records if record["actor"]["id"] == log.tenant.admin_id]
    middle = log.records[5]["created_at"], log.records[-4]["created_at"]
    between = [record for record in log.records if middle[0] <= record["created_at"] < middle[1]]
    assert len({len(records) for records in (lead, admin, between, log.records)}) == 4
    for query, records in (
        (f"resource_type=lead&resource_id={log.lead_id}", lead),
        (f"actor_id={log.tenant.admin_id}", admin),
        ("action=lead.created", of("action", "lead.created")),
        ("source=worker", of("source", "worker")),
        (f"created_after={middle[0]}&created_before={middle[1]}", between),
        (f"created_before={middle[0]}&action=call.created", []),
    ):
        assert _listed(log.tenant, f"limit=4&order={order}&{query}") == expected(records), query


def test_a_list_whose_records_cannot_be_old_reads_the_table_only(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"email": "young@example.com"}
    young = call("POST", "/v1/leads", key=log.tenant.admin, json_body=body).json
    key = call("POST", "/v1/api-keys", key=log.tenant.admin, json_body={"name": "new", "scopes": ["read"]})
    with watched_calls(monkeypatch) as calls:
        queries = (
            f"resource_type=lead&resource_id={young['id']}",
            f"resource_id={young['id']}",
            f"actor_id={key.json['id']}",
            f"created_after={rfc3339(log.clock.at - timedelta(days=300))}",
            "resource_id=lead_7zzzzzzzzzzzzzzzzzzzzzzzzz",
        )
        for query in queries:
            assert _page(log.tenant, query)["next_cursor"] is None

    assert not {"GetObject", "ListObjectsV2"} & set(calls.made)


def test_a_record_and_its_proof_come_from_the_archive(log: Log) -> None:
    archive.sign()
    for record in (log.expired[0], log.expired[len(log.expired) // 2], log.expired[-1]):
        path = f"/v1/audit-log/{record['id']}"
        assert call("GET", path, key=log.tenant.read).json == record

        proof = call("GET", f"{path}/proof", key=log.tenant.read).json

        assert proof["record"] == record
        leaf = verify_audit.leaf_hash(record["hash"])
        index, size = record["seq"] - 1, proof["tree_size"]
        assert verify_audit.root_of_path(leaf, index, size, proof["path"]) == proof["checkpoint"]["root"]


def test_unknown_and_foreign_records_are_404(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    stranger = new_tenant("Other Restoration")
    old = log.expired[3]
    unknown = ids.new("aud", ids.created_at(old["id"]))
    too_new = ids.new("aud", log.clock.at - timedelta(hours=1))

    for record_id in (unknown, too_new, "aud_00000000000000000000000000", "aud_7zzzzzzzzzzzzzzzzzzzzzzzzz"):
        for path in (f"/v1/audit-log/{record_id}", f"/v1/audit-log/{record_id}/proof"):
            assert call("GET", path, key=log.tenant.read).status == 404, path
    for key in (stranger.admin, log.tenant.test_admin):
        assert call("GET", f"/v1/audit-log/{old['id']}", key=key).status == 404
        assert call("GET", f"/v1/audit-log/{old['id']}/proof", key=key).status == 404
    with watched_calls(monkeypatch) as calls:
        for record_id in (too_new, "aud_00000000000000000000000000"):
            call("GET", f"/v1/audit-log/{record_id}", key=log.tenant.read)
    assert "ListObjectsV2" not in calls.made


def test_a_csv_of_old_records_is_an_export(log: Log) -> None:
    recent = rfc3339(log.clock.at - timedelta(days=300))

    assert call("GET", "/v1/audit-log/export.csv", key=log.tenant.admin).status == 303
    assert call("GET", f"/v1/audit-log/export.csv?created_after={recent}", key=log.tenant.admin).status == 200


@pytest.fixture
def long_log(clock: Clock, cloud: None) -> tuple[Tenant, list[str]]:
    """A log in test mode, of 230 records, one a day, ten per segment, all of them in the archive only; and their ids,
    oldest first."""
    tenant = new_tenant()
    start = clock.at + timedelta(days=1)
    records = list(chain.records(tenant.in_mode("test"), 230, start=start, step=timedelta(days=1)))
    chain.archive(tenant.in_mode("test"), records, per_segment=10)
    clock.advance(days=230 + 400)
    return tenant, [record["id"] for record in records]


def _ids(tenant: Tenant, query: str) -> tuple[list[str], str | None]:
    response = call("GET", f"/v1/audit-log?{query}", key=tenant.test_admin)
    assert response.status == 200, response.text
    return [record["id"] for record in response.json["data"]], response.json["next_cursor"]


def _all_ids(tenant: Tenant, query: str) -> tuple[list[str], int]:
    """The ids of a list, and the number of its pages."""
    found, cursor = _ids(tenant, query)
    pages = 1
    while cursor:
        more, cursor = _ids(tenant, f"{query}&cursor={cursor}")
        found += more
        pages += 1
    return found, pages


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize(("limit", "value"), [("MAX_SEGMENTS_READ", 3), ("MAX_RECORDS_READ", 30)])
def test_a_page_reads_a_bounded_part_of_the_archive_and_returns_a_cursor(
    long_log: tuple[Tenant, list[str]], monkeypatch: pytest.MonkeyPatch, limit: str, value: int, order: str
) -> None:
    tenant, record_ids = long_log
    monkeypatch.setattr(archived, limit, value)
    one_in_a_hundred = "resource_type=lead&resource_id=lead_07"
    expected = [record_ids[6], record_ids[206]]  # number 107 is of a call

    found, pages = _all_ids(tenant, f"order={order}&{one_in_a_hundred}")

    assert found == (expected if order == "asc" else expected[::-1])
    assert pages >= 230 / 30


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_a_page_ends_before_it_is_too_large_for_a_response(
    long_log: tuple[Tenant, list[str]], monkeypatch: pytest.MonkeyPatch, order: str
) -> None:
    tenant, record_ids = long_log
    monkeypatch.setattr(archived, "MAX_PAGE_BYTES", 5000)

    found, pages = _all_ids(tenant, f"order={order}&limit=200")

    assert found == (record_ids if order == "asc" else record_ids[::-1])
    assert pages > 230 / 10


def test_a_later_page_begins_without_a_search(
    long_log: tuple[Tenant, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant, _ = long_log
    _, cursor = _ids(tenant, "limit=10")  # the table's, which is empty
    _, cursor = _ids(tenant, f"limit=10&cursor={cursor}")
    with watched_calls(monkeypatch) as calls:
        _ids(tenant, f"limit=10&cursor={cursor}")

    assert calls.count("ListObjectsV2") == 1
    assert calls.count("GetObject") <= 16


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_a_list_ends_where_the_archive_has_expired(long_log: tuple[Tenant, list[str]], order: str) -> None:
    tenant, record_ids = long_log
    _delete_segments(tenant, 1, 11, 21)

    found, _ = _all_ids(tenant, f"order={order}&limit=20")

    assert found == (record_ids[30:] if order == "asc" else record_ids[:29:-1])


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_a_missing_segment_is_an_error_and_not_a_shorter_list(
    long_log: tuple[Tenant, list[str]], order: str
) -> None:
    tenant, _ = long_log
    _delete_segments(tenant, 101)

    cursor = ""
    while True:
        response = call("GET", f"/v1/audit-log?order={order}&limit=50{cursor}", key=tenant.test_admin)
        if response.status != 200:
            break
        cursor = f"&cursor={response.json['next_cursor']}"

    assert (response.status, response.error) == (500, "internal_error")


def _delete_segments(tenant: Tenant, *firsts: int) -> None:
    for first in firsts:
        name = f"audit/{tenant.id}/test/{first:012d}-{first + 9:012d}.jsonl.gz"
        aws.s3_sdk().delete_object(Bucket=settings.audit_bucket(), Key=name)


@pytest.fixture
def late(clock: Clock, cloud: None) -> tuple[Tenant, list[Record]]:
    """A log in test mode with two records a day and a segment each. The third record was numbered two days late."""
    tenant = new_tenant()
    held: dict[str, Any] | None = None
    for day in range(8):
        clock.advance(days=1)
        for _ in range(2):
            clock.advance(hours=1)
            email = f"{ids.new('x', clock.at)}@example.com"
            call("POST", "/v1/leads", key=tenant.test_admin, json_body={"email": email})
            new = [
                item
                for item in items("AUDIT")
                if item["mode"]["S"] == "test" and "seq" not in item and item != held
            ]
            assert len(new) == 1
            if day == 1 and held is None:
                (held,) = new
                continue
            _number_and_archive(tenant, new)
        if day == 3 and held:
            _number_and_archive(tenant, [held])
            held = None
    return tenant, [from_attributes(item) for item in items("AUDIT") if item["mode"]["S"] == "test"]


def _number_and_archive(tenant: Tenant, new: list[dict[str, Any]]) -> None:
    load_app("workers/relay_outbox").handler(stream_records(new), None)
    body = json.dumps({"organization_id": tenant.id, "mode": "test", "request_id": "r"})
    response = load_app("workers/archive_audit").handler(sqs_event("AuditQueue", [body]), None)
    assert response == {"batchItemFailures": []}


def test_a_record_that_was_numbered_days_late_is_found_and_listed(
    late: tuple[Tenant, list[Record]], clock: Clock
) -> None:
    tenant, records = late
    by_creation = [record["seq"] for record in sorted(records, key=lambda record: str(record["id"]))]
    assert by_creation != sorted(by_creation)
    head = get(checkpoints.archive_head_key(tenant.in_mode("test"))) or {}
    assert int(str(head["late_seconds"])) > LATE_SECONDS
    clock.advance(days=420)
    expire_items()

    for record in records:
        clock.advance(minutes=1)  # the limit of requests
        response = call("GET", f"/v1/audit-log/{record['id']}", key=tenant.test_admin)
        assert response.json["seq"] == record["seq"]
        at = record["created_at"]
        for order in ("asc", "desc"):
            before = {other["id"] for other in records if other["created_at"] < at}
            after = {other["id"] for other in records if other["created_at"] >= at}
            assert set(_all_ids(tenant, f"limit=3&order={order}&created_before={at}")[0]) == before
            assert set(_all_ids(tenant, f"limit=3&order={order}&created_after={at}")[0]) == after
