"""The check of a Twilio integration: the key, the alert number, and where its texts go.

Source: Twilio's OpenAPI document of IncomingPhoneNumbers. A standard API key may not read the account itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.domain.alerts.model import Recipient
from eal.domain.integrations import connections
from eal.domain.integrations.model import Check, ConnectionHealth
from eal.vendors import loose_json
from eal.vendors.http import Busy, ResponseTooLarge, VendorRefused
from eal.vendors.twilio import client, error_codes, webhooks

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.domain.integrations.model import Integration
    from eal.vendors.loose_json import Body
    from eal.vendors.twilio.client import Account

_FORBIDDEN = 403
TEST_TEXT = "This is a test of your alerts: texts about calls come from this number. There is nothing to do."


def check(integration: Integration, test_phone: str | None, by: Caller) -> list[Check]:
    if not client.is_complete(integration):
        message = "Enter the account SID, the SID and the secret of an API key, and the alert number."
        return [Check("credentials", ok=False, message=message)]
    account = client.account_of(integration, by)
    try:
        response = account.api.get(
            f"{account.path}/IncomingPhoneNumbers.json", {"PhoneNumber": account.number, "PageSize": "1"}
        )
    except (Busy, ResponseTooLarge):
        return [Check("credentials", ok=None, message="Twilio did not answer. Try again.")]
    except VendorRefused as refused:
        return [_refused(refused)]
    accepted = Check("credentials", ok=True, message="Twilio accepts the API key.")
    numbers = [
        entry
        for entry in loose_json.members(response, "incoming_phone_numbers")
        if loose_json.text(entry, "phone_number") == account.number
    ]
    if not numbers:
        message = "The alert number is not a number of this Twilio account."
        return [accepted, Check("alert_number", ok=False, message=message)]
    checks = [accepted, _number(numbers[0]), _answers(numbers[0], integration)]
    return [*checks, _text(account, test_phone)] if test_phone else checks


def _refused(refused: VendorRefused) -> Check:
    if refused.status == _FORBIDDEN:
        message = "The API key may not list the numbers of the account, so nothing else can be checked."
        return Check("credentials", ok=None, message=message)
    return Check("credentials", ok=False, message=_sentence(refused))


def _sentence(refused: VendorRefused) -> str:
    code = client.code_of(refused)
    return error_codes.explained(code, f"Twilio refused the request (error {code}, status {refused.status}).")


def _text(account: Account, phone: str) -> Check:
    if not Recipient(name="", phone=phone).is_in_reach:
        return Check("test_text", ok=False, message="Only numbers of the US and Canada are texted.")
    form = {"To": phone, "From": account.number, "Body": TEST_TEXT}
    try:
        account.api.post_form(f"{account.path}/Messages.json", form)
    except (Busy, ResponseTooLarge):
        message = (
            "Twilio did not answer, so the text may have been sent. Look at the phone before you try again."
        )
        return Check("test_text", ok=None, message=message)
    except VendorRefused as refused:
        return Check("test_text", ok=False, message=_sentence(refused))
    return Check("test_text", ok=True, message="Twilio has accepted the text. Look at the phone.")


def _number(entry: Body) -> Check:
    can = loose_json.member(entry, "capabilities")
    lacking = [text for name, text in (("sms", "text"), ("voice", "call")) if can.get(name) is not True]
    if lacking:
        message = f"The alert number cannot {' or '.join(lacking)}. Use a number of your account that can."
        return Check("alert_number", ok=False, message=message)
    return Check("alert_number", ok=True, message="The alert number can text and call.")


def _answers(entry: Body, integration: Integration) -> Check:
    if integration.signing is None:
        message = (
            "Without the auth token, people can answer by the link only. Enter the account's auth token."
        )
        return Check("answers", ok=False, message=message)
    if loose_json.text(entry, "sms_application_sid"):
        message = "An application of Twilio receives the texts of the alert number. Twilio does not say where they go."
        return Check("answers", ok=None, message=message)
    expected = f"{client.receiver_base(integration)}/{webhooks.MESSAGE}"
    if loose_json.text(entry, "sms_url") != expected or loose_json.text(entry, "sms_method") == "GET":
        message = (
            "Replies to texts do not arrive here. In Twilio, enter the receiver address at the alert number, where a "
            "message comes in, with the method HTTP POST."
        )
        return Check("answers", ok=False, message=message)
    health = _health(integration)
    if health.status == "healthy":
        return Check("answers", ok=True, message="Replies to texts arrive here.")
    if health.last_failure and health.last_failure.reason == "invalid_signature":
        message = (
            "Twilio signs with another auth token than the one entered here. Enter the account's current one."
        )
        return Check("answers", ok=False, message=message)
    message = (
        "The address is right, and nothing has arrived yet: send a test text and reply to it. If the number is in a "
        "Messaging Service, let the service use the number's own address for incoming messages."
    )
    return Check("answers", ok=None, message=message)


def _health(integration: Integration) -> ConnectionHealth:
    connection = connections.find(integration.connection_id or "", webhooks.VENDOR)
    return connection.health() if connection else ConnectionHealth()
