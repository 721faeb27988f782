"""Statistics: counters that are updated when leads and calls change, and added up on request."""
