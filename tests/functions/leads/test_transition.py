"""POST /v1/leads/{lead_id}/transitions."""

from typing import get_args

import hypothesis.strategies as st
import pytest
from hypothesis import given

from eal.core import clock
from eal.domain.leads.model import Lead, moved
from eal.domain.leads.vocabulary import TRANSITIONS, Status
from tests.support.http import ApiResponse, call
from tests.support.tenants import Tenant

STATUSES: tuple[Status, ...] = get_args(Status.__value__)


@pytest.fixture
def lead_id(tenant: Tenant) -> str:
    return str(call("POST", "/v1/leads", key=tenant.write, json_body={"email": "a@example.com"}).json["id"])


def _move(tenant: Tenant, lead_id: str, to: str, **more: str) -> ApiResponse:
    return call("POST", f"/v1/leads/{lead_id}/transitions", key=tenant.write, json_body={"to": to, **more})


def test_a_lead_can_move_to_won_step_by_step(tenant: Tenant, lead_id: str) -> None:
    for number, to in enumerate(("contacted", "qualified", "scheduled", "won"), start=2):
        response = _move(tenant, lead_id, to)
        assert (response.status, response.json["status"], response.json["version"]) == (200, to, number)

    response = _move(tenant, lead_id, "lost", reason="changed their mind")
    assert (response.status, response.error) == (409, "illegal_transition")
    assert response.json["error"]["details"]["allowed"] == []


def test_an_illegal_transition_lists_the_allowed_ones(tenant: Tenant, lead_id: str) -> None:
    response = _move(tenant, lead_id, "won")

    assert (response.status, response.error) == (409, "illegal_transition")
    assert response.json["error"]["details"]["allowed"] == ["contacted", "lost", "disqualified"]


def test_lost_requires_a_reason_and_can_be_reopened(tenant: Tenant, lead_id: str) -> None:
    assert _move(tenant, lead_id, "lost").status == 422
    assert _move(tenant, lead_id, "lost", reason="price").status == 200
    assert _move(tenant, lead_id, "new").json["status"] == "new"


def test_a_repeated_transition_with_its_idempotency_key_is_replayed(tenant: Tenant, lead_id: str) -> None:
    headers = {"Idempotency-Key": "once"}
    path = f"/v1/leads/{lead_id}/transitions"
    first = call("POST", path, key=tenant.write, json_body={"to": "contacted"}, headers=headers)

    again = call("POST", path, key=tenant.write, json_body={"to": "contacted"}, headers=headers)

    assert (first.status, again.status, again.json) == (200, 200, first.json)
    assert again.headers["Idempotent-Replayed"] == "true"


@given(st.lists(st.sampled_from(STATUSES), max_size=12))
def test_won_is_final_and_reached_statuses_are_kept(wishes: list[Status]) -> None:
    at = clock.now()
    lead = Lead(id="lead_x", status="new", source="api", created_at=at, updated_at=at, version=1, salt="00")
    way: list[Status] = ["new"]
    for wish in wishes:
        if wish in TRANSITIONS[lead.status]:
            lead = moved(lead, wish, at)
            way.append(wish)

    assert lead.reached == tuple(dict.fromkeys(way))
    assert (lead.contacted_at is not None) == ("contacted" in way)
    assert lead.version == len(way)
    assert "won" not in way[:-1]


def test_every_open_status_can_become_lost_or_disqualified() -> None:
    assert all({"lost", "disqualified"} <= set(TRANSITIONS[status]) for status in STATUSES[:4])
    assert set(TRANSITIONS) == set(STATUSES)
