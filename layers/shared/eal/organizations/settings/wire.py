"""What the API takes and shows of an organization's settings."""

import re
from typing import TYPE_CHECKING, Annotated, Literal, Self, cast

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from eal.contact import Email, Phone
from eal.organizations.settings.hours import DAYS, minutes, overlap
from eal.wire import Name, Wire, measured, prose, without_defaults

if TYPE_CHECKING:
    from eal.organizations.settings.hours import BusinessHours

type Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
CLOCK = r"^(?:[01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$"
type Clock = Annotated[str, Field(pattern=CLOCK)]

_INPUT = ConfigDict(extra="forbid", str_strip_whitespace=True)
_PLACE_IN_ZONES = re.compile(r"[A-Z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+){0,2}")
_LOCALE = re.compile(r"^([A-Za-z]{2,3})(?:-([A-Za-z]{4}))?(?:-([A-Za-z]{2}|[0-9]{3}))?$")
_ZIP = re.compile(r"^([0-9]{5})(?:-[0-9]{4})?$")


def _zone(name: str) -> str:
    from zoneinfo import ZoneInfo

    try:
        # What begins with a small letter there is no place but a file: localtime, posixrules, tzdata.zi.
        if _PLACE_IN_ZONES.fullmatch(name) and name != "Factory":
            return ZoneInfo(name).key
    except (KeyError, ValueError, OSError):
        pass  # a name that zoneinfo does not know, or a folder of names
    raise ValueError("must be an IANA time zone, such as America/New_York")


def _locale(tag: str) -> str:
    match = _LOCALE.fullmatch(tag)
    if match is None:
        raise ValueError("must be a language tag (BCP 47), such as en-US")
    language, script, region = match.groups()
    parts = [language.lower(), script and script.title(), region and region.upper()]
    return "-".join(part for part in parts if part)


def _five_digits(text: str) -> str:
    match = _ZIP.fullmatch(text)
    if match is None:
        raise ValueError("must be a US ZIP code of five digits, or ZIP+4")
    return match[1]


def _pair(value: object) -> object:
    """JSON has no tuples, and a body's types are taken strictly."""
    return tuple(value) if isinstance(value, list) else value


def _opens(span: tuple[str, str]) -> int:
    return minutes(span[0])


# ---------------------------------------------------------------- settings, as they are shown


class AiView(Wire):
    enabled: Annotated[
        bool,
        Field(
            description="Off: engines judge no calls. They are taken in as ever, have no classification, and become no "
            "lead by one; those of that time are not judged later."
        ),
    ] = True


class RetentionView(Wire):
    claim_days: Annotated[int, Field(description="Photos and scopes of claims are kept so long.")] = 90


class PointView(Wire):
    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]


class ServiceAreaView(Wire):
    """Inside is where the postal code is listed, or the distance to the center is within the radius."""

    center: PointView | None = None
    radius_miles: Annotated[float | None, Field(ge=0)] = None
    postal_codes: list[str] = []  # noqa: RUF012 - pydantic copies defaults


class OnCallView(Wire):
    """Who takes calls; times are the organization's wall clock; an end at or before its start is next day's."""

    name: str
    phone: str
    days: list[Day]
    starts: Annotated[str, Field(alias="from", pattern=CLOCK)]
    ends: Annotated[str, Field(alias="to", pattern=CLOCK)]


class SenderView(Wire):
    """Who outreach comes from; the postal address is what the law wants in each mail."""

    name: str
    email: str
    postal_address: str


class SettingsView(Wire):
    """Null or empty is what the organization has not set."""

    timezone: Annotated[str, Field(description="IANA name.")] = "America/New_York"
    default_locale: str = "en-US"
    service_area: ServiceAreaView | None = None
    business_hours: Annotated[
        dict[Day, list[tuple[Clock, Clock]]],
        Field(
            description='Spans such as ["08:00", "17:00"]; one that ends at or before its start runs into the next day.'
        ),
    ] = {}  # noqa: RUF012
    on_call: list[OnCallView] = []  # noqa: RUF012
    sender: SenderView | None = None
    ai: AiView = AiView()
    retention: RetentionView = RetentionView()


# ---------------------------------------------------------------- settings, as they are given

Opening = Annotated[str, Field(pattern=r"^(?:[01][0-9]|2[0-3]):[0-5][0-9]$")]
Span = Annotated[tuple[Opening, Clock], BeforeValidator(_pair)]


class AiBody(Wire):
    model_config = _INPUT

    enabled: Annotated[bool, Field(strict=True)]


class RetentionBody(Wire):
    model_config = _INPUT

    claim_days: Annotated[int, Field(ge=1, le=3650, strict=True)]


class PointBody(Wire):
    model_config = _INPUT

    latitude: Annotated[
        float, Field(ge=-90, le=90, strict=True, allow_inf_nan=False), AfterValidator(measured)
    ]
    longitude: Annotated[
        float, Field(ge=-180, le=180, strict=True, allow_inf_nan=False), AfterValidator(measured)
    ]


class ServiceAreaBody(Wire):
    """A center with a radius, postal codes, or both."""

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
        Field(max_length=2000, description="US ZIP codes; of ZIP+4 the five digits count."),
    ] = []  # noqa: RUF012

    @field_validator("postal_codes")
    @classmethod
    def _once_each(cls, codes: list[str]) -> list[str]:
        return list(dict.fromkeys(codes))

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if (self.center is None) != (self.radius_miles is None):
            raise ValueError("'center' and 'radius_miles' belong together")
        if self.center is None and not self.postal_codes:
            raise ValueError("needs a center with a radius, or postal codes; null means that there is none")
        return self


class OnCallBody(Wire):
    model_config = ConfigDict(**_INPUT, serialize_by_alias=True)

    name: Name
    phone: Phone
    days: Annotated[list[Day], Field(min_length=1, max_length=7)]
    starts: Annotated[Opening, Field(alias="from")]
    ends: Annotated[Clock, Field(alias="to")]

    @field_validator("days")
    @classmethod
    def _as_the_week_goes(cls, days: list[Day]) -> list[Day]:
        return sorted(set(days), key=DAYS.index)


class SenderBody(Wire):
    model_config = _INPUT

    name: Name
    email: Email
    postal_address: Annotated[str, Field(min_length=1, max_length=500), AfterValidator(prose)]


class SettingsBody(Wire):
    """Only what is given changes, each member as a whole; null sets it back."""

    model_config = ConfigDict(**_INPUT, json_schema_extra=without_defaults())

    timezone: (
        Annotated[str, Field(max_length=64, json_schema_extra={"format": "timezone"}), AfterValidator(_zone)]
        | None
    ) = None
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
    sender: SenderBody | None = None
    ai: AiBody | None = None
    retention: RetentionBody | None = None

    @field_validator("business_hours")
    @classmethod
    def _without_overlaps(
        cls, hours: dict[Day, list[tuple[str, str]]] | None
    ) -> dict[Day, list[tuple[str, str]]] | None:
        if hours is None:
            return None
        if found := overlap(cast("BusinessHours", hours)):
            raise ValueError(f"must not overlap: {found}")
        return {day: sorted(hours[day], key=_opens) for day in DAYS if day in hours}
