"""dispatch: the decision of the rules for facts under an organization's settings.

An item has `facts` and `tenant_settings`; other keys are ignored, and members of both may be missing or null. Labels
are `actions`, the permitted ones, and optionally `due_at` and `assigned_to`. The rules are deterministic: there is one
engine, and nothing is trained.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING

from eal.ai.classification import Intent, Urgency
from eal.core import clock
from eal.domain.dispatch import rules
from eal.domain.dispatch.model import Facts, Settings
from eal.domain.dispatch.wire import DecisionView
from tools.evaluate import measures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tools.evaluate.sets import Item, Json


def answer(item: Json) -> Json:
    """The decision for an item, in the shape of `POST /dispatch/simulate`."""
    decision = rules.decide(_facts(item["facts"]), Settings.of(item.get("tenant_settings") or {}))
    return DecisionView.of(decision).model_dump(mode="json")


def _facts(given: Json) -> Facts:
    at, latitude, longitude = (given.get(name) for name in ("at", "latitude", "longitude"))
    return Facts(
        at=clock.to_milliseconds(datetime.fromisoformat(at)) if at else clock.now(),
        intent=Intent(given.get("intent") or "unknown"),
        urgency=Urgency(given.get("urgency") or "normal"),
        qualified=given.get("qualified"),
        confidence=given.get("confidence") or 0.0,
        safety=bool(given.get("safety")),
        hazards=tuple(given.get("hazards") or ()),
        postal_code=given.get("postal_code") or None,
        latitude=latitude if longitude is not None else None,
        longitude=longitude if latitude is not None else None,
    )


def _rules() -> Callable[[Item], Json]:
    return lambda item: answer(item.content)


ENGINES = {"rules": _rules}


def wrong(item: Item, got: Json) -> list[str]:
    """The differences from the labels."""
    labels = item.labels
    found = []
    if "actions" in labels and got["action"] not in labels["actions"]:
        found.append(f"action {got['action']}, permitted {', '.join(labels['actions'])}")
    found += [
        f"{name} {got[name]}, expected {labels[name]}"
        for name in ("due_at", "assigned_to")
        if name in labels and got[name] != labels[name]
    ]
    return found


def report(items: Sequence[Item], answers: Sequence[Json]) -> Iterator[str]:
    labelled = [(item, got) for item, got in zip(items, answers, strict=True) if "actions" in item.labels]
    if labelled:
        right = sum(got["action"] in item.labels["actions"] for item, got in labelled)
        yield f"permitted actions: {measures.share(right, len(labelled))}"
    for item, got in labelled:
        for difference in wrong(item, got):
            yield f"  {item.id}: {difference} ({item.content.get('note', '')})"
    counts = Counter(got["action"] for got in answers)
    yield "actions: " + ", ".join(f"{action} {count}" for action, count in counts.most_common())
