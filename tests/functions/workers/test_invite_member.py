"""Invitations of members, through Cognito."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from eal.core import aws, clock
from eal.vendors.cognito import accounts
from tests.support.callrail import stored
from tests.support.faults import Killed, watched_calls
from tests.support.http import call
from tests.support.pipeline import Pipeline
from tests.support.sessions import invite, sign_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.tenants import Tenant


@pytest.fixture
def pool(cloud: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The id of an empty user pool."""
    client: Any = aws.cognito()
    pool_id = client.create_user_pool(
        PoolName="members",
        UsernameAttributes=["email"],
    )["UserPool"]["Id"]
    monkeypatch.setenv("USER_POOL", pool_id)
    yield pool_id
    client.delete_user_pool(UserPoolId=pool_id)


def _accounts(pool: str) -> list[dict[str, Any]]:
    client: Any = aws.cognito()
    users: list[dict[str, Any]] = client.list_users(UserPoolId=pool)["Users"]
    return users


def _attributes(account: dict[str, Any]) -> dict[str, str]:
    return {attribute["Name"]: attribute["Value"] for attribute in account["Attributes"]}


def test_an_invitation_makes_an_account(tenant: Tenant, pool: str) -> None:
    _, email = invite(tenant)

    Pipeline().run()

    (account,) = _accounts(pool)
    assert _attributes(account)["email"] == email
    assert _attributes(account)["email_verified"] == "true"
    assert account["UserStatus"] == "FORCE_CHANGE_PASSWORD"


def test_the_task_has_no_personal_data(tenant: Tenant, pool: str) -> None:
    _, email = invite(tenant)

    (task,) = [task for task in stored("TASK", tenant.id) if task["task"] == "invite_member"]

    assert email not in str(task)


def test_a_person_of_another_organization_keeps_the_account(
    tenant: Tenant, stranger: Tenant, pool: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    email = invite(tenant)[1]
    Pipeline().run()
    aws_client: Any = aws.cognito()
    aws_client.admin_set_user_password(
        UserPoolId=pool, Username=email, Password="A password, 1 of their own", Permanent=True
    )
    invite(stranger, "viewer", email)

    with watched_calls(monkeypatch) as calls:
        Pipeline().run()

    assert calls.count("AdminCreateUser") == 1
    assert [account["UserStatus"] for account in _accounts(pool)] == ["CONFIRMED"]


def test_a_removed_member_and_one_who_signed_in_are_not_invited(tenant: Tenant, pool: str) -> None:
    removed, _ = invite(tenant)
    call("DELETE", f"/v1/organizations/me/members/{removed}", key=tenant.admin)
    sign_in(invite(tenant)[1])

    Pipeline().run()

    assert _accounts(pool) == []


def test_a_repeated_message_sends_no_second_invitation(
    tenant: Tenant, pool: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    invited_at = clock.now() - timedelta(seconds=5)
    accounts.invite("dana@example.com", invited_at)

    with watched_calls(monkeypatch) as calls:
        accounts.invite("dana@example.com", invited_at)

    assert calls.made == ["AdminCreateUser", "AdminGetUser"]


def test_a_later_invitation_of_an_unused_account_is_sent_again(
    tenant: Tenant, pool: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts.invite("dana@example.com", clock.now())

    with watched_calls(monkeypatch) as calls:
        accounts.invite("dana@example.com", clock.now() + timedelta(days=8))

    assert calls.made == ["AdminCreateUser", "AdminGetUser", "AdminCreateUser"]


def test_a_killed_worker_finishes_when_it_runs_again(
    tenant: Tenant, pool: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    invited_at = clock.now() - timedelta(seconds=5)
    for calls_before_the_end in (1, 2):
        with watched_calls(monkeypatch) as calls:
            calls.kill_after = calls_before_the_end
            with pytest.raises(Killed):
                accounts.invite("dana@example.com", invited_at)

    accounts.invite("dana@example.com", invited_at)

    assert len(_accounts(pool)) == 1
