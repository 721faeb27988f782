"""POST /v1/sessions."""

from __future__ import annotations

import base64
import hmac
import json
from typing import TYPE_CHECKING, Any

import pytest
from joserfc import jwt

from eal.core import aws, settings
from eal.core.clock import rfc3339
from eal.domain.members.sessions import store
from tests.support.callrail import stored
from tests.support.cognito import NONCE, REDIRECT_URI, VERIFIER, Cognito, rsa_key, serving
from tests.support.http import ApiResponse, call
from tests.support.pipeline import items
from tests.support.sessions import invite

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.tenants import Tenant
    from tests.support.time import Clock


@pytest.fixture
def cognito(cloud: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cognito]:
    """A user pool, as a local server."""
    with serving(monkeypatch) as cognito:
        yield cognito


def _sign_in(code: str, /, *, headers: dict[str, str] | None = None, **changes: Any) -> ApiResponse:
    body = {"code": code, "verifier": VERIFIER, "nonce": NONCE, "redirect_uri": REDIRECT_URI, **changes}
    return call("POST", "/v1/sessions", json_body=body, headers=headers)


def _actions(tenant: Tenant) -> list[str]:
    return [str(record["action"]) for record in stored("AUDIT", tenant.id)]


def test_a_member_signs_in(clock: Clock, tenant: Tenant, cognito: Cognito) -> None:
    member_id, email = invite(tenant, "viewer")
    headers = {"X-EAL-Client-IP": "198.51.100.4", "User-Agent": "Firefox"}

    response = _sign_in(cognito.signed_in(email), headers=headers)

    assert response.status == 201, response.text
    shown = response.json
    text = shown["session"]
    assert text.startswith("eal_session_")
    assert shown["member"]["id"] == member_id
    assert shown["mode"] == "live"
    assert shown["organization"]["id"] == tenant.id
    assert shown["auth_time"] == rfc3339(clock.at.replace(microsecond=0))
    assert call("GET", "/v1/health", key=text).json["scopes"] == ["read"]
    (listed,) = call("GET", f"/v1/organizations/me/members/{member_id}/sessions", key=tenant.admin).json[
        "data"
    ]
    assert (listed["ip"], listed["user_agent"], listed["is_current"]) == ("198.51.100.4", "Firefox", False)
    member = call("GET", "/v1/organizations/me/members", key=tenant.read).json["data"][0]
    assert (member["status"], member["last_signed_in_at"]) == ("active", rfc3339(clock.at))
    assert "member.signed_in" in _actions(tenant)


def test_neither_the_session_nor_a_token_is_stored(tenant: Tenant, cognito: Cognito) -> None:
    email = invite(tenant)[1]
    token = cognito.token(cognito.claims(email))

    text = _sign_in(cognito.code_for(token)).json["session"]

    access = aws.dynamodb().scan(TableName=settings.access_table())["Items"]
    stored = json.dumps([items(), access])
    assert text not in stored
    assert token not in stored
    assert "ttl" in next(item for item in access if item["pk"]["S"].startswith("S#"))


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Other"},
        {"aud": "another-client"},
        {"aud": ["dashboardclient", "another-client"]},
        {"token_use": "access"},
        {"nonce": "another nonce"},
        {"nonce": None},
        {"exp": 1},
        {"exp": None},
        {"exp": "9999999999"},
        {"iat": 99999999999},
        {"auth_time": None},
        {"auth_time": 99999999999},
        {"sub": None},
        {"sub": ""},
        {"email": None},
    ],
    ids=str,
)
def test_a_token_of_something_else_is_refused(
    tenant: Tenant, cognito: Cognito, change: dict[str, Any]
) -> None:
    email = invite(tenant)[1]

    response = _sign_in(cognito.signed_in(email, **change))

    assert (response.status, response.error) == (403, "sign_in_refused")
    assert response.json["error"]["details"]["reason"] == "invalid_token"


@pytest.mark.parametrize("verified", [False, None, "true", 1], ids=str)
def test_an_unverified_address_is_refused(tenant: Tenant, cognito: Cognito, verified: object) -> None:
    response = _sign_in(cognito.signed_in(invite(tenant)[1], email_verified=verified))

    assert response.json["error"]["details"]["reason"] == "unverified_email"


def _part(value: object) -> str:
    content = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _unsigned(claims: dict[str, Any]) -> str:
    return f"{_part({'alg': 'none', 'kid': 'pool-key'})}.{_part(claims)}."


