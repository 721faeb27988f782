"""Texts for values on pages."""

from datetime import UTC, datetime

import pytest

from eal_dashboard import charts, texts
from eal_dashboard.charts import Bar

NOW = datetime(2026, 4, 24, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("loss_type", "Loss type"),
        ("api_key", "API key"),
        ("allowed_cidrs", "Allowed networks"),
        ("email", "E-mail"),
        ("lead.created", "lead.created"),
        ("*", "All events"),
        ("", ""),
    ],
)
def test_labels(name: str, expected: str) -> None:
    assert texts.label(name) == expected


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-04-24T17:59:30.000Z", "just now"),
        ("2026-04-24T17:59:00.000Z", "1 minute ago"),
        ("2026-04-24T15:00:00.000Z", "3 hours ago"),
        ("2026-04-24T18:05:00.000Z", "in 5 minutes"),
        ("2026-04-23T17:00:00.000Z", "Apr 23, 12:00"),
        ("2025-12-31T23:30:00.000Z", "Dec 31, 2025, 17:30"),
    ],
)
def test_times_are_in_the_zone_and_have_utc_in_their_title(at: str, expected: str) -> None:
    shown = str(texts.when(at, "America/Chicago", NOW))
    assert f">{expected}</time>" in shown
    assert "UTC" in shown
    assert f'datetime="{at}"' in shown


def test_an_unknown_zone_of_a_forged_cookie_is_utc() -> None:
    for zone in ("Nowhere/Nothing", "../../etc/passwd", "", "\0"):
        assert str(texts.zone_of(zone)) == "UTC"


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (None, "\N{EN DASH}"),
        (1.44, "1.4 s"),
        (42, "42 s"),
        (412.5, "6 min 52 s"),
        (3600, "1 h 0 min"),
        (90_000, "1 day 1 h"),
    ],
)
def test_durations(seconds: float | None, expected: str) -> None:
    assert texts.duration(seconds) == expected


@pytest.mark.parametrize(
    ("agent", "expected"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:148.0) Gecko/20100101 Firefox/148.0", "Firefox on Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/156.0 Safari/537.36 Edg/156.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 20_0 like Mac OS X) Version/20.0 Safari/604.1",
            "Safari on iPhone",
        ),
        ("curl/8.14", "Unknown browser"),
        (None, "Unknown browser"),
    ],
)
def test_browsers(agent: str | None, expected: str) -> None:
    assert texts.browser(agent) == expected


def test_a_chart_has_each_number_as_text_and_escapes_labels() -> None:
    for chart in (charts.bars, charts.stack, charts.columns):
        drawn = str(chart([Bar("<b>", 3), Bar("Mold", 0)]))
        assert "&lt;b&gt;" in drawn
        assert "<b>3</b>" in drawn
        assert "<b>0</b>" in drawn
        assert chart([]) is not None
