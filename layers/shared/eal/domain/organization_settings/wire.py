"""Request and response models for an organization's settings."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Annotated, Literal, Self, cast

from eal.ai.policy import (
    MAX_BUDGET_CENTS,
    MAX_SELF_SERVICE_BUDGET_CENTS,
    MIN_BUDGET_CENTS,
    EngineChoice,
)
from eal.core.contact import Email, Phone
from eal.core.schema import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)
from eal.core.wire import Name, Wire, measured, one_line, prose, without_defaults
from eal.domain.organization_settings.alerts import (
    DEFAULT_STEPS,
    MAX_LAST_RESORT,
    MAX_STEP_SECONDS,
    MAX_STEPS,
    AlertChannel,
    AlertDetail,
)
from eal.domain.organization_settings.hours import DAYS, DEFAULT_TIMEZONE, minutes, overlap
from eal.domain.organization_settings.outreach import DAILY_CAP
from eal.domain.organization_settings.retention import CLAIM_DAYS, RECORDING_DAYS, TRANSCRIPT_DAYS

if TYPE_CHECKING:
    from eal.domain.organization_settings.hours import BusinessHours

type Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WALL_TIME = r"^(?:[01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$"
type WallTime = Annotated[str, Field(pattern=WALL_TIME)]

_INPUT = ConfigDict(extra="forbid", str_strip_whitespace=True)
_ZONE_NAME = re.compile(r"[A-Z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+){0,2}")
_LOCALE = re.compile(r"^([A-Za-z]{2,3})(?:-([A-Za-z]{4}))?(?:-([A-Za-z]{2}|[0-9]{3}))?$")
_DOMAIN = r"^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$"
_WEBSITE = (
    r"^https://(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}(?:/[A-Za-z0-9/._~%-]*)?$"
)
_PAGE_URL = (
    r"^https://(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
    r"(?:[/?#][A-Za-z0-9._~:/?#@!$&'*+,;=%()\[\]-]*)?$"
)
"""A public https page, without port and credentials, of the characters of a URI (RFC 3986, section 2)."""
_ZIP = re.compile(r"^([0-9]{5})(?:-[0-9]{4})?$")


def _zone(name: str) -> str:
    from zoneinfo import ZoneInfo

    try:
        # zoneinfo's names in lower case are files and no zones: localtime, posixrules, tzdata.zi.
        if _ZONE_NAME.fullmatch(name) and name != "Factory":
            return ZoneInfo(name).key
    except (KeyError, ValueError, OSError):
        pass  # an unknown name, or a folder of names
    raise ValueError("Must be an IANA time zone, such as America/New_York.")


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValueError("Must be a date, such as 2026-11-02.") from None


def _locale(tag: str) -> str:
    match = _LOCALE.fullmatch(tag)
    if match is None:
        raise ValueError("Must be a language tag (BCP 47), such as en-US.")
    language, script, region = match.groups()
    parts = [language.lower(), script and script.title(), region and region.upper()]
    return "-".join(part for part in parts if part)


def _five_digits(text: str) -> str:
    match = _ZIP.fullmatch(text)
    if match is None:
        raise ValueError("Must be a US ZIP code of five digits, or ZIP+4.")
    return match[1]


def _pair(value: object) -> object:
    """A list as a tuple: JSON has no tuples, and a body is validated strictly."""
    return tuple(value) if isinstance(value, list) else value


def _opening_minutes(span: tuple[str, str]) -> int:
    return minutes(span[0])


# ---------------------------------------------------------------- descriptions that responses and requests share

_ENABLED = Field(
    description="If false, calls and replies are still ingested, but not classified, and calls are not turned into "
    "leads; they are not classified later either, except by a person. Drafts and content by AI, and extractions of "
    "claims, are refused with 409."
)
_SHARE_CORRECTIONS = Field(
    description="Whether corrected calls may be used, redacted, to evaluate and train the engine for all "
    "organizations."
)
_ENGINE = Field(
    description="The engine for calls, drafts, content, claims and photos in live mode. The embedded engine is "
    "free, and the only one in test mode. With `bedrock_when_unsure`, a model of Amazon Bedrock also handles "
    "what the embedded engine is unsure of; with `bedrock_always`, everything. If Bedrock fails or the budget of the "
    "month is spent, the result of the embedded engine stands, with `fallback` in its `provenance` and the reason "
    "among its `reasons` or `remarks`."
)
_MONTHLY_BUDGET = Field(
    description="What Bedrock may cost in a calendar month (UTC), in US cents; at least "
    f"{MIN_BUDGET_CENTS} unless `engine` is `embedded`. Nothing is sent to Bedrock that could exceed it. "
    f"An organization, its parents and children may have {MAX_SELF_SERVICE_BUDGET_CENTS} together unless we have "
    "raised that limit. `GET /organizations/me/ai-usage` shows what was spent."
)
_KEEPS_RECORDINGS = Field(
    description="Whether recordings of calls are copied from the call tracker. If false, existing copies are "
    "deleted within six hours, and recordings reported meanwhile are not copied later either. Set it to false "
    "if callers are not told that they are recorded and their state requires that."
)
_CLAIM_DAYS = Field(
    description="Days from the closing of a claim for which its photos and the text of its notes are kept. A "
    "legal hold keeps them longer."
)
_RECORDING_DAYS = Field(description="Days from the receipt of a call for which its recording is kept.")
_TRANSCRIPT_DAYS = Field(
    description="Days from the receipt of a call for which its transcript is kept, with the quotes from it."
)
_ACKNOWLEDGE_MINUTES = Field(
    description="Minutes after which a call that nobody acknowledged goes to the next person on call."
)
_MAX_OPEN_PER_PERSON = Field(
    description="Open dispatches with which a person on call gets no further one. An open dispatch was "
    "assigned to the person in the last 8 hours. Null: no limit."
)
_ALERTS = Field(
    description="How this platform reaches the person on call. If it is off, it alerts nobody, and your webhooks are "
    "told."
)
_ALERTS_ENABLED = Field(
    description="Whether people on call are texted, called and mailed through your own Twilio and Resend. True "
    "requires `consent`."
)
_ALERTS_CONSENT = Field(
    description="An admin's declaration that the people on the rota and of `last_resort` have agreed to be texted and "
    "called. The audit log keeps it."
)
_ALERT_STEPS = Field(
    description="Attempts to reach a person, in the order of their times. A step after `acknowledge_minutes` is not "
    "carried out, because the next person is then asked. Null restores the default: a text at once, a call after 60 "
    "seconds, an e-mail after 120 and a call after 300."
)
_ALERT_CHANNEL = Field(
    description="`sms` and `voice` need Twilio, and a phone number of the US or Canada. `email` needs Resend, "
    "`settings.sender` and the person's e-mail address."
)
_AFTER_SECONDS = Field(description="Seconds from the moment at which the person is asked.")
_LAST_RESORT = Field(
    description="Phone numbers of people who are all told at once if a call is due now and nobody is on call, or "
    "nobody on call acknowledged it."
)
_ALERT_DETAIL = Field(
    description="`standard`: an alert has the kind of the loss, its ZIP code and the caller's number. `minimal`: it "
    "only says that a call waits."
)
_ON_CALL_EMAIL = Field(description="The address to which alerts are mailed. Null: none is.")
_DEGREES = Field(description="In degrees (WGS 84).")
_RADIUS_MILES = Field(description="Distance from `center` in miles, in a straight line.")
_ON_CALL_DAYS = Field(description="Weekdays on which the span from `from` to `to` begins.")
_SENDER_NAME = Field(description="The name in `From` of outreach e-mails.")
_SENDER_EMAIL = Field(
    description="The address in `From` of outreach e-mails. Replies go to it unless `outreach.reply_domain` is set."
)
_POSTAL_ADDRESS = Field(
    description="The sender's postal address, which the law requires in every outreach e-mail."
)
_DAILY_CAP = Field(
    description="E-mails per day, in the organization's time zone, over all sequences and drafts."
)
_WARM_UP_STARTED_ON = Field(
    description="The day on which a new domain began to send. From it, the cap rises over a week: 150, 250, "
    "400, 700, 1,000, 1,500 and 2,000 e-mails a day, but not above `daily_cap`. Null: no warm-up.",
)
_REPLY_DOMAIN = Field(
    description="The domain at which Resend receives e-mail for the organization. Replies to outreach then go "
    "to an address of their own there, which names the e-mail they are about. Null: replies go to "
    "`sender.email`."
)
_TRACK_OPENS = Field(description="Whether openings are recorded. Tracking also has to be on at Resend.")
_TRACK_CLICKS = Field(description="Whether clicks are recorded. Tracking also has to be on at Resend.")
_SERVICE_AREAS = Field(description="Cities or counties as content names them, such as Columbus.")
_LICENCES = Field(description="Licences that the organization holds, with number and state.")
_CERTIFICATIONS = Field(
    description="Certifications that the organization holds, such as IICRC Certified Firm. Content that claims "
    "a licence or certification which is not listed cannot be approved."
)
_COMPETITORS = Field(
    description="Names of companies. Content that contains one cannot be approved; case does not count."
)
_BANNED_WORDS = Field(
    description="Words and phrases. Content that contains one cannot be approved; case does not count."
)
_PUBLIC_PHONE = Field(description="The phone number that content gives to the public.")
_WEBSITE_ADDRESS = Field(description="The address of the website, with https.")
_GOOGLE_URL = Field(description="The page on which customers review the organization at Google.")
_FACEBOOK_URL = Field(
    description="The page on which customers review it at Facebook; used if there is no `google_review_url`."
)
_OTHER_URL = Field(
    description="Another page on which customers review it; used if there is neither of the other two."
)
_TIMEZONE = Field(
    description="IANA time zone name, such as `America/Chicago`. Business hours, the rota and the daily caps follow it."
)
_DEFAULT_LOCALE = Field(
    description="Language tag (BCP 47), such as `en-US`. The API stores it and does not use it."
)
_BUSINESS_HOURS = Field(
    description='Opening and closing times, such as ["08:00", "17:00"], by weekday. A closing time at or '
    "before the opening time is on the next day; `24:00` is the end of the day. A weekday without times is closed."
)
_ON_CALL = Field(description="The first person on call is asked first, then the next one.")


# ---------------------------------------------------------------- responses


class AiView(Wire):
    """Whether AI is used, by which engine, and what it may cost."""

    enabled: Annotated[bool, _ENABLED] = True
    share_corrections: Annotated[bool, _SHARE_CORRECTIONS] = False
    engine: Annotated[EngineChoice, _ENGINE] = "embedded"
    monthly_budget_cents: Annotated[int, _MONTHLY_BUDGET] = 0


class RecordingsView(Wire):
    enabled: Annotated[bool, _KEEPS_RECORDINGS] = True


class RetentionView(Wire):
    """Days for which data is kept. Data older than a changed value is deleted within six hours."""

    claim_days: Annotated[int, _CLAIM_DAYS] = CLAIM_DAYS
    recording_days: Annotated[int, _RECORDING_DAYS] = RECORDING_DAYS
    transcript_days: Annotated[int, _TRANSCRIPT_DAYS] = TRANSCRIPT_DAYS


class AlertStepView(Wire):
    """One attempt to reach a person."""

    channel: Annotated[AlertChannel, _ALERT_CHANNEL]
    after_seconds: Annotated[int, _AFTER_SECONDS]


class AlertSettingsView(Wire):
    """How this platform reaches the person on call."""

    enabled: Annotated[bool, _ALERTS_ENABLED] = False
    consent: Annotated[bool, _ALERTS_CONSENT] = False
    steps: Annotated[list[AlertStepView], _ALERT_STEPS] = [  # noqa: RUF012 - pydantic copies defaults
        AlertStepView(channel=step.channel, after_seconds=step.after_seconds) for step in DEFAULT_STEPS
    ]
    last_resort: Annotated[list[str], _LAST_RESORT] = []  # noqa: RUF012
    detail: Annotated[AlertDetail, _ALERT_DETAIL] = "standard"


class DispatchSettingsView(Wire):
    acknowledge_minutes: Annotated[int, _ACKNOWLEDGE_MINUTES] = 10
    max_open_per_person: Annotated[int | None, _MAX_OPEN_PER_PERSON] = None
    alerts: Annotated[AlertSettingsView, _ALERTS] = AlertSettingsView()


class PointView(Wire):
    latitude: Annotated[float, _DEGREES, Field(ge=-90, le=90)]
    longitude: Annotated[float, _DEGREES, Field(ge=-180, le=180)]


class ServiceAreaView(Wire):
    """An address is inside if its postal code is listed or its distance to `center` is at most `radius_miles`."""

    center: PointView | None = None
    """The center of the circle. Null if the area is only a list of postal codes."""
    radius_miles: Annotated[float | None, _RADIUS_MILES, Field(ge=0)] = None
    postal_codes: list[str] = []  # noqa: RUF012 - pydantic copies defaults
    """US ZIP codes of five digits. Empty if the area is only a circle."""


class OnCallView(Wire):
    """A person on call. Times are in the organization's time zone; an end at or before the start is on the next day."""

    name: str
    """The name under which calls are assigned to the person."""
    phone: str
    """The phone number in E.164 format. It tells people with the same name apart."""
    email: Annotated[str | None, _ON_CALL_EMAIL] = None
    days: Annotated[list[Day], _ON_CALL_DAYS]
    starts: Annotated[str, Field(alias="from", pattern=WALL_TIME)]
    """The start of the span, as `HH:MM`. Inclusive."""
    ends: Annotated[str, Field(alias="to", pattern=WALL_TIME)]
    """The end of the span, as `HH:MM`. Exclusive. `24:00` is the end of the day."""


