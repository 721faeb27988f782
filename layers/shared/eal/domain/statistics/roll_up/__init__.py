"""The roll-up: a parent's view of the counters of its children."""
