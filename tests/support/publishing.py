"""Scheduled content, and the worker that publishes it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from eal.core import clock, ids
from eal.core.clock import rfc3339
from tests.support import content as contents
from tests.support.aws import SCHEDULES, backend
from tests.support.callrail import stored
from tests.support.http import load_app
from tests.support.pipeline import sqs_event

if TYPE_CHECKING:
    from datetime import datetime

    from eal.ai.content import ContentText
    from eal.core.tenancy import Mode
    from tests.support.tenants import Tenant


def approved(
    tenant: Tenant, text: ContentText | None = None, content_type: str = "blog_post"
) -> dict[str, Any]:
    content = contents.drafted(tenant, content_type, text)
    return contents.move(tenant, content, "in_review", "approved")


def published(
    tenant: Tenant, text: ContentText | None = None, content_type: str = "blog_post"
) -> dict[str, Any]:
    return contents.move(tenant, approved(tenant, text, content_type), "published")


def schedule(tenant: Tenant, content: dict[str, Any], at: datetime) -> dict[str, Any]:
    """The approved item, scheduled."""
    return contents.move(tenant, content, "scheduled", scheduled_at=rfc3339(at))


def message(tenant: Tenant, content: dict[str, Any], mode: Mode = "live", at: str | None = None) -> str:
    """The message of a scheduled item."""
    return json.dumps(
        {
            "id": ids.new("task", clock.now()),
            "organization_id": tenant.id,
            "mode": mode,
            "request_id": "request-1",
            "content_id": content["id"],
            "scheduled_at": at or content["scheduled_at"],
        }
    )


def publish(*messages: str) -> list[str]:
    """Run the worker. Returns the ids of the messages that failed."""
    response = load_app("workers/publish_content").handler(sqs_event("PublishQueue", list(messages)), None)
    return [failure["itemIdentifier"] for failure in response["batchItemFailures"]]


def schedules() -> dict[str, Any]:
    """The schedules of Scheduler, by name."""
    group = backend("scheduler").schedule_groups[SCHEDULES]
    return dict(group.schedules)


def due_marks(tenant: Tenant, mode: Mode = "live") -> list[Any]:
    return [item["content_id"] for item in stored("CONTENT_DUE", tenant.id, mode)]
