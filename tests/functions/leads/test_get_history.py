"""GET /v1/leads/{lead_id}/history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.http import call

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def test_the_history_has_every_transition_and_score_with_actor_and_time(tenant: Tenant) -> None:
    lead = call("POST", "/v1/leads", key=tenant.write, json_body={"email": "a@example.com"}).json
    path = f"/v1/leads/{lead['id']}"
    for body in ({"to": "contacted"}, {"to": "lost", "reason": "price"}, {"to": "new"}):
        assert call("POST", f"{path}/transitions", key=tenant.admin, json_body=body).status == 200

    entries = call("GET", f"{path}/history?order=asc", key=tenant.read).json["data"]

    moves = [
        (entry["from"], entry["to"], entry["reason"]) for entry in entries if entry["type"] == "transition"
    ]
    assert moves == [("new", "contacted", None), ("contacted", "lost", "price"), ("lost", "new", None)]
    assert all(
        entry["by"] == {"type": "api_key", "id": tenant.admin_id} for entry in entries if entry["reason"]
    )
    scores = [entry for entry in entries if entry["type"] == "score"]
    assert (scores[0]["from"], scores[0]["to"]) == (None, lead["score"])
    assert [entry["from"] for entry in scores[1:]] == [entry["to"] for entry in scores[:-1]]
    assert [entry["at"] for entry in entries] == sorted(entry["at"] for entry in entries)


def test_a_long_history_is_paged_and_does_not_enlarge_the_lead(tenant: Tenant) -> None:
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

    assert len([entry for entry in seen if entry["type"] == "transition"]) == 20
    assert len({entry["id"] for entry in seen}) == len(seen)
    assert len(call("GET", path, key=tenant.read).text) < 4_000


def test_another_tenants_or_modes_history_is_404(tenant: Tenant, stranger: Tenant) -> None:
    lead = call("POST", "/v1/leads", key=tenant.write, json_body={"email": "a@example.com"}).json

    for key in (stranger.read, tenant.test_admin):
        assert call("GET", f"/v1/leads/{lead['id']}/history", key=key).status == 404
