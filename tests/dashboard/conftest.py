"""A fake API for the dashboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tools.fixtures.dashboard import FakeApi

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def server() -> Iterator[FakeApi]:
    """One for all tests, because to start and stop it takes longer than a page."""
    fake = FakeApi()
    yield fake
    fake.close()


@pytest.fixture
def api(server: FakeApi, monkeypatch: pytest.MonkeyPatch) -> FakeApi:
    server.reset()
    monkeypatch.setenv("API_URL", server.url)
    monkeypatch.setenv("LOGIN_URL", "https://login.example.com")
    monkeypatch.setenv("CLIENT_ID", "dashboard")
    monkeypatch.setenv("PHOTO_HOSTS", "https://storage.example.com")
    monkeypatch.setenv("IMPORT_HOSTS", "https://imports.example.com")
    monkeypatch.setenv("DASHBOARD_URL", "https://dashboard.example.com")
    return server
