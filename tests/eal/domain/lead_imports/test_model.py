"""What becomes of rows: each under its rule, whoever came before it in the file or in the tenant's leads."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eal.core import ids
from eal.core.tenancy import Tenant
from eal.domain.lead_imports.model import ERRORS_SHOWN, Known, LeadImport, Place, RowError, Verdict, judge
from eal.domain.leads.merging import merged
from eal.domain.leads.model import MAX_PHONES, Lead
from tests.support.time import START

if TYPE_CHECKING:
    from eal.domain.leads.model import OnDuplicate

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


def known_of(*leads: Lead) -> Known:
    return Known(
        {contact: one.id for one in leads for contact in one.contacts}, {one.id: one for one in leads}
    )


def counts(verdict: Verdict) -> tuple[int, int, int, int]:
    return verdict.created, verdict.updated, verdict.skipped, verdict.failed


@pytest.mark.parametrize(
    ("rule", "expected"), [("error", (0, 0, 0, 1)), ("return", (0, 0, 1, 0)), ("update", (0, 1, 0, 0))]
)
def test_a_lead_that_is_there(rule: OnDuplicate, expected: tuple[int, int, int, int]) -> None:
    there = lead("a@example.com")
    row = lead("a@example.com", "+14155550123")

    verdict = judge([(7, row)], known_of(there), rule)

    assert counts(verdict) == expected
    if rule == "error":
        said = f"The lead {there.id} has the same e-mail address."
        assert verdict.errors == [RowError(row=7, field="email", message=said)]
    if rule == "update":
        assert verdict.after == {there.id: merged(there, row)}


@pytest.mark.parametrize(
    ("rule", "expected"), [("error", (1, 0, 0, 2)), ("return", (1, 0, 2, 0)), ("update", (1, 1, 1, 0))]
)
def test_duplicates_of_one_chunk(rule: OnDuplicate, expected: tuple[int, int, int, int]) -> None:
    first, more = lead("a@example.com"), lead("a@example.com", "+14155550123")

    verdict = judge([(1, first), (2, more), (3, more)], Known(), rule)

    assert counts(verdict) == expected
    after = merged(first, more) if rule == "update" else first
    assert verdict.after == {first.id: after}


def test_the_contact_that_an_update_has_added_is_known_to_the_next_row() -> None:
    first, more, by_phone = (
        lead("a@example.com"),
        lead("a@example.com", "+14155550123"),
        lead(None, "+14155550123"),
    )

    verdict = judge([(1, first), (2, more), (3, by_phone)], Known(), "update")

    assert counts(verdict) == (1, 1, 1, 0)


def test_a_row_of_two_leads_is_no_update() -> None:
    one, other = lead("a@example.com"), lead(None, "+14155550123")

    verdict = judge([(4, lead("a@example.com", "+14155550123"))], known_of(one, other), "update")

    assert counts(verdict) == (0, 0, 0, 1)
    said = f"The lead {other.id} has the same phone number."
    assert verdict.errors == [RowError(row=4, field="phones", message=said)]
    assert verdict.after == {}


def test_an_update_that_would_outgrow_the_lead_fails() -> None:
    there = lead("a@example.com", *(f"+1415555{n:04}" for n in range(MAX_PHONES)))

    verdict = judge([(1, lead("a@example.com", "+14155559999"))], known_of(there), "update")

    assert counts(verdict) == (0, 0, 0, 1)
    assert verdict.errors[0].field == "phones"


def test_a_wrong_row_counts_once_with_all_its_errors() -> None:
    wrong = (RowError(row=1, field="email", message="x"), RowError(row=1, field="city", message="y"))

    verdict = judge([(1, wrong)], Known(), "update")

    assert (counts(verdict), tuple(verdict.errors)) == ((0, 0, 0, 1), wrong)


CONTACTS = st.sets(
    st.sampled_from(["a@x.test", "b@x.test", "+14155550001", "+14155550002", "+14155550003"]), min_size=1
)


@given(
    st.lists(st.tuples(CONTACTS, st.sampled_from([None, "n1", "n2"])), max_size=14),
    st.sampled_from(RULES),
    st.data(),
)
def test_cut_anywhere_the_outcome_is_the_same(
    some: list[tuple[set[str], str | None]], rule: OnDuplicate, data: st.DataObject
) -> None:
    """Chunks are ours, not the file's: judged in two parts, rows become what they become in one."""
    rows = []
    for number, (contacts, notes) in enumerate(some, start=1):
        emails, phones = sorted(c for c in contacts if "@" in c), sorted(c for c in contacts if "@" not in c)
        new = lead(emails[0] if emails else None, *phones, notes=notes)
        rows.append((number, replace(new, additional_emails=tuple(emails[1:]))))
    cut = data.draw(st.integers(0, len(rows)))

    whole, known = judge(rows, at_once := Known(), rule), Known()
    parts = [judge(rows[:cut], known, rule), judge(rows[cut:], known, rule)]

    assert counts(whole) == tuple(map(sum, zip(*map(counts, parts), strict=True)))
    assert whole.errors == parts[0].errors + parts[1].errors
    assert known == at_once
    assert sum(counts(whole)) == len(rows)
    held = [contact for one in known.leads.values() for contact in one.contacts]
    assert len(held) == len({*held}) == len(known.holders), "no contact has two leads"


def test_the_first_errors_are_shown() -> None:
    one = LeadImport(
        id=ids.new("imp", START), format="csv", dry_run=False, on_duplicate="error", status="running",
        created_at=START, updated_at=START, version=1, request_id="r",
    )  # fmt: skip
    for n in range(3):
        errors = [RowError(row=60 * n + k, message="x") for k in range(60)]
        one = one.advanced(60, Verdict(failed=60, errors=errors), START)

    assert (one.version, one.processed, one.failed) == (4, 180, 180)
    assert [error.row for error in one.errors] == list(range(ERRORS_SHOWN))


def test_a_place_is_read_from_its_key_and_from_no_other() -> None:
    place = Place(Tenant(ids.new("org", START), "live"), ids.new("imp", START))

    assert Place.of(place.upload) == place
    for wrong in (
        place.errors,
        place.upload + "/x",
        place.upload.replace("live", "both"),
        place.upload.replace("imp_", "lead_"),
        place.upload.replace("org_", "oorg_"),
        "imports/uploads/",
        "",
    ):
        assert Place.of(wrong) is None, wrong
