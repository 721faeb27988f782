"""Every error that the API can return, with its status and code."""

from collections.abc import Sequence
from typing import ClassVar, NotRequired, Self, TypedDict

from eal.core.json import Json

REQUIRED = "This field is required."
UNKNOWN_FIELD = "Unknown field."
NO_OBJECT = "Must be an object."
_IN_WORDS_OF_JSON = (
    ("Tuple should", "List should"),
    ("Dictionary should", "Object should"),
    ("valid tuple", "valid list"),
    (" after validation", ""),
)
_NAME = "[key]"

_MAX_FIELDS = 100
_REFUSED = 'Bearer error="invalid_token"'


class FieldError(TypedDict):
    """One wrong field: `pointer` is a JSON pointer into the body, or `/name` of a query parameter.

    `message` is a whole sentence about the field, such as "Must be in the future."
    """

    pointer: str
    message: str
    type: str
    location: NotRequired[str]


class ApiError(Exception):
    """A response that is not 2xx. The caller sees `details`: never put an internal name into it.

    `challenge` goes into WWW-Authenticate (RFC 9110, 11.6.1; RFC 6750, 3).
    """

    status: ClassVar[int]
    code: ClassVar[str]
    challenge: ClassVar[str | None] = None

    def __init__(self, message: str, **details: Json) -> None:
        super().__init__(message)
        self.message = message
        self.details = details
        self.headers = {"WWW-Authenticate": self.challenge} if self.challenge else {}


class InvalidRequest(ApiError):
    status, code = 400, "invalid_request"


class InvalidCursor(ApiError):
    status, code = 400, "invalid_cursor"


class MissingKey(ApiError):
    status, code, challenge = 401, "missing_key", "Bearer"


class InvalidKey(ApiError):
    status, code, challenge = 401, "invalid_key", _REFUSED


class ExpiredKey(ApiError):
    status, code, challenge = 401, "expired_key", _REFUSED


class RevokedKey(ApiError):
    status, code, challenge = 401, "revoked_key", _REFUSED


class InvalidSignature(ApiError):
    status, code = 401, "invalid_signature"


class InsufficientScope(ApiError):
    status, code = 403, "insufficient_scope"


class SignInRefused(ApiError):
    status, code = 403, "sign_in_refused"


class ReauthenticationRequired(ApiError):
    status, code = 403, "reauthentication_required"


class GrantRequired(ApiError):
    status, code = 403, "grant_required"


class IpNotAllowed(ApiError):
    status, code = 403, "ip_not_allowed"


class NotFound(ApiError):
    status, code = 404, "not_found"


class MethodNotAllowed(ApiError):
    status, code = 405, "method_not_allowed"


class Conflict(ApiError):
    status, code = 409, "conflict"


class IllegalTransition(ApiError):
    status, code = 409, "illegal_transition"


def require_transition(noun: str, status: str, to: str, allowed: Sequence[str]) -> None:
    """Check that something with a status may get the status `to`. `noun` has its article: "A lead".

    Raises: IllegalTransition with `allowed`.
    """
    if to not in allowed:
        raise IllegalTransition(
            f"{noun} with the status '{status}' cannot become '{to}'.", status=status, allowed=list(allowed)
        )


class PreconditionFailed(ApiError):
    status, code = 412, "precondition_failed"


class PayloadTooLarge(ApiError):
    status, code = 413, "payload_too_large"


class UnsupportedMediaType(ApiError):
    status, code = 415, "unsupported_media_type"


class ValidationFailed(ApiError):
    """Lists the first wrong fields only: a body can have thousands, and the response would exceed it in size."""

    status, code = 422, "validation_error"

    def __init__(self, fields: list[FieldError]) -> None:
        shown: list[Json] = [{**field} for field in fields[:_MAX_FIELDS]]  # type: ignore[dict-item]  # a TypedDict of texts is JSON
        super().__init__(_summary(fields[0]), fields=shown)

    @classmethod
    def of_field(cls, pointer: str, message: str, kind: str, *, location: str | None = None) -> Self:
        """The error of one field. `message` is a whole sentence; `kind` is the field error's `type`."""
        field: FieldError = {"pointer": pointer, "message": message, "type": kind}
        return cls([{**field, "location": location} if location else field])


def _summary(field: FieldError) -> str:
    """The message of the whole error. That of a missing field is quoted in the product's documentation."""
    name, message = field["pointer"].lstrip("/"), field["message"]
    if message == REQUIRED:
        return f"Field '{name}' is required"
    return f"Field '{name}': {message}" if name else message


def validation_message(kind: str, text: str) -> str:
    """The message of a field error, a whole sentence, from `type` and `msg` of pydantic's."""
    if kind == "missing":
        return REQUIRED
    if kind == "extra_forbidden":
        return UNKNOWN_FIELD
    if kind in ("model_type", "dict_type"):
        # The text of pydantic's names our class, and Python's word for an object.
        return NO_OBJECT
    if kind in ("too_long", "too_short", "tuple_type"):
        for word, ours in _IN_WORDS_OF_JSON:
            text = text.replace(word, ours)
    text = text.removeprefix("Value error, ")
    return text if text.endswith(".") else f"{text}."


def field_of(
    location: tuple[int | str, ...], message: str, values: Json
) -> tuple[tuple[int | str, ...], str]:
    """The location and the message of a field error, from `loc` of pydantic's. For an entry with an invalid name,
    pydantic appends `[key]` to `loc`; it is dropped.
    """
    if not location or location[-1] != _NAME or _has(values, location):
        return location, message
    return location[:-1], f"This name is invalid: {message}"


def _has(values: Json, location: tuple[int | str, ...]) -> bool:
    for part in location:
        if isinstance(values, dict) and part in values:
            values = values[str(part)]
        elif isinstance(values, list) and isinstance(part, int) and part < len(values):
            values = values[part]
        else:
            return False
    return True


class IdempotencyMismatch(ApiError):
    status, code = 422, "idempotency_mismatch"


class RateLimited(ApiError):
    status, code = 429, "rate_limited"

    def __init__(self, retry_after: int, what: str) -> None:
        super().__init__(f"Too many {what}. Try again in {retry_after} seconds.")
        self.headers["Retry-After"] = str(retry_after)


class InternalError(ApiError):
    status, code = 500, "internal_error"


class Unavailable(ApiError):
    status, code = 503, "unavailable"

    def __init__(self, message: str = "A service that the API depends on is unavailable. Try again.") -> None:
        super().__init__(message)
        self.headers["Retry-After"] = "1"
