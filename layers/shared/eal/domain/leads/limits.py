"""The limits of a lead, which are those of a prospect too."""

import json
from collections.abc import Mapping
from dataclasses import astuple

MAX_NOTES_CHARACTERS, MAX_PHONES, MAX_METADATA_ENTRIES = 10_000, 10, 50
"""Limits that include what an upsert or a transition adds; otherwise an item could outgrow the table."""

MAX_JSON_BYTES = 48 * 1024
"""Bytes of JSON, in UTF-8, of the data of a lead or a prospect. The data is in the item, in its event and in the stored
response, and one transaction may contain many of them."""


def json_size(fields: Mapping[str, object]) -> int:
    """Bytes of some fields as JSON in UTF-8."""
    return len(json.dumps(fields, default=astuple, ensure_ascii=False).encode(errors="replace"))
