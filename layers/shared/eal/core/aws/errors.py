"""The errors of AWS calls, whichever client made them.

They have the shape of botocore's, so that a call site reads the same with both:

    except client.exceptions.ConditionalCheckFailedException as refused:
        refused.response["Item"]
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class Refused(Exception):
    """AWS responded with an error. `response` has its members, and its code and message in `Error`."""

    def __init__(self, operation: str, code: str, message: str, members: Mapping[str, Any]) -> None:
        super().__init__(f"{operation} was refused with {code}: {message}")
        self.code = code
        self.response: dict[str, Any] = {**members, "Error": {"Code": code, "Message": message}}


class Unreachable(Exception):
    """Raised if no attempt received a complete response. AWS may have carried the operation out."""


class NotConnected(Unreachable):
    """There was no connection, so AWS has received nothing."""


class Exceptions:
    """The attribute `exceptions` of each client: the class of the errors with a code, by the code."""

    ClientError = Refused

    def __getattr__(self, code: str) -> type[Refused]:
        if code.startswith("_"):
            raise AttributeError(code)
        return class_of(code)


_classes: dict[str, type[Refused]] = {}


def class_of(code: str) -> type[Refused]:
    """The subclass of Refused for a code: always the same, also if two threads are the first to need it."""
    return _classes.get(code) or _classes.setdefault(code, type(code, (Refused,), {}))


def refusal(
    operation: str, code: str, message: str = "", members: Mapping[str, Any] | None = None
) -> Refused:
    """The error of a response, in the class of its code."""
    return class_of(code)(operation, code, message, members or {})
