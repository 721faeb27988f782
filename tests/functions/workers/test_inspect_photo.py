"""Uploaded photos become ready or rejected, whatever arrives, in whatever order, and wherever the worker is killed."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from eal.core import aws, tenancy
from eal.domain.api_keys.model import MAX_REQUESTS_PER_MINUTE
from eal.domain.claims.photos import erasure, images, store
from tests.support.aws import PHOTOS_BUCKET
from tests.support.claims import audit_records, closed_claim, move, new_claim
from tests.support.faults import Killed, overtaken, watched_calls
from tests.support.http import call, load_app
from tests.support.imports import key_of
from tests.support.photos import (
    HEIC,
    JPEG,
    PNG,
    QUEUE,
    declaration,
    declare,
    encoded,
    exif,
    inspect,
    inspected,
    objects,
    photo,
    read,
    scene,
    upload,
    work,
)
from tests.support.pipeline import expire_items, items, peek, sqs_event
from tests.support.tenants import raise_limit
from tests.support.webhooks import watched_queue

if TYPE_CHECKING:
    from eal.domain.claims.photos.model import ContentType
    from tests.support.tenants import Tenant
    from tests.support.time import Clock

MANY = 500
EQUAL = 20
"""Number of photos that are the same file."""
OBJECTS = ("original", "preview", "thumbnail")


def store_object(declared: dict[str, Any], content: bytes) -> None:
    """Put any bytes where the original belongs, as if S3 had not compared them with the signature."""
    aws.s3_sdk().put_object(Bucket=PHOTOS_BUCKET, Key=key_of(declared["upload"]["url"]), Body=content)


def names(*photos: dict[str, Any]) -> list[str]:
    return sorted(f"{photo['id']}/{name}" for photo in photos for name in OBJECTS)


def outcome(tenant: Tenant, declared: dict[str, Any]) -> tuple[str, str | None]:
    found = read(tenant, declared)
    return found["status"], found["rejection"]


def register_hashes() -> list[str | None]:
    return [entry.get("perceptual_hash", {}).get("S") for entry in items("CLAIM_PHOTO_REGISTER")]


@pytest.mark.parametrize("content_type", [JPEG, PNG, HEIC])
def test_an_upload_becomes_ready_and_its_original_stays_unchanged(
    tenant: Tenant, content_type: ContentType
) -> None:
    content = photo(1, content_type)

    found = inspected(tenant, new_claim(tenant)["id"], content, content_type)

    assert (found["status"], found["rejection"], found["reason"]) == ("ready", None, None)
    stored = objects()
    assert sorted(stored) == names(found)
    assert stored[f"{found['id']}/original"] == content
    for name in ("preview", "thumbnail"):
        key = key_of(found[f"{name}_url"])
        assert aws.s3_sdk().head_object(Bucket=PHOTOS_BUCKET, Key=key)["ContentType"] == "image/jpeg"


def test_a_notification_is_sent_again_in_the_group_of_its_organization(tenant: Tenant) -> None:
    content = photo()
    declared = declare(tenant, new_claim(tenant)["id"], content)
    upload(declared, content)

    with watched_queue("photo") as queue:
        assert work() == []
        (sent,) = queue.take()

    assert sent.group == tenant.id
    ids = {"claim_id": declared["claim_id"], "photo_id": declared["id"]}
    assert ids.items() <= sent.message.items()
    assert outcome(tenant, declared) == ("inspecting", None)


def test_the_audit_record_of_an_inspection_has_commitments_to_place_and_time(tenant: Tenant) -> None:
    found = inspected(tenant, new_claim(tenant)["id"], photo(1, exif=exif().tobytes()))

    (record,) = audit_records(tenant, "claim_photo.ready")
    assert record["actor"] == {"type": "worker", "id": "inspect_photo"}
    changes = {change["field"]: change["to"] for change in record["changes"]}
    assert (changes["status"], changes["evidence.width"]) == ("ready", found["evidence"]["width"])
    for name in ("place", "taken_at", "camera"):
        assert changes[f"evidence.{name}"].startswith("hmac-sha256:")


@pytest.mark.parametrize(
    ("content", "rejection"),
    [
        (photo(1) + b"x", "size_mismatch"),
        (photo(1)[:-1], "size_mismatch"),
        (photo(1)[:-1] + b"x", "checksum_mismatch"),
        (b"", "size_mismatch"),
    ],
    ids=["longer", "shorter", "other bytes", "empty"],
)
def test_what_s3_should_have_refused_is_rejected(tenant: Tenant, content: bytes, rejection: str) -> None:
    declared = declare(tenant, new_claim(tenant)["id"], photo(1))
    store_object(declared, content)
    inspect()

    assert outcome(tenant, declared) == ("rejected", rejection)
    assert objects() == {}


def test_a_rejected_photo_has_a_reason_and_affects_nothing_else(tenant: Tenant) -> None:
    claim = new_claim(tenant)
    good = inspected(tenant, claim["id"], photo(1))
    bomb = declare(tenant, claim["id"], photo(2, PNG), JPEG)
    upload(bomb, photo(2, PNG))
    inspect()

    found = read(tenant, bomb)
    assert (found["status"], found["rejection"]) == ("rejected", "wrong_type")
    assert found["reason"] == "The file does not have the declared content_type."
    assert (found["evidence"], found["original_url"]) == (None, None)
    assert sorted(objects()) == names(good)
    assert outcome(tenant, good) == ("ready", None)
    assert call("GET", f"/v1/claims/{claim['id']}", key=tenant.read).json == claim
    (record,) = audit_records(tenant, "claim_photo.rejected")
    assert {"field": "rejection", "from": None, "to": "wrong_type"} in record["changes"]


def test_the_same_in_test_mode(tenant: Tenant) -> None:
    claim = call(
        "POST", "/v1/claims", key=tenant.test_admin, json_body={"insured": {"name": "Dana Reyes"}}
    ).json
    content = photo()
    declared = declare(tenant, claim["id"], content, key=tenant.test_admin)
    upload(declared, content)
    inspect()

    assert read(tenant, declared, tenant.test_admin)["status"] == "ready"
    assert all(key.startswith(f"{tenant.id}/test/") for key in _keys())


def _keys() -> list[str]:
    pages = aws.s3_sdk().get_paginator("list_objects_v2").paginate(Bucket=PHOTOS_BUCKET)
    return [found["Key"] for page in pages for found in page.get("Contents", [])]


def test_many_photos_of_a_claim_at_once(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four workers at once, messages that arrive twice, and a kill of all workers. Nothing waits for the claim, whose
    version stays.
    """
    claim = new_claim(tenant)
    raise_limit(tenant.id)
    limit = {"per_minute": MAX_REQUESTS_PER_MINUTE}
    fast = {"name": "photos", "scopes": ["write"], "mode": "live", "rate_limit": limit}
    key = call("POST", "/v1/api-keys", key=tenant.admin, json_body=fast).json["key"]

    def declare_and_upload(number: int) -> str:
        content = encoded(scene(max(0, number - EQUAL + 1), (64, 48)))
        path, body = f"/v1/claims/{claim['id']}/photos", declaration(content)
        response = call("POST", path, key=key, json_body=body)
        assert response.status == 201, response.text
        upload(response.json, content)
        return str(response.json["id"])

    def unfinished(message: Any) -> Any:
        """The message, if its worker failed or was killed."""
        event = sqs_event(QUEUE, [json.dumps(message)])
        try:
            response = load_app("workers/inspect_photo").handler(event, None)
        except Killed:
            return message
        return None if response == {"batchItemFailures": []} else message

    def work_on(messages: list[Any]) -> list[Any]:
        return [message for message in pool.map(unfinished, messages) if message]

    with ThreadPoolExecutor(4) as pool:
        declared = list(pool.map(declare_and_upload, range(MANY)))
        notifications = peek(QUEUE)
        assert work_on([*notifications, *notifications[:50]]) == []
        messages = peek(QUEUE)
        with watched_calls(monkeypatch) as calls:
            calls.kill_after = MANY
            killed = work_on([*messages, *messages[:50]])
        assert len(killed) > MANY // 2
        rounds = 0
        while killed:
            killed = work_on(killed)
            rounds += 1
    assert rounds <= 3  # a duplicate that lost against another worker is received once more

    listed: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = call("GET", f"/v1/claims/{claim['id']}/photos?limit=100{cursor}", key=tenant.read).json
        listed += page["data"]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert {photo["id"] for photo in listed} == set(declared)
    assert len(listed) == MANY
    assert {photo["status"] for photo in listed} == {"ready"}
    first = min(declared[:EQUAL])
    assert {photo["duplicate_of"] for photo in listed if photo["id"] in declared[:EQUAL]} == {first, None}
    assert {photo["duplicate_of"] for photo in listed if photo["id"] not in declared[:EQUAL]} == {None}
    assert len(_keys()) == 3 * MANY
    assert len(audit_records(tenant, "claim_photo.ready")) == MANY
    assert call("GET", f"/v1/claims/{claim['id']}", key=tenant.read).json == claim


