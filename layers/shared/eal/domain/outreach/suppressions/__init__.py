"""Suppressions: addresses and domains that get no e-mail."""
