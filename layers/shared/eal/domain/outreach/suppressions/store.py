"""Suppressions in the State table, found by the hash of an address or by domain."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from eal.core import audit, ids
from eal.core.errors import ValidationFailed
from eal.core.table import read
from eal.core.table.collection import Collection
from eal.core.table.keys import Key, key
from eal.core.table.read import get_all
from eal.domain.outreach.enrollments import store as enrollments
from eal.domain.outreach.suppressions.model import PERSONAL, Suppression, sha256_of

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.core.table.collection import Filters
    from eal.core.table.item import Item
    from eal.core.table.page import Page
    from eal.core.tenancy import Tenant
    from eal.domain.outreach.suppressions.model import Outcome, SuppressionReason, SuppressionSource, Topic
    from eal.domain.outreach.suppressions.wire import SuppressionCreate, SuppressionQuery

SUPPRESSIONS = Collection(
    "SUPPRESSION",
    Suppression,
    id_prefix="sup",
    noun="suppression",
    indexes={"reason": ("gsi1", "reason")},
    personal=PERSONAL,
)


def claim_key(tenant: Tenant, suppressed: str, topic: Topic = "all") -> Key:
    """`org_…#live#SUPPRESSION_CLAIM`, and the hash of an address, or a domain: it names the one suppression of it.
    That from a topic has the topic before it: `reviews#…`.

    `suppressed` is an address, the hash of one, or a domain. A domain is not hashed, because it is not a person's.
    """
    name = sha256_of(suppressed) if "@" in suppressed else suppressed
    return key(tenant, "SUPPRESSION_CLAIM", name if topic == "all" else f"{topic}#{name}")


def find(tenant: Tenant, address: str, topic: Topic = "all") -> Suppression | None:
    """The suppression of an address, or else of its domain. None if e-mail of the topic may be sent to it.

    A suppression from all e-mail includes every topic.
    """
    domain = address.rpartition("@")[2]
    topics: tuple[Topic, ...] = ("all",) if topic == "all" else ("all", topic)
    for claim in get_all([claim_key(tenant, value, of) for of in topics for value in (address, domain)]):
        if found := _named_by(claim, tenant):
            return found
    return None


def suppress_address(
    address: str,
    reason: SuppressionReason,
    source: SuppressionSource,
    by: Caller,
    *,
    topic: Topic = "all",
    email_id: str | None = None,
    note: str | None = None,
) -> Suppression | None:
    """Suppress an address, in the caller's transaction. None if it is suppressed already.

    A reason that the law keeps replaces one that it does not: a recipient may unsubscribe after a soft bounce.
    The commit raises AlreadyWritten or Stale if another worker suppresses it concurrently.
    """
    new = replace(
        _new(reason, source, topic, by),
        address=address,
        address_sha256=sha256_of(address),
        email_id=email_id,
        note=note,
    )
    return _suppress(new, by)


def suppress_erased_address(
    address_sha256: str,
    reason: SuppressionReason,
    source: SuppressionSource,
    by: Caller,
    *,
    email_id: str,
    topic: Topic = "all",
) -> None:
    """Suppress the address of an erased person by its hash, in the caller's transaction."""
    new = replace(_new(reason, source, topic, by), address_sha256=address_sha256, email_id=email_id)
    _suppress(new, by)


def suppress(body: SuppressionCreate, source: SuppressionSource, by: Caller) -> tuple[Suppression, Outcome]:
    """The suppression of an address or a domain, and whether it is new. An open enrollment of the address stops.

    Enrollments of a domain's addresses are not looked for: they stop when their next step is due.
    """
    if body.address:
        written = suppress_address(body.address, body.reason, source, by, topic=body.topic, note=body.note)
        if body.topic == "all" and (enrollment := enrollments.find_open(by.tenant, body.address)):
            enrollments.stop(enrollment, "suppressed", by)
    else:
        new = _new(body.reason, source, body.topic, by)
        written = _suppress(replace(new, domain=body.domain, note=body.note), by)
    if written:
        return written, "created" if written.version == 1 else "updated"
    suppressed = cast("str", body.address or body.domain)
    claim = read.get(claim_key(by.tenant, suppressed, body.topic))
    return cast("Suppression", _named_by(claim, by.tenant)), "unchanged"


