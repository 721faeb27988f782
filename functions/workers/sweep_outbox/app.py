"""Each minute: what the relay left unpublished for more than a minute is published."""

from eal.entry.relay import Relay

handler = Relay().sweep
