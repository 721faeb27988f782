"""The settings of a child organization, and what AI cost."""

from __future__ import annotations

import pytest

from eal_dashboard import texts
from tests.support.dashboard import signed_in
from tools.fixtures.dashboard import ULID, FakeApi, examples

CHILD = f"/settings/grants/org_{ULID}"
USAGE = "/settings/organization/ai-usage"


def test_a_parent_changes_the_settings_of_a_child(api: FakeApi) -> None:
    done = signed_in().fill(CHILD, "child_retention", **{"settings.retention.recording_days": "30"})

    (sent,) = api.sent("updateOrganization")
    assert sent.path == {"organization_id": f"org_{ULID}"}
    assert sent.body == {"settings": {"retention": {"recording_days": 30}}}
    assert sent.headers["If-Match"] == '"1"'
    assert done.location == f"{CHILD}?done=child_retention"
    assert api.sent("updateOwnOrganization") == []


def test_the_list_of_children_leads_to_each(api: FakeApi) -> None:
    child = examples()["listOrganizations"][1]["data"][0]["id"]

    assert f'href="/settings/grants/{child}"' in signed_in("admin").get("/settings/grants").text
    assert f'href="/settings/grants/{child}"' not in signed_in("viewer").get("/settings/grants").text


def test_the_own_settings_change_the_own_organization(api: FakeApi) -> None:
    signed_in().fill("/settings/organization", "general", name="Summit Two")

    (sent,) = api.sent("updateOwnOrganization")
    assert sent.body is not None
    assert sent.body["name"] == "Summit Two"
    assert api.sent("updateOrganization") == []


def test_the_ai_usage_of_a_month_is_next_to_its_budget(api: FakeApi) -> None:
    shown = signed_in().get(f"{USAGE}?month=2026-04")

    assert api.sent("getAiUsage")[0].query == {"month": "2026-04"}
    for text in ("Spent $6.42", "Held $0.03", "Left $18.55", "of $25.00 a month", "1,853,900 tokens"):
        assert text in shown.words


@pytest.mark.parametrize(
    ("spent", "held", "budget", "said"),
    [
        (20_000_000, 5_000_000, 25_000_000, "This month's budget is used up."),
        (0, 0, 0, "There is no budget for Bedrock."),
    ],
)
def test_a_budget_that_is_used_up_or_absent_is_said(
    spent: int, held: int, budget: int, said: str, api: FakeApi
) -> None:
    usage = {"spent_microusd": spent, "held_microusd": held, "budget_microusd": budget}
    api.responses["getAiUsage"] = lambda _: (200, {**examples()["getAiUsage"][1], **usage})

    assert said in signed_in().get(USAGE).words


def test_test_mode_says_that_it_uses_no_bedrock(api: FakeApi) -> None:
    assert "Test mode never uses Bedrock." in signed_in(mode="test").get(USAGE).words


def test_small_amounts_are_not_shown_as_nothing() -> None:
    assert [texts.dollars(amount) for amount in (0, 9, 10_000, 1_234_560_000)] == [
        "$0.00",
        "< $0.01",
        "$0.01",
        "$1,234.56",
    ]


def test_a_new_time_zone_counts_from_the_next_page_on(api: FakeApi) -> None:
    status, body = examples()["getOwnOrganization"]
    settings = {**body["settings"], "timezone": "America/Denver"}
    api.responses["updateOwnOrganization"] = lambda _: (
        status,
        {**body, "name": "Summit Two", "settings": settings},
    )
    person = signed_in()
    person.fill(
        "/settings/organization", "general", **{"name": "Summit Two", "settings.timezone": "America/Denver"}
    )
    shown = person.get("/calls?created_after=2026-04-24")

    assert api.sent("listCalls")[0].query["created_after"] == "2026-04-24T06:00:00.000Z"
    assert "Summit Two" in shown.words
