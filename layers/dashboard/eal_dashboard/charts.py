"""Charts drawn on the server: shapes as SVG, and each label and number as text beside its shape.

So they need no script, no inline style, follow the width of the screen, and are read aloud as lists.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Sequence

_BOX = 1000
"""The length of a full bar in SVG's own unit; the style sheet stretches it."""


@dataclass(frozen=True)
class Bar:
    label: str
    value: float
    text: str = ""
    tone: int = 1
    """The number of the colour in the style sheet, from 1 to 6."""
    href: str = ""

    @property
    def shown(self) -> str:
        return self.text or f"{self.value:,g}"

    @property
    def name(self) -> Markup:
        if not self.href:
            return Markup("{}").format(self.label)
        return Markup('<a href="{}">{}</a>').format(self.href, self.label)


def bars(bars: Sequence[Bar], most: float = 0) -> Markup:
    """Horizontal bars with their labels and numbers. A bar of `most`, or else the longest, is full."""
    most = most or max((bar.value for bar in bars), default=0) or 1
    rows = Markup("").join(
        Markup("<li><span>{}</span>{}<b>{}</b></li>").format(
            bar.name, _shape(_BOX * bar.value / most, 1, bar.tone), bar.shown
        )
        for bar in bars
    )
    return Markup('<ul class="bars">{}</ul>').format(rows)


def stack(bars: Sequence[Bar]) -> Markup:
    """One bar of shares with its legend."""
    total = sum(bar.value for bar in bars) or 1
    left, drawn = 0.0, []
    for bar in bars:
        width = _BOX * bar.value / total
        drawn.append(
            Markup('<rect class="tone-{}" x="{:.1f}" width="{:.1f}" height="1"/>').format(
                bar.tone, left, max(width - 3, 0)
            )
        )
        left += width
    legend = Markup("").join(
        Markup(
            '<li><svg class="key" viewBox="0 0 1 1" aria-hidden="true"><rect class="tone-{}" width="1" '
            'height="1"/></svg>{} <b>{}</b></li>'
        ).format(bar.tone, bar.name, bar.shown)
        for bar in bars
    )
    return Markup(
        '<svg class="stack" viewBox="0 0 {} 1" preserveAspectRatio="none" aria-hidden="true">{}</svg>'
        '<ul class="legend">{}</ul>'
    ).format(_BOX, Markup("").join(drawn), legend)


def columns(bars: Sequence[Bar]) -> Markup:
    """Vertical bars over time."""
    most = max((bar.value for bar in bars), default=0) or 1
    drawn = Markup("").join(
        Markup(
            '<li><b>{}</b><svg viewBox="0 0 1 {box}" preserveAspectRatio="none" aria-hidden="true">'
            '<rect class="tone-{}" y="{:.1f}" width="1" height="{:.1f}"/></svg><span>{}</span></li>'
        ).format(
            bar.shown, bar.tone, _BOX - _BOX * bar.value / most, _BOX * bar.value / most, bar.label, box=_BOX
        )
        for bar in bars
    )
    return Markup('<ul class="columns">{}</ul>').format(drawn)


def limited(bars: Sequence[Bar], limit: float, text: str) -> Markup:
    """Vertical bars over time under the line of a limit. Bars above it have the tone of a fault.

    The caller shows the numbers as a table: so many have no place on the bars.
    """
    top = max(1.5 * limit, *(1.1 * bar.value for bar in bars)) if bars else limit
    line = _BOX * (1 - limit / top)
    drawn = Markup("").join(
        Markup(
            '<rect class="tone-{}" x="{}" y="{:.1f}" width="7" height="{:.1f}"><title>{}: {}</title></rect>'
        ).format(
            5 if bar.value > limit else bar.tone,
            10 * place + 1.5,
            _BOX * (1 - bar.value / top),
            _BOX * bar.value / top,
            bar.label,
            bar.shown,
        )
        for place, bar in enumerate(bars)
    )
    return Markup(
        '<div class="limited"><svg viewBox="0 0 {} {}" preserveAspectRatio="none" aria-hidden="true">{}'
        '<line class="limit" x1="0" x2="{}" y1="{:.1f}" y2="{:.1f}"/></svg>'
        "<p><span>{}</span><b>{}</b><span>{}</span></p></div>"
    ).format(
        10 * max(len(bars), 1),
        _BOX,
        drawn,
        10 * max(len(bars), 1),
        line,
        line,
        bars[0].label if bars else "",
        text,
        bars[-1].label if bars else "",
    )


def _shape(width: float, height: float, tone: int) -> Markup:
    return Markup(
        '<svg viewBox="0 0 {} 1" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="tone-{}" width="{:.1f}" height="{:g}"/></svg>'
    ).format(_BOX, tone, width, height)
