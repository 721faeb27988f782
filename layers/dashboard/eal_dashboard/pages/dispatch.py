"""The dispatch simulator: what the rules decide for given facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal_dashboard.page import Field, Form, Page

if TYPE_CHECKING:
    from eal_dashboard.operations import Json


def _from_address(values: Json) -> Json:
    """The facts of a call, with which its page links to the simulator."""
    form, query = values["forms"]["simulateDispatch"], values["query"]
    if not form.has_error:
        for name, bound_field in form.fields.items():
            fact = query.get(name.removeprefix("facts."), "")
            if bound_field.widget == "choices":
                bound_field.values = tuple(fact.split(","))
            elif fact:
                bound_field.value = fact.replace(",", "\n") if bound_field.widget == "lines" else fact
    return {}


PAGES = (
    Page(
        path="/dispatch",
        title="Dispatch simulator",
        template="dispatch/simulator.html",
        group="Work",
        nav="Simulator",
        icon="dispatch",
        forms=(
            Form(
                "simulateDispatch",
                (
                    "facts.intent",
                    "facts.urgency",
                    Field(
                        "facts.qualified",
                        hint="",
                        options=(("true", "Yes"), ("false", "No"), ("", "Undetermined")),
                    ),
                    Field("facts.at", label="Time of the call", hint="Leave empty for the current time."),
                    Field("facts.postal_code", label="ZIP code", hint=""),
                    Field("facts.confidence", hint="From 0 to 1. Below 0.5 is low."),
                    Field("facts.latitude", hint=""),
                    Field("facts.longitude", hint=""),
                    Field("facts.safety", label="Present danger to life", hint=""),
                    Field("facts.hazards", hint="Such as electrical. One per line."),
                    Field(
                        "facts.unsure",
                        label="Fields that the engine is unsure about",
                        hint="",
                    ),
                ),
                submit="Decide",
                result="dispatch/decided.html",
            ),
        ),
        prepare=_from_address,
    ),
)
