"""Rules of authority, each with every door through which it could be passed: a session, a key, a child, a grant, and
the operator's tool.

A rule at one door is a hole at the next one. So a cell of the table is an attack that drives the door, or says why the
door does not exist. A new rule, or a new kind of credential, has a cell in every row.
"""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from eal.ai.engines.bedrock.budget import MonthlyBudget
from eal.core import clock as time
from tests.support.aws import ACCESS, STATE
from tests.support.callrail import stored
from tests.support.http import ApiResponse, call
from tests.support.sessions import invite, sign_in, signed_in
from tests.support.tenants import allow_children, limit_family, new_tenant
from tools.tenant import __main__ as tool

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.tenants import Tenant
    from tests.support.time import Clock

MEMBERS, KEYS, ORGANIZATIONS = "/v1/organizations/me/members", "/v1/api-keys", "/v1/organizations"
OWN = f"{ORGANIZATIONS}/me"
EXPORTS = ("/v1/outreach/suppressions/export.csv", "/v1/audit-log/export.csv")
BOUNDS: list[dict[str, Any]] = [
    {"expires_at": "2099-01-01T00:00:00Z"},
    {"allowed_cidrs": ["203.0.113.0/24"]},
]


def _post(path: str, key: str, **body: object) -> ApiResponse:
    return call("POST", path, key=key, json_body=body)


def _patch(path: str, key: str, **body: object) -> ApiResponse:
    return call("PATCH", path, key=key, json_body=body)


def _made(by: str, **body: object) -> dict[str, Any]:
    response = _post(KEYS, by, **{"name": "tool", "scopes": ["admin"], **body})
    assert response.status == 201, response.text
    made: dict[str, Any] = response.json
    return made


def _key(by: str, **body: object) -> str:
    return str(_made(by, **body)["key"])


def _child(tenant: Tenant) -> dict[str, Any]:
    response = _post(ORGANIZATIONS, tenant.admin, name="North")
    assert response.status == 201, response.text
    child: dict[str, Any] = response.json
    return child


def _as_parent(method: str, path: str, tenant: Tenant, resources: list[str], **body: object) -> ApiResponse:
    """A request of a parent for a child that has granted these resources."""
    child = new_tenant("North", parent=tenant.id)
    granted = {"resources": resources}
    assert call("PUT", f"{OWN}/grants/{tenant.id}", key=child.admin, json_body=granted).status == 200
    headers = {"X-EAL-Organization": child.id}
    return call(method, path, key=tenant.admin, headers=headers, json_body=body or None)


def _is_refused(response: ApiResponse, status: int, reason: str | None = None) -> None:
    assert response.status == status, response.text
    if reason:
        assert response.json["error"]["details"].get("reason") == reason


