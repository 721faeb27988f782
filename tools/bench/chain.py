"""Create an audit log of any length without the API: its records, and the archive that the workers would write."""

from __future__ import annotations

import gzip
import itertools
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from eal.core import audit, aws, settings
from eal.core.clock import rfc3339
from eal.core.ids import lowest
from eal.core.table import progress
from eal.core.table.keys import key
from eal.domain.audit_log import tree
from eal.domain.audit_log.archive import segment_object_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from eal.core.tenancy import Tenant


type Record = dict[str, Any]

START = datetime(2026, 1, 1, tzinfo=UTC)
_SALTED = "hmac-sha256:" + "5a" * 32
_KINDS = (
    ("lead.created", "api", "api_key", "key_01kq09bekje6vbq5xe2b60xtww"),
    ("lead.updated", "worker", "worker", "classify_call"),
    ("call.classified", "webhook", "vendor", "callrail"),
)


def records(
    tenant: Tenant,
    count: int,
    *,
    start: datetime = START,
    step: timedelta = timedelta(minutes=1),
) -> Iterator[Record]:
    """Records 1 to `count`, one per `step`, with three actions and a hundred resources in turn."""
    previous = audit.GENESIS
    for seq in range(1, count + 1):
        action, source, actor_type, actor_id = _KINDS[seq % 3]
        at = start + seq * step
        record: Record = {
            "id": lowest("aud", at),
            "action": action,
            "source": source,
            "actor": {
                "type": actor_type,
                "id": actor_id,
                **({"ip": "203.0.113.7"} if source == "api" else {}),
            },
            "resource": {
                "type": action.partition(".")[0],
                "id": f"{action.partition('.')[0]}_{seq % 100:02d}",
            },
            "changes": [
                {"field": "email", "from": None, "to": _SALTED},
                {"field": "status", "from": "new", "to": "contacted"},
                {"field": "value_cents", "from": None, "to": seq},
            ],
            "request_id": f"c6af9ac6-7b61-11e6-9a41-{seq:012d}",
            "created_at": rfc3339(at),
            "organization_id": tenant.organization_id,
            "mode": tenant.mode,
            "seq": seq,
            "previous_hash": previous,
        }
        previous = record["hash"] = audit.chained_hash(record)
        yield record


def archive(tenant: Tenant, chain: Iterable[Record], *, per_segment: int = 1000) -> int:
    """Write segments, Merkle tree and progress items, so that the relay and the archive worker continue after them."""
    last, newest = 0, audit.GENESIS
    for batch in itertools.batched(chain, per_segment, strict=False):
        aws.s3_sdk().put_object(
            Bucket=settings.audit_bucket(),
            Key=segment_object_key(tenant, batch[0]["seq"], batch[-1]["seq"]),
            Body=segment(batch),
        )
        tree.extend(tenant, last, [record["hash"] for record in batch])
        last, newest = batch[-1]["seq"], batch[-1]["hash"]
    if not last:
        return 0
    sequence = key(tenant, "SEQUENCE", "AUDIT")
    progress.start({**sequence._asdict(), "kind": "SEQUENCE", "last": last, "hash": newest})
    head = key(tenant, "ARCHIVE", "head")
    progress.start(
        {**head._asdict(), "kind": "ARCHIVE", "archived": last, "last_to_sign": last, "version": 1}
    )
    return last


def segment(batch: Iterable[Record]) -> bytes:
    """The object that the archive worker writes for these records."""
    import rfc8785

    return gzip.compress(b"".join(rfc8785.dumps(record) + b"\n" for record in batch), mtime=0)
