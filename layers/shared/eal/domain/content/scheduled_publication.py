"""Publication of scheduled content at its time, once.

A message names the time that it is about, and waits for it in EventBridge Scheduler and in the queue. The item decides:
a message for another time than the item's, or for an item that is not scheduled any more, does nothing.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from eal.core import observe
from eal.core.clock import rfc3339
from eal.core.errors import Conflict
from eal.core.outbound import later
from eal.core.outbound.later import Delayed
from eal.domain.content import publication
from eal.domain.content.store import CONTENTS

if TYPE_CHECKING:
    from eal.domain.content.messages import PublishContentTask


def publish(task: PublishContentTask) -> None:
    """Publish the item if its time has come, otherwise wait for it."""
    by = task.as_worker("publish_content")
    content = CONTENTS.find(by.tenant, task.content_id)
    if content is None or content.scheduled_at is None or rfc3339(content.scheduled_at) != task.scheduled_at:
        observe.logger.info("publication_dropped", content_id=task.content_id)
        return
    if by.at < content.scheduled_at:
        body = json.dumps(asdict(task))
        later.send(Delayed("publish", body, task.organization_id, content.id, content.scheduled_at), by.at)
        return
    try:
        publication.publish(content, by)
    except Conflict as refused:
        # What it answers has changed since. A person sees why in the item, and decides.
        publication.unschedule(content, by, notes=refused.message)
        observe.count("publications_refused")
    else:
        observe.count("content_published")
    by.transaction.commit()
