"""GET /v1/outreach/replies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from eal.core import ids
from tests.functions.workers.test_classify_reply import INTERESTED, UNSUBSCRIBE, conversation, replied
from tests.support import replies
from tests.support.http import call
from tests.support.replies import classified, enrolled, sent
from tests.support.tenants import new_tenant

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def listed(tenant: Tenant, query: str = "") -> list[Any]:
    response = call("GET", f"/v1/outreach/replies?{query}", key=tenant.read)
    assert response.status == 200, response.text
    return [item["id"] for item in response.json["data"]]


def test_replies_are_listed_newest_first_without_their_content(tenant: Tenant) -> None:
    first = classified(tenant, "My secret word is xylophone.")["id"]
    second = replies.received(tenant, INTERESTED)

    response = call("GET", "/v1/outreach/replies", key=tenant.read)

    assert [item["id"] for item in response.json["data"]] == [second, first]
    pending, done = response.json["data"]
    assert (pending["classification"], pending["match"], pending["needs_review"]) == (None, None, False)
    assert done["classification"]["provenance"]["engine"] == "embedded"
    assert not {"text", "body", "evidence", "engine_classification", "salt", "headers"} & {
        *done,
        *done["classification"],
    }
    assert "xylophone" not in response.text


def test_filters(tenant: Tenant) -> None:
    enrollment, email = conversation(tenant)
    interested = replied(tenant, email, INTERESTED)["id"]
    unsubscribe = replied(tenant, email, UNSUBSCRIBE, sender="boss@example.com")["id"]
    unsure = classified(tenant, "Please call.", sender="ted@example.com")["id"]

    assert listed(tenant, "classification=interested") == [interested]
    assert listed(tenant, "needs_review=true") == [unsure]
    assert listed(tenant, "needs_review=false") == [unsubscribe, interested]
    assert listed(tenant, f"sequence_id={enrollment.sequence_id}") == [unsubscribe, interested]
    assert listed(tenant, f"prospect_id={enrollment.prospect_id}") == [unsubscribe, interested]
    assert listed(tenant, f"prospect_id={enrollment.prospect_id}&classification=unsubscribe") == [unsubscribe]
    assert listed(tenant, "sender=Boss@Example.com") == [unsubscribe]
    assert listed(tenant, "sender=boss@example.com&needs_review=true") == []
    assert (
        listed(tenant, f"sender=boss@example.com&prospect_id={ids.new('pros', enrollment.created_at)}") == []
    )
    assert listed(tenant, "created_after=2999-01-01T00:00:00Z") == []
    assert listed(tenant, "order=asc&limit=1") == [interested]


def test_a_leads_replies(tenant: Tenant) -> None:
    email = sent(tenant, lead_id="lead_01kq09bekje6vbq5xe2dae3erx")
    reply = replied(tenant, email, INTERESTED)

    assert reply["lead_id"] == "lead_01kq09bekje6vbq5xe2dae3erx"
    assert listed(tenant, "lead_id=lead_01kq09bekje6vbq5xe2dae3erx") == [reply["id"]]
    assert listed(tenant, "lead_id=lead_01kq09bekje6vbq5xe2dae3ery") == []


def test_the_filter_uses_the_class_that_counts(tenant: Tenant) -> None:
    reply = classified(tenant, INTERESTED)
    path = f"/v1/outreach/replies/{reply['id']}/classification"
    assert call("PATCH", path, key=tenant.write, json_body={"classification": "other"}).status == 200

    assert (listed(tenant, "classification=other"), listed(tenant, "classification=interested")) == (
        [reply["id"]],
        [],
    )


def test_pages(tenant: Tenant) -> None:
    enrolled(tenant)
    found = [replies.received(tenant, INTERESTED) for _ in range(5)][::-1]

    page = call("GET", "/v1/outreach/replies?limit=3", key=tenant.read).json
    rest = call("GET", f"/v1/outreach/replies?limit=3&cursor={page['next_cursor']}", key=tenant.read).json

    assert [item["id"] for item in [*page["data"], *rest["data"]]] == found
    assert rest["next_cursor"] is None


@pytest.mark.parametrize(
    "query", ["classification=angry", "needs_review=maybe", "sender=nobody", "unknown=1", "cursor=eyJpZCI6x"]
)
def test_wrong_filters_are_refused(tenant: Tenant, query: str) -> None:
    assert call("GET", f"/v1/outreach/replies?{query}", key=tenant.read).status in (400, 422)


def test_other_tenants_and_the_other_mode_see_nothing(tenant: Tenant) -> None:
    replies.received(tenant, INTERESTED)

    assert listed(new_tenant("Other")) == []
    assert call("GET", "/v1/outreach/replies", key=tenant.test_admin).json["data"] == []