def _signed_with_the_public_key(claims: dict[str, Any]) -> str:
    """HS256 with the text of the public key as the secret (CVE-2015-9235)."""
    content = f"{_part({'alg': 'HS256', 'kid': 'pool-key'})}.{_part(claims)}"
    return f"{content}.{_part(hmac.digest(rsa_key().as_pem(private=False), content.encode(), 'sha256'))}"


def _signed_by_another_key(claims: dict[str, Any]) -> str:
    other = rsa_key("another-key")
    return jwt.encode({"alg": "RS256", "kid": "pool-key"}, claims, other)


def _with_an_unknown_key_id(claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "RS256", "kid": "another-key"}, claims, rsa_key("another-key"))


def _with_its_own_key(claims: dict[str, Any]) -> str:
    other = rsa_key("another-key")
    header = {"alg": "RS256", "jwk": other.as_dict(private=False)}
    return jwt.encode(header, claims, other)


@pytest.mark.parametrize(
    "forge",
    [
        _unsigned,
        _signed_with_the_public_key,
        _signed_by_another_key,
        _with_an_unknown_key_id,
        _with_its_own_key,
        lambda _claims: "not.a.token",
        lambda _claims: "",
        lambda claims: Cognito().token(claims)[:-8] + "AAAAAAAA",
    ],
)
def test_a_forged_token_is_refused(tenant: Tenant, cognito: Cognito, forge: Any) -> None:
    claims = cognito.claims(invite(tenant)[1])

    response = _sign_in(cognito.code_for(forge(claims) or " "))

    assert (response.status, response.error) == (403, "sign_in_refused")
    assert response.json["error"]["details"]["reason"] == "invalid_token"


def test_unknown_key_ids_do_not_make_the_keys_be_read_each_time(tenant: Tenant, cognito: Cognito) -> None:
    claims = cognito.claims(invite(tenant)[1])

    for _ in range(3):
        _sign_in(cognito.code_for(_with_an_unknown_key_id(claims)))

    assert sum("jwks" in path for path in cognito.requests) == 1


def test_a_new_key_of_the_pool_is_read(
    tenant: Tenant, cognito: Cognito, monkeypatch: pytest.MonkeyPatch
) -> None:
    email = invite(tenant)[1]
    assert _sign_in(cognito.signed_in(email)).status == 201
    cognito.published.append(rsa_key("another-key"))
    monkeypatch.setattr("eal.vendors.cognito.sign_in.MIN_SECONDS_BETWEEN_KEYS", 0.0)

    token = cognito.token(cognito.claims(email), rsa_key("another-key"))

    assert _sign_in(cognito.code_for(token)).status == 201


def test_a_code_works_once(tenant: Tenant, cognito: Cognito) -> None:
    code = cognito.signed_in(invite(tenant)[1])
    assert _sign_in(code).status == 201

    replayed = _sign_in(code)

    assert (replayed.status, replayed.json["error"]["details"]["reason"]) == (403, "invalid_code")


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"verifier": "w" * 43}, "invalid_code"), ({"nonce": "another nonce of 20"}, "invalid_token")],
)
def test_a_code_of_another_browser_is_refused(
    tenant: Tenant, cognito: Cognito, change: dict[str, Any], reason: str
) -> None:
    response = _sign_in(cognito.signed_in(invite(tenant)[1]), **change)

    assert (response.status, response.json["error"]["details"]["reason"]) == (403, reason)


def test_another_redirect_uri_is_refused_before_the_exchange(tenant: Tenant, cognito: Cognito) -> None:
    code = cognito.signed_in(invite(tenant)[1])

    response = _sign_in(code, redirect_uri="https://evil.example.com/signed-in")

    assert (response.status, response.error) == (422, "validation_error")
    assert cognito.requests == []


def test_a_fault_of_cognito_is_503(tenant: Tenant, cognito: Cognito) -> None:
    email = invite(tenant)[1]
    for failure in (500, 503, 429, 401):
        cognito.failures = [failure]

        response = _sign_in(cognito.signed_in(email))

        assert (response.status, response.error) == (503, "unavailable")


def test_an_address_that_nobody_invited_is_refused(tenant: Tenant, cognito: Cognito) -> None:
    response = _sign_in(cognito.signed_in("stranger@example.com"))

    assert (response.status, response.json["error"]["details"]["reason"]) == (403, "unknown_member")


