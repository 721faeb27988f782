"""GET /v1/outreach/suppressions/export.csv."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from eal.domain.outreach.suppressions import csv_export
from tests.functions.outreach_suppressions.test_create import suppress
from tests.support.http import call

if TYPE_CHECKING:
    import pytest

    from tests.support.tenants import Tenant

PATH = "/v1/outreach/suppressions/export.csv"


def _rows(tenant: Tenant, query: str = "") -> list[dict[str, str]]:
    response = call("GET", f"{PATH}{query}", key=tenant.admin)
    assert response.status == 200, response.text
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(response.text)))


def test_the_file_has_the_suppressions_newest_first(tenant: Tenant) -> None:
    suppress(tenant, address="a@example.com", reason="bounced")
    newest = suppress(tenant, domain="example.com", note="A competitor, and loud")

    rows = _rows(tenant)

    assert [row["address"] or row["domain"] for row in rows] == ["example.com", "a@example.com"]
    assert rows[0]["id"] == newest["id"]
    assert rows[0]["note"] == "A competitor, and loud"
    assert rows[0]["created_at"] == newest["created_at"]
    assert [row["address"] for row in _rows(tenant, "?reason=bounced")] == ["a@example.com"]
    assert _rows(tenant, "?source=vendor") == []
    assert len(_rows(tenant, f"?created_after={newest['created_at']}")) == 1


def test_no_cell_is_a_formula(tenant: Tenant) -> None:
    suppress(tenant, address="+dana@example.com", note="=HYPERLINK(1)")

    (row,) = _rows(tenant)

    assert (row["address"], row["note"]) == ("'+dana@example.com", "'=HYPERLINK(1)")


def test_the_file_has_nothing_of_another_tenant_or_mode(tenant: Tenant, stranger: Tenant) -> None:
    suppress(tenant, address="a@example.com")

    assert _rows(stranger) == []
    assert call("GET", PATH, key=tenant.test_admin).text.count("\n") == 1


def test_more_than_a_response_can_hold_is_422(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_export, "MAX_ROWS", 2)
    for number in range(2):
        suppress(tenant, address=f"a{number}@example.com")
    assert len(_rows(tenant)) == 2
    suppress(tenant, address="a2@example.com")

    response = call("GET", PATH, key=tenant.admin)

    assert (response.status, response.error) == (422, "validation_error")


def test_a_filter_without_an_index_reads_a_limited_number(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_export, "MAX_SUPPRESSIONS_READ", 3)
    for number in range(3):
        suppress(tenant, address=f"a{number}@example.com")
    assert _rows(tenant, "?source=vendor") == []
    newest = suppress(tenant, address="a3@example.com", reason="bounced")

    response = call("GET", f"{PATH}?source=vendor", key=tenant.admin)

    assert (response.status, response.error) == (422, "validation_error")
    (field,) = response.json["error"]["details"]["fields"]
    assert (field["pointer"], field["type"]) == ("/created_after", "too_much")
    assert _rows(tenant, f"?source=vendor&created_after={newest['created_at']}") == []
    assert len(_rows(tenant, "?reason=bounced")) == 1


def test_only_an_admin_exports_and_the_log_records_it(tenant: Tenant) -> None:
    suppress(tenant, address="a@example.com", reason="bounced")

    refused = [call("GET", PATH, key=key) for key in (tenant.read, tenant.write)]
    _rows(tenant, "?reason=bounced")

    assert {(response.status, response.error) for response in refused} == {(403, "insufficient_scope")}
    (record,) = call("GET", "/v1/audit-log?action=suppression_list.exported", key=tenant.admin).json["data"]
    assert record["resource"] == {"type": "suppression_list", "id": tenant.id}
    assert record["actor"]["id"] == tenant.admin_id
    assert {change["field"]: change["to"] for change in record["changes"]} == {"reason": "bounced", "rows": 1}
