"""Messages to the worker of enrollments."""

from dataclasses import dataclass

from eal.core.messages import TenantMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class StopEnrollmentsTask(TenantMessage):
    """Exactly one of `prospect_id` and `sequence_id` is set. `after` is the last enrollment of the message before."""

    prospect_id: str | None = None
    sequence_id: str | None = None
    after: str | None = None
