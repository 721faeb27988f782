"""GET /v1/alerts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support import alerts
from tests.support.http import call

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def listed(tenant: Tenant, query: str = "", key: str | None = None) -> list[dict[str, Any]]:
    response = call("GET", f"/v1/alerts?{query}", key=key or tenant.read)
    assert response.status == 200, response.text
    return list(response.json["data"])


def test_alerts_are_listed_newest_first_and_filtered(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    alerts.set_up(tenant)
    alerts.connect(tenant.admin)
    with alerts.twilio(monkeypatch):
        first, second = alerts.asked(tenant), alerts.asked(tenant)
        alerts.send(*({**message, "due_at": None} for message in alerts.waiting()))

    everything = listed(tenant)

    assert [alert["created_at"] for alert in everything] == sorted(
        (alert["created_at"] for alert in everything), reverse=True
    )
    assert {alert["call_id"] for alert in everything} == {first, second}
    assert {alert["call_id"] for alert in listed(tenant, f"call_id={first}")} == {first}
    assert {alert["channel"] for alert in listed(tenant, "channel=voice")} == {"voice"}
    assert len(listed(tenant, f"call_id={first}&channel=sms&status=sent")) == 1
    assert listed(tenant, "outcome=acknowledged") == listed(tenant, "status=failed") == []


@pytest.mark.parametrize("query", ["channel=fax", "status=late", "outcome=maybe", "responder=x"])
def test_an_unknown_filter_is_refused(tenant: Tenant, query: str) -> None:
    assert call("GET", f"/v1/alerts?{query}", key=tenant.read).status == 422


def test_strangers_and_the_other_mode_have_none(
    tenant: Tenant, stranger: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    alerts.set_up(tenant)
    call_id = alerts.asked(tenant)
    assert listed(tenant)

    for key in (stranger.read, tenant.test_admin):
        assert listed(tenant, f"call_id={call_id}", key) == []
