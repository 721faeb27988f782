"""The lease of a tenant's run: one run at a time sends for a tenant, so that runs do not share the vendor's pace.

A run that the vendor defers leaves the lease with the time until which the vendor accepts no e-mail. Two runs at once
would still send nothing twice: the vendor's idempotency keys and the items' versions prevent that.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from eal.core.table import lease
from eal.core.table.keys import key

if TYPE_CHECKING:
    from datetime import datetime

    from eal.core.table.lease import Held, Lease
    from eal.core.tenancy import Tenant

DURATION = timedelta(seconds=180)
"""The timeout of the worker: a run that lasts longer was killed."""
_KIND = "SEND_LEASE"


def acquire(tenant: Tenant, now: datetime) -> Lease | Held:
    """`org_…#live#SEND_LEASE`, `run`."""
    return lease.acquire(key(tenant, _KIND, "run"), _KIND, now, DURATION)
