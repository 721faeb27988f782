"""Enrolling leads and prospects: some of them per transaction, because a transaction has at most 100 operations.

A request that is repeated because its response was lost enrolls nobody twice: the claims are taken, and its response
has the ids of the enrollments that the first one made.
"""

from __future__ import annotations

from itertools import batched
from typing import TYPE_CHECKING, NamedTuple, cast

from eal.core import audit, ids
from eal.core.errors import Conflict
from eal.core.table.read import get_all
from eal.core.transaction import until_committed
from eal.domain.leads.collection import LEADS
from eal.domain.organization_settings import outreach as outreach_settings
from eal.domain.organization_settings import store as organization_settings
from eal.domain.outreach import tenant_clock
from eal.domain.outreach.enrollments import store
from eal.domain.outreach.enrollments.model import Enrollment, EnrollmentResult
from eal.domain.outreach.enrollments.time_zones import zone_of
from eal.domain.outreach.sending import due
from eal.domain.outreach.sequences import schedule
from eal.domain.outreach.sequences.store import SEQUENCES
from eal.domain.outreach.suppressions import store as suppressions
from eal.domain.prospects import store as prospects
from eal.domain.prospects.collection import PROSPECTS
from eal.domain.prospects.model import Prospect

if TYPE_CHECKING:
    from collections.abc import Sequence as Several
    from datetime import datetime

    from eal.core.caller import Caller
    from eal.core.table.item import Item
    from eal.core.table.keys import Key
    from eal.core.tenancy import Mode
    from eal.domain.leads.model import Lead
    from eal.domain.outreach.enrollments.model import Refusal
    from eal.domain.outreach.enrollments.wire import EnrollmentsCreate
    from eal.domain.outreach.sequences.model import Sequence

_PEOPLE_PER_TRANSACTION = 16
"""Six operations each: the enrollment, two claims, a prospect's new state, and two audit records, which share a pointer
to them."""
_RESERVED = frozenset({"test", "example", "invalid", "localhost"})
"""Top-level domains without mail servers (RFC 6761)."""


class _Person(NamedTuple):
    """A lead or prospect that a request names."""

    lead_id: str | None
    prospect_id: str | None

    @property
    def id(self) -> str:
        return self.lead_id or self.prospect_id or ""

    def key(self, by: Caller) -> Key | None:
        """None for a text that is no id."""
        collection = LEADS if self.lead_id else PROSPECTS
        return collection.key(by.tenant, self.id) if ids.is_id(collection.id_prefix, self.id) else None

    def load(self, item: Item) -> Lead | Prospect:
        return LEADS.load(item) if self.lead_id else PROSPECTS.load(item)

    def result(self, refusal: Refusal | None, enrollment_id: str | None = None) -> EnrollmentResult:
        return EnrollmentResult(
            lead_id=self.lead_id,
            prospect_id=self.prospect_id,
            refusal=refusal,
            enrollment_id=enrollment_id,
        )


class _Terms(NamedTuple):
    """Conditions for everybody in a request. `default_zone` is that of recipients whose own is unknown."""

    sequence: Sequence
    default_zone: str
    now: datetime


def enroll(sequence_id: str, body: EnrollmentsCreate, by: Caller) -> list[EnrollmentResult]:
    """Enroll the leads and prospects of the body, and commit that: one result for each.

    Raises: NotFound; Conflict if the sequence is not active, or if others kept enrolling the same people.
    """
    sequence = SEQUENCES.get(by.tenant, sequence_id)
    if sequence.status != "active":
        raise Conflict(
            f"Only an active sequence accepts enrollments. This one is {sequence.status}.",
            status=sequence.status,
        )
    outreach = outreach_settings.outreach_in(organization_settings.settings_of(by.organization_id))
    terms = _Terms(
        sequence,
        default_zone=sequence.time_zone or outreach.time_zone,
        now=tenant_clock.now_of(by.tenant, by.at),
    )
    people = [
        *(_Person(lead_id, None) for lead_id in body.lead_ids),
        *(_Person(None, prospect_id) for prospect_id in body.prospect_ids),
    ]
    results: list[EnrollmentResult] = []
    addresses: set[str] = set()
    for some in batched(people, _PEOPLE_PER_TRANSACTION, strict=False):
        results += _enroll_some(some, terms, addresses, by)
    return results


