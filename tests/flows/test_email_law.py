"""The law of outreach e-mail as a table: each rule with its source and the check that it holds.

To add a rule, write a check that gets a `Mailing` and add its row to RULES.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

import pytest

from eal.core import clock
from eal.domain.outreach import addresses
from eal.domain.outreach.deliverability import sender
from eal.domain.outreach.deliverability.model import MAX_BOUNCE_RATE, MAX_COMPLAINT_RATE
from eal.domain.outreach.erasure import TOMBSTONE_LIFETIME
from eal.domain.outreach.suppressions import store as suppressions
from tests.support import emails, sequences
from tests.support.callrail import stored
from tests.support.http import ApiResponse, call
from tests.support.inbound import Connection, connect

if TYPE_CHECKING:
    from collections.abc import Callable

    from eal.domain.outreach.emails.model import Email
    from tests.support.tenants import Tenant


@dataclass(frozen=True, slots=True)
class Mailing:
    """A tenant that can send, with an e-mail that was sent to an enrolled prospect."""

    tenant: Tenant
    connection: Connection
    email: Email
    sequence_id: str

    @property
    def link(self) -> str:
        live = self.tenant.in_mode("live")
        return f"/v1/u/{addresses.unsubscribe_token(live, self.email.id)}"

    def one_click(self) -> ApiResponse:
        """The request of a mail program: the body of RFC 8058, no cookie, no key."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return call("POST", self.link, body="List-Unsubscribe=One-Click", headers=headers)

    @property
    def is_suppressed(self) -> bool:
        return suppressions.find(self.tenant.in_mode("live"), self.email.to) is not None

    @property
    def enrollment_status(self) -> object:
        (item,) = stored("ENROLLMENT", self.tenant.id)
        return item["status"]

    @property
    def suppression_id(self) -> object:
        (item,) = stored("SUPPRESSION", self.tenant.id)
        return item["id"]


class Rule(NamedTuple):
    name: str
    source: str
    check: Callable[[Mailing], None]


def opt_out_needs_one_step(mailing: Mailing) -> None:
    response = mailing.one_click()
    assert response.status == 200
    assert "WWW-Authenticate" not in response.headers
    assert mailing.is_suppressed


def opt_out_holds_at_once(mailing: Mailing) -> None:
    mailing.one_click()
    assert mailing.enrollment_status == "stopped"


def opt_out_works_long_after_sending(mailing: Mailing) -> None:
    """The token has no expiry; an erased e-mail leaves what the link needs for twice the time."""
    assert timedelta(days=30) * 2 <= TOMBSTONE_LIFETIME
    assert mailing.one_click().status == 200


def opt_out_has_no_end(mailing: Mailing) -> None:
    mailing.one_click()
    assert all(
        "ttl" not in item
        for kind in ("SUPPRESSION", "SUPPRESSION_CLAIM")
        for item in stored(kind, mailing.tenant.id)
    )
    path = f"/v1/outreach/suppressions/{mailing.suppression_id}"
    assert call("DELETE", path, key=mailing.tenant.admin).status == 422
    assert call("DELETE", f"{path}?reason=x", key=mailing.tenant.write).status == 403
    assert mailing.is_suppressed


def opt_out_is_for_all_mail_of_the_sender(mailing: Mailing) -> None:
    mailing.one_click()
    other = sequences.active(mailing.tenant, name="Another one")
    prospect = {"id": str(stored("PROSPECT", mailing.tenant.id)[0]["id"])}
    (result,) = sequences.enroll(mailing.tenant, other["id"], prospect).json["data"]
    assert result["status"] != "enrolled"


def post_needs_the_body_of_the_standard(mailing: Mailing) -> None:
    for body in ("", "List-Unsubscribe=", "x=1"):
        assert call("POST", mailing.link, body=body, headers={"Content-Type": "text/plain"}).status == 400
    assert not mailing.is_suppressed


def get_changes_nothing(mailing: Mailing) -> None:
    for method in ("GET", "HEAD", "OPTIONS"):
        call(method, mailing.link)
    assert not mailing.is_suppressed
    assert mailing.enrollment_status == "active"


