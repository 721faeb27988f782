"""Settings, organization: name, zone, hours, rota, sender, retention; of the own organization and of a child."""

from __future__ import annotations

import calendar
from datetime import UTC
from typing import TYPE_CHECKING

from eal_dashboard import rota
from eal_dashboard.page import Call, Field, Form, Page

if TYPE_CHECKING:
    from eal_dashboard.operations import Json

KEPT_MONTHS = 13
CHILD = "child_"
OWN_ORGANIZATION = "updateOwnOrganization"
SECTIONS = {
    "general": ("General", "Pages show times in this time zone, and business hours apply in it."),
    "service_area": (
        "Service area",
        "Calls from outside it are referred out. Give a center with a radius, ZIP codes, or both.",
    ),
    "hours": ("Business hours and on-call", "They decide whether a call is dispatched, and to whom."),
    "alerts": (
        "Alerts",
        "How the person on call is told. Twilio texts and calls, Resend mails; connect them under Integrations. If "
        "alerts are off, this platform tells nobody, and your systems are told by webhook.",
    ),
    "sender": ("Sender of outreach", "Every e-mail shows it."),
    "ai": (
        "Artificial intelligence",
        "The embedded engine is part of the platform. Amazon Bedrock costs money for each use, up to the budget.",
    ),
    "retention": (
        "Retention",
        "How long recordings, transcripts and the evidence of closed claims are kept, in days.",
    ),
}
"""The parts of the page: each has a form, a title and a text."""


def _forms(operation: str, prefix: str = "") -> tuple[Form, ...]:
    return (
        Form(
            operation,
            (
                "name",
                Field("industry", hint=""),
                Field("settings.timezone", label="Time zone", hint="An IANA name, such as America/Chicago."),
            ),
            name=f"{prefix}general",
            done="The organization was changed.",
            of="organization",
        ),
        Form(
            operation,
            (
                Field(
                    "settings.service_area.postal_codes",
                    label="ZIP codes",
                    hint="Separated by commas or line breaks.",
                ),
                Field("settings.service_area.center.latitude", label="Latitude of the center", hint=""),
                Field("settings.service_area.center.longitude", label="Longitude of the center", hint=""),
                Field("settings.service_area.radius_miles", label="Radius in miles", hint=""),
            ),
            name=f"{prefix}service_area",
            whole=("settings.service_area.center", "settings.service_area"),
            done="The service area was changed.",
            of="organization",
        ),
        Form(
            operation,
            (
                Field("settings.sender.name", label="Name", hint="The name that recipients see."),
                Field("settings.sender.email", label="E-mail address", hint=""),
                Field(
                    "settings.sender.postal_address",
                    label="Postal address",
                    hint="US law requires it in every e-mail.",
                ),
            ),
            name=f"{prefix}sender",
            whole=("settings.sender",),
            done="The sender was changed.",
            of="organization",
        ),
        Form(
            operation,
            (
                Field("settings.retention.recording_days", label="Recordings", hint="Days."),
                Field("settings.retention.transcript_days", label="Transcripts", hint="Days."),
                Field("settings.retention.claim_days", label="Evidence of closed claims", hint="Days."),
            ),
            name=f"{prefix}retention",
            done="The retention was changed.",
            of="organization",
        ),
        Form(
            operation,
            (
                Field(
                    "settings.ai.enabled",
                    label="Let AI read calls, replies and claims, and write texts",
                    hint="",
                ),
                Field("settings.ai.engine", label="Engine", hint=""),
                Field("settings.ai.monthly_budget_cents", label="Monthly budget in cents", hint=""),
                Field("settings.ai.share_corrections", label="Share corrections", hint=""),
            ),
            name=f"{prefix}ai",
            done="The AI settings were changed.",
            of="organization",
        ),
        Form(
            operation,
            (
                Field(
                    "settings.business_hours",
                    label="Business hours",
                    hint="A closing time at or before the opening time is on the next day. Save to get another "
                    "empty line.",
                    widget="week",
                ),
                Field(
                    "settings.on_call",
                    label="On-call rota",
                    hint="The first person on call is asked first, then the next one. Clear the name and the "
                    "phone to remove somebody.",
                    widget="rota",
                ),
            ),
            name=f"{prefix}hours",
            done="The hours were changed.",
            of="organization",
        ),
        Form(
            operation,
            (
                Field(
                    "settings.dispatch.alerts.enabled",
                    label="Text, call and mail the person on call",
                    hint="",
                ),
                Field(
                    "settings.dispatch.alerts.consent",
                    label="The people on the rota, and those with a number below, have agreed to be texted and called",
                    hint="",
                ),
                Field(
                    "settings.dispatch.acknowledge_minutes",
                    label="Minutes until the next person is asked",
                    hint="",
                ),
                Field(
                    "settings.dispatch.max_open_per_person",
                    label="Open dispatches of one person at most",
                    hint="Leave empty for no limit.",
                ),
                Field(
                    "settings.dispatch.alerts.steps",
                    label="Steps",
                    hint="Each is an attempt, so many seconds after the person is asked. Clear a row to remove it.",
                    columns=("channel", "after_seconds"),
                ),
                Field(
                    "settings.dispatch.alerts.last_resort",
                    label="Numbers of last resort",
                    hint="Up to five phone numbers. All are told at once if nobody is on call, or nobody answers.",
                ),
                Field(
                    "settings.dispatch.alerts.detail",
                    label="What an alert says",
                    hint="",
                    options=(
                        ("standard", "The loss, the ZIP code and the caller's number"),
                        ("minimal", "Only that a call waits"),
                    ),
                ),
            ),
            name=f"{prefix}alerts",
            done="The alerts were changed.",
            of="organization",
        ),
    )


