"""A family: an organization without a parent, and all organizations below it.

Children would multiply what each organization may have. So one item of the topmost organization counts the children,
the API keys and the AI budgets of all of them, in the transactions that change these. No other request reads it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import batched
from typing import TYPE_CHECKING, NamedTuple, cast

from eal.ai.engines.bedrock.budget import month_of, usage_key
from eal.ai.policy import MAX_SELF_SERVICE_BUDGET_CENTS, MICROUSD_PER_CENT
from eal.core import audit, settings
from eal.core.errors import Conflict, NotFound, ValidationFailed
from eal.core.table.item import dump, load, to_attributes
from eal.core.table.keys import key
from eal.core.table.read import get, get_all, walk
from eal.core.table.write import Operation, Stale
from eal.core.tenancy import BothModes, Tenant
from eal.domain.organization_settings.table_keys import child_partition, key_quota_key, organization_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

    from eal.core.caller import Caller
    from eal.core.json import Json
    from eal.core.table.item import Item
    from eal.core.table.keys import Key
    from eal.core.tenancy import Mode

MAX_SELF_SERVICE_CHILDREN = 25
"""Maximum number of children of a family, unless the operator has raised its limit."""
MAX_CHILDREN = 5000
"""The highest limit that the operator can set."""
MAX_SELF_SERVICE_KEYS = 100
"""Keys of one mode that a family may have in use, unless the operator has raised its limit: three for each of 25
children, and 25 for their parent."""
MAX_KEYS = 50_000
"""The highest limit that the operator can set."""
MAX_BUDGET_CENTS = 10_000_000
"""The highest limit of a family's monthly AI budgets that the operator can set."""
_KIND = "FAMILY"
_ORGANIZATIONS_PER_READ = 33
"""Organizations per read: with three items each, below the 100 items that one TransactGetItems may read."""


class Numbers(NamedTuple):
    """The counters of a family: the organizations below the topmost one, the keys that the quotas of all organizations
    name (`eal.domain.api_keys.quota`), and the sum of their monthly AI budgets."""

    children: int = 0
    live_keys: int = 0
    test_keys: int = 0
    ai_budget_cents: int = 0

    def plus(self, step: Numbers) -> Numbers:
        return Numbers(*(number + more for number, more in zip(self, step, strict=True)))


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyLimits:
    """The limits that the operator set for a family. None: the limit of every family."""

    max_children: int | None = None
    max_keys: int | None = None
    max_ai_budget_cents: int | None = None


class Family(NamedTuple):
    """`id` is the topmost organization.

    `overspent_cents` is by how much the costs of `overspent_month` exceed budgets that were lowered after the use: what
    one organization has spent can be the budget of no other one in the same month. Not `is_stored`: it was counted, and
    has no item yet.
    """

    id: str
    numbers: Numbers = Numbers()
    overspent_cents: int = 0
    overspent_month: str = ""
    limits: FamilyLimits = FamilyLimits()
    is_stored: bool = False

    def most(self, month: str) -> Numbers:
        """The highest numbers in a month."""
        keys = self.limits.max_keys or MAX_SELF_SERVICE_KEYS
        budget = self.limits.max_ai_budget_cents or MAX_SELF_SERVICE_BUDGET_CENTS
        return Numbers(
            children=self.limits.max_children or MAX_SELF_SERVICE_CHILDREN,
            live_keys=keys,
            test_keys=keys,
            ai_budget_cents=budget - self.overspent_in(month),
        )

    def has_room_for_key(self, mode: Mode) -> bool:
        numbers, most = self.numbers, self.most(self.overspent_month)
        return numbers.live_keys < most.live_keys if mode == "live" else numbers.test_keys < most.test_keys

    def overspent_in(self, month: str) -> int:
        return self.overspent_cents if self.overspent_month == month else 0


def of(organization_id: str) -> Family:
    """The family of an organization, counted if it has no item yet.

    Counting reads each organization of the family. A request has time for about a thousand; a larger family from before
    there was an item is counted when the operator sets its limits.
    Raises: NotFound.
    """
    top, item = _top(organization_id)
    return _loaded(top, item) if item else _count(top)


def topmost(organization_id: str) -> str:
    """The id of the topmost organization of a family.

    Raises: NotFound.
    """
    return _top(organization_id)[0]


