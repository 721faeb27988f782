"""The words for activities, from activities.toml."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from eal.ai import toml
from eal.ai.claims.vocabulary import Activity
from eal.ai.engines.embedded.claims.gazetteer import Gazetteer


@cache
def gazetteer() -> Gazetteer[Activity]:
    return Gazetteer(
        (phrase, Activity(activity))
        for activity, phrases in toml.load(Path(__file__).with_suffix(".toml")).items()
        for phrase in phrases
    )
