"""Leads, imports: a CSV file becomes leads, and what became of each row."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from eal_dashboard.operations import OPERATIONS
from eal_dashboard.page import Call, Field, Form, Page, Upload
from eal_dashboard.texts import label

if TYPE_CHECKING:
    from eal_dashboard.operations import Json

MAX_FILE_BYTES = 64 * 1024 * 1024
UPLOAD_WINDOW = timedelta(hours=1)
"""Both as in eal.domain.lead_imports.model, which a test compares. The API decides."""
COLUMNS = (
    (("first_name", "last_name", "company"), "Who it is."),
    (("email", "phone", "phones"), "At least one of them. Separate several numbers by semicolons."),
    (
        ("address_line1", "address_line2", "city", "state", "postal_code", "country"),
        "An address needs all of them except the second line and the country, which is the US if it is empty.",
    ),
    (("loss_type",), ""),
    (
        ("source", "source_detail"),
        "Where the lead came from: lower-case letters, digits, - and _. If empty: import.",
    ),
    (("assigned_to", "notes"), "The person in charge, and anything else to know."),
    (("metadata.<key>",), "Fields of your own, such as metadata.policy."),
    (
        (
            "attribution_source", "campaign", "medium", "keywords", "utm_source", "utm_medium", "utm_campaign",
            "utm_term", "utm_content", "gclid", "fbclid", "msclkid", "device_type", "landing_page", "referrer",
            "landing_page_url", "referring_url", "last_requested_url",
        ),
        "Which advertisement it was, under the names that ad platforms and call trackers use.",
    ),
)  # fmt: skip
"""The columns that a file may have, as a test compares with those that the API knows."""
DUPLICATES = (
    ("error", "Refuse the row"),
    ("return", "Skip the row"),
    ("update", "Merge the row into the lead"),
)


def _new(_: Json) -> Json:
    losses = ", ".join(OPERATIONS["listLeads"].query["loss_type"]["enum"])
    return {"columns": [(names, text or f"One of {losses}.") for names, text in COLUMNS]}


def _detail(values: Json) -> Json:
    found = values["lead_import"]
    can_arrive = values["now"] < datetime.fromisoformat(found["created_at"]) + UPLOAD_WINDOW
    return {
        "is_waiting": found["status"] == "running" or (found["status"] == "awaiting_upload" and can_arrive),
        "duplicates": dict(DUPLICATES).get(found["on_duplicate"], label(found["on_duplicate"])),
    }


PAGES = (
    Page(
        path="/leads/imports/new",
        title="Import leads",
        template="lead_imports/new.html",
        under="/leads",
        forms=(
            Form(
                "importLeads",
                (
                    Field(
                        "on_duplicate",
                        label="If a lead has the same e-mail address or phone number",
                        hint="Rows of the same file count too. A merge loses no value of the lead.",
                        options=DUPLICATES,
                    ),
                    Field("dry_run", label="Only check the file", hint="No lead is created or changed."),
                ),
                submit="Import",
                done="The file was sent.",
                then="/leads/imports/{id}",
                fixed={"format": "csv"},
                upload=Upload(
                    label="CSV file",
                    hint="At most 64 MiB and 100,000 rows, in UTF-8, with the names of the columns in its first row.",
                    types={"text/csv": (".csv",)},
                    max_bytes=MAX_FILE_BYTES,
                ),
            ),
        ),
        prepare=_new,
    ),
    Page(
        path="/leads/imports/{import_id}",
        title="Lead import",
        template="lead_imports/detail.html",
        under="/leads",
        calls={"lead_import": Call("getLeadImport")},
        prepare=_detail,
    ),
)
