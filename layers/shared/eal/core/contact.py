"""Phone numbers and e-mail addresses: any usual spelling in, one form out. Nothing else normalises them."""

import re
from typing import Annotated

from eal.core.schema import AfterValidator, Field

# The two libraries take 10 ms each to import, and nearly all input needs neither: a text in one of these plain forms is
# already in normal form. A property test checks that against the libraries.
_PLAIN_US_PHONE = re.compile(
    r"(?:\+?1[ .-]?)?(?:\(([2-9][0-9]{2})\) ?|([2-9][0-9]{2})[ .-]?)([0-9]{3})[ .-]?([0-9]{4})"
)
_PLAIN_EMAIL = re.compile(
    r"[a-z0-9]+(?:[._+-][a-z0-9]+)*@(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+(?:com|net|org|edu|gov|us|io|co|biz|info)"
)
_MAX_LOCAL_PART_CHARACTERS = 64

MAX_PHONE_CHARACTERS = 40
"""Maximum length of an entered phone number: more than any spelling of a number with its extension; libphonenumber
itself stops at 250."""
MAX_EMAIL_CHARACTERS = 254


def e164(text: str, region: str = "US") -> str | None:
    """The number in E.164, or None if the text cannot be dialled. An extension is dropped: E.164 has none.

    Checks that a number is possible, not that it is valid: plans change faster than the library, and 555 numbers must
    pass.
    """
    if region == "US" and (plain := _PLAIN_US_PHONE.fullmatch(text)):
        return "+1" + "".join(part for part in plain.groups() if part)
    import phonenumbers

    if len(text) > MAX_PHONE_CHARACTERS:
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
    """The address in lower case, or None if the text is not an address. No DNS query is made."""
    address = text.strip().lower()
    if _is_plain(address):
        return address
    from email_validator import EmailNotValidError, validate_email

    if len(text) > MAX_EMAIL_CHARACTERS:
        return None
    try:
        # test_environment: addresses under .test (RFC 2606) are what sandboxes are tried with.
        found = validate_email(text.strip(), check_deliverability=False, test_environment=True)
        return found.normalized.lower()
    except EmailNotValidError:
        return None


def _is_plain(address: str) -> bool:
    """Whether an address is valid and normal as it is: no label is too long or has hyphens where IDNA puts its own."""
    local, _, domain = address.partition("@")
    return (
        _PLAIN_EMAIL.fullmatch(address) is not None
        and len(address) <= MAX_EMAIL_CHARACTERS
        and len(local) <= _MAX_LOCAL_PART_CHARACTERS
        and all(len(label) <= 63 and label[2:4] != "--" for label in domain.split("."))
    )


def _phone(text: str) -> str:
    number = e164(text)
    if number is None:
        raise ValueError("Must be a phone number; outside the US, with '+' and the country code.")
    return number


def _lost_its_plus(text: str) -> bool:
    """Whether the text may be an address whose + arrived as a space, which is what it means in a query."""
    return " " in text.strip() and email_address(text.strip().replace(" ", "+")) is not None


def _email(text: str) -> str:
    address = email_address(text)
    if address is None:
        hint = " In a query, a + must be encoded as %2B." if _lost_its_plus(text) else ""
        raise ValueError(f"Must be an e-mail address.{hint}")
    return address


Phone = Annotated[
    str,
    Field(
        max_length=MAX_PHONE_CHARACTERS,
        json_schema_extra={"format": "phone"},
        description="Accepted in any common notation, returned in E.164 format. Numbers outside the US need + and "
        "the country code. The number must be possible in its country; whether it is in use is not "
        "checked.",
    ),
    AfterValidator(_phone),
]
"""A phone number in a wire model."""

Email = Annotated[
    str,
    Field(
        max_length=MAX_EMAIL_CHARACTERS,
        json_schema_extra={"format": "email"},
        description="Stored in lower case.",
    ),
    AfterValidator(_email),
]
"""An e-mail address in a wire model."""

EmailFilter = Annotated[Email | None, Field(description="Exact match; case does not count. Encode + as %2B.")]
PhoneFilter = Annotated[
    Phone | None, Field(description="Exact match, in any common notation. Encode + as %2B.")
]
"""Both for a query."""