def _enroll_some(
    people: Several[_Person], terms: _Terms, addresses: set[str], by: Caller
) -> list[EnrollmentResult]:
    """`addresses` are those of the request so far."""

    def commit() -> list[EnrollmentResult]:
        unit = by.with_new_transaction()
        seen = set(addresses)
        results = _decide(people, terms, seen, unit)
        unit.transaction.commit()
        addresses.update(seen)
        return results

    return until_committed(
        commit, Conflict("Other requests kept changing the same leads or prospects. Repeat the request.")
    )


def _decide(people: Several[_Person], terms: _Terms, seen: set[str], by: Caller) -> list[EnrollmentResult]:
    """Add the enrollments to the caller's transaction."""
    found = _found(people, by)
    addresses = [person.email for person in found.values() if person.email]
    enrolled = {
        claimed: store.claim_key(by.tenant, claimed)
        for claimed in (*addresses, *(person.id for person in found.values()))
    }
    suppressed = {
        claimed: suppressions.claim_key(by.tenant, claimed)
        for address in addresses
        for claimed in (address, address.rpartition("@")[2])
    }
    claims = _read([*enrolled.values(), *suppressed.values()])
    results, due_times = [], set()
    for person in people:
        enrollment = found.get(person.id)
        address = enrollment.email if enrollment else None
        if enrollment is None or address is None:
            results.append(person.result("no_email" if enrollment else "not_found"))
            continue
        claim = claims.get(enrolled[address]) or claims.get(enrolled[enrollment.id])
        is_suppressed = any(
            claims.get(suppressed[claimed]) for claimed in (address, address.rpartition("@")[2])
        )
        if refusal := _refusal(enrollment, address, by.mode):
            results.append(person.result(refusal))
        elif address in seen:
            results.append(person.result("duplicate"))
        elif is_suppressed:
            results.append(person.result("suppressed"))
        elif claim:
            results.append(person.result("already_enrolled", cast("str", claim["enrollment_id"])))
        else:
            new = _enrollment(person, enrollment, address, terms, by)
            store.create(new, by)
            if isinstance(enrollment, Prospect):
                prospects.advance_outreach_of(enrollment, "enrolled", by)
            due_times.add(cast("datetime", new.due_at).replace(second=0, microsecond=0))
            results.append(person.result(None, new.id))
        seen.add(address)
    for due_time in due_times:
        due.mark(by.tenant, due_time)
    return results


def _found(people: Several[_Person], by: Caller) -> dict[str, Lead | Prospect]:
    keys = {person.id: key for person in people if (key := person.key(by))}
    items = _read(list(keys.values()))
    return {
        person.id: person.load(item)
        for person in people
        if person.id in keys and (item := items.get(keys[person.id]))
    }


def _read(keys: Several[Key]) -> dict[Key, Item]:
    """The items that exist. A transaction must not read a key twice."""
    distinct = list(dict.fromkeys(keys))
    items = get_all(distinct) if distinct else []
    return {key: item for key, item in zip(distinct, items, strict=True) if item}


def _refusal(person: Lead | Prospect, address: str, mode: Mode) -> Refusal | None:
    if isinstance(person, Prospect) and person.outreach_state == "converted":
        return "converted"
    if isinstance(person, Prospect) and person.outreach_state == "opted_out":
        return "opted_out"
    is_reserved = mode == "live" and address.rpartition(".")[2] in _RESERVED
    # Resend documents no support for SMTPUTF8 (RFC 6531), which an address beyond ASCII needs.
    return "invalid_address" if is_reserved or not address.isascii() else None


def _enrollment(
    person: _Person, found: Lead | Prospect, address: str, terms: _Terms, by: Caller
) -> Enrollment:
    new_id = ids.new("enr", by.at)
    zone = zone_of(found.address, terms.default_zone)
    return Enrollment(
        id=new_id,
        sequence_id=terms.sequence.id,
        created_at=by.at,
        updated_at=by.at,
        version=1,
        salt=audit.new_salt(),
        address=address,
        time_zone=zone,
        lead_id=person.lead_id,
        prospect_id=person.prospect_id,
        due_at=schedule.due_at(terms.sequence, 0, new_id, zone, terms.now),
    )
