"""tools.restore: the data goes back to a moment, the audit log and the feed continue, and access stays as it is."""

from __future__ import annotations

import json
import re
import sys
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from eal.core import aws, settings
from eal.core.caller import worker
from eal.core.clock import rfc3339
from eal.domain.outreach.enrollments import store as enrollments
from eal.domain.outreach.enrollments.store import ENROLLMENTS
from tests.support import archive, claims
from tests.support.aws import ACCESS, STATE
from tests.support.capacity import stored
from tests.support.faults import Killed, watched_calls
from tests.support.http import call, load_app
from tests.support.pipeline import Pipeline, items, unpublished
from tests.support.sequences import active, be_ready, enrolled, prospect
from tests.support.time import freeze
from tools.fixtures.template import ROOT
from tools.restore import __main__ as command
from tools.restore.kinds import GOES_BACK, STAYS
from tools.restore.tables import IN_PROGRESS, Restore, UnknownKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from tests.support.tenants import Tenant
    from tests.support.time import Clock

type CopyTable = Callable[[], datetime]

COPY = "copy"
SOURCES = sorted((ROOT / "layers/shared/eal").rglob("*.py"))
KIND = re.compile(r'(?:"kind": |kind=|_KIND = |Collection\(\s*)"([A-Z_]+)"')


class CloudFormation:
    """The stack of the test's tables, which no deployment has created."""

    def describe_stacks(self, **_: str) -> Any:
        outputs = {"StateTableName": STATE, "AccessTableName": ACCESS}
        return {
            "Stacks": [
                {
                    "Outputs": [{"OutputKey": name, "OutputValue": value} for name, value in outputs.items()],
                    "Parameters": [{"ParameterKey": "AuditTableDays", "ParameterValue": "396"}],
                }
            ]
        }


@pytest.fixture
def pipeline() -> Pipeline:
    return Pipeline()


@pytest.fixture
def copy_table(clock: Clock, cloud: None) -> Iterator[CopyTable]:
    """Copy the State table, as a restore to the present moment does. Returns the moment; the clock advances."""

    def copy() -> datetime:
        aws.dynamodb().restore_table_to_point_in_time(
            SourceTableName=settings.state_table(), TargetTableName=COPY
        )
        moment = clock.now()
        clock.advance(hours=2)
        return moment

    yield copy
    aws.dynamodb().delete_table(TableName=COPY)  # the tests' tables are emptied, not deleted


def restore(moment: datetime, **more: Any) -> Any:
    return Restore(copy=COPY, moment=moment, **{"writes": True, "segments": 1, **more}).run()


def create(tenant: Tenant, email: str) -> dict[str, Any]:
    response = call("POST", "/v1/leads", key=tenant.admin, json_body={"email": email})
    assert response.status == 201, response.text
    return dict(response.json)


def get(tenant: Tenant, lead: dict[str, Any]) -> Any:
    return call("GET", f"/v1/leads/{lead['id']}", key=tenant.admin)


def change(tenant: Tenant, lead: dict[str, Any], **fields: object) -> dict[str, Any]:
    response = call("PATCH", f"/v1/leads/{lead['id']}", key=tenant.admin, json_body=fields)
    assert response.status == 200, response.text
    return dict(response.json)


def numbers(kind: str, tenant: Tenant) -> list[int]:
    return sorted(
        int(item["feedsk"]["N"])
        for item in items(kind)
        if item["pk"]["S"] == f"{tenant.id}#live#{kind}" and "feedsk" in item
    )


def test_changed_deleted_and_new_data_goes_back(
    copy_table: CopyTable, tenant: Tenant, pipeline: Pipeline
) -> None:
    changed, kept = create(tenant, "changed@example.com"), create(tenant, "kept@example.com")
    pipeline.run()
    moment = copy_table()
    change(tenant, changed, notes="overwritten by a faulty integration")
    new = create(tenant, "new@example.com")
    pipeline.run()

    restore(moment)

    assert get(tenant, changed).json["notes"] is None
    assert get(tenant, kept).json == kept
    assert get(tenant, new).status == 404
    assert create(tenant, "new@example.com")["id"] != new["id"]


