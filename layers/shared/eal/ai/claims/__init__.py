"""The evidence of a claim, and what is extracted from it."""
