"""Findings of the checks of a deployment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

type Level = Literal["ok", "warning", "fault"]


class Finding(NamedTuple):
    """One line of a report. The text of a warning or a fault says what to do."""

    level: Level
    subject: str
    text: str


def compared(subject: str, needed: int, limit: int, unit: str, advice: str) -> Finding:
    """Whether a number is within a limit. The advice is what to do if it is not."""
    text = f"{needed:,} of {limit:,} {unit}"
    if needed > limit:
        return Finding("fault", subject, f"{text}: {advice}")
    return Finding("ok", subject, text)


def report(findings: Iterable[Finding]) -> bool:
    """Print each finding. Returns whether no fault is among them."""
    good = True
    for finding in findings:
        good = good and finding.level != "fault"
        print(f"{finding.level:7} {finding.subject}: {finding.text}", flush=True)
    return good
