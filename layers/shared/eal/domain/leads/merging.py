"""How two captures of the same person become one lead, without losing a value of either."""

import re
from collections.abc import Iterator
from dataclasses import replace

from eal.domain.leads.model import Lead, over_limit, with_note

_REPLACED, _NOT_TAKEN = "Before: ", "Also given: "
"""How the lines of the notes begin that keep what a lead said before, and what a later capture said otherwise."""
_SAID_ONCE = (
    "first_name", "last_name", "company", "address", "source_detail", "loss_type", "urgency", "assigned_to",
)  # fmt: skip
"""Fields with one value, besides the e-mail: of two captures that differ, one's goes into such a line."""
_KEPT_LINE = re.compile(
    rf"(?:{_REPLACED}|{_NOT_TAKEN})(?:{'|'.join(_SAID_ONCE)}|(?:metadata|attribution)\..{{1,40}}?): "
)
_ROOM_FOR_VISITS = 5_000
"""Characters of the notes beyond which no attribution of a later visit is added: each visit has new ones."""


def merged(lead: Lead, newer: Lead) -> Lead:
    """The lead with what a newer capture of the same person says. No value of the lead is lost.

    What the newer one gives replaces, and what it replaces becomes a line of the notes. Contacts are united: another
    e-mail joins `additional_emails`. Status, source and the first attribution stay; later ones are noted while there
    is much room.
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
    """The lead with what somebody else's record of the same person adds: what it says itself stays.

    What the other one says otherwise becomes a line of the notes. A name that differs stays as a whole, and so does
    where the lead came from.
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
    """The same without what would outgrow the lead: for forms and calls, whose senders cannot be told to say less."""
    for piece in _pieces(other):
        more = filled_in(lead, piece)
        if not over_limit(more):
            lead = more
    return lead


def _united(lead: Lead, other: Lead) -> Lead:
    """The lead with the other's contacts and notes beside its own, and what it lacks of the other's attribution."""
    email = lead.email or other.email
    others = dict.fromkeys(one for one in (*lead.additional_emails, other.email) if one and one != email)
    return replace(
        lead,
        email=email,
        additional_emails=tuple(others),
        phones=tuple(dict.fromkeys((*lead.phones, *other.phones))),
        notes=with_note(lead.notes, other.notes),
        attribution={**other.attribution, **lead.attribution},
    )


def _keeping(after: Lead, lead: Lead, newer: Lead) -> Lead:
    """What came of the two, with a line of the notes for each of their values that it has not."""
    has, notes = _lines(after), after.notes
    for word, one in ((_REPLACED, lead), (_NOT_TAKEN, newer)):
        for name, text in _lines(one).items():
            if has.get(name) == text:
                continue
            more = with_note(notes, f"{word}{name}: {text}")
            if not name.startswith("attribution.") or len(more or "") <= _ROOM_FOR_VISITS:
                notes = more
    return replace(after, notes=notes)


def _lines(lead: Lead) -> dict[str, str]:
    """The values that two captures may say differently, by their names, each as one line."""
    address = lead.address and (
        lead.address.line1,
        lead.address.line2,
        lead.address.city,
        f"{lead.address.state} {lead.address.postal_code}",
        lead.address.country,
    )
    texts: dict[str, str | None] = {
        **{name: getattr(lead, name) for name in _SAID_ONCE},
        "address": ", ".join(filter(None, address or ())),
        **{f"metadata.{name}": text for name, text in lead.metadata.items()},
        **{f"attribution.{name}": text for name, text in lead.attribution.items()},
    }
    return {name: " ".join(text.split()) for name, text in texts.items() if text}


def bare(lead: Lead) -> Lead:
    """The lead without a word of what it says."""
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
    """The lead's values one by one; its name is one."""
    nothing = bare(lead)
    yield replace(nothing, email=lead.email)
    yield from (replace(nothing, phones=(one,)) for one in lead.phones)
    yield replace(nothing, first_name=lead.first_name, last_name=lead.last_name)
    yield replace(nothing, notes=lead.notes)
    for name in ("company", "address", "loss_type", "urgency", "source_detail", "assigned_to"):
        yield replace(nothing, **{name: getattr(lead, name)})
    yield from (replace(nothing, metadata={name: text}) for name, text in lead.metadata.items())
    yield from (replace(nothing, attribution={name: text}) for name, text in lead.attribution.items())


def without_kept_lines(notes: str | None) -> str | None:
    """What people wrote, without the values that captures have left there."""
    if not notes:
        return notes
    return "\n\n".join(one for one in notes.split("\n\n") if not _KEPT_LINE.match(one))
