"""Scan all templates with checkov, without a network: python -m tools.scan."""