def add(family: Family, step: Numbers, by: Caller, *, is_limited: bool = True) -> None:
    """Add to the family's numbers in the caller's transaction. Not `is_limited`: for the operator, and for a key that
    takes the place of another.

    Raises: Conflict, or ValidationFailed for a budget, if a number that grows would exceed its limit.
    """
    if not any(step):
        return
    month = month_of(by.at)
    new, most = family.numbers.plus(step), family.most(month)
    if is_limited:
        _require_room(step, new, most)
    if not family.is_stored:
        by.transaction.create(_item(family._replace(numbers=new)))
        return
    # Requests that add at the same time need not start again, unless one of them reaches a limit.
    adds, conditions, values = [], ["attribute_exists(pk)"], {}
    for name, amount, highest in zip(Numbers._fields, step, most, strict=True):
        if amount:
            adds.append(f"{name} :{name}")
            values[f":{name}"] = amount
        if amount > 0 and is_limited:
            conditions.append(f"{name} <= :most_{name}")
            values[f":most_{name}"] = highest - amount
    if step.ai_budget_cents:
        conditions.append("overspent_cents = :overspent")
        values[":overspent"] = family.overspent_cents
    by.transaction.add(_update(family, f"ADD {', '.join(adds)}", conditions, values))


def change_budget(organization_id: str, old_cents: int, new_cents: int, by: Caller) -> None:
    """Count an organization's new monthly AI budget in the caller's transaction.

    Raises: ValidationFailed if it grows and the family's budgets would exceed their limit.
    """
    if old_cents == new_cents:
        return
    family, month = of(organization_id), month_of(by.at)
    spent = _spent_cents(organization_id, month)
    more_overspent = max(0, spent - new_cents) - max(0, spent - old_cents)
    new = family._replace(
        numbers=family.numbers.plus(Numbers(ai_budget_cents=new_cents - old_cents)),
        overspent_cents=max(0, family.overspent_in(month) + more_overspent),
        overspent_month=month,
    )
    if new_cents > old_cents:
        _require_room(Numbers(ai_budget_cents=new_cents - old_cents), new.numbers, new.most(month))
    if not family.is_stored:
        by.transaction.create(_item(new))
        return
    names = ("ai_budget_cents", "overspent_cents", "overspent_month")
    before, after = _item(family), _item(new)
    by.transaction.add(
        _update(
            family,
            f"SET {', '.join(f'{name} = :{name}' for name in names)}",
            [f"{name} = :was_{name}" for name in names],
            {f":{name}": after[name] for name in names} | {f":was_{name}": before[name] for name in names},
        )
    )


def limit(limits: FamilyLimits, by: Caller) -> Family:
    """The caller's family with other limits; those that are None stay. For the operator's tools.

    Raises: NotFound; Conflict if the caller's organization has a parent, because limits are those of a whole family.
    """
    old = of(by.organization_id)
    if old.id != by.organization_id:
        raise Conflict(
            f"{by.organization_id} has a parent. Set the limits of {old.id}, for its whole family."
        )
    before = dump(old.limits)
    after = before | {name: value for name, value in dump(limits).items() if value is not None}
    new = old._replace(limits=load(FamilyLimits, after))
    if new == old and old.is_stored:
        return old
    if old.is_stored:
        expression = "SET " + ", ".join(f"{name} = :{name}" for name in after)
        values = {f":{name}": value for name, value in after.items()}
        by.transaction.add(_update(old, expression, ["attribute_exists(pk)"], values))
    else:
        by.transaction.create(_item(new))
    by.transaction.audit("organization.updated", old.id, audit.changes(before, after))
    return new


def budget_cents(organization_settings: Mapping[str, Json]) -> int:
    """The monthly AI budget in an organization's stored settings."""
    return cast("dict[str, int]", organization_settings.get("ai", {})).get("monthly_budget_cents", 0)


