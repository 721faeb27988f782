"""GET /v1/leads/imports/{import_id}."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from eal.core import aws
from tests.support.aws import UPLOADS_BUCKET
from tests.support.http import call
from tests.support.imports import imported, key_of, new_import, read, signed_with

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def test_an_import_with_errors_has_a_file_of_them(tenant: Tenant) -> None:
    lead_import = imported(tenant, "email\na@example.com\nx\n")

    assert (lead_import["status"], lead_import["failed"]) == ("completed", 1)
    signed = signed_with(lead_import["errors_url"])
    assert signed["X-Amz-Algorithm"] == "AWS4-HMAC-SHA256"
    assert signed["X-Amz-Expires"] == "3600"
    name = key_of(lead_import["errors_url"])
    assert name == f"imports/errors/{tenant.id}/live/{lead_import['id']}.csv"
    content = aws.s3_sdk().get_object(Bucket=UPLOADS_BUCKET, Key=name)["Body"].read().decode()
    assert list(csv.reader(io.StringIO(content))) == [
        ["row", "field", "message"],
        ["2", "email", "Must be an e-mail address."],
    ]


def test_an_import_without_errors_has_none(tenant: Tenant) -> None:
    assert imported(tenant, "email\na@example.com\n")["errors_url"] is None


def test_an_import_is_404_for_other_tenants_and_in_the_other_mode(tenant: Tenant, stranger: Tenant) -> None:
    lead_import = new_import(tenant)

    assert read(lead_import, tenant.read)["id"] == lead_import["id"]
    for key in (stranger.admin, tenant.test_admin):
        assert call("GET", f"/v1/leads/imports/{lead_import['id']}", key=key).status == 404


def test_the_version_is_the_etag_but_a_304_is_never_returned(tenant: Tenant) -> None:
    lead_import = imported(tenant, "email\na@example.com\n")
    path = f"/v1/leads/imports/{lead_import['id']}"

    response = call("GET", path, key=tenant.read)

    assert response.headers["ETag"] == f'"{response.json["version"]}"'
    again = call("GET", path, key=tenant.read, headers={"If-None-Match": response.headers["ETag"]})
    # The response has a new errors_url.
    assert (again.status, again.json["version"]) == (200, response.json["version"])