def get_shows_a_page(mailing: Mailing) -> None:
    response = call("GET", mailing.link)
    assert response.status == 200
    assert response.headers["Content-Type"].startswith("text/html")


def link_cannot_be_made_for_others(mailing: Mailing) -> None:
    for end in ("a", "b"):
        assert call("POST", mailing.link[:-1] + end + "x", body="List-Unsubscribe=One-Click").status == 404
    assert not mailing.is_suppressed


def complaint_suppresses(mailing: Mailing) -> None:
    emails.report(mailing.connection, emails.event("complained", mailing.email))
    assert mailing.is_suppressed
    assert mailing.enrollment_status == "stopped"


def permanent_bounce_suppresses(mailing: Mailing) -> None:
    emails.report(mailing.connection, emails.bounced(mailing.email))
    assert mailing.is_suppressed
    assert mailing.enrollment_status == "stopped"


def limits_are_those_of_the_providers(mailing: Mailing) -> None:
    assert (MAX_BOUNCE_RATE, MAX_COMPLAINT_RATE) == (0.04, 0.001)
    for _ in range(2):
        email = emails.sent(mailing.tenant, f"a{clock.now().timestamp()}@example.com")
        emails.report(mailing.connection, emails.event("complained", email))
    assert sender.is_paused(mailing.tenant.in_mode("live"))


def wish_outlives_an_erasure(mailing: Mailing) -> None:
    mailing.one_click()
    (prospect,) = stored("PROSPECT", mailing.tenant.id)
    assert call("DELETE", f"/v1/prospects/{prospect['id']}", key=mailing.tenant.admin).status == 204
    assert mailing.is_suppressed


RULES = [
    Rule("opt_out_needs_no_login_and_one_page", "16 CFR 316.5", opt_out_needs_one_step),
    Rule("opt_out_is_honored_within_10_business_days", "15 USC 7704(a)(4)(A)", opt_out_holds_at_once),
    Rule("opt_out_works_30_days_after_sending", "15 USC 7704(a)(3)(A)(ii)", opt_out_works_long_after_sending),
    Rule("opt_out_does_not_lapse", "15 USC 7704(a)(4)(A)(i)", opt_out_has_no_end),
    Rule("opt_out_from_all_commercial_mail", "15 USC 7704(a)(3)(B)", opt_out_is_for_all_mail_of_the_sender),
    Rule("opt_out_outlives_an_erasure", "GDPR, article 17(3)(b)", wish_outlives_an_erasure),
    Rule("one_click_needs_no_cookie_and_no_further_step", "RFC 8058, section 3.2", opt_out_needs_one_step),
    Rule("one_click_has_its_body", "RFC 8058, section 3.1", post_needs_the_body_of_the_standard),
    Rule("get_does_not_unsubscribe", "RFC 8058, section 1", get_changes_nothing),
    Rule("get_shows_a_page", "RFC 8058, section 3.2", get_shows_a_page),
    Rule("link_is_opaque_and_hard_to_forge", "RFC 8058, section 6", link_cannot_be_made_for_others),
    Rule("opt_out_is_honored_within_2_days", "Gmail and Yahoo, bulk senders", opt_out_holds_at_once),
    Rule("complaints_end_the_mail", "Resend, list management", complaint_suppresses),
    Rule("permanent_bounces_end_the_mail", "Resend, list management", permanent_bounce_suppresses),
    Rule("spam_rate_stays_under_0.1_percent", "Gmail, bulk senders", limits_are_those_of_the_providers),
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_rule_holds(tenant: Tenant, rule: Rule) -> None:
    sequences.be_ready(tenant)
    sequence = sequences.active(tenant)
    prospect = sequences.prospect(tenant)
    enrollment = sequences.enrolled(tenant, sequence["id"], prospect)
    email = emails.sent(
        tenant,
        prospect["email"],
        prospect_id=prospect["id"],
        sequence_id=sequence["id"],
        enrollment_id=enrollment["id"],
    )
    connection = connect("resend", tenant.admin)

    rule.check(Mailing(tenant, connection, email, sequence["id"]))


def test_each_rule_has_a_source() -> None:
    assert all(rule.source for rule in RULES)
    assert len({rule.name for rule in RULES}) == len(RULES)
