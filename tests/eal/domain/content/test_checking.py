"""The findings of content: the settings decide what may be claimed, and a response names no reviewer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support import content, reviews
from tests.support.http import call

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def _settings(tenant: Tenant, **settings: object) -> None:
    response = call("PATCH", "/v1/organizations/me", key=tenant.admin, json_body={"settings": settings})
    assert response.status == 200, response.text


def _found(tenant: Tenant, item: dict[str, Any], body: str) -> list[tuple[str, str, str, str | None]]:
    response = content.patch(tenant, item, {"body": body})
    assert response.status == 200, response.text
    return [
        (finding["rule"], finding["level"], finding["field"], finding["quote"])
        for finding in response.json["findings"]
    ]


def test_the_settings_decide_what_may_be_said(tenant: Tenant) -> None:
    item = content.drafted(tenant)
    text = "We are an IICRC-certified firm. Cheap is not our way, unlike Dry & Co. Call 614-555-0142."
    _settings(tenant, content={"banned_words": ["cheap"], "competitors": ["Dry & Co."]})

    assert _found(tenant, item, text) == [
        ("licence_claim", "block", "body", "IICRC-certified"),
        ("banned_word", "block", "body", "Cheap"),
        ("competitor", "block", "body", "Dry & Co."),
        ("unknown_contact", "warn", "body", "614-555-0142"),
    ]

    _settings(tenant, content={"certifications": ["IICRC Certified Firm"], "phone": "614-555-0142"})
    assert _found(tenant, item, f"{text} Thank you.") == []


def test_the_settings_count_at_the_approval(tenant: Tenant) -> None:
    item = content.drafted(tenant)
    content.move(tenant, item, "in_review")
    _settings(tenant, content={"banned_words": ["valve"]})

    response = content.act(tenant, item, "transitions", {"to": "approved"})

    assert response.status == 409
    found = response.json["error"]["details"]["findings"]
    assert {(finding["rule"], finding["quote"]) for finding in found} == {("banned_word", "valve")}


def test_a_response_repeats_no_name_of_its_review_and_admits_nothing(tenant: Tenant) -> None:
    review = reviews.ingested(tenant, author="Dana Reyes")
    item = content.drafted(tenant, "review_response", review_id=review["id"])

    found = _found(tenant, item, "Thank you, Dana. It was our fault. Please change your review.")

    assert found == [
        ("admission", "block", "body", "was our fault"),
        ("incentive", "block", "body", "change your review"),
        ("personal_data", "block", "body", "Dana"),
    ]


def test_each_part_of_a_text_is_checked(tenant: Tenant) -> None:
    item = content.drafted(tenant, "video_script")
    scene = {"narration": "Your insurance will cover it.", "on_screen_text": "Act now", "seconds": 5}

    response = content.patch(tenant, item, {"title": "The best team in town", "scenes": [scene]})

    assert [(finding["rule"], finding["field"]) for finding in response.json["findings"]] == [
        ("superlative", "title"),
        ("coverage_promise", "scenes.0.narration"),
        ("fake_urgency", "scenes.0.on_screen_text"),
    ]