class SenderView(Wire):
    """The sender of outreach e-mails."""

    name: Annotated[str, _SENDER_NAME]
    email: Annotated[str, _SENDER_EMAIL]
    postal_address: Annotated[str, _POSTAL_ADDRESS]


class OutreachView(Wire):
    """Amount of outreach e-mail, and the records about it."""

    daily_cap: Annotated[int, _DAILY_CAP] = DAILY_CAP
    warm_up_started_on: Annotated[
        str | None, _WARM_UP_STARTED_ON, Field(json_schema_extra={"format": "date"})
    ] = None
    reply_domain: Annotated[str | None, _REPLY_DOMAIN] = None
    track_opens: Annotated[bool, _TRACK_OPENS] = False
    track_clicks: Annotated[bool, _TRACK_CLICKS] = False


class ContentSettingsView(Wire):
    """Statements about the organization that content may make, and those that it must not. The AI says nothing else
    about it."""

    service_areas: Annotated[list[str], _SERVICE_AREAS] = []  # noqa: RUF012
    licences: Annotated[list[str], _LICENCES] = []  # noqa: RUF012
    certifications: Annotated[list[str], _CERTIFICATIONS] = []  # noqa: RUF012
    phone: Annotated[str | None, _PUBLIC_PHONE] = None
    website: Annotated[str | None, _WEBSITE_ADDRESS] = None
    competitors: Annotated[list[str], _COMPETITORS] = []  # noqa: RUF012
    banned_words: Annotated[list[str], _BANNED_WORDS] = []  # noqa: RUF012


