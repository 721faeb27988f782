"""Similarity of a claim's photos, and the object that is the original of a photo."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eal.core import ids
from eal.core.tenancy import Tenant
from eal.domain.claims.photos.model import (
    NEAR_DUPLICATE_BITS,
    UPLOAD_DEADLINE,
    Findings,
    Photo,
    PhotoRef,
    RegisterEntry,
    findings,
)

AT = datetime(2026, 4, 24, 17, tzinfo=UTC)
IDS = [ids.new("photo", AT + timedelta(seconds=number)) for number in range(8)]
PHOTO = Photo(
    id=IDS[0], claim_id="clm_1", filename="a.jpg", content_type="image/jpeg", size_bytes=1, sha256="0" * 64,
    status="ready", created_at=AT, updated_at=AT, version=3, salt="00", request_id="r",
)  # fmt: skip


def entry(number: int, sha256: str, perceptual_hash: str | None, *, deleted: bool = False) -> RegisterEntry:
    deleted_at = AT if deleted else None
    return RegisterEntry(
        id=IDS[number], sha256=sha256, version=1, perceptual_hash=perceptual_hash, deleted_at=deleted_at
    )


def test_a_photo_is_a_duplicate_of_the_first_with_its_hash() -> None:
    register = [entry(0, "a", "0" * 16), entry(1, "a", "0" * 16), entry(2, "a", "0" * 16)]

    assert findings(PHOTO, register) == Findings()
    assert findings(replace(PHOTO, id=IDS[2]), register) == Findings(IDS[0], ())


def test_photos_that_differ_in_few_bits_are_near_duplicates() -> None:
    near, far = f"{(1 << NEAR_DUPLICATE_BITS) - 1:016x}", f"{(1 << NEAR_DUPLICATE_BITS + 1) - 1:016x}"
    register = [entry(0, "a", far), entry(1, "b", near), entry(2, "c", "0" * 16)]

    assert findings(replace(PHOTO, id=IDS[2]), register) == Findings(None, (IDS[1],))


@pytest.mark.parametrize(
    "other",
    [entry(0, "a", "0" * 16, deleted=True), entry(0, "a", None), entry(3, "a", "0" * 16), entry(0, "b", "")],
    ids=["deleted", "not ready", "later", "without contrast"],
)
def test_no_photo_is_like_one_that_is(other: RegisterEntry) -> None:
    register = [other, entry(1, "a", "0" * 16)]

    assert findings(replace(PHOTO, id=IDS[1]), register) == Findings()


@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(["", "0" * 16, "f" * 16, None])), max_size=8)
)
def test_findings_are_earlier_ready_photos_and_the_first_of_each_kind_has_none(
    hashes: list[tuple[str, str | None]],
) -> None:
    register = [entry(number, *pair) for number, pair in enumerate(hashes)]
    for own in register:
        found = findings(replace(PHOTO, id=own.id), register)
        alike = {*found.near_duplicate_of, *([found.duplicate_of] if found.duplicate_of else [])}
        assert all(other < own.id for other in alike)
        assert own.perceptual_hash is not None or not alike
        if found.duplicate_of:
            assert findings(replace(PHOTO, id=found.duplicate_of), register).duplicate_of is None


def test_a_photo_without_an_upload_is_rejected_after_a_day() -> None:
    waiting = replace(PHOTO, status="awaiting_upload")

    assert waiting.as_of(AT + UPLOAD_DEADLINE - timedelta(seconds=1)) == waiting
    late = waiting.as_of(AT + UPLOAD_DEADLINE)
    assert (late.status, late.rejection, late.can_be_inspected) == ("rejected", "never_uploaded", False)
    assert waiting.can_be_inspected


def test_an_object_key_names_its_photo_and_no_other_text_does() -> None:
    organization, claim, photo = (ids.new(prefix, AT) for prefix in ("org", "clm", "photo"))
    ref = PhotoRef(Tenant(organization, "test"), claim, photo)
    key = ref.object_key("original")

    assert key == f"{organization}/test/{claim}/{photo}/original"
    assert PhotoRef.of_original(key) == ref
    for other in (
        ref.object_key("preview"),
        key.replace("test", "both"),
        key + "/x",
        "x/" + key,
        key[:-1],
        "",
    ):
        assert PhotoRef.of_original(other) is None
