"""Bedrock as a local server, and budgets in memory."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from eal.ai.engines.bedrock import converse, engine
from tools.fixtures.bedrock import FakeBedrock, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

MODEL = "us.anthropic.claude-haiku-4-5-20251001-v1:0"


@dataclass(slots=True)
class MemoryBudget:
    """`counted` is what is spent and held; `most` is its limit. `settled` are (held, spent, tokens)."""

    most: int = 1_000_000
    counted: int = 0
    settled: list[tuple[int, int, int]] = field(default_factory=list)

    def hold(self, microusd: int) -> bool:
        if self.counted + microusd > self.most:
            return False
        self.counted += microusd
        return True

    def settle(self, held: int, *, spent: int, tokens: int) -> None:
        self.counted += spent - held
        self.settled.append((held, spent, tokens))


@contextmanager
def fake_bedrock(monkeypatch: pytest.MonkeyPatch, model: str = MODEL) -> Iterator[FakeBedrock]:
    """Serve in place of Bedrock, as the stack's model. Pauses between tries are skipped."""
    with monkeypatch.context() as patch, serving(FakeBedrock()) as fake:
        patch.setenv("STAGE", "local")
        patch.setenv("BEDROCK_API_URL", fake.url)
        patch.setenv("BEDROCK_MODEL", model)
        patch.setattr(converse, "pause", lambda _: None)
        engine.resume()
        yield fake
        engine.resume()


def shorten_deadlines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each question without a deadline of its own end after a second and a half."""
    defaults = engine.Question.__init__.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "deadline_seconds", 1.5)
