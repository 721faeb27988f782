"""Google Business Profile in process: the fake in place of Google, and a tenant's connection to it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.support.http import call
from tools.fixtures import google_business
from tools.fixtures.google_business import CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, FakeGoogle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pytest


@contextmanager
def serving(fake: FakeGoogle, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """Serve the fake in place of Google. Yields the pauses of its client, in seconds, which are skipped."""
    pauses: list[float] = []
    pause: Callable[[float], None] = pauses.append
    with google_business.serving(fake), monkeypatch.context() as patch:
        patch.setenv("GOOGLE_API_URL", fake.url)
        patch.setattr("eal.vendors.http.pause", pause)
        yield pauses


def connect(key: str, **settings: str | None) -> None:
    """Connect a tenant with the credentials that the fake accepts."""
    body = {
        "settings": {"client_id": CLIENT_ID, **settings},
        "secrets": {"client_secret": CLIENT_SECRET, "refresh_token": REFRESH_TOKEN},
    }
    assert call("PUT", "/v1/integrations/google_business", key=key, json_body=body).status == 200


def requested(fake: FakeGoogle, method: str = "GET") -> list[str]:
    """The paths of the requests to the APIs."""
    return [request.path for request in fake.requests if request.method == method]
