"""A user pool, as a local server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.cognito import Cognito, serving

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def cognito(cloud: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cognito]:
    with serving(monkeypatch) as cognito:
        yield cognito
