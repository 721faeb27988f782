"""Pushing leads to the tenant's CRM."""
