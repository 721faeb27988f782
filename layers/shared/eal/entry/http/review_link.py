"""The link of a review request: GET records the first visit and redirects to the organization's page for reviews.

HEAD, and GET by a browser that only prefetches, record nothing. Programs that look for malware follow links with the
GET of a browser, so a recorded visit is one by such a program or by a person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.core import caller, observe
from eal.core.transaction import until_committed
from eal.domain.outreach import addresses
from eal.domain.outreach.review_requests import visiting
from eal.entry.http.public_page import HtmlPage, Redirect

if TYPE_CHECKING:
    from eal.domain.outreach.addresses import SentRequest
    from eal.entry.http.request import Request

ACTOR = "review_link"
_PREFETCHING = ("sec-purpose", "purpose", "x-moz")
"""Headers by which browsers mark a prefetch (Fetch standard, `Sec-Purpose`; the others are older)."""


def follow(request: Request) -> HtmlPage | Redirect:
    """Raises: Unavailable if other changes of the same request kept coming."""
    sent = addresses.read_review_token(request.path_parameters.get("token", ""))
    if sent is None:
        return HtmlPage(
            status=404,
            title="This link is not complete",
            paragraphs=(
                "Open the link in the e-mail itself, or copy all of it: mail programs sometimes break long links into "
                "two lines.",
            ),
        )
    page = visiting.page_of(sent.tenant.organization_id)
    if page is None:
        return HtmlPage(
            status=404,
            title="There is no page for reviews",
            paragraphs=(
                "The company that sent the e-mail has removed its page. You can answer the e-mail instead.",
            ),
        )
    if request.method == "GET" and not _is_prefetch(request):
        _record(sent, request.id)
    return Redirect(location=page)


def _is_prefetch(request: Request) -> bool:
    return any("prefetch" in request.headers.get(name, "").lower() for name in _PREFETCHING)


def _record(sent: SentRequest, request_id: str) -> None:
    observe.bind(**sent.tenant._asdict())

    def commit() -> None:
        by = caller.system(ACTOR, sent.tenant.organization_id, request_id, sent.tenant.mode)
        visiting.record_visit(sent.request_id, by)
        by.transaction.commit()

    until_committed(commit)
