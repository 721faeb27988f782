"""POST /v1/outreach/suppressions/import."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from eal.core.table.write import Stale
from eal.domain.outreach.suppressions import csv_import, store
from eal.domain.outreach.suppressions.wire import MAX_IMPORT_ROWS
from tests.functions.outreach_suppressions.test_create import suppress
from tests.support import sequences
from tests.support.callrail import stored
from tests.support.faults import overtaken
from tests.support.http import ApiResponse, call

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

PATH = "/v1/outreach/suppressions/import"


def _import(tenant: Tenant, text: str) -> ApiResponse:
    return call("POST", PATH, key=tenant.write, json_body={"csv": text})


def _statuses(response: ApiResponse) -> list[str]:
    assert response.status == 200, response.text
    return [row["status"] for row in response.json["rows"]]


def test_each_row_is_suppressed_and_reported(tenant: Tenant) -> None:
    suppress(tenant, address="old@example.com")
    suppress(tenant, address="bounced@example.com", reason="bounced")
    text = (
        "\ufeffAddress,domain,reason,note\r\n"
        "Dana@Example.com,,unsubscribed,\r\n"
        ",competitor.example,,A competitor\r\n"
        "\r\n"
        "old@example.com,,,\r\n"
        "bounced@example.com,,complained,\r\n"
        "nobody,,,\r\n"
        ",,,\r\n"
        "a@example.com,example.com,,\r\n"
        "a@example.com,,bored,\r\n"
        '"b@example.com"\r\n'
    )

    response = _import(tenant, text)

    assert _statuses(response) == [
        "created", "created", "unchanged", "updated", "failed", "failed", "failed", "failed",
    ]  # fmt: skip
    assert {name: response.json[name] for name in ("created", "updated", "unchanged", "failed")} == {
        "created": 2, "updated": 1, "unchanged": 1, "failed": 4,
    }  # fmt: skip
    assert response.json["rows"][4] == {
        "row": 5, "status": "failed", "id": None, "message": "Field 'address': Must be an e-mail address.",
    }  # fmt: skip
    live = tenant.in_mode("live")
    found = store.find(live, "dana@example.com")
    assert found is not None
    assert (found.reason, found.source) == ("unsubscribed", "import")
    assert store.find(live, "anybody@competitor.example")


def test_the_same_file_again_changes_nothing(tenant: Tenant) -> None:
    text = "address\n" + "".join(f"a{number}@example.com\n" for number in range(30))
    first = _import(tenant, text)
    again = _import(tenant, text)

    assert _statuses(first) == ["created"] * 30
    assert _statuses(again) == ["unchanged"] * 30
    assert [row["id"] for row in again.json["rows"]] == [row["id"] for row in first.json["rows"]]
    assert (
        len([record for record in stored("AUDIT", tenant.id) if record["action"] == "suppression.created"])
        == 30
    )


def test_an_address_that_is_named_twice_is_suppressed_once_with_the_stronger_reason(tenant: Tenant) -> None:
    response = _import(tenant, "address,reason\na@example.com,\na@example.com,unsubscribed\nA@example.com,\n")

    assert _statuses(response) == ["created", "updated", "unchanged"]
    (item,) = stored("SUPPRESSION", tenant.id)
    assert item["reason"] == "unsubscribed"


def test_the_most_rows_whose_enrollments_all_stop_fit_into_transactions(tenant: Tenant) -> None:
    sequences.be_ready(tenant)
    sequence = sequences.active(tenant)
    people = [sequences.prospect(tenant, f"p{number}@example.com") for number in range(25)]
    assert sequences.enroll(tenant, sequence["id"], *people).status == 200

    response = _import(tenant, "address\n" + "".join(f"{person['email']}\n" for person in people))

    assert _statuses(response) == ["created"] * 25
    assert {item["stop_reason"] for item in stored("ENROLLMENT", tenant.id)} == {"suppressed"}
    assert stored("ENROLLMENT_CLAIM", tenant.id) == []


def test_a_concurrent_suppression_of_a_row_is_found(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    with overtaken(monkeypatch, lambda: suppress(tenant, address="b@example.com")):
        response = _import(tenant, "address\na@example.com\nb@example.com\n")

    assert _statuses(response) == ["created", "unchanged"]
    assert len(stored("SUPPRESSION", tenant.id)) == 2


def test_what_is_committed_before_a_failure_is_unchanged_in_the_next_request(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "address\n" + "".join(f"a{number}@example.com\n" for number in range(20))
    commits = 0

    def stale(*_: object, **__: object) -> None:
        nonlocal commits
        commits += 1
        if commits > 1:
            raise Stale
        transact(*_, **__)  # type: ignore[arg-type]

    from eal.core.table.write import transact

    with monkeypatch.context() as patch:
        patch.setattr("eal.core.transaction.transact", stale)
        assert _import(tenant, text).status == 503
    assert len(stored("SUPPRESSION", tenant.id)) == csv_import.ROWS_IN_A_TRANSACTION

    assert _statuses(_import(tenant, text)) == ["unchanged"] * 12 + ["created"] * 8


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("address\n", "Needs a header row and at least one further row."),
        ("address;reason\na@example.com;manual\n", "Unknown columns in the header: address;reason."),
        ("adress\na@example.com\n", "Unknown columns in the header: adress."),
        ("address,address\na@example.com,b@example.com\n", "The header has a column twice."),
        ('address\n"a@example.com\n', "is not valid CSV"),
        ("address\n" + "a@example.com\n" * (MAX_IMPORT_ROWS + 1), "Has more than 200 rows after the header."),
    ],
)
def test_an_unusable_text_is_422_and_imports_nothing(tenant: Tenant, text: str, message: str) -> None:
    response = _import(tenant, text)

    assert (response.status, response.error) == (422, "validation_error")
    (field,) = response.json["error"]["details"]["fields"]
    assert field["pointer"] == "/csv"
    assert message in field["message"]
    assert stored("SUPPRESSION", tenant.id) == []


def test_the_file_of_an_export_can_be_imported(tenant: Tenant, stranger: Tenant) -> None:
    suppress(tenant, address="+dana@example.com", reason="hostile", note="=cmd()")
    suppress(tenant, domain="example.com")
    suppress(tenant, address="kim@example.com", topic="reviews")
    text = call("GET", "/v1/outreach/suppressions/export.csv", key=tenant.admin).text

    assert _statuses(_import(stranger, text)) == ["created", "created", "created"]

    def shown(of: Tenant) -> list[tuple[Any, ...]]:
        names = ("address", "domain", "reason", "topic", "note", "address_sha256")
        listed = call("GET", "/v1/outreach/suppressions", key=of.read).json["data"]
        return sorted(tuple(str(suppression[name]) for name in names) for suppression in listed)

    assert shown(stranger) == shown(tenant)
