"""extract_claim: rooms, scope items, exclusions, conflicts and water category of a claim's notes and captions.

An item has `notes` (id, kind, author, created_at, text), `photos` (id, caption, taken_at), optionally `facts`
(loss_type, water_category, water_class), and the labels `rooms`, `items`, and optionally `exclusions`, `conflicts`,
`must_not`, `water_category` and `water_class`. tools/evaluate/sets/extract_claim/README.md says what counts as found.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from eal.ai.claims.evidence import ClaimFacts, ClaimFile, ClaimNote, ClaimPhoto
from eal.ai.claims.extraction import areas
from eal.ai.engines.embedded.claims import engine
from eal.ai.engines.embedded.claims.materials import description
from eal.ai.engines.embedded.claims.rooms import canonical
from eal.ai.tasks.extract_claim import rules
from eal.ai.tasks.extract_claim.task import EXTRACT_CLAIM
from tools.evaluate import bedrock, measures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from eal.ai.claims.extraction import Extraction
    from eal.ai.provenance import Provenance
    from tools.evaluate.sets import Item, Json

QUANTITY_TOLERANCE = 0.02
SIDE_TOLERANCE = 0.01
_FIELDS = ("loss_type", "water_category", "water_class")


def file_of(item: Item) -> ClaimFile:
    facts = item.content.get("facts") or {}
    return ClaimFile(
        notes=tuple(
            ClaimNote(
                id=note["id"],
                kind=note.get("kind") or "note",
                text=note["text"],
                created_at=_moment(note.get("created_at")),
                corrects=note.get("corrects"),
            )
            for note in item.content.get("notes") or ()
        ),
        photos=tuple(
            ClaimPhoto(id=photo["id"], caption=photo.get("caption") or "", taken_at=_moment(photo.get("taken_at")))
            for photo in item.content.get("photos") or ()
        ),
        facts=ClaimFacts(**{name: facts[name] for name in _FIELDS if facts.get(name) is not None}),
    )  # fmt: skip


def _moment(text: str | None) -> datetime:
    return datetime.fromisoformat(text) if text else datetime(2026, 1, 1, tzinfo=UTC)


def _embedded() -> Callable[[Item], Json]:
    return _answers(engine.judge)


def _bedrock() -> Callable[[Item], Json]:
    return _answers(bedrock.judge(EXTRACT_CLAIM))


def _answers(judge: Callable[[ClaimFile], tuple[Extraction, Provenance]]) -> Callable[[Item], Json]:
    def answer(item: Item) -> Json:
        file = file_of(item)
        extraction, provenance = judge(file)
        found: Json = {
            **asdict(extraction),
            "provenance": asdict(provenance),
            "faults": rules.faults(extraction, file),
        }
        for room, shown in zip(extraction.rooms, found["rooms"], strict=True):
            derived = areas(room)
            shown |= {
                "length": room.length,
                "width": room.width,
                "areas": asdict(derived) if derived else None,
            }
        return found

    return answer


ENGINES = {"embedded": _embedded, "bedrock": _bedrock}


def same_room(first: str | None, other: str | None) -> bool:
    """Whether two names are of one room: equal in canonical form, or one is the other with words in front."""
    if first is None or other is None:
        return first is other
    a, b = canonical(first), canonical(other)
    return a == b or a.endswith(f" {b}") or b.endswith(f" {a}")


def is_room(label: Json, found: Json) -> bool:
    """The name, both sides in any order, the height, and the floor's area if it is labelled."""
    if not same_room(label["name"], found["name"]):
        return False
    sides = [piece["length"] is not None for piece in (label, found)]
    if sides[0] != sides[1] or (label.get("height") is None) != (found["height"] is None):
        return False
    expected = (
        [*sorted((label["length"], label["width"])), *([label["height"]] if label.get("height") else [])]
        if sides[0]
        else []
    )
    got = (
        [*sorted((found["length"], found["width"])), *([found["height"]] if found["height"] else [])]
        if sides[0]
        else []
    )
    if "floor_area" in label:
        expected.append(label["floor_area"])
        got.append((found["areas"] or {}).get("floor", 0))
    return all(_near(a, b, SIDE_TOLERANCE) for a, b in zip(expected, got, strict=True))


def is_item(label: Json, found: Json) -> bool:
    """The room, the activity, the description, the quantity and its unit."""
    if label["activity"] != found["activity"] or not same_room(label.get("room"), found["room"]):
        return False
    if description(label["description"]) != description(found["description"]):
        return False
    if label.get("quantity") is None or found["quantity"] is None:
        return label.get("quantity") is None and found["quantity"] is None
    return label["unit"] == found["unit"] and _near(label["quantity"], found["quantity"], QUANTITY_TOLERANCE)


def _near(first: float, other: float, share: float) -> bool:
    return abs(first - other) <= share * max(abs(first), abs(other))


