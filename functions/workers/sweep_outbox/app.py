"""Each minute: what the relay left unpublished for more than a minute is published."""

from eal.domain.outbox import sweep

handler = sweep.handler
