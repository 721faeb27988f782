"""Business hours and the on-call rota: what the grids show and send."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from eal_dashboard import hours
from eal_dashboard.texts import NOTHING
from tests.support.dashboard import signed_in
from tools.fixtures.dashboard import examples

if TYPE_CHECKING:
    from tools.fixtures.dashboard import FakeApi

PAGE = "/settings/organization"
WEEK, ROTA = "settings.business_hours", "settings.on_call"
ANN = {"name": "Ann", "phone": "+13125550111", "days": ["mon", "tue"], "from": "17:00", "to": "08:00"}
BEN = {"name": "Ben", "phone": "+13125550112", "days": ["sat"], "from": "00:00", "to": "24:00"}
OPEN = {"mon": [["08:00", "12:00"], ["13:00", "17:00"]], "fri": [["20:00", "02:00"]]}


@pytest.fixture
def organization(api: FakeApi) -> None:
    status, body = examples()["getOwnOrganization"]
    settings = body["settings"] | {"business_hours": OPEN, "on_call": [ANN, BEN]}
    api.responses["getOwnOrganization"] = lambda _: (status, {**body, "settings": settings})


def _fields(week: dict[str, list[tuple[str, str]]], rota: list[dict[str, Any]]) -> dict[str, Any]:
    """The fields as a browser sends them: an unchecked box is absent, an empty input is not."""
    found: dict[str, Any] = {}
    for day in hours.DAYS:
        found[f"{WEEK}.{day}.from"] = [opening for opening, _ in week.get(day, [])] + [""]
        found[f"{WEEK}.{day}.to"] = [closing for _, closing in week.get(day, [])] + [""]
    for index, row in enumerate(rota):
        found |= {f"{ROTA}.{index}.{name}": value for name, value in row.items()}
    return found


NOBODY = {"name": "", "phone": "", "from": "", "to": ""}


@pytest.mark.usefixtures("organization")
def test_a_page_shows_the_hours_with_a_free_line_for_each_day(api: FakeApi) -> None:
    text = signed_in().get(PAGE).text

    assert text.count(f'name="{WEEK}.mon.from"') == 3
    assert text.count(f'name="{WEEK}.sun.from"') == 1
    assert f'name="{ROTA}.3.name" value=""' in text
    assert f'name="{ROTA}.4.name"' not in text


@pytest.mark.usefixtures("organization")
def test_hours_that_were_left_alone_are_sent_as_they_are(api: FakeApi) -> None:
    week = {day: [(span[0], span[1]) for span in spans] for day, spans in OPEN.items()}

    done = signed_in().fill(PAGE, "hours", **_fields(week, [ANN, BEN, NOBODY, NOBODY]))

    assert done.status == 303
    (sent,) = api.sent("updateOwnOrganization")
    assert sent.body == {"settings": {"business_hours": OPEN, "on_call": [ANN, BEN]}}


@pytest.mark.usefixtures("organization")
def test_emptied_rows_are_removed(api: FakeApi) -> None:
    emptied = {"name": "", "phone": "", "days": ["mon"], "from": "17:00", "to": "08:00"}
    signed_in().fill(PAGE, "hours", **_fields({"mon": [("8:30", "17:00")]}, [emptied, BEN]))

    (sent,) = api.sent("updateOwnOrganization")
    assert sent.body == {"settings": {"business_hours": {"mon": [["08:30", "17:00"]]}, "on_call": [BEN]}}


@pytest.mark.usefixtures("organization")
@pytest.mark.parametrize(
    ("week", "rota", "message"),
    [
        ({"tue": [("08:00", "")]}, [], "Tuesday: enter both times"),
        ({"tue": [("8am", "17:00")]}, [], "Tuesday: enter both times"),
        ({}, [{**ANN, "days": []}], "Ann: choose at least one day."),
        ({}, [{**ANN, "to": ""}], "Ann: enter both times"),
    ],
)
def test_an_incomplete_row_is_shown_again(
    week: dict[str, list[tuple[str, str]]], rota: list[dict[str, Any]], message: str, api: FakeApi
) -> None:
    shown = signed_in().fill(PAGE, "hours", **_fields(week, rota))

    assert shown.status == 422
    assert message in shown.words
    assert not api.sent("updateOwnOrganization")


@pytest.mark.usefixtures("organization")
@pytest.mark.parametrize(
    ("pointer", "message"),
    [
        ("/settings/on_call/1/phone", "Person 2, phone: No."),
        ("/settings/on_call", "No."),
        ("/settings/business_hours/mon/0", "Monday: No."),
        ("/settings/business_hours", "No."),
    ],
)
def test_a_refusal_names_the_row(pointer: str, message: str, api: FakeApi) -> None:
    error = {
        "code": "validation_error",
        "message": "?",
        "details": {"fields": [{"pointer": pointer, "message": "No."}]},
    }
    api.responses["updateOwnOrganization"] = lambda _: (422, {"error": error})

    shown = signed_in().fill(PAGE, "hours", **_fields({"mon": [("08:00", "17:00")]}, [ANN, BEN]))

    assert message in shown.words
    assert 'value="+13125550112"' in shown.text


@pytest.mark.usefixtures("organization")
def test_a_viewer_reads_the_hours(api: FakeApi) -> None:
    words = signed_in("viewer").get(PAGE).words.replace(NOTHING, "-")

    assert "Monday 08:00-12:00, 13:00-17:00" in words
    assert "Ann, +13125550111: Mon Tue 17:00-08:00" in words


@pytest.mark.usefixtures("organization")
def test_text_of_a_row_is_text(api: FakeApi) -> None:
    script = '"><script>alert(1)</script>'
    shown = signed_in().fill(PAGE, "hours", **_fields({"mon": [(script, script)]}, [ANN | {"name": script}]))

    assert shown.status == 422
    assert "<script>alert" not in shown.text


def test_only_as_many_people_are_read_as_the_api_accepts() -> None:
    class Posted:
        def all(self, name: str) -> tuple[str, ...]:
            return ("x",)

    assert len(hours.entered("rota", ROTA, Posted())) == hours.MAX_PEOPLE


def test_a_stale_form_takes_over_somebody_elses_rota_and_keeps_the_hours_that_were_entered(
    api: FakeApi,
) -> None:
    status, body = examples()["getOwnOrganization"]
    versions = iter([[ANN], [ANN, BEN]])

    def organization(_: object) -> tuple[int, dict[str, Any]]:
        settings = body["settings"] | {"business_hours": OPEN, "on_call": next(versions)}
        return status, {**body, "settings": settings}

    api.responses["getOwnOrganization"] = organization
    stale = {"code": "precondition_failed", "message": "No."}
    api.responses["updateOwnOrganization"] = lambda _: (412, {"error": stale})

    shown = signed_in().fill(PAGE, "hours", **_fields({"sun": [("10:00", "12:00")]}, [ANN, NOBODY, NOBODY]))

    assert shown.status == 412
    assert f'name="{ROTA}.1.name" value="Ben"' in shown.text
    assert f'name="{WEEK}.sun.from" value="10:00"' in shown.text
    assert f'name="{WEEK}.mon.from" value="08:00"' not in shown.text
    assert "with yours on top" in shown.words
