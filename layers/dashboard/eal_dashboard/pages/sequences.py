"""Outreach, sequences: what they send and when, what keeps one from being active, and who is enrolled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal_dashboard.operations import OPERATIONS
from eal_dashboard.page import Call, Field, Form, Page
from eal_dashboard.texts import delay

if TYPE_CHECKING:
    from collections.abc import Callable

    from eal_dashboard.forms import BoundForm
    from eal_dashboard.operations import Json

HOME = "/outreach/sequences"
SEQUENCE = "/outreach/sequences/{sequence_id}"
MAX_STEPS = OPERATIONS["createSequence"].body["steps"]["max_items"]
USUAL_DELAY_HOURS, MIN_FOLLOW_UP_HOURS = 72, 12
"""The latter as in eal.domain.outreach.sequences.model, which a test compares. The API decides."""
MOVES = {"draft": ("active",), "active": ("paused",), "paused": ("active", "archived"), "archived": ()}
"""Next statuses of each status, as in eal.domain.outreach.sequences.model, which a test compares."""
DAYS = tuple((day.lower(), day) for day in ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"))


def _step(number: int) -> tuple[Field, ...]:
    wait = "After the enrollment." if number == 0 else f"After e-mail {number}. 72 is three days."
    return (
        Field(f"steps.{number}.delay_hours", label="Wait, in hours", hint=wait),
        Field(f"steps.{number}.subject", label="Subject", hint=""),
        Field(f"steps.{number}.body", label="Text", hint="", widget="textarea"),
        Field(
            f"steps.{number}.variants",
            label="Variants",
            hint="Each recipient gets one of them. A weight of 2 goes to twice as many as a weight of 1.",
            widget="items",
            columns=("name", "weight", "subject", "body"),
            item="Variant",
        ),
    )


SEQUENCE_FIELDS = (
    Field("name", hint="Only your team sees it."),
    Field("daily_cap", label="E-mails a day", hint="Leave empty if only your organization's limit applies."),
    Field("send_window.start", label="Send from", hint="In the recipient's time zone: 09:00."),
    Field("send_window.end", label="Send until", hint="17:00, or 24:00 for the end of the day."),
    Field("send_window.days", label="Send on", hint="", options=DAYS),
    *(field for number in range(MAX_STEPS) for field in _step(number)),
)


def _list(_: Json) -> Json:
    return {"statuses": OPERATIONS["listSequences"].query["status"]["enum"]}


def _fill(form: str) -> Callable[[Json], Json]:
    """The values that the form proposes: the usual delays, and names of variants."""

    def prepare(values: Json) -> Json:
        bound_form = values["forms"][form]
        for number in range(bound_form.counts["steps"]):
            wait = bound_form.fields[f"steps.{number}.delay_hours"]
            wait.value = wait.value or str(USUAL_DELAY_HOURS if number else 0)
            _fit_variants(bound_form, number)
        return {"bound_form": bound_form, "is_full": bound_form.counts["steps"] == MAX_STEPS}

    return prepare


def _fit_variants(bound_form: BoundForm, number: int) -> None:
    """An e-mail has a text of its own, or at least two variants. The first one that is added takes the text over,
    and the last one that remains gives it back."""
    subject, body, variants = (
        bound_form.fields[f"steps.{number}.{name}"] for name in ("subject", "body", "variants")
    )
    if len(variants.rows) == 1 and not variants.rows[0]:
        variants.rows = [{"subject": subject.value, "body": body.value}, {}]
        subject.value = body.value = ""
    elif len(variants.rows) == 1:
        (last,) = variants.rows
        variants.rows, subject.value, body.value = [], last["subject"], last["body"]
    taken = {row.get("name") for row in variants.rows}
    free = (letter for letter in "ABCDEFGHIJ" if letter not in taken)
    for row in variants.rows:
        row["name"] = row.get("name") or next(free)


def _detail(values: Json) -> Json:
    sequence = values["sequence"]
    steps = [
        {**step, "delay": delay(step["delay_hours"], number)} for number, step in enumerate(sequence["steps"])
    ]
    return {
        "steps": steps,
        "checks": _checks(values),
        "moves": MOVES.get(sequence["status"], ()),
        "statuses": OPERATIONS["listEnrollments"].query["status"]["enum"],
    }


def _checks(values: Json) -> list[Json]:
    """The checks of the API before a sequence becomes active, as far as the page can see it; None is unknown."""
    sequence, settings = values["sequence"], values["organization"] and values["organization"]["settings"]
    steps, cap = sequence["steps"], sequence["daily_cap"]
    found: list[tuple[bool | None, str, str]] = [(bool(steps), "At least one e-mail", "{edit}")]
    if len(steps) > 1:
        apart = all(step["delay_hours"] >= MIN_FOLLOW_UP_HOURS for step in steps[1:])
        found.append((apart, f"At least {MIN_FOLLOW_UP_HOURS} hours between two e-mails", "{edit}"))
    sender = settings and settings["sender"]
    to_sender = "/settings/organization#sender"
    found += [
        (bool(sender) if settings else None, "A sender with a name and an e-mail address", to_sender),
        (
            bool(sender and (sender.get("postal_address") or "").strip()) if settings else None,
            "A postal address, which US law requires",
            to_sender,
        ),
    ]
    if cap is not None and settings:
        limit = settings["outreach"]["daily_cap"]
        found.append((cap <= limit, f"At most {limit:,} e-mails a day, your organization's limit", "{edit}"))
    if not values["member"].is_test:
        connected = values["integrations"] and [
            integration["vendor"] for integration in values["integrations"]["data"]
        ]
        found.append(
            (
                "resend" in connected if connected is not None else None,
                "Resend connected, which delivers the e-mails",
                "/settings/integrations",
            )
        )
    sending = values["deliverability"] and values["deliverability"]["sender"]["status"] == "active"
    found.append((sending, "A sender that is not paused", "/outreach/deliverability"))
    edit = f"{HOME}/{sequence['id']}/edit"
    states = {True: "yes", False: "no", None: "unknown"}
    return [
        {"state": states[is_met], "text": text, "href": edit if href == "{edit}" else href}
        for is_met, text, href in found
    ]


def _enrollment(values: Json) -> Json:
    steps = (values["sequence"] or {}).get("steps", [])
    return {"count": len(steps)}


PAGES = (
    Page(
        path=HOME,
        title="Sequences",
        template="outreach/sequences.html",
        group="Work",
        nav="Outreach",
        icon="outreach",
        calls={"sequences": Call("listSequences", query=("status", "cursor"), fixed={"limit": "25"})},
        prepare=_list,
    ),
    Page(
        path=f"{HOME}/new",
        title="New sequence",
        template="outreach/sequence_form.html",
        under=HOME,
        forms=(
            Form(
                "createSequence",
                SEQUENCE_FIELDS,
                submit="Create draft",
                done="The sequence was created. Nothing is sent until it is active.",
                then=f"{HOME}/{{id}}",
            ),
        ),
        prepare=_fill("createSequence"),
    ),
    Page(
        path=f"{SEQUENCE}/edit",
        title="Edit sequence",
        template="outreach/sequence_form.html",
        under=HOME,
        calls={"sequence": Call("getSequence")},
        forms=(
            Form(
                "updateSequence",
                SEQUENCE_FIELDS,
                submit="Save changes",
                done="The sequence was changed. E-mails that are not sent yet follow it.",
                then=SEQUENCE,
                of="sequence",
            ),
        ),
        prepare=_fill("updateSequence"),
    ),
    Page(
        path=SEQUENCE,
        title="Sequence",
        template="outreach/sequence.html",
        under=HOME,
        calls={
            "sequence": Call("getSequence"),
            "enrollments": Call(
                "listEnrollments", query=("status", "cursor"), fixed={"limit": "25"}, optional=True
            ),
            "deliverability": Call(
                "getDeliverability", fixed={"sequence_id": "{sequence_id}"}, optional=True
            ),
            "organization": Call("getOwnOrganization", optional=True),
            "integrations": Call("listIntegrations", optional=True),
        },
        forms=(
            Form(
                "transitionSequence",
                name="activateSequence",
                submit="Activate",
                done="The sequence is active. Enroll leads or prospects to send it.",
                fixed={"to": "active"},
                of="sequence",
            ),
            Form(
                "transitionSequence",
                name="pauseSequence",
                submit="Pause",
                done="The sequence is paused. It sends nothing.",
                fixed={"to": "paused"},
                of="sequence",
            ),
            Form(
                "transitionSequence",
                name="archiveSequence",
                submit="Archive",
                done="The sequence is archived.",
                fixed={"to": "archived"},
                of="sequence",
                is_dangerous=True,
            ),
            Form(
                "createEnrollments",
                (
                    Field("prospect_ids", label="Prospects", hint="Their IDs, one per line."),
                    Field("lead_ids", label="Leads", hint="Their IDs, one per line."),
                ),
                submit="Enroll",
                result="outreach/enrolled.html",
            ),
            Form(
                "deleteSequence",
                submit="Delete sequence",
                done="The sequence was deleted.",
                then=HOME,
                of="sequence",
                is_dangerous=True,
            ),
        ),
        prepare=_detail,
    ),
    Page(
        path=f"{SEQUENCE}/enrollments/{{enrollment_id}}",
        title="Enrollment",
        template="outreach/enrollment.html",
        under=HOME,
        calls={
            "enrollment": Call("getEnrollment"),
            "sequence": Call("getSequence", optional=True),
            "emails": Call(
                "listOutreachEmails",
                fixed={"enrollment_id": "{enrollment_id}", "order": "asc", "limit": "50"},
                optional=True,
            ),
        },
        forms=(
            Form(
                "transitionEnrollment",
                name="pauseEnrollment",
                submit="Pause",
                done="The enrollment is paused.",
                fixed={"to": "paused"},
                of="enrollment",
            ),
            Form(
                "transitionEnrollment",
                name="resumeEnrollment",
                submit="Resume",
                done="The enrollment was resumed.",
                fixed={"to": "active"},
                of="enrollment",
            ),
            Form(
                "removeEnrollment",
                submit="Remove from sequence",
                done="The enrollment was stopped. Nothing more of the sequence is sent.",
                of="enrollment",
                is_dangerous=True,
            ),
        ),
        prepare=_enrollment,
    ),
)
