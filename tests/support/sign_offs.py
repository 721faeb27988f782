"""Sign-offs made through the API, and the worker that writes their bundles."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from eal.core import aws
from tests.support.aws import PHOTOS_BUCKET
from tests.support.claims import add_note, extracted, new_claim, scope
from tests.support.http import ApiResponse, call, load_app
from tests.support.imports import key_of
from tests.support.photos import inspected, photo
from tests.support.pipeline import sqs_event

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

TEXT = (
    "Kitchen 12'6\" x 10', 8' ceiling. Remove 120 SF of wet carpet in the kitchen."
    " The stain on the ceiling is from an earlier leak."
)


def reviewed_claim(tenant: Tenant, text: str = TEXT, **fields: Any) -> str:
    """A claim with a photo, whose items are all accepted."""
    claim_id = str(new_claim(tenant, **fields)["id"])
    inspected(tenant, claim_id, photo(1), caption="Wet carpet in the kitchen")
    add_note(tenant, claim_id, text)
    extracted(tenant, claim_id)
    accept_all(tenant, claim_id)
    return claim_id


def accept_all(tenant: Tenant, claim_id: str) -> None:
    path = f"/v1/claims/{claim_id}/scope/accept"
    response = call("POST", path, key=tenant.write, json_body={"min_confidence": 0})
    assert (response.status, response.json["remaining"]) == (200, 0), response.text


def decide(tenant: Tenant, claim_id: str, status: str, **fields: object) -> None:
    """Decide the first item of the scope."""
    item = scope(tenant, claim_id)["data"][0]
    path, body = f"/v1/claims/{claim_id}/scope/{item['id']}", {"status": status, **fields}
    response = call("PATCH", path, key=tenant.write, json_body=body)
    assert response.status == 200, response.text


def request_sign_off(tenant: Tenant, claim_id: str, **body: object) -> ApiResponse:
    return call("POST", f"/v1/claims/{claim_id}/sign-off", key=tenant.write, json_body=body)


def sign(tenant: Tenant, claim_id: str) -> Any:
    """A sign-off that acknowledges every finding."""
    checks = scope(tenant, claim_id, "checks")["data"]
    acknowledge = [{"check_id": check["id"], "reason": "Agreed with the adjuster."} for check in checks]
    response = request_sign_off(tenant, claim_id, signer="Dana Reyes", acknowledge=acknowledge)
    assert response.status == 202, response.text
    return response.json


def write_bundle(tenant: Tenant, signed: Any, received: int = 1) -> list[str]:
    """Run the worker on the sign-off's task. Returns the messages that failed."""
    task = {
        "organization_id": tenant.id,
        "mode": "live",
        "request_id": "request-1",
        "claim_id": signed["claim_id"],
        "sign_off_id": signed["id"],
    }
    event = sqs_event("WriteBundleQueue", [json.dumps(task)], received)
    response = load_app("workers/write_bundle").handler(event, None)
    return [failure["itemIdentifier"] for failure in response["batchItemFailures"]]


def latest(tenant: Tenant, claim_id: str) -> Any:
    response = call("GET", f"/v1/claims/{claim_id}/sign-off", key=tenant.read)
    assert response.status == 200, response.text
    return response.json


def written(tenant: Tenant, claim_id: str) -> Any:
    """The sign-off of the claim after its bundle is written."""
    assert write_bundle(tenant, sign(tenant, claim_id)) == []
    return latest(tenant, claim_id)


def download(url: str) -> bytes:
    return aws.s3_sdk().get_object(Bucket=PHOTOS_BUCKET, Key=key_of(url))["Body"].read()


def stored_keys(part: str = "") -> list[str]:
    """The keys of the bucket that contain `part`."""
    listed = aws.s3_sdk().list_objects_v2(Bucket=PHOTOS_BUCKET).get("Contents", [])
    return [found["Key"] for found in listed if part in found["Key"]]
