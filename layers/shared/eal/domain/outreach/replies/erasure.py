"""Erasing the replies of an erased lead or prospect, with their salts. The claims stay, so that a reply that the vendor
reports again is not new.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from eal.core.table import scrub
from eal.domain.outreach.replies.store import REPLIES
from eal.domain.outreach.replies.table_keys import body_key, person_partition, replies_partition

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eal.core.json import Json
    from eal.core.table.scrub import Erased
    from eal.core.tenancy import Tenant

_PERSONAL = frozenset({"sender", "subject"})
_LISTS = frozenset({"to", "cc", "attachments"})


def reply_ids(tenant: Tenant, person: Erased) -> Iterator[str]:
    """The replies from the person's addresses, and those to e-mails to the person, whoever wrote them."""
    for address in person.values("email"):
        for item in filter(person.predates_erasure, scrub.walk_index(replies_partition(tenant, address))):
            yield cast("str", item["sk"])
    for item in scrub.walk_index(person_partition(tenant, person.id), "gsi2"):
        yield cast("str", item["sk"])


def scrub_traces(tenant: Tenant, reply_id: str) -> None:
    """Remove the reply's personal values from stored events and responses. Idempotent."""
    scrub.events(tenant, reply_id, without_personal_values)
    scrub.responses(tenant, reply_id)


def erase_reply(tenant: Tenant, reply_id: str) -> None:
    """Delete the reply with its body, last of all: a second run finds it by its item."""
    scrub.remove_key(body_key(tenant, reply_id))
    scrub.remove_key(REPLIES.key(tenant, reply_id))


def without_personal_values(data: dict[str, Json]) -> dict[str, Json]:
    """A reply's view with empty personal fields, still in its shape."""
    return {
        name: None if name in _PERSONAL else [] if name in _LISTS else value for name, value in data.items()
    }
