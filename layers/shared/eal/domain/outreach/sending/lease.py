"""The lease of a tenant's run: one run at a time sends for a tenant, so that runs do not share the vendor's pace.

A run that the vendor defers leaves the lease with the time until which the vendor accepts no e-mail. Two runs at once
would still send nothing twice: the vendor's idempotency keys and the items' versions prevent that.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple, cast

from eal.core import ids
from eal.core.clock import parse, rfc3339
from eal.core.table import progress
from eal.core.table.keys import Key, key
from eal.core.table.progress import Change, ConditionFailed

if TYPE_CHECKING:
    from datetime import datetime

    from eal.core.tenancy import Tenant

DURATION = timedelta(seconds=180)
"""The timeout of the worker: a run that lasts longer was killed."""
_KIND = "SEND_LEASE"


class Lease(NamedTuple):
    tenant: Tenant
    holder: str


class Held(NamedTuple):
    """Another run has the lease, or the vendor accepts nothing, until then."""

    until: datetime


def acquire(tenant: Tenant, now: datetime) -> Lease | Held:
    lease = Lease(tenant, ids.new("run", now))
    try:
        progress.change(
            Change(
                key=_key(tenant),
                expression="SET #kind = :kind, #holder = :holder, #until = :until",
                condition="attribute_not_exists(pk) OR #until <= :now",
                names={"#kind": "kind", "#holder": "holder", "#until": "until"},
                values={
                    ":kind": _KIND,
                    ":holder": lease.holder,
                    ":until": rfc3339(now + DURATION),
                    ":now": rfc3339(now),
                },
            )
        )
    except ConditionFailed as refused:
        if refused.item is None:
            raise
        return Held(parse(cast("str", refused.item["until"])))
    return lease


def release(lease: Lease, until: datetime) -> None:
    """Let other runs begin from `until` on, unless another run has the lease by now."""
    with suppress(ConditionFailed):
        progress.change(
            Change(
                key=_key(lease.tenant),
                expression="SET #until = :until",
                condition="#holder = :holder",
                names={"#holder": "holder", "#until": "until"},
                values={":holder": lease.holder, ":until": rfc3339(until)},
            )
        )


def _key(tenant: Tenant) -> Key:
    """`org_…#live#SEND_LEASE`, `run`."""
    return key(tenant, _KIND, "run")
