"""Claims that a model of Bedrock reads, from the request to the scope and the month's usage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.flows.test_bedrock import wants
from tests.support.bedrock import MODEL, fake_bedrock
from tests.support.callrail import stored
from tests.support.claims import (
    extracted,
    extraction_task,
    new_claim,
    request_extraction,
    run_extraction,
    scope,
    shown,
)
from tests.support.http import call

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.tenants import Tenant
    from tools.fixtures.bedrock import FakeBedrock

TEXT = "Kitchen: remove 120 SF of carpet. Remove 30 SF of zorblax."


@pytest.fixture
def bedrock(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeBedrock]:
    with fake_bedrock(monkeypatch) as fake:
        yield fake


def _extracted(tenant: Tenant, text: str = TEXT) -> tuple[str, Any]:
    claim_id = str(new_claim(tenant)["id"])
    return claim_id, extracted(tenant, claim_id, text)


def test_both_engines_make_the_scope_and_the_model_is_named(tenant: Tenant, bedrock: FakeBedrock) -> None:
    wants(tenant)

    _, found = _extracted(tenant)

    made_by = found["provenance"]
    assert (made_by["engine"], made_by["model"], made_by["fallback"]) == ("bedrock", MODEL, False)
    assert made_by["prompt_version"].startswith("extract_claim.v1@")
    assert made_by["cost_microusd"] > 0
    assert {item["description"]: item["confidence"] for item in found["data"]}["carpet"] == 0.95
    assert {item["category_code"] for item in found["data"]} == {None}
    (usage,) = stored("AI_USAGE", tenant.id)
    assert int(str(usage["spent_microusd"])) == made_by["cost_microusd"]


@pytest.mark.parametrize(
    ("behaviours", "remark"),
    [
        (["throttled"] * 3, "bedrock_throttled"),
        (["denied"], "bedrock_rejected"),
        (["hang_up"], "bedrock_unavailable"),
        (["text", "invalid_json"], "bedrock_invalid_answer"),
        (["extra_field", "extra_field"], "bedrock_invalid_answer"),
        (["content_filtered"], "bedrock_refused"),
    ],
)
def test_the_embedded_extraction_stands_if_the_model_fails(
    tenant: Tenant, bedrock: FakeBedrock, behaviours: list[Any], remark: str
) -> None:
    wants(tenant)
    bedrock.next = behaviours

    claim_id, found = _extracted(tenant)

    assert (found["provenance"]["engine"], found["provenance"]["fallback"]) == ("embedded", True)
    assert found["remarks"] == [remark]
    assert "carpet" in [item["description"] for item in found["data"]]
    assert shown(tenant, claim_id)["status"] == "ready_for_review"


def test_an_invented_item_is_repaired_or_refused(tenant: Tenant, bedrock: FakeBedrock) -> None:
    wants(tenant)
    invented = {
        "source": 1, "quote": "Kitchen: remove 120 SF of carpet", "room": "kitchen", "activity": "replace",
        "description": "RFG 240", "quantity": 900.0, "unit": "SF", "basis": "stated",
    }  # fmt: skip
    bedrock.input = {"items": [invented], "exclusions": []}

    _, found = _extracted(tenant)

    assert found["remarks"] == ["bedrock_invalid_answer"]
    assert len(bedrock.requests) == 2
    assert "900" not in str(found["data"])


def test_without_a_budget_left_no_request_is_sent(tenant: Tenant, bedrock: FakeBedrock) -> None:
    wants(tenant, cents=100)
    bedrock.usage = {"inputTokens": 900_000, "outputTokens": 10}
    _extracted(tenant)
    requests = len(bedrock.requests)

    _, found = _extracted(tenant)

    assert (found["remarks"], len(bedrock.requests)) == (["ai_budget_spent"], requests)


def test_when_unsure_the_model_reads_unsure_claims_only(tenant: Tenant, bedrock: FakeBedrock) -> None:
    wants(tenant, "bedrock_when_unsure")
    _extracted(tenant, "Kitchen: remove 120 SF of carpet in the kitchen.")
    sure = len(bedrock.requests)
    _extracted(tenant, "It is all wet here.")

    assert (sure, len(bedrock.requests)) == (0, 1)


def test_test_mode_asks_nothing(tenant: Tenant, bedrock: FakeBedrock) -> None:
    wants(tenant)
    key = tenant.test_admin
    claim = call("POST", "/v1/claims", key=key, json_body={"insured": {"name": "Dana Reyes"}}).json
    call("POST", f"/v1/claims/{claim['id']}/notes", key=key, json_body={"text": TEXT})
    assert call("POST", f"/v1/claims/{claim['id']}/extract", key=key).status == 202

    assert run_extraction(extraction_task(tenant, claim["id"], mode="test")) == []

    assert bedrock.requests == []


def test_a_repeated_message_asks_once_and_a_repeated_request_again(
    tenant: Tenant, bedrock: FakeBedrock
) -> None:
    wants(tenant)
    claim_id, _ = _extracted(tenant)
    assert run_extraction(extraction_task(tenant, claim_id)) == []
    assert len(bedrock.requests) == 1

    request_extraction(tenant, claim_id)
    assert run_extraction(extraction_task(tenant, claim_id)) == []

    assert len(bedrock.requests) == 2
    assert scope(tenant, claim_id)["version"] == 2
