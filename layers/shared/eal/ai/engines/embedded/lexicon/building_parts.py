"""The rooms and parts of a building, as callers name them."""

from __future__ import annotations

from eal.ai.engines.embedded.language.cues import phrase

ROOM = phrase(
    (
        r"basement|kitchen|bathroom|bedroom|living room|laundry room|garage|house|home|condo",
        r"apartment|unit|office|store|restaurant|building|crawl ?space|hallway|dining room|closet|den",
        r"attic|ceiling|walls?|floors?|carpets?|hardwoods?|lobby|warehouse|church|school|clinic|salon",
        r"shop|suite|place|room|downstairs|upstairs|cabinets?|drywall|rug|utility room|sheetrock",
    ),
)
