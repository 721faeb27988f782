"""The words of alerts: what a person needs to decide whether to take a call, and nothing about the customer beyond it.

An alert has no name, no address beyond the ZIP code, and nothing that the caller said, because it is read on lock
screens and heard by others in the room.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, Self, cast

from eal.ai.classification import Intent, Urgency

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from eal.domain.alerts.model import Alert
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
_DIGITS, _LETTERS = "23456789", "ABCDEFGHJKMNPQRSTVWXYZ"
"""The characters of codes: without those that look alike, and without 1, which is an answer."""
_CODE = re.compile(rf"[{_DIGITS}][{_LETTERS}][{_DIGITS}]")
"""A digit at both ends, so that no word is a code: `1 got it`."""
_ANSWERS: Final[Mapping[str, Literal["take", "decline"]]] = {
    **dict.fromkeys(("1", "yes", "y", "ok", "ack", "take", "si", "sí"), "take"),
    **dict.fromkeys(("2", "no", "n", "pass"), "decline"),
}
KEYS: Final[Mapping[str, Literal["take", "decline"]]] = {"1": "take", "2": "decline"}
_MAX_ANSWER_CHARACTERS = 160
NO_ANSWER: Final = "This key does nothing. Press 1 to take the call. Press 2 to pass it on."
NOT_YET: Final = "Your answer has arrived. The link in the text message shows whether you have the call."
HOW_TO_ANSWER: Final = "Reply 1 to take the call, or 2 to pass it on."
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


def code_of(alert: Alert) -> str:
    """The code of a call in texts, by which an answer names one of several: `7K2`."""
    digest = hashlib.sha256(f"{alert.call_id}#{alert.round}".encode()).digest()
    return "".join(
        characters[number % len(characters)]
        for characters, number in zip((_DIGITS, _LETTERS, _DIGITS), digest, strict=False)
    )


class SaidAnswer(NamedTuple):
    """The answer in a text. `decision` is None if there is none; `code` is that of a call, if the next word is one."""

    decision: Literal["take", "decline"] | None
    code: str | None


def read_answer(text: str) -> SaidAnswer:
    """The first word decides, in any case: `1`, `yes`, `sí`; `2`, `no`."""
    words = re.findall(r"\w+", text[:_MAX_ANSWER_CHARACTERS])
    decision = _ANSWERS.get(words[0].casefold()) if words else None
    next_word = words[1].upper() if decision and len(words) > 1 else ""
    return SaidAnswer(decision, next_word if _CODE.fullmatch(next_word) else None)


def which(codes: Iterable[str]) -> str:
    """The reply to an answer that may mean several calls, or has a code of none."""
    return f"Which call? Nothing has changed yet. Reply 1 or 2 and the code of the call: {', '.join(codes)}."


def replied(state: str, taken_by: str | None, code: str | None = None) -> str:
    """The reply to an answer, by what has become of the call (`answering.AnsweredAlert`). A text names the call by its
    code, because its sender may have been asked about another one meanwhile."""
    call = f"call {code}" if code else "the call"
    again = f"Reply 1 {code}" if code else "Open the link in the text message"
    return {
        "yours": f"You have {call}. Nobody else is asked. Call the customer now.",
        "others": f"{taken_by or 'Somebody else'} has {call}. There is nothing left for you to do.",
        "declined": f"You passed {call} on. The others are asked.",
        "left": f"You passed {call} on, and nobody else can be asked: it waits in the dashboard. {again} if you can "
        "take it after all.",
        "outdated": f"The alert about {call} is out of date. If you got a newer one, answer that. The dashboard shows "
        "the call.",
    }.get(
        state,
        f"{call.capitalize() if not code else f'Call {code}'} is closed. There is nothing left for you to do.",
    )


def written(facts: CallFacts, url: str, code: str | None = None) -> str:
    """The text of an SMS: at most 300 characters, all of them GSM-7, so two segments. With a code, a reply counts."""
    caller = f" Caller {phone_shown(facts.caller_number)}." if facts.caller_number else ""
    how = f"Reply 1 to take it, 2 to pass it on (code {code}), or" if code else "Take it or pass it on:"
    return f"{facts.headline}.{caller} {how} {url}"


def spoken(facts: CallFacts, *, by_key: bool = False) -> str:
    """The text that a call says. Digits are apart, so that they are read one by one."""
    sentences = [
        "Emergency." if facts.emergency else "A call waits for you.",
        f"{facts.kind.capitalize()}." if facts.kind else "",
        f"ZIP code {_apart(facts.postal_code)}." if facts.postal_code else "",
        f"The caller's number is {_apart(facts.caller_number.removeprefix('+1'))}."
        if facts.caller_number
        else "",
        "Press 1 to take it. Press 2 to pass it on."
        if by_key
        else "To take it or pass it on, open the link in the text message, or the dashboard.",
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
