"""Restore: the data of tenants goes back to a moment, from a copy of the State table."""
