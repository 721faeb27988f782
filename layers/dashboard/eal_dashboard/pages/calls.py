"""Calls: the list with its filters, and a call with its transcript, classification and dispatch."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from eal_dashboard.operations import OPERATIONS
from eal_dashboard.page import Call, Field, Form, Page
from eal_dashboard.texts import label, moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from eal_dashboard.operations import Json

FILTERS = (
    "status",
    "intent",
    "urgency",
    "qualified",
    "direction",
    "answered",
    "caller_number",
    "created_after",
    "created_before",
    "cursor",
)
VIEWS: tuple[tuple[str, dict[str, str]], ...] = (
    ("All", {}),
    ("Needs review", {"status": "needs_review"}),
    ("Emergencies", {"urgency": "emergency"}),
    ("Qualified", {"qualified": "true"}),
    ("Missed", {"direction": "inbound", "answered": "false"}),
)
"""Filters that people often want, by their names."""
DECIDED = ("intent", "urgency", "qualified")
CORRECTED = (*DECIDED, "safety")
"""The answers that a correction gives."""
YES_OR_NO = ("qualified", "safety")
"""The fields of a classification that a person can correct."""
SKIPPED = {
    "twilio_missing": "Twilio is not connected.",
    "resend_missing": "Resend is not connected.",
    "sender_missing": "No sender is set.",
    "no_email": "The rota has no e-mail address of this person.",
    "country": "The number is not one of the US or Canada.",
    "limit": "The person had six alerts in ten minutes, and this is no emergency.",
}
"""Why an alert was not sent."""
TOLD_NOBODY = ("undelivered", "failed", "skipped", "canceled")
"""States of an alert that did not reach a phone or a mailbox."""
ANSWERED = {
    "sms": "Answered by a text.",
    "voice": "Answered by a key during the phone call.",
    "link": "Answered by the link.",
}
WORDS = {True: "Yes", False: "No", None: "Undetermined"}


def _list(values: Json) -> Json:
    query = OPERATIONS["listCalls"].query
    filtered = {name: values["query"][name] for name in FILTERS if values["query"].get(name)}
    filtered.pop("cursor", None)
    return {
        "choices": {name: query[name]["enum"] for name in ("status", "intent", "urgency", "direction")},
        "to_dispatch": {call["id"]: seconds_to_dispatch(call) for call in values["calls"]["data"]},
        "is_filtered": bool(filtered),
        "views": [
            (text, f"/calls?{urlencode(view)}" if view else "/calls", view == filtered)
            for text, view in VIEWS
        ],
    }


def seconds_to_dispatch(call: Json) -> float | None:
    """Seconds from the end of the call to the decision."""
    if not call["dispatch"] or not call["ended_at"]:
        return None
    passed = moment(call["dispatch"]["decided_at"]) - moment(call["ended_at"])
    return max(passed.total_seconds(), 0)


def _detail(values: Json) -> Json:
    call = values["call"]
    counts, runs = call["classification"], call["classification_runs"]
    newest = runs[0] if runs else None
    _fill_correction(values, call, newest)
    override = values["forms"]["dispatchCall"].fields
    for name in ("action", "reason"):  # the operation also decides without them, by the rules
        override[name].spec = {**override[name].spec, "required": True, "nullable": False}
    dispatch = call["dispatch"]
    return {
        "turns": _turns(call["transcript"], counts["evidence"] if counts else ()),
        "answers": _answers(counts, newest, call["correction"]) if counts else [],
        "shown": {name: _shown(counts, name) for name in DECIDED} if counts else {},
        "runs": [{**run, "shown": {name: _shown(run, name) for name in DECIDED}} for run in runs],
        "can_be_classified": call["direction"] == "inbound" and bool(call["ended_at"]),
        "can_be_acknowledged": bool(dispatch)
        and not dispatch["acknowledged_at"]
        and has_something_to_do(dispatch),
        "attempts": _attempts(values["alerts"]),
        "told": _told(dispatch, values["alerts"]),
        "seconds": seconds_to_dispatch(call),
        "simulation": _simulation(call),
    }


def _attempts(listed: Json | None) -> list[Json]:
    """The alerts about the call, oldest first, each with a sentence on why it told nobody, or how it was answered."""
    return [{**alert, "because": _because(alert)} for alert in (listed["data"][::-1] if listed else ())]


def _because(alert: Json) -> str:
    if alert["status"] == "skipped":
        return SKIPPED.get(alert["skipped_reason"], label(alert["skipped_reason"]))
    if alert["error"]:
        return str(alert["error"]["message"])
    return ANSWERED.get(alert["outcome_via"], "")


def _told(dispatch: Json | None, listed: Json | None) -> str:
    """Whether somebody is told about a dispatch that nobody has taken: `off`, `nobody`, `somebody`, or an empty text if
    nobody has to be told."""
    if (
        not dispatch
        or dispatch["acknowledged_at"]
        or not (dispatch["escalation"] or dispatch["alerts_people"])
    ):
        return ""
    if not dispatch["alerts_people"]:
        return "off"
    if listed is None:
        return ""
    since = [alert for alert in listed["data"] if alert["created_at"] >= dispatch["decided_at"]]
    if any(alert["status"] not in TOLD_NOBODY for alert in since):
        return "somebody"
    # The first alert follows the decision by a second.
    return "nobody" if since or not dispatch["assigned_phone"] else "somebody"


def has_something_to_do(dispatch: Json) -> bool:
    """Whether somebody can carry out the dispatch, as in eal.domain.dispatch.transitions, which a test compares. The
    API decides."""
    if dispatch["action"] == "needs_review":
        return dispatch["assigned_to"] is not None
    return dispatch["action"] not in ("reject", "no_action")


def _shown(run: Json, name: str) -> str:
    return WORDS[run[name]] if name in YES_OR_NO else label(run[name])


def _fill_correction(values: Json, call: Json, newest: Json | None) -> None:
    """Add the effective values of the fields, and next to them the engine's answers."""
    form = values["forms"]["correctClassification"]
    if form.has_error:
        return
    for name in CORRECTED:
        bound_field = form.fields[name]
        if call["classification"]:
            value = call["classification"][name]
            bound_field.value = (
                {True: "true", False: "false", None: ""}[value] if name in YES_OR_NO else value
            )
        if newest:
            bound_field.hint = f"The engine answered: {_shown(newest, name)}{_percent(newest, name)}."
    if call["correction"]:
        form.fields["note"].value = call["correction"]["note"] or ""


