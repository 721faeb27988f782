"""GET /v1/claims/{claim_id}/photos."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.claims import new_claim
from tests.support.http import call
from tests.support.photos import declare, inspected, photo, read

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def test_photos_are_listed_newest_first_as_their_get_shows_them(tenant: Tenant) -> None:
    claim_id = new_claim(tenant)["id"]
    found = [inspected(tenant, claim_id, photo(seed)) for seed in (1, 1, 2)]
    declare(tenant, new_claim(tenant)["id"], photo(3))

    listed = call("GET", f"/v1/claims/{claim_id}/photos", key=tenant.read).json

    assert [photo["id"] for photo in listed["data"]] == [photo["id"] for photo in reversed(found)]
    shown = read(tenant, found[1])
    stable = {name for name in shown if not name.endswith("_url") and name != "urls_expire_at"}
    assert {name: listed["data"][1][name] for name in stable} == {name: shown[name] for name in stable}
    assert listed["data"][1]["duplicate_of"] == found[0]["id"]
    assert listed["data"][1]["thumbnail_url"]
    assert listed["next_cursor"] is None


def test_pages_have_all_photos_once(tenant: Tenant) -> None:
    claim_id = new_claim(tenant)["id"]
    declared = [declare(tenant, claim_id, photo())["id"] for _ in range(5)]
    path = f"/v1/claims/{claim_id}/photos?limit=2&order=asc"

    seen, cursor = [], ""
    while True:
        page = call("GET", path + cursor, key=tenant.read).json
        seen += [photo["id"] for photo in page["data"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"

    assert seen == declared


def test_a_cursor_is_bound_to_its_claim(tenant: Tenant) -> None:
    claim_id, other = new_claim(tenant)["id"], new_claim(tenant)["id"]
    for owner in (claim_id, claim_id, other):
        declare(tenant, owner, photo())
    cursor = call("GET", f"/v1/claims/{claim_id}/photos?limit=1", key=tenant.read).json["next_cursor"]

    response = call("GET", f"/v1/claims/{other}/photos?cursor={cursor}", key=tenant.read)

    assert (response.status, response.error) == (400, "invalid_cursor")


def test_the_photos_of_an_unknown_or_a_strangers_claim_are_not_found(
    tenant: Tenant, stranger: Tenant
) -> None:
    for claim_id in (new_claim(stranger)["id"], "x"):
        assert call("GET", f"/v1/claims/{claim_id}/photos", key=tenant.read).status == 404
