"""Statistics, kept while things happen: what each lead and call counts for, counted once, and added up on request."""