def get(suppression_id: str, by: Caller) -> Suppression:
    """Raises: NotFound."""
    return SUPPRESSIONS.get(by.tenant, suppression_id)


def delete(suppression_id: str, reason: str | None, by: Caller) -> None:
    """Delete a suppression, for the reason in the audit record: e-mail may be sent again.

    Raises: NotFound, PreconditionFailed; ValidationFailed if the law keeps it and there is no reason.
    """
    before = get(suppression_id, by)
    by.transaction.check_if_match(before.version)
    if before.is_kept_by_law and not reason:
        message = (
            "Required: the recipient wants no more e-mail. Give the reason why it may be sent again, such as a new "
            "consent."
        )
        raise ValidationFailed.of_field("/reason", message, "missing", location="query")
    by.transaction.delete(SUPPRESSIONS.key(by.tenant, before.id), was=before.version)
    by.transaction.delete(_claim_key_of(before, by.tenant))
    changes = SUPPRESSIONS.changes(before, None)
    given = (audit.Change("deletion_reason", after=reason),) if reason else ()
    by.transaction.audit("suppression.deleted", before.id, (*changes, *given))


def search(query: SuppressionQuery, by: Caller) -> Page[Suppression]:
    """Suppressions, newest first. An address or a domain has one at most of a topic.

    Raises: InvalidCursor.
    """
    filters = filters_of(query)
    if suppressed := query.address or query.domain:
        found = _named_by(read.get(claim_key(by.tenant, suppressed, query.topic or "all")), by.tenant)
        return SUPPRESSIONS.at_most_one(by.tenant, query, found, filters)
    return SUPPRESSIONS.search(by.tenant, query, filters)


def filters_of(query: SuppressionQuery) -> Filters:
    """The filters of a list, except the address: its key finds it."""
    topic = query.topic
    return {
        "domain": query.domain,
        "reason": query.reason,
        "source": query.source,
        "topic": topic and (lambda stored: (stored or "all") == topic),
    }


def _new(reason: SuppressionReason, source: SuppressionSource, topic: Topic, by: Caller) -> Suppression:
    return Suppression(
        id=ids.new("sup", by.at),
        reason=reason,
        source=source,
        topic=topic,
        created_at=by.at,
        version=1,
        salt=audit.new_salt(),
    )


def add(new: Suppression, by: Caller) -> None:
    """Write a suppression of what is not suppressed yet, in the caller's transaction."""
    claim = _claim_key_of(new, by.tenant)
    by.transaction.create({**claim._asdict(), "kind": "SUPPRESSION_CLAIM", "suppression_id": new.id})
    by.transaction.create(SUPPRESSIONS.item(by.tenant, new))
    SUPPRESSIONS.audit(by.transaction, "suppression.created", None, new)


def _suppress(new: Suppression, by: Caller) -> Suppression | None:
    """Write a suppression, or its reason over one that the law does not keep. None if nothing changes."""
    before = _named_by(read.get(_claim_key_of(new, by.tenant)), by.tenant)
    if before is None:
        add(new, by)
        return new
    if before.is_kept_by_law or not new.is_kept_by_law:
        return None
    after = replace(
        before, reason=new.reason, source=new.source, email_id=new.email_id, version=before.version + 1
    )
    by.transaction.put_version(SUPPRESSIONS.item(by.tenant, after), was=before.version)
    SUPPRESSIONS.audit(by.transaction, "suppression.updated", before, after)
    return after


def _named_by(claim: Item | None, tenant: Tenant) -> Suppression | None:
    return SUPPRESSIONS.find(tenant, cast("str", claim["suppression_id"])) if claim else None


def _claim_key_of(suppression: Suppression, tenant: Tenant) -> Key:
    suppressed = suppression.address or suppression.address_sha256 or suppression.domain
    return claim_key(tenant, cast("str", suppressed), suppression.topic)
