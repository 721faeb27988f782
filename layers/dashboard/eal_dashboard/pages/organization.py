"""Settings, organization: name, zone, business hours with the week of the on-call rota, sender, retention."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal_dashboard import rota
from eal_dashboard.page import Call, Field, Form, Page

if TYPE_CHECKING:
    from eal_dashboard.operations import Json


def _prepare(values: Json) -> Json:
    settings = values["organization"]["settings"]
    days = rota.week(settings, values["now"])
    return {
        "rota_week": days,
        "on_call": rota.on_call_now(settings, values["now"]),
        "gap_hours": f"{rota.gap_minutes(days) / 60:.3g}",
    }


PAGES = (
    Page(
        path="/settings/organization",
        title="Organization",
        template="organization.html",
        group="Settings",
        nav="Organization",
        icon="organization",
        calls={"organization": Call("getOwnOrganization")},
        forms=(
            Form(
                "updateOwnOrganization",
                (
                    "name",
                    Field("industry", hint=""),
                    Field(
                        "settings.timezone", label="Time zone", hint="An IANA name, such as America/Chicago."
                    ),
                ),
                done="The organization was changed.",
                of="organization",
            ),
            Form(
                "updateOwnOrganization",
                (
                    Field(
                        "settings.service_area.postal_codes",
                        label="ZIP codes",
                        hint="Separated by commas or lines.",
                    ),
                    Field("settings.service_area.center.latitude", label="Latitude of the center", hint=""),
                    Field("settings.service_area.center.longitude", label="Longitude of the center", hint=""),
                    Field("settings.service_area.radius_miles", label="Radius in miles", hint=""),
                ),
                name="service_area",
                whole=("settings.service_area.center", "settings.service_area"),
                done="The service area was changed.",
                of="organization",
            ),
            Form(
                "updateOwnOrganization",
                (
                    Field("settings.sender.name", label="Name", hint="The name that recipients see."),
                    Field("settings.sender.email", label="E-mail address", hint=""),
                    Field(
                        "settings.sender.postal_address",
                        label="Postal address",
                        hint="US law requires it in every e-mail.",
                    ),
                ),
                name="sender",
                whole=("settings.sender",),
                done="The sender was changed.",
                of="organization",
            ),
            Form(
                "updateOwnOrganization",
                (
                    Field("settings.retention.recording_days", label="Recordings", hint="Days."),
                    Field("settings.retention.transcript_days", label="Transcripts", hint="Days."),
                    Field("settings.retention.claim_days", label="Evidence of closed claims", hint="Days."),
                ),
                name="retention",
                done="The retention was changed.",
                of="organization",
            ),
            Form(
                "updateOwnOrganization",
                (
                    Field("settings.ai.enabled", label="Let AI read calls, replies and claims", hint=""),
                    Field("settings.ai.engine", label="Engine", hint=""),
                    Field("settings.ai.monthly_budget_cents", label="Monthly budget in cents", hint=""),
                    Field("settings.ai.share_corrections", label="Share corrections", hint=""),
                ),
                name="ai",
                done="The AI settings were changed.",
                of="organization",
            ),
            Form(
                "updateOwnOrganization",
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
                        hint="The first person on call is called first, then the next one. Empty the name and the "
                        "phone to remove somebody.",
                        widget="rota",
                    ),
                ),
                name="hours",
                done="The hours were changed.",
                of="organization",
            ),
        ),
        prepare=_prepare,
    ),
)
