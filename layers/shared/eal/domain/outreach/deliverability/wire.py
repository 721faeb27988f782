"""What the API accepts and returns for deliverability and the sender."""

from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field

from eal.core.clock import Instant
from eal.core.wire import Wire, one_line
from eal.domain.outreach.deliverability.model import PauseReason, SenderStatus


class SenderResume(Wire):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    reason: Annotated[
        str,
        Field(min_length=1, max_length=500, description="What was done about it, for the audit log."),
        AfterValidator(one_line),
    ]


class SenderView(Wire):
    """Whether the organization's outreach e-mail is sent."""

    id: Annotated[str, Field(description="The organization's id.")]
    status: SenderStatus
    reason: Annotated[
        PauseReason | None,
        Field(
            description="Why the sender is paused: over 4 % of the e-mails of seven days bounced permanently, or over "
            "0.1 % were reported as spam."
        ),
    ]
    paused_at: Instant | None
    resumed_at: Annotated[
        Instant | None, Field(description="When an admin last resumed it. Earlier e-mails no longer count.")
    ]
    version: int
