"""Request and response models for deliverability and the sender."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Annotated, Literal, Self

from eal.core.clock import Instant
from eal.core.errors import ValidationFailed
from eal.core.schema import AfterValidator, ConfigDict, Field
from eal.core.wire import Wire, one_line
from eal.domain.outreach.deliverability.model import (
    METRICS,
    Bucket,
    Metric,
    PauseReason,
    SenderState,
    SenderStatus,
)

MAX_DAYS, DEFAULT_DAYS = 92, 30
MAX_GROUPS = 1000
_INPUT = ConfigDict(extra="forbid", str_strip_whitespace=True)
_YEARS = range(2000, 3000)
_RATES: dict[str, Metric] = {
    "delivery_rate": "delivered",
    "bounce_rate": "hard_bounced",
    "complaint_rate": "complained",
    "open_rate": "opened",
    "click_rate": "clicked",
    "reply_rate": "replied",
    "unsubscribe_rate": "unsubscribed",
}
type GroupBy = Literal["day", "sequence", "step", "variant"]


def _day(text: str) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError("Must be a date, such as 2026-11-02.") from None
    if day.year not in _YEARS:
        raise ValueError(f"Must be between the years {_YEARS[0]} and {_YEARS[-1]}.")
    return day.isoformat()


_Day = Annotated[str, Field(max_length=10, json_schema_extra={"format": "date"}), AfterValidator(_day)]


class DeliverabilityQuery(Wire):
    model_config = _INPUT

    since: Annotated[
        _Day | None,
        Field(description=f"The first day, in UTC. By default, {DEFAULT_DAYS} days end with `until`."),
    ] = None
    until: _Day | None = None
    """The last day, in UTC. Defaults to today."""
    sequence_id: Annotated[str | None, Field(max_length=100)] = None
    """Only the e-mails of this sequence."""
    group_by: GroupBy = "day"
    """`step` groups by sequence and step, `variant` also by variant. Drafts and review requests are a
    group with `sequence_id` null."""

    def days(self, now: datetime) -> tuple[date, date]:
        """The first and the last day.

        Raises: ValidationFailed if `since` is after `until`, or the range is too long.
        """
        last = date.fromisoformat(self.until) if self.until else now.date()
        first = date.fromisoformat(self.since) if self.since else last - timedelta(days=DEFAULT_DAYS - 1)
        if not 0 <= (last - first).days < MAX_DAYS:
            message = f"Must be at most {MAX_DAYS - 1} days before 'until', which is today by default."
            raise ValidationFailed.of_field("/since", message, "invalid_range", location="query")
        return first, last


class SenderResume(Wire):
    model_config = _INPUT

    reason: Annotated[str, Field(min_length=1, max_length=500), AfterValidator(one_line)]
    """Measures taken against the bounces or complaints, for the audit log. The text must not contain personal data."""


class OutreachSenderView(Wire):
    """Whether the organization's outreach e-mail is sent."""

    id: str
    """The organization's id."""
    status: SenderStatus
    """`paused`: no outreach e-mail is sent until an admin resumes the sender."""
    reason: PauseReason | None
    """Why the sender is paused: over 4 % of the e-mails of seven days bounced permanently, or over 0.1 % were reported
    as spam."""
    paused_at: Instant | None
    """When the sender was paused; in test mode, by the test clock. Null unless the status is `paused`."""
    resumed_at: Instant | None
    """When an admin last resumed the sender. Earlier e-mails no longer count."""
    version: int


