"""The function of the dashboard, with an event of API Gateway."""

import json
from pathlib import Path

import pytest

from functions.dashboard.serve.app import handler

EVENT = Path(__file__).parents[3] / "events" / "dashboard" / "serve.json"


def test_the_sample_event_leads_to_the_sign_in(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("API_URL", "LOGIN_URL", "CLIENT_ID", "DASHBOARD_URL", "PHOTO_HOSTS", "IMPORT_HOSTS"):
        monkeypatch.setenv(name, "https://example.com")

    response = handler(json.loads(EVENT.read_text()), None)  # type: ignore[arg-type]  # the context is not read

    assert response["statusCode"] == 303
    assert response["headers"]["location"] == "/sign-in?to=%2Fleads"
