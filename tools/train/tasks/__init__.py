"""The tasks that have heads: one module for each."""
