"""Scan both templates with checkov, without a network: python -m tools.scan."""
