"""Twilio's signature, forms and responses."""

from __future__ import annotations

from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eal.domain.integrations.scheme import SignedRequest
from eal.vendors.twilio.webhooks import SCHEME, Form, asking, is_signed, spoken, written
from tests.support.twilio import signature

URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
FORM = {
    "CallSid": "CA1234567890ABCDE",
    "Caller": "+14158675309",
    "Digits": "1234",
    "From": "+14158675309",
    "To": "+18005551212",
}
TOKEN, GOLDEN = "12345", "RSOYDt4T1cUTdK1PDd93/VVr8B8="
NAMES = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=20)
FORMS = st.dictionaries(NAMES, st.text(st.characters(exclude_categories=["Cs"]), max_size=40), min_size=1)


def _is_signed(
    sent: str, form: dict[str, str] | bytes, *urls: str, secrets: tuple[str, ...] = (TOKEN,)
) -> bool:
    body = form if isinstance(form, bytes) else urlencode(form).encode()
    return is_signed(SignedRequest({"x-twilio-signature": sent}, body, urls or (URL,)), secrets)


def test_the_documented_vector_is_signed() -> None:
    assert _is_signed(GOLDEN, FORM)
    assert _is_signed(GOLDEN, FORM, "https://other.example.com/", URL)
    assert _is_signed(GOLDEN, FORM, secrets=("another", TOKEN))


def test_the_address_may_have_its_port() -> None:
    assert _is_signed(GOLDEN, FORM, "https://mycompany.com:443/myapp.php?foo=1&bar=2")
    with_port = signature("https://mycompany.com:443/myapp.php?foo=1&bar=2", FORM, TOKEN)
    assert _is_signed(with_port, FORM)


@pytest.mark.parametrize("name", FORM)
def test_a_changed_removed_or_added_field_is_not_signed(name: str) -> None:
    assert not _is_signed(GOLDEN, {**FORM, name: FORM[name] + "1"})
    assert not _is_signed(GOLDEN, {key: value for key, value in FORM.items() if key != name})
    assert not _is_signed(GOLDEN, {**FORM, f"{name}2": ""})


@pytest.mark.parametrize("sent", ["", "☃", GOLDEN[:-1], GOLDEN.lower(), f"{GOLDEN},{GOLDEN}"])
def test_any_other_header_is_not_a_signature(sent: str) -> None:
    assert not _is_signed(sent, FORM)


def test_another_address_token_or_none_is_not_signed() -> None:
    assert not _is_signed(GOLDEN, FORM, URL.replace("bar=2", "bar=3"))
    assert not _is_signed(GOLDEN, FORM, URL.replace("https", "http"))
    assert not _is_signed(GOLDEN, FORM, secrets=("123456",))
    assert not _is_signed(GOLDEN, FORM, secrets=())


def test_values_of_a_repeated_field_are_sorted_and_count_once() -> None:
    sent = signature(URL, {"MediaUrl": "a" + "MediaUrl" + "b"}, TOKEN)

    assert _is_signed(sent, b"MediaUrl=b&MediaUrl=a&MediaUrl=b")


@given(FORMS, st.text(min_size=1), st.binary(max_size=10))
def test_exactly_what_was_signed_is_accepted(form: dict[str, str], token: str, more: bytes) -> None:
    sent = signature(URL, form, token) if token.isascii() else None
    if sent is None:
        return
    body = urlencode(form).encode()

    assert _is_signed(sent, body, secrets=(token,))
    assert not _is_signed(sent, body + b"&" + b"x" + more.hex().encode() + b"=1", secrets=(token,))


@given(st.binary(max_size=200))
def test_any_body_is_a_form_or_refused(body: bytes) -> None:
    assert is_signed(SignedRequest({}, body, (URL,)), [TOKEN]) is False
    try:
        form = Form.of(body)
    except ValueError:
        assert not SCHEME.has_form(body)
    else:
        assert isinstance(form.text, str)


def test_more_fields_than_twilio_sends_are_no_form() -> None:
    assert not SCHEME.has_form(b"&".join(b"a%d=1" % number for number in range(201)))


@given(st.text(st.characters(min_codepoint=32, exclude_categories=["Cs", "Cn"])))
def test_whatever_is_said_stays_text(text: str) -> None:
    assert _parsed(spoken(text).body).findtext("Say") == text
    assert _parsed(written(text).body).findtext("Message") == text
    gather = _parsed(asking(text, "https://example.com/?alert=a&b=<c>"))
    assert (gather.findtext("Say"), gather.get("action")) == (text, "https://example.com/?alert=a&b=<c>")


def _parsed(twiml: str) -> ElementTree.Element:
    return ElementTree.fromstring(twiml)  # noqa: S314 - our own