def _prepare(values: Json, prefix: str = "") -> Json:
    settings = values["organization"]["settings"]
    days = rota.week(settings, values["now"])
    return {
        "rota_week": days,
        "on_call": rota.on_call_now(settings, values["now"]),
        "gap_hours": f"{rota.gap_minutes(days) / 60:.3g}",
        "sections": [
            (key, title, text, values["forms"][f"{prefix}{key}"]) for key, (title, text) in SECTIONS.items()
        ],
    }


def _usage(values: Json) -> Json:
    """The months that the API keeps, newest first, and what is left of the budget."""
    usage, now = values["usage"], values["now"].astimezone(UTC)
    newest = now.year * 12 + now.month - 1
    months = [divmod(newest - back, 12) for back in range(KEPT_MONTHS)]
    used = usage["spent_microusd"] + usage["held_microusd"]
    return {
        "months": [
            (f"{year}-{month + 1:02d}", f"{calendar.month_name[month + 1]} {year}") for year, month in months
        ],
        "left": max(usage["budget_microusd"] - used, 0),
        "is_used_up": 0 < usage["budget_microusd"] <= used,
    }


def _child(values: Json) -> Json:
    return _prepare(values, CHILD)


PAGES = (
    Page(
        path="/settings/organization",
        title="Organization",
        template="organization.html",
        group="Settings",
        nav="Organization",
        icon="organization",
        calls={"organization": Call("getOwnOrganization")},
        forms=_forms(OWN_ORGANIZATION),
        prepare=_prepare,
    ),
    Page(
        path="/settings/organization/ai-usage",
        title="AI usage",
        template="ai_usage.html",
        under="/settings/organization",
        calls={"usage": Call("getAiUsage", query=("month",))},
        prepare=_usage,
    ),
    Page(
        path="/settings/grants/{organization_id}",
        title="Child organization",
        template="organization_child.html",
        under="/settings/grants",
        calls={"organization": Call("getOrganization")},
        forms=_forms("updateOrganization", CHILD),
        prepare=_child,
    ),
)
