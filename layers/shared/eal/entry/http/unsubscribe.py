"""The link to unsubscribe: GET shows a page and changes nothing, POST unsubscribes (RFC 8058).

A mail program sends POST with `List-Unsubscribe=One-Click` when the reader presses its button, without cookies. The
button of the page sends the same. Programs that follow the links of a mail, to look for malware, send GET or HEAD.

The link of a review request unsubscribes from review requests. Its page has a second button for all e-mail, because a
choice of topics must include no e-mail at all (15 U.S.C. 7704(a)(3)(B)).
"""

from __future__ import annotations

from email.parser import BytesParser
from email.policy import HTTP
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

from eal.core import caller, observe
from eal.core.transaction import until_committed
from eal.domain.outreach import addresses, unsubscribing
from eal.entry.http.public_page import Button, HtmlPage

if TYPE_CHECKING:
    from email.message import MIMEPart

    from eal.domain.outreach.addresses import SentEmail
    from eal.domain.outreach.suppressions.model import Topic
    from eal.entry.http.request import Request

ACTOR = "unsubscribe_link"
MAX_BODY_BYTES = 4096
FIELD: Final = ("List-Unsubscribe", "One-Click")
"""RFC 8058, section 3.1."""
ALL_TOPICS: Final = ("topic", "all")
"""The field of the second button."""


def show(request: Request) -> HtmlPage:
    """GET: the page with the button."""
    sent = _sent_email(request)
    name = unsubscribing.sender_name(sent.tenant.organization_id) if sent else None
    if name is None:
        return _unknown()
    if sent and unsubscribing.topic_of(sent) == "reviews":
        return HtmlPage(
            status=200,
            title="Unsubscribe",
            paragraphs=(
                f"Unsubscribe from review requests from {name}, or from all its e-mail? This applies to the address "
                "that received the e-mail with this link.",
            ),
            buttons=(
                Button("Unsubscribe from review requests", (FIELD,)),
                Button("Unsubscribe from all e-mail", (FIELD, ALL_TOPICS)),
            ),
        )
    return HtmlPage(
        status=200,
        title="Unsubscribe",
        paragraphs=(
            f"Unsubscribe from all e-mail from {name}? This applies to the address that received the e-mail with this "
            "link.",
        ),
        buttons=(Button("Unsubscribe", (FIELD,)),),
    )


def confirm(request: Request) -> HtmlPage:
    """POST: unsubscribe.

    Raises: PayloadTooLarge, InvalidRequest; Unavailable if other changes of the same address kept coming.
    """
    sent = _sent_email(request)
    name = unsubscribing.sender_name(sent.tenant.organization_id) if sent else None
    if sent is None or name is None:
        return _unknown()
    form = _form(request)
    if FIELD not in form:
        return HtmlPage(
            status=400,
            title="You are still subscribed",
            paragraphs=("Open the link again and press the button to unsubscribe.",),
        )
    topic = "all" if ALL_TOPICS in form else unsubscribing.topic_of(sent)
    _unsubscribe(sent, topic, request.id)
    unwanted = "review requests" if topic == "reviews" else "e-mail"
    return HtmlPage(
        status=200,
        title="You are unsubscribed",
        paragraphs=(
            f"{name} will send no more {unwanted} to this address. An e-mail that was sent already may still arrive.",
        ),
    )


def _unsubscribe(sent: SentEmail, topic: Topic, request_id: str) -> None:
    observe.bind(**sent.tenant._asdict())

    def commit() -> None:
        by = caller.system(ACTOR, sent.tenant.organization_id, request_id, sent.tenant.mode)
        unsubscribing.unsubscribe(sent.email_id, topic, by)
        by.transaction.commit()

    until_committed(commit)


def _sent_email(request: Request) -> SentEmail | None:
    return addresses.read_unsubscribe_token(request.path_parameters.get("token", ""))


def _unknown() -> HtmlPage:
    return HtmlPage(
        status=404,
        title="This link is not complete",
        paragraphs=(
            "Nobody was unsubscribed. Open the link in the e-mail itself, or copy all of it: mail programs sometimes "
            "break long links into two lines.",
            "You can also reply to the e-mail with the word unsubscribe.",
        ),
    )


def _form(request: Request) -> list[tuple[str, str]]:
    """The fields of a form, in either of the two types that RFC 8058 allows; of any other body, none."""
    body = request.raw_body(MAX_BODY_BYTES)
    content_type = request.headers.get("content-type", "")
    if not content_type.strip().lower().startswith("multipart/form-data"):
        return parse_qsl(body.decode(errors="replace"), keep_blank_values=True)
    head = f"Content-Type: {content_type}\r\n\r\n".encode(errors="replace")
    return [
        (str(part.get_param("name", "", "content-disposition")), _text_of(part))
        for part in BytesParser(policy=HTTP).parsebytes(head + body).iter_parts()
    ]


def _text_of(part: MIMEPart) -> str:
    payload = part.get_payload(decode=True)
    return payload.decode(errors="replace").strip() if isinstance(payload, bytes) else ""
