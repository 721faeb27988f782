"""An uploaded file: its rows become leads, each exactly once, whatever happens to the worker."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import botocore.client
import pytest

from eal.core import aws
from eal.domain.lead_imports import run
from eal.domain.leads.model import MAX_JSON_BYTES
from tests.support.aws import UPLOADS_BUCKET
from tests.support.faults import Killed, watched_calls
from tests.support.http import call, load_app
from tests.support.imports import QUEUE, consume, imported, key_of, new_import, notification, put, read
from tests.support.pipeline import items, peek, sqs_event
from tests.support.tenants import new_tenant
from tools.fixtures.template import resources

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.tenants import Tenant
    from tests.support.time import Clock

RULES = ("error", "return", "update")
COUNTS = ("total", "processed", "created", "updated", "skipped", "failed")


def counts(one: dict[str, Any]) -> dict[str, int]:
    return {name: one[name] for name in COUNTS}


def leads_of(key: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = call("GET", "/v1/leads?limit=200", key=key).json["data"]
    return sorted(found, key=lambda lead: lead["email"] or lead["phones"][0])


def without_times(lead: dict[str, Any]) -> dict[str, Any]:
    times = ("id", "created_at", "updated_at", "scored_at")
    return {name: value for name, value in lead.items() if name not in times}


def all_kinds() -> str:
    """Forty-odd rows: new, wrong, there already, twice in the file near and far, merging, of two leads."""
    lines = ["email,phone,notes,loss_type"]
    lines += [f"new{n}@example.com,,,water" for n in range(18)]
    lines += ["old1@example.com,,from the file,", "old1@example.com,,from the file,", "old2@example.com,,,"]
    lines += ["bad,,,", "ok@example.com,,,lava", "too,few", ",,only notes,"]
    lines += [f"more{n}@example.com,+1415555{n:04},,mold" for n in range(8)]
    lines += ["new3@example.com,,later in the file,", "new3@example.com,,later in the file,"]
    lines += [
        "other@example.com,+14155550002,,",
        ",+14155550002,by phone,",
        "new4@example.com,+14155550003,,",
    ]
    lines += [f"last{n}@example.com,,," for n in range(4)]
    return "\n".join(lines) + "\n"


def in_chunks_of_two(monkeypatch: pytest.MonkeyPatch) -> str:
    """Ten rows in five chunks: small, because moto copies its tables at each transaction."""
    monkeypatch.setattr(run, "MAX_OPERATIONS", run.OF_A_CHUNK + 2 * (run.OF_A_LEAD + 1))
    names = ("old1", "old2", "a", "b", "c", "a", "bad@", "d", "e", "old2")
    return "email,notes\n" + "".join(
        f"{name}@example.com,{number % 2}\n" for number, name in enumerate(names)
    )


OF_THE_TEN = {"total": 10, "processed": 10, "created": 5, "updated": 3, "skipped": 1, "failed": 1}


def with_two_leads(tenant: Tenant) -> None:
    for email in ("old1@example.com", "old2@example.com"):
        assert call("POST", "/v1/leads", key=tenant.write, json_body={"email": email}).status == 201


EXPECTED = {
    "error": {"created": 30, "updated": 0, "skipped": 0, "failed": 12},
    "return": {"created": 30, "updated": 0, "skipped": 8, "failed": 4},
    "update": {"created": 30, "updated": 4, "skipped": 3, "failed": 5},
}


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_for_duplicates_and_a_dry_run_beforehand(tenant: Tenant, rule: str) -> None:
    with_two_leads(tenant)
    before = items("LEAD")

    dry = imported(tenant, all_kinds(), on_duplicate=rule, dry_run=True)
    assert items("LEAD") == before
    real = imported(tenant, all_kinds(), on_duplicate=rule)

    assert counts(real) == {"total": 42, "processed": 42, **EXPECTED[rule]}
    assert counts(dry) == counts(real)
    assert [(e["row"], e["field"]) for e in dry["errors"]] == [(e["row"], e["field"]) for e in real["errors"]]
    assert (dry["status"], real["status"]) == ("completed", "completed")
    assert len(items("LEAD")) == 32


def test_the_same_file_again_makes_nothing(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    content = in_chunks_of_two(monkeypatch)
    first = imported(tenant, content, on_duplicate="update")
    after = items("LEAD")

    again = imported(tenant, content, on_duplicate="update")

    assert again["created"] == 0
    assert again["failed"] == first["failed"]
    assert {one["sk"]["S"]: one["version"] for one in items("LEAD")} == {
        one["sk"]["S"]: one["version"] for one in after
    }


def test_a_row_becomes_the_lead_that_the_api_would_make(tenant: Tenant) -> None:
    body = {
        "first_name": "Dana",
        "email": "dana@example.com",
        "phones": ["415 555 0123"],
        "loss_type": "water",
        "address": {"line1": "12 Elm St", "city": "Oakland", "state": "CA", "postal_code": "94601"},
        "metadata": {"job": "17"},
        "attribution": {"utm_source": "ads"},
    }
    imported(tenant, json.dumps(body), format="jsonl")
    made = call("POST", "/v1/leads", key=tenant.test_admin, json_body={**body, "source": "import"}).json

    (lead,) = leads_of(tenant.read)
    assert without_times(lead) == without_times(made)
    assert [item["type"]["S"] for item in items("EVENT")] == ["lead.created"] * 2
    history = call("GET", f"/v1/leads/{lead['id']}/history", key=tenant.read).json["data"]
    assert [entry["type"] for entry in history] == ["score"]


def test_no_value_is_lost_in_an_update(tenant: Tenant) -> None:
    call(
        "POST",
        "/v1/leads",
        key=tenant.write,
        json_body={"email": "a@example.com", "notes": "old", "company": "Old"},
    )

    one = imported(
        tenant, "email,phone,notes,first_name\na@example.com,4155550123,new,Ann\n", on_duplicate="update"
    )

    (lead,) = leads_of(tenant.read)
    assert one["updated"] == 1
    assert (lead["notes"], lead["company"], lead["first_name"]) == ("old\n\nnew", "Old", "Ann")
    assert lead["phones"] == ["+14155550123"]
    assert lead["version"] == 2
    found = call("GET", "/v1/leads?phone=%2B14155550123", key=tenant.read).json["data"]
    assert [one["id"] for one in found] == [lead["id"]]


@pytest.mark.parametrize("dry_run", [True, False])
def test_leads_of_the_largest_size_are_read_within_the_limit_of_a_transaction(
    tenant: Tenant, dry_run: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = [f"+1415555{n:04}" for n in range(90)]
    asked: list[int] = []
    send = botocore.client.BaseClient._make_api_call  # type: ignore[attr-defined]

    def watched(client: Any, operation: str, arguments: Any) -> Any:
        if operation == "TransactGetItems":
            asked.append(len(arguments["TransactItems"]))
        return send(client, operation, arguments)

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", watched)

    one = imported(
        tenant,
        "".join(json.dumps({"phones": numbers[n : n + 10]}) + "\n" for n in range(0, 90, 10)),
        format="jsonl",
        on_duplicate="update",
        dry_run=dry_run,
    )

    assert one["created"] == 9
    assert sum(asked) >= 90
    assert max(asked) * MAX_JSON_BYTES < 4_000_000


def test_errors_name_the_lead_and_no_value(tenant: Tenant) -> None:
    there = call("POST", "/v1/leads", key=tenant.write, json_body={"email": "a@example.com"}).json

    one = imported(
        tenant, "email,phone\na@example.com,\nQuackenbush,\nb@example.com,4155550123\n,4155550123\n"
    )

    made = call("GET", "/v1/leads?email=b@example.com", key=tenant.read).json["data"][0]
    assert one["errors"] == [
        {"row": 1, "field": "email", "message": f"The lead {there['id']} has the same e-mail address."},
        {"row": 2, "field": "email", "message": "Must be an e-mail address."},
        {"row": 4, "field": "phones", "message": f"The lead {made['id']} has the same phone number."},
    ]
    assert "Quackenbush" not in json.dumps(items())


def test_a_row_that_is_too_large_or_has_control_characters_fails_alone(tenant: Tenant) -> None:
    large = {
        "email": "a@example.com",
        "notes": "水" * 9_000,
        "metadata": {f"k{n}": "水" * 500 for n in range(15)},
    }
    rows = [large, {"email": "b@example.com", "company": "a\x1bb"}, {"email": "c@example.com"}]

    one = imported(tenant, "\n".join(json.dumps(row, ensure_ascii=False) for row in rows), format="jsonl")

    assert (one["created"], [(error["row"], error["field"]) for error in one["errors"]]) == (
        1,
        [(1, None), (2, "company")],
    )


def test_a_dry_run_names_the_row_where_there_is_no_lead(tenant: Tenant) -> None:
    one = imported(tenant, "email\na@example.com\na@example.com\n", dry_run=True)

    assert one["errors"] == [{"row": 2, "field": "email", "message": "Row 1 has the same e-mail address."}]
    assert one["errors_url"]


def test_a_test_key_makes_test_leads(tenant: Tenant) -> None:
    one = imported(tenant, "email\na@example.com\n", key=tenant.test_admin)

    assert one["created"] == 1
    assert len(leads_of(tenant.test_admin)) == 1
    assert leads_of(tenant.admin) == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "must name the columns"),
        ("email,colour\na@example.com,red\n", "Unknown columns in the header: colour"),
        (b"email\na@example.com\n\xff\n", "not UTF-8"),
        ("email\na@example.com\n" + '"open', "not valid CSV"),
    ],
)
def test_a_file_that_cannot_be_read_imports_nothing(tenant: Tenant, content: str | bytes, said: str) -> None:
    one = imported(tenant, content)

    assert one["status"] == "failed"
    assert said in one["failure"]
    assert (one["total"], one["processed"], one["errors_url"]) == (None, 0, None)
    assert items("LEAD") == []


@pytest.mark.parametrize(("name", "most"), [("rows.MOST_ROWS", 2), ("files.LARGEST_FILE", 30)])
def test_a_file_over_the_limits_imports_nothing(
    tenant: Tenant, name: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"eal.domain.lead_imports.{name}", most)

    one = imported(tenant, "email\na@example.com\nb@example.com\nc@example.com\n")

    assert (one["status"], one["created"]) == ("failed", 0)
    assert str(most) in one["failure"]
    assert items("LEAD") == []


def test_a_file_without_rows_is_completed(tenant: Tenant) -> None:
    assert counts(imported(tenant, "email\n")) == dict.fromkeys(COUNTS, 0)
    assert counts(imported(tenant, "", format="jsonl", dry_run=True)) == dict.fromkeys(COUNTS, 0)


def test_only_errors_and_many_of_them(tenant: Tenant) -> None:
    one = imported(tenant, "email,loss_type\n" + "x,lava\n" * 1300)

    assert (one["processed"], one["failed"], len(one["errors"])) == (1300, 1300, 100)
    content = aws.s3().get_object(Bucket=UPLOADS_BUCKET, Key=key_of(one["errors_url"]))["Body"].read()
    assert len(content.splitlines()) == 1 + 2 * 1300
    for item in items("LEAD_IMPORT_ERRORS"):
        assert len(json.dumps(item)) < 300_000


# ---------------------------------------------------------------- messages


def test_what_is_no_upload_of_ours_is_dropped(tenant: Tenant) -> None:
    for body in (
        json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "uploads"}),
        notification("imports/uploads/x"),
        notification(f"imports/uploads/{tenant.id}/live/imp_01kq09bekje6vbq5xe2b60xtww"),
    ):
        assert consume(body)
    assert items("LEAD_IMPORT") == []


def test_a_message_that_comes_again_changes_nothing(tenant: Tenant) -> None:
    one = new_import(tenant)
    body = put(one, all_kinds())
    assert consume(body)
    before = items()

    assert consume(body)

    assert items() == before


def test_another_tenants_key_in_the_path_reaches_no_import(tenant: Tenant, stranger: Tenant) -> None:
    one = new_import(tenant)
    put(one, all_kinds())

    assert consume(notification(f"imports/uploads/{stranger.id}/live/{one['id']}"))

    assert read(one, tenant.read)["status"] == "awaiting_upload"
    assert items("LEAD") == []


def test_out_of_time_it_goes_on_in_another_invocation(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_two_leads(tenant)
    one = new_import(tenant, on_duplicate="update")
    body = put(one, in_chunks_of_two(monkeypatch))
    monkeypatch.setattr(run, "LONGEST", -1.0)
    assert load_app("workers/import_leads").handler(sqs_event(QUEUE, [body]), None) == {
        "batchItemFailures": []
    }
    (message,) = peek(QUEUE)
    assert message == json.loads(body)
    between = read(one, tenant.read)
    assert (between["status"], between["total"], between["processed"]) == ("running", 10, 2)

    assert consume(json.dumps(message))

    after = read(one, tenant.read)
    assert counts(after) == OF_THE_TEN
    _check_exactly_once(tenant, after)


def test_a_dry_run_out_of_time_fails(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "LONGEST", -1.0)

    one = imported(tenant, all_kinds(), dry_run=True)

    assert (one["status"], one["errors_url"]) == ("failed", None)
    assert "exceeded its time limit" in one["failure"]


# ---------------------------------------------------------------- the file


def test_a_file_that_was_replaced_meanwhile_ends_the_import(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = new_import(tenant)
    body = put(one, all_kinds())
    _kill_at_transaction(monkeypatch, body, number=2)
    made = len(items("LEAD"))
    aws.s3().put_object(
        Bucket=UPLOADS_BUCKET, Key=key_of(one["upload"]["url"]), Body=b"email\nz@example.com\n"
    )

    assert consume(body)

    after = read(one, tenant.read)
    assert (after["status"], after["created"], len(items("LEAD"))) == ("failed", made, made)
    assert after["failure"] == "The file was replaced after the import started."
    assert made > 0


def test_a_file_that_is_gone_ends_the_import(tenant: Tenant) -> None:
    one = new_import(tenant)
    body = put(one, all_kinds())
    aws.s3().delete_object(Bucket=UPLOADS_BUCKET, Key=key_of(one["upload"]["url"]))

    assert consume(body)

    assert read(one, tenant.read)["failure"] == "The file no longer exists."


def uploads() -> list[str]:
    found = aws.s3().list_objects_v2(Bucket=UPLOADS_BUCKET, Prefix="imports/uploads/")
    return [one["Key"] for one in found.get("Contents", [])]


@pytest.mark.parametrize(
    "content", ["email\na@example.com\nwrong\n", "", b"email\n\xff\n"], ids=["completed", "empty", "refused"]
)
@pytest.mark.parametrize("dry_run", [True, False])
def test_the_file_is_deleted_when_its_import_has_ended(
    tenant: Tenant, content: str | bytes, dry_run: bool
) -> None:
    one = new_import(tenant, dry_run=dry_run)
    body = put(one, content)
    assert uploads() == [key_of(one["upload"]["url"])]

    assert consume(body)

    assert uploads() == []
    url = read(one, tenant.read)["errors_url"]
    if url:
        assert aws.s3().get_object(Bucket=UPLOADS_BUCKET, Key=key_of(url))


def test_a_file_that_comes_after_its_import_has_ended_is_deleted(tenant: Tenant) -> None:
    one = new_import(tenant)
    assert consume(put(one, "email\na@example.com\n"))

    assert consume(put(one, "email\nb@example.com\n"))

    assert uploads() == []
    assert [lead["email"] for lead in leads_of(tenant.read)] == ["a@example.com"]


def test_a_file_of_no_import_is_deleted(tenant: Tenant) -> None:
    name = f"imports/uploads/{tenant.id}/live/imp_01kq09bekje6vbq5xe2b60xtww"
    aws.s3().put_object(Bucket=UPLOADS_BUCKET, Key=name, Body=b"email\n")

    assert consume(notification(name))

    assert uploads() == []


# ---------------------------------------------------------------- killed, overtaken


def _kill_at_transaction(monkeypatch: pytest.MonkeyPatch, body: str, number: int) -> None:
    """End the worker after its n-th transaction."""
    with watched_calls(monkeypatch) as calls:
        calls.kill_after = 10_000
        made = calls.made

        class Counting(list[str]):
            def append(self, operation: str) -> None:
                super().append(operation)
                if self.count("TransactWriteItems") >= number:
                    calls.kill_after = 0

        calls.made = Counting(made)
        with pytest.raises(Killed):
            consume(body)


@pytest.mark.parametrize(("rule", "dry_run"), [("update", False), ("error", False), ("update", True)])
def test_killed_after_each_call_every_row_counts_once(
    cloud: None, rule: str, dry_run: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = new_tenant()
    with_two_leads(tenant)
    one = new_import(tenant, on_duplicate=rule, dry_run=dry_run)
    body = put(one, all_kinds())

    # One kill after another in one import: after call n of a run, then n + 1 of the next, until one comes to its end.
    killed = 0
    for number in range(1, 100):
        with watched_calls(monkeypatch) as calls:
            calls.kill_after = number
            try:
                assert consume(body)
                break
            except Killed:
                killed += 1

    assert killed > 5
    after = read(one, tenant.read)
    assert counts(after) == {"total": 42, "processed": 42, **EXPECTED[rule]}
    assert after["status"] == "completed"
    assert consume(body)
    assert uploads() == []
    _check_exactly_once(tenant, after)


def _check_exactly_once(tenant: Tenant, one: dict[str, Any]) -> None:
    leads = leads_of(tenant.read)
    assert len(leads) == 2 if one["dry_run"] else 2 + one["created"]
    contacts = [
        contact for lead in leads for contact in (lead["email"], *lead["additional_emails"], *lead["phones"])
    ]
    assert len(set(contacts)) == len(contacts) - contacts.count(None)
    assert len(items("LEAD_CONTACT")) == len([contact for contact in contacts if contact])
    created = [item for item in items("EVENT") if item["type"]["S"] == "lead.created"]
    assert len(created) == len(leads)
    ended = [item["action"]["S"] for item in items("AUDIT") if item["action"]["S"].startswith("lead_import.")]
    assert sorted(ended) == ["lead_import.completed", "lead_import.created", "lead_import.started"]
    if one["failed"]:
        content = (
            aws.s3().get_object(Bucket=UPLOADS_BUCKET, Key=key_of(one["errors_url"]))["Body"].read().decode()
        )
        told = [int(line.partition(",")[0]) for line in content.splitlines()[1:]]
        assert told == [error["row"] for error in one["errors"]]
        assert len(told) == len(set(told)) == one["failed"]


def _before_transaction(monkeypatch: pytest.MonkeyPatch, number: int, act: Callable[[], object]) -> None:
    """Do something right before the n-th TransactWriteItems from now on."""
    send = botocore.client.BaseClient._make_api_call  # type: ignore[attr-defined]
    seen: list[str] = []

    def watched(client: Any, operation: str, arguments: Any) -> Any:
        seen.append(operation)
        if operation == "TransactWriteItems" and seen.count(operation) == number:
            act()
        return send(client, operation, arguments)

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", watched)


@pytest.mark.parametrize("number", [1, 2])
def test_who_is_overtaken_leaves_the_message_in_the_queue(
    tenant: Tenant, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Number 1 is the import's start, 2 its first chunk. The other worker, who was quicker, is killed later."""
    with_two_leads(tenant)
    one = new_import(tenant, on_duplicate="update")
    body = put(one, in_chunks_of_two(monkeypatch))
    _before_transaction(monkeypatch, number, lambda: _kill_at_transaction(monkeypatch, body, number=1))

    assert not consume(body)

    assert read(one, tenant.read)["status"] == "running"
    assert consume(body)
    after = read(one, tenant.read)
    assert counts(after) == OF_THE_TEN
    _check_exactly_once(tenant, after)


