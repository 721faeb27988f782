"""The week of the on-call rota: who is on call when, the gaps, and who is on call now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eal.domain.organization_settings import hours as domain
from eal_dashboard import rota
from eal_dashboard.hours import DAYS
from tests.support.dashboard import signed_in
from tools.fixtures.dashboard import examples

if TYPE_CHECKING:
    from tools.fixtures.dashboard import FakeApi

PAGE = "/settings/organization"
CHICAGO = "America/Chicago"
WEEKDAYS = ["mon", "tue", "wed", "thu", "fri"]
ANN = {"name": "Ann", "phone": "+13125550111", "days": WEEKDAYS, "from": "17:00", "to": "08:00"}
BEN = {"name": "Ben", "phone": "+13125550112", "days": ["fri", "sat"], "from": "20:00", "to": "24:00"}
OFFICE = {day: [["08:00", "17:00"]] for day in WEEKDAYS}
HOSTILE = "</title></svg><script>alert(1)</script>\"'{{7*7}}"


def settings(
    *people: dict[str, Any], hours: dict[str, Any] | None = None, zone: str = CHICAGO
) -> dict[str, Any]:
    return {"timezone": zone, "on_call": list(people), "business_hours": OFFICE if hours is None else hours}


def at(text: str, zone: str = CHICAGO) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def shown(day: rota.Day, rows: dict[str, Any]) -> list[tuple[str, str]]:
    names = [row["name"] for row in rows["on_call"]]
    return [
        (
            shift.clock.replace("\N{EN DASH}", "-"),
            ", ".join(names[place] for place in shift.people) or ("open" if shift.is_open else "nobody"),
        )
        for shift in day.shifts
    ]


def test_a_week_has_shifts_past_midnight_open_hours_and_gaps() -> None:
    rows = settings(ANN, BEN)
    days = rota.week(rows, at("2026-04-23T12:00"))

    assert [f"{day.date:%a %d}" for day in days] == [
        "Mon 20",
        "Tue 21",
        "Wed 22",
        "Thu 23",
        "Fri 24",
        "Sat 25",
        "Sun 26",
    ]
    assert shown(days[0], rows) == [
        ("00:00-08:00", "nobody"),
        ("08:00-17:00", "open"),
        ("17:00-24:00", "Ann"),
    ]
    assert shown(days[4], rows) == [
        ("00:00-08:00", "Ann"),
        ("08:00-17:00", "open"),
        ("17:00-20:00", "Ann"),
        ("20:00-24:00", "Ann, Ben"),
    ]
    assert shown(days[5], rows) == [("00:00-08:00", "Ann"), ("08:00-20:00", "nobody"), ("20:00-24:00", "Ben")]
    assert shown(days[6], rows) == [("00:00-24:00", "nobody")]
    assert rota.gap_minutes(days) == 60 * (8 + 12 + 24)
    assert [day.now for day in days] == [None, None, None, 50.0, None, None, None]


def test_the_first_level_of_a_drawing_is_who_is_called_first() -> None:
    friday = rota.week(settings(ANN, BEN), at("2026-04-23T12:00"))[4]

    assert [(bar.level, bar.name, round(bar.left), round(bar.width)) for bar in friday.bars] == [
        (0, "Ann", 0, 33),
        (0, "Open", 33, 38),
        (0, "Ann", 71, 29),
        (1, "Ben", 83, 17),
    ]
    assert friday.levels == 2


def test_the_utc_of_a_day_has_the_offset_of_that_day() -> None:
    """The clocks go forward on Sunday, March 8, 2026, at 2:00."""
    days = rota.week(settings(ANN, hours={}), at("2026-03-05T12:00"))

    assert days[5].shifts[0].utc == "Sat 06:00 to Sat 14:00 UTC"
    assert days[6].shifts[0].utc == "Sun 06:00 to Mon 05:00 UTC"


def test_who_is_on_call_now_until_when_and_who_follows() -> None:
    rows = settings(ANN, BEN)

    evening = rota.on_call_now(rows, at("2026-04-24T18:00"))
    assert ([person["name"] for person in evening.people], evening.until) == (
        ["Ann"],
        "2026-04-25T01:00:00.000Z",
    )
    assert [person["name"] for person in evening.after] == ["Ann", "Ben"]

    over_midnight = rota.on_call_now(rows, at("2026-04-20T23:30"))
    assert (over_midnight.until, over_midnight.is_open_after) == ("2026-04-21T13:00:00.000Z", True)

    sunday = rota.on_call_now(rows, at("2026-04-26T09:00"))
    assert (sunday.people, sunday.until) == ([], "2026-04-27T13:00:00.000Z")


def test_who_is_always_on_call_has_no_end() -> None:
    always = {**ANN, "days": [*DAYS], "from": "00:00", "to": "00:00"}

    assert rota.on_call_now(settings(always), at("2026-04-24T18:00")) == rota.OnCall(
        [always], False, None, (), False
    )


CLOCK = st.integers(0, 23).map(lambda hour: f"{hour:02}:00")
PERSON = st.fixed_dictionaries(
    {
        "name": st.just("Ann"),
        "phone": st.just("+13125550111"),
        "days": st.lists(st.sampled_from([*DAYS]), min_size=1, unique=True),
        "from": CLOCK,
        "to": CLOCK | st.just("24:00"),
    }
)
WEEK = st.dictionaries(st.sampled_from([*DAYS]), st.tuples(CLOCK, CLOCK).map(lambda span: [[*span]]))


@given(
    people=st.lists(PERSON, max_size=3),
    opened=WEEK,
    moment=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC)),
)
def test_who_is_on_call_now_is_who_the_api_would_call(
    people: list[Any], opened: Any, moment: datetime
) -> None:
    rows = settings(*people, hours=opened)
    now = rota.on_call_now(rows, moment)

    assert now.people == domain.on_call_at(people, CHICAGO, moment)
    assert now.is_open == (not now.people and domain.is_open(opened, CHICAGO, moment))
    if now.until:
        assert timedelta() < datetime.fromisoformat(now.until) - moment <= timedelta(days=7, hours=1)


@given(people=st.lists(PERSON, max_size=3), opened=WEEK)
def test_the_shifts_of_a_day_cover_it_once(people: list[Any], opened: Any) -> None:
    for day in rota.week(settings(*people, hours=opened), at("2026-04-23T12:00")):
        edges = [0, *(shift.end for shift in day.shifts)]
        assert [shift.start for shift in day.shifts] == edges[:-1]
        assert edges[-1] == rota.DAY
        assert round(sum(bar.width for bar in day.bars if bar.level == 0)) == 100


def page(api: FakeApi, role: str = "owner", **changed: Any) -> Any:
    status, body = examples()["getOwnOrganization"]
    api.responses["getOwnOrganization"] = lambda _: (status, {**body, "settings": body["settings"] | changed})
    return signed_in(role).get(PAGE)


def test_the_page_shows_the_week_beside_the_form(api: FakeApi) -> None:
    for role in ("owner", "viewer"):
        text = page(api, role, **settings(ANN, BEN)).text
        assert text.count('<line class="now"') == 1
        assert text.count(">Today<") == 1
        assert 'class="gap"' in text
    assert "Nobody is on call for 44 hours of this week" in page(api, **settings(ANN, BEN)).words


def test_a_week_without_a_gap_has_no_warning(api: FakeApi) -> None:
    always = {**ANN, "days": [*DAYS], "from": "00:00", "to": "24:00"}
    words = page(api, **settings(always)).words

    assert "Now: Ann" in words
    assert "Nobody is on call" not in words


def test_an_empty_rota_says_what_to_do(api: FakeApi) -> None:
    shown = page(api, **settings())

    assert "Nobody is on call. Add people to the rota below" in shown.words
    assert "<svg width=" not in shown.text


@pytest.mark.parametrize("role", ["owner", "viewer"])
def test_a_hostile_name_stays_text(role: str, api: FakeApi) -> None:
    text = page(api, role, **settings(ANN | {"name": HOSTILE})).text

    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)" in text