def test_a_refused_sign_in_is_counted(
    tenant: Tenant, cognito: Cognito, capsys: pytest.CaptureFixture[str]
) -> None:
    """`SignInsRefusedAlarm` counts those of both places that refuse."""
    for code in (cognito.signed_in("stranger@example.com"), "a code that nobody has"):
        assert _sign_in(code).status == 403

    assert capsys.readouterr().out.replace(" ", "").count('"sign_ins_refused":[1') == 2


def test_a_removed_member_is_refused(tenant: Tenant, cognito: Cognito) -> None:
    member_id, email = invite(tenant)
    assert _sign_in(cognito.signed_in(email)).status == 201
    call("DELETE", f"/v1/organizations/me/members/{member_id}", key=tenant.admin)

    response = _sign_in(cognito.signed_in(email))

    assert response.json["error"]["details"]["reason"] == "unknown_member"


def test_an_address_is_bound_to_its_first_account(tenant: Tenant, cognito: Cognito) -> None:
    email = invite(tenant)[1]
    assert _sign_in(cognito.signed_in(email)).status == 201

    response = _sign_in(cognito.signed_in(email, sub="an account made later"))

    assert (response.status, response.json["error"]["details"]["reason"]) == (403, "other_account")
    assert "member.sign_in_refused" in _actions(tenant)
    assert _sign_in(cognito.signed_in(email)).status == 201


def test_the_letter_case_of_an_address_does_not_matter(tenant: Tenant, cognito: Cognito) -> None:
    email = invite(tenant)[1]

    assert _sign_in(cognito.signed_in(email.upper())).status == 201


def test_a_member_of_two_organizations_chooses_one(
    clock: Clock, tenant: Tenant, stranger: Tenant, cognito: Cognito
) -> None:
    email = invite(tenant)[1]
    clock.advance(seconds=1)
    invite(stranger, "viewer", email)

    newest = _sign_in(cognito.signed_in(email))
    chosen = _sign_in(cognito.signed_in(email), organization_id=tenant.id, mode="test")
    clock.advance(seconds=1)
    again = _sign_in(cognito.signed_in(email), organization_id=tenant.id)
    last = _sign_in(cognito.signed_in(email))

    assert newest.json["organization"]["id"] == stranger.id
    assert (chosen.json["organization"]["id"], chosen.json["mode"]) == (tenant.id, "test")
    assert again.json["organizations"] == [
        {"id": tenant.id, "name": "Acme Restoration", "role": "admin", "status": "active"},
        {"id": stranger.id, "name": "Other Restoration", "role": "viewer", "status": "active"},
    ]
    assert last.json["organization"]["id"] == tenant.id


def _invited_by_children(tenant: Tenant, email: str, number: int) -> None:
    """Invitations of an address by new children of a tenant."""
    for _ in range(number):
        child = call("POST", "/v1/organizations", key=tenant.admin, json_body={"name": "A child"}).json
        body = {"email": email, "role": "owner"}
        key = child["admin_key"]["key"]
        assert call("POST", "/v1/organizations/me/members", key=key, json_body=body).status == 201


def _chosen(response: ApiResponse) -> str:
    assert response.status == 201, response.text
    return str(response.json["organization"]["id"])


def test_invitations_of_strangers_do_not_lock_a_member_out(
    clock: Clock, tenant: Tenant, stranger: Tenant, cognito: Cognito, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "MAX_ORGANIZATIONS", 3)
    email = invite(tenant)[1]
    _sign_in(cognito.signed_in(email))
    clock.advance(hours=1)

    _invited_by_children(stranger, email, 4)

    by_default = _sign_in(cognito.signed_in(email))
    by_name = _sign_in(cognito.signed_in(email), organization_id=tenant.id)
    assert _chosen(by_default) == _chosen(by_name) == tenant.id
    assert len(by_default.json["organizations"]) == 3
    assert tenant.id in [organization["id"] for organization in by_default.json["organizations"]]


def test_an_invited_person_enters_the_organization_that_they_name_however_many_invite_them(
    clock: Clock, tenant: Tenant, stranger: Tenant, cognito: Cognito, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "MAX_ORGANIZATIONS", 2)
    email = invite(tenant)[1]
    clock.advance(hours=1)
    _invited_by_children(stranger, email, 3)

    response = _sign_in(cognito.signed_in(email), organization_id=tenant.id)

    assert _chosen(response) == tenant.id
    assert tenant.id in [organization["id"] for organization in response.json["organizations"]]
    assert call("GET", "/v1/session", key=response.json["session"]).json["organization"]["id"] == tenant.id


