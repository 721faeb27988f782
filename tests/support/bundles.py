"""Bundles of sign-offs, made of values and not of a stored claim."""

from __future__ import annotations

from datetime import UTC, date, datetime

from eal.domain.claims.sign_offs.bundle import (
    Acknowledgement,
    Bundle,
    CheckPart,
    ClaimPart,
    ConflictPart,
    ExclusionPart,
    ItemPart,
    NotePart,
    Opening,
    PhotoPart,
    Piece,
    Quote,
    ReadingPart,
    RoomAreas,
    RoomPart,
    SignedBy,
    SignOffPart,
    Values,
    WaterPart,
)

SIGNED_AT = datetime(2026, 4, 28, 16, 20, tzinfo=UTC)
NOTED_AT = datetime(2026, 4, 24, 18, 5, tzinfo=UTC)


def quote(text: str = "Pulled all carpet and pad, 12'6\" x 10'", source_id: str = "note_1") -> Quote:
    return Quote(source="note", source_id=source_id, text=text)


def values(**changes: object) -> Values:
    fields: dict[str, object] = {
        "room": "Living Room",
        "activity": "remove",
        "description": "carpet",
        "quantity": 125.0,
        "unit": "SF",
        "quantity_basis": "measured",
        "note": None,
    }
    return Values(**{**fields, **changes})  # type: ignore[arg-type]


def item(number: int = 1, **changes: object) -> ItemPart:
    fields: dict[str, object] = {
        "id": f"item_{number}",
        "decision": "accepted",
        "decided_by": "key_1",
        "decided_at": SIGNED_AT,
        "reason": None,
        "values": values(),
        "engine": values(),
        "confidence": 0.91,
        "evidence": (quote(),),
    }
    return ItemPart(**{**fields, **changes})  # type: ignore[arg-type]


def photo(number: int = 1, **changes: object) -> PhotoPart:
    fields: dict[str, object] = {
        "id": f"photo_{number}",
        "sha256": f"{number:064x}",
        "filename": f"IMG_{number}.jpg",
        "caption": "Living room, north wall, water line at 14 inches",
        "taken_at": "2026-04-24T10:42:11-07:00",
        "room": "Living Room",
        "damage": "water",
        "materials": ("drywall",),
        "severity": "moderate",
        "hazards": (),
        "phase": "before",
        "unknown": ("depth",),
    }
    return PhotoPart(**{**fields, **changes})  # type: ignore[arg-type]


def room(name: str = "Living Room", **changes: object) -> RoomPart:
    fields: dict[str, object] = {
        "name": name,
        "level": "main",
        "height": 8.0,
        "pieces": (Piece(kind="main", length=12.5, width=10.0),),
        "openings": (Opening(kind="door", width=2.5, height=6.667, count=2),),
        "areas": RoomAreas(
            floor=125.0,
            ceiling=125.0,
            floor_perimeter=40.0,
            ceiling_perimeter=45.0,
            floor_square_yards=13.89,
            walls=326.67,
            walls_and_ceiling=451.67,
            volume=1000.0,
        ),
        "evidence": (quote(),),
    }
    return RoomPart(**{**fields, **changes})  # type: ignore[arg-type]


def note(number: int = 1, **changes: object) -> NotePart:
    fields: dict[str, object] = {
        "id": f"note_{number}",
        "kind": "note",
        "created_at": NOTED_AT,
        "text": "Pulled all carpet and pad, 12'6\" x 10'. Cut drywall 2 ft up.",
        "author": "Technician",
        "corrects": None,
        "reading": None,
    }
    return NotePart(**{**fields, **changes})  # type: ignore[arg-type]


def bundle(**changes: object) -> Bundle:
    reading = ReadingPart(
        material="drywall", value=38.5, unit="%", dry_standard=12.0, place="north wall", taken_at=NOTED_AT
    )
    fields: dict[str, object] = {
        "organization": "Harbor Restoration",
        "sign_off": SignOffPart(
            id="sof_1",
            version=1,
            signed_at=SIGNED_AT,
            signed_by=SignedBy(type="api_key", id="key_1", name="Dana Reyes"),
            extraction_version=2,
            acknowledgements=(Acknowledgement(check_id="chk_1", reason="The owner replaces the pad."),),
        ),
        "claim": ClaimPart(
            id="clm_1",
            claim_number="0725-448812",
            carrier="Example Mutual",
            policy_number="HO-2210-884",
            insured="Dana Reyes",
            address="12 Harbor Street, Springfield, IL 62701",
            date_of_loss=date(2026, 4, 22),
            loss_type="water",
            water_category=2,
            water_class=3,
        ),
        "water": (
            WaterPart(
                field="water_category",
                value=2,
                basis="source",
                evidence=quote("Washing machine supply line failed"),
            ),
        ),
        "rooms": (room(), room("Hallway", height=None, areas=None, pieces=(), openings=())),
        "items": (
            item(1),
            item(2, decision="edited", values=values(quantity=130.0), reason="Measured again on site."),
            item(3, decision="rejected", reason="Not on this loss."),
            item(
                4,
                values=values(room=None, activity="dry", description="air mover", quantity=12.0, unit="DAY"),
            ),
        ),
        "photos": tuple(photo(number) for number in range(1, 7)),
        "notes": (note(), note(2, kind="moisture_reading", text=None, reading=reading)),
        "exclusions": (
            ExclusionPart(reason="prior_damage", quote=quote("Old stain on the ceiling, not from this loss")),
        ),
        "conflicts": (
            ConflictPart(
                room="Living Room",
                field="size",
                subject=None,
                kept="12' 6\" x 10'",
                others=("12' x 10'",),
                evidence=(quote(),),
            ),
        ),
        "checks": (
            CheckPart(
                id="chk_1",
                check="removal_without_replacement",
                level="block",
                saw="carpet pad is removed in Living Room, and nothing replaces it.",
                action="Add the replacement, or note why it stays out.",
                room="Living Room",
            ),
        ),
    }
    return Bundle(**{**fields, **changes})  # type: ignore[arg-type]
