"""POST /v1/u/{token}."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from eal.domain.outreach.suppressions import store as suppressions
from tests.functions.unsubscribe.test_show import path_of
from tests.support import emails, sequences
from tests.support.callrail import stored
from tests.support.faults import Killed, overtaken, watched_calls
from tests.support.http import ApiResponse, call
from tests.support.inbound import connect

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
ONE_CLICK = "List-Unsubscribe=One-Click"
MULTIPART = '--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n'


def _post(path: str, body: str = ONE_CLICK, **headers: str) -> ApiResponse:
    return call("POST", path, body=body, headers={**FORM, **headers})


def test_one_click_suppresses_stops_and_opts_out(tenant: Tenant) -> None:
    sequences.be_ready(tenant)
    sequence = sequences.active(tenant)
    prospect = sequences.prospect(tenant)
    enrollment = sequences.enrolled(tenant, sequence["id"], prospect)
    email = emails.sent(tenant, prospect["email"], prospect_id=prospect["id"], enrollment_id=enrollment["id"])

    response = _post(path_of(tenant, email.id))

    assert response.status == 200
    assert "You are unsubscribed" in response.text
    assert "Set-Cookie" not in response.headers
    found = suppressions.find(tenant.in_mode("live"), prospect["email"])
    assert found is not None
    assert (found.reason, found.source, found.email_id) == ("unsubscribed", "unsubscribe_link", email.id)
    path = f"{sequences.SEQUENCES}/{sequence['id']}/enrollments/{enrollment['id']}"
    shown = call("GET", path, key=tenant.read).json
    assert (shown["status"], shown["stop_reason"]) == ("stopped", "unsubscribed")
    state = call("GET", f"/v1/prospects/{prospect['id']}", key=tenant.read).json["outreach_state"]
    assert state == "opted_out"
    (counter,) = stored("DELIVERABILITY", tenant.id)
    assert (counter["sent"], counter["unsubscribed"]) == (1, 1)
    (record,) = [record for record in stored("AUDIT", tenant.id) if record["action"] == "suppression.created"]
    assert record["actor"] == {"type": "system", "id": "unsubscribe_link"}


@pytest.mark.parametrize("kind", ["lead", "prospect"])
def test_the_person_gets_no_more_steps_at_another_address(tenant: Tenant, kind: str) -> None:
    sequences.be_ready(tenant)
    sequence = sequences.active(tenant)
    person = sequences.lead(tenant) if kind == "lead" else sequences.prospect(tenant)
    old = emails.sent(tenant, person["email"], **{f"{kind}_id": person["id"]})
    change = {"email": "new@example.com"}
    assert call("PATCH", f"/v1/{kind}s/{person['id']}", key=tenant.write, json_body=change).status == 200
    enrollment = sequences.enrolled(tenant, sequence["id"], person)

    assert _post(path_of(tenant, old.id)).status == 200

    path = f"{sequences.SEQUENCES}/{sequence['id']}/enrollments/{enrollment['id']}"
    shown = call("GET", path, key=tenant.read).json
    assert (shown["status"], shown["stop_reason"]) == ("stopped", "unsubscribed")


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (ONE_CLICK, "application/x-www-form-urlencoded"),
        (ONE_CLICK, "application/x-www-form-urlencoded; charset=UTF-8"),
        (f"{ONE_CLICK}&x=1", "application/x-www-form-urlencoded"),
        (ONE_CLICK, ""),
        (MULTIPART, "multipart/form-data; boundary=b"),
        (MULTIPART, 'Multipart/Form-Data; boundary="b"'),
    ],
)
def test_both_types_of_form_are_accepted(tenant: Tenant, body: str, content_type: str) -> None:
    email = emails.sent(tenant)

    assert _post(path_of(tenant, email.id), body, **{"Content-Type": content_type}).status == 200
    assert suppressions.find(tenant.in_mode("live"), email.to)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("", "application/x-www-form-urlencoded"),
        ("List-Unsubscribe=Yes", "application/x-www-form-urlencoded"),
        ("list-unsubscribe=One-Click", "application/x-www-form-urlencoded"),
        ('{"List-Unsubscribe": "One-Click"}', "application/json"),
        ("&" * 4000, "application/x-www-form-urlencoded"),
        (MULTIPART, "multipart/form-data"),
        (MULTIPART, "multipart/form-data; boundary=c"),
        (MULTIPART.replace("One-Click", "No"), "multipart/form-data; boundary=b"),
        (ONE_CLICK, "multipart/form-data; boundary=b"),
        ("--b\r\nContent-Type: message/rfc822\r\n\r\nx: y\r\n--b--", "multipart/form-data; boundary=b"),
        (ONE_CLICK, "multipart/form-data; boundary=\r\nx: y"),
    ],
)
def test_any_other_body_unsubscribes_nobody(tenant: Tenant, body: str, content_type: str) -> None:
    email = emails.sent(tenant)

    response = _post(path_of(tenant, email.id), body, **{"Content-Type": content_type})

    assert response.status == 400
    assert "You are still subscribed" in response.text
    assert stored("SUPPRESSION", tenant.id) == []


def test_a_large_body_is_413(tenant: Tenant) -> None:
    response = _post(path_of(tenant, emails.sent(tenant).id), ONE_CLICK + "&" * 5000)

    assert response.status == 413
    assert response.headers["Content-Type"].startswith("text/html")


def test_a_second_click_changes_nothing(tenant: Tenant) -> None:
    email = emails.sent(tenant)
    path = path_of(tenant, email.id)
    _post(path)
    before = stored("SUPPRESSION", tenant.id), len(stored("AUDIT", tenant.id))

    for _ in range(2):
        assert _post(path).status == 200

    assert (stored("SUPPRESSION", tenant.id), len(stored("AUDIT", tenant.id))) == before
    (counter,) = stored("DELIVERABILITY", tenant.id)
    assert counter["unsubscribed"] == 1


def test_two_clicks_at_once_are_one(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    email = emails.sent(tenant)
    path = path_of(tenant, email.id)

    with overtaken(monkeypatch, lambda: _post(path)):
        assert _post(path).status == 200

    assert len(stored("SUPPRESSION", tenant.id)) == 1


def test_a_click_after_a_bounce_is_the_wish_that_counts(tenant: Tenant) -> None:
    connection = connect("resend", tenant.admin)
    email = emails.sent(tenant)
    emails.report(connection, emails.bounced(email))

    _post(path_of(tenant, email.id))

    (item,) = stored("SUPPRESSION", tenant.id)
    assert (item["reason"], item["source"]) == ("unsubscribed", "unsubscribe_link")


def test_a_click_while_the_next_step_is_queued_stops_what_follows(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sender advances the enrollment between the reads and the commit of the click."""
    sequences.be_ready(tenant)
    sequence = sequences.active(tenant)
    prospect = sequences.prospect(tenant)
    sequences.enrolled(tenant, sequence["id"], prospect)
    email = emails.sent(tenant, prospect["email"])

    def advance() -> None:
        (item,) = stored("ENROLLMENT", tenant.id)
        by = emails.sender(tenant)
        was = item["version"]
        assert isinstance(was, int)
        by.transaction.put_version({**item, "step": 1, "version": was + 1}, was=was)
        by.transaction.audit("enrollment.advanced", str(item["id"]))
        by.transaction.commit()

    with overtaken(monkeypatch, advance):
        assert _post(path_of(tenant, email.id)).status == 200

    (item,) = stored("ENROLLMENT", tenant.id)
    assert (item["status"], item["step"], "due_at" in item) == ("stopped", 1, False)


def test_a_click_that_is_killed_anywhere_is_completed_by_the_next(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    email = emails.sent(tenant)
    path = path_of(tenant, email.id)
    done = False
    for kill_after in range(1, 20):
        with watched_calls(monkeypatch) as calls:
            calls.kill_after = kill_after
            try:
                done = _post(path).status == 200
            except Killed:
                assert len(stored("SUPPRESSION", tenant.id)) in (0, 1)
        if done:
            break

    assert done
    assert suppressions.find(tenant.in_mode("live"), email.to)


def test_a_fault_of_the_table_is_a_page_that_says_what_to_do(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = path_of(tenant, emails.sent(tenant).id)
    with watched_calls(monkeypatch) as calls:
        calls.refuse["GetItem"] = "ThrottlingException"
        response = _post(path)

    assert response.status == 503
    assert "Open the link again in a few minutes." in response.text
