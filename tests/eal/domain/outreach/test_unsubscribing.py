"""The unsubscribe link of a review request: it ends these, and only the second button ends all e-mail."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from eal.domain.outreach import erasure
from eal.domain.outreach.emails.store import EMAILS
from eal.domain.outreach.suppressions import store as suppressions
from tests.functions.unsubscribe.test_show import path_of
from tests.support import drafts, emails, sequences
from tests.support.callrail import stored
from tests.support.http import ApiResponse, call
from tests.support.reviews import requested, send_request, set_up

if TYPE_CHECKING:
    from eal.domain.outreach.suppressions.model import Topic
    from tests.support.tenants import Tenant

ONE_CLICK = "List-Unsubscribe=One-Click"
ALL = f"{ONE_CLICK}&topic=all"
ADDRESS = "dana@example.com"


@pytest.fixture
def email(tenant: Tenant) -> Any:
    """A review request that was sent."""
    set_up(tenant)
    request = requested(tenant)
    return emails.record_sent(EMAILS.get(tenant.in_mode("live"), request["email_id"]), tenant)


def _post(tenant: Tenant, email_id: str, body: str = ONE_CLICK) -> ApiResponse:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return call("POST", path_of(tenant, email_id), body=body, headers=headers)


def _is_suppressed(tenant: Tenant, topic: Topic) -> bool:
    return suppressions.find(tenant.in_mode("live"), ADDRESS, topic) is not None


def test_the_page_offers_both(tenant: Tenant, email: Any) -> None:
    response = call("GET", path_of(tenant, email.id))

    assert response.status == 200
    assert re.findall("<button[^>]*>(.*?)</button>", response.text) == [
        "Unsubscribe from review requests",
        "Unsubscribe from all e-mail",
    ]
    assert response.text.count('name="topic" value="all"') == 1
    assert stored("SUPPRESSION", tenant.id) == []


def test_one_click_ends_requests_for_reviews_and_no_other_mail(tenant: Tenant, email: Any) -> None:
    sequences.be_ready(tenant)
    sequence = sequences.active(tenant)
    prospect = sequences.prospect(tenant, email=ADDRESS)
    enrollment = sequences.enrolled(tenant, sequence["id"], prospect)

    response = _post(tenant, email.id)

    assert response.status == 200
    assert "no more review requests" in response.text
    assert (_is_suppressed(tenant, "reviews"), _is_suppressed(tenant, "all")) == (True, False)
    path = f"{sequences.SEQUENCES}/{sequence['id']}/enrollments/{enrollment['id']}"
    assert call("GET", path, key=tenant.read).json["status"] == "active"
    assert drafts.send(tenant, drafts.drafted(tenant)).status == 202
    assert send_request(tenant, email=ADDRESS).json["error"]["details"]["suppression_id"]


def test_the_second_button_ends_all_mail(tenant: Tenant, email: Any) -> None:
    response = _post(tenant, email.id, ALL)

    assert "no more e-mail" in response.text
    assert (_is_suppressed(tenant, "reviews"), _is_suppressed(tenant, "all")) == (True, True)
    assert drafts.send(tenant, drafts.drafted(tenant)).status == 409


@pytest.mark.parametrize("bodies", [(ONE_CLICK,), (ALL,), (ONE_CLICK, ALL), (ONE_CLICK, ONE_CLICK)])
def test_an_unsubscription_is_counted_once(tenant: Tenant, email: Any, bodies: tuple[str, ...]) -> None:
    for body in bodies:
        assert _post(tenant, email.id, body).status == 200

    (counter,) = stored("DELIVERABILITY", tenant.id)
    assert (counter["sent"], counter["unsubscribed"]) == (1, 1)


def test_the_link_of_any_other_email_ends_requests_for_reviews_too(tenant: Tenant) -> None:
    set_up(tenant)
    other = emails.sent(tenant, ADDRESS)

    assert call("GET", path_of(tenant, other.id)).text.count("<button") == 1
    assert _post(tenant, other.id).status == 200

    assert send_request(tenant).status == 409


def test_the_link_works_after_the_erasure_of_its_email(tenant: Tenant, email: Any) -> None:
    erasure.erase_email(tenant.in_mode("live"), email)

    assert "Unsubscribe from review requests" in call("GET", path_of(tenant, email.id)).text
    assert _post(tenant, email.id).status == 200

    assert (_is_suppressed(tenant, "reviews"), _is_suppressed(tenant, "all")) == (True, False)
