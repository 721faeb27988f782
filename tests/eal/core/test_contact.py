"""eal.core.contact: one canonical form of phone numbers and e-mail addresses."""

from __future__ import annotations

import subprocess
import sys

import email_validator
import phonenumbers
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from eal.core import contact
from eal.core.contact import Email, Phone, e164, email_address
from tools.fixtures.template import ROOT


@pytest.mark.parametrize(
    "text",
    [
        "+15550100002",
        "555-010-0002",
        "(555) 010-0002",
        "1 555 010 0002",
        "555.010.0002 x12",
        " 5550100002 ",
        "tel:+1-555-010-0002",
    ],
)
def test_every_common_format_of_a_us_number_is_the_same_number(text: str) -> None:
    assert e164(text) == "+15550100002"


def test_a_foreign_number_keeps_its_country_code() -> None:
    assert e164("+44 20 7946 0018") == "+442079460018"


@pytest.mark.parametrize("text", ["", "anonymous", "911", "555-0100", "+1555010", "5" * 30, "1" * 4000, "+"])
def test_a_text_that_is_not_a_possible_number_is_none(text: str) -> None:
    assert e164(text) is None


@given(st.text(max_size=60))
def test_any_text_results_in_none_or_a_canonical_number(text: str) -> None:
    number = e164(text)

    assert number is None or e164(number) == number


def test_an_address_is_in_lower_case() -> None:
    assert email_address(" Dana.Reyes@Example.COM ") == "dana.reyes@example.com"


@pytest.mark.parametrize("text", ["", "dana", "dana@", "@example.com", "a b@e.com", "a" * 250 + "@e.com"])
def test_a_text_that_is_not_an_address_is_none(text: str) -> None:
    assert email_address(text) is None


@given(st.text(max_size=60))
def test_any_text_results_in_none_or_a_canonical_address(text: str) -> None:
    address = email_address(text)

    assert address is None or email_address(address) == address


def test_models_normalise_valid_values_and_explain_invalid_ones() -> None:
    assert TypeAdapter(Phone).validate_python("(555) 010-0002") == "+15550100002"
    assert TypeAdapter(Email).validate_python("A@Example.com") == "a@example.com"
    with pytest.raises(ValidationError, match="Must be a phone number"):
        TypeAdapter(Phone).validate_python("12")
    with pytest.raises(ValidationError, match="Must be an e-mail address"):
        TypeAdapter(Email).validate_python("12")


@given(st.from_regex(contact._PLAIN_US_PHONE, fullmatch=True))
def test_a_plain_phone_equals_the_result_of_the_library(text: str) -> None:
    number = phonenumbers.parse(text, "US")

    assert phonenumbers.is_possible_number(number)
    assert contact.e164(text) == phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@given(st.from_regex(contact._PLAIN_EMAIL, fullmatch=True))
def test_a_plain_address_equals_the_result_of_the_library(text: str) -> None:
    assume(contact._is_plain(text))

    found = email_validator.validate_email(text, check_deliverability=False)

    assert contact.email_address(text) == found.normalized.lower()


def test_an_address_of_the_test_domain_is_valid() -> None:
    assert email_address("Dana@acme.test") == "dana@acme.test"


def test_plain_input_imports_no_library() -> None:
    code = (
        "import sys; from eal.core.contact import e164, email_address;"
        "assert e164('(415) 555-0123') == '+14155550123';"
        "assert email_address(' A.b@Example.com') == 'a.b@example.com';"
        "assert not {'phonenumbers', 'email_validator'} & set(sys.modules)"
    )
    environment = {"PYTHONPATH": str(ROOT / "layers" / "shared")}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)  # noqa: S603 - our own code
