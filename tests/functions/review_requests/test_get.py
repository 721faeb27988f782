"""GET /v1/reviews/requests/{request_id}."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.http import call
from tests.support.reviews import REQUESTS, ingested, request_shown, requested, set_up

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def test_a_request_is_shown_as_it_was_made(tenant: Tenant) -> None:
    set_up(tenant)
    request = requested(tenant)

    assert request_shown(tenant, request["id"]) == request


def test_another_tenants_request_is_not_found(tenant: Tenant, stranger: Tenant) -> None:
    set_up(stranger)
    request = requested(stranger)

    for key in (tenant.read, stranger.test_admin):
        assert call("GET", f"{REQUESTS}/{request['id']}", key=key).status == 404


def test_the_id_of_a_review_is_not_found(tenant: Tenant) -> None:
    assert call("GET", f"{REQUESTS}/{ingested(tenant)['id']}", key=tenant.read).status == 404


def test_an_unknown_id_is_repeated_whole(tenant: Tenant) -> None:
    unknown = "review_request_01kq09bekje6vbq5xe2b60xtww"

    error = call("GET", f"{REQUESTS}/{unknown}", key=tenant.read).json["error"]
    too_long = call("GET", f"{REQUESTS}/{'x' * 1000}", key=tenant.read).json["error"]

    assert error["message"] == f"There is no review request {unknown}."
    assert len(too_long["message"]) < 100
