"""Tenants: one organization a franchise location, some of them below a parent."""
