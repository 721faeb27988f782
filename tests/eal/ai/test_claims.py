"""The areas that follow from a room's measures."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eal.ai.claims.extraction import Opening, Piece, Room, areas

sides = st.floats(1, 100).map(lambda value: round(value, 2))


def room(*pieces: Piece, height: float | None = None, openings: tuple[Opening, ...] = ()) -> Room:
    return Room(name="kitchen", pieces=pieces, height=height, openings=openings)


def main(length: float, width: float) -> Piece:
    return Piece(kind="main", length=length, width=width)


def test_a_rectangle_with_a_door_and_a_window() -> None:
    door = Opening(kind="door", width=3, height=7)
    windows = Opening(kind="window", width=2, height=4, count=2)

    found = areas(room(main(10, 12), height=8, openings=(door, windows)))

    assert found is not None
    assert (found.floor, found.ceiling, found.volume) == (120, 120, 960)
    assert (found.floor_perimeter, found.ceiling_perimeter) == (41, 44)
    assert (found.walls, found.walls_and_ceiling) == (44 * 8 - 21 - 16, 44 * 8 - 21 - 16 + 120)
    assert found.floor_square_yards == pytest.approx(13.33)


def test_an_offset_opens_to_the_room_over_its_longer_side() -> None:
    found = areas(room(main(12, 20), Piece(kind="offset", length=8, width=10), height=8))

    assert found is not None
    assert found.floor == 320
    assert found.floor_perimeter == 2 * (12 + 20) + 2 * 8
    assert found.walls == found.floor_perimeter * 8


def test_a_closet_has_walls_of_its_own() -> None:
    found = areas(room(main(11, 12), Piece(kind="closet", length=2, width=6)))

    assert found is not None
    assert found.floor_perimeter == 2 * (11 + 12) + 2 * (2 + 6)


def test_a_missing_wall_has_the_height_of_the_room() -> None:
    found = areas(
        room(main(10, 10), height=9, openings=(Opening(kind="missing_wall", width=10, height=None),))
    )

    assert found is not None
    assert found.walls == 270
    assert found.floor_perimeter == 30


def test_walls_and_volume_need_a_height_and_areas_need_sides() -> None:
    found = areas(room(main(10, 12)))

    assert found is not None
    assert (found.walls, found.walls_and_ceiling, found.volume) == (None, None, None)
    assert areas(room()) is None


@given(sides, sides, sides)
def test_no_area_is_negative_and_turning_a_room_changes_nothing(
    length: float, width: float, height: float
) -> None:
    huge = (Opening(kind="opening", width=500, height=500),)

    measured = areas(room(main(length, width), height=height, openings=huge))

    assert measured == areas(room(main(width, length), height=height, openings=huge))
    assert measured is not None
    assert (measured.walls, measured.floor_perimeter) == (0, 0)
