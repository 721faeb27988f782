"""What the API accepts and returns of an organization's settings."""

import re
from datetime import date
from typing import TYPE_CHECKING, Annotated, Literal, Self, cast

from eal.ai.policy import MAX_BUDGET_CENTS, MIN_BUDGET_CENTS, EngineChoice
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


# ---------------------------------------------------------------- responses


class AiView(Wire):
    """`engine` selects the engine that classifies calls in live mode. The embedded engine is free, and the only
    one in test mode. With `bedrock_when_unsure`, a model of Amazon Bedrock also reads the calls of which the embedded
    engine is unsure; with `bedrock_always`, every call. If Bedrock fails or the budget of the month is spent, the
    answer of the embedded engine stands, with `fallback` in its `provenance` and the reason among its `reasons`.
    """

    enabled: Annotated[
        bool,
        Field(
            description="If false, calls are still ingested, but not classified and not turned into leads. They are "
            "not classified later either, except by a person."
        ),
    ] = True
    share_corrections: Annotated[
        bool,
        Field(
            description="Whether corrected calls may be used, redacted, to evaluate and train the engine for all "
            "organizations."
        ),
    ] = False
    engine: EngineChoice = "embedded"
    monthly_budget_cents: Annotated[
        int,
        Field(
            description="What Bedrock may cost in a calendar month (UTC), in US cents. Nothing is sent to Bedrock that "
            "could exceed it. `GET /organizations/me/ai-usage` shows what was spent."
        ),
    ] = 0


class RecordingsView(Wire):
    enabled: Annotated[
        bool,
        Field(
            description="Whether recordings of calls are copied from the call tracker. If false, existing copies are "
            "deleted within six hours, and recordings reported meanwhile are not copied later either. Set it to false "
            "if callers are not told that they are recorded and their state requires that."
        ),
    ] = True


class RetentionView(Wire):
    """Days for which data is kept. Data older than a changed value is deleted within six hours."""

    claim_days: Annotated[
        int,
        Field(
            description="Days from the closing of a claim for which its photos and the text of its notes are kept. A "
            "legal hold keeps them longer."
        ),
    ] = CLAIM_DAYS
    recording_days: Annotated[
        int, Field(description="Days from the receipt of a call for which its recording is kept.")
    ] = RECORDING_DAYS
    transcript_days: Annotated[
        int,
        Field(
            description="Days from the receipt of a call for which its transcript is kept, with the quotes from it."
        ),
    ] = TRANSCRIPT_DAYS


class DispatchSettingsView(Wire):
    acknowledge_minutes: Annotated[
        int,
        Field(
            description="Minutes after which a call that nobody acknowledged goes to the next person on call."
        ),
    ] = 10
    max_open_per_person: Annotated[
        int | None,
        Field(
            description="Open dispatches with which a person on call gets no further one. An open dispatch was "
            "assigned to the person in the last 8 hours. Null: no limit."
        ),
    ] = None


class PointView(Wire):
    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]


class ServiceAreaView(Wire):
    """An address is inside if its postal code is listed or its distance to `center` is at most `radius_miles`."""

    center: PointView | None = None
    radius_miles: Annotated[float | None, Field(ge=0)] = None
    postal_codes: list[str] = []  # noqa: RUF012 - pydantic copies defaults


class OnCallView(Wire):
    """A person on call. Times are in the organization's time zone; an end at or before the start is on the next day."""

    name: str
    phone: str
    days: list[Day]
    starts: Annotated[str, Field(alias="from", pattern=WALL_TIME)]
    ends: Annotated[str, Field(alias="to", pattern=WALL_TIME)]


class SenderView(Wire):
    """The sender of outreach e-mails. The postal address is legally required in every e-mail."""

    name: str
    email: str
    postal_address: str


class OutreachView(Wire):
    """How much outreach e-mail is sent, and what is recorded about it."""

    daily_cap: Annotated[
        int,
        Field(description="E-mails per day, in the organization's time zone, over all sequences and drafts."),
    ] = DAILY_CAP
    warm_up_started_on: Annotated[
        str | None,
        Field(
            json_schema_extra={"format": "date"},
            description="The day on which a new domain began to send. From it, the cap rises over a week: 150, 250, "
            "400, 700, 1,000, 1,500 and 2,000 e-mails a day, but not above `daily_cap`. Null: no warm-up.",
        ),
    ] = None
    reply_domain: Annotated[
        str | None,
        Field(
            description="The domain at which Resend receives e-mail for the organization. Replies to outreach then go "
            "to an address of their own there, which names the e-mail they are about. Null: replies go to "
            "`sender.email`."
        ),
    ] = None
    track_opens: Annotated[
        bool, Field(description="Whether openings are recorded. Tracking also has to be on at Resend.")
    ] = False
    track_clicks: Annotated[
        bool, Field(description="Whether clicks are recorded. Tracking also has to be on at Resend.")
    ] = False


