"""Ids: TypeIDs over UUIDv7. Vectors: https://github.com/jetify-com/typeid/tree/main/spec (version 0.3)."""

from __future__ import annotations

import threading
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eal.core import clock, ids

AT = clock.parse("2026-04-24T17:42:11.314Z")
MOMENTS = st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(9000, 1, 1)).map(
    lambda at: clock.to_milliseconds(at.replace(tzinfo=UTC))
)
INVALID = [
    "PREFIX_00000000000000000000000000",
    "12345_00000000000000000000000000",
    "pre.fix_00000000000000000000000000",
    "préfix_00000000000000000000000000",
    "  prefix_00000000000000000000000000",
    "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijkl_00000000000000000000000000",
    "_00000000000000000000000000",
    "_",
    "prefix_1234567890123456789012345",
    "prefix_123456789012345678901234567",
    "prefix_1234567890123456789012345 ",
    "prefix_0123456789ABCDEFGHJKMNPQRS",
    "prefix_123456789-123456789-123456",
    "prefix_ooooooiiiiiiuuuuuuulllllll",
    "prefix_i23456789ol23456789oi23456",
    "prefix_123456789-0123456789-0123456",
    "prefix_8zzzzzzzzzzzzzzzzzzzzzzzzz",
    "_prefix_00000000000000000000000000",
    "prefix__00000000000000000000000000",
]


def _uuid(text: str) -> uuid.UUID:
    """The UUID of a TypeID, decoded by Python's own base 32."""
    theirs, pythons = "0123456789abcdefghjkmnpqrstvwxyz", "0123456789abcdefghijklmnopqrstuv"
    return uuid.UUID(int=int(text[-26:].translate(str.maketrans(theirs, pythons)), 32))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("prefix_0123456789abcdefghjkmnpqrs", "0110c853-1d09-52d8-d73e-1194e95b5f19"),
        ("prefix_01h455vb4pex5vsknk084sn02q", "01890a5d-ac96-774b-bcce-b302099a8057"),
        ("prefix_7zzzzzzzzzzzzzzzzzzzzzzzzz", "ffffffff-ffff-ffff-ffff-ffffffffffff"),
    ],
)
def test_the_decoder_of_this_module_decodes_the_official_vectors(text: str, expected: str) -> None:
    assert _uuid(text) == uuid.UUID(expected)


def test_the_time_of_the_official_uuidv7_vector_is_read() -> None:
    assert ids.created_at("prefix_01h455vb4pex5vsknk084sn02q") == datetime.fromtimestamp(
        0x01890A5DAC96 / 1000, UTC
    )


@pytest.mark.parametrize(
    "text", ["prefix_01h455vb4pex5vsknk084sn02q", "prefix_0123456789abcdefghjkmnpqrs", "prefix_" + "0" * 26]
)
def test_an_official_valid_typeid_is_an_id(text: str) -> None:
    assert ids.is_id("prefix", text)


@pytest.mark.parametrize("text", INVALID)
def test_an_official_invalid_typeid_is_not_an_id(text: str) -> None:
    assert not ids.is_id("prefix", text)


@pytest.mark.parametrize(
    "text", ["", "lead", "lead_", "prefix_" + "0" * 25 + "\n", "prefix_" + "\u0660" * 26]
)
def test_another_invalid_text_is_not_an_id(text: str) -> None:
    assert not ids.is_id("prefix", text)


def test_an_id_with_another_prefix_is_not_an_id_of_this_prefix() -> None:
    assert not ids.is_id("call", ids.new("lead", AT))


@given(MOMENTS)
def test_an_id_is_a_uuid_of_version_7_with_its_time(at: datetime) -> None:
    made = ids.new("lead", at)
    assert ids.is_id("lead", made)
    assert _uuid(made).version == 7
    assert _uuid(made).variant == uuid.RFC_4122
    assert ids.created_at(made) == at


@given(MOMENTS, st.integers(1, 10**10))
def test_ids_sort_by_time(at: datetime, later: int) -> None:
    assert ids.new("lead", at) < ids.new("lead", at + timedelta(milliseconds=later))


def test_ids_of_one_moment_ascend() -> None:
    made = [ids.new("lead", AT) for _ in range(5000)]
    assert made == sorted(set(made))


def test_ids_of_one_moment_ascend_with_other_ids_in_between() -> None:
    made = []
    for number in range(200):
        made.append(ids.new("aud", AT))
        ids.new("aud", AT + timedelta(milliseconds=number % 3 + 1))
    assert made == sorted(set(made))


def test_ids_are_unique_and_ascend_in_each_of_many_threads() -> None:
    created: list[list[str]] = [[] for _ in range(8)]
    ready = threading.Barrier(len(created))

    def create(thread_ids: list[str]) -> None:
        ready.wait()
        thread_ids += [ids.new("evt", AT) for _ in range(2000)]

    threads = [threading.Thread(target=create, args=(thread_ids,)) for thread_ids in created]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(thread_ids == sorted(thread_ids) for thread_ids in created)
    assert len({created_id for thread_ids in created for created_id in thread_ids}) == 8 * 2000


def test_a_derived_id_is_the_same_for_the_same_origin_and_parts() -> None:
    origin = ids.new("call", AT)
    assert ids.derived("lead", origin, "a") == ids.derived("lead", origin, "a")


@pytest.mark.parametrize("other", [("lead", "b"), ("dlv", "a"), ("lead", "a", ""), ("lead",)])
def test_a_derived_id_differs_with_prefix_and_parts(other: tuple[str, ...]) -> None:
    origin = ids.new("call", AT)
    assert ids.derived("lead", origin, "a")[-26:] != ids.derived(other[0], origin, *other[1:])[-26:]


def test_derived_ids_of_two_origins_differ() -> None:
    assert ids.derived("lead", ids.new("call", AT)) != ids.derived("lead", ids.new("call", AT))


@given(MOMENTS)
def test_a_derived_id_is_an_id_with_the_time_of_its_origin(at: datetime) -> None:
    made = ids.derived("lead", ids.new("call", at), "part")
    assert ids.is_id("lead", made)
    assert _uuid(made).version == 7
    assert ids.created_at(made) == at


@given(MOMENTS)
def test_the_lowest_id_of_a_moment_is_above_all_earlier_ids_and_below_all_others(at: datetime) -> None:
    lowest = ids.lowest("lead", at)
    assert lowest <= ids.new("lead", at)
    assert ids.new("lead", at - timedelta(milliseconds=1)) < lowest


def test_the_lowest_id_before_the_epoch_is_that_of_the_epoch() -> None:
    assert ids.lowest("lead", datetime(1960, 1, 1, tzinfo=UTC)) == ids.lowest(
        "lead", datetime(1970, 1, 1, tzinfo=UTC)
    )


def test_a_message_shows_the_longest_id_whole_and_cuts_what_is_longer() -> None:
    longest = ids.new("x" * 32, AT)

    assert ids.is_id("x" * 32, longest)
    assert ids.shown(longest) == longest
    assert len(ids.shown("x" * 10_000)) == 64
