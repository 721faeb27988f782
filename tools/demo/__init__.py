"""A demonstration of the main use case with its evidence: python -m tools.demo."""
