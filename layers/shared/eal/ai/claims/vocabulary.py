"""The closed vocabularies of evidence and scopes."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

type NoteKind = Literal["note", "moisture_reading"]
type SourceKind = Literal["note", "photo"]
type QuantityBasis = Literal["measured", "photo_estimate", "allowance", "stated"]
type PieceKind = Literal["main", "offset", "closet"]
type OpeningKind = Literal["door", "window", "missing_wall", "opening"]
type ExclusionReason = Literal["prior_damage", "other_property", "excluded_work", "instruction"]
type Severity = Literal["minor", "moderate", "severe"]
type Phase = Literal["before", "during", "after"]


class Activity(StrEnum):
    """The work done to the material, object or equipment that the description of an item names."""

    REMOVE = "remove"
    REPLACE = "replace"
    REMOVE_AND_REPLACE = "remove_and_replace"
    DETACH_AND_RESET = "detach_and_reset"
    REPAIR = "repair"
    CLEAN = "clean"
    TREAT = "treat"
    PAINT = "paint"
    EXTRACT = "extract"
    DRY = "dry"
    MONITOR = "monitor"
    PROTECT = "protect"
    MOVE = "move"
    DISPOSE = "dispose"
    TEST = "test"


class Unit(StrEnum):
    """The units of Xactimate in which notes state quantities."""

    SF = "SF"
    LF = "LF"
    SY = "SY"
    SQ = "SQ"
    CF = "CF"
    CY = "CY"
    EA = "EA"
    HR = "HR"
    DAY = "DAY"
