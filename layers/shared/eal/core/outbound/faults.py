"""The faults of a request to a customer's address."""

from __future__ import annotations

from typing import Literal

type Fault = Literal[
    "timeout",
    "connection_failed",
    "tls_failed",
    "invalid_response",
    "redirect_not_followed",
    "unresolved_host",
    "blocked_address",
]
"""Why an attempt has no usable response."""
