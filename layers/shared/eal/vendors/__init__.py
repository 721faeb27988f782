"""Adapters of vendors: their webhooks and signatures, API clients, and reconciliation."""
