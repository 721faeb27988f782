"""The overview: what came in, what became of it, and what needs attention."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal_dashboard import onboarding
from eal_dashboard.charts import Bar
from eal_dashboard.page import Call, Page
from eal_dashboard.pages import integrations
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
        "untold": why_nobody_is_told(values["organization"], values["integrations"]),
        "disabled": [
            webhook for webhook in (values["webhooks"] or {}).get("data", []) if not webhook["enabled"]
        ],
    }


def why_nobody_is_told(organization: Json | None, connected: Json | None) -> str:
    """The reason for which no alert can reach anybody; empty if one can, if alerts are off, or if that is unknown."""
    if organization is None or connected is None:
        return ""
    settings = organization["settings"]
    alerts, people = settings["dispatch"]["alerts"], settings["on_call"]
    if not alerts["enabled"]:
        return ""
    if not people and not alerts["last_resort"]:
        return "Nobody is on call, and no number of last resort is set."
    vendors = {integration["vendor"]: integration for integration in connected["data"]}
    twilio, resend = vendors.get("twilio"), vendors.get("resend")
    has_phone = twilio is not None and not integrations.lacking(twilio)
    has_mail = (
        resend is not None
        and resend["secrets"]["api_key"]["set"]
        and settings["sender"]
        and any(person.get("email") for person in people)
    )
    channels = {step["channel"] for step in alerts["steps"]}
    by_phone = channels & {"sms", "voice"}
    if (by_phone and has_phone) or ("email" in channels and has_mail):
        return ""
    if by_phone:
        return "Twilio is not connected, or something is missing there."
    return "Only e-mails are set, and Resend, the sender or the people's addresses are missing."


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