def test_the_loser_is_done_where_the_winner_has_ended(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_two_leads(tenant)
    one = new_import(tenant, on_duplicate="update")
    body = put(one, in_chunks_of_two(monkeypatch))
    _before_transaction(monkeypatch, 2, lambda: consume(body))

    assert consume(body)

    after = read(one, tenant.read)
    assert counts(after) == OF_THE_TEN
    _check_exactly_once(tenant, after)


# ---------------------------------------------------------------- faults


def _put_off(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """After how many seconds messages come again, from now on."""
    send = botocore.client.BaseClient._make_api_call  # type: ignore[attr-defined]
    seconds: list[int] = []

    def watched(client: Any, operation: str, arguments: Any) -> Any:
        if operation == "ChangeMessageVisibility":
            seconds.append(arguments["VisibilityTimeout"])
            return {}
        return send(client, operation, arguments)

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", watched)
    return seconds


def _ends(tenant: Tenant) -> list[str]:
    return [
        item["action"]["S"]
        for item in items("AUDIT")
        if item["action"]["S"] in ("lead_import.failed", "lead_import.completed")
    ]


def test_after_a_fault_that_passes_the_message_comes_again_soon(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_two_leads(tenant)
    one = new_import(tenant, on_duplicate="update")
    body = put(one, in_chunks_of_two(monkeypatch))
    seconds = _put_off(monkeypatch)

    for received in (1, 2, 3, 4):
        with watched_calls(monkeypatch) as calls:
            calls.refuse["TransactWriteItems"] = "ThrottlingException"
            assert not consume(body, received)

    assert seconds == [60, 120, 240, 480]
    assert consume(body, 5)
    assert counts(read(one, tenant.read)) == OF_THE_TEN
    assert _ends(tenant) == ["lead_import.completed"]


def test_a_message_that_fails_for_the_last_time_ends_its_import(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_two_leads(tenant)
    one = new_import(tenant, on_duplicate="update")
    body = put(one, in_chunks_of_two(monkeypatch))
    _kill_at_transaction(monkeypatch, body, number=2)

    with watched_calls(monkeypatch) as calls:
        calls.refuse["TransactGetItems"] = "InternalServerError"
        assert not consume(body, run.RECEIVES), "the message goes to the dead letters"

    after = read(one, tenant.read)
    assert (after["status"], after["processed"]) == ("failed", 2)
    assert uploads() == []
    assert after["failure"] == (
        "The import failed after 5 attempts: an internal error, or a service that the API depends on was unavailable. "
        "The first 2 rows were processed. Import the remaining rows again."
    )
    assert _ends(tenant) == ["lead_import.failed"]


def _errors_in_file(one: dict[str, Any]) -> list[str]:
    file = aws.s3().get_object(Bucket=UPLOADS_BUCKET, Key=key_of(one["errors_url"]))
    return file["Body"].read().decode().splitlines()[1:]


def _stopped_after_a_wrong_row(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> tuple[dict[str, Any], str]:
    in_chunks_of_two(monkeypatch)
    one = new_import(tenant)
    body = put(one, "email\nwrong\n" + "".join(f"{name}@example.com\n" for name in "abcd"))
    _kill_at_transaction(monkeypatch, body, number=2)
    assert read(one, tenant.read)["errors_url"] is None
    return one, body


@pytest.mark.parametrize("minutes", [1, 30])
def test_an_import_that_was_given_up_tells_its_rows_errors(
    clock: Clock, tenant: Tenant, monkeypatch: pytest.MonkeyPatch, minutes: int
) -> None:
    one, body = _stopped_after_a_wrong_row(tenant, monkeypatch)
    clock.advance(minutes=minutes)

    with watched_calls(monkeypatch) as calls:
        calls.refuse["TransactGetItems"] = "InternalServerError"
        assert not consume(body, run.RECEIVES)

    after = read(one, tenant.read)
    assert (after["status"], after["failed"]) == ("failed", 1)
    assert _errors_in_file(after) == ["1,email,Must be an e-mail address."]
    assert _ends(tenant) == ["lead_import.failed"]


def test_an_import_that_a_lost_file_ends_tells_its_rows_errors(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, body = _stopped_after_a_wrong_row(tenant, monkeypatch)
    aws.s3().delete_object(Bucket=UPLOADS_BUCKET, Key=key_of(one["upload"]["url"]))

    assert consume(body)

    after = read(one, tenant.read)
    assert after["failure"] == "The file no longer exists."
    assert _errors_in_file(after) == ["1,email,Must be an e-mail address."]


def test_the_errors_that_cannot_be_written_leave_the_import_ended_and_are_written_by_the_next_message(
    clock: Clock, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, body = _stopped_after_a_wrong_row(tenant, monkeypatch)
    clock.advance(minutes=30)

    with watched_calls(monkeypatch) as calls:
        calls.refuse["PutObject"] = "InternalError"
        assert not consume(body, run.RECEIVES)

    after = read(one, tenant.read)
    assert (after["status"], after["errors_url"], uploads()) == ("failed", None, [])
    assert consume(body)
    assert _errors_in_file(read(one, tenant.read)) == ["1,email,Must be an e-mail address."]


def test_an_import_that_kills_its_workers_ends(
    clock: Clock, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = new_import(tenant)
    body = put(one, in_chunks_of_two(monkeypatch))
    _kill_at_transaction(monkeypatch, body, number=2)
    clock.advance(minutes=30)

    assert not consume(body, run.RECEIVES), "the message goes to the dead letters"

    after = read(one, tenant.read)
    assert (after["status"], after["processed"]) == ("failed", 2)
    assert "made no progress" in after["failure"]


@pytest.mark.parametrize("minutes", [20, 59])
def test_a_file_that_was_uploaded_late_is_imported_by_the_last_of_its_message(
    clock: Clock, tenant: Tenant, monkeypatch: pytest.MonkeyPatch, minutes: int
) -> None:
    one = new_import(tenant)
    clock.advance(minutes=minutes)
    body = put(one, "email\na@example.com\n")
    _put_off(monkeypatch)
    for received in range(1, run.RECEIVES):
        with watched_calls(monkeypatch) as calls:
            calls.refuse["TransactWriteItems"] = "ThrottlingException"
            assert not consume(body, received)

    assert consume(body, run.RECEIVES)

    after = read(one, tenant.read)
    assert (after["status"], after["failure"]) == ("completed", None)


def test_an_import_whose_file_kills_whoever_counts_it_ends(clock: Clock, tenant: Tenant) -> None:
    one = new_import(tenant)
    body = put(one, "email\na@example.com\n")
    clock.advance(minutes=120)  # four times the queue's time-out

    assert not consume(body, run.RECEIVES), "the message goes to the dead letters"

    after = read(one, tenant.read)
    assert (after["status"], after["processed"]) == ("failed", 0)
    assert "made no progress" in after["failure"]
    assert leads_of(tenant.read) == []


def test_the_last_of_a_message_ends_no_import_that_another_worker_has(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = new_import(tenant)
    body = put(one, in_chunks_of_two(monkeypatch))
    seconds = _put_off(monkeypatch)
    _before_transaction(monkeypatch, 2, lambda: _kill_at_transaction(monkeypatch, body, number=1))

    assert not consume(body, run.RECEIVES)

    assert read(one, tenant.read)["status"] == "running"
    assert seconds == []


def test_the_last_time_is_the_queues_own() -> None:
    queue = resources("AWS::SQS::Queue")["ImportQueue"]
    assert queue["RedrivePolicy"]["maxReceiveCount"] == run.RECEIVES


@pytest.mark.parametrize("rule", RULES)
def test_a_contact_that_is_taken_meanwhile_is_seen(
    tenant: Tenant, rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = new_import(tenant, on_duplicate=rule)
    body = put(one, "email,notes\na@example.com,from the file\nb@example.com,\n")
    rival = {"email": "a@example.com", "company": "Rival"}
    _before_transaction(monkeypatch, 2, lambda: call("POST", "/v1/leads", key=tenant.write, json_body=rival))

    assert consume(body)

    after = read(one, tenant.read)
    fate = {"error": "failed", "return": "skipped", "update": "updated"}[rule]
    assert (after["created"], after[fate]) == (1, 1)
    lead = leads_of(tenant.read)[0]
    assert (lead["company"], lead["notes"]) == ("Rival", "from the file" if rule == "update" else None)


def test_a_lead_that_is_changed_or_erased_meanwhile_is_read_again(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead = call("POST", "/v1/leads", key=tenant.write, json_body={"email": "a@example.com"}).json
    one = new_import(tenant, on_duplicate="update")
    body = put(one, "email,notes\na@example.com,from the file\n")
    path = f"/v1/leads/{lead['id']}"
    _before_transaction(
        monkeypatch, 2, lambda: call("PATCH", path, key=tenant.write, json_body={"company": "New"})
    )

    assert consume(body)

    (after,) = leads_of(tenant.read)
    assert (after["company"], after["notes"]) == ("New", "from the file")
    assert read(one, tenant.read)["updated"] == 1
