"""The published adapter of classify_call, and what its heads count in a decision."""

from __future__ import annotations

from importlib.resources import files

import numpy as np
import pytest

from eal.ai.engines.embedded.calls import engine
from eal.ai.engines.embedded.heads import heads
from tools.evaluate.sets import read_sets, sha256
from tools.train.authors import ADAPTER_AUTHORS

DIMENSIONS = 768
"""Dimensions of the large encoder, which the adapter changes."""


def test_the_adapter_names_the_data_that_it_was_trained_on() -> None:
    sets = ("classify_call", "exchanges")
    items = [item for name in sets for item in read_sets(name, "train") if item.author in ADAPTER_AUTHORS]

    assert heads("classify_call_adapter").data_sha256 == sha256(items)


def test_the_calibration_has_calls_that_the_adapter_has_not_seen() -> None:
    others = [item for item in read_sets("classify_call", "train") if item.author not in ADAPTER_AUTHORS]

    assert len(others) >= 500


def test_the_adapter_is_small_enough_for_the_repository() -> None:
    file = files("eal_models").joinpath("heads", "classify_call_adapter.npz")

    assert len(file.read_bytes()) < 2_500_000


@pytest.mark.parametrize("field", engine.FIELDS)
def test_both_heads_of_a_field_have_the_same_classes(field: str) -> None:
    assert heads("classify_call_adapter")[field].classes == heads("classify_call")[field].classes


def test_a_decision_follows_both_scores_by_their_weights() -> None:
    first, second = np.array([2.0, 0.0]), np.array([0.0, 3.0])

    assert engine.mixed(first, second, np.array([1.0, 0.0])).argmax() == 0
    assert engine.mixed(first, second, np.array([1.0, 1.0])).argmax() == 1
    assert engine.mixed(first, second, np.array([1.0, 1.0])).sum() == pytest.approx(1)


def test_the_adapter_changes_only_the_upper_layers() -> None:
    arrays = heads("classify_call_adapter").arrays
    layers = {name.partition(".")[0] for name in arrays}

    assert layers == {"8", "9", "10", "11"}
    assert all(np.isfinite(array).all() for array in arrays.values())
    assert arrays["8.query.down"].shape[0] == DIMENSIONS
