"""Exports: the log as CSV or JSON lines, at once where it is short, else by a worker from the archive's segments."""