def test_a_compressed_value_goes_back_as_it_is_stored(copy_table: CopyTable, tenant: Tenant) -> None:
    """Plain, it could be larger than an item may be."""
    lead = create(tenant, "a@example.com")
    key = {name: {"S": value} for name, value in (("pk", f"{tenant.id}#live#LEAD"), ("sk", lead["id"]))}
    before = (stored(STATE, key) or {})["score"]
    moment = copy_table()
    change(tenant, lead, notes="sewage in the basement, please hurry")

    restore(moment)

    assert list(before) == ["B"]
    assert (stored(STATE, key) or {})["score"] == before


def test_a_version_that_a_client_has_seen_is_not_used_again(copy_table: CopyTable, tenant: Tenant) -> None:
    lead = create(tenant, "a@example.com")
    moment = copy_table()
    seen = [get(tenant, lead).headers["ETag"]]
    for number in range(3):
        change(tenant, lead, notes=str(number))
        seen.append(get(tenant, lead).headers["ETag"])

    restore(moment)

    assert get(tenant, lead).headers["ETag"] not in seen


def test_the_audit_log_and_the_feed_continue_without_a_gap_and_the_archive_verifies(
    copy_table: CopyTable,
    tenant: Tenant,
    pipeline: Pipeline,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    lead = create(tenant, "a@example.com")
    pipeline.run()
    moment = copy_table()
    change(tenant, lead, notes="undone")
    create(tenant, "undone@example.com")
    pipeline.run()

    restore(moment)
    create(tenant, "after@example.com")
    pipeline.run()

    for kind in ("AUDIT", "EVENT"):
        assert numbers(kind, tenant) == list(range(1, len(numbers(kind, tenant)) + 1))
    (record,) = [
        record
        for record in call("GET", "/v1/audit-log?limit=200", key=tenant.admin).json["data"]
        if record["action"] == "organization.restored"
    ]
    shown = {change["field"]: change["to"] for change in record["changes"]}
    assert shown["items"]["delete LEAD"] == 1
    assert shown["items"]["put LEAD"] == 1
    archive.sign()
    pipeline.run()
    archive.download(tmp_path)
    key = tmp_path / "key.pem"
    newest = call("GET", "/v1/audit-log/checkpoints?limit=1", key=tenant.admin).json["data"][0]
    key.write_text(newest["public_key"])
    assert archive.Copy(tmp_path, key).verdict(capsys, "--allow-unsigned")[0] == 0


def test_a_person_who_was_erased_since_is_erased_again(
    copy_table: CopyTable, tenant: Tenant, pipeline: Pipeline
) -> None:
    lead = create(tenant, "erased@example.com")
    pipeline.run()
    moment = copy_table()
    assert call("DELETE", f"/v1/leads/{lead['id']}", key=tenant.admin).status == 204
    pipeline.run()

    restore(moment)
    pipeline.run()

    assert get(tenant, lead).status == 404
    assert not [item for item in items() if "erased@example.com" in str(item)]


def test_a_claim_that_was_erased_since_is_erased_again_whatever_hold_it_had(
    copy_table: CopyTable, tenant: Tenant, pipeline: Pipeline
) -> None:
    claim = claims.new_claim(tenant, insured={"name": "Zeb Quackenbush"})
    claims.add_note(tenant, claim["id"], "Mr Quackenbush let us in.")
    claims.hold(tenant, claim["id"])
    pipeline.run()
    moment = copy_table()
    assert call("DELETE", f"/v1/claims/{claim['id']}/legal-hold", key=tenant.admin).status == 204
    assert call("DELETE", f"/v1/claims/{claim['id']}", key=tenant.admin).status == 204
    pipeline.run()

    restore(moment)
    pipeline.run()

    assert call("GET", f"/v1/claims/{claim['id']}", key=tenant.admin).status == 404
    assert not [item for item in items() if "Quackenbush" in str(item)]


def items_of(claim_id: str) -> list[dict[str, Any]]:
    """The items of the claim, without events and audit records about it."""
    return [
        item for item in items() if item["kind"]["S"].startswith("CLAIM") and claim_id in json.dumps(item)
    ]


def closed_with_a_scope(tenant: Tenant) -> str:
    """The id of a claim."""
    claim_id = str(claims.new_claim(tenant, claim_number="7-1", carrier="Example Mutual")["id"])
    claims.extracted(tenant, claim_id, "Remove 10 SF of carpet in the kitchen.")
    assert claims.move(tenant, claim_id, "closed", "Withdrawn.").status == 200
    return claim_id


def without_version(item: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name != "version"}


@pytest.mark.parametrize("is_new", [False, True])
def test_a_claim_on_legal_hold_stays_as_it_is_with_everything_of_it(
    copy_table: CopyTable,
    tenant: Tenant,
    pipeline: Pipeline,
    monkeypatch: pytest.MonkeyPatch,
    *,
    is_new: bool,
) -> None:
    if is_new:
        moment, claim_id = copy_table(), closed_with_a_scope(tenant)
    else:
        claim_id, moment = closed_with_a_scope(tenant), copy_table()
    claims.hold(tenant, claim_id)
    claims.move(tenant, claim_id, "open", "Disputed.")
    claims.add_note(tenant, claim_id, "Mr Quackenbush let us in.")
    item = claims.extracted(tenant, claim_id, "Remove 20 SF of drywall in the attic.")["data"][0]
    room = claims.scope(tenant, claim_id, "rooms")["data"][0]
    path = f"/v1/claims/{claim_id}"
    for part, body in (
        ("", {"carrier": "Other Mutual"}),
        (f"/scope/{item['id']}", {"status": "rejected", "reason": "Not on site."}),
        (f"/rooms/{room['id']}", {"measures": {"height": 9}, "reason": "Measured again."}),
    ):
        assert call("PATCH", f"{path}{part}", key=tenant.write, json_body=body).status == 200
    before = items_of(claim_id)

    for _ in range(2):  # an interrupted run is run again
        restore(moment)

    assert items_of(claim_id) == before
    assert {item["kind"]["S"] for item in before} == {
        "CLAIM", "CLAIM_NUMBER", "CLAIM_NOTE", "CLAIM_EXTRACTION", "CLAIM_SCOPE_DECISION",
        "CLAIM_ROOM_CORRECTION", "CLAIM_DECISIONS",
    }  # fmt: skip
    assert call("DELETE", path, key=tenant.admin).status == 409
    assert claims.move(tenant, claim_id, "closed", "Settled.").status == 200
    with monkeypatch.context() as patch:
        freeze(patch).advance(days=91)
        load_app("workers/enqueue_retention").handler({}, None)
        pipeline.run()
    assert "Quackenbush" in str(items("CLAIM_NOTE"))


@pytest.mark.parametrize("killed_after", range(1, 40, 3))
def test_a_claim_that_was_on_legal_hold_goes_back_as_a_whole_if_a_run_is_interrupted(
    copy_table: CopyTable, tenant: Tenant, monkeypatch: pytest.MonkeyPatch, killed_after: int
) -> None:
    claim_id = claims.new_claim(tenant, claim_number="7-1", carrier="Example Mutual")["id"]
    for number in range(3):
        claims.add_note(tenant, claim_id, f"Note {number}.")
    claims.hold(tenant, claim_id)
    before = [without_version(item) for item in items_of(claim_id)]
    moment = copy_table()
    path = f"/v1/claims/{claim_id}"
    assert call("DELETE", f"{path}/legal-hold", key=tenant.admin).status == 204
    assert call("PATCH", path, key=tenant.write, json_body={"claim_number": "7-2"}).status == 200
    claims.add_note(tenant, claim_id, "Since.")
    with watched_calls(monkeypatch) as calls:
        calls.kill_after = killed_after
        with suppress(Killed):
            restore(moment)

    restore(moment)

    assert [without_version(item) for item in items_of(claim_id)] == before


def test_a_claim_number_goes_back_unless_a_claim_on_legal_hold_has_it_now(
    copy_table: CopyTable, tenant: Tenant
) -> None:
    """The pointer to the one claim with the number belongs to whichever claim has it."""
    numbered = claims.new_claim(tenant, claim_number="7-1", carrier="Example Mutual")
    held, free = claims.new_claim(tenant), claims.new_claim(tenant)
    moment = copy_table()

    def number(claim: dict[str, Any], text: str | None) -> int:
        body = {"claim_number": text, "carrier": "Example Mutual", "insured": {"name": "Dana Reyes"}}
        return call("PATCH", f"/v1/claims/{claim['id']}", key=tenant.write, json_body=body).status

    assert (number(numbered, None), number(held, "7-1"), number(free, "7-2")) == (200, 200, 200)
    claims.hold(tenant, held["id"])

    restore(moment)

    found = call("GET", "/v1/claims?carrier=Example Mutual&claim_number=7-1", key=tenant.read).json["data"]
    assert [claim["id"] for claim in found] == [held["id"]]
    assert number(claims.new_claim(tenant), "7-2") == 200


def test_a_restore_does_not_bring_deleted_evidence_back_for_good(
    copy_table: CopyTable, tenant: Tenant, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = claims.new_claim(tenant)
    claims.add_note(tenant, claim["id"], "Mr Quackenbush let us in.")
    claims.move(tenant, claim["id"], "closed", "Done.")
    pipeline.run()
    moment = copy_table()

    def apply_retention() -> None:
        with monkeypatch.context() as patch:
            freeze(patch).advance(days=91)
            load_app("workers/enqueue_retention").handler({}, None)
            pipeline.run()

    apply_retention()
    assert "Quackenbush" not in str(items("CLAIM_NOTE"))

    restore(moment)
    assert "Quackenbush" in str(items("CLAIM_NOTE"))
    apply_retention()

    assert "Quackenbush" not in str(items("CLAIM_NOTE"))


def test_access_stays_as_it_is(copy_table: CopyTable, tenant: Tenant) -> None:
    body = {"name": "leaked", "scopes": ["read"]}
    revoked = call("POST", "/v1/api-keys", key=tenant.admin, json_body=body).json
    moment = copy_table()
    assert call("DELETE", f"/v1/api-keys/{revoked['id']}", key=tenant.admin).status == 204
    new = call("POST", "/v1/api-keys", key=tenant.admin, json_body=body).json

    restore(moment)

    assert call("GET", "/v1/leads", key=revoked["key"]).status == 401
    assert call("GET", "/v1/leads", key=new["key"]).status == 200
    listed = call("GET", "/v1/api-keys", key=tenant.admin).json["data"]
    assert new["id"] in {key["id"] for key in listed}


def test_no_step_of_a_sequence_is_sent_again_and_the_sequence_goes_back(
    copy_table: CopyTable, tenant: Tenant
) -> None:
    be_ready(tenant)
    sequence = active(tenant)
    shown = enrolled(tenant, sequence["id"], prospect(tenant))
    moment = copy_table()
    by = worker("tests", tenant.in_mode("live"), "tests")
    before = ENROLLMENTS.get(by.tenant, shown["id"])
    enrollments.replace_version("enrollment.advanced", before, replace(before, step=1), by)
    by.transaction.commit()
    path = f"/v1/outreach/sequences/{sequence['id']}"
    call("PATCH", path, key=tenant.admin, json_body={"name": "Other"})

    restore(moment)

    assert call("GET", f"{path}/enrollments/{shown['id']}", key=tenant.admin).json["step"] == 1
    assert call("GET", path, key=tenant.admin).json["name"] == sequence["name"]


def test_one_organization_goes_back_and_no_other(
    copy_table: CopyTable, tenant: Tenant, stranger: Tenant
) -> None:
    lead, foreign = create(tenant, "a@example.com"), create(stranger, "a@example.com")
    moment = copy_table()
    change(tenant, lead, notes="undone")
    changed = change(stranger, foreign, notes="kept")

    restore(moment, organization_id=tenant.id)

    assert get(tenant, lead).json["notes"] is None
    assert get(stranger, foreign).json == changed


def test_a_request_whose_effect_was_undone_can_be_repeated(copy_table: CopyTable, tenant: Tenant) -> None:
    moment = copy_table()

    def post() -> Any:
        headers = {"Idempotency-Key": "order-1"}
        body = {"email": "a@example.com"}
        return call("POST", "/v1/leads", key=tenant.admin, json_body=body, headers=headers)

    undone = post()

    restore(moment)
    repeated = post()

    assert (undone.status, repeated.status) == (201, 201)
    assert get(tenant, repeated.json).status == 200


def test_work_that_may_have_been_in_progress_is_published_again_under_its_numbers(
    clock: Clock, copy_table: CopyTable, tenant: Tenant, pipeline: Pipeline
) -> None:
    create(tenant, "old@example.com")
    pipeline.run()
    clock.advance(seconds=IN_PROGRESS.total_seconds() + 1)
    lead = create(tenant, "a@example.com")
    pipeline.run()
    before = numbers("EVENT", tenant)
    moment = copy_table()

    restore(moment)

    (event,) = unpublished("EVENT")
    assert lead["id"] in event["data"]["S"]
    load_app("workers/sweep_outbox").handler({}, None)
    assert not unpublished("EVENT")
    pipeline.run()
    assert numbers("EVENT", tenant) == before


def test_a_dry_run_counts_and_writes_nothing(copy_table: CopyTable, tenant: Tenant) -> None:
    lead = create(tenant, "a@example.com")
    moment = copy_table()
    change(tenant, lead, notes="undone")
    create(tenant, "new@example.com")
    before = items()

    result = restore(moment, writes=False)

    assert result.changes[tenant.in_mode("live")]["put LEAD"] == 1
    assert result.changes[tenant.in_mode("live")]["delete LEAD"] == 1
    assert items() == before


def test_the_command_counts_and_with_write_restores(
    copy_table: CopyTable,
    tenant: Tenant,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    lead = create(tenant, "a@example.com")
    moment = copy_table()
    change(tenant, lead, notes="undone")
    arguments = ["restore", "--copy", COPY, "--moment", rfc3339(moment), "--segments", "1"]

    for more in ([], ["--write"]):
        with monkeypatch.context() as patch:
            patch.setattr("boto3.client", lambda _: CloudFormation())
            patch.setattr(sys, "argv", [*arguments, *more])
            for name in ("STATE_TABLE", "ACCESS_TABLE", "AUDIT_TABLE_DAYS"):
                patch.delenv(name)
            assert command.main() == 0
        assert "1 put LEAD\n" in capsys.readouterr().out
        assert get(tenant, lead).json["notes"] == (None if more else "undone")


@pytest.mark.parametrize("killed_after", range(1, 17))
def test_an_interrupted_run_is_run_again(
    copy_table: CopyTable,
    tenant: Tenant,
    pipeline: Pipeline,
    monkeypatch: pytest.MonkeyPatch,
    killed_after: int,
) -> None:
    changed, erased = create(tenant, "changed@example.com"), create(tenant, "erased@example.com")
    pipeline.run()
    moment = copy_table()
    change(tenant, changed, notes="undone")
    new = create(tenant, "new@example.com")
    assert call("DELETE", f"/v1/leads/{erased['id']}", key=tenant.admin).status == 204
    pipeline.run()
    with watched_calls(monkeypatch) as calls:
        calls.kill_after = killed_after
        with pytest.raises(Killed):
            restore(moment)

    restore(moment)
    pipeline.run()

    assert get(tenant, changed).json["notes"] is None
    assert get(tenant, new).status == 404
    assert get(tenant, erased).status == 404
    assert not [item for item in items() if "erased@example.com" in str(item)]


def test_an_item_that_has_expired_since_is_not_put(
    clock: Clock, copy_table: CopyTable, tenant: Tenant
) -> None:
    headers = {"Idempotency-Key": "order-1"}
    body = {"email": "a@example.com"}
    assert call("POST", "/v1/leads", key=tenant.admin, json_body=body, headers=headers).status == 201
    moment = copy_table()
    clock.advance(days=2)
    record = next(item for item in items("IDEMPOTENCY"))
    aws.dynamodb().delete_item(TableName=settings.state_table(), Key={"pk": record["pk"], "sk": record["sk"]})

    restore(moment)

    assert not items("IDEMPOTENCY")


def test_an_item_of_an_unknown_kind_stops_the_restore(copy_table: CopyTable, tenant: Tenant) -> None:
    aws.dynamodb().put_item(
        TableName=settings.state_table(),
        Item={"pk": {"S": f"{tenant.id}#live#NEW"}, "sk": {"S": "1"}, "kind": {"S": "NEW"}},
    )
    moment = copy_table()

    with pytest.raises(UnknownKind, match="NEW"):
        restore(moment)


def test_every_kind_of_the_code_goes_back_or_stays() -> None:
    used = {kind for path in SOURCES for kind in KIND.findall(path.read_text())}

    assert used - GOES_BACK - STAYS == set()
    assert not GOES_BACK & STAYS