# ---------------------------------------------------------------- redelivery, lateness, deletion


def test_repeated_notifications_and_messages_inspect_once(tenant: Tenant) -> None:
    content = photo()
    declared = declare(tenant, new_claim(tenant)["id"], content)
    upload(declared, content)
    (notification,) = peek(QUEUE)
    for _ in range(2):
        assert work(body=notification) == []
    first, second = peek(QUEUE)
    assert first == second
    for message in (first, second, notification):
        assert work(body=message) == []

    assert peek(QUEUE) == []
    assert read(tenant, declared)["version"] == 3
    assert sorted(objects()) == names(declared)
    assert len(audit_records(tenant, "claim_photo.ready")) == 1


def test_an_upload_after_the_deletion_is_deleted(tenant: Tenant) -> None:
    content = photo()
    declared = declare(tenant, new_claim(tenant)["id"], content)
    call("DELETE", f"/v1/claims/{declared['claim_id']}/photos/{declared['id']}", key=tenant.write)
    upload(declared, content)
    inspect()

    assert objects() == {}


def test_an_upload_after_the_erasure_of_the_claim_is_deleted(tenant: Tenant) -> None:
    content = photo()
    declared = declare(tenant, new_claim(tenant)["id"], content)
    call("DELETE", f"/v1/claims/{declared['claim_id']}", key=tenant.admin)
    upload(declared, content)
    inspect()

    assert objects() == {}


