"""Merging two captures of the same person into one lead, without losing a value of either."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from eal.domain.leads.model import Lead, over_limit, with_note

if TYPE_CHECKING:
    from collections.abc import Iterator

_REPLACED, _NOT_TAKEN = "Before: ", "Also given: "
"""Prefixes of note lines that keep a replaced value, and a value of a later capture that was not adopted."""
_SINGLE_VALUES = (
    "first_name", "last_name", "company", "address", "source_detail", "loss_type", "urgency", "assigned_to",
)  # fmt: skip
"""Fields with one value, except the e-mail. If two captures differ, one of their values becomes a note line."""
_KEPT_LINE = re.compile(
    rf"(?:{_REPLACED}|{_NOT_TAKEN})(?:{'|'.join(_SINGLE_VALUES)}|(?:metadata|attribution)\..{{1,40}}?): "
)
_MAX_CHARACTERS_WITH_ATTRIBUTION = 5_000
"""Characters of the notes beyond which no attribution of a later visit is added, because each visit has new values."""


def merged(lead: Lead, newer: Lead) -> Lead:
    """The lead with the values of a newer capture of the same person. No value of the lead is lost.

    Newer values replace those of the lead, and each replaced value becomes a line of the notes. Contacts are united:
    another e-mail joins `additional_emails`. Status, source and the first attribution stay; later attribution becomes
    lines of the notes while these are short.
    """
    after = replace(
        _united(lead, newer),
        first_name=newer.first_name or lead.first_name,
        last_name=newer.last_name or lead.last_name,
        company=newer.company or lead.company,
        address=newer.address or lead.address,
        source_detail=newer.source_detail or lead.source_detail,
        loss_type=newer.loss_type or lead.loss_type,
        metadata={**lead.metadata, **newer.metadata},
        assigned_to=newer.assigned_to or lead.assigned_to,
    )
    return _keeping(after, lead, newer)


def filled_in(lead: Lead, other: Lead) -> Lead:
    """The lead with the values that it lacks, from another record of the same person. Its own values stay.

    Differing values of the other record become lines of the notes. A name that differs stays as a whole, and so does
    the source.
    """
    is_same_name = lead.first_name in (None, other.first_name) and lead.last_name in (None, other.last_name)
    after = replace(
        _united(lead, other),
        first_name=lead.first_name or (other.first_name if is_same_name else None),
        last_name=lead.last_name or (other.last_name if is_same_name else None),
        company=lead.company or other.company,
        address=lead.address or other.address,
        loss_type=lead.loss_type or other.loss_type,
        urgency=lead.urgency or other.urgency,
        metadata={**other.metadata, **lead.metadata},
        assigned_to=lead.assigned_to or other.assigned_to,
    )
    return _keeping(after, lead, other)


def filled_in_where_room(lead: Lead, other: Lead) -> Lead:
    """The lead, filled in like `filled_in` but without values that exceed a limit: for forms and calls, whose senders
    cannot be asked to send less."""
    for piece in _pieces(other):
        more = filled_in(lead, piece)
        if not over_limit(more):
            lead = more
    return lead


def _united(lead: Lead, other: Lead) -> Lead:
    """The lead with the other's contacts and notes added, and the attribution that it lacks."""
    email = lead.email or other.email
    emails = (*lead.additional_emails, other.email)
    additional = dict.fromkeys(address for address in emails if address and address != email)
    return replace(
        lead,
        email=email,
        additional_emails=tuple(additional),
        phones=tuple(dict.fromkeys((*lead.phones, *other.phones))),
        notes=with_note(lead.notes, other.notes),
        attribution={**other.attribution, **lead.attribution},
    )


def _keeping(after: Lead, lead: Lead, newer: Lead) -> Lead:
    """The merged lead with a line of the notes for each value of the two that it does not have."""
    kept, notes = _lines(after), after.notes
    for prefix, source in ((_REPLACED, lead), (_NOT_TAKEN, newer)):
        for name, text in _lines(source).items():
            if kept.get(name) == text:
                continue
            more = with_note(notes, f"{prefix}{name}: {text}")
            if not name.startswith("attribution.") or len(more or "") <= _MAX_CHARACTERS_WITH_ATTRIBUTION:
                notes = more
    return replace(after, notes=notes)


def _lines(lead: Lead) -> dict[str, str]:
    """The values in which two captures may differ, by name, each as one line."""
    address = lead.address and (
        lead.address.line1,
        lead.address.line2,
        lead.address.city,
        f"{lead.address.state} {lead.address.postal_code}",
        lead.address.country,
    )
    texts: dict[str, str | None] = {
        **{name: getattr(lead, name) for name in _SINGLE_VALUES},
        "address": ", ".join(filter(None, address or ())),
        **{f"metadata.{name}": text for name, text in lead.metadata.items()},
        **{f"attribution.{name}": text for name, text in lead.attribution.items()},
    }
    return {name: " ".join(text.split()) for name, text in texts.items() if text}


def bare(lead: Lead) -> Lead:
    """The lead without its data."""
    return Lead(
        id=lead.id,
        status=lead.status,
        source=lead.source,
        created_at=lead.created_at,
        updated_at=lead.updated_at,
        version=lead.version,
        salt=lead.salt,
    )


def _pieces(lead: Lead) -> Iterator[Lead]:
    """The lead's data in pieces, one value each. First and last name are one piece."""
    nothing = bare(lead)
    yield replace(nothing, email=lead.email)
    yield from (replace(nothing, phones=(phone,)) for phone in lead.phones)
    yield replace(nothing, first_name=lead.first_name, last_name=lead.last_name)
    yield replace(nothing, notes=lead.notes)
    for name in ("company", "address", "loss_type", "urgency", "source_detail", "assigned_to"):
        yield replace(nothing, **{name: getattr(lead, name)})
    yield from (replace(nothing, metadata={name: text}) for name, text in lead.metadata.items())
    yield from (replace(nothing, attribution={name: text}) for name, text in lead.attribution.items())


def without_kept_lines(notes: str | None) -> str | None:
    """The notes without the lines that keep values of captures."""
    if not notes:
        return notes
    return "\n\n".join(paragraph for paragraph in notes.split("\n\n") if not _KEPT_LINE.match(paragraph))
