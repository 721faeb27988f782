"""Each row of an uploaded file becomes a lead exactly once, even if workers are killed."""

from __future__ import annotations

import json
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from eal.core import aws, settings
from eal.domain.lead_imports import pace, run
from tests.support.aws import UPLOADS_BUCKET
from tests.support.faults import Killed, throttled, watched_calls
from tests.support.http import call, load_app
from tests.support.imports import (
    QUEUE,
    consume,
    imported,
    key_of,
    new_import,
    notification,
    put,
    read,
    upload,
)
from tests.support.pipeline import items, peek, sqs_event
from tests.support.tenants import new_tenant
from tools.fixtures.template import resources

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.tenants import Tenant
    from tests.support.time import Clock

RULES = ("error", "return", "update")
COUNTS = ("total", "processed", "created", "updated", "skipped", "failed")


def counts(lead_import: dict[str, Any]) -> dict[str, int]:
    return {name: lead_import[name] for name in COUNTS}


def leads_of(key: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = call("GET", "/v1/leads?limit=200", key=key).json["data"]
    return sorted(found, key=lambda lead: lead["email"] or lead["phones"][0])


def without_times(lead: dict[str, Any]) -> dict[str, Any]:
    times = ("id", "created_at", "updated_at", "scored_at")
    return {name: value for name, value in lead.items() if name not in times}


def all_kinds() -> str:
    """42 rows: new, invalid, duplicates of leads and of rows near and far, merges, contacts of two leads."""
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
    """Ten rows in five chunks. The file is small, because moto copies its tables in each transaction."""
    monkeypatch.setattr(run, "MAX_OPERATIONS", run.OPERATIONS_PER_CHUNK + 2 * (run.OPERATIONS_PER_LEAD + 1))
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
def test_a_dry_run_predicts_the_counts_of_every_rule(tenant: Tenant, rule: str) -> None:
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


def test_a_second_import_of_a_file_changes_no_lead(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    content = in_chunks_of_two(monkeypatch)
    first = imported(tenant, content, on_duplicate="update")
    after = items("LEAD")

    again = imported(tenant, content, on_duplicate="update")

    assert again["created"] == 0
    assert again["failed"] == first["failed"]
    assert {lead["sk"]["S"]: lead["version"] for lead in items("LEAD")} == {
        lead["sk"]["S"]: lead["version"] for lead in after
    }


def test_a_row_becomes_the_same_lead_as_through_the_api(tenant: Tenant) -> None:
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


def test_an_update_keeps_existing_values(tenant: Tenant) -> None:
    call(
        "POST",
        "/v1/leads",
        key=tenant.write,
        json_body={"email": "a@example.com", "notes": "old", "company": "Old"},
    )

    lead_import = imported(
        tenant, "email,phone,notes,first_name\na@example.com,4155550123,new,Ann\n", on_duplicate="update"
    )

    (lead,) = leads_of(tenant.read)
    assert lead_import["updated"] == 1
    assert (lead["notes"], lead["company"], lead["first_name"]) == ("old\n\nnew", "Old", "Ann")
    assert lead["phones"] == ["+14155550123"]
    assert lead["version"] == 2
    found = call("GET", "/v1/leads?phone=%2B14155550123", key=tenant.read).json["data"]
    assert [match["id"] for match in found] == [lead["id"]]


@pytest.mark.parametrize("dry_run", [True, False])
def test_leads_are_read_in_batches_that_no_size_of_items_makes_fail(
    tenant: Tenant, dry_run: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A transaction of reads fails above 4 MB; BatchGetItem leaves items above 16 MB for another call."""
    imported(tenant, "email\n" + "".join(f"{n}@example.com\n" for n in range(8)))
    send = aws.Client.call
    batches: list[int] = []

    def partly(client: Any, operation: str, arguments: Any) -> Any:
        """BatchGetItem that returns at most three items."""
        if operation != "BatchGetItem":
            return send(client, operation, arguments)
        ((table, request),) = arguments["RequestItems"].items()
        keys = request["Keys"]
        batches.append(len(keys))
        response = send(client, operation, {"RequestItems": {table: {**request, "Keys": keys[:3]}}})
        return {**response, "UnprocessedKeys": {table: {"Keys": keys[3:]}} if keys[3:] else {}}

    with monkeypatch.context() as patch:
        patch.setattr(aws.Client, "call", partly)
        lead_import = imported(
            tenant,
            "email,company\n" + "".join(f"{n}@example.com,Acme\n" for n in range(8)),
            on_duplicate="update",
            dry_run=dry_run,
        )

    assert lead_import["updated"] == 8
    assert batches == [8, 5, 2, 8, 5, 2]


def test_errors_name_the_duplicate_lead_and_no_values(tenant: Tenant) -> None:
    there = call("POST", "/v1/leads", key=tenant.write, json_body={"email": "a@example.com"}).json

    lead_import = imported(
        tenant, "email,phone\na@example.com,\nQuackenbush,\nb@example.com,4155550123\n,4155550123\n"
    )

    made = call("GET", "/v1/leads?email=b@example.com", key=tenant.read).json["data"][0]
    assert lead_import["errors"] == [
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

    lead_import = imported(
        tenant, "\n".join(json.dumps(row, ensure_ascii=False) for row in rows), format="jsonl"
    )

    assert (lead_import["created"], [(error["row"], error["field"]) for error in lead_import["errors"]]) == (
        1,
        [(1, None), (2, "company")],
    )


def test_a_dry_run_names_the_duplicate_row(tenant: Tenant) -> None:
    lead_import = imported(tenant, "email\na@example.com\na@example.com\n", dry_run=True)

    assert lead_import["errors"] == [
        {"row": 2, "field": "email", "message": "Row 1 has the same e-mail address."}
    ]
    assert lead_import["errors_url"]


def test_a_test_key_creates_test_leads(tenant: Tenant) -> None:
    lead_import = imported(tenant, "email\na@example.com\n", key=tenant.test_admin)

    assert lead_import["created"] == 1
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
def test_a_malformed_file_imports_nothing(tenant: Tenant, content: str | bytes, said: str) -> None:
    lead_import = imported(tenant, content)

    assert lead_import["status"] == "failed"
    assert said in lead_import["failure"]
    assert (lead_import["total"], lead_import["processed"], lead_import["errors_url"]) == (None, 0, None)
    assert items("LEAD") == []


@pytest.mark.parametrize(("name", "limit"), [("rows.MAX_ROWS", 2), ("files.MAX_FILE_BYTES", 30)])
def test_a_file_over_the_limits_imports_nothing(
    tenant: Tenant, name: str, limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"eal.domain.lead_imports.{name}", limit)

    lead_import = imported(tenant, "email\na@example.com\nb@example.com\nc@example.com\n")

    assert (lead_import["status"], lead_import["created"]) == ("failed", 0)
    assert str(limit) in lead_import["failure"]
    assert items("LEAD") == []


def test_a_file_without_rows_is_completed(tenant: Tenant) -> None:
    assert counts(imported(tenant, "email\n")) == dict.fromkeys(COUNTS, 0)
    assert counts(imported(tenant, "", format="jsonl", dry_run=True)) == dict.fromkeys(COUNTS, 0)


def test_a_file_of_invalid_rows_has_all_errors_in_its_error_file(tenant: Tenant) -> None:
    lead_import = imported(tenant, "email,loss_type\n" + "x,lava\n" * 1300)

    assert (lead_import["processed"], lead_import["failed"], len(lead_import["errors"])) == (1300, 1300, 100)
    content = (
        aws.s3_sdk().get_object(Bucket=UPLOADS_BUCKET, Key=key_of(lead_import["errors_url"]))["Body"].read()
    )
    assert len(content.splitlines()) == 1 + 2 * 1300
    for item in items("LEAD_IMPORT_ERRORS"):
        assert len(json.dumps(item)) < 300_000


# ---------------------------------------------------------------- messages


def test_messages_about_other_objects_are_dropped(tenant: Tenant) -> None:
    for body in (
        json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "uploads"}),
        notification("imports/uploads/x"),
        notification(f"imports/uploads/{tenant.id}/live/imp_01kq09bekje6vbq5xe2b60xtww"),
    ):
        assert consume(body)
    assert items("LEAD_IMPORT") == []


def test_a_message_that_is_delivered_twice_changes_nothing(tenant: Tenant) -> None:
    lead_import = new_import(tenant)
    body = put(lead_import, all_kinds())
    assert consume(body)
    before = items()

    assert consume(body)

    assert items() == before


def test_the_uploads_of_a_notification_are_enqueued_in_the_group_of_their_tenant(
    tenant: Tenant, stranger: Tenant
) -> None:
    """The queue is fair among groups, and S3 sets none."""
    imports = [new_import(tenant), new_import(stranger)]
    names = [key_of(lead_import["upload"]["url"]) for lead_import in imports]

    event = sqs_event(QUEUE, [notification(*names)])
    assert load_app("workers/import_leads").handler(event, None) == {"batchItemFailures": []}

    sent = aws.sqs().receive_message(
        QueueUrl=settings.queue("import"), AttributeNames=["All"], MaxNumberOfMessages=10
    )["Messages"]
    assert {
        (json.loads(message["Body"])["import_id"], message["Attributes"]["MessageGroupId"])
        for message in sent
    } == {(imports[0]["id"], tenant.id), (imports[1]["id"], stranger.id)}


def test_a_notification_that_is_not_enqueued_in_its_last_receive_fails_its_import(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead_import = new_import(tenant)
    body = upload(lead_import, "email\na@example.com\n")
    with watched_calls(monkeypatch) as calls:
        calls.refuse["SendMessage"] = "InternalError"
        assert not consume(body, run.MAX_RECEIVES)

    assert read(lead_import, tenant.read)["status"] == "failed"


def test_another_tenants_id_in_the_object_key_reaches_no_import(tenant: Tenant, stranger: Tenant) -> None:
    lead_import = new_import(tenant)
    put(lead_import, all_kinds())

    assert consume(notification(f"imports/uploads/{stranger.id}/live/{lead_import['id']}"))

    assert read(lead_import, tenant.read)["status"] == "awaiting_upload"
    assert items("LEAD") == []


def test_an_import_that_runs_out_of_time_continues_in_another_invocation(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_two_leads(tenant)
    lead_import = new_import(tenant, on_duplicate="update")
    body = put(lead_import, in_chunks_of_two(monkeypatch))
    monkeypatch.setattr(run, "MAX_RUN_SECONDS", -1.0)
    assert load_app("workers/import_leads").handler(sqs_event(QUEUE, [body]), None) == {
        "batchItemFailures": []
    }
    (message,) = peek(QUEUE)
    assert message == json.loads(body)
    between = read(lead_import, tenant.read)
    assert (between["status"], between["total"], between["processed"]) == ("running", 10, 2)

    assert consume(json.dumps(message))

    after = read(lead_import, tenant.read)
    assert counts(after) == OF_THE_TEN
    _check_exactly_once(tenant, after)


def test_a_dry_run_that_runs_out_of_time_fails(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "MAX_RUN_SECONDS", -1.0)

    lead_import = imported(tenant, all_kinds(), dry_run=True)

    assert (lead_import["status"], lead_import["errors_url"]) == ("failed", None)
    assert "exceeded its time limit" in lead_import["failure"]


# ---------------------------------------------------------------- the file


def test_a_replaced_file_fails_the_import(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    lead_import = new_import(tenant)
    body = put(lead_import, all_kinds())
    _kill_at_transaction(monkeypatch, body, number=2)
    made = len(items("LEAD"))
    aws.s3_sdk().put_object(
        Bucket=UPLOADS_BUCKET, Key=key_of(lead_import["upload"]["url"]), Body=b"email\nz@example.com\n"
    )

    assert consume(body)

    after = read(lead_import, tenant.read)
    assert (after["status"], after["created"], len(items("LEAD"))) == ("failed", made, made)
    assert after["failure"] == "The file was replaced after the import started."
    assert made > 0


def test_a_deleted_file_fails_the_import(tenant: Tenant) -> None:
    lead_import = new_import(tenant)
    body = put(lead_import, all_kinds())
    aws.s3_sdk().delete_object(Bucket=UPLOADS_BUCKET, Key=key_of(lead_import["upload"]["url"]))

    assert consume(body)

    assert read(lead_import, tenant.read)["failure"] == "The file no longer exists."


def uploads() -> list[str]:
    found = aws.s3_sdk().list_objects_v2(Bucket=UPLOADS_BUCKET, Prefix="imports/uploads/")
    return [stored["Key"] for stored in found.get("Contents", [])]


@pytest.mark.parametrize(
    "content", ["email\na@example.com\nwrong\n", "", b"email\n\xff\n"], ids=["completed", "empty", "refused"]
)
@pytest.mark.parametrize("dry_run", [True, False])
def test_the_upload_is_deleted_when_its_import_has_ended(
    tenant: Tenant, content: str | bytes, dry_run: bool
) -> None:
    lead_import = new_import(tenant, dry_run=dry_run)
    body = put(lead_import, content)
    assert uploads() == [key_of(lead_import["upload"]["url"])]

    assert consume(body)

    assert uploads() == []
    url = read(lead_import, tenant.read)["errors_url"]
    if url:
        assert aws.s3_sdk().get_object(Bucket=UPLOADS_BUCKET, Key=key_of(url))


def test_an_upload_after_the_end_of_its_import_is_deleted(tenant: Tenant) -> None:
    lead_import = new_import(tenant)
    assert consume(put(lead_import, "email\na@example.com\n"))

    assert consume(put(lead_import, "email\nb@example.com\n"))

    assert uploads() == []
    assert [lead["email"] for lead in leads_of(tenant.read)] == ["a@example.com"]


def test_an_upload_without_an_import_is_deleted(tenant: Tenant) -> None:
    name = f"imports/uploads/{tenant.id}/live/imp_01kq09bekje6vbq5xe2b60xtww"
    aws.s3_sdk().put_object(Bucket=UPLOADS_BUCKET, Key=name, Body=b"email\n")

    assert consume(notification(name))

    assert uploads() == []


# ---------------------------------------------------------------- killed and concurrent workers


def _kill_at_transaction(monkeypatch: pytest.MonkeyPatch, body: str, number: int) -> None:
    """Kill the worker after its n-th transaction."""
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
def test_every_row_counts_once_after_a_kill_at_each_call(
    cloud: None, rule: str, dry_run: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = new_tenant()
    with_two_leads(tenant)
    lead_import = new_import(tenant, on_duplicate=rule, dry_run=dry_run)
    body = put(lead_import, all_kinds())

    # Run n is killed after its n-th call to AWS, until a run finishes.
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
    after = read(lead_import, tenant.read)
    assert counts(after) == {"total": 42, "processed": 42, **EXPECTED[rule]}
    assert after["status"] == "completed"
    assert consume(body)
    assert uploads() == []
    _check_exactly_once(tenant, after)


def _check_exactly_once(tenant: Tenant, lead_import: dict[str, Any]) -> None:
    leads = leads_of(tenant.read)
    assert len(leads) == 2 if lead_import["dry_run"] else 2 + lead_import["created"]
    contacts = [
        contact for lead in leads for contact in (lead["email"], *lead["additional_emails"], *lead["phones"])
    ]
    assert len(set(contacts)) == len(contacts) - contacts.count(None)
    assert len(items("LEAD_CONTACT")) == len([contact for contact in contacts if contact])
    created = [item for item in items("EVENT") if item["type"]["S"] == "lead.created"]
    assert len(created) == len(leads)
    ended = [item["action"]["S"] for item in items("AUDIT") if item["action"]["S"].startswith("lead_import.")]
    assert sorted(ended) == ["lead_import.completed", "lead_import.created", "lead_import.started"]
    if lead_import["failed"]:
        content = (
            aws.s3_sdk()
            .get_object(Bucket=UPLOADS_BUCKET, Key=key_of(lead_import["errors_url"]))["Body"]
            .read()
            .decode()
        )
        rows = [int(line.partition(",")[0]) for line in content.splitlines()[1:]]
        assert rows == [error["row"] for error in lead_import["errors"]]
        assert len(rows) == len(set(rows)) == lead_import["failed"]


def _before_transaction(monkeypatch: pytest.MonkeyPatch, number: int, act: Callable[[], object]) -> None:
    """Call `act` right before the n-th TransactWriteItems from now on."""
    send = aws.Client.call
    seen: list[str] = []

    def watched(client: Any, operation: str, arguments: Any) -> Any:
        seen.append(operation)
        if operation == "TransactWriteItems" and seen.count(operation) == number:
            act()
        return send(client, operation, arguments)

    monkeypatch.setattr(aws.Client, "call", watched)


@pytest.mark.parametrize("number", [1, 2])
def test_a_losing_worker_leaves_its_message_in_the_queue(
    tenant: Tenant, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Transaction 1 is the start of the import, 2 its first chunk. The winning worker is killed later."""
    with_two_leads(tenant)
    lead_import = new_import(tenant, on_duplicate="update")
    body = put(lead_import, in_chunks_of_two(monkeypatch))
    _before_transaction(monkeypatch, number, lambda: _kill_at_transaction(monkeypatch, body, number=1))

    assert not consume(body)

    assert read(lead_import, tenant.read)["status"] == "running"
    assert consume(body)
    after = read(lead_import, tenant.read)
    assert counts(after) == OF_THE_TEN
    _check_exactly_once(tenant, after)


def test_a_losing_worker_is_done_if_the_winner_has_finished(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_two_leads(tenant)
    lead_import = new_import(tenant, on_duplicate="update")
    body = put(lead_import, in_chunks_of_two(monkeypatch))
    _before_transaction(monkeypatch, 2, lambda: consume(body))

    assert consume(body)

    after = read(lead_import, tenant.read)
    assert counts(after) == OF_THE_TEN
    _check_exactly_once(tenant, after)


# ---------------------------------------------------------------- pace


def _record_pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    pauses: list[float] = []
    monkeypatch.setattr(run, "time", SimpleNamespace(monotonic=time.monotonic, sleep=pauses.append))
    return pauses


def test_a_throttled_import_sends_one_transaction_for_each_growing_pause(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_two_leads(tenant)
    lead_import = new_import(tenant, on_duplicate="update")
    body = put(lead_import, in_chunks_of_two(monkeypatch))
    pauses = _record_pauses(monkeypatch)

    with throttled(monkeypatch, times=3) as sent:
        assert consume(body)

    assert len(sent) == 3 + 4, (
        "one of the five chunks changes no lead, and no throttled one is sent again at once"
    )
    assert pauses[:3] == [0.25, 0.5, 1.0]
    assert pauses[3:] == sorted(pauses[3:], reverse=True)
    assert max(pauses[3:]) < 1
    after = read(lead_import, tenant.read)
    assert counts(after) == OF_THE_TEN
    _check_exactly_once(tenant, after)


def test_an_import_that_remains_throttled_returns_to_the_queue_at_its_pace(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_two_leads(tenant)
    lead_import = new_import(tenant, on_duplicate="update")
    body = put(lead_import, in_chunks_of_two(monkeypatch))
    pauses = _record_pauses(monkeypatch)
    sent: list[Any] = []
    handler = load_app("workers/import_leads").handler

    with throttled(monkeypatch, times=100), monkeypatch.context() as patch:
        patch.setattr(aws.sqs(), "send_message", lambda **request: sent.append(request))
        for _ in range(5):
            assert handler(sqs_event(QUEUE, [body]), None) == {"batchItemFailures": []}
            body = sent[-1]["MessageBody"]

    assert [request["DelaySeconds"] for request in sent] == [8, 16, 32, 60, 60]
    assert {request["MessageGroupId"] for request in sent} == {tenant.id}
    assert max(pauses) <= pace.MAX_SLEEP_SECONDS
    assert read(lead_import, tenant.read)["status"] == "running"

    assert consume(body)
    after = read(lead_import, tenant.read)
    assert counts(after) == OF_THE_TEN
    _check_exactly_once(tenant, after)


def test_the_requests_of_a_throttled_tenant_are_still_retried(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    with throttled(monkeypatch, times=3) as sent:
        assert call("POST", "/v1/leads", key=tenant.write, json_body={"email": "a@example.com"}).status == 201

    assert len(sent) == 4


# ---------------------------------------------------------------- faults


def _record_retry_delays(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A list that receives the visibility timeout, in seconds, of each failed message from now on."""
    send = aws.Client.call
    seconds: list[int] = []

    def watched(client: Any, operation: str, arguments: Any) -> Any:
        if operation == "ChangeMessageVisibility":
            seconds.append(arguments["VisibilityTimeout"])
            return {}
        return send(client, operation, arguments)

    monkeypatch.setattr(aws.Client, "call", watched)
    return seconds


def _ends(tenant: Tenant) -> list[str]:
    return [
        item["action"]["S"]
        for item in items("AUDIT")
        if item["action"]["S"] in ("lead_import.failed", "lead_import.completed")
    ]


def test_a_message_that_fails_temporarily_is_retried_soon(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_two_leads(tenant)
    lead_import = new_import(tenant, on_duplicate="update")
    body = put(lead_import, in_chunks_of_two(monkeypatch))
    seconds = _record_retry_delays(monkeypatch)

    for received in (1, 2, 3, 4):
        with watched_calls(monkeypatch) as calls:
            calls.refuse["TransactWriteItems"] = "ThrottlingException"
            assert not consume(body, received)

    assert seconds == [60, 120, 240, 480]
    assert consume(body, 5)
    assert counts(read(lead_import, tenant.read)) == OF_THE_TEN
    assert _ends(tenant) == ["lead_import.completed"]


def test_a_message_that_fails_on_its_last_receive_fails_its_import(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_two_leads(tenant)
    lead_import = new_import(tenant, on_duplicate="update")
    body = put(lead_import, in_chunks_of_two(monkeypatch))
    _kill_at_transaction(monkeypatch, body, number=2)

    with watched_calls(monkeypatch) as calls:
        calls.refuse["BatchGetItem"] = "InternalServerError"
        assert not consume(body, run.MAX_RECEIVES), "the message moves to the dead-letter queue"

    after = read(lead_import, tenant.read)
    assert (after["status"], after["processed"]) == ("failed", 2)
    assert uploads() == []
    assert after["failure"] == (
        "The import failed after 5 attempts: an internal error, or a service that the API depends on was unavailable. "
        "The first 2 rows were processed. Import the remaining rows again."
    )
    assert _ends(tenant) == ["lead_import.failed"]


def _errors_in_file(lead_import: dict[str, Any]) -> list[str]:
    file = aws.s3_sdk().get_object(Bucket=UPLOADS_BUCKET, Key=key_of(lead_import["errors_url"]))
    return file["Body"].read().decode().splitlines()[1:]


def _stopped_after_a_wrong_row(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> tuple[dict[str, Any], str]:
    in_chunks_of_two(monkeypatch)
    lead_import = new_import(tenant)
    body = put(lead_import, "email\nwrong\n" + "".join(f"{name}@example.com\n" for name in "abcd"))
    _kill_at_transaction(monkeypatch, body, number=2)
    assert read(lead_import, tenant.read)["errors_url"] is None
    return lead_import, body


@pytest.mark.parametrize("minutes", [1, 30])
def test_an_import_that_fails_on_its_last_receive_has_its_error_file(
    clock: Clock, tenant: Tenant, monkeypatch: pytest.MonkeyPatch, minutes: int
) -> None:
    lead_import, body = _stopped_after_a_wrong_row(tenant, monkeypatch)
    clock.advance(minutes=minutes)

    with watched_calls(monkeypatch) as calls:
        calls.refuse["BatchGetItem"] = "InternalServerError"
        assert not consume(body, run.MAX_RECEIVES)

    after = read(lead_import, tenant.read)
    assert (after["status"], after["failed"]) == ("failed", 1)
    assert _errors_in_file(after) == ["1,email,Must be an e-mail address."]
    assert _ends(tenant) == ["lead_import.failed"]


def test_an_import_that_fails_for_a_deleted_file_has_its_error_file(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead_import, body = _stopped_after_a_wrong_row(tenant, monkeypatch)
    aws.s3_sdk().delete_object(Bucket=UPLOADS_BUCKET, Key=key_of(lead_import["upload"]["url"]))

    assert consume(body)

    after = read(lead_import, tenant.read)
    assert after["failure"] == "The file no longer exists."
    assert _errors_in_file(after) == ["1,email,Must be an e-mail address."]


def test_an_error_file_that_could_not_be_written_is_written_by_the_next_message(
    clock: Clock, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead_import, body = _stopped_after_a_wrong_row(tenant, monkeypatch)
    clock.advance(minutes=30)

    with watched_calls(monkeypatch) as calls:
        calls.refuse["PutObject"] = "InternalError"
        assert not consume(body, run.MAX_RECEIVES)

    after = read(lead_import, tenant.read)
    assert (after["status"], after["errors_url"], uploads()) == ("failed", None, [])
    assert consume(body)
    assert _errors_in_file(read(lead_import, tenant.read)) == ["1,email,Must be an e-mail address."]


def test_an_import_that_kills_its_workers_fails(
    clock: Clock, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead_import = new_import(tenant)
    body = put(lead_import, in_chunks_of_two(monkeypatch))
    _kill_at_transaction(monkeypatch, body, number=2)
    clock.advance(minutes=30)

    assert not consume(body, run.MAX_RECEIVES), "the message moves to the dead-letter queue"

    after = read(lead_import, tenant.read)
    assert (after["status"], after["processed"]) == ("failed", 2)
    assert "made no progress" in after["failure"]


@pytest.mark.parametrize("minutes", [20, 59])
def test_a_late_upload_is_still_imported_on_the_last_receive(
    clock: Clock, tenant: Tenant, monkeypatch: pytest.MonkeyPatch, minutes: int
) -> None:
    lead_import = new_import(tenant)
    clock.advance(minutes=minutes)
    body = put(lead_import, "email\na@example.com\n")
    _record_retry_delays(monkeypatch)
    for received in range(1, run.MAX_RECEIVES):
        with watched_calls(monkeypatch) as calls:
            calls.refuse["TransactWriteItems"] = "ThrottlingException"
            assert not consume(body, received)

    assert consume(body, run.MAX_RECEIVES)

    after = read(lead_import, tenant.read)
    assert (after["status"], after["failure"]) == ("completed", None)


def test_an_import_whose_file_kills_the_worker_while_counting_fails(clock: Clock, tenant: Tenant) -> None:
    lead_import = new_import(tenant)
    body = put(lead_import, "email\na@example.com\n")
    clock.advance(minutes=120)  # four times the queue's time-out

    assert not consume(body, run.MAX_RECEIVES), "the message moves to the dead-letter queue"

    after = read(lead_import, tenant.read)
    assert (after["status"], after["processed"]) == ("failed", 0)
    assert "made no progress" in after["failure"]
    assert leads_of(tenant.read) == []


def test_the_last_receive_does_not_fail_an_import_that_another_worker_is_processing(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead_import = new_import(tenant)
    body = put(lead_import, in_chunks_of_two(monkeypatch))
    seconds = _record_retry_delays(monkeypatch)
    _before_transaction(monkeypatch, 2, lambda: _kill_at_transaction(monkeypatch, body, number=1))

    assert not consume(body, run.MAX_RECEIVES)

    assert read(lead_import, tenant.read)["status"] == "running"
    assert seconds == []


def test_max_receives_matches_the_queue() -> None:
    queue = resources("AWS::SQS::Queue")["ImportQueue"]
    assert queue["RedrivePolicy"]["maxReceiveCount"] == run.MAX_RECEIVES


@pytest.mark.parametrize("rule", RULES)
def test_a_concurrently_claimed_contact_is_a_duplicate(
    tenant: Tenant, rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead_import = new_import(tenant, on_duplicate=rule)
    body = put(lead_import, "email,notes\na@example.com,from the file\nb@example.com,\n")
    rival = {"email": "a@example.com", "company": "Rival"}
    _before_transaction(monkeypatch, 2, lambda: call("POST", "/v1/leads", key=tenant.write, json_body=rival))

    assert consume(body)

    after = read(lead_import, tenant.read)
    fate = {"error": "failed", "return": "skipped", "update": "updated"}[rule]
    assert (after["created"], after[fate]) == (1, 1)
    lead = leads_of(tenant.read)[0]
    assert (lead["company"], lead["notes"]) == ("Rival", "from the file" if rule == "update" else None)


def test_a_concurrently_changed_lead_is_read_again(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    lead = call("POST", "/v1/leads", key=tenant.write, json_body={"email": "a@example.com"}).json
    lead_import = new_import(tenant, on_duplicate="update")
    body = put(lead_import, "email,notes\na@example.com,from the file\n")
    path = f"/v1/leads/{lead['id']}"
    _before_transaction(
        monkeypatch, 2, lambda: call("PATCH", path, key=tenant.write, json_body={"company": "New"})
    )

    assert consume(body)

    (after,) = leads_of(tenant.read)
    assert (after["company"], after["notes"]) == ("New", "from the file")
    assert read(lead_import, tenant.read)["updated"] == 1
