"""DELETE /v1/claims/{claim_id}/photos/{photo_id}."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from eal.core import aws, tenancy
from eal.domain.claims import bucket
from eal.domain.claims.photos import objects, store
from eal.domain.claims.photos.model import PhotoRef
from tests.support.aws import PHOTOS_BUCKET
from tests.support.claims import audit_records, hold, move, new_claim
from tests.support.faults import overtaken
from tests.support.http import ApiResponse, call, load_app
from tests.support.photos import declaration, declare, inspected, photo, upload
from tests.support.photos import objects as stored_objects
from tests.support.pipeline import Pipeline, items
from tests.support.time import freeze

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def delete(tenant: Tenant, photo: dict[str, Any], **headers: str) -> ApiResponse:
    path = f"/v1/claims/{photo['claim_id']}/photos/{photo['id']}"
    return call("DELETE", path, key=tenant.write, headers=headers)


def register(tenant: Tenant, claim_id: str) -> list[tuple[str, bool]]:
    """The hash of each photo, and whether the photo was deleted."""
    entries = store.register_of(claim_id, tenancy.Tenant(tenant.id, "live"))
    assert all(entry.perceptual_hash is None for entry in entries if entry.deleted_at)
    return [(entry.sha256, entry.deleted_at is not None) for entry in entries]


def work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the pipeline until after the delay of the erasures' queue."""
    pipeline = Pipeline()
    pipeline.run()
    freeze(monkeypatch).advance(minutes=1)
    pipeline.run()


def test_everything_but_the_hash_is_deleted(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    claim_id = new_claim(tenant)["id"]
    kept, gone = (inspected(tenant, claim_id, photo(seed), caption="Dana's hall") for seed in (1, 2))

    assert delete(tenant, gone).status == 204
    work(monkeypatch)

    assert call("GET", f"/v1/claims/{claim_id}/photos/{gone['id']}", key=tenant.read).status == 404
    assert sorted(stored_objects()) == [
        f"{kept['id']}/{name}" for name in ("original", "preview", "thumbnail")
    ]
    assert register(tenant, claim_id) == [(kept["sha256"], False), (gone["sha256"], True)]
    (record,) = audit_records(tenant, "claim_photo.deleted")
    changes = {change["field"]: change["from"] for change in record["changes"]}
    assert changes["sha256"] == gone["sha256"]
    assert "Dana" not in str(record)
    assert [item["id"]["S"] for item in items("CLAIM_PHOTO")] == [kept["id"]]


def test_stored_responses_no_longer_show_it(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    claim_id = new_claim(tenant)["id"]
    body = declaration(photo(), caption="Dana's hall")
    headers = {"Idempotency-Key": "once"}
    path = f"/v1/claims/{claim_id}/photos"
    declared = call("POST", path, key=tenant.write, json_body=body, headers=headers).json
    assert "Dana" in str(items("IDEMPOTENCY"))

    delete(tenant, declared)
    work(monkeypatch)

    assert "Dana" not in str(items("IDEMPOTENCY"))


def test_a_photo_on_legal_hold_stays(tenant: Tenant) -> None:
    declared = declare(tenant, new_claim(tenant)["id"], photo())
    hold(tenant, declared["claim_id"])

    response = delete(tenant, declared)

    assert (response.status, response.json["error"]["details"]["legal_hold"]) == (409, True)
    call("DELETE", f"/v1/claims/{declared['claim_id']}/legal-hold", key=tenant.admin)
    assert delete(tenant, declared).status == 204


def test_a_legal_hold_that_is_placed_during_the_deletion_wins(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    declared = declare(tenant, new_claim(tenant)["id"], photo())

    with overtaken(monkeypatch, lambda: hold(tenant, declared["claim_id"])):
        assert delete(tenant, declared).status == 409

    assert register(tenant, declared["claim_id"]) == [(declared["sha256"], False)]


def test_a_photo_of_a_closed_claim_can_be_deleted(tenant: Tenant) -> None:
    declared = declare(tenant, new_claim(tenant)["id"], photo())
    move(tenant, declared["claim_id"], "closed", "Withdrawn.")

    assert delete(tenant, declared).status == 204
    assert delete(tenant, declared).status == 404


def test_a_version_that_does_not_match_and_a_stranger_delete_nothing(
    tenant: Tenant, stranger: Tenant
) -> None:
    declared = declare(tenant, new_claim(tenant)["id"], photo())

    assert delete(tenant, declared, **{"If-Match": '"7"'}).status == 412
    assert delete(stranger, declared).status == 404
    assert register(tenant, declared["claim_id"]) == [(declared["sha256"], False)]


def test_the_erasure_of_a_claim_deletes_its_photos_and_keeps_their_hashes(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim_id, other = new_claim(tenant)["id"], new_claim(tenant)["id"]
    gone = [inspected(tenant, claim_id, photo(seed)) for seed in (1, 2)]
    waiting = declare(tenant, claim_id, photo(3))
    kept = inspected(tenant, other, photo(1))

    assert call("DELETE", f"/v1/claims/{claim_id}", key=tenant.admin).status == 204
    work(monkeypatch)

    assert {name.split("/")[0] for name in stored_objects()} == {kept["id"]}
    assert [item["id"]["S"] for item in items("CLAIM_PHOTO")] == [kept["id"]]
    assert register(tenant, claim_id) == [(photo["sha256"], True) for photo in (*gone, waiting)]
    assert register(tenant, other) == [(kept["sha256"], False)]


def test_the_end_of_the_retention_deletes_the_photos_and_keeps_their_hashes(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = inspected(tenant, new_claim(tenant)["id"], photo())
    move(tenant, found["claim_id"], "closed", "Done.")
    clock = freeze(monkeypatch)
    clock.advance(days=91)

    load_app("workers/enqueue_retention").handler({}, None)
    pipeline = Pipeline()
    pipeline.run()
    clock.advance(minutes=1)
    pipeline.run()

    assert stored_objects() == {}
    assert register(tenant, found["claim_id"]) == [(found["sha256"], True)]
    assert call("GET", f"/v1/claims/{found['claim_id']}/photos", key=tenant.read).json["data"] == []


def test_an_object_that_s3_does_not_delete_is_an_error(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = {"Errors": [{"Key": "k", "Code": "AccessDenied"}]}
    monkeypatch.setattr(aws.s3_sdk(), "delete_objects", lambda **_: refused)
    content = photo()
    declared = declare(tenant, new_claim(tenant)["id"], content)
    upload(declared, content)

    with pytest.raises(bucket.NotDeleted, match="AccessDenied"):
        objects.delete([PhotoRef(tenancy.Tenant(tenant.id, "live"), declared["claim_id"], declared["id"])])
    assert aws.s3_sdk().list_objects_v2(Bucket=PHOTOS_BUCKET)["KeyCount"] == 1
