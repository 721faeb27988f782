"""The operator's tool: tenants and their limits."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.aws import ACCESS, STATE
from tests.support.http import call
from tests.support.pipeline import items
from tools.tenant import __main__ as tool

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.tenants import Tenant

type Run = Callable[..., int]

STACK = {
    "Outputs": [
        {"OutputKey": "StateTableName", "OutputValue": STATE},
        {"OutputKey": "AccessTableName", "OutputValue": ACCESS},
    ],
    "Parameters": [{"ParameterKey": "AuditTableDays", "ParameterValue": "396"}],
}


class CloudFormation:
    def describe_stacks(self, **_: str) -> Any:
        return {"Stacks": [STACK]}


@pytest.fixture
def run(cloud: None, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the tool on the tables of the test, which no stack has created."""
    monkeypatch.setattr("boto3.client", lambda _: CloudFormation())

    def run(*arguments: str) -> int:
        monkeypatch.setattr(sys, "argv", ["tenant", "--stack", "eal", *arguments])
        return tool.main()

    return run


def test_a_tenant_is_created_with_a_key_that_works(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--name", "Summit") == 0

    key = capsys.readouterr().out.split()[-4]
    assert call("GET", "/v1/organizations/me", key=key).json["name"] == "Summit"


def test_a_location_is_created_below_a_parent_that_exists(tenant: Tenant, run: Run) -> None:
    before = len(items("ORGANIZATION"))

    assert run("--name", "North", "--parent", tenant.id) == 0
    with pytest.raises(SystemExit, match="There is no organization org_unknown"):
        run("--name", "South", "--parent", "org_unknown")

    assert len(items("ORGANIZATION")) == before + 1
    children = call("GET", "/v1/organizations", key=tenant.admin).json["data"]
    assert [child["name"] for child in children] == ["North"]


def test_a_raised_limit_applies_to_keys_and_to_new_children_and_is_audited(tenant: Tenant, run: Run) -> None:
    body = {"name": "busy", "scopes": ["admin"], "rate_limit": {"per_minute": 3000}}
    assert call("POST", "/v1/api-keys", key=tenant.admin, json_body=body).status == 422

    assert run("--organization", tenant.id, "--max-requests-per-minute", "3000") == 0

    assert call("POST", "/v1/api-keys", key=tenant.admin, json_body=body).status == 201
    child = call("POST", "/v1/organizations", key=tenant.admin, json_body={"name": "North"}).json
    assert call("POST", "/v1/api-keys", key=child["admin_key"]["key"], json_body=body).status == 201
    (record,) = call("GET", "/v1/audit-log?action=organization.updated", key=tenant.admin).json["data"]
    assert record["changes"] == [{"field": "max_requests_per_minute", "from": None, "to": 3000}]


def test_the_limits_of_a_family_are_raised_at_its_top_and_audited(
    tenant: Tenant, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    child = call("POST", "/v1/organizations", key=tenant.admin, json_body={"name": "North"}).json
    limits = ("--max-children", "2", "--max-ai-budget-cents", "20000")

    assert run("--organization", tenant.id, *limits) == 0
    shown = [line.split()[-4:] for line in capsys.readouterr().out.splitlines()]
    with pytest.raises(SystemExit, match=f"Set the limits of {tenant.id}"):
        run("--organization", child["id"], *limits)

    assert [line[-3:] for line in shown[1:4]] == [["1", "of", "2"], ["4", "of", "100"], ["1", "of", "100"]]
    assert shown[4] == ["0", "of", "20000", "cents"]
    ai = {"settings": {"ai": {"enabled": True, "monthly_budget_cents": 20_000}}}
    key = child["admin_key"]["key"]
    assert call("PATCH", "/v1/organizations/me", key=key, json_body=ai).status == 200
    (record,) = call("GET", "/v1/audit-log?action=organization.updated", key=tenant.admin).json["data"]
    assert {change["field"]: change["to"] for change in record["changes"]} == {
        "max_ai_budget_cents": 20000,
        "max_children": 2,
    }


@pytest.mark.parametrize(
    "arguments",
    [
        ("--name", "Summit", "--max-requests-per-minute", "3000"),
        ("--name", "Summit", "--allow-children"),
        ("--organization", "org_1", "--max-keys", "50001"),
        ("--organization", "org_1"),
        ("--organization", "org_1", "--max-requests-per-minute", "6001"),
        ("--organization", "org_1", "--max-requests-per-minute", "3000", "--parent", "org_2"),
    ],
)
def test_arguments_that_do_not_fit_are_rejected(run: Run, arguments: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit, match="2"):
        run(*arguments)


def test_the_limit_of_an_unknown_organization_is_rejected(run: Run) -> None:
    with pytest.raises(SystemExit, match="There is no organization org_unknown"):
        run("--organization", "org_unknown", "--max-requests-per-minute", "3000")
