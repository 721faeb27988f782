"""Phone numbers and e-mail addresses: any usual spelling in, one form out. Nothing else normalises them."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

# The two libraries take 10 ms each to import, and nearly all input needs neither: what has one of these plain forms is
# its own normal form, as a property test shows against the libraries.
_PLAIN_US_PHONE = re.compile(
    r"(?:\+?1[ .-]?)?(?:\(([2-9][0-9]{2})\) ?|([2-9][0-9]{2})[ .-]?)([0-9]{3})[ .-]?([0-9]{4})"
)
_PLAIN_EMAIL = re.compile(
    r"[a-z0-9]+(?:[._+-][a-z0-9]+)*@(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+(?:com|net|org|edu|gov|us|io|co|biz|info)"
)
_LONGEST_LOCAL_PART = 64

LONGEST_PHONE = 40
"""More than any spelling of a number with its extension; libphonenumber itself stops at 250."""
LONGEST_EMAIL = 254


def e164(text: str, region: str = "US") -> str | None:
    """The number in E.164, or None for what cannot be dialled. An extension is dropped: E.164 has none.

    Possible and not valid numbers: plans change faster than the library, and 555 numbers must pass.
    """
    if region == "US" and (plain := _PLAIN_US_PHONE.fullmatch(text)):
        return "+1" + "".join(part for part in plain.groups() if part)
    import phonenumbers

    if len(text) > LONGEST_PHONE:
        return None
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    # is_possible_number() would also take a number without its area code, which E.164 cannot express.
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def email_address(text: str) -> str | None:
    """The address in lower case, or None for what is no address. The DNS is not asked."""
    address = text.strip().lower()
    if _is_plain(address):
        return address
    from email_validator import EmailNotValidError, validate_email

    if len(text) > LONGEST_EMAIL:
        return None
    try:
        # test_environment: addresses under .test (RFC 2606) are what sandboxes are tried with.
        found = validate_email(text.strip(), check_deliverability=False, test_environment=True)
        return found.normalized.lower()
    except EmailNotValidError:
        return None


def _is_plain(address: str) -> bool:
    """Whether an address is certainly right as it is: no label is long, none has hyphens where IDNA looks for them."""
    local, _, domain = address.partition("@")
    return (
        _PLAIN_EMAIL.fullmatch(address) is not None
        and len(address) <= LONGEST_EMAIL
        and len(local) <= _LONGEST_LOCAL_PART
        and all(len(label) <= 63 and label[2:4] != "--" for label in domain.split("."))
    )


def _phone(text: str) -> str:
    number = e164(text)
    if number is None:
        raise ValueError("must be a phone number; outside the US with '+' and its country code")
    return number


def _email(text: str) -> str:
    address = email_address(text)
    if address is None:
        raise ValueError("must be an e-mail address")
    return address


Phone = Annotated[
    str,
    AfterValidator(_phone),
    Field(
        max_length=LONGEST_PHONE,
        json_schema_extra={"format": "phone"},
        description="Any usual spelling in, E.164 out; outside the US with + and the country code. It must be possible "
        "in its country's plan; whether it is in use is not asked.",
    ),
]
"""A phone number in a wire model."""

Email = Annotated[
    str,
    AfterValidator(_email),
    Field(max_length=LONGEST_EMAIL, json_schema_extra={"format": "email"}, description="Kept in lower case."),
]
"""An e-mail address in a wire model."""
