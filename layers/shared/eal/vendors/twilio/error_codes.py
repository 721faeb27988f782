"""Twilio's error codes that people can do something about, in sentences. Source: Twilio's pages of error codes.

Twilio's own messages may repeat a phone number, so they are not shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

INVALID_KEY: Final = "20003"
QUEUE_FULL: Final = "21611"
_NOT_REGISTERED = (
    "The alert number is not registered for texts to US numbers (A2P 10DLC). Register it at Twilio."
)
OF_PERSON: Final[Mapping[str, str]] = {
    "13224": "The phone number is not valid.",
    "21211": "The phone number is not valid.",
    "21610": "The person has opted out of texts from this number by a word such as STOP. START lifts it.",
    "21612": "Texts from the alert number cannot reach this phone number.",
    "21614": "The phone number is not a mobile number, so it gets no texts.",
    "30005": "The phone number is not in use.",
    "30006": "The phone number is a landline, or its carrier takes no texts.",
}
"""Codes that are due to the person's number, so that another request would fail too."""
_OTHERS: Final[Mapping[str, str]] = {
    INVALID_KEY: "Twilio does not accept the API key. Enter the account's current key in the integration.",
    "21210": "The alert number is not verified for calls at Twilio. Use a number of your Twilio account.",
    "21212": "The alert number is not valid. Use a number of your Twilio account, in E.164 format.",
    "21215": "Twilio may not call this country. Allow it in Twilio's geographic permissions.",
    "21216": "Twilio may not call this number. Twilio's support can allow it.",
    "21219": "A trial account of Twilio reaches verified numbers only. Upgrade the account.",
    "21408": "Twilio may not send texts to this country. Allow it in Twilio's geographic permissions.",
    "21606": "The alert number cannot send texts. Use a number of your Twilio account that can.",
    "21608": "A trial account of Twilio reaches verified numbers only. Upgrade the account.",
    "30003": "The phone is switched off, or out of reach.",
    "30007": f"A carrier took the text for spam. {_NOT_REGISTERED}",
    "30034": _NOT_REGISTERED,
}
_UNKNOWN = "Twilio did not send the alert. Its documentation explains the error code."


def explained(code: str, unknown: str = _UNKNOWN) -> str:
    """The sentence about a code, also about an unknown one."""
    return OF_PERSON.get(code) or _OTHERS.get(code, unknown)
