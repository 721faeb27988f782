"""The outcome of rows, by rule: duplicates within the file and of existing leads."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eal.core import ids
from eal.core.tenancy import Tenant
from eal.domain.lead_imports.model import (
    MAX_ERRORS_SHOWN,
    ExistingLeads,
    ImportRef,
    LeadImport,
    RowError,
    RowOutcome,
    decide,
)
from eal.domain.leads.limits import MAX_PHONES
from eal.domain.leads.merging import merged
from eal.domain.leads.model import Lead
from tests.support.time import START

if TYPE_CHECKING:
    from eal.domain.leads.vocabulary import OnDuplicate

RULES: tuple[OnDuplicate, ...] = ("error", "return", "update")


def lead(email: str | None = None, *phones: str, notes: str | None = None) -> Lead:
    return Lead(
        id=ids.new("lead", START),
        status="new",
        source="import",
        created_at=START,
        updated_at=START,
        version=1,
        salt="00" * 16,
        email=email,
        phones=phones,
        notes=notes,
    )


def existing_of(*leads: Lead) -> ExistingLeads:
    return ExistingLeads(
        {contact: lead.id for lead in leads for contact in lead.contacts}, {lead.id: lead for lead in leads}
    )


def counts(outcome: RowOutcome) -> tuple[int, int, int, int]:
    return outcome.created, outcome.updated, outcome.skipped, outcome.failed


@pytest.mark.parametrize(
    ("rule", "expected"), [("error", (0, 0, 0, 1)), ("return", (0, 0, 1, 0)), ("update", (0, 1, 0, 0))]
)
def test_a_row_that_duplicates_an_existing_lead(
    rule: OnDuplicate, expected: tuple[int, int, int, int]
) -> None:
    there = lead("a@example.com")
    row = lead("a@example.com", "+14155550123")

    outcome = decide([(7, row)], existing_of(there), rule)

    assert counts(outcome) == expected
    if rule == "error":
        said = f"The lead {there.id} has the same e-mail address."
        assert outcome.errors == [RowError(row=7, field="email", message=said)]
    if rule == "update":
        assert outcome.after == {there.id: merged(there, row)}


@pytest.mark.parametrize(
    ("rule", "expected"), [("error", (1, 0, 0, 2)), ("return", (1, 0, 2, 0)), ("update", (1, 1, 1, 0))]
)
def test_rows_of_one_chunk_that_duplicate_each_other(
    rule: OnDuplicate, expected: tuple[int, int, int, int]
) -> None:
    first, more = lead("a@example.com"), lead("a@example.com", "+14155550123")

    outcome = decide([(1, first), (2, more), (3, more)], ExistingLeads(), rule)

    assert counts(outcome) == expected
    after = merged(first, more) if rule == "update" else first
    assert outcome.after == {first.id: after}


def test_a_contact_that_an_update_adds_is_known_to_the_next_row() -> None:
    first, more, by_phone = (
        lead("a@example.com"),
        lead("a@example.com", "+14155550123"),
        lead(None, "+14155550123"),
    )

    outcome = decide([(1, first), (2, more), (3, by_phone)], ExistingLeads(), "update")

    assert counts(outcome) == (1, 1, 1, 0)


def test_a_row_with_the_contacts_of_two_leads_fails() -> None:
    first, other = lead("a@example.com"), lead(None, "+14155550123")

    outcome = decide([(4, lead("a@example.com", "+14155550123"))], existing_of(first, other), "update")

    assert counts(outcome) == (0, 0, 0, 1)
    said = f"The lead {other.id} has the same phone number."
    assert outcome.errors == [RowError(row=4, field="phones", message=said)]
    assert outcome.after == {}


def test_an_update_that_would_exceed_a_limit_of_the_lead_fails() -> None:
    there = lead("a@example.com", *(f"+1415555{n:04}" for n in range(MAX_PHONES)))

    outcome = decide([(1, lead("a@example.com", "+14155559999"))], existing_of(there), "update")

    assert counts(outcome) == (0, 0, 0, 1)
    assert outcome.errors[0].field == "phones"


def test_an_invalid_row_counts_once_and_reports_all_its_errors() -> None:
    wrong = (RowError(row=1, field="email", message="x"), RowError(row=1, field="city", message="y"))

    outcome = decide([(1, wrong)], ExistingLeads(), "update")

    assert (counts(outcome), tuple(outcome.errors)) == ((0, 0, 0, 1), wrong)


CONTACTS = st.sets(
    st.sampled_from(["a@x.test", "b@x.test", "+14155550001", "+14155550002", "+14155550003"]), min_size=1
)


@given(
    st.lists(st.tuples(CONTACTS, st.sampled_from([None, "n1", "n2"])), max_size=14),
    st.sampled_from(RULES),
    st.data(),
)
def test_the_outcome_does_not_depend_on_the_chunks(
    drawn: list[tuple[set[str], str | None]], rule: OnDuplicate, data: st.DataObject
) -> None:
    """Rows decided in two chunks have the same outcome as in one."""
    rows = []
    for number, (contacts, notes) in enumerate(drawn, start=1):
        emails, phones = sorted(c for c in contacts if "@" in c), sorted(c for c in contacts if "@" not in c)
        new = lead(emails[0] if emails else None, *phones, notes=notes)
        rows.append((number, replace(new, additional_emails=tuple(emails[1:]))))
    cut = data.draw(st.integers(0, len(rows)))

    whole, existing = decide(rows, at_once := ExistingLeads(), rule), ExistingLeads()
    parts = [decide(rows[:cut], existing, rule), decide(rows[cut:], existing, rule)]

    assert counts(whole) == tuple(map(sum, zip(*map(counts, parts), strict=True)))
    assert whole.errors == parts[0].errors + parts[1].errors
    assert existing == at_once
    assert sum(counts(whole)) == len(rows)
    held = [contact for lead in existing.leads.values() for contact in lead.contacts]
    assert len(held) == len({*held}) == len(existing.holders), "no contact has two leads"


def test_an_import_keeps_its_first_errors() -> None:
    lead_import = LeadImport(
        id=ids.new("imp", START), format="csv", dry_run=False, on_duplicate="error", status="running",
        created_at=START, updated_at=START, version=1, request_id="r",
    )  # fmt: skip
    for n in range(3):
        errors = [RowError(row=60 * n + k, message="x") for k in range(60)]
        lead_import = lead_import.advanced(60, RowOutcome(failed=60, errors=errors), START)

    assert (lead_import.version, lead_import.processed, lead_import.failed) == (4, 180, 180)
    assert [error.row for error in lead_import.errors] == list(range(MAX_ERRORS_SHOWN))


def test_an_import_is_identified_by_the_key_of_its_upload_and_by_no_other() -> None:
    ref = ImportRef(Tenant(ids.new("org", START), "live"), ids.new("imp", START))

    assert ImportRef.of_upload(ref.upload_object_key) == ref
    for wrong in (
        ref.errors_object_key,
        ref.upload_object_key + "/x",
        ref.upload_object_key.replace("live", "both"),
        ref.upload_object_key.replace("imp_", "lead_"),
        ref.upload_object_key.replace("org_", "oorg_"),
        "imports/uploads/",
        "",
    ):
        assert ImportRef.of_upload(wrong) is None, wrong
