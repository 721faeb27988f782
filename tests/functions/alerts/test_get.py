"""GET /v1/alerts/{alert_id}."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support import alerts
from tests.support.http import call

if TYPE_CHECKING:
    import pytest

    from tests.support.tenants import Tenant


def test_an_alert_is_shown_as_in_the_list(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    alerts.set_up(tenant)
    alerts.connect(tenant.admin)
    with alerts.twilio(monkeypatch) as api:
        (alert,) = alerts.alerts(tenant, alerts.asked(tenant))

    response = call("GET", f"/v1/alerts/{alert['id']}", key=tenant.read)

    assert (response.status, response.json) == (200, alert)
    assert response.headers["ETag"] == f'"{alert["version"]}"'
    token = alerts.link_in(api.phones.messages[0]["body"]).rpartition("/")[2]
    assert token not in response.text, "who may only read must not answer for the person"


def test_anstrangers_alert_is_not_found(tenant: Tenant, stranger: Tenant) -> None:
    alerts.set_up(tenant)
    (alert, *_) = alerts.alerts(tenant, alerts.asked(tenant))

    for key in (stranger.read, tenant.test_admin):
        assert call("GET", f"/v1/alerts/{alert['id']}", key=key).status == 404
    assert call("GET", "/v1/alerts/x", key=tenant.read).status == 404
