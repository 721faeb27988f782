"""Texts for values on pages: labels, times, durations, numbers."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from markupsafe import HasHTML

_SPECIAL = {
    "id": "ID",
    "ip": "IP",
    "url": "URL",
    "api": "API",
    "ai": "AI",
    "crm": "CRM",
    "utm": "UTM",
    "callrail": "CallRail",
    "cidrs": "networks",
    "email": "e-mail",
    "emails": "e-mails",
    "mold": "mold",
}
_MARK = re.compile(r"(`[^`]+`|\*\*.+?\*\*)")
NOTHING = "\N{EN DASH}"
"""Text for a missing value."""
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def label(name: str) -> str:
    """`loss_type` becomes `Loss type`."""
    if name == "*":
        return "All events"
    if "." in name:  # the name of an event, which programs compare
        return name
    words = [_SPECIAL.get(word, word) for word in name.replace("-", "_").split("_") if word]
    text = " ".join(words)
    return text[:1].upper() + text[1:]


@cache
def zone_of(name: str) -> ZoneInfo:
    """The zone; UTC if it is unknown, because the name comes from a cookie."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def when(text: str | None, zone: str, now: datetime, *, relative: bool = True) -> str | HasHTML:
    """A time in the organization's zone, with UTC in its title. A recent one is relative: `5 minutes ago`."""
    if not text:
        return Markup('<span class="none">{}</span>').format(NOTHING)
    moment = datetime.fromisoformat(text)
    local = moment.astimezone(zone_of(zone))
    shown = _relative(now - moment) if relative else ""
    if not shown:
        same_year = local.year == now.astimezone(zone_of(zone)).year
        shown = f"{local:%b} {local.day}{'' if same_year else f', {local.year}'}, {local:%H:%M}"
    utc = moment.astimezone(UTC)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        text, f"{local:%Y-%m-%d %H:%M:%S %Z} · {utc:%Y-%m-%d %H:%M:%S} UTC", shown
    )


def _relative(passed: timedelta) -> str:
    seconds = passed.total_seconds()
    if not -_DAY < seconds < _DAY:
        return ""
    if abs(seconds) < _MINUTE:
        return "just now" if seconds >= 0 else "in a moment"
    text = age(abs(passed))
    return f"{text} ago" if seconds >= 0 else f"in {text}"


def age(passed: timedelta) -> str:
    """The duration in the largest whole unit: `2 hours`."""
    seconds = passed.total_seconds()
    for unit, size in (("day", _DAY), ("hour", _HOUR), ("minute", _MINUTE)):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return "less than a minute"


def duration(seconds: float | None) -> str:
    """`412.5` becomes `6 min 52 s`."""
    if seconds is None:
        return NOTHING
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min {whole % _MINUTE} s" if whole % _MINUTE else f"{whole // _MINUTE} min"
    if whole < _DAY:
        return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE} min"
    days = whole // _DAY
    return f"{days} day{'s' if days > 1 else ''} {whole % _DAY // _HOUR} h"


def delay(hours: int, number: int) -> str:
    """The delay of a sequence's e-mail after the one before: `3 days after e-mail 1`."""
    after = "the enrollment" if number == 0 else f"e-mail {number}"
    if not hours:
        return f"At once after {after}"
    days, rest = divmod(hours, 24)
    parts = [
        f"{count} {unit}{'s' if count > 1 else ''}"
        for count, unit in ((days, "day"), (rest, "hour"))
        if count
    ]
    return f"{' '.join(parts)} after {after}"


def percent(part: float | None, whole: float | None) -> str:
    return f"{part / whole:.0%}" if whole and part is not None else NOTHING


def rate(share: float | None) -> str:
    """`0.0213` becomes `2.1%`, and `0.0005` `0.05%`."""
    if share is None:
        return NOTHING
    return f"{share:.2%}" if 0 < share < 0.01 else f"{share:.1%}"


def marked(text: str, quotes: Sequence[str]) -> Markup:
    """The text with the first occurrence of each quote marked."""
    found = sorted((text.find(quote), quote) for quote in quotes if quote and quote in text)
    shown, end = Markup(), 0
    for start, quote in found:
        if start < end:  # it overlaps the quote before
            continue
        shown += Markup("{}<mark>{}</mark>").format(text[end:start], quote)
        end = start + len(quote)
    return shown + text[end:]


def prose(text: str) -> Markup:
    """A text of the OpenAPI document: paragraphs with `code` and **bold** words, its only marks."""
    paragraphs = (_MARK.split(paragraph) for paragraph in text.split("\n\n"))
    shown = (Markup("").join(_styled(part) for part in parts) for parts in paragraphs)
    return Markup("").join(Markup("<p>{}</p>").format(paragraph) for paragraph in shown)


def _styled(part: str) -> Markup:
    if part.startswith("`"):
        return Markup("<code>{}</code>").format(part.strip("`"))
    if part.startswith("**"):
        return Markup("<strong>{}</strong>").format(part.strip("*"))
    return escape(part)


def count(number: float | None) -> str:
    return NOTHING if number is None else f"{number:,}"


def dollars(microusd: int) -> str:
    """Millionths of a US dollar: `6_417_300` becomes `$6.42`, and what is less than a cent `< $0.01`."""
    return "< $0.01" if 0 < microusd < 10_000 else f"${microusd / 1_000_000:,.2f}"


def full_name(person: Mapping[str, object]) -> str:
    """The best name that a lead, prospect or member has."""
    names = " ".join(str(person[part]) for part in ("first_name", "last_name") if person.get(part))
    for candidate in (names, person.get("name"), person.get("company"), person.get("email")):
        if candidate:
            return str(candidate)
    phones = person.get("phones")
    return phone(str(phones[0])) if isinstance(phones, list) and phones else "Unknown"


def web(address: object) -> str:
    """An address of the API, if a browser only loads it. Escaping alone would let `javascript:` run."""
    text = str(address or "")
    return text if text.startswith(("https://", "http://")) else ""


def phone(number: str | None) -> str:
    """A US number in the usual notation: `(510) 555-0142`."""
    found = re.fullmatch(r"\+1(\d{3})(\d{3})(\d{4})", number or "")
    return f"({found[1]}) {found[2]}-{found[3]}" if found else number or NOTHING


def short_id(identifier: str | None) -> str:
    """`lead_01kq…xtww`."""
    if not identifier or len(identifier) < 18:
        return identifier or NOTHING
    prefix, _, rest = identifier.rpartition("_")
    return f"{prefix}_{rest[:4]}…{rest[-4:]}" if prefix else f"{rest[:8]}…{rest[-4:]}"


def browser(user_agent: str | None) -> str:
    """`Firefox on Linux`. The order matters: every browser also claims to be others."""
    if not user_agent:
        return "Unknown browser"
    names = (
        ("Edg", "Edge"),
        ("OPR", "Opera"),
        ("Firefox", "Firefox"),
        ("Chrome", "Chrome"),
        ("Safari", "Safari"),
    )
    systems = (
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS", "Mac"),
        ("Linux", "Linux"),
    )
    name = next((shown for part, shown in names if f"{part}/" in user_agent), "Unknown browser")
    system = next((shown for part, shown in systems if part in user_agent), "")
    return f"{name} on {system}" if system else name


def midnight(day: date, zone: str) -> str:
    """The beginning of a day in a zone, as a time of the API."""
    begins = datetime.combine(day, time(), zone_of(zone)).astimezone(UTC)
    return begins.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def moment(text: str) -> datetime:
    """A time of the API."""
    return datetime.fromisoformat(text)
