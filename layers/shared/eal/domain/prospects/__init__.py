"""Prospects: whom a tenant reaches out to, until they become leads."""