class ReviewsView(Wire):
    """The pages on which customers write reviews. Review requests lead all customers to the first one that is set.
    There is none for Yelp, which forbids businesses to ask for reviews.
    """

    google_review_url: Annotated[str | None, _GOOGLE_URL] = None
    facebook_review_url: Annotated[str | None, _FACEBOOK_URL] = None
    other_review_url: Annotated[str | None, _OTHER_URL] = None


class SettingsView(Wire):
    """The organization's settings. Null or empty: not set."""

    timezone: Annotated[str, _TIMEZONE] = DEFAULT_TIMEZONE
    default_locale: Annotated[str, _DEFAULT_LOCALE] = "en-US"
    service_area: ServiceAreaView | None = None
    """Where the organization works. Dispatch, lead scores and the qualification of prospects depend on it."""
    business_hours: Annotated[dict[Day, list[tuple[WallTime, WallTime]]], _BUSINESS_HOURS] = {}  # noqa: RUF012
    on_call: Annotated[list[OnCallView], _ON_CALL] = []  # noqa: RUF012
    dispatch: DispatchSettingsView = DispatchSettingsView()
    """How long a person on call has to acknowledge a call, and how many open dispatches they may have."""
    sender: SenderView | None = None
    """The sender of outreach e-mails and review requests. Without one, neither can be sent."""
    outreach: OutreachView = OutreachView()
    """The daily cap of outreach e-mail, where replies go, and whether opens and clicks are recorded."""
    content: ContentSettingsView = ContentSettingsView()
    """Statements about the organization that content may make, and those that it must not."""
    ai: AiView = AiView()
    """Whether AI is used, which engine does the work, and what it may cost."""
    recordings: RecordingsView = RecordingsView()
    """Whether recordings of calls are kept."""
    retention: RetentionView = RetentionView()
    """For how many days recordings, transcripts and the evidence of claims are kept."""
    reviews: ReviewsView = ReviewsView()
    """The pages on which customers write reviews."""


