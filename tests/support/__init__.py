"""Shared by tests: the template's resources, requests, tenants, and fakes of external services."""