def test_invitations_share_no_item(tenant: Tenant, stranger: Tenant) -> None:
    email = invite(tenant)[1]
    invite(stranger, "viewer", email)

    access = aws.dynamodb().scan(TableName=settings.access_table())["Items"]

    assert [item["pk"]["S"] for item in access if item["pk"]["S"].startswith("M#")] == []


def test_organizations_are_read_in_batches(
    tenant: Tenant, stranger: Tenant, cognito: Cognito, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "_PER_READ", 2)
    email = invite(tenant)[1]
    _invited_by_children(stranger, email, 4)

    assert len(_sign_in(cognito.signed_in(email)).json["organizations"]) == 5


def test_an_address_is_unbound_when_the_last_organization_is_left_that_was_signed_in_to(
    tenant: Tenant, stranger: Tenant, cognito: Cognito
) -> None:
    member_id, email = invite(tenant)
    assert _sign_in(cognito.signed_in(email)).status == 201
    invite(stranger, "viewer", email)
    call("DELETE", f"/v1/organizations/me/members/{member_id}", key=tenant.admin)

    response = _sign_in(cognito.signed_in(email, sub="an account made later"))

    assert _chosen(response) == stranger.id


def test_a_stranger_who_removes_an_invitation_does_not_unbind_the_address(
    tenant: Tenant, stranger: Tenant, cognito: Cognito
) -> None:
    email = invite(tenant)[1]
    assert _sign_in(cognito.signed_in(email)).status == 201
    invited, _ = invite(stranger, "viewer", email)
    call("DELETE", f"/v1/organizations/me/members/{invited}", key=stranger.admin)

    response = _sign_in(cognito.signed_in(email, sub="an account made later"))

    assert (response.status, response.json["error"]["details"]["reason"]) == (403, "other_account")


def test_an_address_stays_bound_while_the_person_has_another_organization(
    tenant: Tenant, stranger: Tenant, cognito: Cognito
) -> None:
    member_id, email = invite(tenant)
    invite(stranger, "viewer", email)
    for organization in (tenant, stranger):
        assert _sign_in(cognito.signed_in(email), organization_id=organization.id).status == 201
    call("DELETE", f"/v1/organizations/me/members/{member_id}", key=tenant.admin)

    response = _sign_in(cognito.signed_in(email, sub="an account made later"))

    assert (response.status, response.json["error"]["details"]["reason"]) == (403, "other_account")


def test_no_member_of_an_organization_signs_in_to_another_one(
    tenant: Tenant, stranger: Tenant, cognito: Cognito
) -> None:
    response = _sign_in(cognito.signed_in(invite(tenant)[1]), organization_id=stranger.id)

    assert (response.status, response.json["error"]["details"]["reason"]) == (403, "not_a_member")


def test_a_session_begun_by_somebody_else_gains_nothing(tenant: Tenant, cognito: Cognito) -> None:
    """Session fixation: each sign-in makes a text of its own, and no request can name one."""
    email = invite(tenant)[1]
    before = _sign_in(cognito.signed_in(email)).json["session"]

    response = call(
        "POST",
        "/v1/sessions",
        key=before,
        json_body={
            "code": cognito.signed_in(email),
            "verifier": VERIFIER,
            "nonce": NONCE,
            "redirect_uri": REDIRECT_URI,
        },
    )

    assert response.json["session"] != before
    assert _sign_in(cognito.signed_in(email), session=before).status == 422


def test_the_eleventh_sign_in_ends_the_session_used_least_recently(
    clock: Clock, tenant: Tenant, cognito: Cognito
) -> None:
    email = invite(tenant)[1]
    texts = []
    for _ in range(10):
        clock.advance(seconds=1)
        texts.append(_sign_in(cognito.signed_in(email)).json["session"])
    clock.advance(seconds=1)
    assert call("GET", "/v1/session", key=texts[0]).status == 200

    _sign_in(cognito.signed_in(email))

    alive = [call("GET", "/v1/session", key=text).status for text in texts]
    assert alive == [200, 401, *[200] * 8]
    assert _actions(tenant).count("session.ended") == 1


def test_sessions_that_ended_by_themselves_make_room(clock: Clock, tenant: Tenant, cognito: Cognito) -> None:
    email = invite(tenant)[1]
    for _ in range(10):
        _sign_in(cognito.signed_in(email))
    clock.advance(minutes=61)

    text = _sign_in(cognito.signed_in(email)).json["session"]

    member_id = call("GET", "/v1/session", key=text).json["member"]["id"]
    listed = call("GET", f"/v1/organizations/me/members/{member_id}/sessions", key=text).json["data"]
    assert [session["is_current"] for session in listed] == [True]
