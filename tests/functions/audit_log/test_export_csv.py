"""GET /v1/audit-log/export.csv."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from eal.domain.audit_log.exports import csv as rows_of
from eal.domain.audit_log.exports import direct
from tests.support.faults import watched_calls
from tests.support.http import call
from tests.support.pipeline import Pipeline
from tests.support.tenants import Tenant, new_tenant

if TYPE_CHECKING:
    from eal.core.table.item import Item

LIVE = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001 - wide ones too
"""Characters with which a formula begins in a spreadsheet (OWASP, CSV Injection)."""


def _lead(tenant: Tenant, **fields: Any) -> None:
    response = call("POST", "/v1/leads", key=tenant.admin, json_body=fields)
    assert response.status == 201, response.text


def _rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_the_csv_has_the_records_of_the_list_in_its_order(tenant: Tenant) -> None:
    _lead(tenant, email="a@example.com")
    Pipeline().run()
    listed = call("GET", "/v1/audit-log?limit=200", key=tenant.read).json["data"]

    response = call("GET", "/v1/audit-log/export.csv", key=tenant.admin)

    assert response.status == 200
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'attachment; filename="audit-log.csv"'
    rows = _rows(response.text)
    assert tuple(rows[0]) == rows_of.COLUMNS
    for row, record in zip(rows, listed, strict=True):
        assert (row["id"], row["action"], row["hash"]) == (record["id"], record["action"], record["hash"])
        assert (row["actor_type"], row["actor_id"]) == (record["actor"]["type"], record["actor"]["id"])
        assert (row["actor_ip"], row["resource_id"]) == (
            record["actor"]["ip"] or "",
            record["resource"]["id"],
        )
        assert (int(row["seq"]), json.loads(row["changes"])) == (record["seq"], record["changes"])


def test_the_csv_accepts_the_filters_and_order_of_the_list(tenant: Tenant) -> None:
    _lead(tenant, email="a@example.com")
    _lead(tenant, email="b@example.com")

    up = _rows(call("GET", "/v1/audit-log/export.csv?action=lead.created&order=asc", key=tenant.admin).text)
    down = _rows(call("GET", "/v1/audit-log/export.csv?action=lead.created", key=tenant.admin).text)

    assert [row["action"] for row in up] == ["lead.created"] * 2
    assert down == up[::-1]


def test_the_export_is_recorded_with_its_filters(tenant: Tenant) -> None:
    _lead(tenant, email="a@example.com")
    call("GET", "/v1/audit-log/export.csv?action=lead.created", key=tenant.admin)

    (record,) = call("GET", "/v1/audit-log?action=audit_log.exported", key=tenant.admin).json["data"]

    assert record["resource"] == {"type": "audit_log", "id": tenant.id}
    assert record["actor"]["id"] == tenant.admin_id
    assert {change["field"]: change["to"] for change in record["changes"]} == {
        "action": "lead.created",
        "rows": 1,
    }


@pytest.mark.parametrize("bound", ["MAX_ROWS", "MAX_BODY_BYTES", "MAX_RECORDS_READ"])
def test_a_csv_over_a_limit_becomes_an_export_with_the_same_filters(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, bound: str
) -> None:
    for number in range(4):
        _lead(tenant, email=f"a{number}@example.com")
    monkeypatch.setattr(direct, bound, 3)

    response = call("GET", "/v1/audit-log/export.csv?resource_type=lead", key=tenant.admin)

    assert response.status == 303
    export_id = response.json["id"]
    assert response.headers["Location"] == f"/api/v1/audit-log/exports/{export_id}"
    created = call("GET", "/v1/audit-log?action=audit_export.created", key=tenant.read).json["data"]
    assert [record["resource"]["id"] for record in created] == [export_id]
    Pipeline().run()
    export = call("GET", f"/v1/audit-log/exports/{export_id}", key=tenant.read).json
    assert (export["status"], export["records"], export["format"]) == ("completed", 4, "csv")
    assert export["filters"]["resource_type"] == "lead"


def test_the_maximum_number_of_rows_is_returned_directly(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        _lead(tenant, email=f"a{number}@example.com")
    monkeypatch.setattr(direct, "MAX_ROWS", 3)

    response = call("GET", "/v1/audit-log/export.csv?resource_type=lead", key=tenant.admin)

    assert (response.status, len(_rows(response.text))) == (200, 3)


def test_a_parent_exports_nothing_of_its_child_because_it_cannot_record_that(tenant: Tenant) -> None:
    child = new_tenant("North", parent=tenant.id)
    grant = {"resources": ["audit-log"]}
    call("PUT", f"/v1/organizations/me/grants/{tenant.id}", key=child.admin, json_body=grant)
    headers = {"X-EAL-Organization": child.id}

    assert call("GET", "/v1/audit-log", key=tenant.admin, headers=headers).status == 200
    response = call("GET", "/v1/audit-log/export.csv", key=tenant.admin, headers=headers)

    assert (response.status, response.error) == (403, "grant_required")


@pytest.mark.parametrize("beginning", LIVE)
def test_no_cell_is_a_formula_in_a_spreadsheet(tenant: Tenant, beginning: str) -> None:
    """Text from outsiders reaches the log in changes and in ids that they choose."""
    formula = f'{beginning}HYPERLINK("https://evil.example.com";"x")'
    # Names cannot have control characters.
    name = {"name": f"a{formula if beginning.isprintable() else '='}", "scopes": ["read"]}
    assert call("POST", "/v1/api-keys", key=tenant.admin, json_body=name).status == 201
    record: Item = {
        **dict.fromkeys(("id", "action", "source", "request_id", "created_at"), formula),
        **dict.fromkeys(("organization_id", "mode"), formula),
        "actor": {"type": formula, "id": formula, "ip": formula},
        "resource": {"type": formula, "id": formula},
        "changes": [{"field": formula, "from": formula, "to": formula}],
    }

    text = call("GET", "/v1/audit-log/export.csv", key=tenant.admin).text + rows_of.line(record)

    sheet = openpyxl.Workbook().create_sheet()
    for row in csv.reader(io.StringIO(text, newline="")):
        sheet.append([_importable(value) for value in row])
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert any("HYPERLINK" in str(cell.value) for cell in cells)
    assert [cell.value for cell in cells if cell.data_type == "f"] == []
    assert [cell.value for cell in cells if str(cell.value).startswith(LIVE)] == []
    # Spreadsheets of some locales split cells at semicolons, and some programs at tabs, even inside quotes.
    changes = _rows(text)[-1]["changes"]
    assert ";" not in changes
    assert "\t" not in changes


def _importable(value: str) -> str | None:
    """The value without the control characters that openpyxl rejects and that the import of a spreadsheet drops."""
    return "".join(character for character in value if character >= " " or character in "\t\r\n") or None


def test_the_same_cells_without_their_apostrophe_would_be_formulas() -> None:
    """The spreadsheet library recognises formulas, so the test above can fail."""
    sheet = openpyxl.Workbook().create_sheet()
    sheet.append(["=1+1"])

    assert sheet["A1"].data_type == "f"


def test_the_csv_reads_each_page_once(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    with watched_calls(monkeypatch) as calls:
        call("GET", "/v1/audit-log/export.csv", key=tenant.admin)

    assert calls.made == ["UpdateItem", "Query", "TransactWriteItems"], "the last one records the export"