# ---------------------------------------------------------------- requests

Opening = Annotated[str, Field(pattern=r"^(?:[01][0-9]|2[0-3]):[0-5][0-9]$")]
TimeZone = Annotated[
    str, Field(max_length=64, json_schema_extra={"format": "timezone"}), AfterValidator(_zone)
]
PageUrl = Annotated[str, Field(max_length=500, pattern=_PAGE_URL)]
Span = Annotated[tuple[Opening, WallTime], BeforeValidator(_pair)]


_STRICT = Field(strict=True)
_DAYS_KEPT = Field(ge=1, le=3650, strict=True)


class AiBody(Wire):
    """Replaced as a whole: omitted fields return to their defaults."""

    model_config = _INPUT

    enabled: Annotated[bool, _ENABLED, _STRICT]
    share_corrections: Annotated[bool, _SHARE_CORRECTIONS, _STRICT] = False
    engine: Annotated[EngineChoice, _ENGINE] = "embedded"
    monthly_budget_cents: Annotated[int, _MONTHLY_BUDGET, Field(ge=0, le=MAX_BUDGET_CENTS, strict=True)] = 0

    @model_validator(mode="after")
    def _can_be_paid(self) -> Self:
        if self.engine != "embedded" and self.monthly_budget_cents < MIN_BUDGET_CENTS:
            raise ValueError(
                f"'engine' {self.engine} costs money: 'monthly_budget_cents' must be at least {MIN_BUDGET_CENTS}."
            )
        return self


