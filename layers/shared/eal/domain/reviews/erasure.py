"""Erasing the reviews of an erased lead, with their earlier versions and salts.

The claims stay, so that a review that its surface reports again is not ingested again. So do the counters, which have
no personal data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from eal.core.table import scrub
from eal.domain.reviews.store import REVIEWS, versions_partition

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eal.core.json import Json
    from eal.core.tenancy import Tenant

_PERSONAL = {"external_id": "", "text": None, "author": None, "reply": None}


def review_ids(tenant: Tenant, lead_id: str) -> Iterator[str]:
    """The reviews that name the lead."""
    for item in scrub.walk_index(REVIEWS.partition(tenant, "lead", lead_id), "gsi2"):
        yield cast("str", item["sk"])


def erase(tenant: Tenant, review_id: str) -> None:
    """Remove the personal values of a review from stored events and responses, and delete it with its earlier versions:
    itself last of all, because a second run finds it by its item. Idempotent.
    """
    scrub.events(tenant, review_id, without_personal_values)
    scrub.responses(tenant, review_id)
    scrub.remove_all(versions_partition(tenant, review_id))
    scrub.remove_key(REVIEWS.key(tenant, review_id))


def without_personal_values(data: dict[str, Json]) -> dict[str, Json]:
    """A review's view with empty personal fields, still in its shape."""
    return {**data, **_PERSONAL}
