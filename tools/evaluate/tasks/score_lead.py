"""score_lead: the score of a lead, with its contributions.

An item has `lead`, as POST /leads accepts it, `tenant_settings` with the `service_area`, and optionally the label
`band`: hot, warm, cold or junk. The engine `rules` scores as a request does, `embedded` as the worker does afterwards.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from eal.ai.engines.embedded import lead_notes
from eal.ai.leads import BANDS
from eal.domain.leads import scorer
from eal.domain.leads.address import Address
from eal.domain.leads.model import Lead
from eal.domain.organization_settings import service_area
from tools.evaluate import measures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from eal.domain.leads.model import Score
    from tools.evaluate.sets import Item, Json

AT = datetime(2026, 1, 5, 9, tzinfo=UTC)
_ADDRESS = ("line1", "line2", "city", "state", "postal_code", "country")
_FIELDS = ("first_name", "last_name", "company", "email", "source_detail", "loss_type", "notes", "urgency")


def label(item: Item) -> str:
    return str(item.labels.get("band") or "")


def lead_of(item: Item) -> Lead:
    given: Json = item.content.get("lead") or {}
    return Lead(
        id=item.id,
        status=given.get("status") or "new",
        source=given.get("source") or "api",
        created_at=AT,
        updated_at=AT,
        version=1,
        salt="",
        phones=tuple(given.get("phones") or ()),
        additional_emails=tuple(given.get("additional_emails") or ()),
        address=_address(given.get("address") or {}),
        metadata=given.get("metadata") or {},
        **{name: given[name] for name in _FIELDS if given.get(name)},
    )


def _address(given: Json) -> Address | None:
    known = {name: str(given[name]) for name in _ADDRESS if given.get(name)}
    return Address(**{"line1": "", "city": "", "state": "", "postal_code": "", **known}) if known else None


def is_in_area(item: Item, lead: Lead) -> bool | None:
    """Whether the lead's address is in the service area; None if that is not known."""
    area = (item.content.get("tenant_settings") or {}).get("service_area")
    postal_code = lead.address.postal_code if lead.address else None
    return service_area.contains(area, postal_code=postal_code) if postal_code else None


def _rules() -> Callable[[Item], Json]:
    def answer(item: Item) -> Json:
        lead = lead_of(item)
        return _answer(scorer.score(lead, in_service_area=is_in_area(item, lead), at=AT))

    return answer


def _embedded() -> Callable[[Item], Json]:
    def answer(item: Item) -> Json:
        lead = lead_of(item)
        inside = is_in_area(item, lead)
        notes = scorer.notes_to_read(lead)
        reading = lead_notes.read_notes(notes, scorer.facts(lead, inside)) if notes else None
        if reading:
            lead = replace(lead, notes_reading=scorer.reading_to_keep(lead, reading, lead_notes.VERSION))
        return _answer(scorer.score(lead, in_service_area=inside, at=AT))

    return answer


ENGINES = {"embedded": _embedded, "rules": _rules}


def _answer(score: Score) -> Json:
    return {
        "score": score.value,
        "band": scorer.band(score.value),
        "contributions": [asdict(contribution) for contribution in score.contributions],
        "scorer": score.scorer,
    }


def report(items: Sequence[Item], answers: Sequence[Json]) -> Iterator[str]:
    pairs = [(label(item), answer, item) for item, answer in zip(items, answers, strict=True) if label(item)]
    if not pairs:
        return
    expected = [band for band, _, _ in pairs]
    got = [str(answer["band"]) for _, answer, _ in pairs]
    right = sum(a == b for a, b in zip(expected, got, strict=True))
    scores = [(band, int(answer["score"])) for band, answer, _ in pairs]
    yield f"order of pairs of different bands: {order(scores):.3f}"
    for worse, better in pairwise(BANDS):
        yield f"  {worse} below {better}: {order([pair for pair in scores if pair[0] in (worse, better)]):.3f}"
    yield f"band: accuracy {measures.share(right, len(pairs))}, macro-F1 {measures.macro_f1(expected, got):.3f}"
    yield from measures.confusion(expected, got)
    authors: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for labelled_band, answer, item in pairs:
        authors[item.author].append((labelled_band, int(answer["score"])))
    if len(authors) > 1:
        for author, part in sorted(authors.items()):
            yield f"  author {author}: {len(part)} items, order {order(part):.3f}"


def order(scores: Sequence[tuple[str, float]]) -> float:
    """The share of pairs of different bands in which the better one has the higher score; a tie is half a pair."""
    points = {band: [score for labelled_band, score in scores if labelled_band == band] for band in BANDS}
    hits, count = 0.0, 0
    for place, worse in enumerate(BANDS):
        for better in BANDS[place + 1 :]:
            for high in points[better]:
                hits += sum((high > low) + (high == low) / 2 for low in points[worse])
            count += len(points[better]) * len(points[worse])
    return hits / max(1, count)
