"""Sequences that are ready to be sent, and the people who are enrolled in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.http import ApiResponse, call

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

SENDER = {"name": "Kim Lee", "email": "kim@acme.example", "postal_address": "1 Main St\nTampa, FL 33602"}
STEPS: list[dict[str, Any]] = [
    {
        "delay_hours": 0,
        "subject": 'Water damage at {{ company | default("your buildings") }}',
        "body": 'Hi {{ first_name | default("there") }},\n\nwho takes care of it?\n\n{{ sender_name }}',
    },
    {
        "delay_hours": 72,
        "variants": [
            {"name": "A", "weight": 1, "subject": "A question", "body": "Did you see my last e-mail?"},
            {"name": "B", "weight": 3, "subject": "Water damage", "body": "Who is on call at your place?"},
        ],
    },
]
SEQUENCES = "/v1/outreach/sequences"


def be_ready(tenant: Tenant, **settings: Any) -> None:
    """Set the sender, and connect Resend in live mode."""
    body = {"settings": {"sender": SENDER, "timezone": "America/New_York", **settings}}
    assert call("PATCH", "/v1/organizations/me", key=tenant.admin, json_body=body).status == 200
    secrets = {"secrets": {"signing_secret": "whsec_" + "A" * 32, "api_key": "re_123"}}
    response = call("PUT", "/v1/integrations/resend", key=tenant.admin, json_body=secrets)
    assert response.status == 200, response.text


def draft(tenant: Tenant, key: str = "", **change: Any) -> dict[str, Any]:
    body = {"name": "Property managers", "steps": STEPS, **change}
    response = call("POST", SEQUENCES, key=key or tenant.write, json_body=body)
    assert response.status == 201, response.text
    made: dict[str, Any] = response.json
    return made


def move(tenant: Tenant, sequence_id: str, to: str, key: str = "", **headers: str) -> ApiResponse:
    path = f"{SEQUENCES}/{sequence_id}/transitions"
    return call("POST", path, key=key or tenant.write, json_body={"to": to}, headers=headers)


def active(tenant: Tenant, key: str = "", **change: Any) -> dict[str, Any]:
    """An active sequence of a tenant that is ready."""
    made = draft(tenant, key, **change)
    response = move(tenant, made["id"], "active", key)
    assert response.status == 200, response.text
    shown: dict[str, Any] = response.json
    return shown


def prospect(
    tenant: Tenant, email: str = "robin@example.com", key: str = "", **change: Any
) -> dict[str, Any]:
    body = {"company": "Harbor", "email": email, "contact": {"first_name": "Robin"}, **change}
    response = call("POST", "/v1/prospects", key=key or tenant.write, json_body=body)
    assert response.status == 201, response.text
    made: dict[str, Any] = response.json
    return made


def lead(tenant: Tenant, email: str = "dana@example.com", key: str = "", **change: Any) -> dict[str, Any]:
    response = call("POST", "/v1/leads", key=key or tenant.write, json_body={"email": email, **change})
    assert response.status == 201, response.text
    made: dict[str, Any] = response.json
    return made


def enroll(
    tenant: Tenant, sequence_id: str, *people: dict[str, Any], key: str = "", **headers: str
) -> ApiResponse:
    """Enroll leads and prospects, as they were shown."""
    ids = [person["id"] for person in people]
    body = {
        "lead_ids": [person_id for person_id in ids if person_id.startswith("lead_")],
        "prospect_ids": [person_id for person_id in ids if person_id.startswith("pros_")],
    }
    path = f"{SEQUENCES}/{sequence_id}/enrollments"
    return call("POST", path, key=key or tenant.write, json_body=body, headers=headers)


def enrolled(tenant: Tenant, sequence_id: str, person: dict[str, Any], key: str = "") -> dict[str, Any]:
    """The new enrollment of one person, as it is shown."""
    (result,) = enroll(tenant, sequence_id, person, key=key).json["data"]
    assert result["status"] == "enrolled", result
    path = f"{SEQUENCES}/{sequence_id}/enrollments/{result['enrollment_id']}"
    shown: dict[str, Any] = call("GET", path, key=key or tenant.read).json
    return shown
