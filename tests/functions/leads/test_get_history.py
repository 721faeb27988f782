"""GET /v1/leads/{lead_id}/history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.http import call

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def test_every_transition_and_score_with_who_and_when(tenant: Tenant) -> None:
    lead = call("POST", "/v1/leads", key=tenant.write, json_body={"email": "a@example.com"}).json
    path = f"/v1/leads/{lead['id']}"
    for body in ({"to": "contacted"}, {"to": "lost", "reason": "price"}, {"to": "new"}):
        assert call("POST", f"{path}/transitions", key=tenant.admin, json_body=body).status == 200

    entries = call("GET", f"{path}/history?order=asc", key=tenant.read).json["data"]

    moves = [(one["from"], one["to"], one["reason"]) for one in entries if one["type"] == "transition"]
    assert moves == [("new", "contacted", None), ("contacted", "lost", "price"), ("lost", "new", None)]
    assert all(one["by"] == {"type": "api_key", "id": tenant.admin_id} for one in entries if one["reason"])
    scores = [one for one in entries if one["type"] == "score"]
    assert (scores[0]["from"], scores[0]["to"]) == (None, lead["score"])
    assert [one["from"] for one in scores[1:]] == [one["to"] for one in scores[:-1]]
    assert [one["at"] for one in entries] == sorted(one["at"] for one in entries)


def test_a_long_history_is_paged_and_the_lead_stays_small(tenant: Tenant) -> None:
    lead = call("POST", "/v1/leads", key=tenant.write, json_body={"email": "a@example.com"}).json
    path = f"/v1/leads/{lead['id']}"
    for _ in range(10):
        call("POST", f"{path}/transitions", key=tenant.write, json_body={"to": "lost", "reason": "x" * 1000})
        call("POST", f"{path}/transitions", key=tenant.write, json_body={"to": "new"})

    page = call("GET", f"{path}/history?limit=7", key=tenant.read).json
    seen = page["data"]
    while page["next_cursor"]:
        query = f"?limit=7&cursor={page['next_cursor']}"
        page = call("GET", f"{path}/history{query}", key=tenant.read).json
        seen += page["data"]

    assert len([one for one in seen if one["type"] == "transition"]) == 20
    assert len({one["id"] for one in seen}) == len(seen)
    assert len(call("GET", path, key=tenant.read).text) < 4_000


def test_another_tenants_or_modes_history_is_404(tenant: Tenant, stranger: Tenant) -> None:
    lead = call("POST", "/v1/leads", key=tenant.write, json_body={"email": "a@example.com"}).json

    for key in (stranger.read, tenant.test_admin):
        assert call("GET", f"/v1/leads/{lead['id']}/history", key=key).status == 404
