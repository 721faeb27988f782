"""Claims: the documentation of an insured loss, from the evidence to the signed scope."""
