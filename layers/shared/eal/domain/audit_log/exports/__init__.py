"""Exports of the log as CSV or JSON Lines: short ones directly, others by a worker from the archive's segments."""
