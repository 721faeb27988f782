"""Sequences in the State table."""

from __future__ import annotations

from eal.core.table.collection import Collection
from eal.domain.outreach.sequences.model import Sequence

SEQUENCES = Collection("SEQUENCE", Sequence, id_prefix="seq", noun="sequence")
