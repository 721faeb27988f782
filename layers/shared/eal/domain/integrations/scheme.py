"""The signature scheme of a vendor's webhooks. Each vendor with a receiver has one, in its `webhooks` module."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """The parts of a request that a signature can cover. Header names are lower-case. `urls` are the addresses, with
    their query, to which it may have been sent: the one at which it arrived, and that of a proxy in front of it."""

    headers: Mapping[str, str]
    body: bytes
    urls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Acceptance:
    """The response to a webhook that is stored."""

    status: int
    body: str
    content_type: str


def is_json_object(body: bytes) -> bool:
    try:
        return isinstance(json.loads(body.decode("utf-8-sig")), dict)
    except (ValueError, RecursionError):
        return False


@dataclass(frozen=True, slots=True)
class Scheme:
    """The differences between vendors.

    `is_signed(request, secrets)` returns, in constant time, whether one of the secrets signed exactly this request.
    `signed_at(headers)` is the signature's time in Unix seconds, if the vendor signs a time: the receiver rejects a
    time out of its tolerance as a replay. `id_header` is the header with the delivery's id, for a vendor whose bodies
    have no id; `id_parameter` is the parameter of the address that has it. `has_form(body)` returns whether a signed
    body is what the vendor sends; if not, `form` says in an error what it should be.
    """

    vendor: str
    is_signed: Callable[[SignedRequest, Collection[str]], bool]
    signed_at: Callable[[Mapping[str, str]], int] | None = None
    id_header: str | None = None
    id_parameter: str | None = None
    has_form: Callable[[bytes], bool] = is_json_object
    form: str = "a JSON object"
    acceptance: Acceptance = Acceptance(
        202, json.dumps({"received": True}), "application/json; charset=utf-8"
    )