class RecordingsBody(Wire):
    """Replaced as a whole: omitted fields return to their defaults."""

    model_config = _INPUT

    enabled: Annotated[bool, _KEEPS_RECORDINGS, _STRICT]


class RetentionBody(Wire):
    """Days for which data is kept. Data older than a changed value is deleted within six hours.

    Replaced as a whole: omitted fields return to their defaults.
    """

    model_config = _INPUT

    claim_days: Annotated[int, _CLAIM_DAYS, _DAYS_KEPT] = CLAIM_DAYS
    recording_days: Annotated[int, _RECORDING_DAYS, _DAYS_KEPT] = RECORDING_DAYS
    transcript_days: Annotated[int, _TRANSCRIPT_DAYS, _DAYS_KEPT] = TRANSCRIPT_DAYS


class AlertStepBody(Wire):
    """One attempt to reach a person."""

    model_config = _INPUT

    channel: Annotated[AlertChannel, _ALERT_CHANNEL]
    after_seconds: Annotated[int, _AFTER_SECONDS, Field(ge=0, le=MAX_STEP_SECONDS, strict=True)]


class AlertSettingsBody(Wire):
    """Replaced as a whole: omitted fields return to their defaults."""

    model_config = _INPUT

    enabled: Annotated[bool, _ALERTS_ENABLED, _STRICT] = False
    consent: Annotated[bool, _ALERTS_CONSENT, _STRICT] = False
    steps: Annotated[list[AlertStepBody] | None, _ALERT_STEPS, Field(min_length=1, max_length=MAX_STEPS)] = (
        None
    )
    last_resort: Annotated[list[Phone], _LAST_RESORT, Field(max_length=MAX_LAST_RESORT)] = []  # noqa: RUF012
    detail: Annotated[AlertDetail, _ALERT_DETAIL] = "standard"

    @field_validator("steps")
    @classmethod
    def _in_order(cls, steps: list[AlertStepBody] | None) -> list[AlertStepBody] | None:
        times = [step.after_seconds for step in steps or ()]
        if times != sorted(times):
            raise ValueError("Must be in the order of their times.")
        return steps

    @field_validator("last_resort")
    @classmethod
    def _once_each(cls, phones: list[str]) -> list[str]:
        return list(dict.fromkeys(phones))


class DispatchSettingsBody(Wire):
    """Replaced as a whole: omitted fields return to their defaults."""

    model_config = _INPUT

    # The longest delay of SQS: an escalation is a delayed message.
    acknowledge_minutes: Annotated[int, _ACKNOWLEDGE_MINUTES, Field(ge=1, le=15, strict=True)] = 10
    max_open_per_person: Annotated[
        Annotated[int, Field(ge=1, le=100, strict=True)] | None, _MAX_OPEN_PER_PERSON
    ] = None
    alerts: Annotated[AlertSettingsBody | None, _ALERTS] = None


