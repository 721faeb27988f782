"""The places and parts of a building, as callers name them."""

from __future__ import annotations

ROOM = (
    r"(?:basement|kitchen|bathroom|bedroom|living room|laundry room|garage|house|home|condo|apartment|unit"
    r"|office|store|restaurant|building|crawl ?space|hallway|dining room|closet|den|attic|ceiling|walls?"
    r"|floors?|carpets?|hardwoods?|lobby|warehouse|church|school|clinic|salon|shop|suite|place|room"
    r"|downstairs|upstairs|cabinets?|drywall|rug|utility room|sheetrock)"
)
