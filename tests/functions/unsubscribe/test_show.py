"""GET /v1/u/{token}."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from eal.domain.outreach import addresses
from tests.support import emails, sequences
from tests.support.callrail import stored
from tests.support.faults import watched_calls
from tests.support.http import call

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def path_of(tenant: Tenant, email_id: str) -> str:
    return f"/v1/u/{addresses.unsubscribe_token(tenant.in_mode('live'), email_id)}"


def test_the_page_names_the_sender_and_has_one_button(tenant: Tenant) -> None:
    sequences.be_ready(tenant)
    email = emails.sent(tenant)

    response = call("GET", path_of(tenant, email.id))

    assert response.status == 200
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert sequences.SENDER["name"] in response.text
    assert '<html lang="en">' in response.text
    assert re.findall("<h1>(.*?)</h1>", response.text) == ["Unsubscribe"]
    assert response.text.count("<button") == 1
    assert '<input type="hidden" name="List-Unsubscribe" value="One-Click">' in response.text


def test_the_page_has_no_script_and_shows_nothing_about_the_recipient(tenant: Tenant) -> None:
    email = emails.sent(tenant)

    response = call("GET", path_of(tenant, email.id))

    assert response.headers["Content-Security-Policy"].startswith("default-src 'none'; ")
    assert response.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in response.headers
    for forbidden in ("<script", "http://", "https://", "dana", email.id, tenant.id):
        assert forbidden not in response.text


def test_looking_at_the_page_changes_nothing(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    email = emails.sent(tenant)
    path = path_of(tenant, email.id)
    call("GET", path)

    with watched_calls(monkeypatch) as calls:
        for method in ("GET", "HEAD"):
            for query in ("", "?utm_source=scanner", "?List-Unsubscribe=One-Click"):
                assert call(method, path + query, body="List-Unsubscribe=One-Click").status == 200

    assert set(calls.made) == {"GetItem"}
    assert stored("SUPPRESSION", tenant.id) == []


def test_without_a_sender_the_page_names_the_organization(tenant: Tenant) -> None:
    assert "Acme Restoration" in call("GET", path_of(tenant, emails.sent(tenant).id)).text


def test_a_name_is_text_and_not_markup(tenant: Tenant) -> None:
    sender = {**sequences.SENDER, "name": "<script>alert(1)</script> & Co"}
    sequences.be_ready(tenant, sender=sender)

    text = call("GET", path_of(tenant, emails.sent(tenant).id)).text

    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; Co" in text


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_forged_or_broken_token_is_404_with_what_to_do(
    tenant: Tenant, stranger: Tenant, method: str
) -> None:
    email = emails.sent(tenant)
    token = addresses.unsubscribe_token(tenant.in_mode("live"), email.id)
    foreign = addresses.unsubscribe_token(stranger.in_mode("live"), email.id)
    forged = [
        token[:-1], token + "a", token[:-1] + ("a" if token[-1] != "a" else "b"), token.upper(),
        token[:53] + foreign[53:], "x", "é" * 77, "%00", "a" * 2000,
    ]  # fmt: skip
    for text in forged:
        response = call(
            method, f"/v1/u/{text}", body="List-Unsubscribe=One-Click" if method == "POST" else None
        )
        assert response.status == 404, text
        assert "Nobody was unsubscribed" in response.text
    assert stored("SUPPRESSION", tenant.id) == []


def test_the_token_is_not_logged(
    tenant: Tenant, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    path = path_of(tenant, emails.sent(tenant).id)

    call("GET", path)
    call("POST", path, body="List-Unsubscribe=One-Click")

    logged = capsys.readouterr().out + "".join(str(record.__dict__) for record in caplog.records)
    assert caplog.records
    assert path.rpartition("/")[2][:60] not in logged
    assert "dana" not in logged