class PointBody(Wire):
    model_config = _INPUT

    latitude: Annotated[
        float, _DEGREES, Field(ge=-90, le=90, strict=True, allow_inf_nan=False), AfterValidator(measured)
    ]
    longitude: Annotated[
        float, _DEGREES, Field(ge=-180, le=180, strict=True, allow_inf_nan=False), AfterValidator(measured)
    ]


class ServiceAreaBody(Wire):
    """A center with a radius, a list of postal codes, or both. An address is inside if its postal code is listed or its
    distance to `center` is at most `radius_miles`.

    Replaced as a whole: omitted fields return to their defaults.
    """

    model_config = ConfigDict(
        **_INPUT,
        json_schema_extra={
            "anyOf": [
                {
                    "required": ["center", "radius_miles"],
                    "properties": {"center": {"type": "object"}, "radius_miles": {"type": "number"}},
                },
                {
                    "required": ["postal_codes"],
                    "properties": {
                        "center": {"type": "null"},
                        "radius_miles": {"type": "null"},
                        "postal_codes": {"minItems": 1},
                    },
                },
            ]
        },
    )

    center: PointBody | None = None
    """The center of the circle. Required with `radius_miles`."""
    radius_miles: Annotated[
        Annotated[float, Field(gt=0, le=500, strict=True, allow_inf_nan=False), AfterValidator(measured)]
        | None,
        _RADIUS_MILES,
    ] = None
    postal_codes: Annotated[
        list[
            Annotated[str, Field(json_schema_extra={"pattern": _ZIP.pattern}), AfterValidator(_five_digits)]
        ],
        Field(max_length=2000),
    ] = []  # noqa: RUF012
    """US ZIP codes. ZIP+4 codes are shortened to five digits."""

    @field_validator("postal_codes")
    @classmethod
    def _once_each(cls, codes: list[str]) -> list[str]:
        return list(dict.fromkeys(codes))

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if (self.center is None) != (self.radius_miles is None):
            raise ValueError("'center' and 'radius_miles' must be given together.")
        if self.center is None and not self.postal_codes:
            raise ValueError(
                "Must have a center with a radius, or postal codes. Send null to remove the service area."
            )
        return self


class OnCallBody(Wire):
    """A person on call. Times are in the organization's time zone."""

    model_config = ConfigDict(**_INPUT, serialize_by_alias=True)

    name: Name
    """The name under which calls are assigned to the person."""
    phone: Phone
    email: Annotated[Email | None, _ON_CALL_EMAIL] = None
    days: Annotated[list[Day], _ON_CALL_DAYS, Field(min_length=1, max_length=7)]
    starts: Annotated[Opening, Field(alias="from")]
    """The start of the span, as `HH:MM`. Inclusive."""
    ends: Annotated[WallTime, Field(alias="to")]
    """The end of the span, as `HH:MM`. Exclusive. At or before `from`, it is on the next day. `24:00` is the end of the
    day."""

    @field_validator("days")
    @classmethod
    def _as_the_week_goes(cls, days: list[Day]) -> list[Day]:
        return sorted(set(days), key=DAYS.index)


class SenderBody(Wire):
    """Replaced as a whole: omitted fields return to their defaults."""

    model_config = _INPUT

    name: Annotated[Name, _SENDER_NAME]
    email: Annotated[Email, _SENDER_EMAIL]
    postal_address: Annotated[
        str, _POSTAL_ADDRESS, Field(min_length=1, max_length=500), AfterValidator(prose)
    ]


class OutreachBody(Wire):
    """Replaced as a whole: omitted fields return to their defaults."""

    model_config = _INPUT

    daily_cap: Annotated[int, _DAILY_CAP, Field(ge=1, le=50_000, strict=True)] = DAILY_CAP
    warm_up_started_on: Annotated[
        Annotated[str, Field(max_length=10, json_schema_extra={"format": "date"}), AfterValidator(_day)]
        | None,
        _WARM_UP_STARTED_ON,
    ] = None
    reply_domain: Annotated[
        Annotated[
            str,
            Field(
                max_length=190,
                pattern=_DOMAIN,
                json_schema_extra={"pattern": _DOMAIN.replace("a-z", "A-Za-z")},  # any case is accepted
            ),
            BeforeValidator(_lower),
        ]
        | None,
        _REPLY_DOMAIN,
    ] = None
    track_opens: Annotated[bool, _TRACK_OPENS, _STRICT] = False
    track_clicks: Annotated[bool, _TRACK_CLICKS, _STRICT] = False


