"""Confidence of an item: a logistic curve over its signals, fitted by `python -m tools.train extract_claim`."""

from __future__ import annotations

import json
from dataclasses import astuple, dataclass, fields
from functools import cache
from importlib.resources import files
from math import exp
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from eal.ai.engines.embedded.claims.reading import Stated

FILE = "confidence.json"


class Curve(TypedDict):
    """The curve with the SHA-256 of the claims that it was fitted to."""

    data_sha256: str
    intercept: float
    weights: dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """The known signals of an item. `own_room`: its sentence names the room. `known`: a table has its material."""

    has_quantity: bool
    own_room: bool
    several_quotes: bool
    known: bool
    in_conflict: bool
    from_caption: bool

    @classmethod
    def of(cls, stated: Stated) -> Signals:
        return cls(
            has_quantity=stated.draft.value is not None,
            own_room=stated.draft.own_room,
            several_quotes=len(set(stated.evidence)) > 1,
            known=stated.draft.known,
            in_conflict=bool(stated.others),
            from_caption=stated.quote.source == "photo",
        )


NAMES = tuple(field.name for field in fields(Signals))


def confidence(signals: Signals) -> float:
    """The probability that an item is right."""
    curve = _curve()
    score = curve["intercept"] + sum(
        curve["weights"][name] for name, holds in zip(NAMES, astuple(signals), strict=True) if holds
    )
    return round(1 / (1 + exp(-score)), 2)


@cache
def _curve() -> Curve:
    curve: Curve = json.loads(files(__package__).joinpath(FILE).read_text())
    return curve