def _percent(run: Json, name: str) -> str:
    confidences = run["confidences"]
    return f" ({confidences[name]:.0%})" if name in confidences else ""


def _answers(counts: Json, newest: Json | None, correction: Json | None) -> list[Json]:
    """The fields of the classification, with the turns that support them."""
    corrected = correction["fields"] if correction else {}
    return [
        {
            "name": name,
            "value": counts[name],
            "shown": _shown(counts, name),
            "confidence": counts["confidences"][name],
            "is_unsure": name in counts["unsure"],
            "is_corrected": name in corrected,
            "engine": _shown(newest, name) if newest and newest[name] != counts[name] else "",
            "turns": sorted({quote["turn"] for quote in counts["evidence"] if quote["field"] == name}),
        }
        for name in DECIDED
    ]


def _turns(transcript: Json | None, evidence: Iterable[Json]) -> list[Json]:
    """The turns of the transcript, each cut where a quote begins or ends."""
    quotes: dict[int, list[tuple[str, str]]] = {}
    for quote in evidence:
        quotes.setdefault(quote["turn"], []).append((quote["field"], quote["quote"]))
    return [
        {**turn, "parts": parts(turn["text"], quotes.get(turn["index"], ()))}
        for turn in (transcript["turns"] if transcript else ())
    ]


def parts(text: str, quotes: Sequence[tuple[str, str]]) -> list[Json]:
    """A text in pieces: `is_quoted`, and the fields whose quote ends with the piece. Together they are the text."""
    spans = []
    for name, quote in quotes:
        words = r"\s+".join(re.escape(word) for word in quote.split())
        if words and (found := re.search(words, text, re.IGNORECASE)):
            spans.append((found.start(), found.end(), name))
    cuts = sorted({0, len(text), *(place for start, end, _ in spans for place in (start, end))})
    return [
        {
            "text": text[start:end],
            "is_quoted": any(first <= start and end <= last for first, last, _ in spans),
            "fields": list(dict.fromkeys(name for _, last, name in spans if last == end)),
        }
        for start, end in pairwise(cuts)
    ]


