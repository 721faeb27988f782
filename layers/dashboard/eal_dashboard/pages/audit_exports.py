"""Audit log, exports: any part of the log as a file, with its manifest."""

from __future__ import annotations

from eal_dashboard.page import Call, Field, Form, Page

FORMATS = (("csv", "CSV"), ("jsonl", "JSON Lines"))

PAGES = (
    Page(
        path="/audit-log/exports/new",
        title="Export the audit log",
        template="audit_log/export_new.html",
        under="/audit-log",
        forms=(
            Form(
                "createAuditExport",
                (
                    Field(
                        "format",
                        hint="CSV for spreadsheets; JSON Lines for verification, byte for byte.",
                        options=FORMATS,
                    ),
                    Field("created_after", label="From", hint="Leave empty to begin with the oldest record."),
                    Field("created_before", label="Until", hint="Leave empty to end with the newest record."),
                    Field("action", hint="Such as lead.created."),
                    "source",
                    "resource_type",
                    Field("resource_id", label="Resource ID"),
                    Field("actor_id", label="Actor ID"),
                ),
                submit="Start export",
                done="The export has started.",
                then="/audit-log/exports/{id}",
            ),
        ),
    ),
    Page(
        path="/audit-log/exports/{export_id}",
        title="Audit export",
        template="audit_log/export.html",
        under="/audit-log",
        calls={"export": Call("getAuditExport")},
    ),
)
