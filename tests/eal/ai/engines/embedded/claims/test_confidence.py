"""The confidence of an item: fitted to labelled claims, and stored with their hash."""

from __future__ import annotations

import json
from importlib.resources import files
from itertools import product

from eal.ai.engines.embedded.claims import confidence as fitted
from eal.ai.engines.embedded.claims.confidence import NAMES, Signals, confidence
from tools.evaluate.measures import calibration_error
from tools.evaluate.sets import read_sets, sha256
from tools.train.tasks.extract_claim import AUTHORS, train


def _file() -> bytes:
    return files(fitted.__package__).joinpath(fitted.FILE).read_bytes()


def test_the_stored_curve_is_what_training_makes_of_the_claims_that_it_names() -> None:
    content, _ = train()

    assert content == _file(), "run python -m tools.train extract_claim"
    items = [item for item in read_sets("extract_claim", "train") if item.author in AUTHORS]
    assert json.loads(content)["data_sha256"] == sha256(items)
    assert {item.content["split"] for item in items} == {"train"}


def test_every_item_has_a_probability_and_known_quantities_raise_it() -> None:
    all_signals = [
        Signals(**dict(zip(NAMES, holds, strict=True))) for holds in product((False, True), repeat=len(NAMES))
    ]

    assert all(0 < confidence(signals) < 1 for signals in all_signals)
    none = dict.fromkeys(NAMES, False)
    for name in ("has_quantity", "known"):
        assert confidence(Signals(**{**none, name: True})) > confidence(Signals(**none))


def test_equal_confidences_have_no_order() -> None:
    assert calibration_error([0.9] * 20, [True] * 18 + [False] * 2) < 1e-9
    assert round(calibration_error([0.9] * 20, [True] * 10 + [False] * 10), 9) == 0.4
