"""X-EAL-Organization: the data of a child that its parent may read."""

from datetime import timedelta
from typing import cast

import pytest

from eal.core import clock
from eal.core.wire import Wire
from eal.domain.organizations.grants import store as grants
from eal.domain.organizations.grants.model import Grant
from eal.entry.http.api import Api
from eal.entry.http.request import ProxyEvent, ProxyResponse
from eal.entry.http.route import Reader
from tests.support.http import ApiResponse, call, proxy_event
from tests.support.pipeline import items
from tests.support.tenants import Tenant, new_tenant, operator


def _family(cloud: None) -> tuple[Tenant, Tenant, str]:
    parent = new_tenant("Network")
    child = new_tenant("Location", parent=parent.id)
    lead = call("POST", "/v1/leads", key=child.write, json_body={"email": "a@example.com"}).json
    return parent, child, str(lead["id"])


def _grant(child: Tenant, parent: Tenant, grant: Grant) -> None:
    by = operator(child.id)
    grants.put(child.id, parent.id, grant, by)
    by.transaction.commit()


def _read(reader: Tenant, child_id: str, path: str = "/v1/leads") -> ApiResponse:
    return call("GET", path, key=reader.read, headers={"X-EAL-Organization": child_id})


def test_a_parent_reads_only_granted_resources(cloud: None) -> None:
    parent, child, lead_id = _family(cloud)
    _grant(child, parent, Grant(resources=("leads",)))

    page = _read(parent, child.id)
    assert [lead["id"] for lead in page.json["data"]] == [lead_id]
    assert _read(parent, child.id, f"/v1/leads/{lead_id}").status == 200
    refused = _read(parent, child.id, "/v1/audit-log")
    assert (refused.status, refused.error) == (403, "grant_required")
    assert call("GET", "/v1/leads", key=parent.read).json["data"] == []


def test_without_a_current_grant_the_response_is_403(cloud: None) -> None:
    parent, child, _ = _family(cloud)
    assert (_read(parent, child.id).status, _read(parent, child.id).error) == (403, "grant_required")

    _grant(child, parent, Grant(resources=("leads",), expires_at=clock.now() - timedelta(seconds=1)))
    assert _read(parent, child.id).error == "grant_required"


@pytest.mark.parametrize("unknown", ["org_01m8866wpceyc830je0pa3ynmd", "x", "", "org_" + "z" * 26])
def test_a_foreign_id_of_any_format_is_404(cloud: None, unknown: str) -> None:
    parent, _, _ = _family(cloud)
    stranger = new_tenant("Stranger")

    assert _read(parent, stranger.id).status == 404
    assert _read(parent, unknown).status == 404


def test_siblings_and_children_cannot_read_upwards_or_sideways(cloud: None) -> None:
    parent, child, _ = _family(cloud)
    sibling = new_tenant("Sibling", parent=parent.id)
    _grant(child, parent, Grant(resources=("leads",)))

    assert _read(sibling, child.id).status == 404
    assert _read(child, parent.id).status == 404


def test_a_parent_never_writes(cloud: None) -> None:
    parent, child, lead_id = _family(cloud)
    _grant(child, parent, Grant(resources=("leads",)))

    for method, path, body in [
        ("POST", "/v1/leads", {"email": "b@example.com"}),
        ("PATCH", f"/v1/leads/{lead_id}", {"company": "X"}),
    ]:
        headers = {"X-EAL-Organization": child.id}
        response = call(method, path, key=parent.admin, json_body=body, headers=headers)
        assert (response.status, response.error) == (403, "grant_required")
        assert response.json["error"]["details"]["reason"] == "read_only"


class _Result(Wire):
    status: str


def _writing_api() -> Api:
    """An Api whose GET writes for any caller."""
    app = Api()

    @app.get("/v1/leads", summary="List leads", operation_id="listLeads", tag="leads", grant="leads")
    def write(caller: Reader) -> _Result:
        caller.transaction.audit("lead.looked_at", "lead_1")
        return _Result(status="done")

    return app


def test_a_get_that_would_write_for_a_child_is_rejected(cloud: None) -> None:
    parent, child, _ = _family(cloud)
    _grant(child, parent, Grant(resources=("leads",)))
    app, before = _writing_api(), items("AUDIT")

    def get(**headers: str) -> ProxyResponse:
        event = proxy_event("GET", "/v1/leads", headers={"Authorization": f"Bearer {parent.read}", **headers})
        return app.handler(cast("ProxyEvent", event), None)

    refused, own = get(**{"X-EAL-Organization": child.id}), get()

    assert refused["statusCode"] == 403
    assert '"reason":"read_only"' in refused["body"]
    assert own["statusCode"] == 200
    assert len(items("AUDIT")) == len(before) + 1
