"""Outreach, deliverability: what became of the e-mails by day, and how near the sender is to a pause."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from eal_dashboard.charts import Bar
from eal_dashboard.page import Call, Field, Form, Page
from eal_dashboard.texts import rate

if TYPE_CHECKING:
    from eal_dashboard.operations import Json

MAX_BOUNCE_RATE, MAX_COMPLAINT_RATE = 0.04, 0.001
MIN_SENT_FOR_BOUNCES, MIN_SENT_FOR_COMPLAINTS = 100, 1000
WINDOW_DAYS = 7
"""Length of the window in days, as in eal.domain.outreach.deliverability.model, which a test compares."""
TABLE_DAYS = 14


def shown(values: Json) -> Json:
    """The values that the template needs in addition to the response."""
    found = values["deliverability"]
    days = {day["day"]: day for day in found["groups"] if day["day"]}
    resumed = (found["sender"]["resumed_at"] or "")[:10]
    since, until = date.fromisoformat(found["since"][:10]), date.fromisoformat(found["until"][:10])
    dates = [since + timedelta(days=number) for number in range((until - since).days + 1)]

    def bar(day: date, metric: str, at_least: int) -> Bar:
        """The share of the seven days that end with the day, as the sender's pause counts it."""
        window = [
            days[text]
            for text in ((day - timedelta(days=back)).isoformat() for back in range(WINDOW_DAYS))
            if text in days and text >= resumed
        ]
        share = sum(day[metric] for day in window) / max(sum(day["sent"] for day in window), at_least)
        return Bar(f"{day:%b} {day.day}", share, rate(share))

    drawn = dates[WINDOW_DAYS - 1 :] or dates
    bounces = [bar(day, "hard_bounced", MIN_SENT_FOR_BOUNCES) for day in drawn]
    complaints = [bar(day, "complained", MIN_SENT_FOR_COMPLAINTS) for day in drawn]
    return {
        "bounces": bounces,
        "complaints": complaints,
        "max_bounce_rate": MAX_BOUNCE_RATE,
        "max_complaint_rate": MAX_COMPLAINT_RATE,
        "days": sorted(days.values(), key=lambda day: day["day"], reverse=True)[:TABLE_DAYS],
    }


PAGES = (
    Page(
        path="/outreach/deliverability",
        title="Deliverability",
        template="outreach/deliverability.html",
        under="/outreach/sequences",
        calls={"deliverability": Call("getDeliverability", fixed={"group_by": "day"})},
        forms=(
            Form(
                "resumeSender",
                (
                    Field(
                        "reason",
                        label="What was done about it",
                        hint="For the audit log. Do not name anybody.",
                        widget="textarea",
                    ),
                ),
                submit="Resume sending",
                done="E-mail is sent again. Earlier bounces and complaints no longer count.",
            ),
        ),
        prepare=shown,
    ),
)
