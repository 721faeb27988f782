"""The words of alerts: what a person needs to decide whether to take a call, and nothing about the customer beyond it.

An alert has no name, no address beyond the ZIP code, and nothing that the caller said, because it is read on lock
screens and heard by others in the room.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self, cast

from eal.ai.classification import Intent, Urgency

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eal.domain.calls.model import Call
    from eal.domain.organization_settings.alerts import AlertDetail

_KINDS: Final[Mapping[Intent, str]] = {
    Intent.WATER: "water damage",
    Intent.SEWAGE: "sewage",
    Intent.FIRE: "fire damage",
    Intent.MOLD: "mold",
    Intent.STORM: "storm damage",
    Intent.BIOHAZARD: "biohazard",
    Intent.REBUILD: "rebuilding",
    Intent.EXISTING_JOB: "existing job",
    Intent.INSURANCE: "insurance",
    Intent.OTHER: "other damage",
}
_TIMES_SPOKEN = 3
"""How often a call says its text: who was asleep misses the first time, and a mailbox records the last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFacts:
    """The facts of a call that people are told. Unknown is None. If `detail` is minimal, only `emergency` is known."""

    emergency: bool
    kind: str | None = None
    postal_code: str | None = None
    caller_number: str | None = None

    @classmethod
    def of(cls, call: Call, detail: AlertDetail = "standard") -> Self:
        run = call.classification
        # A call that could not be classified may be an emergency.
        emergency = run is None or run.safety or run.urgency is Urgency.EMERGENCY
        if detail == "minimal":
            return cls(emergency=emergency)
        reasons = call.dispatch.decision.reasons if call.dispatch and call.dispatch.decision else ()
        place = next((reason.saw for reason in reasons if reason.rule == "in_service_area"), {})
        return cls(
            emergency=emergency,
            kind=_KINDS.get(run.intent) if run else None,
            postal_code=cast("str | None", place.get("postal_code")),
            caller_number=call.facts.caller_number,
        )

    @property
    def headline(self) -> str:
        """`EMERGENCY: water damage, ZIP 78704`."""
        known = [self.kind or "", f"ZIP {self.postal_code}" if self.postal_code else ""]
        facts = ", ".join(filter(None, known)) or "a call waits for you"
        return f"{'EMERGENCY' if self.emergency else 'Call to take'}: {facts}"


def phone_shown(number: str) -> str:
    """A number of the US or Canada as people there write it: `(916) 555-0101`."""
    found = re.fullmatch(r"\+1(\d{3})(\d{3})(\d{4})", number)
    return f"({found[1]}) {found[2]}-{found[3]}" if found else number


def written(facts: CallFacts, url: str) -> str:
    """The text of an SMS: at most 300 characters, all of them GSM-7, so two segments."""
    caller = f" Caller {phone_shown(facts.caller_number)}." if facts.caller_number else ""
    return f"{facts.headline}.{caller} Take it or pass it on: {url}"


def spoken(facts: CallFacts) -> str:
    """The text that a call says. Digits are apart, so that they are read one by one."""
    sentences = [
        "Emergency." if facts.emergency else "A call waits for you.",
        f"{facts.kind.capitalize()}." if facts.kind else "",
        f"ZIP code {_apart(facts.postal_code)}." if facts.postal_code else "",
        f"The caller's number is {_apart(facts.caller_number.removeprefix('+1'))}."
        if facts.caller_number
        else "",
        "To take it or pass it on, open the link in the text message, or the dashboard.",
    ]
    return " ".join(filter(None, [*sentences] * _TIMES_SPOKEN))


def mailed(facts: CallFacts, url: str, minutes: int | None) -> str:
    """The text of an e-mail. `minutes`: after which the next person is asked."""
    caller = f"Caller: {phone_shown(facts.caller_number)}\n" if facts.caller_number else ""
    next_person = (
        f"If nobody takes it within {minutes} minutes, the next person is asked.\n" if minutes else ""
    )
    return (
        f"{facts.headline}\n{caller}\nTake it, or pass it on to the next person:\n{url}\n\n{next_person}"
        "Opening the page changes nothing. Whoever has this link can answer for you: do not forward it.\n"
    )


def _apart(digits: str) -> str:
    return " ".join(digits)