class CountsView(Wire):
    """E-mails by what became of them, each counted once. A rate is a share of `sent`; null if that is 0."""

    sent: int
    """Accepted by the e-mail service."""
    delivered: int
    """Accepted by the recipient's mail server."""
    delayed: int
    """E-mails not delivered at the first attempt. Each is also counted by its later outcome."""
    hard_bounced: int
    """Permanent bounces: the address receives no mail."""
    soft_bounced: int
    """All other bounces."""
    complained: int
    """Reported as spam by the recipient."""
    opened: int
    """Opened at least once. Recorded only if the setting `outreach.track_opens` is on."""
    clicked: int
    """E-mails with at least one link clicked. Recorded only if the setting `outreach.track_clicks` is on."""
    replied: int
    """Answered by a person. Automatic replies are not counted."""
    unsubscribed: int
    """Whose recipient unsubscribed, by the link or in a reply."""
    failed: int
    """E-mails not sent by the e-mail service, although it had accepted them."""
    suppressed: int
    """E-mails not sent, because the e-mail service suppresses the address."""
    delivery_rate: float | None
    """`delivered` / `sent`, from 0 to 1. Null if `sent` is 0."""
    bounce_rate: float | None
    """`hard_bounced` / `sent`, from 0 to 1. Null if `sent` is 0."""
    complaint_rate: float | None
    """`complained` / `sent`, from 0 to 1. Null if `sent` is 0."""
    open_rate: float | None
    """`opened` / `sent`, from 0 to 1. Null if `sent` is 0."""
    click_rate: float | None
    """`clicked` / `sent`, from 0 to 1. Null if `sent` is 0."""
    reply_rate: float | None
    """`replied` / `sent`, from 0 to 1. Null if `sent` is 0."""
    unsubscribe_rate: float | None
    """`unsubscribed` / `sent`, from 0 to 1. Null if `sent` is 0."""


class DeliverabilityGroupView(CountsView):
    """A part of the e-mails. The fields that `group_by` does not name are null."""

    day: str | None
    """The day on which the e-mails were sent, in UTC, such as `2026-11-02`."""
    sequence_id: str | None
    """The id of the sequence. Null also for drafts and review requests."""
    step: int | None
    """The index of the sequence's step. The first step is 0."""
    variant: str | None
    """The name of the step's variant; `A` if the step has none."""


class DeliverabilityView(Wire):
    since: str
    """The first day, in UTC."""
    until: str
    """The last day, in UTC."""
    group_by: GroupBy
    """The grouping as requested; `day` by default."""
    total: CountsView
    """All e-mails sent on these days, or those of the requested sequence."""
    groups: list[DeliverabilityGroupView]
    """The groups with at least one e-mail."""
    sender: OutreachSenderView
    """The sender's current state."""

    @classmethod
    def of_counts(
        cls,
        query: DeliverabilityQuery,
        first: date,
        last: date,
        counts: Mapping[Bucket, Counter[Metric]],
        sender: SenderState,
    ) -> Self:
        """Raises: ValidationFailed if there are more than MAX_GROUPS."""
        groups: dict[Bucket, Counter[Metric]] = {}
        total: Counter[Metric] = Counter()
        for bucket, counted in counts.items():
            if query.sequence_id in (None, bucket.sequence_id):
                groups.setdefault(_group_of(bucket, query.group_by), Counter()).update(counted)
                total.update(counted)
        if len(groups) > MAX_GROUPS:
            message = f"Makes more than {MAX_GROUPS} groups. Use 'sequence_id'."
            raise ValidationFailed.of_field("/group_by", message, "too_much", location="query")
        return cls(
            since=first.isoformat(),
            until=last.isoformat(),
            group_by=query.group_by,
            total=CountsView.model_validate(_figures(total)),
            groups=[
                DeliverabilityGroupView.model_validate(
                    {**group._asdict(), "day": group.day or None, **_figures(counted)}
                )
                for group, counted in sorted(groups.items(), key=lambda entry: entry[0].sk)
            ],
            sender=OutreachSenderView.of(sender),
        )


def _group_of(bucket: Bucket, group_by: GroupBy) -> Bucket:
    match group_by:
        case "day":
            return Bucket(bucket.day, None, None, None)
        case "sequence":
            return Bucket("", bucket.sequence_id, None, None)
        case "step":
            return Bucket("", bucket.sequence_id, bucket.step, None)
        case "variant":
            return bucket._replace(day="")


def _figures(counted: Counter[Metric]) -> dict[str, int | float | None]:
    sent = counted["sent"]
    rates = {name: round(counted[metric] / sent, 6) if sent else None for name, metric in _RATES.items()}
    return {**{metric: counted[metric] for metric in METRICS}, **rates}