class ContentSettingsView(Wire):
    """What content may say about the organization, and what it must not. The AI says nothing else about it."""

    service_areas: Annotated[
        list[str], Field(description="Cities or counties as content names them, such as Columbus.")
    ] = []  # noqa: RUF012
    licences: Annotated[
        list[str], Field(description="Licences that the organization holds, with number and state.")
    ] = []  # noqa: RUF012
    certifications: Annotated[
        list[str],
        Field(
            description="Certifications that the organization holds, such as IICRC Certified Firm. Content that claims "
            "a licence or certification which is not listed cannot be approved."
        ),
    ] = []  # noqa: RUF012
    phone: Annotated[str | None, Field(description="The phone number that content gives to the public.")] = (
        None
    )
    website: Annotated[str | None, Field(description="The address of the website.")] = None
    competitors: Annotated[
        list[str],
        Field(description="Names of companies. Content that contains one cannot be approved."),
    ] = []  # noqa: RUF012
    banned_words: Annotated[
        list[str],
        Field(description="Words and phrases. Content that contains one cannot be approved."),
    ] = []  # noqa: RUF012


class ReviewsView(Wire):
    """The pages on which customers write reviews. Review requests lead all customers to the first one that is set.
    There is none for Yelp, which forbids businesses to ask for reviews.
    """

    google_review_url: str | None = None
    facebook_review_url: str | None = None
    other_review_url: str | None = None


class SettingsView(Wire):
    """The organization's settings. Null or empty: not set."""

    timezone: Annotated[str, Field(description="IANA time zone name.")] = DEFAULT_TIMEZONE
    default_locale: str = "en-US"
    service_area: ServiceAreaView | None = None
    business_hours: Annotated[
        dict[Day, list[tuple[WallTime, WallTime]]],
        Field(
            description='Opening and closing times, such as ["08:00", "17:00"], by weekday. A closing time at or '
            "before the opening time is on the next day."
        ),
    ] = {}  # noqa: RUF012
    on_call: Annotated[
        list[OnCallView], Field(description="The first person on call is asked first, then the next one.")
    ] = []  # noqa: RUF012
    dispatch: DispatchSettingsView = DispatchSettingsView()
    sender: SenderView | None = None
    outreach: OutreachView = OutreachView()
    content: ContentSettingsView = ContentSettingsView()
    ai: AiView = AiView()
    recordings: RecordingsView = RecordingsView()
    retention: RetentionView = RetentionView()
    reviews: ReviewsView = ReviewsView()


# ---------------------------------------------------------------- requests

Opening = Annotated[str, Field(pattern=r"^(?:[01][0-9]|2[0-3]):[0-5][0-9]$")]
TimeZone = Annotated[
    str, Field(max_length=64, json_schema_extra={"format": "timezone"}), AfterValidator(_zone)
]
PageUrl = Annotated[str, Field(max_length=500, pattern=_PAGE_URL)]
Span = Annotated[tuple[Opening, WallTime], BeforeValidator(_pair)]


class AiBody(Wire):
    model_config = _INPUT

    enabled: Annotated[bool, Field(strict=True)]
    share_corrections: Annotated[bool, Field(strict=True)] = False
    engine: EngineChoice = "embedded"
    monthly_budget_cents: Annotated[int, Field(ge=0, le=MAX_BUDGET_CENTS, strict=True)] = 0

    @model_validator(mode="after")
    def _can_be_paid(self) -> Self:
        if self.engine != "embedded" and self.monthly_budget_cents < MIN_BUDGET_CENTS:
            raise ValueError(
                f"'engine' {self.engine} costs money: 'monthly_budget_cents' must be at least {MIN_BUDGET_CENTS}."
            )
        return self


class RecordingsBody(Wire):
    model_config = _INPUT

    enabled: Annotated[bool, Field(strict=True)]


class RetentionBody(Wire):
    """Members that are left out get their defaults."""

    model_config = _INPUT

    claim_days: Annotated[int, Field(ge=1, le=3650, strict=True)] = CLAIM_DAYS
    recording_days: Annotated[int, Field(ge=1, le=3650, strict=True)] = RECORDING_DAYS
    transcript_days: Annotated[int, Field(ge=1, le=3650, strict=True)] = TRANSCRIPT_DAYS


class DispatchSettingsBody(Wire):
    model_config = _INPUT

    # The longest delay of SQS: an escalation is a delayed message.
    acknowledge_minutes: Annotated[int, Field(ge=1, le=15, strict=True)] = 10
    max_open_per_person: Annotated[int, Field(ge=1, le=100, strict=True)] | None = None


