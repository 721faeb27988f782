"""PATCH /v1/organizations/me."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support import contract
from tests.support.callrail import actions, stored
from tests.support.http import ApiResponse, call
from tests.support.pipeline import items

if TYPE_CHECKING:
    from tests.support.tenants import Tenant

WHOLE: dict[str, Any] = {
    "timezone": "America/Chicago",
    "default_locale": "es-US",
    "service_area": {
        "center": {"latitude": 41.8781, "longitude": -87.6298},
        "radius_miles": 25.0,
        "postal_codes": ["60601", "60611"],
    },
    "business_hours": {"mon": [["08:00", "12:00"], ["13:00", "17:00"]], "sat": [["22:00", "02:00"]]},
    "on_call": [
        {
            "name": "Ann",
            "phone": "+13125550100",
            "email": "ann@example.com",
            "days": ["mon", "sun"],
            "from": "17:00",
            "to": "08:00",
        }
    ],
    "dispatch": {
        "acknowledge_minutes": 5,
        "max_open_per_person": 3,
        "alerts": {
            "enabled": True,
            "consent": True,
            "steps": [{"channel": "voice", "after_seconds": 0}, {"channel": "email", "after_seconds": 900}],
            "last_resort": ["+13125550199"],
            "detail": "minimal",
        },
    },
    "sender": {"name": "Acme", "email": "office@example.com", "postal_address": "1 Main St\nChicago"},
    "outreach": {
        "daily_cap": 2_000,
        "warm_up_started_on": "2026-11-02",
        "reply_domain": "reply.example.com",
        "track_opens": True,
        "track_clicks": True,
    },
    "content": {
        "service_areas": ["Columbus"],
        "licences": ["Ohio 12345"],
        "certifications": ["IICRC Certified Firm"],
        "phone": "+16145550142",
        "website": "https://acme.example.com/columbus",
        "competitors": ["Dry & Co."],
        "banned_words": ["cheap"],
    },
    "ai": {
        "enabled": False,
        "share_corrections": True,
        "engine": "bedrock_when_unsure",
        "monthly_budget_cents": 5_000,
    },
    "recordings": {"enabled": False},
    "retention": {"claim_days": 365, "recording_days": 30, "transcript_days": 3650},
    "reviews": {
        "google_review_url": "https://g.page/r/acme/review",
        "facebook_review_url": "https://www.facebook.com/acme/reviews",
        "other_review_url": "https://acme.example.com/reviews",
    },
}
DEFAULTS: dict[str, Any] = {
    "timezone": "America/New_York",
    "default_locale": "en-US",
    "service_area": None,
    "business_hours": {},
    "on_call": [],
    "dispatch": {
        "acknowledge_minutes": 10,
        "max_open_per_person": None,
        "alerts": {
            "enabled": False,
            "consent": False,
            "steps": [
                {"channel": "sms", "after_seconds": 0},
                {"channel": "voice", "after_seconds": 60},
                {"channel": "email", "after_seconds": 120},
                {"channel": "voice", "after_seconds": 300},
            ],
            "last_resort": [],
            "detail": "standard",
        },
    },
    "sender": None,
    "outreach": {
        "daily_cap": 500,
        "warm_up_started_on": None,
        "reply_domain": None,
        "track_opens": False,
        "track_clicks": False,
    },
    "content": {
        "service_areas": [],
        "licences": [],
        "certifications": [],
        "phone": None,
        "website": None,
        "competitors": [],
        "banned_words": [],
    },
    "ai": {"enabled": True, "share_corrections": False, "engine": "embedded", "monthly_budget_cents": 0},
    "recordings": {"enabled": True},
    "retention": {"claim_days": 90, "recording_days": 90, "transcript_days": 365},
    "reviews": {"google_review_url": None, "facebook_review_url": None, "other_review_url": None},
}


def _patch(tenant: Tenant, body: object, **headers: str) -> ApiResponse:
    response = call("PATCH", "/v1/organizations/me", key=tenant.admin, json_body=body, headers=headers)
    contract.check("PATCH", "/v1/organizations/me", response)
    return response


def _set(tenant: Tenant, **settings: object) -> ApiResponse:
    return _patch(tenant, {"settings": settings})


# ---------------------------------------------------------------- what PATCH means


def test_all_settings_are_stored_as_given(tenant: Tenant) -> None:
    response = _patch(tenant, {"name": "  Acme  ", "industry": "roofing", "settings": WHOLE})

    assert (response.status, response.headers["ETag"]) == (200, '"2"')
    assert (response.json["name"], response.json["industry"]) == ("Acme", "roofing")
    assert response.json["settings"] == WHOLE
    assert call("GET", "/v1/organizations/me", key=tenant.read).json == response.json


@pytest.mark.parametrize("member", list(WHOLE))
def test_a_member_changes_alone_and_null_restores_its_default(tenant: Tenant, member: str) -> None:
    assert _set(tenant, **{member: WHOLE[member]}).json["settings"] == {**DEFAULTS, member: WHOLE[member]}
    others = {name: value for name, value in WHOLE.items() if name != member}
    assert _set(tenant, **others).json["settings"] == WHOLE

    assert _set(tenant, **{member: None}).json["settings"] == {**WHOLE, member: DEFAULTS[member]}


def test_a_member_is_replaced_as_a_whole(tenant: Tenant) -> None:
    _set(tenant, **WHOLE)

    settings = _set(
        tenant, service_area={"postal_codes": ["10001"]}, business_hours={"tue": [["09:00", "10:00"]]}
    ).json["settings"]

    assert settings["service_area"] == {"center": None, "radius_miles": None, "postal_codes": ["10001"]}
    assert settings["business_hours"] == {"tue": [["09:00", "10:00"]]}


def test_the_domain_of_replies_is_stored_in_lower_case(tenant: Tenant) -> None:
    settings = _set(tenant, outreach={"reply_domain": "Reply.Example.COM"}).json["settings"]

    assert settings["outreach"]["reply_domain"] == "reply.example.com"


def test_null_restores_a_default(tenant: Tenant) -> None:
    _patch(tenant, {"industry": "roofing", "settings": WHOLE})

    response = _patch(tenant, {"industry": None, "settings": dict.fromkeys(DEFAULTS)})

    assert (response.json["industry"], response.json["settings"]) == ("restoration", DEFAULTS)


def test_null_settings_change_nothing(tenant: Tenant) -> None:
    before = _patch(tenant, {"settings": WHOLE}).json

    assert _patch(tenant, {"settings": None}).json == before


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"settings": {}},
        {"settings": None},
        {"name": "Acme Restoration", "industry": None},
        {
            "settings": {
                "timezone": "America/New_York",
                "content": {
                    "service_areas": [],
                    "licences": [],
                    "certifications": [],
                    "phone": None,
                    "website": None,
                    "competitors": [],
                    "banned_words": [],
                },
                "ai": {"enabled": True, "share_corrections": False},
                "on_call": [],
            }
        },
        {"settings": dict.fromkeys(DEFAULTS)},
    ],
)
def test_an_update_without_changes_writes_nothing(tenant: Tenant, body: dict[str, object]) -> None:
    response = _patch(tenant, body)

    assert (response.status, response.json["version"]) == (200, 1)
    assert actions("organization", tenant.id) == ["organization.created"]


def test_an_identical_request_writes_nothing(tenant: Tenant) -> None:
    _set(tenant, **WHOLE)

    assert _set(tenant, **WHOLE).json["version"] == 2
    assert actions("organization", tenant.id) == ["organization.created", "organization.updated"]


def test_if_match_guards_the_change(tenant: Tenant) -> None:
    assert _patch(tenant, {"name": "A"}, **{"If-Match": '"1"'}).status == 200

    late = _patch(tenant, {"name": "B"}, **{"If-Match": '"1"'})
    assert (late.status, late.error) == (412, "precondition_failed")
    assert _patch(tenant, {"name": "A"}, **{"If-Match": '"1"'}).status == 412
    assert _patch(tenant, {"name": "A"}, **{"If-Match": '"2"'}).status == 200


def test_a_replay_changes_nothing_again(tenant: Tenant) -> None:
    first = _patch(tenant, {"name": "A"}, **{"Idempotency-Key": "once"})
    _patch(tenant, {"name": "B"})

    again = _patch(tenant, {"name": "A"}, **{"Idempotency-Key": "once"})

    assert (again.status, again.json) == (200, first.json)
    assert call("GET", "/v1/organizations/me", key=tenant.read).json["name"] == "B"


def test_concurrent_changes_of_different_members_are_all_kept(tenant: Tenant) -> None:
    """Sequential here, with the same reads in between, because moto has no isolation to race on."""
    for member, value in WHOLE.items():
        _set(tenant, **{member: value})

    shown = call("GET", "/v1/organizations/me", key=tenant.read).json
    assert (shown["settings"], shown["version"]) == (WHOLE, 1 + len(WHOLE))


def test_only_a_live_admin_key_can(tenant: Tenant) -> None:
    for key in (tenant.test_admin, tenant.write, tenant.read):
        response = call("PATCH", "/v1/organizations/me", key=key, json_body={"name": "Taken"})
        assert (response.status, response.error) == (403, "insufficient_scope")
    assert call("GET", "/v1/organizations/me", key=tenant.read).json["version"] == 1


def test_personal_settings_are_commitments_in_the_log(tenant: Tenant) -> None:
    _set(tenant, **WHOLE)
    _set(tenant, on_call=None, timezone="UTC")

    log = call("GET", "/v1/audit-log?resource_type=organization", key=tenant.read)

    assert not [text for text in ("Ann", "5550100", "office@", "Main St") if text in log.text]
    changes = {change["field"]: change for change in log.json["data"][0]["changes"]}
    assert changes["settings.timezone"] == {
        "field": "settings.timezone",
        "from": "America/Chicago",
        "to": "UTC",
    }
    assert changes["settings.on_call"]["from"].startswith("hmac-sha256:")
    assert changes["settings.on_call"]["to"] is None


def test_the_log_names_the_pages_to_which_review_links_lead(tenant: Tenant) -> None:
    """Any public host is allowed, because customers write reviews at many."""
    for host in ("acme.example", "elsewhere.example"):
        _set(tenant, reviews={"other_review_url": f"https://{host}/review"})

    record = call("GET", "/v1/audit-log?resource_type=organization&limit=1", key=tenant.read).json["data"][0]

    (change,) = record["changes"]
    assert change["field"] == "settings.reviews"
    assert change["from"]["other_review_url"] == "https://acme.example/review"
    assert change["to"]["other_review_url"] == "https://elsewhere.example/review"
    assert record["actor"]["type"] == "api_key"


def test_the_salt_is_never_returned(tenant: Tenant) -> None:
    _set(tenant, **WHOLE)
    (item,) = stored("ORGANIZATION", tenant.id, "both")
    salt = str(item["salt"])

    assert salt not in call("GET", "/v1/organizations/me", key=tenant.read).text
    assert salt not in json.dumps(items("AUDIT"))


# ---------------------------------------------------------------- what is normalised


@pytest.mark.parametrize(
    ("member", "given", "kept"),
    [
        ("default_locale", "EN-us", "en-US"),
        ("default_locale", "zh-hant-tw", "zh-Hant-TW"),
        ("default_locale", "es-419", "es-419"),
        ("default_locale", "fil", "fil"),
        ("timezone", " Pacific/Honolulu ", "Pacific/Honolulu"),
        ("timezone", "America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"),
        ("timezone", "Etc/GMT+5", "Etc/GMT+5"),
        ("timezone", "EST5EDT", "EST5EDT"),
        (
            "service_area",
            {"postal_codes": ["60601-1234", " 60601 ", "00501"]},
            {"center": None, "radius_miles": None, "postal_codes": ["60601", "00501"]},
        ),
        (
            "business_hours",
            {"sun": [], "mon": [["13:00", "24:00"], ["08:00", "12:00"]]},
            {"mon": [["08:00", "12:00"], ["13:00", "24:00"]], "sun": []},
        ),
        (
            "on_call",
            [{"name": "A", "phone": "(312) 555-0100", "days": ["sun", "mon", "sun"], "from": "00:00", "to": "24:00"}],
            [
                {"name": "A", "phone": "+13125550100", "email": None}
                | {"days": ["mon", "sun"], "from": "00:00", "to": "24:00"}
            ],
        ),
        (
            "sender",
            {"name": " Acme ", "email": "Office@Example.COM", "postal_address": " 1 Main St "},
            {"name": "Acme", "email": "office@example.com", "postal_address": "1 Main St"},
        ),
        (
            "content",
            {"phone": "(614) 555-0142", "competitors": [" Dry & Co. "]},
            {
                "service_areas": [], "licences": [], "certifications": [], "phone": "+16145550142", "website": None,
                "competitors": ["Dry & Co."], "banned_words": [],
            },
        ),
    ],
)  # fmt: skip
def test_a_setting_is_normalised(tenant: Tenant, member: str, given: object, kept: object) -> None:
    assert _set(tenant, **{member: given}).json["settings"][member] == kept


def test_adjacent_hours_and_a_full_week_are_valid(tenant: Tenant) -> None:
    week = {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
    nights = {day: [["08:00", "20:00"], ["20:00", "08:00"]] for day in week}

    for hours in (week, nights, {day: [["08:00", "08:00"]] for day in week}):
        assert _set(tenant, business_hours=hours).json["settings"]["business_hours"] == hours


# ---------------------------------------------------------------- what is refused


def _person(**changes: object) -> list[dict[str, object]]:
    return [
        {"name": "A", "phone": "+13125550100", "days": ["mon"], "from": "08:00", "to": "17:00", **changes}
    ]


CENTER = {"latitude": 41.0, "longitude": -87.0}
SENDER = WHOLE["sender"]
NO_ZONES: tuple[object, ...] = (
    "",
    "Mars/Olympus",
    "america/new_york",
    "America",
    "America/",
    "/America/New_York",
    "../../etc/passwd",
    "America/../UTC",
    "localtime",
    "posixrules",
    "Factory",
    "tzdata.zi",
    "zone.tab",
    "posix/UTC",
    "right/UTC",
    "UTC+3",
    "Etc/\x00",
    "Etc/UTC\n\x00",
    "x" * 65,
    "\U0001f4a9",
    5,
    True,
    ["UTC"],
    {},
)
WRONG: list[tuple[str, object, str]] = [
    *(("timezone", name, "") for name in NO_ZONES),
    *(
        ("default_locale", tag, "")
        for tag in ("", "e", "english", "en_US", "en-USA", "en--US", "en-US-", "12", "en-US\x00", "x" * 36, 7)
    ),
    ("service_area", {}, ""),
    ("service_area", {"postal_codes": []}, ""),
    ("service_area", {"center": CENTER}, ""),
    ("service_area", {"radius_miles": 5}, ""),
    ("service_area", {"center": None, "radius_miles": 5, "postal_codes": ["60601"]}, ""),
    ("service_area", {"center": {**CENTER, "latitude": 90.1}, "radius_miles": 5}, "/center/latitude"),
    ("service_area", {"center": {**CENTER, "longitude": -181}, "radius_miles": 5}, "/center/longitude"),
    ("service_area", {"center": {**CENTER, "latitude": "41"}, "radius_miles": 5}, "/center/latitude"),
    ("service_area", {"center": {**CENTER, "latitude": True}, "radius_miles": 5}, "/center/latitude"),
    ("service_area", {"center": {"latitude": 41.0}, "radius_miles": 5}, "/center/longitude"),
    ("service_area", {"center": {**CENTER, "latitude": 1e-300}, "radius_miles": 5}, "/center/latitude"),
    ("service_area", {"center": {**CENTER, "longitude": -1e-300}, "radius_miles": 5}, "/center/longitude"),
    ("service_area", {"center": CENTER, "radius_miles": 1e-300}, "/radius_miles"),
    ("service_area", {"center": CENTER, "radius_miles": 10**40}, "/radius_miles"),
    ("service_area", {"center": {**CENTER, "latitude": 1e300}, "radius_miles": 5}, "/center/latitude"),
    ("service_area", {"center": {**CENTER, "z": 1}, "radius_miles": 5}, "/center/z"),
    ("service_area", {"center": CENTER, "radius_miles": 0}, "/radius_miles"),
    ("service_area", {"center": CENTER, "radius_miles": -1}, "/radius_miles"),
    ("service_area", {"center": CENTER, "radius_miles": 501}, "/radius_miles"),
    ("service_area", {"center": CENTER, "radius_miles": "5"}, "/radius_miles"),
    *(
        ("service_area", {"postal_codes": [code]}, "/postal_codes/0")
        for code in ("", "6060", "606011", "60601-12", "6060a", "K1A 0B1", "٦٠٦٠١", 60601, None)
    ),
    ("service_area", {"postal_codes": ["60601"] * 2001}, "/postal_codes"),
    ("business_hours", {"monday": [["08:00", "17:00"]]}, "/monday"),
    ("business_hours", {"Mon": [["08:00", "17:00"]]}, "/Mon"),
    ("business_hours", {"mon": ["08:00", "17:00"]}, "/mon/0"),
    ("business_hours", {"mon": [["08:00"]]}, "/mon/0/1"),
    ("business_hours", {"mon": [["08:00", "12:00", "17:00"]]}, "/mon/0"),
    *(
        ("business_hours", {"mon": [[opening, "17:00"]]}, "/mon/0/0")
        for opening in ("24:00", "8:00", "08:60", "25:00", "08:00:00", "08.00", "", " 08:00 x", 8, None)
    ),
    *(("business_hours", {"mon": [["08:00", closing]]}, "/mon/0/1") for closing in ("24:01", "17", "5pm", "")),
    ("business_hours", {"mon": [["00:00", "00:01"]] * 11}, "/mon"),
    ("business_hours", [["08:00", "17:00"]], ""),
    ("on_call", _person(name=""), "/0/name"),
    ("on_call", _person(name="A\nB"), "/0/name"),
    ("on_call", _person(phone="911"), "/0/phone"),
    ("on_call", _person(phone=""), "/0/phone"),
    ("on_call", _person(days=[]), "/0/days"),
    ("on_call", _person(days=["day"]), "/0/days/0"),
    ("on_call", _person(**{"from": "24:00"}), "/0/from"),
    ("on_call", _person(to="noon"), "/0/to"),
    ("on_call", _person(starts="08:00"), "/0/starts"),
    ("on_call", [{"name": "A"}], "/0/phone"),
    ("on_call", _person() * 101, ""),
    ("sender", {**SENDER, "name": "Acme\r\nBcc: x@example.com"}, "/name"),
    ("sender", {**SENDER, "email": "office"}, "/email"),
    ("sender", {**SENDER, "email": "a@example.com, b@example.com"}, "/email"),
    ("sender", {**SENDER, "postal_address": " "}, "/postal_address"),
    ("sender", {**SENDER, "name": "Acme\u0085Bcc: x@example.com"}, "/name"),
    ("sender", {**SENDER, "postal_address": "1 Main St\x1b[31m"}, "/postal_address"),
    ("sender", {"name": "Acme"}, "/email"),
    *(("ai", {"enabled": value}, "/enabled") for value in (None, "true", 1, "no")),
    ("ai", {}, "/enabled"),
    *(("ai", {"enabled": True, "engine": value}, "/engine") for value in (None, "openai", True)),
    *(
        ("ai", {"enabled": True, "monthly_budget_cents": value}, "/monthly_budget_cents")
        for value in (-1, 100_001, 1.5, "90", None, True)
    ),
    ("ai", {"enabled": True, "engine": "bedrock_always"}, ""),
    ("ai", {"enabled": True, "engine": "bedrock_when_unsure", "monthly_budget_cents": 99}, ""),
    *(
        ("retention", {name: value}, f"/{name}")
        for name in ("claim_days", "recording_days", "transcript_days")
        for value in (0, -1, 3651, 1.5, "90", None, True)
    ),
    ("colour", "red", ""),
]  # fmt: skip


@pytest.mark.parametrize("member", [*WHOLE, "colour"])
def test_an_invalid_setting_is_422_and_named(tenant: Tenant, member: str) -> None:
    for value, below in [(value, below) for name, value, below in WRONG if name == member]:
        response = _set(tenant, **{member: value})

        assert (response.status, response.error) == (422, "validation_error"), value
        fields = response.json["error"]["details"]["fields"]
        assert f"/settings/{member}{below}" in [field["pointer"] for field in fields], value
    assert call("GET", "/v1/organizations/me", key=tenant.read).json["version"] == 1


@pytest.mark.parametrize(
    ("hours", "day"),
    [
        ({"mon": [["08:00", "12:00"], ["11:59", "17:00"]]}, "mon"),
        ({"mon": [["08:00", "12:00"], ["08:00", "12:00"]]}, "mon"),
        ({"tue": [["00:00", "24:00"], ["12:00", "13:00"]]}, "tue"),
        ({"fri": [["22:00", "06:00"]], "sat": [["05:00", "09:00"]]}, "sat"),
        ({"sun": [["22:00", "06:00"]], "mon": [["05:59", "09:00"]]}, "mon"),
        ({"wed": [["08:00", "08:00"]], "thu": [["07:00", "09:00"]]}, "thu"),
        ({"wed": [["00:00", "00:00"], ["12:00", "13:00"]]}, "wed"),
    ],
)
def test_overlapping_hours_are_rejected_with_the_day(
    tenant: Tenant, hours: dict[str, object], day: str
) -> None:
    response = _set(tenant, business_hours=hours)

    (field,) = response.json["error"]["details"]["fields"]
    assert (response.status, field["pointer"]) == (422, "/settings/business_hours")
    assert field["message"].startswith(f"Must not overlap: {day} ")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"name": None}, "/name"),
        ({"name": " "}, "/name"),
        ({"name": "a\nb\x00\x1b[31m"}, "/name"),
        ({"industry": "a\nb"}, "/industry"),
        ({"name": "x" * 201}, "/name"),
        ({"industry": " "}, "/industry"),
        ({"settings": []}, "/settings"),
        ({"settings": "x"}, "/settings"),
        ({"id": "org_01kq09bekje6vbq5xe2b60xtww"}, "/id"),
        ({"parent_organization_id": "org_01kq09bekje6vbq5xe2b60xtww"}, "/parent_organization_id"),
        ({"version": 9}, "/version"),
        ({"salt": "x"}, "/salt"),
    ],
)
def test_a_field_that_cannot_change_is_422(tenant: Tenant, body: dict[str, object], pointer: str) -> None:
    response = _patch(tenant, body)

    assert response.status == 422
    assert [field["pointer"] for field in response.json["error"]["details"]["fields"]] == [pointer]


def test_alerts_need_the_consent_of_the_people(tenant: Tenant) -> None:
    body = {"settings": {"dispatch": {"alerts": {"enabled": True}}}}

    response = call("PATCH", "/v1/organizations/me", key=tenant.admin, json_body=body)

    assert response.status == 422
    (field,) = response.json["error"]["details"]["fields"]
    assert field["pointer"] == "/settings/dispatch/alerts/consent"
    assert "agreed" in field["message"]


@pytest.mark.parametrize(
    "alerts",
    [
        {"steps": []},
        {"steps": [{"channel": "fax", "after_seconds": 0}]},
        {"steps": [{"channel": "sms", "after_seconds": 901}]},
        {"steps": [{"channel": "sms", "after_seconds": 60}, {"channel": "voice", "after_seconds": 0}]},
        {"steps": [{"channel": "sms", "after_seconds": 0}] * 9},
        {"last_resort": ["+1312555010" + str(number) for number in range(6)]},
        {"detail": "all"},
    ],
)
def test_alerts_that_cannot_be_carried_out_are_refused(tenant: Tenant, alerts: dict[str, Any]) -> None:
    body = {"settings": {"dispatch": {"alerts": alerts}}}

    assert call("PATCH", "/v1/organizations/me", key=tenant.admin, json_body=body).status == 422


def test_the_log_shows_no_number_of_last_resort(tenant: Tenant) -> None:
    alerts = {"enabled": True, "consent": True, "last_resort": ["+13125550199"]}
    body = {"settings": {"dispatch": {"alerts": alerts}}}
    assert call("PATCH", "/v1/organizations/me", key=tenant.admin, json_body=body).status == 200

    (record,) = [item for item in stored("AUDIT", tenant.id, "live") if "consent" in str(item["changes"])]

    assert "+13125550199" not in str(record)
    assert "settings.dispatch.alerts.last_resort" in str(record["changes"])