def _simulation(call: Json) -> str:
    """The address of the simulator with the facts of the call. Empty if it is not classified."""
    counts = call["classification"]
    if not counts:
        return ""
    reasons = call["dispatch"]["reasons"] if call["dispatch"] else ()
    area: Json = next((reason["saw"] for reason in reasons if reason["rule"] == "in_service_area"), {})
    facts = {
        **{name: counts[name] for name in ("intent", "urgency", "confidence")},
        **{name: ",".join(counts[name]) for name in ("hazards", "unsure")},
        "qualified": {True: "true", False: "false", None: ""}[counts["qualified"]],
        "safety": "true" if counts["safety"] else "",
        **{name: area.get(name) for name in ("postal_code", "latitude", "longitude")},
    }
    return "/dispatch?" + urlencode({name: value for name, value in facts.items() if value not in (None, "")})


_RESULTS = tuple(
    Form(
        "createCallback",
        name=f"callback{name}",
        fixed={"status": status},
        submit=text,
        done=f"The callback was logged: {text.lower()}.",
        of="call",
    )
    for name, status, text in (
        ("Reached", "reached", "Reached"),
        ("Voicemail", "voicemail", "Left a voicemail"),
        ("NoAnswer", "attempted", "No answer"),
    )
)
"""The results of a callback that was made just now, each with one press."""

PAGES = (
    Page(
        path="/calls",
        title="Calls",
        template="calls/list.html",
        group="Work",
        nav="Calls",
        icon="calls",
        calls={"calls": Call("listCalls", query=FILTERS, fixed={"limit": "25"})},
        prepare=_list,
    ),
    Page(
        path="/calls/{call_id}",
        title="Call",
        template="calls/detail.html",
        under="/calls",
        calls={
            "call": Call("getCall", query=("redacted",)),
            "callbacks": Call("listCallbacks", fixed={"limit": "50"}, optional=True),
            "alerts": Call("listAlerts", fixed={"call_id": "{call_id}", "limit": "50"}, optional=True),
        },
        forms=(
            Form(
                "acknowledgeDispatch",
                (Field("acknowledged_by", label="Who acts", hint="Leave empty for the assigned person."),),
                submit="Acknowledge",
                done="The dispatch was acknowledged. It goes to nobody else.",
                of="call",
            ),
            Form(
                "declineDispatch",
                (Field("reason", label="Why", hint="For the audit log. It may stay empty."),),
                submit="Pass it on",
                done="The call was passed on to the next person.",
                of="call",
            ),
            Form(
                "dispatchCall",
                (
                    Field("action", label="What happens instead"),
                    Field("reason", widget="textarea", hint="Required. The audit log keeps it."),
                    Field("assigned_to", hint="Leave empty for nobody in particular."),
                    Field("due_at", label="Due", hint=""),
                ),
                submit="Override the rules",
                done="The rules were overridden.",
                of="call",
            ),
            Form(
                "dispatchCall",
                name="decideByRules",
                submit="Decide by the rules",
                done="The rules decided again.",
                of="call",
            ),
            *_RESULTS,
            Form(
                "createCallback",
                (
                    Field("status", label="Result"),
                    Field(
                        "at", label="When", hint="Leave empty for the current time. Required if scheduled."
                    ),
                    "note",
                ),
                submit="Log callback",
                done="The callback was logged.",
                of="call",
            ),
            Form(
                "correctClassification",
                (
                    Field("intent", hint=""),
                    Field("urgency", hint=""),
                    Field(
                        "qualified",
                        hint="",
                        options=(("true", "Yes"), ("false", "No"), ("", "Cannot be known from the call")),
                    ),
                    Field(
                        "safety",
                        label="Danger to life",
                        hint="",
                        options=(("false", "No"), ("true", "Yes, so it is an emergency")),
                    ),
                    Field("note", hint="For the people who read the correction."),
                ),
                submit="Save these answers",
                done="The classification was corrected.",
                of="call",
            ),
            Form(
                "correctClassification",
                name="withdrawCorrection",
                fixed={"correction": None},
                submit="Withdraw the correction",
                done="The correction was withdrawn. The engine's newest answer counts again.",
                of="call",
            ),
            Form(
                "classifyCall",
                submit="Classify again",
                done="The call will be classified again. Reload the page in a few seconds.",
                of="call",
            ),
            Form(
                "eraseCall",
                submit="Erase call",
                done="The call was erased.",
                then="/calls",
                of="call",
                confirmation="erase",
                is_dangerous=True,
            ),
        ),
        prepare=_detail,
    ),
)
