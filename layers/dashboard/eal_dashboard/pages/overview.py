"""The overview: what came in, what became of it, and what needs attention."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal_dashboard import onboarding
from eal_dashboard.charts import Bar
from eal_dashboard.page import Call, Page
from eal_dashboard.texts import label

if TYPE_CHECKING:
    from eal_dashboard.operations import Json

FUNNEL = ("new", "contacted", "qualified", "scheduled", "won")
MAX_BARS = 6


def _prepare(values: Json) -> Json:
    calls, leads = values["calls"], values["leads"]
    intents = sorted(calls["by_intent"].items(), key=lambda item: -item[1]) if calls else []
    return {
        "steps": onboarding.steps(values),
        "window": values["query"].get("window", "7d"),
        "intents": [Bar(label(name), number) for name, number in intents[:MAX_BARS] if number],
        "weeks": [
            Bar(week["starts_on"][5:], sum(week["by_intent"].values()))
            for week in (calls or {}).get("weeks", [])
        ][-12:],
        "funnel": [Bar(label(name), leads["funnel"].get(name, 0), tone=2) for name in FUNNEL]
        if leads
        else [],
        "sources": [
            Bar(label(source["source"]), source["total"], tone=3) for source in leads["by_source"][:MAX_BARS]
        ]
        if leads
        else [],
        "disabled": [
            webhook for webhook in (values["webhooks"] or {}).get("data", []) if not webhook["enabled"]
        ],
    }


PAGES = (
    Page(
        path="/",
        title="Overview",
        template="overview.html",
        nav="Overview",
        icon="home",
        calls={
            "calls": Call("getCallStats", query=("window",), optional=True),
            "leads": Call("getLeadStats", query=("window",), optional=True),
            "webhooks": Call("listWebhooks", fixed={"order": "asc"}, optional=True),
            **onboarding.CALLS,
        },
        prepare=_prepare,
    ),
)
