"""Judging without a model: layered rules over what was said."""

from eal.ai.engines.rules.engine import ENGINE, VERSION, classify_call, judge

__all__ = ["ENGINE", "VERSION", "classify_call", "judge"]
