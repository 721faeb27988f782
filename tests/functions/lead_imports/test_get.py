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
    one = imported(tenant, "email\na@example.com\nx\n")

    assert (one["status"], one["failed"]) == ("completed", 1)
    signed = signed_with(one["errors_url"])
    assert signed["X-Amz-Algorithm"] == "AWS4-HMAC-SHA256"
    assert signed["X-Amz-Expires"] == "3600"
    name = key_of(one["errors_url"])
    assert name == f"imports/errors/{tenant.id}/live/{one['id']}.csv"
    content = aws.s3().get_object(Bucket=UPLOADS_BUCKET, Key=name)["Body"].read().decode()
    assert list(csv.reader(io.StringIO(content))) == [
        ["row", "field", "message"],
        ["2", "email", "Must be an e-mail address."],
    ]


def test_an_import_without_errors_has_none(tenant: Tenant) -> None:
    assert imported(tenant, "email\na@example.com\n")["errors_url"] is None


def test_it_is_404_for_others_and_for_the_other_mode(tenant: Tenant, stranger: Tenant) -> None:
    one = new_import(tenant)

    assert read(one, tenant.read)["id"] == one["id"]
    for key in (stranger.admin, tenant.test_admin):
        assert call("GET", f"/v1/leads/imports/{one['id']}", key=key).status == 404


def test_its_version_is_its_etag_and_it_is_shown_anew_each_time(tenant: Tenant) -> None:
    one = imported(tenant, "email\na@example.com\n")
    path = f"/v1/leads/imports/{one['id']}"

    answer = call("GET", path, key=tenant.read)

    assert answer.headers["ETag"] == f'"{answer.json["version"]}"'
    again = call("GET", path, key=tenant.read, headers={"If-None-Match": answer.headers["ETag"]})
    # Its address may be a new one.
    assert (again.status, again.json["version"]) == (200, answer.json["version"])