class PointBody(Wire):
    model_config = _INPUT

    latitude: Annotated[
        float, Field(ge=-90, le=90, strict=True, allow_inf_nan=False), AfterValidator(measured)
    ]
    longitude: Annotated[
        float, Field(ge=-180, le=180, strict=True, allow_inf_nan=False), AfterValidator(measured)
    ]


class ServiceAreaBody(Wire):
    """A center with a radius, a list of postal codes, or both."""

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
    radius_miles: (
        Annotated[float, Field(gt=0, le=500, strict=True, allow_inf_nan=False), AfterValidator(measured)]
        | None
    ) = None
    postal_codes: Annotated[
        list[
            Annotated[str, Field(json_schema_extra={"pattern": _ZIP.pattern}), AfterValidator(_five_digits)]
        ],
        Field(max_length=2000, description="US ZIP codes. ZIP+4 codes are shortened to five digits."),
    ] = []  # noqa: RUF012

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
    model_config = ConfigDict(**_INPUT, serialize_by_alias=True)

    name: Name
    phone: Phone
    days: Annotated[list[Day], Field(min_length=1, max_length=7)]
    starts: Annotated[Opening, Field(alias="from")]
    ends: Annotated[WallTime, Field(alias="to")]

    @field_validator("days")
    @classmethod
    def _as_the_week_goes(cls, days: list[Day]) -> list[Day]:
        return sorted(set(days), key=DAYS.index)


class SenderBody(Wire):
    model_config = _INPUT

    name: Name
    email: Email
    postal_address: Annotated[str, Field(min_length=1, max_length=500), AfterValidator(prose)]


class OutreachBody(Wire):
    """Members that are left out get their defaults."""

    model_config = _INPUT

    daily_cap: Annotated[int, Field(ge=1, le=50_000, strict=True)] = DAILY_CAP
    warm_up_started_on: (
        Annotated[str, Field(max_length=10, json_schema_extra={"format": "date"}), AfterValidator(_day)]
        | None
    ) = None
    reply_domain: (
        Annotated[
            str,
            Field(
                max_length=190,
                pattern=_DOMAIN,
                json_schema_extra={"pattern": _DOMAIN.replace("a-z", "A-Za-z")},  # any case is accepted
            ),
            BeforeValidator(_lower),
        ]
        | None
    ) = None
    track_opens: Annotated[bool, Field(strict=True)] = False
    track_clicks: Annotated[bool, Field(strict=True)] = False


_Phrase = Annotated[str, Field(min_length=2, max_length=100), AfterValidator(one_line)]
_Fact = Annotated[str, Field(min_length=2, max_length=150), AfterValidator(one_line)]


class ContentSettingsBody(Wire):
    """Members that are left out get their defaults."""

    model_config = _INPUT

    service_areas: Annotated[list[_Phrase], Field(max_length=50)] = []  # noqa: RUF012
    licences: Annotated[list[_Fact], Field(max_length=50)] = []  # noqa: RUF012
    certifications: Annotated[list[_Fact], Field(max_length=50)] = []  # noqa: RUF012
    phone: Phone | None = None
    website: Annotated[str, Field(max_length=200, pattern=_WEBSITE)] | None = None
    competitors: Annotated[list[_Phrase], Field(max_length=200)] = []  # noqa: RUF012
    banned_words: Annotated[list[_Phrase], Field(max_length=200)] = []  # noqa: RUF012


class ReviewsBody(Wire):
    model_config = _INPUT

    google_review_url: PageUrl | None = None
    facebook_review_url: PageUrl | None = None
    other_review_url: PageUrl | None = None


class SettingsBody(Wire):
    """Only the members present change. Each is replaced as a whole; null restores its default."""

    model_config = ConfigDict(**_INPUT, json_schema_extra=without_defaults())

    timezone: TimeZone | None = None
    default_locale: (
        Annotated[
            str,
            Field(max_length=35, json_schema_extra={"pattern": _LOCALE.pattern}),
            AfterValidator(_locale),
        ]
        | None
    ) = None
    service_area: ServiceAreaBody | None = None
    business_hours: dict[Day, Annotated[list[Span], Field(max_length=10)]] | None = None
    on_call: Annotated[list[OnCallBody] | None, Field(max_length=100)] = None
    dispatch: DispatchSettingsBody | None = None
    sender: SenderBody | None = None
    outreach: OutreachBody | None = None
    content: ContentSettingsBody | None = None
    ai: AiBody | None = None
    recordings: RecordingsBody | None = None
    retention: RetentionBody | None = None
    reviews: ReviewsBody | None = None

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