def _tool_refuses(*arguments: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("boto3.client", lambda _: _CloudFormation())
        patch.setattr(sys, "argv", ["tenant", "--stack", "eal", *arguments])
        with pytest.raises(SystemExit):
            tool.main()


class _CloudFormation:
    def describe_stacks(self, **_: str) -> Any:
        outputs = {"StateTableName": STATE, "AccessTableName": ACCESS}
        return {
            "Stacks": [
                {
                    "Outputs": [{"OutputKey": name, "OutputValue": value} for name, value in outputs.items()],
                    "Parameters": [{"ParameterKey": "AuditTableDays", "ParameterValue": "396"}],
                }
            ]
        }


# ---------------------------------------------------------------- only an owner makes owners


def _owner_by_session(tenant: Tenant, _: Clock) -> None:
    admin, owner = signed_in(tenant, "admin"), signed_in(tenant, "owner")
    _is_refused(_patch(f"{MEMBERS}/{admin.member_id}", admin.text, role="owner"), 403, "owner")
    _is_refused(_patch(f"{MEMBERS}/{owner.member_id}", admin.text, role="viewer"), 403, "owner")
    _is_refused(_post(MEMBERS, admin.text, email="a@example.com", role="owner"), 403, "owner")


def _owner_by_key(tenant: Tenant, _: Clock) -> None:
    admin, owner = signed_in(tenant, "admin"), signed_in(tenant, "owner")
    own = _key(admin.text)
    rotated = _post(f"{KEYS}/{tenant.admin_id}/rotate", admin.text).json["key"]
    for key in (own, _key(own), rotated):
        _is_refused(_patch(f"{MEMBERS}/{admin.member_id}", key, role="owner"), 403, "owner")
        _is_refused(_patch(f"{MEMBERS}/{owner.member_id}", key, role="viewer"), 403, "owner")
        _is_refused(_post(MEMBERS, key, email="a@example.com", role="owner"), 403, "owner")
        _is_refused(call("DELETE", f"{MEMBERS}/{owner.member_id}", key=key), 403, "owner")
    made_by_owner = _key(owner.text)
    assert _patch(f"{MEMBERS}/{admin.member_id}", made_by_owner, role="owner").status == 200
    assert _patch(f"{MEMBERS}/{owner.member_id}", tenant.admin, role="admin").status == 200
    _is_refused(_patch(f"{MEMBERS}/{admin.member_id}", made_by_owner, role="admin"), 403, "owner")


def _owner_by_child(tenant: Tenant, _: Clock) -> None:
    admin = signed_in(tenant, "admin")
    child = _post(ORGANIZATIONS, admin.text, name="North").json["admin_key"]["key"]
    _is_refused(_patch(f"{MEMBERS}/{admin.member_id}", child, role="owner"), 404)
    assert _post(MEMBERS, child, email="first@example.com", role="owner").status == 201


def _owner_by_grant(tenant: Tenant, _: Clock) -> None:
    body = {"email": "a@example.com", "role": "owner"}
    _is_refused(_as_parent("POST", MEMBERS, tenant, ["leads"], **body), 403, "read_only")


# ---------------------------------------------------------------- a bounded key widens nothing


def _widened_by_key(tenant: Tenant, _: Clock) -> None:
    unbounded_id = _made(tenant.admin)["id"]
    member_id, _email = invite(tenant, "viewer")
    for bound in BOUNDS:
        made = _made(tenant.admin, **bound)
        bounded, own_id = made["key"], made["id"]
        for name in bound:
            _is_refused(_patch(f"{KEYS}/{own_id}", bounded, **{name: None}), 403, "bound")
        _is_refused(_post(f"{KEYS}/{unbounded_id}/rotate", bounded), 403, "bound")
        for role in ("owner", "admin", "member", "viewer"):
            _is_refused(_post(MEMBERS, bounded, email=f"{role}@example.com", role=role), 403, "bound")
        for role in ("owner", "admin", "member"):
            _is_refused(_patch(f"{MEMBERS}/{member_id}", bounded, role=role), 403, "bound")
        assert _patch(f"{MEMBERS}/{member_id}", bounded, name=f"Sam {own_id[-4:]}").status == 200
        inherited = _post(KEYS, bounded, name="heir", scopes=["read"]).json
        assert inherited["expires_at"] or inherited["allowed_cidrs"]
    assert len(stored("MEMBER", tenant.id, "both")) == 1


def _widened_by_child(tenant: Tenant, _: Clock) -> None:
    for bound in BOUNDS:
        _is_refused(_post(ORGANIZATIONS, _key(tenant.admin, **bound), name="x"), 403, "bound")


def _widened_by_grant(tenant: Tenant, _: Clock) -> None:
    child = new_tenant("North", parent=tenant.id)
    path = f"{OWN}/grants/{tenant.id}"
    for bound in BOUNDS:
        key = _key(child.admin, **bound)
        for until in (None, "2100-01-01T00:00:00Z"):
            body = {"resources": ["leads"], "expires_at": until}
            _is_refused(call("PUT", path, key=key, json_body=body), 403, "bound")
    within = {"resources": ["leads"], "expires_at": "2098-01-01T00:00:00Z"}
    ends = _key(child.admin, expires_at="2099-01-01T00:00:00Z")
    assert call("PUT", path, key=ends, json_body=within).status == 200


# ---------------------------------------------------------------- the AI budget of a family is the operator's


def _ai(cents: int) -> dict[str, Any]:
    return {"settings": {"ai": {"enabled": True, "engine": "bedrock_always", "monthly_budget_cents": cents}}}


def _budget_by_session(tenant: Tenant, _: Clock) -> None:
    _is_refused(_patch(OWN, signed_in(tenant, "owner").text, **_ai(5_001)), 422)


def _budget_by_key(tenant: Tenant, clock: Clock) -> None:
    _is_refused(_patch(OWN, tenant.admin, **_ai(5_001)), 422)
    child = _child(tenant)
    assert _patch(OWN, tenant.admin, **_ai(5_000)).status == 200
    budget = MonthlyBudget(tenant.in_mode("live"), time.now(), 50_000_000)
    assert budget.hold(40_000_000)
    budget.settle(40_000_000, spent=30_000_000, tokens=1)
    assert _patch(OWN, tenant.admin, **_ai(100)).status == 200
    # What was spent is gone for this month: it cannot move on to a child.
    _is_refused(_patch(f"{ORGANIZATIONS}/{child['id']}", tenant.admin, **_ai(2_001)), 422)
    assert _patch(f"{ORGANIZATIONS}/{child['id']}", tenant.admin, **_ai(2_000)).status == 200
    clock.advance(days=31)
    assert _patch(f"{ORGANIZATIONS}/{child['id']}", tenant.admin, **_ai(4_900)).status == 200


def _budget_by_child(tenant: Tenant, _: Clock) -> None:
    children = [_child(tenant) for _ in range(2)]
    keys = [child["admin_key"]["key"] for child in children]
    assert _patch(OWN, keys[0], **_ai(3_000)).status == 200
    _is_refused(_patch(OWN, keys[1], **_ai(2_001)), 422)
    _is_refused(_patch(f"{ORGANIZATIONS}/{children[1]['id']}", tenant.admin, **_ai(2_001)), 422)
    _is_refused(_post(ORGANIZATIONS, tenant.admin, name="South", **_ai(2_001)), 422)
    _is_refused(_post(ORGANIZATIONS, keys[0], name="below", **_ai(2_001)), 403, "child")
    assert _post(ORGANIZATIONS, tenant.admin, name="South", **_ai(2_000)).status == 201
    _is_refused(_patch(OWN, tenant.admin, **_ai(100)), 422)
    limit_family(tenant.id, max_ai_budget_cents=5_100)
    assert _patch(OWN, tenant.admin, **_ai(100)).status == 200


def _budget_by_grant(tenant: Tenant, _: Clock) -> None:
    _is_refused(_as_parent("PATCH", OWN, tenant, ["leads"], **_ai(100)), 403, "read_only")


def _budget_by_tool(tenant: Tenant, _: Clock) -> None:
    child = _child(tenant)
    _tool_refuses("--organization", child["id"], "--max-ai-budget-cents", "100000")
    _tool_refuses("--organization", tenant.id, "--max-ai-budget-cents", "10000001")


# ---------------------------------------------------------------- keys and children have a number


def _keys_until_refused(key: str) -> tuple[int, ApiResponse]:
    made = 0
    while (response := _post(KEYS, key, name="one", scopes=["read"])).status == 201:
        made += 1
    return made, response


def _keys_by_session(tenant: Tenant, _: Clock) -> None:
    made, refused = _keys_until_refused(signed_in(tenant, "owner").text)
    _is_refused(refused, 409)
    assert made == 50 - 3


def _keys_by_key(tenant: Tenant, _: Clock) -> None:
    made, refused = _keys_until_refused(tenant.admin)
    _is_refused(refused, 409)
    assert made == 50 - 3
    _is_refused(_post(f"{KEYS}/{tenant.admin_id}/rotate", tenant.admin), 409)
    assert _post(f"{KEYS}/{tenant.admin_id}/rotate", tenant.admin, overlap_seconds=0).status == 200


def _keys_by_child(tenant: Tenant, _: Clock) -> None:
    limit_family(tenant.id, max_keys=8)
    first, second = (_child(tenant)["admin_key"]["key"] for _ in range(2))
    made, refused = _keys_until_refused(first)
    _is_refused(refused, 409)
    assert (made, refused.json["error"]["details"]["limit"]) == (8 - 3 - 2, 8)
    _is_refused(_post(KEYS, second, name="one", scopes=["read"]), 409)
    _is_refused(_post(ORGANIZATIONS, tenant.admin, name="one more"), 409)
    mine = call("GET", KEYS, key=first).json["data"][0]["id"]
    assert call("DELETE", f"{KEYS}/{mine}", key=first).status == 204
    assert _post(KEYS, second, name="one", scopes=["read"]).status == 201
    _is_refused(_post(KEYS, tenant.admin, name="one", scopes=["read"]), 409)


def _keys_by_grant(tenant: Tenant, _: Clock) -> None:
    body = {"name": "one", "scopes": ["read"]}
    _is_refused(_as_parent("POST", KEYS, tenant, ["leads"], **body), 403, "read_only")


def _keys_by_tool(tenant: Tenant, _: Clock) -> None:
    _tool_refuses("--organization", _child(tenant)["id"], "--max-keys", "1000")
    _tool_refuses("--organization", tenant.id, "--max-keys", "50001")


def _children_by_session(tenant: Tenant, _: Clock) -> None:
    owner = signed_in(tenant, "owner").text
    limit_family(tenant.id, max_children=1)
    assert _post(ORGANIZATIONS, owner, name="one").status == 201
    _is_refused(_post(ORGANIZATIONS, owner, name="two"), 409)


def _children_by_key(tenant: Tenant, _: Clock) -> None:
    limit_family(tenant.id, max_children=1)
    _child(tenant)
    _is_refused(_post(ORGANIZATIONS, tenant.admin, name="two"), 409)


def _children_by_child(tenant: Tenant, _: Clock) -> None:
    limit_family(tenant.id, max_children=2)
    child = _child(tenant)
    key = child["admin_key"]["key"]
    _is_refused(_post(ORGANIZATIONS, key, name="grandchild"), 403, "child")
    allow_children(child["id"])
    grandchild = _post(ORGANIZATIONS, key, name="grandchild").json["admin_key"]["key"]
    _is_refused(_post(ORGANIZATIONS, grandchild, name="below"), 403, "child")
    _is_refused(_post(ORGANIZATIONS, key, name="another"), 409)


def _children_by_grant(tenant: Tenant, _: Clock) -> None:
    _is_refused(_as_parent("POST", ORGANIZATIONS, tenant, ["leads"], name="x"), 403, "read_only")


def _children_by_tool(tenant: Tenant, _: Clock) -> None:
    _tool_refuses("--organization", _child(tenant)["id"], "--max-children", "100")
    _tool_refuses("--organization", tenant.id, "--max-children", "5001")


# ---------------------------------------------------------------- rate limits

BUSY = {"rate_limit": {"per_minute": 301}}


def _rate_by_session(tenant: Tenant, _: Clock) -> None:
    owner = signed_in(tenant, "owner").text
    _is_refused(_post(KEYS, owner, name="busy", scopes=["read"], **BUSY), 422)
    _is_refused(_patch(f"{KEYS}/{tenant.admin_id}", owner, **BUSY), 422)


def _rate_by_key(tenant: Tenant, _: Clock) -> None:
    _is_refused(_post(KEYS, tenant.admin, name="busy", scopes=["read"], **BUSY), 422)
    _is_refused(_patch(f"{KEYS}/{tenant.admin_id}", tenant.admin, **BUSY), 422)
    rotated = _post(f"{KEYS}/{tenant.admin_id}/rotate", tenant.admin).json
    assert rotated["rate_limit"]["per_minute"] == 60


def _rate_by_child(tenant: Tenant, _: Clock) -> None:
    child = _child(tenant)["admin_key"]["key"]
    _is_refused(_post(KEYS, child, name="busy", scopes=["read"], **BUSY), 422)


def _rate_by_grant(tenant: Tenant, _: Clock) -> None:
    body = {"name": "busy", "scopes": ["read"], **BUSY}
    _is_refused(_as_parent("POST", KEYS, tenant, ["leads"], **body), 403, "read_only")


def _rate_by_tool(tenant: Tenant, _: Clock) -> None:
    _tool_refuses("--organization", tenant.id, "--max-requests-per-minute", "6001")


# ---------------------------------------------------------------- exports need an admin who signed in recently


def _export_by_session(tenant: Tenant, _: Clock) -> None:
    for role in ("viewer", "member"):
        session = signed_in(tenant, role)
        for path in EXPORTS:
            _is_refused(call("GET", path, key=session.text), 403)
    email = invite(tenant, "owner")[1]
    old = sign_in(email, auth_time=time.now() - timedelta(minutes=11))
    for path in EXPORTS:
        assert call("GET", path, key=old.text).error == "reauthentication_required"
        recent = sign_in(email)
        assert call("GET", path, key=recent.text).status == 200
    _are_recorded(tenant)


def _export_by_key(tenant: Tenant, _: Clock) -> None:
    for path in EXPORTS:
        for key in (tenant.read, tenant.write):
            _is_refused(call("GET", path, key=key), 403)
        assert call("GET", path, key=tenant.admin).status == 200
    _are_recorded(tenant)


def _are_recorded(tenant: Tenant) -> None:
    records = call("GET", "/v1/audit-log?limit=200", key=tenant.admin).json["data"]
    exported = [record["action"] for record in records if record["action"].endswith(".exported")]
    assert sorted(exported) == ["audit_log.exported", "suppression_list.exported"]


def _export_by_child(tenant: Tenant, _: Clock) -> None:
    child = _child(tenant)["admin_key"]["key"]
    headers = {"X-EAL-Organization": tenant.id}
    for path in EXPORTS:
        _is_refused(call("GET", path, key=child, headers=headers), 404)


def _export_by_grant(tenant: Tenant, _: Clock) -> None:
    for path in EXPORTS:
        _is_refused(_as_parent("GET", path, tenant, ["outreach", "audit-log"]), 403, "not_grantable")


# ---------------------------------------------------------------- invitations have a number


def _invitations_until_refused(key: str) -> tuple[int, ApiResponse]:
    made = 0
    while True:
        response = _post(MEMBERS, key, email=f"p{made}@elsewhere.example.com", role="viewer")
        if response.status != 201:
            return made, response
        made += 1


def _invited_by_session(tenant: Tenant, _: Clock) -> None:
    made, refused = _invitations_until_refused(signed_in(tenant, "admin").text)
    _is_refused(refused, 429)
    assert made == 10 - 1


def _invited_by_key(tenant: Tenant, clock: Clock) -> None:
    made, refused = _invitations_until_refused(tenant.admin)
    _is_refused(refused, 429)
    assert (made, refused.headers["Retry-After"]) == (10, "3600")
    for member in call("GET", MEMBERS, key=tenant.admin).json["data"][:5]:
        assert call("DELETE", f"{MEMBERS}/{member['id']}", key=tenant.admin).status == 204
    _is_refused(_post(MEMBERS, tenant.admin, email="again@example.com", role="viewer"), 429)
    clock.advance(hours=1)
    for number in range(10):
        body = {"email": f"q{number}@example.com", "role": "viewer"}
        assert _post(MEMBERS, tenant.admin, **body).status == 201
    clock.advance(hours=1)
    for number in range(5):
        body = {"email": f"r{number}@example.com", "role": "viewer"}
        assert _post(MEMBERS, tenant.admin, **body).status == 201
    full = _post(MEMBERS, tenant.admin, email="full@example.com", role="viewer")
    assert (full.status, full.json["error"]["details"]["limit"]) == (409, 20)
    sign_in("q0@example.com")
    assert _post(MEMBERS, tenant.admin, email="full@example.com", role="viewer").status == 201


def _invited_by_child(tenant: Tenant, _: Clock) -> None:
    limit_family(tenant.id, max_children=6)
    made = [_invitations_until_refused(_child(tenant)["admin_key"]["key"]) for _ in range(6)]
    assert [number for number, _ in made] == [10] * 5 + [0]
    _is_refused(_post(MEMBERS, tenant.admin, email="a@example.com", role="viewer"), 429)


def _invited_by_grant(tenant: Tenant, _: Clock) -> None:
    body = {"email": "a@example.com", "role": "viewer"}
    _is_refused(_as_parent("POST", MEMBERS, tenant, ["leads"], **body), 403, "read_only")


# ---------------------------------------------------------------- the query of a webhook's URL is for admins

SECRET = "https://hooks.example.com/in?token=hidden"


def _hides_query(response: ApiResponse) -> None:
    assert response.status == 200, response.text
    assert "hidden" not in response.text
    assert "https://hooks.example.com/in?***" in response.text


def _query_by_session(tenant: Tenant, _: Clock) -> None:
    webhook = _post("/v1/webhooks", tenant.admin, url=SECRET, events=["*"]).json
    for role in ("viewer", "member"):
        session = signed_in(tenant, role)
        for path in ("/v1/webhooks", f"/v1/webhooks/{webhook['id']}"):
            _hides_query(call("GET", path, key=session.text))
    assert "hidden" in call("GET", "/v1/webhooks", key=signed_in(tenant, "admin").text).text


def _query_by_key(tenant: Tenant, _: Clock) -> None:
    webhook = _post("/v1/webhooks", tenant.admin, url=SECRET, events=["*"]).json
    for key in (tenant.read, tenant.write):
        for path in ("/v1/webhooks", f"/v1/webhooks/{webhook['id']}"):
            _hides_query(call("GET", path, key=key))
    assert call("GET", f"/v1/webhooks/{webhook['id']}", key=tenant.admin).json["url"] == SECRET


def _query_by_grant(tenant: Tenant, _: Clock) -> None:
    child = new_tenant("North", parent=tenant.id)
    _post("/v1/webhooks", child.admin, url=SECRET, events=["*"])
    body = {"resources": ["webhooks"]}
    assert call("PUT", f"{OWN}/grants/{tenant.id}", key=child.admin, json_body=body).status == 200
    _hides_query(call("GET", "/v1/webhooks", key=tenant.admin, headers={"X-EAL-Organization": child.id}))


def _query_by_child(tenant: Tenant, _: Clock) -> None:
    _post("/v1/webhooks", tenant.admin, url=SECRET, events=["*"])
    child = _child(tenant)["admin_key"]["key"]
    headers = {"X-EAL-Organization": tenant.id}
    _is_refused(call("GET", "/v1/webhooks", key=child, headers=headers), 404)


type Attack = Callable[[Tenant, Clock], None]


class Rule(NamedTuple):
    """The attack by each door that must fail, or the reason why there is none."""

    session: Attack | str
    key: Attack | str
    child: Attack | str
    grant: Attack | str
    tool: Attack | str


TABLE = {
    "only an owner makes owners": Rule(
        _owner_by_session, _owner_by_key, _owner_by_child, _owner_by_grant, "the tool changes no member"
    ),
    "a bounded key widens nothing": Rule(
        "no bound: a session ends by itself, and making a key needs a recent sign-in",
        _widened_by_key,
        _widened_by_child,
        _widened_by_grant,
        "no bound: the operator's credentials are those of AWS",
    ),
    "the AI budget of a family is the operator's": Rule(
        _budget_by_session, _budget_by_key, _budget_by_child, _budget_by_grant, _budget_by_tool
    ),
    "keys have a number": Rule(_keys_by_session, _keys_by_key, _keys_by_child, _keys_by_grant, _keys_by_tool),
    "children have a number": Rule(
        _children_by_session, _children_by_key, _children_by_child, _children_by_grant, _children_by_tool
    ),
    "keys have a rate limit": Rule(
        _rate_by_session, _rate_by_key, _rate_by_child, _rate_by_grant, _rate_by_tool
    ),
    "exports need an admin, a recent sign-in and a record": Rule(
        _export_by_session, _export_by_key, _export_by_child, _export_by_grant, "the tool reads no data"
    ),
    "invitations have a number": Rule(
        _invited_by_session,
        _invited_by_key,
        _invited_by_child,
        _invited_by_grant,
        "the tool invites nobody",
    ),
    "the query of a webhook's URL is for admins": Rule(
        _query_by_session, _query_by_key, _query_by_child, _query_by_grant, "the tool shows no webhook"
    ),
}
CELLS = [
    pytest.param(attack, id=f"{name} / {door}")
    for name, rule in TABLE.items()
    for door, attack in zip(Rule._fields, rule, strict=True)
    if not isinstance(attack, str)
]


@pytest.mark.parametrize("attack", CELLS)
def test_the_rule_holds_at_the_door(attack: Attack, tenant: Tenant, clock: Clock) -> None:
    attack(tenant, clock)
