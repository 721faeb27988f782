"""The dashboard: every page, on a host of its own. It is a client of the API, with no permission but to write logs."""

from eal_dashboard.handler import handler

__all__ = ["handler"]