def paired(
    labels: Sequence[Json], found: Sequence[Json], same: Callable[[Json, Json], bool]
) -> tuple[int, list[Json], list[Json]]:
    """The number of labels that are found, the labels that are missed, and what is found without a label."""
    rest = list(found)
    missed = []
    for label in labels:
        match = next((candidate for candidate in rest if same(label, candidate)), None)
        if match is None:
            missed.append(label)
        else:
            rest.remove(match)
    return len(labels) - len(missed), missed, rest


def breaches(item: Item, answer: Json) -> list[str]:
    """The broken rules: what must not be in the scope, a height that nobody gave, and the task's hard rules."""
    found = [
        f"must not: {found_item['activity']} {found_item['description']}"
        for found_item in answer["items"]
        for ban in item.labels.get("must_not") or ()
        if description(ban["description"]) == found_item["description"]
        and (ban.get("room") is None or same_room(ban["room"], found_item["room"]))
    ]
    found += [
        f"height of {room['name']}: {room['height']}, nobody gave it"
        for room in answer["rooms"]
        for label in item.labels.get("rooms") or ()
        if same_room(label["name"], room["name"])
        and label.get("height") is None
        and room["height"] is not None
    ]
    return found + list(answer["faults"])


def report(items: Sequence[Item], answers: Sequence[Json]) -> Iterator[str]:
    pairs = [(item, answer) for item, answer in zip(items, answers, strict=True) if "items" in item.labels]
    if not pairs:
        return
    for field, same in (("rooms", is_room), ("items", is_item)):
        yield _line(field, pairs, same)
        for name, part in _parts(pairs):
            yield f"  {_line(name, part, same, field=field)}"
    yield from _shares(pairs)
    yield from bedrock.cost(answers)
    broken = [(item.id, text) for item, answer in pairs for text in breaches(item, answer)]
    yield f"broken rules: {len(broken)}"
    for id_, text in broken:
        yield f"  {id_}: {text}"
    for item, answer in pairs:
        yield from _differences(item, answer)


type Pairs = list[tuple[Item, Json]]


def _line(name: str, pairs: Pairs, same: Callable[[Json, Json], bool], *, field: str | None = None) -> str:
    field = field or name
    hits = expected = got = 0
    for item, answer in pairs:
        hits += paired(item.labels[field], answer[field], same)[0]
        expected += len(item.labels[field])
        got += len(answer[field])
    f1 = 2 * hits / max(1, expected + got)
    return (
        f"{name}: F1 {f1:.3f}, precision {measures.share(hits, got)}, recall {measures.share(hits, expected)}"
    )


def _parts(pairs: Pairs) -> Iterator[tuple[str, Pairs]]:
    found: dict[str, Pairs] = defaultdict(list)
    for item, answer in pairs:
        found[f"author {item.author}"].append((item, answer))
    if len(found) > 1:
        yield from sorted(found.items())


def _shares(pairs: Pairs) -> Iterator[str]:
    quotes = [
        any(_overlap(label["quote"], exclusion["quote"]["text"]) for exclusion in answer["exclusions"])
        for item, answer in pairs
        for label in item.labels.get("exclusions") or ()
    ]
    conflicts = [
        any(conflict["room"] and same_room(name, conflict["room"]) for conflict in answer["conflicts"])
        for item, answer in pairs
        for name in item.labels.get("conflicts") or ()
    ]
    for name, right in (("exclusions found", quotes), ("conflicts found", conflicts)):
        if right:
            yield f"{name}: {measures.share(sum(right), len(right))}"
    for field in ("water_category", "water_class"):
        right = [
            (answer[field] or {}).get("value") == item.labels[field]
            for item, answer in pairs
            if field in item.labels
        ]
        if right:
            yield f"{field}: {measures.share(sum(right), len(right))}"
    confidences = [
        (scope_item["confidence"], scope_item in _right(item, answer))
        for item, answer in pairs
        for scope_item in answer["items"]
    ]
    error = measures.calibration_error([a for a, _ in confidences], [b for _, b in confidences])
    yield f"confidence of items: ECE {error:.3f}"


def _right(item: Item, answer: Json) -> list[Json]:
    surplus = paired(item.labels["items"], answer["items"], is_item)[2]
    return [item for item in answer["items"] if item not in surplus]


def _overlap(label: str, quote: str) -> bool:
    """Whether one quote contains the other, or half of its words."""
    if label in quote or quote in label:
        return True
    words = set(label.lower().split())
    return len(words & set(quote.lower().split())) * 2 >= len(words)


def _differences(item: Item, answer: Json) -> Iterator[str]:
    for field, same in (("rooms", is_room), ("items", is_item)):
        _, missed, surplus = paired(item.labels[field], answer[field], same)
        for kind, group in (("missed", missed), ("surplus", surplus)):
            for entry in group:
                yield f"  {item.id} {kind} {field[:-1]}: {_shown(entry)}"


def _shown(value: Json) -> str:
    names = (
        "room",
        "activity",
        "description",
        "quantity",
        "unit",
        "name",
        "length",
        "width",
        "height",
        "floor_area",
    )
    return " ".join(f"{value[name]}" for name in names if name in value)