def _require_room(step: Numbers, new: Numbers, most: Numbers) -> None:
    if step.children > 0 and new.children > most.children:
        raise Conflict(
            f"Your organization and those below it may have {most.children} children, which is the limit. Contact us "
            "to raise it.",
            limit=most.children,
        )
    for mode, more, keys in (
        ("live", step.live_keys, new.live_keys),
        ("test", step.test_keys, new.test_keys),
    ):
        if more > 0 and keys > most.live_keys:
            raise Conflict(
                f"{most.live_keys} {mode} API keys of your organization, its parents and children are in use or "
                "expired, which is their limit together. Revoke one first, or contact us to raise the limit.",
                limit=most.live_keys,
            )
    if step.ai_budget_cents > 0 and new.ai_budget_cents > most.ai_budget_cents:
        left = max(0, most.ai_budget_cents - (new.ai_budget_cents - step.ai_budget_cents))
        raise ValidationFailed.of_field(
            "/settings/ai/monthly_budget_cents",
            f"Can grow by at most {left}: your organization, its parents and children share one limit. Contact us to "
            "raise it.",
            "above_organization_limit",
        )


def _top(organization_id: str) -> tuple[str, Item | None]:
    """The id of the topmost organization, and the item of its family. One read for each level.

    Raises: NotFound.
    """
    while True:
        organization, item = get_all([organization_key(organization_id), _key(organization_id)])
        if organization is None:
            raise NotFound(f"There is no organization {organization_id}.")
        parent = cast("str | None", organization.get("parent_organization_id"))
        if parent is None:
            return organization_id, item
        organization_id = parent


def _count(top: str) -> Family:
    numbers, unread = Numbers(), [top]
    while unread:
        for batch in batched(unread, _ORGANIZATIONS_PER_READ, strict=False):
            numbers = numbers.plus(_numbers_of(batch))
        unread = [
            cast("str", child["id"])
            for organization_id in unread
            for child in walk("pk = :pk", {":pk": child_partition(organization_id)})
        ]
        numbers = numbers.plus(Numbers(children=len(unread)))
    return Family(id=top, numbers=numbers)


def _numbers_of(organization_ids: Sequence[str]) -> Numbers:
    keys = [
        item_key
        for organization_id in organization_ids
        for item_key in (
            organization_key(organization_id),
            key_quota_key(Tenant(organization_id, "live")),
            key_quota_key(Tenant(organization_id, "test")),
        )
    ]
    numbers = Numbers()
    for organization, live, test in batched(get_all(keys), 3, strict=True):
        given = cast("dict[str, Json]", (organization or {}).get("settings", {}))
        step = Numbers(live_keys=_size(live), test_keys=_size(test), ai_budget_cents=budget_cents(given))
        numbers = numbers.plus(step)
    return numbers


def _size(quota: Item | None) -> int:
    return len(cast("dict[str, str]", (quota or {}).get("in_use", {})))


def _spent_cents(organization_id: str, month: str) -> int:
    """The cost of an organization's use in a month, with the held amounts, rounded up. Test mode calls no model."""
    item = get(usage_key(Tenant(organization_id, "live"), month)) or {}
    return -(-cast("int", item.get("counted_microusd", 0)) // MICROUSD_PER_CENT)


def _key(top: str) -> Key:
    """`org_…#both#FAMILY`, `numbers`."""
    return key(BothModes(top), _KIND, "numbers")


def _item(family: Family) -> Item:
    return {
        **_key(family.id)._asdict(),
        "kind": _KIND,
        **family.numbers._asdict(),
        "overspent_cents": family.overspent_cents,
        "overspent_month": family.overspent_month,
        **dump(family.limits),
    }


def _loaded(top: str, item: Item) -> Family:
    return Family(
        id=top,
        numbers=Numbers(*(cast("int", item[name]) for name in Numbers._fields)),
        overspent_cents=cast("int", item["overspent_cents"]),
        overspent_month=cast("str", item["overspent_month"]),
        limits=load(FamilyLimits, item),
        is_stored=True,
    )


def _update(
    family: Family, expression: str, conditions: Sequence[str], values: Mapping[str, Json]
) -> Operation:
    request = {
        "TableName": settings.state_table(),
        "Key": to_attributes(_key(family.id)._asdict()),
        "UpdateExpression": expression,
        "ConditionExpression": " AND ".join(conditions),
        "ExpressionAttributeValues": to_attributes(values),
    }
    return Operation(cast("TransactWriteItemTypeDef", {"Update": request}), lambda _old: Stale())
