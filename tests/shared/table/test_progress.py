"""Workers' bookkeeping."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.table import progress
from eal.table.keys import key
from eal.table.read import get

if TYPE_CHECKING:
    from eal.caller import Caller
    from eal.table.item import Item


def _item(by: Caller, version: int, state: str = "pending") -> Item:
    at = key(by.organization_id, by.mode, "WORK", "work_1")
    return {**at._asdict(), "kind": "WORK", "state": state, "version": version}


def _state(by: Caller) -> object:
    item = get(key(by.organization_id, by.mode, "WORK", "work_1"))
    return item and item["state"]


def test_work_is_started_once(by: Caller) -> None:
    assert progress.start(_item(by, 1))
    assert not progress.start(_item(by, 1, "again"))
    assert _state(by) == "pending"


def test_work_is_advanced_from_the_version_that_was_read(by: Caller) -> None:
    progress.start(_item(by, 1))
    assert progress.advance(_item(by, 2, "done"), was=1)
    assert _state(by) == "done"


def test_of_two_workers_the_second_changes_nothing(by: Caller) -> None:
    progress.start(_item(by, 1))
    progress.advance(_item(by, 2, "first"), was=1)
    assert not progress.advance(_item(by, 2, "second"), was=1)
    assert _state(by) == "first"


def test_work_that_was_never_started_is_not_advanced(by: Caller) -> None:
    assert not progress.advance(_item(by, 2), was=1)
    assert _state(by) is None
