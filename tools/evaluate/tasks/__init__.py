"""The tasks that can be evaluated: one module for each, with the functions that `tools.evaluate` calls."""
