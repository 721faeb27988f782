"""The link of an alert: GET shows the call and two buttons and changes nothing, POST takes the call or passes it on.

Programs that look for malware, and phones that preview a link, open it with GET. So an answer takes two taps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs

from eal.core import caller, observe
from eal.core.transaction import until_committed
from eal.domain.alerts import links
from eal.domain.calls import alert_texts, answering
from eal.entry.http.public_page import Button, HtmlPage, Link

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.domain.alerts.links import SentAlert
    from eal.domain.calls.alert_texts import CallFacts
    from eal.domain.calls.answering import AnsweredAlert, Decision
    from eal.entry.http.request import Request

ACTOR = "alert_link"
MAX_BODY_BYTES = 1024
FIELD = "decision"
_DECISIONS: Final[dict[str, Decision]] = {"take": "take", "decline": "decline"}
_TAKE = Button("I take it", ((FIELD, "take"),))
_DECLINE = Button("I can't, pass it on", ((FIELD, "decline"),))


def show(request: Request) -> HtmlPage:
    """GET: the page with the buttons."""
    sent = links.read(request.path_parameters.get("token", ""))
    if sent is None:
        return _unknown()
    return _page(answering.shown(sent.alert_id, _caller(sent, request.id)))


def answer(request: Request) -> HtmlPage:
    """POST: take the call, or pass it on.

    Raises: PayloadTooLarge; Unavailable if other changes of the same call kept coming.
    """
    sent = links.read(request.path_parameters.get("token", ""))
    if sent is None:
        return _unknown()
    decision = _decision(request)
    if decision is None:
        return HtmlPage(
            status=400,
            title="Nothing has changed",
            paragraphs=("Open the link again, and press one of the two buttons.",),
        )
    observe.bind(**sent.tenant._asdict())

    def commit() -> AnsweredAlert:
        by = _caller(sent, request.id)
        answered = answering.answer(sent.alert_id, decision, "link", by)
        by.transaction.commit()
        return answered

    answered = until_committed(commit)
    return _page(answered, is_late=answered.state == "others")


def _caller(sent: SentAlert, request_id: str) -> Caller:
    return caller.system(ACTOR, sent.tenant.organization_id, request_id, sent.tenant.mode)


def _decision(request: Request) -> Decision | None:
    form = parse_qs(request.raw_body(MAX_BODY_BYTES).decode(errors="replace"))
    given = form.get(FIELD, [])
    return _DECISIONS.get(given[0]) if len(given) == 1 else None


def _page(answered: AnsweredAlert, *, is_late: bool = False) -> HtmlPage:
    if answered.state == "others":
        who = answered.taken_by or "Somebody else"
        return HtmlPage(
            status=409 if is_late else 200,
            title=f"{who} has it",
            paragraphs=("There is nothing left for you to do.",),
        )
    if answered.facts is None:
        return HtmlPage(
            status=410,
            title="This is closed",
            paragraphs=("The call needs no answer by this link any more. The dashboard shows its state.",),
        )
    passed_on = "You passed it on"
    title = {"yours": "You have it", "declined": passed_on, "left": passed_on}.get(answered.state, "")
    return HtmlPage(
        status=200,
        title=title or answered.facts.headline,
        paragraphs=_paragraphs(answered, answered.facts),
        links=_links(answered.facts),
        buttons={"open": (_TAKE, _DECLINE), "declined": (_TAKE,), "left": (_TAKE,)}.get(answered.state, ()),
    )


def _paragraphs(answered: AnsweredAlert, facts: CallFacts) -> tuple[str, ...]:
    if answered.state == "yours":
        return (facts.headline, "Nobody else is asked. Call the customer now.")
    if answered.state == "declined":
        return (facts.headline, "The others are asked. You can still take it while nobody has.")
    if answered.state == "left":
        return (facts.headline, "Nobody else can be asked: it waits in the dashboard. You can still take it.")
    return ("Nobody has taken this call yet.",)


def _links(facts: CallFacts) -> tuple[Link, ...]:
    if facts.caller_number is None:
        return ()
    return (Link(f"Call {alert_texts.phone_shown(facts.caller_number)}", f"tel:{facts.caller_number}"),)


def _unknown() -> HtmlPage:
    return HtmlPage(
        status=404,
        title="This link is not complete",
        paragraphs=(
            "Nothing has changed. Open the link in the message itself, or copy all of it: some programs break long "
            "links into two lines.",
        ),
    )
