"""Erasing the review requests to an erased person, with their salts. The claims stay until their 90 days are over: they
have a hash of the address, and keep an erased customer from being asked again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from eal.core.table import scrub
from eal.domain.outreach.review_requests.store import REVIEW_REQUESTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eal.core.json import Json
    from eal.core.table.scrub import Erased
    from eal.core.tenancy import Tenant

_PERSONAL = {"name": "", "email": "", "job_reference": None, "reason": None}


def request_ids(tenant: Tenant, person: Erased) -> Iterator[str]:
    """The requests to the person's addresses, and those that name the person."""
    for address in person.values("email"):
        found = scrub.walk_index(REVIEW_REQUESTS.partition(tenant, "email", address))
        for item in filter(person.predates_erasure, found):
            yield cast("str", item["sk"])
    for item in scrub.walk_index(REVIEW_REQUESTS.partition(tenant, "lead", person.id), "gsi2"):
        yield cast("str", item["sk"])


def erase(tenant: Tenant, request_id: str) -> None:
    """Remove the personal values of a request from stored events and responses, and delete it: last of all, because a
    second run finds it by its item. Idempotent.
    """
    scrub.events(tenant, request_id, without_personal_values)
    scrub.responses(tenant, request_id)
    scrub.remove_key(REVIEW_REQUESTS.key(tenant, request_id))


def without_personal_values(data: dict[str, Json]) -> dict[str, Json]:
    """A request's view without what its customer could be found by, still in its shape."""
    return {**data, **_PERSONAL}