def test_a_second_upload_of_a_rejected_photo_is_deleted(tenant: Tenant) -> None:
    content = photo(1, PNG)
    declared = declare(tenant, new_claim(tenant)["id"], content, JPEG)
    for _ in range(2):
        upload(declared, content)
        inspect()

    assert outcome(tenant, declared) == ("rejected", "wrong_type")
    assert objects() == {}


def test_a_photo_of_a_claim_that_was_closed_meanwhile_is_inspected(tenant: Tenant) -> None:
    content = photo()
    declared = declare(tenant, new_claim(tenant)["id"], content)
    move(tenant, declared["claim_id"], "closed", "Done.")
    upload(declared, content)
    inspect()

    assert outcome(tenant, declared) == ("ready", None)


def test_a_photo_that_is_deleted_during_its_inspection_leaves_nothing(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = photo()
    declared = declare(tenant, new_claim(tenant)["id"], content)
    upload(declared, content)
    assert work() == []
    path = f"/v1/claims/{declared['claim_id']}/photos/{declared['id']}"

    with overtaken(monkeypatch, lambda: call("DELETE", path, key=tenant.write)):
        assert work() == []

    assert objects() == {}
    assert items("CLAIM_PHOTO") == []


def test_a_caption_that_changes_during_the_inspection_is_kept(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = photo()
    declared = declare(tenant, new_claim(tenant)["id"], content)
    upload(declared, content)
    assert work() == []
    path = f"/v1/claims/{declared['claim_id']}/photos/{declared['id']}"

    with overtaken(monkeypatch, lambda: call("PATCH", path, key=tenant.write, json_body={"room": "Hall"})):
        assert work() == []

    found = read(tenant, declared)
    assert (found["status"], found["room"]) == ("ready", "Hall")


def test_a_photo_that_was_never_uploaded_disappears_after_a_week(clock: Clock, tenant: Tenant) -> None:
    declared = declare(tenant, new_claim(tenant)["id"], photo())
    clock.advance(days=6)
    expire_items()
    assert outcome(tenant, declared) == ("rejected", "never_uploaded")

    clock.advance(days=1, minutes=1)
    expire_items()

    assert items("CLAIM_PHOTO") == []
    assert items("CLAIM_PHOTO_REGISTER") == []


def test_a_notification_that_waited_for_days_is_not_too_late(clock: Clock, tenant: Tenant) -> None:
    content = photo()
    declared = declare(tenant, new_claim(tenant)["id"], content)
    upload(declared, content)
    clock.advance(days=4)
    inspect()

    assert outcome(tenant, declared) == ("ready", None)


def test_a_message_that_waited_for_weeks_as_a_dead_letter_is_not_too_late(
    clock: Clock, tenant: Tenant
) -> None:
    content = photo()
    declared = declare(tenant, new_claim(tenant)["id"], content)
    upload(declared, content)
    assert work() == []
    clock.advance(days=12)
    expire_items()
    assert work() == []

    assert outcome(tenant, declared) == ("ready", None)
    assert register_hashes() != [None]


# ---------------------------------------------------------------- faults


def test_a_photo_whose_inspections_failed_is_rejected_and_can_be_inspected_again(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = photo()
    declared = declare(tenant, new_claim(tenant)["id"], content)
    upload(declared, content)
    assert work() == []
    (message,) = peek(QUEUE)

    with monkeypatch.context() as patch:
        patch.setattr(images, "perceptual_hash", _out_of_memory)
        assert work(4, message) == [message]
        assert outcome(tenant, declared) == ("inspecting", None)
        assert work(5, message) == [message]

    assert outcome(tenant, declared) == ("rejected", "inspection_failed")
    assert sorted(objects()) == [f"{declared['id']}/original"]
    assert work(1, message) == []  # the dead letter, redriven
    assert outcome(tenant, declared) == ("ready", None)


def _out_of_memory(_image: object) -> str:
    raise MemoryError


def test_the_last_receive_does_not_open_a_file_that_may_have_killed_the_worker(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = photo()
    declared = declare(tenant, new_claim(tenant)["id"], content)
    upload(declared, content)
    assert work() == []
    (message,) = peek(QUEUE)

    with watched_calls(monkeypatch) as calls:
        assert work(5, message) == [message]

    assert calls.count("GetObject") == 0
    assert outcome(tenant, declared) == ("rejected", "inspection_failed")


def test_a_notification_in_its_last_receive_is_still_enqueued(tenant: Tenant) -> None:
    content = photo()
    declared = declare(tenant, new_claim(tenant)["id"], content)
    upload(declared, content)

    assert work(5) == []
    assert work() == []

    assert outcome(tenant, declared) == ("ready", None)


def test_a_notification_that_cannot_be_enqueued_returns_to_the_queue(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = photo()
    declared = declare(tenant, new_claim(tenant)["id"], content)
    upload(declared, content)
    (notification,) = peek(QUEUE)

    with watched_calls(monkeypatch) as calls:
        calls.refuse["SendMessage"] = "InternalError"
        assert work(5, notification) == [notification]
    assert work(1, notification) == []
    assert work() == []

    assert outcome(tenant, declared) == ("ready", None)


def test_the_bucket_s_other_objects_and_its_test_event_are_ignored(tenant: Tenant) -> None:
    claim_id = closed_claim(tenant)["id"]
    for key in (
        "x/original",
        f"{tenant.id}/live/{claim_id}/y/original",
        f"{tenant.id}/both/{claim_id}/z/original",
    ):
        aws.s3_sdk().put_object(Bucket=PHOTOS_BUCKET, Key=key, Body=b"x")

    assert work() == []
    assert work(body={"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "photos"}) == []
    assert peek(QUEUE) == []


KINDS = {"good": (JPEG, ("ready", None)), "bad": (PNG, ("rejected", "wrong_type"))}


@pytest.mark.parametrize("kind", KINDS)
def test_a_worker_killed_after_any_call_finishes_when_the_message_returns(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    declared_type, expected = KINDS[kind]
    content = photo(1)
    number = 0
    while True:
        number += 1
        declared = declare(tenant, new_claim(tenant)["id"], content, declared_type)
        upload(declared, content)
        (notification,) = peek(QUEUE)
        with watched_calls(monkeypatch) as calls:
            calls.kill_after = number
            finished = _finishes(notification)
        while finished is not True:
            assert work(body=finished) == []
            queued = peek(QUEUE)
            finished = queued[0] if queued else True

        assert outcome(tenant, declared) == expected
        left = {name for name in objects() if name.startswith(declared["id"])}
        assert left == (set(names(declared)) if kind == "good" else set())
        record = f"claim_photo.{expected[0]}"
        assert (
            len(
                [
                    audit_record
                    for audit_record in audit_records(tenant, record)
                    if audit_record["resource"]["id"] == declared["id"]
                ]
            )
            == 1
        )
        if len(calls.made) < number:
            break
    assert number > 6


def _finishes(notification: Any) -> Any:
    """True, or the message at which the worker was killed."""
    message = notification
    try:
        work(body=message)
        for message in peek(QUEUE):
            work(body=message)
    except Killed:
        return message
    return True


def test_a_deletion_killed_after_any_call_finishes_when_repeated(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tenancy.Tenant(tenant.id, "live")
    number = 0
    while True:
        number += 1
        claim_id = new_claim(tenant)["id"]
        declared = [inspected(tenant, claim_id, photo(seed)) for seed in (1, 2)]
        with watched_calls(monkeypatch) as calls:
            calls.kill_after = number
            try:
                erasure.delete_all(own, claim_id)
            except Killed:
                calls.kill_after = None
        erasure.delete_all(own, claim_id)

        assert items("CLAIM_PHOTO") == []
        assert objects() == {}
        register = store.register_of(claim_id, own)
        assert [entry.sha256 for entry in register] == [photo["sha256"] for photo in declared]
        assert all(entry.deleted_at and entry.perceptual_hash is None for entry in register)
        if len(calls.made) < number:
            break
