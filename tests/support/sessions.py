"""Members with sessions, created by the product's own code."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from eal.core import clock
from eal.core.caller import Role, Visitor
from eal.domain.members.sessions import signing_in
from eal.domain.members.sessions.signing_in import Account
from tests.support.http import call

if TYPE_CHECKING:
    from datetime import datetime

    from eal.core.tenancy import Mode
    from tests.support.tenants import Tenant

_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """`text` is the session's text, which is sent as an API key is."""

    text: str
    session_id: str
    member_id: str
    email: str


def invite(tenant: Tenant, role: Role = "admin", email: str | None = None) -> tuple[str, str]:
    """The id and the address of a new member."""
    email = email or f"member{next(_numbers)}@example.com"
    response = call(
        "POST",
        "/v1/organizations/me/members",
        key=tenant.admin,
        json_body={"email": email, "role": role, "name": "Dana Reyes"},
    )
    assert response.status == 201, response.text
    return response.json["id"], email


def sign_in(
    email: str,
    *,
    organization_id: str | None = None,
    mode: Mode = "live",
    auth_time: datetime | None = None,
    subject: str | None = None,
) -> SignedIn:
    """A new session of an invited address."""
    account = Account(subject=subject or f"sub-of-{email}", email=email, auth_time=auth_time or clock.now())
    visitor = Visitor("tests", "203.0.113.9", "Firefox")
    new = signing_in.sign_in(account, visitor, organization_id=organization_id, mode=mode)
    return SignedIn(new.text, new.session.id, new.session.member_id, email)


def signed_in(tenant: Tenant, role: Role = "admin", mode: Mode = "live") -> SignedIn:
    """A new member of the tenant, signed in."""
    return sign_in(invite(tenant, role)[1], mode=mode)