_Phrase = Annotated[str, Field(min_length=2, max_length=100), AfterValidator(one_line)]
_Fact = Annotated[str, Field(min_length=2, max_length=150), AfterValidator(one_line)]


class ContentSettingsBody(Wire):
    """Statements about the organization that content may make, and those that it must not. The AI says nothing else
    about it.

    Replaced as a whole: omitted fields return to their defaults.
    """

    model_config = _INPUT

    service_areas: Annotated[list[_Phrase], _SERVICE_AREAS, Field(max_length=50)] = []  # noqa: RUF012
    licences: Annotated[list[_Fact], _LICENCES, Field(max_length=50)] = []  # noqa: RUF012
    certifications: Annotated[list[_Fact], _CERTIFICATIONS, Field(max_length=50)] = []  # noqa: RUF012
    phone: Annotated[Phone | None, _PUBLIC_PHONE] = None
    website: Annotated[Annotated[str, Field(max_length=200, pattern=_WEBSITE)] | None, _WEBSITE_ADDRESS] = (
        None
    )
    competitors: Annotated[list[_Phrase], _COMPETITORS, Field(max_length=200)] = []  # noqa: RUF012
    banned_words: Annotated[list[_Phrase], _BANNED_WORDS, Field(max_length=200)] = []  # noqa: RUF012


class ReviewsBody(Wire):
    """The pages on which customers write reviews. Review requests lead all customers to the first one that is set;
    without one, they are refused with 409.

    Replaced as a whole: omitted fields return to their defaults.
    """

    model_config = _INPUT

    google_review_url: Annotated[PageUrl | None, _GOOGLE_URL] = None
    facebook_review_url: Annotated[PageUrl | None, _FACEBOOK_URL] = None
    other_review_url: Annotated[PageUrl | None, _OTHER_URL] = None


class SettingsBody(Wire):
    """Only the settings present change. Each of them is replaced as a whole: its omitted fields return to their
    defaults. Null restores the default of a setting.
    """

    model_config = ConfigDict(**_INPUT, json_schema_extra=without_defaults())

    timezone: Annotated[TimeZone | None, _TIMEZONE] = None
    default_locale: Annotated[
        Annotated[
            str,
            Field(max_length=35, json_schema_extra={"pattern": _LOCALE.pattern}),
            AfterValidator(_locale),
        ]
        | None,
        _DEFAULT_LOCALE,
    ] = None
    service_area: ServiceAreaBody | None = None
    """Where the organization works. Dispatch, lead scores and the qualification of prospects depend on it."""
    business_hours: Annotated[
        dict[Day, Annotated[list[Span], Field(max_length=10)]] | None, _BUSINESS_HOURS
    ] = None
    on_call: Annotated[list[OnCallBody] | None, _ON_CALL, Field(max_length=100)] = None
    dispatch: DispatchSettingsBody | None = None
    """How long a person on call has to acknowledge a call, and how many open dispatches they may have."""
    sender: SenderBody | None = None
    """The sender of outreach e-mails and review requests. Without one, neither can be sent."""
    outreach: OutreachBody | None = None
    """The daily cap of outreach e-mail, where replies go, and whether opens and clicks are recorded."""
    content: ContentSettingsBody | None = None
    """Statements about the organization that content may make, and those that it must not."""
    ai: AiBody | None = None
    """Whether AI is used, which engine does the work, and what it may cost."""
    recordings: RecordingsBody | None = None
    """Whether recordings of calls are kept."""
    retention: RetentionBody | None = None
    """For how many days recordings, transcripts and the evidence of claims are kept."""
    reviews: ReviewsBody | None = None
    """The pages on which customers write reviews."""

    @field_validator("business_hours")
    @classmethod
    def _without_overlaps(
        cls, hours: dict[Day, list[tuple[str, str]]] | None
    ) -> dict[Day, list[tuple[str, str]]] | None:
        if hours is None:
            return None
        if found := overlap(cast("BusinessHours", hours)):
            raise ValueError(f"Must not overlap: {found}.")
        return {day: sorted(hours[day], key=_opening_minutes) for day in DAYS if day in hours}
