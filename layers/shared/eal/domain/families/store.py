"""The numbers of a family in the State table.

Children would multiply what each organization may have. So one item of the topmost organization counts the children,
the API keys and the AI budgets of all of them, in the transactions that change these. No other request reads it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from eal.ai.engines.bedrock.budget import month_of, usage_key
from eal.ai.policy import MICROUSD_PER_CENT
from eal.core import audit, settings
from eal.core.errors import Conflict, NotFound, ValidationFailed
from eal.core.table.item import dump, load, to_attributes
from eal.core.table.keys import key
from eal.core.table.read import get, get_all
from eal.core.table.write import Operation, Stale
from eal.core.tenancy import BothModes, Tenant
from eal.domain.families.model import Family, FamilyLimits, Numbers
from eal.domain.organization_settings.table_keys import organization_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

    from eal.core.caller import Caller
    from eal.core.json import Json
    from eal.core.table.item import Item
    from eal.core.table.keys import Key

_KIND = "FAMILY"


def begin(organization_id: str, by: Caller) -> None:
    """Begin the family of a new organization without a parent, which has one live key, in the caller's transaction."""
    by.transaction.create(_item(Family(id=organization_id, numbers=Numbers(live_keys=1))))


def of(organization_id: str) -> Family:
    """The family of an organization.

    Raises: NotFound.
    """
    return _loaded(*_top(organization_id))


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
    if new == old:
        return old
    expression = "SET " + ", ".join(f"{name} = :{name}" for name in after)
    values = {f":{name}": value for name, value in after.items()}
    by.transaction.add(_update(old, expression, ["attribute_exists(pk)"], values))
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


def _top(organization_id: str) -> tuple[str, Item]:
    """The id of the topmost organization, and the item of its family. One read for each level.

    Raises: NotFound.
    """
    while True:
        organization, item = get_all([organization_key(organization_id), _key(organization_id)])
        if organization is None:
            raise NotFound(f"There is no organization {organization_id}.")
        parent = cast("str | None", organization.get("parent_organization_id"))
        if parent is None:
            return organization_id, cast("Item", item)  # created with the organization
        organization_id = parent


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
